"""Several answer at the same moment, on real connections: one place has one holder, whoever is first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.swaps import actions as swaps
from service.swaps import answering
from service.swaps.models import Swap, SwapAsking
from service.terms import InvitationState, SwapState
from tests import factories, invariants
from tests.at_once import committed, together
from tests.factories import NOW
from tests.outbox import drain
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)


@dataclass
class Laid:
    """Somebody with a place, and a swap of it."""

    signup_id: int
    place_id: int
    role_id: int
    swap_id: int
    asking_ids: list[int]

    def holders(self) -> int:
        """How many people hold the one place."""
        held = select(Assignment.id).where(Assignment.shift_role_id == self.role_id, Assignment.state.in_(HOLDING))
        return len(committed(lambda session: session.scalars(held).all()))

    def state(self) -> SwapState:
        return committed(lambda session: session.get_one(Swap, self.swap_id).state)


def _lay_out(session: Session, *, people: int, **details: object) -> Laid:
    lane = Lane(session, TOMORROW, details=dict(details))
    giver = lane.member("王甲")
    for number in range(people):
        lane.member(f"队员{number}")
    [signup] = lane.filled(giver)
    [place] = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id))
    swap = swaps.ask(session, assignment_id=place.id, now=NOW)
    asked = session.scalars(select(SwapAsking.id).where(SwapAsking.swap_id == swap.id).order_by(SwapAsking.id))
    return Laid(signup.id, place.id, lane.role.id, swap.id, list(asked))


@pytest.fixture
def lay_out(at_now: Settings) -> Callable[..., Laid]:
    return lambda **details: committed(partial(_lay_out, **details))


def yes(asking_id: int, session: Session) -> InvitationState:
    return answering.accept(session, swap_asking_id=asking_id, now=NOW).state


def no(asking_id: int, session: Session) -> InvitationState:
    return answering.decline(session, swap_asking_id=asking_id, now=NOW).state


def nothing_is_broken() -> None:
    drain()
    assert committed(partial(invariants.check, now=NOW)) == []


def test_of_six_who_say_yes_at_once_one_has_the_place(lay_out: Callable[..., Laid]) -> None:
    laid = lay_out(people=6)
    answers = together(*(partial(yes, one) for one in laid.asking_ids))
    assert Counter(answers) == {InvitationState.ACCEPTED: 1, InvitationState.THANKED: 5}
    assert (laid.state(), laid.holders()) == (SwapState.DONE, 1)
    nothing_is_broken()


def test_all_say_no_at_once_and_it_ends_once(lay_out: Callable[..., Laid]) -> None:
    laid = lay_out(people=6)
    assert set(together(*(partial(no, one) for one in laid.asking_ids))) == {InvitationState.DECLINED}
    assert (laid.state(), laid.holders()) == (SwapState.DECLINED, 1)
    nothing_is_broken()


@pytest.mark.parametrize("what", ["takes it back", "withdraws", "is let go"])
def test_a_yes_meets_her_change_of_mind(lay_out: Callable[..., Laid], what: str) -> None:
    """Whoever is second hears that it is over; the place has one holder, or is free, and never two."""
    laid = lay_out(people=1)

    def change(session: Session) -> None:
        if what == "takes it back":
            swaps.take_back(session, swap_id=laid.swap_id, now=NOW)
        elif what == "withdraws":
            signups.withdraw(session, signup_id=laid.signup_id, now=NOW)
        else:
            roster.decline(session, assignment_id=laid.place_id, now=NOW)

    answer, _changed = together(partial(yes, laid.asking_ids[0]), change)
    nothing_is_broken()
    assert answer == InvitationState.ACCEPTED or isinstance(answer, swaps.SwapIsOver)
    held = laid.holders()
    assert held == 1 if answer == InvitationState.ACCEPTED or what == "takes it back" else held == 0


def test_two_coordinators_decide_at_once(lay_out: Callable[..., Laid]) -> None:
    laid = lay_out(people=1, swaps_need_approval=True)
    committed(partial(yes, laid.asking_ids[0]))
    decide = partial(swaps.approve, swap_id=laid.swap_id, account_id=1, now=NOW)
    refuse = partial(swaps.refuse, swap_id=laid.swap_id, account_id=2, now=NOW)
    answers = together(
        lambda session: decide(session).state,
        lambda session: refuse(session).state,
        lambda session: decide(session).state,
    )
    assert {one for one in answers if not isinstance(one, BaseException)} == {laid.state()}
    assert all(isinstance(one, swaps.SwapIsOver) for one in answers if isinstance(one, BaseException))
    assert laid.holders() == 1
    nothing_is_broken()


def test_two_who_want_each_others_places_both_say_yes(at_now: Settings) -> None:
    """Crossed askings: one exchange is made, the other finds the places gone; nobody waits for the other for good."""

    def cross(session: Session) -> list[int]:
        lane = Lane(session, TOMORROW)
        one, other = lane.member("王甲"), lane.member("李乙")
        later = factories.further_shift(session, lane.shift, TOMORROW + timedelta(days=1))
        lane.filled(one)
        factories.sign_up(session, other, later.roles[0])
        places = session.scalars(select(Assignment).order_by(Assignment.id)).all()
        swaps.ask(session, assignment_id=places[0].id, in_return_id=places[1].id, now=NOW)
        swaps.ask(session, assignment_id=places[1].id, in_return_id=places[0].id, now=NOW)
        return list(session.scalars(select(SwapAsking.id).order_by(SwapAsking.id)))

    askings = committed(cross)
    answers = together(*(partial(yes, one) for one in askings))
    assert sorted(type(one).__name__ for one in answers) == ["InvitationState", "SwapIsOver"]
    nothing_is_broken()
    states = committed(lambda session: sorted(session.scalars(select(Swap.state))))
    assert states == [SwapState.DONE, SwapState.LAPSED]
    held = select(Assignment.volunteer_id).where(Assignment.state.in_(HOLDING)).order_by(Assignment.shift_id)
    assert len(set(committed(lambda session: session.scalars(held).all()))) == 2


def test_asking_twice_at_once_is_one_swap(lay_out: Callable[..., Laid]) -> None:
    laid = lay_out(people=2)
    committed(partial(swaps.take_back, swap_id=laid.swap_id, now=NOW))
    ask = partial(swaps.ask, assignment_id=laid.place_id, now=NOW)
    asked = together(*(lambda session: ask(session).id for _ in range(4)))
    assert len(set(asked)) == 1
    assert isinstance(asked[0], int)
