"""How often one may ask: by token, by address, with Redis and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle, islice

import pytest
from flask import Flask

from service.settings import Settings
from service.web import create_app
from service.web.limits import limiter
from tests.service.web.api.conftest import Answer, Client

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


def until_refused(answers: Iterator[Answer], *, most: int) -> tuple[int, Answer]:
    """(number of answers before it, the refusal): a minute may end meanwhile, and begin to count anew, but once."""
    for number, answer in enumerate(islice(answers, 2 * most + 1)):
        if answer.status == 429:
            return number, answer
    raise AssertionError(f"{2 * most + 1} requests were let in")


def test_asking_for_codes_is_limited_by_address_whatever_token_is_sent(limited: Flask) -> None:
    asking = (Client(limited, f"lz_{n}").post("/login/codes", {"phone": f"139000{n:05d}"}) for n in count())
    number, refusal = until_refused(asking, most=10)

    assert number >= 10
    assert 1 <= int(refusal.headers["Retry-After"]) <= 61
    assert refusal.json["type"] == "/api/v1/docs#problem-too-often"


def test_each_token_has_its_own_measure_over_all_operations(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.api.door.actor_by_token", lambda *_asked, **_now: None)
    first, second = (Client(limited, f"lz_{number}") for number in (1, 2))
    number, _refusal = until_refused((first.get(path) for path in cycle(("/me", "/areas"))), most=LIMIT)

    assert number >= LIMIT
    assert second.get("/me").status == 401
