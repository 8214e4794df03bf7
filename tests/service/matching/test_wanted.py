"""Stopped in the middle of a program: the plan is as it was before that program, and a replay ends with the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.neighbourhoods import neighbourhood
from service.db import transaction
from service.matching import actions, blocks, engine, record, solving, wanted
from service.matching.checker import check
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.solution import Enough, Solution, to_nobody
from service.matching.wanted import asking
from service.matching.watch import Point, Watch
from service.settings import Settings
from service.terms import MatchRunState, MatchStage
from tests import factories
from tests.at_once import committed
from tests.service.matching.test_watch import made_of, several_days, stopped_at


def town() -> Problem:
    """Three communities of forty people."""
    return neighbourhood(120, 36, seed=3)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions of forty people."""
    monkeypatch.setattr(blocks, "SIZE", 40)
    monkeypatch.setattr(blocks, "REGION", 44)


@pytest.fixture
def always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the solver looks in."""
    monkeypatch.setattr(wanted, "ASK_EVERY", 0.0)


class NoLonger(Exception):
    """The plan is of no use any more."""


class Questions:
    """A town solved; somebody loses patience at one of the questions asked from inside the programs."""

    def __init__(self, at: int | None = None, *, says: Callable[[], Exception] = Enough) -> None:
        self.at, self.says = at, says
        self.points: list[Point] = []
        self.is_patient = True
        self.watch = Watch(self.answer)

    def answer(self, _stage: MatchStage, _done: int, _of: int) -> None:
        if not self.is_patient:
            raise self.says()

    def ask(self) -> None:
        stage, done, _of = self.watch.told[-1]
        self.points.append((stage, done))
        if len(self.points) - 1 == self.at:
            self.is_patient = False
        self.watch.ask()

    def solve(self) -> Solution:
        with asking(self.ask):
            return engine.solve(town(), tell=self.watch.tell)


@pytest.mark.usefixtures("small_blocks", "always_asked")
def test_stopped_within_a_region_the_plan_is_the_one_before_it_and_a_replay_finds_the_same() -> None:
    unasked, patient = engine.solve(town()), Questions()
    assert patient.solve() == unasked, "to be asked changes nothing"
    outline = [n for n, (stage, _) in enumerate(patient.points) if stage == MatchStage.OUTLINE]
    assert len({patient.points[n] for n in outline}) > 1
    for at in (outline[0], outline[len(outline) // 2], outline[-1]):
        asked = Questions(at)
        solution = asked.solve()
        assert asked.watch.stopped == patient.points[at]
        assert len(asked.points) == at + 1, "nothing more is solved"
        assert check(town(), solution) == []
        assert stopped_at(town(), engine.solve, patient.points[at]) == solution


@pytest.mark.usefixtures("small_blocks", "always_asked")
def test_beyond_the_regions_the_next_word_of_progress_ends_it() -> None:
    patient = Questions()
    patient.solve()
    later = [n for n, (stage, _) in enumerate(patient.points) if stage == MatchStage.PLACING]
    asked = Questions(later[0])
    solution = asked.solve()
    assert asked.watch.stopped is not None
    assert asked.watch.stopped > patient.points[later[0]]
    assert stopped_at(town(), engine.solve, asked.watch.stopped) == solution


@pytest.mark.usefixtures("small_blocks", "always_asked")
def test_what_nobody_wants_any_more_ends_anywhere() -> None:
    patient = Questions()
    patient.solve()
    for at in (0, len(patient.points) // 2, len(patient.points) - 1):
        asked = Questions(at, says=NoLonger)
        with pytest.raises(NoLonger):
            asked.solve()
        assert len(asked.points) == at + 1


@pytest.mark.usefixtures("small_blocks")
def test_nobody_is_asked_more_often_than_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "ASK_EVERY", 3600.0)
    patient = Questions()
    patient.solve()
    assert patient.points == []


@pytest.mark.usefixtures("always_asked")
def test_whoever_will_not_wait_is_heard_in_the_middle_of_a_region(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ((record, "LARGEST_EXACT"), 1), ((blocks, "SIZE"), 3), ((blocks, "REGION"), 4):
        monkeypatch.setattr(*name, value)
    monkeypatch.setattr(solving, "TELL_EVERY", 0.0)
    run_id = committed(several_days)
    ask, now = Watch.ask, factories.NOW

    def asked(watch: Watch) -> None:
        if watch.told[-1][:2] == (MatchStage.OUTLINE, 2):
            committed(lambda session: actions.settle_for(session, match_run_id=run_id, account_id=7, now=now).id)
        ask(watch)

    with monkeypatch.context() as while_it_is_solved:
        while_it_is_solved.setattr(Watch, "ask", asked)
        with transaction() as session:
            solving.solve(session, match_run_id=run_id, now=now)
    with transaction() as session:
        run = session.get_one(MatchRun, run_id)
        assert (run.state, made_of(run).stopped) == (MatchRunState.DRAFTED, (MatchStage.OUTLINE, 2))
        assert check(record.problem_of(run), record.solution_of(session, run)) == []
        assert record.replay(session, run_id).is_identical


def test_unasked_nothing_is_looked_into() -> None:
    assert wanted.asked() is None
    with asking(lambda: to_nobody(MatchStage.OUTLINE, 0, 1)):
        assert wanted.asked() is not None
    assert wanted.asked() is None
