"""Gaps: where people will be missing in the weeks ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.roster import GapsAsked, GapsShown
from service.roster import queries
from service.terms import Role
from service.web.api.door import Call
from service.web.api.resource import Resource

gaps = Resource("gaps", url_prefix="/gaps", description="缺口：今后几周哪一班的哪个岗位还没有把握。")


@gaps.operation("GET", "", asks=GapsAsked(), gives=GapsShown())
def list_gaps(call: Call, *, asked: dict[str, Any]) -> Any:
    """Roles in areas I coordinate whose minimum is not reached for sure, by start; four weeks ahead if not said."""
    call.needs(Role.COORDINATOR)
    until_at = call.now + timedelta(days=asked["days"])
    return {"items": queries.gaps(call.session, scope_ids=call.scope_ids, from_at=call.now, until_at=until_at)}
