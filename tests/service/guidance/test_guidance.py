"""An instructor stands by an organisation, one at a time; a successor has the visits to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.activities.rules import RolePlan, once
from service.db import transaction
from service.guidance import actions, queries
from service.guidance.actions import AlreadyGuided, Appointed
from service.guidance.models import Guide
from service.partners import actions as partners
from service.partners.models import Partner
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import AssignmentState, PartnerKind
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import together
from tests.factories import NOW
from tests.ledger import audited

S = AssignmentState


def pair(session: Session) -> tuple[Partner, Activity, list[Volunteer]]:
    """An organisation, three visits to it, and two who could instruct it."""
    area = factories.community(session)
    partner = partners.register(
        session,
        area_id=area.id,
        kind=PartnerKind.ASSOCIATION,
        name="中医药研究院",
        contact_name="海棠花",
        phone=None,
        account_id=1,
        now=NOW,
    )
    visits = factories.activity(
        session,
        area,
        title="上门指导",
        roles=[RolePlan(name="指导员", min_needed=1, max_needed=1)],
        plans=[once(date(2026, 12, day), starts=time(15), ends=time(16)) for day in (1, 8, 15)],
    )
    return partner, visits, [factories.volunteer(session, area, name) for name in ("王小满", "李大雪")]


def appointed(session: Session, partner: Partner, visits: Activity, who: Volunteer, on: date) -> Appointed:
    return actions.appoint(session, partner, activity=visits, volunteer_id=who.id, from_on=on, account_id=7, now=NOW)


def states(session: Session, who: Volunteer) -> list[str]:
    found = select(Assignment.state).where(Assignment.volunteer_id == who.id).order_by(Assignment.shift_id)
    return list(session.scalars(found))


def test_she_is_asked_for_all_visits_and_her_successor_for_those_from_her_day_on(session: Session) -> None:
    partner, visits, (first, second) = pair(session)
    done = appointed(session, partner, visits, first, NOW.date())
    assert (done.released, done.asked) == (0, 3)
    done = appointed(session, partner, visits, second, date(2026, 12, 8))
    assert (done.released, done.asked) == (2, 2)
    assert states(session, first) == [S.OFFERED, S.RELEASED, S.RELEASED]
    assert states(session, second) == [S.OFFERED, S.OFFERED]
    assert [(who.name, one.until_on) for one, who, _visits in queries.of_partner(session, partner.id)] == [
        ("李大雪", None),
        ("王小满", date(2026, 12, 8)),
    ]
    former = queries.on_day(session, partner.id, date(2026, 12, 7))
    assert former is not None
    assert former.volunteer_id == first.id
    verbs = [verb for verb, kind, *_rest in audited(session) if kind == "partner"]
    assert verbs[1:] == ["appointed_guide", "appointed_guide"]


def test_nobody_is_put_before_somebody_appointed_for_later(session: Session) -> None:
    partner, visits, (first, second) = pair(session)
    appointed(session, partner, visits, second, date(2026, 12, 8))
    with pytest.raises(AlreadyGuided):
        appointed(session, partner, visits, first, NOW.date())


def test_two_desks_at_once_appoint_one(database: Settings) -> None:
    with transaction() as session:
        partner, visits, people = pair(session)
        ids = {"partner": partner.id, "visits": visits.id}

    def appoint(who: Volunteer) -> Callable[[Session], Appointed]:
        def at_a_desk(session: Session) -> Appointed:
            there = session.get_one(Partner, ids["partner"]), session.get_one(Activity, ids["visits"])
            return appointed(session, *there, who, date(2026, 12, 8))

        return at_a_desk

    came = together(*map(appoint, people))
    assert sorted(type(one).__name__ for one in came)[-1] == "Appointed"
    with transaction() as session:
        [term] = session.scalars(select(Guide)).all()
        asked = select(Assignment.volunteer_id).where(Assignment.state == S.OFFERED).distinct()
        assert session.scalars(asked).all() == [term.volunteer_id], "the second succeeds the first, or is refused"


def test_it_is_ended_or_taken_back_without_a_successor(session: Session) -> None:
    partner, visits, (first, second) = pair(session)
    now = appointed(session, partner, visits, first, NOW.date()).guide
    later = appointed(session, partner, visits, second, date(2026, 12, 8)).guide
    today = NOW.date()
    actions.end(session, partner, guide=later, on=today, account_id=7, now=NOW)
    assert [one.id for one, *_rest in queries.of_partner(session, partner.id)] == [now.id]
    actions.end(session, partner, guide=now, on=date(2026, 12, 2), account_id=7, now=NOW)
    assert queries.on_day(session, partner.id, date(2026, 12, 2)) is None
