"""The promises themselves are tested: each finds the damage it is there to find."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.signups import actions
from service.signups.models import SignUp
from service.terms import SignUpVia
from tests import factories
from tests.invariants import PROMISES, check


@pytest.fixture
def house(session: Session, now: datetime) -> Session:
    """Two people with places and one waiting, all in order."""
    area = factories.community(session)
    role = factories.only_role(session, factories.shifts(session, factories.activity(session, area))[0])
    for name in "甲乙丙":
        _ask(session, factories.volunteer(session, area, name).id, role, now)
    session.flush()
    return session


def _ask(session: Session, volunteer_id: int, role: ShiftRole, now: datetime) -> SignUp:
    return actions.sign_up(
        session, volunteer_id=volunteer_id, shift_id=role.shift_id, shift_role_id=role.id, now=now, via=SignUpVia.WEB
    )


def test_a_house_in_order_breaks_no_promise(house: Session, now: datetime) -> None:
    assert check(house, now=now) == []


SETTLE = """UPDATE outbox_event SET fanned_out_at = now();
INSERT INTO outbox_reaction (event_id, reaction, done_at) SELECT e.id, n.reaction, now() FROM outbox_event e JOIN
(VALUES ('SignedUp', 'acknowledge_sign_up'), ('AssignmentConfirmed', 'settle_sign_up'),
        ('AssignmentConfirmed', 'plan_reminders')) AS n(kind, reaction) ON n.kind = e.kind"""

SEARCH = """INSERT INTO backfill (area_id, shift_role_id, cause, state, rungs, position, opened_at, next_at)
SELECT 1, id, 'freed', 'climbing', '[]', 0, now(), now() FROM shift_role"""
INVITE = """INSERT INTO invitation (area_id, backfill_id, volunteer_id, rung, wakes, state, asked_at)
SELECT 1, max(b.id), min(v.id), 'team', true, 'asked', now() FROM backfill b, volunteer v"""

SWAP = """INSERT INTO swap (area_id, assignment_id, state, asked_at) SELECT 1, min(id), 'open', now() FROM assignment;
INSERT INTO swap_asking (swap_id, volunteer_id, state) SELECT max(w.id), min(v.id), 'asked' FROM swap w, volunteer v"""
SWAPPED = "UPDATE swap SET state = 'done', closed_at = now(), taker_id = (SELECT max(id) FROM volunteer)"

#: damage → the words by which it is found.
DAMAGE = {
    "UPDATE shift_role SET taken = 1": "a role counts as taken what is held",
    "UPDATE signup SET with_adults = 1": "a family has all its places or none",
    "UPDATE shift_role SET stand_bys = 2, standing_by = 1": "a role counts who stands by",
    "ALTER TABLE assignment DROP CONSTRAINT ck_assignment_stand_by;"
    "UPDATE assignment SET is_stand_by = true, state = 'no_show'": "nobody who only stands by is counted",
    "UPDATE shift_role SET max_needed = 1, min_needed = 0, taken = 1": "no role has more people than places",
    "ALTER TABLE assignment DROP CONSTRAINT ex_assignment_one_place_at_a_time;"
    "DROP INDEX uq_assignment_shift_id_volunteer_id; UPDATE assignment SET volunteer_id = (SELECT min(id) FROM "
    "volunteer)": "nobody is in two places",
    "UPDATE assignment SET occupies = tstzrange(lower(occupies), upper(occupies) + interval '1 min')": (
        "a place occupies the time of its shift"
    ),
    "DROP INDEX uq_signup_shift_id_volunteer_id; UPDATE signup SET volunteer_id = (SELECT min(id) FROM volunteer)": (
        "a person has one standing sign-up"
    ),
    "DELETE FROM outbox_event WHERE kind = 'SignedUp'": "each sign-up has its fact, once",
    "DELETE FROM outbox_event WHERE kind = 'AssignmentConfirmed'": "each assignment has the fact of its state",
    "INSERT INTO outbox_reaction (event_id, reaction) SELECT id, 'settle_sign_up' FROM outbox_event": (
        "none exists before its event was fanned out"
    ),
    f"{SETTLE}; UPDATE outbox_reaction SET done_at = NULL, dead_at = now()": "a dead reaction says why",
    f"{SETTLE}; UPDATE signup SET state = 'waitlisted'": "a sign-up follows the assignment made for it",
    f"{SETTLE}; UPDATE signup SET state = 'confirmed'": "a confirmed sign-up has a place, or had one and did not come",
    f"{SETTLE}; UPDATE signup SET state = 'pending'": "a pending sign-up of an instant activity has an offer open",
    f"{SETTLE}; DELETE FROM notification": "who asked for a place was told how that stands",
    f"{SETTLE}; UPDATE assignment SET state = 'offered', answer_by = now()": "who is offered a place has been asked",
    "UPDATE shift SET state = 'cancelled'": "nobody holds or awaits a place in a cancelled shift",
    SETTLE: "a confirmed assignment has one reminder for each lead time",
    "INSERT INTO reminder (area_id, assignment_id, volunteer_id, lead_time, due_at, state) SELECT area_id, id, "
    f"volunteer_id, 'PT2H', now(), 'planned' FROM assignment; {SETTLE}; UPDATE assignment SET state = 'declined'": (
        "no reminder stays planned for somebody who does not come"
    ),
    "INSERT INTO reminder (area_id, assignment_id, volunteer_id, lead_time, due_at, state, unsent_reason) SELECT "
    f"area_id, id, volunteer_id, 'PT2H', '2026-11-27', 'unsent', 'not_holding' FROM assignment; {SETTLE}": (
        "who comes after all is reminded again"
    ),
    "WITH n AS (INSERT INTO notification (volunteer_id, kind, key, subject_ids, is_urgent, send_at, state, attempts) "
    "SELECT min(id), 'reminder', 'k', '{}', false, now(), 'sent', 1 FROM volunteer RETURNING id) "
    "INSERT INTO delivery (notification_id, channel, attempted_at, is_permanent) "
    "SELECT id, 'file', now(), false FROM n, generate_series(1, 2)": "a notification is delivered once",
    "INSERT INTO notification (volunteer_id, kind, key, subject_ids, is_urgent, send_at, state, attempts) "
    "SELECT min(id), 'reminder', 'k', '{}', false, now(), 'sent', 1 FROM volunteer": (
        "a notification marked as sent was delivered"
    ),
    "INSERT INTO outbox_event (kind, payload, fanned_out_at) SELECT 'PlaceFreed', "
    "jsonb_build_object('shift_role_id', id), now() FROM shift_role; UPDATE shift_role SET taken = 0": (
        "where a place came free and people are missing"
    ),
    f"{SETTLE}; {SEARCH}": "nobody is sought where nobody is missing",
    f"{SETTLE}; {SEARCH}; {INVITE}; DELETE FROM outbox_event WHERE kind = 'InvitationSent'": (
        "each person asked to step in has her message"
    ),
    f"{SEARCH}; {INVITE}; UPDATE invitation SET state = 'accepted', answered_at = now(), "
    "assignment_id = (SELECT max(id) FROM assignment)": "who said yes to step in was given the place",
    f"{SETTLE}; {SWAP}; UPDATE assignment SET state = 'declined'": "a place that is to be swapped is its holder's",
    f"{SETTLE}; {SWAP}; {SWAPPED}": "what was swapped has gone from its holder",
    f"{SWAP}; UPDATE swap_asking SET state = 'declined', answered_at = now()": "a swap that is open waits for",
    f"{SETTLE}; {SWAP}": "each person asked to take a place has her message",
    "DELETE FROM assignment": "a fact exists only with its row",
    "UPDATE outbox_event SET fanned_out_at = now()": "each fact has each reaction once",
    f"{SETTLE}; DELETE FROM assignment WHERE id = (SELECT min(id) FROM assignment); "
    "UPDATE shift_role SET taken = 1": "no place stays free while somebody waits",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(house: Session, now: datetime, damage: str) -> None:
    house.execute(text(damage))
    house.expire_all()

    assert [line for line in check(house, now=now) if DAMAGE[damage] in line]


def test_each_promise_has_its_damage() -> None:
    assert [promise for promise in PROMISES if not any(words in promise for words in DAMAGE.values())] == []


def test_a_place_free_after_the_start_wrongs_nobody(house: Session, now: datetime) -> None:
    house.execute(text(f"{SETTLE}; DELETE FROM assignment; UPDATE shift_role SET taken = 0"))

    lines = check(house, now=now + timedelta(days=10))
    assert not [line for line in lines if "no place stays free" in line]
