"""The coordinators' pages in a real browser: accessible, whole without JavaScript, on a telephone too."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from service.settings import Settings, settings
from tests import desks
from tests.browser import looking, town
from tests.browser.conftest import Visit
from tests.browser.looking import AGAIN

Visits = Callable[..., Visit]

#: Every page that stands by itself, by name; the other addresses come from `town.fill`.
FIXED = {
    "dashboard": "/co",
    "activities": "/co/activities",
    "new": "/co/activities/new",
    "proxy": "/co/proxy?q=w",
    "people": "/co/people?q=w",
    "new person": "/co/proxy/new",
    "calls": "/co/calls",
    "office": "/ad",
    "areas": "/ad/areas",
    "accounts": "/ad/accounts",
    "audit": "/ad/audit",
    "settings": "/ad/settings",
    "channels": "/ad/channels",
    "texts": "/ad/texts",
    "text": "/ad/texts/place_offered",
    "slips": "/co/slips",
    "slips on paper": "/co/slips/print",
    "a week on paper": "/co/handouts",
    "jobs": "/ad/jobs",
    "calendar": "/ad/calendar",
    "gaps": "/co/gaps",
    "searches": "/co/backfills",
    "swaps": "/co/swaps",
    "news": "/co/habits",
    "groups": "/co/groups",
    "findings": "/co/findings",
    "quotas": "/co/quotas",
    "courtyards": "/co/courtyards",
    "tables": "/co/sheets",
    "rehearsals": "/co/rehearsals",
}
FOUND = (
    "match",
    "fairness",
    "what if",
    "match under way",
    "person",
    "habits",
    "phone",
    "release",
    "roster",
    "paper",
    "edit",
    "cancel",
    "unfinished",
    "dates",
    "search",
    "ladder",
    "table",
    "place",
    "rehearsal",
    "seen on duty",
    "carried to",
    "route",
    "counting",
    "courtyard",
)
NAMES = (*FIXED, *FOUND)


@pytest.fixture(scope="module")
def addresses(neighbourhoods: Settings) -> Iterator[dict[str, str]]:
    """The demo neighbourhoods at NOW; each page's address by its name."""
    os.environ["VIRTUAL_CLOCK"] = "1"
    settings.cache_clear()
    desks.stop_clock()
    yield {**FIXED, **town.fill()}
    del os.environ["VIRTUAL_CLOCK"]
    settings.cache_clear()


@pytest.fixture
def seated(visit: Visits, site: str) -> Visits:
    """A visit by the administrator of the whole town."""

    def make(screen: str, **how: object) -> Visit:
        made = visit(screen, **how)
        made.page.context.add_cookies([{"name": "lunzhi", "value": town.session_cookie(), "url": site}])
        return made

    return make


def test_every_page_is_accessible_and_whole(addresses: dict[str, str], seated: Visits) -> None:
    visit = seated("1440x900")
    wrong = {
        name: found
        for name in NAMES
        if (found := looking.faults(visit.go(addresses[name]), AGAIN, scripts=True, name=name) + visit.heard())
    }
    assert wrong == {}


def test_the_coverage_table_scrolls_in_a_labelled_box_of_its_own(addresses: dict[str, str], seated: Visits) -> None:
    page = seated("360x780").go(addresses["dashboard"])
    box = page.get_by_role("region", name="今后14天的人手")
    assert box.get_attribute("tabindex") == "0"
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    cell = box.locator("a.cover").first
    assert "，11月23日（星期一）：" in cell.inner_text().replace("\n", "")
    cell.click()
    assert "/co/activities/" in page.url
    assert page.url.endswith("#day-2026-11-23")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_weekly_roster_is_published(addresses: dict[str, str], seated: Visits, scripts: bool) -> None:
    page = seated("360x780", scripts=scripts).go("/co/activities/new")
    page.get_by_label("活动名称").fill("冬至包饺子")
    page.get_by_label("地点").select_option(index=3)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("周三").check()
    page.get_by_label("周六").check()
    page.get_by_label("几点开始").fill("22:00")
    page.get_by_label("几点结束").fill("06:00")
    page.get_by_label("从哪天起").fill("2026-12-23")
    page.get_by_role("button", name="下一步").click()
    expect(page).to_have_title(re.compile("^错误："))
    assert page.get_by_label("几点开始").input_value() == "22:00"
    page.get_by_label("到哪天为止").fill("2027-01-03")
    page.get_by_role("button", name="看看是哪几天").click()
    expect(page.locator("main")).to_contain_text("一共4次")
    page.get_by_role("button", name="下一步").click()
    page.locator("#name_1").fill("包饺子")
    page.locator("#least_1").fill("4")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text("晚上22:00—次日上午6:00")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("main")).to_contain_text("发布了，志愿者现在就能报名。")
    expect(page.locator("main")).to_contain_text("12月23日（星期三）晚上22:00")


