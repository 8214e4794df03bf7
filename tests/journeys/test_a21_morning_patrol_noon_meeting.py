"""A21 “晨巡午议”工作法 (富甲源, 货场路社区): in the morning they walk round, at noon they talk over what they saw.

What the patrol of the morning types on the telephone stands on the agenda of the same day's meeting by itself; what the
meeting does not settle comes again with the next patrol, and the community's ledger has it all the while.

The same way a standing duty of persuasion (A25) keeps its log, and the council's desk (A27) what people come to say.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.calendars.rules import local
from tests.browsing import Person
from tests.journeys.town import Caller, Town

pytestmark = pytest.mark.need("A21")

#: Monday, six in the morning: the patrol goes at seven, the meeting is at half past twelve.
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
DESK, ELSEWHERE = "13900009106", "13900009205"
PATROL = "晨巡午议"
BOXES, LAMP = "3号楼二单元楼道堆了纸箱", "西门路灯不亮"


@pytest.fixture(scope="module")
def days(town: Town) -> list[Any]:
    """Its shifts by start: this morning, this noon, tomorrow morning, tomorrow noon ..."""
    return [shift for shift in town.api(DESK).items("shifts") if shift["title"] == PATROL]


@pytest.fixture(scope="module")
def council(town: Town) -> list[int]:
    team = next(one for one in town.api(DESK).items("teams") if one["name"] == "富甲源理事会")
    return [one["volunteer_id"] for one in town.api(DESK).get(f"teams/{team['id']}/members")["items"]]


def phone_of(town: Town, volunteer_id: int) -> str:
    why = {"why": "请她参加晨巡"}
    return str(town.api(DESK).send("POST", f"volunteers/{volunteer_id}/phone-looks", why)["phone"])


def somebody(town: Town, council: list[int], shift: Any, *, but: int = 0) -> tuple[int, str]:
    """A member of the council with a telephone who has a place in the shift: one of those there, or now put there."""
    desk = town.api(DESK)
    there = [one["volunteer_id"] for one in desk.items("assignments", shift_id=shift["id"], state="confirmed")]
    for who in [*there, *council]:
        if who == but or not desk.get(f"volunteers/{who}")["has_phone"]:
            continue
        if who not in there:
            asked = {"shift_role_id": shift["roles"][0]["id"], "volunteer_id": who, "asked_by": "本人"}
            answer = desk.ask("POST", f"shifts/{shift['id']}/signups", json={**asked, "asked_how": "phone"})
            if answer.status_code != 201 or (answer.json or {})["state"] != "confirmed":
                continue
        return who, phone_of(town, who)
    raise AssertionError("nobody of the council can come")


@pytest.fixture(scope="module")
def walker(town: Town, council: list[int], days: list[Any]) -> tuple[int, str]:
    return somebody(town, council, days[0])


@pytest.fixture(scope="module")
def speaker(town: Town, council: list[int], days: list[Any], walker: tuple[int, str]) -> tuple[int, str]:
    return somebody(town, council, days[1], but=walker[0])


def on_agenda(desk: Caller, shift: Any) -> list[str]:
    return [one["words"] for one in desk.get(f"shifts/{shift['id']}/findings")["agenda"]]


def test_there_is_a_patrol_and_a_meeting_on_the_same_day(days: list[Any]) -> None:
    assert [shift["starts_at"][:16] for shift in days[:4]] == [
        "2026-11-23T07:00",
        "2026-11-23T12:30",
        "2026-11-24T07:00",
        "2026-11-24T12:30",
    ]


def test_who_walks_round_types_what_she_sees_on_her_telephone(
    town: Town, days: list[Any], walker: tuple[int, str]
) -> None:
    town.turn_to(datetime(2026, 11, 22, 23, 20, tzinfo=UTC))
    she = town.browser(walker[1])
    notes = f"/me/findings/{days[0]['id']}"
    assert notes in she.open("/me")
    assert "还没有记" in she.open(notes)
    for words in (BOXES, LAMP):
        assert "会带到要议的那一班" in she.send(notes, words=words)


def test_at_noon_it_is_on_the_agenda_by_itself(town: Town, days: list[Any], speaker: tuple[int, str]) -> None:
    town.turn_to(datetime(2026, 11, 23, 4, 35, tzinfo=UTC))
    meeting = town.browser(speaker[1]).open(f"/me/findings/{days[1]['id']}")
    agenda = meeting[meeting.index("要议的</h2>") : meeting.index("这一班看到的")]
    assert BOXES in agenda
    assert LAMP in agenda
    assert on_agenda(town.api(DESK), days[1]) == [BOXES, LAMP]


def test_the_meeting_settles_one_of_them(town: Town, days: list[Any], speaker: tuple[int, str]) -> None:
    she, address = town.browser(speaker[1]), f"/me/findings/{days[1]['id']}"
    finding = re.findall(rf"{address}/(\d+)", she.open(address))[0]
    she.send(f"{address}/{finding}", outcome="")
    assert she.status == 422
    assert "请填写怎么处理了" in she.text
    she.send(f"{address}/{finding}", outcome="请二单元的住户今天搬走")
    assert "请二单元的住户今天搬走" in she.text


def test_what_it_left_open_comes_with_the_next_patrol_and_stands_in_the_ledger(town: Town, days: list[Any]) -> None:
    assert on_agenda(town.api(DESK), days[2]) == [LAMP]
    ledger = town.browser(DESK).open("/co/findings")
    assert LAMP in ledger[: ledger.index("最近处理了的")]
    assert BOXES in ledger[ledger.index("最近处理了的") :]
    assert [one["words"] for one in town.api(DESK).items("findings", is_open="true")] == [LAMP]


def test_the_agenda_of_the_past_is_what_it_was(town: Town, days: list[Any]) -> None:
    assert on_agenda(town.api(DESK), days[1]) == [BOXES, LAMP]


def test_nobody_else_reads_or_writes_there(town: Town, days: list[Any], walker: tuple[int, str]) -> None:
    address = f"shifts/{days[1]['id']}/findings"
    assert town.api(ELSEWHERE).ask("GET", address).status_code == 404
    assert town.api(ELSEWHERE).items("findings") == []
    neighbour = town.api("13900000021")
    assert neighbour.ask("GET", address).status_code == 404
    assert neighbour.ask("POST", address, json={"words": "随便写写"}).status_code == 404
    assert neighbour.ask("GET", "findings").status_code == 403
    assert Person().open(f"/me/findings/{days[0]['id']}").count(BOXES) == 0
    served = {one["volunteer_id"] for one in town.api(DESK).items("assignments", shift_id=days[1]["id"])}
    if walker[0] not in served:
        assert town.browser(walker[1]).client.get(f"/me/findings/{days[1]['id']}").status_code == 404


def test_a_coordinator_links_a_patrol_to_another_meeting_on_a_page(town: Town) -> None:
    """Two activities this time: what the one finds is the other's agenda."""
    desk = town.api(DESK)
    area = next(one for one in desk.items("activities") if one["title"] == PATROL)["area_id"]
    made = {}
    for title, starts, ends in (("小区夜巡", "19:00", "20:00"), ("楼院议事会", "20:30", "21:00")):
        activity = desk.send(
            "POST",
            "activities",
            {
                "area_id": area,
                "title": title,
                "mode": "instant",
                "contact_name": "俞和风",
                "contact_phone": "0371-64351060",
                "roles": [{"name": "理事", "min_needed": 2, "max_needed": 4}],
                "dates": [{"from_on": "2026-11-24", "until_on": "2026-11-25", "starts": starts, "ends": ends}],
            },
        )
        desk.send("PUT", f"activities/{activity['id']}/publication", expect=200)
        made[title] = activity["id"]
    she, form = town.browser(DESK), f"/co/activities/{made['小区夜巡']}/carrying"
    she.open(form)
    assert "带到楼院议事会" in she.send(form, to_id=str(made["楼院议事会"]))
    patrol, meeting = (desk.items("shifts", activity_id=made[title])[0] for title in ("小区夜巡", "楼院议事会"))
    desk.send("POST", f"shifts/{patrol['id']}/findings", {"words": "东门锁坏了"})
    assert on_agenda(desk, meeting) == ["东门锁坏了"]


