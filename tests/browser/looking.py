"""One load of a page, looked at from every side: on both screens, in each size of letters.

The server knows nothing of the screen, and of the letters only the word in `data-size` (the first page also takes fewer
cards), so a page is loaded once with scripts, in standard letters on a desk, and once without, in large ones on a
telephone; screen and letters are then changed before the reader's eyes. Nothing but lengths depends on the letters
(`test_style.py`): axe asks everything in standard letters, on both screens, and of larger ones what asks for lengths.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.conftest import SCREENS

#: Screen and letters a page is loaded with: with scripts, and without.
LOADS = {True: ("1440x900", "standard"), False: ("360x780", "large")}


@dataclass(frozen=True)
class Demands:
    """What is asked of a page: contrast of AAA, how high a target is in each size of letters (CSS pixels), and in which
    sizes nothing sticks out of the narrowest screen."""

    aaa: bool
    least: dict[str, int]
    narrowest: tuple[str, ...] = ("standard", "large")


OF_VOLUNTEERS = Demands(aaa=True, least={"standard": 48, "large": 60})
OF_COORDINATORS = Demands(aaa=False, least={"standard": 44, "large": 44})
#: For a second look, at pages with more on them.
AGAIN = Demands(aaa=False, least={"standard": 44}, narrowest=("standard", "xlarge"))


def faults(page: Page, demands: Demands, *, scripts: bool, name: str = "") -> list[str]:
    """Everything wrong with the open page, with all that is folded away on it."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    found = checks.read(page).faults()
    for screen in SCREENS:
        page.set_viewport_size(SCREENS[screen]["viewport"])
        for size in demands.least:
            seen = checks.misfits(page, size=size, least=demands.least[size])
            if scripts and size == "standard":
                seen += checks.violations(page, aaa=demands.aaa)
            elif scripts:
                seen += checks.violations_of_lengths(page)
            found += [f"{one} ({screen}, {size})" for one in seen]
            take_picture(page, f"{name}-{screen}-{size}-{'js' if scripts else 'plain'}")
    if scripts:
        found += checks.unseen_focus(page)
    return found + sticks_out_narrow(page, sizes=demands.narrowest)


def sticks_out_narrow(page: Page, *, sizes: tuple[str, ...]) -> list[str]:
    """What is wider than 320 px, the narrowest screen there is."""
    page.set_viewport_size({"width": 320, "height": 640})
    return [f"{one} (320 px, {size})" for size in sizes for one in checks.misfits(page, size=size, least=0)]


def take_picture(page: Page, name: str) -> None:
    """For whoever wants to look: SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name.replace(' ', '_')}.png", full_page=True)
