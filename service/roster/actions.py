"""What can be done about a place: offer it, answer, release it, hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.queries import lock_open_shift
from service.calendars.heat import Heat
from service.events import (
    AssignmentConfirmed,
    AssignmentDeclined,
    AssignmentMissed,
    AssignmentOffered,
    AssignmentReleased,
    PlaceFreed,
)
from service.risks.actions import require
from service.roster.counting import free_place, give_back, take_place
from service.roster.heat import heat_for
from service.roster.models import Assignment, ForbiddenMove
from service.roster.rules import answer_by
from service.terms import AssignmentState, ReleaseReason
from service.volunteers.queries import lock


class OfferClosed(Exception):
    """The offer cannot be answered any more: expired, withdrawn, cancelled, or the shift is over."""


class TooHot(OfferClosed):
    """Since she was asked, a warning was noted of a heat in which she is not to be outdoors."""

    def __init__(self, heat: Heat) -> None:
        super().__init__(f"a warning holds: {heat}")
        self.heat = heat


class ConflictingDuty(Exception):
    """The person holds another place at that time, or is owed rest: the database refused the row."""


class NotBegun(Exception):
    """The shift has not begun yet: nobody can have failed to come."""


class PlaceGiven(Exception):
    """Somebody else has taken the place meanwhile."""


def offer(
    session: Session,
    *,
    row: Row[ShiftRole, Shift, Activity, ActivityRole],
    volunteer_id: int,
    now: datetime,
    signup_id: int | None = None,
    assignment: Assignment | None = None,
    as_stand_by: bool = False,
    places: int = 1,
) -> Assignment | None:
    """Offer a place in the opening `row` (role, shift, activity, definition); None when none is free, or when nobody
    may know of the shift yet. `places`: of a family together, all of them or none.

    `as_stand_by`: one of those beside the role's places. With `assignment`, that draft becomes the offer. The caller
    holds the person's lock and has asked the rules. Raises ConflictingDuty.
    """
    shift = _with_a_place(session, row, now=now, as_stand_by=as_stand_by, places=places)
    if shift is None:
        return None
    if assignment is None:
        assignment = Assignment(
            area_id=shift.area_id,
            shift_id=shift.id,
            shift_role_id=row.ShiftRole.id,
            volunteer_id=volunteer_id,
            signup_id=signup_id,
            state=AssignmentState.DRAFTED,
            is_stand_by=as_stand_by,
            places=places,
            assigned_at=now,
        )
        session.add(assignment)
    assignment.occupies = occupied(shift)
    within = timedelta(minutes=row.Activity.answer_within)
    assignment.answer_by = answer_by(now=now, starts_at=shift.starts_at, within=within)
    assignment.move(AssignmentState.OFFERED)
    put_down(session, whose=f"volunteer {volunteer_id}")
    outbox.record(session, AssignmentOffered(assignment.id))
    return assignment


def take(
    session: Session,
    *,
    row: Row[ShiftRole, Shift, Activity, ActivityRole],
    volunteer_id: int,
    now: datetime,
    signup_id: int | None = None,
    answered_by: int | None = None,
    as_stand_by: bool = False,
) -> Assignment | None:
    """Give a place in the opening `row` to somebody who has said yes already; None when none is free, or when nobody
    may know of the shift yet.

    The caller holds the person's lock and has asked the rules. Raises ConflictingDuty, RiskUnconfirmed.
    """
    require(session, volunteer_id=volunteer_id, shift_id=row.Shift.id)
    shift = _with_a_place(session, row, now=now, as_stand_by=as_stand_by)
    if shift is None:
        return None
    assignment = Assignment(
        area_id=shift.area_id,
        shift_id=shift.id,
        shift_role_id=row.ShiftRole.id,
        volunteer_id=volunteer_id,
        signup_id=signup_id,
        state=AssignmentState.CONFIRMED,
        is_stand_by=as_stand_by,
        occupies=occupied(shift),
        assigned_at=now,
        answered_at=now,
        answered_by=answered_by,
    )
    session.add(assignment)
    put_down(session, whose=f"volunteer {volunteer_id}")
    outbox.record(session, AssignmentConfirmed(assignment.id))
    return assignment


def _with_a_place(
    session: Session,
    row: Row[ShiftRole, Shift, Activity, ActivityRole],
    *,
    now: datetime,
    as_stand_by: bool,
    places: int = 1,
) -> Shift | None:
    """The shift as it is now, so many places of the role taken; None when they are not free, or nobody may know yet."""
    shift = lock_open_shift(session, row.Shift.id)
    if shift is None or row.Activity.is_hidden(shift, now=now):
        return None
    return shift if take_place(session, row.ShiftRole.id, as_stand_by=as_stand_by, places=places) else None


def put_down(session: Session, *, whose: str) -> None:
    """Write down the places changed so far. Raises ConflictingDuty where the database refuses one."""
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictingDuty(f"{whose} is taken at that time") from error


def call_in(session: Session, assignment: Assignment, *, now: datetime, answered_by: int | None = None) -> bool:
    """Who stands by has said that she comes now: she has one of the role's places; False when none is free.

    It is the same assignment, so that she is never in two places, and in none for no moment. Her place as a stand-by is
    free for another. The caller holds her lock. Raises RiskUnconfirmed.
    """
    require(session, volunteer_id=assignment.volunteer_id, shift_id=assignment.shift_id)
    if not take_place(session, assignment.shift_role_id):
        return False
    give_back(session, assignment.shift_role_id, as_stand_by=True)
    assignment.is_stand_by = False
    assignment.answered_at, assignment.answered_by = now, answered_by
    outbox.record(session, AssignmentConfirmed(assignment.id))
    return True


def occupied(shift: Shift) -> Range[datetime]:
    """The time a place in the shift takes from its holder: the shift and the rest owed after it."""
    return Range(shift.starts_at, shift.ends_at + timedelta(minutes=shift.rest_after), bounds="[)")


def accept(session: Session, *, assignment_id: int, now: datetime, answered_by: int | None = None) -> Assignment:
    """Say yes to an offer. Saying it twice is harmless. Raises OfferClosed (TooHot), RiskUnconfirmed.

    The rules were asked when it was offered; the weather may have changed since.
    """
    assignment = locked(session, assignment_id)
    if assignment.state == AssignmentState.CONFIRMED:
        return assignment
    _check_open(session, assignment, now)
    if heat := heat_for(session, [assignment.id]).get(assignment.id):
        raise TooHot(heat)
    require(session, volunteer_id=assignment.volunteer_id, shift_id=assignment.shift_id)
    assignment.answered_at, assignment.answered_by = now, answered_by
    assignment.move(AssignmentState.CONFIRMED)
    outbox.record(session, AssignmentConfirmed(assignment.id))
    return assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Who could come instead: a person the house knows, or a name for the coordinator to make something of."""

    volunteer_id: int | None = None
    name: str = ""


