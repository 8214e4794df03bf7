"""What is asked for is asked for once, for the right people, and waits for the morning where it should."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.activities import actions as activities
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import RolePlan
from service.notifications import actions, gaps
from service.notifications.models import Notification
from service.notifications.wanted import To, Wanted, notify
from service.places.models import Area
from service.reactions import REACTIONS, react
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE
from service.signups import actions as signups
from service.signups.models import SignUp
from service.teams import actions as teams
from service.terms import (
    AssignmentState,
    MemberRole,
    Mode,
    NotificationKind,
    NotificationState,
    ReleaseReason,
    Role,
    SignUpVia,
    UnsentReason,
)
from service.tracing import follow
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW

START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
K = NotificationKind


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def shift(session: Session, area: Area) -> Shift:
    """One place, one person needed."""
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=1)]
    return factories.shift_on(session, area, START, roles=roles)


def ask(session: Session, person: Volunteer, shift: Shift, now: datetime = NOW) -> SignUp:
    role = factories.only_role(session, shift)
    return signups.sign_up(
        session, volunteer_id=person.id, shift_id=shift.id, shift_role_id=role.id, now=now, via=SignUpVia.WEB
    )


def held(session: Session, signup: SignUp) -> Assignment:
    return session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()


def asked_for(session: Session) -> list[Notification]:
    session.flush()
    return list(session.scalars(select(Notification).order_by(Notification.id)))


def kinds(session: Session) -> list[str]:
    return [str(n.kind) for n in asked_for(session)]


def test_the_same_key_is_one_message(session: Session, area: Area) -> None:
    person = factories.volunteer(session, area)
    wanted = Wanted(
        kind=K.SIGN_UP_RECEIVED, key="test:1", to=To(volunteer_id=person.id), subject_ids={"signup_ids": [1]}
    )
    follow("request-7")
    first, second = (notify(session, wanted, now=NOW) for _ in range(2))
    follow(None)
    assert [n.id for n in asked_for(session)] == [first]
    assert second is None
    assert asked_for(session)[0].request_id == "request-7"


@pytest.mark.parametrize("nobody", [To(), To(volunteer_id=1, account_id=1)])
def test_a_message_is_for_exactly_one_recipient(session: Session, nobody: To) -> None:
    with pytest.raises(Exception, match="ck_notification_recipient"):
        notify(session, Wanted(kind=K.REMINDER, key="test:1", to=nobody, subject_ids={}), now=NOW)


def test_a_sign_up_is_told_how_it_stands(session: Session, area: Area, shift: Shift) -> None:
    first, second = factories.volunteer(session, area, "甲"), factories.volunteer(session, area, "乙")
    matched = factories.shift_on(session, area, START + timedelta(days=1), mode=Mode.MATCHED)
    for signup in (ask(session, first, shift), ask(session, second, shift), ask(session, first, matched)):
        actions.tell_signed_up(session, signup_ids=[signup.id], now=NOW)
        actions.tell_signed_up(session, signup_ids=[signup.id], now=NOW)
    assert kinds(session) == [K.SIGN_UP_CONFIRMED, K.SIGN_UP_WAITLISTED, K.SIGN_UP_RECEIVED]


def test_a_sign_up_that_a_plan_left_waiting_is_told_so_once(session: Session, area: Area, shift: Shift) -> None:
    placed, waiting = (ask(session, factories.volunteer(session, area, name), shift) for name in ("甲", "乙"))
    for signup in (placed, waiting, waiting):
        actions.tell_waitlisted(session, signup_ids=[signup.id], now=NOW)
    assert [(n.kind, n.volunteer_id) for n in asked_for(session)] == [(K.SIGN_UP_WAITLISTED, waiting.volunteer_id)]


def test_each_withdrawal_of_a_sign_up_is_confirmed(session: Session, area: Area, shift: Shift) -> None:
    signup = ask(session, factories.volunteer(session, area), shift)
    for minutes in (0, 5):
        then = NOW + timedelta(minutes=minutes)
        signups.withdraw(session, signup_id=signup.id, now=then)
        actions.tell_withdrawn(session, signup_ids=[signup.id], now=then)
        signups.undo_withdrawal(session, signup_id=signup.id, now=then)
        actions.tell_withdrawn(session, signup_ids=[signup.id], now=then)
    assert kinds(session) == [K.SIGN_UP_WITHDRAWN] * 2


def test_an_offer_is_asked_once_and_its_end_told(session: Session, area: Area, shift: Shift) -> None:
    signup = ask(session, factories.volunteer(session, area), shift)
    assignment = held(session, signup)
    actions.tell_offered(session, assignment_ids=[assignment.id], now=NOW)
    actions.tell_released(session, assignment_ids=[assignment.id], now=NOW)
    roster.release(session, assignment, reason=ReleaseReason.COORDINATOR)
    actions.tell_released(session, assignment_ids=[assignment.id], now=NOW)
    assert kinds(session) == [K.PLACE_OFFERED, K.PLACE_RELEASED]


def test_who_withdrew_and_who_was_never_asked_hear_of_no_release(session: Session, area: Area, shift: Shift) -> None:
    signup = ask(session, factories.volunteer(session, area), shift)
    withdrawn = held(session, signup)
    signups.withdraw(session, signup_id=signup.id, now=NOW)
    draft = Assignment(
        area_id=area.id,
        shift_id=shift.id,
        shift_role_id=signup.shift_role_id,
        volunteer_id=factories.volunteer(session, area).id,
        state=AssignmentState.RELEASED,
        release_reason=ReleaseReason.REPLANNED,
        occupies=withdrawn.occupies,
        assigned_at=NOW,
    )
    session.add(draft)
    session.flush()
    for assignment in (withdrawn, draft):
        actions.tell_released(session, assignment_ids=[assignment.id], now=NOW)
    assert kinds(session) == []


def test_a_cancelled_shift_tells_each_person_once(session: Session, area: Area, shift: Shift) -> None:
    """Holder and waiting alike, run through the reactions as they would follow."""
    people = [factories.volunteer(session, area, name) for name in ("甲", "乙", "丙")]
    for person in people:
        ask(session, person, shift)
    activities.cancel_shift(session, shift.id, reason="大风", now=NOW, account_id=None)
    run_everything(session)
    told = [(n.volunteer_id, n.kind) for n in asked_for(session) if n.kind == K.SHIFT_CANCELLED]
    assert sorted(told, key=str) == sorted(((person.id, K.SHIFT_CANCELLED) for person in people), key=str)


def test_a_move_is_told_to_holders_and_waiting_and_supersedes_an_earlier_one(
    session: Session, area: Area, shift: Shift
) -> None:
    people = [factories.volunteer(session, area, name) for name in ("甲", "乙")]
    for person in people:
        ask(session, person, shift)
    outsider = ask(session, factories.volunteer(session, area), factories.shift_on(session, area, START))
    for days in (1, 2):
        begins = START + timedelta(days=days)
        activities.move_shift(
            session, shift, starts_at=begins, ends_at=begins + timedelta(hours=2), now=NOW, account_id=None
        )
        session.flush()
        actions.tell_moved(session, shift_id=shift.id, now=NOW)
        actions.tell_moved(session, shift_id=shift.id, now=NOW)
    session.expire_all()
    told = [(n.volunteer_id, n.state, n.unsent_reason) for n in asked_for(session)]
    assert set(told[:2]) == {(person.id, NotificationState.UNSENT, UnsentReason.SUPERSEDED) for person in people}
    assert set(told[2:]) == {(person.id, NotificationState.PLANNED, None) for person in people}
    assert outsider.volunteer_id not in {volunteer_id for volunteer_id, _, _ in told}


def test_at_night_news_waits_for_the_morning_unless_it_is_too_near(session: Session, area: Area) -> None:
    night = at("11-27 23:00")
    near, far = factories.shift_on(session, area, at("11-28 06:00")), factories.shift_on(session, area, START)
    for shift in (near, far):
        signup = ask(session, factories.volunteer(session, area), shift)
        actions.tell_signed_up(session, signup_ids=[signup.id], now=night)
        roster.release(session, held(session, signup), reason=ReleaseReason.COORDINATOR)
        actions.tell_released(session, assignment_ids=[held(session, signup).id], now=night)
    rows = [(n.kind, n.send_at, n.is_urgent, n.unsent_reason) for n in asked_for(session)]
    assert rows == [
        (K.SIGN_UP_CONFIRMED, at("11-28 08:00"), False, UnsentReason.QUIET_HOURS),
        (K.PLACE_RELEASED, night, True, None),
        (K.SIGN_UP_CONFIRMED, at("11-28 08:00"), False, None),
        (K.PLACE_RELEASED, night, True, None),
    ]


def test_a_login_code_goes_to_the_number_at_any_hour(session: Session) -> None:
    code = accounts.request_code(session, phone=factories.phone(), now=at("11-27 03:00"))
    actions.tell_login_code(session, login_code_id=code.id, now=at("11-27 03:00"))
    (row,) = asked_for(session)
    assert (row.kind, row.is_urgent, row.phone_sealed) == (K.LOGIN_CODE, True, code.phone_sealed)
    assert row.subject_ids == {"login_code_ids": [code.id]}


def test_a_gap_is_told_once_a_day_to_the_nearest_coordinators(session: Session, area: Area, shift: Shift) -> None:
    hers = factories.coordinator(session, area)
    factories.coordinator(session, session.get_one(Area, area.lineage[1]), "街道协调")
    factories.coordinator(session, factories.community(session, "建设路社区"), "邻居协调")
    factories.coordinator(session, area, "管理员", role=Role.ADMIN)
    role = factories.only_role(session, shift)
    for minutes in (0, 60):
        gaps.tell_gap(session, shift_role_id=role.id, now=NOW + timedelta(minutes=minutes))
    gaps.tell_gap(session, shift_role_id=role.id, now=NOW + timedelta(days=1))
    rows = [(n.account_id, n.kind, n.send_at) for n in asked_for(session)]
    patient = NOW + gaps.GAP_PATIENCE
    assert rows == [(hers.id, K.GAP_OPENED, patient), (hers.id, K.GAP_OPENED, patient + timedelta(days=1))]


def test_who_leads_the_team_that_day_hears_of_its_gap_once_a_day(session: Session, area: Area, shift: Shift) -> None:
    """Neither other members, nor who led it until then, nor who has heard of it as the coordinator (A13)."""
    team = factories.team(session, area, "“365”志愿服务队")
    session.get_one(Activity, shift.activity_id).team_id = team.id
    lead, member, former, both = (factories.volunteer(session, area, name) for name in "甲乙丙丁")
    joined, that_day = date(2026, 1, 1), START.astimezone(LOCAL_ZONE).date()
    for person, role, until in (
        (lead, MemberRole.LEAD, None),
        (member, MemberRole.MEMBER, None),
        (former, MemberRole.LEAD, that_day),
        (both, MemberRole.LEAD, None),
    ):
        teams.join_team(session, team_id=team.id, volunteer_id=person.id, role=role, from_on=joined, until_on=until)
    factories.coordinator(session, area).volunteer_id = both.id
    role_id = factories.only_role(session, shift).id
    for minutes in (0, 60):
        gaps.tell_gap(session, shift_role_id=role_id, now=NOW + timedelta(minutes=minutes))
    gaps.tell_gap(session, shift_role_id=role_id, now=NOW + timedelta(days=1))
    told = [(n.volunteer_id, n.send_at) for n in asked_for(session) if n.kind == K.TEAM_GAP]
    patient = NOW + gaps.GAP_PATIENCE
    assert told == [(lead.id, patient), (lead.id, patient + timedelta(days=1))]


def test_nobody_leads_a_team_that_is_still_a_draft(session: Session, area: Area, shift: Shift) -> None:
    team = teams.found_team(session, area_id=area.id, name="新队")
    session.get_one(Activity, shift.activity_id).team_id = team.id
    lead = factories.volunteer(session, area)
    teams.join_team(session, team_id=team.id, volunteer_id=lead.id, role=MemberRole.LEAD, from_on=date(2026, 1, 1))
    gaps.tell_gap(session, shift_role_id=factories.only_role(session, shift).id, now=NOW)
    assert asked_for(session) == []


def test_without_a_coordinator_of_her_own_the_area_above_is_told(session: Session, area: Area, shift: Shift) -> None:
    above = factories.coordinator(session, session.get_one(Area, area.lineage[1]), "街道协调")
    gaps.tell_gap(session, shift_role_id=factories.only_role(session, shift).id, now=NOW)
    assert [n.account_id for n in asked_for(session)] == [above.id]


@pytest.mark.parametrize("why", ["enough", "cancelled", "begun"])
def test_no_gap_is_told_where_none_matters(session: Session, area: Area, shift: Shift, why: str) -> None:
    factories.coordinator(session, area)
    role = factories.only_role(session, shift)
    if why == "enough":
        ask(session, factories.volunteer(session, area), shift)
    if why == "cancelled":
        activities.cancel_shift(session, shift.id, reason="", now=NOW, account_id=None)
    gaps.tell_gap(session, shift_role_id=role.id, now=START if why == "begun" else NOW)
    assert asked_for(session) == []


def test_a_gap_that_closed_by_itself_and_opens_again_is_told_after_all(
    session: Session, area: Area, shift: Shift
) -> None:
    factories.coordinator(session, area)
    role = factories.only_role(session, shift)
    gaps.tell_gap(session, shift_role_id=role.id, now=NOW)
    (row,) = asked_for(session)
    row.state, row.unsent_reason, row.settled_at = NotificationState.UNSENT, UnsentReason.SUPERSEDED, NOW
    session.flush()
    gaps.tell_gap(session, shift_role_id=role.id, now=NOW + timedelta(hours=1))
    session.expire_all()
    (again,) = asked_for(session)
    assert (again.state, again.unsent_reason, again.settled_at) == (NotificationState.PLANNED, None, None)
    assert again.send_at == NOW + timedelta(hours=1) + gaps.GAP_PATIENCE


def run_everything(session: Session) -> None:
    """Let every recorded fact have its reactions, and theirs, in this transaction."""
    from service.outbox import OutboxEvent

    done: set[int] = set()
    while new := [event for event in session.scalars(select(OutboxEvent)) if event.id not in done]:
        for event in new:
            done.add(event.id)
            fact: Any = event.fact()
            for reaction in REACTIONS.get(type(fact), ()):
                react(session, reaction.__name__, [fact], now=NOW)
        session.flush()


def test_the_story_of_one_place_tells_each_person_what_concerns_her(session: Session, area: Area, shift: Shift) -> None:
    """甲 has the place, 乙 waits; 甲 withdraws near the start, 乙 is offered it and declines; the gap is told."""
    coordinator = factories.coordinator(session, area)
    first, second = factories.volunteer(session, area, "甲"), factories.volunteer(session, area, "乙")
    mine = ask(session, first, shift)
    ask(session, second, shift)
    run_everything(session)
    signups.withdraw(session, signup_id=mine.id, now=NOW)
    overdue.hand_on_places(session, now=NOW + timedelta(minutes=11))
    run_everything(session)
    offered = session.scalars(select(Assignment).where(Assignment.state == AssignmentState.OFFERED)).one()
    assert offered.volunteer_id == second.id
    roster.decline(session, assignment_id=offered.id, now=NOW)
    run_everything(session)

    told = {(n.volunteer_id or n.account_id, str(n.kind)) for n in asked_for(session)}
    assert told == {
        (first.id, K.SIGN_UP_CONFIRMED),
        (first.id, K.SIGN_UP_WITHDRAWN),
        (second.id, K.SIGN_UP_WAITLISTED),
        (second.id, K.PLACE_OFFERED),
        (coordinator.id, K.GAP_OPENED),
    }
    assert session.get_one(ShiftRole, mine.shift_role_id).taken == 0
