"""Offering a place, answering, and what becomes of places nobody answered for or came back to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.roster.rules import answer_by
from service.settings import Settings
from service.signups.queries import opening
from service.terms import AssignmentState, Mode, ReleaseReason
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, threads, together, until_it_waits
from tests.ledger import facts

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rota(session: Session, places: int = 1) -> ShiftRole:
    """The role of a shift whose places are offered."""
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=places)]
    shift = factories.shift_on(session, factories.community(session), START, roles=roles, mode=Mode.ROTA)
    return factories.only_role(session, shift)


def offer(session: Session, role: ShiftRole, person: Volunteer, now: datetime, **details: Any) -> Assignment | None:
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    return roster.offer(session, row=row, volunteer_id=person.id, now=now, **details)


def offered(session: Session, now: datetime) -> Assignment:
    role = rota(session)
    made = offer(session, role, factories.volunteer(session, factories.community(session)), now)
    assert made is not None
    return made


def taken(session: Session, assignment: Assignment) -> int:
    return session.get_one(ShiftRole, assignment.shift_role_id, populate_existing=True).taken


def test_an_offer_takes_the_place_and_waits_for_an_answer(session: Session, now: datetime) -> None:
    made = offered(session, now)

    assert (made.state, taken(session, made)) == (AssignmentState.OFFERED, 1)
    assert made.answer_by == answer_by(now=now, starts_at=START, within=timedelta(days=1))
    assert facts(session, "AssignmentOffered") == [("AssignmentOffered", made.id)]


def test_there_is_no_offer_without_a_free_place(session: Session, now: datetime) -> None:
    role, area = rota(session), factories.community(session)
    assert offer(session, role, factories.volunteer(session, area), now) is not None

    assert offer(session, role, factories.volunteer(session, area), now) is None
    assert session.get_one(ShiftRole, role.id, populate_existing=True).taken == 1


def test_there_is_no_offer_in_a_cancelled_shift(session: Session, now: datetime) -> None:
    role = rota(session)
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)

    assert offer(session, role, factories.volunteer(session, factories.community(session)), now) is None


def test_a_conflicting_duty_is_refused_and_takes_no_place(session: Session, now: datetime) -> None:
    area = factories.community(session)
    person = factories.volunteer(session, area)
    first, second = rota(session), rota(session)
    offer(session, first, person, now)

    with pytest.raises(roster.ConflictingDuty), session.begin_nested():
        offer(session, second, person, now)
    assert session.get_one(ShiftRole, second.id, populate_existing=True).taken == 0


def test_a_draft_made_before_a_move_becomes_an_offer_at_the_new_time(session: Session, now: datetime) -> None:
    role = rota(session)
    shift = session.get_one(Shift, role.shift_id)
    person = factories.volunteer(session, factories.community(session))
    draft = Assignment(
        area_id=shift.area_id,
        shift_id=shift.id,
        shift_role_id=role.id,
        volunteer_id=person.id,
        state=AssignmentState.DRAFTED,
        occupies=roster.occupied(shift),
        assigned_at=now,
    )
    session.add(draft)
    activities.move_shift(session, shift, starts_at=START + HOUR, ends_at=START + 2 * HOUR, now=now, account_id=None)

    assert offer(session, role, person, now, assignment=draft) is draft
    assert draft.occupies == roster.occupied(shift)


# --- answers ---


def test_accepting_twice_tells_once(session: Session, now: datetime) -> None:
    made = offered(session, now)
    roster.accept(session, assignment_id=made.id, now=now, answered_by=7)
    roster.accept(session, assignment_id=made.id, now=now + HOUR)

    assert (made.state, made.answered_at, made.answered_by) == (AssignmentState.CONFIRMED, now, 7)
    assert facts(session, "AssignmentConfirmed") == [("AssignmentConfirmed", made.id)]


def test_declining_twice_frees_the_place_once(session: Session, now: datetime) -> None:
    made = offered(session, now)
    roster.decline(session, assignment_id=made.id, now=now, reason="要去医院")
    roster.decline(session, assignment_id=made.id, now=now + HOUR)

    assert (made.state, made.decline_reason, taken(session, made)) == (AssignmentState.DECLINED, "要去医院", 0)
    assert facts(session, "AssignmentDeclined", "PlaceFreed") == [
        ("AssignmentDeclined", made.id),
        ("PlaceFreed", made.shift_role_id),
    ]


@pytest.mark.parametrize("answer", [roster.accept, roster.decline])
def test_an_offer_is_open_to_its_last_moment(session: Session, now: datetime, answer: Any) -> None:
    made = offered(session, now)
    assert made.answer_by is not None

    with pytest.raises(roster.OfferClosed):
        answer(session, assignment_id=made.id, now=made.answer_by + timedelta(microseconds=1))
    answer(session, assignment_id=made.id, now=made.answer_by)


@pytest.mark.parametrize("answer", [roster.accept, roster.decline])
def test_nobody_answers_for_a_cancelled_shift(session: Session, now: datetime, answer: Any) -> None:
    made = offered(session, now)
    activities.cancel_shift(session, made.shift_id, reason="下雨", now=now, account_id=None)

    with pytest.raises(roster.OfferClosed):
        answer(session, assignment_id=made.id, now=now)


def test_nobody_accepts_after_the_start_of_a_shift_moved_forward(session: Session, now: datetime) -> None:
    made = offered(session, now)
    shift = session.get_one(Shift, made.shift_id)
    activities.move_shift(session, shift, starts_at=now + HOUR, ends_at=now + 2 * HOUR, now=now, account_id=None)

    with pytest.raises(roster.OfferClosed):
        roster.accept(session, assignment_id=made.id, now=now + HOUR)


def test_a_place_said_yes_to_can_be_declined_until_the_start(session: Session, now: datetime) -> None:
    made = offered(session, now)
    roster.accept(session, assignment_id=made.id, now=now)

    with pytest.raises(roster.OfferClosed):
        roster.decline(session, assignment_id=made.id, now=START)
    roster.decline(session, assignment_id=made.id, now=START - timedelta(microseconds=1))
    assert taken(session, made) == 0


@pytest.mark.parametrize("state", [AssignmentState.RELEASED, AssignmentState.CHECKED_IN, AssignmentState.COMPLETED])
@pytest.mark.parametrize("answer", [roster.accept, roster.decline])
def test_what_is_no_offer_is_not_answered(session: Session, now: datetime, answer: Any, state: AssignmentState) -> None:
    made = offered(session, now)
    session.execute(update(Assignment).values(state=state))

    with pytest.raises(roster.OfferClosed):
        answer(session, assignment_id=made.id, now=now)


# --- sweeps ---


def test_offers_expire_at_their_deadline_and_free_the_place(session: Session, now: datetime) -> None:
    made = offered(session, now)
    assert made.answer_by is not None
    assert overdue.expire_offers(session, now=made.answer_by - timedelta(microseconds=1)) == 0

    assert overdue.expire_offers(session, now=made.answer_by) == 1
    assert overdue.expire_offers(session, now=made.answer_by) == 0
    assert (made.state, made.release_reason, taken(session, made)) == (
        AssignmentState.RELEASED,
        ReleaseReason.OFFER_EXPIRED,
        0,
    )
    assert facts(session, "AssignmentReleased", "PlaceFreed") == [
        ("AssignmentReleased", made.id),
        ("PlaceFreed", made.shift_role_id),
    ]


def test_what_was_accepted_does_not_expire(session: Session, now: datetime) -> None:
    made = offered(session, now)
    roster.accept(session, assignment_id=made.id, now=now)

    assert overdue.expire_offers(session, now=START) == 0


def test_a_kept_place_is_handed_on_once_its_time_is_over(session: Session, now: datetime) -> None:
    made = offered(session, now)
    until = now + timedelta(minutes=10)
    roster.release(session, made, reason=ReleaseReason.WITHDREW, place_held_until=until)
    assert (taken(session, made), facts(session, "PlaceFreed")) == (1, [])

    assert overdue.hand_on_places(session, now=until - timedelta(microseconds=1)) == 0
    assert overdue.hand_on_places(session, now=until) == 1
    assert overdue.hand_on_places(session, now=until) == 0
    assert (taken(session, made), facts(session, "PlaceFreed")) == (0, [("PlaceFreed", made.shift_role_id)])


def test_a_sweep_takes_a_batch_and_the_next_the_rest(session: Session, now: datetime) -> None:
    area, role = factories.community(session), rota(session, places=3)
    for name in "甲乙丙":
        offer(session, role, factories.volunteer(session, area, name), now)

    assert [overdue.expire_offers(session, now=START, limit=2) for _ in range(3)] == [2, 1, 0]


# --- at once, with real commits ---


def test_the_last_place_is_offered_once(database: Settings, now: datetime) -> None:
    def prepare(session: Session) -> tuple[int, list[int]]:
        area = factories.community(session)
        return rota(session).id, [factories.volunteer(session, area, name).id for name in "甲乙丙丁"]

    role_id, people = committed(prepare)

    def offer_to(person_id: int) -> Any:
        return lambda s: offer(s, s.get_one(ShiftRole, role_id), s.get_one(Volunteer, person_id), now)

    made = together(*(offer_to(person_id) for person_id in people))
    assert [type(outcome).__name__ for outcome in made].count("Assignment") == 1
    assert [outcome for outcome in made if not isinstance(outcome, Assignment)] == [None] * 3


def test_one_of_yes_and_no_sent_at_once_counts(database: Settings, now: datetime) -> None:
    assignment_id = committed(lambda s: offered(s, now).id)
    yes, no = together(
        lambda s: roster.accept(s, assignment_id=assignment_id, now=now),
        lambda s: roster.decline(s, assignment_id=assignment_id, now=now),
    )

    # A no may follow a yes; a yes cannot follow a no.
    assert isinstance(no, Assignment)
    assert isinstance(yes, (Assignment, roster.OfferClosed))
    final = committed(lambda s: s.get_one(Assignment, assignment_id))
    assert (final.state, committed(lambda s: taken(s, final))) == (AssignmentState.DECLINED, 0)


def test_two_sweeps_at_once_release_each_place_once(database: Settings, now: datetime) -> None:
    def prepare(session: Session) -> int:
        area, roles = factories.community(session), [rota(session, places=5) for _ in range(2)]
        for name in "甲乙丙丁戊":
            offer(session, roles[ord(name) % 2], factories.volunteer(session, area, name), now)
        return len("甲乙丙丁戊")

    count = committed(prepare)
    swept = together(*[lambda s: overdue.expire_offers(s, now=START)] * 3)
    swept.append(committed(lambda s: overdue.expire_offers(s, now=START)))
    assert sum(number for number in swept if isinstance(number, int)) == count
    assert len(committed(lambda s: facts(s, "PlaceFreed"))) == count


def test_sweeps_that_meet_on_two_roles_do_not_block_each_other(database: Settings, now: datetime) -> None:
    """One has its first place in the one role and its second in the other; the other sweep the reverse."""

    def prepare(session: Session) -> int:
        area, one, other = factories.community(session), rota(session, places=2), rota(session, places=2)
        for role, hours in ((one, 1), (other, 2)):
            asked = offer(session, role, factories.volunteer(session, area), now)
            assert asked is not None
            asked.answer_by = now + hours * HOUR
        for role, hours in ((other, 1), (one, 2)):
            left = offer(session, role, factories.volunteer(session, area), now)
            assert left is not None
            roster.release(session, left, reason=ReleaseReason.WITHDREW, place_held_until=now + hours * HOUR)
        return one.id

    first_role = committed(prepare)
    with threads() as pool:

        def hold_the_first_role(session: Session) -> list[Any]:
            session.get_one(ShiftRole, first_role, with_for_update=True)
            expiring = pool.submit(committed, lambda s: overdue.expire_offers(s, now=START))
            until_it_waits(expiring)
            handing_on = pool.submit(committed, lambda s: overdue.hand_on_places(s, now=START))
            until_it_waits(handing_on, count=2)
            return [expiring, handing_on]

        assert [sweep.result() for sweep in committed(hold_the_first_role)] == [2, 2]


def test_an_offer_waits_for_a_move_and_takes_the_new_time(database: Settings, now: datetime) -> None:
    def prepare(session: Session) -> tuple[int, int]:
        return rota(session).id, factories.volunteer(session, factories.community(session)).id

    role_id, person_id = committed(prepare)

    def offer_it(session: Session) -> int:
        role, person = session.get_one(ShiftRole, role_id), session.get_one(Volunteer, person_id)
        made = offer(session, role, person, now)
        assert made is not None
        return made.id

    with threads() as pool:

        def move(session: Session) -> Any:
            shift = session.get_one(Shift, session.get_one(ShiftRole, role_id).shift_id)
            activities.move_shift(
                session, shift, starts_at=START + HOUR, ends_at=START + 3 * HOUR, now=now, account_id=None
            )
            session.flush()
            running = pool.submit(committed, offer_it)
            until_it_waits(running)
            return running

        assignment_id = committed(move).result()
    made = committed(lambda s: s.get_one(Assignment, assignment_id))
    assert made.occupies == committed(lambda s: roster.occupied(s.get_one(Shift, made.shift_id)))


# --- asking again ---


def test_who_has_not_answered_is_asked_again_at_half_time_and_called_at_three_quarters(
    session: Session, now: datetime
) -> None:
    made = offered(session, now)
    assert made.answer_by is not None
    within = made.answer_by - now
    asked = [overdue.ask_again(session, now=now + within * part) for part in (0.49, 0.5, 0.6, 0.74, 0.75, 0.9)]
    assert asked == [0, 1, 0, 0, 1, 0]
    assert facts(session, "AssignmentAskedAgain") == [("AssignmentAskedAgain", made.id)] * 2


@pytest.mark.parametrize("what", ["yes", "no", "over"])
def test_who_has_answered_or_cannot_any_more_is_not_asked_again(session: Session, now: datetime, what: str) -> None:
    made = offered(session, now)
    assert made.answer_by is not None
    later = made.answer_by if what == "over" else now + (made.answer_by - now) / 2
    if what == "yes":
        roster.accept(session, assignment_id=made.id, now=now)
    elif what == "no":
        roster.decline(session, assignment_id=made.id, now=now)
    assert overdue.ask_again(session, now=later) == 0


def test_a_short_time_to_answer_is_left_in_peace(session: Session) -> None:
    made = offered(session, START - 2 * HOUR)
    assert made.answer_by is not None
    assert made.answer_by - made.assigned_at < 2 * HOUR
    assert overdue.ask_again(session, now=made.answer_by - timedelta(minutes=1)) == 0


def test_two_sweeps_at_once_ask_once(at_now: Settings, now: datetime) -> None:
    def settle(session: Session) -> datetime:
        made = offered(session, now)
        assert made.answer_by is not None
        return now + (made.answer_by - now) / 2

    half = committed(settle)
    asked = together(*[lambda s: overdue.ask_again(s, now=half)] * 3)
    assert sorted(str(one) for one in asked) == ["0", "0", "1"]
