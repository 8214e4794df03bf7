"""A family signs up together: all its places or none, whatever races; counted right, and nobody of it is named."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities.models import ActivityRole, Shift, ShiftRole
from service.activities.rules import RolePlan
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.queries import coverage, holders
from service.settings import Settings
from service.signups import actions, families, following
from service.signups.actions import SignUpRefused
from service.signups.families import FamiliesRefused
from service.signups.models import ForbiddenMove, SignUp
from service.signups.rules import Party
from service.swaps import actions as swaps
from service.terms import Mode, QualificationKind, Refusal, SignUpState
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW
from tests.invariants import check

S = SignUpState


def party(adults: int = 0, children: int = 0, *, agrees: bool = True) -> Party:
    return Party(with_adults=adults, with_children=children, guardian_consents=agrees)


def open_event(session: Session, *, places: int = 5, most: int = 4, **details: Any) -> ShiftRole:
    """Dumplings are made; a family of up to four signs up together."""
    area = factories.community(session)
    roles = (RolePlan(name="包饺子", min_needed=1, max_needed=places),)
    [shift] = factories.shifts(session, factories.activity(session, area, title="冬至包饺子", roles=roles, **details))
    role = factories.only_role(session, shift)
    families.take_families(session, role.definition, most=most, account_id=None, now=NOW)
    return role


def asks(session: Session, role: ShiftRole, whom: Party, name: str = "王小满") -> SignUp:
    person = factories.volunteer(session, session.get_one(Area, session.get_one(Shift, role.shift_id).area_id), name)
    return factories.sign_up(session, person, role, party=whom)


def taken(session: Session, role: ShiftRole) -> int:
    session.refresh(role)
    return role.taken


def why(refused: pytest.ExceptionInfo[SignUpRefused]) -> list[Refusal]:
    return [one.reason for one in refused.value.reasons]


def test_a_family_has_all_its_places_and_counts_as_so_many(session: Session) -> None:
    role = open_event(session)
    signup = asks(session, role, party(1, 2))
    [place] = session.scalars(select(Assignment)).all()
    assert (signup.state, signup.places, place.places, taken(session, role)) == (S.CONFIRMED, 4, 4, 4)
    assert holders(session, role.shift_id) == 4
    shift = session.get_one(Shift, role.shift_id)
    window = {"from_at": NOW, "until_at": shift.ends_at}
    [line] = coverage(session, scope_ids=[shift.area_id], **window)  # type: ignore[arg-type]  # by their names
    assert (line.confirmed, line.offered) == (4, 0)


def test_nothing_is_kept_of_whom_she_brings_but_how_many() -> None:
    added = {"with_adults", "with_children", "guardian_consent_at"}
    assert added <= set(SignUp.__table__.columns.keys())
    assert not [name for name in SignUp.__table__.columns.keys() if {"name", "age", "birth"} & set(name.split("_"))]  # noqa: SIM118 (no dict)


def test_children_come_with_their_guardians_consent_only(session: Session) -> None:
    role = open_event(session)
    with pytest.raises(SignUpRefused) as refused:
        asks(session, role, party(0, 1, agrees=False))
    assert why(refused) == [Refusal.GUARDIAN_MISSING]
    assert asks(session, role, party(0, 1)).guardian_consent_at == NOW
    asks(session, role, party()).with_children = 1
    with pytest.raises(IntegrityError, match="guardian_consent"):
        session.flush()


def test_no_more_together_than_the_role_takes(session: Session) -> None:
    role = open_event(session, most=3)
    with pytest.raises(SignUpRefused) as refused:
        asks(session, role, party(3))
    assert why(refused) == [Refusal.TOO_MANY_TOGETHER]
    alone = open_event(session, most=1)
    with pytest.raises(SignUpRefused) as refused:
        asks(session, alone, party(1))
    assert why(refused) == [Refusal.TOO_MANY_TOGETHER]


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        ({"mode": Mode.MATCHED}, "planned"),
        ({"mode": Mode.ROTA}, "planned"),
        ({"role": {"requires": (QualificationKind.FIRST_AID,)}}, "asks"),
        ({"role": {"min_age": 18}}, "asks"),
        ({"role": {"max_needed": 2}}, "too_few"),
    ],
)
def test_no_families_where_people_are_planned_or_something_is_asked_of_each(
    session: Session, details: dict[str, Any], problem: str
) -> None:
    plan = {"name": "志愿者", "min_needed": 1, "max_needed": 9, **details.pop("role", {})}
    made = factories.activity(session, factories.community(session), roles=(RolePlan(**plan),), **details)
    with pytest.raises(FamiliesRefused, match=problem):
        families.take_families(session, made.roles[0], most=4, account_id=None, now=NOW)
    assert session.scalars(select(ActivityRole.most_together)).all() == [1]


def test_a_family_waits_as_a_whole_and_keeps_nobody_out_who_has_room(session: Session) -> None:
    role = open_event(session, places=5)
    asks(session, role, party(1, 2))
    waits = asks(session, role, party(1, 1))
    assert (waits.state, taken(session, role)) == (S.WAITLISTED, 4)
    assert asks(session, role, party()).state == S.CONFIRMED, "one place is no use to three"
    assert following.promote(session, shift_role_id=role.id, now=NOW) == 0


def test_it_is_asked_when_there_is_room_for_all_of_it_and_who_has_room_first_is_not_kept_waiting(
    session: Session,
) -> None:
    role = open_event(session, places=4)
    [a, b, c, d] = [asks(session, role, party()) for _ in range(4)]
    three, one = asks(session, role, party(0, 2)), asks(session, role, party())

    def states() -> list[SignUpState]:
        return [SignUpState(three.state), SignUpState(one.state)]

    assert states() == [S.WAITLISTED] * 2

    def gives_up(signup: SignUp) -> None:
        place = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
        roster.decline(session, assignment_id=place.id, now=NOW)
        following.settle(session, assignment_ids=[place.id])
        following.promote(session, shift_role_id=role.id, now=NOW)

    gives_up(a)
    assert states() == [S.WAITLISTED, S.PENDING], "passed over, and keeps her rank"
    gives_up(b)
    gives_up(c)
    assert states()[0] == S.WAITLISTED
    gives_up(d)
    assert states()[0] == S.PENDING
    [offer] = session.scalars(select(Assignment).where(Assignment.signup_id == three.id)).all()
    assert (offer.places, taken(session, role)) == (3, 4)


def test_one_of_them_does_not_come_and_the_others_do(session: Session) -> None:
    role = open_event(session, places=4)
    signup = asks(session, role, party(1, 2))
    waits = asks(session, role, party())
    for _twice in range(2):
        families.bring_fewer(session, signup_id=signup.id, with_adults=1, with_children=1, now=NOW)
    assert (signup.places, signup.state, taken(session, role)) == (3, S.CONFIRMED, 3)
    following.promote(session, shift_role_id=role.id, now=NOW)
    assert (waits.state, taken(session, role)) == (S.PENDING, 4)
    with pytest.raises(SignUpRefused):
        families.bring_fewer(session, signup_id=signup.id, with_adults=1, with_children=2, now=NOW)


def test_who_waits_may_have_room_with_fewer(session: Session) -> None:
    role = open_event(session, places=4)
    asks(session, role, party(1))
    waits = asks(session, role, party(1, 1))
    families.bring_fewer(session, signup_id=waits.id, with_adults=0, with_children=1, now=NOW)
    following.catch_up(session, signup_ids=[waits.id], now=NOW)
    assert (waits.state, taken(session, role)) == (S.PENDING, 4)


def test_all_of_them_withdraw_and_may_think_again_for_ten_minutes(session: Session) -> None:
    role = open_event(session)
    signup = asks(session, role, party(1, 1))
    actions.withdraw(session, signup_id=signup.id, now=NOW)
    assert taken(session, role) == 3, "kept for them"
    with pytest.raises(ForbiddenMove):
        families.bring_fewer(session, signup_id=signup.id, with_adults=0, with_children=0, now=NOW)
    actions.undo_withdrawal(session, signup_id=signup.id, now=NOW)
    assert (signup.state, taken(session, role)) == (S.CONFIRMED, 3)


def test_a_familys_places_are_not_swapped_for_one(session: Session) -> None:
    role = open_event(session)
    asks(session, role, party(1))
    place = session.scalars(select(Assignment)).one()
    with pytest.raises(swaps.NothingToGive):
        swaps.ask(session, assignment_id=place.id, now=NOW)


def test_two_families_race_for_the_last_three_places_and_neither_has_half(database: Settings) -> None:
    def laid_out(session: Session) -> tuple[int, int, list[int]]:
        role = open_event(session, places=5)
        asks(session, role, party(1))
        area = session.get_one(Area, session.get_one(Shift, role.shift_id).area_id)
        return role.id, role.shift_id, [factories.volunteer(session, area, name).id for name in ("冯立夏", "褚小暑")]

    role_id, shift_id, people = committed(laid_out)

    def race(volunteer_id: int) -> Any:
        return lambda session: (
            factories.sign_up(
                session,
                session.get_one(Volunteer, volunteer_id),
                session.get_one(ShiftRole, role_id),
                party=party(1, 1),
            ).state
        )

    came = together(*(race(one) for one in people))
    assert sorted(str(one) for one in came) == ["confirmed", "waitlisted"]

    def outcome(session: Session) -> None:
        assert session.get_one(ShiftRole, role_id).taken == 5
        assert sorted(session.scalars(select(Assignment.places).where(Assignment.shift_id == shift_id))) == [2, 3]
        assert check(session, now=NOW) == []

    committed(outcome)


def test_many_families_of_every_size_never_oversell_it(database: Settings) -> None:
    sizes = [3, 1, 4, 2, 3, 1]

    def laid_out(session: Session) -> tuple[int, list[int]]:
        role = open_event(session, places=8)
        area = session.get_one(Area, session.get_one(Shift, role.shift_id).area_id)
        return role.id, [factories.volunteer(session, area, "蒋寒露").id for _ in sizes]

    role_id, people = committed(laid_out)

    def ask(volunteer_id: int, size: int) -> Any:
        return lambda session: (
            factories.sign_up(
                session,
                session.get_one(Volunteer, volunteer_id),
                session.get_one(ShiftRole, role_id),
                party=party(size - 1),
            ).places
        )

    assert sorted(together(*map(ask, people, sizes))) == sorted(sizes)  # type: ignore[type-var]  # none was refused

    def outcome(session: Session) -> None:
        held = session.scalars(select(Assignment.places).where(Assignment.shift_role_id == role_id)).all()
        assert session.get_one(ShiftRole, role_id).taken == sum(held) <= 8
        assert check(session, now=NOW) == []

    committed(outcome)
