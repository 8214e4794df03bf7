"""Twins at the desk: suggested, compared, merged, undone, told apart; and the forbidden ways in."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.audit import AuditEntry
from service.db import transaction
from service.people.models import Apart, Merge
from service.places.models import Area
from service.roster.models import Assignment
from service.terms import Role
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")
Seat: TypeAlias = tuple[Person, int, int, int]


@pytest.fixture
def seat() -> Seat:
    """A coordinator, two entries of one person of her community, and one of another community."""
    coordinator, area = desks.coordinator()
    with transaction() as session:
        here = session.get_one(Area, area.id)
        kept = factories.volunteer(session, here, "王秀英", phone="+8613912345678", birth_on=date(1956, 3, 8))
        gone = factories.volunteer(session, here, "王秀莹", phone="+8613912345679", birth_on=date(1956, 3, 8))
        other = factories.volunteer(
            session, factories.community(session, "杜甫路社区"), "王秀英", birth_on=date(1956, 3, 8)
        )
        factories.sign_up(
            session, gone, factories.only_role(session, factories.shifts(session, factories.activity(session, here))[0])
        )
        return coordinator, kept.id, gone.id, other.id


def test_they_are_suggested_compared_merged_and_it_is_undone(seat: Seat) -> None:
    coordinator, kept, gone, _other = seat
    suggested = coordinator.open("/co/people/twins")
    assert "名字读音和生日都一样" in suggested
    assert f"/co/people/{kept}/merge/{gone}" in suggested
    shown = coordinator.open(f"/co/people/{kept}/merge/{gone}")
    assert "139****5679" in shown
    assert "12345679" not in shown
    assert "请选一个" in coordinator.send(
        f"/co/people/{kept}/merge/{gone}", name="neither", phone="kept", versions="1-1"
    )
    merged = coordinator.send(f"/co/people/{kept}/merge/{gone}", name="gone", phone="kept", versions="1-1")
    assert coordinator.path == f"/co/people/{kept}"
    assert "王秀莹" in merged
    assert "社区义诊" in merged
    assert "139****5678" in merged
    coordinator.open(f"/co/people/{gone}")
    assert coordinator.path == f"/co/people/{kept}", "who follows an old link finds her"
    assert "没有看着像" in coordinator.open("/co/people/twins")
    with transaction() as session:
        merge_id = session.scalars(select(Merge.id)).one()
    coordinator.open(f"/co/people/{kept}")
    assert "分开了" in coordinator.send(f"/co/people/merges/{merge_id}/undo")
    with transaction() as session:
        assert session.scalars(select(Assignment.volunteer_id)).all() == [gone]
        assert session.get_one(Volunteer, kept).name == "王秀英"
        verbs = set(session.scalars(select(AuditEntry.verb)))
    assert {"merged_people", "undid_merge", "looked_at_person"} <= verbs


def test_who_saw_other_facts_looks_again(seat: Seat) -> None:
    coordinator, kept, gone, _other = seat
    coordinator.open(f"/co/people/{kept}/merge/{gone}")
    with transaction() as session:
        session.get_one(Volunteer, gone).weekly_hours = 3
    shown = coordinator.send(f"/co/people/{kept}/merge/{gone}", name="gone", phone="kept", versions="1-1")
    assert (coordinator.status, "有人改了其中一个人的资料" in shown) == (422, True)
    with transaction() as session:
        assert session.scalars(select(Merge)).all() == []


def test_nobody_of_another_community_is_merged(seat: Seat) -> None:
    coordinator, kept, gone, other = seat
    assert f"/{other}" not in coordinator.open("/co/people/twins")
    for pair in (f"{kept}/merge/{other}", f"{other}/merge/{kept}"):
        assert coordinator.client.get(f"/co/people/{pair}").status_code == 404
        coordinator.open(f"/co/people/{kept}/merge/{gone}")
        coordinator.send(f"/co/people/{pair}", versions="1-1")
        assert coordinator.status == 404
    coordinator.open(f"/co/people/{kept}/merge/{gone}")
    coordinator.send(f"/co/people/{kept}/apart/{other}")
    assert coordinator.status == 404


def test_nobody_takes_over_an_officers_account(seat: Seat) -> None:
    coordinator, kept, gone, _other = seat
    with transaction() as session:
        account = accounts.open_account(session, phone="+8613912345678", name="王秀英")
        area_id = session.get_one(Volunteer, kept).area_id
        accounts.grant_role(session, account, role=Role.ADMIN, area_id=area_id, granted_by=None, now=factories.NOW)
    coordinator.open(f"/co/people/{kept}/merge/{gone}")
    shown = coordinator.send(f"/co/people/{kept}/merge/{gone}", name="kept", phone="gone", versions="1-1")
    assert "登录用的" in shown
    with transaction() as session:
        assert session.scalars(select(Merge)).all() == []


def test_two_people_are_told_apart_and_not_suggested_again(seat: Seat) -> None:
    coordinator, kept, gone, _other = seat
    assert "名字读音和生日都一样" in coordinator.open(f"/co/people/{kept}/twins")
    assert f"/co/people/{kept}/merge/{gone}" in coordinator.open(f"/co/people/{kept}/twins?q=wxy")
    coordinator.send(f"/co/people/{gone}/apart/{kept}")
    assert "没有看着像" in coordinator.text
    with transaction() as session:
        [said] = session.scalars(select(Apart))
        assert (said.low_id, said.high_id) == (kept, gone)
