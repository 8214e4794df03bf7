"""/co/sheets: five hundred people in one table, seven of them wrong; looked at, taken in, taken back."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.sheets import actions, files
from service.sheets.models import Sheet
from service.teams.models import Membership, Team
from service.terms import ConsentHow, Role, SheetState, TeamState
from service.volunteers.models import Consent, Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import drain
from tests.tables import exported, press, send, table

pytestmark = pytest.mark.usefixtures("at_now")

PEOPLE = ["姓名", "电话", "社区或院落", "出生日期", "标签", "每周最多小时", "怎么同意的"]
MEMBERS = ["队名", "姓名", "电话", "身份", "负责范围"]
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "一二三四五六七八九十"


@pytest.fixture
def desk() -> tuple[Person, Area]:
    return desks.coordinator()


def people() -> int:
    with transaction() as session:
        return session.scalar(select(func.count(Volunteer.id))) or 0


def crowd(n: int) -> list[list[str]]:
    names = [f"{SURNAMES[i % 10]}{GIVEN[i // 10 % 10]}{GIVEN[i // 100]}" for i in range(n)]
    return [[name, f"1380013{i:04}", "", "1955-03-08", "老党员、退役军人", "6", "口头"] for i, name in enumerate(names)]


#: Row → (column, what stands there, what is said of it).
WRONG = {
    10: (0, "王3", "姓名：请填写姓名，不要带数字和符号"),
    60: (1, "12345", "电话：请填写11位手机号"),
    110: (3, "昨天", "出生日期：请填写出生日期"),
    160: (5, "99", "每周最多小时：要在1到60之间"),
    210: (6, "", "请填怎么同意的"),
    260: (2, "天边社区", "没有这个社区或院落"),
    310: (6, "网上", "怎么同意的：请从列出的怎么同意的里选一项"),
}


@pytest.fixture
def with_seven_wrong() -> bytes:
    rows = crowd(500)
    for row, (column, cell, _why) in WRONG.items():
        rows[row][column] = cell
    return table(PEOPLE, rows)


def test_of_500_rows_493_come_in_and_7_are_explained(desk: tuple[Person, Area], with_seven_wrong: bytes) -> None:
    her, area = desk
    before = people()
    shown = send(her, with_seven_wrong)
    assert "导入能导入的493行" in shown
    assert all(why in shown for _column, _cell, why in WRONG.values())
    assert people() == before, "looking changes nothing"

    assert "正在导入" in press(her, "accept")
    drain()
    shown = her.open(her.path)
    assert ("已导入" in shown, "493行" in shown, "7行" in shown) == (True, True, True)
    assert people() == before + 493
    with transaction() as session:
        one = session.scalars(select(Volunteer).where(Volunteer.name == "赵一一")).one()
        recorded_by = session.scalars(select(Sheet.account_id)).one()
        assert (one.area_id, one.tags, one.weekly_hours) == (area.id, ["老党员", "退役军人"], 6)
        assert {(consent.how, consent.recorded_by) for consent in one.consents} == {(ConsentHow.ORAL, recorded_by)}


def test_the_seven_come_back_as_a_file_that_can_be_mended(desk: tuple[Person, Area], with_seven_wrong: bytes) -> None:
    her, _area = desk
    send(her, with_seven_wrong)
    press(her, "accept")
    drain()
    bad = load_workbook(io.BytesIO(her.client.get(f"{her.path}/refused.xlsx").data)).active
    head, *lines = [[str(cell or "") for cell in line] for line in bad.iter_rows(values_only=True)]
    assert head == [*PEOPLE, "原因"]
    assert [line[column] for (column, _cell, _why), line in zip(WRONG.values(), lines, strict=True)] == [
        cell for _column, cell, _why in WRONG.values()
    ]
    assert all(why in line[-1] for (_column, _cell, why), line in zip(WRONG.values(), lines, strict=True))

    before = people()
    for line, right in zip(lines, crowd(7), strict=True):
        line[:-1] = [right[0], right[1].replace("00130", "00139"), *right[2:]]
    assert "导入能导入的7行" in send(her, table(head, lines))
    press(her, "accept")
    drain()
    assert people() == before + 7


def test_uploaded_again_nothing_changes_and_undo_restores(desk: tuple[Person, Area], with_seven_wrong: bytes) -> None:
    her, _area = desk
    before = people()
    send(her, with_seven_wrong)
    press(her, "accept")
    drain()
    mine = her.path
    assert "没有要导入的行" in send(her, with_seven_wrong)
    press(her, "accept")
    drain()
    assert people() == before + 493

    her.open(mine)
    assert "和导入以前一样" in press(her, "take-back")
    assert people() == before
    with transaction() as session:
        assert session.scalar(select(func.count(Consent.id)).where(Consent.recorded_by.is_not(None))) == 0
    her.open("/co/sheets")
    assert "已经不能撤销了" in her.send(f"{mine}/take-back")


def test_what_the_table_says_otherwise_is_changed_and_can_be_taken_back(desk: tuple[Person, Area]) -> None:
    her, area = desk
    with transaction() as session:
        known = factories.volunteer(session, area, "王小满").id
    shown = send(her, table(["编号", *PEOPLE], [[str(known), "王小曼", "", "", "", "医生", "8", ""]]))
    assert "要改的：姓名、标签、每周最多小时" in shown
    press(her, "accept")
    drain()
    with transaction() as session:
        one = session.get_one(Volunteer, known)
        assert (one.name, one.pinyin, one.tags, one.weekly_hours) == ("王小曼", "wangxiaoman", ["医生"], 8)
    press(her, "take-back")
    with transaction() as session:
        one = session.get_one(Volunteer, known)
        assert (one.name, one.tags, one.weekly_hours) == ("王小满", [], 20)


def test_who_has_done_something_since_stays(desk: tuple[Person, Area]) -> None:
    her, area = desk
    _activity, [shift, *_] = desks.published(area)
    send(her, table(PEOPLE, crowd(2)))
    press(her, "accept")
    drain()
    with transaction() as session:
        desks.ask(session, session.scalars(select(Volunteer).where(Volunteer.name == "赵一一")).one(), shift)
    assert "有1行留着" in press(her, "take-back")
    with transaction() as session:
        left = set(session.scalars(select(Volunteer.name)))
    assert ("赵一一" in left, "钱一一" in left) == (True, False)


def test_the_same_name_alone_is_not_guessed(desk: tuple[Person, Area]) -> None:
    her, area = desk
    with transaction() as session:
        factories.volunteer(session, area, "王小满")
    row = ["王小满", "", "", "", "", "", "口头"]
    assert "已经有同名的人" in send(her, table(PEOPLE, [row]))


def test_a_telephone_of_another_community_is_refused_and_nothing_of_its_holder_shown(
    desk: tuple[Person, Area],
) -> None:
    her, _area = desk
    phone = factories.phone()
    with transaction() as session:
        elsewhere = factories.community(session, "别的社区")
        factories.volunteer(session, elsewhere, "李别处", phone=phone)
    shown = send(her, table(PEOPLE, [["王小满", phone.removeprefix("+86"), "", "", "", "", "口头"]]))
    assert ("已经是别人登记的" in shown, "李别处" in shown, "别的社区" in shown) == (True, False, False)
    assert "没有这个社区或院落" in send(her, table(PEOPLE, [["王小满", "", "别的社区", "", "", "", "口头"]]))


def test_a_council_comes_in_as_a_table(desk: tuple[Person, Area]) -> None:
    """A01: councils and their members, of whom some look after a building; a new council is a draft."""
    her, area = desk
    with transaction() as session:
        for name in ("王小满", "李大寒", "张立春"):
            factories.volunteer(session, area, name)
    rows = [
        ["和平院理事会", "王小满", "", "队长", ""],
        ["和平院理事会", "李大寒", "", "队员", "天边楼"],
        ["和平院理事会", "张立春", "", "", ""],
        ["和平院理事会", "赵没有", "", "", ""],
    ]
    shown = send(her, table(MEMBERS, rows), kind="members")
    assert ("导入能导入的2行" in shown, "没有登记过这个人" in shown) == (True, True)
    press(her, "accept")
    drain()
    with transaction() as session:
        team = session.scalars(select(Team).where(Team.name == "和平院理事会")).one()
        roles = session.scalars(select(Membership.role).where(Membership.team_id == team.id).order_by(Membership.id))
        assert (team.state, list(roles)) == (TeamState.DRAFT, ["lead", "member"])
    mine = her.path
    assert "没有要导入的行" in send(her, table(MEMBERS, [rows[0], rows[2]]), kind="members")
    her.open(mine)
    press(her, "take-back")
    with transaction() as session:
        assert session.scalars(select(Team).where(Team.name == "和平院理事会")).all() == []


def test_what_goes_out_comes_in_again_unchanged_and_without_telephones(desk: tuple[Person, Area]) -> None:
    her, area = desk
    with transaction() as session:
        person = factories.volunteer(session, area, "王小满", phone="+8613912345678")
        person.tags = ["=cmd()", "老党员"]
    for form in ("xlsx", "csv"):
        content = exported(her, "people", form)
        assert "13912345678" not in str(files.read(content))
        assert "没有要导入的行" in send(her, content, name=f"人员.{form}")
    with transaction() as session:
        verbs = session.scalars(select(AuditEntry.verb)).all()
    assert verbs.count("exported_sheet") == 2


def saved_again(content: bytes) -> bytes:
    """The table as a spreadsheet saves it after somebody looked: numbers and dates where they look like such."""
    book = load_workbook(io.BytesIO(content))
    for row in book.active.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.isdigit():
                cell.value = float(cell.value)
            elif isinstance(cell.value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", cell.value):
                cell.value = datetime.fromisoformat(cell.value)
    book.active.append([None] * 9)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_500_people_go_out_through_a_spreadsheet_and_come_in_unchanged(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    send(her, table(PEOPLE, crowd(500)))
    press(her, "accept")
    drain()
    content = saved_again(exported(her, "people"))
    assert len(content) < 100_000, "a tenth of what may be uploaded"
    shown = send(her, content)
    assert ("没有要导入的行" in shown, "没有变：500行" in shown) == (True, True)
    assert len(shown.encode()) < 50_000, "what is the same is counted, not listed"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "表是空的"),
        (b"\xff\xd8 a picture \x00", "读不出来"),
        ("甲,乙\n1,2\n".encode(), "表的第一行要有这些列：姓名"),
    ],
    ids=["empty", "picture", "headings"],
)
def test_a_file_that_is_no_such_table(desk: tuple[Person, Area], content: bytes, said: str) -> None:
    her, _area = desk
    assert said in send(her, content)
    assert her.status == 422


def test_no_file_at_all(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    her.open("/co/sheets")
    assert "请选择要上传的文件" in her.send("/co/sheets", kind="people")


def test_each_sees_her_own_uploads_only(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    send(her, table(PEOPLE, crowd(1)))
    other, _elsewhere = desks.coordinator("别的社区", role=Role.ADMIN)
    for path in (her.path, f"{her.path}/refused.xlsx"):
        other.open(path)
        assert other.status == 404
    other.open("/co/sheets")
    other.send(f"{her.path}/accept")
    assert other.status == 404


def test_rows_are_sealed_and_forgotten_after_a_week(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    send(her, table(PEOPLE, crowd(1)))
    with transaction() as session:
        one = session.scalars(select(Sheet)).one()
        assert one.lines_sealed is not None
        assert b"13800130000" not in one.lines_sealed
        assert actions.forget(session, now=NOW + timedelta(days=6)) == 0
        assert actions.forget(session, now=NOW + timedelta(days=8)) == 1
    her.open(her.path)
    assert her.status == 200
    press(her, "accept")
    assert "已经不能导入了" in her.text
    with transaction() as session:
        assert session.scalars(select(Sheet.state)).one() == SheetState.UPLOADED


def test_templates_have_the_headings(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    sheet = load_workbook(io.BytesIO(her.client.get("/co/sheets/templates/members.xlsx").data)).active
    assert [cell.value for cell in sheet[1]][:2] == ["队名", "姓名"]
    assert her.client.get("/co/sheets/templates/cats.xlsx").status_code == 404
    assert her.client.get("/co/sheets/exports/people.exe").status_code == 404
