"""THE PAGE: what follows what.

Each (event, reaction) takes effect once: its done-mark commits with its effect. A reaction gets ids,
reads the rows as they are now, and bears running late, twice, or after a later event. An exception
is not swallowed: it is recorded on the reaction's row, tried again later, and dead after some tries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from service.backfill import actions as backfill
from service.backfill import climbing
from service.events import (
    AssignmentAskedAgain,
    AssignmentConfirmed,
    AssignmentDeclined,
    AssignmentMissed,
    AssignmentOffered,
    AssignmentReleased,
    BackfillClosed,
    CalendarChanged,
    ConsentWithdrawn,
    Event,
    InvitationAnswered,
    InvitationSent,
    LoginCodeRequested,
    MatchRequested,
    PlaceFreed,
    RungClimbed,
    SheetAccepted,
    ShiftCancelled,
    ShiftMoved,
    SignedUp,
    SignUpDeclined,
    SignUpWaitlisted,
    SignUpWithdrawn,
    SwapAgreed,
    SwapAnswered,
    SwapAsked,
    SwapClosed,
)
from service.matching import actions as matching
from service.notifications import actions as notifications
from service.notifications import calls, gaps
from service.notifications import swaps as swap_news
from service.reminders import actions as reminders
from service.replanning import actions as replanning
from service.roster import refitting
from service.sheets import actions as sheets
from service.signups import following
from service.swaps import actions as swaps
from service.terms import BackfillCause

Reaction = Callable[..., None]


def send_login_code(session: Session, event: LoginCodeRequested, *, now: datetime) -> None:
    notifications.tell_login_code(session, login_code_id=event.login_code_id, now=now)


def stop_reminders(session: Session, event: ConsentWithdrawn, *, now: datetime) -> None:
    reminders.drop_without_consent(session, consent_id=event.consent_id, now=now)


def acknowledge_sign_up(session: Session, event: SignedUp, *, now: datetime) -> None:
    following.catch_up(session, signup_id=event.signup_id, now=now)
    notifications.tell_signed_up(session, signup_id=event.signup_id, now=now)


def confirm_withdrawal(session: Session, event: SignUpWithdrawn, *, now: datetime) -> None:
    notifications.tell_withdrawn(session, signup_id=event.signup_id, now=now)


def explain_decline(session: Session, event: SignUpDeclined, *, now: datetime) -> None:
    notifications.tell_sign_up_declined(session, signup_id=event.signup_id, now=now)


def explain_waiting(session: Session, event: SignUpWaitlisted, *, now: datetime) -> None:
    following.catch_up(session, signup_id=event.signup_id, now=now)
    notifications.tell_waitlisted(session, signup_id=event.signup_id, now=now)


def send_offer(session: Session, event: AssignmentOffered, *, now: datetime) -> None:
    notifications.tell_offered(session, assignment_id=event.assignment_id, now=now)


def ask_again(session: Session, event: AssignmentAskedAgain, *, now: datetime) -> None:
    notifications.ask_again(session, assignment_id=event.assignment_id, now=now)


def settle_sign_up(
    session: Session, event: AssignmentConfirmed | AssignmentDeclined | AssignmentReleased, *, now: datetime
) -> None:
    following.settle(session, assignment_id=event.assignment_id)
    calls.drop_offer(session, assignment_id=event.assignment_id, now=now)


def plan_reminders(session: Session, event: AssignmentConfirmed, *, now: datetime) -> None:
    reminders.plan(session, assignment_id=event.assignment_id, now=now)


def drop_reminders(session: Session, event: AssignmentDeclined | AssignmentReleased, *, now: datetime) -> None:
    reminders.drop(session, assignment_id=event.assignment_id, now=now)


def tell_released(session: Session, event: AssignmentReleased, *, now: datetime) -> None:
    notifications.tell_released(session, assignment_id=event.assignment_id, now=now)


def fill_place(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    following.promote(session, shift_role_id=event.shift_role_id, now=now)


def report_gap(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    gaps.tell_gap(session, shift_role_id=event.shift_role_id, now=now)


def tell_watchers(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    gaps.tell_place_free(session, shift_role_id=event.shift_role_id, now=now)


def seek_replacement(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    backfill.start(session, shift_role_id=event.shift_role_id, cause=BackfillCause.FREED, now=now)


def replace_missing(session: Session, event: AssignmentMissed, *, now: datetime) -> None:
    backfill.replace(session, assignment_id=event.assignment_id, now=now)


def end_swaps(session: Session, event: AssignmentDeclined | AssignmentReleased, *, now: datetime) -> None:
    swaps.lapse_place(session, assignment_id=event.assignment_id, now=now)


def ask_to_swap(session: Session, event: SwapAsked, *, now: datetime) -> None:
    swap_news.ask_to_swap(session, swap_id=event.swap_id, now=now)


def drop_swap_call(session: Session, event: SwapAnswered, *, now: datetime) -> None:
    calls.drop_swap_answered(session, swap_asking_id=event.swap_asking_id, now=now)


def seek_approval(session: Session, event: SwapAgreed, *, now: datetime) -> None:
    swap_news.tell_to_approve(session, swap_id=event.swap_id, now=now)


def tell_swap_closed(session: Session, event: SwapClosed, *, now: datetime) -> None:
    swap_news.tell_swap_closed(session, swap_id=event.swap_id, now=now)


def drop_swap_calls(session: Session, event: SwapClosed, *, now: datetime) -> None:
    calls.drop_swap(session, swap_id=event.swap_id, now=now)


def end_search(session: Session, event: AssignmentConfirmed, *, now: datetime) -> None:
    climbing.settle(session, assignment_id=event.assignment_id, now=now)


def list_calls(session: Session, event: RungClimbed, *, now: datetime) -> None:
    gaps.call_unanswered(session, backfill_step_id=event.backfill_step_id, now=now)


def ask_to_step_in(session: Session, event: InvitationSent, *, now: datetime) -> None:
    gaps.ask_to_step_in(session, invitation_id=event.invitation_id, now=now)


def climb_on(session: Session, event: InvitationAnswered, *, now: datetime) -> None:
    climbing.hasten(session, invitation_id=event.invitation_id, now=now)


def drop_call(session: Session, event: InvitationAnswered, *, now: datetime) -> None:
    calls.drop_answered(session, invitation_id=event.invitation_id, now=now)


def drop_calls(session: Session, event: BackfillClosed, *, now: datetime) -> None:
    calls.drop_search(session, backfill_id=event.backfill_id, now=now)


def free_cancelled_shift(session: Session, event: ShiftCancelled, *, now: datetime) -> None:
    following.close_cancelled_shift(session, shift_id=event.shift_id)
    backfill.end(session, shift_id=event.shift_id, now=now)


def follow_moved_shift(session: Session, event: ShiftMoved, *, now: datetime) -> None:
    refitting.refit(session, shift_id=event.shift_id)
    reminders.replan_shift(session, shift_id=event.shift_id, now=now)
    notifications.tell_moved(session, shift_id=event.shift_id, now=now)
    backfill.follow_move(session, shift_id=event.shift_id, now=now)
    swaps.lapse_shift(session, shift_id=event.shift_id, now=now)


def follow_calendar(session: Session, event: CalendarChanged, *, now: datetime) -> None:
    replanning.follow_calendar(session, area_id=event.area_id, now=now)


def solve_match(session: Session, event: MatchRequested, *, now: datetime) -> None:
    matching.solve(session, match_run_id=event.match_run_id, now=now)


def take_in_sheet(session: Session, event: SheetAccepted, *, now: datetime) -> None:
    sheets.take_in(session, sheet_id=event.sheet_id, now=now)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    LoginCodeRequested: (send_login_code,),
    ConsentWithdrawn: (stop_reminders,),
    CalendarChanged: (follow_calendar,),
    SignedUp: (acknowledge_sign_up,),
    SignUpWithdrawn: (confirm_withdrawal,),
    SignUpDeclined: (explain_decline,),
    SignUpWaitlisted: (explain_waiting,),
    MatchRequested: (solve_match,),
    SheetAccepted: (take_in_sheet,),
    AssignmentOffered: (send_offer,),
    AssignmentAskedAgain: (ask_again,),
    AssignmentConfirmed: (settle_sign_up, plan_reminders, end_search),
    AssignmentDeclined: (settle_sign_up, drop_reminders, end_swaps),
    AssignmentReleased: (settle_sign_up, drop_reminders, tell_released, end_swaps),
    AssignmentMissed: (replace_missing,),
    PlaceFreed: (fill_place, seek_replacement, report_gap, tell_watchers),
    SwapAsked: (ask_to_swap,),
    SwapAnswered: (drop_swap_call,),
    SwapAgreed: (seek_approval,),
    SwapClosed: (tell_swap_closed, drop_swap_calls),
    RungClimbed: (list_calls,),
    InvitationSent: (ask_to_step_in,),
    InvitationAnswered: (climb_on, drop_call),
    BackfillClosed: (drop_calls,),
    ShiftCancelled: (free_cancelled_shift,),
    ShiftMoved: (follow_moved_shift,),
}

#: Event name → names of its reactions: what the relay writes into the outbox.
NAMES: dict[str, tuple[str, ...]] = {
    event.__name__: tuple(reaction.__name__ for reaction in reactions) for event, reactions in REACTIONS.items()
}


def react(session: Session, name: str, event: Event, *, now: datetime) -> None:
    """Run the reaction called `name` for `event`. Raises LookupError when there is no such reaction (any more)."""
    for reaction in REACTIONS.get(type(event), ()):
        if reaction.__name__ == name:
            reaction(session, event, now=now)
            return
    raise LookupError(f"{type(event).__name__} has no reaction {name!r}")
