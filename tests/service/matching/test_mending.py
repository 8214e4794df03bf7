"""Live repair on the roster: who could come over, at what cost, and nobody moved but by her own yes."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan, once
from service.audit import AuditEntry
from service.matching import mending, moving
from service.matching.mending import Proposal
from service.outbox import OutboxEvent
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.signups.queries import OpeningRow, opening
from service.terms import AssignmentState, Mode, ReleaseReason, SignUpState, SignUpVia
from service.volunteers.models import Volunteer
from tests import factories
from tests.service.matching.test_building import ask, offer


class Mornings:
    """Two shifts of one activity at the same time: a clinic that lacks somebody, and one where somebody serves."""

    def __init__(self, session: Session, now: datetime, *, spare: int = 1) -> None:
        self.session, self.now = session, now
        self.area: Area = factories.community(session)
        plans = [once(date(2026, 11, 28), starts=time(9), ends=time(11, 30))] * 2
        self.activity: Activity = factories.activity(
            session,
            self.area,
            mode=Mode.MATCHED,
            roles=(RolePlan(name="引导员", min_needed=1, max_needed=2),),
            plans=plans,
        )
        self.short, self.other = (
            factories.only_role(session, shift) for shift in factories.shifts(session, self.activity)
        )
        self.people = [factories.volunteer(session, self.area, name) for name in ("王小满", "李大寒", "张立春")]
        self.holders = [self.comes(person, self.other) for person in self.people[: 1 + spare]]

    def comes(self, person: Volunteer, role: ShiftRole) -> Assignment:
        """She asked for the place, was offered it and said yes."""
        signup = ask(self.session, person, role, now=self.now)
        assignment_id = offer(self.session, person, role, now=self.now, signup_id=signup.id)
        signup.state = SignUpState.CONFIRMED
        return roster.accept(self.session, assignment_id=assignment_id, now=self.now)

    def waits(self, person: Volunteer, role: ShiftRole, rank: int = 2) -> None:
        """She had asked for this place as well, before the plan was made, and waits."""
        self.session.add(
            SignUp(
                area_id=self.area.id,
                shift_id=role.shift_id,
                shift_role_id=role.id,
                volunteer_id=person.id,
                state=SignUpState.WAITLISTED,
                rank=rank,
                via=SignUpVia.WEB,
                signed_up_at=self.now,
            )
        )
        self.session.flush()

    def row(self, role: ShiftRole) -> OpeningRow:
        found = opening(self.session, shift_id=role.shift_id, shift_role_id=role.id)
        assert found is not None
        return found

    def proposals(self) -> list[Proposal]:
        self.session.flush()
        self.session.refresh(self.short)
        return mending.proposals(self.session, self.row(self.short), now=self.now)


def test_who_can_be_spared_and_had_asked_could_come_over(session: Session, now: datetime) -> None:
    town = Mornings(session, now)
    assert town.proposals() == [], "nobody asked for the place that is short"
    town.waits(town.people[1], town.short)
    [found] = town.proposals()

    assert (found.volunteer_id, found.leaves, found.behind_id) == (town.people[1].id, town.holders[1], None)
    assert (found.changes, found.cover) == (1, 1)
    assert found.wishes == -10, "a second wish instead of a first one"
    assert town.holders[1].state == AssignmentState.CONFIRMED, "it is only proposed"


def test_who_cannot_be_spared_needs_somebody_behind_her(session: Session, now: datetime) -> None:
    town = Mornings(session, now, spare=0)
    town.waits(town.people[0], town.short)
    assert town.proposals() == []
    town.waits(town.people[2], town.other, rank=1)
    [found] = town.proposals()
    assert (found.volunteer_id, found.behind_id, found.changes) == (town.people[0].id, town.people[2].id, 2)


def test_who_is_free_comes_first(session: Session, now: datetime) -> None:
    town = Mornings(session, now)
    town.waits(town.people[1], town.short)
    town.waits(town.people[2], town.short, rank=3)
    found = town.proposals()
    assert [(one.volunteer_id, one.leaves is None) for one in found] == [
        (town.people[2].id, True),
        (town.people[1].id, False),
    ]


def test_nothing_is_proposed_where_nobody_is_missing(session: Session, now: datetime) -> None:
    town = Mornings(session, now)
    town.waits(town.people[1], town.short)
    town.comes(town.people[2], town.short)
    assert town.proposals() == []


def test_her_yes_moves_her_in_one_step(session: Session, now: datetime) -> None:
    town = Mornings(session, now)
    town.waits(town.people[1], town.short)
    made = moving.move_over(session, town.row(town.short), assignment_id=town.holders[1].id, account_id=7, now=now)
    session.flush()
    session.refresh(town.short)
    session.refresh(town.other)

    assert (made.state, made.shift_role_id, made.answered_by) == (AssignmentState.CONFIRMED, town.short.id, 7)
    assert (town.holders[1].state, town.holders[1].release_reason) == (
        AssignmentState.RELEASED,
        ReleaseReason.MOVED_OVER,
    )
    assert (town.short.taken, town.other.taken) == (1, 1)
    kinds = session.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.id)).all()
    assert kinds[-3:] == ["AssignmentReleased", "PlaceFreed", "AssignmentConfirmed"]
    [noted] = session.scalars(select(AuditEntry).where(AuditEntry.verb == "moved_over"))
    assert (noted.account_id, noted.subject_id) == (7, made.id)
    with pytest.raises(moving.CannotMove):
        moving.move_over(session, town.row(town.short), assignment_id=made.id, account_id=7, now=now)


def test_nobody_is_moved_whom_no_proposal_names(session: Session, now: datetime) -> None:
    town = Mornings(session, now)
    with pytest.raises(moving.CannotMove):
        moving.move_over(session, town.row(town.short), assignment_id=town.holders[0].id, account_id=7, now=now)
    assert town.holders[0].state == AssignmentState.CONFIRMED


def test_who_stands_by_in_a_shift_is_taken_at_that_time(session: Session, now: datetime) -> None:
    """Her time is taken, though she counts for no place."""
    town = Mornings(session, now)
    town.other.stand_bys = 1
    session.flush()
    person = town.people[2]
    town.waits(person, town.short)
    stands_by = roster.offer(session, row=town.row(town.other), volunteer_id=person.id, now=now, as_stand_by=True)
    assert stands_by is not None
    assert [one.volunteer_id for one in town.proposals()] == []