def decline(
    session: Session,
    *,
    assignment_id: int,
    now: datetime,
    reason: str = "",
    suggestion: Suggestion | None = None,
    answered_by: int | None = None,
) -> Assignment:
    """Say no to an offer, or to a place accepted before, up to the start. Twice is harmless. Raises OfferClosed.

    Whoever suggests somebody has been asked first whether that is somebody to be asked (backfill.suggesting).
    """
    assignment = locked(session, assignment_id)
    if assignment.state == AssignmentState.DECLINED:
        return assignment
    if assignment.state != AssignmentState.CONFIRMED:
        _check_open(session, assignment, now)
    elif now >= session.get_one(Shift, assignment.shift_id, populate_existing=True).starts_at:
        raise OfferClosed("the shift has begun")
    assignment.answered_at, assignment.answered_by, assignment.decline_reason = now, answered_by, reason
    if suggestion is not None:
        assignment.suggested_id, assignment.suggested_name = suggestion.volunteer_id, suggestion.name
    assignment.move(AssignmentState.DECLINED)
    outbox.record(session, AssignmentDeclined(assignment.id))
    free_place(session, assignment)
    return assignment


def release(
    session: Session, assignment: Assignment, *, reason: ReleaseReason, place_held_until: datetime | None = None
) -> None:
    """Let a person go who holds a place. It is free at once, or kept for her until `place_held_until`."""
    assignment.move(AssignmentState.RELEASED)
    assignment.release_reason, assignment.place_held_until = reason, place_held_until
    outbox.record(session, AssignmentReleased(assignment.id))
    if place_held_until is None:
        free_place(session, assignment)


