"""Two entries become one and two again: whatever refers to a person goes along, and nothing is lost or held twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import column as sql_column
from sqlalchemy import func, select, table, text
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.accounts.models import Account
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.company import actions as company
from service.company.models import Bond
from service.db import transaction
from service.models import metadata
from service.people import merging, undoing
from service.people.merging import NotTwo
from service.people.models import Merge
from service.people.references import OWN, move, references
from service.people.settling import BothHaveRoles, KeepsNumber
from service.people.undoing import MergeStands
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.actions import SignUpRefused
from service.signups.models import STANDING, SignUp
from service.signups.queries import opening
from service.skills import actions as skills
from service.skills.models import Skill
from service.teams import actions as teams
from service.teams.models import Membership
from service.terms import (
    AssignmentState,
    BondKind,
    ConsentHow,
    ConsentPurpose,
    MemberRole,
    Mode,
    QualificationKind,
    Refusal,
    Role,
    SignUpState,
    SignUpVia,
)
from service.volunteers import actions as volunteers
from service.volunteers.models import Consent, Volunteer
from service.volunteers.queries import by_phone
from tests import factories, street
from tests.at_once import committed, threads, together, until_it_waits
from tests.factories import NOW
from tests.invariants import check
from tests.ledger import audited, facts

Pair: TypeAlias = tuple[Volunteer, Volunteer]
LATER = NOW + timedelta(hours=1)
KEPT, GONE = "+8613900008001", "+8613900008002"


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def two(session: Session, area: Area) -> Pair:
    """The entry that stays and the one that goes."""
    return factories.volunteer(session, area, "王秀英", phone=KEPT), factories.volunteer(
        session, area, "王秀英", phone=GONE
    )


def merge(session: Session, two: Pair, *chosen: str) -> Merge:
    kept, gone = two
    return merging.merge(session, kept_id=kept.id, gone_id=gone.id, chosen=chosen, account_id=1, now=NOW)


def undo(session: Session, made: Merge) -> undoing.Undone:
    return undoing.undo(session, made, account_id=1, now=LATER)


# --- whatever refers to a person ---


def test_every_foreign_key_to_a_person_is_known(session: Session) -> None:
    declared = {
        f"{one.name}.{key.parent.name}"
        for one in metadata.sorted_tables
        for key in one.foreign_keys
        if key.column.table.name == "volunteer" and one.name != OWN
    }

    assert {one.name for one in references(session)} == declared
    assert len(declared) > 30


def test_a_table_nobody_has_heard_of_goes_along_and_back(session: Session, two: Pair) -> None:
    kept, gone = two
    session.execute(text("CREATE TABLE pebble (name text PRIMARY KEY, hers bigint REFERENCES volunteer (id))"))
    session.execute(
        text("INSERT INTO pebble VALUES ('grey', :gone), ('white', :kept)"), {"gone": gone.id, "kept": kept.id}
    )
    made = merge(session, two)
    owners = text("SELECT name, hers FROM pebble ORDER BY name")

    assert session.execute(owners).all() == [("grey", kept.id), ("white", kept.id)]
    undo(session, made)
    assert session.execute(owners).all() == [("grey", gone.id), ("white", kept.id)]


def test_a_row_of_which_she_has_one_goes_along_unless_she_has_it_already(session: Session, two: Pair) -> None:
    kept, gone = two
    session.execute(text("CREATE TABLE pebble (hers bigint PRIMARY KEY REFERENCES volunteer (id))"))
    session.execute(text("INSERT INTO pebble VALUES (:gone)"), {"gone": gone.id})
    made = merge(session, two)
    owners = text("SELECT hers FROM pebble ORDER BY hers")
    assert session.scalars(owners).all() == [kept.id]
    undo(session, made)
    assert session.scalars(owners).all() == [gone.id]
    session.execute(text("INSERT INTO pebble VALUES (:kept)"), {"kept": kept.id})
    merge(session, two)
    assert session.scalars(owners).all() == [kept.id, gone.id]


def test_what_a_constraint_refuses_stays_behind_and_the_rest_goes(session: Session, two: Pair) -> None:
    kept, gone = two
    session.execute(
        text("CREATE TABLE pebble (id int PRIMARY KEY, hers bigint REFERENCES volunteer (id), n int, UNIQUE (hers, n))")
    )
    session.execute(text("INSERT INTO pebble VALUES (1, :k, 1), (2, :g, 1), (3, :g, 2)"), {"k": kept.id, "g": gone.id})
    [one] = [one for one in references(session) if one.table == "pebble"]

    assert move(session, one, of=gone.id, to=kept.id) == [{"id": 3}]


def test_all_of_a_person_who_does_everything_is_the_others_and_hers_again(database: Settings) -> None:
    """She of the street has a row in most tables there are."""
    laid_out = street.build()
    with transaction() as session:
        her = session.get_one(Volunteer, laid_out.volunteer_id)
        kept_id = factories.volunteer(session, session.get_one(Area, her.area_id), her.name).id
    before = rows(laid_out.volunteer_id)
    assert sum(count > 0 for count in before.values()) > 8
    with transaction() as session:
        made = merging.merge(session, kept_id=kept_id, gone_id=her.id, chosen=(), account_id=1, now=NOW)
        merge_id = made.id
    left = {name: count for name, count in rows(her.id).items() if count}
    assert left.keys() <= {"consent.volunteer_id", "calendar_feed.volunteer_id"}, "an agreement given twice stands once"
    after = rows(kept_id)
    assert all(after[name] >= count for name, count in before.items() if name not in left)
    with transaction() as session:
        assert check(session, now=NOW) == []
        undoing.undo(session, session.get_one(Merge, merge_id), account_id=1, now=LATER)
    assert rows(her.id) == before
    with transaction() as session:
        assert check(session, now=NOW) == []


def rows(volunteer_id: int) -> dict[str, int]:
    """How many rows of each table refer to her."""
    with transaction() as session:
        counted = {}
        for one in references(session):
            hers = table(one.table, sql_column(one.column))
            statement = select(func.count()).select_from(hers).where(hers.c[one.column] == volunteer_id)
            counted[one.name] = session.scalar(statement) or 0
        return counted


# --- what she cannot have twice ---


def placed(
    session: Session, area: Area, person: Volunteer, day: int, *, is_offer: bool = False, **details: Any
) -> Assignment:
    """A place of hers, confirmed or offered, in a shift of its own so many days ahead."""
    shift = factories.shift_on(session, area, NOW + timedelta(days=day), mode=Mode.ROTA, **details)
    row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
    assert row is not None
    give = roster.offer if is_offer else roster.take
    made = give(session, row=row, volunteer_id=person.id, now=NOW)
    assert made is not None
    return made


def test_of_two_places_at_one_time_the_surer_stays_and_the_other_is_sought_for(
    session: Session, area: Area, two: Pair
) -> None:
    kept, gone = two
    asked = placed(session, area, kept, 3, is_offer=True)
    sure = placed(session, area, gone, 3, title="助餐")
    other = placed(session, area, gone, 4)
    made = merge(session, two)

    assert [session.get_one(Assignment, one.id).state for one in (asked, sure, other)] == [
        AssignmentState.RELEASED,
        AssignmentState.CONFIRMED,
        AssignmentState.CONFIRMED,
    ]
    assert set(session.scalars(select(Assignment.volunteer_id))) == {kept.id}
    assert ("PlaceFreed", asked.shift_role_id) in facts(session, "PlaceFreed")
    assert check(session, now=NOW) == []
    undone = undo(session, made)
    assert (undone.again, undone.gone) == (1, 0)
    assert [session.get_one(Assignment, one.id).volunteer_id for one in (asked, sure, other)] == [
        kept.id,
        gone.id,
        gone.id,
    ]
    assert session.get_one(Assignment, asked.id).state == AssignmentState.OFFERED
    assert check(session, now=NOW) == []


def test_twice_in_one_shift_she_has_one_place_and_who_waits_has_the_other(
    session: Session, area: Area, two: Pair
) -> None:
    shift = factories.shift_on(
        session, area, NOW + timedelta(days=3), roles=[RolePlan(name="医生", min_needed=1, max_needed=2)]
    )
    role = factories.only_role(session, shift)
    mine, theirs = (factories.sign_up(session, one, role) for one in two)
    waiting = factories.sign_up(session, factories.volunteer(session, area, "李大雪"), role)
    made = merge(session, two)

    states = dict(session.execute(select(SignUp.id, SignUp.state)).all())
    assert states == {
        mine.id: SignUpState.CONFIRMED,
        theirs.id: SignUpState.WITHDRAWN,
        waiting.id: SignUpState.WAITLISTED,
    }
    assert session.scalars(select(ShiftRole.taken).where(ShiftRole.id == role.id)).one() == 1
    assert undo(session, made).gone == 1, "somebody waits for the place: it is hers"


def test_the_queue_keeps_the_better_rank_and_a_place_beats_waiting(session: Session, area: Area, two: Pair) -> None:
    kept, gone = two
    single = [RolePlan(name="医生", min_needed=1, max_needed=1)]
    full = factories.only_role(session, factories.shift_on(session, area, NOW + timedelta(days=3), roles=single))
    factories.sign_up(session, factories.volunteer(session, area, "李大雪"), full)
    early, late = factories.sign_up(session, gone, full), factories.sign_up(session, kept, full)
    other = factories.only_role(session, factories.shift_on(session, area, NOW + timedelta(days=5), roles=single))
    has, waits = factories.sign_up(session, gone, other), factories.sign_up(session, kept, other)
    made = merge(session, two)

    stands = session.scalars(select(SignUp.id).where(SignUp.volunteer_id == kept.id, SignUp.state.in_(STANDING)))
    assert set(stands) == {early.id, has.id}
    undo(session, made)
    assert {session.get_one(SignUp, one.id).state for one in (late, waits)} == {SignUpState.WAITLISTED}
    assert check(session, now=NOW) == []


def test_her_last_word_about_an_agreement_counts(session: Session, two: Pair) -> None:
    kept, gone = two
    volunteers.withdraw_consent(session, volunteer_id=gone.id, purpose=ConsentPurpose.REMINDERS, now=LATER)
    for one in two:
        volunteers.withdraw_consent(session, volunteer_id=one.id, purpose=ConsentPurpose.SERVICE, now=NOW)
    volunteers.give_consent(
        session, volunteer_id=gone.id, purpose=ConsentPurpose.SERVICE, how=ConsentHow.WEB, now=LATER
    )
    session.expire_all()
    made = merge(session, two)

    assert standing(session, kept) == {ConsentPurpose.SERVICE}
    undo(session, made)
    assert (standing(session, kept), standing(session, gone)) == ({ConsentPurpose.REMINDERS}, {ConsentPurpose.SERVICE})


def standing(session: Session, person: Volunteer) -> set[str]:
    given = select(Consent.purpose).where(Consent.volunteer_id == person.id, Consent.withdrawn_at.is_(None))
    return set(session.scalars(given))


def test_the_higher_role_and_the_verified_skill_stay(session: Session, area: Area, two: Pair) -> None:
    kept, gone = two
    band = factories.team(session, area)
    for one, role in ((kept, MemberRole.MEMBER), (gone, MemberRole.LEAD)):
        teams.join_team(session, team_id=band.id, volunteer_id=one.id, from_on=date(2026, 1, 1), role=role)
        skill = skills.claim(session, one, name="书法", now=NOW)
    skills.verify(session, skill, account_id=7, now=NOW)
    factories.qualified(session, gone, QualificationKind.NURSE)
    made = merge(session, two)

    [membership] = session.scalars(select(Membership).where(Membership.volunteer_id == kept.id))
    [skill] = session.scalars(select(Skill).where(Skill.volunteer_id == kept.id))
    assert (membership.role, skill.verified_by) == (MemberRole.LEAD, 7)
    assert [one.kind for one in session.get_one(Volunteer, kept.id).qualifications] == [QualificationKind.NURSE]
    undo(session, made)
    assert (session.get_one(Membership, membership.id).role, session.get_one(Skill, skill.id).verified_by) == (
        MemberRole.MEMBER,
        None,
    )


def test_who_must_not_serve_with_her_still_does_not(session: Session, area: Area, two: Pair) -> None:
    kept, gone = two
    before, friend = (factories.volunteer(session, area, name) for name in ("钱谷雨", "孙芒种"))
    company.bind(session, gone, other=before, kind=BondKind.APART, account_id=1, now=NOW)
    company.bind(session, kept, other=friend, kind=BondKind.TOGETHER, account_id=1, now=NOW)
    company.bind(session, gone, other=friend, kind=BondKind.APART, account_id=1, now=NOW)
    third = factories.volunteer(session, area, "王秀英")
    made = merging.merge(session, kept_id=third.id, gone_id=gone.id, chosen=(), account_id=1, now=NOW)
    assert bonds(session, third) == {(before.id, "apart"), (friend.id, "apart")}, "whatever the order of the ids"
    undo(session, made)
    assert bonds(session, third) == set()
    merge(session, two)
    assert bonds(session, kept) == {(before.id, "apart"), (friend.id, "apart")}


def bonds(session: Session, her: Volunteer) -> set[tuple[int, str]]:
    """(the other, what they are to each other)."""
    rows = session.execute(select(Bond.person_id, Bond.other_id, Bond.kind))
    return {(one + other - her.id, kind) for one, other, kind in rows if her.id in (one, other)}


# --- facts, and how she logs in ---


def test_facts_are_chosen_and_those_only_one_has_are_taken(session: Session, area: Area) -> None:
    kept = factories.volunteer(session, area, "王秀英", phone=KEPT, tags=["老党员"])
    gone = factories.volunteer(
        session, area, "王秀莹", phone=GONE, tags=["教师"], birth_on=date(1956, 3, 8), email="a@b.cn"
    )
    volunteers.revise(session, gone, changes={"steps_in": False}, account_id=1, now=NOW)
    made = merge(session, (kept, gone), "name", "phone")

    assert (kept.name, kept.initials, kept.birth_on, kept.email) == ("王秀莹", "wxy", date(1956, 3, 8), "a@b.cn")
    assert (kept.tags, kept.steps_in) == (["老党员", "教师"], False)
    assert (by_phone(session, GONE), by_phone(session, KEPT)) == (kept, None)
    assert left_at(session, gone) == NOW
    assert ("merged_people", "volunteer", kept.id, 1) in audited(session)
    undo(session, made)
    assert (kept.name, kept.birth_on, kept.email, kept.tags, kept.steps_in) == ("王秀英", None, None, ["老党员"], True)
    assert (by_phone(session, GONE), by_phone(session, KEPT)) == (gone, kept)
    assert left_at(session, gone) is None
    assert [verb for verb, *_ in audited(session)][-1] == "undid_merge"


def left_at(session: Session, person: Volunteer) -> datetime | None:
    return session.scalars(select(Volunteer.left_at).where(Volunteer.id == person.id)).one()


def test_she_logs_in_by_the_number_that_stays_and_the_other_is_out_of_use(
    session: Session, area: Area, two: Pair
) -> None:
    kept, gone = two
    mine, theirs = (accounts.open_account(session, phone=phone, name="王秀英") for phone in (KEPT, GONE))
    made = merge(session, two, "phone")
    session.refresh(mine)
    session.refresh(theirs)

    assert (theirs.volunteer_id, theirs.disabled_at) == (kept.id, None)
    assert (mine.volunteer_id, mine.disabled_at) == (None, NOW)
    undo(session, made)
    session.refresh(mine)
    session.refresh(theirs)
    assert [(one.volunteer_id, one.disabled_at) for one in (mine, theirs)] == [(kept.id, None), (gone.id, None)]


def test_an_account_with_roles_stays_with_its_number(session: Session, area: Area, two: Pair) -> None:
    """Or whoever merges could log in as an administrator."""
    kept, _gone = two
    admin = accounts.open_account(session, phone=KEPT, name="王秀英")
    accounts.grant_role(session, admin, role=Role.ADMIN, area_id=area.id, granted_by=None, now=NOW)
    plain = accounts.open_account(session, phone=GONE, name="王秀英")
    session.refresh(admin)
    with pytest.raises(KeepsNumber):
        merge(session, two, "phone")
    merge(session, two)
    assert session.get_one(Account, admin.id, populate_existing=True).volunteer_id == kept.id
    assert session.get_one(Account, plain.id, populate_existing=True).disabled_at == NOW


def test_two_accounts_with_roles_are_not_merged(session: Session, area: Area, two: Pair) -> None:
    for phone in (KEPT, GONE):
        account = accounts.open_account(session, phone=phone, name="王秀英")
        accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
        session.refresh(account)
    with pytest.raises(BothHaveRoles):
        merge(session, two)


# --- once, undone once, forgotten ---


def test_merging_twice_is_once_and_nobody_is_merged_with_who_is_gone(session: Session, area: Area, two: Pair) -> None:
    kept, gone = two
    third = factories.volunteer(session, area, "王秀英")
    made = merge(session, two)

    assert merge(session, two) is made
    for pair in ((gone, third), (third, gone), (kept, kept)):
        with pytest.raises(NotTwo):
            merge(session, pair)
    further = merge(session, (third, kept))
    with pytest.raises(MergeStands):
        undo(session, made)
    undo(session, further)
    undo(session, made)
    assert {one.left_at for one in (kept, gone, third)} == {None}
    assert undo(session, made).again == 0, "twice is harmless"


def test_after_a_day_it_stands_and_the_entry_that_went_is_forgotten(session: Session, two: Pair) -> None:
    _kept, gone = two
    made = merge(session, two)
    over = NOW + timedelta(hours=24, seconds=1)
    with pytest.raises(MergeStands):
        undoing.undo(session, made, account_id=1, now=over)
    assert merging.forget(session, now=over - timedelta(hours=1)) == 0
    assert [merging.forget(session, now=over) for _ in range(2)] == [1, 0]
    assert (gone.name, gone.pinyin, gone.birth_on, gone.phone_sealed) == (merging.MERGED_NAME, "", None, None)
    assert (made.moved, made.before) == ({}, {})


def test_a_number_that_somebody_registered_meanwhile_stays_hers(session: Session, area: Area, two: Pair) -> None:
    kept, gone = two
    made = merge(session, two)
    other = factories.volunteer(session, area, "李大雪", phone=GONE)

    assert undo(session, made).has_number is False
    assert (by_phone(session, GONE), by_phone(session, KEPT), gone.phone_sealed) == (other, kept, None)


# --- at once ---


def pair_in_town() -> tuple[int, int, int, int]:
    """(kept, gone, shift, role), committed."""
    with transaction() as session:
        area = factories.community(session)
        kept, gone = (factories.volunteer(session, area, "王秀英") for _ in range(2))
        shift = factories.shift_on(session, area, NOW + timedelta(days=3))
        return kept.id, gone.id, shift.id, factories.only_role(session, shift).id


def merging_of(kept_id: int, gone_id: int) -> Any:
    return lambda session: merging.merge(session, kept_id=kept_id, gone_id=gone_id, chosen=(), account_id=1, now=NOW).id


def test_a_sign_up_under_way_is_waited_for_and_goes_along(database: Settings) -> None:
    kept_id, gone_id, _shift_id, role_id = pair_in_town()
    with threads() as pool:
        with transaction() as session:
            role = session.get_one(ShiftRole, role_id)
            signup_id = factories.sign_up(session, session.get_one(Volunteer, gone_id), role).id
            running = pool.submit(committed, merging_of(kept_id, gone_id))
            until_it_waits(running)
        running.result(20)
    with transaction() as session:
        assert session.get_one(SignUp, signup_id).volunteer_id == kept_id
        assert session.scalars(select(Assignment.volunteer_id)).all() == [kept_id]
        assert check(session, now=NOW) == []


def test_who_signs_up_while_she_is_merged_is_refused_as_the_entry_that_goes(database: Settings) -> None:
    kept_id, gone_id, shift_id, role_id = pair_in_town()

    def sign_up(session: Session) -> Any:
        return signups_of(session, gone_id, shift_id, role_id)

    with threads() as pool:
        with transaction() as session:
            merging_of(kept_id, gone_id)(session)
            running = pool.submit(committed, sign_up)
            until_it_waits(running)
        error = running.exception(20)
    assert isinstance(error, SignUpRefused)
    assert [one.reason for one in error.reasons] == [Refusal.CONSENT_MISSING]


def signups_of(session: Session, volunteer_id: int, shift_id: int, role_id: int) -> Any:
    from service.signups import actions as signups

    return signups.sign_up(
        session, volunteer_id=volunteer_id, shift_id=shift_id, shift_role_id=role_id, now=NOW, via=SignUpVia.WEB
    )


def test_two_who_merge_the_same_pair_both_ways_make_one_merge_and_no_deadlock(database: Settings) -> None:
    kept_id, gone_id, *_ = pair_in_town()
    became = together(merging_of(kept_id, gone_id), merging_of(gone_id, kept_id), merging_of(kept_id, gone_id))

    assert {type(one).__name__ for one in became} <= {"int", "NotTwo"}
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Merge)) == 1


def test_what_was_written_for_the_entry_meanwhile_is_taken_along_by_the_sweep(session: Session, two: Pair) -> None:
    kept, gone = two
    made = merge(session, two)
    skills.claim(session, gone, name="修水电", now=NOW)
    assert [merging.follow(session, now=NOW + timedelta(minutes=5)) for _ in range(2)] == [1, 0]
    assert session.scalars(select(Skill.volunteer_id)).all() == [kept.id]
    undo(session, made)
    assert session.scalars(select(Skill.volunteer_id)).all() == [gone.id]
