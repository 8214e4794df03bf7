"""A post watched in turns, on the coordinator's pages and those of its guards; without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import clock, links
from service.accounts import actions as accounts
from service.accounts.models import Account
from service.activities.models import Shift
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.rotation.models import Rotation, RotationDeal, RotationMember
from service.teams import actions as teams
from service.terms import DealState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.ledger import audited
from tests.outbox import drain
from tests.service.rotation.gate import TODAY, TONIGHT, neighbours

pytestmark = pytest.mark.usefixtures("at_now")


def rotation() -> Rotation:
    """The only one there is."""
    with transaction() as session:
        return session.scalars(select(Rotation)).one()


def gate(she: Person, area_id: int, team_id: int, **typed: str) -> str:
    """Open a gate by the form; where that leads."""
    she.open("/co/rotations/new?tonight=1")
    usual = {
        "title": "轮流看护“大家”的门",
        "place_id": str(area_id),
        "team_id": str(team_id),
        "starts_at-date": TODAY.isoformat(),
        "starts_at-time": "18:00",
        "until_on": TODAY.isoformat(),
        "block_hours": "4",
        "people": "2",
        "contact_name": "陈协调",
        "contact_phone": "0371-64350001",
    }
    return she.send("/co/rotations/new", **{**usual, **typed})


@pytest.fixture
def desk() -> tuple[Person, int, int, list[Volunteer]]:
    """(the coordinator, her community, the council that will watch the gate, its four members)."""
    she, area = desks.coordinator()
    with transaction() as session:
        council = factories.team(session, area, "六号院理事会")
        people = neighbours(session, area, 4)
        for person in people:
            teams.join_team(session, team_id=council.id, volunteer_id=person.id, from_on=TODAY - timedelta(days=30))
        return she, area.id, council.id, people


Desk = tuple[Person, int, int, list[Volunteer]]


def test_a_gate_is_opened_looked_at_and_published(desk: Desk) -> None:
    she, area_id, team_id, people = desk
    assert 'value="2026-11-23"' in she.open("/co/rotations/new?tonight=1")
    said = gate(she, area_id, team_id)
    assert "正在排班，排好请您看一遍" in said
    drain()
    seen = she.open(f"/co/rotations/{rotation().id}")
    assert "排好了，等您看" in seen
    assert "下面轮到谁，为什么" in seen
    assert "在这以前0班，没有人比这少" in seen
    with transaction() as session:
        made = session.scalars(select(RotationDeal)).one()
    published = she.send(f"/co/rotations/{rotation().id}/deals/{made.id}/publish")
    assert "发布了" in published
    assert "（待答复）" in published
    with transaction() as session:
        assert len(session.scalars(select(Assignment)).all()) == 4
    assert "轮流看护“大家”的门" in she.open("/co/rotations")
    paper = she.open(f"/co/rotations/{rotation().id}/paper")
    assert "晚上18:00" in paper
    assert people[0].name not in paper, "names at the gate are masked"


def test_tonight_people_are_asked_without_a_look(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    assert "排好马上问人" in gate(she, area_id, team_id, is_automatic="true")
    drain()
    with transaction() as session:
        assert session.scalars(select(RotationDeal.state)).one() == DealState.PUBLISHED
        assert len(session.scalars(select(Assignment)).all()) == 4


def test_what_cannot_be_is_told_at_its_field(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    assert "人数比一班要的还少" in gate(she, area_id, team_id, people="9")
    assert "结束的日子要在开始之后" in gate(she, area_id, team_id, until_on="2026-11-01")
    with transaction() as session:
        assert session.scalars(select(Rotation)).all() == []


def test_the_pool_grows_shrinks_and_has_its_wishes(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    gate(she, area_id, team_id, until_on="2026-11-26")
    drain()
    pool = f"/co/rotations/{rotation().id}/pool"
    with transaction() as session:
        newcomer = factories.volunteer(session, session.get_one(Area, area_id), "赵立冬")
    assert "赵立冬" in she.open(f"{pool}?text=赵立冬")
    assert "赵立冬加进来了" in she.send(f"{pool}/join", volunteer_id=str(newcomer.id))
    assert "已经在轮了" in she.send(f"{pool}/join", volunteer_id=str(newcomer.id))
    with transaction() as session:
        mine = select(RotationMember.id).where(RotationMember.volunteer_id == newcomer.id)
        member_id = session.scalars(mine).one()
    her = f"{pool}/{member_id}"
    she.open(her)
    away = {"from_on": "2026-11-24", "until_on": "2026-11-25"}
    assert "11月24日" in she.send(f"{her}/absences", **away)
    assert "结束的日子要在开始之后" in she.send(f"{her}/absences", **{**away, "until_on": "2026-11-01"})
    assert "周四" in she.send(f"{her}/wishes", weekday="4", starts="06:00")
    assert "外出" in she.open(pool)
    she.open(her)
    assert "11月24日" not in she.send(f"{her}/forget", what="absence-1")
    assert "记下了" in she.send(f"{pool}/{member_id}/leave")
    assert "赵立冬" not in she.open(pool)


def test_who_leaves_writes_and_who_comes_next_reads_and_nobody_else(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    gate(she, area_id, team_id, is_automatic="true")
    drain()
    with transaction() as session:
        first, second = session.scalars(select(Shift).order_by(Shift.starts_at)).all()
        guard, follower = (
            session.scalars(select(Assignment).where(Assignment.shift_id == one.id).order_by(Assignment.id)).first()
            for one in (first, second)
        )
        assert guard is not None
        assert follower is not None
        browsers = [desks.seated(account_of(session, place.volunteer_id)) for place in (guard, follower)]
    him, her = browsers
    assert "没有留话" in him.open(f"/me/hand-over/{first.id}")
    him.open("/me/profile")
    assert "只有值这一班的人能写" in him.send(f"/me/hand-over/{first.id}", words="钥匙在门卫室"), "it has not begun"
    with transaction() as session:
        clock.turn_to(session, instant=TONIGHT + timedelta(hours=3))
    assert f"/me/hand-over/{first.id}" in him.open("/me")
    him.open(f"/me/hand-over/{first.id}")
    assert "写好了" in him.send(f"/me/hand-over/{first.id}", words="钥匙在门卫室 <b>")
    read = her.open(f"/me/hand-over/{second.id}")
    assert "钥匙在门卫室 <b>" in read
    assert her.page is not None
    assert "&lt;b&gt;" in her.page.text
    assert "钥匙在门卫室" in she.open(f"/co/hand-over/{second.id}")
    she.send(f"/co/hand-over/{second.id}", words="明早有人来修门")
    assert "明早有人来修门" in her.open(f"/me/hand-over/{second.id}")
    with transaction() as session:
        looks = [line for line in audited(session) if line[0] == "read_hand_over" and line[2] == second.id]
        assert len(looks) >= 3, "each look is written down"


def test_the_link_of_a_turn_leads_on_to_its_hand_over_and_that_asks_who_reads(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    gate(she, area_id, team_id, is_automatic="true")
    drain()
    with transaction() as session:
        place = session.scalars(select(Assignment).order_by(Assignment.id)).first()
        assert place is not None
        path, hand_over = f"/answers/{links.answer_token(place.id)}", f"/me/hand-over/{place.shift_id}"
    stranger = Person()
    assert hand_over not in stranger.open(path), "not before he has said that he comes"
    stranger.send(path, answer="yes")
    assert hand_over in stranger.open(path)
    stranger.open(hand_over)
    assert stranger.path.startswith("/login")


def test_a_hand_over_note_does_not_exist_for_others(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    gate(she, area_id, team_id, is_automatic="true")
    drain()
    with transaction() as session:
        second = session.scalars(select(Shift).order_by(Shift.starts_at.desc())).first()
        assert second is not None
    stranger, (other, _area) = desks.volunteer_account(), desks.coordinator("杜甫路社区")
    stranger.open(f"/me/hand-over/{second.id}")
    assert stranger.status == 404
    other.open(f"/co/hand-over/{second.id}")
    assert other.status == 404


def account_of(session: Session, volunteer_id: int) -> Account:
    """An account of somebody who had none."""
    person = session.get_one(Volunteer, volunteer_id)
    return accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)


def test_the_gate_is_closed_with_a_reason(desk: Desk) -> None:
    she, area_id, team_id, _people = desk
    gate(she, area_id, team_id, is_automatic="true")
    drain()
    address = f"/co/rotations/{rotation().id}"
    assert "后面的2班都取消，会通知有班的" in she.open(f"{address}/close")
    assert "请填写" in she.send(f"{address}/close", reason="")
    assert "解封了" in she.send(f"{address}/close", reason="解封了，谢谢大家")
    she.open("/co/rotations/new")
    assert "这个轮值已经结束" in she.send(f"{address}/deals")
    assert she.status == 409
