"""/co/calls: who is reached by telephone only. One call at a time: the number, what to say, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.offers import CallInput
from service import wording
from service.accounts.queries import names
from service.appointments import queries
from service.backfill import suggesting
from service.backfill.answering import InvitationClosed
from service.backfill.models import ForbiddenMove as InvitationIsOver
from service.backfill.suggesting import NotToBeSuggested
from service.language import Lazy, _
from service.notifications import calls, holding
from service.notifications.models import Call, Notification
from service.roster.actions import OfferClosed, TooHot
from service.roster.duties import duties_of
from service.roster.models import Assignment, ForbiddenMove
from service.signups.actions import SignUpRefused
from service.swaps.actions import SwapIsOver
from service.terms import CallOutcome, NotificationKind
from service.volunteers.actions import look_at_phone, revise
from service.volunteers.models import Volunteer
from service.web import colleagues, notices, page, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("calls", __name__, url_prefix="/co/calls")

ABOUT = {
    NotificationKind.PLACE_OFFERED: Lazy("问能不能来"),
    NotificationKind.OFFER_CALL: Lazy("还没有答复，问能不能来"),
    NotificationKind.SUBSTITUTE_WANTED: Lazy("问能不能顶班"),
    NotificationKind.SUBSTITUTE_CALL: Lazy("问能不能顶班"),
    NotificationKind.SWAP_WANTED: Lazy("问能不能替班"),
    NotificationKind.PLACE_FREE: Lazy("告诉有空位了"),
    NotificationKind.SWAP_DONE: Lazy("告诉换好班了"),
    NotificationKind.SWAP_OFF: Lazy("告诉没有换成"),
    NotificationKind.REMINDER: Lazy("提醒按时来"),
    NotificationKind.SHIFT_CANCELLED: Lazy("告诉取消了"),
    NotificationKind.STANDING_BY: Lazy("告诉候备记下了"),
    NotificationKind.SHIFT_MOVED: Lazy("告诉改了时间"),
    NotificationKind.PLACE_RELEASED: Lazy("告诉不用来了"),
    NotificationKind.SHIFT_AT_RISK: Lazy("告诉可能办不成"),
    NotificationKind.SHIFT_GOES_AHEAD: Lazy("告诉照常"),
    NotificationKind.RISK_CHANGED: Lazy("念新的安全提醒"),
    NotificationKind.SHIFT_TOO_HOT: Lazy("告诉太热，请不要去"),
    NotificationKind.SHIFT_HEAT_OVER: Lazy("告诉不那么热了，照常"),
    NotificationKind.COURSE_PLACE: Lazy("告诉课程轮到了"),
    NotificationKind.COURSE_DAY: Lazy("提醒来上课"),
    NotificationKind.WEEKLY_DIGEST: Lazy("告诉一周安排"),
    NotificationKind.CO_HOST_ASKED: Lazy("问要不要一起办活动"),
}
#: What an answer meets when the place or the asking is no longer as it was.
REFUSED = (
    SignUpRefused,
    OfferClosed,
    InvitationClosed,
    NotToBeSuggested,
    SwapIsOver,
    ForbiddenMove,
    InvitationIsOver,
    ValueError,
)
#: What a person may not want to be asked at all.
FAVOURS = (NotificationKind.SUBSTITUTE_WANTED, NotificationKind.SUBSTITUTE_CALL, NotificationKind.SWAP_WANTED)
OTHERWISE = Lazy("告诉报名的结果")
BUTTONS = {
    CallOutcome.YES: Lazy("能来"),
    CallOutcome.NO: Lazy("来不了"),
    CallOutcome.TOLD: Lazy("告诉了"),
    CallOutcome.NO_ANSWER: Lazy("没接"),
    CallOutcome.LATER: Lazy("稍后再打"),
}
TRIED = {CallOutcome.NO_ANSWER: Lazy("{moment}打过，没接"), CallOutcome.LATER: Lazy("{moment}打过，稍后再打")}


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Who is still to be called, those nobody has tried in front."""
    rows = calls.waiting(desk.db, scope_ids=desk.scope_ids)
    visitors = queries.to_call(desk.db, scope_ids=desk.scope_ids, now=desk.now)
    return page.render(
        "calls/index.html",
        title=_("电话名单"),
        waiting=rows,
        visitors=[(one, shift, queries.name(one)) for one, shift in visitors],
        total=calls.count(desk.db, scope_ids=desk.scope_ids),
        about=_about,
        callers=_callers(desk, rows),
        tried=TRIED,
        now=desk.now,
    )


