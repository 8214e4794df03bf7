"""Who looked at and changed what. Looking for a person here is a look at her, and written down too."""

from __future__ import annotations

from typing import Any

from schemas.audit import AuditAskedFor, AuditShown
from schemas.shown import page_of
from service.accounts import trail
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call
from service.web.api.resource import Resource

audit = Resource("audit", url_prefix="/audit", description="操作记录：谁什么时候看了、改了什么。")


@audit.operation("GET", "", asks=AuditAskedFor(), gives=page_of(AuditShown))
def list_audit(call: Call, *, asked: dict[str, Any]) -> Any:
    """Lines of areas I administer, newest first; those of no area only for who administers the top of the tree."""
    call.needs(Role.ADMIN)
    scope_ids = call.actor.scope_ids(Role.ADMIN)
    wanted = trail.wanted(
        by=asked["by"], about=asked["about"], verb=asked["verb"], since=asked["since"], until=asked["until"]
    )
    rows = trail.entries(
        call.session,
        wanted,
        scope_ids=scope_ids,
        before_id=cursors.after_id(asked.get("after")) or None,
        limit=asked["limit"] + 1,
    )
    if wanted.about and not asked.get("after"):
        trail.note_search(
            call.session, account_id=call.actor.account_id, area_id=scope_ids[0], found=len(rows), now=call.now
        )
    return cursors.shown(
        rows,
        limit=asked["limit"],
        key=lambda row: (row.AuditEntry.id,),
        each=lambda row: {name: getattr(row.AuditEntry, name) for name in LINE} | {"by": row.name},
    )


LINE = ("id", "at", "verb", "account_id", "area_id", "subject_kind", "subject_id", "details")
