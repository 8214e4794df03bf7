"""Journeys whose steps are counted, and what is done without the mouse: answer, match, print, call, edit a roster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from service import links
from service.activities.rules import RolePlan, once
from service.db import transaction
from service.matching import actions as matching
from service.matching.models import MatchRun
from service.notifications.models import Call
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings, settings
from service.signups.queries import opening
from service.teams import actions as teams
from service.terms import AssignmentState, Mode
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browser.conftest import Visit
from tests.browsing import session_cookie
from tests.factories import NOW
from tests.service.web.pages.test_calls import to_call

Visits = Callable[..., Visit]

PEOPLE = 20


@pytest.fixture
def stopped(database: Settings) -> Iterator[None]:
    """It is NOW for each of these tests."""
    os.environ["VIRTUAL_CLOCK"] = "1"
    settings.cache_clear()
    desks.stop_clock()
    yield
    del os.environ["VIRTUAL_CLOCK"]
    settings.cache_clear()


def asked(people: int) -> tuple[int, list[int], str]:
    """A shift for which so many were asked: its activity, the offers, and the cookie of the coordinator."""
    with transaction() as session:
        area = factories.community(session)
        account = factories.coordinator(session, area)
        roles = (RolePlan(name="引导员", min_needed=1, max_needed=people),)
        made = factories.activity(session, area, mode=Mode.ROTA, roles=roles)
        [shift] = factories.shifts(session, made)
        offers = []
        for number in range(people):
            person = factories.volunteer(session, area, f"邻居{'甲乙丙丁戊己庚辛壬癸'[number % 10]}")
            row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
            assert row is not None
            offer = roster.offer(session, row=row, volunteer_id=person.id, now=NOW)
            assert offer is not None
            offers.append(offer.id)
        return made.id, offers, session_cookie(account.id, epoch=account.epoch)


def seated(visit: Visits, cookie: str, screen: str = "1440x900") -> Visit:
    who = visit(screen)
    who.page.context.add_cookies([{"name": "lunzhi", "value": cookie, "url": who.site}])
    return who


def state(assignment_id: int) -> AssignmentState:
    with transaction() as session:
        return session.get_one(Assignment, assignment_id).state


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_question_is_answered_by_its_link_with_one_tap_and_no_login(
    stopped: None, visit: Visits, scripts: bool
) -> None:
    _activity, [offer], _cookie = asked(1)
    page = visit("360x780", scripts=scripts).go(f"/answers/{links.answer_token(offer)}")
    assert state(offer) == AssignmentState.OFFERED, "opening the link changes nothing"
    with page.expect_navigation():
        page.get_by_role("button", name="我能来").tap()
    assert state(offer) == AssignmentState.CONFIRMED


@pytest.mark.parametrize("place", ["desk", "roster"])
def test_the_week_is_printed_with_two_clicks(stopped: None, visit: Visits, place: str) -> None:
    activity_id, _offers, cookie = asked(2)
    who = seated(visit, cookie)
    who.page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page = who.go("/co" if place == "desk" else f"/co/activities/{activity_id}")
    page.locator("a", has_text="打印：" if place == "desk" else "打印这一周").click()
    page.get_by_role("button", name="打印", exact=True).click()
    expect(page).to_have_title("printed")
    assert who.complaints == []


def test_twenty_people_are_called_without_the_mouse(stopped: None, visit: Visits) -> None:
    _activity, offers, cookie = asked(PEOPLE)
    with transaction() as session:
        for offer in offers:
            to_call(session, session.get_one(Assignment, offer))
    who = seated(visit, cookie)
    page = who.go("/co/calls")
    expect(page.locator("main")).to_contain_text(f"还有{PEOPLE}个电话要打。")
    for number in range(PEOPLE):
        press(page, "打给")
        press(page, "能来" if number % 4 else "来不了")
    expect(page.locator("main")).to_contain_text("都回复了，没有要打的电话。")
    with transaction() as session:
        outcomes = dict(session.execute(select(Call.outcome, func.count()).group_by(Call.outcome)).all())
    assert outcomes == {"yes": 15, "no": 5}
    assert [state(offer) for offer in offers].count(AssignmentState.CONFIRMED) == 15
    assert who.complaints == []


def press(page: Page, words: str) -> None:
    """Tab to the first link, button or fold that begins so, and press Enter on it."""
    tab_to(page, words)
    if page.evaluate("document.activeElement.tagName === 'SUMMARY'"):
        page.keyboard.press("Enter")
    else:
        press_enter(page)


def press_enter(page: Page) -> None:
    """Press it where the focus is, and come to the next page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, words: str) -> None:
    """Tab on until the focus is on what begins so: its own words, or a field's label."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(
            """words => {
              const reached = document.activeElement;
              const own = reached.matches('a, button, summary') ? reached.innerText : reached.labels?.[0]?.innerText;
              return (own ?? '').trim().startsWith(words);
            }""",
            words,
        ):
            return
    raise AssertionError(f"the tab key never reaches {words}")


def type_in(page: Page, label: str, words: str) -> None:
    """Tab to a field and write into it, over what stands there."""
    tab_to(page, label)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def clinic() -> tuple[int, str]:
    """A clinic on Tuesday that wants two helpers, with four people of its team: its activity, the desk's cookie."""
    with transaction() as session:
        area = factories.community(session)
        account = factories.coordinator(session, area)
        team = factories.team(session, area)
        for name in ("王小满", "李大寒", "张立春", "赵谷雨"):
            person = factories.volunteer(session, area, name)
            teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
        made = factories.activity(
            session,
            area,
            title="社区义诊",
            mode=Mode.ROTA,
            team_id=team.id,
            roles=(RolePlan(name="引导员", min_needed=2, max_needed=3),),
            plans=[once(date(2026, 11, 24), starts=time(9), ends=time(11))],
        )
        return made.id, session_cookie(account.id, epoch=account.epoch)


