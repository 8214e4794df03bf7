"""Named reads of swaps: who could take a place, what could be had in return, who was asked, what waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVarTuple, cast

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session, aliased

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.backfill import candidates
from service.places.queries import within
from service.roster.models import Assignment
from service.signups import asking
from service.signups.queries import OpeningRow, as_opening
from service.signups.rules import Opening
from service.swaps.models import PENDING, Swap, SwapAsking
from service.swaps.rules import MOST_ASKED, reasons_against
from service.terms import AssignmentState, InvitationState, ShiftState, SwapState
from service.volunteers.models import Volunteer

Columns = TypeVarTuple("Columns")
PlaceRow: TypeAlias = Row[Assignment, ShiftRole, Shift, Activity, ActivityRole]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A place of somebody else in the same activity that could be had in return."""

    row: PlaceRow
    holder: Volunteer


def place(session: Session, assignment_id: int) -> PlaceRow:
    """A place with its role, shift, activity and definition, as they are now."""
    found = place_or_none(session, assignment_id)
    if found is None:
        raise LookupError(f"no assignment {assignment_id}")
    return found


def place_or_none(session: Session, assignment_id: int) -> PlaceRow | None:
    """The same; None when there is no such place."""
    return session.execute(
        _places().where(Assignment.id == assignment_id).execution_options(populate_existing=True)
    ).one_or_none()


def can_take(session: Session, given: PlaceRow) -> list[Volunteer]:
    """Who could take this place, least burdened first."""
    return candidates.colleagues(session, _opening_row(given), holder_id=given.Assignment.volunteer_id)[:MOST_ASKED]


def exchanges(session: Session, given: PlaceRow, *, now: datetime) -> list[Exchange]:
    """Places of others in the same activity for which this one could be exchanged, by start: each could serve the
    other's shift."""
    giver_id = given.Assignment.volunteer_id
    rows = session.execute(
        _places()
        .add_columns(Volunteer)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(Shift.activity_id == given.Activity.id, Shift.id != given.Shift.id)
        .where(Shift.state == ShiftState.OPEN, Shift.starts_at > now, Volunteer.steps_in)
        .where(Assignment.state == AssignmentState.CONFIRMED, Assignment.is_stand_by.is_(False))
        .where(Assignment.volunteer_id != giver_id, Assignment.places == 1)
        .order_by(Shift.starts_at, Assignment.id)
        .limit(candidates.SLICE)
    ).all()
    if not rows:
        return []
    instants = [given.Shift.starts_at, *(row.Shift.starts_at for row in rows)]
    people = {giver_id, *(row.Assignment.volunteer_id for row in rows)}
    known = asking.candidates(session, people, around=min(instants), until=max(instants))
    wanted = opening_of(given)
    return [
        Exchange(row, row.Volunteer)
        for row in rows
        if not reasons_against(known[row.Assignment.volunteer_id], wanted, gives_up=row.Shift.id)
        and not reasons_against(known[giver_id], opening_of(row), gives_up=given.Shift.id)
    ][:MOST_ASKED]


def opening_of(row: PlaceRow) -> Opening:
    """The place as the rules of a sign-up see it."""
    return as_opening(_opening_row(row))


def _opening_row(row: PlaceRow) -> OpeningRow:
    """The same names, one more column."""
    return cast("OpeningRow", row)


def of_place(session: Session, assignment_id: int) -> Swap | None:
    """The newest swap of a place."""
    return session.scalar(select(Swap).where(Swap.assignment_id == assignment_id).order_by(Swap.id.desc()).limit(1))


def pending_of(session: Session, assignment_id: int) -> Sequence[Swap]:
    """The swaps that are to give this place to somebody else, for nothing or in return for another."""
    return session.scalars(
        select(Swap)
        .where(or_(Swap.assignment_id == assignment_id, Swap.in_return_id == assignment_id), Swap.state.in_(PENDING))
        .order_by(Swap.id)
    ).all()


def pending_in(session: Session, shift_id: int) -> Sequence[Swap]:
    """The swaps under way for places in this shift."""
    given = aliased(Assignment)
    return session.scalars(
        select(Swap)
        .join(given, or_(given.id == Swap.assignment_id, given.id == Swap.in_return_id))
        .where(given.shift_id == shift_id, Swap.state.in_(PENDING))
        .order_by(Swap.id)
    ).all()


def begun(session: Session, *, now: datetime, limit: int) -> Sequence[Swap]:
    """Swaps under way for a shift that has begun meanwhile."""
    given = aliased(Assignment)
    return session.scalars(
        select(Swap)
        .join(given, or_(given.id == Swap.assignment_id, given.id == Swap.in_return_id))
        .join(Shift, Shift.id == given.shift_id)
        .where(Swap.state.in_(PENDING), Shift.starts_at <= now)
        .order_by(Swap.id)
        .limit(limit)
    ).all()


