"""What the story calls things: states and reasons as it says them aloud, and the people it knows by number."""

from __future__ import annotations

#: The coordinator of 人民路社区, and seven neighbours.
DESK = 9205
LING, MAI, WEN, SUI, YIN, CHU, TAN = 31, 32, 33, 34, 35, 36, 39
NAMES = {
    LING: "凌柏舟",
    MAI: "麦银杏",
    WEN: "温稼轩",
    SUI: "闻麦穗",
    YIN: "殷谷丰",
    CHU: "初雪晴",
    TAN: "谭听雨",
}
STATES = {
    "confirmed": "已定",
    "waitlisted": "候补",
    "pending": "等回音",
    "drafted": "草稿",
    "offered": "已邀请，等答复",
    "declined": "来不了",
    "withdrawn": "已退出",
    "released": "已放出",
    "sent": "已发",
    "unsent": "没有发",
    "planned": "还没到时候",
}
REASONS = {
    "cancelled": "班次取消了",
    "not_holding": "已经不在这一班",
    "quiet_hours": "那时是休息时间，等到早上已经开始了",
    "too_late": "定下来的时候，已经过了这个时刻",
    "already_told": "当天已经在一条消息里一起说了",
    "superseded": "已经不用提醒",
    "no_consent": "没有同意接收提醒",
    "no_channel": "没有可用的渠道",
    "failed": "没有发出去",
}
LEAD_TIMES = {"P3D": "提前三天", "eve20:00": "前一天晚上8点", "PT2H": "提前两小时"}
