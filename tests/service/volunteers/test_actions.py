"""Registering, agreeing, qualifying; finding people without learning of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from service.places import actions as places
from service.settings import Settings
from service.signups.asking import candidate
from service.terms import AreaKind, ConsentHow, ConsentPurpose, QualificationKind
from service.volunteers import actions, queries
from service.volunteers.models import Consent, Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.ledger import audited, facts

PHONE = "+8613900012345"


def test_a_phone_is_sealed_and_found_again(session: Session) -> None:
    person = factories.volunteer(session, factories.community(session), phone=PHONE)
    session.flush()
    [stored] = session.execute(text("SELECT row_to_json(v)::text FROM volunteer v"))

    assert queries.by_phone(session, PHONE) is person
    assert queries.by_phone(session, PHONE[:-1] + "6") is None
    assert PHONE not in stored[0]
    assert PHONE.encode().hex() not in stored[0]


def test_a_number_belongs_to_one_person(session: Session) -> None:
    area = factories.community(session)
    factories.volunteer(session, area, phone=PHONE)

    with pytest.raises(actions.PhoneTaken):
        factories.volunteer(session, area, "李冬至", phone=PHONE)
    assert factories.volunteer(session, area, "无电话", phone=None).id
    assert factories.volunteer(session, area, "也无电话", phone=None).id


def test_a_wrong_area_is_not_told_as_a_taken_number(session: Session) -> None:
    with pytest.raises(IntegrityError):
        actions.register(session, area_id=0, name="王小满", phone=PHONE, how=ConsentHow.WEB, now=factories.NOW)


def test_a_number_registered_twice_at_once_is_one_person(database: Settings) -> None:
    area = committed(factories.community)
    made = together(*[lambda s: factories.volunteer(s, area, phone=PHONE).id] * 3)

    assert [type(outcome).__name__ for outcome in made].count("PhoneTaken") == 2
    assert committed(lambda s: len(facts(s, "VolunteerRegistered"))) == 1


def standing(session: Session, person: Volunteer) -> list[ConsentPurpose]:
    held = select(Consent.purpose).where(Consent.volunteer_id == person.id, Consent.withdrawn_at.is_(None))
    return sorted(ConsentPurpose(purpose) for purpose in session.scalars(held))


def test_each_agreement_is_given_and_taken_back_on_its_own(session: Session, now: datetime) -> None:
    person = factories.volunteer(session, factories.community(session))
    assert standing(session, person) == [ConsentPurpose.REMINDERS, ConsentPurpose.SERVICE]

    actions.withdraw_consent(session, volunteer_id=person.id, purpose=ConsentPurpose.REMINDERS, now=now)
    actions.withdraw_consent(session, volunteer_id=person.id, purpose=ConsentPurpose.REMINDERS, now=now)
    actions.withdraw_consent(session, volunteer_id=person.id, purpose=ConsentPurpose.SHOW_NAME, now=now)
    assert standing(session, person) == [ConsentPurpose.SERVICE]
    assert len(facts(session, "ConsentWithdrawn")) == 1

    again = actions.give_consent(
        session, volunteer_id=person.id, purpose=ConsentPurpose.REMINDERS, how=ConsentHow.ORAL, now=now, recorded_by=7
    )
    assert (again.how, again.recorded_by) == (ConsentHow.ORAL, 7)
    assert standing(session, person) == [ConsentPurpose.REMINDERS, ConsentPurpose.SERVICE]


def test_agreeing_twice_at_once_keeps_the_first(database: Settings, now: datetime) -> None:
    person_id = committed(lambda s: factories.volunteer(s, factories.community(s), purposes=()).id)
    agree = together(
        *[
            lambda s: (
                actions.give_consent(
                    s, volunteer_id=person_id, purpose=ConsentPurpose.SERVICE, how=ConsentHow.WEB, now=now
                ).id
            )
        ]
        * 4
    )

    assert len(set(agree)) == 1


def test_a_qualification_counts_once_somebody_saw_the_paper(session: Session, now: datetime) -> None:
    person = factories.volunteer(session, factories.community(session))
    held = actions.add_qualification(
        session,
        volunteer_id=person.id,
        kind=QualificationKind.DOCTOR,
        evidence="执业证",
        valid_from=date(2020, 1, 1),
        valid_until=None,
    )
    assert candidate(session, person.id, around=now).qualifications == ()

    actions.verify_qualification(session, held, account_id=7, now=now)
    assert [q.kind for q in candidate(session, person.id, around=now).qualifications] == [QualificationKind.DOCTOR]
    assert (held.verified_at, held.verified_by) == (now, 7)
    assert facts(session, "QualificationVerified") == [("QualificationVerified", held.id)]


def test_a_qualification_that_ends_before_it_begins_is_none(session: Session) -> None:
    person = factories.volunteer(session, factories.community(session))

    with pytest.raises(IntegrityError):
        actions.add_qualification(
            session,
            volunteer_id=person.id,
            kind=QualificationKind.NURSE,
            evidence="证",
            valid_from=date(2026, 1, 2),
            valid_until=date(2026, 1, 1),
        )


def test_each_look_at_a_number_is_written_down(session: Session, now: datetime) -> None:
    person = factories.volunteer(session, factories.community(session), phone=PHONE)
    nobody = factories.volunteer(session, factories.community(session), phone=None)

    assert actions.look_at_phone(session, person, account_id=7, now=now, why="call_list") == PHONE
    assert actions.look_at_phone(session, nobody, account_id=7, now=now, why="call_list") is None
    assert audited(session) == [
        ("looked_at_phone", "volunteer", person.id, 7),
        ("looked_at_phone", "volunteer", nobody.id, 7),
    ]


# --- finding ---


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("王", ["王秀英", "王小满"]),  # by pinyin: wangxiaoman < wangxiuying
        ("秀", ["王秀英"]),
        ("wangx", ["王秀英", "王小满"]),
        ("Wang Xiu", ["王秀英"]),
        ("wxy", ["王秀英"]),
        ("zeng", ["曾立夏"]),
        ("%", []),
        ("_", []),
        ("·", []),
        ("'; DROP", []),
    ],
)
def test_search(session: Session, asked: str, found: list[str]) -> None:
    area = factories.community(session)
    for name in ("王秀英", "王小满", "曾立夏"):
        factories.volunteer(session, area, name)
    people = queries.search(session, asked, scope_ids=[area.id])

    assert sorted(person.name for person in people) == sorted(found)
    assert [person.pinyin for person in people] == sorted(person.pinyin for person in people)


def test_search_and_lookup_stay_within_the_scope(session: Session, now: datetime) -> None:
    here, there = factories.community(session, "人民路社区"), factories.community(session, "站街社区")
    yard = places.add_area(session, parent=here, kind=AreaKind.COURTYARD, name="一号院")
    neighbour, stranger = factories.volunteer(session, yard, "王小满"), factories.volunteer(session, there, "王立秋")
    left = factories.volunteer(session, here, "王大寒")
    left.left_at = now
    session.flush()

    assert queries.search(session, "王", scope_ids=[here.id]) == [neighbour]
    assert queries.search(session, "王", scope_ids=[]) == []
    assert queries.in_scope(session, neighbour.id, scope_ids=[here.id]) is neighbour
    assert queries.in_scope(session, stranger.id, scope_ids=[here.id]) is None
    assert queries.in_scope(session, neighbour.id, scope_ids=[yard.id]) is neighbour
    assert queries.in_scope(session, neighbour.id, scope_ids=[there.id, yard.id]) is neighbour


def test_of_two_edits_of_a_person_from_the_same_reading_the_second_is_refused(database: Settings) -> None:
    person_id = committed(lambda s: factories.volunteer(s, factories.community(s)).id)

    def rename(session: Session) -> None:
        mine = session.get_one(Volunteer, person_id)
        committed(lambda s: setattr(s.get_one(Volunteer, person_id), "weekly_hours", 5))
        mine.weekly_hours = 40

    with pytest.raises(StaleDataError):
        committed(rename)
    assert committed(lambda s: s.get_one(Volunteer, person_id).weekly_hours) == 5


def test_people_locked_together_are_locked_in_one_order(database: Settings) -> None:
    def two(session: Session) -> list[int]:
        area = factories.community(session)
        return [factories.volunteer(session, area, name).id for name in "甲乙"]

    first, second = committed(two)

    def lock(*ids: int) -> Callable[[Session], None]:
        return lambda s: queries.lock_all(s, ids)

    assert together(*[lock(first, second), lock(second, first)] * 3) == [None] * 6


def test_a_lock_reads_the_person_as_she_is_now(session: Session) -> None:
    person = factories.volunteer(session, factories.community(session))
    session.execute(text("UPDATE volunteer SET weekly_hours = 3"))

    locked = queries.lock(session, person.id)
    assert locked is person
    assert person.weekly_hours == 3
    assert queries.lock(session, 0) is None
    assert not queries.lock_id(session, 0)
    assert queries.lock_id(session, person.id)


def test_ages_are_kept_as_dates(session: Session) -> None:
    person = factories.volunteer(session, factories.community(session), birth_on=date(1956, 2, 29))
    session.expire(person)

    assert person.birth_on == date(1956, 2, 29)
    assert person.registered_at - factories.NOW == timedelta()
