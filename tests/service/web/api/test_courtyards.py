"""Courtyards over JSON: a coordinator's own areas only."""

from __future__ import annotations

from service.db import transaction
from service.places import actions as places
from service.places.models import Area
from service.terms import AreaKind
from tests.service.web.api.conftest import Town


def court(town: Town) -> int:
    with transaction() as session:
        parent = session.get_one(Area, town.here.id)
        return places.add_area(session, parent=parent, kind=AreaKind.COURTYARD, name="1号院").id


def test_who_answers_and_what_it_is(town: Town) -> None:
    area_id, her = court(town), town.volunteer.volunteer_id
    made = town.coordinator.post(f"/areas/{area_id}/charges", {"volunteer_id": her})
    assert (made.status, made.json["holder"]["volunteer_id"], made.json["answers_area_id"]) == (201, her, area_id)
    again = town.coordinator.post(f"/areas/{area_id}/charges", {"volunteer_id": town.other.volunteer_id})
    assert (again.status, again.json["type"].rpartition("#")[2]) == (409, "problem-already-entrusted")
    told = town.coordinator.put(f"/courtyards/{area_id}", {"is_managed": False, "owner": "县社"})
    assert (told.status, told.json["is_managed"], told.json["owner"]) == (200, False, "县社")
    [row] = town.coordinator.get("/courtyards?lacks=council").json["items"]
    assert (row["lacks"], row["holder"]["volunteer_id"]) == (["council", "management"], her)
    assert town.coordinator.get("/courtyards?lacks=person").json["items"] == []
    charge = made.json["items"][0]["id"]
    assert [town.coordinator.delete(f"/charges/{charge}").status for _twice in range(2)] == [204, 404]


def test_nobody_else_comes_near_it(town: Town) -> None:
    area_id, her = court(town), town.volunteer.volunteer_id
    made = town.coordinator.post(f"/areas/{area_id}/charges", {"volunteer_id": her}).json
    for who in (town.stranger, town.volunteer):
        assert who.get(f"/areas/{area_id}/charges").status == 404
        assert who.post(f"/areas/{area_id}/charges", {"volunteer_id": her}).status == 404
        assert who.put(f"/courtyards/{area_id}", {"owner": "别人"}).status == 404
        assert who.delete(f"/charges/{made['items'][0]['id']}").status == 404
    assert town.volunteer.get("/courtyards").status == 403
    assert town.stranger.get("/courtyards").json["items"] == []


def test_what_is_wrong_says_where(town: Town) -> None:
    area_id = court(town)
    term = {"volunteer_id": town.volunteer.volunteer_id, "from_on": "2026-12-01", "until_on": "2026-12-01"}
    for wrong, field in ((term, "until_on"), ({"volunteer_id": 999_999}, "volunteer_id")):
        refused = town.coordinator.post(f"/areas/{area_id}/charges", wrong)
        assert (refused.status, list(refused.json["errors"])) == (422, [field])
    refused = town.coordinator.put(f"/courtyards/{town.here.id}", {"owner": "县社"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["area_id"])
