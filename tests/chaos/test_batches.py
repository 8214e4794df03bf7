"""Kill -9 in the middle of a batch of reactions: what was half done is undone, and all of it is done once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bench import crowd
from service import db
from service.signups.actions import sign_up
from service.terms import SignUpVia
from tests import invariants
from tests.house import House, wait_until

PEOPLE = 20
#: On a machine that does much else. How long it takes on an idle one is measured by bench/reaction.py.
PATIENCE_SECONDS = 120


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    tmp_path.chmod(0o711)
    with House(tmp_path) as built:
        yield built


def _kill_child(house: House) -> None:
    """The process that works on the batch, and its neighbour: whichever it is."""
    for child in house.children("worker"):
        child.send_signal(signal.SIGKILL)


def _kill_worker(house: House) -> None:
    house.kill("worker")
    house.start("worker")


@pytest.mark.parametrize("strike", [_kill_child, _kill_worker])
def test_a_batch_whose_worker_dies_is_done_once_and_whole(house: House, strike: Callable[[House], None]) -> None:
    """The last person's row is held by us, so that the batch stands still between its writing and its commit."""
    role, people = crowd.gather(people=PEOPLE, places=PEOPLE // 2)
    for volunteer_id, _token in people:
        with db.transaction() as session:
            sign_up(
                session,
                volunteer_id=volunteer_id,
                shift_id=role.shift_id,
                shift_role_id=role.id,
                now=datetime.now(UTC),
                via=SignUpVia.WEB,
            )
    with db.transaction() as session:
        session.execute(text("SELECT id FROM volunteer WHERE id = :id FOR UPDATE"), {"id": people[-1][0]})
        house.start("worker", "relay", "beat")
        wait_until(_a_batch_stands_still, seconds=60, what="a batch in the middle of its transaction")
        strike(house)
        assert _counted("SELECT count(*) FROM notification") == 0, "nothing of a batch that did not commit"

    wait_until(crowd.reactions_are_done, seconds=PATIENCE_SECONDS, what="every reaction")
    with db.transaction() as session:
        assert invariants.check(session) == []
    assert _counted("SELECT count(*) FROM outbox_reaction WHERE done_at IS NULL") == 0
    assert _counted("SELECT max(attempts) FROM outbox_reaction") == 2, "the batch was counted as tried"
    assert _counted("SELECT count(*) FROM notification") == PEOPLE
    assert _counted("SELECT count(*) FROM reminder") == 3 * PEOPLE // 2


def _a_batch_stands_still() -> bool:
    waiting = """SELECT count(*) FROM pg_stat_activity
                 WHERE wait_event_type = 'Lock' AND starts_with(ltrim(query, chr(10)), :begins)"""
    return _counted(waiting, begins="INSERT INTO notification") > 0


def _counted(sql: str, **values: str) -> int:
    with db.transaction() as session:
        return int(session.scalar(text(sql), values) or 0)
