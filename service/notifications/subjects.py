"""What each message is about: places, wishes, gaps and codes, read for a whole batch, as they are at sending time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, null, select
from sqlalchemy.orm import Session, aliased

from service.accounts.actions import digits
from service.accounts.models import LoginCode
from service.accounts.rules import CODE_LIFE
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.backfill.models import Backfill, Invitation
from service.notifications.models import Notification
from service.notifications.rules import Duty
from service.places.models import Area
from service.roster.models import HOLDING, Assignment
from service.signups.models import SignUp
from service.swaps.models import Swap, SwapAsking
from service.terms import AreaKind, AssignmentState, NotificationKind, SignUpState
from service.volunteers.models import Volunteer

ASSIGNMENTS, SIGNUPS, SHIFT_ROLES, CODES = "assignment_ids", "signup_ids", "shift_role_ids", "login_code_ids"
INVITATIONS, SWAP_ASKINGS = "invitation_ids", "swap_asking_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A login code at sending time."""

    digits: str
    good_until: datetime
    is_spent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything a message tells of: duties in the order asked for, or a login code."""

    duties: tuple[Duty, ...] = ()
    code: Code | None = None


def subjects(session: Session, notifications: Sequence[Notification]) -> dict[int, Subject]:
    """The subject of each notification, by its id; in a handful of statements however many there are."""
    duties = _duties(session, notifications)
    codes = _codes(session, _ids(notifications, CODES))
    return {
        n.id: Subject(
            duties=tuple(duties[name][one] for name in duties for one in n.subject_ids.get(name, ())),
            code=next((codes[one] for one in n.subject_ids.get(CODES, ())), None),
        )
        for n in notifications
    }


def _ids(notifications: Iterable[Notification], name: str) -> set[int]:
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


def _duties(session: Session, notifications: Sequence[Notification]) -> dict[str, dict[int, Duty]]:
    """Every place, wish and gap the batch speaks of, by its name in subject_ids and its id."""
    held = _held(session, _ids(notifications, ASSIGNMENTS))
    asked = _asked(session, _ids(notifications, SIGNUPS))
    roles = _roles(session, _ids(notifications, SHIFT_ROLES))
    invited = _invited(session, _ids(notifications, INVITATIONS))
    swapped = _swapped(session, _ids(notifications, SWAP_ASKINGS))
    in_return = _held(session, {row.Swap.in_return_id for row in swapped if row.Swap.in_return_id is not None})
    rows = (*held, *asked, *roles, *invited, *swapped, *in_return)
    areas = _areas(session, {one for row in rows for one in (row.Shift.area_id, row.Shift.place_id)})
    queued = [n for n in notifications if n.kind == NotificationKind.SIGN_UP_WAITLISTED]
    positions = _waitlist_positions(session, _ids(queued, SIGNUPS))
    returned = {row.Assignment.id: _duty(row, areas) for row in in_return}
    return {
        ASSIGNMENTS: {row.Assignment.id: _duty(row, areas) for row in held},
        SIGNUPS: {row.SignUp.id: _duty(row, areas, positions.get(row.SignUp.id)) for row in asked},
        SHIFT_ROLES: {row.ShiftRole.id: _duty(row, areas) for row in roles},
        INVITATIONS: {row.Invitation.id: _duty(row, areas) for row in invited},
        SWAP_ASKINGS: {
            row.SwapAsking.id: replace(_duty(row, areas), in_return=returned.get(row.Swap.in_return_id))
            for row in swapped
        },
    }


def _held(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Places, with the sign-ups they were made for."""
    statement = (
        _shift_roles(Assignment, SignUp)
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .outerjoin(SignUp, SignUp.id == Assignment.signup_id)
        .where(Assignment.id.in_(ids))
    )
    return session.execute(statement).all() if ids else ()


