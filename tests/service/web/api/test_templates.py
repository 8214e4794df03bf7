"""Templates over JSON: saved, changed, begun from, put away; in one's own areas only."""

from __future__ import annotations

from service.db import transaction
from tests import factories
from tests.service.web.api.conftest import Town


def activity(town: Town) -> int:
    with transaction() as session:
        return factories.activity(session, town.here, lead_times=["P3D"]).id


def test_it_is_saved_changed_begun_from_and_put_away(town: Town) -> None:
    made = town.coordinator.post("/templates", {"activity_id": activity(town), "name": "义诊"})
    assert (made.status, made.json["hours"]["once"], made.json["lead_times"]) == (201, True, ["P3D"])
    path = f"/templates/{made.json['id']}"
    roles = [{"name": "护士", "min_needed": 1, "max_needed": 3, "requires": ["nurse"]}]
    changes = {"starts": "14:00", "ends": "16:00", "roles": roles, "lead_times": ["P1D", "PT2H"]}
    changed = town.coordinator.patch(path, changes, If_Match=made.headers["ETag"])
    assert (changed.status, changed.json["hours"]["starts"], changed.json["roles"][0]["requires"]) == (
        200,
        "14:00",
        ["nurse"],
    )
    assert town.coordinator.patch(path, changes, If_Match=made.headers["ETag"]).status == 412

    draft = town.coordinator.post(f"{path}/drafts", {"from_on": "2026-12-05"})
    assert (draft.status, draft.json["state"], draft.json["lead_times"]) == (201, "draft", ["P1D", "PT2H"])
    assert (
        draft.json["series"][0] | {"starts": "14:00", "from_on": "2026-12-05", "until_on": "2026-12-05"}
        == (draft.json["series"][0])
    )
    past = town.coordinator.post(f"{path}/drafts", {"from_on": "2026-11-01"})
    assert (past.status, list(past.json["errors"])) == (422, ["dates"])

    again = town.coordinator.post("/templates", {"activity_id": draft.json["id"], "name": "义诊"})
    assert (again.status, again.json["type"].endswith("name-taken")) == (409, True)
    assert [town.coordinator.delete(path).status for _twice in range(2)] == [204, 204]
    assert town.coordinator.get("/templates").json["items"] == []
    assert town.coordinator.get(path).json["is_archived"]
    assert town.coordinator.post(f"{path}/drafts", {"from_on": "2026-12-06"}).status == 404


def test_nobody_else_comes_near_it(town: Town) -> None:
    activity_id = activity(town)
    made = town.coordinator.post("/templates", {"activity_id": activity_id, "name": "义诊"}).json
    path = f"/templates/{made['id']}"
    for who in (town.stranger, town.volunteer):
        assert who.get(path).status == 404
        assert who.patch(path, {"name": "我的"}, If_Match="*").status == 404
        assert who.delete(path).status == 404
        assert who.post(f"{path}/drafts", {"from_on": "2026-12-05"}).status == 404
    assert town.volunteer.get("/templates").status == 403
    assert town.stranger.get("/templates").json["items"] == []
    stolen = town.stranger.post("/templates", {"activity_id": activity_id, "name": "偷来的"})
    assert (stolen.status, list(stolen.json["errors"])) == (422, ["activity_id"])
