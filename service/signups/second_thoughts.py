"""What she says to an offer, and how she may change it: a yes to a no up to the start, a no to a yes while the place is
free and there is time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from service.roster import actions as roster
from service.roster.actions import ConflictingDuty, OfferClosed
from service.roster.models import HOLDING, Assignment
from service.roster.rules import CUTOFF
from service.signups.asking import candidate
from service.signups.queries import OpeningRow, as_opening, opening, waitlist
from service.signups.rules import unfit
from service.terms import AssignmentState, ShiftState
from service.volunteers.queries import lock_all


def say(
    session: Session, *, assignment_id: int, is_yes: bool, now: datetime, answered_by: int | None = None
) -> Assignment:
    """Yes or no to an offer, whatever she said before; the place she answered for: after a no another row.

    Raises OfferClosed.
    """
    if not is_yes:
        return roster.decline(session, assignment_id=assignment_id, now=now, answered_by=answered_by)
    if roster.locked(session, assignment_id).state == AssignmentState.DECLINED:
        assignment_id = offer_again(session, assignment_id=assignment_id, now=now).id
    return roster.accept(session, assignment_id=assignment_id, now=now, answered_by=answered_by)


def say_each(
    session: Session, answers: Mapping[int, bool], *, now: datetime, answered_by: int | None = None
) -> dict[int, Assignment | OfferClosed]:
    """Several answers at once, by assignment (True for yes), each by itself: one that comes too late keeps none of the
    others. What became of each."""
    lock_all(session, session.scalars(select(Assignment.volunteer_id).where(Assignment.id.in_(answers))).all())
    became: dict[int, Assignment | OfferClosed] = {}
    for assignment_id in sorted(answers):
        is_yes = answers[assignment_id]
        try:
            with session.begin_nested():
                said = say(session, assignment_id=assignment_id, is_yes=is_yes, now=now, answered_by=answered_by)
                became[assignment_id] = said
        except OfferClosed as closed:
            became[assignment_id] = closed
    return became


def offer_again(session: Session, *, assignment_id: int, now: datetime) -> Assignment:
    """A new offer of the place she has said no to. Asking twice gives the same one.

    Possible until CUTOFF before the start, unless the place has gone to somebody else or she has taken another duty.
    Raises OfferClosed.
    """
    refused = roster.locked(session, assignment_id)
    if held := _held(session, refused):
        return held
    row = _still_free(session, refused, now=now)
    if row is None:
        raise OfferClosed("that no stands: it is too late, or she or the place has gone to something else")
    try:
        with session.begin_nested():
            offered = roster.offer(
                session,
                row=row,
                volunteer_id=refused.volunteer_id,
                now=now,
                as_stand_by=refused.is_stand_by,
                places=refused.places,
            )
    except ConflictingDuty:
        offered = None
    if offered is None:
        raise OfferClosed("the place has gone to somebody else")
    return offered


def standing(session: Session, assignment_ids: Sequence[int]) -> list[int]:
    """What these offers have come to, in the same order, each once: after a no and then a yes it is another row.

    Messages stay in the telephone for weeks; the link in the first of them must show what she said last.
    """
    asked, held = aliased(Assignment), aliased(Assignment)
    rows = session.execute(
        select(asked.id, held.id)
        .join(held, (held.shift_id == asked.shift_id) & (held.volunteer_id == asked.volunteer_id))
        .where(asked.id.in_(assignment_ids), asked.state == AssignmentState.DECLINED, held.state.in_(HOLDING))
    )
    thought_again = {row[0]: row[1] for row in rows}
    return list(dict.fromkeys(thought_again.get(one, one) for one in assignment_ids))


def can_think_again(session: Session, refused: Assignment, *, now: datetime) -> bool:
    """Whether the place she said no to could be hers after all."""
    return _still_free(session, refused, now=now) is not None


def _still_free(session: Session, refused: Assignment, *, now: datetime) -> OpeningRow | None:
    row = opening(session, shift_id=refused.shift_id, shift_role_id=refused.shift_role_id)
    if row is None or refused.state != AssignmentState.DECLINED or row.Shift.state != ShiftState.OPEN:
        return None
    role = row.ShiftRole
    session.refresh(role)
    if refused.is_stand_by:
        is_full = role.standing_by >= role.stand_bys
    else:
        is_full = role.taken + refused.places > role.max_needed or bool(waitlist(session, role.id))
    if is_full or now > row.Shift.starts_at - CUTOFF:
        return None
    her = candidate(session, refused.volunteer_id, around=row.Shift.starts_at)
    return row if not unfit(her, as_opening(row)) else None


def _held(session: Session, refused: Assignment) -> Assignment | None:
    """The place she holds in this shift all the same."""
    return session.scalar(
        select(Assignment).where(
            Assignment.shift_id == refused.shift_id,
            Assignment.volunteer_id == refused.volunteer_id,
            Assignment.state.in_(HOLDING),
        )
    )
