"""What can be done about a swap: ask for it, take that back, approve it or not; and how it lapses.

Locks are taken in the order of all rooms: the people by id, then the swap, then their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Shift
from service.activities.queries import lock_open_shift
from service.events import SwapAgreed, SwapAsked, SwapClosed
from service.risks.actions import require
from service.roster import actions as roster
from service.roster import handing_over
from service.roster.models import Assignment
from service.signups.actions import SignUpRefused
from service.signups.asking import candidate
from service.signups.models import SignUp
from service.signups.queries import standing
from service.signups.rules import Refused
from service.swaps import queries
from service.swaps.models import PENDING, Swap, SwapAsking
from service.swaps.queries import PlaceRow
from service.swaps.rules import reasons_against
from service.terms import AssignmentState, InvitationState, Refusal, ShiftState, SwapState
from service.volunteers.queries import lock_all


class NothingToGive(Exception):
    """The place is not confirmed, is a stand-by's or a family's, or its shift has begun or was called off."""


class NobodyToAsk(Exception):
    """Nobody could take the place, or not the person, or not the exchange, that was named."""


class SwapIsOver(Exception):
    """The swap has ended, or a place it is about has gone to something else."""


def ask(
    session: Session, *, assignment_id: int, now: datetime, to: int | None = None, in_return_id: int | None = None
) -> Swap:
    """Ask others to take a place: everybody who could, the person `to`, or who holds `in_return_id`, in exchange.

    The place stays its holder's until somebody takes it. Asking again while a swap is under way gives that one.
    Raises NothingToGive, NobodyToAsk, and RiskUnconfirmed of what she would have in exchange.
    """
    assignment = roster.locked(session, assignment_id)
    given = queries.place(session, assignment_id)
    is_for_one = not assignment.is_stand_by and assignment.places == 1
    if assignment.state != AssignmentState.CONFIRMED or not is_for_one or not _is_ahead(given, now):
        raise NothingToGive(f"assignment {assignment_id} is {assignment.state}")
    pending = [swap for swap in queries.pending_of(session, assignment_id) if swap.assignment_id == assignment_id]
    if pending:
        return pending[0]
    people = _whom(session, given, to=to, in_return_id=in_return_id, now=now)
    if in_return_id is not None:
        wanted = session.get_one(Assignment, in_return_id)
        require(session, volunteer_id=assignment.volunteer_id, shift_id=wanted.shift_id)
    swap = Swap(
        area_id=assignment.area_id,
        assignment_id=assignment_id,
        in_return_id=in_return_id,
        state=SwapState.OPEN,
        asked_at=now,
    )
    session.add(swap)
    session.flush()
    session.add_all(SwapAsking(swap_id=swap.id, volunteer_id=one, state=InvitationState.ASKED) for one in people)
    session.flush()
    outbox.record(session, SwapAsked(swap.id))
    return swap


def _whom(
    session: Session, given: PlaceRow, *, to: int | None, in_return_id: int | None, now: datetime
) -> Sequence[int]:
    """Ids of the people to be asked. Raises NobodyToAsk."""
    if in_return_id is not None:
        exchanges = queries.exchanges(session, given, now=now)
        people = [one.holder.id for one in exchanges if one.row.Assignment.id == in_return_id]
    else:
        people = [one.id for one in queries.can_take(session, given) if to in (None, one.id)]
    if not people:
        raise NobodyToAsk(f"nobody could take assignment {given.Assignment.id}")
    return people


def _is_ahead(row: PlaceRow, now: datetime) -> bool:
    shift: Shift = row.Shift
    return shift.state == ShiftState.OPEN and now < shift.starts_at


def agree(session: Session, swap: Swap, *, taker_id: int, now: datetime, answered_by: int | None = None) -> None:
    """Somebody says yes: it is done, or, where the activity wants that, a coordinator is asked to approve.

    The caller holds the locks of both people and of the swap. Raises SwapIsOver, SignUpRefused, RiskUnconfirmed.
    """
    given = queries.place(session, swap.assignment_id)
    require(session, volunteer_id=taker_id, shift_id=given.Shift.id)
    swap.taker_id = taker_id
    if given.Activity.swaps_need_approval:
        _check(session, swap, given, now=now)
        swap.move(SwapState.AGREED)
        swap.agreed_at = now
        outbox.record(session, SwapAgreed(swap.id))
    else:
        swap.agreed_at = now
        _carry_out(session, swap, given, now=now, answered_by=answered_by)


def approve(session: Session, *, swap_id: int, account_id: int, now: datetime) -> Swap:
    """A coordinator says yes: the places change hands. Twice is harmless. Raises SwapIsOver, SignUpRefused."""
    swap = _agreed(session, swap_id, or_else=SwapState.DONE)
    if swap.state == SwapState.DONE:
        return swap
    _carry_out(session, swap, queries.place(session, swap.assignment_id), now=now)
    swap.closed_by = account_id
    audit.note_about(session, "approved_swap", swap, account_id=account_id, now=now)
    return swap


def refuse(session: Session, *, swap_id: int, account_id: int, now: datetime) -> Swap:
    """A coordinator says no: all stays as it is, and both are told. Twice is harmless. Raises SwapIsOver."""
    swap = _agreed(session, swap_id, or_else=SwapState.REFUSED)
    if swap.state == SwapState.REFUSED:
        return swap
    swap.closed_by = account_id
    close(session, swap, state=SwapState.REFUSED, now=now)
    audit.note_about(session, "refused_swap", swap, account_id=account_id, now=now)
    return swap


def _agreed(session: Session, swap_id: int, *, or_else: SwapState) -> Swap:
    """The swap a coordinator has to decide on, locked with all its people; or one that was so decided before.

    Looked at before it is locked: only of an agreed one the taker is known, who must be locked first.
    """
    decidable = (SwapState.AGREED, or_else)
    swap = session.get_one(Swap, swap_id, populate_existing=True)
    if swap.state not in decidable or lock(session, swap_id).state not in decidable:
        raise SwapIsOver(f"swap {swap_id} is {swap.state}")
    return swap


def take_back(session: Session, *, swap_id: int, now: datetime) -> Swap:
    """She comes herself after all. Twice is harmless. Raises SwapIsOver when somebody has her place already."""
    swap = lock(session, swap_id)
    if swap.state == SwapState.DONE:
        raise SwapIsOver(f"swap {swap_id} is done")
    if swap.state in PENDING:
        close(session, swap, state=SwapState.TAKEN_BACK, now=now)
    return swap


def lapse_place(session: Session, *, assignment_id: int, now: datetime) -> None:
    """A place was given up, or taken away: what was to become of it is over."""
    for swap in queries.pending_of(session, assignment_id):
        _lapse(session, swap.id, now=now)


def lapse_shift(session: Session, *, shift_id: int, now: datetime) -> None:
    """A shift was moved: who said yes to its former time has not said yes to the new one."""
    for swap in queries.pending_in(session, shift_id):
        _lapse(session, swap.id, now=now)


def lapse_begun(session: Session, *, now: datetime, limit: int = 50) -> int:
    """End the swaps whose shift has begun: it is their holder's; how many."""
    found = queries.begun(session, now=now, limit=limit)
    for swap in found:
        _lapse(session, swap.id, now=now)
    return len(found)