def _asked(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Sign-ups, with the places held through them now."""
    holds = and_(Assignment.signup_id == SignUp.id, Assignment.state.in_(HOLDING))
    statement = (
        _shift_roles(Assignment, SignUp)
        .join(SignUp, SignUp.shift_role_id == ShiftRole.id)
        .outerjoin(Assignment, holds)
        .where(SignUp.id.in_(ids))
    )
    return session.execute(statement).all() if ids else ()


def _roles(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Roles of shifts, whoever holds them."""
    return session.execute(_shift_roles(*_NOBODY).where(ShiftRole.id.in_(ids))).all() if ids else ()


def _invited(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Roles somebody is asked to step in for."""
    statement = (
        _shift_roles(*_NOBODY, Invitation)
        .join(Backfill, Backfill.shift_role_id == ShiftRole.id)
        .join(Invitation, Invitation.backfill_id == Backfill.id)
        .where(Invitation.id.in_(ids))
    )
    return session.execute(statement).all() if ids else ()


def _swapped(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Places somebody is asked to take, with the names of both."""
    giver, taker = aliased(Volunteer), aliased(Volunteer)
    statement = (
        _shift_roles(
            Assignment,
            null().label("SignUp"),
            Swap,
            SwapAsking,
            giver.name.label("giver"),
            taker.name.label("taker"),
        )
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .join(Swap, Swap.assignment_id == Assignment.id)
        .join(SwapAsking, SwapAsking.swap_id == Swap.id)
        .join(giver, giver.id == Assignment.volunteer_id)
        .join(taker, taker.id == SwapAsking.volunteer_id)
        .where(SwapAsking.id.in_(ids))
    )
    return session.execute(statement).all() if ids else ()


_NOBODY = (null().label("Assignment"), null().label("SignUp"))


def _shift_roles(*more: Any) -> Select[Any]:
    return (
        select(ShiftRole, Shift, Activity, ActivityRole, *more)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )


def _areas(session: Session, ids: Collection[int]) -> dict[int, Area]:
    """These areas and everything above them."""
    mentioned = select(func.unnest(Area.lineage)).where(Area.id.in_(ids))
    rows = session.scalars(select(Area).where(Area.id.in_(mentioned))) if ids else ()
    return {area.id: area for area in rows}


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


def _duty(row: Row[Any], areas: dict[int, Area], waitlist_position: int | None = None) -> Duty:
    shift, activity, assignment, signup = row.Shift, row.Activity, row.Assignment, row.SignUp
    invitation: Invitation | None = getattr(row, "Invitation", None)
    asked: SwapAsking | None = getattr(row, "SwapAsking", None)
    above = [areas[area_id] for area_id in areas[shift.area_id].lineage]
    return Duty(
        shift_id=shift.id,
        activity_id=activity.id,
        shift_state=shift.state,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        title=activity.title,
        role=row.ActivityRole.name,
        place=_place(areas[shift.place_id]),
        community=next((a.name for a in reversed(above) if a.kind == AreaKind.COMMUNITY), above[-1].name),
        landline=next((a.landline for a in reversed(above) if a.landline), activity.contact_phone),
        contact_name=activity.contact_name,
        what_to_bring=activity.what_to_bring.rstrip("。"),
        cancel_reason=(shift.cancel_reason or "").rstrip("。"),
        assignment_id=assignment.id if assignment else None,
        assignment_state=AssignmentState(assignment.state) if assignment else None,
        release_reason=assignment.release_reason if assignment else None,
        answer_by=assignment.answer_by if assignment else None,
        asked_again=assignment.asked_again if assignment else 0,
        signup_state=SignUpState(signup.state) if signup else None,
        undo_until=signup.undo_until if signup else None,
        waitlist_position=waitlist_position,
        invitation_id=invitation.id if invitation else None,
        invitation_state=invitation.state if invitation else None,
        min_needed=row.ShiftRole.min_needed,
        max_needed=row.ShiftRole.max_needed,
        taken=row.ShiftRole.taken,
        swap_asking_id=asked.id if asked else None,
        swap_asking_state=asked.state if asked else None,
        swap_state=row.Swap.state if asked else None,
        giver=row.giver if asked else "",
        taker=row.taker if asked else "",
    )


def _place(area: Area) -> str:
    return f"{area.name}（{area.address}）" if area.address else area.name
