"""Fairness in numbers, and the ledger of who asked, was offered, refused and served."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from service.activities.rules import RolePlan, once
from service.matching import actions, lexical
from service.matching.conclusion import conclude
from service.matching.fairness import Fairness, fairness, jain, worst_decile
from service.matching.ledger import Line, ledger
from service.roster import actions as roster
from service.terms import Mode
from tests import factories
from tests.service.matching.strategies import MONDAY, opening
from tests.service.matching.test_actions import matched, solved
from tests.service.matching.test_building import ask, offer
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_repair import placed


@pytest.mark.parametrize(
    ("loads", "index", "decile"),
    [
        ([5, 5, 5, 5], 1.0, 1.0),
        ([8, 0, 0, 0], 0.25, 4.0),
        ([0, 0], 1.0, 1.0),
        ([10, *[5] * 18, 0], 0.9, 1.5),
    ],
)
def test_the_indices(loads: list[int], index: float, decile: float) -> None:
    assert jain(loads) == pytest.approx(index, abs=0.06)
    assert worst_decile(loads) == pytest.approx(decile, abs=0.06)


def test_a_plan_is_measured() -> None:
    """Of two with the same wish, she who served less lately is left out: that is envy."""
    problem = problem_of(
        (opening(10, 1), opening(20, 2, starts=MONDAY + 3000)),
        (wish(1, 10), wish(2, 10), wish(1, 20, 2), wish(3, 20)),
        loads={1: 600},
    )
    plan = placed(problem, (1, 10), (3, 20))
    measured = fairness(plan, conclude(plan, solver="by hand"))
    loads = [plan.load_share(n) for n in (1, 2, 3)]
    assert measured == Fairness(
        people=3,
        jain=round(sum(loads) ** 2 / (3 * sum(load**2 for load in loads)), 4),
        worst_decile=round(3 * max(loads) / sum(loads), 2),
        ranks=((1, 2),),
        without_any=1,
        envious=1,
    )
    fair = lexical.solve(problem)
    best = placed(problem, *((one.person_id, one.opening_id) for one in fair.placements))
    assert (fairness(best, fair).envious, set(best.placed)) == (0, {(2, 10), (3, 20)})


def test_what_everybody_did_in_the_weeks_before(session: Session, now: datetime) -> None:
    area = factories.community(session)
    roles = (RolePlan(name="夜巡", min_needed=1, max_needed=4),)
    made = factories.activity(
        session,
        area,
        mode=Mode.MATCHED,
        roles=roles,
        plans=[once(date(2026, 11, 24 + n), starts=time(20 + n), ends=time(22 + n)) for n in range(2)],
    )
    evening, night = (factories.only_role(session, shift) for shift in factories.shifts(session, made))
    busy, idle = factories.volunteer(session, area, "王小满"), factories.volunteer(session, area, "李大寒")
    for role in (evening, night):
        signup = ask(session, busy, role, now=now)
        roster.accept(session, assignment_id=offer(session, busy, role, now=now, signup_id=signup.id), now=now)
    roster.decline(session, assignment_id=offer(session, idle, evening, now=now), now=now)
    session.flush()

    before = now + timedelta(days=7)
    assert ledger(session, [idle.id, busy.id], before=before) == [
        Line(busy.id, "王小满", asked=2, offered=2, served=2, nights=1, minutes=240, unpopular=150),
        Line(idle.id, "李大寒", offered=1, refused=1),
    ]
    assert ledger(session, [busy.id], before=now) == [Line(busy.id, "王小满")], "what is to come is no service yet"


def test_a_draft_that_was_dropped_is_no_offer(session: Session, now: datetime) -> None:
    activity, _, [signup] = matched(session, 1, now)
    run = solved(session, activity, now)
    actions.discard(session, match_run_id=run.id, account_id=1, now=now)
    session.flush()
    [line] = ledger(session, [signup.volunteer_id], before=now + timedelta(days=30))
    assert (line.asked, line.offered, line.refused) == (1, 0, 0)
