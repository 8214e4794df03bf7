"""A17 “爱心托” (杜甫路社区): 下午4:30课堂, 志愿者老师10名, 学生5名, "每天下午准时开课".

Every school-day at 16:30, the make-up Saturday too and the holiday not; vetted teachers only; never one adult alone;
and a teacher who cannot come at the last moment has somebody in her place before half past four.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.calendars.days import NATIONAL
from tests.browsing import Person
from tests.journeys.town import Caller, Town, coverage

pytestmark = pytest.mark.need("A17")

NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
TODAY, SATURDAY, MONDAY = date(2026, 9, 28), date(2026, 10, 10), date(2026, 10, 12)
TUESDAY = date(2026, 10, 13)
DESK, OFFICE, NEIGHBOUR = "13900009202", "13900009000", "13900000021"
TEACHERS = [f"1390000{n:04}" for n in range(1, 11)]
LESSON = "爱心托·四点半课堂"
CHILDREN = ("小石榴", "小核桃", "小桂圆", "小山楂", "小红枣")


@pytest.fixture
def lessons(town: Town) -> dict[date, Any]:
    """Every lesson that has its date, by day."""
    found = [shift for shift in town.api(DESK).items("shifts") if shift["title"] == LESSON]
    return {datetime.fromisoformat(shift["starts_at"]).date(): shift for shift in found}


def ask_for(who: Caller, lesson: Any, role: str, *, expect: int = 201) -> Any:
    wanted = next(r["id"] for r in lesson["roles"] if r["name"] == role)
    return who.send("POST", f"shifts/{lesson['id']}/signups", {"shift_role_id": wanted}, expect=expect)


def at_the_desk(town: Town, day: str = "10日") -> str:
    """The lesson of that day as the coordinator's table shows it."""
    rows = {row[0]: row[1:] for row in coverage(town.browser(DESK).open("/co"))}
    columns = [cell for cell in rows["活动"] if day in cell]
    return rows[LESSON][rows["活动"].index(columns[0])]


def test_there_is_a_lesson_on_every_school_day_the_make_up_saturday_too_and_the_holiday_not(
    lessons: dict[date, Any],
) -> None:
    days = [TODAY + timedelta(days=n) for n in range(30)]
    assert [day for day in days if day in lessons] == [day for day in days if NATIONAL.is_workday(day)]
    assert SATURDAY in lessons
    assert not [day for day in lessons if date(2026, 10, 1) <= day <= date(2026, 10, 7)]


def test_each_begins_at_half_past_four_sharp(lessons: dict[date, Any]) -> None:
    assert {(s["starts_at"][11:16], s["ends_at"][11:16], s["starts_at"][19:]) for s in lessons.values()} == {
        ("16:30", "18:00", "+08:00")
    }


def test_who_is_not_vetted_is_refused_and_not_even_shown_the_lessons(town: Town, lessons: dict[date, Any]) -> None:
    neighbour = town.api(NEIGHBOUR)
    refused = ask_for(neighbour, lessons[SATURDAY], "亲情陪护", expect=409)
    missing = [(reason["code"], reason["details"]["kind"]) for reason in refused["reasons"]]
    assert missing == [("qualification_missing", "teacher"), ("qualification_missing", "background_check")]
    assert LESSON not in {shift["title"] for shift in neighbour.items("shifts", takeable="true", limit=30)}


def test_the_ten_teachers_are_shown_them(town: Town) -> None:
    for teacher in (TEACHERS[0], TEACHERS[-1]):
        assert LESSON in {shift["title"] for shift in town.api(teacher).items("shifts", takeable="true", limit=30)}


def test_nobody_reads_anything_of_the_five_pupils_but_their_number(town: Town) -> None:
    activities = town.api(DESK).items("activities")
    told = next(activity for activity in activities if activity["title"] == LESSON)
    assert "学生5名" in told["summary"]
    assert "孩子只交给登记过的家长" in told["risk_notice"]


