"""One table: every page x who reads it x both screens x both sizes of letters x with and without JavaScript.

Each load checks all that differs there. axe needs scripts: it looks at both screens, once in large letters, once in
standard ones.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response

from service.settings import Settings, settings
from tests import desks
from tests.browser import checks, everything
from tests.browser.conftest import SCREENS, Visit
from tests.browser.everything import DESK, PAGES
from tests.browsing import application

Visits = Callable[..., Visit]

#: Bytes of HTML as sent. A coordinator's whole visit is 150 KB, of which style and scripts take 45.
HEAVIEST = {DESK: 60_000}
VOLUNTEERS_HEAVIEST = 15_000
#: Each value of screen, letters and scripts meets each value of the other two: half the runs that all eight would take.
COMBINATIONS = [
    ("360x780", "large", True),
    ("1440x900", "standard", True),
    ("360x780", "standard", False),
    ("1440x900", "large", False),
]
#: A step of the wizard that was kept is the same page as before it was.
SAME_TITLE = {("publishing.begin", "publishing.step")}


@pytest.fixture(scope="module")
def pages(servers: Settings) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The address of each page, and the cookie of who reads it."""
    from tests.conftest import empty_tables

    os.environ["VIRTUAL_CLOCK"] = "1"
    settings.cache_clear()
    desks.stop_clock()
    yield everything.fill()
    del os.environ["VIRTUAL_CLOCK"]
    settings.cache_clear()
    empty_tables()


def test_every_page_stands_in_the_table(servers: Settings) -> None:
    known = PAGES.keys() | everything.NO_PAGES | everything.AFTER_A_STEP | everything.ON_THE_DEMO
    known |= everything.WORKSHOP
    found = everything.routes(application(settings()))
    assert sorted(found - known) == [], "a page without a line in tests/browser/everything.py"
    assert sorted(known - found) == []


@pytest.mark.parametrize(("screen", "size", "scripts"), COMBINATIONS)
def test_every_page_is_whole(
    pages: tuple[dict[str, str], dict[str, str]], visit: Visits, screen: str, size: str, scripts: bool
) -> None:
    addresses, cookies = pages
    visits = {
        reader: seated(visit(screen, size=size, scripts=scripts), cookies.get(reader)) for reader in set(PAGES.values())
    }
    wrong: dict[str, list[str]] = {}
    titles: dict[tuple[str, str], str] = {}
    for endpoint, reader in PAGES.items():
        who = visits[reader]
        answer = who.page.goto(who.site + addresses[endpoint])
        assert answer is not None
        found = faults(who.page, answer, reader=reader, screen=screen, size=size, by_axe=scripts)
        same = titles.setdefault((who.page.title(), reader), endpoint)
        if same != endpoint and (same, endpoint) not in SAME_TITLE:
            found.append(f"the title of {same}")
        if who.complaints:
            found += who.complaints
            who.complaints.clear()
        take_picture(who.page, f"{endpoint}-{screen}-{size}-{'js' if scripts else 'plain'}")
        if found:
            wrong[endpoint] = found
    assert wrong == {}


def seated(who: Visit, cookie: str | None) -> Visit:
    if cookie:
        who.page.context.add_cookies([{"name": "lunzhi", "value": cookie, "url": who.site}])
    return who


def faults(page: Page, answer: Response, *, reader: str, screen: str, size: str, by_axe: bool) -> list[str]:
    """Everything that is wrong with the open page, with all that is folded away on it."""
    found = [] if answer.status == 200 else [f"answers {answer.status}"]
    weight = answer.request.sizes()["responseBodySize"]
    if weight > HEAVIEST.get(reader, VOLUNTEERS_HEAVIEST):
        found.append(f"{weight} bytes")
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    if page.get_attribute("html", "lang") != "zh-CN":
        found.append("no language")
    if not page.locator(".help").is_visible():
        found.append("nobody to call")
    found += checks.slips(page) + english_left(page)
    if by_axe:
        page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
        found += checks.violations(page, aaa=reader != DESK)
        least = 44 if reader == DESK else 60 if size == "large" else 48
        found += checks.small_targets(page, least=least)
    if screen == "360x780":
        page.set_viewport_size({"width": 320, "height": 640})
    found += checks.sticks_out(page)
    page.set_viewport_size(SCREENS[screen]["viewport"])
    return found


#: A field of a text that was not filled in, or a message id of code.
UNFILLED = re.compile(r"\{\w+\}|\b[a-z]+\.[a-z]+_[a-z]+\b")


def english_left(page: Page) -> list[str]:
    return UNFILLED.findall(page.inner_text("main"))


def take_picture(page: Page, name: str) -> None:
    """For whoever wants to look: SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
