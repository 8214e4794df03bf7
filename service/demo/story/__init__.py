"""The story: some days of a community, played on a running service over HTTP. It can be played again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from service.calendars.rules import local
from service.demo.logins import number
from service.demo.story.acts import MARK
from service.demo.story.browser import Browser, Unreachable
from service.demo.story.first_come import three_places
from service.demo.story.matched import wishes_and_a_plan
from service.demo.story.reminded import promises, reminders
from service.demo.story.stage import ADMIN, Stage, StoryStopped, morning_after
from service.demo.story.words import CHU, DESK, MAI, SUI, TAN, YIN

__all__ = ["StoryStopped", "play"]


def play(address: str, say: Callable[[str], None]) -> None:
    """Tell the story, line by line, to `say`. Whatever its end, the clock is put back. Raises StoryStopped."""
    say(f"轮值：一个社区的几天，在 {address} 上现场演一遍。\nSome days of a community, played over HTTP.")
    stage = Stage(address, say)
    try:
        Browser(address).open("/healthz")
        _tell(stage)
    except Unreachable as error:
        raise StoryStopped(f"{error}\n那里没有服务。先在另一个窗口运行 make run。") from error
    except LookupError as error:
        raise StoryStopped(f"页面和故事想的不一样：{error}") from error
    finally:
        if ADMIN in stage.apis:
            stage.turn_back()
            say("\n时钟拨回到现在。 · The clock is back.")


def _tell(stage: Stage) -> None:
    stage.scene("开场", "before it begins")
    _everybody_logs_in(stage)
    told_on = _call_off_what_is_left(stage)
    begins_at = morning_after(stage.clock())
    served_on = _free_day(local(begins_at).date(), told_on)
    shifts = three_places(stage, served_on=served_on, begins_at=begins_at)
    shifts += wishes_and_a_plan(stage, served_on=served_on)
    reminders(stage, shifts, served_on=served_on)
    promises(stage, shifts)
    stage.say(f"\n去看看：{stage.address}/co（协调员 {number(DESK).removeprefix('+86')}）上有“{MARK}”的活动。")


def _everybody_logs_in(stage: Stage) -> None:
    """While it is still now: a code asked for in the future of a clock turned back would be in the way."""
    stage.api(ADMIN)
    stage.turn_back()
    stage.step("管理员、协调员和几位志愿者用验证码登录", "administrator, coordinator and volunteers log in by code")
    for who in (ADMIN, DESK, MAI, SUI, YIN, CHU, TAN):
        stage.detail(f"{number(who).removeprefix('+86')}  {stage.do(who, 'GET', 'me')['name']}")


def _call_off_what_is_left(stage: Stage) -> set[date]:
    """What an earlier telling left would stand in the way of the people's time. The days it was about."""
    told_on = set()
    for left in stage.api(DESK).every("activities?limit=100"):
        if not left["title"].startswith(MARK):
            continue
        for shift in stage.api(DESK).every(f"shifts?activity_id={left['id']}&limit=100"):
            told_on.add(datetime.fromisoformat(shift["starts_at"]).date())
        if left["state"] == "published":
            stage.do(DESK, "PUT", f"activities/{left['id']}/cancellation", {"reason": "故事从头再讲"})
            stage.detail(f"取消上次讲故事留下的“{left['title'].removeprefix(MARK)}”")
    stage.settle()
    return told_on


def _free_day(today: date, told_on: set[date]) -> date:
    """Four days ahead; later if an earlier telling was about those days, as nobody is told of duties twice a day."""
    later = [today + timedelta(days=ahead) for ahead in (4, 8, 12, 16, 20)]
    return next((day for day in later if not {day + timedelta(days=n) for n in range(-3, 4)} & told_on), later[0])
