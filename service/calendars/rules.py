"""Wall times and instants, in China: one zone, no summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from service.settings import LOCAL_ZONE

#: Hours in China between which it is night for whoever is old.
NIGHT, MORNING = 22, 5


def instant(day: date, at: time) -> datetime:
    """The instant of a local wall time, in UTC."""
    return datetime.combine(day, at, LOCAL_ZONE).astimezone(UTC)


def hours(day: date, *, starts: time, ends: time) -> tuple[datetime, datetime]:
    """(start, end) of a shift on `day` in UTC; an end at or before the start is on the next morning."""
    last_day = day if ends > starts else day + timedelta(days=1)
    return instant(day, starts), instant(last_day, ends)


def local(moment: datetime) -> datetime:
    """The instant on a Chinese wall clock."""
    return moment.astimezone(LOCAL_ZONE)


def is_night(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether any of it lies between ten in the evening and five in the morning, in China."""
    first, last = local(starts_at), local(ends_at - timedelta(minutes=1))
    return first.hour < MORNING or first.hour >= NIGHT or last.date() > first.date() or last.hour >= NIGHT


def start_of_day(moment: datetime) -> datetime:
    """The midnight, in China, at or before the instant."""
    return instant(local(moment).date(), time.min)


def end_of_day(moment: datetime) -> datetime:
    """The midnight, in China, at or after the instant."""
    midnight = start_of_day(moment)
    return midnight if midnight == moment else midnight + timedelta(days=1)
