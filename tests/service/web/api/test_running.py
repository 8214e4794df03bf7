"""Match runs, reminders, notifications, the outbox, and the demo's clock over JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service import outbox, reactions
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.db import transaction
from service.matching import actions as matching
from service.matching import solving
from service.notifications import actions as notifications
from service.notifications.models import Notification
from service.outbox import OutboxReaction
from service.reminders import planning
from service.roster.duties import of_calendar
from service.roster.models import Assignment
from service.settings import settings
from tests import factories
from tests.service.web.api.conftest import Town

WINDOW = {"until_at": "2026-12-31T00:00:00+08:00"}


def matched(town: Town) -> tuple[int, int]:
    """(activity id, match run id) of a run that was asked for and solved, one volunteer wanting the place."""
    shift_id, role_id = town.shift(mode="matched")
    town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    asked = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW)
    assert (asked.status, asked.json["state"]) == (202, "requested"), asked.text
    with transaction() as session:
        matching.solve(session, match_run_id=asked.json["id"], now=factories.NOW)
    return activity_id, asked.json["id"]


def test_a_plan_is_asked_for_looked_at_and_published(town: Town) -> None:
    activity_id, run_id = matched(town)
    assert town.volunteer.get("/assignments").json["items"] == [], "drafts are the coordinator's"
    drafts = town.coordinator.get("/assignments?state=drafted").json["items"]
    assert [draft["match_run_id"] for draft in drafts] == [run_id]
    solved = town.coordinator.get(f"/match-runs/{run_id}").json
    assert (solved["state"], bool(solved["problem"]), bool(solved["solution"])) == ("drafted", True, True)

    published = town.coordinator.post(f"/match-runs/{run_id}/publications")
    assert (published.status, published.json["state"]) == (201, "published"), published.text
    assert [a["state"] for a in town.volunteer.get("/assignments").json["items"]] == ["offered"]
    assert [run["id"] for run in town.coordinator.get(f"/match-runs?activity_id={activity_id}").json["items"]] == [
        run_id
    ]
    assert town.coordinator.delete(f"/match-runs/{run_id}").status == 409


def test_nobody_learns_of_a_draft_that_was_dropped(town: Town) -> None:
    """Not over JSON, not in her calendar, not on her sign-up's page: she was never asked."""
    _activity_id, run_id = matched(town)
    town.coordinator.delete(f"/match-runs/{run_id}")
    assert [one["state"] for one in town.coordinator.get("/assignments").json["items"]] == ["released"]
    assert town.volunteer.get("/assignments").json["items"] == []
    with transaction() as session:
        [dropped] = session.scalars(select(Assignment))
        assert not dropped.was_told
        assert of_calendar(session, town.volunteer.volunteer_id, from_at=factories.NOW) == []
    assert town.volunteer.get(f"/assignments/{dropped.id}").status == 404


def test_who_got_nothing_is_told_why_and_nobody_else_is(town: Town) -> None:
    shift_id, [role_id] = town.shift_of([RolePlan(name="引导员", min_needed=1, max_needed=1)], mode="matched")
    with transaction() as session:
        first = factories.volunteer(session, town.here, "李大寒")
        factories.sign_up(session, first, session.get_one(ShiftRole, role_id))
    mine = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id, "rank": 2}).json["id"]
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)
    address = f"/signups/{mine}/explanation"
    assert town.volunteer.get(address).json == {"reasons": []}, "nothing is said of a draft"
    town.coordinator.post(f"/match-runs/{run_id}/publications")
    [told] = town.volunteer.get(address).json["reasons"]
    assert told.startswith("名额满了")
    assert town.coordinator.get(address).json == {"reasons": [told]}
    assert town.stranger.get(address).status == 404