def test_one_adult_alone_is_a_gap_two_are_enough_and_a_substitute_stands_in_before_half_past_four(
    town: Town, lessons: dict[date, Any]
) -> None:
    lesson = lessons[SATURDAY]
    assert "没有人0/2" in at_the_desk(town)
    ask_for(town.api(TEACHERS[0]), lesson, "作业辅导")
    assert "缺11/2" in at_the_desk(town)
    leaving = ask_for(town.api(TEACHERS[1]), lesson, "兴趣培养")
    assert "够2/2" in at_the_desk(town)
    waiting = ask_for(town.api(TEACHERS[2]), lesson, "兴趣培养")
    assert waiting["state"] == "waitlisted"

    town.turn_to(datetime(2026, 10, 10, 7, 5, tzinfo=UTC))
    left = town.api(TEACHERS[1]).send("POST", f"signups/{leaving['id']}/withdrawals")
    assert left["undo_until"] is None, "so close to the start the place is handed on at once"
    town.settle()
    assert "待回复11/2" in at_the_desk(town)

    substitute = town.api(TEACHERS[2])
    offer = substitute.items("assignments", mine="true", shift_id=lesson["id"])[0]
    answer_by = datetime.fromisoformat(offer["answer_by"])
    assert offer["state"] == "offered"
    assert town.now() + timedelta(minutes=15) <= answer_by < datetime.fromisoformat(lesson["starts_at"])
    assert "能来" in _say_yes_by_link(substitute).text
    assert "够2/2" in at_the_desk(town)


def _say_yes_by_link(substitute: Caller, kind: str = "place_offered") -> Person:
    """In a browser that knows nothing of her."""
    told = substitute.items("notifications", mine="true", kind=kind)[-1]["text"]
    link = re.search(r"http://localhost(/(?:answers|asks)/[^\s。，]+)", told)
    assert link is not None
    stranger = Person()
    assert "我能来" in stranger.open(link[1])
    stranger.send(link[1], answer="yes")
    return stranger


def test_after_half_past_three_only_the_coordinator_can_let_a_teacher_go(town: Town, lessons: dict[date, Any]) -> None:
    lesson = lessons[SATURDAY]
    town.turn_to(datetime(2026, 10, 10, 7, 31, tzinfo=UTC))
    teacher = town.api(TEACHERS[0])
    mine = teacher.items("signups", mine="true", shift_id=lesson["id"])[0]
    late = teacher.send("POST", f"signups/{mine['id']}/withdrawals", expect=409)
    assert late["type"].endswith("too-late-to-withdraw")
    assert late["phone"] == "0371-64352020"


def test_a_teacher_falls_ill_at_two_and_the_class_at_half_past_four_has_its_two_adults(
    town: Town, lessons: dict[date, Any]
) -> None:
    """A17: nobody waits for the place. The two substitutes are asked, the first yes has it, the second is thanked."""
    lesson = lessons[MONDAY]
    town.turn_to(datetime(2026, 10, 12, 2, 0, tzinfo=UTC))
    ask_for(town.api(TEACHERS[0]), lesson, "作业辅导")
    ill = ask_for(town.api(TEACHERS[1]), lesson, "兴趣培养")
    assert "够2/2" in at_the_desk(town, "12日")

    town.turn_to(datetime(2026, 10, 12, 6, 0, tzinfo=UTC))
    left = town.api(TEACHERS[1]).send("POST", f"signups/{ill['id']}/withdrawals")
    assert left["undo_until"] is not None, "for ten minutes she may change her mind"
    town.turn_to(datetime(2026, 10, 12, 6, 11, tzinfo=UTC))
    town.turn_to(datetime(2026, 10, 12, 6, 13, 30, tzinfo=UTC))
    asked = {phone: _asked(town.api(phone)) for phone in TEACHERS}
    assert [phone for phone, count in asked.items() if count] == TEACHERS[8:], "the substitutes, and nobody else"

    quick, slow = (town.api(phone) for phone in TEACHERS[8:])
    told = slow.items("notifications", mine="true", kind="substitute_wanted")[-1]["text"]
    assert "10月12日（星期一）下午16:30—晚上18:00" in told
    assert "0371 6435 2020" in told
    assert "已经记下您能来" in _say_yes_by_link(quick, "substitute_wanted").text
    town.settle()
    assert "够2/2" in at_the_desk(town, "12日")
    stranger = Person()
    link = re.search(r"http://localhost(/asks/[^\s。，]+)", told)
    assert link is not None
    assert "已经有人顶上了" in stranger.open(link[1])
    stranger.send(link[1], answer="yes")
    assert "再缺人的时候先请您" in stranger.text
    assert town.now() < datetime.fromisoformat(lesson["starts_at"]) - timedelta(hours=2)


