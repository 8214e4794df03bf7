"""The few places every page leads to. An entry whose page does not exist, or is not for this reader, is not shown."""

from __future__ import annotations

from dataclasses import dataclass

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
    "people",
    "replanning",
    "ladders",
    "ledger",
    "habits",
    "routes_desk",
)
#: The pages that lie behind that of administrators.
OF_THE_HOUSE = ("office", "areas", "accounts", "audits", "calendars", "outbox", "channels", "texts", "house")
#: Where a coordinator's work is: endpoint, words, audience, and the blueprints that count as the same place.
DESK: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("dashboard.index", Lazy("一览"), "coordinator", ("dashboard",)),
    ("gaps.index", Lazy("缺口"), "coordinator", ("gaps",)),
    ("courtyards.index", Lazy("院落"), "coordinator", ("courtyards",)),
    ("quotas.index", Lazy("任务量"), "coordinator", ("quotas",)),
    ("findings_desk.index", Lazy("发现"), "coordinator", ("findings_desk",)),
    ("backfills.index", Lazy("找人顶班"), "coordinator", ("backfills",)),
    ("rehearsals.index", Lazy("演练"), "coordinator", ("rehearsals",)),
    ("swap_approvals.index", Lazy("换班"), "coordinator", ("swap_approvals",)),
    ("publishing.index", Lazy("活动"), "coordinator", ABOUT_ACTIVITIES),
    ("rotations.index", Lazy("轮流看护"), "coordinator", ("rotations", "pools", "hand_overs")),
    ("proxy.index", Lazy("代报名"), "coordinator", ("proxy", "proxy_signup")),
    ("calls.index", Lazy("电话名单"), "coordinator", ("calls",)),
    ("slips.index", Lazy("纸条"), "coordinator", ("slips", "handouts")),
    ("sheets.index", Lazy("导入导出"), "coordinator", ("sheets",)),
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


def desk_entries() -> list[Entry]:
    """The second menu, on the pages of coordinators."""
    known, audiences = current_app.view_functions, g.get("audiences") or set()
    return [
        Entry(_(words), url_for(endpoint), request.blueprint in blueprints)
        for endpoint, words, audience, blueprints in DESK
        if audience in audiences and endpoint in known
    ]
