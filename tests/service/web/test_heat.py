"""The coverage table: each cell's word and numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.roster.queries import Coverage
from service.web.heat import Cell, heat_rows

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=n) for n in range(3)]


def covered(**given: Any) -> Coverage:
    """One role of one shift on Monday at 20:00 UTC, which is Tuesday morning here."""
    usual = {
        "shift_id": 1,
        "shift_role_id": 1,
        "activity_id": 7,
        "title": "平安巡逻",
        "role": "巡逻员",
        "starts_at": datetime(2026, 11, 23, 20, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 23, 22, 0, tzinfo=UTC),
        "min_needed": 2,
        "max_needed": 4,
        "confirmed": 0,
        "offered": 0,
    }
    return Coverage(**{**usual, **given})


@pytest.mark.parametrize(
    ("cell", "words", "level"),
    [
        ({}, "—", "none"),
        ({"is_owed": True}, "没有班次", "short"),
        ({"shifts": 1, "needed": 3, "gap": 3}, "没有人", "short"),
        ({"shifts": 1, "needed": 3, "confirmed": 1, "gap": 2}, "缺2", "short"),
        ({"shifts": 1, "needed": 3, "confirmed": 1, "offered": 1, "gap": 1}, "缺1", "near"),
        ({"shifts": 1, "needed": 1, "gap": 1}, "没有人", "short"),
        ({"shifts": 1, "needed": 3, "confirmed": 1, "offered": 2}, "待回复2", "wait"),
        ({"shifts": 1, "needed": 3, "confirmed": 3}, "够", "full"),
        ({"shifts": 1, "needed": 0}, "够", "full"),
    ],
)
def test_a_cell_says_how_it_stands(cell: dict[str, Any], words: str, level: str) -> None:
    made = Cell(day=MONDAY, **cell)
    assert (made.words, made.level) == (words, level)


def test_a_shift_stands_on_the_day_it_starts_here() -> None:
    [row] = heat_rows([covered()], days=DAYS, daily={})
    assert [cell.shifts for cell in row.cells] == [0, 1, 0]


def test_roles_and_shifts_of_a_day_add_up_and_surplus_fills_no_other_role() -> None:
    roles = [
        covered(confirmed=4),
        covered(shift_role_id=2, min_needed=1, confirmed=0, offered=0),
        covered(shift_id=2, shift_role_id=3, min_needed=1, offered=1),
    ]
    [row] = heat_rows(roles, days=DAYS, daily={})
    cell = row.cells[1]
    assert (cell.shifts, cell.numbers, cell.gap, cell.offered) == (2, "2/4", 1, 1)


def test_what_serves_daily_owes_each_day_from_its_first() -> None:
    rows = heat_rows([covered()], days=DAYS, daily={7: ("平安巡逻", DAYS[0]), 8: ("晨扫", DAYS[2])})
    assert [(row.title, [cell.words for cell in row.cells]) for row in rows] == [
        ("平安巡逻", ["没有班次", "没有人", "没有班次"]),
        ("晨扫", ["—", "—", "没有班次"]),
    ]
