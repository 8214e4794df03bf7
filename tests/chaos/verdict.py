"""What became of it all: nothing is lost, nothing doubled, nobody in two places, nobody asked and forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from service import links
from service.db import transaction
from tests import invariants
from tests.chaos.client import History, Told
from tests.chaos.postbox import Postbox

#: What must come to nothing by itself, soon after the time has come for it.
OVERDUE = {
    "events not fanned out": "SELECT count(*) FROM outbox_event WHERE fanned_out_at IS NULL",
    "reactions open": "SELECT count(*) FROM outbox_reaction WHERE done_at IS NULL AND dead_at IS NULL",
    "messages due": "SELECT count(*) FROM notification WHERE state = 'planned' AND send_at <= :now",
    "reminders due": "SELECT count(*) FROM reminder WHERE state = 'planned' AND due_at <= :now",
    "offers past their time": "SELECT count(*) FROM assignment WHERE state = 'offered' AND answer_by <= :now",
    "places to be handed on": "SELECT count(*) FROM assignment WHERE place_held_until <= :now",
    "searches that should look": "SELECT count(*) FROM backfill WHERE state = 'climbing' AND next_at <= :now",
    "swaps whose shift has begun": """
        SELECT count(*) FROM swap w JOIN assignment a ON a.id = w.assignment_id JOIN shift s ON s.id = a.shift_id
        WHERE w.state IN ('open', 'agreed') AND s.starts_at <= :now""",
}
#: What must be nowhere once every shift is over and the morning after has come.
LEFT_OVER = {
    "open offers without an owner": "SELECT count(*) FROM assignment WHERE state = 'offered'",
    "reminders never said, without a reason": "SELECT count(*) FROM reminder WHERE state = 'planned'",
    "messages never sent, without a reason": "SELECT count(*) FROM notification WHERE state = 'planned'",
    "searches without an end": "SELECT count(*) FROM backfill WHERE state = 'climbing'",
    "swaps without an end": "SELECT count(*) FROM swap WHERE state IN ('open', 'agreed')",
    "places kept for nobody": "SELECT count(*) FROM assignment WHERE place_held_until IS NOT NULL",
    "dead reactions": "SELECT count(*) FROM outbox_reaction WHERE dead_at IS NOT NULL",
}


def overdue(session: Session, *, now: datetime) -> dict[str, int]:
    """What still has to be done by `now`, and how much of it."""
    counted = {what: int(session.scalar(text(sql), {"now": now}) or 0) for what, sql in OVERDUE.items()}
    return {what: count for what, count in counted.items() if count}


def after_everything() -> datetime:
    """Ten in the morning, two days after the last shift: by then all is over."""
    with transaction() as session:
        last: datetime | None = session.scalar(text("SELECT max(ends_at) FROM shift"))
        assert last is not None, "no shift was ever published"
        return (last + timedelta(days=2)).replace(hour=2, minute=0, second=0, microsecond=0)


def faults(session: Session, *, history: History, postbox: Postbox) -> list[str]:
    """Everything that was lost, doubled or forgotten, in words; empty when all is well."""
    return [
        *invariants.check(session),
        *(f"{what}: {n}" for what, sql in LEFT_OVER.items() if (n := session.scalar(text(sql)))),
        *(f"never answered: {what}" for what in history.unanswered),
        *_broken_words(session, history.told),
        *_lost(session, postbox),
        *_doubled(session, postbox),
    ]


def same_key_again(postbox: Postbox) -> int:
    """Mails that came once more under a key that had come before."""
    return sum(times - 1 for times in postbox.times.values())


def _lost(session: Session, postbox: Postbox) -> Iterator[str]:
    """A message that the ledger says was sent is in the postbox, or on the call list."""
    mailed = session.scalars(text("SELECT key FROM notification WHERE state = 'sent' AND channel = 'email'"))
    yield from (f"message lost: {key}" for key in mailed if not postbox.times[key])
    called = text("""SELECT key FROM notification n WHERE state = 'sent' AND channel = 'call_list'
                     AND NOT EXISTS (SELECT FROM call c WHERE c.notification_id = n.id)""")
    yield from (f"call lost: {key}" for key in session.scalars(called))


def _doubled(session: Session, postbox: Postbox) -> Iterator[str]:
    """Each mail belongs to a message; it came again only where its sender could not know that it had come."""
    rows = session.execute(
        text("""SELECT n.key, n.state, n.attempts, count(d.id) FILTER (WHERE d.error IS NULL) AS told
                FROM notification n LEFT JOIN delivery d ON d.notification_id = n.id
                WHERE n.key = ANY(:keys) GROUP BY n.id"""),
        {"keys": list(postbox.times)},
    )
    known = {row.key: row for row in rows}
    for key, times in postbox.times.items():
        if (row := known.get(key)) is None:
            yield f"a mail nobody asked for: {key}"
        elif times > row.attempts:
            yield f"doubled: {key} came {times} times in {row.attempts} attempts"
        elif row.told > 1:
            yield f"doubled in the ledger: {key}"
        elif row.state != "sent" and row.attempts < 2:
            yield f"sent, but {row.state} in the ledger: {key}"


def sent_but_not_so_marked(session: Session, postbox: Postbox) -> int:
    """Mails that went out just before their sender died, and were not true any more when they were to go again."""
    marked = text("SELECT key FROM notification WHERE key = ANY(:keys) AND state <> 'sent'")
    return len(session.scalars(marked, {"keys": list(postbox.times)}).all())


# --- what people were told must be so ---

# After a no the yes is another row, of the same person in the same shift.
_SAID_YES = """SELECT EXISTS (SELECT FROM assignment o JOIN assignment a USING (shift_id, volunteer_id)
                              JOIN outbox_event e ON (e.payload->>'assignment_id')::bigint = a.id
                              WHERE o.id = :id AND a.id >= o.id AND e.kind = 'AssignmentConfirmed')"""

#: What was promised by an answer → whether it is so for this id.
_KEPT = {
    "sign up": "SELECT EXISTS (SELECT FROM signup WHERE id = :id)",
    # Taken back since, perhaps. What ended by a swap is withdrawn without a fact of its own.
    "withdraw": """SELECT EXISTS (SELECT FROM outbox_event WHERE kind = 'SignUpWithdrawn'
                                  AND (payload->>'signup_id')::bigint = :id)
                       OR EXISTS (SELECT FROM signup WHERE id = :id AND state = 'withdrawn')""",
    "ask to swap": "SELECT EXISTS (SELECT FROM swap WHERE id = :id)",
    "draft": "SELECT count(*) = 1 FROM activity a JOIN activity b USING (title) WHERE a.id = :id",
    "publish": "SELECT EXISTS (SELECT FROM activity WHERE id = :id AND state <> 'draft')",
    "cancel": "SELECT EXISTS (SELECT FROM shift WHERE id = :id AND state = 'cancelled')",
    "no-show": """SELECT EXISTS (SELECT FROM outbox_event WHERE kind = 'AssignmentMissed'
                                 AND (payload->>'assignment_id')::bigint = :id)""",
    "accept for her": _SAID_YES,
    "decline for her": "SELECT EXISTS (SELECT FROM assignment WHERE id = :id AND state = 'declined')",
    "yes to an offer": _SAID_YES,
    "no to an offer": "SELECT EXISTS (SELECT FROM assignment WHERE id = :id AND state = 'declined')",
    "to step in": "SELECT EXISTS (SELECT FROM invitation WHERE id = :id AND state <> 'asked')",
    "to a swap": "SELECT EXISTS (SELECT FROM swap_asking WHERE id = :id AND state <> 'asked')",
}


def _broken_words(session: Session, told: Sequence[Told]) -> Iterator[str]:
    """Whoever was told that something is done finds it done, crash or no crash."""
    for one in told:
        if one.status >= 400 or (promise := _promise(one)) is None:
            continue
        what, id_ = promise
        if not session.scalar(text(_KEPT[what]), {"id": id_}):
            yield f"answered {one.status}, and is not so: {what} {id_} ({one.path})"


def _promise(told: Told) -> tuple[str, int] | None:
    if told.verb in _KEPT:
        on_path = re.search(r"/(\d+)(?:/|\Z)", told.path)
        is_about_path = told.verb not in ("sign up", "draft", "ask to swap")
        return told.verb, int(on_path.group(1)) if is_about_path and on_path else int(told.body["id"])
    token = told.path.rpartition("/")[2]
    if told.verb == "answer offer":
        return f"{told.sent['answer']} to an offer", links.read_answer_token(token)
    if told.verb == "answer step in":
        return "to step in", links.read_ask_token(token)
    return ("to a swap", links.read_swap_token(token)) if told.verb == "answer swap" else None
