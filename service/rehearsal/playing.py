"""The play: from one instant at which something falls due to the next, the house's own code does what it would do.

1. React to what was recorded, sweep, send, until nothing is left to do at this instant.
2. Let people answer, as assumed; if anybody did, once more from 1.
3. Go on to the next instant: the earliest that a reminder, a message, a search, an offer or an answer waits for. Every
   four hours the sweeps look anyway, so that what keeps a time of its own is not forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, extract, func, select, union_all
from sqlalchemy.orm import Session

from service import clock, outbox
from service.backfill import climbing
from service.backfill.models import Backfill
from service.db import AwareDateTime, transaction
from service.drafting import actions as drafting
from service.notifications import channels, courses, digests, sending
from service.notifications.channels import Message, Sender, call_list
from service.notifications.models import Notification
from service.outbox import OutboxReaction
from service.rehearsal.answers import Ask, Habit, asks, give, habits
from service.reminders import sweeping
from service.reminders.models import Reminder
from service.roster import overdue
from service.roster.models import Assignment
from service.roster.rules import ASKED_AGAIN_AT, CALLED_AT
from service.signups import following
from service.signups import queries as signups
from service.swaps import actions as swaps
from service.terms import AssignmentState, Assumption, BackfillState, Channel, NotificationState, ReminderState

log = structlog.get_logger(__name__)

React = Callable[..., None]
Sweep = Callable[..., int]

#: What beat rings, but for what has nothing to say within some weeks: laying out more shifts, forgetting old answers,
#: missing who is late (in a play everybody who said yes comes).
SWEEPS: dict[str, Sweep] = {
    "roster.ask_again": overdue.ask_again,
    "roster.expire_offers": overdue.expire_offers,
    "roster.hand_on_places": overdue.hand_on_places,
    "backfill.climb_due": climbing.climb_due,
    "drafting.reveal_due": drafting.reveal_due,
    "swaps.lapse_begun": swaps.lapse_begun,
    "notifications.write_digests": digests.write_due,
    "notifications.remind_learners": courses.remind_due,
}
#: Those that open their own transactions.
SENDING: dict[str, Callable[[], int]] = {
    "reminders.send_due": sweeping.send_due,
    "notifications.send_due": sending.send_due,
}
#: Hours between two looks when nothing falls due: at midnight, four, eight ... here and in UTC.
TICK_HOURS = 4
#: More rounds than this at one instant are a fault, not a play.
MOST_ROUNDS = 200


class Silence:
    """Takes every message and lets nobody hear it: its text stands on the notification's own row."""

    REPEATS_SAFELY = True

    def send(self, _message: Message) -> None:
        """Delivered."""


def _channel(channel: Channel) -> Sender:
    """Nothing leaves the house but to the call list, which is a table and has its shadow."""
    return call_list if channel == Channel.CALL_LIST else Silence()


