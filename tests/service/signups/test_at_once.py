"""Many people, one shift, the same moment: real connections, real commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.settings import Settings
from service.signups import actions, following, queries
from service.signups.models import SignUp
from service.terms import AssignmentState, Mode, Refusal, SignUpState
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, threads, together, until_it_waits
from tests.invariants import check
from tests.outbox import drain

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def prepare(places: int, people: int, **details: Any) -> tuple[int, list[int]]:
    """The id of a role with so many places, and of so many people."""

    def make(session: Session) -> tuple[int, list[int]]:
        area = factories.community(session)
        roles = [RolePlan(name="引导员", min_needed=1, max_needed=places)]
        shift = factories.shift_on(session, area, START, roles=roles, **details)
        ids = [factories.volunteer(session, area, f"志愿者{n}").id for n in range(people)]
        return factories.only_role(session, shift).id, ids

    return committed(make)


def ask(person_id: int, role_id: int) -> Callable[[Session], SignUp]:
    return lambda s: factories.sign_up(s, s.get_one(Volunteer, person_id), s.get_one(ShiftRole, role_id))


def withdraw(signup_id: int, now: datetime) -> Callable[[Session], SignUp]:
    return lambda s: actions.withdraw(s, signup_id=signup_id, now=now)


def broken(now: datetime) -> list[str]:
    return committed(lambda s: check(s, now=now))


def test_places_are_neither_oversold_nor_left(database: Settings, now: datetime) -> None:
    role_id, people = prepare(places=5, people=24)
    made = together(*(ask(person_id, role_id) for person_id in people))

    assert Counter(signup.state for signup in made if isinstance(signup, SignUp)) == {
        SignUpState.CONFIRMED: 5,
        SignUpState.WAITLISTED: 19,
    }

    def positions(session: Session) -> list[int]:
        standing = (queries.waitlist_position(session, signup) for signup in made if isinstance(signup, SignUp))
        return sorted(position for position in standing if position)

    assert committed(positions) == list(range(1, 20))
    assert broken(now) == []


def test_without_a_waitlist_the_rest_are_told_it_is_full(database: Settings, now: datetime) -> None:
    role_id, people = prepare(places=2, people=8, has_waitlist=False)
    made = together(*(ask(person_id, role_id) for person_id in people))
    refused = [outcome for outcome in made if isinstance(outcome, actions.SignUpRefused)]

    assert len(made) - len(refused) == 2
    assert {tuple(reason.reason for reason in refusal.reasons) for refusal in refused} == {(Refusal.FULL,)}
    assert broken(now) == []


def test_the_same_sign_up_sent_at_once_is_one(database: Settings, now: datetime) -> None:
    role_id, [person_id] = prepare(places=5, people=1)
    made = together(*[ask(person_id, role_id)] * 6)

    assert len({signup.id for signup in made if isinstance(signup, SignUp)}) == 1
    assert len(made) == 6
    assert broken(now) == []


def test_two_overlapping_places_asked_for_at_once_are_never_both_hers(database: Settings, now: datetime) -> None:
    first, people = prepare(places=20, people=8)
    second, _ = prepare(places=20, people=0, title="巡逻")
    made = together(*(ask(person_id, role_id) for person_id in people for role_id in (first, second)))
    refusals = [outcome for outcome in made if isinstance(outcome, actions.SignUpRefused)]

    assert len(refusals) == len(people)
    assert {refusal.reasons[0].reason for refusal in refusals} == {Refusal.OVERLAP}
    assert broken(now) == []


def test_a_cancellation_waits_for_a_sign_up_under_way_and_lets_her_go(database: Settings, now: datetime) -> None:
    role_id, [person_id] = prepare(places=1, people=1)
    with threads() as pool:

        def sign_up_while_cancelling(session: Session) -> Any:
            ask(person_id, role_id)(session)
            shift_id = session.get_one(ShiftRole, role_id).shift_id
            running = pool.submit(
                committed,
                lambda s: activities.cancel_shift(s, shift_id, reason="下雨", now=now, account_id=None).id,
            )
            until_it_waits(running)
            return running

        committed(sign_up_while_cancelling).result()
    drain()

    assert committed(lambda s: s.scalars(select(SignUp.state)).all()) == [SignUpState.DECLINED]
    assert broken(now) == []


def test_a_sign_up_waits_for_a_cancellation_under_way_and_is_refused(database: Settings, now: datetime) -> None:
    role_id, [person_id] = prepare(places=1, people=1)
    with threads() as pool:

        def cancel_while_signing_up(session: Session) -> Any:
            shift_id = session.get_one(ShiftRole, role_id).shift_id
            activities.cancel_shift(session, shift_id, reason="下雨", now=now, account_id=None)
            session.flush()
            running = pool.submit(committed, ask(person_id, role_id))
            until_it_waits(running)
            return running

        refused = committed(cancel_while_signing_up).exception()
    assert isinstance(refused, actions.SignUpRefused)
    assert [reason.reason for reason in refused.reasons] == [Refusal.SHIFT_CANCELLED]
    assert broken(now) == []


def test_without_a_waitlist_too_a_cancellation_is_told_as_one(database: Settings, now: datetime) -> None:
    role_id, [person_id] = prepare(places=1, people=1, has_waitlist=False)
    with threads() as pool:

        def cancel_while_signing_up(session: Session) -> Any:
            shift_id = session.get_one(ShiftRole, role_id).shift_id
            activities.cancel_shift(session, shift_id, reason="下雨", now=now, account_id=None)
            session.flush()
            running = pool.submit(committed, ask(person_id, role_id))
            until_it_waits(running)
            return running

        refused = committed(cancel_while_signing_up).exception()
    assert isinstance(refused, actions.SignUpRefused)
    assert [reason.reason for reason in refused.reasons] == [Refusal.SHIFT_CANCELLED]


def test_withdrawing_while_a_cancelled_shift_is_closed_blocks_nobody_for_good(
    database: Settings, now: datetime
) -> None:
    role_id, people = prepare(places=3, people=5)
    made = together(*(ask(person_id, role_id) for person_id in people))
    shift_id = committed(lambda s: s.get_one(ShiftRole, role_id).shift_id)
    committed(lambda s: activities.cancel_shift(s, shift_id, reason="下雨", now=now, account_id=None).id)
    outcomes = together(
        lambda s: following.close_cancelled_shift(s, shift_id=shift_id),
        *(withdraw(signup.id, now) for signup in made if isinstance(signup, SignUp)),
    )

    # Whoever came after the closing finds her sign-up ended; nothing else may go wrong.
    assert {type(outcome).__name__ for outcome in outcomes if isinstance(outcome, BaseException)} <= {"ForbiddenMove"}
    drain()
    assert broken(now) == []


def test_a_withdrawal_half_way_and_a_cancelled_shift_being_closed_do_not_block_each_other(
    database: Settings, now: datetime
) -> None:
    """She has her own rows; the closing comes; she goes on to her place. Both want the same, in the same order."""
    role_id, [person_id] = prepare(places=1, people=1)
    signup = committed(ask(person_id, role_id))
    committed(lambda s: activities.cancel_shift(s, signup.shift_id, reason="下雨", now=now, account_id=None).id)
    with threads() as pool:

        def withdraw_while_closing(session: Session) -> Any:
            following.locked(session, signup.id)
            closing = pool.submit(committed, lambda s: following.close_cancelled_shift(s, shift_id=signup.shift_id))
            until_it_waits(closing)
            actions.withdraw(session, signup_id=signup.id, now=now)
            return closing

        committed(withdraw_while_closing).result()
    drain()
    assert broken(now) == []


def test_two_promotions_at_once_offer_each_place_once(database: Settings, now: datetime) -> None:
    role_id, people = prepare(places=2, people=6)
    made = [committed(ask(person_id, role_id)) for person_id in people]
    for signup in made[:2]:
        committed(withdraw(signup.id, now - HOUR))
    committed(lambda s: overdue.hand_on_places(s, now=now))
    offers = together(*[lambda s: following.promote(s, shift_role_id=role_id, now=now)] * 4)

    assert sum(number for number in offers if isinstance(number, int)) == 2
    offered = select(Assignment.volunteer_id).where(Assignment.state == AssignmentState.OFFERED)
    assert sorted(committed(lambda s: s.scalars(offered).all())) == people[2:4]


def test_a_sign_up_takes_the_time_of_a_shift_moved_under_it(database: Settings, now: datetime) -> None:
    role_id, [person_id] = prepare(places=1, people=1)
    with threads() as pool:

        def move_while_signing_up(session: Session) -> Any:
            shift = session.get_one(Shift, session.get_one(ShiftRole, role_id).shift_id)
            activities.move_shift(
                session, shift, starts_at=START + HOUR, ends_at=START + 2 * HOUR, now=now, account_id=None
            )
            session.flush()
            running = pool.submit(committed, ask(person_id, role_id))
            until_it_waits(running)
            return running

        committed(move_while_signing_up).result()
    place = committed(lambda s: s.scalars(select(Assignment)).one())
    assert place.occupies == committed(lambda s: roster.occupied(s.get_one(Shift, place.shift_id)))


def test_a_rush_with_changes_of_mind_ends_in_order(at_now: Settings, now: datetime) -> None:
    """People come, go, come back and answer while sweeps and reactions run; then nothing is broken."""
    role_id, people = prepare(places=4, people=16)

    def life(person_id: int) -> Callable[[Session], None]:
        def live(_session: Session) -> None:
            signup_id = committed(ask(person_id, role_id)).id
            if person_id % 2:
                committed(lambda s: actions.withdraw(s, signup_id=signup_id, now=now).id)
            if person_id % 4 == 1:
                committed(lambda s: actions.undo_withdrawal(s, signup_id=signup_id, now=now + MINUTE).id)

        return live

    outcomes = together(*(life(person_id) for person_id in people), lambda _s: drain())
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    for _ in range(3):
        committed(lambda s: overdue.hand_on_places(s, now=now + HOUR))
        drain()
    assert broken(now) == []


def test_two_promotions_that_meet_the_same_people_in_opposite_order_do_not_block_each_other(
    database: Settings, now: datetime
) -> None:
    """Each role has both people waiting, in opposite order, and two free places; both promotions get on."""
    for _round in range(4):
        roles = committed(crossed)

        offered = together(*[partial(following.promote, shift_role_id=role_id, now=now) for role_id in roles] * 2)

        assert all(isinstance(number, int) for number in offered), offered
        for role_id in roles:
            committed(partial(following.promote, shift_role_id=role_id, now=now))
            assert committed(partial(taken, role_id=role_id)) == 2
    assert committed(check) == []


def taken(session: Session, *, role_id: int) -> int:
    return session.get_one(ShiftRole, role_id).taken


def crossed(session: Session) -> list[int]:
    """Two roles on different days whose two places are free beside the same two people, waiting crosswise."""
    area = factories.community(session)
    people = [factories.volunteer(session, area, name) for name in "甲乙"]
    made = []
    for day, order in enumerate((people, people[::-1])):
        start = datetime(2026, 11, 28, 1, tzinfo=UTC) + timedelta(days=day)
        roles = [RolePlan(name="引导员", min_needed=1, max_needed=2)]
        role = factories.only_role(session, factories.shift_on(session, area, start, roles=roles, mode=Mode.MATCHED))
        for person in order:
            factories.sign_up(session, person, role).move(SignUpState.WAITLISTED)
        made.append(role.id)
    session.flush()
    return made