class Typist:
    """Fills in forms and counts the fields: what is typed, chosen or ticked; not what was filled in beforehand."""

    def __init__(self, page: Page) -> None:
        self.page, self.fields = page, 0

    def fill(self, **typed: str) -> None:
        """Type into the fields with these names."""
        for name, text in typed.items():
            self.page.locator(f"[name={name}]").fill(text)
            self.fields += 1

    def tick(self, *labels: str) -> None:
        """Tick or choose what has these labels."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()
            self.fields += 1

    def choose(self, name: str, index: int) -> None:
        """Choose from a list."""
        self.page.locator(f"[name={name}]").select_option(index=index)
        self.fields += 1

    def press(self, button: str) -> None:
        """Go on."""
        self.page.get_by_role("button", name=button, exact=True).click()


def test_a_term_of_lessons_is_published_in_fourteen_fields(addresses: dict[str, str], seated: Visits) -> None:
    """爱心托 for what is left of the term (A17)."""
    she = Typist(seated("1440x900", scripts=False).go("/co/activities/new"))
    she.fill(title="爱心托·寒假前的四点半课堂")
    she.choose("place_id", 4)
    she.press("下一步")
    she.tick("周一", "周二", "周三", "周四", "周五", "只在上学的日子，跟着校历和调休走")
    she.fill(starts="16:30", ends="18:00", from_on="2026-11-30", until_on="2027-01-31")
    she.press("看看是哪几天")
    dates = she.page.locator("#dates").inner_text()
    she.press("下一步")
    she.fill(name_1="老师", least_1="2")
    she.press("下一步")
    she.press("发布")

    expect(she.page.locator("main")).to_contain_text("发布了，志愿者现在就能报名。")
    assert she.fields <= 14
    assert "一共39次" in dates, "the term ends on 22 January; New Year's Day is off"
    assert "1月1日" not in dates
    december, january = dates.split("1月4日（星期一）")
    assert "暂定" not in december, "everything is known of this year"
    assert "暂定" in january.split("1月5日")[0], "the notice for 2027 is not out"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_somebody_who_rings_is_registered_and_signed_up(
    addresses: dict[str, str], seated: Visits, scripts: bool
) -> None:
    page = seated("360x780", scripts=scripts).go("/co/proxy")
    number = "139 7700 0001" if scripts else "139 7700 0002"
    page.get_by_label("找谁").fill(number)
    page.get_by_role("button", name="查找").click()
    page.get_by_label("姓名", exact=True).fill("武冬至")
    page.get_by_label("出生年份").fill("1954")
    page.get_by_label("住在哪个社区").select_option(index=2)
    page.get_by_label("本人口头同意").check()
    page.get_by_role("button", name="登记，选班次").click()
    page.locator("input[name=shift_role_id]").first.check()
    page.get_by_role("button", name="报名", exact=True).click()
    expect(page).to_have_title(re.compile("^念给对方听"))
    expect(page.locator("main")).to_contain_text("武冬至，")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("main")).to_contain_text("已经撤销")


def test_a_call_is_made_and_answered_without_the_mouse(addresses: dict[str, str], seated: Visits) -> None:
    page = seated("1440x900").go(addresses["calls"])
    page.get_by_role("button", name="打给").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="139 0000")).to_be_visible()
    page.get_by_role("button", name="没接").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("打过，没接")


def test_the_plan_is_published_only_when_asked(addresses: dict[str, str], seated: Visits) -> None:
    page = seated("1440x900", scripts=False).go(addresses["match"])
    page.locator("input[name=draft]").first.check()
    page.get_by_role("button", name="只发布勾选的").click()
    expect(page.locator("main")).to_contain_text("正在问1个人能不能来")
    expect(page.locator("main")).to_contain_text("等回复")


def test_the_week_fits_on_a_page_of_paper(addresses: dict[str, str], seated: Visits) -> None:
    page = seated("1440x900").go(addresses["paper"])
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    assert page.locator(".help").is_visible()
    assert not page.locator(".govuk-back-link").is_visible()
    assert page.locator(".paper td").first.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)") >= 18


@pytest.mark.parametrize(
    ("name", "heaviest"), [("dashboard", 150_000), ("roster", 150_000), ("match", 150_000), ("fairness", 350_000)]
)
def test_a_first_visit_is_light(addresses: dict[str, str], seated: Visits, name: str, heaviest: int) -> None:
    """Bytes as sent, all the page needs; the picture of loads is drawn by the heaviest script there is."""
    visit = seated("360x780")
    sizes: list[int] = []
    visit.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    visit.go(addresses[name])
    visit.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= heaviest
