"""What the rooms refuse, as problems: one line for each exception a program can cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from service import wording
from service.accounts.actions import LastAdministrator
from service.accounts.disabling import HoldsElsewhere, OwnAccount
from service.activities.actions import ActivityRefused
from service.activities.reviewing import ReviewRefused
from service.appointments.actions import AppointmentRefused
from service.backfill import models as backfill
from service.backfill.actions import NothingMissing, SearchIsOver
from service.backfill.answering import InvitationClosed
from service.backfill.suggesting import NotToBeSuggested
from service.calendars.actions import TermsOverlap
from service.company.actions import BoundAlready, CrewRefused, InAnotherCrew
from service.copies.actions import NothingToCopy
from service.courses.actions import CourseRefused
from service.courtyards.actions import AlreadyEntrusted
from service.demands.actions import AlreadyDecided
from service.findings.actions import NotHerShift, NothingKept
from service.guidance.actions import AlreadyGuided
from service.idempotency import KeyReused
from service.language import _
from service.matching.actions import NotADraft, NothingToMatch
from service.matching.halves import LeftAlone
from service.matching.moving import CannotMove
from service.matching.record import NotSolved
from service.partners import models as partners
from service.partners.actions import AlreadyCoHost, AlreadyPartner, KnownToNobody
from service.people.actions import HasRoles
from service.people.merging import NotTwo
from service.people.settling import BothHaveRoles, KeepsNumber
from service.people.undoing import MergeStands
from service.promises import models as promises
from service.promises.actions import ReasonMissing
from service.pupils.actions import PupilRefused
from service.rehearsal.actions import NothingToRehearse
from service.replanning.actions import PreviewStale
from service.risks.actions import RiskUnconfirmed
from service.roster import models as roster
from service.roster.actions import ConflictingDuty, NotBegun, OfferClosed, PlaceGiven, TooHot
from service.rotation import models as rotation
from service.rotation import turns
from service.rotation.notes import NotHerBlock
from service.rotation.pool import RotationRefused
from service.routes.actions import RouteRefused, UnknownStop
from service.scores.actions import ScoreRefused
from service.settings import LOCAL_ZONE
from service.signups import models as signups
from service.signups.actions import NothingToUndo, SignUpRefused, TooLateToWithdraw, UnknownVolunteer
from service.signups.families import FamiliesRefused
from service.signups.rules import Refused
from service.skills.actions import AlreadyClaimed
from service.swaps.actions import NobodyToAsk, NothingToGive, SwapIsOver
from service.teams.actions import AlreadyMember
from service.templates.actions import NameTaken
from service.volunteers.actions import PhoneTaken
from service.web import words
from service.web.api.problems import NotFound, Problem


def _sign_up_refused(error: SignUpRefused) -> Problem:
    texts = [_("{reason}。", reason=words.refusal(refused)) for refused in error.reasons]
    reasons = [
        {"code": refused.reason.value, "text": text, "details": _plain(refused)}
        for refused, text in zip(error.reasons, texts, strict=True)
    ]
    return Problem(409, kind="sign-up-refused", detail="".join(texts), reasons=reasons)


def _plain(refused: Refused) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in refused.details.items()}


def _plain_value(value: str | int | date | datetime) -> str | int:
    if isinstance(value, datetime):
        return value.astimezone(LOCAL_ZONE).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _too_late(error: TooLateToWithdraw) -> Problem:
    detail = _(
        "取消期限是{deadline}。来不了请打电话：{phone}。",
        deadline=wording.moment(error.deadline),
        phone=wording.phone(error.contact_phone),
    )
    return Problem(
        409, kind="too-late-to-withdraw", detail=detail, deadline=error.deadline.isoformat(), phone=error.contact_phone
    )


def _risk_unconfirmed(error: RiskUnconfirmed) -> Problem:
    """With the notice, which is to be read, confirmed, and then the same asked once more."""
    risk = error.risk
    detail = _("先看安全提醒，确认以后再答应。")
    told = {name: getattr(risk, name) for name in ("activity_id", "volunteer_id", "version", "text")}
    return Problem(409, kind="risk-unconfirmed", detail=detail, risk=told)


def _activity_refused(error: ActivityRefused) -> Problem:
    errors = {
        name: [str(words.ACTIVITY_PROBLEMS.get(code, code)) for code in codes] for name, codes in error.problems.items()
    }
    return Problem(422, kind="invalid", errors=errors)


def _rotation_refused(error: RotationRefused) -> Problem:
    errors = {name: [words.rotation_problem(code) for code in codes] for name, codes in error.problems.items()}
    return Problem(422, kind="invalid", errors=errors)


def _route_refused(error: RouteRefused) -> Problem:
    return Problem(422, kind="invalid", errors=words.route_problems(error))


def _left_alone(error: LeftAlone) -> Problem:
    """With each of those who would be alone, and why; nothing was published."""
    return Problem(409, kind="left-alone", alone=[one.to_json() for one in error.alone])


def _review_refused(error: ReviewRefused) -> Problem:
    return Problem(409, kind="review-refused", detail=words.review_problem(error.problem), code=error.problem)


def _score_refused(error: ScoreRefused) -> Problem:
    field = {"line": "line", "no_sheet": "got", "no_such_points": "got"}
    errors: dict[str, list[str]] = {}
    for code in error.problems:
        errors.setdefault(field.get(code, "items"), []).append(words.score_problem(code))
    return Problem(422, kind="invalid", errors=errors)


def _course_refused(error: CourseRefused) -> Problem:
    return Problem(409, kind="course-refused", detail=str(words.COURSE_PROBLEMS[error.problem]), code=error.problem)


def _pupil_refused(error: PupilRefused) -> Problem:
    return Problem(409, kind="pupil-refused", detail=str(words.PUPIL_PROBLEMS[error.problem]), code=error.problem)


def _appointment_refused(error: AppointmentRefused) -> Problem:
    detail = str(words.APPOINTMENT_PROBLEMS[error.problem])
    return Problem(409, kind="appointment-refused", detail=detail, code=error.problem)


def _families_refused(error: FamiliesRefused) -> Problem:
    detail = str(words.FAMILY_PROBLEMS[error.problem])
    return Problem(409, kind="families-refused", detail=detail, code=error.problem)


def _name_taken(error: IntegrityError) -> Problem:
    """Two of one name; any other constraint that refuses is a fault of ours, and raised as it came."""
    if getattr(getattr(error.orig, "diag", None), "constraint_name", None) in UNIQUE_NAMES:
        return Problem(409, kind="name-taken")
    raise error


UNIQUE_NAMES = ("uq_area_parent_id_name", "uq_team_area_id_name", "uq_programme_team_id_name")


def _simple(status: int, kind: str) -> Callable[[Any], Problem]:
    return lambda _error: Problem(status, kind=kind)


PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    SignUpRefused: _sign_up_refused,
    UnknownVolunteer: lambda _error: NotFound(),
    RiskUnconfirmed: _risk_unconfirmed,
    TooLateToWithdraw: _too_late,
    NothingToUndo: _simple(409, "nothing-to-undo"),
    OfferClosed: _simple(409, "offer-closed"),
    TooHot: lambda error: Problem(409, kind="offer-closed", detail=_("{reason}。", reason=words.heat(error.heat))),
    InvitationClosed: _simple(409, "offer-closed"),
    NothingMissing: _simple(409, "nothing-missing"),
    AlreadyClaimed: _simple(409, "already-claimed"),
    BoundAlready: _simple(409, "bound-already"),
    CrewRefused: _simple(409, "wrong-state"),
    InAnotherCrew: _simple(409, "in-another-crew"),
    promises.ForbiddenMove: _simple(409, "wrong-state"),
    ReasonMissing: lambda _error: Problem(422, kind="invalid", errors={"reason": [_("不办了要写明原因")]}),
    AlreadyPartner: _simple(409, "name-taken"),
    AlreadyGuided: _simple(409, "already-entrusted"),
    AlreadyDecided: _simple(409, "wrong-state"),
    KnownToNobody: _simple(409, "wrong-state"),
    partners.ForbiddenMove: _simple(409, "wrong-state"),
    AlreadyCoHost: _simple(409, "already-co-host"),
    NameTaken: _simple(409, "name-taken"),
    NothingToCopy: _simple(409, "nothing-to-copy"),
    SearchIsOver: _simple(409, "wrong-state"),
    NothingToGive: _simple(409, "wrong-state"),
    NobodyToAsk: _simple(409, "nobody-to-ask"),
    NotToBeSuggested: _simple(409, "nobody-to-ask"),
    SwapIsOver: _simple(409, "wrong-state"),
    backfill.ForbiddenMove: _simple(409, "wrong-state"),
    ConflictingDuty: _simple(409, "conflicting-duty"),
    NotBegun: _simple(409, "not-begun"),
    PlaceGiven: _simple(409, "place-given"),
    signups.ForbiddenMove: _simple(409, "wrong-state"),
    roster.ForbiddenMove: _simple(409, "wrong-state"),
    ActivityRefused: _activity_refused,
    TermsOverlap: _simple(409, "terms-overlap"),
    PreviewStale: _simple(409, "preview-stale"),
    AlreadyEntrusted: _simple(409, "already-entrusted"),
    AlreadyMember: _simple(409, "already-member"),
    LastAdministrator: _simple(409, "last-administrator"),
    OwnAccount: _simple(409, "own-account"),
    HoldsElsewhere: _simple(409, "holds-elsewhere"),
    PhoneTaken: _simple(409, "phone-taken"),
    HasRoles: _simple(409, "has-roles"),
    NotTwo: _simple(409, "not-two"),
    BothHaveRoles: _simple(409, "has-roles"),
    KeepsNumber: _simple(409, "has-roles"),
    MergeStands: _simple(409, "nothing-to-undo"),
    KeyReused: _simple(422, "key-reused"),
    NothingToMatch: _simple(409, "wrong-state"),
    NotADraft: _simple(409, "wrong-state"),
    LeftAlone: _left_alone,
    CannotMove: _simple(409, "wrong-state"),
    NotSolved: _simple(409, "wrong-state"),
    RotationRefused: _rotation_refused,
    turns.NotADraft: _simple(409, "wrong-state"),
    turns.AlreadyClosed: _simple(409, "wrong-state"),
    rotation.ForbiddenMove: _simple(409, "wrong-state"),
    NotHerBlock: _simple(409, "wrong-state"),
    NothingKept: _simple(409, "wrong-state"),
    CourseRefused: _course_refused,
    PupilRefused: _pupil_refused,
    FamiliesRefused: _families_refused,
    AppointmentRefused: _appointment_refused,
    RouteRefused: _route_refused,
    ScoreRefused: _score_refused,
    ReviewRefused: _review_refused,
    UnknownStop: lambda _error: NotFound(),
    NotHerShift: _simple(409, "wrong-state"),
    NothingToRehearse: _simple(409, "wrong-state"),
    StaleDataError: _simple(412, "changed-meanwhile"),
    IntegrityError: _name_taken,
}
REFUSALS: tuple[type[Exception], ...] = (Problem, *PROBLEMS)


def as_problem(error: Exception) -> Problem:
    """The problem this refusal is told as."""
    return (
        error
        if isinstance(error, Problem)
        else next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)(error)
    )
