"""The roster board by hand: dragged with mouse and finger, refused at the place, the same by the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from service.activities.models import Activity
from service.activities.rules import RolePlan, once
from service.db import transaction
from service.drafting import actions as drafting
from service.roster.models import Assignment
from service.signups.queries import opening
from service.terms import AssignmentState, Mode, QualificationKind
from tests import factories
from tests.browser.conftest import Visit
from tests.browser.test_counted_journeys import seated, stopped
from tests.browser.test_live import look_again
from tests.browsing import session_cookie
from tests.factories import NOW

__all__ = ["stopped"]

Visits = Callable[..., Visit]


class Week:
    """A clinic on Tuesday and on Thursday; one asked to come on Tuesday, another is pencilled in there."""

    def __init__(self, community: str = "人民路社区") -> None:
        with transaction() as session:
            area = factories.community(session, community)
            self.area_id = area.id
            account = factories.coordinator(session, area)
            roles = [RolePlan(name="志愿者", min_needed=2, max_needed=3)]
            roles.append(RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,)))
            days = [once(date(2026, 11, day), starts=time(9), ends=time(11)) for day in (24, 26)]
            made: Activity = factories.activity(
                session, area, title="社区义诊", mode=Mode.ROTA, roles=roles, plans=days
            )
            tuesday, thursday = factories.shifts(session, made)
            self.roles = {
                f"{day}{role.definition.name}": role.id
                for day, shift in (("周二", tuesday), ("周四", thursday))
                for role in shift.roles
            }
            asker = factories.volunteer(session, area, "王小满")
            factories.sign_up(session, asker, tuesday.roles[0])
            row = opening(session, shift_id=tuesday.id, shift_role_id=self.roles["周二志愿者"])
            assert row is not None
            pencilled = factories.volunteer(session, area, "李大寒")
            drafting.pencil_in(session, row=row, volunteer_id=pencilled.id, account_id=account.id, now=NOW)
            self.cookie = session_cookie(account.id, epoch=account.epoch)
            self.address = f"/co/activities/{made.id}"

    def drafts(self) -> list[int]:
        """The places with somebody pencilled in."""
        with transaction() as session:
            drafted = select(Assignment.shift_role_id).where(Assignment.state == AssignmentState.DRAFTED)
            return sorted(session.scalars(drafted))


@pytest.fixture
def week(stopped: None) -> Week:
    return Week()


def chip(page: Page, name: str) -> Locator:
    return page.locator(".board__one", has_text=name)


def cell(page: Page, role_id: int) -> Locator:
    return page.locator(f"[data-role='{role_id}']")


def drag(page: Page, one: Locator, to: Locator) -> None:
    """By the mouse, in small steps, as a hand does; what was done last hides nothing of it."""
    expect(page.get_by_text("带虚线的名字可以拖到别的格子")).to_be_visible()
    one.evaluate("one => one.scrollIntoView({block: 'center'})")
    start, end = one.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 24, steps=4)
    page.mouse.move(end["x"] + 30, end["y"] + end["height"] / 2, steps=12)
    expect(to.locator(".is-carried")).to_be_visible()
    page.mouse.up()


def test_dragged_to_another_day_and_taken_back(week: Week, visit: Visits) -> None:
    who = seated(visit, week.cookie)
    page = who.go(week.address)
    drag(page, chip(page, "李大寒"), cell(page, week.roles["周四志愿者"]))
    expect(page.locator(".told")).to_contain_text("李大寒放到了11月26日（星期四）上午9:00，志愿者")
    assert week.drafts() == [week.roles["周四志愿者"]]

    drag(page, chip(page, "王小满"), cell(page, week.roles["周四志愿者"]))
    expect(page.locator(".told")).to_contain_text("王小满草拟上了")
    assert week.drafts() == [week.roles["周四志愿者"]] * 2
    page.locator(".told").get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator(".told")).to_contain_text("王小满擦掉了")
    page.locator(".told").get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator(".told")).to_contain_text("李大寒放到了11月24日（星期二）")
    assert week.drafts() == [week.roles["周二志愿者"]]
    assert who.heard() == []


def test_refused_it_goes_back_and_the_place_says_why(week: Week, visit: Visits) -> None:
    page = seated(visit, week.cookie).go(week.address)
    drag(page, chip(page, "李大寒"), cell(page, week.roles["周四医生"]))
    why = page.get_by_role("alert").filter(has_text="李大寒不能放在这里")
    expect(why).to_contain_text("医师资格")
    expect(why).to_be_focused()
    expect(page.locator("td", has=why)).to_contain_text("没有人")
    expect(page.locator("td", has=chip(page, "李大寒"))).to_contain_text("王小满")
    assert week.drafts() == [week.roles["周二志愿者"]]


def test_dragged_with_a_finger(week: Week, visit: Visits) -> None:
    page = seated(visit, week.cookie, "360x780").go(week.address)
    one, to = chip(page, "李大寒"), cell(page, week.roles["周二医生"])
    one.scroll_into_view_if_needed()
    start, end = one.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start["x"] + 20, start["y"] + 20)
    expect(page.locator(".sortable-chosen")).to_be_visible()
    for step in range(1, 11):
        share = step / 10
        x = start["x"] + 20 + (end["x"] + 20 - start["x"] - 20) * share
        touch("touchMove", x, start["y"] + 20 + (end["y"] + 12 - start["y"] - 20) * share)
    expect(to.locator(".is-carried")).to_be_visible()
    touch("touchEnd")
    expect(page.get_by_role("alert").filter(has_text="李大寒不能放在这里")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_same_without_the_mouse(week: Week, visit: Visits, scripts: bool) -> None:
    who = visit("1440x900", scripts=scripts)
    who.page.context.add_cookies([{"name": "lunzhi", "value": week.cookie, "url": who.site}])
    page = who.go(week.address)
    page.get_by_role("link", name="放到别处").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="放到这里").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("李大寒放到了11月26日（星期四）上午9:00，志愿者")
    page.get_by_role("button", name="草拟").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("王小满草拟上了")
    assert week.drafts() == sorted([week.roles["周二志愿者"], week.roles["周四志愿者"]])


def test_what_another_moved_meanwhile_is_shown_beside_what_one_wanted(week: Week, visit: Visits) -> None:
    first, second = (seated(visit, week.cookie).go(week.address) for _ in range(2))
    drag(first, chip(first, "李大寒"), cell(first, week.roles["周四志愿者"]))
    expect(first.locator(".told")).to_contain_text("李大寒放到了")
    drag(second, chip(second, "李大寒"), cell(second, week.roles["周四志愿者"]))
    expect(second.locator(".clash")).to_contain_text("把李大寒放到11月26日（星期四）上午9:00，志愿者")
    expect(second.locator(".clash")).to_contain_text("李大寒：草案，11月26日（星期四）")
    first.get_by_role("button", name="草拟").click()
    expect(first.locator(".told")).to_contain_text("王小满草拟上了")
    look_again(second)
    expect(chip(second, "王小满")).to_contain_text("草案")
    expect(second.locator(".clash")).to_contain_text("把李大寒放到11月26日")
    assert week.drafts() == sorted([week.roles["周二志愿者"], week.roles["周四志愿者"]])


def test_a_drag_goes_on_while_others_change_the_week(week: Week, visit: Visits) -> None:
    first, second = (seated(visit, week.cookie).go(week.address) for _ in range(2))
    start = chip(second, "李大寒").bounding_box()
    assert start is not None
    second.mouse.move(start["x"] + 20, start["y"] + 20)
    second.mouse.down()
    second.mouse.move(start["x"] + 60, start["y"] + 30, steps=5)
    first.get_by_role("button", name="草拟").click()
    look_again(second)
    end = cell(second, week.roles["周四志愿者"]).bounding_box()
    assert end is not None
    second.mouse.move(end["x"] + 30, end["y"] + 10, steps=10)
    expect(cell(second, week.roles["周四志愿者"]).locator(".is-carried")).to_be_visible()
    second.mouse.up()
    expect(second.locator(".told")).to_contain_text("李大寒放到了11月26日")
    assert week.drafts() == sorted([week.roles["周二志愿者"], week.roles["周四志愿者"]])


def test_the_board_is_light(week: Week, visit: Visits) -> None:
    who = seated(visit, week.cookie)
    sizes: list[int] = []
    who.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    who.go(week.address)
    who.page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 150_000
