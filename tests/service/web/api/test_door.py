"""What is the same for every resource: tokens, problems, what can be read at all, ETags, pages, languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from service.terms import AreaKind
from tests.service.web.api.conftest import Client, Town


def operations(application: Flask) -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = application.test_client().get("/api/v1/openapi.json").get_json()
    for path, methods in document["paths"].items():
        for method in set(methods) - {"parameters"}:
            yield method.upper(), path, methods[method]


def test_every_operation_but_logging_in_needs_a_token(application: Flask, database: Any) -> None:
    guest, stolen = Client(application), Client(application, "lz_nobody")
    for method, path, described in operations(application):
        if described.get("security") == []:
            continue
        topic = "desk" if path.startswith("/api/v1/me/") else "reminders"
        address = path.removeprefix("/api/v1").replace("{purpose}", "service").replace("{topic}", topic)
        for name in {part for part in address.split("/") if part.startswith("{")}:
            address = address.replace(name, "1")
        for client in (guest, stolen):
            answer = client.send(method, address, {} if method in ("POST", "PUT", "PATCH") else None)
            assert answer.status == 401, f"{method} {path}: {answer.text}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json["type"] == "/api/v1/docs#problem-no-token"


def test_a_problem_names_its_request(town: Town) -> None:
    answer = town.volunteer.get("/signups/1", X_Request_ID="my-request-7")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {"type": "about:blank", "title": "Not Found", "status": 404, "instance": "my-request-7"}


@pytest.mark.parametrize("name", ["0", "-1", "x", "007", f"{2**63}", "9" * 40])
def test_an_address_that_names_nothing_is_404(town: Town, name: str) -> None:
    for path in (f"/signups/{name}", f"/shifts/{name}/signups", f"/areas/{name}", f"/nothing/{name}"):
        assert town.volunteer.get(path).status == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 30_000, "application/json", 400),
        (b'{"shift_role_id": ' + b"9" * 5_000 + b"}", "application/json", 400),
        (b'{"shift_role_id": 1}', "text/plain", 415),
        (b"shift_role_id=1", "application/x-www-form-urlencoded", 415),
        (b"x" * 65_537, "application/json", 413),
        (b"[]", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"null", "application/json", 422),
        (b"", "application/json", 422),
        (b'{"shift_role_id": NaN}', "application/json", 422),
        (b'{"shift_role_id": 1.5}', "application/json", 422),
        (b'{"shift_role_id": true}', "application/json", 422),
        (b'{"shift_role_id": 1e400}', "application/json", 422),
        (b'{"shift_role_id": 1, "unknown": 2}', "application/json", 422),
        (b'{"shift_role_id": 1, "note": "\\ud800"}', "application/json", 422),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value),
)
def test_what_cannot_be_read_is_a_clear_error(town: Town, body: bytes, content_type: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {town.volunteer.token}", "Content-Type": content_type}
    answer = town.app.test_client().post("/api/v1/shifts/1/signups", data=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert json.loads(answer.text)["status"] == status


def test_errors_name_every_field(town: Town) -> None:
    errors = town.coordinator.post(
        "/activities",
        {"area_id": town.here.id, "mode": "lottery", "roles": [{"name": "引导", "min_needed": 3, "max_needed": 2}]},
    ).json["errors"]

    assert {"title", "contact_name", "contact_phone", "dates", "mode", "roles.0.max_needed"} <= errors.keys()
    assert all(isinstance(text, str) and len(text) > 1 for texts in errors.values() for text in texts)


def test_an_edit_wants_the_version_that_was_read(town: Town) -> None:
    address = f"/areas/{town.here.id}"
    read = town.coordinator.get(address)
    change = {"landline": "0371-64350009"}

    assert town.admin.patch(address, change).status == 428
    assert town.admin.patch(address, change, If_Match='"99-abc"').status == 412
    changed = town.admin.patch(address, change, If_Match=read.headers["ETag"])
    assert (changed.status, changed.json["landline"], changed.json["version"]) == (200, "0371-64350009", 2)
    assert town.admin.patch(address, change, If_Match=read.headers["ETag"]).status == 412
    assert town.admin.patch(address, change, If_Match=changed.headers["ETag"]).status == 200


def test_a_place_taken_meanwhile_does_not_stop_an_edit(town: Town) -> None:
    shift_id, role_id = town.shift()
    read = town.coordinator.get(f"/shifts/{shift_id}")
    town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    times = {"starts_at": "2026-11-29T09:00", "ends_at": "2026-11-29T11:00"}

    assert town.coordinator.get(f"/shifts/{shift_id}").headers["ETag"] != read.headers["ETag"]
    assert town.coordinator.patch(f"/shifts/{shift_id}", times, If_Match=read.headers["ETag"]).status == 200


def test_who_has_the_answer_gets_304_until_it_changes(town: Town) -> None:
    shift_id, role_id = town.shift()
    tag = town.volunteer.get(f"/shifts/{shift_id}").headers["ETag"]

    unchanged = town.volunteer.get(f"/shifts/{shift_id}", If_None_Match=tag)
    assert (unchanged.status, unchanged.text) == (304, "")
    town.other.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    assert town.volunteer.get(f"/shifts/{shift_id}", If_None_Match=tag).status == 200


def test_pages_follow_each_other_without_hole_or_repeat(town: Town) -> None:
    for name in ("甲院", "乙院", "丙院"):
        town.admin.post("/areas", {"parent_id": town.here.id, "kind": "courtyard", "name": name})
    seen, address = [], "/areas?limit=2&kind=courtyard"
    while address:
        answer = town.volunteer.get(address)
        seen += [area["name"] for area in answer.json["items"]]
        following = answer.json["next"]
        assert answer.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
        address = following.removeprefix("/api/v1") if following else ""

    assert seen == ["甲院", "乙院", "丙院"]
    assert {area["kind"] for area in town.volunteer.get("/areas?kind=courtyard").json["items"]} == {AreaKind.COURTYARD}


@pytest.mark.parametrize(
    "query", ["after=x", "after=WyJ4Il0", "after=WzEsMl0", "after=W10", "limit=0", "limit=101", "limit=x", "bogus=1"]
)
def test_a_page_that_is_none_is_422(town: Town, query: str) -> None:
    assert town.volunteer.get(f"/areas?{query}").status == 422
    assert town.volunteer.get(f"/shifts?{query}").status == 422


def test_texts_are_chinese_unless_we_have_another_language(town: Town) -> None:
    def title(accepted: str) -> str:
        answer = town.volunteer.get("/tokens", Accept_Language=accepted, Authorization="none")
        return str(answer.json["title"])

    assert title("zh-CN,zh;q=0.9") == title("fr") == "需要有效的令牌"
