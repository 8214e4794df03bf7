"""Taking a sign-up back, and taking that back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.reminders.models import Reminder
from service.roster import actions as roster
from service.roster import overdue, refitting
from service.roster.models import Assignment
from service.settings import Settings
from service.signups import actions, following, queries
from service.signups.models import MOVES, ForbiddenMove, SignUp
from service.terms import AssignmentState, Mode, ReleaseReason, SignUpState, UnsentReason
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.invariants import check
from tests.ledger import audited, facts
from tests.outbox import follow

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DEADLINE = START - 2 * HOUR


def role_of(session: Session, places: int = 1, **details: Any) -> ShiftRole:
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=places)]
    shift = factories.shift_on(session, factories.community(session), START, roles=roles, **details)
    return factories.only_role(session, shift)


def person(session: Session, name: str = "甲") -> Volunteer:
    return factories.volunteer(session, factories.community(session), name)


def place_of(session: Session, signup: SignUp) -> Assignment:
    statement = select(Assignment).where(Assignment.signup_id == signup.id).order_by(Assignment.id.desc()).limit(1)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def taken(session: Session, role: ShiftRole) -> int:
    return session.get_one(ShiftRole, role.id, populate_existing=True).taken


def offered(session: Session, role: ShiftRole, now: datetime) -> SignUp:
    """Somebody who waited and has been offered the place; a third person waits behind her."""
    first, second, third = (factories.sign_up(session, person(session, name), role) for name in "甲乙丙")
    actions.withdraw(session, signup_id=first.id, now=now - HOUR)
    overdue.hand_on_places(session, now=now)
    following.promote(session, shift_role_id=role.id, now=now)
    assert (second.state, third.state) == (SignUpState.PENDING, SignUpState.WAITLISTED)
    return second


# --- withdrawing ---


def test_a_place_can_be_given_back_up_to_the_deadline(session: Session) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)

    with pytest.raises(actions.TooLateToWithdraw) as late:
        actions.withdraw(session, signup_id=signup.id, now=DEADLINE + timedelta(microseconds=1))
    assert (late.value.deadline, late.value.contact_phone) == (DEADLINE, "0371-64350001")
    assert place_of(session, signup).state == AssignmentState.CONFIRMED

    actions.withdraw(session, signup_id=signup.id, now=DEADLINE)
    assert signup.state == SignUpState.WITHDRAWN


def test_close_to_the_start_the_place_is_handed_on_at_once(session: Session) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    actions.withdraw(session, signup_id=signup.id, now=DEADLINE)

    assert (signup.undo_until, taken(session, role)) == (None, 0)
    assert facts(session, "PlaceFreed") == [("PlaceFreed", role.id)]


def test_who_only_waits_may_leave_the_queue_at_any_time(session: Session) -> None:
    role = role_of(session)
    factories.sign_up(session, person(session, "甲"), role)
    waiting = factories.sign_up(session, person(session, "乙"), role)
    actions.withdraw(session, signup_id=waiting.id, now=START - MINUTE)

    assert waiting.state == SignUpState.WITHDRAWN
    assert (taken(session, role), facts(session, "AssignmentReleased", "PlaceFreed")) == (1, [])


def test_an_offer_not_yet_accepted_may_be_left_at_any_time(session: Session) -> None:
    signup = offered(session, role_of(session), START - 3 * HOUR)
    actions.withdraw(session, signup_id=signup.id, now=DEADLINE + MINUTE)

    assert (signup.state, place_of(session, signup).state) == (SignUpState.WITHDRAWN, AssignmentState.RELEASED)


def test_who_has_checked_in_does_not_withdraw_after_the_deadline(session: Session) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    session.execute(update(Assignment).values(state=AssignmentState.CHECKED_IN))

    with pytest.raises(actions.TooLateToWithdraw):
        actions.withdraw(session, signup_id=signup.id, now=START)


def test_withdrawing_twice_tells_once(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    actions.withdraw(session, signup_id=signup.id, now=now, by=7)
    actions.withdraw(session, signup_id=signup.id, now=now + MINUTE, by=8)

    assert signup.withdrawn_at == now
    assert facts(session, "SignUpWithdrawn") == [("SignUpWithdrawn", signup.id)]
    assert audited(session)[-1] == ("withdrew", "signup", signup.id, 7)


@pytest.mark.parametrize("state", [SignUpState.DECLINED, SignUpState.EXPIRED])
def test_what_has_ended_is_not_withdrawn(session: Session, now: datetime, state: SignUpState) -> None:
    signup = factories.sign_up(session, person(session), role_of(session, mode=Mode.MATCHED))
    signup.move(state)
    session.flush()

    with pytest.raises(ForbiddenMove):
        actions.withdraw(session, signup_id=signup.id, now=now)


# --- undoing ---


def test_undo_brings_the_same_place_back(session: Session, now: datetime) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    place = place_of(session, signup)
    actions.withdraw(session, signup_id=signup.id, now=now)
    actions.undo_withdrawal(session, signup_id=signup.id, now=now + 10 * MINUTE)

    assert place_of(session, signup) is place
    assert (signup.state, place.state, taken(session, role)) == (SignUpState.CONFIRMED, AssignmentState.CONFIRMED, 1)
    assert (signup.withdrawn_at, signup.undo_until, place.place_held_until, place.release_reason) == (None,) * 4
    assert facts(session, "AssignmentConfirmed") == [("AssignmentConfirmed", place.id)] * 2
    assert overdue.hand_on_places(session, now=now + HOUR) == 0


def test_undo_brings_the_same_rank_back(session: Session, now: datetime) -> None:
    role = role_of(session)
    _, second, third = (factories.sign_up(session, person(session, name), role) for name in "甲乙丙")
    actions.withdraw(session, signup_id=second.id, now=now)
    assert queries.waitlist_position(session, third) == 1
    actions.undo_withdrawal(session, signup_id=second.id, now=now + MINUTE)

    assert [queries.waitlist_position(session, signup) for signup in (second, third)] == [1, 2]


def test_undo_brings_an_open_offer_back(session: Session, now: datetime) -> None:
    role = role_of(session)
    signup = offered(session, role, now)
    deadline = place_of(session, signup).answer_by
    actions.withdraw(session, signup_id=signup.id, now=now)
    actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)

    place = place_of(session, signup)
    assert (signup.state, place.state, place.answer_by) == (SignUpState.PENDING, AssignmentState.OFFERED, deadline)
    assert (taken(session, role), overdue.hand_on_places(session, now=now + HOUR)) == (1, 0)
    roster.accept(session, assignment_id=place.id, now=now + 2 * MINUTE)
    following.settle(session, assignment_ids=[place.id])
    assert signup.state == SignUpState.CONFIRMED


def test_undo_of_a_sign_up_that_awaits_the_matcher(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session, mode=Mode.MATCHED))
    actions.withdraw(session, signup_id=signup.id, now=now)

    assert actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE).state == SignUpState.PENDING


def test_what_follows_the_withdrawal_late_does_not_spoil_the_undo(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    actions.withdraw(session, signup_id=signup.id, now=now)
    actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)
    following.settle(session, assignment_ids=[place_of(session, signup).id])

    assert signup.state == SignUpState.CONFIRMED


def test_undo_does_not_bring_back_an_offer_that_had_just_expired(session: Session, now: datetime) -> None:
    """She withdraws after her offer expired and before her sign-up has followed it: there is nothing to go back to."""
    role = role_of(session)
    signup = offered(session, role, now)
    place = place_of(session, signup)
    assert place.answer_by is not None
    assert overdue.expire_offers(session, now=place.answer_by) == 1
    actions.withdraw(session, signup_id=signup.id, now=place.answer_by)
    following.settle(session, assignment_ids=[place.id])

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=place.answer_by + MINUTE)
    assert signup.state == SignUpState.WITHDRAWN


def test_undo_does_not_bring_back_a_place_she_had_just_given_up(session: Session, now: datetime) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    place = place_of(session, signup)
    roster.decline(session, assignment_id=place.id, now=now)
    actions.withdraw(session, signup_id=signup.id, now=now)
    following.settle(session, assignment_ids=[place.id])

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)
    assert signup.state == SignUpState.WITHDRAWN


def test_ten_minutes_are_ten_minutes(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    actions.withdraw(session, signup_id=signup.id, now=now)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + 10 * MINUTE + timedelta(microseconds=1))


def test_a_place_handed_on_does_not_come_back(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    actions.withdraw(session, signup_id=signup.id, now=now)
    overdue.hand_on_places(session, now=now + 10 * MINUTE)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + 10 * MINUTE)
    assert signup.state == SignUpState.WITHDRAWN


def test_who_signs_up_anew_has_the_place_that_is_kept_for_her(session: Session, now: datetime) -> None:
    """Else she would wait behind her own empty place, or hold two."""
    role, her = role_of(session), person(session)
    signup = factories.sign_up(session, her, role, now=now)
    actions.withdraw(session, signup_id=signup.id, now=now)

    assert factories.sign_up(session, her, role, now=now + 9 * MINUTE) is signup
    assert (signup.state, place_of(session, signup).state) == (SignUpState.CONFIRMED, AssignmentState.CONFIRMED)
    assert taken(session, role) == 1


def test_who_signs_up_anew_when_it_is_not_kept_any_more_asks_like_anybody(session: Session, now: datetime) -> None:
    role, her = role_of(session), person(session)
    signup = factories.sign_up(session, her, role, now=now)
    actions.withdraw(session, signup_id=signup.id, now=now)
    overdue.hand_on_places(session, now=now + 10 * MINUTE)

    again = factories.sign_up(session, her, role, now=now + 11 * MINUTE)
    assert (again.id == signup.id, again.state, taken(session, role)) == (False, SignUpState.CONFIRMED, 1)


def test_an_offer_handed_on_does_not_come_back(session: Session, now: datetime) -> None:
    """At the end of the ten minutes to the second: a sign-up that asks for a place and has none would wait for good."""
    signup = offered(session, role_of(session), now)
    actions.withdraw(session, signup_id=signup.id, now=now)
    assert signup.undo_until is not None
    overdue.hand_on_places(session, now=signup.undo_until)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=signup.undo_until)
    assert signup.state == SignUpState.WITHDRAWN


def test_who_took_another_duty_meanwhile_keeps_that_one(session: Session, now: datetime) -> None:
    role, other = role_of(session), role_of(session)
    who = person(session)
    signup = factories.sign_up(session, who, role)
    actions.withdraw(session, signup_id=signup.id, now=now)
    factories.sign_up(session, who, other, now=now + MINUTE)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + 2 * MINUTE)


def test_undo_holds_the_weekly_limit(session: Session, now: datetime) -> None:
    area, who = factories.community(session), person(session)
    who.weekly_hours = 3
    role = role_of(session)
    tuesday = factories.only_role(session, factories.shift_on(session, area, START - timedelta(days=4)))
    signup = factories.sign_up(session, who, role)
    actions.withdraw(session, signup_id=signup.id, now=now)
    factories.sign_up(session, who, tuesday, now=now + MINUTE)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + 2 * MINUTE)


def test_who_signed_up_for_another_role_has_nothing_to_undo(session: Session, now: datetime) -> None:
    roles = [RolePlan(name=name, min_needed=0, max_needed=2) for name in ("引导员", "登记")]
    made = factories.activity(session, factories.community(session), roles=roles)
    role, other = factories.shifts(session, made)[0].roles
    who = person(session)
    signup = factories.sign_up(session, who, role)
    actions.withdraw(session, signup_id=signup.id, now=now)
    anew = factories.sign_up(session, who, other, now=now + MINUTE)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + 2 * MINUTE)
    assert (anew.state, signup.state) == (SignUpState.CONFIRMED, SignUpState.WITHDRAWN)


def test_a_cancelled_shift_does_not_get_people_back(session: Session, now: datetime) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    actions.withdraw(session, signup_id=signup.id, now=now)
    activities.cancel_shift(session, role.shift_id, reason="下雨", now=now, account_id=None)
    following.close_cancelled_shift(session, shift_id=role.shift_id)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)


def test_a_shift_moved_meanwhile_takes_her_back_at_its_new_time(session: Session, now: datetime) -> None:
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    shift = session.get_one(Shift, role.shift_id)
    actions.withdraw(session, signup_id=signup.id, now=now)
    activities.move_shift(
        session, shift, starts_at=START + 24 * HOUR, ends_at=START + 25 * HOUR, now=now, account_id=None
    )
    refitting.refit(session, shift_id=shift.id)
    actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)

    assert place_of(session, signup).occupies == roster.occupied(shift)


def test_reminders_of_a_shift_moved_near_while_she_was_away_say_why_they_are_not_sent(
    session: Session, now: datetime
) -> None:
    """Not "she does not hold the place": she does again; but three days before has passed."""
    role = role_of(session)
    signup = factories.sign_up(session, person(session), role)
    follow(session, now=now)
    shift, tomorrow = session.get_one(Shift, role.shift_id), now + 24 * HOUR
    actions.withdraw(session, signup_id=signup.id, now=now)
    activities.move_shift(session, shift, starts_at=tomorrow, ends_at=tomorrow + HOUR, now=now, account_id=None)
    follow(session, now=now)
    actions.undo_withdrawal(session, signup_id=signup.id, now=now + MINUTE)
    follow(session, now=now + MINUTE)

    rows = session.scalars(select(Reminder).where(Reminder.lead_time == "P3D"))
    assert [reminder.unsent_reason for reminder in rows] == [UnsentReason.TOO_LATE]


# --- states, and two at once ---


@pytest.mark.parametrize("was", SignUpState)
@pytest.mark.parametrize("to", SignUpState)
def test_moves(was: SignUpState, to: SignUpState) -> None:
    signup = SignUp(state=was)
    if to in MOVES[was]:
        signup.move(to)
        assert signup.state == to
    else:
        with pytest.raises(ForbiddenMove):
            signup.move(to)
        assert signup.state == was


def test_undo_and_handing_on_at_once_end_one_way_or_the_other(database: Settings, now: datetime) -> None:
    def prepare(session: Session) -> tuple[int, int]:
        role = role_of(session)
        signup = factories.sign_up(session, person(session), role)
        actions.withdraw(session, signup_id=signup.id, now=now)
        return signup.id, role.id

    signup_id, role_id = committed(prepare)
    moment = now + 10 * MINUTE
    undone, handed_on = together(
        lambda s: actions.undo_withdrawal(s, signup_id=signup_id, now=moment),
        lambda s: overdue.hand_on_places(s, now=moment),
    )
    assert isinstance(undone, SignUp) != (handed_on == 1)
    assert committed(lambda s: s.get_one(ShiftRole, role_id).taken) == int(isinstance(undone, SignUp))
    assert [line for line in committed(lambda s: check(s, now=now)) if "counts as taken" in line] == []


def test_a_kept_place_has_its_reason(session: Session, now: datetime) -> None:
    signup = factories.sign_up(session, person(session), role_of(session))
    actions.withdraw(session, signup_id=signup.id, now=now)

    place = place_of(session, signup)
    assert (place.release_reason, place.place_held_until) == (ReleaseReason.WITHDREW, now + 10 * MINUTE)
