"""Every page of volunteers in a real browser: each screen, both sizes of letters, with and without JavaScript."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Response

from service.settings import Settings, settings
from tests import desks, street
from tests.browser import checks, looking
from tests.browser.conftest import Visit
from tests.browser.looking import LOADS, OF_VOLUNTEERS, sticks_out_narrow, take_picture
from tests.browsing import last_code
from tests.street import Street

Visits = Callable[..., Visit]

#: What a guest can open; the street adds its own addresses.
GUESTS = {
    "home": "/",
    "home full": "/?full=1",
    "login": "/login",
    "help": "/help",
    "privacy": "/privacy",
}
HERS = {"my home": "/", "me": "/me", "profile": "/me/profile", "habits": "/me/habits", "messages": "/me/messages"}
LARGEST_PAGE, LARGEST_VISIT, MOST_REQUESTS = 15_000, 70_000, 8
SIZES = ("standard", "large")


@dataclass(frozen=True)
class Place:
    """One page to look at. `status` as it answers."""

    name: str
    path: str
    is_hers: bool = False
    status: int = 200


@pytest.fixture(scope="module")
def laid_out(servers: Settings) -> Iterator[Street]:
    """The street at NOW, for all tests of this module."""
    from tests.conftest import empty_tables

    os.environ["VIRTUAL_CLOCK"] = "1"
    settings.cache_clear()
    desks.stop_clock()
    yield street.build()
    del os.environ["VIRTUAL_CLOCK"]
    settings.cache_clear()
    empty_tables()


@pytest.fixture
def places(laid_out: Street) -> list[Place]:
    """Every page: a guest's first, then hers."""
    shift_id = laid_out.shift_ids["several"]
    return [
        *(Place(name, path) for name, path in {**GUESTS, **laid_out.public}.items()),
        Place("who", f"/signup/who/{shift_id}/{laid_out.role_ids['several']}"),
        Place("nothing", "/a/99999", status=404),
        Place("wrong link", "/answers/1.broken", status=404),
        *(Place(name, path, is_hers=True) for name, path in {**HERS, **laid_out.hers}.items()),
        Place("not hers", "/co", is_hers=True, status=403),
    ]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_every_page_is_accessible_and_whole(
    laid_out: Street, places: list[Place], visit: Visits, scripts: bool
) -> None:
    screen, size = LOADS[scripts]
    guest, she = (visit(screen, size=size, scripts=scripts) for _who in range(2))
    be_her(she, laid_out)
    titles: dict[tuple[str, bool], str] = {}
    wrong: dict[str, list[str]] = {}
    for place in places:
        who = she if place.is_hers else guest
        found = weighed(open_place(who, place))
        found += looking.faults(who.page, OF_VOLUNTEERS, scripts=scripts, name=place.name) + who.heard()
        same = titles.setdefault((who.page.title(), place.is_hers), place.path.partition("?")[0])
        if same != place.path.partition("?")[0] and place.status == 200:
            found.append(f"the title of {same}")
        if found:
            wrong[place.name] = found
    assert wrong == {}


@pytest.mark.parametrize("size", SIZES)
def test_a_form_full_of_errors_is_accessible_and_leads_to_them(
    laid_out: Street, places: list[Place], visit: Visits, size: str
) -> None:
    who = visit("360x780", size=size)
    open_place(who, next(place for place in places if place.name == "who"))
    with who.page.expect_navigation():
        who.page.get_by_role("button", name="获取验证码").tap()
    assert checks.violations(who.page) + checks.slips(who.page) == []
    assert checks.sticks_out(who.page) + sticks_out_narrow(who.page, sizes=(size,)) == []
    assert who.page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    take_picture(who.page, f"errors-360x780-{size}")
    who.page.get_by_role("link", name="请填写出生日期").tap()
    assert who.page.evaluate("document.activeElement.id") == "birth_on-year"
    assert who.complaints == []


#: One page of each kind: a form, cards, answers, a list with everything.
KINDS = ("home", "activity several", "place several", "who", "link offered", "login", "me", "confirmed", "profile")


def test_focus_is_seen_on_everything_the_tab_key_reaches(laid_out: Street, places: list[Place], visit: Visits) -> None:
    guest, she = visit("1440x900"), visit("1440x900")
    be_her(she, laid_out)
    for place in (place for place in places if place.name in KINDS):
        page = (she if place.is_hers else guest).page
        open_place(she if place.is_hers else guest, place)
        inside: int = page.evaluate(
            "document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea').length"
        )
        reached = [press_tab(page) for _step in range(inside + 1)]
        assert [name for name, is_seen in reached if not is_seen] == [], place.name
        assert "landline" in [name for name, _is_seen in reached], place.name


def press_tab(page: Page) -> tuple[str, bool]:
    """What has the focus after one press, and whether it shows. A card shows it for its link, a row for its box."""
    page.keyboard.press("Tab")
    name, is_seen = page.evaluate(
        """() => { const e = document.activeElement;
        if (e === document.body) return ['body', true];
        const shown = [e, e.closest('.card, .govuk-radios__item, .govuk-checkboxes__item')];
        const box = e.getBoundingClientRect();
        const name = e.closest('.help') ? 'landline' : e.outerHTML.slice(0, 120);
        return [name, box.width > 0 && shown.some(s => s && getComputedStyle(s).outlineStyle !== 'none')] }"""
    )
    return str(name), bool(is_seen)


