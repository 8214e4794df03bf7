"""One table: every page x who reads it x both screens x both sizes of letters x with and without JavaScript.

All eight, on two loads of each page: see `looking.py`. axe needs scripts; it looks at all four that have them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from service.settings import Settings, settings
from tests import desks
from tests.browser import everything, looking
from tests.browser.conftest import Visit
from tests.browser.everything import DESK, PAGES
from tests.browser.looking import LOADS, OF_COORDINATORS, OF_VOLUNTEERS
from tests.browsing import application

Visits = Callable[..., Visit]

#: Bytes of HTML as sent. A coordinator's whole visit is 150 KB, of which style and scripts take 45.
HEAVIEST = {DESK: 60_000}
VOLUNTEERS_HEAVIEST = 15_000
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


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_every_page_is_whole(pages: tuple[dict[str, str], dict[str, str]], visit: Visits, scripts: bool) -> None:
    addresses, cookies = pages
    screen, size = LOADS[scripts]
    visits = {
        reader: seated(visit(screen, size=size, scripts=scripts), cookies.get(reader)) for reader in set(PAGES.values())
    }
    wrong: dict[str, list[str]] = {}
    titles: dict[tuple[str, str], str] = {}
    for endpoint, reader in PAGES.items():
        found = faults(visits[reader], addresses[endpoint], endpoint=endpoint, scripts=scripts)
        same = titles.setdefault((visits[reader].page.title(), reader), endpoint)
        if same != endpoint and (same, endpoint) not in SAME_TITLE:
            found.append(f"the title of {same}")
        if found:
            wrong[endpoint] = found
    assert wrong == {}


def seated(who: Visit, cookie: str | None) -> Visit:
    if cookie:
        who.page.context.add_cookies([{"name": "lunzhi", "value": cookie, "url": who.site}])
    return who


def faults(who: Visit, address: str, *, endpoint: str, scripts: bool) -> list[str]:
    """Everything that is wrong with one page."""
    answer = who.page.goto(who.site + address)
    assert answer is not None
    found = [] if answer.status == 200 else [f"answers {answer.status}"]
    reader = PAGES[endpoint]
    weight = answer.request.sizes()["responseBodySize"]
    if weight > HEAVIEST.get(reader, VOLUNTEERS_HEAVIEST):
        found.append(f"{weight} bytes")
    demands = OF_COORDINATORS if reader == DESK else OF_VOLUNTEERS
    found += looking.faults(who.page, demands, scripts=scripts, name=endpoint)
    return found + who.heard()
