"""Once sign-up has closed a plan is asked for by itself: once, of what nobody has planned, and nothing is published."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.activities.rules import once
from service.matching import actions
from service.matching.closing import ask_where_closed
from service.matching.models import MatchRun
from service.outbox import OutboxEvent
from service.terms import AssignmentState, MatchRunState, Mode
from tests import factories
from tests.service.matching.test_actions import TWO_PLACES, publish, request, states
from tests.service.matching.test_building import ask

#: The shifts are on the 28th of November and the two days after, at nine; sign-up closes two days before each.
DAY = timedelta(days=1)
CLOSED = datetime.fromisoformat("2026-11-26T09:00:00+08:00")


def three_mornings(session: Session, now: datetime, *, mode: Mode = Mode.MATCHED) -> Activity:
    """One person signed up for each of three mornings."""
    area = factories.community(session)
    plans = [once(date(2026, 11, 28) + n * DAY, starts=time(9), ends=time(11)) for n in range(3)]
    made = factories.activity(session, area, mode=mode, roles=TWO_PLACES, plans=plans, closes_before=48 * 60)
    for n, shift in enumerate(factories.shifts(session, made)):
        ask(session, factories.volunteer(session, area, f"志愿者{n}"), factories.only_role(session, shift), now=now)
    session.flush()
    return made


def runs(session: Session) -> list[MatchRun]:
    session.flush()
    return list(session.scalars(select(MatchRun).order_by(MatchRun.id)))


def test_what_has_closed_is_planned_once_and_the_rest_when_it_closes(session: Session, now: datetime) -> None:
    made = three_mornings(session, now)
    assert ask_where_closed(session, now=CLOSED - timedelta(minutes=1)) == 0
    assert [ask_where_closed(session, now=CLOSED) for _ in range(2)] == [1, 0]
    [run] = runs(session)
    first, second, third = factories.shifts(session, made)
    assert (run.state, run.requested_by, run.activity_ids) == (MatchRunState.REQUESTED, None, [made.id])
    assert run.from_at <= first.starts_at < run.until_at <= second.starts_at
    assert "MatchRequested" in session.scalars(select(OutboxEvent.kind)).all()

    actions.solve(session, match_run_id=run.id, now=CLOSED)
    assert states(session, run) == [AssignmentState.DRAFTED], "it is a draft, and nobody was asked"
    assert ask_where_closed(session, now=CLOSED + 2 * DAY) == 1, "the two that have closed since, in one"
    later = runs(session)[1]
    assert later.from_at <= second.starts_at < third.starts_at < later.until_at


def test_what_somebody_planned_already_or_threw_away_is_left_alone(session: Session, now: datetime) -> None:
    made = three_mornings(session, now)
    run = request(session, made, now)
    assert ask_where_closed(session, now=CLOSED) == 0, "it has read every sign-up"
    actions.discard(session, match_run_id=run.id, account_id=1, now=now)
    assert ask_where_closed(session, now=CLOSED) == 0, "somebody decided so"


def test_whoever_signed_up_after_the_last_plan_is_a_reason_for_another(session: Session, now: datetime) -> None:
    made = three_mornings(session, now)
    run = request(session, made, now)
    actions.solve(session, match_run_id=run.id, now=now)
    publish(session, run, now)
    role = factories.only_role(session, factories.shifts(session, made)[0])
    assert ask_where_closed(session, now=CLOSED) == 0, "everybody has an answer"
    area = factories.community(session)
    ask(session, factories.volunteer(session, area, "李大寒"), role, now=now + timedelta(hours=1))
    assert ask_where_closed(session, now=CLOSED) == 1


def test_first_come_first_served_is_no_matter_for_plans(session: Session, now: datetime) -> None:
    three_mornings(session, now, mode=Mode.INSTANT)
    assert ask_where_closed(session, now=CLOSED + 2 * DAY) == 0
