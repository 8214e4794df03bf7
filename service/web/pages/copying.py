"""/co/copying: a team's activities of a month or a week, date by date, drafted for another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.copies import CopyForm
from service.activities.actions import ActivityRefused
from service.calendars.queries import calendars
from service.calendars.recurrence import is_provisional
from service.calendars.rules import local
from service.copies import actions, queries
from service.copies.actions import NothingToCopy
from service.copies.queries import Copied
from service.copies.rules import Period, around, before
from service.duties.queries import belongings
from service.language import _
from service.teams import queries as teams
from service.teams.models import Team
from service.terms import CopySpan
from service.web import brought, notices, page, planned, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option
from service.web.wizard_choices import team_options

pages = Blueprint("copying", __name__, url_prefix="/co/copying")
#: From this day of a month on, the next one is what is to be planned.
LATE_IN_THE_MONTH = 15


@pages.get("")
@at_desk
def index(desk: Desk) -> ResponseReturnValue:
    """Which team, from when to when; once that is said, what would be drafted."""
    if "team_id" not in request.args:
        return _page(Form.blank(CopyForm(), given=_usual(desk), options=_options(desk)))
    form = Form.filled(CopyForm(), request.args, options=_options(desk))
    return _preview(desk, form)


@pages.post("")
@at_desk
def make(desk: Desk) -> ResponseReturnValue:
    """Draft all that can be drafted and was not struck out."""
    form = Form.posted(CopyForm(), options=_options(desk))
    if form.has_errors or (team := _team(desk, form)) is None:
        return _preview(desk, form)
    source, target = _periods(form)
    rows = queries.preview(desk.db, team, source=source, target=target, now=desk.now)
    left_out = set(request.form.getlist("left_out"))
    offered = [(one.series_id, one.day) for row in rows for one in row.dates if one.can_be_chosen]
    chosen = {(series_id, day) for series_id, day in offered if f"{series_id}:{day}" not in left_out}
    try:
        with desk.db.begin_nested():
            made = actions.copy_period(
                desk.db, team, source=source, target=target, chosen=chosen, account_id=desk.account_id, now=desk.now
            )
    except NothingToCopy:
        form.refuse(_("没有要起草的：都有了，或者都勾掉了"))
        return _preview(desk, form)
    except ActivityRefused as refused:
        form.refuse(*words.activity_problems(refused.problems))
        return _preview(desk, form)
    notices.offer_undo(
        _("起草了{n}个活动，一共{dates}天。志愿者看不到，看过再发布。", n=len(made.activity_ids), dates=made.dates),
        address=url_for("copying.undo", copy_id=made.copy.id),
    )
    return page.see_other(url_for("publishing.index"))


@pages.post("/<int:copy_id>/undo")
@at_desk
def undo(desk: Desk, copy_id: int) -> ResponseReturnValue:
    """Take the drafts back."""
    made = found(queries.in_scope(desk.db, copy_id, scope_ids=desk.scope_ids))
    undone = actions.undo(desk.db, made, account_id=desk.account_id, now=desk.now)
    notices.withdraw_undo()
    notices.notify(_("撤掉了{n}个草稿。", n=undone.gone))
    if undone.kept:
        notices.notify(_("有{n}个已经发布或者改过，留着。", n=undone.kept))
    return page.see_other(url_for("publishing.index"))


def _page(form: Form, rows: list[Copied] | None = None, **values: Any) -> Response:
    return page.render(
        "copying/index.html",
        title=_("照搬一个月、一周"),
        form=form,
        rows=rows,
        back=url_for("publishing.index"),
        outlooks=words.COPY_OUTLOOKS,
        not_brought=brought.NOT_BROUGHT,
        **values,
    )


def _preview(desk: Desk, form: Form) -> Response:
    if (team := _team(desk, form)) is None:
        return _page(form)
    source, target = _periods(form)
    rows = queries.preview(desk.db, team, source=source, target=target, now=desk.now)
    known = calendars(desk.db, {row.activity.area_id for row in rows})
    return _page(
        form,
        rows,
        team=team,
        source=source,
        target=target,
        known=known,
        planned=planned,
        is_provisional=is_provisional,
        brought={row.activity.id: list(brought.lines(desk.db, belongings(desk.db, row.activity))) for row in rows},
        fresh=sum(one.can_be_chosen for row in rows for one in row.dates),
        left_out=set(request.form.getlist("left_out")) if request.method == "POST" else None,
    )


def _team(desk: Desk, form: Form) -> Team | None:
    """The team that was chosen; what was not offered is refused at its field."""
    team_id = form.loaded.get("team_id") if not form.errors else None
    team = teams.in_scope(desk.db, team_id, scope_ids=desk.scope_ids) if team_id else None
    if team_id and team is None:
        form.refuse(words.NOT_OFFERED, at="team_id")
    return team


def _periods(form: Form) -> tuple[Period, Period]:
    span = form.loaded["span"]
    return around(form.loaded["from_on"], span), around(form.loaded["to_on"], span)


def _usual(desk: Desk) -> dict[str, object]:
    """The month to be planned next, from the one before it."""
    today = local(desk.now).date()
    to_on = around(today, CopySpan.MONTH)
    first: date = to_on.until_on + timedelta(days=1) if today.day >= LATE_IN_THE_MONTH else to_on.from_on
    return {"span": CopySpan.MONTH, "from_on": before(first).replace(day=1), "to_on": first}


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {"team_id": team_options(desk)}
