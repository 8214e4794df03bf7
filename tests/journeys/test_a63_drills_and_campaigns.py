"""A04 摘星夺旗, A63 "培训演练3场", A64 "减灾防灾日宣传周…活动3场", A65 "6月份开展‘安全生产月’宣传活动3次" (建设路社区).

What must be held is written down once; what is held counts by itself. What is short near its end, or past it, stands on
the coordinator's desk until something is done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.volunteers.models import Volunteer
from tests.journeys.town import Town

#: 28 April 2026: a fortnight before the day of preventing disasters, 12 May.
NOW = datetime(2026, 4, 28, 2, 0, tzinfo=UTC)
DESK, ELSEWHERE = "13900009201", "13900009205"
PEOPLE = ("13900000001", "13900000002")
STREET = "13900009001"


def area_id(town: Town) -> int:
    areas = town.api(DESK).items("areas", kind="community")
    return int(next(one["id"] for one in areas if one["name"] == "建设路社区"))


def publish(town: Town, title: str, *days: str, **more: Any) -> int:
    """An activity on these days; its id."""
    desk = town.api(DESK)
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area_id(town),
            "title": title,
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352010",
            "roles": [{"name": "宣传员", "min_needed": 1, "max_needed": 5}],
            "dates": [{"on": day, "starts": "09:00", "ends": "10:30"} for day in days],
            **more,
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return int(made["id"])


def attend(town: Town, activity_id: int, *days: str) -> None:
    """Two people sign up for these days."""
    for shift in town.api(DESK).items("shifts", activity_id=activity_id):
        if shift["starts_at"][:10] in days:
            for phone in PEOPLE:
                town.api(phone).send(
                    "POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]}
                )


def quota(town: Town, **asked: Any) -> int:
    made = town.api(DESK).send("POST", "quotas", {"area_id": area_id(town), "needed": 3, **asked})
    return int(made["id"])


def state(town: Town, quota_id: int) -> tuple[str, int, int]:
    found = town.api(DESK).get(f"quotas/{quota_id}")
    return found["state"], found["held"], found["planned"]


def turn_to(town: Town, month: int, day: int) -> None:
    town.turn_to(datetime(2026, month, day, 2, 0, tzinfo=UTC))
    town.callers.clear()  # a token lasts thirty days
    town.browsers.clear()


@pytest.mark.need("A64")
def test_a_week_around_the_12th_of_may_with_three_events(town: Town) -> None:
    week = {"from_on": "2026-05-09", "until_on": "2026-05-15", "anchor_on": "2026-05-12"}
    quota_id = quota(town, title="减灾防灾日宣传周·五进", **week)
    assert state(town, quota_id) == ("short", 0, 0)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co"), "there is time yet"
    turn_to(town, 5, 2)
    assert "减灾防灾日宣传周" in town.browser(DESK).open("/co"), "a fortnight before its end nothing is planned"

    events = publish(town, "进社区、进家庭", "2026-05-09", "2026-05-12", "2026-05-14")
    town.api(DESK).send("PUT", f"quotas/{quota_id}/counting", {"activity_ids": [events]}, expect=200)
    assert state(town, quota_id) == ("on_course", 0, 3)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co")
    attend(town, events, "2026-05-09", "2026-05-12", "2026-05-14")

    last = next(one for one in town.api(DESK).items("shifts", activity_id=events) if "05-14" in one["starts_at"])
    town.api(DESK).send("PUT", f"shifts/{last['id']}/cancellation", {"reason": "暴雨"}, expect=200)
    assert state(town, quota_id) == ("short", 0, 2)
    page = town.browser(DESK).open("/co/quotas")
    assert "要办3场，办了0场，还排着2场。" in page
    assert "还要排1场" in page
    assert "围绕5月12日" in page

    again = publish(town, "进家庭（补办）", "2026-05-15")
    attend(town, again, "2026-05-15")
    town.api(DESK).send("PUT", f"quotas/{quota_id}/counting", {"activity_ids": [events, again]}, expect=200)
    turn_to(town, 5, 16)
    assert state(town, quota_id) == ("met", 3, 0)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co")


@pytest.mark.need("A65")
def test_three_times_within_june_or_the_desk_says_so_in_july(town: Town) -> None:
    turn_to(town, 6, 1)
    events = publish(town, "安全生产月宣传", "2026-06-05", "2026-06-16", "2026-07-01")
    june = {"from_on": "2026-06-01", "until_on": "2026-06-30"}
    quota_id = quota(town, title="安全生产月", activity_ids=[events], **june)
    assert state(town, quota_id) == ("short", 0, 2), "the first of July is not June any more"
    attend(town, events, "2026-06-05", "2026-06-16", "2026-07-01")
    turn_to(town, 6, 20)
    assert state(town, quota_id) == ("short", 2, 0)
    assert "安全生产月" in town.browser(DESK).open("/co")
    turn_to(town, 7, 2)
    assert state(town, quota_id) == ("missed", 2, 0)
    assert "安全生产月" in town.browser(DESK).open("/co")


@pytest.mark.need("A63")
def test_three_drills_this_half_year_with_their_own_hours_and_one_nobody_came_to_is_none(town: Town) -> None:
    turn_to(town, 7, 3)
    drills = publish(town, "消防演练", "2026-07-08", "2026-07-15", "2026-07-22", is_drill=True)
    half = {"from_on": "2026-07-01", "until_on": "2026-12-31"}
    quota_id = quota(town, title="下半年培训演练", activity_ids=[drills], **half)
    attend(town, drills, "2026-07-08", "2026-07-22")
    turn_to(town, 7, 25)
    assert state(town, quota_id) == ("short", 2, 0)
    found = town.api(DESK).get(f"quotas/{quota_id}")
    assert (found["people"], found["minutes"]) == (4, 4 * 90)
    assert not found["is_alarming"], "there are five months yet"


def mark_as_there(town: Town, activity_id: int, *who: str) -> None:
    """The coordinator says of these people that they were there, each time they had said yes."""
    for phone in who:
        for place in town.api(phone).items("assignments", mine="true"):
            if place["activity_id"] == activity_id and place["state"] == "confirmed":
                town.api(DESK).send("POST", f"assignments/{place['id']}/check-ins")


def her_hours(town: Town, phone: str) -> tuple[int, int, int]:
    mine = town.api(phone).get("me/hours", from_on="2026-07-02", until_on="2026-12-31")
    listed = town.api(DESK).get("hours", from_on="2026-07-02", until_on="2026-12-31")["items"]
    her = town.api(phone).get("me")["volunteer_id"]
    [line] = [one for one in listed if one["volunteer_id"] == her]
    names = ("service", "drills", "unmarked")
    assert [line[name] for name in names] == [mine[name] for name in names]
    return (mine["service"], mine["drills"], mine["unmarked"])


@pytest.mark.need("A63")
def test_the_ledger_of_service_hours_leaves_the_hours_of_drills_out(town: Town) -> None:
    """ "Drills … their hours apart from service": who was at two drills and one patrol served for one patrol."""
    first, second = PEOPLE
    [drills] = [one["id"] for one in town.api(DESK).items("activities") if one["is_drill"]]
    patrol = publish(town, "隐患排查", "2026-07-26", "2026-07-27")
    attend(town, patrol, "2026-07-26", "2026-07-27")
    assert her_hours(town, first) == (0, 0, 180), "nobody has said yet that she was there"
    mark_as_there(town, drills, first)
    assert her_hours(town, first) == (0, 180, 0)
    turn_to(town, 7, 28)
    [lazy] = [
        one
        for one in town.api(second).items("assignments", mine="true")
        if one["activity_id"] == patrol and "07-27" in one["starts_at"]
    ]
    town.api(DESK).send("POST", f"assignments/{lazy['id']}/no-shows")
    mark_as_there(town, patrol, *PEOPLE)
    assert her_hours(town, first) == (180, 180, 0)
    assert her_hours(town, second) == (90, 0, 180), "missed once; and who came to the drills nobody marked"
    page = town.browser(DESK).open("/co/hours?from_on=2026-07-02&until_on=2026-12-31")
    assert "演练、培训的时间另记，不算在服务时长里" in page
    own = town.browser(first).open("/me/hours?from_on=2026-07-02&until_on=2026-12-31")
    assert "服务时长：3小时" in own
    assert "另有演练、培训：3小时，不算在服务时长里。" in own
    assert town.api(first).ask("GET", "hours").status_code == 403
    elsewhere = town.api(ELSEWHERE).get("hours", from_on="2026-07-26", until_on="2026-07-27")["items"]
    assert town.api(first).get("me")["volunteer_id"] not in {one["volunteer_id"] for one in elsewhere}


@pytest.mark.need("A65")
def test_nobody_else_sees_or_changes_them(town: Town) -> None:
    quota_id = town.api(DESK).get("quotas")["items"][0]["id"]
    assert town.api(ELSEWHERE).ask("GET", f"quotas/{quota_id}").status_code == 404
    assert town.api(ELSEWHERE).ask("DELETE", f"quotas/{quota_id}").status_code == 404
    assert town.api(PEOPLE[0]).ask("GET", "quotas").status_code == 403


@pytest.fixture(scope="module")
def flags(town: Town) -> Any:
    """摘星夺旗 (新华路街道): two indicators asked of its six communities."""
    street = town.api(STREET)
    hers = next(one["id"] for one in street.items("areas", kind="street") if one["name"] == "新华路街道")
    asked = {
        "area_id": hers,
        "title": "摘星夺旗",
        "from_on": "2026-07-25",
        "until_on": "2026-08-31",
        "indicators": [{"title": "文明劝导", "needed": 1}, {"title": "清洁家园", "needed": 2}],
    }
    return street.send("POST", "campaigns", asked)


@pytest.mark.need("A04")
def test_a_campaign_has_a_period_indicators_and_its_communities_side_by_side(town: Town, flags: Any) -> None:
    names = [line["name"] for line in flags["lines"]]
    assert len(names) == 6
    assert {len(line["cells"]) for line in flags["lines"]} == {2}
    last = flags["lines"][-1]
    made = town.api(STREET).send(
        "POST",
        "activities",
        {
            "area_id": last["area_id"],
            "title": "路口文明劝导",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352010",
            "roles": [{"name": "劝导员", "min_needed": 1, "max_needed": 5}],
            "dates": [{"on": "2026-07-30", "starts": "09:00", "ends": "10:30"}],
        },
    )
    town.api(STREET).send("PUT", f"activities/{made['id']}/publication", expect=200)
    counting = f"quotas/{last['cells'][0]['quota_id']}/counting"
    town.api(STREET).send("PUT", counting, {"activity_ids": [made["id"]]}, expect=200)
    [shift] = town.api(STREET).items("shifts", activity_id=made["id"])
    helper = town.api(PEOPLE[0])
    helper.send("POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]})
    turn_to(town, 7, 31)
    table = town.api(STREET).get(f"campaigns/{flags['id']}")
    assert [line["name"] for line in table["lines"]] == names, "no ranking: the one with the star stands last as before"
    assert [line["stars"] for line in table["lines"]] == [0, 0, 0, 0, 0, 1]
    assert [cell["state"] for cell in table["lines"][-1]["cells"]] == ["met", "short"]


@pytest.mark.need("A04")
def test_it_is_read_printed_and_taken_out_and_nobody_stands_in_it_by_name(town: Town, flags: Any) -> None:
    street = town.browser(STREET)
    page = street.open(f"/co/campaigns/{flags['id']}")
    for line in flags["lines"]:
        assert line["name"] in page
    assert "1颗" in page
    with transaction() as session:
        names = session.scalars(select(Volunteer.name)).all()
    assert not [name for name in names if name in page]
    rows = street.open(f"/co/campaigns/{flags['id']}/table.csv").splitlines()
    assert rows[0].endswith("社区,文明劝导（要1场）,清洁家园（要2场）,得星")
    assert rows[-1] == f"{flags['lines'][-1]['name']},1,0,1"
    assert street.client.get(f"/co/campaigns/{flags['id']}/table.xlsx").data.startswith(b"PK")


@pytest.mark.need("A04")
def test_a_community_reads_its_own_line_and_nobody_else_begins_or_ends_it(town: Town, flags: Any) -> None:
    path = f"campaigns/{flags['id']}"
    assert town.api(PEOPLE[0]).ask("GET", "campaigns").status_code == 403
    for phone in (DESK, ELSEWHERE):
        assert town.api(phone).ask("GET", path).status_code == 404, "another street's"
        assert town.api(phone).ask("DELETE", path).status_code == 404
    stolen = {"area_id": flags["area_id"], "title": "偷来的", "from_on": "2026-08-01", "until_on": "2026-08-02"}
    asked = {**stolen, "indicators": [{"title": "清洁", "needed": 1}]}
    assert town.api(DESK).ask("POST", "campaigns", json=asked).status_code == 422
    assert town.api(STREET).ask("DELETE", path).status_code == 204
    assert town.api(STREET).get(path)["is_closed"]
    assert not [one for one in town.api(STREET).get("quotas")["items"] if one["title"].startswith("摘星夺旗")]