def test_a_run_is_taken_as_it_is_and_says_how_it_was_made(town: Town) -> None:
    shift_id, role_id = town.shift(mode="matched")
    town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    address = f"/match-runs/{run_id}/enough"
    assert town.coordinator.post(address).status == 409, "nobody has begun"
    assert solving.begin(run_id, now=factories.NOW)
    assert town.stranger.post(address).status == town.volunteer.post(address).status == 404
    assert [town.coordinator.post(address).status for _twice in range(2)] == [202, 202]
    with transaction() as session:
        solving.solve(session, match_run_id=run_id, now=factories.NOW)

    made = town.coordinator.get(f"/match-runs/{run_id}").json
    assert (made["state"], made["enough_at"] is not None) == ("drafted", True)
    assert made["record"]["stopped"] == {"stage": "placing", "done": 0}
    assert [one["stage"] for one in made["record"]["passes"]] == ["gathering", "placing", "checking"]
    assert set(made["record"]["versions"]) == {"python", "highspy", "numpy"}
    assert len(town.coordinator.get("/assignments?state=drafted").json["items"]) == 1
    assert town.coordinator.post(address).status == 409, "it is done"


def test_a_plan_explains_who_was_placed_and_what_would_fill_the_rest(town: Town) -> None:
    shift_id, [role_id] = town.shift_of([RolePlan(name="引导员", min_needed=2, max_needed=2)], mode="matched")
    town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    address = f"/match-runs/{run_id}/explanation"
    assert town.coordinator.get(address).status == 409, "no plan yet"
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)

    told = town.coordinator.get(address).json
    [placed], [role] = told["placements"], told["open_roles"]
    assert told["change"] is None, "the first draft"
    assert (placed["opening_id"], placed["rank"]) == (role_id, 1)
    assert [reason["code"] for reason in placed["reasons"]] == ["nobody_else", "needed"]
    assert (role["opening_id"], role["missing"]) == (role_id, 1)
    assert [[ask["kind"] for ask in way["asks"]] for way in role["ways"]] == [["new_person"], ["lower_minimum"]]
    assert [way["cost"] for way in role["ways"]] == sorted(way["cost"] for way in role["ways"])
    assert role["ways"][0]["text"] == "另找1个人"
    assert town.coordinator.get(f"{address}?opening_id={role_id + 1}").json == {
        "change": None,
        "placements": [],
        "open_roles": [],
    }
    assert town.coordinator.get(f"{address}?opening_id={role_id}").json == told
    assert town.stranger.get(address).status == town.volunteer.get(address).status == 404


def test_a_second_plan_says_what_is_other_than_in_the_drafts_before(town: Town) -> None:
    activity_id, _first = matched(town)
    [(shift_id, role_id)] = {
        (draft["shift_id"], draft["shift_role_id"])
        for draft in town.coordinator.get("/assignments?state=drafted").json["items"]
    }
    other_id = town.other.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json["volunteer_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)

    change = town.coordinator.get(f"/match-runs/{run_id}/explanation").json["change"]
    assert change == {"stay": 1, "comes": [{"person_id": other_id, "opening_id": role_id}], "goes": []}


def test_a_plan_can_be_asked_what_if_and_how_fair(town: Town) -> None:
    shift_id, role_id = town.shift(mode="matched")
    people = [town.person(name) for name in ("王小满", "李大寒", "张立春")]
    for person in people:
        person.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    assert town.coordinator.get(f"/match-runs/{run_id}/fairness").status == 409
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)

    last, second = people[2].volunteer_id, people[1].volunteer_id
    asked = town.coordinator.get(f"/match-runs/{run_id}/what-if?person_id={last}&opening_id={role_id}").json
    assert asked["is_possible"]
    assert asked["goes"] == [{"person_id": second, "opening_id": role_id}]
    assert asked["comes"] == [{"person_id": last, "opening_id": role_id}]
    assert asked["change"][0] == {"name": "cover", "value": 0}
    assert town.coordinator.get(f"/match-runs/{run_id}/what-if?person_id={second}&opening_id={role_id}").status == 422
    assert town.stranger.get(f"/match-runs/{run_id}/what-if?person_id={last}&opening_id={role_id}").status == 404
    assert town.volunteer.get(f"/match-runs/{run_id}/fairness").status == 404

    fair = town.coordinator.get(f"/match-runs/{run_id}/fairness").json
    assert (fair["people"], fair["without_any"], fair["ranks"]) == (3, 1, [{"rank": 1, "count": 2}])
    assert {line["name"] for line in fair["ledger"]} == {"王小满", "李大寒", "张立春"}


