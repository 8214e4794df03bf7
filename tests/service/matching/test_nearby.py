"""The exact look behind the chains of a repair: it mends whatever a chain mends, and breaks no rule."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from service.matching import greedy
from service.matching.checker import broken_rules
from service.matching.nearby import first_move, mend_exactly
from service.matching.problem import Bond, BondKind, Problem
from service.matching.repair import apply, repair, undo
from tests.service.matching.strategies import opening, ruled_problems
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_repair import as_solution, placed


def test_a_ring_of_three_is_beyond_two_steps() -> None:
    """1 could come if 2 stepped in behind her and 3 behind 2: neither a chain nor the look goes so far."""
    same_time = tuple(opening(10 * n, n) for n in range(1, 4))
    wishes = (wish(1, 10), wish(1, 20), wish(2, 20), wish(2, 30), wish(3, 30))
    plan = placed(problem_of(same_time, wishes), (1, 20), (2, 30))
    assert repair(plan, same_time[0]) is None
    assert mend_exactly(plan, same_time[0]) is None
    assert set(plan.placed) == {(1, 20), (2, 30)}


def test_three_people_move_where_no_chain_of_two_does() -> None:
    """1 could come if 2 stepped in behind her and 3 behind 2. 2 could come herself, but must not meet 4."""
    same_time = tuple(opening(10 * n, n, min_needed=1 + (n == 1), max_needed=1 + (n == 1)) for n in range(1, 4))
    wishes = (wish(4, 10), wish(1, 10), wish(2, 10), wish(1, 20), wish(2, 20), wish(2, 30), wish(3, 30))
    apart = Bond(person_id=2, other_id=4, kind=BondKind.APART)
    problem = replace(problem_of(same_time, wishes), bonds=[apart])
    plan = placed(problem, (4, 10), (1, 20), (2, 30))
    assert repair(plan, same_time[0]) is None
    found = first_move(plan, same_time[0])

    assert found is not None
    assert [(one.person_id, one.opening_id) for one in found.given_up] == [(1, 20), (2, 30)]
    assert [(one.person_id, one.opening_id) for one in found.placed] == [(1, 10), (2, 20), (3, 30)], "she comes first"
    assert set(plan.placed) == {(4, 10), (1, 20), (2, 30)}


@budget(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems(), st.data())
def test_it_mends_whatever_a_chain_mends_and_breaks_no_rule(problem: Problem, data: st.DataObject) -> None:
    plan = greedy.plan(problem)
    assume(plan.placed)
    fallen = plan.placed[data.draw(st.sampled_from(sorted(plan.placed)))]
    here = plan.openings[fallen.opening_id]
    plan.take_back(fallen)
    assume(broken_rules(problem, as_solution(plan)) == [] and plan.missing(here))
    before = dict(plan.placed)
    chain = repair(plan, here, without=(fallen.person_id,))
    exact = mend_exactly(plan, here, without=(fallen.person_id,))
    assert plan.placed == before
    assert exact is not None or chain is None
    first = first_move(plan, here, without=(fallen.person_id,))
    assert plan.placed == before
    for mended in (exact, first):
        if mended is not None:
            apply(plan, mended)
            assert broken_rules(problem, as_solution(plan)) == []
            undo(plan, mended)
    if first is not None:
        [comes, *_], [leaves, *_] = first.placed, first.given_up
        assert (comes.opening_id, comes.person_id) == (here.id, leaves.person_id)
