"""An administrator keeps the calendar: the yearly notice, the school's terms, the dates that wait for a decision."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select

from service import clock
from service.activities import laying_out
from service.activities.rules import weekly_plan
from service.calendars.models import HolidayNotice, HolidayNoticeDay, SchoolTerm
from service.calendars.recurrence import WORKING_WEEK
from service.db import transaction
from service.places import queries as places
from service.places.models import Area
from service.replanning import actions as replanning
from service.settings import Settings
from service.terms import DayRule, Role
from tests import desks
from tests.browsing import Person
from tests.desks import signed_up
from tests.ledger import audited, facts

#: What the notice for 2027 might say; made up.
OF_2027 = """一、元旦：2026年12月31日（周四）至1月2日（周六）放假调休，共3天。2026年12月26日（周六）上班。
二、春节：2月5日至11日放假调休，共7天。
三、清明节：4月3日至5日放假，共3天。
四、劳动节：5月1日至5日放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日放假，共1天。
六、中秋节：9月15日放假，共1天。
七、国庆节：10月1日至7日放假调休，共7天。"""


@pytest.fixture
def admin(at_now: Settings) -> tuple[Person, Area]:
    """An administrator with the page before her."""
    she, area = desks.coordinator(role=Role.ADMIN)
    she.open("/ad/calendar")
    return she, area


def test_the_page_says_which_years_are_known(admin: tuple[Person, Area]) -> None:
    she, _area = admin
    text = she.open("/ad/calendar")

    assert "2026年" in text
    assert text.index("已公布") < text.index("还没有公布，暂定")
    assert 'value="2027"' in text, "the year that is missing is filled in"
    assert "还没有学期" in text


def test_a_notice_is_read_shown_and_kept(admin: tuple[Person, Area]) -> None:
    she, _area = admin
    text = she.send("/ad/calendar/notice", year="2027", text=OF_2027, look="1")
    assert "2026年12月26日" in text
    assert "上班" in text
    with transaction() as session:
        assert session.scalars(select(HolidayNotice)).all() == []

    she.send("/ad/calendar/notice", year="2027", text=OF_2027)
    assert she.path == "/ad/calendar"
    assert "2027年的放假安排存好了" in she.text
    assert "按粘贴的通知" in she.text
    with transaction() as session:
        assert session.get_one(HolidayNoticeDay, date(2026, 12, 26)).is_work
        root = places.root(session)
        assert root is not None
        assert ("CalendarChanged", root.id) in facts(session)
        assert ("saved_notice", "holiday_notice", 2027) in [line[:3] for line in audited(session)]


def test_a_notice_pasted_again_gives_way_whole(admin: tuple[Person, Area]) -> None:
    she, _area = admin
    she.send("/ad/calendar/notice", year="2027", text=OF_2027)
    she.send("/ad/calendar/notice", year="2027", text=OF_2027.replace("2026年12月26日（周六）上班。", ""))

    with transaction() as session:
        assert session.get(HolidayNoticeDay, date(2026, 12, 26)) is None
        assert session.get(HolidayNoticeDay, date(2026, 12, 31)) is not None


def test_a_notice_that_contradicts_itself_is_told_and_stays_typed(admin: tuple[Person, Area]) -> None:
    she, _area = admin
    text = she.send("/ad/calendar/notice", year="2027", text=OF_2027.replace("共7天", "共8天"))

    assert she.status == 422
    assert "春节：写着8天，日期却有7天" in text
    assert "四、劳动节" in text
    with transaction() as session:
        assert session.scalars(select(HolidayNotice)).all() == []


def test_terms_are_added_and_taken_back(admin: tuple[Person, Area]) -> None:
    she, area = admin
    term = {"area_id": str(area.id), "name": "2026年秋季学期", "from_on": "2026-09-01", "until_on": "2027-01-22"}
    she.send("/ad/calendar/terms", **term)
    assert "2026年9月1日到2027年1月22日" in she.text

    text = she.send("/ad/calendar/terms", **{**term, "name": "又一个"})
    assert (she.status, "这段时间里已经有一个学期了" in text) == (422, True)
    text = she.send("/ad/calendar/terms", **{**term, "until_on": "2026-08-01"})
    assert (she.status, "要在开学那天以后" in text) == (422, True)

    with transaction() as session:
        [kept] = session.scalars(select(SchoolTerm)).all()
    she.send(f"/ad/calendar/terms/{kept.id}/drop")
    with transaction() as session:
        assert session.scalars(select(SchoolTerm)).all() == []


def test_a_term_elsewhere_cannot_be_set_nor_dropped(admin: tuple[Person, Area]) -> None:
    she, _area = admin
    _other, elsewhere = desks.coordinator("杜甫路社区", role=Role.ADMIN)
    with transaction() as session:
        term = SchoolTerm(area_id=elsewhere.id, name="秋", from_on=date(2026, 9, 1), until_on=date(2027, 1, 22))
        session.add(term)
    typed = {"area_id": str(elsewhere.id), "name": "春季学期", "from_on": "2027-02-22", "until_on": "2027-07-02"}

    she.send("/ad/calendar/terms", **typed)
    assert she.status == 422
    she.send(f"/ad/calendar/terms/{term.id}/drop")
    assert she.status == 404


@pytest.mark.parametrize("address", ["/ad/calendar", "/ad/calendar/notice", "/ad/calendar/terms"])
def test_the_calendar_is_for_administrators(at_now: Settings, address: str) -> None:
    she, _area = desks.coordinator()
    she.open("/co/activities/new")
    she.open(address) if address == "/ad/calendar" else she.send(address)

    assert she.status == 403


def test_a_date_that_is_gone_but_has_people_waits_on_the_dashboard(admin: tuple[Person, Area]) -> None:
    she, area = admin
    plan = weekly_plan(
        starts=time(16, 30),
        ends=time(18),
        from_on=date(2026, 12, 21),
        until_on=date(2026, 12, 28),
        weekdays=WORKING_WEEK,
        day_rule=DayRule.WORKDAYS,
    )
    made, shifts = desks.published(area, plans=[plan], title="四点半课堂")
    with transaction() as session:
        signed_up(session, area, shifts[0], "王小满")
    moved = OF_2027.replace("2026年12月26日（周六）上班。", "2026年12月26日（周六）、27日（周日）上班。")
    moved = moved.replace("2026年12月31日（周四）至1月2日（周六）放假调休，共3天", "2026年12月21日至27日放假，共7天")
    she.send("/ad/calendar/notice", year="2027", text=moved.replace("2026年12月26日（周六）、27日（周日）上班。", ""))
    with transaction() as session:
        replanning.follow_calendar(session, area_id=area.id, now=clock.now(session))
        laying_out.extend(session, now=clock.now(session))

    text = she.open("/co")
    assert "放假安排变了，这几天要您定：1天" in text
    assert "四点半课堂" in text

    she.send(f"/co/shifts/{shifts[0].id}/keep")
    assert "这一班照常办" in she.text
    assert "放假安排变了" not in she.text
    assert made.id
