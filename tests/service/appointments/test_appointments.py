"""Nobody has a slot twice; where who sees people falls out, others are offered; what is private stays private."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.activities.rules import RolePlan
from service.appointments import actions, following, queries
from service.appointments.actions import AppointmentRefused, Typist
from service.appointments.models import Appointment, Consultation, Sitting
from service.audit import AuditEntry
from service.events import AppointmentChanged
from service.outbox import OutboxEvent
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import AppointmentState, AskedHow
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW

S = AppointmentState
DOCTOR = (RolePlan(name="医生", min_needed=1, max_needed=2),)
DESK = Typist(7, None, AskedHow.PHONE)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def doctors(session: Session, area: Area) -> list[Volunteer]:
    return [factories.volunteer(session, area, name) for name in ("杏林", "白芷")]


def clinic(session: Session, area: Area, *, days: int = 3, hours: float = 1.0, **details: Any) -> Shift:
    return factories.shift_on(session, area, NOW + timedelta(days=days), hours=hours, roles=DOCTOR, **details)


def book(session: Session, shift: Shift | int, slot: int, room: int = 0, **whose: Any) -> Appointment:
    """In the first role of the shift, or in the role of this id."""
    given = {"name": "冯立夏", "phone": "+8613900000901", "now": NOW, "by": DESK, **whose}
    role_id = shift if isinstance(shift, int) else shift.roles[0].id
    return actions.book(session, shift_role_id=role_id, room=room, slot=slot, **given)


def falls_out(session: Session, place: Assignment, *, now: Any = NOW) -> None:
    roster.decline(session, assignment_id=place.id, now=now)
    following.follow(session, assignment_ids=[place.id], now=now)


def where(one: Appointment) -> tuple[S, int, int]:
    return S(one.state), one.room, one.slot


def changes(session: Session, one: Appointment) -> int:
    told = select(func.count()).where(
        OutboxEvent.kind == AppointmentChanged.__name__, OutboxEvent.payload["appointment_id"].as_integer() == one.id
    )
    return session.scalars(told).one()


def test_nothing_is_kept_of_a_visit_and_nobody_reads_a_name_in_the_tables(session: Session, area: Area) -> None:
    assert set(Appointment.__table__.columns.keys()) == {
        *("id", "area_id", "shift_id", "shift_role_id", "room", "slot", "state", "name_sealed", "phone_sealed"),
        *("phone_digest", "has_mobile", "asked_how", "typed_by", "booked_at", "version", "forgotten_at"),
    }, "no reason, no finding, no note: whoever adds a column reads 个人信息保护法 art. 28 first"
    shift = clinic(session, area)
    factories.consulting(session, shift, *doctors(session, area))
    book(session, shift, 0)
    [row] = session.execute(text("SELECT * FROM appointment")).all()
    assert "立夏" not in str(row)
    assert "900000901" not in str(row)


def test_there_is_a_slot_only_where_somebody_sits(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [first, second] = doctors(session, area)
    factories.consulting(session, shift, first)
    with pytest.raises(AppointmentRefused, match="no_slot"):
        book(session, shift, 0, room=1)
    factories.serving(session, shift, second)
    assert where(book(session, shift, 0, room=1)) == (S.BOOKED, 1, 0)
    for wrong in (6, 99):
        with pytest.raises(AppointmentRefused, match="no_slot"):
            book(session, shift, wrong)
    with pytest.raises(AppointmentRefused, match="taken"):
        book(session, shift, 0, room=1)
    with pytest.raises(AppointmentRefused, match="begun"):
        book(session, shift, 0, now=shift.starts_at)
    [hours] = queries.of_shift(session, shift.id)
    assert len(queries.free(session, [hours], now=NOW)) == 11


def test_one_number_books_two_slots_by_itself_and_the_desk_as_many_as_are_asked_for(
    session: Session, area: Area
) -> None:
    shift = clinic(session, area)
    factories.consulting(session, shift, *doctors(session, area))
    for slot in (0, 1):
        book(session, shift, slot, by=None)
    with pytest.raises(AppointmentRefused, match="too_many"):
        book(session, shift, 2, by=None)
    assert book(session, shift, 2).typed_by == 7


def test_who_had_a_slot_with_the_doctor_who_cancels_has_the_same_time_next_door(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [place, _other] = factories.consulting(session, shift, *doctors(session, area))
    hers, also, third = book(session, shift, 0), book(session, shift, 1), book(session, shift, 1, room=1)
    before = changes(session, hers)
    falls_out(session, place)
    assert where(hers) == (S.OFFERED, 1, 0)
    assert where(also) == (S.OFFERED, 1, 2), "the same time is taken next door: the closest one"
    assert where(third) == (S.BOOKED, 1, 1)
    assert changes(session, hers) == before + 1
    following.follow(session, assignment_ids=[place.id], now=NOW)
    assert changes(session, hers) == before + 1, "twice says nothing twice"
    assert where(actions.answer(session, hers.id, is_yes=True, now=NOW)) == (S.BOOKED, 1, 0)
    assert where(actions.answer(session, also.id, is_yes=False, now=NOW)) == (S.CANCELLED, 1, 2)


def test_where_nothing_is_free_she_waits_and_has_what_comes_free_first(session: Session, area: Area) -> None:
    shift = clinic(session, area, hours=0.5)
    [place] = factories.consulting(session, shift, doctors(session, area)[0])
    held = [book(session, shift, slot) for slot in range(3)]
    falls_out(session, place)
    assert [one.state for one in held] == [S.WAITING] * 3
    assert [one.id for one in queries.waiting(session, shift.id, scope_ids=[area.id])] == [one.id for one in held]
    factories.serving(session, shift, doctors(session, area)[1])
    assert [where(one) for one in held] == [(S.OFFERED, 0, slot) for slot in range(3)]


def test_another_day_of_the_same_clinic_is_offered_when_this_one_is_off(session: Session, area: Area) -> None:
    shift = clinic(session, area, hours=0.5)
    later = factories.further_shift(session, shift, shift.starts_at + timedelta(days=7))
    [doctor, other] = doctors(session, area)
    [place] = factories.consulting(session, shift, doctor)
    factories.serving(session, later, other)
    one = book(session, shift, 2)
    falls_out(session, place)
    assert (one.shift_id, one.state, one.slot) == (later.id, S.OFFERED, 0)


def test_who_has_been_seen_by_then_is_left_alone(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [place] = factories.consulting(session, shift, doctors(session, area)[0])
    seen, next_one = book(session, shift, 0), book(session, shift, 1)
    noon = shift.starts_at + timedelta(minutes=11)
    roster.mark_no_show(session, assignment_id=place.id, now=noon)
    following.follow(session, assignment_ids=[place.id], now=noon)
    assert (seen.state, next_one.state) == (S.BOOKED, S.WAITING)


def test_a_moved_shift_moves_its_slots_and_everybody_is_asked(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    factories.consulting(session, shift, doctors(session, area)[0])
    early, late = book(session, shift, 0), book(session, shift, 5)
    shift.starts_at, shift.ends_at = shift.starts_at + timedelta(hours=5), shift.ends_at + timedelta(hours=4.5)
    session.flush()
    following.follow_moved(session, shift_id=shift.id, now=NOW)
    assert where(early) == (S.OFFERED, 0, 0)
    assert late.state == S.OFFERED
    assert late.slot in (1, 2), "half an hour is left"


def test_a_private_one_is_read_by_whoever_sits_there_and_booked_by_nobody_else(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [hers, other] = doctors(session, area)
    factories.consulting(session, shift, hers, other, rooms=("谈心室一", "谈心室二"), is_private=True)
    one = book(session, shift, 0, by=None)
    [hours] = queries.of_shift(session, shift.id)

    def names(volunteer_id: int | None, *, is_desk: bool) -> list[str]:
        table = queries.table(session, hours, volunteer_id=volunteer_id, is_desk=is_desk)
        return [line.name for line in table if line.is_taken]

    assert names(hers.id, is_desk=False) == ["冯立夏"]
    assert names(other.id, is_desk=False) == names(None, is_desk=True) == names(other.id, is_desk=True) == [""]
    reach: dict[str, Any] = {"scope_ids": [area.id], "volunteer_id": other.id}
    assert queries.visible(session, one.id, **reach) is None
    assert queries.visible(session, one.id, scope_ids=[], volunteer_id=hers.id) is one
    for by in (DESK, Typist(7, other.id, AskedHow.PHONE)):
        with pytest.raises(AppointmentRefused, match="private"):
            book(session, shift, 1, by=by)
    with pytest.raises(AppointmentRefused, match="mobile_needed"):
        book(session, shift, 1, phone="+86037164350001", by=Typist(7, hers.id, AskedHow.IN_PERSON))
    assert book(session, shift, 1, by=Typist(7, hers.id, AskedHow.IN_PERSON)).state == S.BOOKED


def test_whoever_sat_there_sees_nobody_once_she_does_not_come(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [hers, _other] = doctors(session, area)
    [place] = factories.consulting(session, shift, hers, is_private=True)
    one = book(session, shift, 0, by=None)
    falls_out(session, place)
    assert one.state == S.WAITING
    assert queries.visible(session, one.id, scope_ids=[area.id], volunteer_id=hers.id) is None
    assert queries.waiting(session, shift.id, scope_ids=[area.id]) == []
    assert queries.to_call(session, scope_ids=[area.id], now=NOW) == []


def test_what_people_booked_on_stays_until_they_have_been_seen(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    factories.consulting(session, shift, *doctors(session, area))
    book(session, shift, 0)
    others: list[dict[str, Any]] = [{"minutes": 20}, {"rooms": ("诊室一",)}, {"is_private": True}]
    for wrong in others:
        with pytest.raises(AppointmentRefused, match="in_use"):
            factories.consulting(session, shift, **wrong)
    factories.consulting(session, shift, rooms=("诊室一", "诊室二", "诊室三"))
    rules = session.get_one(Consultation, shift.roles[0].activity_role_id, populate_existing=True)
    assert rules.rooms == ["诊室一", "诊室二", "诊室三"]


def test_who_cannot_be_reached_by_text_is_to_be_called(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    [place] = factories.consulting(session, shift, doctors(session, area)[0])
    landline, nothing = book(session, shift, 0, phone="+86037164350001"), book(session, shift, 1, phone=None)
    reached = book(session, shift, 2)
    falls_out(session, place)
    assert reached.state == S.WAITING
    called = queries.to_call(session, scope_ids=[area.id], now=NOW)
    assert [row.Appointment.id for row in called] == [landline.id, nothing.id]
    assert queries.to_call(session, scope_ids=[], now=NOW) == []


def test_a_day_after_the_shift_names_and_numbers_are_gone(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    factories.consulting(session, shift, doctors(session, area)[0])
    one = book(session, shift, 0)
    assert actions.forget(session, now=shift.ends_at + timedelta(hours=23)) == []
    assert actions.forget(session, now=shift.ends_at + timedelta(hours=25)) == [one.id]
    session.refresh(one)
    assert (one.name_sealed, one.phone_sealed, one.phone_digest, one.state) == (None, None, None, S.BOOKED)
    assert queries.visible(session, one.id, scope_ids=[area.id], volunteer_id=None) is None


def test_what_the_desk_does_is_written_down_without_a_name(session: Session, area: Area) -> None:
    shift = clinic(session, area)
    factories.consulting(session, shift, doctors(session, area)[0])
    one = book(session, shift, 0)
    role = shift.roles[0].id
    actions.change(session, one.id, shift_role_id=role, room=0, slot=3, now=NOW, account_id=7)
    actions.look_at_phone(session, one, why="change", account_id=7, now=NOW)
    actions.cancel(session, one.id, now=NOW, account_id=7)
    session.flush()
    noted = session.scalars(select(AuditEntry).where(AuditEntry.account_id == 7).order_by(AuditEntry.id)).all()
    assert [entry.verb for entry in noted] == [
        "booked_appointment",
        "changed_appointment",
        "looked_at_appointment_phone",
        "cancelled_appointment",
    ]
    assert not [entry for entry in noted if "立夏" in str(entry.details)]
    with pytest.raises(AppointmentRefused, match="over"):
        actions.change(session, one.id, shift_role_id=role, room=0, slot=4, now=NOW, account_id=7)


def test_two_who_tap_in_the_same_moment_do_not_get_the_same_slot(database: Settings) -> None:
    def laid_out(session: Session) -> int:
        area = factories.community(session)
        shift = clinic(session, area)
        factories.consulting(session, shift, *doctors(session, area))
        return shift.roles[0].id

    role_id = committed(laid_out)
    phones = [f"+8613900000{n}" for n in range(910, 915)]
    came = together(*(lambda session, phone=phone: book(session, role_id, 2, phone=phone, by=None) for phone in phones))
    refused = [one for one in came if isinstance(one, AppointmentRefused)]
    assert len(refused) == 4
    assert {one.problem for one in refused} == {"taken"}
    assert committed(lambda session: session.scalar(select(func.count()).select_from(Appointment))) == 1


def test_whoever_books_while_the_doctor_cancels_is_offered_another_and_forgotten_by_nobody(database: Settings) -> None:
    def laid_out(session: Session) -> tuple[int, int]:
        area = factories.community(session)
        shift = clinic(session, area)
        return shift.roles[0].id, factories.consulting(session, shift, *doctors(session, area))[0].id

    role_id, place_id = committed(laid_out)

    def cancels(session: Session) -> None:
        roster.decline(session, assignment_id=place_id, now=NOW)

    together(cancels, *(lambda session, n=n: book(session, role_id, n, phone=f"+861390000092{n}") for n in range(4)))
    committed(lambda session: following.follow(session, assignment_ids=[place_id], now=NOW))

    def outcome(session: Session) -> None:
        held = session.scalars(select(Appointment)).all()
        rooms = set(session.scalars(select(Sitting.room)))
        assert rooms == {1}
        assert all(one.room in rooms for one in held), "nobody is left with a doctor who does not come"
        assert {one.state for one in held} <= {S.BOOKED, S.OFFERED}

    committed(outcome)