def _lapse(session: Session, swap_id: int, *, now: datetime) -> None:
    swap = lock(session, swap_id)
    if swap.state in PENDING:
        close(session, swap, state=SwapState.LAPSED, now=now)


def lock(session: Session, swap_id: int, *, and_volunteer_id: int | None = None) -> Swap:
    """The swap with the people whose places it changes, and perhaps one who answers: people by id, then the swap."""
    swap = session.get_one(Swap, swap_id, populate_existing=True)
    places = [one for one in (swap.assignment_id, swap.in_return_id) if one is not None]
    people = {session.get_one(Assignment, one).volunteer_id for one in places}
    lock_all(session, people | {one for one in (swap.taker_id, and_volunteer_id) if one is not None})
    return queries.locked(session, swap_id)


def close(session: Session, swap: Swap, *, state: SwapState, now: datetime) -> None:
    """End a swap that the caller has locked."""
    swap.move(state)
    swap.closed_at = now
    outbox.record(session, SwapClosed(swap.id))


def _carry_out(session: Session, swap: Swap, given: PlaceRow, *, now: datetime, answered_by: int | None = None) -> None:
    """The places change hands, in one step. Raises SwapIsOver, SignUpRefused."""
    returned = _check(session, swap, given, now=now)
    taker_id = _taker(swap)
    changes = [_change(session, given, to=taker_id)]
    if returned is not None:
        changes.append(_change(session, returned, to=given.Assignment.volunteer_id))
    try:
        handing_over.hand_over(session, changes, now=now, answered_by=answered_by)
    except roster.ConflictingDuty as error:
        raise SignUpRefused([Refused(Refusal.OVERLAP)]) from error
    close(session, swap, state=SwapState.DONE, now=now)


def _check(session: Session, swap: Swap, given: PlaceRow, *, now: datetime) -> PlaceRow | None:
    """Whether the places are still theirs and each could serve the other's shift; the place had in return.

    Raises SwapIsOver, SignUpRefused with all reasons.
    """
    returned = queries.place(session, swap.in_return_id) if swap.in_return_id is not None else None
    giver_id, taker_id = given.Assignment.volunteer_id, _taker(swap)
    for row in sorted((one for one in (given, returned) if one is not None), key=lambda row: row.Shift.id):
        is_held = row.Assignment.state == AssignmentState.CONFIRMED
        if lock_open_shift(session, row.Shift.id) is None or not is_held or now >= row.Shift.starts_at:
            raise SwapIsOver(f"assignment {row.Assignment.id} is not hers to give any more")
    reasons = _reasons(session, taker_id, given, gives_up=returned)
    if returned is not None:
        reasons += _reasons(session, giver_id, returned, gives_up=given)
    if reasons:
        raise SignUpRefused(reasons)
    return returned


def _reasons(session: Session, volunteer_id: int, row: PlaceRow, *, gives_up: PlaceRow | None) -> list[Refused]:
    her = candidate(session, volunteer_id, around=row.Shift.starts_at)
    return reasons_against(her, queries.opening_of(row), gives_up=gives_up.Shift.id if gives_up is not None else None)


def _change(session: Session, row: PlaceRow, *, to: int) -> handing_over.HandOver:
    """With the sign-up by which she waits for this very role: it is settled by getting the place."""
    hers: SignUp | None = standing(session, shift_id=row.Shift.id, volunteer_id=to)
    signup_id = hers.id if hers is not None and hers.shift_role_id == row.ShiftRole.id else None
    return handing_over.HandOver(row.Assignment, to, signup_id)


def _taker(swap: Swap) -> int:
    assert swap.taker_id is not None, "a swap is checked once somebody has said yes"  # noqa: S101
    return swap.taker_id
