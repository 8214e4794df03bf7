"""/co/findings, /co/shifts/<id>/findings, /co/activities/<id>/carrying: what was seen on duty, for coordinators."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.findings import CarryingInput, OutcomeInput
from service.activities.models import Activity, Shift
from service.calendars.rules import local
from service.findings import actions, queries
from service.findings.actions import Writer
from service.findings.queries import FindingRow
from service.language import _
from service.web import notices, page
from service.web.desk import Desk, activity_here, at_desk, found, shift_here
from service.web.forms import Form, Option
from service.web.pages.findings import blank, posted, shift_page, write
from service.web.pages.roster import board_address

pages = Blueprint("findings_desk", __name__, url_prefix="/co")


@pages.get("/findings")
@at_desk
def index(desk: Desk) -> Response:
    """The ledger: what is open, the oldest first."""
    return _ledger(desk)


@pages.post("/findings/<int:finding_id>")
@at_desk
def settle_at_desk(desk: Desk, finding_id: int) -> ResponseReturnValue:
    """A coordinator says what came of it."""
    finding = found(queries.in_scope(desk.db, finding_id, scope_ids=desk.scope_ids))
    form = Form.posted(OutcomeInput())
    if form.has_errors:
        return _ledger(desk, settling=(finding.id, form))
    by = Writer(account_id=desk.account_id)
    actions.settle(desk.db, finding.id, by=by, outcome=form.loaded["outcome"], now=desk.now)
    notices.notify(_("记下了。"))
    return page.see_other(url_for("findings_desk.index"))


def _ledger(desk: Desk, *, settling: tuple[int, Form] | None = None) -> Response:
    return page.render(
        "findings/index.html",
        title=_("值班看到的"),
        form=settling[1] if settling else None,
        settling=settling,
        blank=Form.blank(OutcomeInput()),
        today=local(desk.now).date(),
        rows=sorted(queries.listed(desk.db, scope_ids=desk.scope_ids, is_open=True, limit=100), key=_urgency),
        settled=queries.lately_settled(desk.db, scope_ids=desk.scope_ids),
        settle_at=lambda finding_id: url_for("findings_desk.settle_at_desk", finding_id=finding_id),
    )


def _urgency(row: FindingRow) -> tuple[date, int]:
    """What is due first comes first; what has no limit after it, the oldest first."""
    return row.Finding.due_on or date.max, row.Finding.id


@pages.get("/shifts/<int:shift_id>/findings")
@at_desk
def theirs(desk: Desk, shift_id: int) -> Response:
    """What comes to a shift and what was found in it, for a coordinator."""
    shift = shift_here(desk, shift_id)
    return _desk_page(desk, shift, blank(desk.db, shift))


@pages.post("/shifts/<int:shift_id>/findings")
@at_desk
def note_for_them(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """Somebody told the coordinator what was found, at the window or by telephone."""
    shift = shift_here(desk, shift_id)
    form = posted(desk.db, shift)
    if form.is_valid:
        write(desk.db, shift, form, by=Writer(account_id=desk.account_id))
    if form.has_errors:
        return _desk_page(desk, shift, form)
    return page.see_other(url_for("findings_desk.theirs", shift_id=shift.id))


def _desk_page(desk: Desk, shift: Shift, form: Form) -> Response:
    return shift_page(
        desk.db,
        shift,
        form,
        may_write=True,
        address=url_for("findings_desk.note_for_them", shift_id=shift.id),
        settle_at=lambda finding_id: url_for("findings_desk.settle_at_desk", finding_id=finding_id),
        back=board_address(shift),
    )


@pages.get("/activities/<int:activity_id>/carrying")
@at_desk
def carrying_form(desk: Desk, activity_id: int) -> Response:
    """Where what this activity finds is carried."""
    activity = activity_here(desk, activity_id)
    to = queries.carrying(desk.db, activity.id)
    given = {"to_id": to.id if to else activity.id, "within_days": queries.within_days(desk.db, activity.id)}
    return _carrying_page(desk, activity, Form.blank(CarryingInput(), given=given, options=_targets(desk, activity)))


@pages.post("/activities/<int:activity_id>/carrying")
@at_desk
def carry(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """From now on it is carried there."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(CarryingInput(), options=_targets(desk, activity))
    if form.is_valid:
        form.check_offered("to_id")
    if form.has_errors:
        return _carrying_page(desk, activity, form)
    to = desk.db.get_one(Activity, form.loaded["to_id"])
    actions.carry(
        desk.db,
        activity,
        to=to,
        within_days=form.loaded["within_days"],
        account_id=desk.account_id,
        now=desk.now,
    )
    notices.notify(_("记下了。这个活动看到的，带到{title}。", title=to.title))
    return page.see_other(url_for("roster.index", activity_id=activity.id))


@pages.post("/activities/<int:activity_id>/carrying/stop")
@at_desk
def stop(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """It keeps no findings any more."""
    activity = activity_here(desk, activity_id)
    actions.stop_carrying(desk.db, activity, account_id=desk.account_id, now=desk.now)
    notices.notify(_("以后不记了，已经记的还在。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id))


def _carrying_page(desk: Desk, activity: Activity, form: Form) -> Response:
    return page.render(
        "findings/carrying.html",
        title=_("看到的带到哪里"),
        form=form,
        activity=activity,
        keeps=queries.carrying(desk.db, activity.id) is not None,
        back=url_for("roster.index", activity_id=activity.id),
    )


def _targets(desk: Desk, activity: Activity) -> dict[str, list[Option]]:
    others = [one for one in queries.can_carry_to(desk.db, activity) if one.id != activity.id]
    own = Option(value=str(activity.id), text=_("它自己的下一班"))
    return {"to_id": [own, *(Option(value=str(one.id), text=one.title) for one in others)]}