@pytest.mark.need("A25")
def test_a_standing_duty_without_an_end_keeps_a_log_of_whom_it_spoke_to_without_names(town: Town) -> None:
    """飞线充电劝导 (南苑小区, 桐本南路社区): "常态化劝阻", "多次苦口婆心地劝说"."""
    desk = town.api("13900009203")
    duty = next(one for one in desk.items("activities") if one["title"] == "飞线充电劝导")
    endless = desk.send(
        "POST",
        "activities",
        {
            "area_id": duty["area_id"],
            "title": "违停劝导",
            "mode": "instant",
            "contact_name": "裴秋水",
            "contact_phone": "0371-64352030",
            "roles": [{"name": "劝导员", "min_needed": 2, "max_needed": 3}],
            "dates": [{"from_on": "2026-11-25", "until_on": None, "weekdays": [3], "starts": "17:00", "ends": "18:30"}],
        },
    )
    desk.send("PUT", f"activities/{endless['id']}/publication", expect=200)
    desk.send("PUT", f"activities/{endless['id']}/carrying", {"to_id": endless["id"]}, expect=200)
    assert endless["series"][0]["until_on"] is None
    first, second, *_ = desk.items("shifts", activity_id=endless["id"])
    words = "3号楼下，第二次劝，答应今晚收线"
    desk.send("POST", f"shifts/{first['id']}/findings", {"words": words})
    assert on_agenda(desk, second) == [words], "who goes next knows how often somebody was spoken to"
    assert words not in Person().open(f"/a/{endless['id']}"), "and nobody else reads it"
    form = town.browser("13900009203").open(f"/co/shifts/{first['id']}/findings")
    assert "不写住户的姓名和电话" in form


