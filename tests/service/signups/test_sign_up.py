"""Asking for a place: capacity, waitlist, all reasons at once, withdrawal and its undo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.outbox import OutboxEvent
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.signups import actions, following, queries
from service.signups.models import SignUp
from service.terms import (
    AskedHow,
    AssignmentState,
    Mode,
    QualificationKind,
    Refusal,
    SignUpState,
    SignUpVia,
)
from service.volunteers.models import Volunteer
from tests import factories


def ask(session: Session, person: Volunteer, role: ShiftRole, now: datetime, **details: Any) -> SignUp:
    return actions.sign_up(
        session,
        volunteer_id=person.id,
        shift_id=role.shift_id,
        shift_role_id=role.id,
        now=now,
        **{"via": SignUpVia.WEB, **details},
    )


def test_places_are_confirmed_in_order_and_the_rest_wait(session: Session, now: datetime) -> None:
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    asked = [ask(session, factories.volunteer(session, area, name), role, now) for name in ("甲", "乙", "丙", "丁")]

    assert [s.state for s in asked] == [SignUpState.CONFIRMED] * 2 + [SignUpState.WAITLISTED] * 2
    assert [queries.waitlist_position(session, s) for s in asked] == [None, None, 1, 2]
    session.refresh(role)
    assert role.taken == 2


def test_each_sign_up_has_its_fact(session: Session, now: datetime) -> None:
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    signup = ask(session, factories.volunteer(session, area), role, now)
    facts = {(e.kind, tuple(e.payload.items())) for e in session.scalars(select(OutboxEvent))}
    assignment_id = session.scalars(select(Assignment.id).where(Assignment.signup_id == signup.id)).one()

    assert ("SignedUp", (("signup_id", signup.id),)) in facts
    assert ("AssignmentConfirmed", (("assignment_id", assignment_id),)) in facts


def test_asking_twice_gives_the_sign_up_that_stands(session: Session, now: datetime) -> None:
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    person = factories.volunteer(session, area)

    assert ask(session, person, role, now).id == ask(session, person, role, now).id


def test_all_reasons_are_told_at_once(session: Session, now: datetime) -> None:
    area = factories.community(session)
    start = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    doctor = RolePlan(
        name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,), min_age=18, max_age=75
    )
    clinic = factories.shift_on(session, area, start, roles=[doctor])
    patrol = factories.shift_on(session, area, start + timedelta(hours=1), title="巡逻")
    person = factories.volunteer(session, area, birth_on=date(2010, 1, 1))
    factories.qualified(session, person, QualificationKind.DOCTOR, until=date(2026, 11, 27))
    ask(session, person, factories.only_role(session, patrol), now)

    with pytest.raises(actions.SignUpRefused) as refused:
        ask(session, person, factories.only_role(session, clinic), now)
    assert [r.reason for r in refused.value.reasons] == [
        Refusal.QUALIFICATION_EXPIRED,
        Refusal.TOO_YOUNG,
        Refusal.OVERLAP,
    ]


def test_withdrawing_keeps_the_place_for_ten_minutes(session: Session, now: datetime) -> None:
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    first, second, third = (factories.volunteer(session, area, name) for name in "甲乙丙")
    signup = ask(session, first, role, now)
    ask(session, second, role, now)
    waiting = ask(session, third, role, now)

    actions.withdraw(session, signup_id=signup.id, now=now)
    assert overdue.hand_on_places(session, now=now + timedelta(minutes=9)) == 0
    restored = actions.undo_withdrawal(session, signup_id=signup.id, now=now + timedelta(minutes=9))
    assert restored.state == SignUpState.CONFIRMED

    actions.withdraw(session, signup_id=signup.id, now=now)
    later = now + timedelta(minutes=11)
    assert overdue.hand_on_places(session, now=later) == 1
    assert following.promote(session, shift_role_id=role.id, now=later) == 1
    offer = session.scalars(select(Assignment).where(Assignment.signup_id == waiting.id)).one()
    assert (waiting.state, offer.state) == (SignUpState.PENDING, AssignmentState.OFFERED)

    roster.accept(session, assignment_id=offer.id, now=later)
    following.settle(session, assignment_ids=[offer.id])
    assert waiting.state == SignUpState.CONFIRMED
    with pytest.raises(actions.NothingToUndo):
        actions.undo_withdrawal(session, signup_id=signup.id, now=later)


def test_matched_sign_ups_wait_for_the_matcher(session: Session, now: datetime) -> None:
    area = factories.community(session)
    matched = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, matched)[0])

    assert ask(session, factories.volunteer(session, area), role, now, rank=2).state == SignUpState.PENDING
    session.refresh(role)
    assert role.taken == 0


def test_a_proxy_sign_up_says_who_asked_how_and_who_typed(session: Session, now: datetime) -> None:
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    typist = factories.coordinator(session, area)
    person = factories.volunteer(session, area, phone=None)
    signup = ask(
        session, person, role, now, via=SignUpVia.PROXY, asked_by="女儿", asked_how=AskedHow.PHONE, typed_by=typist.id
    )

    assert (signup.asked_by, signup.asked_how, signup.typed_by) == ("女儿", AskedHow.PHONE, typist.id)
