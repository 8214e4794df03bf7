"""Somebody comes over from another shift: proposed on the page, done when she has said yes."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan, once
from service.company import actions as company
from service.db import transaction
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import AssignmentState, BondKind, Mode, ReleaseReason, SignUpState, SignUpVia
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.factories import NOW


class Mornings:
    """A short clinic, and beside it one of the same hour that can spare 李大寒, who had asked for both."""

    def __init__(self) -> None:
        self.her, self.area = desks.coordinator()
        plans = [once(date(2026, 11, 28), starts=time(9), ends=time(11, 30))] * 2
        roles = (RolePlan(name="引导员", min_needed=1, max_needed=2),)
        _, shifts = desks.published(self.area, mode=Mode.MATCHED, roles=roles, plans=plans)
        with transaction() as session:
            self.short = factories.only_role(session, shifts[0])
            self.activity_id = shifts[0].activity_id
            for name in ("王小满", "李大寒"):
                place = desks.offered(session, self.area, shifts[1], name)
                place.move(AssignmentState.CONFIRMED)
            self.place_id, self.person_id = place.id, place.volunteer_id
            session.add(waiting(session, self.area, self.short, self.person_id))
        self.choose = f"/co/roles/{self.short.id}/people"

    def place(self) -> Assignment:
        with transaction() as session:
            return session.get_one(Assignment, self.place_id)


def waiting(session: Session, area: Area, role: ShiftRole, person_id: int) -> SignUp:
    return SignUp(
        area_id=area.id,
        shift_id=role.shift_id,
        shift_role_id=role.id,
        volunteer_id=person_id,
        state=SignUpState.WAITLISTED,
        rank=1,
        via=SignUpVia.WEB,
        signed_up_at=NOW,
    )


@pytest.fixture
def mornings(at_now: Settings) -> Mornings:
    return Mornings()


def test_her_yes_on_the_telephone_moves_her(mornings: Mornings) -> None:
    text = mornings.her.open(mornings.choose).split("可以从别的班挪过来的")[1]
    assert "李大寒" in text
    assert "那一班少她也够" in text
    assert "王小满" not in text.split("</ul>")[0], "she asked for nothing else"
    assert mornings.place().state == AssignmentState.CONFIRMED, "looking moves nobody"

    mornings.her.send(f"/co/roles/{mornings.short.id}/moves", assignment_id=str(mornings.place_id))
    assert "李大寒挪过来了" in mornings.her.text
    assert mornings.place().state == AssignmentState.RELEASED
    mornings.her.open(mornings.choose)
    assert "可以从别的班挪过来的" not in mornings.her.text


def test_where_nobody_can_come_over_a_new_plan_of_the_week_is_asked_for(mornings: Mornings) -> None:
    assert "再排这一周" not in mornings.her.open(mornings.choose), "somebody can"
    with transaction() as session:
        session.execute(delete(SignUp))
    assert "再排这一周" in mornings.her.open(mornings.choose)
    mornings.her.send(f"/co/activities/{mornings.activity_id}/match", on="2026-11-28")
    assert "排在后面，马上开始。" in mornings.her.text
    assert mornings.place().state == AssignmentState.CONFIRMED


class Ring(Mornings):
    """李大寒 alone cannot be spared: 王小满 left, and 张立春, who could step in, serves where only 赵谷雨 could."""

    def __init__(self) -> None:
        super().__init__()
        with transaction() as session:
            beside = session.get_one(Shift, session.get_one(Assignment, self.place_id).shift_id)
            their_role = factories.only_role(session, beside)
            leaves = session.scalars(select(Assignment).where(Assignment.id != self.place_id)).one()
            roster.release(session, leaves, reason=ReleaseReason.REPLANNED)
            further = factories.further_shift(session, beside, beside.starts_at)
            self.third = factories.only_role(session, further)
            second = desks.offered(session, self.area, further, "张立春")
            second.move(AssignmentState.CONFIRMED)
            apart = desks.offered(session, self.area, session.get_one(Shift, self.short.shift_id), "周小雪")
            apart.move(AssignmentState.CONFIRMED)
            session.get_one(ShiftRole, self.short.id).min_needed = 2
            person = session.get_one(Volunteer, second.volunteer_id)
            other = session.get_one(Volunteer, apart.volunteer_id)
            company.bind(session, person, other=other, kind=BondKind.APART, account_id=1, now=NOW)
            free = factories.volunteer(session, self.area, "赵谷雨")
            session.add(waiting(session, self.area, self.short, person.id))
            session.add(waiting(session, self.area, their_role, person.id))
            session.add(waiting(session, self.area, self.third, free.id))
            self.steps = [
                f"{self.person_id} {self.place_id} {self.short.id}",
                f"{person.id} {second.id} {their_role.id}",
                f"{free.id} 0 {self.third.id}",
            ]
        self.joint = f"/co/roles/{self.short.id}/joint-moves"

    def people(self) -> list[str]:
        return [step.split(" ")[0] for step in self.steps]


@pytest.fixture
def ring(at_now: Settings) -> Ring:
    return Ring()


def test_several_who_would_have_to_move_at_once_are_shown_as_one_proposal(ring: Ring) -> None:
    """Until each has said yes, nobody moves."""
    text = ring.her.open(ring.choose)
    assert "可以从别的班挪过来的" not in text
    shown = text.split("要几个人一起挪")[1].split("</ul>")[0]
    assert all(f'value="{step}"' in shown for step in ring.steps)
    assert all(f"{name}答应了" in shown for name in ("李大寒", "张立春", "赵谷雨"))
    assert "再排这一周" not in text

    ring.her.send(ring.joint, step=ring.steps, agreed=ring.people()[:2])
    assert "谁都没有动：赵谷雨还没有答应。" in ring.her.text
    assert ring.place().state == AssignmentState.CONFIRMED
    ring.her.open(ring.choose)
    ring.her.send(ring.joint, step=ring.steps, agreed=ring.people())
    assert "李大寒、张立春、赵谷雨一起挪好了" in ring.her.text
    assert ring.place().state == AssignmentState.RELEASED


def test_where_one_has_no_place_any_more_nobody_moves(ring: Ring) -> None:
    ring.her.open(ring.choose)
    with transaction() as session:
        second = session.get_one(Assignment, int(ring.steps[1].split(" ")[1]))
        roster.release(session, second, reason=ReleaseReason.REPLANNED)
    ring.her.send(ring.joint, step=ring.steps, agreed=ring.people())
    assert "谁都没有动：这几个人现在不能这样一起挪了" in ring.her.text
    assert ring.place().state == AssignmentState.CONFIRMED


def test_where_one_says_no_the_others_keep_what_they_had_and_another_way_is_looked_for(ring: Ring) -> None:
    text = ring.her.open(f"{ring.choose}?without={ring.people()[2]}")
    assert "赵谷雨没有答应，谁都没有动。" in text
    assert "要几个人一起挪" not in text
    assert "再排这一周" in text
    assert ring.place().state == AssignmentState.CONFIRMED


def test_what_is_no_step_or_nobody_here_is_not_found(ring: Ring) -> None:
    for step in ("", "1 2", "1 2 x", "1 2 x 3", "999999 0 1", f"1 0 {10**20}"):
        ring.her.open(ring.choose)
        ring.her.send(ring.joint, step=[step], agreed=["999999"])
        assert ring.her.status == 404
    ring.her.open(f"{ring.choose}?without=999999")
    assert ring.her.status == 404


def test_one_that_cannot_be_done_any_more_changes_nothing(mornings: Mornings) -> None:
    mornings.her.open(mornings.choose)
    with transaction() as session:
        desks.offered(session, mornings.area, session.get_one(ShiftRole, mornings.short.id).shift, "张立春")
    mornings.her.send(f"/co/roles/{mornings.short.id}/moves", assignment_id=str(mornings.place_id))
    assert "没有挪：李大寒现在已经不能挪过来了" in mornings.her.text
    assert mornings.place().state == AssignmentState.CONFIRMED


def test_a_place_of_another_community_is_not_found(mornings: Mornings) -> None:
    _, elsewhere = desks.coordinator("明月社区")
    _, [shift] = desks.published(elsewhere, mode=Mode.MATCHED)
    with transaction() as session:
        theirs = desks.offered(session, elsewhere, shift, "赵谷雨").id
        their_role = factories.only_role(session, shift).id
    mornings.her.open(mornings.choose)
    mornings.her.send(f"/co/roles/{mornings.short.id}/moves", assignment_id=str(theirs))
    assert mornings.her.status == 404
    mornings.her.open(mornings.choose)
    mornings.her.send(f"/co/roles/{their_role}/moves", assignment_id=str(mornings.place_id))
    assert mornings.her.status == 404
