"""A68 节日: 重阳, 春节, 腊八 come by the lunar calendar; and what begins at dawn (A20) drifts with the sun.

A coordinator types the lunar day once, and the date is right each year.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.calendars import dawn
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A68")

NOW = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
DESK = "13900009202"


@pytest.fixture
def laba(town: Town) -> int:
    """腊八粥, published on the pages for this winter and the next; the activity's id."""
    she = town.browser(DESK)
    text = she.open("/co/activities/new")
    place = text.split('name="place_id"')[1].split('<option value="')[2].split('"')[0]
    she.send(
        "/co/activities/new",
        title="腊八粥",
        place_id=place,
        mode="instant",
        repeats="lunar",
        contact_name="协调员",
        contact_phone="0371-64352020",
    )
    when = she.path
    she.send(
        when,
        month="12",
        lunar_day="8",
        starts="08:00",
        ends="10:00",
        from_on="2026-12-22",
        until_on="2027-12-22",
        day_rule="every_day",
    )
    she.send(she.path, name_1="熬粥", least_1="4", most_1="8")
    assert "农历腊月初八" in she.text
    assert "1月15日（星期五）" in she.text
    she.send(she.path)
    assert "发布了" in she.text
    return int(she.path.rpartition("/")[2])


def test_laba_is_on_the_eighth_of_the_twelfth_month(town: Town, laba: int) -> None:
    shifts = town.api(DESK).items("shifts", activity_id=laba)

    assert [shift["starts_at"][:16] for shift in shifts] == ["2027-01-15T08:00"]


def test_a_program_may_say_the_same_rule(town: Town) -> None:
    desk = town.api(DESK)
    activity = desk.items("activities")[0]
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": activity["area_id"],
            "title": "重阳敬老",
            "mode": "instant",
            "contact_name": "协调员",
            "contact_phone": "0371-64352020",
            "roles": [{"name": "陪伴", "min_needed": 2, "max_needed": 6}],
            "dates": [
                {"rule": "LUNAR:9-9", "from_on": "2027-01-01", "until_on": None, "starts": "09:00", "ends": "11:00"}
            ],
        },
    )

    assert [(one["rule"], one["until_on"]) for one in made["series"]] == [("LUNAR:9-9", None)]


@pytest.mark.need("A20")
def test_the_patrol_begins_at_dawn_later_each_week_of_december(town: Town) -> None:
    patrols = [s for s in town.api(DESK).items("shifts") if s["title"] == "清晨巡逻"]
    starts = [datetime.fromisoformat(shift["starts_at"]) for shift in patrols]

    assert len(starts) > 28
    for start in starts:
        assert abs(start - dawn.sunrise(start.date())) <= timedelta(minutes=3)
    assert len({start.time() for start in starts}) > 1, "the clock of it changes with the season"
