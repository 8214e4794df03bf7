"""/co/rehearsals: the coming days played beforehand, day by day; nothing is sent and nothing changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.rehearsal import ASSUMPTIONS, NewRehearsal
from service.activities.models import Activity
from service.language import _
from service.matching.queries import in_scope as run_in_scope
from service.places.models import Area
from service.places.queries import in_scope as area_in_scope
from service.rehearsal import actions, queries
from service.rehearsal.models import Rehearsal
from service.terms import Assumption, RehearsalState
from service.web import live, notices, page, timeline
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("rehearsals", __name__, url_prefix="/co/rehearsals")

MOST = 30


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """The latest rehearsals, and the form for another."""
    usual = {"area_id": desk.scope_ids[0], "days": actions.DAYS, "assumption": Assumption.NOBODY}
    return _index(desk, Form.blank(NewRehearsal(), given=usual, options=_areas(desk)))


@pages.post("")
@at_desk
def request_rehearsal(desk: Desk) -> ResponseReturnValue:
    """Have it played; the page that follows shows how far it is."""
    form = Form.posted(NewRehearsal(), options=_areas(desk))
    if not form.is_valid:
        return _index(desk, form, status=422)
    try:
        made = actions.request(desk.db, **_subject(desk, form.loaded), account_id=desk.account_id, now=desk.now)
    except actions.NothingToRehearse:
        notices.notify(_("没有演练：活动已经取消，或者这份草案已经发布、丢掉了。"))
        return page.see_other(url_for("rehearsals.index"))
    return page.see_other(url_for("rehearsals.show", rehearsal_id=made.id))


@pages.get("/<int:rehearsal_id>")
@at_desk
def show(desk: Desk, rehearsal_id: int) -> Response:
    """What would happen, day by day; or how far the play is."""
    rehearsal: Rehearsal = found(queries.in_scope(desk.db, rehearsal_id, scope_ids=desk.scope_ids))
    shared: dict[str, Any] = {
        "rehearsal": rehearsal,
        "about": _about(desk, rehearsal),
        "now": desk.now,
        "assumptions": ASSUMPTIONS,
    }
    title = _("演练：{about}", about=shared["about"])
    result = _played(rehearsal)
    if result is None:
        far = live.part(desk.db, "rehearsals/progress.html", now=desk.now, read=lambda: {"rehearsal": rehearsal})
        return page.render("rehearsals/waiting.html", title=title, far=far, **shared)
    actions.note_look(desk.db, rehearsal, account_id=desk.account_id, now=desk.now)
    return page.render(
        "rehearsals/show.html",
        title=title,
        days=timeline.days(result),
        gaps=timeline.gaps(result),
        counts=timeline.counts(result),
        undone=result["failed"],
        is_cut=rehearsal.played_until is not None and rehearsal.played_until < rehearsal.until_at,
        **shared,
    )


@pages.get("/<int:rehearsal_id>/progress")
@at_desk
def progress(desk: Desk, rehearsal_id: int) -> Response:
    """How far it is; 205 once it is played. Asked for by a script."""
    rehearsal = found(queries.in_scope(desk.db, rehearsal_id, scope_ids=desk.scope_ids))
    if _played(rehearsal) is not None:
        return live.over()
    return live.answer(desk.db, "rehearsals/progress.html", now=desk.now, read=lambda: {"rehearsal": rehearsal})


def _played(rehearsal: Rehearsal) -> dict[str, Any] | None:
    """What came of it; None while it is under way."""
    return rehearsal.result if rehearsal.state == RehearsalState.PLAYED else None


def _index(desk: Desk, form: Form, status: int = 200) -> Response:
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids, limit=MOST)
    return page.render(
        "rehearsals/index.html",
        title=_("演练"),
        status=status,
        form=form,
        now=desk.now,
        rows=[(row, _about(desk, row), ASSUMPTIONS[row.assumption]) for row in rows],
    )


def _about(desk: Desk, rehearsal: Rehearsal) -> str:
    """The activity's title, or the area's name."""
    if rehearsal.activity_id is not None:
        return desk.db.get_one(Activity, rehearsal.activity_id).title
    return desk.db.get_one(Area, rehearsal.area_id).name


def _subject(desk: Desk, wanted: dict[str, Any]) -> dict[str, Any]:
    """What is to be played, if it is of these areas; else 404."""
    subject: dict[str, Any] = {"assumption": wanted["assumption"], "days": wanted["days"]}
    if "match_run_id" in wanted:
        run = found(run_in_scope(desk.db, wanted["match_run_id"], scope_ids=desk.scope_ids))
        return subject | {"run": run, "area_id": run.area_id}
    if "activity_id" in wanted:
        activity = activity_here(desk, wanted["activity_id"])
        return subject | {"activity": activity, "area_id": activity.area_id}
    area = found(area_in_scope(desk.db, wanted["area_id"], scope_ids=desk.scope_ids))
    return subject | {"area_id": area.id}


def _areas(desk: Desk) -> dict[str, list[Option]]:
    areas = [desk.db.get_one(Area, area_id) for area_id in desk.scope_ids]
    return {"area_id": [Option(value=str(area.id), text=area.name) for area in areas]}
