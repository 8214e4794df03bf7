"""The same asked of each community: counted there, side by side, in an order nobody earned."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.rules import once
from service.campaigns import actions, queries
from service.campaigns.actions import IndicatorPlan, NoCommunity
from service.campaigns.models import Campaign
from service.places import actions as places
from service.places.models import Area
from service.quotas import actions as quotas
from service.quotas.models import Quota
from service.quotas.queries import alarming, progress_of, standing
from service.terms import AreaKind
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

PLANS = [IndicatorPlan(title="文明劝导", needed=1), IndicatorPlan(title="清洁家园", needed=2)]


@pytest.fixture
def street(session: Session) -> Area:
    """A street of three communities, one of which has a courtyard."""
    here = [factories.community(session, name) for name in ("人民路社区", "建设路社区", "杜甫路社区")]
    places.add_area(session, parent=here[0], kind=AreaKind.COURTYARD, name="1号院")
    return session.get_one(Area, here[0].parent_id)


def begun(session: Session, street: Area) -> Campaign:
    span = {"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 30)}
    return actions.begin(session, street, title="摘星夺旗", indicators=PLANS, account_id=7, now=NOW, **span)


def test_each_community_is_asked_each_and_stands_where_the_tree_has_it(session: Session, street: Area) -> None:
    campaign = begun(session, street)
    table = queries.table(session, campaign, scope_ids=[street.id], now=NOW)
    assert [one.title for one in table.indicators] == ["文明劝导", "清洁家园"]
    names = [line.community.name for line in table.lines]
    assert names == ["人民路社区", "建设路社区", "杜甫路社区"]
    assert [[cell.progress.needed for cell in line.cells] for line in table.lines] == [[1, 2]] * 3
    last = table.lines[-1]
    held = factories.activity(
        session,
        last.community,
        plans=[once(date(2026, 11, day), starts=time(9), ends=time(10)) for day in (24, 25)],
    )
    for shift in factories.shifts(session, held):
        person = factories.volunteer(session, last.community)
        factories.sign_up(session, person, factories.only_role(session, shift))
    quotas.count(session, last.cells[1].quota, activity_ids=[held.id])
    later = NOW.replace(day=26)
    table = queries.table(session, campaign, scope_ids=[street.id], now=later)
    assert [line.stars for line in table.lines] == [0, 0, 1]
    assert [line.community.name for line in table.lines] == names
    for quota in session.scalars(select(Quota)):
        assert progress_of(session, [quota], now=later)[quota.id] == standing(session, quota, now=later).progress


def test_a_communitys_desk_reads_its_own_line_and_another_streets_none(session: Session, street: Area) -> None:
    campaign = begun(session, street)
    one = session.scalars(select(Area).where(Area.name == "建设路社区")).one()
    elsewhere = factories.community(session, "文化街社区", street="新华路街道")
    assert queries.seen(session, campaign.id, scope_ids=[one.id]) is campaign
    assert queries.in_scope(session, campaign.id, scope_ids=[one.id]) is None
    table = queries.table(session, campaign, scope_ids=[one.id], now=NOW)
    assert [line.community.name for line in table.lines] == ["建设路社区"]
    assert queries.seen(session, campaign.id, scope_ids=[elsewhere.id]) is None
    assert queries.listed(session, scope_ids=[elsewhere.id]) == []


def test_once_it_is_over_nobody_is_alarmed_and_the_table_stays(session: Session, street: Area) -> None:
    campaign = begun(session, street)
    assert len(alarming(session, scope_ids=[street.id], now=NOW)) == 6
    for _twice in range(2):
        actions.close(session, campaign, account_id=7, now=NOW)
    assert alarming(session, scope_ids=[street.id], now=NOW) == []
    assert len(queries.table(session, campaign, scope_ids=[street.id], now=NOW).lines) == 3
    verbs = [verb for verb, kind, *_rest in audited(session) if kind == "campaign"]
    assert verbs == ["began_campaign", "closed_campaign"]


def test_a_place_without_communities_has_none(session: Session, street: Area) -> None:
    court = session.scalars(select(Area).where(Area.kind == AreaKind.COURTYARD)).one()
    with pytest.raises(NoCommunity):
        begun(session, court)
