"""A plan published in part: nobody is asked to come without those whom a rule wants beside her."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from service.company import actions as company
from service.company.rules import Rule
from service.matching import actions, queries
from service.matching.blockers import Hindrance
from service.matching.halves import LeftAlone, left_alone
from service.matching.problem import Bond, BondKind, Pin, Problem
from service.roster import actions as roster
from service.roster.models import Assignment
from service.terms import AssignmentState, MatchRunState
from tests.service.matching.strategies import opening
from tests.service.matching.test_actions import matched, publish, solved, states
from tests.service.matching.test_lexical import problem_of, wish

ALL = {(1, 10), (2, 10), (3, 10)}


def three_together() -> Problem:
    return problem_of((opening(10, 1, max_needed=3),), tuple(wish(n, 10) for n in (1, 2, 3)))


def codes(problem: Problem, going: set[tuple[int, int]]) -> dict[int, list[object]]:
    found = left_alone(problem, going=going, staying=ALL - going)
    return {one.person_id: [blocker.code for blocker in one.blockers] for one in found}


def test_whoever_leans_on_somebody_left_behind_is_named_with_the_reason() -> None:
    plain = three_together()
    assert codes(plain, {(1, 10)}) == {}

    beside_children = replace(plain, openings=[replace(plain.openings[0], children=5)])
    assert codes(beside_children, {(1, 10)}) == {1: [Hindrance.TWO_ADULTS]}
    assert codes(beside_children, {(1, 10), (3, 10)}) == {}

    many = replace(plain, openings=[replace(plain.openings[0], children=9, per_adult=3)])
    assert codes(many, {(1, 10), (2, 10)}) == {1: [Hindrance.CHILD_RATIO], 2: [Hindrance.CHILD_RATIO]}

    partners = replace(plain, bonds=[Bond(person_id=1, other_id=2, kind=BondKind.TOGETHER)])
    assert codes(partners, {(1, 10), (3, 10)}) == {1: [Hindrance.TOGETHER]}
    assert codes(partners, {(1, 10), (2, 10)}) == {}

    new, guide, _ = plain.persons
    taught = replace(
        plain, persons=[replace(new, is_newcomer=True), replace(guide, is_experienced=True), plain.persons[2]]
    )
    assert codes(taught, {(1, 10), (3, 10)}) == {1: [Hindrance.NEWCOMER]}
    assert codes(taught, {(2, 10)}) == {}

    crew = replace(plain, openings=[replace(plain.openings[0], min_needed=2, crew=1)])
    assert codes(crew, {(1, 10)}) == {1: [Hindrance.CREW]}


def test_who_is_there_already_counts_and_what_nobody_left_behind_mends_is_no_reason() -> None:
    plain = three_together()
    first = replace(plain.openings[0], children=5)
    with_one = replace(
        plain,
        openings=[first],
        wishes=[one for one in plain.wishes if one.person_id != 3],
        pins=[Pin(person_id=3, opening_id=10, is_confirmed=True)],
    )
    assert left_alone(with_one, going={(1, 10)}, staying={(2, 10)}) == ()
    lonely = replace(plain, openings=[first], wishes=plain.wishes[:1])
    assert left_alone(lonely, going={(1, 10)}, staying={(2, 10)}) == (), "the one left behind cannot come any more"


def test_half_of_a_shift_with_children_is_not_published(session: Session, now: datetime) -> None:
    activity, role, _ = matched(session, 3, now)
    role.min_needed, role.max_needed = 2, 3
    company.ask(session, activity, rule=Rule(children=5), account_id=None, now=now)
    run = solved(session, activity, now)
    one, *others = queries.drafts(session, run.id)

    with pytest.raises(LeftAlone) as refused:
        publish(session, run, now, assignment_ids=[one.id])
    assert [blocker.code for blocker in refused.value.alone[0].blockers] == [Hindrance.TWO_ADULTS]
    assert (run.state, set(states(session, run))) == (MatchRunState.DRAFTED, {AssignmentState.DRAFTED})

    publish(session, run, now, assignment_ids=[one.id, others[0].id])
    publish(session, run, now, assignment_ids=[others[1].id])
    assert set(states(session, run)) == {AssignmentState.OFFERED}, "two are there: the third leans on nobody"


def test_who_was_asked_before_and_still_holds_her_place_is_company(session: Session, now: datetime) -> None:
    activity, role, _ = matched(session, 3, now)
    role.min_needed, role.max_needed = 2, 3
    run = solved(session, activity, now)
    drafts = queries.drafts(session, run.id)
    publish(session, run, now, assignment_ids=[drafts[0].id])
    company.ask(session, activity, rule=Rule(children=5), account_id=None, now=now)
    publish(session, run, now, assignment_ids=[drafts[1].id])
    roster.decline(session, assignment_id=drafts[0].id, now=now)
    roster.decline(session, assignment_id=drafts[1].id, now=now)
    session.flush()

    publish(session, run, now, assignment_ids=[drafts[2].id])
    assert session.get_one(Assignment, drafts[2].id).state == AssignmentState.OFFERED, "no draft is left to wait for"
    assert actions.publish(session, match_run_id=run.id, account_id=1, now=now).state == MatchRunState.PUBLISHED
