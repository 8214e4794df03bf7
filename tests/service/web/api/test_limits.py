"""How often one may ask: by token, by address, with Redis and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from service.settings import Settings
from service.web import create_app
from service.web.limits import limiter
from tests.service.web.api.conftest import Client

LIMIT = 1200


@pytest.fixture(params=["redis", "no redis"])
def limited(request: pytest.FixtureRequest, database: Settings) -> Iterator[Flask]:
    """An application that counts, in Redis or, while Redis is away, for itself."""
    url = database.redis_url if request.param == "redis" else "redis://127.0.0.1:1/0"
    app = create_app(replace(database, rate_limits=True, redis_url=url))
    yield app
    if request.param == "redis":
        limiter.reset()
    create_app(database)


def test_asking_for_codes_is_limited_by_address_whatever_token_is_sent(limited: Flask) -> None:
    answers = [
        Client(limited, f"lz_{number}").post("/login/codes", {"phone": f"139000{number:05d}"}) for number in range(12)
    ]

    assert [answer.status for answer in answers] == [202] * 10 + [429] * 2
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert answers[-1].json["type"] == "/api/v1/docs#problem-too-often"


def test_each_token_has_its_own_measure_over_all_operations(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.api.door.actor_by_token", lambda *_asked, **_now: None)
    first, second = (Client(limited, f"lz_{number}") for number in (1, 2))
    statuses = Counter(first.get(path).status for _ in range(LIMIT // 2 + 5) for path in ("/me", "/areas"))

    assert statuses == {401: LIMIT, 429: 10}
    assert second.get("/me").status == 401
