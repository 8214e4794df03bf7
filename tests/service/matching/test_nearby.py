"""The exact look behind the chains of a repair: it mends whatever a chain mends, and breaks no rule."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from service.matching import greedy
from service.matching.checker import broken_rules
from service.matching.nearby import mend_exactly, together
from service.matching.problem import CANNOT, Bond, BondKind, Problem
from service.matching.repair import Repair, apply, keeps_rules, repair, undo
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
    found = together(plan, same_time[0])

    assert found is not None
    assert [(one.person_id, one.opening_id) for one in found.given_up] == [(1, 20), (2, 30)]
    assert [(one.person_id, one.opening_id) for one in found.placed] == [(1, 10), (2, 20), (3, 30)], "she comes first"
    assert set(plan.placed) == {(4, 10), (1, 20), (2, 30)}


def test_who_asked_first_for_what_is_left_steps_in() -> None:
    """5 asked for it before 3, and could do it as well; 6 asked before both, and has gone away."""
    same_time = tuple(opening(10 * n, n, min_needed=1 + (n == 1), max_needed=1 + (n == 1)) for n in range(1, 4))
    wishes = (wish(4, 10), wish(1, 10), wish(2, 10), wish(1, 20), wish(2, 20), wish(2, 30), wish(3, 30))
    later = (replace(wish(3, 30), signup_id=103), replace(wish(5, 30, 3), signup_id=102))
    gone = replace(wish(6, 30), signup_id=101, availability=CANNOT)
    apart = Bond(person_id=2, other_id=4, kind=BondKind.APART)
    problem = replace(problem_of(same_time, (*wishes[:-1], *later, gone)), bonds=[apart])
    plan = placed(problem, (4, 10), (1, 20), (2, 30))
    found = together(plan, same_time[0])
    assert found is not None
    assert [(one.person_id, one.opening_id) for one in found.placed] == [(1, 10), (2, 20), (5, 30)]
    without = together(plan, same_time[0], without={5})
    assert without is not None
    assert without.placed[-1].person_id == 3


def test_what_would_take_a_place_from_somebody_for_nothing_is_not_proposed() -> None:
    """A doctor counts for two: 1 could come if 2, who cannot meet her, went home. Nobody is asked to go home."""
    here = opening(10, 1, weight=2)
    beside = replace(opening(11, 1), max_needed=1)
    apart = Bond(person_id=1, other_id=2, kind=BondKind.APART)
    problem = replace(problem_of((here, beside), (wish(1, 10), wish(2, 11))), bonds=[apart])
    plan = placed(problem, (2, 11))
    assert mend_exactly(plan, here) is None or together(plan, here) is None


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
    joint = together(plan, here, without=(fallen.person_id,))
    assert plan.placed == before
    for mended in (exact, joint):
        if mended is not None:
            assert keeps_rules(plan, mended)
            apply(plan, mended)
            assert broken_rules(problem, as_solution(plan)) == []
            undo(plan, mended)
    if joint is not None:
        assert joint.placed[0].opening_id == here.id
        come, leave = ([one.person_id for one in some] for some in (joint.placed, joint.given_up))
        assert len(set(come)) == len(come)
        assert len(set(leave)) == len(leave)
        assert set(leave) <= set(come), "nobody loses her place for nothing"


def test_changes_that_leave_a_guide_behind_keep_no_rules() -> None:
    here, beside = opening(10, 1), opening(20, 2, min_needed=2, max_needed=2)
    problem = problem_of((here, beside), (wish(1, 10), wish(1, 20), wish(2, 20)))
    people = [replace(one, is_experienced=one.id == 1, is_newcomer=one.id == 2) for one in problem.persons]
    plan = placed(replace(problem, persons=people), (1, 20), (2, 20))
    comes, leaves, stays = plan.problem.wishes
    assert not keeps_rules(plan, Repair(given_up=(leaves,), placed=(comes,))), "2 is new, and would be alone"
    assert keeps_rules(plan, Repair(given_up=(leaves, stays), placed=(comes,)))
    assert not keeps_rules(plan, Repair(given_up=(), placed=(comes,))), "at two places at once"
    assert set(plan.placed) == {(1, 20), (2, 20)}