@pages.post("/<int:call_id>")
@at_desk
def dial(desk: Desk, call_id: int) -> ResponseReturnValue:
    """The number and what to say. Opening it is a look at the number, which is audited; it is kept nowhere."""
    call = found(calls.in_scope(desk.db, call_id, scope_ids=desk.scope_ids))
    if call.outcome not in calls.WAITING:
        return _too_late(_("这个电话已经有人打过了。"))
    if not holding.hold(desk.db, call, account_id=desk.account_id, now=desk.now, insists="anyway" in request.form):
        return _held(desk, call)
    return _script(desk, call)


@pages.post("/<int:call_id>/let-go")
@at_desk
def let_go(desk: Desk, call_id: int) -> ResponseReturnValue:
    """Not now: whoever comes next may call."""
    call = found(calls.in_scope(desk.db, call_id, scope_ids=desk.scope_ids))
    holding.let_go(desk.db, call, account_id=desk.account_id)
    return page.see_other(url_for("calls.index"))


@pages.post("/<int:call_id>/outcome")
@at_desk
def settle(desk: Desk, call_id: int) -> ResponseReturnValue:
    """What came of it; an answer changes the roster at once."""
    call = found(calls.in_scope(desk.db, call_id, scope_ids=desk.scope_ids))
    outcome = request.form.get("outcome", "")
    if outcome not in BUTTONS:
        return _script(desk, call, refusal=_("请选一个结果。"), status=422)
    form = Form.posted(CallInput(), options=_options(desk, call))
    suggested = colleagues.suggestion(form) if form.is_valid else None
    if form.has_errors:
        return _script(desk, call, form=form, status=422)
    name = desk.db.get_one(Volunteer, call.volunteer_id).name
    try:
        with desk.db.begin_nested():
            settled = calls.settle(
                desk.db,
                call_id=call.id,
                outcome=CallOutcome(outcome),
                account_id=desk.account_id,
                now=desk.now,
                suggestion=suggested,
            )
    except calls.CallSettled:
        return _too_late(_("这个电话已经有人打过了，记下的是那一次。"))
    except REFUSED as error:
        return _script(desk, call, refusal=_why_not(error, name), status=409)
    if form.loaded["never_again"]:
        person = desk.db.get_one(Volunteer, call.volunteer_id)
        revise(desk.db, person, changes={"steps_in": False}, account_id=desk.account_id, now=desk.now)
    if calls.came_too_late(desk.db, settled):
        return _too_late(_("刚刚已经有人顶上了，这次不用{name}来。请谢谢对方，再缺人的时候先请。", name=name))
    notices.notify(_("记下了：{name}，{outcome}。", name=name, outcome=BUTTONS[CallOutcome(outcome)]))
    return page.see_other(url_for("calls.index"))


