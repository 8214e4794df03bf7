"""Who serves with whom, over JSON: for coordinators, about their own areas; volunteers see nothing of it."""

from __future__ import annotations

from service.accounts import actions as accounts
from service.activities.models import Shift
from service.db import transaction
from service.places import actions as places
from service.terms import AreaKind, Mode
from tests import factories
from tests.service.web.api.conftest import Client, Town


def test_a_coordinator_asks_it_of_an_activity(town: Town) -> None:
    path = f"/activities/{_activity(town)}/company"
    rule = {"children": 5, "per_adult": 3, "pairs_newcomers": True, "held_together": False, "most_faces": 0}
    shown = {**rule, "enrolled": 0}
    assert town.coordinator.put(path, rule).json == shown
    assert town.coordinator.get(path).json == shown
    refused = town.coordinator.put(path, {"per_adult": 3})
    assert (refused.status, list(refused.json["errors"])) == (422, ["children"])
    assert town.coordinator.get(path).json == shown
    assert (town.stranger.get(path).status, town.stranger.put(path, rule).status) == (404, 404)
    assert town.volunteer.get(path).status == 403


def test_activities_are_held_together(town: Town) -> None:
    doctor, talk = (_activity(town, mode=Mode.MATCHED) for _ in range(2))
    path = f"/activities/{doctor}/crew"
    assert town.coordinator.get(path).json == {"activity_ids": []}
    assert town.coordinator.put(path, {"activity_ids": [talk, doctor]}).json == {"activity_ids": [talk]}
    assert town.coordinator.get(f"/activities/{talk}/crew").json == {"activity_ids": [doctor]}
    refused = town.coordinator.put(path, {"activity_ids": [_activity(town)]})
    assert (refused.status, list(refused.json["errors"])) == (422, ["activity_ids"]), "first come, first served"
    another = town.coordinator.put(f"/activities/{_activity(town, mode=Mode.MATCHED)}/crew", {"activity_ids": [talk]})
    assert (another.status, another.json["type"].rpartition("#problem-")[2]) == (409, "in-another-crew")
    assert (town.stranger.get(path).status, town.stranger.put(path, {"activity_ids": []}).status) == (404, 404)
    assert (town.volunteer.get(path).status, town.volunteer.put(path, {"activity_ids": []}).status) == (403, 403)
    assert town.coordinator.get(path).json == {"activity_ids": [talk]}


def test_a_crew_is_changed_only_by_whom_all_of_it_is(town: Town) -> None:
    """An activity below the community, whose coordinator has nothing to say about the community's own."""
    with transaction() as session:
        court = places.add_area(session, parent=town.here, kind=AreaKind.COURTYARD, name="一号院")
        hers = factories.coordinator(session, court, "院长")
        client = Client(town.app, accounts.issue_token(session, hers, label="test", now=factories.NOW), hers.id)
        within = factories.activity(session, court, mode=Mode.MATCHED).id
    path = f"/activities/{within}/crew"
    assert town.coordinator.put(path, {"activity_ids": [_activity(town, mode=Mode.MATCHED)]}).status == 200
    assert (client.get(path).status, client.put(path, {"activity_ids": []}).status) == (200, 403)


def test_two_people_are_bound_and_neither_sees_it(town: Town) -> None:
    one, other = town.volunteer.volunteer_id, town.other.volunteer_id
    path = f"/volunteers/{one}/bonds"
    made = town.coordinator.post(path, {"other_id": other, "kind": "apart", "note": "吵过架"})
    assert made.status == 201
    assert {made.json["person_id"], made.json["other_id"]} == {one, other}
    again = town.coordinator.post(path, {"other_id": other, "kind": "together"})
    assert (again.status, again.json["type"].rpartition("#problem-")[2]) == (409, "bound-already")
    for wrong in (one, 10**9):
        refused = town.coordinator.post(path, {"other_id": wrong, "kind": "apart"})
        assert (refused.status, list(refused.json["errors"])) == (422, ["other_id"])
    assert town.coordinator.get(f"/volunteers/{other}/bonds").json["items"] == [made.json]
    bond = f"/bonds/{made.json['id']}"
    assert (town.volunteer.get(path).status, town.volunteer.delete(bond).status) == (403, 403)
    assert (town.stranger.get(path).status, town.stranger.delete(bond).status) == (404, 404)
    assert town.coordinator.delete(bond).status == 204
    assert town.coordinator.get(path).json["items"] == []


def _activity(town: Town, **details: object) -> int:
    shift_id, _role_id = town.shift(**details)
    with transaction() as session:
        return session.get_one(Shift, shift_id).activity_id
