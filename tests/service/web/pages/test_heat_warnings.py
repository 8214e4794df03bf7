"""Great heat: a warning is noted at the desk, plans and sign-ups go by it; whom it concerns is told there."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.activities.rules import once
from service.calendars.models import HeatWarning
from service.db import transaction
from service.matching import actions as matching
from service.places.models import Area
from service.roster.models import Assignment
from service.terms import AssignmentState, Mode, Role
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import audited

pytestmark = pytest.mark.usefixtures("at_now")

SATURDAY = "2026-11-28"
OLD, YOUNG = date(1954, 3, 1), date(1990, 3, 1)
HER_PHONE = "13900020001"
NOON = once(date(2026, 11, 28), starts=time(11), ends=time(13))


def outdoors(area: Area, mode: Mode = Mode.MATCHED, *, title: str = "小花园浇水") -> tuple[Activity, Shift]:
    made, [shift] = desks.published(area, title=title, mode=mode, plans=[NOON], is_outdoors=True)
    return made, shift


def asks(area: Area, shift: Shift, name: str, born: date) -> None:
    with transaction() as session:
        desks.ask(session, factories.volunteer(session, area, name, birth_on=born), shift)


def note(she: Person, area: Area, level: str = "yellow", *, from_on: str = SATURDAY, until_on: str = SATURDAY) -> str:
    she.open("/co/heat")
    return she.send("/co/heat", area_id=str(area.id), level=level, from_on=from_on, until_on=until_on)


def plan(she: Person, made: Activity) -> str:
    """The page of a new run, solved."""
    she.open(f"/co/activities/{made.id}?on={SATURDAY}")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=NOW)
    return she.open(f"/co/match/{run_id}")


def drafted() -> list[str]:
    with transaction() as session:
        names = select(Volunteer.name).join(Assignment, Assignment.volunteer_id == Volunteer.id)
        return list(session.scalars(names.where(Assignment.state == AssignmentState.DRAFTED).order_by(Volunteer.id)))


def test_the_elder_is_not_planned_outdoors_and_the_page_says_why() -> None:
    she, area = desks.coordinator()
    made, shift = outdoors(area)
    asks(area, shift, "钱重阳", OLD)
    asks(area, shift, "孙立夏", YOUNG)
    assert "钱重阳" in plan(she, made)
    assert drafted() == ["钱重阳", "孙立夏"]

    text = note(she, area)
    assert "高温黄色预警记下了" in text
    text = plan(she, made)
    assert drafted() == ["孙立夏"]
    assert "有高温预警，热的时候满70岁和不满18岁的不排户外" in text


def test_on_a_red_day_nobody_is_planned_and_the_gap_says_why() -> None:
    she, area = desks.coordinator()
    made, shift = outdoors(area)
    asks(area, shift, "孙立夏", YOUNG)
    note(she, area, "red")
    text = plan(she, made)
    assert drafted() == []
    assert "有高温预警，最热的时候谁也不排户外" in text
    assert "高温，谁也不排户外" in text, "the open role groups whoever was thought of by it"


def test_a_sign_up_says_it_plainly_at_every_door_and_is_taken_once_the_warning_is_taken_back() -> None:
    she, area = desks.coordinator()
    _made, shift = outdoors(area, Mode.INSTANT)
    with transaction() as session:
        elder = factories.volunteer(session, area, "钱重阳", birth_on=OLD, phone=f"+86{HER_PHONE}")
        account = accounts.open_account(session, phone=f"+86{HER_PHONE}", name="钱重阳", volunteer_id=elder.id)
        her, role_id = desks.seated(account), factories.only_role(session, shift).id
    note(she, area)
    said = "有高温预警，热的时候满70岁和不满18岁的不排户外"
    assert said in she.open(f"/co/proxy/{elder.id}"), "at the telephone desk"
    her.open(f"/signup/{shift.id}")
    assert said in her.send(f"/signup/{shift.id}", role_id=str(role_id))
    assert her.status == 422
    assert f"/signup/{shift.id}" not in her.open("/"), "nor is it among what she can take"

    she.open("/co/heat")
    assert "高温黄色预警收回了" in she.send(f"/co/heat/{only_warning().id}/withdraw")
    assert "又有效了" in she.send(f"/co/heat/{only_warning().id}/restore")
    she.send(f"/co/heat/{only_warning().id}/withdraw")
    her.open(f"/signup/{shift.id}")
    assert "报名成功" in her.send(f"/signup/{shift.id}", role_id=str(role_id))


def test_whoever_has_a_place_keeps_it_and_the_desk_is_told_whom_it_concerns() -> None:
    she, area = desks.coordinator()
    made, shift = outdoors(area, Mode.INSTANT)
    asks(area, shift, "钱重阳", OLD)
    asks(area, shift, "孙立夏", YOUNG)
    assert "高温预警，有人在户外" not in she.open("/co")
    note(she, area)
    desk = she.open("/co")
    assert "高温预警，有人在户外：1班" in desk
    assert ("钱重阳" in desk, "孙立夏" in desk) == (True, False)
    week = she.open(f"/co/activities/{made.id}?on={SATURDAY}")
    assert "高温黄色预警，这个时候满70岁和不满18岁的不要在户外" in week
    marked = [row for part in week.split("<tr>") if "有高温预警" in (row := part.split("</tr>")[0])]
    assert [("钱重阳" in row, "孙立夏" in row) for row in marked] == [(True, False)]
    with transaction() as session:
        states = session.scalars(select(Assignment.state)).all()
        assert states == [AssignmentState.CONFIRMED] * 2, "nobody was moved"
    she.open("/co/heat")
    she.send(f"/co/heat/{only_warning().id}/withdraw")
    note(she, area, "red")
    assert "高温红色预警，这个时候谁也不要在户外" in she.open(f"/co/activities/{made.id}?on={SATURDAY}")
    assert "高温红色预警" in she.open("/co")


def test_what_is_called_together_for_what_cannot_wait_is_left_alone() -> None:
    she, area = desks.coordinator()
    made, shift = outdoors(area, Mode.CALL_OUT, title="排水")
    asks(area, shift, "钱重阳", OLD)
    note(she, area, "red")
    assert "有人在户外" not in she.open("/co")
    assert "谁也不要在户外" not in she.open(f"/co/activities/{made.id}?on={SATURDAY}")


@pytest.mark.parametrize(
    ("from_on", "until_on", "said"),
    [
        ("2026-11-28", "2026-11-27", "不能早于第一天"),
        ("2026-11-20", "2026-11-22", "这些天已经过去了"),
        ("2026-11-23", "2026-12-08", "一次最多记15天"),
        ("", "2026-11-28", "从哪天起"),
    ],
)
def test_days_that_make_no_warning_are_refused(from_on: str, until_on: str, said: str) -> None:
    she, area = desks.coordinator()
    text = note(she, area, from_on=from_on, until_on=until_on)
    assert (she.status, said in text) == (422, True)
    with transaction() as session:
        assert session.scalars(select(HeatWarning)).all() == []


def test_the_district_warns_all_below_and_only_the_district_takes_it_back() -> None:
    clerk, area = desks.coordinator()
    with transaction() as session:
        street = session.get_one(Area, area.parent_id)
        head = desks.seated(factories.coordinator(session, street, "赵街道", role=Role.ADMIN))
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
    note(head, street, "orange")
    assert "上级记的，这里不能收回" in clerk.open("/co/heat")
    address = f"/co/heat/{only_warning().id}"
    for way in ("withdraw", "restore"):
        clerk.open("/co/heat")
        clerk.send(f"{address}/{way}")
        assert clerk.status == 404
    for other in (street, elsewhere):
        text = note(clerk, other)
        assert (clerk.status, "请从列出的里面选一个" in text) == (422, True)
    with transaction() as session:
        assert only_warning().withdrawn_at is None
        assert [line for line in audited(session) if line[1] == "heat_warning"] == [
            ("warned_of_heat", "heat_warning", only_warning().id, only_warning().noted_by)
        ]


def test_it_is_no_page_for_volunteers() -> None:
    _she, area = desks.coordinator()
    someone = desks.volunteer_account()
    someone.open("/co/heat")
    assert someone.status == 403
    someone.open("/me")
    someone.send("/co/heat", area_id=str(area.id), level="red", from_on=SATURDAY, until_on=SATURDAY)
    assert someone.status == 403


def only_warning() -> HeatWarning:
    """The one that was noted last."""
    with transaction() as session:
        return session.scalars(select(HeatWarning).order_by(HeatWarning.id.desc()).limit(1)).one()
