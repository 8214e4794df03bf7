"""A sick broker and doubled machinery: silence is noticed, and two of a kind change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from bench import crowd
from bench.load import send_all
from service.activities.models import ShiftRole
from service.db import transaction
from tests import invariants
from tests.chaos.conftest import turn_to_morning
from tests.chaos.proxy import SilentProxy
from tests.house import House, wait_until

#: On a connection where one of these was the last word, the worker listens for messages and for orders.
LISTENING = (b"BRPOP", b"SUBSCRIBE")


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[House, SilentProxy]]:
    """The house with its worker and relay behind a proxy to Redis."""
    tmp_path.chmod(0o711)
    with House(tmp_path, overrides={"VIRTUAL_CLOCK": "1"}) as house:
        turn_to_morning()
        parts = urlsplit(house.redis.url)
        proxy = SilentProxy((parts.hostname or "127.0.0.1", parts.port or 6379))
        house.start("web")
        house.environment["REDIS_URL"] = house.redis.url.replace(f":{parts.port}", f":{proxy.port}")
        house.start("worker", "relay", "beat")
        yield house, proxy
        proxy.close()


def test_a_half_open_broker_connection_is_recovered_within_30_s(proxied: tuple[House, SilentProxy]) -> None:
    house, proxy = proxied
    role, people = crowd.gather(people=20, places=5)
    _sign_up(house, role, people[:10])
    wait_until(crowd.reactions_are_done, seconds=30, what="the first reactions")

    proxy.fall_silent()
    _sign_up(house, role, people[10:])
    wait_until(crowd.reactions_are_done, seconds=30, what="the reactions after the silence")


def test_a_worker_whose_acknowledgement_was_lost_hears_again(
    proxied: tuple[House, SilentProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message was done with, and the broker was silent when told so; where the worker listens it spoke on.

    Celery goes on counting it as being worked on. A worker of one process may hold one: it would be deaf for good.
    """
    house, proxy = proxied
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    house.kill("worker")
    house.start("worker")
    role, people = crowd.gather(people=10, places=5)
    _sign_up(house, role, people[:5])
    wait_until(crowd.reactions_are_done, seconds=30, what="the first reactions")

    proxy.fall_silent(but_for=LISTENING)
    # The fault sets in with the next message whose time to acknowledge it runs out: on a busy machine after a minute.
    wait_until(lambda: "Couldn't ack" in _log_of(house), seconds=120, what="an acknowledgement to be lost")
    _sign_up(house, role, people[5:])
    wait_until(crowd.reactions_are_done, seconds=30, what="the reactions afterwards")
    assert "their acknowledgement was lost" in _log_of(house)


def test_two_relays_two_beats_and_two_workers_change_nothing(house: House) -> None:
    house.start("relay-2", "beat-2", "worker-2")
    role, people = crowd.gather(people=300, places=40)
    _sign_up(house, role, people)
    wait_until(crowd.reactions_are_done, seconds=60, what="the reactions")
    wait_until(_all_sent, seconds=60, what="the messages")

    with transaction() as session:
        assert invariants.check(session) == []
        assert session.scalar(text("SELECT count(*) FROM notification")) == 300
        assert session.scalar(text("SELECT count(*) FROM delivery")) == 300
        assert session.scalar(text("SELECT max(attempts) FROM outbox_reaction")) == 1


def _sign_up(house: House, role: ShiftRole, people: list[tuple[int, str]]) -> None:
    requests = [crowd.sign_up(role, token, key=f"key-{volunteer_id}") for volunteer_id, token in people]
    answers = send_all(house.address, requests, connections=8)
    assert [answer.status for answer in answers if answer] == [201] * len(people)


def _log_of(house: House) -> str:
    return (house.home / "worker.log").read_text()


def _all_sent() -> bool:
    with transaction() as session:
        return not session.scalar(text("SELECT count(*) FROM notification WHERE state = 'planned'"))
