"""What came of a rehearsal, as its page shows it: day by day, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from service import wording
from service.calendars.rules import local
from service.language import _
from service.notifications.ways import FOR_GROUPS
from service.terms import Channel, InvitationState, NotificationKind, Rung, RungOutcome, UnsentReason
from service.web.ladder import PASSED
from service.web.told import CHANNELS, KINDS, REASONS
from service.web.words import RUNGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that would happen. `tone` colours it: good, wait, bad or plain; `text` is what a message says."""

    at: datetime
    what: str
    about: str
    tone: str
    text: str = ""
    volunteer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A role that would lack people when its shift begins."""

    title: str
    role: str
    starts_at: datetime
    missing: int
    offered: int


def days(result: Mapping[str, Any]) -> list[tuple[date, list[Line]]]:
    """Every line by local day."""
    lines = [_line(entry) for entry in result["entries"]]
    return [(day, list(of_day)) for day, of_day in groupby(lines, key=lambda line: local(line.at).date())]


def gaps(result: Mapping[str, Any]) -> list[Gap]:
    """Where people would be missing, the next shift first."""
    return [
        Gap(one["title"], one["role"], datetime.fromisoformat(one["starts_at"]), one["missing"], one["offered"])
        for one in result["gaps"]
    ]


def counts(result: Mapping[str, Any]) -> list[tuple[str, int]]:
    """How many messages would go out, by channel in words; the most first."""
    sent: Sequence[str] = [
        str(CHANNELS[Channel(entry["channel"])])
        for entry in result["entries"]
        if entry["what"] == "message" and entry["unsent"] is None and entry["channel"]
    ]
    return Counter(sent).most_common()


def _line(entry: Mapping[str, Any]) -> Line:
    return {"message": _message, "rung": _rung, "answer": _answer}[entry["what"]](entry)


def _message(entry: Mapping[str, Any]) -> Line:
    at, what = datetime.fromisoformat(entry["at"]), str(KINDS[NotificationKind(entry["kind"])])
    if entry["unsent"] is not None:
        about = _("给{name}，不发：{reason}", name=_to_whom(entry), reason=REASONS[UnsentReason(entry["unsent"])])
        return Line(at=at, what=what, about=about, tone="plain", volunteer_id=entry["volunteer_id"])
    about = _("给{name}，{channel}", name=_to_whom(entry), channel=CHANNELS[Channel(entry["channel"])])
    return Line(at=at, what=what, about=about, tone="good", text=entry["text"], volunteer_id=entry["volunteer_id"])


def _to_whom(entry: Mapping[str, Any]) -> str:
    """Her name; a group, and a number that is nobody's yet, have none."""
    if entry["name"] is not None:
        return str(entry["name"])
    return _("群里的人") if entry["kind"] in FOR_GROUPS else _("没有登记的号码")


def _rung(entry: Mapping[str, Any]) -> Line:
    outcome = RungOutcome(entry["outcome"])
    said = str(PASSED[outcome])
    if outcome == RungOutcome.CLIMBED:
        said = _("问了{n}人", n=entry["asked"]) if entry["asked"] else str(PASSED[RungOutcome.CLIMBED])
        if entry["until_at"]:
            said = _("{said}，等到{moment}", said=said, moment=_moment(entry["until_at"]))
    about = _("{title}（{role}），{when}", title=entry["title"], role=entry["role"], when=_moment(entry["starts_at"]))
    what = _("找人：{rung}，{said}", rung=RUNGS[Rung(entry["rung"])], said=said)
    return Line(at=datetime.fromisoformat(entry["at"]), what=what, about=about, tone="wait")


def _answer(entry: Mapping[str, Any]) -> Line:
    words = {
        "declined": _("{name}说来不了", name=entry["name"]),
        InvitationState.THANKED: _("{name}答应了，晚了一步", name=entry["name"]),
    }
    what = words.get(entry["state"], _("{name}答应了", name=entry["name"]))
    about = _("{title}（{role}），{when}", title=entry["title"], role=entry["role"], when=_moment(entry["starts_at"]))
    return Line(at=datetime.fromisoformat(entry["at"]), what=what, about=about, tone="plain")


def _moment(instant: str) -> str:
    return wording.moment(datetime.fromisoformat(instant))