def restore(session: Session, assignment: Assignment, *, shift: Shift, to: AssignmentState) -> None:
    """Give a place that is kept, or taken again, for its former holder back to her, confirmed or offered as it was.

    `shift` as it is now: it may have been moved while she was away. Raises ConflictingDuty.
    """
    volunteer_id = assignment.volunteer_id  # cannot be read any more after a refused flush
    assignment.move(to)
    assignment.occupies = occupied(shift)
    assignment.place_held_until = assignment.release_reason = None
    put_down(session, whose=f"volunteer {volunteer_id}")
    is_sure = to == AssignmentState.CONFIRMED
    outbox.record(session, AssignmentConfirmed(assignment.id) if is_sure else AssignmentOffered(assignment.id))


def bring_fewer(session: Session, assignment: Assignment, *, places: int) -> None:
    """Some of a family do not come: their places are free. The caller holds the locks of the person and the place."""
    freed = assignment.places - places
    assignment.places = places
    give_back(session, assignment.shift_role_id, places=freed)
    outbox.record(session, PlaceFreed(assignment.shift_role_id))


def mark_no_show(session: Session, *, assignment_id: int, now: datetime) -> Assignment:
    """She said yes and did not come: her place is free for whoever steps in. Twice is harmless.

    Raises NotBegun, and ForbiddenMove for a place that is not confirmed.
    """
    assignment = locked(session, assignment_id)
    if assignment.state == AssignmentState.NO_SHOW:
        return assignment
    if assignment.is_stand_by:
        raise ForbiddenMove(f"assignment {assignment_id} is of a stand-by: nobody expects her yet")
    if now < session.get_one(Shift, assignment.shift_id, populate_existing=True).starts_at:
        raise NotBegun(f"the shift of assignment {assignment_id} has not begun")
    assignment.move(AssignmentState.NO_SHOW)
    give_back(session, assignment.shift_role_id, places=assignment.places)
    outbox.record(session, AssignmentMissed(assignment.id))
    return assignment


def came_after_all(session: Session, *, assignment_id: int) -> Assignment:
    """She came late, or was marked by mistake: the place is hers again. Twice is harmless.

    Raises PlaceGiven, ConflictingDuty, and ForbiddenMove for whoever was not missed.
    """
    assignment = locked(session, assignment_id)
    if assignment.state == AssignmentState.CONFIRMED:
        return assignment
    if assignment.state != AssignmentState.NO_SHOW:
        raise ForbiddenMove(f"assignment {assignment_id} is {assignment.state}")
    shift = session.get_one(Shift, assignment.shift_id, populate_existing=True)
    if not take_place(session, assignment.shift_role_id, places=assignment.places):
        raise PlaceGiven(f"role {assignment.shift_role_id} is full")
    restore(session, assignment, shift=shift, to=AssignmentState.CONFIRMED)
    return assignment


def locked(session: Session, assignment_id: int) -> Assignment:
    """The assignment, its person locked first: always person, then the rest."""
    volunteer_id = session.scalars(select(Assignment.volunteer_id).where(Assignment.id == assignment_id)).one()
    lock(session, volunteer_id)
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check_open(session: Session, assignment: Assignment, now: datetime) -> None:
    if assignment.state != AssignmentState.OFFERED:
        raise OfferClosed(f"this place is {assignment.state}")
    if assignment.answer_by is not None and now > assignment.answer_by:
        raise OfferClosed("the time to answer is over")
    shift = lock_open_shift(session, assignment.shift_id)
    if shift is None or now >= shift.starts_at:
        raise OfferClosed("the shift was called off or has begun")
