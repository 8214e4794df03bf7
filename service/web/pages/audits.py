"""/ad/audit: who looked at and changed what, when. Looking for a person here is a look at her, and written down too."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from schemas.administration import AuditAsked
from service.accounts import trail
from service.audit import AuditEntry
from service.language import _
from service.web import deeds, page
from service.web.desk import Desk, at_office, number
from service.web.forms import Form

pages = Blueprint("audits", __name__, url_prefix="/ad/audit")

A_PAGE = 50


@pages.get("")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """The lines that fit, newest first."""
    form = Form.filled(AuditAsked(), request.args)
    wanted = trail.wanted(**form.loaded) if form.is_valid else trail.Wanted()
    before_id = number(request.args.get("before", ""))
    rows = trail.entries(desk.db, wanted, scope_ids=desk.scope_ids, before_id=before_id, limit=A_PAGE + 1)
    shown = rows[:A_PAGE]
    called = trail.names(desk.db, [row.AuditEntry for row in shown])
    if wanted.about and before_id is None:
        trail.note_search(
            desk.db, account_id=desk.account_id, area_id=desk.scope_ids[0], found=len(shown), now=desk.now
        )
    return page.render(
        "audits/index.html",
        title=_("操作记录"),
        wide=True,
        form=form,
        lines=[(row.AuditEntry, row.name, _about(row.AuditEntry, called)) for row in shown],
        deeds=deeds,
        is_asked=bool(request.args),
        later=page.here(before=shown[-1].AuditEntry.id) if len(rows) > A_PAGE else None,
    )


def _about(entry: AuditEntry, called: dict[tuple[str, int], str]) -> str:
    """What it was done to: its kind, and its name or number."""
    kind = deeds.subject(entry.subject_kind)
    if entry.subject_id is None:
        return kind
    name = called.get((entry.subject_kind, entry.subject_id))
    if name is None:
        return _("{kind}，编号{id}", kind=kind, id=entry.subject_id)
    return _("{kind}：{name}", kind=kind, name=name)
