"""念给我听: offered where letters are large and the telephone has a voice; reads the page, stops when asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

Visits = Callable[..., Visit]

#: A voice as a telephone has it, that remembers what it was to say. Chromium without a head has none.
VOICE = """
const spoken = [];
Object.defineProperty(window, "speechSynthesis", {value: Object.assign(new EventTarget(), {
  spoken,
  speaking: false,
  getVoices: () => [{lang: "en-US"}, {lang: "zh-CN"}],
  speak(utterance) { this.speaking = true; spoken.push(utterance); },
  cancel() { this.speaking = false; },
})});
window.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
"""


def test_a_page_is_read_sentence_by_sentence_until_it_is_stopped(visit: Visits) -> None:
    who = visit("360x780", size="large")
    who.page.context.add_init_script(VOICE)
    page = who.go("/help")
    button = page.get_by_role("button", name="念给我听")
    button.click()
    spoken: list[str] = page.evaluate("speechSynthesis.spoken.map(one => one.text)")
    assert spoken[:3] == ["怎么用", "怎么报名", "在“附近活动”里选一班，点进去"]
    assert "打电话找" in "".join(spoken[-2:])
    assert not any("念给我听" in one for one in spoken[:3])
    assert set(page.evaluate("speechSynthesis.spoken.map(one => one.voice.lang)")) == {"zh-CN"}
    page.get_by_role("button", name="不念了").click()
    assert page.evaluate("speechSynthesis.speaking") is False
    button.click()
    page.evaluate("speechSynthesis.spoken.at(-1).dispatchEvent(new Event('end'))")
    assert button.is_visible()
    assert who.heard() == []


@pytest.mark.parametrize(("size", "script"), [("large", ""), ("standard", VOICE)], ids=["no voice", "usual letters"])
def test_it_is_not_offered(visit: Visits, size: str, script: str) -> None:
    who = visit("360x780", size=size)
    who.page.context.add_init_script(script)
    assert who.go("/help").get_by_text("念给我听", exact=True).is_hidden()
