"""A12 “红色管家”志愿服务队 (人民路社区):
"1(一支医疗服务队)+N(健康干预、健康讲座、心理辅导、中医养生、妇女儿童关爱、扶贫帮困)".

A hub team with N lines of service, each with its own qualification; a clinic is not open without a doctor whose licence
is valid on the day of service, and the plan says so in advance.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.town import Caller, Town, coverage

pytestmark = pytest.mark.need("A12")

DESK, NEIGHBOUR = "13900009205", "13900000021"
#: Somebody who is on no roster and holds no more than a certificate of first aid.
NEWCOMER = "13900000036"
#: A doctor whose licence ends in a fortnight, on 7 December; another whose licence does not.
LAPSING, LASTING = "13900000011", "13900000012"
NURSE, COUNSELLOR, HERBALIST = "13900000014", "13900000017", "13900000018"
LAST_DAY = date(2026, 12, 7)
CLINIC = "社区义诊"
HELD_TOGETHER = (CLINIC, "健康干预", "妇女儿童关爱", "扶贫帮困")


def dates_of(town: Town, title: str) -> list[Any]:
    """The activity's shifts by start."""
    return [shift for shift in town.api(DESK).items("shifts") if shift["title"].startswith(title)]


def day_of(shift: Any) -> date:
    return datetime.fromisoformat(shift["starts_at"]).date()


def clinic_on(town: Town, day: date) -> Any:
    return next(shift for shift in dates_of(town, CLINIC) if day_of(shift) == day)


def role_of(shift: Any, name: str) -> Any:
    return next(role for role in shift["roles"] if role["name"] == name)


def ask_for(who: Caller, shift: Any, role: str, *, expect: int = 201) -> Any:
    return who.send(
        "POST", f"shifts/{shift['id']}/signups", {"shift_role_id": role_of(shift, role)["id"]}, expect=expect
    )


def ask_for_the_day(town: Town, day: date) -> None:
    """As many ask as a day of the red steward needs and has not yet; its visits are a rota."""
    for phone, line, role in (
        (LASTING, CLINIC, "医生"),
        (NURSE, CLINIC, "护士"),
        (NEIGHBOUR, CLINIC, "引导员"),
        (NEWCOMER, CLINIC, "引导员"),
        ("13900000015", "健康干预", "随访护士"),
        ("13900000035", "健康干预", "陪同"),
        ("13900000002", "妇女儿童关爱", "陪伴员"),
        ("13900000003", "妇女儿童关爱", "陪伴员"),
    ):
        shift = next(one for one in dates_of(town, line) if day_of(one) == day)
        asked = town.api(DESK).items("signups", shift_id=shift["id"], state="pending")
        wanted = role_of(shift, role)
        if [one["shift_role_id"] for one in asked].count(wanted["id"]) < wanted["min_needed"]:
            ask_for(town.api(phone), shift, role)


def lines_of_the_hub(desk: Caller) -> dict[str, int]:
    """Its lines of service, by name."""
    hub = next(team for team in desk.items("teams") if "红色管家" in team["name"])
    return {line["name"]: line["id"] for line in hub["programmes"]}


def plan(town: Town, shift: Any) -> Any:
    """The coordinator has this one clinic planned; the run with its solution."""
    desk, starts_at = town.api(DESK), datetime.fromisoformat(shift["starts_at"])
    window = {"from_at": starts_at.isoformat(), "until_at": (starts_at + timedelta(hours=1)).isoformat()}
    run = desk.send("POST", f"activities/{shift['activity_id']}/match-runs", window, expect=202)
    town.settle()
    return desk.get(f"match-runs/{run['id']}")


def test_the_team_has_its_one_and_its_six(town: Town) -> None:
    team = next(team for team in town.api(DESK).items("teams") if "红色管家" in team["name"])
    lines = [programme["name"] for programme in team["programmes"]]
    assert lines == ["医疗服务", "健康干预", "健康讲座", "心理辅导", "中医养生", "妇女儿童关爱", "扶贫帮困"]
    served = {activity["programme_id"] for activity in town.api(DESK).items("activities")}
    assert {programme["id"] for programme in team["programmes"]} <= served


@pytest.mark.parametrize(
    ("line", "role", "kind"),
    [
        (CLINIC, "医生", "doctor"),
        (CLINIC, "护士", "nurse"),
        ("健康干预", "随访护士", "nurse"),
        ("健康讲座", "主讲医生", "doctor"),
        ("心理辅导", "心理咨询师", "counsellor"),
        ("中医养生", "中医师", "tcm"),
        ("妇女儿童关爱", "陪伴员", "background_check"),
    ],
)
def test_each_line_asks_for_a_qualification_of_its_own(town: Town, *, line: str, role: str, kind: str) -> None:
    refused = ask_for(town.api(NEWCOMER), dates_of(town, line)[-1], role, expect=409)
    assert [(reason["code"], reason["details"]["kind"]) for reason in refused["reasons"]] == [
        ("qualification_missing", kind)
    ]


