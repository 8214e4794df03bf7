"""Where slots lie, and which one is offered instead of one that fell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.appointments.rules import Slot, is_mobile, nearest, times
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def slot(minutes: int, *, room: int = 0, role: int = 1) -> Slot:
    return Slot(role, room, minutes // 10, NOW + minutes * MINUTE, NOW + (minutes + 10) * MINUTE)


def test_only_whole_slots_lie_in_a_shift() -> None:
    assert [starts for starts, _ends in times(NOW, NOW + 35 * MINUTE, minutes=10)] == [
        NOW,
        NOW + 10 * MINUTE,
        NOW + 20 * MINUTE,
    ]
    assert times(NOW, NOW + 9 * MINUTE, minutes=10) == []


@pytest.mark.parametrize(
    ("free", "offered"),
    [
        ([slot(20, room=1), slot(10, room=1)], slot(20, room=1)),
        ([slot(40), slot(10)], slot(10)),
        ([slot(20, role=2), slot(90)], slot(90)),
        ([slot(300, role=3), slot(200, role=2)], slot(200, role=2)),
        ([], None),
    ],
    ids=["the same time in the other room", "the closest", "the same day first", "else the earliest", "none"],
)
def test_the_likest_free_slot_is_offered(free: list[Slot], offered: Slot | None) -> None:
    assert nearest(free, slot(20)) == offered


@pytest.mark.parametrize(
    ("phone", "is_reached"),
    [("+8613900000001", True), ("+86037164350001", False), ("+8612345678901", False), (None, False)],
)
def test_text_messages_reach_mobile_numbers_only(phone: str | None, is_reached: bool) -> None:
    assert is_mobile(phone) is is_reached
