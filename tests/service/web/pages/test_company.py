"""怎么搭配: asked of an activity, written down of two people, told on the roster; at the desk and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.activities.rules import RolePlan
from service.company import queries
from service.company.models import Bond
from service.company.rules import Rule
from service.db import transaction
from service.terms import BondKind
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")

NOTHING = {"children": "0", "per_adult": "0", "most_faces": "0"}


def test_what_is_asked_is_kept_and_the_roster_says_where_it_does_not_hold() -> None:
    desk, area = desks.coordinator()
    helpers = RolePlan(name="老师", min_needed=2, max_needed=4)
    activity, [shift] = desks.published(area, roles=[helpers])
    board, address = f"/co/activities/{activity.id}", f"/co/activities/{activity.id}/company"
    assert address in desk.open(board)
    desk.open(address)
    desk.send(address, **NOTHING | {"per_adult": "5"})
    assert (desk.status, "先填每次有几个孩子" in desk.text) == (422, True)
    desk.send(address, **NOTHING | {"children": "12", "per_adult": "5", "pairs_newcomers": "true"})
    assert "记下了" in desk.text
    with transaction() as session:
        assert queries.rule_of(session, activity.id) == Rule(children=12, per_adult=5, pairs_newcomers=True)
        desks.signed_up(session, area, shift, "王小满")
    told = desk.open(board)
    assert ("在场的大人不到两位" in told, "有新来的，没有人带" in told) == (True, True)
    assert 'value="12"' in desk.open(address)


def test_two_people_are_bound_and_loosened_again() -> None:
    desk, area = desks.coordinator()
    with transaction() as session:
        one, other = (factories.volunteer(session, area, name).id for name in ("王秀英", "李大寒"))
    address = f"/co/people/{one}/company"
    desk.open(address)
    desk.send(address, other_id=str(one), kind="apart")
    assert (desk.status, "请选另一个人" in desk.text) == (422, True)
    desk.send(address, other_id=str(other), kind="apart", note="吵过架")
    assert ("不排在一起" in desk.text, "吵过架" in desk.text) == (True, True)
    desk.send(address, other_id=str(other), kind="together")
    assert (desk.status, "先去掉原来的" in desk.text) == (422, True)
    assert "王秀英" in desk.open(f"/co/people/{other}/company")
    with transaction() as session:
        bond = session.scalars(select(Bond)).one()
        assert (bond.kind, bond.note) == (BondKind.APART, "吵过架")
    desk.send(f"/co/people/{other}/company/{bond.id}/loosen")
    assert "去掉了" in desk.text
    with transaction() as session:
        assert session.scalars(select(Bond)).all() == []


def test_it_is_of_no_concern_elsewhere() -> None:
    desk, area = desks.coordinator()
    stranger, elsewhere = desks.coordinator("石窟路社区")
    activity, _shifts = desks.published(area)
    with transaction() as session:
        one, other = (factories.volunteer(session, area, name).id for name in ("王秀英", "李大寒"))
        far = factories.volunteer(session, elsewhere, "孙远").id
    desk.open(f"/co/people/{one}/company")
    desk.send(f"/co/people/{one}/company", other_id=str(far), kind="apart")
    assert desk.status == 422
    desk.send(f"/co/people/{one}/company", other_id=str(other), kind="apart")
    with transaction() as session:
        bond_id = session.scalars(select(Bond.id)).one()
    for address in (f"/co/people/{one}/company", f"/co/activities/{activity.id}/company"):
        stranger.open(address)
        assert stranger.status == 404
        stranger.open("/co/habits")
        stranger.send(address, **NOTHING, other_id=str(other), kind="apart")
        assert stranger.status == 404
    for person in (one, far):
        stranger.open("/co/habits")
        stranger.send(f"/co/people/{person}/company/{bond_id}/loosen")
        assert stranger.status == 404
    guest = Person()
    guest.open(f"/co/people/{one}/company")
    assert guest.path == "/login"
    with transaction() as session:
        assert len(session.scalars(select(Bond)).all()) == 1
