"""Every component with every state on one page, for those who build and for the browser tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import abort

from schemas import Input, fields
from service.language import Lazy
from service.settings import LOCAL_ZONE
from service.web import notices, page
from service.web.forms import Form, Option

pages = Blueprint("style", __name__, url_prefix="/style")

#: A fixed day, so that pictures of this page stay the same.
STARTS_AT = datetime(2026, 11, 28, 9, 0, tzinfo=LOCAL_ZONE)
ENDS_AT = STARTS_AT + timedelta(hours=2, minutes=30)


class Part(StrEnum):
    """A part of the day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PARTS = {Part.MORNING: Lazy("上午"), Part.AFTERNOON: Lazy("下午"), Part.EVENING: Lazy("晚上")}


class SampleInput(Input):
    """One field of each kind."""

    name = fields.Name(required=True)
    phone = fields.Phone(mobile=True, required=True, hint=Lazy("用来收验证码和提醒，不会公开"))
    code = fields.Code(required=True)
    role_id = fields.Id(label=Lazy("想做哪一样"), widget="radios", required=True)
    parts = fields.Many(fields.Choice(Part, words=PARTS), label=Lazy("哪些时候有空"))
    team_id = fields.Id(label=Lazy("队伍"), widget="select")
    places = fields.Whole(label=Lazy("需要几个人"), least=1, most=200, required=True)
    born_on = fields.LocalDate(label=Lazy("出生日期"), widget="date_parts", hint=Lazy("比如 1954 3 27"))
    until_on = fields.LocalDate(label=Lazy("截止日期"))
    starts_at = fields.LocalDateTime(label=Lazy("开始时间"), required=True)
    note = fields.Text(label=Lazy("还想说什么"), longest=200, widget="textarea")
    consent = fields.Ticked(must=True, label=Lazy("我同意社区为安排服务使用我的姓名和电话"))


OPTIONS = {
    "role_id": (
        Option(value="1", text="心理辅导", hint="要有心理咨询师证"),
        Option(value="2", text="量血压", hint="还缺2人"),
        Option(value="3", text="登记和引导"),
    ),
    "team_id": (Option(value="1", text="红色管家志愿服务队"), Option(value="2", text="爱心托志愿服务队")),
}


@pages.get("")
def index() -> Response:
    """All components that are no form."""
    return page.render("style/index.html", title="组件样板", starts_at=STARTS_AT, ends_at=ENDS_AT, wide=True)


@pages.get("/form")
def form() -> Response:
    """Every kind of field, empty."""
    return _form(Form.blank(SampleInput(), options=OPTIONS))


@pages.post("/form")
def send() -> Response:
    """The same form with its errors and what was typed, or the way on."""
    sent = Form.posted(SampleInput(), options=OPTIONS)
    if not sent.is_valid:
        return _form(sent)
    notices.offer_undo("已为您登记。", address=url_for("style.take_back"))
    return page.see_other(url_for("style.done"))


@pages.get("/done")
def done() -> Response:
    """The end of a form: what was done, what happens next."""
    return page.render("style/done.html", title="报名成功", starts_at=STARTS_AT, ends_at=ENDS_AT)


@pages.post("/undo")
def take_back() -> Response:
    """The 撤销 button of the sample."""
    notices.withdraw_undo()
    notices.notify("已经撤销。")
    return page.see_other(url_for("style.index"))


@pages.get("/error/<int:status>")
def error(status: int) -> Response:
    """The page of one HTTP error."""
    abort(status)


def _form(sent: Form) -> Response:
    return page.render("style/form.html", title="请填写报名信息", form=sent)
