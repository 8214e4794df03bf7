"""怎么告诉您: chosen by herself, by her coordinator for her, by a coordinator for herself, and by nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.db import transaction
from service.notifications import habits
from service.notifications.habits import Owner
from service.outbox import OutboxEvent
from service.places.models import Area
from service.teams import actions as teams
from service.terms import Channel, MemberRole, Topic
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.ledger import audited

pytestmark = pytest.mark.usefixtures("at_now")

AS_BEFORE = dict.fromkeys(("usual", "when", "reminders", "offers", "changes", "askings", "free_places"), "usual")


def volunteer() -> tuple[Person, int]:
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, "王秀英")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        return desks.seated(account), person.id


def chosen(owner: Owner) -> dict[Topic, Channel | None]:
    with transaction() as session:
        return {Topic(habit.topic): habit.channel for habit in habits.listed(session, owner)}


def test_she_chooses_the_telephone_for_reminders_and_silence_about_free_places() -> None:
    her, her_id = volunteer()
    assert "/me/habits" in her.open("/me/profile")
    her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE | {"reminders": "call_list", "free_places": "off"})
    assert (her.path, "记下了" in her.text) == ("/me/profile", True)
    assert chosen(Owner(volunteer_id=her_id)) == {Topic.REMINDERS: Channel.CALL_LIST, Topic.FREE_PLACES: None}
    text = her.open("/me/habits")
    assert 'value="call_list" checked' in text
    her.send("/me/habits", **AS_BEFORE)
    assert chosen(Owner(volunteer_id=her_id)) == {}


def test_her_usual_way_holds_for_everything_else() -> None:
    her, her_id = volunteer()
    her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE | {"usual": "call_list"})
    with transaction() as session:
        assert session.get_one(Volunteer, her_id).channel == Channel.CALL_LIST


@pytest.mark.parametrize(
    ("question", "answer"),
    [("reminders", "off"), ("reminders", "pigeon"), ("usual", "off"), ("offers", "email")],
)
def test_what_was_not_offered_is_refused_and_nothing_changes(question: str, answer: str) -> None:
    """No mail leaves this house: nobody can be promised one."""
    her, her_id = volunteer()
    her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE | {"changes": "call_list", question: answer})
    assert (her.status, "请从列出的选一项" in her.text) == (422, True)
    assert chosen(Owner(volunteer_id=her_id)) == {}


def test_her_coordinator_chooses_for_her_and_it_is_written_down() -> None:
    _her, her_id = volunteer()
    coordinator, _area = desks.coordinator()
    assert f"/co/people/{her_id}/habits" in coordinator.open(f"/co/people/{her_id}/messages")
    coordinator.open(f"/co/people/{her_id}/habits")
    coordinator.send(f"/co/people/{her_id}/habits", **AS_BEFORE | {"reminders": "call_list"})
    assert "以后就这样告诉王秀英" in coordinator.text
    assert chosen(Owner(volunteer_id=her_id)) == {Topic.REMINDERS: Channel.CALL_LIST}
    with transaction() as session:
        assert ("chose_habits", "volunteer", her_id) in [line[:3] for line in audited(session)]


def test_a_coordinator_of_elsewhere_can_neither_see_nor_choose() -> None:
    _her, her_id = volunteer()
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    path = f"/co/people/{her_id}/habits"
    stranger.open(path)
    assert stranger.status == 404
    stranger.open("/co/habits")
    stranger.send(path, **AS_BEFORE | {"reminders": "call_list"})
    assert stranger.status == 404
    assert chosen(Owner(volunteer_id=her_id)) == {}


def test_volunteers_do_not_choose_for_others() -> None:
    her, her_id = volunteer()
    her.open(f"/co/people/{her_id}/habits")
    assert her.status == 403


def test_she_chooses_when_she_is_reminded() -> None:
    her, her_id = volunteer()
    assert "前一天晚上20:00、开始前2小时" in her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE | {"when": "eve20:00 PT2H", "reminders": "call_list"})
    with transaction() as session:
        assert session.get_one(Volunteer, her_id).lead_times == ["eve20:00", "PT2H"]
        assert session.scalar(select(OutboxEvent.payload).where(OutboxEvent.kind == "LeadTimesChosen")) == {
            "volunteer_id": her_id
        }
    assert chosen(Owner(volunteer_id=her_id)) == {Topic.REMINDERS: Channel.CALL_LIST}
    her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE)
    with transaction() as session:
        assert session.get_one(Volunteer, her_id).lead_times is None


def test_what_a_program_chose_for_her_stays_on_her_page() -> None:
    her, her_id = volunteer()
    with transaction() as session:
        session.get_one(Volunteer, her_id).lead_times = ["PT90M"]
    assert "开始前1小时30分钟" in her.open("/me/habits")
    her.send("/me/habits", **AS_BEFORE | {"when": "PT90M", "changes": "call_list"})
    with transaction() as session:
        assert session.get_one(Volunteer, her_id).lead_times == ["PT90M"]


def test_only_who_leads_a_team_is_asked_about_the_digest_and_its_gaps() -> None:
    her, her_id = volunteer()
    page = her.open("/me/habits")
    assert "一周安排" not in page
    assert "队里缺人" not in page
    with transaction() as session:
        team = factories.team(session, session.get_one(Area, session.get_one(Volunteer, her_id).area_id))
        teams.join_team(session, team_id=team.id, volunteer_id=her_id, role=MemberRole.LEAD, from_on=date(2026, 1, 1))
    page = her.open("/me/habits")
    assert "一周安排" in page
    assert "队里缺人" in page
    her.send("/me/habits", **AS_BEFORE | {"digest": "off", "team": "off"})
    assert chosen(Owner(volunteer_id=her_id)) == {Topic.DIGEST: None, Topic.TEAM: None}


def test_a_coordinator_wants_no_news_of_gaps() -> None:
    coordinator, _area = desks.coordinator()
    assert "/co/habits" in coordinator.open("/co")
    coordinator.open("/co/habits")
    coordinator.send("/co/habits", desk="off", digest="inbox")
    assert coordinator.path == "/co"
    with transaction() as session:
        account_id = factories.coordinator(session, factories.community(session)).id - 1
    assert chosen(Owner(account_id=account_id)) == {Topic.DESK: None, Topic.DIGEST: Channel.INBOX}
