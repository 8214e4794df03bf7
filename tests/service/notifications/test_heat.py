"""Whoever is to come hears that it will be too hot for her, and that it will not, once each time it changes for her."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from service.activities.models import Shift
from service.activities.rules import once
from service.calendars import actions as calendars
from service.calendars.models import HeatWarning
from service.db import transaction
from service.notifications.models import Notification
from service.outbox import OutboxEvent
from service.places.models import Area
from service.reactions import react
from service.reminders import sweeping
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.terms import HeatLevel, Mode, NotificationKind, UnsentReason
from tests import desks, factories
from tests.factories import NOW
from tests.outbox import drain
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_courses import send, told

HOT, OVER = NotificationKind.SHIFT_TOO_HOT, NotificationKind.SHIFT_HEAT_OVER
SATURDAY = date(2026, 11, 28)
OLD, YOUNG = date(1954, 3, 1), date(1990, 3, 1)
PATIENCE = timedelta(minutes=3)
SOON, LATER, AT_LAST = (NOW + timedelta(minutes=minutes) for minutes in (10, 30, 60))


@pytest.fixture
def watering(turn: Turn) -> tuple[Area, Shift]:
    """Watering on Saturday at noon: an elder and a younger neighbour are to come."""
    return planned("浇水", elder="钱重阳", other="孙立夏")


def planned(
    title: str, *, elder: str, other: str, mode: Mode = Mode.INSTANT, is_outdoors: bool = True
) -> tuple[Area, Shift]:
    """An activity of that Saturday, 11:00 to 13:00, with two people."""
    with transaction() as session:
        area = factories.community(session)
        noon = once(SATURDAY, starts=time(11), ends=time(13))
        made = factories.activity(session, area, title=title, mode=mode, plans=[noon], is_outdoors=is_outdoors)
        [shift] = factories.shifts(session, made)
        for name, born in ((elder, OLD), (other, YOUNG)):
            desks.ask(session, factories.volunteer(session, area, name, birth_on=born), shift)
    return area, shift


def warn(area: Area, level: HeatLevel = HeatLevel.YELLOW, *, now: datetime = NOW) -> int:
    with transaction() as session:
        made = calendars.warn_of_heat(
            session, area_id=area.id, level=level, from_on=SATURDAY, until_on=SATURDAY, now=now, account_id=1
        )
        return made.id


def take_back(warning_id: int, *, now: datetime) -> None:
    with transaction() as session:
        calendars.withdraw_heat_warning(session, session.get_one(HeatWarning, warning_id), now=now, account_id=1)


def restore(warning_id: int, *, now: datetime) -> None:
    with transaction() as session:
        calendars.restore_heat_warning(session, session.get_one(HeatWarning, warning_id), now=now, account_id=1)


def count(kind: NotificationKind) -> int:
    """How many of that kind went out."""
    with transaction() as session:
        sent = select(func.count()).where(Notification.kind == kind, Notification.state == "sent")
        return session.scalar(sent) or 0


def hear(turn: Turn, instant: datetime) -> None:
    """What follows at that time from what was done, and what is sent once patience is over."""
    send(turn, instant)
    send(turn, instant + PATIENCE)


def test_she_for_whom_it_is_too_hot_hears_it_once_and_keeps_her_place(watering: tuple[Area, Shift], turn: Turn) -> None:
    area, shift = watering
    warn(area)
    send(turn, NOW)
    assert told(HOT) == {"钱重阳": "planned"}, "a warning noted by mistake can be taken back first"
    send(turn, NOW + PATIENCE)
    said = told(HOT)
    assert said.keys() == {"钱重阳"}, "the younger one may come"
    assert "高温黄色预警，满70岁和不满18岁的不宜在户外，请您不要去" in said["钱重阳"]
    assert "对不起" in said["钱重阳"]
    assert "/answers/" in said["钱重阳"], "she can say no without telephoning"
    with transaction() as session:
        states = session.scalars(select(Assignment.state).where(Assignment.shift_id == shift.id)).all()
        assert states == ["confirmed", "confirmed"], "nobody is moved"
        event = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "HeatWarningChanged")).one()
        react(session, "tell_heat", [event.fact()], now=SOON)
    hear(turn, LATER)
    assert count(HOT) == 1


def test_a_red_warning_concerns_everybody(watering: tuple[Area, Shift], turn: Turn) -> None:
    warn(watering[0], HeatLevel.RED)
    hear(turn, SOON)
    said = told(HOT)
    assert said.keys() == {"钱重阳", "孙立夏"}
    assert all("谁也不宜在户外" in one for one in said.values())


def test_when_it_is_taken_back_only_those_hear_who_were_told_and_again_when_it_holds_after_all(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    warning_id = warn(watering[0])
    hear(turn, SOON)
    take_back(warning_id, now=LATER)
    hear(turn, LATER)
    assert told(OVER).keys() == {"钱重阳"}
    assert "照常，请按时来" in told(OVER)["钱重阳"]
    restore(warning_id, now=AT_LAST)
    hear(turn, AT_LAST)
    assert (count(HOT), count(OVER)) == (2, 1)


def test_taken_back_at_once_nobody_is_alarmed_and_put_back_at_once_she_is(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    warning_id = warn(watering[0])
    drain()
    take_back(warning_id, now=NOW)
    hear(turn, NOW)
    assert told(HOT) == {"钱重阳": UnsentReason.SUPERSEDED}
    assert told(OVER) == {}
    restore(warning_id, now=LATER)
    hear(turn, LATER)
    assert "请您不要去" in told(HOT)["钱重阳"]


def test_a_second_warning_that_changes_nothing_for_her_says_nothing_nor_does_the_first_when_it_goes(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    area, _shift = watering
    with transaction() as session:
        street = session.get_one(Area, area.parent_id)
    first = warn(area)
    hear(turn, SOON)
    second = warn(street, HeatLevel.ORANGE, now=SOON)
    hear(turn, LATER)
    take_back(first, now=LATER)
    hear(turn, AT_LAST)
    assert (count(HOT), count(OVER)) == (2, 0), "the younger one hears of the orange noon, and it stays hot"
    take_back(second, now=AT_LAST)
    hear(turn, AT_LAST)
    assert told(OVER).keys() == {"钱重阳", "孙立夏"}


def test_who_said_no_meanwhile_is_left_alone(watering: tuple[Area, Shift], turn: Turn) -> None:
    area, shift = watering
    warn(area)
    drain()
    with transaction() as session:
        place = session.scalars(
            select(Assignment).where(Assignment.shift_id == shift.id).order_by(Assignment.id)
        ).first()
        assert place is not None
        roster.decline(session, assignment_id=place.id, now=NOW)
    hear(turn, SOON)
    assert told(HOT) == {"钱重阳": UnsentReason.NOT_HOLDING}


def test_nobody_is_told_of_what_is_indoors_cannot_wait_or_is_elsewhere(turn: Turn) -> None:
    area, _shift = planned("讲座", elder="钱重阳", other="孙立夏", is_outdoors=False)
    planned("排水", elder="周白露", other="吴秋分", mode=Mode.CALL_OUT)
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
    planned("浇水", elder="郑小寒", other="冯大暑")
    warn(elsewhere, HeatLevel.RED)
    hear(turn, SOON)
    assert told(HOT) == {}
    warn(area, HeatLevel.RED)
    hear(turn, LATER)
    assert told(HOT).keys() == {"郑小寒", "冯大暑"}


def test_an_offer_is_told_to_be_refused(turn: Turn) -> None:
    with transaction() as session:
        area = factories.community(session)
        noon = once(SATURDAY, starts=time(11), ends=time(13))
        made = factories.activity(session, area, title="浇水", mode=Mode.ROTA, plans=[noon], is_outdoors=True)
        [shift] = factories.shifts(session, made)
        desks.offered(session, area, shift, "钱重阳", birth_on=OLD)
    warn(area)
    hear(turn, SOON)
    assert "说一声“来不了”就行" in told(HOT)["钱重阳"]


def test_who_has_not_answered_is_not_asked_again_while_it_is_too_hot_for_her(turn: Turn) -> None:
    with transaction() as session:
        area = factories.community(session)
        noon = once(SATURDAY, starts=time(11), ends=time(13))
        made = factories.activity(session, area, title="浇水", mode=Mode.ROTA, plans=[noon], is_outdoors=True)
        [shift] = factories.shifts(session, made)
        desks.offered(session, area, shift, "钱重阳", birth_on=OLD)
        desks.offered(session, area, shift, "孙立夏", birth_on=YOUNG)
    hear(turn, NOW)
    assert told(NotificationKind.PLACE_OFFERED).keys() == {"钱重阳", "孙立夏"}
    warn(area)
    hear(turn, SOON)
    at_half = NOW + timedelta(hours=23)
    turn(at_half)
    with transaction() as session:
        overdue.ask_again(session, now=at_half - timedelta(hours=10))
    send(turn, at_half)
    asked = told(NotificationKind.PLACE_OFFERED)
    assert (asked["钱重阳"], "再问一声" in asked["孙立夏"]) == (UnsentReason.SUPERSEDED, True)


def test_at_night_it_wakes_only_who_is_to_come_before_the_morning_is_over(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    night = datetime.combine(SATURDAY - timedelta(days=1), time(15), tzinfo=NOW.tzinfo)  # 23:00 in China
    turn(night)
    warn(watering[0], now=night)
    send(turn, night + timedelta(minutes=5))
    assert told(HOT) == {"钱重阳": "planned"}, "at eleven in the morning there is time for it at eight"
    send(turn, night + timedelta(hours=9, minutes=1))
    assert "请您不要去" in told(HOT)["钱重阳"]


def test_whose_name_is_on_the_call_list_is_called(turn: Turn) -> None:
    area, _shift = planned("浇水", elder="钱重阳", other="孙立夏")
    with transaction() as session:
        session.execute(text("UPDATE volunteer SET channel = 'call_list' WHERE name = '钱重阳'"))
    warn(area)
    hear(turn, SOON)
    with transaction() as session:
        words = session.execute(text("SELECT c.script FROM call c JOIN volunteer v ON v.id = c.volunteer_id")).scalars()
        assert ["http" in one for one in words if "请您不要去" in one] == [False]


def test_her_reminder_asks_her_to_call_first(watering: tuple[Area, Shift], turn: Turn) -> None:
    area, shift = watering
    warn(area)
    hear(turn, SOON)
    turn(shift.starts_at - timedelta(hours=1, minutes=55))
    drain()
    sweeping.send_due()
    said = told(NotificationKind.REMINDER)
    asked = "那时有高温预警，请您先不要去，打电话问好了再说。"
    assert {name: asked in one for name, one in said.items()} == {"钱重阳": True, "孙立夏": False}


def test_who_may_not_note_a_warning_or_take_it_back_alarms_and_calms_nobody(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    area, _shift = watering
    stranger, _elsewhere = desks.coordinator("石窟路社区")
    stranger.open("/co/heat")
    stranger.send("/co/heat", area_id=str(area.id), level="red", from_on="2026-11-28", until_on="2026-11-28")
    assert stranger.status == 422
    warning_id = warn(area)
    hear(turn, SOON)
    stranger.open("/co/heat")
    stranger.send(f"/co/heat/{warning_id}/withdraw")
    assert stranger.status == 404
    hear(turn, LATER)
    assert (count(HOT), count(OVER)) == (1, 0)
