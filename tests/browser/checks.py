"""What holds for every page: accessible, no sideways scroll, one heading, nothing half-translated, light."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: Off in axe by default. AAA contrast is asked of volunteers' pages.
TARGETS = {"target-size": {"enabled": True}}
AAA = {"color-contrast-enhanced": {"enabled": True}}

ASCII_BESIDE_HAN = re.compile(r"[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]")


def violations(page: Page, *, aaa: bool = True) -> list[str]:
    """What axe finds, one line for each rule and place."""
    options = {"rules": TARGETS | (AAA if aaa else {}), "resultTypes": ["violations"], "preload": False}
    found: dict[str, Any] = Axe().run(page, options=options).response
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


def sticks_out(page: Page) -> list[str]:
    """Elements wider than the screen, unless they stand in a scroll box of their own.

    Measured against the layout's width: `innerWidth` grows when a telephone zooms out to show what sticks out.
    """
    wide: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll'))
            .map(e => e.outerHTML.slice(0, 120))
        }"""
    )
    return wide


def small_targets(page: Page, *, least: int) -> list[str]:
    """Buttons and menu entries lower than `least` CSS pixels."""
    small: list[str] = page.evaluate(
        """least => [...document.querySelectorAll('.govuk-button, .menu a, .brand, .help a, .govuk-input, '
            + '.govuk-select, .govuk-radios__item, .govuk-checkboxes__item')]
          .filter(e => e.offsetParent && e.getBoundingClientRect().height < least - 0.5)
          .map(e => `${e.getBoundingClientRect().height}: ${e.outerHTML.slice(0, 100)}`)""",
        least,
    )
    return small


def slips(page: Page) -> list[str]:
    """Words that should not stand on a page: None, template leftovers, ASCII punctuation beside Chinese."""
    text = page.inner_text("body")
    found = [word for word in ("None", "undefined", "{{", "{n}", "Traceback") if word in text]
    return found + ASCII_BESIDE_HAN.findall(text)