@dataclass(slots=True)
class Play:
    """One play on the shadows. `tell` is called with the instant it has come to, now and then."""

    until_at: datetime
    assumption: Assumption
    reactions: Mapping[str, Sequence[str]]
    react: React
    ends: float
    tell: Callable[[datetime], None]
    habits: dict[int, Habit] = field(default_factory=dict)
    answered: set[Ask] = field(default_factory=set)

    def run(self, from_at: datetime) -> datetime:
        """Play, and give how far it came: to the end, or to where the time for it was up."""
        now: datetime | None = from_at
        while now is not None and now < self.until_at:
            if time.monotonic() > self.ends:
                return now
            with clock.standing_at(now), channels.instead(_channel):
                self._settle(now)
            self.tell(now)
            now = self._next(now)
        return self.until_at

    def _settle(self, now: datetime) -> None:
        for _ in range(MOST_ROUNDS):
            done = self._follow(now) + _sweep(now) + sum(send() for send in SENDING.values())
            if not done and not self._answer(now):
                return
        raise RuntimeError(f"no end to what follows at {now}")

    def _follow(self, now: datetime) -> int:
        """Every reaction to what was recorded, each in its transaction, as the worker does it."""
        with transaction() as session:
            outbox.fan_out(session, reactions=self.reactions)
            is_open = (OutboxReaction.done_at.is_(None), OutboxReaction.dead_at.is_(None))
            ids = session.scalars(select(OutboxReaction.id).where(*is_open).order_by(OutboxReaction.id)).all()
        for reaction_id in ids:
            self._follow_one(reaction_id, now)
        return len(ids)

    def _follow_one(self, reaction_id: int, now: datetime) -> None:
        try:
            with transaction() as session:
                for taken in outbox.take(session, [reaction_id]):
                    self.react(session, taken.reaction, [taken.fact()], now=now)
        except Exception:
            # In life it would be tried again, and be dead at last; here it is over at once, and said.
            log.warning("reaction failed in a rehearsal", reaction_id=reaction_id, exc_info=True)
            with transaction() as session:
                session.get_one(OutboxReaction, reaction_id).dead_at = now

    def _answer(self, now: datetime) -> int:
        """Let those answer whose time has come; how many."""
        with transaction() as session:
            due = [ask for ask, at in self._expected(session) if at <= now]
        for ask in due:
            self.answered.add(ask)
            with transaction() as session:
                give(session, ask, self.habits[ask.volunteer_id], now=now)
        return len(due)

    def _expected(self, session: Session) -> list[tuple[Ask, datetime]]:
        """Who will answer, and when."""
        if self.assumption == Assumption.NOBODY:
            return []
        open_asks = [ask for ask in asks(session) if ask not in self.answered]
        unknown = {ask.volunteer_id for ask in open_asks} - self.habits.keys()
        self.habits |= habits(session, self.assumption, unknown)
        expected = [(ask, self.habits[ask.volunteer_id]) for ask in open_asks if ask.volunteer_id in self.habits]
        return [(ask, ask.asked_at + habit.after) for ask, habit in expected]

    def _next(self, now: datetime) -> datetime | None:
        with transaction() as session:
            waited_for = [at for _, at in self._expected(session) if at > now]
            due = next_due(session, after=now)
        look = now.replace(hour=now.hour // TICK_HOURS * TICK_HOURS, minute=0, second=0, microsecond=0)
        others = [look + timedelta(hours=TICK_HOURS), digests.next_round(now), *([due] if due is not None else [])]
        return min([*waited_for, *others])


def next_due(session: Session, *, after: datetime) -> datetime | None:
    """The next instant at which the house has something to do by itself."""
    is_offer = (Assignment.state == AssignmentState.OFFERED, Assignment.answer_by.is_not(None))
    instants = union_all(
        select(Reminder.due_at.label("at")).where(Reminder.state == ReminderState.PLANNED),
        select(Notification.send_at).where(Notification.state == NotificationState.PLANNED),
        select(Backfill.next_at).where(Backfill.state == BackfillState.CLIMBING),
        select(Assignment.place_held_until).where(Assignment.place_held_until.is_not(None)),
        select(Assignment.answer_by).where(*is_offer),
        *(select(_after(part)).where(*is_offer) for part in (ASKED_AGAIN_AT, CALLED_AT)),
    ).subquery()
    found: datetime | None = session.scalar(select(func.min(instants.c.at)).where(instants.c.at > after))
    return found


def _after(part: float) -> ColumnElement[datetime]:
    """When this part of the time to answer is over, up to the next full second."""
    asked, until = extract("epoch", Assignment.assigned_at), extract("epoch", Assignment.answer_by)
    return func.to_timestamp(func.ceil(asked + (until - asked) * part), type_=AwareDateTime())


def _sweep(now: datetime) -> int:
    """Every sweep, a batch a transaction, until none has anything left; for who waits, every free place once."""
    done = 0
    for sweep in SWEEPS.values():
        while True:
            with transaction() as session:
                count = sweep(session, now=now)
            done += count
            if not count:
                break
    with transaction() as session:
        roles = signups.roles_to_fill(session, now=now)
    for shift_role_id in roles:
        with transaction() as session:
            following.promote(session, shift_role_id=shift_role_id, now=now)
    return done