def _asked(who: Caller) -> int:
    return len(who.items("notifications", mine="true", kind="substitute_wanted"))


def test_who_is_not_there_ten_minutes_late_is_missed_and_the_desk_and_the_substitutes_hear_of_it(
    town: Town, lessons: dict[date, Any]
) -> None:
    """A17 "准时": one of the two says that she is there, the other does not come."""
    lesson = lessons[TUESDAY]
    town.turn_to(datetime(2026, 10, 13, 2, 0, tzinfo=UTC))
    _ask_for_punctuality(town, lesson["activity_id"])
    ask_for(town.api(TEACHERS[0]), lesson, "作业辅导")
    ask_for(town.api(TEACHERS[1]), lesson, "兴趣培养")

    town.turn_to(datetime(2026, 10, 13, 8, 20, tzinfo=UTC))
    there = town.browser(TEACHERS[0])
    assert "我到了" in there.open("/me")
    _say_that_she_is_there(town, TEACHERS[0], lesson)
    assert "记下了，您到了" in there.text
    asked = _asked(town.api(TEACHERS[9]))

    town.turn_to(datetime(2026, 10, 13, 8, 39, 30, tzinfo=UTC))
    assert "够2/2" in at_the_desk(town, "13日")
    town.turn_to(datetime(2026, 10, 13, 8, 40, 5, tzinfo=UTC))
    assert "缺11/2" in at_the_desk(town, "13日")
    town.turn_to(datetime(2026, 10, 13, 8, 41, 5, tzinfo=UTC))
    told = town.browser(DESK).open("/me/messages")
    assert told.count("还没到：爱心托·四点半课堂（兴趣培养）") == 1
    assert "还缺1人，正在找人顶班" in told
    assert _asked(town.api(TEACHERS[9])) == asked + 1, "a substitute is asked at once"

    _say_that_she_is_there(town, TEACHERS[1], lesson)
    assert "够2/2" in at_the_desk(town, "13日"), "she came after all, before anybody stepped in"
    town.turn_to(datetime(2026, 10, 13, 9, 0, tzinfo=UTC))
    assert town.browser(DESK).open("/me/messages").count("还没到：爱心托·四点半课堂") == 1, "told once"


def _say_that_she_is_there(town: Town, phone: str, lesson: Any) -> None:
    """The one button above her shifts."""
    [place] = town.api(phone).items("assignments", mine="true", shift_id=lesson["id"])
    assert f'action="/me/places/{place["id"]}/here"' in town.browser(phone).open("/me")
    town.browser(phone).send(f"/me/places/{place['id']}/here")


def _ask_for_punctuality(town: Town, activity_id: int) -> None:
    desk = town.api(DESK)
    version = desk.ask("GET", f"activities/{activity_id}").headers["ETag"]
    headers = {"Authorization": f"Bearer {desk.token}", "If-Match": version}
    changed = town.client.patch(f"/api/v1/activities/{activity_id}", json={"late_after": 10}, headers=headers)
    assert changed.status_code == 200, changed.text


def test_the_five_pupils_are_registered_with_the_separate_consent_of_a_guardian(
    town: Town, lessons: dict[date, Any]
) -> None:
    desk, page = town.browser(DESK), f"/co/activities/{lessons[TUESDAY]['activity_id']}/pupils"
    desk.open(page)
    typed = {"guardian_name": "何秋分", "kinship": "grandparent", "phone": "13900007700", "consent_how": "paper"}
    assert "家长没有单独同意，就不能登记" in desk.send(page, name=CHILDREN[0], **typed)
    for name in CHILDREN:
        desk.send(page, name=name, has_consented="true", **typed)
    shown = town.browser(DESK).open(page)
    assert [name in shown for name in CHILDREN] == [True] * 5
    assert "13900007700" not in shown
    assert "1390 0007 700" not in shown


