"""Somebody comes over from another shift: proposed on the page, done when she has said yes."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan, once
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import AssignmentState, Mode, SignUpState, SignUpVia
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