@pytest.mark.parametrize(
    ("phone", "line", "role"),
    [
        (NURSE, "健康干预", "随访护士"),
        (COUNSELLOR, "心理辅导", "心理咨询师"),
        (HERBALIST, "中医养生", "中医师"),
        (NEIGHBOUR, "扶贫帮困", "走访员"),
        (NEIGHBOUR, CLINIC, "引导员"),
    ],
)
def test_who_holds_it_or_needs_none_is_taken(town: Town, *, phone: str, line: str, role: str) -> None:
    signup = ask_for(town.api(phone), dates_of(town, line)[-2 if line == CLINIC else -1], role)
    assert signup["state"] in ("confirmed", "pending")


def test_a_licence_counts_on_the_day_of_service_not_on_the_day_of_asking(town: Town) -> None:
    doctor = town.api(LAPSING)
    before, after = clinic_on(town, date(2026, 12, 5)), clinic_on(town, date(2026, 12, 8))

    assert ask_for(doctor, before, "医生")["state"] == "pending"
    refused = ask_for(doctor, after, "医生", expect=409)
    assert [reason["code"] for reason in refused["reasons"]] == ["qualification_expired"]
    assert refused["reasons"][0]["details"] == {"kind": "doctor", "valid_until": "2026-12-07", "on": "2026-12-08"}
    assert "2026年12月7日" in refused["detail"]


def test_she_is_not_offered_what_she_could_not_do(town: Town) -> None:
    shown = town.api(LAPSING).items("shifts", takeable="true")
    as_doctor = [
        day_of(shift)
        for shift in shown
        if shift["title"].startswith((CLINIC, "健康讲座"))
        for role in shift["roles"]
        if role["requires"] == ["doctor"]
    ]
    assert as_doctor
    assert max(as_doctor) <= LAST_DAY


def test_a_clinic_without_a_doctor_is_seen_in_advance_and_the_plan_says_who_is_missing(town: Town) -> None:
    clinic = clinic_on(town, date(2026, 12, 12))
    for phone in (LAPSING, NEIGHBOUR):
        ask_for(town.api(phone), clinic, "引导员")
    ask_for(town.api(NURSE), clinic, "护士")

    run = plan(town, clinic)
    doctor_role = role_of(clinic, "医生")["id"]
    missing = [role for role in run["solution"]["open_roles"] if role["opening_id"] == doctor_role]
    assert [role["missing"] for role in missing] == [1]
    assert run["solution"]["placements"] == [], "nobody is called to a clinic that is not open"
    page = town.browser(DESK).open(f"/co/match/{run['id']}")
    assert "同组的“社区义诊”（12月12日（星期六）上午9:00—11:30）、“健康干预随访”（" in page, (
        "other parts lack people as well"
    )
    assert "没有凑够最少人数，整组都不排" in page

    rows = {row[0]: row[1:] for row in coverage(town.browser(DESK).open("/co"))}
    column = next(n for n, day in enumerate(rows["活动"]) if "12月1日" in day)
    assert "没有人0/4" in rows[CLINIC][column], "nothing is surely covered before the plan is published and answered"


def test_the_clinic_opens_with_a_doctor_who_is_valid_that_day_and_says_yes(town: Town) -> None:
    day, desk, doctor = date(2026, 12, 19), town.api(DESK), town.api(LASTING)
    ask_for_the_day(town, day)
    run = plan(town, clinic := clinic_on(town, day))
    assert role_of(clinic, "医生")["id"] in {place["opening_id"] for place in run["solution"]["placements"]}
    desk.send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()

    offer = doctor.items("assignments", mine="true", shift_id=clinic["id"])[0]
    assert (offer["state"], offer["role"]) == ("offered", "医生")
    answered = doctor.send("POST", f"assignments/{offer['id']}/answers", {"reply": "accept"})
    assert answered["state"] == "confirmed"
    assert role_of(desk.get(f"shifts/{clinic['id']}"), "医生")["taken"] == 1


