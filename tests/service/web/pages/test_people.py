"""/co/people: found, opened, changed, left, come back; and every forbidden way in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.terms import AssignmentState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def seat() -> tuple[Person, int, int]:
    """A coordinator, somebody of her community, somebody of another."""
    coordinator, area = desks.coordinator()
    with transaction() as session:
        mine = factories.volunteer(session, session.get_one(Area, area.id), "王秀英", phone="+8613912345678")
        other = factories.volunteer(
            session, factories.community(session, "杜甫路社区"), "王秀英", phone="+8613800005678"
        )
        return coordinator, mine.id, other.id


def noted(verb: str) -> list[AuditEntry]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id)))


def test_she_is_found_and_her_number_is_masked(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, other = seat
    coordinator.open("/co/people")
    found = coordinator.send("/co/people", q="wxy")

    assert (found.count(f'href="/co/people/{mine}"'), f"/co/people/{other}" in found) == (1, False)
    assert "139****5678" in found
    assert "12345678" not in found
    assert f'href="/co/people/{mine}"' in coordinator.open("/co/people?q=5678")
    looks = noted("searched_people")
    assert looks[-1].details == {"by": ["q"], "found": 1}


def test_a_whole_number_leads_to_her_and_never_stands_in_an_address(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, _other = seat
    coordinator.open("/co/people")
    coordinator.send("/co/people", q="139 1234 5678")
    assert coordinator.path == f"/co/people/{mine}"
    coordinator.open("/co/people")
    assert "没有人登记过这个号码" in coordinator.send("/co/people", q="13800005678")
    assert "请填写11位手机号" in coordinator.send("/co/people", q="13800005")


def test_nobody_of_another_community_is_shown_or_changed(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, other = seat
    for way in ("", "/edit", "/leaving"):
        assert coordinator.client.get(f"/co/people/{other}{way}").status_code == 404
    coordinator.open(f"/co/people/{mine}/edit")
    for way in ("/edit", "/leaving", "/back"):
        coordinator.send(f"/co/people/{other}{way}", name="别人", weekly_hours="3", version="1")
        assert coordinator.status == 404
        coordinator.open(f"/co/people/{mine}/edit")
    with transaction() as session:
        person = session.get_one(Volunteer, other)
        assert (person.name, person.left_at) == ("王秀英", None)


def test_what_is_known_is_changed_and_two_editors_see_each_other(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, _other = seat
    asked = coordinator.open(f"/co/people/{mine}/edit")
    assert "139****5678" in asked
    typed = {
        "name": "王秀莹",
        "weekly_hours": "8",
        "tags": "老党员，退役军人",
        "birth_on": "1956-03-08",
        "version": "1",
    }
    shown = coordinator.send(f"/co/people/{mine}/edit", **typed)
    assert "王秀莹" in shown
    assert "老党员、退役军人" in shown
    assert "1956年3月8日" in shown
    coordinator.open(f"/co/people/{mine}/edit")
    late = coordinator.send(f"/co/people/{mine}/edit", **{**typed, "name": "王绣英"})
    assert (coordinator.status, "您填的" in late, "王秀莹" in late) == (409, True, True)
    assert [row.details["fields"] for row in noted("revised_volunteer")] == [
        ["birth_on", "email", "name", "tags", "weekly_hours"]
    ]


def test_another_number_is_taken_but_not_somebody_elses_nor_an_officers(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, _other = seat
    typed = {"name": "王秀英", "weekly_hours": "8"}
    coordinator.open(f"/co/people/{mine}/edit")
    assert "已经是别人的" in coordinator.send(f"/co/people/{mine}/edit", phone="13800005678", version="1", **typed)
    assert "139****5679" in coordinator.send(f"/co/people/{mine}/edit", phone="13912345679", version="1", **typed)
    with transaction() as session:
        account = accounts.open_account(session, phone="+8613912345679", name="王秀英")
        area_id = session.get_one(Volunteer, mine).area_id
        accounts.grant_role(session, account, role="admin", area_id=area_id, granted_by=None, now=factories.NOW)  # type: ignore[arg-type]
    coordinator.open(f"/co/people/{mine}/edit")
    assert "找管理员换" in coordinator.send(f"/co/people/{mine}/edit", phone="13912345670", version="2", **typed)


def test_she_leaves_after_a_look_at_what_that_takes_and_it_is_undone(seat: tuple[Person, int, int]) -> None:
    coordinator, mine, _other = seat
    with transaction() as session:
        her = session.get_one(Volunteer, mine)
        shift = factories.shifts(session, factories.activity(session, session.get_one(Area, her.area_id)))[0]
        factories.sign_up(session, her, factories.only_role(session, shift))
    assert "社区义诊" in coordinator.open(f"/co/people/{mine}/leaving")
    shown = coordinator.send(f"/co/people/{mine}/leaving", reason="搬到外地")
    assert "退出1个班" in shown
    assert "搬到外地" in shown
    assert f'href="/co/people/{mine}"' not in coordinator.open("/co/people")
    assert f'href="/co/people/{mine}"' in coordinator.open("/co/people?has_left=true")
    assert "1个班还给本人了" in coordinator.send(f"/co/people/{mine}/back")
    with transaction() as session:
        assert session.scalars(select(Assignment.state)).all() == [AssignmentState.CONFIRMED]
    assert [len(noted(verb)) for verb in ("left", "came_back")] == [1, 1]
    assert len(noted("looked_at_person")) >= 2
