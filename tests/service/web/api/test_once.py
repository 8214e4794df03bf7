"""Idempotency-Key: the same request has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db import transaction
from service.idempotency import IdempotencyKey
from service.signups.models import SignUp
from service.volunteers.models import Volunteer
from tests.service.web.api.conftest import Answer, Town

KEY = "9f1c2d-first"


def count(table: Any) -> int:
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_the_same_key_gives_the_same_answer_byte_for_byte(town: Town) -> None:
    shift_id, role_id = town.shift()
    first, again = (
        town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}, Idempotency_Key=KEY)
        for _ in range(2)
    )

    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["Location"] == first.headers["Location"]
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert count(SignUp) == 1


def test_a_refusal_is_kept_though_its_reason_is_gone(town: Town) -> None:
    shift_id, role_id = town.shift(has_waitlist=False)
    for name in ("甲甲", "乙乙"):
        assert town.person(name).post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).status == 201
    asked = {"shift_role_id": role_id}
    refused = town.volunteer.post(f"/shifts/{shift_id}/signups", asked, Idempotency_Key=KEY)
    assert (refused.status, [r["code"] for r in refused.json["reasons"]]) == (409, ["full"])

    standing = town.coordinator.get(f"/shifts/{shift_id}/signups").json["items"][0]
    town.coordinator.post(f"/signups/{standing['id']}/withdrawals")
    again = town.volunteer.post(f"/shifts/{shift_id}/signups", asked, Idempotency_Key=KEY)
    assert (again.status, again.text, again.headers["Idempotency-Replayed"]) == (409, refused.text, "true")


def test_the_same_key_with_another_request_is_an_error(town: Town) -> None:
    shift_id, role_id = town.shift()
    town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}, Idempotency_Key=KEY)
    other = town.volunteer.post(
        f"/shifts/{shift_id}/signups", {"shift_role_id": role_id, "rank": 2}, Idempotency_Key=KEY
    )

    assert (other.status, other.json["type"]) == (422, "/api/v1/docs#problem-key-reused")


def test_keys_belong_to_one_account(town: Town) -> None:
    shift_id, role_id = town.shift()
    answers = [
        person.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}, Idempotency_Key=KEY)
        for person in (town.volunteer, town.other)
    ]

    assert answers[0].json["volunteer_id"] != answers[1].json["volunteer_id"]


def test_what_decided_nothing_leaves_the_key_free(town: Town) -> None:
    shift_id, role_id = town.shift()
    address = f"/shifts/{shift_id}/signups"
    assert town.volunteer.post(address, {"shift_role_id": "x"}, Idempotency_Key=KEY).status == 422
    assert town.volunteer.post("/shifts/999999/signups", {"shift_role_id": 1}, Idempotency_Key=KEY).status == 404

    assert town.volunteer.post(address, {"shift_role_id": role_id}, Idempotency_Key=KEY).status == 201


@pytest.mark.parametrize("key", ["", "a" * 101, "钥匙".encode().decode("latin-1"), "two words"])
def test_a_key_that_is_none_is_refused(town: Town, key: str) -> None:
    answer = town.volunteer.post("/shifts/1/signups", {"shift_role_id": 1}, Idempotency_Key=key)

    assert answer.status == 422
    assert "Idempotency-Key" in answer.json["errors"]


def test_an_answer_with_a_secret_is_kept_sealed(town: Town) -> None:
    issued, again = (town.admin.post("/tokens", {"label": "程序"}, Idempotency_Key=KEY) for _ in range(2))

    assert again.text == issued.text
    with transaction() as session:
        kept = session.scalars(select(IdempotencyKey.body)).one() or b""
    assert issued.json["token"].encode() not in kept


def at_once(calls: list[Callable[[], Answer]]) -> list[Answer]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_twins_at_the_same_time_get_the_same_answer(town: Town) -> None:
    body = {"area_id": town.here.id, "name": "孙小满", "agrees": True, "how": "paper"}
    before = count(Volunteer)
    answers = at_once([lambda: town.coordinator.post("/volunteers", body, Idempotency_Key=KEY)] * 6)

    assert {(answer.status, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert count(Volunteer) == before + 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5


def test_a_twin_of_another_body_at_the_same_time_is_an_error(town: Town) -> None:
    bodies = [{"area_id": town.here.id, "name": name, "agrees": True} for name in ("孙小满", "孙大满")]
    answers = at_once(
        [
            lambda body=body: town.coordinator.post("/volunteers", body, Idempotency_Key=KEY)  # type: ignore[misc]  # mypy cannot type a default of a lambda
            for body in bodies
        ]
    )

    assert sorted(answer.status for answer in answers) == [201, 422]
