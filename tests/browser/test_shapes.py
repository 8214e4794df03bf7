"""The ten pages that matter as a screen reader meets them: headings, words, fields, buttons, in their order.

`RENEW=1` writes the files of `shapes/` anew; whoever does reads the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.db import transaction
from service.places.models import Area
from service.settings import Settings, settings
from tests import desks, street
from tests.browser.conftest import Visit
from tests.browser.everything import planned_for_two
from tests.browser.test_board import Week

Visits = Callable[..., Visit]

SHAPES = Path(__file__).parent / "shapes"
TEN = ("activity", "sign-up", "answer", "my-shifts", "on-the-day", "desk", "publishing", "roster", "plan", "paper")
#: What differs from run to run and is not heard: where links lead; and the minutes since the clock was stopped.
ADDRESS, MINUTE = re.compile(r"\n *- /url: .*"), re.compile(r"上午10:0\d")


@pytest.fixture(scope="module")
def shown(servers: Settings) -> Iterator[dict[str, tuple[str, str]]]:
    """Each page's address, and the session cookie of who reads it: the street, and a community with a clinic."""
    from tests.conftest import empty_tables

    os.environ["VIRTUAL_CLOCK"] = "1"
    settings.cache_clear()
    desks.stop_clock()
    hers, week = street.build(), Week("建设路社区")
    yield {
        "activity": (hers.public["activity several"], ""),
        "sign-up": (hers.public["place several"], ""),
        "answer": (hers.public["link offered"], ""),
        "my-shifts": ("/me", hers.cookie()),
        "on-the-day": (hers.public["today"], ""),
        "desk": ("/co", week.cookie),
        "publishing": ("/co/activities/new", week.cookie),
        "roster": (week.address, week.cookie),
        "plan": (f"/co/match/{_solved(week)}", week.cookie),
        "paper": (f"{week.address}/print", week.cookie),
    }
    del os.environ["VIRTUAL_CLOCK"]
    settings.cache_clear()
    empty_tables()


def _solved(week: Week) -> int:
    """The id of a plan for one place that two asked for."""
    with transaction() as session:
        run, _question = planned_for_two(session, session.get_one(Area, week.area_id))
        return run.id


@pytest.mark.parametrize("name", TEN)
def test_it_is_heard_as_it_was(shown: dict[str, tuple[str, str]], visit: Visits, name: str) -> None:
    address, cookie = shown[name]
    who = visit("360x780")
    if cookie:
        who.page.context.add_cookies([{"name": "lunzhi", "value": cookie, "url": who.site}])
    heard = who.go(address).locator("main").aria_snapshot()
    heard = MINUTE.sub("上午10:00", ADDRESS.sub("", heard)) + "\n"
    shape = SHAPES / f"{name}.yaml"
    if os.environ.get("RENEW"):
        shape.write_text(heard, "utf-8")
    assert heard == shape.read_text("utf-8"), "read the difference; if it is meant, RENEW=1 (docs/ui.md)"
