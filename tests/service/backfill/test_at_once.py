"""Several say yes at the same moment, and two sweeps meet: on real connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.backfill import actions as backfill
from service.backfill import answering, climbing, queries
from service.backfill.models import Backfill, Invitation
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.standing_by import stand_by
from service.terms import AssignmentState, BackfillCause, BackfillState, InvitationState
from tests import factories, invariants
from tests.at_once import committed, together
from tests.factories import NOW
from tests.outbox import drain
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)
LOOK = NOW + timedelta(minutes=2)


def _lay_out(session: Session, *, missing: int, people: int) -> int:
    """A search about to ask `people` substitutes for `missing` places; the id of its role."""
    lane = Lane(session, TOMORROW, least=missing, most=missing)
    for number in range(people):
        lane.substitute(f"候补{number}")
    for signup in lane.filled(*(factories.volunteer(session, lane.area, f"陈退出{n}") for n in range(missing))):
        lane.drop_out(signup)
    return lane.role.id


@pytest.fixture
def lay_out(at_now: Settings) -> Callable[..., int]:
    return lambda **numbers: committed(partial(_lay_out, **numbers))


def climb(session: Session) -> int:
    return climbing.climb_due(session, now=LOOK)


def yes(invitation_id: int, session: Session, *, at: datetime = LOOK) -> InvitationState:
    return answering.accept(session, invitation_id=invitation_id, now=at).state


def broken_promises(session: Session) -> list[str]:
    return invariants.check(session, now=LOOK)


def invitation_ids(session: Session) -> list[int]:
    return list(session.scalars(select(Invitation.id).order_by(Invitation.id)))


@pytest.mark.parametrize("missing", [1, 2])
def test_of_six_who_say_yes_at_once_as_many_come_as_are_missing(lay_out: Callable[..., int], missing: int) -> None:
    role_id = lay_out(missing=missing, people=6)
    committed(climb)
    asked = committed(invitation_ids)
    answers = together(*(partial(yes, one) for one in asked))
    assert Counter(answers) == {InvitationState.ACCEPTED: missing, InvitationState.THANKED: len(asked) - missing}
    drain()
    assert committed(broken_promises) == []
    assert committed(lambda session: session.get_one(ShiftRole, role_id).taken) == missing
    assert committed(lambda session: session.scalars(select(Backfill.state)).all()) == [BackfillState.FILLED]


@pytest.mark.parametrize("missing", [1, 2])
def test_of_those_who_said_yes_before_anything_followed_the_first_come(
    lay_out: Callable[..., int], missing: int
) -> None:
    """The worker lags: all answers are there before their reactions are done, together and in one batch."""
    lay_out(missing=missing, people=6)
    committed(climb)
    asked = committed(invitation_ids)
    order = [*asked[3:], *asked[:3]]
    for minute, one in enumerate(order):
        committed(partial(yes, one, at=LOOK + timedelta(minutes=minute)))
    before = committed(answers_in_time)
    assert before == [InvitationState.ACCEPTED] * missing + [InvitationState.THANKED] * (len(asked) - missing)
    drain()
    assert committed(answers_in_time) == before
    assert committed(broken_promises) == []


def answers_in_time(session: Session) -> list[InvitationState]:
    """What came of each answer, in the order in which they were given."""
    return list(session.scalars(select(Invitation.state).order_by(Invitation.answered_at)))


def test_two_sweeps_at_once_ask_nobody_twice(lay_out: Callable[..., int]) -> None:
    lay_out(missing=1, people=6)
    assert sorted(str(done) for done in together(climb, climb, climb)) == ["0", "0", "1"]
    assert len(committed(invitation_ids)) == 3


def test_places_freed_at_once_start_one_search(lay_out: Callable[..., int]) -> None:
    role_id = lay_out(missing=2, people=0)
    committed(lambda session: session.execute(delete(Backfill)))
    start = partial(_start, role_id)
    started = together(start, start, start, start)
    assert sum(one is not None for one in started) == 1
    assert committed(lambda session: session.scalar(select(func.count()).select_from(Backfill))) == 1


def _start(role_id: int, session: Session) -> int | None:
    return backfill.start(session, shift_role_id=role_id, cause=BackfillCause.FREED, now=NOW)


def test_a_yes_and_the_end_of_her_own_offer_do_not_block_each_other(lay_out: Callable[..., int]) -> None:
    """She was asked to step in and is offered the same place: her yes meets the sweep that ends the offer."""
    lay_out(missing=1, people=1)
    committed(climb)
    [asked] = committed(invitation_ids)

    def offer(session: Session) -> int:
        invitation = session.get_one(Invitation, asked)
        row = queries.opening_of_search(session, invitation.backfill_id)
        made = roster.offer(session, row=row, volunteer_id=invitation.volunteer_id, now=LOOK)
        assert made is not None
        made.answer_by = LOOK
        return made.id

    offered = committed(offer)
    expire = partial(overdue.expire_offers, now=LOOK)
    answer, _ended = together(partial(yes, asked), expire)
    state = committed(lambda session: session.get_one(Assignment, offered).state)
    assert (answer, state) in [
        (InvitationState.ACCEPTED, AssignmentState.CONFIRMED),
        (InvitationState.ACCEPTED, AssignmentState.RELEASED),
    ]
    drain()
    assert committed(broken_promises) == []


def test_of_two_called_in_and_a_substitute_who_say_yes_at_once_one_has_the_place(at_now: Settings) -> None:
    def lay_out_stand_bys(session: Session) -> int:
        lane = Lane(session, TOMORROW, roles=(RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=2),))
        for number in range(2):
            stand_by(
                session,
                volunteer_id=lane.member(f"候备{number}").id,
                shift_id=lane.shift.id,
                shift_role_id=lane.role.id,
                now=NOW,
            )
        lane.substitute("候补")
        [signup] = lane.filled(factories.volunteer(session, lane.area, "陈退出"))
        lane.drop_out(signup)
        climbing.climb_due(session, now=LOOK)
        climbing.climb_due(session, now=LOOK + timedelta(minutes=10))
        return lane.role.id

    role_id = committed(lay_out_stand_bys)
    asked = committed(invitation_ids)
    assert len(asked) == 3, "two who stand by, then the substitute"
    answers = together(*(partial(yes, one) for one in asked))
    assert Counter(answers) == {InvitationState.ACCEPTED: 1, InvitationState.THANKED: 2}
    drain()
    assert committed(broken_promises) == []
    held = committed(lambda session: session.scalars(select(Assignment).where(Assignment.state == "confirmed")).all())
    assert sum(not one.is_stand_by for one in held) == 1
    role = committed(lambda session: session.get_one(ShiftRole, role_id))
    assert role.taken == 1
    assert role.standing_by == sum(one.is_stand_by for one in held)
