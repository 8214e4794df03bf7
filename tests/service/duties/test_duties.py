"""What belongs to an activity goes with whatever is made from it: a month that is copied, a template; and is undone."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.actions import ActivityRefused, redraft
from service.activities.models import Activity
from service.activities.rules import RolePlan, weekly_plan
from service.backfill import actions as backfill
from service.backfill.models import Ladder
from service.backfill.rules import RungPlan
from service.company import actions as company
from service.company.rules import Rule
from service.copies import actions as copies
from service.copies.actions import Made
from service.duties import actions
from service.duties.queries import belongings
from service.findings import actions as findings
from service.findings.models import Carrying
from service.partners import actions as partners
from service.partners.models import CoHost
from service.places.models import Area
from service.routes import actions as routes
from service.routes.models import Route, RouteStop
from service.routes.rules import StopPlan
from service.teams.models import Team
from service.templates import actions as templates
from service.terms import Belonging, PartnerKind, Rung
from tests import factories
from tests.factories import NOW
from tests.service.copies.test_copies import copied

WALK, SING = RolePlan(name="巡逻员", min_needed=2, max_needed=3), RolePlan(name="唱歌", min_needed=0, max_needed=9)
MORNINGS = weekly_plan(starts=time(7), ends=time(8), from_on=date(2026, 11, 2), until_on=date(2026, 11, 30))
NOONS = weekly_plan(starts=time(12), ends=time(13), from_on=date(2026, 11, 2), until_on=date(2026, 11, 30))
LADDER = [RungPlan(rung=Rung.TEAM, wait=15, at_once=2)]


@pytest.fixture
def team(session: Session) -> Team:
    return factories.team(session, factories.community(session))


@pytest.fixture
def noon(session: Session, team: Team) -> Activity:
    """The meeting to which findings go."""
    return november(session, team, "午间议事", plans=[NOONS])


@pytest.fixture
def patrol(session: Session, team: Team, noon: Activity) -> Activity:
    """A patrol with all that can belong to it."""
    made = november(session, team, "清晨巡逻", plans=[MORNINGS], roles=(WALK, SING))
    stops = [StopPlan(place_id=team.area_id, name=f"{n}号门面", checks=("飞线充电",)) for n in (2, 1)]
    routes.lay_route(session, made, stops=stops, at_once=1, within_days=7, account_id=1, now=NOW)
    findings.carry(session, made, to=noon, within_days=3, account_id=1, now=NOW)
    backfill.set_ladder(session, made, plans=LADDER, account_id=1, now=NOW)
    company.ask(session, made, rule=Rule(pairs_newcomers=True), account_id=1, now=NOW)
    choir = factories.team(session, session.get_one(Area, team.area_id), "合唱队")
    [singers] = [role.id for role in made.roles if role.name == "唱歌"]
    partners.share(session, made, team_id=choir.id, role_ids=[singers], account_id=1, now=NOW)
    return made


def november(session: Session, team: Team, title: str, **details: object) -> Activity:
    area = session.get_one(Area, team.area_id)
    return factories.activity(session, area, title=title, team_id=team.id, now=NOW.replace(day=1), **details)  # type: ignore[arg-type]  # a test's own values


def drafts(session: Session, made: Made) -> dict[str, Activity]:
    found = [session.get_one(Activity, one) for one in made.activity_ids]
    return {one.title: one for one in found}


def counted(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_copied_patrol_walks_its_round_and_its_findings_go_to_the_copied_meeting(
    session: Session, team: Team, patrol: Activity, noon: Activity
) -> None:
    here = drafts(session, copied(session, team))
    before, after = belongings(session, patrol), belongings(session, here["清晨巡逻"])
    assert list(before) == list(Belonging)
    assert after == {**before, "findings": {"to_id": here["午间议事"].id, "within_days": 3}}
    assert [stop["name"] for stop in after["route"]["stops"]] == ["2号门面", "1号门面"]
    assert before["findings"]["to_id"] == noon.id, "the source stays as it is"
    assert after["co_hosts"][0]["roles"] == ["唱歌"]


def test_where_the_meeting_goes_on_by_itself_findings_go_on_to_it(
    session: Session, team: Team, patrol: Activity, noon: Activity
) -> None:
    noon.team_id = None
    session.flush()
    [draft] = drafts(session, copied(session, team)).values()
    assert belongings(session, draft)["findings"]["to_id"] == noon.id


def test_undoing_takes_it_all_back_unless_somebody_laid_another_route(
    session: Session, team: Team, patrol: Activity
) -> None:
    tables = (Route, RouteStop, Ladder, Carrying, CoHost)
    before = [counted(session, table) for table in tables]
    made = copied(session, team)
    assert copies.undo(session, made.copy, account_id=7, now=NOW) == (2, 0)
    assert [counted(session, table) for table in tables] == before
    again = copied(session, team)
    kept = drafts(session, again)["清晨巡逻"]
    stops = [StopPlan(place_id=team.area_id, name="3号门面")]
    routes.lay_route(session, kept, stops=stops, at_once=None, within_days=None, account_id=7, now=NOW)
    assert copies.undo(session, again.copy, account_id=7, now=NOW) == (0, 2), "nor the meeting its findings go to"
    assert belongings(session, kept)["ladder"] == belongings(session, patrol)["ladder"]


def test_a_template_keeps_it_and_passes_over_what_is_no_more(session: Session, team: Team, patrol: Activity) -> None:
    partner = partners.register(
        session,
        area_id=team.area_id,
        kind=PartnerKind.SCHOOL,
        name="实验小学",
        contact_name="海棠花",
        phone=None,
        account_id=1,
        now=NOW,
    )
    walkers = patrol.roles[0].id
    partners.share(session, patrol, partner_id=partner.id, role_ids=[walkers], account_id=1, now=NOW)
    template = templates.save(session, patrol, name="巡逻", account_id=1, now=NOW)
    partners.end(session, partner, account_id=1, now=NOW)
    draft = templates.draft_from(
        session, template, from_on=date(2027, 3, 1), until_on=date(2027, 3, 31), account_id=1, now=NOW
    )
    expected = belongings(session, patrol)
    assert belongings(session, draft) == {**expected, "co_hosts": expected["co_hosts"][:1]}
    alone = [RolePlan(name="巡逻员", min_needed=1, max_needed=3)]
    templates.change(session, template, roles=alone, account_id=1, now=NOW)
    with pytest.raises(ActivityRefused) as refused:
        templates.draft_from(session, template, from_on=date(2027, 4, 1), until_on=None, account_id=1, now=NOW)
    assert refused.value.problems == {"roles": ["walks_alone"]}


def test_a_draft_that_is_written_anew_keeps_its_co_hosts_roles(session: Session, team: Team, patrol: Activity) -> None:
    draft = drafts(session, copied(session, team))["清晨巡逻"]
    before = belongings(session, draft)
    plans = [one.plan for one in draft.series]
    redraft(session, draft, roles=[SING, WALK], plans=plans, changes={}, now=NOW)
    actions.keep_roles(session, draft, before=before)
    assert belongings(session, draft) == before
    alone = [RolePlan(name="巡逻员", min_needed=1, max_needed=3)]
    redraft(session, draft, roles=alone, plans=plans, changes={}, now=NOW)
    with pytest.raises(ActivityRefused):
        actions.keep_roles(session, draft, before=before)
