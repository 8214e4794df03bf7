"""Who asked for which place, who could be asked besides, and what lies in each of them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.availability.rules import Said
from service.calendars.rules import local
from service.company.rules import can_guide, is_new
from service.db import one_of
from service.matching.blockers import UNSEEN, Blocker, Hindrance
from service.matching.problem import CAN, CANNOT, IF_NEEDED, UNASKED, Wish
from service.matching.queries import has_place
from service.matching.travel import how_far
from service.roster.models import HOLDING, Assignment
from service.signups.models import STANDING, WAITING, SignUp
from service.signups.queries import OpeningRow, as_opening
from service.signups.rules import Candidate, Held, unfit, unqualified
from service.teams.queries import members_on
from service.terms import AssignmentState, Availability, Mode, QualificationKind, Refusal, ReleaseReason, SignUpState
from service.volunteers.models import Qualification

LEVELS = {Availability.CAN: CAN, Availability.IF_NEEDED: IF_NEEDED, Availability.CANNOT: CANNOT}


@dataclass(frozen=True, slots=True)
class Asking:
    """How somebody comes to be thought of for a place: her wish with the sign-up and its time, or as a member."""

    rank: int = UNASKED
    signup_id: int | None = None
    asked_at: datetime | None = None


#: (volunteer, role) → how
Askings: TypeAlias = dict[tuple[int, int], Asking]


def who_asked(session: Session, rows: Sequence[OpeningRow]) -> Askings:
    """Sign-ups that wait for the matcher; in a rota also the team's members of the day."""
    return _signed_up(session, rows) | _members(session, rows)


def wishes(
    session: Session,
    rows: Sequence[OpeningRow],
    asked: Askings,
    *,
    known: Mapping[int, Candidate],
    heard: Mapping[int, Said],
    had: Mapping[int, Mapping[int, int]],
) -> tuple[Wish, ...]:
    """Each asking with what speaks against the person alone, what she says of that time, how far it is, and whether
    she has served there before: `had` as in `standing`."""
    by_role = {row.ShiftRole.id: row for row in rows}
    said_no = _said_no(session, {row.Shift.id for row in rows})
    far = how_far(session, asked, places={role_id: row.Shift.place_id for role_id, row in by_role.items()})
    unseen = _unseen(session, {volunteer_id for volunteer_id, _ in asked})
    made = []
    for (volunteer_id, role_id), how in asked.items():
        row = by_role[role_id]
        barred = _barred(known[volunteer_id], row, unseen=unseen.get(volunteer_id, ()))
        if how.rank == UNASKED and (volunteer_id, row.Shift.id) in said_no:
            barred = (*barred, Blocker(Hindrance.SAID_NO))
        made.append(
            Wish(
                person_id=volunteer_id,
                opening_id=role_id,
                rank=how.rank,
                signup_id=how.signup_id,
                barred=barred,
                availability=LEVELS[_says(heard[volunteer_id], row, how)],
                travel=far.get((volunteer_id, role_id), 0),
                **standing(had, volunteer_id, row.Shift.activity_id),
            )
        )
    return tuple(made)


def standing(had: Mapping[int, Mapping[int, int]], volunteer_id: int, activity_id: int) -> dict[str, bool]:
    """Whether she is new in the activity, or can guide whoever is: by the shifts people `had` in each activity that
    pairs the two. Elsewhere nobody is either."""
    if activity_id not in had:
        return {}
    count = had[activity_id].get(volunteer_id, 0)
    return {"is_newcomer": is_new(count), "is_experienced": can_guide(count)}


def _says(heard: Said, row: OpeningRow, how: Asking) -> Availability:
    shift: Shift = row.Shift
    return heard.of(shift.starts_at, shift.ends_at, activity_id=shift.activity_id, asked_at=how.asked_at)


def _signed_up(session: Session, rows: Sequence[OpeningRow]) -> Askings:
    """Sign-ups pending, or waiting from an earlier run, without a place in the shift."""
    role_ids = [row.ShiftRole.id for row in rows]
    waiting = session.scalars(
        select(SignUp).where(
            one_of(SignUp.shift_role_id, role_ids),
            SignUp.state.in_(WAITING),
            ~has_place(),
        )
    )
    return {
        (signup.volunteer_id, signup.shift_role_id): Asking(signup.rank, signup.id, signup.signed_up_at)
        for signup in waiting
    }


def _members(session: Session, rows: Sequence[OpeningRow]) -> Askings:
    """In a rota, whoever is in the team on the day of a shift and neither holds a place in it nor asked for one."""
    rows = [row for row in rows if row.Activity.mode == Mode.ROTA and row.Activity.team_id is not None]
    if not rows:
        return {}
    shift_ids = [row.Shift.id for row in rows]
    spoken_for = {
        *session.execute(
            select(SignUp.volunteer_id, SignUp.shift_id).where(
                one_of(SignUp.shift_id, shift_ids), SignUp.state.in_(STANDING)
            )
        ),
        *session.execute(
            select(Assignment.volunteer_id, Assignment.shift_id).where(
                one_of(Assignment.shift_id, shift_ids), Assignment.state.in_(HOLDING)
            )
        ),
    }
    teams = {(row.Activity.team_id, local(row.Shift.starts_at).date()) for row in rows}
    members = {(team_id, day): [one.id for one in members_on(session, team_id, day=day)] for team_id, day in teams}
    return {
        (volunteer_id, row.ShiftRole.id): Asking()
        for row in rows
        for volunteer_id in members[row.Activity.team_id, local(row.Shift.starts_at).date()]
        if (volunteer_id, row.Shift.id) not in spoken_for
    }


def _said_no(session: Session, shift_ids: Collection[int]) -> set[tuple[int, int]]:
    """(volunteer, shift) of whoever declined, let an offer run out or withdrew: nobody is asked twice unasked."""
    gone = or_(
        Assignment.state == AssignmentState.DECLINED,
        and_(
            Assignment.state == AssignmentState.RELEASED,
            Assignment.release_reason.in_((ReleaseReason.WITHDREW, ReleaseReason.OFFER_EXPIRED)),
        ),
    )
    declined = select(Assignment.volunteer_id, Assignment.shift_id).where(one_of(Assignment.shift_id, shift_ids), gone)
    withdrew = select(SignUp.volunteer_id, SignUp.shift_id).where(
        one_of(SignUp.shift_id, shift_ids), SignUp.state == SignUpState.WITHDRAWN
    )
    return {*session.execute(declined), *session.execute(withdrew)}


def _barred(person: Candidate, row: OpeningRow, *, unseen: Sequence[Held]) -> tuple[Blocker, ...]:
    """What the rules of a sign-up say about the person alone; about her time the plan itself decides.

    Of a paper that is missing it is noted whether she has shown one that would do, and nobody has verified it yet.
    """
    reasons = unfit(replace(person, commitments=()), as_opening(row))
    barred = [Blocker.from_refused(refused) for refused in reasons if refused.reason != Refusal.WEEKLY_HOURS]
    on = local(row.Shift.starts_at).date()
    return tuple(
        _noted(blocker, unseen, on=on) if blocker.code == Refusal.QUALIFICATION_MISSING else blocker
        for blocker in barred
    )


def _noted(blocker: Blocker, unseen: Sequence[Held], *, on: date) -> Blocker:
    kind = QualificationKind(str(dict(blocker.details)["kind"]))
    if any(unqualified(unseen, [kind], on=on)):
        return blocker
    return replace(blocker, details=(*blocker.details, (UNSEEN, 1)))


def _unseen(session: Session, people: Collection[int]) -> dict[int, list[Held]]:
    """Papers that people have shown and nobody has verified yet."""
    rows = session.scalars(
        select(Qualification)
        .where(one_of(Qualification.volunteer_id, people), Qualification.verified_at.is_(None))
        .order_by(Qualification.id)
    )
    found: dict[int, list[Held]] = defaultdict(list)
    for paper in rows:
        found[paper.volunteer_id].append(Held(paper.kind, paper.valid_from, paper.valid_until))
    return found
