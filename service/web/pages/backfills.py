"""/co/backfills: who is sought for which shift, how far the search has come, and what a coordinator does about it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.roster import Answer, Reply
from service.activities.queries import shift_role_in_scope
from service.backfill import actions as backfill
from service.backfill import answering, queries, suggesting
from service.backfill.answering import InvitationClosed
from service.backfill.models import Backfill, ForbiddenMove, Invitation
from service.language import _
from service.roster.actions import OfferClosed, TooHot
from service.signups.actions import SignUpRefused
from service.terms import BackfillState, InvitationState
from service.volunteers.models import Volunteer
from service.web import ladder, notices, page, words
from service.web.desk import Desk, at_desk, found, number
from service.web.forms import Form

pages = Blueprint("backfills", __name__, url_prefix="/co/backfills")

#: How many searches are listed: those under way, and the latest of those that are over.
MOST = 50
#: Only who has not come to serve or said so for good can still be answered for.
ANSWERABLE = (InvitationState.ASKED, InvitationState.DECLINED, InvitationState.THANKED)


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Every search that is under way, the next shift in front, then those that ended."""
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids, limit=MOST)
    return page.render(
        "backfills/index.html",
        title=_("找人顶班"),
        now=desk.now,
        climbing=[row for row in rows if row.Backfill.state == BackfillState.CLIMBING],
        ended=[row for row in rows if row.Backfill.state != BackfillState.CLIMBING],
    )


@pages.get("/<int:backfill_id>")
@at_desk
def show(desk: Desk, backfill_id: int) -> Response:
    """The ladder with its timers, who was asked and what they said."""
    return _page(desk, _here(desk, backfill_id))


@pages.post("")
@at_desk
def seek(desk: Desk) -> ResponseReturnValue:
    """Look for people now: a new search, or the one under way does not wait any longer to begin."""
    wanted = number(request.form.get("shift_role_id", "")) or 0
    role = found(shift_role_in_scope(desk.db, wanted, scope_ids=desk.scope_ids))
    try:
        search = backfill.seek(desk.db, shift_role_id=role.id, account_id=desk.account_id, now=desk.now)
    except backfill.NothingMissing:
        notices.notify(_("这一班不缺人了，或者已经过去、取消了，没有开始找。"))
        return page.see_other(url_for("backfills.index"))
    notices.notify(_("开始找人了。谁先答应就请谁来，进度在这一页。"))
    return page.see_other(url_for("backfills.show", backfill_id=search.id))


@pages.post("/<int:backfill_id>/skip")
@at_desk
def skip(desk: Desk, backfill_id: int) -> ResponseReturnValue:
    """Do not wait for this rung any longer."""
    search, position = _here(desk, backfill_id), number(request.form.get("position", ""))
    try:
        backfill.skip(
            desk.db,
            backfill_id=search.id,
            position=-1 if position is None else position,
            account_id=desk.account_id,
            now=desk.now,
        )
    except backfill.SearchIsOver:
        return _refused(desk, search, _("没有跳过：已经不在找了，请看现在的情况。"))
    notices.notify(_("不等了，往下找。已经问过的人还可以答复。"))
    return page.see_other(url_for("backfills.show", backfill_id=search.id))


@pages.post("/<int:backfill_id>/stop")
@at_desk
def stop(desk: Desk, backfill_id: int) -> ResponseReturnValue:
    """Seek nobody any longer; it can be taken up again."""
    search = _here(desk, backfill_id)
    try:
        backfill.stop(desk.db, backfill_id=search.id, account_id=desk.account_id, now=desk.now)
    except backfill.SearchIsOver:
        return _refused(desk, search, _("没有停：已经不在找了，请看现在的情况。"))
    notices.notify(_("停了，不再问别人。已经问过的人答应了，名额还在就归谁。"))
    return page.see_other(url_for("backfills.show", backfill_id=search.id))


@pages.post("/invitations/<int:invitation_id>/answer")
@at_desk
def answer(desk: Desk, invitation_id: int) -> ResponseReturnValue:
    """Say yes or no in her name, because she said so by telephone."""
    invitation = found(queries.invitation_in_scope(desk.db, invitation_id, scope_ids=desk.scope_ids))
    search, name = _here(desk, invitation.backfill_id), _name(desk, invitation)
    form = Form.posted(Answer())
    if not form.is_valid:
        return _refused(desk, search, _("请选“能来”或者“来不了”。"), status=422)
    is_yes = form.loaded["reply"] == Reply.ACCEPT
    reply = answering.accept if is_yes else answering.decline
    try:
        with desk.db.begin_nested():
            reply(desk.db, invitation_id=invitation.id, now=desk.now, answered_by=desk.account_id)
    except SignUpRefused as refused:
        reasons = _("；").join(words.refusal(reason) for reason in refused.reasons)
        return _refused(desk, search, _("没有记成：{name}那时候来不了（{reasons}）。", name=name, reasons=reasons))
    except TooHot as hot:
        return _refused(desk, search, words.too_hot_for_yes(hot.heat))
    except (InvitationClosed, OfferClosed, ForbiddenMove):
        return _refused(desk, search, _("没有改成：这一班的安排已经不是刚才的样子，请看现在的状态。"))
    notices.notify(_told(invitation, name))
    return page.see_other(url_for("backfills.show", backfill_id=search.id))


def _told(invitation: Invitation, name: str) -> str:
    if invitation.state == InvitationState.THANKED:
        return _("刚刚已经有人顶上了，这次不用{name}来。请谢谢对方，再缺人的时候先请。", name=name)
    if invitation.state == InvitationState.ACCEPTED:
        return _("记下了：{name}来顶班。", name=name)
    return _("记下了：{name}来不了。", name=name)


def _here(desk: Desk, backfill_id: int) -> Backfill:
    return found(queries.in_scope(desk.db, backfill_id, scope_ids=desk.scope_ids))


def _name(desk: Desk, invitation: Invitation) -> str:
    return desk.db.get_one(Volunteer, invitation.volunteer_id).name


def _refused(desk: Desk, search: Backfill, text: str, *, status: int = 409) -> Response:
    """The search as it is now, with why nothing was changed."""
    desk.db.refresh(search)
    return _page(desk, search, refusal=text, status=status)


def _page(desk: Desk, search: Backfill, *, refusal: str = "", status: int = 200) -> Response:
    _search, role, shift, activity, definition = queries.with_shift(desk.db, search.id)
    invited = [(invitation, person) for invitation, person in queries.invited(desk.db, search.id)]
    is_climbing = search.state == BackfillState.CLIMBING
    missing = queries.need(desk.db, role).missing
    return page.render(
        "backfills/show.html",
        title=_("找人顶班：{title}", title=activity.title),
        status=status,
        now=desk.now,
        refusal=refusal,
        search=search,
        is_climbing=is_climbing,
        role=role,
        shift=shift,
        activity=activity,
        name=definition.name,
        missing=missing,
        short=partial(ladder.short, now=desk.now),
        summary=ladder.summary(search, invited),
        suggestions=suggesting.suggestions(desk.db, role.id),
        stairs=ladder.stairs(search, steps=queries.steps(desk.db, search.id), invited=invited, now=desk.now),
        answerable=ANSWERABLE if missing and desk.now < shift.ends_at else (),
        can_skip=is_climbing and search.position < len(search.rungs) - 1,
        can_seek=not is_climbing and missing and desk.now < shift.ends_at and shift.state == "open",
    )
