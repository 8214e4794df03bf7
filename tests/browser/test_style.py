from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from service.web import assets
from tests.browser import checks, looking
from tests.browser.conftest import SCREENS, SIZES, Visit

PATHS = ("/style", "/style/form", "/style/done", "/style/error/404", "/style/error/503")
LEAST_TARGET = {"standard": 48, "large": 60, "xlarge": 60}

Visits = Callable[..., Visit]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_component_is_accessible(visit: Visits, screen: str, size: str) -> None:
    person = visit(screen, size=size)
    for path in PATHS:
        page = person.go(path)
        assert checks.violations(page) == [], path
        assert checks.small_targets(page, least=LEAST_TARGET[size]) == [], path
        assert checks.slips(page) == [], path
        assert page.locator("h1").count() == 1, path
        assert page.get_attribute("html", "lang") == "zh-CN"
    person.go("/style/form").get_by_role("button", name="下一步").click()
    assert person.page.title().startswith("错误：")
    assert checks.violations(person.page) == []
    assert person.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_on_the_narrowest_screen(visit: Visits, size: str) -> None:
    person = visit("360x780", size=size)
    for width in (320, 360):
        person.page.set_viewport_size({"width": width, "height": 640})
        for path in PATHS:
            assert checks.sticks_out(person.go(path)) == [], (path, width)
        person.go("/style/form").get_by_role("button", name="下一步").click()
        assert checks.sticks_out(person.page) == [], width


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_form_shows_its_errors_keeps_what_was_typed_and_can_be_undone(visit: Visits, scripts: bool) -> None:
    page = visit("360x780", scripts=scripts).go("/style/form")
    page.get_by_label("姓名", exact=True).fill("王秀英")
    page.get_by_label("量血压").check()
    page.get_by_role("button", name="下一步").click()
    summary = page.locator(".govuk-error-summary")
    assert "请填写手机号" in summary.inner_text()
    assert page.get_by_label("姓名", exact=True).input_value() == "王秀英"
    assert page.get_by_label("量血压").is_checked()
    summary.get_by_role("link", name="请填写手机号").click()
    assert page.url.endswith("#phone") or page.evaluate("document.activeElement.id") == "phone"

    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_label("验证码").fill("123456")
    page.get_by_label("需要几个人").fill("3")
    page.get_by_label("日期", exact=True).fill("2026-11-28")
    page.get_by_label("时间", exact=True).fill("09:00")
    page.get_by_label("我同意社区").check()
    page.get_by_role("button", name="下一步").click()
    assert page.locator("h1").inner_text().strip() == "报名成功"
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("body")).to_contain_text("已经撤销。")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_elder_version_is_one_tap_away_and_stays(visit: Visits, scripts: bool) -> None:
    page = visit("360x780", scripts=scripts).go("/style/done")
    page.get_by_role("button", name="长辈版").click()
    assert page.url.endswith("/style/done")
    assert page.get_attribute("html", "data-size") == "large"
    assert page.locator("p.govuk-body, .govuk-list li").first.evaluate("e => getComputedStyle(e).fontSize") == "23.75px"
    page.goto(page.url.replace("/done", ""))
    assert page.get_attribute("html", "data-size") == "large"
    page.get_by_role("button", name="特大").click()
    body = page.locator(".card__facts").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert body >= 30


def test_focus_is_seen_on_everything_the_tab_key_reaches(visit: Visits) -> None:
    page = visit("1440x900").go("/style/form")
    reached = []
    for _step in range(25):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => { const e = document.activeElement;
                const seen = [e, e.closest('.govuk-radios__item, .govuk-checkboxes__item, .card')];
                return [e.tagName + '#' + e.id, seen.some(s => s && getComputedStyle(s).outlineStyle !== 'none')] }"""
            )
        )
    assert [name for name, is_seen in reached if not is_seen] == []
    assert len({name for name, _is_seen in reached}) > 10


def test_the_whole_card_is_the_link(visit: Visits) -> None:
    page = visit("360x780").go("/style")
    box = page.locator(".card").first.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] - 24)
    page.wait_for_url("**/style/form")


def test_paper_has_no_buttons_and_keeps_the_landline(visit: Visits) -> None:
    page = visit("1440x900").go("/style")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="长辈版").is_visible()
    assert not page.locator(".govuk-button").first.is_visible()
    assert page.locator(".help").is_visible()


def test_a_first_visit_is_light(visit: Visits) -> None:
    person = visit("360x780")
    sizes: list[int] = []
    person.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    person.go("/style/form")
    person.page.wait_for_load_state("networkidle")
    assert len(sizes) <= 8
    assert sum(sizes) <= 70_000


def test_nothing_but_lengths_depends_on_the_letters() -> None:
    """So that what axe says of standard letters holds of large ones, but for lengths."""
    [sheet] = (assets.FOLDER / "hashed").glob("app.*.css")
    rules = re.findall(r"([^{}]*data-size[^{}]*)\{([^}]*)\}", sheet.read_text("utf-8"))
    assert len(rules) >= 5
    assert [rule for rule in rules if re.search("colou?r|background|opacity|shadow|filter|mix-blend", rule[1])] == []
    hidden = re.compile("display: *none|visibility|clip|content|overflow|position")
    assert [rule for rule in rules if re.search('data-size="?large', rule[0]) and hidden.search(rule[1])] == []


def test_the_looks_see_what_is_wrong(visit: Visits) -> None:
    page = visit("1440x900").go("/style/form")
    assert looking.faults(page, looking.OF_VOLUNTEERS, scripts=True) == []
    page.evaluate(
        """() => {
          const main = document.querySelector('main');
          main.append(...['a', 'button', 'p', 'h1'].map(name => document.createElement(name)));
          const [link, button, words, heading] = [...main.children].slice(-4);
          link.href = '/style'; link.textContent = '看不见'; link.style.setProperty('outline', 'none', 'important');
          button.className = 'govuk-button'; button.textContent = '矮'; button.style.minHeight = '0';
          words.textContent = '太宽,None'; words.style.width = '500px'; words.style.color = '#666';
          heading.textContent = '又一个';
          for (const words of ['太', '近']) {
            const tiny = main.appendChild(link.cloneNode());
            tiny.textContent = words; tiny.style.cssText = 'display: inline-block; width: 9px; height: 9px';
          }
        }"""
    )
    found = looking.faults(page, looking.OF_VOLUNTEERS, scripts=True)
    for sign in (
        "None",
        "宽,",
        "2 h1",
        "(360x780, large)",
        "(320 px, standard)",
        "color-contrast-enhanced",
        "no focus: <a",
        "矮",
    ):
        assert any(sign in one for one in found), (sign, found)
    assert any("target-size" in one and "(1440x900, large)" in one for one in found), found