def test_between_two_who_asked_for_as_much_the_nearer_one_is_placed(town: Town) -> None:
    shift_id, [role_id] = town.shift_of([RolePlan(name="引导员", min_needed=1, max_needed=1)], mode="matched")
    with transaction() as session:
        neighbour = factories.volunteer(session, town.elsewhere, "常霜降")
    far = town.client(neighbour)
    near = town.person("王小满")
    for person in (far, near):
        assert person.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).status == 201
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)

    solution = town.coordinator.get(f"/match-runs/{run_id}").json["solution"]
    assert [one["person_id"] for one in solution["placements"]] == [near.volunteer_id]
    assert solution["levels"][-1] == {"name": "travel", "value": 2, "of": None, "bound": 2}
    what_if = f"/match-runs/{run_id}/what-if?person_id={far.volunteer_id}&opening_id={role_id}"
    assert town.coordinator.get(what_if).json["change"][-1] == {"name": "travel", "value": 2}


def test_who_got_no_place_is_asked_to_stand_by_once_the_plan_is_published(town: Town) -> None:
    one = RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=1)
    shift_id, [role_id] = town.shift_of([one], mode="matched")
    first, second, third = (town.person(name) for name in ("王小满", "李大寒", "张立春"))
    for person in (first, second, third):
        assert person.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).status == 201
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    run_id = town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).json["id"]
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=factories.NOW)
    solution = town.coordinator.get(f"/match-runs/{run_id}").json["solution"]
    assert [one["person_id"] for one in solution["stand_bys"]] == [second.volunteer_id]
    drafted = town.coordinator.get("/assignments?state=drafted").json["items"]
    by_person = {draft["volunteer_id"]: draft["is_stand_by"] for draft in drafted}
    assert by_person == {first.volunteer_id: False, second.volunteer_id: True}
    assert second.get("/assignments").json["items"] == [], "nobody knows before it is published"

    assert town.coordinator.post(f"/match-runs/{run_id}/publications").status == 201
    [offer] = second.get("/assignments").json["items"]
    assert (offer["state"], offer["is_stand_by"], offer["signup_id"]) == ("offered", True, None)
    assert [s["state"] for s in second.get("/signups").json["items"]] == ["waitlisted"]
    assert third.get("/assignments").json["items"] == []
    assert third.post(f"/assignments/{offer['id']}/answers", {"reply": "accept"}).status == 404
    answered = second.post(f"/assignments/{offer['id']}/answers", {"reply": "accept"})
    assert (answered.json["state"], answered.json["is_stand_by"]) == ("confirmed", True), answered.text
    [role] = town.coordinator.get(f"/shifts/{shift_id}").json["roles"]
    assert (role["taken"], role["stand_bys"], role["standing_by"]) == (1, 1, 1)


def test_a_plan_that_was_thrown_away_cannot_be_published(town: Town) -> None:
    _activity_id, run_id = matched(town)

    assert [town.coordinator.delete(f"/match-runs/{run_id}").status for _ in range(2)] == [204, 204]
    assert town.coordinator.post(f"/match-runs/{run_id}/publications").status == 409


def test_plans_belong_to_their_coordinators(town: Town) -> None:
    activity_id, run_id = matched(town)
    for client, listed in ((town.volunteer, 403), (town.stranger, 200)):
        assert client.post(f"/activities/{activity_id}/match-runs", WINDOW).status == 404
        assert client.get(f"/match-runs/{run_id}").status == 404
        assert client.post(f"/match-runs/{run_id}/publications").status == 404
        assert client.delete(f"/match-runs/{run_id}").status == 404
        assert client.get("/match-runs").status == listed


@pytest.mark.parametrize(
    "window",
    [{}, {"until_at": "2026-11-01T00:00"}, {"until_at": "x"}, {**WINDOW, "from_at": "2027-01-01T00:00"}],
)
def test_a_window_that_is_none(town: Town, window: dict[str, str]) -> None:
    activity_id, _run_id = matched(town)

    assert "until_at" in town.coordinator.post(f"/activities/{activity_id}/match-runs", window).json["errors"]


def test_first_come_first_served_needs_no_plan(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]

    assert town.coordinator.post(f"/activities/{activity_id}/match-runs", WINDOW).status == 409


