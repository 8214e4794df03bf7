"""什么时候能来: said by herself, by her coordinator for her, and by nobody else."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from schemas.availability import cell
from service.availability import queries
from service.availability.models import Absence
from service.availability.rules import SLOTS, Said
from service.db import transaction
from service.places.models import Area
from service.teams import actions as teams
from service.terms import Availability, DayPart
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.ledger import audited
from tests.service.web.pages.test_habits import volunteer

pytestmark = pytest.mark.usefixtures("at_now")

CAN = {cell(slot): "can" for slot in SLOTS}
MONDAY_MORNING = (1, DayPart.MORNING)


def heard(volunteer_id: int) -> Said:
    with transaction() as session:
        return queries.said(session, [volunteer_id])[volunteer_id]


def test_she_says_when_she_can_and_reads_it_again() -> None:
    her, her_id = volunteer()
    assert "/me/availability" in her.open("/me/profile")
    her.open("/me/availability")
    her.send("/me/availability", **CAN | {"morning_1": "cannot", "evening_5": "if_needed", "most_a_week": "2"})
    assert "记下了" in her.text
    assert heard(her_id) == Said(
        week={MONDAY_MORNING: Availability.CANNOT, (5, DayPart.EVENING): Availability.IF_NEEDED}, most_a_week=2
    )
    text = her.open("/me/availability")
    assert '<option value="cannot" selected' in text
    assert re.search(r'name="most_a_week"[^>]* value="2"', text)
    her.send("/me/availability", **CAN)
    assert heard(her_id) == Said()


def test_she_says_how_many_hours_a_week_and_what_she_leaves_empty_stays() -> None:
    her, her_id = volunteer()

    def hours() -> int:
        with transaction() as session:
            return session.get_one(Volunteer, her_id).weekly_hours

    assert re.search(r'name="weekly_hours"[^>]* value="20"', her.open("/me/availability"))
    her.send("/me/availability", **CAN | {"weekly_hours": "6"})
    assert hours() == 6
    her.send("/me/availability", **CAN | {"weekly_hours": "6"})
    her.send("/me/availability", **CAN)
    for wrong in ("0", "61", "六"):
        her.send("/me/availability", **CAN | {"weekly_hours": wrong})
        assert her.status == 422
    assert hours() == 6
    with transaction() as session:
        revised = [line[:3] for line in audited(session) if line[0] == "revised_volunteer"]
        assert revised == [("revised_volunteer", "volunteer", her_id)]


def test_who_can_never_come_is_told_what_to_do_instead_and_nothing_is_lost() -> None:
    her, her_id = volunteer()
    her.open("/me/availability")
    her.send("/me/availability", **CAN | {"morning_1": "cannot"})
    text = her.send("/me/availability", **dict.fromkeys(CAN, "cannot"))
    assert (her.status, "请用下面的“请假”" in text) == (422, True)
    assert text.count('<option value="cannot" selected') == len(SLOTS)
    assert heard(her_id).week == {MONDAY_MORNING: Availability.CANNOT}


def test_leave_is_noted_and_the_places_of_those_days_are_named() -> None:
    her, her_id = volunteer()
    with transaction() as session:
        person = session.get_one(Volunteer, her_id)
        activity = factories.activity(session, session.get_one(Area, person.area_id))
        factories.sign_up(session, person, factories.only_role(session, factories.shifts(session, activity)[0]))
    her.open("/me/availability")
    text = her.send("/me/availability/away", from_on="2026-11-28", until_on="2026-11-27")
    assert (her.status, "或者以后" in text) == (422, True)
    her.send("/me/availability/away", from_on="2026-11-28", until_on="2026-11-29")
    assert ("这几天还有班" in her.text, "社区义诊" in her.text) == (True, True)
    with transaction() as session:
        number = session.scalars(select(Absence.id)).one()
    her.send(f"/me/availability/away/{number}/forget")
    assert ("请假去掉了" in her.text, heard(her_id).away) == (True, ())


def test_a_coordinator_writes_it_down_for_her_and_that_is_written_down() -> None:
    desk, area = desks.coordinator()
    with transaction() as session:
        person_id = factories.volunteer(session, area, "王秀英").id
    address = f"/co/people/{person_id}/availability"
    assert address in desk.open(f"/co/people/{person_id}/messages")
    desk.open(address)
    desk.send(address, **CAN | {"afternoon_3": "cannot"})
    desk.send(f"{address}/away", from_on="2026-12-01", until_on="2026-12-03")
    assert "12月1日" in desk.text
    assert heard(person_id).week == {(3, DayPart.AFTERNOON): Availability.CANNOT}
    with transaction() as session:
        assert "noted_week" in {verb for verb, _kind, id_, _account in audited(session) if id_ == person_id}
        assert session.scalars(select(Absence.noted_by)).one() is not None


def test_only_activities_of_her_teams_can_be_left_to_others() -> None:
    her, her_id = volunteer()
    with transaction() as session:
        area = session.get_one(Area, session.get_one(Volunteer, her_id).area_id)
        team = factories.team(session, area)
        teams.join_team(session, team_id=team.id, volunteer_id=her_id, from_on=date(2026, 1, 1))
        ours = factories.activity(session, area, title="晨间巡逻", team_id=team.id).id
        others = factories.activity(session, area, title="别队的事").id
    text = her.open("/me/availability")
    assert ("晨间巡逻" in text, "别队的事" in text) == (True, False)
    her.send("/me/availability", **CAN, avoids=str(others))
    assert her.status == 422
    her.send("/me/availability", **CAN, avoids=str(ours))
    assert heard(her_id).avoids == {ours}


def test_nobody_of_elsewhere_sees_or_changes_it() -> None:
    her, her_id = volunteer()
    desk, _area = desks.coordinator("杜甫路社区")
    her.open("/me/availability")
    her.send("/me/availability/away", from_on="2026-11-28", until_on="2026-11-29")
    with transaction() as session:
        number = session.scalars(select(Absence.id)).one()
    other, _other_id = volunteer()
    for who, address in (
        (desk, f"/co/people/{her_id}/availability"),
        (desk, f"/co/people/{her_id}/availability/away/{number}/forget"),
        (other, f"/me/availability/away/{number}/forget"),
    ):
        who.open("/co/habits" if who is desk else "/me/availability")
        who.send(address, **CAN)
        assert who.status == 404, address
    assert desk.open(f"/co/people/{her_id}/availability")
    assert desk.status == 404
    assert len(heard(her_id).away) == 1
    guest = Person()
    guest.open("/me/availability")
    assert guest.path == "/login"
