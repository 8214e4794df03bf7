"""Pure rules about pupils: in which activities there can be any, and on which day a sheet lies open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from service.calendars.rules import local
from service.terms import QualificationKind

#: So long before the start the first children may be there.
EARLY = timedelta(hours=1)


def is_vetted_only(roles: Iterable[Sequence[QualificationKind]]) -> bool:
    """Whether each of these roles, by what it requires, asks for a checked background (未成年人保护法 art. 98)."""
    return all(QualificationKind.BACKGROUND_CHECK in requires for requires in roles)


def is_on_the_day(now: datetime, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether it is the day of the shift, where people are; of one across midnight both days."""
    return local(starts_at).date() <= local(now).date() <= local(ends_at).date()
