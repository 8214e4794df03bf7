"""Who a plan proposes to stand by: drafted, asked at publishing, and what becomes of what she had asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan
from service.matching import actions as matching
from service.matching import drafts
from service.matching.models import MatchRun
from service.matching.record import outcome_of, problem_of, replay, solution_of
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups import actions as signups
from service.signups.following import promote
from service.signups.models import SignUp
from service.signups.standing_by import stand_by
from service.terms import AssignmentState, Mode, Refusal, ReleaseReason, SignUpState
from service.volunteers.models import Volunteer
from tests import factories
from tests.service.matching.test_actions import publish, solved
from tests.service.matching.test_building import ask

A = AssignmentState


@dataclass
class Clinic:
    """One place, one stand-by, three who asked: the first is placed, the second stands by."""

    session: Session
    now: datetime
    activity: Activity
    role: ShiftRole
    people: list[Volunteer]
    asked: list[SignUp]

    def of(self, run: MatchRun) -> list[tuple[int, bool, str]]:
        """(which of the people, whether she stands by, state) of the run's assignments."""
        self.session.flush()
        rows = self.session.scalars(
            select(Assignment).where(Assignment.match_run_id == run.id).order_by(Assignment.id)
        ).all()
        numbers = {person.id: n for n, person in enumerate(self.people)}
        return [(numbers[row.volunteer_id], row.is_stand_by, str(row.state)) for row in rows]

    def states(self) -> list[str]:
        return [str(signup.state) for signup in self.asked]

    def counts(self) -> tuple[int, int]:
        self.session.refresh(self.role)
        return self.role.taken, self.role.standing_by


@pytest.fixture
def clinic(session: Session, now: datetime) -> Clinic:
    area = factories.community(session)
    one = (RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=1),)
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=one)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    people = [factories.volunteer(session, area, f"志愿者{n}") for n in range(3)]
    return Clinic(session, now, activity, role, people, [ask(session, person, role, now=now) for person in people])


def test_she_is_drafted_apart_and_asked_when_the_plan_is_published(clinic: Clinic) -> None:
    run = solved(clinic.session, clinic.activity, clinic.now)
    assert [opening.stand_bys for opening in problem_of(run).openings] == [1]
    assert clinic.of(run) == [(0, False, A.DRAFTED), (1, True, A.DRAFTED)]
    assert (clinic.counts(), replay(clinic.session, run.id).differences) == ((0, 0), ())

    publish(clinic.session, run, clinic.now)
    assert clinic.of(run) == [(0, False, A.OFFERED), (1, True, A.OFFERED)]
    assert clinic.counts() == (1, 1)
    assert clinic.states() == [SignUpState.PENDING, SignUpState.WAITLISTED, SignUpState.WAITLISTED]
    outcome = outcome_of(run)
    assert (outcome.offered, outcome.waitlisted, outcome.skipped) == (2, 2, ())
    her = clinic.session.scalars(select(Assignment).where(Assignment.is_stand_by)).one()
    assert her.signup_id is None, "standing by is no answer to what she asked for"


def test_of_those_published_alone_the_rest_are_answered_later(clinic: Clinic) -> None:
    run = solved(clinic.session, clinic.activity, clinic.now)
    her = clinic.session.scalars(select(Assignment).where(Assignment.is_stand_by)).one()
    publish(clinic.session, run, clinic.now, assignment_ids=[her.id])
    assert clinic.of(run) == [(0, False, A.DRAFTED), (1, True, A.OFFERED)]
    assert clinic.states() == [SignUpState.PENDING] * 3

    publish(clinic.session, run, clinic.now)
    assert clinic.states() == [SignUpState.PENDING, SignUpState.WAITLISTED, SignUpState.WAITLISTED]


def test_who_took_back_what_she_asked_for_is_not_asked_to_stand_by(clinic: Clinic) -> None:
    run = solved(clinic.session, clinic.activity, clinic.now)
    signups.withdraw(clinic.session, signup_id=clinic.asked[1].id, now=clinic.now)
    publish(clinic.session, run, clinic.now)

    assert clinic.of(run) == [(0, False, A.OFFERED), (1, True, A.RELEASED)]
    assert (clinic.counts(), len(outcome_of(run).skipped)) == ((1, 0), 1)