def locked(session: Session, swap_id: int) -> Swap:
    """The swap as it is now, ours until commit. Lock its people first."""
    return session.scalars(
        select(Swap).where(Swap.id == swap_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def askings(session: Session, swap_id: int) -> Sequence[Row[SwapAsking, Volunteer]]:
    """Everybody who was asked, in the order of asking."""
    return session.execute(
        select(SwapAsking, Volunteer)
        .join(Volunteer, Volunteer.id == SwapAsking.volunteer_id)
        .where(SwapAsking.swap_id == swap_id)
        .order_by(SwapAsking.id)
    ).all()


def accepted(session: Session, swap_id: int) -> SwapAsking | None:
    """The asking to which the yes was said that counts."""
    return session.scalar(
        select(SwapAsking).where(SwapAsking.swap_id == swap_id, SwapAsking.state == InvitationState.ACCEPTED)
    )


def taken(session: Session, swap: Swap) -> list[Assignment]:
    """The new places of a swap that is done: the taker's, then the giver's where there was something in return."""
    given = session.get_one(Assignment, swap.assignment_id)
    changes = [(given, swap.taker_id)]
    if swap.in_return_id is not None:
        changes.append((session.get_one(Assignment, swap.in_return_id), given.volunteer_id))
    found = [
        session.scalar(
            select(Assignment)
            .where(Assignment.shift_role_id == old.shift_role_id, Assignment.volunteer_id == volunteer_id)
            .where(Assignment.id > old.id)
            .order_by(Assignment.id)
            .limit(1)
        )
        for old, volunteer_id in changes
    ]
    return [one for one in found if one is not None]


def unanswered(session: Session, swap_id: int) -> Sequence[SwapAsking]:
    """Who was asked and has not answered."""
    return session.scalars(
        select(SwapAsking)
        .where(SwapAsking.swap_id == swap_id, SwapAsking.state == InvitationState.ASKED)
        .order_by(SwapAsking.id)
    ).all()


def open_askings(
    session: Session, volunteer_id: int, *, now: datetime
) -> Sequence[Row[SwapAsking, Swap, Shift, Activity, ActivityRole]]:
    """What a person is asked to take and has not answered, next shift first."""
    statement = (
        select(SwapAsking, Swap, Shift, Activity, ActivityRole)
        .select_from(SwapAsking)
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .join(Assignment, Assignment.id == Swap.assignment_id)
    )
    return session.execute(
        with_shift(statement)
        .where(SwapAsking.volunteer_id == volunteer_id, SwapAsking.state == InvitationState.ASKED)
        .where(Swap.state == SwapState.OPEN, Shift.starts_at > now)
        .order_by(Shift.starts_at, SwapAsking.id)
    ).all()


def being_swapped(session: Session, volunteer_id: int) -> dict[int, SwapState]:
    """The person's places she is asking others to take, and how far that has come."""
    rows = session.execute(
        select(Swap.assignment_id, Swap.state)
        .join(Assignment, Assignment.id == Swap.assignment_id)
        .where(Assignment.volunteer_id == volunteer_id, Swap.state.in_(PENDING))
    )
    return dict(rows.all())


def in_scope(session: Session, swap_id: int, *, scope_ids: Sequence[int]) -> Swap | None:
    """The swap, if its shift belongs to one of the scopes."""
    return session.scalar(select(Swap).where(Swap.id == swap_id, within(Swap.area_id, scope_ids)))


def listed(
    session: Session, *, scope_ids: Sequence[int], states: Sequence[SwapState], limit: int = 50
) -> Sequence[Row[Swap, Assignment, Shift, Activity, ActivityRole]]:
    """Swaps in scope in one of these states, newest first."""
    statement = select(Swap, Assignment, Shift, Activity, ActivityRole).join(
        Assignment, Assignment.id == Swap.assignment_id
    )
    return session.execute(
        with_shift(statement)
        .where(within(Swap.area_id, scope_ids), Swap.state.in_(states))
        .order_by(Swap.id.desc())
        .limit(limit)
    ).all()


def _places() -> Select[Assignment, ShiftRole, Shift, Activity, ActivityRole]:
    return with_shift(select(Assignment, ShiftRole, Shift, Activity, ActivityRole).select_from(Assignment))


def with_shift(statement: Select[*Columns]) -> Select[*Columns]:
    """The statement, which reads places, with the role, shift, activity and definition of each."""
    return (
        statement.join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )
