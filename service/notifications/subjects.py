"""What each message is about: places, wishes, gaps and codes, read for a whole batch, as they are at sending time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Row, and_, false, func, select
from sqlalchemy.orm import Session, aliased

from service.accounts.actions import digits
from service.accounts.models import LoginCode
from service.accounts.rules import CODE_LIFE
from service.activities.models import Activity, Shift, ShiftRole
from service.backfill.covering import covers
from service.backfill.models import Backfill, Invitation
from service.db import one_of
from service.notifications.hosting import CO_HOSTS, Hosting, hostings
from service.notifications.lessons import lessons
from service.notifications.occasions import Occasion, occasions
from service.notifications.rules import Duty
from service.notifications.visits import APPOINTMENTS, Visit, visits
from service.notifications.weeks import Telling, Week, weeks
from service.risks.queries import is_unconfirmed
from service.roster.heat import heat_for
from service.roster.models import HOLDING, Assignment
from service.signups.models import SignUp
from service.swaps.models import Swap, SwapAsking
from service.terms import NotificationKind, Rung, SignUpState
from service.volunteers.models import Volunteer

ASSIGNMENTS, SIGNUPS, SHIFT_ROLES, CODES = "assignment_ids", "signup_ids", "shift_role_ids", "login_code_ids"
INVITATIONS, SWAP_ASKINGS = "invitation_ids", "swap_asking_ids"
#: Messages that say how hot it will be for who gets them, or do not ask for what she is not to do.
OF_HEAT = (
    NotificationKind.SHIFT_TOO_HOT,
    NotificationKind.SHIFT_HEAT_OVER,
    NotificationKind.REMINDER,
    NotificationKind.PLACE_OFFERED,
    NotificationKind.OFFER_CALL,
)
#: Days of a course, as whoever gets the message learns on them.
SHIFTS = "shift_ids"
#: (id, role of the shift, and what else a Duty says, by its names there).
Rows: TypeAlias = Sequence[Row[*tuple[Any, ...]]]


class About(Telling, Protocol):
    """A notification, leased or only looked at."""

    @property
    def kind(self) -> NotificationKind: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A login code at sending time."""

    digits: str
    good_until: datetime
    is_spent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything a message tells of: duties in the order asked for, a week, an asking to co-host, an appointment, a
    login code."""

    duties: tuple[Duty, ...] = ()
    code: Code | None = None
    week: Week | None = None
    hosting: Hosting | None = None
    visit: Visit | None = None


def subjects(session: Session, notifications: Sequence[About]) -> dict[int, Subject]:
    """The subject of each notification, by its id; in a handful of statements however many there are."""
    duties = _duties(session, notifications)
    codes = _codes(session, _ids(notifications, CODES))
    told = weeks(session, notifications)
    learnt = lessons(session, [n for n in notifications if n.subject_ids.get(SHIFTS)])
    asked = hostings(session, _ids(notifications, CO_HOSTS))
    booked = visits(session, _ids(notifications, APPOINTMENTS))
    return {
        n.id: Subject(
            duties=(
                *(duties[name][one] for name in duties for one in n.subject_ids.get(name, ())),
                *learnt.get(n.id, ()),
            ),
            code=next((codes[one] for one in n.subject_ids.get(CODES, ())), None),
            week=told.get(n.id),
            hosting=next((asked[one] for one in n.subject_ids.get(CO_HOSTS, ()) if one in asked), None),
            visit=next((booked[one] for one in n.subject_ids.get(APPOINTMENTS, ()) if one in booked), None),
        )
        for n in notifications
    }


def _ids(notifications: Iterable[About], name: str) -> set[int]:
    return {one for n in notifications for one in n.subject_ids.get(name, ())}


def _codes(session: Session, ids: Collection[int]) -> dict[int, Code]:
    newer = aliased(LoginCode)
    is_replaced = select(newer.id).where(newer.phone_digest == LoginCode.phone_digest, newer.id > LoginCode.id).exists()
    rows = session.execute(select(LoginCode, is_replaced).where(LoginCode.id.in_(ids))) if ids else ()
    return {
        code.id: Code(
            digits=digits(code),
            good_until=code.requested_at + CODE_LIFE,
            is_spent=replaced or code.used_at is not None,
        )
        for code, replaced in rows
    }


def _duties(session: Session, notifications: Sequence[About]) -> dict[str, dict[int, Duty]]:
    """Every place, wish and gap the batch speaks of, by its name in subject_ids and its id."""
    held = _held(session, _ids(notifications, ASSIGNMENTS))
    asked = _asked(session, _ids(notifications, SIGNUPS))
    roles = _roles(session, _ids(notifications, SHIFT_ROLES))
    invited = _invited(session, _ids(notifications, INVITATIONS))
    swapped = _swapped(session, _ids(notifications, SWAP_ASKINGS))
    return_ids = _in_return(session, [row.swap_asking_id for row in swapped])
    in_return = _held(session, return_ids.values())
    known = occasions(session, {row[1] for row in (*held, *asked, *roles, *invited, *swapped, *in_return)})
    queued = [n for n in notifications if n.kind == NotificationKind.SIGN_UP_WAITLISTED]
    positions = _waitlist_positions(session, _ids(queued, SIGNUPS))
    gaps = _ids([n for n in notifications if n.kind == NotificationKind.GAP_OPENED], SHIFT_ROLES)
    returned = _as_duties(in_return, known)
    risks = _risks(session, _ids([n for n in notifications if n.kind == NotificationKind.RISK_CHANGED], ASSIGNMENTS))
    late = _names(session, _ids([n for n in notifications if n.kind == NotificationKind.NOT_THERE], ASSIGNMENTS))
    hot = heat_for(session, _ids([n for n in notifications if n.kind in OF_HEAT], ASSIGNMENTS))
    return {
        ASSIGNMENTS: {
            one: replace(duty, risk_notice=risks.get(one, ""), late=late.get(one, ""), heat=hot.get(one))
            if one in risks | late | hot
            else duty
            for one, duty in _as_duties(held, known).items()
        },
        SIGNUPS: {
            one: replace(duty, waitlist_position=positions.get(one)) for one, duty in _as_duties(asked, known).items()
        },
        SHIFT_ROLES: {
            one: replace(duty, covers=covers(session, one)) if one in gaps and duty.is_essential else duty
            for one, duty in _as_duties(roles, known).items()
        },
        INVITATIONS: _as_duties(invited, known),
        SWAP_ASKINGS: {
            one: replace(duty, in_return=returned[return_ids[one]]) if one in return_ids else duty
            for one, duty in _as_duties(swapped, known).items()
        },
    }


def _as_duties(rows: Rows, known: Mapping[int, Occasion]) -> dict[int, Duty]:
    """By the id in their first column; the second is the role of the shift, all others are called as in Duty."""
    names = rows[0]._fields[2:] if rows else ()
    return {row[0]: Duty(**known[row[1]], **dict(zip(names, row[2:], strict=True))) for row in rows}


_PLACE = (
    Assignment.id.label("assignment_id"),
    Assignment.state.label("assignment_state"),
    Assignment.release_reason,
    func.coalesce(Assignment.is_stand_by, false()).label("is_stand_by"),
    Assignment.answer_by,
    func.coalesce(Assignment.asked_again, 0).label("asked_again"),
)
_WISH = (
    SignUp.state.label("signup_state"),
    SignUp.undo_until,
    func.coalesce(SignUp.places, 1).label("places"),
)


def _held(session: Session, ids: Collection[int]) -> Rows:
    """Places, with the sign-ups they were made for."""
    statement = (
        select(Assignment.id, Assignment.shift_role_id, *_PLACE, *_WISH)
        .outerjoin(SignUp, SignUp.id == Assignment.signup_id)
        .where(one_of(Assignment.id, ids))
    )
    return session.execute(statement).all() if ids else ()


def _asked(session: Session, ids: Collection[int]) -> Rows:
    """Sign-ups, with the places held through them now."""
    holds = and_(Assignment.signup_id == SignUp.id, Assignment.state.in_(HOLDING))
    statement = (
        select(SignUp.id, SignUp.shift_role_id, *_PLACE, *_WISH)
        .outerjoin(Assignment, holds)
        .where(one_of(SignUp.id, ids))
    )
    return session.execute(statement).all() if ids else ()


def _roles(session: Session, ids: Collection[int]) -> Rows:
    """Roles of shifts, whoever holds them."""
    statement = select(ShiftRole.id, ShiftRole.id.label("shift_role_id")).where(one_of(ShiftRole.id, ids))
    return session.execute(statement).all() if ids else ()


def _invited(session: Session, ids: Collection[int]) -> Rows:
    """Roles somebody is asked to step in for."""
    statement = (
        select(
            Invitation.id,
            Backfill.shift_role_id,
            Invitation.id.label("invitation_id"),
            Invitation.state.label("invitation_state"),
            Invitation.channel.label("asked_over"),
            (Invitation.rung == Rung.STAND_BY).label("is_stand_by"),
        )
        .join(Backfill, Backfill.id == Invitation.backfill_id)
        .where(one_of(Invitation.id, ids))
    )
    return session.execute(statement).all() if ids else ()


def _swapped(session: Session, ids: Collection[int]) -> Rows:
    """Places somebody is asked to take, with the names of both."""
    giver, taker = aliased(Volunteer), aliased(Volunteer)
    statement = (
        select(
            SwapAsking.id,
            Assignment.shift_role_id,
            *_PLACE,
            SwapAsking.id.label("swap_asking_id"),
            SwapAsking.state.label("swap_asking_state"),
            Swap.state.label("swap_state"),
            giver.name.label("giver"),
            taker.name.label("taker"),
        )
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .join(Assignment, Assignment.id == Swap.assignment_id)
        .join(giver, giver.id == Assignment.volunteer_id)
        .join(taker, taker.id == SwapAsking.volunteer_id)
        .where(one_of(SwapAsking.id, ids))
    )
    return session.execute(statement).all() if ids else ()


def _in_return(session: Session, swap_asking_ids: Collection[int]) -> dict[int, int]:
    """The places given in return, by the asking: of swaps that are exchanges."""
    statement = (
        select(SwapAsking.id, Swap.in_return_id)
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .where(one_of(SwapAsking.id, swap_asking_ids), Swap.in_return_id.is_not(None))
    )
    return {one: place for one, place in session.execute(statement) if place} if swap_asking_ids else {}


def _risks(session: Session, assignment_ids: Collection[int]) -> dict[int, str]:
    """The risk notices that the holders of these places have not confirmed as they are now, by place."""
    statement = (
        select(Assignment.id, Activity.risk_notice)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(one_of(Assignment.id, assignment_ids), is_unconfirmed(Assignment.volunteer_id))
    )
    return {one: notice.rstrip("。") for one, notice in session.execute(statement)} if assignment_ids else {}


def _names(session: Session, assignment_ids: Collection[int]) -> dict[int, str]:
    """Whose places these are."""
    statement = (
        select(Assignment.id, Volunteer.name)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(one_of(Assignment.id, assignment_ids))
    )
    return dict(session.execute(statement).all()) if assignment_ids else {}


def _waitlist_positions(session: Session, signup_ids: Collection[int]) -> dict[int, int]:
    """1 for the next in line; people who no longer wait have none."""
    if not signup_ids:
        return {}
    queues = select(SignUp.shift_role_id).where(SignUp.id.in_(signup_ids))
    position = func.row_number().over(partition_by=SignUp.shift_role_id, order_by=SignUp.id)
    waiting = (
        select(SignUp.id, position.label("position"))
        .where(SignUp.state == SignUpState.WAITLISTED, SignUp.shift_role_id.in_(queues))
        .subquery()
    )
    rows = session.execute(select(waiting.c.id, waiting.c.position).where(waiting.c.id.in_(signup_ids)))
    return dict(rows.all())