@pytest.mark.parametrize("size", SIZES)
def test_each_kind_of_page_is_accessible_in_english(
    laid_out: Street, places: list[Place], visit: Visits, size: str
) -> None:
    guest, she = visit("360x780", size=size), visit("360x780", size=size)
    be_her(she, laid_out)
    wrong: dict[str, list[str]] = {}
    for who in (guest, she):
        who.page.context.add_cookies([{"name": "language", "value": "en", "url": who.site}])
    for place in (place for place in places if place.name in KINDS):
        who = she if place.is_hers else guest
        open_place(who, place)
        take_picture(who.page, f"english-{place.name}-{size}")
        if found := checks.violations(who.page) + sticks_out_narrow(who.page, sizes=(size,)):
            wrong[place.name] = found
        assert who.page.get_attribute("html", "lang") == "en"
    assert wrong == {}


@pytest.mark.parametrize("name", ["home", "activity several", "who", "link offered", "me"])
def test_a_first_visit_is_light(laid_out: Street, places: list[Place], visit: Visits, name: str) -> None:
    place = next(place for place in places if place.name == name)
    who = visit("360x780")
    if place.is_hers:
        be_her(who, laid_out)
    sizes: list[int] = []
    who.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    open_place(who, place)
    who.page.wait_for_load_state("networkidle")
    assert len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= LARGEST_VISIT


class Counting:
    """A person whose every tap, typed word and screen is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.typed = page, 0, list[str]()
        self.screens: list[str] = []

    def tap(self, what: Locator) -> None:
        """Tap what leads to the next screen."""
        self.taps += 1
        with self.page.expect_navigation():
            what.tap()
        self.screens.append(urlsplit(self.page.url).path)

    def tick(self, label: str) -> None:
        self.taps += 1
        self.page.get_by_label(label).tap()

    def fill(self, label: str, words: str) -> None:
        self.typed.append(label)
        self.page.get_by_label(label, exact=True).fill(words)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_newcomer_signs_up_in_three_screens_and_six_taps(laid_out: Street, visit: Visits, scripts: bool) -> None:
    visitor = visit("360x780", scripts=scripts)
    page = visitor.go(laid_out.public["activity open"])
    her = Counting(page)
    her.tap(page.get_by_role("link", name="11月24日"))
    her.tap(page.get_by_role("button", name="继续"))
    her.fill("您的姓名", "林晚晴")
    her.fill("手机号", f"1390003000{int(scripts)}")
    her.tick("我同意社区用我的姓名和手机号")
    her.tap(page.get_by_role("button", name="获取验证码"))
    her.fill("验证码", last_code())
    her.tap(page.get_by_role("button", name="我要报名"))

    assert page.locator("h1").inner_text().strip() == "报名成功"
    *asked, done = [path.split("/")[2] if path.startswith("/signup/") else path for path in her.screens]
    assert asked[1:] == ["who", "code"]
    assert len(asked) == 3
    assert done.startswith("/signups/")
    assert her.taps <= 6
    assert her.typed == ["您的姓名", "手机号", "验证码"]
    assert visitor.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_reason_and_enter_mean_no(laid_out: Street, visit: Visits, scripts: bool) -> None:
    page = visit("360x780", scripts=scripts).go(laid_out.public["link accepted" if scripts else "link offered"])
    page.get_by_text("写原因、推荐别人").click()
    page.get_by_label("来不了的原因").fill("要带孙子")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=no")
    assert "我们找别人顶上" in page.inner_text("main")
    page.get_by_role("button", name="我又能来了").click()
    page.wait_for_url("**done=yes")
    assert "已经记下您能来" in page.inner_text("main")


def test_withdrawing_and_undo_take_three_taps(laid_out: Street, visit: Visits) -> None:
    she = visit("360x780", scripts=False)
    be_her(she, laid_out)
    page = she.go("/me")
    her = Counting(page)
    her.tap(page.get_by_role("link", name="365·动态宣传"))
    her.tap(page.get_by_role("button", name="我来不了，退出"))
    assert "点错了可以撤销" in page.inner_text("main")
    her.tap(page.get_by_role("button", name="撤销"))
    assert page.locator("h1").inner_text().strip() == "报名成功"
    assert her.taps == 3


def open_place(who: Visit, place: Place) -> Response:
    answer = who.page.goto(who.site + place.path)
    assert answer is not None
    assert answer.status == place.status, place.path
    return answer


def be_her(who: Visit, laid_out: Street) -> None:
    """Log the browser in as the volunteer of the street."""
    who.page.context.add_cookies([{"name": "lunzhi", "value": laid_out.cookie(), "url": who.site}])


def weighed(answer: Response) -> list[str]:
    size = answer.request.sizes()["responseBodySize"]
    return [f"{size} bytes"] if size > LARGEST_PAGE else []
