"""What holds for every page: accessible, no sideways scroll, one heading, nothing half-translated, light.

Each question is one call into the browser: between test and browser a call costs more than most answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

#: Off in axe by default. Volunteers' pages are asked for contrast of AAA, in place of AA: what lacks AA lacks AAA too.
TARGETS = {"target-size": {"enabled": True}}
AAA = {"color-contrast-enhanced": {"enabled": True}, "color-contrast": {"enabled": False}}

ASCII_BESIDE_HAN = re.compile(r"[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]")
#: A field of a text that was not filled in, or a message id of code.
UNFILLED = re.compile(r"\{\w+\}|\b[a-z]+\.[a-z]+_[a-z]+\b")
SLIPS = ("None", "undefined", "{{", "{n}", "Traceback")


#: The rules of axe that ask how large something is, or whether it fits. All others ask what is there, in what
#: colours (less contrast of larger letters), which the size of letters does not change: `test_style.py`.
OF_LENGTHS = ["target-size", "scrollable-region-focusable"]

SMALL = """least => [...document.querySelectorAll('.govuk-button, .menu a, .brand, .help a, .govuk-input, '
    + '.govuk-select, .govuk-radios__item, .govuk-checkboxes__item')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < least - 0.5)
  .map(e => `${e.getBoundingClientRect().height}: ${e.outerHTML.slice(0, 100)}`)"""
WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll'))
    .map(e => e.outerHTML.slice(0, 120))
}"""


def violations(page: Page, *, aaa: bool = True) -> list[str]:
    """What axe finds, one line for each rule and place."""
    return _axe(page, {"rules": TARGETS | (AAA if aaa else {})})


def violations_of_lengths(page: Page) -> list[str]:
    """The same of the rules that ask for lengths: for a page that has only got other letters since `violations`."""
    return _axe(page, {"runOnly": {"type": "rule", "values": OF_LENGTHS}})


def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    """It is brought into the page once, however often it looks, and by an address: what has one is compiled once."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url="/axe.js")
    found: list[str] = page.evaluate(
        """async options => (await axe.run(options)).violations.flatMap(
            rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))""",
        {"reporter": "no-passes", "preload": False, **options},
    )
    return found


def sticks_out(page: Page) -> list[str]:
    """Elements wider than the screen, unless they stand in a scroll box of their own.

    Measured against the layout's width: `innerWidth` grows when a telephone zooms out to show what sticks out.
    """
    wide: list[str] = page.evaluate(WIDE)
    return wide


def small_targets(page: Page, *, least: int) -> list[str]:
    """Buttons and menu entries lower than `least` CSS pixels."""
    small: list[str] = page.evaluate(SMALL, least)
    return small


def misfits(page: Page, *, size: str, least: int) -> list[str]:
    """Change the letters, and tell what sticks out then, and which targets are lower than `least`."""
    found: list[str] = page.evaluate(
        f"""([size, least]) => {{
          document.documentElement.dataset.size = size;
          return ({SMALL})(least).concat(({WIDE})());
        }}""",
        [size, least],
    )
    return found


def unseen_focus(page: Page) -> list[str]:
    """What the tab key reaches without a frame to show it, or out of the order in which it is read.

    One press makes the browser show focus; from then on it does so wherever the focus is put.
    """
    page.keyboard.press("Tab")
    unseen: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea, '
            + '[tabindex]')]
          .filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)
          .filter(e => {
            e.focus();
            const frames = [e, e.closest('.card, .govuk-radios__item, .govuk-checkboxes__item')];
            const is_seen = frames.some(f => f && getComputedStyle(f).outlineStyle !== 'none');
            return document.activeElement !== e || !is_seen || e.tabIndex > 0 || !e.getBoundingClientRect().width;
          })
          .map(e => `no focus: ${e.outerHTML.slice(0, 120)}`)"""
    )
    return unseen


def slips(page: Page) -> list[str]:
    """Words that should not stand on a page: None, template leftovers, ASCII punctuation beside Chinese."""
    return read(page).slips()


@dataclass(frozen=True)
class Reading:
    """What an open page says of itself."""

    title: str
    language: str
    headings: int
    has_help: bool
    text: str
    main: str

    def slips(self) -> list[str]:
        """Words that should not stand on a page."""
        return [word for word in SLIPS if word in self.text] + ASCII_BESIDE_HAN.findall(self.text)

    def faults(self) -> list[str]:
        """What is wrong with its words and its frame, in Chinese."""
        found = self.slips() + UNFILLED.findall(self.main)
        if self.headings != 1:
            found.append(f"{self.headings} h1")
        if self.language != "zh-CN":
            found.append("no language")
        if not self.has_help:
            found.append("nobody to call")
        return found


def read(page: Page) -> Reading:
    """Read the open page as it is seen, with what is unfolded on it."""
    said = page.evaluate(
        """() => ({
          title: document.title,
          language: document.documentElement.lang,
          headings: document.querySelectorAll('h1').length,
          has_help: !!document.querySelector('.help')?.checkVisibility(),
          text: document.body.innerText,
          main: document.querySelector('main')?.innerText ?? '',
        })"""
    )
    return Reading(**said)
