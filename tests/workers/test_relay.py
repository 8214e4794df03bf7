"""The relay rings as much as the worker can take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db import transaction
from service.outbox import OutboxReaction
from service.settings import Settings
from tests import factories
from tests.at_once import committed


@pytest.fixture
def broker(database: Settings) -> Iterator[redis.Redis]:
    """The test's own Redis, with nothing in the worker's queue."""
    client = redis.Redis.from_url(database.redis_url)
    client.delete("reactions")
    yield client
    client.delete("reactions")


def _sign_up(session: Session) -> None:
    area, now = factories.community(session), datetime.now(UTC)
    shift = factories.shifts(session, factories.activity(session, area, plans=[factories.once_from(now)]))[0]
    factories.sign_up(session, factories.volunteer(session, area), factories.only_role(session, shift), now=now)


def _rung_for() -> int:
    with transaction() as session:
        rung_for = select(func.count()).where(OutboxReaction.leased_until.is_not(None))
        return session.scalars(rung_for).one()


def test_a_worker_that_is_behind_is_not_rung_for_more(broker: redis.Redis) -> None:
    """Each lease runs out while its wake-up waits: without a bound the queue would fill with the same again."""
    from workers import relay

    committed(_sign_up)
    broker.rpush("reactions", *["a wake-up"] * relay.MOST_WAITING)
    assert relay.pass_on() > 0, "facts are fanned out all the same"
    assert _rung_for() == 0

    broker.lpop("reactions")
    relay.pass_on()
    assert _rung_for() > 0
