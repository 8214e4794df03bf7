"""Quiet hours: when people sleep, and when a shift is too near to wait for the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.calendars.rules import instant, local

#: What fell due in waking hours may still be finished this long after quiet hours began.
GRACE = timedelta(minutes=15)
#: A shift this near does not wait for the morning, nor does one that begins this soon after quiet hours end.
NEAR, AFTER_WAKING = timedelta(hours=3), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nobody is written to, [begins, ends) on the local wall clock; equal means none."""

    begins: time
    ends: time

    @property
    def awake(self) -> timedelta:
        """How long people may be written to each day."""
        begins, ends = (timedelta(hours=one.hour, minutes=one.minute) for one in (self.begins, self.ends))
        return (begins - ends) % timedelta(days=1) or timedelta(days=1)

    def covers(self, moment: datetime) -> bool:
        """Whether people are asleep at that moment."""
        at = local(moment).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def touches(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether any of [starts_at, ends_at) lies in the quiet hours."""
        if self.begins == self.ends:
            return False
        evening = instant(local(starts_at).date(), self.begins)
        evenings = (evening, instant(local(starts_at).date() + timedelta(days=1), self.begins))
        return self.covers(starts_at) or any(starts_at < one < ends_at for one in evenings)

    def began(self, moment: datetime) -> datetime:
        """When the quiet hours around `moment` began."""
        wall = local(moment)
        is_after_midnight = self.begins > self.ends and wall.time() < self.ends
        return instant(wall.date() - timedelta(days=1) if is_after_midnight else wall.date(), self.begins)

    def over(self, moment: datetime) -> datetime:
        """When the quiet hours around `moment` end."""
        wall = local(moment)
        is_before_midnight = self.begins > self.ends and wall.time() >= self.begins
        return instant(wall.date() + timedelta(days=1) if is_before_midnight else wall.date(), self.ends)

    def waking(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it lies in."""
        return self.over(moment) if self.covers(moment) else moment

    def next_morning(self, moment: datetime) -> datetime:
        """When people wake on the day after `moment`."""
        return instant(local(moment).date() + timedelta(days=1), self.ends)

    def holds_back(self, moment: datetime, *, due_at: datetime) -> bool:
        """Whether something due at `due_at` must wait at `moment`: in quiet hours, but for GRACE."""
        return self.covers(moment) and (self.covers(due_at) or moment - due_at > GRACE)

    def is_pressing(self, moment: datetime, *, starts_at: datetime) -> bool:
        """Whether a shift is so near that a morning's news would come too late to act on it."""
        return starts_at - moment <= NEAR or starts_at < self.over(moment) + AFTER_WAKING
