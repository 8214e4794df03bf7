"""Who could come over from another shift, over JSON."""

from __future__ import annotations

from datetime import date, time

from service.activities.rules import RolePlan, once
from service.db import transaction
from service.roster import actions as roster
from service.signups.queries import opening
from service.terms import Mode
from tests import factories
from tests.service.web.api.conftest import Town
from tests.service.web.pages.test_moving import waiting

PLANS = [once(date(2026, 11, 28), starts=time(9), ends=time(11, 30))] * 2
ROLES = (RolePlan(name="引导员", min_needed=1, max_needed=2),)


def short_and_beside(town: Town) -> tuple[int, int]:
    """(role that is short, the assignment of somebody who can be spared beside it and had asked for both)."""
    with transaction() as session:
        made = factories.activity(session, town.here, mode=Mode.MATCHED, roles=ROLES, plans=PLANS)
        short, other = (factories.only_role(session, shift) for shift in factories.shifts(session, made))
        row = opening(session, shift_id=other.shift_id, shift_role_id=other.id)
        assert row is not None
        people = [factories.volunteer(session, town.here, name) for name in ("王小满", "李大寒")]
        places = [roster.offer(session, row=row, volunteer_id=one.id, now=factories.NOW) for one in people]
        session.add(waiting(session, town.here, short, people[1].id))
        assert places[1] is not None
        return short.id, places[1].id


def test_a_move_is_proposed_and_carried_out(town: Town) -> None:
    role_id, place_id = short_and_beside(town)
    [proposed] = town.coordinator.get(f"/shift-roles/{role_id}/moves").json["items"]
    assert (proposed["assignment_id"], proposed["behind_id"], proposed["changes"]) == (place_id, None, 1)
    assert proposed["cover"] == 1

    made = town.coordinator.post(f"/shift-roles/{role_id}/moves", {"assignment_id": place_id})
    assert (made.status, made.json["state"], made.json["shift_role_id"]) == (201, "confirmed", role_id), made.text
    assert town.coordinator.get(f"/assignments/{place_id}").json["state"] == "released"
    again = town.coordinator.post(f"/shift-roles/{role_id}/moves", {"assignment_id": place_id})
    assert (again.status, again.json["type"].rsplit("#", 1)[1]) == (409, "problem-wrong-state")
    assert town.coordinator.get(f"/shift-roles/{role_id}/moves").json["items"] == []


def test_several_move_at_once_or_nobody(town: Town) -> None:
    """One step is a joint move as well; what breaks a rule or fills nothing is refused whole."""
    role_id, place_id = short_and_beside(town)
    [proposed] = town.coordinator.get(f"/shift-roles/{role_id}/moves").json["items"]
    assert proposed["together"] == []
    address, person_id = f"/shift-roles/{role_id}/joint-moves", proposed["volunteer_id"]
    step = {"volunteer_id": person_id, "assignment_id": place_id, "shift_role_id": role_id}
    refused = town.coordinator.post(address, {"steps": [{**step, "assignment_id": None}]})
    assert (refused.status, refused.json["type"].rsplit("#", 1)[1]) == (409, "problem-wrong-state")
    assert town.coordinator.get(f"/assignments/{place_id}").json["state"] == "offered"
    assert town.coordinator.post(address, {"steps": [{**step, "shift_role_id": 999_999}]}).status == 409
    assert town.coordinator.post(address, {"steps": []}).status == 409
    assert town.coordinator.post(address, {"steps": [{"volunteer_id": person_id}]}).status == 422
    assert town.stranger.post(address, {"steps": [step]}).status == 404
    assert town.volunteer.post(address, {"steps": [step]}).status == 403

    made = town.coordinator.post(address, {"steps": [step]})
    assert made.status == 201, made.text
    [place] = made.json["items"]
    assert (place["state"], place["shift_role_id"], place["volunteer_id"]) == ("confirmed", role_id, person_id)
    assert town.coordinator.get(f"/assignments/{place_id}").json["state"] == "released"


def test_only_coordinators_of_the_area(town: Town) -> None:
    role_id, place_id = short_and_beside(town)
    assert town.stranger.get(f"/shift-roles/{role_id}/moves").status == 404
    assert town.stranger.post(f"/shift-roles/{role_id}/moves", {"assignment_id": place_id}).status == 404
    assert town.volunteer.get(f"/shift-roles/{role_id}/moves").status == 403
    assert town.coordinator.post(f"/shift-roles/{role_id}/moves", {"assignment_id": 999_999}).status == 404
