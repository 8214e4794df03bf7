"""/ad/jobs: what should have followed an event and could not be done; tried again with one button."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import audit, clock, outbox
from service.language import Lazy, _, counted
from service.web import notices, page
from service.web.desk import number
from service.web.visitor import for_admins, me

pages = Blueprint("outbox", __name__, url_prefix="/ad/jobs")

A_PAGE = 100

#: What each reaction would have done. A name that is not here is shown as it is.
REACTIONS = {
    "send_login_code": Lazy("发验证码"),
    "stop_reminders": Lazy("撤回同意后停发提醒"),
    "follow_lead_times": Lazy("照本人选的时间重排提醒"),
    "acknowledge_sign_up": Lazy("告诉本人报名结果"),
    "confirm_withdrawal": Lazy("告诉本人已退出"),
    "explain_decline": Lazy("告诉本人没有排上"),
    "explain_waiting": Lazy("告诉本人在候补"),
    "send_offer": Lazy("问本人能不能来"),
    "confirm_standing_by": Lazy("告诉本人是候备了"),
    "ask_again": Lazy("再问一次本人能不能来"),
    "settle_sign_up": Lazy("更新报名的结果"),
    "plan_reminders": Lazy("安排提醒"),
    "drop_reminders": Lazy("停掉提醒"),
    "tell_released": Lazy("告诉本人不用来了"),
    "fill_place": Lazy("把空出的名额给候补的人"),
    "seek_replacement": Lazy("找人顶班"),
    "replace_missing": Lazy("有人没有来就找人顶班"),
    "end_swaps": Lazy("班没有了就不再换"),
    "ask_to_swap": Lazy("问本人能不能替班"),
    "drop_swap_call": Lazy("答复过换班的不用再打"),
    "seek_approval": Lazy("请协调员看换班"),
    "tell_swap_closed": Lazy("告诉换班的结果"),
    "drop_swap_calls": Lazy("不换了，撤下电话"),
    "end_search": Lazy("人够了就不再找"),
    "ask_to_step_in": Lazy("问本人能不能顶班"),
    "list_calls": Lazy("没答复的放进电话名单"),
    "climb_on": Lazy("接着找下一批人"),
    "drop_call": Lazy("答复过的不用再打"),
    "drop_calls": Lazy("不再找了，撤下电话"),
    "tell_watchers": Lazy("告诉想来的人有空位了"),
    "report_gap": Lazy("告诉协调员缺人"),
    "free_cancelled_shift": Lazy("取消一班后通知所有人"),
    "follow_moved_shift": Lazy("改时间后通知所有人"),
    "follow_calendar": Lazy("放假安排变了，重排日期"),
    "solve_match": Lazy("排班"),
    "take_in_sheet": Lazy("导入表格"),
    "tell_at_risk": Lazy("告诉同班的人这一班可能办不成"),
    "tell_goes_ahead": Lazy("告诉同班的人这一班照办"),
    "tell_groups": Lazy("在群里说缺人"),
    "call_out": Lazy("紧急召集"),
    "ask_co_hosts": Lazy("问合办的答不答应"),
    "tell_co_host_asked": Lazy("告诉合办的：请你们一起办"),
    "tell_co_host_answered": Lazy("告诉合办的怎么答复"),
    "seat_and_rebook": Lazy("谁坐哪间诊室，给约了的人换时间"),
    "ask_if_it_suits": Lazy("班次改了，问约了的人行不行"),
    "tell_appointment": Lazy("告诉约了时间的人"),
    "tell_late": Lazy("告诉协调员谁还没到"),
    "tell_learners": Lazy("告诉学员课改了"),
    "tell_moved_up": Lazy("告诉学员有名额了"),
    "tell_risk_changed": Lazy("请人再确认安全提醒"),
    "tell_heat": Lazy("告诉要来的人太热了，或者不热了"),
    "tell_heat_outdoors": Lazy("改到户外或者户内，告诉要来的人热不热"),
    "play_rehearsal": Lazy("演练"),
    "deal_turns": Lazy("排轮值"),
}


@pages.get("")
@for_admins
def index(db: Session) -> Response:
    """How many things are under way, and each that was given up, with its cause."""
    return page.render(
        "outbox/index.html",
        title=_("没做成的事"),
        wide=True,
        counts=outbox.backlog(db),
        dead=outbox.dead(db, limit=A_PAGE),
        reactions=REACTIONS,
        cause=_cause,
        now=clock.now(db),
    )


@pages.post("/retry")
@for_admins
def retry(db: Session) -> ResponseReturnValue:
    """Try one of them again, or all."""
    ids = {number(one) or 0 for one in request.form.getlist("id")}
    if "all" in request.form:
        ids = {reaction.id for reaction in outbox.dead(db, limit=A_PAGE)}
    revived = outbox.retry(db, reaction_ids=ids)
    for reaction_id in sorted(ids):
        audit.note(
            db,
            verb="retried",
            subject=("reaction", reaction_id),
            account_id=me(db).account_id,
            now=clock.now(db),
        )
    notices.notify(
        counted("{n}件正在重做。", "{n}件正在重做。", revived) if revived else _("没有要重做的，也许已经有人重做了。")
    )
    return page.see_other(url_for("outbox.index"))


def _cause(error: str | None) -> str:
    """The last line of what went wrong: the error itself, without the way to it."""
    lines = (error or "").strip().splitlines()
    return lines[-1][:300] if lines else _("没有留下原因")