def test_no_more_are_asked_than_the_role_wishes(clinic: Clinic) -> None:
    """Somebody said meanwhile of her own accord that she stands by."""
    run = solved(clinic.session, clinic.activity, clinic.now)
    other = factories.volunteer(clinic.session, factories.community(clinic.session), "李候备")
    where = {"shift_id": clinic.role.shift_id, "shift_role_id": clinic.role.id}
    stand_by(clinic.session, volunteer_id=other.id, now=clinic.now, **where)
    publish(clinic.session, run, clinic.now)

    assert clinic.of(run) == [(0, False, A.OFFERED), (1, True, A.RELEASED)]
    [skipped] = outcome_of(run).skipped
    assert [blocker.code for blocker in skipped.blockers] == [Refusal.FULL]
    assert clinic.counts() == (1, 1)
    again = solved(clinic.session, clinic.activity, clinic.now)
    assert [opening.stand_bys for opening in problem_of(again).openings] == [0]


def test_a_new_plan_proposes_anew_and_does_not_take_a_stand_by_for_a_placement(clinic: Clinic) -> None:
    first = solved(clinic.session, clinic.activity, clinic.now)
    second = solved(clinic.session, clinic.activity, clinic.now)

    assert [(d.person_id, d.opening_id) for d in problem_of(second).drafts] == [(clinic.people[0].id, clinic.role.id)]
    assert {state for _, _, state in clinic.of(first)} == {A.RELEASED}
    assert clinic.of(second) == [(0, False, A.DRAFTED), (1, True, A.DRAFTED)]
    drafts.throw_away(clinic.session, second)
    assert clinic.counts() == (0, 0)


def test_who_stands_by_already_is_told_so_by_the_next_plan_and_is_answered(clinic: Clinic) -> None:
    run = solved(clinic.session, clinic.activity, clinic.now)
    her = clinic.session.scalars(select(Assignment).where(Assignment.is_stand_by)).one()
    publish(clinic.session, run, clinic.now, assignment_ids=[her.id])
    matching.discard(clinic.session, match_run_id=run.id, account_id=1, now=clinic.now)
    again = solved(clinic.session, clinic.activity, clinic.now)

    told = {one.person_id: [b.code for b in one.blockers] for one in solution_of(clinic.session, again).unplaced}
    assert "same_shift" in told[clinic.people[1].id]
    publish(clinic.session, again, clinic.now)
    assert clinic.states() == [SignUpState.PENDING, SignUpState.WAITLISTED, SignUpState.WAITLISTED]


@pytest.mark.parametrize("has_said_yes", [True, False])
def test_who_stands_by_has_not_lost_her_rank_for_a_place(clinic: Clinic, has_said_yes: bool) -> None:
    """The place comes free: she is first on the waitlist, and is asked for it; another may stand by then."""
    run = solved(clinic.session, clinic.activity, clinic.now)
    publish(clinic.session, run, clinic.now)
    placed, her = clinic.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    if has_said_yes:
        roster.accept(clinic.session, assignment_id=her.id, now=clinic.now)
    roster.decline(clinic.session, assignment_id=placed.id, now=clinic.now)
    assert promote(clinic.session, shift_role_id=clinic.role.id, now=clinic.now) == 1

    assert (her.state, her.release_reason) == (A.RELEASED, ReleaseReason.MOVED_OVER)
    offered = clinic.session.scalars(select(Assignment).where(Assignment.signup_id == clinic.asked[1].id)).one()
    assert (offered.state, offered.is_stand_by, clinic.counts()) == (A.OFFERED, False, (1, 0))


def test_who_stands_by_and_cannot_serve_any_more_goes_on_standing_by(clinic: Clinic) -> None:
    """She has served all her hours of the week elsewhere: no place for her, and nothing is taken from her."""
    run = solved(clinic.session, clinic.activity, clinic.now)
    publish(clinic.session, run, clinic.now)
    placed, her = clinic.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    clinic.people[1].weekly_hours = 1
    roster.decline(clinic.session, assignment_id=placed.id, now=clinic.now + timedelta(minutes=1))
    assert promote(clinic.session, shift_role_id=clinic.role.id, now=clinic.now) == 1

    assert (her.state, her.is_stand_by, clinic.counts()) == (A.OFFERED, True, (1, 1))
    third = clinic.session.scalars(select(Assignment).where(Assignment.signup_id == clinic.asked[2].id)).one()
    assert third.state == A.OFFERED
