"""A standard: what makes sense, which points fit it, where points were lost."""

from __future__ import annotations

import pytest

from service.scores.rules import Item, Sheet

SHEET = Sheet((Item("垃圾桶", 40), Item("楼道", 30)), 50)


@pytest.mark.parametrize(
    ("sheet", "problems"),
    [
        (SHEET, []),
        (Sheet((), 0), ["empty"]),
        (Sheet((Item("楼道", 30), Item("楼道", 10)), 5), ["twice"]),
        (Sheet((Item("楼道", 0),), 0), ["points"]),
        (Sheet((Item("楼道", 101),), 0), ["points"]),
        (Sheet((Item("楼道", 30),), 31), ["line"]),
        (Sheet((Item("楼道", 30),), 30), []),
        (Sheet(tuple(Item(f"第{n}项", 1) for n in range(21)), 0), ["empty"]),
    ],
)
def test_what_makes_sense(sheet: Sheet, problems: list[str]) -> None:
    assert sheet.problems() == problems


@pytest.mark.parametrize(
    ("got", "fits"),
    [((40, 30), True), ((0, 0), True), ((41, 0), False), ((-1, 0), False), ((40,), False), ((40, 30, 0), False)],
)
def test_which_points_fit(got: tuple[int, ...], fits: bool) -> None:
    assert SHEET.fits(got) is fits


def test_the_dearest_loss_stands_first() -> None:
    assert [(item.words, points) for item, points in SHEET.lost((35, 10))] == [("楼道", 10), ("垃圾桶", 35)]
    assert SHEET.lost((40, 30)) == []
