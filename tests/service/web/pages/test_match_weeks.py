"""A community's week planned at once, on pages: what it covers, the plan by activity, and nobody else's."""

from __future__ import annotations

import pytest

from service.activities.models import Activity
from service.activities.rules import RolePlan
from service.company import actions as company
from service.db import transaction
from service.matching import actions as matching
from service.places import actions as places
from service.places.models import Area
from service.settings import Settings
from service.terms import AreaKind, Mode
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

ONE = (RolePlan(name="引导员", min_needed=1, max_needed=1),)


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def planned(area: Area, title: str, *names: str) -> Activity:
    """A matched activity on Saturday, for which these people asked."""
    made, [shift] = desks.published(area, title=title, mode=Mode.MATCHED, roles=ONE)
    with transaction() as session:
        for name in names:
            desks.signed_up(session, area, shift, name)
    return made


def run_on_screen(she: Person) -> int:
    """The run she was sent to, solved, with its page open."""
    run_id = int(she.path.rsplit("/", 1)[1])
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=NOW)
    she.open(f"/co/match/{run_id}")
    return run_id


def test_a_week_of_the_community_is_planned_at_once(desk: tuple[Person, Area]) -> None:
    she, area = desk
    clinic = planned(area, "义诊", "王小满")
    planned(area, "讲座")
    desks.published(area, title="先到先得")
    address = f"/co/areas/{area.id}/match"
    assert f"{address}?on=2026-11-23" in she.open(f"/co/activities/{clinic.id}?on=2026-11-28")
    page = she.open(f"{address}?on=2026-11-28")
    assert "义诊" in page
    assert "讲座" in page
    assert "先到先得" not in page
    assert "这一次一起排：义诊、讲座。" in she.send(address, on="2026-11-28")
    run_id = run_on_screen(she)
    assert "义诊等2个活动：排班草案" in she.text
    assert '<h3 class="govuk-heading-s">讲座</h3>' in she.text
    assert "“讲座”（11月28日" in she.text.split("还缺人的地方，为什么")[1]
    assert "义诊等2个活动" in she.open("/co")
    assert "义诊等2个活动：轮得公平不公平" in she.open(f"/co/match/{run_id}/fairness")
    she.open(f"/co/match/{run_id}")
    assert "正在问1个人" in she.send(f"/co/match/{run_id}/publish", all="1")


def test_a_week_without_anything_to_plan_is_refused_with_words(desk: tuple[Person, Area]) -> None:
    she, area = desk
    address = f"/co/areas/{area.id}/match"
    clinic = planned(area, "义诊")
    assert "这一周没有统筹安排、轮值排班的班。" in she.open(f"{address}?on=2026-12-07")
    she.open(f"/co/activities/{clinic.id}?on=2026-11-28")
    she.send(address, on="2026-12-07")
    assert she.status == 409
    assert "这一周没有要排的班。" in she.text


def test_nobody_plans_another_community_nor_a_part_of_a_crew_that_is_not_hers(desk: tuple[Person, Area]) -> None:
    she, area = desk
    stranger, elsewhere = desks.coordinator("石窟路社区")
    far = planned(elsewhere, "别处的")
    for what in (f"/co/areas/{area.id}/match", f"/co/areas/{elsewhere.parent_id}/match"):
        stranger.open(what)
        assert stranger.status == 404
        stranger.open(f"/co/activities/{far.id}?on=2026-11-28")
        stranger.send(what, on="2026-11-28")
        assert stranger.status == 404
    with transaction() as session:
        court = places.add_area(session, parent=area, kind=AreaKind.COURTYARD, name="一号院")
        keeper = desks.seated(factories.coordinator(session, court, "院长"))
    hers, clinic = planned(court, "院里的"), planned(area, "义诊")
    with transaction() as session:
        both = [session.get_one(Activity, one.id) for one in (hers, clinic)]
        company.hold_together(session, both[0], others=both[1:], account_id=None, now=NOW)
    assert "和本社区别的活动一起排" not in keeper.open(f"/co/activities/{hers.id}?on=2026-11-28")
    keeper.send(f"/co/activities/{hers.id}/match", on="2026-11-23")
    assert keeper.status == 409
    assert "同组的活动里有不归您管的，请找管它的人一起排。" in keeper.text
    she.open(f"/co/activities/{hers.id}?on=2026-11-28")
    assert "这一次一起排：院里的、义诊。" in she.send(f"/co/activities/{hers.id}/match", on="2026-11-23")


def test_the_page_of_a_run_names_the_service_that_keeps_the_crew_from_being_held(desk: tuple[Person, Area]) -> None:
    """A12."""
    she, area = desk
    team, talk = planned(area, "医疗队", "安大夫"), planned(area, "讲座", "主讲")
    visit = planned(area, "走访")
    with transaction() as session:
        crew = [session.get_one(Activity, one.id) for one in (team, talk, visit)]
        company.hold_together(session, crew[0], others=crew[1:], account_id=None, now=NOW)
    planned(area, "浇水")
    week = she.open(f"/co/areas/{area.id}/match?on=2026-11-28")
    held, alone = week.split("这3个活动同组")[1].split("</ul>")[:2]
    assert all(title in held for title in ("医疗队", "讲座", "走访"))
    assert "浇水" in alone
    she.open(f"/co/activities/{talk.id}?on=2026-11-28")
    she.send(f"/co/activities/{talk.id}/match", on="2026-11-23")
    run_on_screen(she)
    why = she.text.split("报了名没有排上的，为什么")[1]
    assert why.count("同组的“走访”（11月28日（星期六）上午9:00—11:30）没有凑够最少人数，整组都不排") == 2
