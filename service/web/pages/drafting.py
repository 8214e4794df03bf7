"""Pencil and rubber: who could take a place and why, pencilled in by hand, asked only when it is published."""

from __future__ import annotations

from datetime import time, timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from schemas.drafting import PencilInput
from service import wording
from service.activities.models import Activity, Shift
from service.activities.queries import shift_role_in_scope
from service.calendars.rules import instant, local
from service.drafting import actions, queries
from service.language import _, counted
from service.matching import mending
from service.matching.explain import LABELS
from service.matching.solution import Unplaced
from service.signups.queries import OpeningRow, opening
from service.volunteers.models import Volunteer
from service.web import notices, page
from service.web.clash import clash
from service.web.desk import Desk, activity_here, asked_monday, assignment_here, at_desk, found, number, volunteer_here
from service.web.forms import Form
from service.web.move_view import joint, moves
from service.web.pages.putting import not_here, refusals_in_words
from service.web.pages.roster import Refusal, board_address, board_page

pages = Blueprint("drafting", __name__, url_prefix="/co")

LONGEST_SEARCH = 60


@pages.get("/roles/<int:shift_role_id>/people")
@at_desk
def choose(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """People for the place, best first, each with what speaks for her; below, who cannot, and why."""
    return _show(desk, _row(desk, shift_role_id), Form.blank(PencilInput()))


@pages.post("/roles/<int:shift_role_id>/people")
@at_desk
def pencil_in(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Write her name into the place, in pencil."""
    row = _row(desk, shift_role_id)
    form = Form.posted(PencilInput())
    if form.has_errors:
        return _show(desk, row, form)
    person = volunteer_here(desk, form.loaded["volunteer_id"])
    try:
        draft = actions.pencil_in(desk.db, row=row, volunteer_id=person.id, account_id=desk.account_id, now=desk.now)
    except actions.CannotServe as cannot:
        reasons = refusals_in_words(cannot, person)
        if "board" in request.form:
            return not_here(desk, row, person, reasons)
        form.refuse(*reasons)
        return _show(desk, row, form)
    text = _("{name}草拟上了，还没有问本人。", name=person.name)
    notices.offer_undo(text, address=url_for("drafting.rub_out", assignment_id=draft.id))
    return page.see_other(board_address(row.Shift))


@pages.post("/drafts/<int:assignment_id>/rub-out")
@at_desk
def rub_out(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Take her name out again; she had not heard of it."""
    draft = assignment_here(desk, assignment_id)
    person, shift = desk.db.get_one(Volunteer, draft.volunteer_id), desk.db.get_one(Shift, draft.shift_id)
    notices.withdraw_undo()
    try:
        actions.rub_out(desk.db, assignment_id=draft.id, account_id=desk.account_id, now=desk.now)
    except actions.NotADraft:
        refusal = Refusal(
            _("没有擦掉：{name}已经不在草拟里了，请看现在的样子。", name=person.name),
            clash=clash(desk, draft, wanted=_("把{name}擦掉", name=person.name)),
        )
        activity = desk.db.get_one(Activity, shift.activity_id)
        return board_page(desk, activity, on=local(shift.starts_at).date(), refusal=refusal, status=409)
    notices.notify(_("{name}擦掉了。", name=person.name))
    return page.see_other(board_address(shift))


@pages.post("/activities/<int:activity_id>/drafts/publish")
@at_desk
def publish(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Ask everybody who is pencilled in for the week on the screen."""
    activity = activity_here(desk, activity_id)
    monday = asked_monday(desk)
    from_at, until_at = instant(monday, time.min), instant(monday + timedelta(days=7), time.min)
    done = actions.publish(
        desk.db,
        activity_id=activity.id,
        from_at=max(desk.now, from_at),
        until_at=until_at,
        account_id=desk.account_id,
        now=desk.now,
        seen={number(one) or 0 for one in request.form.getlist("seen")} if "seen" in request.form else None,
    )
    if done.offered:
        n = done.offered
        notices.notify(counted("发布了，正在问{n}个人能不能来。", "发布了，正在问{n}个人能不能来。", n))
    if done.skipped:
        notices.notify(_("有人已经来不了，没有问：{people}。", people=_listed(desk, done.skipped)))
    if done.left:
        n = done.left
        notices.notify(
            counted(
                "还有{n}个是刚刚草拟的，您没有看到过，没有发布。", "还有{n}个是刚刚草拟的，您没有看到过，没有发布。", n
            )
        )
    elif not done.offered and not done.skipped:
        notices.notify(_("这一周没有草拟的安排了。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id, on=monday.isoformat()))


def _show(desk: Desk, row: OpeningRow, form: Form) -> ResponseReturnValue:
    text = request.values.get("q", "").strip()[:LONGEST_SEARCH]
    people = queries.ranked(desk.db, row, scope_ids=desk.scope_ids, now=desk.now, text=text)
    refused = [volunteer_here(desk, number(one) or 0) for one in request.args.getlist("without")]
    proposed = mending.proposals(desk.db, row, now=desk.now, without={one.id for one in refused})
    could_move, together = moves(desk.db, proposed, now=desk.now), joint(desk.db, proposed)
    return page.render(
        "drafting/choose.html",
        title=_("安排谁：{role}", role=row.ActivityRole.name),
        form=form,
        row=row,
        q=text,
        able=[one for one in people if one.can],
        unable=[one for one in people if not one.can],
        moves=could_move,
        joint=together,
        refused=refused,
        can_be_planned_anew=not could_move and not together and mending.is_short(row, now=desk.now),
        day=local(row.Shift.starts_at).date(),
        back=board_address(row.Shift),
    )


def _row(desk: Desk, shift_role_id: int) -> OpeningRow:
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    return found(opening(desk.db, shift_id=role.shift_id, shift_role_id=role.id))


def _listed(desk: Desk, skipped: tuple[Unplaced, ...]) -> str:
    """Each with the first of her reasons, short."""
    return wording.listed(
        _(
            "{name}（{why}）",
            name=desk.db.get_one(Volunteer, one.person_id).name,
            why=_(LABELS[one.blockers[0].code]),
        )
        for one in skipped
    )
