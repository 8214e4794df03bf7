"""The few places every page leads to. An entry whose page does not exist, or is not for this reader, is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from flask import current_app, g, request, url_for

from service.language import Lazy, _


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the main menu."""

    text: str
    address: str
    is_current: bool


#: Endpoint, words, and who sees it: everyone, guests, or accounts with one of the roles.
EVERYONE, GUESTS, SIGNED_IN = "everyone", "guests", "signed_in"
MENU = (
    ("home.index", Lazy("附近活动"), EVERYONE),
    ("me.index", Lazy("我的班次"), SIGNED_IN),
    ("dashboard.index", Lazy("工作台"), "coordinator"),
    ("login.index", Lazy("登录"), GUESTS),
)

#: The pages that lie behind the list of activities.
ABOUT_ACTIVITIES = (
    "publishing",
    "roster",
    "matching",
    "changing",
    "answers",
    "drafting",
    "shifts",
    "replanning",
    "ladders",
    "ledger",
    "habits",
    "routes_desk",
    "scores_desk",
    "copying",
    "templates",
    "co_hosts",
    "courses_desk",
    "pupils_desk",
    "appointments_desk",
    "families",
)
#: The pages that lie behind that of administrators.
OF_THE_HOUSE = (
    "office",
    "areas",
    "brands",
    "accounts",
    "roles",
    "audits",
    "calendars",
    "outbox",
    "channels",
    "texts",
    "house",
)
Place: TypeAlias = tuple[str, str, str, tuple[str, ...]]
#: A coordinator's work of every day: endpoint, words, audience, and the blueprints that count as the same place.
DAILY: tuple[Place, ...] = (
    ("dashboard.index", Lazy("一览"), "coordinator", ("dashboard",)),
    ("gaps.index", Lazy("缺口"), "coordinator", ("gaps",)),
    ("publishing.index", Lazy("活动"), "coordinator", ABOUT_ACTIVITIES),
    ("backfills.index", Lazy("找人顶班"), "coordinator", ("backfills",)),
    ("swap_approvals.index", Lazy("换班"), "coordinator", ("swap_approvals",)),
    ("proxy.index", Lazy("代报名"), "coordinator", ("proxy", "proxy_signup")),
    ("calls.index", Lazy("电话名单"), "coordinator", ("calls",)),
    ("people.index", Lazy("志愿者"), "coordinator", ("people", "person", "merging")),
)
#: Where it is now and then: behind one more word, so that the menu stays one line.
SELDOM: tuple[Place, ...] = (
    ("rotations.index", Lazy("轮流看护"), "coordinator", ("rotations", "rotation_opening", "pools", "hand_overs")),
    ("courtyards.index", Lazy("院落"), "coordinator", ("courtyards", "gatherings")),
    ("promises.index", Lazy("一院一策"), "coordinator", ("promises",)),
    ("disclosures.index", Lazy("公开栏"), "coordinator", ("disclosures",)),
    ("demands.index", Lazy("需求"), "coordinator", ("demands",)),
    ("skills.index", Lazy("谁会什么"), "coordinator", ("skills",)),
    ("partners.index", Lazy("联建单位"), "coordinator", ("partners", "guidance")),
    ("findings_desk.index", Lazy("发现"), "coordinator", ("findings_desk",)),
    ("quotas.index", Lazy("任务量"), "coordinator", ("quotas", "campaigns")),
    ("heat_warnings.index", Lazy("高温预警"), "coordinator", ("heat_warnings",)),
    ("hours.index", Lazy("服务时长"), "coordinator", ("hours",)),
    ("outlook.index", Lazy("提醒发送"), "coordinator", ("outlook",)),
    ("replies.index", Lazy("答复"), "coordinator", ("replies",)),
    ("slips.index", Lazy("纸条"), "coordinator", ("slips", "handouts")),
    ("rehearsals.index", Lazy("演练"), "coordinator", ("rehearsals",)),
    ("sheets.index", Lazy("导入导出"), "coordinator", ("sheets", "exports")),
    ("groups.index", Lazy("群机器人"), "coordinator", ("groups",)),
    ("office.index", Lazy("管理"), "admin", OF_THE_HOUSE),
)


def entries() -> list[Entry]:
    """The menu for whoever asks. `g.audiences` (set by login) holds `signed_in` and the roles of the account."""
    audiences = {EVERYONE} | (g.get("audiences") or {GUESTS})
    known = current_app.view_functions
    return [
        Entry(_(words), url_for(endpoint), request.endpoint == endpoint)
        for endpoint, words, audience in MENU
        if audience in audiences and endpoint in known
    ]


def desk_entries() -> tuple[list[Entry], list[Entry]]:
    """The second menu, on the pages of coordinators: what is done every day, and what now and then."""
    return _desk_entries(DAILY), _desk_entries(SELDOM)


def _desk_entries(places: tuple[Place, ...]) -> list[Entry]:
    known, audiences = current_app.view_functions, g.get("audiences") or set()
    return [
        Entry(_(words), url_for(endpoint), request.blueprint in blueprints)
        for endpoint, words, audience, blueprints in places
        if audience in audiences and endpoint in known
    ]
