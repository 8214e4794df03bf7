"""我的数据: taken away as a file; 注销: asked for, seen by the coordinator, taken back."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.people.models import Erasure
from service.volunteers.models import Volunteer
from tests import desks
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


def test_she_takes_her_data_away_and_it_is_written_down() -> None:
    her = desks.volunteer_account()
    assert "下载我的数据" in her.open("/me/profile")
    her.send("/me/data")
    assert her.page is not None
    copy = json.loads(her.page.text)
    assert (copy["person"]["name"], her.page.headers["Cache-Control"]) == ("钱多多", "no-store")
    assert "attachment" in her.page.headers["Content-Disposition"]
    with transaction() as session:
        assert "exported_own_data" in set(session.scalars(select(AuditEntry.verb)))


def test_nobody_takes_it_without_logging_in_or_from_another_site() -> None:
    her, guest = desks.volunteer_account(), Person()
    assert her.client.post("/me/data", data={"csrf_token": "wrong"}).status_code == 400
    guest.open("/login")
    guest.send("/me/data")
    assert guest.path == "/login"


def test_she_asks_to_be_forgotten_her_coordinator_sees_it_and_she_thinks_again() -> None:
    her = desks.volunteer_account()
    coordinator, _area = desks.coordinator()
    assert "会留下" in her.open("/me/erasure")
    assert "随时可以反悔" in her.send("/me/erasure")
    with transaction() as session:
        volunteer_id = session.scalars(select(Erasure.volunteer_id)).one()
    assert "本人要求注销" in coordinator.open(f"/co/people/{volunteer_id}")
    assert "您已经要求注销" in her.open("/me/erasure")
    assert "不注销了，资料都还在" in her.send("/me/erasure/back")
    with transaction() as session:
        assert session.scalars(select(Erasure.cancelled_at)).one() is not None
        assert session.get_one(Volunteer, volunteer_id).name == "钱多多"
