"""/co/series/<id>/dates: other dates for a series; what changes for whom is shown before it is done."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from schemas.replanning import dates_form
from service.activities.actions import ActivityRefused
from service.activities.models import Activity, Series
from service.calendars.queries import calendar
from service.calendars.rules import local
from service.language import _, counted
from service.replanning import actions, queries
from service.replanning.actions import Preview
from service.terms import DateChange
from service.web import notices, page, planned, words
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form, Option
from service.web.wizard_choices import can_be_typed, choices, goes_on, plan_of, repeats_of, when_typed

pages = Blueprint("replanning", __name__, url_prefix="/co/series/<int:series_id>")


@pages.get("/dates")
@at_desk
def dates_page(desk: Desk, series_id: int) -> ResponseReturnValue:
    """The dates as they are, to be changed from tomorrow on."""
    series, activity = _here(desk, series_id)
    tomorrow = local(desk.now).date() + timedelta(days=1)
    typed = when_typed(series) | {
        "from_on": [max(series.from_on, tomorrow).isoformat()],
        "until_on": [series.until_on.isoformat()] if series.until_on else [],
        "left_out": [day.isoformat() for day in sorted(queries.struck_out(desk.db, series)) if day >= tomorrow],
    }
    return _show(desk, series, activity, Form(_schema(series)(), MultiDict(typed), _options(desk, series)))


@pages.post("/dates")
@at_desk
def change_dates(desk: Desk, series_id: int) -> ResponseReturnValue:
    """Show what changes; or do it, if it is what was shown."""
    series, activity = _here(desk, series_id)
    form = Form.posted(_schema(series)(), options=_options(desk, series))
    if form.has_errors:
        return _show(desk, series, activity, form)
    plan = plan_of(repeats_of(series), form.loaded)
    try:
        shown = actions.preview(desk.db, series, plan=plan, from_on=plan.from_on, now=desk.now)
    except ActivityRefused as refused:
        form.refuse(*words.activity_problems(refused.problems))
        return _show(desk, series, activity, form)
    if "do" not in request.form:
        return _show(desk, series, activity, form, shown=shown)
    if shown.drops_people and not form.loaded["reason"].strip():
        form.refuse(_("有人的日子不办了，请写明原因，会告诉他们"), at="reason")
        return _show(desk, series, activity, form, shown=shown)
    try:
        actions.revise(
            desk.db,
            series.id,
            plan=plan,
            from_on=plan.from_on,
            shown=request.form.get("token", ""),
            reason=form.loaded["reason"],
            now=desk.now,
            account_id=desk.account_id,
        )
    except actions.PreviewStale:
        form.refuse(_("刚才有人报名或者改过，会动到的日子变了，请再看一遍"))
        return _show(desk, series, activity, form, shown=shown)
    told = {one for change in shown.changes for one in change.people}
    notices.notify(
        counted("改好了，会通知{n}位志愿者。", "改好了，会通知{n}位志愿者。", len(told)) if told else _("改好了。")
    )
    return page.see_other(url_for("roster.index", activity_id=activity.id))


def _show(
    desk: Desk, series: Series, activity: Activity, form: Form, *, shown: Preview | None = None
) -> ResponseReturnValue:
    changes = shown.changes if shown else []
    return page.render(
        "replanning/dates.html",
        title=_("改日期和时间"),
        form=form,
        activity=activity,
        series=series,
        planned=planned,
        shown=shown,
        changes=changes,
        days=planned.days(shown.plan, calendar(desk.db, activity.area_id)) if shown else [],
        plan=shown.plan if shown else None,
        names=queries.names(desk.db, {one for change in changes for one in change.people}),
        kinds=words.DATE_CHANGES,
        tones=TONES,
        back=url_for("roster.index", activity_id=activity.id),
    )


#: How each kind of change looks.
TONES = {
    DateChange.ADDED: "good",
    DateChange.MOVED: "wait",
    DateChange.DROPPED: "bad",
    DateChange.BY_HAND: "plain",
}


def _here(desk: Desk, series_id: int) -> tuple[Series, Activity]:
    """The series, if it is of these areas and of a kind that can be typed; else 404."""
    series = found(queries.series_in_scope(desk.db, series_id, scope_ids=desk.scope_ids))
    found(series if can_be_typed(series) and goes_on(series, local(desk.now).date()) else None)
    return series, activity_here(desk, series.activity_id)


def _schema(series: Series) -> type[Schema]:
    return dates_form(repeats_of(series))


def _options(desk: Desk, series: Series) -> dict[str, list[Option]]:
    return choices("when", desk, _schema(series)())
