"""/co/sheets: who serves where, as a table. People are put as on the board, by its rules; nobody is ever taken away."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from service.activities.models import Shift
from service.activities.rules import RolePlan, once
from service.availability import actions as availability
from service.db import transaction
from service.notifications.models import Notification
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.sheets import files
from service.terms import AssignmentState, NotificationKind, QualificationKind
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import drain
from tests.tables import exported, press, send, table

pytestmark = pytest.mark.usefixtures("at_now")

HEADINGS = ["日期", "开始", "活动名称", "岗位", "姓名", "状态"]
ROW = ["2026-11-28", "9:00", "社区义诊", "引导员"]
DOCTORS = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,))
GUIDES = RolePlan(name="引导员", min_needed=1, max_needed=2)


@pytest.fixture
def clinic() -> tuple[Person, Area, Shift]:
    """A coordinator, and a clinic on Saturday that needs a doctor and two guides."""
    her, area = desks.coordinator()
    _activity, [shift] = desks.published(area, roles=(GUIDES, DOCTORS))
    return her, area, shift


def register(area: Area, *names: str) -> list[int]:
    with transaction() as session:
        return [factories.volunteer(session, area, name).id for name in names]


def states() -> dict[str, str]:
    """Who is in which state, whoever was let go left out."""
    with transaction() as session:
        rows = session.execute(
            select(Volunteer.name, Assignment.state)
            .join(Assignment, Assignment.volunteer_id == Volunteer.id)
            .where(Assignment.state != AssignmentState.RELEASED)
        ).all()
        return {name: AssignmentState(state).value for name, state in rows}


def told(kind: NotificationKind) -> int:
    with transaction() as session:
        return session.scalar(select(func.count(Notification.id)).where(Notification.kind == kind)) or 0


def take_in(her: Person, *rows: list[str], headings: list[str] | None = None) -> str:
    send(her, table(headings or HEADINGS, rows), kind="roster")
    press(her, "accept")
    drain()
    return her.path


def test_people_are_pencilled_in_or_asked_as_the_row_says(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, _shift = clinic
    register(area, "王小满", "李大寒")
    rows = [[*ROW, "王小满", ""], [*ROW, "李大寒", "等回复"]]
    assert "导入能导入的2行" in send(her, table(HEADINGS, rows), kind="roster")
    assert states() == {}, "looking changes nothing"
    press(her, "accept")
    drain()
    assert states() == {"王小满": "drafted", "李大寒": "offered"}
    assert told(NotificationKind.PLACE_OFFERED) == 1, "who is pencilled in hears nothing"
    assert "没有要导入的行" in send(her, table(HEADINGS, rows), kind="roster")


def test_who_is_missing_from_the_file_stays(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, shift = clinic
    register(area, "王小满")
    with transaction() as session:
        person = factories.volunteer(session, area, "张立春")
        role = next(one for one in session.get_one(Shift, shift.id).roles if one.definition.name == "引导员")
        factories.sign_up(session, person, role)
    drain()
    take_in(her, [*ROW, "王小满", ""])
    assert states() == {"张立春": "confirmed", "王小满": "drafted"}


def test_undo_takes_away_only_what_the_file_put_and_nobody_answered(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, _shift = clinic
    register(area, "王小满", "李大寒")
    with transaction() as session:
        doctor = factories.volunteer(session, area, "张立春")
        factories.qualified(session, doctor, QualificationKind.DOCTOR)
    doctors = [*ROW[:3], "医生"]
    mine = take_in(her, [*ROW, "王小满", "等回复"], [*ROW, "李大寒", "等回复"], [*doctors, "张立春", ""])
    with transaction() as session:
        place = session.scalars(
            select(Assignment)
            .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
            .where(Volunteer.name == "王小满")
        ).one()
        roster.accept(session, assignment_id=place.id, now=NOW)
    her.open(mine)
    assert "有1行留着" in press(her, "take-back")
    drain()
    assert states() == {"王小满": "confirmed"}
    assert told(NotificationKind.PLACE_RELEASED) == 1, "who was asked is told; who was pencilled in never knew"
    shown = send(her, table(HEADINGS, [[*ROW, "李大寒", "等回复"], [*doctors, "张立春", ""]]), kind="roster")
    assert ("已经请下来" in shown, "导入能导入的1行" in shown) == (True, True)


def test_the_rules_of_the_board_hold_and_say_why(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, _shift = clinic
    register(area, "王小满", "李大寒", "张立春")
    shown = send(
        her,
        table(
            HEADINGS,
            [
                [*ROW[:3], "医生", "王小满", ""],
                ["2026-11-28", "10:00", "社区义诊", "引导员", "王小满", ""],
                [*ROW[:3], "厨师", "王小满", ""],
                [*ROW[:3], "", "王小满", ""],
                [*ROW, "赵没有", ""],
                [*ROW, "李大寒", "已确认"],
                [*ROW, "张立春", ""],
                [*ROW, "张立春", ""],
            ],
        ),
        kind="roster",
    )
    for why in (
        "要有医师资格",
        "那时没有这个活动的班",
        "这一班没有这个岗位",
        "这一班不止一个岗位",
        "没有登记过这个人",
        "状态只能写草案或者等回复",
        "表里有两行是同一个人同一班",
    ):
        assert why in shown
    assert "没有要导入的行" in shown


def test_two_rows_of_one_file_cannot_put_her_in_two_places(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, _shift = clinic
    register(area, "王小满", "李大寒", "张立春")
    plans = [once(date(2026, 11, 28), starts=time(10), ends=time(12))]
    desks.published(area, title="跳蚤市场", plans=plans)
    both = [[*ROW, "王小满", ""], ["2026-11-28", "10:00", "跳蚤市场", "引导员", "王小满", ""]]
    shown = send(her, table(HEADINGS, both), kind="roster")
    assert "导入能导入的1行" in shown
    three = [[*ROW, name, "等回复"] for name in ("王小满", "李大寒", "张立春")]
    shown = send(her, table(HEADINGS, three), kind="roster")
    assert ("导入能导入的2行" in shown, "满" in shown) == (True, True)
    take_in(her, *both)
    bad = her.client.get(f"{her.path}/refused.xlsx").data
    [row] = files.read(bad).rows
    assert files.read(bad).headings[-1] == "原因"
    assert "社区义诊" in row[-1], "the reason still names the other duty"


def test_what_she_said_herself_is_not_overruled_by_a_file(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, shift = clinic
    away, _declined = register(area, "王小满", "李大寒")
    with transaction() as session:
        person, day = session.get_one(Volunteer, away), shift.starts_at.date()
        availability.note_absence(session, person, from_on=day, until_on=day, noted_by=None, now=NOW)
    assert "本人说过那时不能来" in send(her, table(HEADINGS, [[*ROW, "王小满", ""]]), kind="roster")
    take_in(her, [*ROW, "李大寒", "等回复"])
    with transaction() as session:
        roster.decline(session, assignment_id=session.scalars(select(Assignment.id)).one(), now=NOW)
    drain()
    assert "来不了、退出过" in send(her, table(HEADINGS, [[*ROW, "李大寒", "等回复"]]), kind="roster")


def test_namesakes_are_told_apart_by_number_or_the_last_digits(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, _shift = clinic
    with transaction() as session:
        one = factories.volunteer(session, area, "王小满", phone="+8613800001234")
        factories.volunteer(session, area, "王小满", phone="+8613800005678")
        number = one.id
    headings = [*HEADINGS, "人员编号", "电话尾号"]
    said = {
        ("", ""): "同名的人不止一个",
        ("", "9999"): "没有登记过这个人",
        ("", "12"): "请填电话最后4位数字",
        ("", "1234"): "导入能导入的1行",
        (str(number), ""): "导入能导入的1行",
        ("999999", ""): "没有登记过这个人",
    }
    for (person_id, tail), why in said.items():
        assert why in send(her, table(headings, [[*ROW, "王小满", "", person_id, tail]]), kind="roster")


def test_what_goes_out_comes_in_again_unchanged(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, shift = clinic
    register(area, "王小满", "李大寒")
    take_in(her, [*ROW, "王小满", ""], [*ROW, "李大寒", "等回复"])
    with transaction() as session:
        elsewhere = factories.community(session, "别的社区")
        guest = factories.volunteer(session, elsewhere, "欧阳别处", phone="+8613911112222")
        factories.qualified(session, guest, QualificationKind.DOCTOR)
        role = next(one for one in session.get_one(Shift, shift.id).roles if one.definition.name == "医生")
        factories.sign_up(session, guest, role)
    drain()
    for form in ("csv", "xlsx"):
        content = exported(her, "roster", form)
        out = files.read(content)
        assert len(out.rows) == 3
        assert ("欧阳别处" in str(out), "欧阳**" in str(out), "1111" in str(out)) == (False, True, False)
        shown = send(her, content, kind="roster", name=f"排班.{form}")
        assert ("没有要导入的行" in shown, "没有变：3行" in shown) == (True, True)


def test_another_community_s_roster_does_not_exist_here(clinic: tuple[Person, Area, Shift]) -> None:
    _her, area, _shift = clinic
    register(area, "王小满")
    other, _elsewhere = desks.coordinator("别的社区")
    assert "那时没有这个活动的班" in send(other, table(HEADINGS, [[*ROW, "王小满", ""]]), kind="roster")
    assert files.read(exported(other, "roster", "csv")).rows == ()


def test_a_file_seen_today_is_judged_anew_when_it_is_taken_in(clinic: tuple[Person, Area, Shift]) -> None:
    her, area, shift = clinic
    register(area, "王小满")
    send(her, table(HEADINGS, [[*ROW, "王小满", ""]]), kind="roster")
    with transaction() as session:
        again = session.get_one(Shift, shift.id)
        again.starts_at, again.ends_at = again.starts_at + timedelta(hours=1), again.ends_at + timedelta(hours=1)
    press(her, "accept")
    drain()
    assert states() == {}
    assert "那时没有这个活动的班" in her.open(her.path)