@pytest.fixture
def told(town: Town) -> Town:
    """The town after its volunteer signed up, was told so, and her reminders were planned."""
    shift_id, role_id = town.shift()
    signup = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json
    with transaction() as session:
        notifications.tell_signed_up(session, signup_ids=[signup["id"]], now=factories.NOW)
        assignment = session.query(Assignment).one()
        planning.plan(session, assignment_ids=[assignment.id], now=factories.NOW)
    return town


def test_reminders_are_seen_by_her_and_her_coordinator(told: Town) -> None:
    mine = told.volunteer.get("/reminders").json["items"]

    assert {reminder["lead_time"] for reminder in mine} >= {"P3D", "eve20:00"}
    assert told.coordinator.get("/reminders").json["items"] == mine
    assert told.coordinator.get("/reminders?state=sent").json["items"] == []
    assert told.other.get("/reminders").json["items"] == told.stranger.get("/reminders").json["items"] == []


def test_notifications_are_seen_by_both_but_their_text_by_her_alone(told: Town) -> None:
    with transaction() as session:
        session.execute(update(Notification).values(text="您报上名了：https://example.org/secret"))

    assert [n["text"] for n in told.volunteer.get("/notifications").json["items"]] == [
        "您报上名了：https://example.org/secret"
    ]
    [hers] = told.coordinator.get("/notifications").json["items"]
    assert (hers["text"], hers["delivered_at"], hers["answered_at"], hers["is_yes"]) == (None, None, None, None)
    shift_id = told.coordinator.get("/signups").json["items"][0]["shift_id"]
    about = told.coordinator.get(f"/notifications?shift_id={shift_id}").json["items"]
    assert [one["id"] for one in about] == [hers["id"]]
    assert told.coordinator.get(f"/notifications?shift_id={shift_id + 1}").json["items"] == []
    assert told.other.get(f"/notifications?shift_id={shift_id}").json["items"] == []
    assert told.other.get("/notifications").json["items"] == told.stranger.get("/notifications").json["items"] == []


def test_an_administrator_sees_the_outbox_and_brings_back_the_dead(told: Town) -> None:
    with transaction() as session:
        outbox.fan_out(session, reactions=reactions.NAMES)
        session.execute(update(OutboxReaction).values(dead_at=factories.NOW, last_error="Boom", attempts=8))
    backlog = told.admin.get("/outbox").json
    dead = told.admin.get("/outbox/dead").json["items"]

    assert backlog["new"] == backlog["open"] == 0
    assert (backlog["dead"], dead[0]["last_error"], dead[0]["attempts"]) == (len(dead), "Boom", 8)
    revived = told.admin.post("/outbox/retries", {"reaction_ids": [dead[0]["id"]]})
    assert (revived.status, revived.json) == (201, {"revived": 1})
    assert told.admin.get("/outbox").json["open"] == 1


@pytest.mark.parametrize("path", ["/outbox", "/outbox/dead"])
def test_the_outbox_is_for_administrators(town: Town, path: str) -> None:
    assert (town.coordinator.get(path).status, town.volunteer.get(path).status) == (403, 403)


def virtual(monkeypatch: pytest.MonkeyPatch, value: bool) -> None:
    changed = replace(settings(), virtual_clock=value)
    for module in ("service.clock", "service.web.api.clock"):
        monkeypatch.setattr(f"{module}.settings", lambda: changed)


def test_the_clock_can_be_turned_only_in_a_trial(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    body: dict[str, Any] = {"now": "2026-11-28T07:00:00+08:00"}
    virtual(monkeypatch, False)
    assert town.admin.put("/clock", body).status == town.admin.post("/sweeps").status == 404
    virtual(monkeypatch, True)
    assert town.coordinator.put("/clock", body).status == 403
    monkeypatch.undo()

    virtual(monkeypatch, True)
    turned = town.admin.put("/clock", body)
    assert turned.json["now"].startswith("2026-11-28T07:00:0")
    assert town.volunteer.get("/clock").json["now"].startswith("2026-11-28T07:00:")


def test_a_sweep_does_what_is_due(told: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    virtual(monkeypatch, True)
    monkeypatch.setattr("service.clock.now", lambda _session: factories.NOW + timedelta(days=4, hours=11))
    swept = told.admin.post("/sweeps")

    assert swept.status == 201, swept.text
    assert swept.json["settled_reminders"] > 0
    assert told.admin.post("/sweeps").json["settled_reminders"] == 0
