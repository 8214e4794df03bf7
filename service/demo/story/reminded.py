"""Scene three: the clock goes forward, reminders go out, and each one that does not has its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from service.calendars.rules import instant
from service.demo.story.acts import MARK, Shown
from service.demo.story.stage import ADMIN, Stage, StoryStopped
from service.demo.story.words import CHU, DESK, LEAD_TIMES, MAI, NAMES, REASONS, SUI, TAN, YIN

#: Those whose messages the story may read: each sees her own.
READERS = (MAI, SUI, YIN, CHU)


def reminders(stage: Stage, shifts: Sequence[Shown], *, served_on: date) -> None:
    """The clock goes to each lead time in turn."""
    stage.scene("三、时钟往前走，提醒按时发", "three: the clock goes forward, reminders go out")
    seen = {message["id"] for _who, message in _reminded(stage)}
    for days_before, at, what in (
        (3, time(14, 5), "下午那班的前三天"),
        (1, time(20, 5), "前一天晚上。一人一天一条消息，两个班也合在一起"),
        (0, time(8, 5), "当天早上"),
        (0, time(12, 5), "下午那班的前两小时"),
    ):
        stage.turn_to(instant(served_on - timedelta(days=days_before), at), what)
        _tell_new(stage, seen)
        if at == time(8, 5):
            _call_off(stage, shifts)
    stage.step("没有发的提醒，每一条都有原因", "each reminder that was not sent says why")
    for reminder in _of(stage, shifts):
        if reminder["state"] == "unsent":
            lead, why = LEAD_TIMES[reminder["lead_time"]], REASONS[reminder["unsent_reason"]]
            stage.detail(f"{reminder['name']}，“{reminder['title']}”{lead}：{why}（{reminder['unsent_reason']}）")


def _call_off(stage: Stage, shifts: Sequence[Shown]) -> None:
    """The one activity nobody needs any more: who had a place is told, and not reminded."""
    hall = next(shift for shift in shifts if shift["title"].endswith("布置会场"))
    stage.do(DESK, "PUT", f"activities/{hall['activity_id']}/cancellation", {"reason": "会场已经布置好了"})
    stage.settle()
    stage.step("协调员取消“布置会场”", "an activity is called off: its people are told, not reminded")
    stage.detail(f"{NAMES[TAN]}收到：{_short(stage.told(TAN, 'shift_cancelled'))}")


def _tell_new(stage: Stage, seen: set[int]) -> None:
    """The reminders that came since the last look, as their readers got them."""
    for who, message in _reminded(stage):
        if message["id"] not in seen and MARK in message["text"]:
            stage.detail(f"{NAMES[who]}收到：{_short(message['text'])}")
        seen.add(message["id"])


def _reminded(stage: Stage) -> Iterator[tuple[int, Shown]]:
    for who in READERS:
        for message in stage.api(who).every("notifications?mine=true&kind=reminder&state=sent&limit=100"):
            yield who, message


def _short(text: str) -> str:
    """The message up to the words about what to do if one cannot come."""
    return " ".join(text.split()).partition("来不了请")[0]


def promises(stage: Stage, shifts: Sequence[Shown]) -> None:
    """What must hold after all this, asked through the API. Raises StoryStopped when something does not."""
    stage.scene("四、核对", "four: what must hold, asked through the API")
    dead = stage.do(ADMIN, "GET", "outbox")["dead"]
    checks = {
        "每个岗位：占用数就是在岗和已邀请的人数，不超过名额 · no place over or under": _places(stage, shifts),
        "候补的位次从1起，不空、不并列 · the queue has no hole and no tie": _queues(stage, shifts),
        "没有人同时在两处 · nobody is in two places": _double(stage, shifts),
        "每个定下来的班，每条提醒都有下落 · each reminder is accounted for": _silent(stage, shifts),
        "没有失败的后台动作 · no reaction is dead": [f"{dead}个"] if dead else [],
    }
    broken = []
    for promise, found in checks.items():
        wrong = list(found)
        stage.detail(f"{'✗' if wrong else '✓'} {promise}")
        broken += wrong
    if broken:
        raise StoryStopped("没有守住：\n" + "\n".join(broken))
    stage.step("都守住了", "all of them hold")
    stage.detail(_counts(stage, shifts))


def _counts(stage: Stage, shifts: Sequence[Shown]) -> str:
    """What the story came to."""
    asked = sum(len(stage.api(DESK).every(f"shifts/{shift['id']}/signups?limit=100")) for shift in shifts)
    held = sum(a["state"] == "confirmed" for shift in shifts for a in _assignments(stage, shift))
    found = list(_of(stage, shifts))
    sent = sum(reminder["state"] == "sent" for reminder in found)
    reminded = f"提醒{len(found)}条，发了{sent}条，其余都有原因或还没到时候"
    return f"{len(shifts)}个班，{asked}次报名，{held}个位置定了人；{reminded}"


def _places(stage: Stage, shifts: Sequence[Shown]) -> Iterator[str]:
    for shift in shifts:
        holders = [a for a in _assignments(stage, shift) if a["state"] in ("offered", "confirmed")]
        for role in stage.do(DESK, "GET", f"shifts/{shift['id']}")["roles"]:
            number = sum(a["shift_role_id"] == role["id"] for a in holders)
            if number != role["taken"] or number > role["max_needed"]:
                yield f"{shift['title']} {role['name']}：{number} 人，占用 {role['taken']}，名额 {role['max_needed']}"


def _queues(stage: Stage, shifts: Sequence[Shown]) -> Iterator[str]:
    for shift in shifts:
        signups = stage.api(DESK).every(f"shifts/{shift['id']}/signups?state=waitlisted&limit=100")
        for role in shift["roles"]:
            places = sorted(s["waitlist_position"] for s in signups if s["shift_role_id"] == role["id"])
            if places != list(range(1, len(places) + 1)):
                yield f"{shift['title']} {role['name']} 的候补位次：{places}"


def _double(stage: Stage, shifts: Sequence[Shown]) -> Iterator[str]:
    held = [a for shift in shifts for a in _assignments(stage, shift) if a["state"] in ("offered", "confirmed")]
    for one in held:
        for other in held:
            if (
                one["id"] < other["id"]
                and one["volunteer_id"] == other["volunteer_id"]
                and _start(one) < _end(other)
                and _start(other) < _end(one)
            ):
                yield f"{one['name']} 同时在 {one['title']} 和 {other['title']}"


def _silent(stage: Stage, shifts: Sequence[Shown]) -> Iterator[str]:
    now = stage.clock()
    for reminder in _of(stage, shifts):
        if reminder["state"] == "planned" and datetime.fromisoformat(reminder["due_at"]) <= now:
            yield f"{reminder['name']} 的提醒到时候了，没有发，也没有说为什么"
    told = {(r["assignment_id"], r["lead_time"]) for r in _of(stage, shifts)}
    for shift in shifts:
        for assignment in _assignments(stage, shift):
            missing = [lead for lead in LEAD_TIMES if (assignment["id"], lead) not in told]
            if assignment["state"] == "confirmed" and missing:
                yield f"{assignment['name']} 在 {assignment['title']} 没有提醒 {missing}"


def _assignments(stage: Stage, shift: Shown) -> list[Shown]:
    return stage.api(DESK).every(f"assignments?shift_id={shift['id']}&limit=100")


def _of(stage: Stage, shifts: Sequence[Shown]) -> Iterator[Shown]:
    """The reminders of these shifts, each with its person and title."""
    for shift in shifts:
        for assignment in _assignments(stage, shift):
            for reminder in stage.api(DESK).every(f"reminders?assignment_id={assignment['id']}&limit=100"):
                yield {**reminder, "name": assignment["name"], "title": assignment["title"].removeprefix(MARK)}


def _start(assignment: Shown) -> datetime:
    return datetime.fromisoformat(assignment["starts_at"])


def _end(assignment: Shown) -> datetime:
    return datetime.fromisoformat(assignment["ends_at"])
