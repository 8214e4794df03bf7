"""Reminders are planned, dropped, opened again, and settled: each ends in a message or with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift
from service.calendars.rules import local
from service.notifications.models import Notification
from service.places.models import Area
from service.reminders import actions, planning
from service.reminders.models import Reminder
from service.reminders.queries import of_assignments
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE
from service.signups import actions as signups
from service.signups import following
from service.terms import (
    ConsentHow,
    ConsentPurpose,
    NotificationState,
    ReminderState,
    SignUpVia,
    UnsentReason,
)
from service.volunteers import actions as volunteers
from service.volunteers.models import Consent, Volunteer
from tests import factories
from tests.outbox import follow

#: The shift of most tests: Saturday 28 November 2026, 9:00 to 11:00.
START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


def place(session: Session, person: Volunteer, starts_at: datetime = START) -> Assignment:
    """A confirmed place of this person in a shift of her community, as an instant sign-up gives it."""
    shift = factories.shift_on(session, session.get_one(Area, person.area_id), starts_at)
    signup = signups.sign_up(
        session,
        volunteer_id=person.id,
        shift_id=shift.id,
        shift_role_id=factories.only_role(session, shift).id,
        now=factories.NOW,
        via=SignUpVia.WEB,
    )
    return session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()


@pytest.fixture
def person(session: Session) -> Volunteer:
    return factories.volunteer(session, factories.community(session))


@pytest.fixture
def assignment(session: Session, person: Volunteer, now: datetime) -> Assignment:
    """A place of START, its reminders planned."""
    made = place(session, person)
    planning.plan(session, assignment_ids=[made.id], now=now)
    return made


def standing(session: Session, assignment: Assignment) -> dict[str, str]:
    """Lead time → local due time while planned, else the state or the reason."""
    return {
        name: f"{local(r.due_at):%m-%d %H:%M}" if r.state == ReminderState.PLANNED else str(r.unsent_reason or r.state)
        for name, r in ((r.lead_time, r) for r in of_assignments(session, [assignment.id]))
    }


def messages(session: Session, person: Volunteer) -> list[tuple[str, list[int]]]:
    rows = session.scalars(select(Notification).where(Notification.volunteer_id == person.id).order_by(Notification.id))
    return [(row.key, row.subject_ids["assignment_ids"]) for row in rows]


def test_a_confirmed_place_gets_a_row_for_each_lead_time(session: Session, assignment: Assignment) -> None:
    assert standing(session, assignment) == {"P3D": "11-25 09:00", "eve20:00": "11-27 20:00", "PT2H": "11-27 20:30"}


def test_planning_twice_changes_nothing(session: Session, assignment: Assignment, now: datetime) -> None:
    before = standing(session, assignment)
    planning.plan(session, assignment_ids=[assignment.id], now=now)
    assert standing(session, assignment) == before


def test_an_offer_is_not_reminded_of(session: Session, person: Volunteer, now: datetime) -> None:
    made = place(session, person)
    roster.decline(session, assignment_id=made.id, now=now)
    planning.plan(session, assignment_ids=[made.id], now=now)
    assert standing(session, made) == {}


def test_her_own_lead_times_go_before_those_of_the_activity(session: Session, person: Volunteer, now: datetime) -> None:
    person.lead_times = ["eve19:00", "PT1H"]
    made = place(session, person)
    planning.plan(session, assignment_ids=[made.id], now=now)
    assert standing(session, made) == {"eve19:00": "11-27 19:00", "PT1H": "11-28 08:00"}


def choose(session: Session, person: Volunteer, *lead_times: str, now: datetime) -> None:
    """She chooses, and what follows from it has been done."""
    changes = {"lead_times": list(lead_times) or None}
    volunteers.revise(session, person, changes=changes, account_id=1, now=now)
    follow(session, now=now)


def test_what_is_queued_follows_what_she_chooses_anew(
    session: Session, person: Volunteer, assignment: Assignment, now: datetime
) -> None:
    before = standing(session, assignment)
    choose(session, person, "eve19:00", now=now)
    gone = dict.fromkeys(before, str(UnsentReason.SUPERSEDED))
    assert standing(session, assignment) == gone | {"eve19:00": "11-27 19:00"}

    choose(session, person, now=now)
    assert standing(session, assignment) == before | {"eve19:00": str(UnsentReason.SUPERSEDED)}


def test_what_was_said_stays_said_when_she_chooses_anew(
    session: Session, person: Volunteer, assignment: Assignment
) -> None:
    actions.settle_due(session, now=at("11-25 09:00"))
    choose(session, person, "eve20:00", now=at("11-26 10:00"))
    assert standing(session, assignment) == {
        "P3D": ReminderState.SENT,
        "eve20:00": "11-27 20:00",
        "PT2H": UnsentReason.SUPERSEDED,
    }


def test_who_chooses_too_late_for_all_of_them_is_still_reminded(
    session: Session, person: Volunteer, now: datetime
) -> None:
    made = place(session, person, at("11-28 14:00").astimezone(UTC))
    planning.plan(session, assignment_ids=[made.id], now=now)
    choose(session, person, "eve20:00", now=at("11-28 09:00"))
    assert standing(session, made)["eve20:00"] == "11-28 12:00"


def test_choosing_changes_nothing_for_what_is_over_or_given_up(
    session: Session, person: Volunteer, assignment: Assignment, now: datetime
) -> None:
    follow(session, now=now)
    before = standing(session, assignment)
    choose(session, person, "eve19:00", now=START)
    assert standing(session, assignment) == before

    other = place(session, person, START + timedelta(days=7))
    planning.plan(session, assignment_ids=[other.id], now=now)
    roster.decline(session, assignment_id=other.id, now=now)
    planning.drop(session, assignment_ids=[other.id], now=now)
    choose(session, person, "eve18:00", now=now)
    assert "eve18:00" not in standing(session, other)


def test_who_did_not_agree_has_rows_that_say_so(session: Session, now: datetime) -> None:
    area = factories.community(session)
    unwilling = factories.volunteer(session, area, purposes=[ConsentPurpose.SERVICE])
    made = place(session, unwilling)
    planning.plan(session, assignment_ids=[made.id], now=now)
    assert set(standing(session, made).values()) == {UnsentReason.NO_CONSENT}


def test_a_withdrawal_drops_and_its_undo_opens_again(session: Session, assignment: Assignment, now: datetime) -> None:
    before = standing(session, assignment)
    assert assignment.signup_id is not None
    signups.withdraw(session, signup_id=assignment.signup_id, now=now)
    planning.drop(session, assignment_ids=[assignment.id], now=now)
    assert set(standing(session, assignment).values()) == {UnsentReason.NOT_HOLDING}

    later = now + timedelta(minutes=5)
    signups.undo_withdrawal(session, signup_id=assignment.signup_id, now=later)
    planning.plan(session, assignment_ids=[assignment.id], now=later)
    assert standing(session, assignment) == before


def test_a_drop_that_comes_after_the_undo_drops_nothing(
    session: Session, assignment: Assignment, now: datetime
) -> None:
    before = standing(session, assignment)
    planning.drop(session, assignment_ids=[assignment.id], now=now)
    assert standing(session, assignment) == before


def test_a_cancelled_shift_leaves_that_as_the_reason(session: Session, assignment: Assignment, now: datetime) -> None:
    activities.cancel_shift(session, assignment.shift_id, reason="大风", now=now, account_id=None)
    following.close_cancelled_shift(session, shift_id=assignment.shift_id)
    planning.drop(session, assignment_ids=[assignment.id], now=now)
    assert set(standing(session, assignment).values()) == {UnsentReason.CANCELLED}


def test_what_was_said_stays_said_after_an_undone_withdrawal(session: Session, assignment: Assignment) -> None:
    wednesday = at("11-25 09:00")
    assert actions.settle_due(session, now=wednesday).reminders == 1
    assert assignment.signup_id is not None
    signups.withdraw(session, signup_id=assignment.signup_id, now=wednesday)
    planning.drop(session, assignment_ids=[assignment.id], now=wednesday)
    signups.undo_withdrawal(session, signup_id=assignment.signup_id, now=wednesday)
    planning.plan(session, assignment_ids=[assignment.id], now=wednesday)
    assert standing(session, assignment) == {"P3D": "sent", "eve20:00": "11-27 20:00", "PT2H": "11-27 20:30"}


def test_what_was_handed_over_but_never_went_is_opened_again(session: Session, assignment: Assignment) -> None:
    wednesday = at("11-25 09:00")
    actions.settle_due(session, now=wednesday)
    message = session.scalars(select(Notification)).one()
    message.state, message.unsent_reason = NotificationState.UNSENT, UnsentReason.NOT_HOLDING
    session.flush()
    shift = session.get_one(Shift, assignment.shift_id)
    shift.starts_at, shift.ends_at = START + timedelta(hours=1), START + timedelta(hours=3)
    planning.plan(session, assignment_ids=[assignment.id], now=wednesday)
    assert standing(session, assignment)["P3D"] == "11-25 10:00"


def test_a_lead_time_the_activity_no_longer_has_is_superseded(
    session: Session, assignment: Assignment, now: datetime
) -> None:
    session.get_one(Shift, assignment.shift_id).activity.lead_times = ["P1D"]
    planning.plan(session, assignment_ids=[assignment.id], now=now)
    superseded = dict.fromkeys(("P3D", "eve20:00", "PT2H"), str(UnsentReason.SUPERSEDED))
    assert standing(session, assignment) == {**superseded, "P1D": "11-27 09:00"}


def test_reminders_follow_a_moved_shift_also_those_said_for_the_former_time(
    session: Session, assignment: Assignment
) -> None:
    wednesday = at("11-25 09:00")
    actions.settle_due(session, now=wednesday)
    shift = session.get_one(Shift, assignment.shift_id)
    week = timedelta(days=7)
    activities.move_shift(
        session,
        shift,
        starts_at=START + week,
        ends_at=START + week + timedelta(hours=2),
        now=wednesday,
        account_id=None,
    )
    planning.replan_shift(session, shift_id=shift.id, now=wednesday)
    assert standing(session, assignment) == {"P3D": "12-02 09:00", "eve20:00": "12-04 20:00", "PT2H": "12-04 20:30"}
    assert len(session.scalars(select(Reminder)).all()) == 3


def test_what_was_said_stays_said_when_a_moved_shift_is_too_near_to_say_it_again(
    session: Session, assignment: Assignment
) -> None:
    evening = at("11-27 20:00")
    actions.settle_due(session, now=at("11-25 09:00"))
    actions.settle_due(session, now=evening)
    shift = session.get_one(Shift, assignment.shift_id)
    shift.starts_at, shift.ends_at = START + timedelta(hours=4), START + timedelta(hours=6)
    planning.replan_shift(session, shift_id=shift.id, now=evening + timedelta(minutes=30))
    assert standing(session, assignment) == {"P3D": "sent", "eve20:00": "sent", "PT2H": "11-28 11:00"}


def test_who_takes_back_her_agreement_hears_no_more(session: Session, assignment: Assignment, now: datetime) -> None:
    person_id = assignment.volunteer_id
    volunteers.withdraw_consent(session, volunteer_id=person_id, purpose=ConsentPurpose.REMINDERS, now=now)
    withdrawn = session.scalars(select(Consent).where(Consent.withdrawn_at.is_not(None))).one()
    planning.drop_without_consent(session, consent_id=withdrawn.id, now=now)
    session.expire_all()
    assert set(standing(session, assignment).values()) == {UnsentReason.NO_CONSENT}


def test_who_agreed_anew_meanwhile_keeps_her_reminders(session: Session, assignment: Assignment, now: datetime) -> None:
    person_id, purpose = assignment.volunteer_id, ConsentPurpose.REMINDERS
    volunteers.withdraw_consent(session, volunteer_id=person_id, purpose=purpose, now=now)
    session.flush()
    withdrawn = session.scalars(select(Consent).where(Consent.withdrawn_at.is_not(None))).one()
    volunteers.give_consent(session, volunteer_id=person_id, purpose=purpose, how=ConsentHow.ORAL, now=now)
    before = standing(session, assignment)
    planning.drop_without_consent(session, consent_id=withdrawn.id, now=now)
    session.expire_all()
    assert standing(session, assignment) == before


def test_nothing_is_sent_before_its_time(session: Session, assignment: Assignment) -> None:
    assert actions.settle_due(session, now=at("11-25 08:59")).reminders == 0
    assert standing(session, assignment)["P3D"] == "11-25 09:00"


def test_one_message_a_day_takes_along_what_falls_due_later_that_day(
    session: Session, person: Volunteer, assignment: Assignment, now: datetime
) -> None:
    afternoon = place(session, person, at("11-28 14:00"))
    planning.plan(session, assignment_ids=[afternoon.id], now=now)

    evening = at("11-27 20:00")
    actions.settle_due(session, now=at("11-25 14:00"))
    assert actions.settle_due(session, now=evening).reminders == 3
    assert actions.settle_due(session, now=evening).reminders == 0
    assert messages(session, person) == [
        (f"reminder:{person.id}:2026-11-25", [assignment.id, afternoon.id]),
        (f"reminder:{person.id}:2026-11-27", [assignment.id, afternoon.id]),
    ]
    assert standing(session, afternoon) == {"P3D": "sent", "eve20:00": "sent", "PT2H": "11-28 12:00"}


def test_a_place_taken_after_the_days_message_is_told_apart_or_the_next_morning(
    session: Session, person: Volunteer, assignment: Assignment
) -> None:
    actions.settle_due(session, now=at("11-25 09:00"))
    tonight, in_days = place(session, person, at("11-25 20:00")), place(session, person, at("11-28 18:00"))
    planning.plan(session, assignment_ids=[tonight.id], now=at("11-25 10:00"))
    planning.plan(session, assignment_ids=[in_days.id], now=at("11-25 10:00"))

    assert actions.settle_due(session, now=at("11-25 18:00")).reminders == 2
    assert standing(session, tonight)["PT2H"] == "sent"
    assert standing(session, in_days)["P3D"] == "sent"
    assert [ids for _, ids in messages(session, person)] == [[assignment.id], [tonight.id, in_days.id]]


def test_news_that_can_wait_moves_to_the_next_morning(
    session: Session, person: Volunteer, assignment: Assignment
) -> None:
    actions.settle_due(session, now=at("11-25 09:00"))
    in_days = place(session, person, at("11-28 18:00"))
    planning.plan(session, assignment_ids=[in_days.id], now=at("11-25 10:00"))
    assert actions.settle_due(session, now=at("11-25 18:00")).reminders == 1
    assert standing(session, in_days)["P3D"] == "11-26 08:00"
    assert actions.settle_due(session, now=at("11-26 08:00")).reminders == 1
    assert messages(session, person)[-1] == (f"reminder:{person.id}:2026-11-26", [in_days.id])


def test_what_was_told_today_ends_as_already_told(session: Session, person: Volunteer, assignment: Assignment) -> None:
    """Opened again within the day by a move of some hours."""
    evening = at("11-27 20:00")
    actions.settle_due(session, now=at("11-25 09:00"))
    actions.settle_due(session, now=at("11-27 20:00"))
    session.get_one(Shift, assignment.shift_id).starts_at = at("11-28 09:30")
    planning.replan_shift(session, shift_id=assignment.shift_id, now=evening)
    assert standing(session, assignment)["PT2H"] == "11-27 20:30"
    actions.settle_due(session, now=at("11-27 20:30"))
    assert standing(session, assignment)["PT2H"] == UnsentReason.ALREADY_TOLD
    assert len(messages(session, person)) == 2


def test_a_place_given_up_without_its_drop_having_run_is_not_told(session: Session, assignment: Assignment) -> None:
    wednesday = at("11-25 09:00")
    roster.decline(session, assignment_id=assignment.id, now=wednesday)
    assert actions.settle_due(session, now=wednesday).reminders == 1
    assert standing(session, assignment)["P3D"] == UnsentReason.NOT_HOLDING
    assert session.scalars(select(Notification)).all() == []


def test_a_small_limit_still_settles_all_of_a_persons_day(session: Session, now: datetime) -> None:
    area = factories.community(session)
    people = [factories.volunteer(session, area, name) for name in ("甲", "乙", "丙")]
    for person in people:
        planning.plan(session, assignment_ids=[place(session, person).id], now=now)
    counts = [actions.settle_due(session, now=at("11-27 20:00"), limit=1).reminders for _ in range(4)]
    # Each call: one person, her three reminders (three days before is overdue, and two fall due today).
    assert counts == [3, 3, 3, 0]
    assert [len(messages(session, person)) for person in people] == [1, 1, 1]
