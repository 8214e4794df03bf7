"""What is asked for finds the lines that cover it, each with why; a desk decides, once."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from service.demands import actions, queries
from service.demands.actions import AlreadyDecided, NoLineHere
from service.demands.models import Demand
from service.demands.rules import Line, fits
from service.places.models import Area
from service.teams import actions as teams
from service.teams.models import Team
from service.terms import Audience, DemandState
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

A = Audience
TALK = Line(programme_id=1, name="健康讲座", team="红色管家", words=("血压", "血糖"))
HERBS = Line(programme_id=2, name="中医养生", team="红色管家", audiences=frozenset({A.ELDERS, A.ILL}), words=("推拿",))
CARE = Line(programme_id=3, name="妇女儿童关爱", team="红色管家", audiences=frozenset({A.WOMEN, A.CHILDREN}))
HUB = (TALK, HERBS, CARE)


@pytest.mark.parametrize(
    ("audience", "asked", "found"),
    [
        (A.ELDERS, "想听高血压的健康讲座", [("健康讲座", ("健康讲座", "血压"), False), ("中医养生", (), True)]),
        (A.ELDERS, "肩膀疼想推拿", [("中医养生", ("推拿",), True)]),
        (A.EVERYBODY, "想推拿", []),
        (A.CHILDREN, "放学没人管", [("妇女儿童关爱", (), True)]),
        (A.POOR, "量血压血糖", [("健康讲座", ("血压", "血糖"), False)]),
        (A.EVERYBODY, "修灯", []),
    ],
)
def test_whom_a_line_is_for_and_what_is_heard(
    audience: Audience, asked: str, found: list[tuple[str, tuple[str, ...], bool]]
) -> None:
    assert [(fit.line.name, fit.heard, fit.is_for_them) for fit in fits(HUB, audience=audience, asked=asked)] == found


def test_the_order_of_the_lines_does_not_matter() -> None:
    forth = fits(HUB, audience=A.ELDERS, asked="推拿和血压")
    assert forth == fits(HUB[::-1], audience=A.ELDERS, asked="推拿和血压")
    assert [fit.line.name for fit in forth] == ["中医养生", "健康讲座"], "as many words, but for just these people"


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def hub(session: Session, area: Area) -> Team:
    team = factories.team(session, area)
    for name in ("健康讲座", "心理辅导"):
        teams.add_programme(session, team, name=name)
    return team


def asked(session: Session, area: Area, words: str = "想听健康讲座") -> Demand:
    return actions.note(session, area_id=area.id, audience=A.ELDERS, words=words, account_id=7, now=NOW)


def test_lines_of_approved_teams_around_are_found_by_name_or_by_what_is_declared(
    session: Session, area: Area, hub: Team
) -> None:
    street = session.get_one(Area, area.parent_id)
    above = teams.add_programme(session, factories.team(session, street, "街道队"), name="陪诊")
    draft = teams.found_team(session, area_id=area.id, name="还没批准的队")
    teams.add_programme(session, draft, name="健康讲座二")
    elsewhere = factories.team(session, factories.community(session, "建设路社区"), "邻社区的队")
    teams.add_programme(session, elsewhere, name="健康讲座三")
    assert [line.name for line in queries.lines_around(session, area.id)] == ["健康讲座", "心理辅导", "陪诊"]
    demand = asked(session, area)
    assert [(fit.line.name, fit.heard) for fit in queries.fits_of(session, demand)] == [("健康讲座", ("健康讲座",))]
    actions.declare(session, above, audiences=[A.ELDERS], words=["看病", " 看病 ", ""], account_id=7, now=NOW)
    found = queries.fits_of(session, asked(session, area, "一个人去看病"))
    assert [(fit.line.name, fit.heard, fit.is_for_them) for fit in found] == [("陪诊", ("看病",), True)]
    assert ("declared_line", "programme", above.id, 7) in audited(session)


def test_a_desk_decides_once_and_may_choose_a_line_that_was_not_found(session: Session, area: Area, hub: Team) -> None:
    demand = asked(session, area)
    other = next(line for line in queries.lines_around(session, area.id) if line.name == "心理辅导")
    with pytest.raises(NoLineHere):
        actions.give(session, demand, programme_id=10**6, account_id=7, now=NOW)
    actions.give(session, demand, programme_id=other.programme_id, account_id=7, now=NOW)
    assert (demand.state, demand.decided_by) == (DemandState.GIVEN, 7)
    with pytest.raises(AlreadyDecided):
        actions.let_rest(session, demand, account_id=7, now=NOW)
    rests = asked(session, area, "修灯")
    actions.let_rest(session, rests, account_id=7, now=NOW)
    with pytest.raises(AlreadyDecided):
        actions.give(session, rests, programme_id=other.programme_id, account_id=7, now=NOW)
    verbs = [verb for verb, kind, *_rest in audited(session) if kind == "demand"]
    assert verbs == ["noted_demand", "gave_demand", "noted_demand", "let_demand_rest"]


def test_another_community_reads_none_of_it(session: Session, area: Area, hub: Team) -> None:
    demand = asked(session, area)
    elsewhere = factories.community(session, "建设路社区")
    assert queries.in_scope(session, demand.id, scope_ids=[elsewhere.id]) is None
    assert queries.listed(session, scope_ids=[elsewhere.id]) == []
    assert queries.lines_of(session, scope_ids=[elsewhere.id]) == []
