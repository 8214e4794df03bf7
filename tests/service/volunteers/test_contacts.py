"""Whom to call: sealed, seen by few, written down, and gone with her."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.people import erasing, merging
from service.people.own_data import own_data
from service.volunteers.contacts import Contact, OwnNumber, contact_of, drop_contact, look_at_contact, name_contact
from service.volunteers.models import EmergencyContact, Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

DAUGHTER = Contact(name="何立春", phone="+8613900008888", relation="女儿")


@pytest.fixture
def her(session: Session) -> Volunteer:
    return factories.volunteer(session, factories.community(session), "王秀英", phone="+8613900009001")


def test_she_names_one_person_and_another_takes_that_one_s_place(session: Session, her: Volunteer) -> None:
    for contact in (Contact(name="赵夏至", phone="+8613900007777", relation="邻居"), DAUGHTER):
        name_contact(session, her, contact, account_id=3, now=NOW)
    assert contact_of(session, her) == DAUGHTER
    stored = session.scalar(text("SELECT e::text FROM emergency_contact e"))
    assert "何立春" not in stored
    assert "8888" not in stored

    for _twice in range(2):
        drop_contact(session, her, account_id=3, now=NOW)
    assert contact_of(session, her) is None
    assert [verb for verb, *_ in audited(session)] == ["named_contact", "named_contact", "dropped_contact"]


def test_her_own_number_helps_nobody(session: Session, her: Volunteer) -> None:
    with pytest.raises(OwnNumber):
        name_contact(session, her, Contact("何立春", "+8613900009001", "女儿"), account_id=3, now=NOW)
    assert contact_of(session, her) is None


def test_a_look_is_written_down_with_its_reason(session: Session, her: Volunteer) -> None:
    name_contact(session, her, DAUGHTER, account_id=3, now=NOW)
    assert look_at_contact(session, her, account_id=9, now=NOW, why="emergency") == DAUGHTER
    assert audited(session)[-1] == ("looked_at_contact", "volunteer", her.id, 9)


def test_it_is_part_of_what_she_may_take_along_and_of_what_is_forgotten(session: Session, her: Volunteer) -> None:
    name_contact(session, her, DAUGHTER, account_id=3, now=NOW)
    told = own_data(session, her, account_id=3, now=NOW)["person"]["emergency_contact"]
    assert told == {"name": "何立春", "phone": "+8613900008888", "relation": "女儿"}

    erasing.forget_contacts(session, her, now=NOW)
    assert session.get(EmergencyContact, her.id, populate_existing=True) is None


def test_of_two_entries_that_were_one_person_the_one_that_stays_has_a_contact(session: Session, her: Volunteer) -> None:
    twin, other = (factories.volunteer(session, factories.community(session), "王秀英", phone=None) for _two in "ab")
    name_contact(session, twin, DAUGHTER, account_id=3, now=NOW)
    merging.merge(session, kept_id=her.id, gone_id=twin.id, chosen=(), account_id=3, now=NOW)
    assert contact_of(session, her) == DAUGHTER

    name_contact(session, other, Contact("赵夏至", "+8613900007777", "邻居"), account_id=3, now=NOW)
    merging.merge(session, kept_id=her.id, gone_id=other.id, chosen=(), account_id=3, now=NOW)
    merging.forget(session, now=NOW + timedelta(days=2))
    session.expire_all()
    assert contact_of(session, her) == DAUGHTER
    assert session.get(EmergencyContact, other.id) is None
