"""What every answer carries: ids, log lines, headers, compression, cookies."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from service.web import assets
from tests.service.web.conftest import app_with


def test_a_sane_request_id_is_taken_up_and_another_is_made_otherwise(client: FlaskClient) -> None:
    assert client.get("/style", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"] == "abc-12345678"
    for insane in ("short", "x" * 65, "spaces are odd", "{injected}"):
        made = client.get("/style", headers={"X-Request-ID": insane}).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{16}", made)


def test_the_log_line_names_the_route_and_nobody(client: FlaskClient) -> None:
    with capture_logs() as lines:
        client.get("/people/4711?phone=13800138000")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/people/<int:number>", 200)
    assert "4711" not in str(line)
    assert "13800138000" not in str(line)


def test_no_other_host_may_be_asked_for_anything(client: FlaskClient) -> None:
    answer = client.get("/style")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall('nonce="([^"]+)"', answer.text))
    assert f"script-src 'self' 'nonce-{nonce}';" in policy
    assert "http" not in policy
    assert "unsafe" not in policy
    assert client.get("/style").headers["Content-Security-Policy"] != policy


def test_plain_headers(client: FlaskClient) -> None:
    headers = client.get("/style").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Strict-Transport-Security" not in headers


def test_cookies_are_secure_where_the_address_is_https() -> None:
    client = app_with(public_url="https://lunzhi.example").test_client()
    answer = client.get("/style/form")
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in client.post("/display", data={"size": "large"}).headers["Set-Cookie"]


def test_a_page_without_a_form_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/nothing").headers


def test_pages_travel_compressed(client: FlaskClient) -> None:
    packed = client.get("/style", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "组件样板" in gzip.decompress(packed.data).decode()
    assert "Content-Encoding" not in client.get("/style").headers
    assert "Content-Encoding" not in client.get("/people/1", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("name", sorted(assets._manifest()))
def test_built_files_are_kept_for_ever(client: FlaskClient, name: str) -> None:
    answer = client.get(assets.static_url(name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_stylesheet_comes_packed_and_small(client: FlaskClient) -> None:
    answer = client.get(assets.static_url("app.css"), headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < 12_000


def test_a_file_nobody_built_is_an_error_of_the_template() -> None:
    with pytest.raises(KeyError):
        assets.static_url("nothing.css")


def test_behind_a_proxy_the_visitors_own_address_counts() -> None:
    app = app_with(trusted_proxies=1)

    @app.get("/address")
    def address() -> str:
        return request.remote_addr or ""

    forwarded = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
    assert app.test_client().get("/address", headers=forwarded).text == "203.0.113.9"


def test_production_has_no_workshop() -> None:
    assert app_with(environment="production").test_client().get("/style").status_code == 404
