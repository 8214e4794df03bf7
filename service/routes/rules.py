"""Pure rules about routes: which stops today, and whether all are reached in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: Nobody walks a round alone.
LEAST_PEOPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlan:
    """A stop as the coordinator writes it down: in which place, what it is called there, what to look at."""

    place_id: int
    name: str = ""
    checks: tuple[str, ...] = ()


def chosen(stops: Sequence[int], *, visited: Mapping[int, date], at_once: int | None) -> list[int]:
    """Which of the stops (ids in the order of the route) are walked next, in that order.

    All of them; or, where only `at_once` are, those that nobody has been to, then those not seen for longest.
    """
    if at_once is None or at_once >= len(stops):
        return list(stops)
    order = {stop: number for number, stop in enumerate(stops)}
    longest = sorted(stops, key=lambda stop: (stop in visited, visited.get(stop, date.min), order[stop]))
    return sorted(longest[:at_once], key=order.__getitem__)


def forecast(
    stops: Sequence[int], *, visited: Mapping[int, date], at_once: int | None, shifts: Sequence[tuple[int, date]]
) -> dict[int, list[int]]:
    """The stops of each of the coming shifts (id, day; by start), should every one before it be walked as chosen."""
    seen, walked = dict(visited), {}
    for shift, day in shifts:
        walked[shift] = chosen(stops, visited=seen, at_once=at_once)
        seen |= dict.fromkeys(walked[shift], day)
    return walked


def needed_at_once(stops: int, *, rounds: int) -> int | None:
    """How many stops a round must take so that as many `rounds` reach them all; None when there is no round."""
    return -(-stops // rounds) if rounds else None


def is_overdue(seen_on: date | None, *, since: date, within_days: int | None, today: date) -> bool:
    """Whether nobody has been to a stop for longer than `within_days`, counting from the day it came to the route."""
    return within_days is not None and (seen_on or since) + timedelta(days=within_days) < today
