"""Whoever is to come hears that it will be too hot for her, and that it will not, once each time it changes for her."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from service.activities import actions as activities
from service.activities.models import Activity, Shift
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
from service.settings import LOCAL_ZONE
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


@pytest.fixture
def week(turn: Turn) -> tuple[Area, list[Shift]]:
    """An elder who is to come on three noons, two of them on days that may be hot, one indoors."""
    with transaction() as session:
        area = factories.community(session)
        elder = factories.volunteer(session, area, "钱重阳", birth_on=OLD)
        shifts = []
        for title, day, is_outdoors in (("浇水", 27, True), ("巡河", 28, True), ("讲座", 26, False)):
            noon = once(date(2026, 11, day), starts=time(11), ends=time(13))
            made = factories.activity(session, area, title=title, plans=[noon], is_outdoors=is_outdoors)
            [shift] = factories.shifts(session, made)
            desks.ask(session, elder, shift)
            shifts.append(shift)
    return area, shifts


def warn_of(area: Area, first: int, last: int, *, now: datetime = NOW) -> int:
    with transaction() as session:
        days = {"from_on": date(2026, 11, first), "until_on": date(2026, 11, last)}
        return calendars.warn_of_heat(
            session, area_id=area.id, level=HeatLevel.YELLOW, **days, now=now, account_id=1
        ).id


def move(shift: Shift, *, day: int, hour: int, now: datetime) -> None:
    with transaction() as session:
        starts_at = datetime(2026, 11, day, hour, tzinfo=LOCAL_ZONE)
        activities.move_shift(
            session,
            session.get_one(Shift, shift.id),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            now=now,
            account_id=1,
        )


def mark(shift: Shift, *, is_outdoors: bool, now: datetime) -> None:
    with transaction() as session:
        of = session.get_one(Activity, shift.activity_id)
        activities.revise(session, of, changes={"is_outdoors": is_outdoors}, now=now, account_id=1)


def test_all_her_shifts_are_in_one_message_and_so_is_that_it_is_over(
    week: tuple[Area, list[Shift]], turn: Turn
) -> None:
    area, _shifts = week
    warning_id = warn_of(area, 25, 28)
    hear(turn, SOON)
    said = told(HOT)["钱重阳"]
    assert (count(HOT), "您的2个班那时有高温预警" in said, "浇水" in said, "巡河" in said, "讲座" in said) == (
        1, True, True, True, False,
    )  # fmt: skip
    assert "/offers/" in said, "one link, on whose page each can be answered"
    take_back(warning_id, now=LATER)
    hear(turn, LATER)
    assert (count(OVER), "先前说这2个班太热" in told(OVER)["钱重阳"]) == (1, True)


def test_what_comes_while_a_message_waits_is_written_into_it(week: tuple[Area, list[Shift]], turn: Turn) -> None:
    area, _shifts = week
    warn_of(area, 27, 27)
    send(turn, NOW)
    warn_of(area, 28, 28, now=NOW + timedelta(minutes=1))
    send(turn, NOW + timedelta(minutes=1))
    hear(turn, SOON)
    assert (count(HOT), "您的2个班那时有高温预警" in told(HOT)["钱重阳"]) == (1, True)


def test_one_more_day_is_told_by_itself_and_what_ends_by_itself(week: tuple[Area, list[Shift]], turn: Turn) -> None:
    area, _shifts = week
    first = warn_of(area, 27, 27)
    hear(turn, SOON)
    warn_of(area, 28, 28, now=LATER)
    hear(turn, LATER)
    said = told(HOT)["钱重阳"]
    assert (count(HOT), "浇水" in said, "巡河" in said) == (2, False, True)
    take_back(first, now=AT_LAST)
    hear(turn, AT_LAST)
    said = told(OVER)["钱重阳"]
    assert (count(OVER), "浇水" in said, "巡河" in said) == (1, True, False)


def test_a_message_that_came_to_nothing_does_not_stand_in_the_way_of_the_next(
    week: tuple[Area, list[Shift]], turn: Turn
) -> None:
    area, shifts = week
    warn_of(area, 27, 27)
    drain()
    with transaction() as session:
        place = session.scalars(select(Assignment).where(Assignment.shift_id == shifts[0].id)).one()
        roster.decline(session, assignment_id=place.id, now=NOW)
    hear(turn, SOON)
    assert told(HOT) == {"钱重阳": UnsentReason.NOT_HOLDING}
    warn_of(area, 28, 28, now=LATER)
    hear(turn, LATER)
    assert "巡河" in told(HOT)["钱重阳"]


def test_a_shift_that_is_moved_into_the_heat_and_out_of_it_again_is_told_once_each(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    area, shift = watering
    warn_of(area, 27, 27)
    hear(turn, NOW)
    assert count(HOT) == 0
    move(shift, day=27, hour=12, now=SOON)
    hear(turn, SOON)
    assert told(HOT).keys() == {"钱重阳"}
    assert "11月27日" in told(HOT)["钱重阳"]
    move(shift, day=27, hour=17, now=LATER)
    hear(turn, LATER)
    assert (count(HOT), [*told(OVER)]) == (1, ["钱重阳"])
    hear(turn, AT_LAST)
    assert (count(HOT), count(OVER)) == (1, 1)


def test_who_is_moved_from_heat_to_heat_does_not_take_the_other_time_for_a_good_one(
    watering: tuple[Area, Shift], turn: Turn
) -> None:
    area, shift = watering
    warn_of(area, 27, 28)
    hear(turn, NOW)
    assert count(HOT) == 1
    move(shift, day=27, hour=12, now=SOON)
    hear(turn, SOON)
    assert (count(HOT), "11月27日" in told(HOT)["钱重阳"]) == (2, True)
    warn_of(area, 27, 27, now=LATER)
    hear(turn, LATER)
    assert count(HOT) == 2, "of that time she has heard"


def test_an_activity_that_goes_outdoors_later_tells_its_people_and_that_it_goes_in_again(
    week: tuple[Area, list[Shift]], turn: Turn
) -> None:
    area, (_watering, _river, lecture) = week
    warn_of(area, 26, 26)
    hear(turn, NOW)
    assert count(HOT) == 0
    mark(lecture, is_outdoors=True, now=SOON)
    hear(turn, SOON)
    assert "讲座" in told(HOT)["钱重阳"]
    mark(lecture, is_outdoors=False, now=LATER)
    hear(turn, LATER)
    assert (count(HOT), count(OVER), "讲座" in told(OVER)["钱重阳"]) == (1, 1, True)


def test_only_another_mark_of_what_is_published_is_told(week: tuple[Area, list[Shift]]) -> None:
    area, (watering, _river, lecture) = week
    with transaction() as session:
        draft = factories.activity(session, area, title="草稿", is_published=False)
        activities.revise(session, draft, changes={"is_outdoors": True}, now=NOW, account_id=1)
        of = session.get_one(Activity, watering.activity_id)
        activities.revise(session, of, changes={"is_outdoors": True, "title": "浇花"}, now=NOW, account_id=1)
    mark(lecture, is_outdoors=True, now=NOW)
    with transaction() as session:
        facts = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "OutdoorsChanged")).all()
        assert [one.payload for one in facts] == [{"activity_id": lecture.activity_id}]
