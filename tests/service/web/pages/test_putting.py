"""放到别处: a draft goes from one place of the week to another; refused at the place; two editors lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest
from sqlalchemy import select

from service.activities.rules import RolePlan, once
from service.db import transaction
from service.drafting import actions
from service.roster.models import Assignment
from service.signups.queries import opening
from service.teams.actions import join_team
from service.terms import AssignmentState, QualificationKind
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

NINE, ELEVEN = time(9), time(11)


class Week:
    """A clinic on Tuesday and on Thursday, each with a helper and a doctor; two people of the team, one a doctor."""

    def __init__(self, community: str = "人民路社区") -> None:
        self.her, self.area = desks.coordinator(community)
        with transaction() as session:
            team_id = factories.team(session, self.area).id
            self.people = {}
            for name in ("王小满", "李大寒"):
                person = factories.volunteer(session, self.area, name)
                join_team(session, team_id=team_id, volunteer_id=person.id, from_on=date(2026, 1, 1))
                self.people[name] = person.id
            factories.qualified(session, session.get_one(Volunteer, self.people["李大寒"]), QualificationKind.DOCTOR)
            self.other = desks.seated(factories.coordinator(session, self.area, "穆清和"))
        roles = [RolePlan(name="志愿者", min_needed=2, max_needed=2)]
        roles.append(RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,)))
        days = [once(date(2026, 11, day), starts=NINE, ends=ELEVEN) for day in (24, 26)]
        self.activity, self.shifts = desks.published(
            self.area, title="社区义诊", roles=roles, plans=days, team_id=team_id
        )
        with transaction() as session:
            held = factories.shifts(session, self.activity)
            self.tuesday, self.thursday = ({role.definition.name: role.id for role in one.roles} for one in held)
        self.board = f"/co/activities/{self.activity.id}"

    def pencil(self, name: str, role_id: int, *, her: Person | None = None, **more: str) -> str:
        her = her or self.her
        her.open(f"/co/roles/{role_id}/people")
        return her.send(f"/co/roles/{role_id}/people", volunteer_id=str(self.people[name]), **more)

    def put(self, draft_id: int, role_id: int, *, her: Person | None = None) -> str:
        return (her or self.her).send(f"/co/drafts/{draft_id}/put", shift_role_id=str(role_id), board="1")

    def drafts(self) -> dict[str, tuple[int, int]]:
        """Where each is pencilled in: the draft and the place."""
        with transaction() as session:
            rows = session.execute(
                select(Volunteer.name, Assignment.id, Assignment.shift_role_id)
                .join(Assignment, Assignment.volunteer_id == Volunteer.id)
                .where(Assignment.state == AssignmentState.DRAFTED)
            )
            return {name: (draft_id, role_id) for name, draft_id, role_id in rows}


@pytest.fixture
def week() -> Week:
    return Week()


def test_put_elsewhere_and_back(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    first, _role = week.drafts()["王小满"]
    shown = week.her.open(f"/co/drafts/{first}/put")
    assert "现在草拟在11月24日（星期二）" in shown
    able, _, rest = shown.partition("放到这里")
    assert ("医生" in able, "11月26日（星期四）" in able + rest) == (True, True)
    assert "医师资格" in shown, "and why not as a doctor"

    assert "王小满放到了11月26日（星期四）上午9:00，志愿者" in week.put(first, week.thursday["志愿者"])
    second, role = week.drafts()["王小满"]
    assert (role, second != first) == (week.thursday["志愿者"], True)

    week.her.send(f"/co/drafts/{second}/put?shift_role_id={week.tuesday['志愿者']}")
    assert week.drafts()["王小满"][1] == week.tuesday["志愿者"]


def test_from_one_role_to_another_of_the_same_shift(week: Week) -> None:
    week.pencil("李大寒", week.tuesday["志愿者"])
    week.put(week.drafts()["李大寒"][0], week.tuesday["医生"])
    assert week.drafts()["李大寒"][1] == week.tuesday["医生"]


def test_refused_it_stays_where_it_was_and_the_place_says_why(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    before = week.drafts()
    shown = week.put(before["王小满"][0], week.thursday["医生"])
    assert week.her.status == 422
    assert week.drafts() == before
    why = shown.partition('id="why"')[2].partition("</p>")[0]
    assert "王小满不能放在这里：" in why
    assert "医师资格" in why


def test_who_is_dragged_in_and_cannot_serve_is_refused_on_the_board(week: Week) -> None:
    shown = week.pencil("王小满", week.thursday["医生"], board="1")
    assert week.her.status == 422
    assert "王小满不能放在这里：" in shown
    assert "一周一览" in shown
    assert week.drafts() == {}


def test_the_second_editor_sees_what_she_wanted_beside_what_the_first_did(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    draft_id, _role = week.drafts()["王小满"]
    week.other.open(week.board)
    week.put(draft_id, week.thursday["志愿者"])

    shown = week.put(draft_id, week.tuesday["医生"], her=week.other)
    assert week.other.status == 409
    wanted, _, now = shown.partition("您想做的")[2].partition("现在的样子")
    assert "把王小满放到11月24日（星期二）上午9:00，医生" in wanted
    assert "王小满：草案，11月26日（星期四）上午9:00" in now
    assert "改的人：陈协调，11月23日（星期一）上午10:0" in now
    assert week.drafts()["王小满"][1] == week.thursday["志愿者"], "the first one's change stands"


def test_two_put_the_same_draft_at_once_one_of_them(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    draft_id, _role = week.drafts()["王小满"]
    targets = [week.tuesday["志愿者"], week.thursday["志愿者"]] * 3

    def put(role_id: int) -> bool:
        with transaction() as session:
            shift_id = week.shifts[role_id in week.thursday.values()].id
            row = opening(session, shift_id=shift_id, shift_role_id=role_id)
            assert row is not None
            try:
                actions.put(session, assignment_id=draft_id, row=row, account_id=1, now=NOW)
            except actions.NotADraft:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(put, targets)) == [False] * 5 + [True]
    with transaction() as session:
        states = session.scalars(select(Assignment.state).order_by(Assignment.id)).all()
    assert states == [AssignmentState.RELEASED, AssignmentState.DRAFTED]


def test_only_what_she_has_seen_is_published(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    page = week.her.open(week.board)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    week.pencil("李大寒", week.tuesday["志愿者"], her=week.other)
    shown = week.her.send(f"{week.board}/drafts/publish", on="2026-11-23", seen=seen)
    assert "正在问1个人能不能来" in shown
    assert "还有1个是刚刚草拟的，您没有看到过，没有发布" in shown
    assert set(week.drafts()) == {"李大寒"}


def test_each_of_the_last_deeds_can_be_undone(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    shown = week.pencil("李大寒", week.thursday["医生"])
    assert "李大寒草拟上了" in shown
    assert "前面1件也能撤销" in shown
    first, _role = week.drafts()["王小满"]
    assert "王小满擦掉了" in week.her.send(f"/co/drafts/{first}/rub-out")
    assert set(week.drafts()) == {"李大寒"}
    shown = week.her.open("/co")
    assert "李大寒草拟上了" in shown, "the other offer stands"
    assert "王小满草拟上了" not in shown


def test_another_communitys_draft_and_place_do_not_exist(week: Week) -> None:
    week.pencil("王小满", week.tuesday["志愿者"])
    draft_id, role_id = week.drafts()["王小满"]
    foreign = Week("别的社区")
    foreign.her.open(f"/co/drafts/{draft_id}/put")
    assert foreign.her.status == 404
    foreign.her.open(foreign.board)
    foreign.put(draft_id, foreign.tuesday["志愿者"])
    assert foreign.her.status == 404
    week.her.open(week.board)
    week.put(draft_id, foreign.tuesday["志愿者"])
    assert week.her.status == 404
    assert week.drafts()["王小满"] == (draft_id, role_id)
