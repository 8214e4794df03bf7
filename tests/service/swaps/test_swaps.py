"""A place changes hands: its holder answers for it until somebody has taken it, and never do two hold it, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import ShiftRole
from service.notifications.models import Notification
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.roster.queries import of_signup
from service.signups import actions as signups
from service.signups.actions import SignUpRefused
from service.signups.models import SignUp
from service.swaps import actions as swaps
from service.swaps import answering, queries
from service.swaps.models import MOVES, ForbiddenMove, Swap, SwapAsking
from service.terms import (
    AssignmentState,
    InvitationState,
    NotificationKind,
    Refusal,
    ReleaseReason,
    SignUpState,
    SwapState,
)
from service.volunteers.models import Volunteer
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)
ASKED = InvitationState.ASKED
K = NotificationKind


class Street(Lane):
    """A lane with 王甲 on the shift, who wants somebody else to take her place."""

    giver: Volunteer
    signup: SignUp
    place: Assignment

    def __post_init__(self) -> None:
        super().__post_init__()
        self.giver = self.member("王甲")
        [self.signup] = self.filled(self.giver)
        self.place = self.place_of(self.signup)

    def place_of(self, signup: SignUp) -> Assignment:
        found = of_signup(self.session, signup.id)
        assert found is not None
        return found

    def ask(self, **whom: Any) -> Swap:
        swap = swaps.ask(self.session, assignment_id=self.place.id, now=self.now, **whom)
        self.follow()
        return swap

    def asking(self, person: Volunteer) -> SwapAsking:
        return self.session.scalars(
            select(SwapAsking).where(SwapAsking.volunteer_id == person.id).order_by(SwapAsking.id.desc()).limit(1)
        ).one()

    def says(self, person: Volunteer, *, yes: bool) -> InvitationState:
        reply = answering.accept if yes else answering.decline
        state = reply(self.session, swap_asking_id=self.asking(person).id, now=self.now).state
        self.follow()
        return state

    def names(self) -> list[str]:
        """Who was asked in the newest swap."""
        newest = self.session.scalars(select(Swap).order_by(Swap.id.desc()).limit(1)).one()
        return [person.name for _asking, person in queries.askings(self.session, newest.id)]

    def holders(self, role: ShiftRole | None = None) -> list[str]:
        """Who holds the places of the role."""
        held = (
            select(Volunteer.name)
            .join(Assignment, Assignment.volunteer_id == Volunteer.id)
            .where(Assignment.shift_role_id == (role or self.role).id, Assignment.state.in_(HOLDING))
        )
        return list(self.session.scalars(held.order_by(Volunteer.name)))

    def told(self, person: Volunteer) -> list[NotificationKind]:
        """What is still to be told to somebody about swaps and releases."""
        kinds = (K.SWAP_WANTED, K.SWAP_DONE, K.SWAP_OFF, K.PLACE_RELEASED)
        rows = select(Notification.kind).where(Notification.volunteer_id == person.id, Notification.kind.in_(kinds))
        return list(self.session.scalars(rows.order_by(Notification.id)))


@pytest.fixture
def street(session: Session) -> Iterator[Street]:
    """Nothing that is promised of the database is broken at the end of a test."""
    yield from kept(Street(session, TOMORROW))


@pytest.fixture
def approved_street(session: Session) -> Iterator[Street]:
    """Where a coordinator has to approve swaps."""
    yield from kept(Street(session, TOMORROW, details={"swaps_need_approval": True}))


def kept(street: Street) -> Iterator[Street]:
    yield street
    street.follow()
    street.session.expire_all()
    assert invariants.check(street.session, now=street.now) == []


def test_everybody_who_could_is_asked_and_she_answers_for_it_until_then(street: Street) -> None:
    for name in ("李乙", "赵丙"):
        street.member(name)
    street.neighbour("远邻居")
    swap = street.ask()
    assert (swap.state, sorted(street.names())) == (SwapState.OPEN, ["李乙", "赵丙"])
    assert street.holders() == ["王甲"]
    assert street.place.state == AssignmentState.CONFIRMED


def test_the_first_yes_has_the_place_and_the_next_is_thanked(street: Street) -> None:
    first, second = street.member("李乙"), street.member("赵丙")
    swap = street.ask()
    assert [street.says(first, yes=True), street.says(second, yes=True)] == ["accepted", "thanked"]
    assert (swap.state, street.holders()) == (SwapState.DONE, ["李乙"])
    assert street.says(first, yes=True) == "accepted", "saying it twice is harmless"
    assert (street.place.state, street.place.release_reason) == (AssignmentState.RELEASED, ReleaseReason.SWAPPED)
    street.session.refresh(street.signup)
    assert street.signup.state == SignUpState.WITHDRAWN
    assert (street.told(first), street.told(street.giver)) == ([K.SWAP_WANTED, K.SWAP_DONE], [K.PLACE_RELEASED])


def test_one_person_is_asked_by_name(street: Street) -> None:
    wanted = street.member("李乙")
    street.member("赵丙")
    street.ask(to=wanted.id)
    assert street.names() == ["李乙"]


def test_only_who_could_serve_there_is_asked(street: Street) -> None:
    busy, stranger = street.member("李乙"), street.neighbour("远邻居")
    other = factories.shift_on(street.session, street.area, TOMORROW, title="别处")
    factories.sign_up(street.session, busy, factories.only_role(street.session, other))
    for somebody in (None, busy.id, stranger.id):
        with pytest.raises(swaps.NobodyToAsk):
            swaps.ask(street.session, assignment_id=street.place.id, to=somebody, now=NOW)


def test_who_served_in_the_activity_is_asked_without_being_in_the_team(street: Street) -> None:
    regular = factories.volunteer(street.session, street.area, "常来的")
    earlier = factories.further_shift(street.session, street.shift, TOMORROW - timedelta(days=7))
    factories.sign_up(street.session, regular, earlier.roles[0], now=TOMORROW - timedelta(days=9))
    street.ask()
    assert street.names() == ["常来的"]


def test_asking_twice_is_one_swap(street: Street) -> None:
    street.member("李乙")
    assert street.ask().id == street.ask().id


@pytest.mark.parametrize("how", ["withdrawn", "begun", "declined"])
def test_what_is_not_hers_to_give_is_refused(street: Street, how: str) -> None:
    street.member("李乙")
    if how == "withdrawn":
        street.withdraw(street.signup)
    elif how == "declined":
        street.drop_out(street.signup)
    else:
        street.now = TOMORROW
    with pytest.raises(swaps.NothingToGive):
        swaps.ask(street.session, assignment_id=street.place.id, now=street.now)


def test_when_all_say_no_it_is_still_hers_and_she_is_told(street: Street) -> None:
    people = [street.member("李乙"), street.member("赵丙")]
    swap = street.ask()
    street.says(people[0], yes=False)
    assert swap.state == SwapState.OPEN
    street.says(people[1], yes=False)
    assert (swap.state, street.holders()) == (SwapState.DECLINED, ["王甲"])
    assert street.told(street.giver) == [K.SWAP_OFF]


def test_who_said_no_may_think_again_while_others_have_not_answered(street: Street) -> None:
    people = [street.member("李乙"), street.member("赵丙")]
    street.ask()
    assert [street.says(people[0], yes=yes) for yes in (False, True)] == ["declined", "accepted"]
    assert street.holders() == ["李乙"]
    with pytest.raises(swaps.SwapIsOver):
        street.says(people[0], yes=False)


def test_she_takes_it_back(street: Street) -> None:
    other = street.member("李乙")
    swap = street.ask()
    for _twice in range(2):
        swaps.take_back(street.session, swap_id=swap.id, now=NOW)
    street.follow()
    assert (swap.state, street.told(street.giver)) == (SwapState.TAKEN_BACK, [])
    with pytest.raises(swaps.SwapIsOver):
        street.says(other, yes=True)
    assert street.holders() == ["王甲"]


def test_it_cannot_be_taken_back_once_done(street: Street) -> None:
    other = street.member("李乙")
    swap = street.ask()
    street.says(other, yes=True)
    with pytest.raises(swaps.SwapIsOver):
        swaps.take_back(street.session, swap_id=swap.id, now=NOW)


def test_who_has_another_duty_by_now_is_told_why_not(street: Street) -> None:
    other = street.member("李乙")
    swap = street.ask()
    clash = factories.shift_on(street.session, street.area, TOMORROW, title="别处")
    factories.sign_up(street.session, other, factories.only_role(street.session, clash))
    with pytest.raises(SignUpRefused) as refused, street.session.begin_nested():
        street.says(other, yes=True)
    assert [one.reason for one in refused.value.reasons] == [Refusal.OVERLAP]
    street.session.refresh(swap)
    assert (swap.state, swap.taker_id, street.holders()) == (SwapState.OPEN, None, ["王甲"])


def test_who_waits_for_the_same_place_is_settled_by_getting_it(street: Street) -> None:
    other = street.member("李乙")
    [waiting] = street.filled(other)
    assert waiting.state == SignUpState.WAITLISTED
    street.ask()
    street.says(other, yes=True)
    street.session.refresh(waiting)
    assert (waiting.state, street.place_of(waiting).volunteer_id) == (SignUpState.CONFIRMED, other.id)


LAPSES: dict[str, Callable[[Street], object]] = {
    "she withdraws": lambda street: street.withdraw(street.signup),
    "she says no": lambda street: street.drop_out(street.signup),
    "she is let go": lambda street: roster.release(street.session, street.place, reason=ReleaseReason.COORDINATOR),
    "it is moved": lambda street: activities.move_shift(
        street.session,
        street.shift,
        starts_at=TOMORROW + timedelta(hours=1),
        ends_at=TOMORROW + timedelta(hours=3),
        now=NOW,
        account_id=None,
    ),
    "it is called off": lambda street: activities.cancel_shift(
        street.session, shift_id=street.shift.id, reason="大风", now=NOW, account_id=None
    ),
}


@pytest.mark.parametrize("what", LAPSES)
def test_it_lapses_when_the_place_is_another_matter(street: Street, what: str) -> None:
    street.member("李乙")
    swap = street.ask()
    LAPSES[what](street)
    street.follow()
    street.session.refresh(swap)
    assert swap.state == SwapState.LAPSED


def test_it_lapses_when_the_shift_begins_and_the_place_is_hers(street: Street) -> None:
    street.member("李乙")
    swap = street.ask()
    assert swaps.lapse_begun(street.session, now=TOMORROW - timedelta(seconds=1)) == 0
    street.now = TOMORROW
    assert swaps.lapse_begun(street.session, now=TOMORROW) == 1
    assert (swap.state, street.holders()) == (SwapState.LAPSED, ["王甲"])


# --- exchanges ---


def exchange(street: Street, name: str = "李乙", days: int = 2) -> tuple[Volunteer, Assignment, ShiftRole]:
    """Somebody with a place in another shift of the same activity."""
    other = street.member(name)
    shift = factories.further_shift(street.session, street.shift, TOMORROW + timedelta(days=days))
    [signup] = [factories.sign_up(street.session, other, shift.roles[0])]
    street.follow()
    return other, street.place_of(signup), shift.roles[0]


def test_two_exchange_their_places_in_one_step(street: Street) -> None:
    other, place, role = exchange(street)
    swap = street.ask(in_return_id=place.id)
    assert street.names() == ["李乙"]
    street.says(other, yes=True)
    assert (swap.state, street.holders(), street.holders(role)) == (SwapState.DONE, ["李乙"], ["王甲"])
    assert street.told(street.giver) == [K.PLACE_RELEASED, K.SWAP_DONE]
    assert street.told(other) == [K.SWAP_WANTED, K.PLACE_RELEASED, K.SWAP_DONE]


def test_places_of_the_same_hour_can_be_exchanged(street: Street) -> None:
    """Each could not hold both: what she gives up does not stand in her way."""
    other, place, role = exchange(street, days=0)
    street.ask(in_return_id=place.id)
    street.says(other, yes=True)
    assert (street.holders(), street.holders(role)) == (["李乙"], ["王甲"])


def test_a_place_she_could_not_fill_is_not_exchanged(street: Street) -> None:
    _other, place, _role = exchange(street)
    clash = factories.shift_on(street.session, street.area, TOMORROW + timedelta(days=2), title="别处")
    factories.sign_up(street.session, street.giver, factories.only_role(street.session, clash))
    assert queries.exchanges(street.session, queries.place(street.session, street.place.id), now=NOW) == []
    with pytest.raises(swaps.NobodyToAsk):
        swaps.ask(street.session, assignment_id=street.place.id, in_return_id=place.id, now=NOW)


def test_an_exchange_lapses_when_the_other_place_is_gone(street: Street) -> None:
    other, place, _role = exchange(street)
    swap = street.ask(in_return_id=place.id)
    roster.decline(street.session, assignment_id=place.id, now=NOW)
    street.follow()
    street.session.refresh(swap)
    assert (swap.state, street.holders()) == (SwapState.LAPSED, ["王甲"])
    with pytest.raises(swaps.SwapIsOver):
        street.says(other, yes=True)


# --- approval ---


def agreed(street: Street) -> tuple[Swap, Volunteer]:
    other = street.member("李乙")
    swap = street.ask()
    street.says(other, yes=True)
    return swap, other


def test_a_yes_waits_for_the_coordinator_and_the_place_stays_where_it_is(approved_street: Street) -> None:
    street = approved_street
    factories.coordinator(street.session, street.area)
    swap, _other = agreed(street)
    assert (swap.state, street.holders()) == (SwapState.AGREED, ["王甲"])
    asked = select(Notification).where(Notification.kind == K.SWAP_TO_APPROVE)
    assert len(street.session.scalars(asked).all()) == 1


def test_approved_it_is_done(approved_street: Street) -> None:
    street = approved_street
    swap, other = agreed(street)
    for _twice in range(2):
        swaps.approve(street.session, swap_id=swap.id, account_id=1, now=NOW)
    street.follow()
    assert (swap.state, swap.closed_by, street.holders()) == (SwapState.DONE, 1, ["李乙"])
    assert street.told(other) == [K.SWAP_WANTED, K.SWAP_DONE]
    with pytest.raises(swaps.SwapIsOver):
        swaps.refuse(street.session, swap_id=swap.id, account_id=1, now=NOW)


def test_refused_it_stays_and_both_are_told(approved_street: Street) -> None:
    street = approved_street
    swap, other = agreed(street)
    for _twice in range(2):
        swaps.refuse(street.session, swap_id=swap.id, account_id=1, now=NOW)
    street.follow()
    assert (swap.state, street.holders()) == (SwapState.REFUSED, ["王甲"])
    assert (street.told(street.giver), street.told(other)) == ([K.SWAP_OFF], [K.SWAP_WANTED, K.SWAP_OFF])


def test_what_was_agreed_is_looked_at_again_when_it_is_approved(approved_street: Street) -> None:
    street = approved_street
    swap, other = agreed(street)
    clash = factories.shift_on(street.session, street.area, TOMORROW, title="别处")
    factories.sign_up(street.session, other, factories.only_role(street.session, clash))
    with pytest.raises(SignUpRefused), street.session.begin_nested():
        swaps.approve(street.session, swap_id=swap.id, account_id=1, now=NOW)
    assert street.holders() == ["王甲"]


def test_an_open_swap_is_not_for_the_coordinator_to_decide(approved_street: Street) -> None:
    approved_street.member("李乙")
    swap = approved_street.ask()
    for decide in (swaps.approve, swaps.refuse):
        with pytest.raises(swaps.SwapIsOver):
            decide(approved_street.session, swap_id=swap.id, account_id=1, now=NOW)


def test_she_takes_back_what_was_agreed_and_the_other_is_told(approved_street: Street) -> None:
    street = approved_street
    swap, other = agreed(street)
    swaps.take_back(street.session, swap_id=swap.id, now=NOW)
    street.follow()
    assert (street.told(street.giver), street.told(other)) == ([], [K.SWAP_WANTED, K.SWAP_OFF])


@pytest.mark.parametrize("was", SwapState)
@pytest.mark.parametrize("to", SwapState)
def test_moves(was: SwapState, to: SwapState) -> None:
    swap = Swap(state=was)
    if to in MOVES[was]:
        swap.move(to)
        assert swap.state == to
    else:
        with pytest.raises(ForbiddenMove):
            swap.move(to)


def test_a_withdrawal_can_still_be_undone_after_a_swap_lapsed(street: Street) -> None:
    street.member("李乙")
    street.ask()
    street.withdraw(street.signup)
    signups.undo_withdrawal(street.session, signup_id=street.signup.id, now=street.now)
    street.follow()
    assert street.holders() == ["王甲"]
    assert street.ask().state == SwapState.OPEN
