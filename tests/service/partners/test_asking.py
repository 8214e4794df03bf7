"""A co-host is asked, once; says yes or no; and who must know is told, nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.notifications import co_hosts
from service.notifications.models import Notification
from service.partners import actions, queries
from service.partners.actions import KnownToNobody
from service.partners.models import CoHost, ForbiddenMove
from service.places.models import Area
from service.teams import actions as teams
from service.terms import CoHostState, MemberRole
from tests import factories
from tests.factories import NOW
from tests.ledger import audited, facts

S = CoHostState


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def neighbours(session: Session) -> Area:
    return factories.community(session, "杜甫路社区")


def shared(
    session: Session, area: Area, neighbours: Area, *, account_id: int = 9, **how: bool
) -> tuple[Activity, CoHost, int]:
    """(activity, co-host, who leads it): a choir of the neighbours is to hold it too."""
    activity = factories.activity(session, area)
    choir = factories.team(session, neighbours, "合唱队")
    lead = factories.volunteer(session, neighbours, "李大雪")
    teams.join_team(session, team_id=choir.id, volunteer_id=lead.id, role=MemberRole.LEAD, from_on=NOW.date())
    roles = [role.id for role in activity.roles]
    co_host = actions.share(session, activity, team_id=choir.id, role_ids=roles, account_id=account_id, now=NOW, **how)
    return activity, co_host, lead.id


def told(session: Session) -> set[tuple[str, int | None, int | None]]:
    rows = session.execute(select(Notification.kind, Notification.account_id, Notification.volunteer_id))
    return {(row.kind, row.account_id, row.volunteer_id) for row in rows}


def test_the_other_desk_and_its_lead_are_told_once_and_who_asked_hears_the_answer(
    session: Session, area: Area, neighbours: Area
) -> None:
    their_desk = factories.coordinator(session, neighbours).id
    our_desk = factories.coordinator(session, area).id
    _activity, co_host, lead = shared(session, area, neighbours, account_id=our_desk)
    for _twice in range(2):
        co_hosts.tell_asked(session, co_host_id=co_host.id, now=NOW)
    asked = {("co_host_asked", their_desk, None), ("co_host_asked", None, lead)}
    assert told(session) == asked
    actions.answer(session, co_host, is_yes=True, account_id=their_desk, now=NOW)
    for _twice in range(2):
        co_hosts.tell_answered(session, co_host_id=co_host.id, now=NOW)
    assert told(session) == {*asked, ("co_host_answered", our_desk, None)}
    assert facts(session, "CoHostAsked", "CoHostAnswered") == [
        ("CoHostAsked", co_host.id),
        ("CoHostAnswered", co_host.id),
    ]
    verbs = [verb for verb, *_rest in audited(session) if verb.endswith("co_host")]
    assert verbs == ["asked_to_co_host", "accepted_to_co_host"]


def test_who_asks_and_answers_herself_is_told_nothing(session: Session, area: Area) -> None:
    desk = factories.coordinator(session, area).id
    activity = factories.activity(session, area)
    choir = factories.team(session, area, "合唱队")
    roles = [role.id for role in activity.roles]
    co_host = actions.share(session, activity, team_id=choir.id, role_ids=roles, account_id=desk, now=NOW)
    co_hosts.tell_asked(session, co_host_id=co_host.id, now=NOW)
    actions.answer(session, co_host, is_yes=False, account_id=desk, now=NOW)
    co_hosts.tell_answered(session, co_host_id=co_host.id, now=NOW)
    assert told(session) == set()


def test_it_stands_on_the_activity_only_while_it_has_said_yes(session: Session, area: Area, neighbours: Area) -> None:
    activity, co_host, _lead = shared(session, area, neighbours)
    assert queries.holding_too(session, activity.id) == []
    actions.answer(session, co_host, is_yes=True, account_id=1, now=NOW)
    assert queries.holding_too(session, activity.id) == ["合唱队"]
    actions.answer(session, co_host, is_yes=False, reason=" 有演出 ", account_id=1, now=NOW)
    assert (queries.holding_too(session, activity.id), co_host.reason) == ([], "有演出")
    with pytest.raises(ForbiddenMove):
        actions.answer(session, co_host, is_yes=True, account_id=1, now=NOW)
    later = NOW + timedelta(hours=1)
    actions.ask(session, co_host, account_id=1, now=later)
    assert (co_host.state, co_host.asked_at, co_host.answered_at, co_host.reason) == (S.ASKED, later, None, "")


def test_what_was_only_taken_over_is_asked_once_it_is_published(session: Session, area: Area, neighbours: Area) -> None:
    activity, co_host, lead = shared(session, area, neighbours, is_asked=False)
    scope = {"scope_ids": [neighbours.id], "volunteer_id": lead, "now": NOW}
    assert (co_host.state, queries.askings(session, **scope)) == (S.TO_ASK, [])  # type: ignore[arg-type]  # a test's own values
    assert queries.asking_seen(session, co_host.id, **scope) is None  # type: ignore[arg-type]  # a test's own values
    for _twice in range(2):
        actions.ask_all(session, activity_id=activity.id, now=NOW)
    assert [one.id for one, *_rest in queries.askings(session, **scope)] == [co_host.id]  # type: ignore[arg-type]  # a test's own values
    assert facts(session, "CoHostAsked") == [("CoHostAsked", co_host.id)]


def test_nobody_else_hears_of_an_unannounced_check(session: Session, area: Area, neighbours: Area) -> None:
    activity = factories.activity(session, area, reveal_before=120)
    choir = factories.team(session, neighbours, "合唱队")
    with pytest.raises(KnownToNobody):
        actions.share(session, activity, team_id=choir.id, role_ids=[], account_id=9, now=NOW)
