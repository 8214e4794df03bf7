"""Pure rules about slots: where they lie in a shift, and which free one is offered instead of one that fell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Names and telephones are gone so long after the end of the shift.
KEPT = timedelta(days=1)
#: One number may hold so many slots of one shift that it booked by itself: a couple's two.
MOST_FOR_ONE_PHONE = 2
#: Nobody is offered a slot further ahead than this instead of the one that fell.
AHEAD = timedelta(days=35)

_MOBILE = re.compile(r"\+861[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of one room in one role of a shift."""

    shift_role_id: int
    room: int
    number: int
    starts_at: datetime
    ends_at: datetime


def times(starts_at: datetime, ends_at: datetime, *, minutes: int) -> list[tuple[datetime, datetime]]:
    """The slots that fit whole into a shift, by start."""
    length = timedelta(minutes=minutes)
    return [(starts_at + length * n, starts_at + length * (n + 1)) for n in range((ends_at - starts_at) // length)]


def nearest(free: Iterable[Slot], wanted: Slot) -> Slot | None:
    """The free slot that is likest to the one she had: on the same occasion the closest in time, else the earliest."""

    def unlike(one: Slot) -> tuple[object, ...]:
        is_elsewhen = one.shift_role_id != wanted.shift_role_id
        distance = timedelta() if is_elsewhen else abs(one.starts_at - wanted.starts_at)
        return is_elsewhen, distance, one.starts_at, one.room

    return min(free, key=unlike, default=None)


def is_mobile(phone: str | None) -> bool:
    """Whether text messages reach this number (E.164)."""
    return phone is not None and _MOBILE.fullmatch(phone) is not None
