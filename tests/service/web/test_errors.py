from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.service.web.conftest import app_with

OURS = {"Origin": "http://localhost"}
PAGES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@pytest.mark.parametrize("status", PAGES)
def test_every_error_page_says_what_to_do_and_whom_to_call(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/fails/{status}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert '<p class="lead">' in page
    assert 'href="tel:+8637164351234"' in page
    assert 'href="/"' in page


@pytest.mark.parametrize("status", PAGES)
def test_programs_get_a_problem_document(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/api/v1/fails/{status}")
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.data)["status"] == status == answer.status_code


def test_an_error_nobody_foresaw_tells_its_number_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/surprise", headers={"X-Request-ID": "ask-12345678"})
    assert answer.status_code == 500
    assert "ask-12345678" in answer.text
    assert "13800138000" not in answer.text
    assert "Zero" not in answer.text
    assert "13800138000" not in client.get("/api/v1/surprise").text


def test_a_lost_database_is_maintenance_with_a_time_to_come_back(client: FlaskClient) -> None:
    answer = client.get("/no-database")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "系统正在维护" in answer.text


def test_an_unknown_address_and_a_wrong_method(client: FlaskClient) -> None:
    assert client.get("/nothing/here").status_code == 404
    refused = client.delete("/people/1")
    assert (refused.status_code, sorted(refused.headers["Allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS"])


def test_too_large_a_body_is_refused(client: FlaskClient) -> None:
    answer = client.post("/changes", data={"note": "长" * 600_000}, headers=OURS)
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text


def hidden_fields(page: str) -> dict[str, str]:
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in pairs}


def test_a_form_whose_session_is_over_comes_back_with_what_was_typed(client: FlaskClient) -> None:
    typed = {"name": '王"秀"英 <b>', "phone": "13800138000"}
    answer = client.post("/changes?step=2", data=typed | {"csrf_token": "old"}, headers=OURS)
    assert answer.status_code == 400
    assert "页面放久了" in answer.text
    assert 'action="/changes?step=2"' in answer.text
    again = hidden_fields(answer.text)
    assert {name: again[name] for name in typed} == typed
    assert client.post("/changes", data=again, headers=OURS).text == "changed"


@pytest.mark.parametrize("sender", [{}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"}])
def test_a_form_from_elsewhere_is_not_handed_back(client: FlaskClient, sender: dict[str, str]) -> None:
    answer = client.post("/changes", data={"name": "王秀英"}, headers=sender)
    assert answer.status_code == 400
    assert "王秀英" not in answer.text
    assert "这次提交没有收下" in answer.text


def test_a_form_may_be_sent_again_after_maintenance_but_not_after_a_failure() -> None:
    app = app_with()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert hidden_fields(client.post("/fails/503", data={"name": "王秀英"}, headers=OURS).text)["name"] == "王秀英"
    assert "王秀英" not in client.post("/fails/500", data={"name": "王秀英"}, headers=OURS).text


def test_without_a_landline_the_page_says_where_to_go() -> None:
    page = app_with(help_phone="").test_client().get("/nothing").text
    assert "请到人民路社区服务站" in page
    assert "tel:" not in page


def test_a_row_that_somebody_else_saved_meanwhile_is_a_conflict(client: FlaskClient) -> None:
    answer = client.get("/overtaken")
    assert answer.status_code == 409
    assert "内容刚刚被改过" in answer.text
