"""/ad: where administrators begin. Each page of theirs with what it is for, and whether it needs somebody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from service import outbox
from service.calendars import queries as calendars
from service.calendars.days import Calendar
from service.calendars.rules import local
from service.language import Lazy, _, counted
from service.web import page
from service.web.desk import Desk, at_office

pages = Blueprint("office", __name__, url_prefix="/ad")


@dataclass(frozen=True, slots=True)
class Way:
    """A page: its name, what it is for, where it is, and what is wrong there if anything."""

    name: str
    what: str
    address: str
    trouble: str = ""


WAYS = (
    ("areas.index", Lazy("地方和队伍"), Lazy("社区、院落、活动地点，值班电话，有哪些队伍。")),
    ("accounts.index", Lazy("人和权限"), Lazy("谁是协调员、管理员，管哪里。")),
    ("roles.index", Lazy("谁能做什么"), Lazy("志愿者、协调员、管理员各能做什么，什么事要两个人。")),
    ("calendars.index", Lazy("放假和学期"), Lazy("国务院的放假通知，学校什么时候上学。")),
    ("channels.index", Lazy("通知的渠道"), Lazy("短信、邮件、群机器人设好了没有，最近怎么样，给自己发一条试试。")),
    ("texts.index", Lazy("消息的样子"), Lazy("每一种消息读一遍，中文和英文，多长，短信能不能发。")),
    ("outbox.index", Lazy("没做成的事"), Lazy("后台试了几次都没做成的，看原因，再试一次。")),
    ("audits.index", Lazy("操作记录"), Lazy("谁看过、改过什么，什么时候。")),
    ("house.index", Lazy("设置"), Lazy("夜里几点不打扰，用什么办法通知，在哪里改。")),
)


@pages.get("")
@at_office
def index(desk: Desk) -> Response:
    """All of them, with what needs somebody."""
    wrong = _troubles(desk)
    ways = [Way(_(name), _(what), url_for(endpoint), wrong.get(endpoint, "")) for endpoint, name, what in WAYS]
    return page.render("office/index.html", title=_("管理"), ways=ways)


def _troubles(desk: Desk) -> dict[str, str]:
    dead = outbox.backlog(desk.db)["dead"]
    next_year = local(desk.now).year + 1
    calendar = Calendar(notices=frozenset(row.year for row in calendars.notices(desk.db)))
    found = {"outbox.index": counted("{n}件没做成", "{n}件没做成", dead)} if dead else {}
    if not calendar.is_announced(next_year) and local(desk.now).month >= 11:
        found["calendars.index"] = _("{year}年的放假安排还没有", year=next_year)
    return found
