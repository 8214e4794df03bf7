"""Which stops are walked next: those not seen for longest; whoever keeps walking sees them all in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.routes.rules import chosen, forecast, is_overdue, needed_at_once

DAY = date(2026, 11, 23)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("visited", "at_once", "walked"),
    [
        ({}, None, [7, 3, 9]),
        ({}, 2, [7, 3]),
        ({7: ago(1)}, 2, [3, 9]),
        ({7: ago(3), 3: ago(1), 9: ago(2)}, 2, [7, 9]),
        ({7: ago(1), 3: ago(1), 9: ago(1)}, 1, [7]),
        ({}, 5, [7, 3, 9]),
    ],
)
def test_those_nobody_has_seen_come_first_then_those_not_seen_for_longest(
    visited: dict[int, date], at_once: int | None, walked: list[int]
) -> None:
    assert chosen([7, 3, 9], visited=visited, at_once=at_once) == walked


@given(
    stops=st.integers(1, 60),
    at_once=st.integers(1, 60),
    seen=st.dictionaries(st.integers(0, 59), st.integers(1, 40)),
    begins=st.integers(0, 5),
)
def test_in_as_many_rounds_as_it_takes_every_stop_is_walked_whatever_was_seen_before(
    stops: int, at_once: int, seen: dict[int, int], begins: int
) -> None:
    visited = {stop: ago(days) for stop, days in seen.items() if stop < stops}
    shifts = [(number, DAY + timedelta(days=number)) for number in range(begins + -(-stops // at_once))]
    plan = forecast(range(stops), visited=visited, at_once=at_once, shifts=shifts)
    reached = {stop for number, _day in shifts[begins:] for stop in plan[number]}
    assert reached == set(range(stops))
    assert all(len(walked) == min(at_once, stops) for walked in plan.values())
    assert all(walked == sorted(walked) for walked in plan.values()), "in the order of the route"


@given(stops=st.integers(1, 500), rounds=st.integers(1, 100))
def test_what_is_said_to_be_enough_is_enough_and_one_less_is_not(stops: int, rounds: int) -> None:
    enough = needed_at_once(stops, rounds=rounds)
    assert enough is not None
    assert enough * rounds >= stops > (enough - 1) * rounds


def test_without_a_round_nothing_is_enough() -> None:
    assert needed_at_once(3, rounds=0) is None


@pytest.mark.parametrize(
    ("seen", "within", "overdue"),
    [(None, 7, True), (ago(7), 7, False), (ago(8), 7, True), (ago(30), None, False)],
)
def test_a_stop_is_overdue_on_the_day_after_its_last(seen: date | None, within: int | None, overdue: bool) -> None:
    assert is_overdue(seen, since=ago(9), within_days=within, today=DAY) is overdue


def test_a_new_stop_has_its_days_too() -> None:
    assert not is_overdue(None, since=ago(2), within_days=7, today=DAY)
