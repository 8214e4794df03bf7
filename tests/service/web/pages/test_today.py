"""今天谁值班: a page for everybody, without the names of those who did not agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import clock
from service.activities.models import Shift
from service.db import transaction
from tests import desks
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def test_everybody_reads_how_many_are_there_and_nobodys_name_who_did_not_agree() -> None:
    _coordinator, area = desks.coordinator()
    _made, [shift] = desks.published(area, title="贴心窗口")
    with transaction() as session:
        desks.signed_up(session, area, session.get_one(Shift, shift.id), "欧阳小满")
        clock.turn_to(session, instant=shift.starts_at + timedelta(minutes=5))
    guest = Person()
    text = guest.open(f"/areas/{area.id}/today")
    assert (guest.status, "贴心窗口" in text, "1位志愿者" in text, "正在值班" in text) == (200, True, True, True)
    assert "欧阳" not in text
    assert f"/areas/{area.id}/today" in guest.open(f"/?area={area.id}")


def test_a_day_without_duty_and_an_area_that_is_none() -> None:
    _coordinator, area = desks.coordinator()
    guest = Person()
    assert "今天没有班次" in guest.open(f"/areas/{area.id}/today")
    guest.open("/areas/999999/today")
    assert guest.status == 404
