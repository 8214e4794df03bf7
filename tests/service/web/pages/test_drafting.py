"""安排人: pencilled in by hand, seen by nobody, asked when it is published; two editors lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once
from service.audit import AuditEntry
from service.db import transaction
from service.drafting import actions
from service.notifications.models import Notification
from service.places.models import Area
from service.roster.models import Assignment
from service.signups.queries import openings
from service.teams.actions import join_team
from service.terms import AssignmentState, ConsentPurpose, QualificationKind
from service.volunteers.actions import withdraw_consent
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import drain

pytestmark = pytest.mark.usefixtures("at_now")

TUESDAY, NINE, ELEVEN = date(2026, 11, 24), time(9), time(11)


class Street:
    """A coordinator, a clinic on Tuesday that wants two helpers, and four people of the team."""

    def __init__(self) -> None:
        self.her, self.area = desks.coordinator()
        with transaction() as session:
            self.team_id = factories.team(session, self.area).id
            self.people = {}
            for name in ("王小满", "李大寒", "张立春", "赵谷雨"):
                person = factories.volunteer(session, self.area, name)
                join_team(session, team_id=self.team_id, volunteer_id=person.id, from_on=date(2026, 1, 1))
                self.people[name] = person.id
        self.activity, [self.shift] = self.publish()
        with transaction() as session:
            self.role_id = factories.only_role(session, self.shift).id
        self.board = f"/co/activities/{self.activity.id}"
        self.choose = f"/co/roles/{self.role_id}/people"

    def publish(self, title: str = "社区义诊", **role: object) -> tuple[Activity, list[Shift]]:
        plan = RolePlan(name="志愿者", min_needed=2, max_needed=2, **role)  # type: ignore[arg-type]  # a test's own values
        return desks.published(
            self.area,
            title=title,
            roles=[plan],
            plans=[once(TUESDAY, starts=NINE, ends=ELEVEN)],
            team_id=self.team_id,
        )

    def pencil(self, name: str, *, her: Person | None = None) -> str:
        her = her or self.her
        her.open(self.choose)
        return her.send(self.choose, volunteer_id=str(self.people[name]))

    def press_publish(self, *, her: Person | None = None) -> str:
        her = her or self.her
        her.open(self.board)
        return her.send(f"{self.board}/drafts/publish", on="2026-11-23")

    def states(self) -> dict[str, str]:
        with transaction() as session:
            rows = session.execute(
                select(Volunteer.name, Assignment.state).join(Assignment, Assignment.volunteer_id == Volunteer.id)
            )
            return dict(rows.all())


@pytest.fixture
def street() -> Street:
    return Street()


def test_pencilled_in_then_published(street: Street) -> None:
    assert "安排人" in street.her.open(street.board)
    shown = street.her.open(street.choose)
    assert all(name in shown for name in street.people)
    assert "草拟上了，还没有问本人" in street.pencil("王小满")
    assert "这一周有1个草拟的安排" in street.her.open(street.board)
    drain()
    with transaction() as session:
        assert session.scalars(select(Notification)).all() == [], "nobody has heard of it"
        assert session.scalars(select(Assignment.state)).all() == [AssignmentState.DRAFTED]
    listed = street.her.open(street.choose).partition("能安排的")[2]
    assert ("李大寒" in listed, "王小满" in listed) == (True, False), "who is pencilled in is not listed again"

    assert "正在问1个人能不能来" in street.press_publish()
    drain()
    assert street.states() == {"王小满": "offered"}
    with transaction() as session:
        assert session.scalars(select(Notification.kind)).all() == ["place_offered"]
        verbs = session.scalars(select(AuditEntry.verb)).all()
    assert {"pencilled_in", "published_draft"} <= set(verbs)
    assert "没有草拟的安排了" in street.press_publish(), "twice is harmless"


def test_undo_rubs_it_out(street: Street) -> None:
    street.pencil("王小满")
    with transaction() as session:
        draft_id = session.scalars(select(Assignment.id)).one()
    assert "王小满擦掉了" in street.her.send(f"/co/drafts/{draft_id}/rub-out")
    assert street.states() == {"王小满": "released"}
    assert "王小满" in street.her.open(street.choose)


def test_who_cannot_is_listed_with_the_reasons_and_cannot_be_pencilled_in(street: Street) -> None:
    with transaction() as session:
        withdraw_consent(session, volunteer_id=street.people["张立春"], purpose=ConsentPurpose.SERVICE, now=NOW)
    shown = street.her.open(street.choose)
    able, _, unable = shown.partition("现在不能安排的，为什么")
    assert ("张立春" in able, "张立春" in unable, "还没有同意" in unable) == (False, True, True)
    assert "还没有同意" in street.pencil("张立春")
    assert (street.her.status, street.states()) == (422, {})


def test_best_first_asked_herself_then_least_loaded(street: Street) -> None:
    _other, [monday] = desks.published(
        street.area, title="晨巡", plans=[once(date(2026, 11, 30), starts=NINE, ends=ELEVEN)]
    )
    with transaction() as session:
        desks.ask(session, session.get_one(Volunteer, street.people["王小满"]), monday)
        row = openings(session, [street.role_id])[street.role_id]
        assert row.Shift.id == street.shift.id
    shown = street.her.open(street.choose)
    assert shown.index("李大寒") < shown.index("王小满"), "who has a duty comes after who has none"


def test_what_comes_in_between_is_shown_and_dropped_when_published(street: Street) -> None:
    street.pencil("王小满")
    street.pencil("李大寒")
    _other, [same_time] = street.publish("晨巡")
    with transaction() as session:
        desks.ask(session, session.get_one(Volunteer, street.people["王小满"]), same_time)
    assert "时间重叠" in street.her.open(street.board)
    told = street.press_publish()
    assert ("正在问1个人能不能来" in told, "没有问：王小满（那时另有安排）" in told) == (True, True)


def test_two_drafts_of_one_person_at_one_time_are_told_apart(street: Street) -> None:
    other, [same_time] = street.publish("晨巡")
    street.pencil("王小满")
    with transaction() as session:
        role_id = factories.only_role(session, same_time).id
        row = openings(session, [role_id])[role_id]
        actions.pencil_in(session, row=row, volunteer_id=street.people["王小满"], account_id=1, now=NOW)
    street.press_publish()
    street.her.open(f"/co/activities/{other.id}")
    told = street.her.send(f"/co/activities/{other.id}/drafts/publish", on="2026-11-23")
    assert "没有问：王小满（那时另有安排）" in told


def test_more_in_pencil_than_places_and_the_first_two_have_them(street: Street) -> None:
    for name in ("王小满", "李大寒", "张立春"):
        street.pencil(name)
    assert "没有问：张立春（名额满了）" in street.press_publish()
    assert sorted(street.states().values()) == ["offered", "offered", "released"]


def test_the_second_editor_sees_what_the_first_has_done(street: Street) -> None:
    """Two browsers: one publishes, the other rubs out what was in pencil when she looked."""
    with transaction() as session:
        other = desks.seated(factories.coordinator(session, session.get_one(Area, street.area.id)))
    street.pencil("王小满")
    other.open(street.board)
    with transaction() as session:
        draft_id = session.scalars(select(Assignment.id)).one()
    street.press_publish()
    shown = other.send(f"/co/drafts/{draft_id}/rub-out")
    assert (other.status, "已经不在草拟里了" in shown, "待回复" in shown or "等回复" in shown) == (409, True, True)
    assert street.states() == {"王小满": "offered"}


def test_both_pencil_in_the_same_person_once(street: Street) -> None:
    street.pencil("王小满")
    street.pencil("王小满")
    with transaction() as session:
        assert len(session.scalars(select(Assignment.id)).all()) == 1


def test_published_by_two_at_once_everybody_is_asked_once(street: Street) -> None:
    street.pencil("王小满")
    street.pencil("李大寒")

    def press(_n: int) -> int:
        with transaction() as session:
            return actions.publish(
                session,
                activity_id=street.activity.id,
                from_at=NOW,
                until_at=NOW + timedelta(days=7),
                account_id=1,
                now=NOW,
            ).offered

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [0, 0, 0, 2]
    assert set(street.states().values()) == {"offered"}


def test_another_communitys_people_and_places_do_not_exist(street: Street) -> None:
    other, _elsewhere = desks.coordinator("别的社区")
    other.open(street.choose)
    assert other.status == 404
    with transaction() as session:
        stranger = factories.volunteer(session, factories.community(session, "第三社区"), "钱霜降").id
    street.her.open(street.choose)
    street.her.send(street.choose, volunteer_id=str(stranger))
    assert (street.her.status, street.states()) == (404, {})
    assert "钱霜降" not in street.her.open(f"{street.choose}?q=钱")


def test_a_qualification_is_asked_for_on_the_day(street: Street) -> None:
    activity, [shift] = street.publish("号脉", requires=(QualificationKind.DOCTOR,))
    with transaction() as session:
        role_id = factories.only_role(session, shift).id
        factories.qualified(session, session.get_one(Volunteer, street.people["王小满"]), QualificationKind.DOCTOR)
    shown = street.her.open(f"/co/roles/{role_id}/people")
    able, _, unable = shown.partition("现在不能安排的，为什么")
    assert ("王小满" in able, "李大寒" in unable, "医师资格" in unable) == (True, True, True)
    assert activity.title == "号脉"