def roster_now() -> dict[str, str]:
    """Who stands on the roster, and how."""
    with transaction() as session:
        rows = select(Volunteer.name, Assignment.state).join(Assignment, Assignment.volunteer_id == Volunteer.id)
        return {name: str(state) for name, state in session.execute(rows)}


def test_a_roster_is_edited_from_end_to_end_without_the_mouse(stopped: None, visit: Visits) -> None:
    activity_id, cookie = clinic()
    who = seated(visit, cookie)
    page = who.go("/co")
    press(page, "社区义诊")
    for initials in ("wxm", "ldh", "zlc"):
        press(page, "安排人")
        type_in(page, "按姓名或拼音首字母找", initials)
        press_enter(page)
        press(page, "草拟")
        if initials == "wxm":
            press(page, "撤销")
    press(page, "发布，问他们能不能来")
    press(page, "能来")
    press(page, "处理")
    press(page, "换下")
    type_in(page, "原因", "她照看孙子")
    press_enter(page)
    press(page, "改这一班")
    press(page, "改时间")
    type_in(page, "开始", "0930")
    press(page, "改时间")

    expect(page.locator("main")).to_contain_text("上午9:30")
    assert sorted(roster_now().values()) == ["offered", "released", "released"]
    assert page.url.partition("#")[0].endswith(f"/co/activities/{activity_id}?on=2026-11-24")
    assert who.complaints == []


def test_two_browsers_edit_one_week_and_nothing_is_lost(stopped: None, visit: Visits, site: str) -> None:
    activity_id, cookie = clinic()
    hers, his = (seated(visit, cookie).page for _who in range(2))
    board = f"{site}/co/activities/{activity_id}"
    for page in (hers, his):
        page.goto(board)
        page.get_by_role("link", name="安排人").first.click()
    hers.locator("button", has_text="草拟：王小满").click()
    his.locator("button", has_text="草拟：王小满").click()
    expect(his.locator("main")).to_contain_text("这一周有1个草拟的安排")
    his.get_by_role("link", name="安排人").first.click()
    his.locator("button", has_text="草拟：李大寒").click()
    expect(his.locator("main")).to_contain_text("这一周有2个草拟的安排")

    for page in (hers, his):
        page.goto(board)
        page.locator("summary", has_text="改这一班").click()
        page.get_by_role("link", name="改时间").click()
    for page, starts in ((hers, "09:30"), (his, "08:00")):
        page.get_by_label("开始", exact=True).fill(starts)
        page.get_by_role("button", name="改时间").click()
    expect(his.get_by_role("table", name="您填的和现在的")).to_contain_text("09:30")
    his.get_by_role("link", name="保留现在的").click()
    expect(his.locator("main")).to_contain_text("上午9:30")

    for page in (hers, his):
        page.goto(board)
    hers.get_by_role("button", name="发布，问他们能不能来").click()
    his.locator("button", has_text="擦掉：王小满").click()
    expect(his.locator("main")).to_contain_text("已经不在草拟里了，请看现在的样子")
    assert roster_now() == {"王小满": "offered", "李大寒": "offered"}


def test_a_week_is_matched_read_and_published_in_six_clicks(stopped: None, visit: Visits) -> None:
    with transaction() as session:
        area = factories.community(session)
        account = factories.coordinator(session, area)
        roles = (RolePlan(name="打饭", min_needed=1, max_needed=1),)
        day = NOW + timedelta(days=2)
        shift = factories.shift_on(session, area, day, title="助餐", mode=Mode.MATCHED, roles=roles)
        for name in ("李白露", "何秋分"):
            factories.sign_up(session, factories.volunteer(session, area, name), factories.only_role(session, shift))
        cookie = session_cookie(account.id, epoch=account.epoch)
    who = seated(visit, cookie)
    page = who.go("/co")
    clicks = 0

    def click(what: Locator) -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    click(page.get_by_role("link", name="助餐，11月25日"))
    click(page.get_by_role("button", name="排这一周"))
    expect(page.get_by_role("link", name="看看好了没有")).to_be_visible()
    with transaction() as session:
        matching.solve(session, match_run_id=session.scalars(select(MatchRun.id)).one(), now=NOW)
    click(page.get_by_role("link", name="看看好了没有"))
    click(page.get_by_text("这份草案有多好"))
    expect(page.locator("main")).to_contain_text("先凑够最少人数，再满足本人志愿")
    expect(page.get_by_role("list", name="报了名没有排上的，为什么")).to_be_visible()
    click(page.get_by_role("button", name="全部发布"))
    expect(page.locator("main")).to_contain_text("正在问1个人能不能来")
    assert clicks <= 6
    assert list(roster_now().values()) == ["offered"]
    assert who.complaints == []