def test_the_demos_own_services_are_one_crew_and_a_week_is_planned_as_one(town: Town) -> None:
    desk = town.api(DESK)
    crew = {title: dates_of(town, title)[0]["activity_id"] for title in HELD_TOGETHER}
    assert desk.get(f"activities/{crew[CLINIC]}/crew")["activity_ids"] == sorted(set(crew.values()) - {crew[CLINIC]})
    ask_for_the_day(town, date(2026, 11, 28))
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    page = town.browser(DESK).open(f"/co/areas/{community}/match?on=2026-11-23")
    together = page.split("这4个活动同组，同一天的人凑齐了一起办，凑不齐都不办：")[1].split("</ul>")[0]
    assert all(title in together for title in HELD_TOGETHER)

    page = town.browser(DESK).send(f"/co/areas/{community}/match", on="2026-11-23")
    number = town.browser(DESK).path.rsplit("/", 1)[1]
    town.settle()
    run = desk.get(f"match-runs/{number}")
    assert set(crew.values()) <= set(run["activity_ids"])
    placed = {place["opening_id"] for place in run["solution"]["placements"]}
    for title in HELD_TOGETHER:
        [shift] = [one for one in dates_of(town, title) if day_of(one) == date(2026, 11, 28)]
        assert {role["id"] for role in shift["roles"] if role["min_needed"]} <= placed, title


SUNDAY = {"on": "2026-12-20", "starts": "09:00", "ends": "11:00"}


@pytest.fixture(scope="module")
def day(town: Town) -> dict[str, Any]:
    """A day of the red steward: the medical team and two services, held together; ids of their activities."""
    desk = town.api(DESK)
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    parts = {
        "医疗队": {"name": "医生", "min_needed": 1, "max_needed": 1, "requires": ["doctor"]},
        "周末讲座": {"name": "签到员", "min_needed": 1, "max_needed": 2},
        "周末走访": {"name": "走访员", "min_needed": 2, "max_needed": 2},
    }
    made = {title: _published(desk, community, title, role) for title, role in parts.items()}
    team, *services = made.values()
    assert (
        desk.send("PUT", f"activities/{team}/crew", {"activity_ids": services}, expect=200)["activity_ids"] == services
    )
    for wanted in (NEIGHBOUR, "13900009202"):
        refused = town.api(wanted).ask("PUT", f"activities/{team}/crew", json={"activity_ids": []})
        assert refused.status_code in (403, 404)
    return made


def _published(desk: Caller, community: int, title: str, role: dict[str, Any]) -> int:
    """A matched activity on that Sunday; its id."""
    contact = {"contact_name": "安望舒", "contact_phone": "0371-64352050"}
    asked = {"area_id": community, "title": title, "mode": "matched", **contact, "roles": [role], "dates": [SUNDAY]}
    made = desk.send("POST", "activities", asked)
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return int(made["id"])


def _planned_day(town: Town, activity_id: int) -> Any:
    """The coordinator has the day planned from one of its activities; the run with its solution."""
    window = {"from_at": "2026-12-20T08:00:00+08:00", "until_at": "2026-12-20T12:00:00+08:00"}
    run = town.api(DESK).send("POST", f"activities/{activity_id}/match-runs", window, expect=202)
    town.settle()
    return town.api(DESK).get(f"match-runs/{run['id']}")


def test_a_day_with_a_service_short_of_people_is_not_held_and_the_page_says_which(
    town: Town, day: dict[str, Any]
) -> None:
    """1+N over activities: the doctor and the lecture are there, one visitor of two is not."""
    shifts = {title: town.api(DESK).items("shifts", activity_id=number)[0] for title, number in day.items()}
    for phone, title, role in (
        (LASTING, "医疗队", "医生"),
        (NURSE, "周末讲座", "签到员"),
        (NEIGHBOUR, "周末走访", "走访员"),
    ):
        assert ask_for(town.api(phone), shifts[title], role)["state"] == "pending"
    run = _planned_day(town, day["周末讲座"])
    assert run["activity_ids"] == sorted(day.values())
    assert run["solution"]["placements"] == []
    page = town.browser(DESK).open(f"/co/match/{run['id']}")
    assert page.count("同组的“周末走访”（12月20日（星期日）上午9:00—11:00）没有凑够最少人数，整组都不排") == 3

    assert ask_for(town.api(NEWCOMER), shifts["周末走访"], "走访员")["state"] == "pending"
    run = _planned_day(town, day["医疗队"])
    assert len(run["solution"]["placements"]) == 4
    town.api(DESK).send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()
    for phone, title in ((LASTING, "医疗队"), (NURSE, "周末讲座"), (NEIGHBOUR, "周末走访"), (NEWCOMER, "周末走访")):
        [offer] = town.api(phone).items("assignments", mine="true", shift_id=shifts[title]["id"])
        assert offer["state"] == "offered", phone


