"""Other dates for a series: the coordinator sees what changes for whom, then it is done as she saw it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from service.activities.models import Activity, Series, Shift
from service.activities.rules import DatesPlan, weekly_plan
from service.calendars.recurrence import lunar, monthly, weekly
from service.calendars.rules import local
from service.db import transaction
from service.places.models import Area
from service.settings import Settings
from service.terms import ShiftState
from tests import desks
from tests.browsing import Person
from tests.desks import signed_up
from tests.ledger import facts

TUESDAYS = weekly_plan(
    starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2027, 1, 31), weekdays={2}
)
AS_TYPED = {
    "weekdays": ["2"],
    "starts": "14:00",
    "ends": "16:00",
    "from_on": "2026-12-08",
    "until_on": "2027-01-31",
    "day_rule": "every_day",
}


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    she, area = desks.coordinator()
    she.open("/co")
    return she, area


def address(made: Activity) -> str:
    with transaction() as session:
        series = session.scalars(select(Series.id).where(Series.activity_id == made.id).order_by(Series.id.desc()))
        return f"/co/series/{series.first()}/dates"


def look(she: Person, made: Activity, **typed: object) -> str:
    """She opens the page, types, and asks what would change."""
    she.open(address(made))
    return she.send(address(made), **typed, look="1")


def token(text: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', text)
    assert found
    return found[1]


def starts(made: Activity) -> list[str]:
    with transaction() as session:
        held = select(Shift.starts_at).where(Shift.activity_id == made.id, Shift.state == ShiftState.OPEN)
        return [local(at).strftime("%m-%d %H:%M") for at in session.scalars(held.order_by(Shift.starts_at))]


def test_she_sees_whom_a_change_concerns_and_then_it_is_done(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, shifts = desks.published(area, plans=[TUESDAYS])
    with transaction() as session:
        signed_up(session, area, shifts[3], "王小满")
    assert "改日期和时间：每周二" in she.open(f"/co/activities/{made.id}")
    text = she.open(address(made))
    assert "现在是：每周二" in text
    assert 'value="2026-11-24"' in text

    text = look(she, made, **AS_TYPED)
    assert she.status == 200
    assert "这样改会动到3天" in text
    assert "会通知：王小满" in text
    assert starts(made)[2] == "12-08 09:00", "nothing is done yet"

    she.send(address(made), **AS_TYPED, token=token(text), do="1")
    assert she.path == f"/co/activities/{made.id}"
    assert "改好了，会通知1位志愿者。" in she.text
    assert starts(made) == ["11-24 09:00", "12-01 09:00", "12-08 14:00", "12-15 14:00", "12-22 14:00"]
    with transaction() as session:
        assert ("ShiftMoved", shifts[3].id) in facts(session)


def test_whoever_loses_a_date_is_owed_a_reason(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, shifts = desks.published(area, plans=[TUESDAYS])
    with transaction() as session:
        signed_up(session, area, shifts[3], "王小满")
    without = {**AS_TYPED, "left_out": ["2026-12-15"]}
    text = look(she, made, **without)

    text = she.send(address(made), **without, token=token(text), do="1")
    assert she.status == 422
    assert "请写明原因" in text

    she.send(address(made), **without, token=token(text), do="1", reason="场地装修")
    with transaction() as session:
        assert session.get_one(Shift, shifts[3].id).cancel_reason == "场地装修"


def test_what_changed_meanwhile_is_shown_again(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, shifts = desks.published(area, plans=[TUESDAYS])
    text = look(she, made, **AS_TYPED)
    with transaction() as session:
        signed_up(session, area, shifts[3], "王小满")

    text = she.send(address(made), **AS_TYPED, token=token(text), do="1")
    assert she.status == 422
    assert "请再看一遍" in text
    assert "会通知：王小满" in text
    assert starts(made)[2] == "12-08 09:00"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"from_on": "2026-11-23"}, "最早从明天起改"),
        ({"weekdays": []}, "请选择每周哪几天"),
        ({"until_on": "2026-12-01"}, "要在开始的那天以后"),
    ],
)
def test_what_is_wrong_is_said(desk: tuple[Person, Area], typed: dict[str, object], told: str) -> None:
    she, area = desk
    made, _shifts = desks.published(area, plans=[TUESDAYS])

    text = look(she, made, **{**AS_TYPED, **typed})

    assert she.status == 422
    assert told in text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (weekly([2], every=2), "隔一周的周二"),
        (monthly(-1, 5), "每月最后一个周五"),
        (lunar(12, 8), "农历腊月初八"),
    ],
)
def test_every_kind_of_rule_has_its_form(desk: tuple[Person, Area], rule: str, words: str) -> None:
    she, area = desk
    plan = DatesPlan(starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2027, 3, 31), rule=rule)
    made, _shifts = desks.published(area, plans=[plan])

    assert f"现在是：{words}" in she.open(address(made))


def test_an_open_ended_series_stays_so_while_the_last_date_is_left_empty(desk: tuple[Person, Area]) -> None:
    she, area = desk
    plan = DatesPlan(starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=None, rule=weekly([2]))
    made, _shifts = desks.published(area, plans=[plan])
    typed = {**AS_TYPED, "until_on": ""}

    text = look(she, made, **typed)
    she.send(address(made), **typed, token=token(text), do="1")

    with transaction() as session:
        last = session.scalars(select(Series).where(Series.activity_id == made.id).order_by(Series.id.desc())).first()
        assert last is not None
        assert (last.from_on, last.until_on) == (date(2026, 12, 8), None)


def test_another_communitys_series_does_not_exist(desk: tuple[Person, Area]) -> None:
    she, _area = desk
    _other, elsewhere = desks.coordinator("杜甫路社区")
    made, _shifts = desks.published(elsewhere, plans=[TUESDAYS])

    she.open(address(made))
    assert she.status == 404
    she.open("/co/activities/new")
    she.send(address(made), **AS_TYPED, look="1")
    assert she.status == 404


def test_what_has_no_form_of_its_own_has_no_page(desk: tuple[Person, Area]) -> None:
    she, area = desk
    plan = DatesPlan(
        starts=time(9), ends=time(11), from_on=date(2026, 12, 1), until_on=None, rule="FREQ=MONTHLY;BYMONTHDAY=15"
    )
    made, _shifts = desks.published(area, plans=[plan])

    she.open(address(made))

    assert she.status == 404


def test_only_what_is_still_to_come_can_be_changed(desk: tuple[Person, Area]) -> None:
    she, area = desk
    today = date(2026, 11, 23)
    plan = weekly_plan(starts=time(12), ends=time(13), from_on=today, until_on=today + timedelta(days=0))
    made, _shifts = desks.published(area, plans=[plan])

    she.open(address(made))

    assert she.status == 404
