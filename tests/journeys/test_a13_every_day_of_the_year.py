"""A13 “365”志愿服务队 (杜甫路社区): 动态宣传、多彩活动、贴心窗口、平安网格, on every day of the year.

It is the Monday before National Day: the next fortnight has the holiday and the Saturday worked in its place (调休). On
each of those days each strand has its shift, and a day with nobody on duty is seen in advance.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.browsing import Person
from tests.journeys.town import Town, coverage

pytestmark = [pytest.mark.need("A13"), pytest.mark.need("A28")]

NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
DESK = "13900009202"
TODAY = date(2026, 9, 28)
FORTNIGHT = [TODAY + timedelta(days=n) for n in range(14)]
STRANDS = ("365·动态宣传", "365·多彩活动", "365·贴心窗口值班", "365·平安网格巡查")


@pytest.fixture
def table(town: Town) -> dict[str, list[str]]:
    """What the coordinator of 杜甫路社区 sees at /co: activity → its fourteen cells; "活动" → the days."""
    page = town.browser(DESK).open("/co")
    return {row[0]: row[1:] for row in coverage(page)}


def test_the_fortnight_names_the_holiday_and_the_saturday_worked_in_its_place(table: dict[str, list[str]]) -> None:
    days = dict(zip(FORTNIGHT, table["活动"], strict=True))
    assert "国庆节" in days[date(2026, 10, 1)]
    assert "调休上班" in days[date(2026, 10, 10)]
    assert "调休" not in days[date(2026, 9, 29)]


@pytest.mark.parametrize("strand", STRANDS)
def test_each_strand_has_its_shift_on_each_day_holidays_and_make_up_days_too(
    table: dict[str, list[str]], *, strand: str
) -> None:
    assert len(table[strand]) == len(FORTNIGHT)
    assert all(re.search(r"\d+/\d+$", cell) for cell in table[strand]), table[strand]


def test_a_day_with_nobody_on_duty_is_seen_six_days_ahead_in_the_middle_of_the_holiday(
    table: dict[str, list[str]],
) -> None:
    cells = dict(zip(FORTNIGHT, table["365·平安网格巡查"], strict=True))
    assert "没有人" in cells[date(2026, 10, 4)]
    assert cells[date(2026, 10, 4)].endswith("0/2")


def test_the_gap_closes_in_the_table_once_two_have_said_yes(town: Town) -> None:
    desk = town.api(DESK)
    shift = next(
        s for s in desk.items("shifts") if s["title"] == "365·多彩活动" and s["starts_at"].startswith("2026-10-11")
    )
    cell = town.browser(DESK).open("/co")
    before = coverage(cell)
    assert {row[0]: row[-1] for row in before}["365·多彩活动"].endswith("0/1")
    neighbour = town.api("13900000021")
    neighbour.send("POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]})
    after = {row[0]: row[-1] for row in coverage(town.browser(DESK).open("/co"))}
    assert after["365·多彩活动"] == "365·多彩活动，10月11日（星期日）：够1/1"


def test_every_strand_reaches_past_the_fortnight_without_a_hole(town: Town) -> None:
    shifts = [s for s in town.api(DESK).items("shifts") if s["title"] in STRANDS]
    for strand in STRANDS:
        days = {datetime.fromisoformat(s["starts_at"]).date() for s in shifts if s["title"] == strand}
        assert {TODAY + timedelta(days=n) for n in range(1, 29)} <= days


def test_a_day_with_nobody_on_duty_is_seen_four_weeks_ahead(town: Town) -> None:
    """On the page and by a program; who is missing, in which role, and how sure."""
    last = TODAY + timedelta(days=27)
    page = town.browser(DESK).open("/co/gaps")
    section = page.split(f'id="day-{last}"')[1].split("</section>")[0]
    gaps = town.api(DESK).get("gaps", days=28)["items"]
    patrols = [gap for gap in gaps if gap["title"] == "365·平安网格巡查" and gap["starts_at"].startswith(str(last))]

    assert "365·平安网格巡查" in section
    assert "没有人" in section
    assert [(gap["role"], gap["confirmed"], gap["offered"], gap["gap"]) for gap in patrols] == [("巡查员", 0, 0, 2)]


def test_a_day_whose_shift_was_called_off_is_a_gap_too(town: Town) -> None:
    desk, day = town.api(DESK), TODAY + timedelta(days=20)
    shift = next(
        s for s in desk.items("shifts") if s["title"] == "365·动态宣传" and s["starts_at"].startswith(str(day))
    )
    desk.send("PUT", f"shifts/{shift['id']}/cancellation", {"reason": "停电"}, expect=200)

    section = town.browser(DESK).open("/co/gaps").split(f'id="day-{day}"')[1].split("</section>")[0]
    assert "365·动态宣传" in section
    assert "没有班次" in section


def test_nobody_but_coordinators_sees_gaps(town: Town) -> None:
    assert town.api("13900000021").ask("GET", "gaps").status_code == 403
    elsewhere = town.api("13900009104").get("gaps", days=28)["items"]
    assert not [gap for gap in elsewhere if gap["title"].startswith("365")]


def test_another_communitys_coordinator_does_not_see_these_rows(town: Town) -> None:
    page = town.browser("13900009104").open("/co")
    assert not set(STRANDS) & {row[0] for row in coverage(page)}


def test_who_sits_at_the_window_today_is_for_everybody_to_see(town: Town) -> None:
    """“贴心窗口” (A28): how many, and the names of those who agreed; where nobody is, that is said."""
    area_id = town.api(DESK).items("activities")[0]["area_id"]
    today = [one for one in town.api("13900000021").get(f"areas/{area_id}/duty")["items"] if one["title"] == STRANDS[2]]
    assert [one["starts_at"][11:16] for one in today] == ["09:00", "14:30"]
    page = Person().open(f"/areas/{area_id}/today")
    assert page.count(f"<b>{STRANDS[2]}</b>") == 2
    for one in today:
        assert len(one["names"]) <= one["people"]
        assert all(name in page for name in one["names"])
    names = {one["name"] for one in town.api(DESK).items("volunteers")}
    shown = {name for one in town.api(DESK).get(f"areas/{area_id}/duty")["items"] for name in one["names"]}
    assert {name for name in names if name in page} == shown & names, "nobody else is named"
