"""Activities that are held together: one medical team and its services (A12)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.company import actions, queries
from service.company.actions import CrewRefused, InAnotherCrew
from service.company.rules import Held, crews
from service.db import transaction
from service.places.models import Area
from service.terms import CompanyFault, Mode
from tests import desks, factories
from tests.at_once import together
from tests.factories import NOW
from tests.ledger import audited

SATURDAY = date(2026, 11, 28)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def planned(session: Session, area: Area, *titles: str, **details: object) -> list[Activity]:
    details = {"mode": Mode.MATCHED, **details}
    return [factories.activity(session, area, title=title, **details) for title in titles]  # type: ignore[arg-type]


def hold(session: Session, activity: Activity, *others: Activity) -> None:
    actions.hold_together(session, activity, others=others, account_id=7, now=NOW)


def held(session: Session, activity: Activity) -> list[str]:
    return [one.title for one in queries.held_with(session, activity.id)]


def test_a_crew_is_said_anew_from_whichever_of_its_activities(session: Session, area: Area) -> None:
    doctor, talk, visit = planned(session, area, "义诊", "讲座", "走访")
    hold(session, talk, doctor)
    assert (held(session, doctor), held(session, talk), held(session, visit)) == (["讲座"], ["义诊"], [])
    hold(session, doctor, talk, visit)
    assert held(session, visit) == ["义诊", "讲座"]
    assert set(queries.crews_of(session, [visit.id]).values()) == {doctor.id}
    hold(session, visit, talk)
    assert (held(session, doctor), held(session, talk)) == ([], ["走访"]), "what is left out is by itself"
    hold(session, talk)
    assert queries.crews_of(session, [doctor.id, talk.id, visit.id]) == {}
    hold(session, talk)
    verbs = [verb for verb, *_, account in audited(session) if verb == "held_together" and account == 7]
    assert len(verbs) == 4, "nothing is written down where nothing changed"


def test_only_what_one_community_plans_is_held_together(session: Session, area: Area) -> None:
    [doctor] = planned(session, area, "义诊")
    [draft] = planned(session, area, "还没发布", is_published=False)
    first_come = factories.activity(session, area, title="先到先得")
    [far] = planned(session, factories.community(session, "石窟路社区"), "别的社区")
    for other in (draft, first_come, far):
        with pytest.raises(CrewRefused):
            hold(session, doctor, other)
    [talk] = planned(session, area, "讲座")
    could = partial(queries.could_be_held_with, session, scope_ids=[area.id])
    assert [one.title for one in could(doctor)] == ["讲座"]
    assert could(first_come) == []
    assert queries.could_be_held_with(session, doctor, scope_ids=[far.area_id]) == []
    hold(session, doctor, talk)
    assert queries.crew_in_scope(session, doctor, scope_ids=[area.id])
    assert not queries.crew_in_scope(session, doctor, scope_ids=[far.area_id])


@pytest.mark.usefixtures("database")
def test_said_from_two_ends_at_once_no_activity_is_in_two_crews() -> None:
    with transaction() as session:
        doctor, talk, visit = planned(session, factories.community(session), "义诊", "讲座", "走访")

    def say(one: Activity, other: Activity, session: Session) -> None:
        hold(session, session.get_one(Activity, one.id), session.get_one(Activity, other.id))

    done = together(partial(say, doctor, talk), partial(say, visit, talk))
    assert [type(one) for one in done if one is not None] == [InAnotherCrew]
    with transaction() as session:
        crew = queries.crews_of(session, [talk.id])
    assert set(crew) in ({doctor.id, talk.id}, {talk.id, visit.id})


def test_a_crew_of_a_day_is_all_shifts_of_its_activities_on_that_day() -> None:
    sunday = SATURDAY + timedelta(days=1)
    shifts = [Held(4, 1, SATURDAY), Held(3, 2, SATURDAY), Held(5, 2, sunday), Held(6, 9, SATURDAY), Held(7, 8, sunday)]
    assert crews(shifts, {1: 1, 2: 1, 8: 8}) == {4: 3, 3: 3, 5: 5, 7: 7}


def test_the_roster_marks_the_doctor_while_a_service_of_the_day_is_short(session: Session, area: Area) -> None:
    doctor, talk = planned(session, area, "义诊", "讲座")
    [clinic], [lecture] = factories.shifts(session, doctor), factories.shifts(session, talk)
    later = factories.further_shift(session, clinic, clinic.starts_at + timedelta(days=7))
    for shift in (clinic, later):
        row = desks.offered(session, area, shift, "安大夫")
        assert row.shift_id == shift.id

    def faults() -> dict[int, list[CompanyFault]]:
        return queries.faults_of(session, doctor.id, [clinic, later], now=NOW)

    assert faults() == {}
    hold(session, doctor, talk)
    assert faults() == {clinic.id: [CompanyFault.CREW]}, "a week later nothing else is held"
    desks.offered(session, area, lecture, "主讲")
    assert faults() == {}


@pytest.mark.usefixtures("at_now")
def test_a_coordinator_says_it_on_the_page_of_an_activity() -> None:
    desk, area = desks.coordinator()
    stranger, elsewhere = desks.coordinator("石窟路社区")
    with transaction() as session:
        doctor, talk, visit = planned(session, area, "义诊", "讲座", "走访")
        [far] = planned(session, elsewhere, "别的社区")
        instant = factories.activity(session, area, title="先到先得")
    address, crew = f"/co/activities/{doctor.id}/company", f"/co/activities/{doctor.id}/crew"
    page = desk.open(address)
    assert "讲座" in page
    assert "别的社区" not in page
    assert "一队多服务" not in desk.open(f"/co/activities/{instant.id}/company")
    desk.open(address)
    assert "记下了" in desk.send(crew, activity_ids=[str(talk.id)])
    desk.send(crew, activity_ids=[str(talk.id), str(far.id)])
    assert desk.status == 422
    desk.open(address)
    desk.send(f"/co/activities/{visit.id}/crew", activity_ids=[str(talk.id)])
    assert desk.status == 422
    assert "已经和别的活动同组" in desk.text
    stranger.open(f"/co/activities/{far.id}/company")
    stranger.send(crew, activity_ids=[])
    assert stranger.status == 404
    with transaction() as session:
        assert held(session, talk) == ["义诊"]
