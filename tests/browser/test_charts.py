"""Pictures where one would rather look than read: drawn from the table below each, which is whole alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.db import transaction
from service.roster import actions as roster
from tests.browser.conftest import Visit
from tests.browser.test_counted_journeys import asked, seated, stopped
from tests.factories import NOW

Visits = Callable[..., Visit]

__all__ = ["stopped"]

#: Bytes of a whole first visit to a page with a picture, as sent.
HEAVIEST = 350_000


@pytest.fixture
def cookie(stopped: None) -> str:
    """Five were asked for Tuesday: two said yes, one no, two have yet to answer."""
    _activity, offers, cookie = asked(5)
    with transaction() as session:
        for offer in offers[:2]:
            roster.accept(session, assignment_id=offer, now=NOW)
        roster.decline(session, assignment_id=offers[2], now=NOW)
    return cookie


@pytest.mark.parametrize("path", ["/co/gaps", "/co/replies"])
def test_a_picture_is_drawn_above_its_table_and_says_what_it_is(cookie: str, visit: Visits, path: str) -> None:
    who = seated(visit, cookie)
    sizes: list[int] = []
    who.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page = who.go(path)
    picture = page.get_by_role("img", name="图：")
    expect(picture.locator("svg")).to_be_visible()
    assert picture.locator("svg path").count() > 4
    assert page.get_by_role("table").count() == 0, "folded away, one press from open"
    page.get_by_text("看数字").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= HEAVIEST
    page.set_viewport_size({"width": 360, "height": 780})
    expect(picture.locator("svg")).to_have_attribute("width", str(round(picture.bounding_box()["width"])))  # type: ignore[index]  # it is there
    assert who.complaints == []


def test_without_scripts_the_table_stands_open(cookie: str, visit: Visits) -> None:
    who = visit("360x780", scripts=False)
    who.page.context.add_cookies([{"name": "lunzhi", "value": cookie, "url": who.site}])
    page = who.go("/co/replies")
    assert rows(page)[-1] == ["11月23日（星期一）起", "2", "1", "0", "2"]
    page = who.go("/co/gaps")
    assert len(rows(page)) == 28
    assert [line[1:] for line in rows(page) if line[1:] != ["0", "0", "0"]] == [["1", "0", "0"]]
    assert page.get_by_role("img", name="图：").count() == 0


def rows(page: Page) -> list[list[str]]:
    """What the table says, line by line."""
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    return [line.split("\t") for line in table.locator("tbody").inner_text().splitlines()]
