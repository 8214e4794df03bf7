"""/ad/roles: who may do what, and what takes two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flask import Blueprint
from flask.typing import ResponseReturnValue

from schemas.sheets import KINDS
from service import wording
from service.language import Lazy, _
from service.sheets.exports import NEED_A_SECOND
from service.web import page
from service.web.desk import Desk, at_office

pages = Blueprint("roles", __name__, url_prefix="/ad/roles")


class Reader(IntEnum):
    """Who somebody is to the house; each may do what those before her may."""

    ANYBODY = 0
    VOLUNTEER = 1
    COORDINATOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Right:
    """Something one may do, from which reader on; `endpoint` is a page of it, by which a test sees that it is so."""

    what: str
    least: Reader
    endpoint: str


READERS = {
    Reader.VOLUNTEER: Lazy("志愿者"),
    Reader.COORDINATOR: Lazy("协调员"),
    Reader.ADMIN: Lazy("管理员"),
}
RIGHTS = (
    Right(Lazy("看附近的活动，报名"), Reader.ANYBODY, "home.index"),
    Right(Lazy("看自己的班，回复、换班、退出"), Reader.VOLUNTEER, "me.index"),
    Right(Lazy("改自己的资料，收回同意，注销"), Reader.VOLUNTEER, "me.profile"),
    Right(Lazy("发布、改、取消活动，排班表"), Reader.COORDINATOR, "publishing.index"),
    Right(Lazy("看缺口，找人顶班"), Reader.COORDINATOR, "backfills.index"),
    Right(Lazy("同意换班"), Reader.COORDINATOR, "swap_approvals.index"),
    Right(Lazy("代报名、打电话，看电话号码（写明用途，留下记录）"), Reader.COORDINATOR, "proxy.index"),
    Right(Lazy("登记和改志愿者的资料，合并登记两次的人"), Reader.COORDINATOR, "people.index"),
    Right(Lazy("导入表，导出表（有资料的要第二个人同意）"), Reader.COORDINATOR, "sheets.index"),
    Right(Lazy("改社区、院落和队伍，批准队伍"), Reader.ADMIN, "areas.index"),
    Right(Lazy("给权限、收回权限，停用账号"), Reader.ADMIN, "accounts.index"),
    Right(Lazy("放假安排、学期"), Reader.ADMIN, "calendars.index"),
    Right(Lazy("试通知的渠道，重做没做成的事"), Reader.ADMIN, "channels.index"),
    Right(Lazy("查操作记录"), Reader.ADMIN, "audits.index"),
    Right(Lazy("看和改设置"), Reader.ADMIN, "house.index"),
)


@pages.get("")
@at_office
def index(_desk: Desk) -> ResponseReturnValue:
    """The matrix, and what takes two people."""
    return page.render(
        "roles/index.html",
        title=_("谁能做什么"),
        wide=True,
        columns=[str(READERS[reader]) for reader in READERS],
        rows=[(_(right.what), [reader >= right.least for reader in READERS]) for right in RIGHTS],
        tables=wording.listed(_(KINDS[kind]) for kind in NEED_A_SECOND),
    )
