"""/co/activities: what is planned and running; and the wizard that publishes an activity in four steps.

Each step has its own address and keeps what was typed in an `UnfinishedActivity`, so that going back, closing the
page or sending a step twice loses and doubles nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from service.activities import actions, unfinished
from service.activities.listing import for_desk
from service.activities.models import Activity, UnfinishedActivity
from service.calendars.rules import local
from service.duties import actions as duties
from service.duties.queries import belongings
from service.language import Lazy, _
from service.replanning.queries import struck_out
from service.terms import ActivityState
from service.web import brought, notices, page, planned, words
from service.web.desk import Desk, activity_here, at_desk, found, number
from service.web.forms import Form
from service.web.wizard import PREVIEW, STEPS, Wizard, one_more_row
from service.web.wizard_choices import can_be_typed, steps_of

pages = Blueprint("publishing", __name__, url_prefix="/co/activities")

TITLES = {
    "what": Lazy("做什么，在哪里"),
    "when": Lazy("什么时候"),
    "roles": Lazy("要哪些人"),
    PREVIEW: Lazy("看一遍，再发布"),
}
A_PAGE, LAST_PAGE = 40, 1000


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Activities of these areas: running and coming first, then drafts, then what is over."""
    turned = min(number(request.args.get("page", "")) or 0, LAST_PAGE)
    rows = for_desk(desk.db, scope_ids=desk.scope_ids, now=desk.now, offset=turned * A_PAGE, limit=A_PAGE + 1)
    return page.render(
        "publishing/index.html",
        title=_("活动"),
        wide=True,
        rows=rows[:A_PAGE],
        unfinished=[] if turned else unfinished.waiting(desk.db, account_id=desk.account_id),
        earlier=page.here(page=turned - 1 or None) if turned else None,
        later=page.here(page=turned + 1) if len(rows) > A_PAGE else None,
    )


@pages.get("/new")
@at_desk
def begin(desk: Desk) -> ResponseReturnValue:
    """The first step of a new activity. Nothing is kept until it is sent."""
    return _show(Wizard(desk), "what")


@pages.post("/new")
@at_desk
def begin_kept(desk: Desk) -> ResponseReturnValue:
    """Keep the first step, go on to the second."""
    form = Wizard(desk).sent("what")
    if form.has_errors:
        return _show(Wizard(desk), "what", form)
    row = unfinished.begin(desk.db, account_id=desk.account_id, now=desk.now, steps={"what": form.kept})
    return page.see_other(_address(row, "when"))


@pages.get("/new/<int:unfinished_id>/<any(what, when, roles):step>")
@at_desk
def step(desk: Desk, unfinished_id: int, step: str) -> ResponseReturnValue:
    """One step, as it was typed before."""
    row = _mine(desk, unfinished_id)
    return _became(row) or _show(Wizard(desk, row), step)


@pages.post("/new/<int:unfinished_id>/<any(what, when, roles):step>")
@at_desk
def keep(desk: Desk, unfinished_id: int, step: str) -> ResponseReturnValue:
    """Keep the step and go on; or show its dates, or give it one more row, as the button says."""
    row = _mine(desk, unfinished_id)
    if answer := _became(row):
        return answer
    wizard = Wizard(desk, row)
    form = wizard.sent(step)
    if step == "roles" and "more" in request.form:
        unfinished.keep(row, step=step, typed=one_more_row(form.kept), now=desk.now)
        return page.see_other(_address(row, step))
    if form.has_errors:
        return _show(wizard, step, form)
    unfinished.keep(row, step=step, typed=form.kept, now=desk.now)
    return page.see_other(
        _address(row, step) + "#dates" if "look" in request.form else _address(row, wizard.next_step())
    )


@pages.get("/new/<int:unfinished_id>/preview")
@at_desk
def preview(desk: Desk, unfinished_id: int) -> ResponseReturnValue:
    """The whole of it, with every date, before anybody sees it."""
    row = _mine(desk, unfinished_id)
    return _became(row) or _unready(Wizard(desk, row), row) or _preview(Wizard(desk, row), row)


