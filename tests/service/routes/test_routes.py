"""A route is laid, walked and laid anew; nobody walks alone, and what is wrong becomes a finding."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, weekly_plan
from service.findings.actions import NotHerShift, Writer
from service.findings.models import Finding
from service.findings.queries import agenda
from service.places import actions as places
from service.places.models import Area
from service.routes import actions, queries
from service.routes.actions import RouteRefused, UnknownStop
from service.routes.models import Route, StopVisit
from service.routes.rules import StopPlan
from service.terms import AreaKind
from tests import factories
from tests.factories import NOW

DESK = Writer(account_id=1)
TWO = (RolePlan(name="巡逻员", min_needed=2, max_needed=3),)
CHECKS = ("消防通道有车堵着", "飞线充电")


@pytest.fixture
def courts(session: Session) -> list[Area]:
    area = factories.community(session)
    return [places.add_area(session, parent=area, kind=AreaKind.COURTYARD, name=f"{n}号院") for n in range(1, 5)]


@pytest.fixture
def patrol(session: Session, courts: list[Area]) -> Activity:
    return daily(session, courts)


def daily(session: Session, courts: list[Area], roles: tuple[RolePlan, ...] = TWO) -> Activity:
    """Every morning of a week."""
    plan = weekly_plan(starts=time(7), ends=time(8), from_on=date(2026, 11, 24), until_on=date(2026, 11, 30))
    area = session.get_one(Area, courts[0].parent_id)
    return factories.activity(session, area, title="清晨巡逻", roles=roles, plans=[plan])


def lay(session: Session, patrol: Activity, courts: list[Area], **how: int | None) -> Route:
    stops = [StopPlan(place_id=court.id, checks=CHECKS) for court in courts]
    given = {"at_once": None, "within_days": None, **how}
    return actions.lay_route(session, patrol, stops=stops, account_id=1, now=NOW, **given)


def labels(session: Session, route: Route, shift: Shift) -> list[str]:
    return [stop.label for stop in queries.of_shift(session, route, shift, now=shift.starts_at)]


def test_stops_are_walked_in_their_order_and_what_is_wrong_is_a_finding_of_the_place(
    session: Session, patrol: Activity, courts: list[Area]
) -> None:
    route = lay(session, patrol, courts)
    today, tomorrow, *_ = factories.shifts(session, patrol)
    assert labels(session, route, today) == ["1号院", "2号院", "3号院", "4号院"]
    first, second, *_ = queries.stops(session, route, now=NOW)
    actions.visit(session, today, stop_id=first.row.id, by=DESK, now=today.starts_at)
    made = actions.visit(
        session, today, stop_id=second.row.id, by=DESK, now=today.starts_at, wrong=["飞线充电"], words="从三楼拉下来"
    )
    assert [row.Finding.words for row in agenda(session, tomorrow)] == ["2号院：飞线充电，从三楼拉下来"]
    assert session.get_one(Finding, made.finding_id).place_id == courts[1].id


def test_a_second_tap_changes_nothing(session: Session, patrol: Activity, courts: list[Area]) -> None:
    route = lay(session, patrol, courts)
    shift = factories.shifts(session, patrol)[0]
    stop = queries.stops(session, route, now=NOW)[0].row.id
    for wrong in (["飞线充电"], []):
        actions.visit(session, shift, stop_id=stop, by=DESK, now=shift.starts_at, wrong=wrong)
    assert [one.wrong for one in session.scalars(select(StopVisit))] == [["飞线充电"]]
    assert session.scalar(select(func.count()).select_from(Finding)) == 1


def test_a_subset_comes_round_and_who_was_missed_comes_first(
    session: Session, patrol: Activity, courts: list[Area]
) -> None:
    route = lay(session, patrol, courts, at_once=2, within_days=3)
    one, two, three, *_ = factories.shifts(session, patrol)
    assert [labels(session, route, shift) for shift in (one, two, three)] == [["1号院", "2号院"]] * 3, "nobody walked"
    planned = [[stop.label for stop in stops] for _shift, stops in queries.coming(session, route, now=NOW, limit=3)]
    assert planned == [["1号院", "2号院"], ["3号院", "4号院"], ["1号院", "2号院"]]
    for stop in queries.of_shift(session, route, one, now=one.starts_at)[:1]:
        actions.visit(session, one, stop_id=stop.row.id, by=DESK, now=one.starts_at)
    assert labels(session, route, one) == ["1号院", "2号院"], "the round of the day does not change under way"
    assert labels(session, route, two) == ["2号院", "3号院"]


def test_too_few_at_once_is_refused_with_what_would_be_enough(
    session: Session, patrol: Activity, courts: list[Area]
) -> None:
    with pytest.raises(RouteRefused) as refused:
        lay(session, patrol, courts, at_once=1, within_days=3)
    assert (refused.value.problems, refused.value.at_once) == ({"at_once": ["too_few"]}, 2)
    once = factories.activity(session, session.get_one(Area, courts[0].parent_id), roles=TWO)
    with pytest.raises(RouteRefused) as refused:
        lay(session, once, courts, within_days=2)
    assert refused.value.problems == {"within_days": ["no_round"]}


def test_nobody_walks_alone(session: Session, courts: list[Area]) -> None:
    alone = daily(session, courts, (RolePlan(name="巡逻员", min_needed=1, max_needed=3),))
    with pytest.raises(RouteRefused) as refused:
        lay(session, alone, courts)
    assert refused.value.problems == {"people": ["alone"]}


def test_a_stop_stands_once_and_a_route_has_one(session: Session, patrol: Activity, courts: list[Area]) -> None:
    for stops, code in (([], "empty"), ([courts[0], courts[0]], "twice")):
        with pytest.raises(RouteRefused) as refused:
            lay(session, patrol, stops)
        assert refused.value.problems == {"stops": [code]}


def test_laid_anew_the_stops_that_stay_keep_their_visits(
    session: Session, patrol: Activity, courts: list[Area]
) -> None:
    route = lay(session, patrol, courts)
    shift = factories.shifts(session, patrol)[0]
    gone, stays, *_ = queries.stops(session, route, now=NOW)
    for stop in (gone, stays):
        actions.visit(session, shift, stop_id=stop.row.id, by=DESK, now=shift.starts_at)
    assert lay(session, patrol, courts[:0:-1]).id == route.id
    seen = {stop.label: stop.seen_at for stop in queries.stops(session, route, now=NOW)}
    assert seen == {"4号院": None, "3号院": None, "2号院": shift.starts_at}
    with pytest.raises(UnknownStop):
        actions.visit(session, shift, stop_id=gone.row.id, by=DESK, now=shift.starts_at)


def test_what_nobody_has_seen_in_time_is_overdue(session: Session, patrol: Activity, courts: list[Area]) -> None:
    route = lay(session, patrol, courts, within_days=2)
    shift = factories.shifts(session, patrol)[0]
    first = queries.stops(session, route, now=NOW)[0].row.id
    actions.visit(session, shift, stop_id=first, by=DESK, now=shift.starts_at)
    late = {stop.label: stop.is_overdue for stop in queries.stops(session, route, now=NOW + timedelta(days=3))}
    assert late == {"1号院": False, "2号院": True, "3号院": True, "4号院": True}


def test_who_does_not_serve_there_walks_nothing(session: Session, patrol: Activity, courts: list[Area]) -> None:
    route = lay(session, patrol, courts)
    shift = factories.shifts(session, patrol)[0]
    stranger = factories.volunteer(session, session.get_one(Area, courts[0].parent_id))
    stop = queries.stops(session, route, now=NOW)[0].row.id
    with pytest.raises(NotHerShift):
        actions.visit(
            session, shift, stop_id=stop, by=Writer(1, volunteer_id=stranger.id), now=shift.starts_at, wrong=CHECKS[:1]
        )
    with pytest.raises(UnknownStop):
        actions.visit(session, shift, stop_id=stop, by=DESK, now=shift.starts_at, wrong=["没有这一项"])
    assert session.scalar(select(func.count()).select_from(StopVisit)) == 0
