"""The stage of the story: who is logged in, what time it is, what is said aloud. All over HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.calendars.rules import local
from service.demo.logins import number
from service.demo.story.browser import Api, Browser, Page
from service.wording import moment

CODE = re.compile(r"验证码是 ?(\d{6})")
#: Seconds to wait for what relay, worker and beat have to do; after a first start there is much of it.
PATIENCE = 180.0
#: Codes for one number come a minute apart.
BETWEEN_CODES = 65.0
ADMIN = 9000


class StoryStopped(Exception):
    """The story cannot go on; the text says why and what to do."""


@dataclass
class Stage:
    """Everybody's browsers and programs, and the virtual clock."""

    address: str
    say: Callable[[str], None]
    apis: dict[int, Api] = field(default_factory=dict)
    browsers: dict[int, Browser] = field(default_factory=dict)
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    steps: int = 0

    def scene(self, title: str, gloss: str) -> None:
        """A new part of the story."""
        self.say(f"\n━━ {title}\n   {gloss}\n")

    def step(self, what: str, gloss: str) -> None:
        """Something happens."""
        self.steps += 1
        self.say(f"{self.steps:3}. {what}\n     {gloss}")

    def detail(self, text: str) -> None:
        """What can be seen of it."""
        self.say(f"       · {text}")

    def api(self, who: int) -> Api:
        """The person with this number of the demo, as a program; logged in by the code the page shows."""
        if who not in self.apis:
            phone = number(who)
            browser = Browser(self.address)
            page = self.until_a_code_goes(
                lambda: browser.submit(browser.open("/login"), "/login", phone=phone.removeprefix("+86"))
            )
            given = Api(self.address).call("POST", "login/tokens", {"phone": phone, "code": code_on(page)})
            if given.status != 201:
                raise StoryStopped(f"登录不了 {phone}：{given.body}")
            self.apis[who] = Api(self.address, given.body["token"])
        return self.apis[who]

    def do(self, who: int, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request that must succeed; its answer."""
        answer = self.api(who).call(method, path, body, **headers)
        if answer.status >= 400:
            raise StoryStopped(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def until_a_code_goes(self, send: Callable[[], Page]) -> Page:
        """The page that asks for the digits. Codes for one number go a minute apart, and five an hour at most."""
        ends = time.monotonic() + BETWEEN_CODES
        page = send()
        if page.faults:
            self.detail(f"{page.faults[0]}（等一等 · waiting）")
        while page.faults:
            if time.monotonic() > ends:
                raise StoryStopped(f"{page.faults[0]}。\n一个号码一小时最多要五次验证码，故事一小时最多讲五遍。")
            time.sleep(10)
            page = send()
        return page

    def browser(self, who: int) -> Browser:
        """The browser of the person with this number."""
        return self.browsers.setdefault(who, Browser(self.address))

    def clock(self) -> datetime:
        """What time it is in the service."""
        return datetime.fromisoformat(self.do(ADMIN, "GET", "clock")["now"])

    def turn_to(self, instant: datetime, what: str) -> None:
        """Turn the virtual clock, say why, and let everything happen that is due by then."""
        answer = self.api(ADMIN).call("PUT", "clock", {"now": local(instant).isoformat()})
        if answer.status == 404:
            raise StoryStopped(
                "这个服务用的是真实时间（VIRTUAL_CLOCK=0），故事里的时钟拨不动。用 make run 启动就可以。"
            )
        if answer.status >= 400:
            raise StoryStopped(f"PUT clock: {answer.status} {answer.body}")
        self.say(f"\n     ⏱  {moment(instant)}：{what}\n")
        self.settle()

    def turn_back(self) -> None:
        """The real time again. Nothing is waited for: this is also the way out of a story that went wrong."""
        self.api(ADMIN).call("PUT", "clock", {"now": local(datetime.now(UTC)).isoformat()})

    def settle(self) -> None:
        """Ring the sweeps, and wait until no reaction and no message is left to do."""
        self.do(ADMIN, "POST", "sweeps")
        self.wait(self._is_quiet, "后台还在忙：看看 worker 和 relay 是否在运行")

    def wait(self, is_true: Callable[[], bool], trouble: str) -> None:
        """Wait for something the background does. Raises StoryStopped with `trouble`."""
        ends = time.monotonic() + PATIENCE
        while not is_true():
            if time.monotonic() > ends:
                raise StoryStopped(trouble)
            time.sleep(0.5)

    def _is_quiet(self) -> bool:
        backlog = self.do(ADMIN, "GET", "outbox")
        if backlog["new"] or backlog["open"]:
            return False
        now = self.clock()
        planned = self.api(ADMIN).every("notifications?state=planned&limit=100")
        return all(datetime.fromisoformat(message["send_at"]) > now for message in planned)

    def told(self, who: int, kind: str) -> str:
        """The newest message of a kind to this person, as she got it."""
        found = [m for m in self.api(who).every(f"notifications?mine=true&kind={kind}&limit=100") if m["text"]]
        if not found:
            raise StoryStopped(f"{number(who)} 没有收到 {kind}")
        return str(max(found, key=lambda m: m["id"])["text"])


def code_on(page: Page) -> str:
    """The six digits a trial shows. Raises StoryStopped."""
    found = CODE.search(page.text)
    if found is None:
        raise StoryStopped(
            f"页面上没有验证码（{'；'.join(page.faults) or page.heading}）。"
            "演示只在试用环境里能放：ENVIRONMENT=demo 或 development。"
        )
    return found[1]


def morning_after(instant: datetime) -> datetime:
    """Ten o'clock of the next day: nobody is woken by the story."""
    return (local(instant) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


def when(iso: str) -> str:
    """`11月28日（星期六）上午9:00`."""
    return moment(datetime.fromisoformat(iso))
