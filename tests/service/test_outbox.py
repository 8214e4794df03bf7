"""Facts are recorded with what they tell of, fanned out once, leased, done once, or visibly dead."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from service import bell, db, events, outbox, tracing
from service.outbox import LEAST_ROOM, MAX_ATTEMPTS, MOST_LEASED, OutboxEvent, OutboxReaction
from service.settings import Settings
from tests.at_once import committed, threads, together
from tests.ledger import facts

TWO = {"PlaceFreed": ("fill_place", "report_gap")}


def recorded(session: Session, *ids: int) -> None:
    for number in ids:
        outbox.record(session, events.PlaceFreed(number))


def opened(session: Session, *ids: int) -> list[int]:
    """Facts recorded and fanned out; the ids of their reactions."""
    recorded(session, *ids)
    outbox.fan_out(session, reactions=TWO)
    return list(session.scalars(select(OutboxReaction.id).order_by(OutboxReaction.id)))


def reaction(session: Session, reaction_id: int) -> OutboxReaction:
    return session.get_one(OutboxReaction, reaction_id, populate_existing=True)


# --- record ---


def test_a_fact_comes_back_as_it_was_recorded(session: Session) -> None:
    facts_of_all_kinds = [kind(*range(1, 1 + len(fields(kind)))) for kind in events.BY_NAME.values()]
    for fact in facts_of_all_kinds:
        outbox.record(session, fact)

    assert [row.fact() for row in session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))] == facts_of_all_kinds


def test_the_request_id_is_kept_with_the_fact(session: Session) -> None:
    tracing.follow("req-1")
    recorded(session, 1)
    session.flush()
    tracing.follow(None)
    recorded(session, 2)
    session.flush()

    assert session.scalars(select(OutboxEvent.request_id).order_by(OutboxEvent.id)).all() == ["req-1", None]


def record_and_fail(session: Session) -> None:
    recorded(session, 1)
    session.flush()
    raise RuntimeError("the work failed after its fact was written")


def test_what_is_rolled_back_was_never_a_fact(database: Settings) -> None:
    with pytest.raises(RuntimeError):
        committed(record_and_fail)
    assert committed(facts) == []
    assert committed(lambda s: outbox.fan_out(s, reactions=TWO)) == 0


def test_a_commit_rings_once_and_a_rollback_does_not(database: Settings) -> None:
    while bell.wait(1):
        pass
    with pytest.raises(RuntimeError):
        committed(record_and_fail)
    assert not bell.wait(1)

    committed(lambda s: recorded(s, 1, 2, 3))
    assert bell.wait(1)
    assert not bell.wait(1)


# --- fan out ---


def test_each_fact_gets_each_of_its_reactions(session: Session) -> None:
    recorded(session, 1)
    outbox.record(session, events.TeamApproved(5))

    assert outbox.fan_out(session, reactions=TWO) == 2
    assert outbox.fan_out(session, reactions=TWO) == 0
    assert session.scalars(select(OutboxReaction.reaction).order_by(OutboxReaction.id)).all() == [*TWO["PlaceFreed"]]
    assert outbox.backlog(session) == {"new": 0, "open": 2, "dead": 0}


def test_a_large_backlog_is_fanned_out_by_the_batch_in_order(session: Session) -> None:
    recorded(session, 1, 2, 3)

    assert [outbox.fan_out(session, reactions=TWO, limit=2) for _ in range(3)] == [2, 1, 0]
    payloads = select(OutboxEvent.payload).join(OutboxReaction).order_by(OutboxReaction.id)
    assert [list(payload.values()) for payload in session.scalars(payloads)] == [[1], [1], [2], [2], [3], [3]]


def test_a_fact_that_commits_late_is_not_overlooked(database: Settings) -> None:
    """Ids are given in one order and commit in another: nothing may go by "above the last id seen"."""
    with db.transaction() as slow:
        recorded(slow, 1)
        slow.flush()
        committed(lambda s: recorded(s, 2))
        assert committed(lambda s: outbox.fan_out(s, reactions=TWO)) == 1

    assert committed(lambda s: outbox.fan_out(s, reactions=TWO)) == 1
    assert committed(reactions_by_fact) == {1: 2, 2: 2}


def test_two_relays_at_once_fan_out_each_fact_once(database: Settings) -> None:
    committed(lambda s: recorded(s, *range(200)))
    taken = together(*[lambda s: outbox.fan_out(s, reactions=TWO, limit=60)] * 6)
    taken.append(committed(lambda s: outbox.fan_out(s, reactions=TWO)))

    assert sum(number for number in taken if isinstance(number, int)) == 200
    assert committed(reactions_by_fact) == dict.fromkeys(range(200), 2)


def reactions_by_fact(session: Session) -> dict[int, int]:
    number = OutboxEvent.payload["shift_role_id"].as_integer()
    counted = select(number, func.count(OutboxReaction.id)).join(OutboxReaction).group_by(number)
    return dict(session.execute(counted).all())


# --- lease ---


def leased(session: Session) -> list[int]:
    return [one.id for one in outbox.lease(session)]


def test_what_is_leased_is_not_leased_again_until_the_lease_is_over(session: Session) -> None:
    ids = opened(session, 1, 2)
    assert leased(session) == ids
    assert leased(session) == []

    session.execute(update(OutboxReaction).values(leased_until=func.now()))
    assert leased(session) == []
    session.execute(update(OutboxReaction).values(leased_until=func.now() - timedelta(microseconds=1)))
    assert leased(session) == ids


def test_what_could_not_be_rung_for_is_given_back(session: Session) -> None:
    ids = opened(session, 1, 2)
    outbox.lease(session)
    outbox.give_back(session, ids[:1])

    assert leased(session) == ids[:1]


@pytest.mark.parametrize(
    "state",
    [
        {"done_at": func.now()},
        {"dead_at": func.now()},
        {"due_at": func.now() + timedelta(seconds=1)},
    ],
)
def test_what_is_done_dead_or_not_due_is_not_leased(session: Session, state: dict[str, Any]) -> None:
    first, second = opened(session, 1)
    session.execute(update(OutboxReaction).where(OutboxReaction.id == first).values(**state))

    assert leased(session) == [second]


def test_the_longest_due_goes_first_and_not_too_much_at_once(session: Session) -> None:
    ids = opened(session, *range(MOST_LEASED))
    session.execute(
        update(OutboxReaction).where(OutboxReaction.id.in_(ids[-5:])).values(due_at=func.now() - timedelta(minutes=1))
    )
    taken = leased(session)

    assert len(taken) == MOST_LEASED
    assert set(ids[-5:]) <= set(taken)
    assert leased(session) == []
    session.execute(update(OutboxReaction).where(OutboxReaction.id.in_(taken[1:LEAST_ROOM])).values(done_at=func.now()))
    assert leased(session) == []
    session.execute(update(OutboxReaction).where(OutboxReaction.id == taken[0]).values(done_at=func.now()))
    assert len(leased(session)) == LEAST_ROOM


def test_not_too_much_at_once_whatever_way_the_database_takes(session: Session) -> None:
    """The limit holds also where the planner reads the queue once for each row, as it does with stale statistics."""
    opened(session, *range(MOST_LEASED))
    for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    assert len(leased(session)) == MOST_LEASED


def test_two_relays_at_once_lease_nothing_twice(database: Settings) -> None:
    ids = committed(lambda s: opened(s, *range(50)))
    taken = together(*[leased] * 4)

    assert sorted(number for part in taken if isinstance(part, list) for number in part) == ids


# --- begin, take ---


def test_an_attempt_is_counted_before_the_work(session: Session) -> None:
    first, second = opened(session, 1)
    assert outbox.begin(session, [first, second, 0]) == {"fill_place": [first], "report_gap": [second]}
    assert outbox.begin(session, [second]) == {"report_gap": [second]}

    assert [reaction(session, number).attempts for number in (first, second)] == [1, 2]
    assert {one.id: one.attempts for one in outbox.lease(session)} == {first: 1, second: 2}


def test_what_was_tried_is_not_begun_with_others(session: Session) -> None:
    """It may have killed its worker: whoever is begun with it would be counted, and die, with it."""
    first, second, *_ = opened(session, 1, 2)
    outbox.begin(session, [first])

    assert outbox.begin(session, [first, second]) == {"report_gap": [second]}
    assert reaction(session, first).attempts == 1
    assert outbox.begin(session, [first]) == {"fill_place": [first]}


def test_what_kills_its_worker_each_time_is_dead_in_the_end(session: Session) -> None:
    first, _ = opened(session, 1)
    for _ in range(MAX_ATTEMPTS):
        assert outbox.begin(session, [first]) == {"fill_place": [first]}

    assert outbox.begin(session, [first]) == {}
    assert reaction(session, first).dead_at is not None
    assert reaction(session, first).last_error == outbox.WORKER_LOST


def test_what_failed_and_then_killed_its_worker_keeps_its_error(session: Session) -> None:
    first, _ = opened(session, 1)
    outbox.mark_failed(session, first, error="the cause")
    for _ in range(MAX_ATTEMPTS + 1):
        outbox.begin(session, [first])

    assert reaction(session, first).last_error == "the cause"


def test_what_is_being_worked_on_is_neither_counted_nor_waited_for(database: Settings) -> None:
    first, second = committed(lambda s: opened(s, 1))
    with threads() as pool, db.transaction() as working:
        assert [one.id for one in outbox.take(working, [first])] == [first]
        begun = pool.submit(committed, lambda s: outbox.begin(s, [first, second]))
        assert begun.result(10) == {"report_gap": [second]}
        taken = pool.submit(committed, lambda s: [one.id for one in outbox.take(s, [first, second])])
        assert taken.result(10) == [second]
    assert committed(lambda s: reaction(s, first).attempts) == 0


@pytest.mark.parametrize("state", [{"done_at": func.now()}, {"dead_at": func.now()}])
def test_what_is_done_or_dead_is_not_begun_nor_taken(session: Session, state: dict[str, Any]) -> None:
    first, _ = opened(session, 1)
    session.execute(update(OutboxReaction).where(OutboxReaction.id == first).values(**state))

    assert outbox.begin(session, [first]) == {}
    assert outbox.take(session, [first]) == []


# --- done, failed, dead, revived ---


def test_done_is_done(session: Session) -> None:
    first, second = opened(session, 1)
    outbox.mark_failed(session, first, error="first it failed")
    outbox.take(session, [first])

    assert reaction(session, first).last_error is None
    assert outbox.backlog(session) == {"new": 0, "open": 1, "dead": 0}
    assert leased(session) == [second]


@pytest.mark.parametrize("attempts", range(1, MAX_ATTEMPTS + 1))
def test_each_failure_waits_about_twice_as_long_until_the_last(session: Session, attempts: int) -> None:
    first, _ = opened(session, 1)
    moment = session.scalars(select(func.now())).one()
    waits = []
    for _ in range(20):
        session.execute(update(OutboxReaction).values(attempts=attempts, dead_at=None))
        outbox.mark_failed(session, first, error="down")
        waits.append((reaction(session, first).due_at - moment).total_seconds())
    usual = 2 * 2 ** (attempts - 1)

    assert all(0.5 * usual <= wait <= 1.5 * usual for wait in waits)
    assert len(set(waits)) > 1
    assert (reaction(session, first).dead_at is not None) == (attempts == MAX_ATTEMPTS)
    assert reaction(session, first).leased_until is None


def test_a_long_error_is_kept_from_its_end(session: Session) -> None:
    first, _ = opened(session, 1)
    outbox.mark_failed(session, first, error="x" * 10_000 + "the cause")

    kept = reaction(session, first).last_error
    assert kept is not None
    assert (len(kept), kept[-9:]) == (4000, "the cause")


def test_the_dead_are_seen_and_can_be_revived(session: Session) -> None:
    first, second = opened(session, 1)
    session.execute(update(OutboxReaction).values(attempts=MAX_ATTEMPTS, leased_until=func.now()))
    outbox.mark_failed(session, first, error="the cause")
    assert [one.id for one in outbox.dead(session)] == [first]
    assert outbox.backlog(session) == {"new": 0, "open": 1, "dead": 1}

    assert outbox.retry(session, reaction_ids=[first, second, 0]) == 1
    assert outbox.retry(session, reaction_ids=[first]) == 0
    revived = reaction(session, first)
    assert (revived.dead_at, revived.attempts, revived.last_error) == (None, 0, "the cause")
    assert leased(session) == [first]


def test_the_outbox_counts_real_time(session: Session) -> None:
    """A demo's clock may stand anywhere: retries are machinery, not plans."""
    first, _ = opened(session, 1)

    assert abs(reaction(session, first).due_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert session.scalar(text("SELECT due_at = now() FROM outbox_reaction LIMIT 1"))
