"""Several people move at once, each by her own yes: all of them or nobody, whatever happens meanwhile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.audit import AuditEntry
from service.company import actions as company
from service.db import transaction
from service.matching import mending, moving
from service.matching.mending import Step
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.queries import opening
from service.terms import AssignmentState, BondKind, ReleaseReason
from tests import factories, invariants
from tests.at_once import together
from tests.service.matching.test_mending import Mornings
from tests.service.matching.test_races import react_to_all


class Ring(Mornings):
    """王小满 could come with 李大寒 behind her and 张立春 behind him; but for 赵谷雨 he could come himself."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now, spare=0)
        beside = session.get_one(Shift, self.other.shift_id)
        self.third = factories.only_role(session, factories.further_shift(session, beside, beside.starts_at))
        self.first, self.second, self.free = self.people
        kept_apart = factories.volunteer(session, self.area, "赵谷雨")
        self.short.min_needed = 2
        self.comes(kept_apart, self.short)
        company.bind(session, self.second, other=kept_apart, kind=BondKind.APART, account_id=1, now=now)
        self.place = self.comes(self.second, self.third)
        self.waits(self.first, self.short)
        self.waits(self.second, self.short)
        self.waits(self.second, self.other)
        self.waits(self.free, self.third)

    def steps(self) -> tuple[Step, ...]:
        return (
            Step(self.first.id, self.holders[0].id, self.short.id),
            Step(self.second.id, self.place.id, self.other.id),
            Step(self.free.id, None, self.third.id),
        )

    def move(self, steps: Sequence[Step]) -> list[Assignment]:
        return moving.move_together(self.session, self.row(self.short), steps=steps, account_id=7, now=self.now)


def holding(session: Session) -> dict[int, set[int]]:
    """Who has which place, by the role."""
    held: dict[int, set[int]] = defaultdict(set)
    for place in session.scalars(select(Assignment).where(Assignment.state == AssignmentState.CONFIRMED)):
        held[place.shift_role_id].add(place.volunteer_id)
    return held


def test_where_no_chain_mends_it_three_people_are_proposed_at_once(session: Session, now: datetime) -> None:
    ring = Ring(session, now)
    [found] = ring.proposals()

    assert found.together == ring.steps()
    assert (found.volunteer_id, found.leaves, found.behind_id) == (ring.first.id, ring.holders[0], ring.second.id)
    assert (found.changes, found.cover) == (3, 1)
    with pytest.raises(moving.CannotMove):
        moving.move_over(session, ring.row(ring.short), assignment_id=ring.holders[0].id, account_id=7, now=now)
    assert mending.proposals(session, ring.row(ring.short), now=now, without={ring.free.id}) == []


def test_with_everybodys_yes_all_of_them_move_in_one_step(session: Session, now: datetime) -> None:
    ring = Ring(session, now)
    ring.proposals()
    before = holding(session)
    made = ring.move(ring.steps())
    session.flush()

    assert [(one.volunteer_id, one.shift_role_id) for one in made] == [
        (step.volunteer_id, step.shift_role_id) for step in ring.steps()
    ]
    assert {one.state for one in made} == {AssignmentState.CONFIRMED}
    assert holding(session) == {
        ring.short.id: before[ring.short.id] | {ring.first.id},
        ring.other.id: {ring.second.id},
        ring.third.id: {ring.free.id},
    }
    for role, taken in ((ring.short, 2), (ring.other, 1), (ring.third, 1)):
        session.refresh(role)
        assert role.taken == taken
    assert {place.release_reason for place in (ring.holders[0], ring.place)} == {ReleaseReason.MOVED_OVER}
    noted = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.verb == "moved_over")).all()
    assert Counter(noted) == Counter(one.id for one in made)
    with pytest.raises(moving.CannotMove):
        ring.move(ring.steps())


def test_some_of_them_alone_do_not_move(session: Session, now: datetime) -> None:
    """Whatever would leave a place without anybody, break a rule or take somebody's place in another's name."""
    ring = Ring(session, now)
    ring.proposals()
    first, second, third = ring.steps()
    before = holding(session)
    for steps in (
        [first],  # nothing more is covered: her place has nobody
        [first, second],
        [second, third],  # the place that is short stays so
        [Step(ring.second.id, ring.place.id, ring.short.id), third],  # must not meet 赵谷雨
        [first, second, replace(third, shift_role_id=ring.other.id)],  # nobody asked her for that
        [replace(first, assignment_id=None), second, third],  # at two places at once
        [replace(first, assignment_id=ring.place.id), replace(second, assignment_id=ring.holders[0].id), third],
        [first, second, third, third],
    ):
        with pytest.raises(moving.CannotMove):
            ring.move(steps)
        assert holding(session) == before


def test_two_buttons_and_one_change_of_mind_at_once_move_all_or_nobody(database: Settings, now: datetime) -> None:
    with transaction() as session:
        ring = Ring(session, now)
        steps, before = ring.steps(), holding(session)
        role, place_id = ring.short, ring.place.id
        untold = flaws(session, now)  # who is on this roster has never signed up by a door

    def move(session: Session) -> int:
        row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
        assert row is not None
        return len(moving.move_together(session, row, steps=steps, account_id=7, now=now))

    def decline(session: Session) -> int:
        return roster.decline(session, assignment_id=place_id, now=now).id

    *moved, declined = together(move, move, decline)
    with transaction() as session:
        after = holding(session)
    done = [one for one in moved if one == len(steps)]
    assert len(done) <= 1
    assert all(one in done or isinstance(one, moving.CannotMove) for one in moved), moved
    if done:
        assert isinstance(declined, Exception), "she had said yes to another place"
        assert after == before | {step.shift_role_id: {step.volunteer_id} for step in steps} | {
            role.id: before[role.id] | {steps[0].volunteer_id}
        }
    else:
        assert declined == place_id
        assert after == {role_id: held for role_id, held in before.items() if role_id != steps[2].shift_role_id}
    react_to_all(now)
    with transaction() as session:
        assert flaws(session, now) <= untold


def flaws(session: Session, now: datetime) -> set[str]:
    """What is promised and not kept, of whatever sign-up."""
    session.flush()
    return {flaw.split(": sign-up")[0] for flaw in invariants.check(session, now=now)}
