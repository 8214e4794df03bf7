"""What follows: the queue moves in order, sign-ups settle, a cancelled shift lets everybody go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.signups import actions, following, queries
from service.signups.models import SignUp
from service.terms import AssignmentState, Mode, QualificationKind, ReleaseReason, SignUpState
from service.volunteers.models import Volunteer
from tests import factories
from tests.invariants import check
from tests.ledger import facts
from tests.outbox import follow

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def role_of(session: Session, places: int = 1, **details: Any) -> ShiftRole:
    requires = details.pop("requires", ())
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=places, requires=requires)]
    shift = factories.shift_on(session, factories.community(session), START, roles=roles, **details)
    return factories.only_role(session, shift)


def people(session: Session, names: str) -> list[Volunteer]:
    return [factories.volunteer(session, factories.community(session), name) for name in names]


def queue(session: Session, role: ShiftRole, names: str) -> list[SignUp]:
    """These people signed up, in this order."""
    return [factories.sign_up(session, person, role) for person in people(session, names)]


def free(session: Session, signup: SignUp, now: datetime) -> None:
    """She withdraws for good."""
    actions.withdraw(session, signup_id=signup.id, now=now - HOUR)
    overdue.hand_on_places(session, now=now)


def states(signed_up: list[SignUp]) -> list[SignUpState]:
    return [signup.state for signup in signed_up]


C, W, P = SignUpState.CONFIRMED, SignUpState.WAITLISTED, SignUpState.PENDING


# --- the queue moves ---


def test_the_time_to_answer_shortens_towards_the_start(session: Session, now: datetime) -> None:
    """One after the other is asked and says nothing; each has less time than the one before."""
    role = role_of(session)
    holder, *waiting = queue(session, role, "甲乙丙丁戊己")
    free(session, holder, START - 23 * HOUR)
    moment, waits = START - 23 * HOUR, []
    for signup in waiting:
        following.promote(session, shift_role_id=role.id, now=moment)
        offer = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
        assert offer.answer_by is not None
        waits.append(offer.answer_by - moment)
        moment = offer.answer_by + MINUTE
        if moment >= START:
            break
        overdue.expire_offers(session, now=moment)
    assert len(waits) >= 4
    assert waits == sorted(waits, reverse=True)


def test_in_the_night_before_a_morning_shift_nobody_is_promoted_unasked(session: Session, now: datetime) -> None:
    """She is asked; asleep, she is not expected anywhere, and has until an hour before the start to say so."""
    role = role_of(session)
    holder, waiting = queue(session, role, "甲乙")
    eleven = START - 10 * HOUR
    free(session, holder, eleven)
    following.promote(session, shift_role_id=role.id, now=eleven)
    offer = session.scalars(select(Assignment).where(Assignment.signup_id == waiting.id)).one()
    assert (waiting.state, offer.state) == (P, AssignmentState.OFFERED)
    assert offer.answer_by == START - HOUR

    overdue.expire_offers(session, now=START - HOUR - MINUTE)
    assert offer.state == AssignmentState.OFFERED, "until that moment she may say yes"
    overdue.expire_offers(session, now=START - HOUR)
    follow(session, now=START - HOUR)
    assert (waiting.state, offer.release_reason) == (SignUpState.EXPIRED, ReleaseReason.OFFER_EXPIRED)


def test_the_place_is_offered_to_who_asked_first(session: Session, now: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙丙")
    free(session, asked[0], now)

    assert following.promote(session, shift_role_id=role.id, now=now) == 1
    assert following.promote(session, shift_role_id=role.id, now=now) == 0
    assert states(asked) == [SignUpState.WITHDRAWN, P, W]
    assert queries.waitlist_position(session, asked[2]) == 1


def test_as_many_are_asked_as_places_are_free(session: Session, now: datetime) -> None:
    role = role_of(session, places=3)
    asked = queue(session, role, "甲乙丙丁戊己庚")
    for signup in asked[:3]:
        actions.withdraw(session, signup_id=signup.id, now=now - HOUR)
    overdue.hand_on_places(session, now=now)

    assert following.promote(session, shift_role_id=role.id, now=now) == 3
    assert states(asked[3:]) == [P, P, P, W]


def test_who_cannot_serve_is_passed_over_and_keeps_her_rank(session: Session, now: datetime) -> None:
    role = role_of(session, requires=(QualificationKind.DOCTOR,))
    who = people(session, "甲乙丙丁")
    for person in who:
        factories.qualified(session, person, QualificationKind.DOCTOR, until=date(2027, 1, 1))
    asked = [factories.sign_up(session, person, role) for person in who]
    busy, lapsed = who[1], who[2]
    factories.sign_up(session, busy, role_of(session, title="巡逻"))
    lapsed.qualifications[0].valid_until = date(2026, 11, 27)
    session.flush()
    free(session, asked[0], now)
    following.promote(session, shift_role_id=role.id, now=now)

    assert states(asked[1:]) == [W, W, P]
    assert [queries.waitlist_position(session, signup) for signup in asked[1:3]] == [1, 2]


def test_nobody_new_overtakes_the_queue(session: Session, now: datetime) -> None:
    """Between a place coming free and its being offered, somebody new asks."""
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    free(session, asked[0], now)
    [newcomer] = queue(session, role, "丙")

    assert newcomer.state == W
    following.promote(session, shift_role_id=role.id, now=now)
    assert (asked[1].state, newcomer.state) == (P, W)


def test_a_newcomer_gets_the_place_nobody_before_her_can_take(session: Session, now: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    factories.sign_up(session, session.get_one(Volunteer, asked[1].volunteer_id), role_of(session, title="巡逻"))
    free(session, asked[0], now)
    [newcomer] = queue(session, role, "丙")
    following.catch_up(session, signup_ids=[newcomer.id], now=now)

    assert (asked[1].state, newcomer.state) == (W, P)


def test_a_duty_the_rules_do_not_see_stops_one_person_only(session: Session, now: datetime) -> None:
    """The constraint refuses the first in line, for a row that is out of date: the next is asked."""
    role, other = role_of(session), role_of(session, title="巡逻")
    asked = queue(session, role, "甲乙丙")
    duty = factories.sign_up(session, session.get_one(Volunteer, asked[1].volunteer_id), role_of_week(session))
    place = session.scalars(select(Assignment).where(Assignment.signup_id == duty.id)).one()
    place.occupies = roster.occupied(other.shift)
    session.flush()
    free(session, asked[0], now)

    assert following.promote(session, shift_role_id=role.id, now=now) == 1
    assert states(asked[1:]) == [W, P]
    assert session.get_one(ShiftRole, role.id, populate_existing=True).taken == 1


def role_of_week(session: Session) -> ShiftRole:
    """A role far from START, in the same week."""
    shift = factories.shift_on(session, factories.community(session), START - timedelta(days=3), title="周三")
    return factories.only_role(session, shift)


@pytest.mark.parametrize("moment", [START, START + HOUR])
def test_nobody_is_asked_once_the_shift_has_begun(session: Session, now: datetime, moment: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    free(session, asked[0], now)

    assert following.promote(session, shift_role_id=role.id, now=moment) == 0


def test_nobody_is_asked_for_a_cancelled_shift(session: Session, now: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    free(session, asked[0], now)
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)

    assert following.promote(session, shift_role_id=role.id, now=now) == 0


def test_who_can_take_the_place_later_is_found_by_the_sweep(session: Session, now: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    other = factories.sign_up(
        session, session.get_one(Volunteer, asked[1].volunteer_id), role_of(session, title="巡逻")
    )
    free(session, asked[0], now)
    following.promote(session, shift_role_id=role.id, now=now)
    assert states(asked[1:]) == [W]

    actions.withdraw(session, signup_id=other.id, now=now)
    assert queries.roles_to_fill(session, now=now) == [role.id]
    assert queries.roles_to_fill(session, now=START) == []
    assert following.promote(session, shift_role_id=role.id, now=now) == 1
    assert queries.roles_to_fill(session, now=now) == []


# --- sign-ups settle ---


def offered(session: Session, now: datetime) -> tuple[SignUp, Assignment]:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    free(session, asked[0], now)
    following.promote(session, shift_role_id=role.id, now=now)
    return asked[1], session.scalars(select(Assignment).where(Assignment.signup_id == asked[1].id)).one()


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (AssignmentState.OFFERED, None, P),
        (AssignmentState.CONFIRMED, None, C),
        (AssignmentState.DECLINED, None, SignUpState.DECLINED),
        (AssignmentState.RELEASED, ReleaseReason.OFFER_EXPIRED, SignUpState.EXPIRED),
        (AssignmentState.RELEASED, ReleaseReason.COORDINATOR, SignUpState.DECLINED),
        (AssignmentState.RELEASED, ReleaseReason.REPLANNED, SignUpState.DECLINED),
        (AssignmentState.RELEASED, ReleaseReason.SHIFT_CANCELLED, SignUpState.DECLINED),
        (AssignmentState.RELEASED, ReleaseReason.WITHDREW, P),  # the withdrawal itself moved it, or an undo did
        # Marked before her yes was settled: it was a yes all the same.
        (AssignmentState.CHECKED_IN, None, C),
        (AssignmentState.COMPLETED, None, C),
        (AssignmentState.NO_SHOW, None, C),
    ],
)
def test_a_sign_up_follows_its_assignment(
    session: Session, now: datetime, state: AssignmentState, reason: ReleaseReason | None, expected: SignUpState
) -> None:
    signup, place = offered(session, now)
    session.execute(update(Assignment).where(Assignment.id == place.id).values(state=state, release_reason=reason))
    for _ in range(2):
        following.settle(session, assignment_ids=[place.id])
        assert signup.state == expected


@pytest.mark.parametrize("ended", [SignUpState.WITHDRAWN, SignUpState.DECLINED, SignUpState.EXPIRED])
def test_what_has_ended_stays_ended(session: Session, now: datetime, ended: SignUpState) -> None:
    signup, place = offered(session, now)
    roster.accept(session, assignment_id=place.id, now=now)
    signup.move(ended)
    session.flush()
    following.settle(session, assignment_ids=[place.id])

    assert signup.state == ended


def test_a_no_does_not_end_a_sign_up_that_is_offered_a_place_again(session: Session, now: datetime) -> None:
    """A plan offered her another place before anybody had time to settle her no; then she says yes."""
    signup, place = offered(session, now)
    roster.decline(session, assignment_id=place.id, now=now)
    row = queries.opening(session, shift_id=signup.shift_id, shift_role_id=signup.shift_role_id)
    assert row is not None
    again = roster.offer(session, row=row, volunteer_id=signup.volunteer_id, signup_id=signup.id, now=now)
    assert again is not None
    following.settle(session, assignment_ids=[place.id])
    assert states([signup]) == [P]
    roster.accept(session, assignment_id=again.id, now=now)
    following.settle(session, assignment_ids=[again.id])
    assert states([signup]) == [C]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_place_she_gave_up_does_not_end_a_sign_up_that_led_to_another(
    session: Session, now: datetime, order: tuple[int, int]
) -> None:
    """She says no, and takes a place of the same role on the telephone before the no is settled."""
    signup, place = offered(session, now)
    roster.decline(session, assignment_id=place.id, now=now)
    row = queries.opening(session, shift_id=signup.shift_id, shift_role_id=signup.shift_role_id)
    assert row is not None
    again = roster.take(session, row=row, volunteer_id=signup.volunteer_id, signup_id=signup.id, now=now)
    assert again is not None
    for which in order:
        following.settle(session, assignment_ids=[(place.id, again.id)[which]])

    assert signup.state == SignUpState.CONFIRMED


def test_an_assignment_without_a_sign_up_settles_nothing(session: Session, now: datetime) -> None:
    _, place = offered(session, now)
    session.execute(update(Assignment).values(signup_id=None))

    following.settle(session, assignment_ids=[place.id])


# --- a cancelled shift ---


def test_everybody_is_let_go_and_each_told_once(session: Session, now: datetime) -> None:
    role = role_of(session, places=2)
    asked = queue(session, role, "甲乙丙丁")
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)
    follow(session, now=now)

    assert states(asked) == [SignUpState.DECLINED] * 4
    assert session.get_one(ShiftRole, role.id, populate_existing=True).taken == 0
    assert [kind for kind, _ in facts(session, "AssignmentReleased")] == ["AssignmentReleased"] * 2
    assert facts(session, "SignUpDeclined") == [("SignUpDeclined", signup.id) for signup in asked[2:]]
    assert [line for line in check(session, now=now) if "cancelled" in line or "taken" in line] == []


def test_closing_a_cancelled_shift_twice_does_nothing_more(session: Session, now: datetime) -> None:
    role = role_of(session)
    queue(session, role, "甲乙")
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)
    following.close_cancelled_shift(session, shift_id=role.shift_id)
    before = facts(session)
    following.close_cancelled_shift(session, shift_id=role.shift_id)

    assert facts(session) == before


@pytest.mark.parametrize("state", [AssignmentState.CHECKED_IN, AssignmentState.COMPLETED, AssignmentState.NO_SHOW])
def test_who_came_keeps_her_record(session: Session, now: datetime, state: AssignmentState) -> None:
    """Called off in the middle: what was, was."""
    role = role_of(session, places=2)
    asked = queue(session, role, "甲乙")
    came = session.scalars(select(Assignment).where(Assignment.signup_id == asked[0].id)).one()
    came.state = state
    session.flush()
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=START + HOUR, account_id=None)
    follow(session, now=START + HOUR)

    assert (came.state, states(asked)) == (state, [C, SignUpState.DECLINED])
    assert [line for line in check(session, now=now) if "cancelled" in line] == []


def test_a_kept_place_of_a_cancelled_shift_is_offered_to_nobody(session: Session, now: datetime) -> None:
    role = role_of(session)
    asked = queue(session, role, "甲乙")
    actions.withdraw(session, signup_id=asked[0].id, now=now)
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)
    follow(session, now=now)
    overdue.hand_on_places(session, now=now + HOUR)
    follow(session, now=now + HOUR)

    assert states(asked) == [SignUpState.WITHDRAWN, SignUpState.DECLINED]
    assert facts(session, "AssignmentOffered") == []


def test_a_matched_shift_declines_those_who_await_the_matcher(session: Session, now: datetime) -> None:
    role = role_of(session, mode=Mode.MATCHED)
    asked = queue(session, role, "甲乙")
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)
    follow(session, now=now)

    assert states(asked) == [SignUpState.DECLINED] * 2
