"""The outbox, for administrators: how much waits, what was given up, bring it back."""

from __future__ import annotations

from typing import Any

from schemas.outbox import BacklogShown, DeadListed, NewRetry, RetryShown
from service import audit
from service import outbox as rows
from service.outbox import OutboxReaction
from service.terms import Role
from service.web.api.door import Call
from service.web.api.resource import Resource

outbox = Resource("outbox", url_prefix="/outbox", description="发件箱：积压、失败、重试。")


@outbox.operation("GET", "", gives=BacklogShown())
def show_backlog(call: Call) -> Any:
    """How much is waiting."""
    call.needs(Role.ADMIN)
    return rows.backlog(call.session)


@outbox.operation("GET", "/dead", gives=DeadListed())
def list_dead(call: Call) -> Any:
    """Reactions given up, newest first."""
    call.needs(Role.ADMIN)
    return {"items": [_dead(reaction) for reaction in rows.dead(call.session)]}


@outbox.operation("POST", "/retries", takes=NewRetry(), gives=RetryShown(), status=201)
def retry(call: Call, *, body: dict[str, Any]) -> Any:
    """Bring dead reactions back, with all attempts before them."""
    call.needs(Role.ADMIN)
    revived = rows.retry(call.session, reaction_ids=body["reaction_ids"])
    audit.note(
        call.session,
        verb="retried_reactions",
        subject=("outbox", None),
        account_id=call.actor.account_id,
        now=call.now,
        revived=revived,
    )
    return {"revived": revived}


def _dead(reaction: OutboxReaction) -> dict[str, Any]:
    return {
        "id": reaction.id,
        "event_id": reaction.event_id,
        "event": reaction.event.kind,
        "payload": reaction.event.payload,
        "reaction": reaction.reaction,
        "attempts": reaction.attempts,
        "last_error": reaction.last_error,
        "recorded_at": reaction.event.recorded_at,
        "dead_at": reaction.dead_at,
    }