@pages.post("/new/<int:unfinished_id>/preview")
@at_desk
def finish(desk: Desk, unfinished_id: int) -> ResponseReturnValue:
    """Publish it, or keep it as a draft. Sent twice, it is still one activity."""
    row = _mine(desk, unfinished_id)
    wizard = Wizard(desk, row)
    if answer := _became(row) or _unready(wizard, row):
        return answer
    is_draft = "draft" in request.form
    try:
        with desk.db.begin_nested():
            activity = _write_down(wizard, row)
            if not is_draft:
                actions.publish(desk.db, activity, now=desk.now, account_id=desk.account_id)
            unfinished.finish(row, activity_id=activity.id, now=desk.now)
    except actions.ActivityRefused as refused:
        desk.db.refresh(row)
        return _preview(wizard, row, *words.activity_problems(refused.problems))
    notices.notify(_("草稿存好了，志愿者看不到。") if is_draft else _("发布了，志愿者现在就能报名。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id))


@pages.post("/new/<int:unfinished_id>/drop")
@at_desk
def drop(desk: Desk, unfinished_id: int) -> ResponseReturnValue:
    """Throw away what was typed. A draft it came from stays."""
    desk.db.delete(_mine(desk, unfinished_id))
    notices.notify(_("没写完的那个丢掉了。"))
    return page.see_other(url_for("publishing.index"))


@pages.post("/<int:activity_id>/copy")
@at_desk
def copy(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Begin a new activity from an earlier one, with dates that are still to come."""
    activity = activity_here(desk, activity_id)
    steps = steps_of(activity, after=local(desk.now).date())
    row = unfinished.begin(desk.db, account_id=desk.account_id, now=desk.now, steps=steps, like_id=activity.id)
    if len(activity.series) > 1:
        notices.notify(_("原来有几段时间，这里只带了第一段。"))
    return page.see_other(_address(row, "what"))


@pages.post("/<int:activity_id>/rework")
@at_desk
def rework(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Go on with a kept draft. What was not made here and has no form here is not taken apart here."""
    activity = activity_here(desk, activity_id)
    if activity.state != ActivityState.DRAFT or len(activity.series) != 1 or not can_be_typed(activity.series[0]):
        abort(409)
    steps = steps_of(activity)
    steps["when"]["left_out"] = [day.isoformat() for day in sorted(struck_out(desk.db, activity.series[0]))]
    row = unfinished.begin(desk.db, account_id=desk.account_id, now=desk.now, steps=steps, activity_id=activity.id)
    return page.see_other(_address(row, "what"))


def _write_down(wizard: Wizard, row: UnfinishedActivity) -> Activity:
    """The activity as typed: a new draft, or the one it was reworked from."""
    desk, plan = wizard.desk, wizard.plan()
    plans = [plan] if plan else []
    columns, roles = wizard.columns(), wizard.roles()
    if row.activity_id is None:
        made = actions.draft(desk.db, roles=roles, plans=plans, created_by=desk.account_id, now=desk.now, **columns)
        _take_over(desk, made, activity_here(desk, row.like_id) if row.like_id else None)
        return made
    activity = activity_here(desk, row.activity_id)
    before = belongings(desk.db, activity)
    actions.redraft(desk.db, activity, roles=roles, plans=plans, changes=columns, now=desk.now)
    duties.keep_roles(desk.db, activity, before=before)
    return activity


def _take_over(desk: Desk, made: Activity, source: Activity | None) -> None:
    """What belongs to the activity it was begun from."""
    if source is not None:
        whole = belongings(desk.db, source)
        duties.lay(desk.db, made, belongings=whole, account_id=desk.account_id, now=desk.now)


def _brought(wizard: Wizard, row: UnfinishedActivity) -> list[tuple[str, str]]:
    """What belongs to the activity it was begun from, in words."""
    if row.like_id is None:
        return []
    return list(brought.lines(wizard.desk.db, belongings(wizard.desk.db, activity_here(wizard.desk, row.like_id))))


def _mine(desk: Desk, unfinished_id: int) -> UnfinishedActivity:
    return found(unfinished.of_account(desk.db, unfinished_id, account_id=desk.account_id))


def _became(row: UnfinishedActivity) -> ResponseReturnValue | None:
    """To the activity it has become, if it has."""
    return page.see_other(url_for("roster.index", activity_id=row.activity_id)) if row.finished_at else None


def _unready(wizard: Wizard, row: UnfinishedActivity) -> ResponseReturnValue | None:
    """To the first step that is still to do, if there is one."""
    missing = wizard.next_step()
    return None if missing == PREVIEW else page.see_other(_address(row, missing))


def _address(row: UnfinishedActivity, step: str) -> str:
    if step == PREVIEW:
        return url_for("publishing.preview", unfinished_id=row.id)
    return url_for("publishing.step", unfinished_id=row.id, step=step)


def _show(wizard: Wizard, step: str, form: Form | None = None) -> ResponseReturnValue:
    row, plan = wizard.unfinished, wizard.plan() if step == "when" else None
    before = STEPS[STEPS.index(step) - 1] if step != STEPS[0] else None
    return page.render(
        f"publishing/{step}.html",
        title=str(TITLES[step]),
        form=form or wizard.blank(step),
        number=STEPS.index(step) + 1,
        of=len(TITLES),
        back=_address(row, before) if row and before else url_for("publishing.index"),
        plan=plan,
        days=wizard.days() if plan else [],
        planned=planned,
    )


def _preview(wizard: Wizard, row: UnfinishedActivity, /, *refusals: str) -> ResponseReturnValue:
    form = wizard.kept("what")
    form.refuse(*refusals)
    return page.render(
        "publishing/preview.html",
        title=str(TITLES[PREVIEW]),
        form=form,
        number=len(TITLES),
        of=len(TITLES),
        back=_address(row, STEPS[-1]),
        facts=[(label, text, _address(row, step)) for label, text, step in wizard.facts()],
        brought=_brought(wizard, row),
        not_brought=brought.NOT_BROUGHT,
        days=[one for one in wizard.days() if not one.is_left_out],
    )
