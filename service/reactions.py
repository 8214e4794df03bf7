"""THE PAGE: what follows what.

Each (event, reaction) takes effect once: its done-mark commits with its effect. A reaction gets ids,
reads the rows as they are now, and bears running late, twice, or after a later event. An exception
is not swallowed: it is recorded on the reaction's row, tried again later, and dead after some tries.

A reaction is for one event, or `@for_many`: given all that wait for it at once, it takes effect for all of them
in one transaction, in few statements, and locks rows in the order of their ids. One event is then many of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from service.appointments import following as appointments
from service.backfill import actions as backfill
from service.backfill import calling_out, climbing
from service.events import (
    ActivityPublished,
    AppointmentChanged,
    AssignmentAskedAgain,
    AssignmentConfirmed,
    AssignmentDeclined,
    AssignmentMissed,
    AssignmentOffered,
    AssignmentReleased,
    BackfillClosed,
    CalendarChanged,
    CoHostAnswered,
    CoHostAsked,
    ConsentWithdrawn,
    Event,
    HeatWarningChanged,
    InvitationAnswered,
    InvitationSent,
    LeadTimesChosen,
    LearnerMovedUp,
    LoginCodeRequested,
    MatchRequested,
    OutdoorsChanged,
    PlaceFreed,
    RehearsalRequested,
    RiskRewritten,
    RungClimbed,
    SheetAccepted,
    ShiftCancelled,
    ShiftMoved,
    SignedUp,
    SignUpDeclined,
    SignUpWaitlisted,
    SignUpWithdrawn,
    StoodBy,
    SwapAgreed,
    SwapAnswered,
    SwapAsked,
    SwapClosed,
    TurnsRequested,
)
from service.matching import solving
from service.notifications import actions as notifications
from service.notifications import appointments as appointment_news
from service.notifications import askings, at_risk, co_hosts, gaps
from service.notifications import courses as lessons
from service.notifications import groups as chat_groups
from service.notifications import heat as heat_news
from service.notifications import risks as risk_news
from service.notifications import swaps as swap_news
from service.partners import actions as partners
from service.rehearsal import actions as rehearsal
from service.reminders import planning
from service.replanning import actions as replanning
from service.roster import refitting
from service.rotation import turns
from service.sheets import actions as sheets
from service.signups import following
from service.swaps import actions as swaps
from service.terms import BackfillCause

GivenUp: TypeAlias = AssignmentDeclined | AssignmentReleased
Answered: TypeAlias = AssignmentConfirmed | GivenUp

Reaction = Callable[..., None]
_FOR_MANY: set[str] = set()
#: Reactions that may take minutes: each has a task of its own, on a queue whose tasks have an hour.
LONG = frozenset({"solve_match"})


def for_many(reaction: Reaction) -> Reaction:
    """Say that a reaction takes many events at once."""
    _FOR_MANY.add(reaction.__name__)
    return reaction


def send_login_code(session: Session, event: LoginCodeRequested, *, now: datetime) -> None:
    notifications.tell_login_code(session, login_code_id=event.login_code_id, now=now)


def stop_reminders(session: Session, event: ConsentWithdrawn, *, now: datetime) -> None:
    planning.drop_without_consent(session, consent_id=event.consent_id, now=now)


def follow_lead_times(session: Session, event: LeadTimesChosen, *, now: datetime) -> None:
    planning.replan_person(session, volunteer_id=event.volunteer_id, now=now)


@for_many
def acknowledge_sign_up(session: Session, events: Sequence[SignedUp], *, now: datetime) -> None:
    signup_ids = [e.signup_id for e in events]
    following.catch_up(session, signup_ids=signup_ids, now=now)
    notifications.tell_signed_up(session, signup_ids=signup_ids, now=now)


@for_many
def confirm_withdrawal(session: Session, events: Sequence[SignUpWithdrawn], *, now: datetime) -> None:
    notifications.tell_withdrawn(session, signup_ids=[e.signup_id for e in events], now=now)


@for_many
def explain_decline(session: Session, events: Sequence[SignUpDeclined], *, now: datetime) -> None:
    notifications.tell_sign_up_declined(session, signup_ids=[e.signup_id for e in events], now=now)


@for_many
def explain_waiting(session: Session, events: Sequence[SignUpWaitlisted], *, now: datetime) -> None:
    signup_ids = [e.signup_id for e in events]
    following.catch_up(session, signup_ids=signup_ids, now=now)
    notifications.tell_waitlisted(session, signup_ids=signup_ids, now=now)


@for_many
def send_offer(session: Session, events: Sequence[AssignmentOffered], *, now: datetime) -> None:
    notifications.tell_offered(session, assignment_ids=[e.assignment_id for e in events], now=now)


def confirm_standing_by(session: Session, event: StoodBy, *, now: datetime) -> None:
    notifications.tell_standing_by(session, assignment_id=event.assignment_id, now=now)


def ask_again(session: Session, event: AssignmentAskedAgain, *, now: datetime) -> None:
    notifications.ask_again(session, assignment_id=event.assignment_id, now=now)


@for_many
def settle_sign_up(session: Session, events: Sequence[Answered], *, now: datetime) -> None:
    assignment_ids = [e.assignment_id for e in events]
    askings.drop_offers(session, assignment_ids=assignment_ids, now=now)
    following.settle(session, assignment_ids=assignment_ids)


@for_many
def plan_reminders(session: Session, events: Sequence[AssignmentConfirmed], *, now: datetime) -> None:
    planning.plan(session, assignment_ids=[e.assignment_id for e in events], now=now)


@for_many
def drop_reminders(session: Session, events: Sequence[GivenUp], *, now: datetime) -> None:
    planning.drop(session, assignment_ids=[e.assignment_id for e in events], now=now)


@for_many
def tell_released(session: Session, events: Sequence[AssignmentReleased], *, now: datetime) -> None:
    notifications.tell_released(session, assignment_ids=[e.assignment_id for e in events], now=now)


def fill_place(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    following.promote(session, shift_role_id=event.shift_role_id, now=now)


def report_gap(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    gaps.tell_gap(session, shift_role_id=event.shift_role_id, now=now)


def tell_watchers(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    gaps.tell_place_free(session, shift_role_id=event.shift_role_id, now=now)


def tell_groups(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    chat_groups.tell_groups(session, shift_role_id=event.shift_role_id, now=now)


def tell_at_risk(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    at_risk.tell_at_risk(session, shift_role_id=event.shift_role_id, now=now)


@for_many
def tell_goes_ahead(session: Session, events: Sequence[AssignmentConfirmed], *, now: datetime) -> None:
    at_risk.tell_goes_ahead(session, assignment_ids=[e.assignment_id for e in events], now=now)


def call_out(session: Session, event: ActivityPublished, *, now: datetime) -> None:
    calling_out.call_out(session, activity_id=event.activity_id, now=now)


def ask_co_hosts(session: Session, event: ActivityPublished, *, now: datetime) -> None:
    partners.ask_all(session, activity_id=event.activity_id, now=now)


def tell_co_host_asked(session: Session, event: CoHostAsked, *, now: datetime) -> None:
    co_hosts.tell_asked(session, co_host_id=event.co_host_id, now=now)


def tell_co_host_answered(session: Session, event: CoHostAnswered, *, now: datetime) -> None:
    co_hosts.tell_answered(session, co_host_id=event.co_host_id, now=now)


@for_many
def seat_and_rebook(session: Session, events: Sequence[Answered | AssignmentMissed], *, now: datetime) -> None:
    appointments.follow(session, assignment_ids=[e.assignment_id for e in events], now=now)


def ask_if_it_suits(session: Session, event: ShiftMoved, *, now: datetime) -> None:
    appointments.follow_moved(session, shift_id=event.shift_id, now=now)


def tell_appointment(session: Session, event: AppointmentChanged, *, now: datetime) -> None:
    appointment_news.tell(session, appointment_id=event.appointment_id, now=now)


def seek_replacement(session: Session, event: PlaceFreed, *, now: datetime) -> None:
    backfill.start(session, shift_role_id=event.shift_role_id, cause=BackfillCause.FREED, now=now)


def replace_missing(session: Session, event: AssignmentMissed, *, now: datetime) -> None:
    backfill.replace(session, assignment_id=event.assignment_id, now=now)


def tell_late(session: Session, event: AssignmentMissed, *, now: datetime) -> None:
    gaps.tell_late(session, assignment_id=event.assignment_id, now=now)


def end_swaps(session: Session, event: GivenUp, *, now: datetime) -> None:
    swaps.lapse_place(session, assignment_id=event.assignment_id, now=now)


def ask_to_swap(session: Session, event: SwapAsked, *, now: datetime) -> None:
    swap_news.ask_to_swap(session, swap_id=event.swap_id, now=now)


def drop_swap_call(session: Session, event: SwapAnswered, *, now: datetime) -> None:
    askings.drop_swap_answered(session, swap_asking_id=event.swap_asking_id, now=now)


def seek_approval(session: Session, event: SwapAgreed, *, now: datetime) -> None:
    swap_news.tell_to_approve(session, swap_id=event.swap_id, now=now)


def tell_swap_closed(session: Session, event: SwapClosed, *, now: datetime) -> None:
    swap_news.tell_swap_closed(session, swap_id=event.swap_id, now=now)


def drop_swap_calls(session: Session, event: SwapClosed, *, now: datetime) -> None:
    askings.drop_swap(session, swap_id=event.swap_id, now=now)


@for_many
def end_search(session: Session, events: Sequence[AssignmentConfirmed], *, now: datetime) -> None:
    climbing.settle(session, assignment_ids=[e.assignment_id for e in events], now=now)


def list_calls(session: Session, event: RungClimbed, *, now: datetime) -> None:
    gaps.call_unanswered(session, backfill_step_id=event.backfill_step_id, now=now)


def ask_to_step_in(session: Session, event: InvitationSent, *, now: datetime) -> None:
    gaps.ask_to_step_in(session, invitation_id=event.invitation_id, now=now)


def climb_on(session: Session, event: InvitationAnswered, *, now: datetime) -> None:
    climbing.hasten(session, invitation_id=event.invitation_id, now=now)


def drop_call(session: Session, event: InvitationAnswered, *, now: datetime) -> None:
    askings.drop_answered(session, invitation_id=event.invitation_id, now=now)


def drop_calls(session: Session, event: BackfillClosed, *, now: datetime) -> None:
    askings.drop_search(session, backfill_id=event.backfill_id, now=now)


def free_cancelled_shift(session: Session, event: ShiftCancelled, *, now: datetime) -> None:
    following.close_cancelled_shift(session, shift_id=event.shift_id)
    backfill.end(session, shift_id=event.shift_id, now=now)


def tell_learners(session: Session, event: ShiftCancelled, *, now: datetime) -> None:
    lessons.tell_called_off(session, shift_id=event.shift_id, now=now)


def tell_moved_up(session: Session, event: LearnerMovedUp, *, now: datetime) -> None:
    lessons.tell_moved_up(session, activity_id=event.activity_id, volunteer_id=event.volunteer_id, now=now)


def tell_risk_changed(session: Session, event: RiskRewritten, *, now: datetime) -> None:
    risk_news.tell_risk_changed(session, activity_id=event.activity_id, now=now)


def tell_heat(session: Session, event: HeatWarningChanged, *, now: datetime) -> None:
    heat_news.tell_heat(session, heat_warning_id=event.heat_warning_id, now=now)


def tell_heat_outdoors(session: Session, event: OutdoorsChanged, *, now: datetime) -> None:
    heat_news.tell_heat_in(session, activity_id=event.activity_id, now=now)


def follow_moved_shift(session: Session, event: ShiftMoved, *, now: datetime) -> None:
    refitting.refit(session, shift_id=event.shift_id)
    planning.replan_shift(session, shift_id=event.shift_id, now=now)
    notifications.tell_moved(session, shift_id=event.shift_id, now=now)
    heat_news.tell_heat_in(session, shift_id=event.shift_id, now=now)
    backfill.follow_move(session, shift_id=event.shift_id, now=now)
    swaps.lapse_shift(session, shift_id=event.shift_id, now=now)


def follow_calendar(session: Session, event: CalendarChanged, *, now: datetime) -> None:
    replanning.follow_calendar(session, area_id=event.area_id, now=now)


def play_rehearsal(session: Session, event: RehearsalRequested, *, now: datetime) -> None:
    rehearsal.play(session, rehearsal_id=event.rehearsal_id, reactions=NAMES, react=react, now=now)


def solve_match(session: Session, event: MatchRequested, *, now: datetime) -> None:
    solving.solve(session, match_run_id=event.match_run_id, now=now)


def deal_turns(session: Session, event: TurnsRequested, *, now: datetime) -> None:
    turns.deal(session, deal_id=event.rotation_deal_id, now=now)


def take_in_sheet(session: Session, event: SheetAccepted, *, now: datetime) -> None:
    sheets.take_in(session, sheet_id=event.sheet_id, now=now)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    LoginCodeRequested: (send_login_code,),
    ConsentWithdrawn: (stop_reminders,),
    LeadTimesChosen: (follow_lead_times,),
    CalendarChanged: (follow_calendar,),
    HeatWarningChanged: (tell_heat,),
    OutdoorsChanged: (tell_heat_outdoors,),
    ActivityPublished: (call_out, ask_co_hosts),
    CoHostAsked: (tell_co_host_asked,),
    CoHostAnswered: (tell_co_host_answered,),
    SignedUp: (acknowledge_sign_up,),
    SignUpWithdrawn: (confirm_withdrawal,),
    SignUpDeclined: (explain_decline,),
    SignUpWaitlisted: (explain_waiting,),
    MatchRequested: (solve_match,),
    TurnsRequested: (deal_turns,),
    SheetAccepted: (take_in_sheet,),
    RehearsalRequested: (play_rehearsal,),
    AssignmentOffered: (send_offer,),
    AssignmentAskedAgain: (ask_again,),
    AssignmentConfirmed: (settle_sign_up, plan_reminders, end_search, tell_goes_ahead, seat_and_rebook),
    StoodBy: (confirm_standing_by,),
    AssignmentDeclined: (settle_sign_up, drop_reminders, end_swaps, seat_and_rebook),
    AssignmentReleased: (settle_sign_up, drop_reminders, tell_released, end_swaps, seat_and_rebook),
    AssignmentMissed: (replace_missing, tell_late, seat_and_rebook),
    PlaceFreed: (fill_place, seek_replacement, report_gap, tell_at_risk, tell_watchers, tell_groups),
    SwapAsked: (ask_to_swap,),
    SwapAnswered: (drop_swap_call,),
    SwapAgreed: (seek_approval,),
    SwapClosed: (tell_swap_closed, drop_swap_calls),
    RungClimbed: (list_calls,),
    InvitationSent: (ask_to_step_in,),
    InvitationAnswered: (climb_on, drop_call),
    BackfillClosed: (drop_calls,),
    ShiftCancelled: (free_cancelled_shift, tell_learners),
    ShiftMoved: (follow_moved_shift, ask_if_it_suits),
    LearnerMovedUp: (tell_moved_up,),
    RiskRewritten: (tell_risk_changed,),
    AppointmentChanged: (tell_appointment,),
}

#: Event name → names of its reactions: what the relay writes into the outbox.
NAMES: dict[str, tuple[str, ...]] = {
    event.__name__: tuple(reaction.__name__ for reaction in reactions) for event, reactions in REACTIONS.items()
}


_BY_NAME: dict[str, Reaction] = {one.__name__: one for reactions in REACTIONS.values() for one in reactions}


def groups(begun: Mapping[str, Sequence[int]]) -> Iterator[Sequence[int]]:
    """Ids of reactions by their names → those that are run together."""
    for name, reaction_ids in begun.items():
        yield from [reaction_ids] if name in _FOR_MANY else [[one] for one in reaction_ids]


def react(session: Session, name: str, events: Sequence[Event], *, now: datetime) -> None:
    """Run the reaction called `name` for all of these. Raises LookupError when one has no such reaction (any more)."""
    for event in events:
        if name not in NAMES.get(type(event).__name__, ()):
            raise LookupError(f"{type(event).__name__} has no reaction {name!r}")
    if name in _FOR_MANY:
        _BY_NAME[name](session, events, now=now)
    else:
        for event in events:
            _BY_NAME[name](session, event, now=now)
