"""Pupils: nothing but a sealed name, consent before all, and handed over to a guardian of its own or to nobody."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once
from service.audit import AuditEntry
from service.places.models import Area
from service.pupils import actions, queries
from service.pupils.actions import NewGuardian, PupilRefused
from service.pupils.models import Guardian, Pupil, PupilDay
from service.pupils.rules import is_on_the_day, is_vetted_only
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import ConsentHow, Kinship, PupilState, QualificationKind
from service.volunteers.models import Qualification, Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW

P = PupilState
DAY = date(2026, 11, 24)
CHECKED = QualificationKind.BACKGROUND_CHECK


def lesson(session: Session, area: Area) -> tuple[Activity, Shift]:
    """Tomorrow at half past four."""
    made = factories.activity_for_children(session, area, plans=[once(DAY, starts=time(16, 30), ends=time(18))])
    return made, factories.shifts(session, made)[0]


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def school(session: Session, area: Area) -> tuple[Activity, Shift]:
    return lesson(session, area)


def granny(session: Session, pupil: Pupil) -> int:
    return session.scalars(select(Guardian.id).where(Guardian.pupil_id == pupil.id).order_by(Guardian.id)).first() or 0


def at(shift: Shift, minutes: int = 0) -> dict[str, Any]:
    return {"account_id": 7, "now": shift.starts_at + timedelta(minutes=minutes)}


def verbs(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.verb).where(AuditEntry.account_id == 7).order_by(AuditEntry.id)))


def test_of_a_child_nothing_is_kept_but_a_sealed_name_and_who_may_fetch_it(
    session: Session, school: tuple[Activity, Shift]
) -> None:
    columns = {table.__tablename__: set(table.__table__.columns.keys()) for table in (Pupil, Guardian)}
    assert columns == {
        "pupil": {
            *("id", "area_id", "activity_id", "name_sealed"),
            *("consented_at", "consent_how", "recorded_by", "left_at"),
        },
        "pupil_guardian": {"id", "pupil_id", "name_sealed", "phone_sealed", "kinship", "gave_consent", "removed_at"},
    }, "no age, no school, no hardship: whoever adds a column reads 个人信息保护法 art. 28 first"
    pupil = factories.pupil(session, school[0], "小石榴", guardian="外婆何秋分")
    stored = [
        str(row) for table in ("pupil", "pupil_guardian") for row in session.execute(text(f"SELECT * FROM {table}"))
    ]
    assert not [row for row in stored if "石榴" in row or "何秋分" in row or "+86" in row]
    [line] = queries.enrolled(session, school[0].id)
    assert (line.name, line.guardians[0].name, line.guardians[0].gave_consent) == ("小石榴", "外婆何秋分", True)
    assert (pupil.consented_at, pupil.consent_how) == (NOW, ConsentHow.PAPER)


def test_nobody_is_enrolled_without_consent_or_where_the_unvetted_serve(session: Session, area: Area) -> None:
    vetted, _ = lesson(session, area)
    mixed = factories.activity(
        session, area, title="亲子阅读", roles=[RolePlan(name="陪伴", min_needed=1, max_needed=2)]
    )
    given: dict[str, Any] = {
        "name": "小石榴",
        "guardian": NewGuardian(name="何秋分", kinship=Kinship.PARENT, phone="+8613900000777"),
        "how": ConsentHow.ORAL,
        "account_id": 7,
        "now": NOW,
    }
    with pytest.raises(PupilRefused, match="no_consent"):
        actions.enrol(session, vetted, has_consented=False, **given)
    with pytest.raises(PupilRefused, match="not_vetted"):
        actions.enrol(session, mixed, has_consented=True, **given)
    assert session.scalars(select(Pupil)).all() == []


def test_came_then_home_with_granny_and_with_nobody_else(session: Session, school: tuple[Activity, Shift]) -> None:
    activity, shift = school
    pupil, other = (
        factories.pupil(session, activity),
        factories.pupil(session, activity, "小核桃", guardian="爸爸何立冬"),
    )
    hers, his = granny(session, pupil), granny(session, other)
    with pytest.raises(PupilRefused, match="not_there"):
        actions.hand_over(session, shift, pupil_id=pupil.id, guardian_id=hers, **at(shift))
    actions.mark(session, shift, pupil_id=pupil.id, state=P.CAME, **at(shift))
    for stranger in (his, 999_999):
        with pytest.raises(PupilRefused, match="unknown_guardian"):
            actions.hand_over(session, shift, pupil_id=pupil.id, guardian_id=stranger, **at(shift, 90))
    for _twice in range(2):
        day = actions.hand_over(session, shift, pupil_id=pupil.id, guardian_id=hers, **at(shift, 92))
    assert (day.handed_to, day.handed_at, day.handed_by) == (hers, shift.starts_at + timedelta(minutes=92), 7)
    lines = {line.name: line for line in queries.sheet(session, shift)}
    assert lines["小石榴"].handed_to is not None
    assert lines["小石榴"].handed_to.name == "外婆何秋分"
    assert lines["小核桃"].day is None
    with pytest.raises(PupilRefused, match="handed_over"):
        actions.mark(session, shift, pupil_id=pupil.id, state=P.ABSENT, **at(shift, 93))
    actions.take_back(session, shift, pupil_id=pupil.id, **at(shift, 94))
    actions.mark(session, shift, pupil_id=pupil.id, state=P.ABSENT, **at(shift, 95))
    assert verbs(session) == ["marked_pupil", "handed_over", "took_back_hand_over", "marked_pupil"]


def test_the_database_itself_refuses_a_stranger_and_a_child_that_is_not_there(
    session: Session, school: tuple[Activity, Shift]
) -> None:
    activity, shift = school
    pupil, other = factories.pupil(session, activity), factories.pupil(session, activity, "小核桃")
    actions.mark(session, shift, pupil_id=pupil.id, state=P.EXCUSED, **at(shift))
    for changes in (
        {"state": P.CAME, "handed_to": granny(session, other), "handed_at": NOW},
        {"handed_to": granny(session, pupil), "handed_at": NOW},
        {"state": P.CAME, "handed_to": granny(session, pupil)},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(PupilDay).where(PupilDay.pupil_id == pupil.id).values(**changes))


def test_an_excuse_may_come_beforehand_nothing_else(session: Session, school: tuple[Activity, Shift]) -> None:
    activity, shift = school
    pupil = factories.pupil(session, activity)
    early: dict[str, Any] = {"account_id": 7, "now": NOW}
    with pytest.raises(PupilRefused, match="not_begun"):
        actions.mark(session, shift, pupil_id=pupil.id, state=P.CAME, **early)
    assert actions.mark(session, shift, pupil_id=pupil.id, state=P.EXCUSED, **early).state == P.EXCUSED
    elsewhere = factories.activity_for_children(session, factories.community(session, "杜甫路社区"))
    with pytest.raises(PupilRefused, match="not_enrolled"):
        actions.mark(session, factories.shifts(session, elsewhere)[0], pupil_id=pupil.id, state=P.EXCUSED, **early)


def test_who_may_fetch_no_longer_is_refused_and_somebody_always_may(
    session: Session, school: tuple[Activity, Shift]
) -> None:
    activity, shift = school
    pupil = factories.pupil(session, activity)
    hers, desk = granny(session, pupil), {"account_id": 7, "now": NOW}
    with pytest.raises(PupilRefused, match="last_guardian"):
        actions.remove_guardian(session, pupil, guardian_id=hers, **desk)  # type: ignore[arg-type]
    dad = NewGuardian(name="何立冬", kinship=Kinship.PARENT, phone="+8613900000778")
    actions.authorise(session, pupil, guardian=dad, **desk)  # type: ignore[arg-type]
    for _twice in range(2):
        actions.remove_guardian(session, pupil, guardian_id=hers, **desk)  # type: ignore[arg-type]
    actions.mark(session, shift, pupil_id=pupil.id, state=P.CAME, **at(shift))
    with pytest.raises(PupilRefused, match="unknown_guardian"):
        actions.hand_over(session, shift, pupil_id=pupil.id, guardian_id=hers, **at(shift))
    assert [one.name for one, _phone in queries.phones(session, pupil.id)] == ["何立冬"]


def test_who_has_left_is_forgotten_and_what_happened_stays(session: Session, school: tuple[Activity, Shift]) -> None:
    activity, shift = school
    pupil = factories.pupil(session, activity)
    actions.mark(session, shift, pupil_id=pupil.id, state=P.CAME, **at(shift))
    actions.hand_over(session, shift, pupil_id=pupil.id, guardian_id=granny(session, pupil), **at(shift))
    for _twice in range(2):
        actions.forget(session, pupil, **at(shift, 200))
    sealed = session.execute(select(Guardian.name_sealed, Guardian.phone_sealed)).all()
    assert (pupil.name_sealed, [tuple(row) for row in sealed]) == (None, [(None, None)])
    assert queries.enrolled(session, activity.id) == []
    [line] = queries.sheet(session, shift)
    assert (line.name, line.handed_to and line.handed_to.kinship) == ("", Kinship.GRANDPARENT)
    with pytest.raises(PupilRefused, match="not_enrolled"):
        actions.take_back(session, shift, pupil_id=pupil.id, **at(shift, 201))


def teacher(session: Session, area: Area, shift: Shift) -> Volunteer:
    person = factories.qualified(session, factories.volunteer(session, area, "钱老师"), CHECKED)
    factories.sign_up(session, person, factories.only_role(session, shift))
    return person


def test_the_sheet_is_for_the_teachers_of_the_day_on_that_day(
    session: Session, area: Area, school: tuple[Activity, Shift]
) -> None:
    activity, shift = school
    factories.pupil(session, activity)
    hers = teacher(session, area, shift)
    neighbour = factories.qualified(session, factories.volunteer(session, area, "孙邻居"), CHECKED)
    midday = shift.starts_at - timedelta(hours=4)
    for now, is_hers in ((NOW, False), (midday, True), (shift.ends_at, True), (midday + timedelta(days=1), False)):
        assert queries.teaches(session, shift, volunteer_id=hers.id, now=now) is is_hers
        assert bool(queries.to_teach(session, hers.id, now=now)) is is_hers
        assert not queries.teaches(session, shift, volunteer_id=neighbour.id, now=now)
    assert not queries.teaches(session, shift, volunteer_id=None, now=midday)


def test_not_for_who_dropped_out_nor_for_whose_check_has_run_out(
    session: Session, area: Area, school: tuple[Activity, Shift]
) -> None:
    _, shift = school
    gone, lapsed = teacher(session, area, shift), teacher(session, area, shift)
    place = session.scalars(select(Assignment).where(Assignment.volunteer_id == gone.id)).one()
    roster.decline(session, assignment_id=place.id, now=NOW)
    session.execute(
        update(Qualification).where(Qualification.volunteer_id == lapsed.id).values(valid_until=DAY - timedelta(days=1))
    )
    for one in (gone, lapsed):
        assert not queries.teaches(session, shift, volunteer_id=one.id, now=shift.starts_at)


def test_two_teachers_hand_the_same_child_to_two_people_and_one_of_them_is_refused(database: Settings) -> None:
    def prepare(session: Session) -> tuple[int, int, list[int]]:
        activity, shift = lesson(session, factories.community(session))
        pupil = factories.pupil(session, activity)
        dad = NewGuardian(name="何立冬", kinship=Kinship.PARENT, phone="+8613900000778")
        second = actions.authorise(session, pupil, guardian=dad, account_id=7, now=NOW)
        actions.mark(session, shift, pupil_id=pupil.id, state=P.CAME, **at(shift))
        return shift.id, pupil.id, [granny(session, pupil), second.id]

    shift_id, pupil_id, guardians = committed(prepare)

    def hand(session: Session, guardian_id: int) -> int | None:
        shift = session.get_one(Shift, shift_id)
        return actions.hand_over(session, shift, pupil_id=pupil_id, guardian_id=guardian_id, **at(shift)).handed_to

    came = together(*[lambda session, one=one: hand(session, one) for one in guardians * 2])
    refused = [one for one in came if isinstance(one, PupilRefused)]
    assert [one.problem for one in refused] == ["handed_over"] * 2
    taken = {one for one in came if isinstance(one, int)}
    assert len(taken) == 1
    assert committed(lambda session: session.scalars(select(PupilDay.handed_to)).one()) in taken


def test_rules() -> None:
    assert not is_vetted_only([(CHECKED,), ()])
    assert is_vetted_only([(CHECKED, QualificationKind.TEACHER)])
    night = {"starts_at": NOW.replace(hour=14), "ends_at": NOW.replace(hour=17)}  # 22:00 to 1:00
    assert is_on_the_day(NOW.replace(hour=16, minute=30), **night)
    assert not is_on_the_day(NOW - timedelta(days=1), **night)
