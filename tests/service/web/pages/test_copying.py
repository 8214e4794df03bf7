"""照搬一个月: a coordinator sees every date, strikes some out, drafts the rest, takes it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.activities.models import Activity
from service.activities.rules import DatesPlan
from service.backfill import actions as backfill
from service.backfill.queries import ladder as ladder_of
from service.backfill.rules import RungPlan
from service.db import transaction
from service.places.models import Area
from service.terms import ActivityState, Rung
from tests import desks, factories
from tests.browsing import Person
from tests.service.copies.test_copies import WEDNESDAYS

pytestmark = pytest.mark.usefixtures("at_now")

NOVEMBER = {"span": "month", "from_on": "2026-11-01", "to_on": "2026-12-01"}


def desk_with_wednesdays(*plans: DatesPlan) -> tuple[Person, Area, int, int]:
    """A coordinator, her community, a team's id, and the id of the series of its Wednesdays."""
    coordinator, area = desks.coordinator()
    with transaction() as session:
        team = factories.team(session, area)
        made = factories.activity(
            session,
            area,
            title="量血压",
            team_id=team.id,
            plans=plans or [WEDNESDAYS],
            now=factories.NOW.replace(day=1),
        )
        return coordinator, area, team.id, made.series[0].id


def drafts() -> list[Activity]:
    with transaction() as session:
        return list(session.scalars(select(Activity).where(Activity.state == ActivityState.DRAFT)))


def test_a_month_is_shown_drafted_once_and_taken_back() -> None:
    coordinator, _area, team_id, series_id = desk_with_wednesdays()
    assert "照搬一个月" in coordinator.open("/co/activities")
    assert 'value="2026-12-01"' in coordinator.open("/co/copying"), "it is late in November"
    page = coordinator.open(f"/co/copying?team_id={team_id}&span=month&from_on=2026-11-01&to_on=2026-12-01")
    assert "12月30日（星期三）" in page
    coordinator.send("/co/copying", team_id=team_id, left_out=f"{series_id}:2026-12-30", **NOVEMBER)
    assert "起草了1个活动，一共4天" in coordinator.text
    [draft] = drafts()
    assert coordinator.path == "/co/activities"
    again = coordinator.send("/co/copying", team_id=team_id, left_out=f"{series_id}:2026-12-30", **NOVEMBER)
    assert "没有要起草的" in again
    assert [one.id for one in drafts()] == [draft.id]
    coordinator.open("/co/activities")
    undo = coordinator.text.split("/co/copying/")[1].split("/undo")[0]
    coordinator.send(f"/co/copying/{undo}/undo")
    assert "撤掉了1个草稿" in coordinator.text
    assert drafts() == []


def test_another_communitys_team_is_not_copied() -> None:
    _stranger, _area, team_id, _series_id = desk_with_wednesdays()
    coordinator, _elsewhere = desks.coordinator("杜甫路社区")
    page = coordinator.open(f"/co/copying?team_id={team_id}&span=month&from_on=2026-11-01&to_on=2026-12-01")
    assert "量血压" not in page
    coordinator.open("/style/form")
    coordinator.send("/co/copying", team_id=team_id, **NOVEMBER)
    assert coordinator.status == 422
    assert drafts() == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to_on": "2026-11-30"}, "要和照着的那个月（周）不一样"),
        ({"team_id": ""}, "请选择哪支队伍的"),
        ({"from_on": "上个月"}, "照哪个月（周）的"),
    ],
)
def test_what_is_wrong_says_so(wrong: dict[str, str], words: str) -> None:
    coordinator, _area, team_id, _series_id = desk_with_wednesdays()
    coordinator.open("/style/form")
    page = coordinator.send("/co/copying", **{"team_id": str(team_id), **NOVEMBER, **wrong})
    assert coordinator.status == 422
    assert words in page
    assert drafts() == []


def test_what_belongs_to_it_is_named_before_and_taken_over() -> None:
    coordinator, _area, team_id, _series_id = desk_with_wednesdays()
    with transaction() as session:
        source = session.scalars(select(Activity)).one()
        ladder = [RungPlan(rung=Rung.TEAM, wait=15, at_once=2)]
        backfill.set_ladder(session, source, plans=ladder, account_id=1, now=factories.NOW)
    page = coordinator.open(f"/co/copying?team_id={team_id}&span=month&from_on=2026-11-01&to_on=2026-12-01")
    assert "找人的次序（自己定的1步）" in page
    assert "不带过去的" in page
    coordinator.send("/co/copying", team_id=team_id, **NOVEMBER)
    [draft] = drafts()
    with transaction() as session:
        kept = ladder_of(session, draft.id)
    assert kept is not None
    assert kept.plans == tuple(ladder)
