"""Pages that stay fresh before one's eyes: what somebody else does appears, said in words, and disturbs nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.activities.models import Shift
from service.db import transaction
from service.matching import actions as matching
from service.roster import actions as roster
from service.roster.models import Assignment
from tests.browser.conftest import Visit
from tests.browser.test_counted_journeys import asked, seated, stopped
from tests.factories import NOW

__all__ = ["stopped"]

Visits = Callable[..., Visit]


def look_again(page: Page) -> None:
    """What it does every half minute, and when one comes back to it: now."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def answer_by_telephone(page: Page, name: str, reply: str) -> None:
    page.locator(".people li", has_text=name).get_by_role("button", name=reply).click()


def test_two_at_one_week_the_second_sees_what_the_first_did_and_loses_nothing(stopped: None, visit: Visits) -> None:
    activity_id, _offers, cookie = asked(3)
    first, second = (seated(visit, cookie).go(f"/co/activities/{activity_id}") for _ in range(2))
    handled = second.locator(".people li", has_text="邻居乙")
    handled.locator("summary").click()
    handled.get_by_role("link", name="换下").focus()

    answer_by_telephone(first, "邻居甲", "能来")
    expect(first.locator("main")).to_contain_text("记下了：邻居甲能来")
    look_again(second)
    expect(second.get_by_role("status").filter(has_text="邻居甲，已确认。")).to_be_visible()
    expect(second.locator(".people li", has_text="邻居甲")).to_contain_text("已确认")
    expect(handled.get_by_role("link", name="换下")).to_be_focused()
    expect(handled.locator("details")).to_have_attribute("open", "")

    answer_by_telephone(second, "邻居乙", "来不了")
    look_again(first)
    expect(first.locator("main")).to_contain_text("邻居乙已经不在这里了")
    expect(first.get_by_role("heading", name="说了来不了")).to_be_visible()


def test_many_changes_are_counted(stopped: None, visit: Visits) -> None:
    activity_id, offers, cookie = asked(4)
    page = seated(visit, cookie, "360x780").go(f"/co/activities/{activity_id}")
    with transaction() as session:
        for offer in offers:
            roster.accept(session, assignment_id=offer, now=NOW)
    look_again(page)
    expect(page.get_by_role("status").filter(has_text="有4处变化。")).to_be_visible()


def test_the_focus_stays_near_when_what_had_it_is_gone(stopped: None, visit: Visits) -> None:
    activity_id, offers, cookie = asked(2)
    page = seated(visit, cookie).go(f"/co/activities/{activity_id}")
    page.locator(".people li", has_text="邻居甲").get_by_role("button", name="能来").focus()
    with transaction() as session:
        roster.decline(session, assignment_id=offers[0], now=NOW)
    look_again(page)
    expect(page.locator("main")).to_contain_text("邻居甲已经不在这里了")
    assert page.evaluate("document.activeElement.closest('[data-live]') !== null")


def test_it_says_when_it_cannot_be_had_and_when_it_can_again(stopped: None, visit: Visits) -> None:
    activity_id, _offers, cookie = asked(1)
    page = seated(visit, cookie).go(f"/co/activities/{activity_id}")
    expect(page.locator("main")).to_contain_text("最后更新11月23日（星期一）上午10:00。")
    page.route("**/week*", lambda route: route.fulfill(status=503))
    look_again(page)
    expect(
        page.get_by_role("status").filter(has_text="更新不了，这是11月23日（星期一）上午10:00的样子。")
    ).to_be_visible()
    page.unroute("**/week*")
    look_again(page)
    expect(page.locator(".live__stamp")).to_contain_text("最后更新11月23日（星期一）上午10:")
    expect(page.get_by_role("status").filter(has_text="更新不了")).to_have_count(0)


@pytest.mark.parametrize("screen", ["1440x900", "360x780"])
def test_the_desk_stays_fresh(stopped: None, visit: Visits, screen: str) -> None:
    _activity_id, offers, cookie = asked(2)
    who = seated(visit, cookie, screen)
    page = who.go("/co")
    expect(page.locator("main")).to_contain_text("等回复：2人")
    with transaction() as session:
        roster.accept(session, assignment_id=offers[0], now=NOW)
    look_again(page)
    expect(page.locator("main")).to_contain_text("等回复：1人")
    expect(page.locator("[data-live-said]")).to_contain_text("等回复：1人")
    assert who.heard() == []


def test_a_plan_in_the_making_shows_itself_when_it_is_made(stopped: None, visit: Visits) -> None:
    activity_id, offers, cookie = asked(1)
    with transaction() as session:
        ends_at = session.get_one(Shift, session.get_one(Assignment, offers[0]).shift_id).ends_at
        run = matching.request(
            session, activity_ids=[activity_id], from_at=NOW, until_at=ends_at, account_id=None, now=NOW
        )
    page = seated(visit, cookie).go(f"/co/match/{run.id}")
    expect(page.locator("main")).to_contain_text("排在后面，马上开始")
    with transaction() as session:
        matching.solve(session, match_run_id=run.id, now=NOW)
    look_again(page)
    expect(page.locator("main")).to_contain_text("每一班排了谁")
