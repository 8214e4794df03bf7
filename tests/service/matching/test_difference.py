"""What a plan changes of the drafts before it: all of them accounted for, and whoever goes is told why."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.matching import lexical
from service.matching.difference import difference
from service.matching.problem import Draft, Problem
from service.matching.record import finished
from tests.service.matching.strategies import ruled_problems
from tests.service.matching.test_every_rule import slowly


@slowly
@given(ruled_problems(), st.data())
def test_whoever_was_drafted_stays_or_goes_with_a_reason(problem: Problem, data: st.DataObject) -> None:
    keys = [(one.person_id, one.opening_id) for one in problem.wishes]
    drafted = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    problem = replace(problem, drafts=[Draft(person_id=p, opening_id=o) for p, o in drafted])
    plan = finished(problem, lexical.solve(problem))
    found = difference(plan)
    if not drafted:
        assert found is None
        return

    assert found
    gone = {(one.person_id, one.opening_id) for one in found.goes}
    come = {(one.person_id, one.opening_id) for one in found.comes}
    assert len(drafted) == found.stay + len(gone)
    assert len(plan.placed) == found.stay + len(come)
    assert (gone | come) & (set(drafted) & plan.placed.keys()) == set()
    assert all(one.blockers for one in found.goes)
