"""Pure rules about reminders: when each falls due, and what one person is told on one day."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from service.calendars.quiet import Quiet
from service.calendars.rules import instant, local
from service.terms import AssignmentState, ShiftState, UnsentReason

#: A reminder that would fall into the night is given this long before the night begins.
BEFORE_QUIET = timedelta(minutes=30)
#: Who signed up after every lead time is still reminded this long before the start.
LAST_WORD = timedelta(hours=2)
#: A shift that begins within this of tomorrow's waking time cannot wait for tomorrow's message.
TOO_CLOSE_TO_WAKING = timedelta(hours=2)

_DURATION = re.compile(r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_EVENING = re.compile(r"eve(\d\d:\d\d)")


class MalformedLeadTime(ValueError):
    """Neither a duration such as `P3D` or `PT2H`, nor an evening such as `eve20:00`."""


def parse(lead_time: str) -> timedelta | time:
    """How long before the start (ISO 8601), or at what time on the evening before it. Raises MalformedLeadTime."""
    if evening := _EVENING.fullmatch(lead_time):
        try:
            return time.fromisoformat(evening[1])
        except ValueError:
            raise MalformedLeadTime(f"{lead_time!r} names no time of day") from None
    duration = _DURATION.fullmatch(lead_time)
    lead = timedelta(**{unit: int(n) for unit, n in duration.groupdict("0").items()}) if duration else timedelta()
    if not lead:
        raise MalformedLeadTime(f"{lead_time!r} is neither a duration such as P3D nor an evening such as eve20:00")
    return lead


def wanted_at(lead_time: str, starts_at: datetime) -> datetime:
    """When the lead time falls due if nobody slept. Raises MalformedLeadTime."""
    lead = parse(lead_time)
    if isinstance(lead, timedelta):
        return starts_at - lead
    return instant(local(starts_at).date() - timedelta(days=1), lead)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a reminder falls due, or why it never will."""

    due_at: datetime
    unsent_reason: UnsentReason | None = None


def timings(lead_times: Sequence[str], *, starts_at: datetime, now: datetime, quiet: Quiet) -> dict[str, Timing]:
    """The timing of every lead time of a place confirmed (or moved) now. Raises MalformedLeadTime.

    If all are too late, the one nearest to the start is moved to LAST_WORD before it: nobody waits for days with
    no word but the first. If that is past as well, the confirmation was moments ago, and is enough.
    """
    wanted = {lead_time: wanted_at(lead_time, starts_at) for lead_time in lead_times}
    found = {name: timing(at, starts_at=starts_at, now=now, quiet=quiet) for name, at in wanted.items()}
    if found and all(one.unsent_reason == UnsentReason.TOO_LATE for one in found.values()):
        nearest = max(wanted, key=lambda name: wanted[name])
        last_word = timing(starts_at - LAST_WORD, starts_at=starts_at, now=now, quiet=quiet)
        if last_word.unsent_reason is None:
            found[nearest] = last_word
    return found


def timing(wanted: datetime, *, starts_at: datetime, now: datetime, quiet: Quiet) -> Timing:
    """When something wanted at that instant is said, given the quiet hours and what time it is now."""
    if not quiet.covers(wanted):
        return Timing(wanted, None if now <= wanted else UnsentReason.TOO_LATE)
    began = quiet.began(wanted)
    if now < began:
        return Timing(max(now, began - BEFORE_QUIET))
    morning = quiet.over(wanted)
    if morning >= starts_at:
        return Timing(wanted, UnsentReason.QUIET_HOURS)
    return Timing(morning, None if now <= morning else UnsentReason.TOO_LATE)