def test_on_the_day_the_teacher_ticks_who_is_there_on_her_telephone(town: Town, lessons: dict[date, Any]) -> None:
    lesson = lessons[TUESDAY]
    sheet = f"/me/pupils/{lesson['id']}"
    teacher = town.browser(TEACHERS[0])
    assert f'href="{sheet}"' in teacher.open("/me")
    assert "学生5名，到了0名" in teacher.open(sheet)
    for child, state in zip(_pupils(town, lesson), ("came", "came", "came", "came", "excused"), strict=True):
        teacher.send(f"{sheet}/{child['pupil_id']}/mark", state=state)
    assert "学生5名，到了4名，还没接走4名" in teacher.text
    assert "请假" in teacher.text


def test_each_goes_home_with_a_registered_guardian_and_with_nobody_else(town: Town, lessons: dict[date, Any]) -> None:
    lesson = lessons[TUESDAY]
    sheet, (first, second, *_rest) = f"/me/pupils/{lesson['id']}", _pupils(town, lesson)
    teacher = town.browser(TEACHERS[0])
    town.turn_to(datetime(2026, 10, 13, 9, 55, tzinfo=UTC))
    teacher.open(sheet)
    teacher.send(f"{sheet}/{first['pupil_id']}/hand-over", guardian_id=str(first["guardians"][0]["id"]))
    assert "10月13日（星期二）下午17:55交给了何秋分（爷爷奶奶、外公外婆）" in teacher.text
    for guardian_id in (str(first["guardians"][0]["id"]), "999999", "陌生人"):
        told = teacher.send(f"{sheet}/{second['pupil_id']}/hand-over", guardian_id=guardian_id)
        assert teacher.status == 409, "also the guardian of another child"
        assert "来接小核桃的人没有登记过，孩子不能交给这个人" in told
        assert "让孩子留在您身边" in told
        assert "tel:+8613900007700" in told
        teacher.open(sheet)
    assert "到了4名，还没接走3名" in teacher.text
    program = town.api(TEACHERS[0])
    asked = {"guardian_id": first["guardians"][0]["id"]}
    path = f"shifts/{lesson['id']}/pupils/{second['pupil_id']}/hand-over"
    assert program.send("PUT", path, asked, expect=409)["code"] == "unknown_guardian"
    line = program.send("PUT", path, {"guardian_id": second["guardians"][0]["id"]}, expect=200)["pupils"][1]
    assert (line["handed_to"]["name"], line["handed_at"][:16]) == ("何秋分", "2026-10-13T17:55")


def test_nobody_reads_the_sheet_but_the_teachers_of_the_day_and_the_desk(town: Town, lessons: dict[date, Any]) -> None:
    lesson, elsewhere = lessons[TUESDAY], "13900009205"
    page, path = f"/me/pupils/{lesson['id']}", f"shifts/{lesson['id']}/pupils"
    for phone in (TEACHERS[4], NEIGHBOUR):
        assert town.browser(phone).client.get(page).status_code == 404
        assert town.api(phone).ask("GET", path).status_code == 404
        assert town.api(phone).ask("GET", f"activities/{lesson['activity_id']}/pupils").status_code == 403
    assert town.api(elsewhere).ask("GET", path).status_code == 404
    assert town.browser(elsewhere).client.get(f"/co/shifts/{lesson['id']}/pupils").status_code == 404
    assert not [name for name in CHILDREN if name in Person().open(f"/a/{lesson['activity_id']}")]
    assert CHILDREN[0] in town.browser(DESK).open(f"/co/shifts/{lesson['id']}/pupils")
    assert "来接的人签名" in town.browser(DESK).open(f"/co/shifts/{lesson['id']}/pupils/paper")
    town.turn_to(datetime(2026, 10, 14, 2, 0, tzinfo=UTC))
    assert town.browser(TEACHERS[0]).client.get(page).status_code == 404, "nor they on the morning after"
    kept = [entry for entry in town.api(OFFICE).items("audit") if entry["verb"] in ("handed_over", "turned_away")]
    assert sorted(entry["verb"] for entry in kept) == ["handed_over"] * 2 + ["turned_away"] * 4, "also over JSON"


def _pupils(town: Town, lesson: Any) -> Any:
    return town.api(TEACHERS[0]).get(f"shifts/{lesson['id']}/pupils")["pupils"]
