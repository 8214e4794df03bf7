"""What watching machines are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.db import transaction
from service.outbox import OutboxEvent
from service.settings import Settings
from tests.browsing import Person


def test_a_well_house_says_so(database: Settings) -> None:
    answer = Person().client.get("/readyz")

    assert answer.status_code == 200
    assert set(answer.get_json()["well"]) == {"redis", "database", "migrations", "relay", "worker", "beat"}


def test_an_event_nobody_reads_names_the_relay(database: Settings) -> None:
    with transaction() as session:
        session.add(OutboxEvent(kind="SignedUp", payload={}, recorded_at=datetime.now(UTC) - timedelta(minutes=5)))
    answer = Person().client.get("/readyz")

    assert answer.status_code == 503
    assert "is the relay running" in answer.get_json()["ill"]["relay"]


def test_metrics_are_for_this_machine_or_with_a_token(database: Settings) -> None:
    client = Person().client
    assert 'lunzhi_outbox_reactions{state="dead"} 0.0' in client.get("/metrics").text
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.5"}).status_code == 404
