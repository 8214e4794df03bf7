"""Areas, teams and volunteers over JSON; and the audited look at a telephone number."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service import secrets
from service.audit import AuditEntry
from service.db import transaction
from service.volunteers.models import Volunteer
from tests import factories
from tests.service.web.api.conftest import Client, Town

ABOUT = {"name": "赵小燕", "agrees": True, "how": "paper"}


# --- areas ---


def test_an_administrator_adds_and_renames_areas_below_her_own(town: Town) -> None:
    body = {"parent_id": town.here.id, "kind": "courtyard", "name": "锦绣花园"}
    made = town.admin.post("/areas", body)

    assert (made.status, made.json["parent_id"]) == (201, town.here.id)
    assert town.admin.post("/areas", body).json["type"].endswith("name-taken")
    assert town.coordinator.post("/areas", body).status == 403
    assert town.admin.post("/areas", {**body, "parent_id": town.elsewhere.id}).status == 404
    renamed = town.admin.patch(f"/areas/{made.json['id']}", {"name": "锦绣家园"}, If_Match=made.headers["ETag"])
    assert renamed.json["name"] == "锦绣家园"
    assert town.volunteer.get(f"/areas?below={town.here.id}&kind=courtyard").json["items"] == [renamed.json]


# --- teams ---


@pytest.fixture
def team(town: Town) -> str:
    """The address of a new team."""
    made = town.coordinator.post("/teams", {"area_id": town.here.id, "name": "红色管家志愿服务队"})
    assert (made.status, made.json["state"]) == (201, "draft")
    return f"/teams/{made.json['id']}"


def test_a_team_is_proposed_approved_and_then_seen_near_by(town: Town, team: str) -> None:
    assert town.volunteer.get(team).status == 404
    assert town.volunteer.get("/teams").json["items"] == []
    assert town.coordinator.put(f"{team}/approval").status == 403
    assert [town.admin.put(f"{team}/approval").json["state"] for _ in range(2)] == ["active"] * 2
    assert town.volunteer.get(team).status == 200
    assert [found["id"] for found in town.volunteer.get("/teams").json["items"]] == [
        int(team.rsplit("/", maxsplit=1)[-1])
    ]
    assert town.stranger.get(team).status == 404


def test_a_team_has_programmes_and_another_name(town: Town, team: str) -> None:
    tag = town.coordinator.get(team).headers["ETag"]
    assert town.coordinator.post(f"{team}/programmes", {"name": "上门理发"}).status == 201
    assert town.coordinator.post(f"{team}/programmes", {"name": "上门理发"}).status == 409
    changed = town.coordinator.patch(team, {"name": "红管家"}, If_Match=tag)

    assert (changed.json["name"], [p["name"] for p in changed.json["programmes"]]) == ("红管家", ["上门理发"])
    assert town.stranger.post(f"{team}/programmes", {"name": "别的"}).status == 404


def test_members_are_named_in_full_only_to_their_coordinators(town: Town, team: str) -> None:
    town.admin.put(f"{team}/approval")
    member = {"volunteer_id": town.other.volunteer_id, "role": "lead"}
    assert town.coordinator.post(f"{team}/members", member).status == 201
    assert town.coordinator.post(f"{team}/members", member).json["type"].endswith("already-member")

    assert [m["name"] for m in town.coordinator.get(f"{team}/members").json["items"]] == ["李大雪"]
    assert [m["name"] for m in town.volunteer.get(f"{team}/members").json["items"]] == ["李**"]
    assert town.volunteer.delete(f"{team}/members/{town.other.volunteer_id}").status == 404
    assert town.other.delete(f"{team}/members/{town.other.volunteer_id}").status == 204
    assert town.coordinator.get(f"{team}/members").json["items"] == []


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ({"volunteer_id": 999_999}, "volunteer_id"),
        ({"area_id": 999_999}, "area_id"),
        ({"from_on": "2026-12-01", "until_on": "2026-12-01"}, "until_on"),
        ({"until_on": "2026-11-01"}, "until_on"),
        ({"role": "boss"}, "role"),
    ],
)
def test_a_membership_that_cannot_be(town: Town, team: str, member: dict[str, Any], field: str) -> None:
    refused = town.coordinator.post(f"{team}/members", {"volunteer_id": town.other.volunteer_id, **member})

    assert (refused.status, field in refused.json["errors"]) == (422, True), refused.text


# --- volunteers ---


def test_a_coordinator_registers_people_of_her_areas(town: Town) -> None:
    typed = {
        **ABOUT,
        "area_id": town.here.id,
        "phone": "１３９ ００００ ００００",
        "birth_on": "1956-3-8",
        "tags": ["低龄老人"],
    }
    made = town.coordinator.post("/volunteers", typed)

    assert made.status == 201, made.text
    assert made.json["consents"][0]["how"] == "paper"
    assert (made.json["has_phone"], made.json["birth_on"], made.json["tags"]) == (True, "1956-03-08", ["低龄老人"])
    assert town.coordinator.post("/volunteers", typed).json["type"].endswith("phone-taken")
    assert "area_id" in town.coordinator.post("/volunteers", {**typed, "area_id": town.elsewhere.id}).json["errors"]
    assert "agrees" in town.coordinator.post("/volunteers", {**typed, "agrees": False}).json["errors"]


def test_people_are_found_by_name_and_pinyin_within_the_areas(town: Town) -> None:
    def find(client: Client, q: str) -> list[str]:
        return [person["name"] for person in client.get(f"/volunteers?q={q}").json["items"]]

    assert [find(town.coordinator, q) for q in ("大雪", "lidaxue", "ldx")] == [["李大雪"]] * 3
    assert find(town.stranger, "大雪") == []
    assert town.volunteer.get("/volunteers").status == 403


def test_no_answer_about_people_holds_a_telephone_number(town: Town) -> None:
    with transaction() as session:
        person = session.get_one(Volunteer, town.other.volunteer_id)
        digits = secrets.unseal(person.phone_sealed or b"").removeprefix("+86")
    answers = [town.coordinator.get("/volunteers"), town.coordinator.get(f"/volunteers/{town.other.volunteer_id}")]

    assert digits not in "".join(answer.text for answer in answers)


def test_a_look_at_a_number_has_a_reason_and_is_written_down(town: Town) -> None:
    address = f"/volunteers/{town.other.volunteer_id}/phone-looks"
    assert "why" in town.coordinator.post(address).json["errors"]
    looked = town.coordinator.post(address, {"why": "通知改时间"})

    assert looked.json["phone"].startswith("+86139")
    with transaction() as session:
        looks = session.scalars(select(AuditEntry).where(AuditEntry.verb == "looked_at_phone")).all()
    assert [(look.account_id, look.subject_id, look.details["why"]) for look in looks] == [
        (town.coordinator.account_id, town.other.volunteer_id, "通知改时间")
    ]
    assert town.stranger.post(address, {"why": "好奇"}).status == 404
    assert town.volunteer.post(address, {"why": "好奇"}).status == 403


def test_a_volunteer_sees_and_changes_herself_only(town: Town) -> None:
    mine, hers = (f"/volunteers/{client.volunteer_id}" for client in (town.volunteer, town.other))
    tag = town.volunteer.get(mine).headers["ETag"]
    changed = town.volunteer.patch(mine, {"name": "王小暖", "weekly_hours": 6}, If_Match=tag)

    assert (changed.json["name"], changed.json["weekly_hours"]) == ("王小暖", 6)
    assert [p["name"] for p in town.coordinator.get("/volunteers?q=wxn").json["items"]] == ["王小暖"]
    assert "birth_on" in town.volunteer.patch(mine, {"birth_on": "2000-01-01"}, If_Match="*").json["errors"]
    assert town.coordinator.patch(mine, {"birth_on": "2000-01-01"}, If_Match="*").status == 200
    for client in (town.volunteer, town.stranger):
        assert client.get(hers).status == 404
        assert client.patch(hers, {"weekly_hours": 1}, If_Match="*").status == 404
        assert client.get(f"{hers}/consents").status == 404
        assert client.get(f"{hers}/qualifications").status == 404


def test_a_qualification_is_said_by_her_and_verified_by_another(town: Town) -> None:
    address = f"/volunteers/{town.volunteer.volunteer_id}/qualifications"
    held = {"kind": "doctor", "evidence": "执业证 4101", "valid_from": "2020-01-01", "valid_until": "2026-12-31"}
    said = town.volunteer.post(address, held)
    assert (said.status, said.json["verified_at"]) == (201, None)
    verification = f"{address}/{said.json['id']}/verification"

    assert town.volunteer.put(verification).status == 403
    assert town.stranger.put(verification).status == 404
    assert town.coordinator.put(f"{address}/999999/verification").status == 404
    assert town.coordinator.put(verification).json["verified_at"] is not None
    assert town.volunteer.get(address).json["items"][0]["verified_at"] is not None
    backwards = town.volunteer.post(address, {**held, "valid_until": "2019-01-01"})
    assert "valid_until" in backwards.json["errors"]


def test_nobody_verifies_her_own_paper(town: Town) -> None:
    with transaction() as session:
        person = factories.volunteer(session, town.here, "何医生")
        account = factories.coordinator(session, town.here, "何医生")
        account.volunteer_id = person.id
        session.flush()
    from service.accounts import actions as accounts

    with transaction() as session:
        token = accounts.issue_token(session, account, label="test", now=factories.NOW)
    both = Client(town.app, token)
    address = f"/volunteers/{person.id}/qualifications"
    said = both.post(address, {"kind": "doctor", "evidence": "证", "valid_from": "2020-01-01"})

    assert both.put(f"{address}/{said.json['id']}/verification").status == 403


def test_consents_are_given_and_taken_back(town: Town) -> None:
    address = f"/volunteers/{town.volunteer.volunteer_id}/consents"
    assert town.volunteer.delete(f"{address}/reminders").status == 204
    given = town.volunteer.post(address, {"purpose": "reminders", "how": "paper"})

    assert (given.status, given.json["how"]) == (201, "web")
    history = [(c["purpose"], c["withdrawn_at"] is None) for c in town.volunteer.get(address).json["items"]]
    assert history == [("service", True), ("reminders", False), ("reminders", True)]
    assert town.volunteer.delete(f"{address}/everything").status == 404


def test_she_says_that_she_is_not_to_be_asked_to_step_in(town: Town) -> None:
    address = f"/volunteers/{town.volunteer.volunteer_id}"
    shown = town.volunteer.get(address)
    assert shown.json["steps_in"] is True
    kept = town.volunteer.patch(address, {"weekly_hours": 8}, If_Match=shown.headers["ETag"])
    assert kept.json["steps_in"] is True, "what is not sent stays"
    changed = town.coordinator.patch(address, {"steps_in": False}, If_Match=kept.headers["ETag"])
    assert (changed.status, changed.json["steps_in"]) == (200, False)
    assert town.other.patch(address, {"steps_in": True}, If_Match="*").status == 404
    assert town.other.patch(address, {"lead_times": ["PT2H"]}, If_Match="*").status == 404
    assert town.stranger.patch(address, {"steps_in": True}, If_Match="*").status == 404


def test_she_says_when_she_wants_to_be_reminded(town: Town) -> None:
    address = f"/volunteers/{town.volunteer.volunteer_id}"
    assert town.volunteer.get(address).json["lead_times"] is None
    own = town.volunteer.patch(address, {"lead_times": ["eve19:00", "PT1H"]}, If_Match="*")
    assert (own.status, own.json["lead_times"]) == (200, ["eve19:00", "PT1H"])
    for wrong in ([], ["soon"], ["PT2H"] * 7):
        assert town.volunteer.patch(address, {"lead_times": wrong}, If_Match="*").status == 422
    usual = town.volunteer.patch(address, {"lead_times": None}, If_Match="*")
    assert (usual.status, usual.json["lead_times"]) == (200, None)