def obstacle(
    *, assignment_state: AssignmentState, shift_state: ShiftState, has_consent: bool = True, is_paused: bool = False
) -> UnsentReason | None:
    """Why nothing should be said about this assignment; None when she is expected and agreed to be reminded."""
    if shift_state == ShiftState.CANCELLED:
        return UnsentReason.CANCELLED
    if assignment_state in (AssignmentState.CHECKED_IN, AssignmentState.COMPLETED, AssignmentState.NO_SHOW):
        return UnsentReason.SUPERSEDED
    if assignment_state != AssignmentState.CONFIRMED:
        return UnsentReason.NOT_HOLDING
    if not has_consent:
        return UnsentReason.NO_CONSENT
    return UnsentReason.PAUSED if is_paused else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One planned reminder of a person, due today or before."""

    reminder_id: int
    assignment_id: int
    starts_at: datetime
    due_at: datetime
    obstacle: UnsentReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person has been reminded of today: the messages' keys, and the assignments in them.

    `keys` are all that exist, `assignment_ids` only those of messages that went out or still will.
    """

    keys: frozenset[str] = frozenset()
    assignment_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a person's reminders: said in one message, left unsaid, or moved to another day."""

    key: str = ""
    said: tuple[Pending, ...] = ()
    unsent: dict[int, UnsentReason] = field(default_factory=dict)
    moved: dict[int, datetime] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many reminders it decides about."""
        return len(self.said) + len(self.unsent) + len(self.moved)

    @property
    def assignment_ids(self) -> list[int]:
        """The places the message speaks of, next first, each once."""
        by_start = sorted(self.said, key=lambda p: (p.starts_at, p.assignment_id))
        return list(dict.fromkeys(p.assignment_id for p in by_start))


def settle(pending: Collection[Pending], *, volunteer_id: int, told: Told, now: datetime, quiet: Quiet) -> Settlement:
    """Decide about all reminders of one person that fall due on the local day of `now`.

    1. What is cancelled, declined or past is left unsaid, with its reason.
    2. A sweep so late that the night has come lets people sleep: the morning, if it is before the start.
    3. The first message of a day takes along everything due that day.
    4. After it, what was told is not told again. The rest waits for the next morning, unless that is too late for
       one of them: then all of it goes in a further message.
    """
    unsent = {p.reminder_id: reason for p in pending if (reason := p.obstacle or _past(p, now))}
    moved: dict[int, datetime] = {}
    for p in pending:
        if p.reminder_id not in unsent and p.due_at <= now and quiet.holds_back(now, due_at=p.due_at):
            if quiet.over(now) < p.starts_at:
                moved[p.reminder_id] = quiet.over(now)
            else:
                unsent[p.reminder_id] = UnsentReason.QUIET_HOURS
    standing = [p for p in pending if p.reminder_id not in unsent and p.reminder_id not in moved]
    due = [p for p in standing if p.due_at <= now]
    if due and not told.assignment_ids:
        return Settlement(_key(volunteer_id, told=told, said=standing, now=now), tuple(standing), unsent, moved)
    unsent |= {p.reminder_id: UnsentReason.ALREADY_TOLD for p in due if p.assignment_id in told.assignment_ids}
    untold = [p for p in due if p.assignment_id not in told.assignment_ids]
    if any(_cannot_wait(p, now, quiet) for p in untold):
        return Settlement(_key(volunteer_id, told=told, said=untold, now=now), tuple(untold), unsent, moved)
    moved |= {p.reminder_id: quiet.next_morning(now) for p in untold}
    return Settlement(unsent=unsent, moved=moved)


def day_key(volunteer_id: int, now: datetime) -> str:
    """The key of a person's one condensed message of a local day."""
    return f"reminder:{volunteer_id}:{local(now).date()}"


def _past(pending: Pending, now: datetime) -> UnsentReason | None:
    return UnsentReason.TOO_LATE if now >= pending.starts_at else None


def _cannot_wait(pending: Pending, now: datetime, quiet: Quiet) -> bool:
    return pending.starts_at < quiet.next_morning(now) + TOO_CLOSE_TO_WAKING


def _key(volunteer_id: int, *, told: Told, said: Sequence[Pending], now: datetime) -> str:
    """One key a person and day; a further message of the day adds the first reminder in it."""
    key = day_key(volunteer_id, now)
    return key if key not in told.keys else f"{key}:{min(p.reminder_id for p in said)}"