def test_one_visitor_says_no_and_the_roster_of_the_doctor_says_that_the_day_is_short(
    town: Town, day: dict[str, Any]
) -> None:
    shift = town.api(DESK).items("shifts", activity_id=day["周末走访"])[0]
    board = f"/co/activities/{day['医疗队']}?on=2026-12-20"
    assert "岗位没有凑齐" not in town.browser(DESK).open(board)
    [offer] = town.api(NEWCOMER).items("assignments", mine="true", shift_id=shift["id"])
    town.api(NEWCOMER).send("POST", f"assignments/{offer['id']}/answers", {"reply": "decline"})
    assert "岗位没有凑齐" in town.browser(DESK).open(board)


def test_each_courtyard_has_its_named_steward(town: Town) -> None:
    """“楼院管家”: whom the people of a courtyard turn to, and who stands in."""
    desk = town.api(DESK)
    team = next(team for team in desk.items("teams") if "红色管家" in team["name"])
    members = [one["volunteer_id"] for one in desk.get(f"teams/{team['id']}/members")["items"]]
    rows = desk.get("courtyards")["items"]
    assert [row["name"] for row in rows] == ["明阳商务楼", "人民路5号院", "人民路11号院"]
    for row, who, deputy in zip(rows, members, members[3:], strict=False):
        desk.send("POST", f"areas/{row['area_id']}/charges", {"volunteer_id": who})
        desk.send("POST", f"areas/{row['area_id']}/charges", {"volunteer_id": deputy, "is_substitute": True})
    assert desk.get("courtyards", lacks="person")["items"] == []
    page = town.browser(DESK).open("/co/courtyards")
    for who in members[:6]:
        assert desk.get(f"volunteers/{who}")["name"] in page


def test_a_demand_finds_its_line_by_itself_with_reasons_and_the_desk_decides(town: Town) -> None:
    """ "以问题和需求为导向,针对不同人群和需求"."""
    desk = town.api(DESK)
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    lines = {
        line["name"]: line["id"]
        for team in desk.items("teams")
        if "红色管家" in team["name"]
        for line in team["programmes"]
    }
    assert {"健康干预", "健康讲座", "心理辅导", "中医养生"} <= set(lines)
    for name, audiences, said in (
        ("中医养生", ["elders", "ill"], ["推拿", "艾灸"]),
        ("心理辅导", [], ["睡不着", "心里闷"]),
    ):
        cover = {"audiences": audiences, "words": said}
        desk.send("PUT", f"programmes/{lines[name]}/cover", cover, expect=200)
    asked = {"area_id": community, "audience": "elders", "words": "老伴走了以后心里闷，也想做推拿"}
    made = desk.send("POST", "demands", asked)
    assert [(fit["name"], fit["heard"], fit["is_for_them"]) for fit in made["fits"]] == [
        ("中医养生", ["推拿"], True),
        ("心理辅导", ["心里闷"], False),
    ]
    child = desk.send("POST", "demands", {**asked, "audience": "children"})
    assert [fit["name"] for fit in child["fits"]] == ["心理辅导"], "the other is for elders and the ill"
    page = town.browser(DESK).open(f"/co/demands/{made['id']}")
    assert "说到“推拿”" in page
    chosen = {"programme_id": lines["心理辅导"]}
    given = desk.send("PUT", f"demands/{made['id']}/line", chosen, expect=200)
    assert (given["state"], given["programme_id"]) == ("given", lines["心理辅导"])
    assert desk.ask("PUT", f"demands/{made['id']}/line", json=chosen).status_code == 409
    assert desk.ask("PUT", f"demands/{child['id']}/line", json={"programme_id": 10**6}).status_code == 422


def test_nobody_else_reads_what_was_asked_for_or_says_what_a_line_covers(town: Town) -> None:
    made = town.api(DESK).get("demands")["items"][0]
    [line, *_rest] = [
        line["id"]
        for team in town.api(DESK).items("teams")
        if "红色管家" in team["name"]
        for line in team["programmes"]
    ]
    assert town.api(NEIGHBOUR).ask("GET", "demands").status_code == 403
    for phone in (NEIGHBOUR, "13900009202"):
        assert town.api(phone).ask("GET", f"demands/{made['id']}").status_code == 404
        assert town.api(phone).ask("DELETE", f"demands/{made['id']}").status_code == 404
        stolen = {"audiences": [], "words": ["推拿"]}
        assert town.api(phone).ask("PUT", f"programmes/{line}/cover", json=stolen).status_code == 404
    number = {"area_id": made["area_id"], "audience": "elders", "words": "请打13800001234"}
    assert town.api(DESK).ask("POST", "demands", json=number).status_code == 422
