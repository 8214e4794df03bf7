"""All hard rules as rows, for every program that makes plans."""

from __future__ import annotations

from collections.abc import Sequence

from service.matching import rows_of_company as company
from service.matching import rows_of_hours as hours
from service.matching.frame import Frame, Rows
from service.matching.plan import Plan
from service.matching.problem import Wish

#: What each person's own time allows, whoever else serves. The first say most: what follows from them is left out.
OWN: tuple[Rows, ...] = (hours.weekly_shifts, hours.daily_shifts, hours.same_time, hours.stretch, hours.weekly_hours)
SHARED: tuple[Rows, ...] = (
    *(hours.relief, company.full, company.apart, company.faces),
    *(company.together, company.newcomer, company.enough_adults, company.crew),
)


def framed(start: Plan, wishes: Sequence[Wish], *, away: Sequence[Wish] = ()) -> Frame:
    """The wishes with the rows of every rule; those `away` with the rows about their people's own time."""
    return Frame(start, wishes, OWN, SHARED, away=away)
