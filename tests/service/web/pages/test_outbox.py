"""What could not be done, for administrators: seen with its cause, tried again."""

from __future__ import annotations

from sqlalchemy import select

from service import reactions
from service.audit import AuditEntry
from service.db import transaction
from service.outbox import OutboxEvent, OutboxReaction
from service.settings import Settings
from service.terms import Role
from service.web.pages.outbox import REACTIONS
from tests import desks
from tests.browsing import Person
from tests.factories import NOW

ERROR = 'Traceback (most recent call last):\n  File "x.py", line 1\nConnectionRefusedError: [Errno 111] refused'


def dead(reaction: str = "acknowledge_sign_up", *, error: str | None = ERROR) -> int:
    """A reaction that was given up; its id."""
    with transaction() as session:
        event = OutboxEvent(kind="SignedUp", payload={"signup_id": 1}, recorded_at=NOW, fanned_out_at=NOW)
        session.add(event)
        session.flush()
        row = OutboxReaction(event_id=event.id, reaction=reaction, attempts=8, dead_at=NOW, last_error=error)
        session.add(row)
        session.flush()
        return row.id


def alive(reaction_id: int) -> bool:
    with transaction() as session:
        return session.get_one(OutboxReaction, reaction_id).dead_at is None


def administrator() -> Person:
    return desks.coordinator(role=Role.ADMIN)[0]


def test_all_is_well(at_now: Settings) -> None:
    text = administrator().open("/ad/jobs")
    assert "一切正常，没有做不成的事。" in text
    assert "没做成0件" in text


def test_a_dead_reaction_is_shown_with_its_cause_and_tried_again(at_now: Settings) -> None:
    she, one, other = administrator(), dead(), dead("fill_place", error=None)
    text = she.open("/ad/jobs")
    assert "告诉本人报名结果" in text
    assert "ConnectionRefusedError: [Errno 111] refused" in text
    assert "x.py" not in text
    assert "没有留下原因" in text
    assert "1件正在重做。" in she.send("/ad/jobs/retry", id=one)
    assert (alive(one), alive(other)) == (True, False)
    assert "没有要重做的" in she.send("/ad/jobs/retry", id=one)
    with transaction() as session:
        assert session.scalars(select(AuditEntry.verb)).all().count("retried") == 2


def test_all_are_tried_again_at_once(at_now: Settings) -> None:
    she, ids = administrator(), [dead(), dead("solve_match")]
    she.open("/ad/jobs")
    assert "2件正在重做。" in she.send("/ad/jobs/retry", all="1")
    assert all(map(alive, ids))


def test_broken_numbers_do_nothing(at_now: Settings) -> None:
    she, one = administrator(), dead()
    she.open("/ad/jobs")
    she.send("/ad/jobs/retry", id=["x", "-1", "9" * 40])
    assert she.status == 200
    assert not alive(one)


def test_coordinators_are_not_let_in(at_now: Settings) -> None:
    she, _area = desks.coordinator()
    she.open("/ad/jobs")
    assert she.status == 403


def test_every_reaction_has_its_words() -> None:
    assert REACTIONS.keys() == {name for names in reactions.NAMES.values() for name in names}
