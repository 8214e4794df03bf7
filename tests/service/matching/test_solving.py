"""A run while it is solved: seen by others, given up, overtaken, rung for twice, never half there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from service.db import transaction
from service.matching import actions, lexical, record, solving
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.solution import Solution, Tell, to_nobody
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import AssignmentState, MatchRunState, MatchStage
from tests.at_once import committed
from tests.service.matching.test_actions import FROM, UNTIL, matched, publish, request, solved


class Slow:
    """A matcher that is in the middle of its work until it is let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_there, self.may_go_on = Event(), Event()
        monkeypatch.setitem(record.SOLVERS, lexical.NAME, self)
        monkeypatch.setattr(solving, "TELL_EVERY", 0.0)

    def __call__(self, problem: Problem, *, tell: Tell = to_nobody) -> Solution:
        tell(MatchStage.PLACING, 3, 8)
        self.is_there.set()
        assert self.may_go_on.wait(30)
        tell(MatchStage.PLACING, 7, 8)
        return lexical.solve(problem)


def in_the_middle(run_id: int, slow: Slow, now: datetime, *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Solve the run in another thread; when it is in the middle do something else, and let it go on."""

    def solve() -> None:
        with transaction() as session:
            solving.solve(session, match_run_id=run_id, now=now)

    with ThreadPoolExecutor(1) as pool:
        done: Future[None] = pool.submit(solve)
        assert slow.is_there.wait(30)
        try:
            meanwhile()
        finally:
            slow.may_go_on.set()
        done.result(30)


def run_as_it_is(run_id: int) -> MatchRun:
    with transaction() as session:
        return session.get_one(MatchRun, run_id, options=[undefer(MatchRun.problem), undefer(MatchRun.solution)])


def drafted() -> list[tuple[int | None, str]]:
    with transaction() as session:
        rows = session.execute(select(Assignment.match_run_id, Assignment.state).order_by(Assignment.id))
        return [(run_id, state) for run_id, state in rows]


def test_others_see_how_far_it_is(database: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = committed(lambda session: request(session, matched(session, 3, now)[0], now).id)
    seen: list[MatchRun] = []
    in_the_middle(run_id, Slow(monkeypatch), now, meanwhile=lambda: seen.append(run_as_it_is(run_id)))

    [halfway] = seen
    assert (halfway.state, halfway.begun_at) == (MatchRunState.SOLVING, now)
    assert (halfway.stage, halfway.parts_done, halfway.parts) == (MatchStage.PLACING, 3, 8)
    done = run_as_it_is(run_id)
    assert (done.state, done.stage, done.parts) == (MatchRunState.DRAFTED, None, None)
    assert [state for _, state in drafted()] == [AssignmentState.DRAFTED] * 2


def test_thrown_away_in_the_middle_nothing_of_it_is_left(
    database: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = committed(lambda session: request(session, matched(session, 3, now)[0], now).id)

    def cancel() -> None:
        """Without waiting for the matcher: it is in the middle until this is over."""
        with transaction() as session:
            actions.discard(session, match_run_id=run_id, account_id=1, now=now)

    in_the_middle(run_id, Slow(monkeypatch), now, meanwhile=cancel)
    cancelled = run_as_it_is(run_id)
    assert (cancelled.state, cancelled.solution) == (MatchRunState.DISCARDED, None)
    assert drafted() == []


def test_a_newer_run_takes_its_place_and_its_time(
    database: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    activity_id, old_id = committed(_asked_for(now))
    slow = Slow(monkeypatch)
    newer: list[int] = []

    def ask_again() -> None:
        with transaction() as session:
            window = {"from_at": FROM + timedelta(days=1), "until_at": UNTIL + timedelta(days=1)}
            newer.append(actions.request(session, activity_ids=[activity_id], **window, account_id=1, now=now).id)
        assert newer != [old_id], "one that is being solved is joined by nobody: it has read the facts already"
        assert solving.begin(newer[0], now=now)

    in_the_middle(old_id, slow, now, meanwhile=ask_again)
    assert run_as_it_is(old_id).state == MatchRunState.DISCARDED
    assert drafted() == []
    with transaction() as session:
        solving.solve(session, match_run_id=newer[0], now=now)
    made = run_as_it_is(newer[0])
    assert (made.state, made.from_at, made.until_at) == (MatchRunState.DRAFTED, FROM, UNTIL + timedelta(days=1))
    assert drafted() == [(newer[0], AssignmentState.DRAFTED)] * 2


def test_a_second_wake_up_leaves_a_run_in_other_hands_alone(
    database: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests that joined have rung twice."""
    run_id = committed(lambda session: request(session, matched(session, 3, now)[0], now).id)
    slow = Slow(monkeypatch)

    def ring_again() -> None:
        with transaction() as session:
            solving.solve(session, match_run_id=run_id, now=now)  # comes back at once: it would wait for ever

    in_the_middle(run_id, slow, now, meanwhile=ring_again)
    assert drafted() == [(run_id, AssignmentState.DRAFTED)] * 2


def test_one_that_died_in_the_middle_is_solved_from_its_beginning(database: Settings, now: datetime) -> None:
    run_id = committed(lambda session: request(session, matched(session, 3, now)[0], now).id)

    def die(stage: MatchStage, done: int, of: int) -> None:
        raise SystemExit

    assert solving.begin(run_id, now=now)
    with pytest.raises(SystemExit), transaction() as session:
        actions.solve(session, match_run_id=run_id, now=now, tell=die)
    assert (run_as_it_is(run_id).state, drafted()) == (MatchRunState.SOLVING, [])

    with transaction() as session:
        solving.solve(session, match_run_id=run_id, now=now)
    assert (run_as_it_is(run_id).state, len(drafted())) == (MatchRunState.DRAFTED, 2)


def test_what_is_published_in_the_middle_is_a_fact_of_the_new_plan(
    database: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        activity, _, _ = matched(session, 3, now)
        old = solved(session, activity, now)
    run_id = committed(lambda session: request(session, activity, now).id)

    def publish_old() -> None:
        with transaction() as session:
            publish(session, session.get_one(MatchRun, old.id), now)

    in_the_middle(run_id, Slow(monkeypatch), now, meanwhile=publish_old)
    assert drafted() == [(old.id, AssignmentState.OFFERED)] * 2
    made = run_as_it_is(run_id)
    assert made.state == MatchRunState.DRAFTED
    assert len(record.problem_of(made).pins) == 2


def _asked_for(now: datetime) -> Callable[[Session], tuple[int, int]]:
    def ask(session: Session) -> tuple[int, int]:
        activity, _, _ = matched(session, 3, now)
        return activity.id, request(session, activity, now).id

    return ask
