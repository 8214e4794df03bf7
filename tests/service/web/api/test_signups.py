"""Sign-ups over JSON: happy paths, forbidden ways in, refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.activities.rules import RolePlan
from service.db import transaction
from service.terms import QualificationKind
from service.volunteers.models import Volunteer
from tests import factories
from tests.service.web.api.conftest import Client, Town

DOCTOR = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,), min_age=18, max_age=75)


def test_a_volunteer_signs_up_withdraws_and_undoes_it(town: Town) -> None:
    shift_id, role_id = town.shift()
    asked = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})

    assert asked.status == 201, asked.text
    assert asked.json["state"] == "confirmed"
    assert asked.headers["Location"] == f"/api/v1/signups/{asked.json['id']}"
    address = f"/signups/{asked.json['id']}"
    assert town.volunteer.get(address).json["waitlist_position"] is None

    withdrawn = town.volunteer.post(f"{address}/withdrawals")
    assert (withdrawn.status, withdrawn.json["state"]) == (201, "withdrawn")
    undone = town.volunteer.delete(f"{address}/withdrawals")
    assert (undone.status, undone.json["state"]) == (200, "confirmed")
    assert town.volunteer.delete(f"{address}/withdrawals").json["type"].endswith("nothing-to-undo")


def test_asking_twice_gives_the_sign_up_that_stands(town: Town) -> None:
    shift_id, role_id = town.shift()
    first, again = (town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}) for _ in range(2))

    assert (again.status, again.text) == (first.status, first.text)


def test_those_who_wait_know_their_place(town: Town) -> None:
    shift_id, role_id = town.shift()
    people = [town.person(name) for name in ("甲甲", "乙乙", "丙丙", "丁丁")]
    asked = [p.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json for p in people]

    assert [signup["state"] for signup in asked] == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    listed = town.coordinator.get(f"/shifts/{shift_id}/signups").json["items"]
    assert [(row["name"], row["waitlist_position"]) for row in listed] == [
        ("甲甲", None),
        ("乙乙", None),
        ("丙丙", 1),
        ("丁丁", 2),
    ]
    assert [row["name"] for row in people[2].get(f"/shifts/{shift_id}/signups").json["items"]] == ["丙丙"]


def test_all_the_reasons_are_told_at_once_in_codes_and_in_words(town: Town) -> None:
    start = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    with transaction() as session:
        clinic = factories.shift_on(session, town.here, start, roles=[DOCTOR], title="义诊")
        patrol = factories.shift_on(session, town.here, start + timedelta(hours=1), title="巡逻")
        person = factories.volunteer(session, town.here, "吴小医", birth_on=date(2010, 1, 1))
        factories.qualified(session, person, QualificationKind.DOCTOR, until=date(2026, 11, 27))
        roles = {shift.id: factories.only_role(session, shift).id for shift in (clinic, patrol)}
    client = town.client(person)
    client.post(f"/shifts/{patrol.id}/signups", {"shift_role_id": roles[patrol.id]})
    refused = client.post(f"/shifts/{clinic.id}/signups", {"shift_role_id": roles[clinic.id]})

    assert (refused.status, refused.json["type"]) == (409, "/api/v1/docs#problem-sign-up-refused")
    reasons = {reason["code"]: reason for reason in refused.json["reasons"]}
    assert set(reasons) == {"qualification_expired", "too_young", "overlap"}
    assert reasons["qualification_expired"]["details"] == {
        "kind": "doctor",
        "valid_until": "2026-11-27",
        "on": "2026-11-28",
    }
    assert "巡逻" in reasons["overlap"]["text"]
    assert reasons["overlap"]["details"]["starts_at"] == "2026-11-28T10:00:00+08:00"
    assert all(reason["text"] in refused.json["detail"] for reason in reasons.values())


def test_a_shift_that_has_begun_cannot_be_taken(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    shift_id, role_id = town.shift()
    monkeypatch.setattr("service.clock.now", lambda _session: factories.NOW + timedelta(days=30))
    refused = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})

    assert [reason["code"] for reason in refused.json["reasons"]] == ["shift_started"]


def test_too_late_to_withdraw_names_the_telephone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    shift_id, role_id = town.shift()
    signup = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json
    monkeypatch.setattr("service.clock.now", lambda _session: datetime(2026, 11, 28, 0, 0, tzinfo=UTC))
    refused = town.volunteer.post(f"/signups/{signup['id']}/withdrawals")

    assert (refused.status, refused.json["phone"]) == (409, "0371-64350001")


@pytest.mark.parametrize("details", [{}, {"shift_id": 0, "role_id": 1}, {"role_id": 999_999}])
def test_unknown_shifts_and_roles(town: Town, details: dict[str, int]) -> None:
    shift_id, role_id = town.shift()
    asked_shift = 999_999 if not details else details.get("shift_id", shift_id)
    answer = town.volunteer.post(f"/shifts/{asked_shift}/signups", {"shift_role_id": details.get("role_id", role_id)})

    if asked_shift == shift_id:
        assert [reason["code"] for reason in answer.json["reasons"]] == ["unknown_role"]
    else:
        assert answer.status == 404


def test_another_volunteers_sign_up_does_not_exist_for_me(town: Town) -> None:
    shift_id, role_id = town.shift()
    signup = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json
    for client in (town.other, town.stranger):
        theirs = client.get(f"/signups/{signup['id']}")
        nobodys = client.get("/signups/999999")
        assert without_instance(theirs.json) == without_instance(nobodys.json)
        assert theirs.status == 404
        assert client.post(f"/signups/{signup['id']}/withdrawals").status == 404
        assert client.delete(f"/signups/{signup['id']}/withdrawals").status == 404
        assert client.get("/signups").json["items"] == []
        assert client.get(f"/shifts/{shift_id}/signups").json["items"] == []

    assert town.coordinator.get(f"/signups/{signup['id']}").status == 200


def without_instance(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "instance"}


def proxy(town: Town, client: Client, shift_id: int, **body: Any) -> Any:
    asked = {"volunteer_id": town.other.volunteer_id, "asked_by": "女儿", "asked_how": "phone", **body}
    return client.post(f"/shifts/{shift_id}/signups", {k: v for k, v in asked.items() if v is not None})


def test_a_coordinator_signs_up_somebody_who_telephoned(town: Town) -> None:
    shift_id, role_id = town.shift()
    signup = proxy(town, town.coordinator, shift_id, shift_role_id=role_id)

    assert signup.status == 201, signup.text
    assert {name: signup.json[name] for name in ("volunteer_id", "via", "asked_by", "asked_how", "typed_by")} == {
        "volunteer_id": town.other.volunteer_id,
        "via": "proxy",
        "asked_by": "女儿",
        "asked_how": "phone",
        "typed_by": town.coordinator.account_id,
    }
    assert town.other.get("/signups").json["items"][0]["id"] == signup.json["id"]


def test_nobody_else_signs_up_for_others(town: Town) -> None:
    shift_id, role_id = town.shift()
    with transaction() as session:
        foreign = factories.volunteer(session, town.elsewhere, "郑外人").id

    assert proxy(town, town.volunteer, shift_id, shift_role_id=role_id).status == 403
    assert proxy(town, town.stranger, shift_id, shift_role_id=role_id).status == 404
    assert proxy(town, town.coordinator, shift_id, shift_role_id=role_id, volunteer_id=foreign).status == 422
    assert proxy(town, town.coordinator, shift_id, shift_role_id=role_id, volunteer_id=999_999).status == 422


def test_a_proxy_says_who_asked_and_how(town: Town) -> None:
    shift_id, role_id = town.shift()
    missing = proxy(town, town.coordinator, shift_id, shift_role_id=role_id, asked_by=None, asked_how=None)
    own = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id, "asked_by": "我"})

    assert set(missing.json["errors"]) == {"asked_by", "asked_how"}
    assert own.status == 422


def test_an_account_that_is_no_volunteer_must_say_for_whom(town: Town) -> None:
    shift_id, role_id = town.shift()

    assert (
        "volunteer_id"
        in town.coordinator.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json["errors"]
    )


def test_lists_can_be_narrowed(town: Town) -> None:
    (first, first_role), (second, second_role) = town.shift(), town.shift(title="送餐", plans=None, mode="matched")
    town.volunteer.post(f"/shifts/{first}/signups", {"shift_role_id": first_role})
    town.other.post(f"/shifts/{second}/signups", {"shift_role_id": second_role})
    ask = town.coordinator.get

    assert [row["shift_id"] for row in ask("/signups").json["items"]] == [first, second]
    assert [row["shift_id"] for row in ask("/signups?state=pending").json["items"]] == [second]
    assert [row["shift_id"] for row in ask(f"/signups?shift_id={first}").json["items"]] == [first]
    assert [row["shift_id"] for row in ask(f"/signups?volunteer_id={town.other.volunteer_id}").json["items"]] == [
        second
    ]
    assert ask("/signups?mine=true").json["items"] == []


def test_consent_taken_back_stands_in_the_way(town: Town) -> None:
    shift_id, role_id = town.shift()
    assert town.volunteer.delete(f"/volunteers/{town.volunteer.volunteer_id}/consents/service").status == 204
    refused = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})

    assert [reason["code"] for reason in refused.json["reasons"]] == ["consent_missing"]
    with transaction() as session:
        assert session.get_one(Volunteer, town.volunteer.volunteer_id).left_at is None