@pages.post("/<int:call_id>/answers")
@at_desk
def settle_each(desk: Desk, call_id: int) -> ResponseReturnValue:
    """Yes or no to each of several places she was asked about; one that comes too late is said so."""
    call = found(calls.in_scope(desk.db, call_id, scope_ids=desk.scope_ids))
    asked = calls.places(desk.db.get_one(Notification, call.notification_id))
    said = {one: request.form.get(f"answer-{one}", "") for one in asked}
    answers = {one: what == "yes" for one, what in said.items() if what in ("yes", "no")}
    if not answers:
        return _script(desk, call, refusal=_("请至少记下一个班。"), status=422)
    try:
        became = calls.settle_each(desk.db, call_id=call.id, answers=answers, account_id=desk.account_id, now=desk.now)
    except calls.CallSettled:
        return _too_late(_("这个电话已经有人打过了，记下的是那一次。"))
    late = sum(isinstance(what, OfferClosed) for what in became.values())
    name = desk.db.get_one(Volunteer, call.volunteer_id).name
    text = _("记下了：{name}，{n}个班。", name=name, n=len(answers) - late)
    notices.notify(text + _("有{n}个已经不能这样回复，请看班表。", n=late) if late else text)
    return page.see_other(url_for("calls.index"))


def _why_not(error: Exception, name: str) -> str:
    if isinstance(error, SignUpRefused):
        reasons = _("；").join(words.refusal(reason) for reason in error.reasons)
        return _("没有记成：{name}那时候来不了（{reasons}）。请告诉对方，再选别的结果。", name=name, reasons=reasons)
    if isinstance(error, TooHot):
        return words.too_hot_for_yes(error.heat)
    return _("没有记成：这一班的安排已经变了。请告诉对方，再选别的结果。")


def _options(desk: Desk, call: Call) -> dict[str, list[Option]]:
    """Whom she may suggest, where she can say no to one place. Her coordinator reads whole names."""
    places = calls.places(desk.db.get_one(Notification, call.notification_id))
    if len(places) != 1:
        return {"suggests": []}
    people = suggesting.who_could_come(desk.db, desk.db.get_one(Assignment, places[0]))
    return {"suggests": colleagues.options(people, {one.id: one.name for one in people})}


def _script(
    desk: Desk, call: Call, *, refusal: str = "", form: Form | None = None, status: int = 200
) -> ResponseReturnValue:
    person = desk.db.get_one(Volunteer, call.volunteer_id)
    notification = desk.db.get_one(Notification, call.notification_id)
    number = look_at_phone(desk.db, person, account_id=desk.account_id, now=desk.now, why="call_list")
    shown = page.render(
        "calls/script.html",
        title=_("打给{name}", name=person.name),
        status=status,
        call=call,
        number=number,
        lines=call.script.splitlines(),
        outcomes=[(outcome, BUTTONS[outcome]) for outcome in calls.possible(notification)],
        is_of_a_place=CallOutcome.NO in calls.possible(notification) and len(calls.places(notification)) == 1,
        several=duties_of(desk.db, calls.places(notification)) if calls.asks_of_several(notification) else [],
        is_favour=notification.kind in FAVOURS,
        form=form or Form.blank(CallInput(), options=_options(desk, call)),
        refusal=refusal,
    )
    answer = make_response(shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _callers(desk: Desk, rows: Sequence[Any]) -> dict[int, str]:
    """By call, the masked name of who else is calling just now."""
    held = {row.Call.id: row.Call.held_by for row in rows if row.Call.held_until and row.Call.held_until > desk.now}
    others = {call_id: who for call_id, who in held.items() if who != desk.account_id}
    called = names(desk.db, set(others.values()))
    return {call_id: wording.masked_name(called.get(who, "")) for call_id, who in others.items()}


def _held(desk: Desk, call: Call) -> ResponseReturnValue:
    """Somebody else is calling: who, and since when; no number."""
    person = desk.db.get_one(Volunteer, call.volunteer_id)
    return page.render(
        "calls/held.html",
        title=_("正有人打给{name}", name=person.name),
        status=409,
        call=call,
        who=wording.masked_name(names(desk.db, [call.held_by or 0]).get(call.held_by or 0, "")) or _("别的协调员"),
    )


def _too_late(text: str) -> ResponseReturnValue:
    notices.notify(text)
    return page.see_other(url_for("calls.index"))


def _about(notification: Notification) -> str:
    return str(ABOUT.get(notification.kind, OTHERWISE))
