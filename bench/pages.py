"""Pages: the volunteer's five, from the real web server to a real browser, on a slow telephone and network.

    python -m bench.pages [--volunteers 1000] [--shifts 5000] [--requests 200] [--visits 5]

The home page, an activity, the first step of a sign-up, the answer to an offer, my shifts. The server's time is from
the request to the last byte of the answer, on loopback, over a few connections at once. The largest contentful paint
(LCP) is what Chromium reports on a first visit with nothing cached, at 360×780, with 400 ms and 400 kbit/s to the
server and a processor four times slower; a real first visit adds the look-up of the name and TLS.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time as wall_time
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select, text

from bench import crowd
from bench.load import percentile, send_all
from service import clock, links
from service.accounts.models import Account
from service.activities.rules import weekly_plan
from service.calendars.rules import local
from service.db import transaction
from service.roster import actions as roster
from service.settings import settings
from service.signups.queries import opening
from service.volunteers.models import Volunteer
from tests import factories
from tests.browser.conftest import ARGUMENTS, PHONE
from tests.browsing import session_cookie
from tests.house import House
from tests.prerequisites import chromium

CONNECTIONS = 4
#: What the browser is made to bear: milliseconds there and back, bytes a second, times slower than this machine.
LATENCY, BYTES, SLOWER = 400, 400_000 // 8, 4
DAYS = 30
#: The last entry is the largest; the browser tells them after the page has loaded.
LARGEST_PAINT = """() => new Promise(told => {
    new PerformanceObserver(seen => told(seen.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true})
})"""


def main() -> None:
    """Measure every page, print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--volunteers", type=int, default=1_000)
    parser.add_argument("--shifts", type=int, default=5_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--visits", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lunzhi-pages-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True) as house, _browser() as browser:
            cookie, pages = _town(options.volunteers, options.shifts)
            house.start("web")
            rows = [
                {
                    "page": name,
                    **_server(house, path, cookie, requests=options.requests),
                    **_paint(browser, settings().public_url, path, cookie, visits=options.visits),
                }
                for name, path in pages.items()
            ]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps({"pages": rows, "load_average": round(os.getloadavg()[0], 2)}, ensure_ascii=False))


# --- what there is to see ---


def _town(volunteers: int, shifts: int) -> tuple[str, dict[str, str]]:
    """So many volunteers and shifts of one community; the cookie of one of them, and the addresses of her pages.

    She is offered one place and has a week of others.
    """
    with transaction() as session:
        now, area, made = clock.now(session), factories.community(session), 0
        [(volunteer_id, _token), *_others] = crowd.register(session, area_id=area.id, n=volunteers)
        her, tomorrow = session.get_one(Volunteer, volunteer_id), local(now).date() + timedelta(days=1)
        while made < shifts:
            hour = 6 + made // DAYS % 14
            plan = weekly_plan(
                starts=wall_time(hour),
                ends=wall_time(hour + 2),
                from_on=tomorrow,
                until_on=tomorrow + timedelta(days=DAYS - 1),
            )
            activity = factories.activity(session, area, title=f"值班{made}", plans=[plan], now=now)
            made += DAYS
        offered, *mine, open_one = [
            factories.only_role(session, one) for one in factories.shifts(session, activity)[:9]
        ]
        for role in mine:
            factories.sign_up(session, her, role, now=now)
        row = opening(session, shift_id=offered.shift_id, shift_role_id=offered.id)
        assert row is not None
        place = roster.offer(session, row=row, volunteer_id=her.id, now=now)
        assert place is not None
        account = session.scalars(select(Account).where(Account.volunteer_id == her.id)).one()
        session.execute(text("ANALYZE"))
        pages = {
            "V1 home": "/",
            "V2 activity": f"/a/{activity.id}",
            "V3 sign-up": f"/signup/{open_one.shift_id}",
            "V4 answer": f"{links.ANSWER_PATH}{links.answer_token(place.id)}",
            "V5 my shifts": "/me",
        }
        return session_cookie(account.id, epoch=account.epoch), pages


# --- the server ---


def _server(house: House, path: str, cookie: str, *, requests: int) -> dict[str, Any]:
    """Milliseconds of the answers to so many requests, and what one costs in CPU."""
    asked = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nCookie: lunzhi={cookie}\r\n\r\n".encode()
    ] * requests
    send_all(house.address, asked[:20], connections=CONNECTIONS)
    cpu = house.cpu_seconds()
    answers = send_all(house.address, asked, connections=CONNECTIONS)
    cpu = house.cpu_seconds() - cpu
    assert {answer.status for answer in answers if answer} == {200}, path
    seconds = [answer.seconds for answer in answers if answer]
    return {
        "p50_ms": round(1000 * percentile(seconds, 0.5), 1),
        "p95_ms": round(1000 * percentile(seconds, 0.95), 1),
        "cpu_ms": round(1000 * cpu / len(seconds), 1),
    }


# --- the browser ---


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)


def _paint(browser: Browser, site: str, path: str, cookie: str, *, visits: int) -> dict[str, Any]:
    """Seconds until the largest thing on the page is there, on a first visit: the middle and the worst of so many."""
    seconds = sorted(_first_visit(browser, site, path, cookie) for _ in range(visits))
    return {"lcp_s": round(seconds[len(seconds) // 2], 2), "lcp_worst_s": round(seconds[-1], 2)}


def _first_visit(browser: Browser, site: str, path: str, cookie: str) -> float:
    context = browser.new_context(**PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")
    try:
        context.add_cookies([{"name": "lunzhi", "value": cookie, "url": site}])
        page = context.new_page()
        chrome = context.new_cdp_session(page)
        chrome.send("Network.enable")
        slow = {"offline": False, "latency": LATENCY, "downloadThroughput": BYTES, "uploadThroughput": BYTES}
        chrome.send("Network.emulateNetworkConditions", slow)
        chrome.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(site + path, wait_until="load")
        return float(page.evaluate(LARGEST_PAINT)) / 1000
    finally:
        context.close()


if __name__ == "__main__":
    main()
