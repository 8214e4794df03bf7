"""有空位时告诉我, on the activity's page and under “我的班次”."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.db import transaction
from service.terms import Mode
from service.watches.models import Watch
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def her(at_now: object) -> tuple[Person, int]:
    """(somebody logged in, the id of an activity near her)."""
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, "王小满")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        return desks.seated(account), factories.activity(session, area, title="社区义诊").id


def watches() -> list[Watch]:
    with transaction() as session:
        return list(session.scalars(select(Watch).where(Watch.closed_at.is_(None)).order_by(Watch.id)))


def test_she_asks_for_tuesdays_and_takes_it_back(her: tuple[Person, int]) -> None:
    she, activity_id = her
    assert "有空位时告诉我" in she.open(f"/a/{activity_id}")
    assert "记下了，有空位就告诉您" in she.send(f"/a/{activity_id}/watch", weekday="2")
    [one] = watches()
    assert one.weekday == 2
    assert "周二" in she.open("/me")
    assert "不再告诉您" in she.send(f"/me/watches/{one.id}/close")
    assert watches() == []


def test_any_day_will_do(her: tuple[Person, int]) -> None:
    she, activity_id = her
    she.open(f"/a/{activity_id}")
    she.send(f"/a/{activity_id}/watch", weekday="")
    assert [one.weekday for one in watches()] == [None]
    assert "哪天都行" in she.open("/me")


@pytest.mark.parametrize("weekday", ["0", "8", "x"])
def test_no_such_day(her: tuple[Person, int], weekday: str) -> None:
    she, activity_id = her
    she.open(f"/a/{activity_id}")
    she.send(f"/a/{activity_id}/watch", weekday=weekday)
    assert (she.status, watches()) == (404, [])


def test_a_guest_is_led_to_log_in(her: tuple[Person, int]) -> None:
    guest = Person()
    text = guest.open(f"/a/{her[1]}")
    assert "登录以后，有空位可以告诉您" in text
    guest.open("/login")
    guest.send(f"/a/{her[1]}/watch", weekday="")
    assert (guest.path, watches()) == ("/login", [])


def test_nobody_closes_anothers(her: tuple[Person, int]) -> None:
    she, activity_id = her
    she.open(f"/a/{activity_id}")
    she.send(f"/a/{activity_id}/watch", weekday="")
    [one] = watches()
    stranger = desks.volunteer_account()
    stranger.open("/me/profile")
    stranger.send(f"/me/watches/{one.id}/close")
    assert (stranger.status, len(watches())) == (404, 1)


def test_where_others_arrange_the_places_it_is_not_offered(her: tuple[Person, int]) -> None:
    with transaction() as session:
        made = factories.activity(session, factories.community(session), mode=Mode.ROTA)
    assert "有空位时告诉我" not in her[0].open(f"/a/{made.id}")
