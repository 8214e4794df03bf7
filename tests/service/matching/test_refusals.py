"""Whom a plan refused, as it is stored: all of it comes back, and one person's reasons are read alone."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import Session

from service.matching import drafts, queries, record, refusals
from service.matching.models import MatchRun, Refusals
from service.matching.telling import told_to_her, why_unplaced
from service.signups.models import SignUp
from service.volunteers.queries import lock_all
from tests.service.matching.test_actions import matched, publish, request, solved

#: More than the parameters of one statement.
A_TOWN = range(1, 70_000)


@pytest.fixture
def in_threes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of three refusals, two rows at once."""
    monkeypatch.setattr(refusals, "IN_A_ROW", 3)
    monkeypatch.setattr(refusals, "ROWS", 2)


@pytest.fixture
def asked(session: Session, in_threes: None, now: datetime) -> list[SignUp]:
    """Eighteen who asked for two places in a plan that is published: the first two have them."""
    activity, _, those = matched(session, 18, now)
    publish(session, solved(session, activity, now), now)
    session.flush()
    session.expire_all()
    return those


def test_what_is_stored_in_many_rows_comes_back_whole(session: Session, asked: list[SignUp]) -> None:
    run = session.scalars(select(MatchRun)).one()
    solution = record.solution_of(session, run)
    assert session.scalar(select(func.count()).select_from(Refusals)) == 6
    assert [one.signup_id for one in solution.unplaced] == [one.id for one in asked[2:]]
    assert record.replay(session, run.id).is_identical
    assert refusals.count(session, run.id) == 16
    assert refusals.of_openings(session, run.id, [asked[0].shift_role_id]) == list(solution.unplaced)
    assert refusals.of_openings(session, run.id, [asked[0].shift_role_id + 1]) == []
    assert list(refusals.who(session, run.id)) == [(one.volunteer_id, one.id) for one in asked[2:]]


def test_her_reasons_are_read_from_her_row_and_nothing_else_of_the_plan(session: Session, asked: list[SignUp]) -> None:
    for signup in asked[2:]:
        told = why_unplaced(session, signup)
        assert told is not None
        assert (told.signup_id, told.person_id) == (signup.id, signup.volunteer_id)

    her = asked[9]
    firsts = session.scalars(select(Refusals.first_signup_id).order_by(Refusals.first_signup_id)).all()
    hers = max(first for first in firsts if first <= her.id)
    unreadable = {"of": "somebody else"}
    session.execute(update(Refusals).where(Refusals.first_signup_id != hers).values(refusals=[unreadable]))
    session.execute(update(MatchRun).values(problem=unreadable, solution=unreadable))
    assert told_to_her(session, her) == ["名额满了：意愿更靠前或近期服务更少的人先排"]
    with pytest.raises(KeyError):
        list(refusals.read(session, session.scalars(select(MatchRun.id)).one()))


def test_whoever_was_placed_or_asked_later_is_told_nothing(session: Session, asked: list[SignUp]) -> None:
    assert why_unplaced(session, asked[0]) is None
    later = SignUp(**{name: getattr(asked[0], name) for name in ("shift_id", "shift_role_id", "volunteer_id")})
    later.id = asked[-1].id + 1
    with session.no_autoflush:
        assert why_unplaced(session, later) is None


def test_a_run_is_found_listed_and_locked_without_its_problem_and_its_solution(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 3, now)
    run = solved(session, activity, now)
    session.flush()
    session.expunge_all()
    found = queries.in_scope(session, run.id, scope_ids=[activity.area_id])
    assert found is not None
    assert {"problem", "solution"} <= inspect(found).unloaded
    [listed] = queries.listed(session, scope_ids=[activity.area_id])
    [locked] = drafts.lock_unpublished(session, request(session, activity, now))
    assert listed is locked is found
    assert {"problem", "solution"} <= inspect(found).unloaded


def test_a_town_is_locked_and_answered_at_once(session: Session, now: datetime) -> None:
    _, _, [signup] = matched(session, 1, now)
    lock_all(session, A_TOWN)
    assert drafts.answer_unplaced(session, {*A_TOWN, signup.id}, now=now) == (1, 0)
