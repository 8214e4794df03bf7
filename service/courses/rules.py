"""Pure rules about courses: who passes, and until when that holds."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def is_passed(attended: int, *, days_needed: int) -> bool:
    """Whether so many days are enough."""
    return attended >= days_needed


def valid_until(passed_on: date, *, months: int | None) -> date | None:
    """The last day of a qualification given on `passed_on`: the same day so many months on, or the month's last."""
    if months is None:
        return None
    years, month = divmod(passed_on.month - 1 + months, 12)
    year = passed_on.year + years
    return date(year, month + 1, min(passed_on.day, monthrange(year, month + 1)[1]))