@pytest.mark.need("A27")
def test_what_people_come_to_say_at_the_councils_desk_is_taken_in_and_answered(town: Town) -> None:
    """开普西二区理事会办公室 (货场路社区): "让居民有处诉、难有人管"."""
    desk = town.api(DESK)
    duty = next(shift for shift in desk.items("shifts") if shift["title"] == "理事会办公室值班")
    carrying = f"activities/{duty['activity_id']}/carrying"
    desk.send("PUT", carrying, {"to_id": duty["activity_id"], "within_days": 7}, expect=200)
    desk.send("POST", f"shifts/{duty['id']}/findings", {"words": "5号楼一位居民反映：地下室渗水"})
    [taken] = [one for one in desk.items("findings", is_open="true") if "渗水" in one["words"]]
    assert date.fromisoformat(taken["due_on"]) == local(town.now()).date() + timedelta(days=7)
    assert "还没有处理" in town.browser(DESK).open("/co/findings")
    settled = desk.send("POST", f"findings/{taken['id']}/settlements", {"outcome": "物业明天上午来修"})
    assert settled["outcome"] == "物业明天上午来修"
    assert "理事会办公室值班" in Person().open(f"/areas/{duty['area_id']}/today"), "who sits there today is public"
    assert datetime.fromisoformat(settled["settled_at"]) - town.now() < timedelta(minutes=1)


@pytest.mark.need("A15")
def test_what_an_instructor_found_at_one_visit_she_has_before_her_at_the_next(town: Town) -> None:
    """巩义市中医药研究院 (新华南路社区): "针对上次指导中的薄弱环节"."""
    desk = town.api("13900009204")
    area = next(one for one in desk.items("areas", kind="community") if one["name"] == "新华南路社区")
    visits = desk.send(
        "POST",
        "activities",
        {
            "area_id": area["id"],
            "title": "两新组织党建指导：中医药研究院",
            "mode": "instant",
            "contact_name": "宁霁月",
            "contact_phone": "0371-64352040",
            "roles": [{"name": "指导员", "min_needed": 1, "max_needed": 1}],
            "dates": [
                {
                    "rule": "FREQ=MONTHLY;BYDAY=1TH",
                    "from_on": "2026-12-01",
                    "until_on": "2027-11-30",
                    "starts": "15:00",
                    "ends": "16:30",
                }
            ],
        },
    )
    desk.send("PUT", f"activities/{visits['id']}/publication", expect=200)
    desk.send("PUT", f"activities/{visits['id']}/carrying", {"to_id": visits["id"]}, expect=200)
    [first] = desk.items("shifts", activity_id=visits["id"])
    desk.send("POST", f"shifts/{first['id']}/findings", {"words": "学习记录只有签名没有内容"})
    town.turn_to(datetime(2026, 12, 10, 1, 0, tzinfo=UTC))
    [second] = [one for one in desk.items("shifts", activity_id=visits["id"]) if one["id"] != first["id"]]
    assert second["starts_at"].startswith("2027-01-07")
    assert on_agenda(desk, second) == ["学习记录只有签名没有内容"]
    assert_succeeded(town, visits["id"], area["id"], second)


def assert_succeeded(town: Town, visits: int, area_id: int, second: Any) -> None:
    """Instructor and organisation are a pair; a successor has the next visits, and what was found before her."""
    desk = town.api("13900009204")
    organisation = {"area_id": area_id, "name": "市中医药研究院", "kind": "association", "contact_name": "海棠花"}
    partner = desk.send("POST", "partners", organisation)
    first, successor = (one["id"] for one in desk.items("volunteers")[:2])
    path, pair = f"partners/{partner['id']}/guides", {"activity_id": visits, "from_on": "2026-12-10"}
    made = desk.send("POST", path, {**pair, "volunteer_id": first})
    assert (made["released"], made["asked"]) == (0, 1)
    [place] = desk.items("assignments", shift_id=second["id"])
    desk.send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    taken = desk.send("POST", path, {**pair, "volunteer_id": successor, "from_on": "2027-01-01"})
    assert (taken["released"], taken["asked"]) == (1, 1)
    states = {one["volunteer_id"]: one["state"] for one in desk.items("assignments", shift_id=second["id"])}
    assert states == {first: "released", successor: "offered"}
    terms = desk.get(path)
    assert [(one["volunteer_id"], one["from_on"], one["until_on"]) for one in terms["items"]] == [
        (successor, "2027-01-01", None),
        (first, "2026-12-10", "2027-01-01"),
    ]
    assert terms["open_findings"] == 1
    page = town.browser("13900009204").open(f"/co/partners/{partner['id']}/guides")
    assert "1个问题等下一次" in page
    for phone in ("13900009205", "13900000021"):
        assert town.api(phone).ask("GET", path).status_code == 404
        assert town.api(phone).ask("POST", path, json={**pair, "volunteer_id": first}).status_code == 404
