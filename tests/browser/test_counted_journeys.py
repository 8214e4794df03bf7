"""Journeys whose steps are counted: a reminder answered, a week printed, twenty people called without the mouse."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from service import links
from service.activities.rules import RolePlan
from service.db import transaction
from service.notifications.models import Call
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings, settings
from service.signups.queries import opening
from service.terms import AssignmentState, Mode
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


def test_the_week_is_printed_with_two_clicks_from_the_roster(stopped: None, visit: Visits) -> None:
    activity_id, _offers, cookie = asked(2)
    who = seated(visit, cookie)
    who.page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page = who.go(f"/co/activities/{activity_id}")
    page.get_by_role("link", name="打印这一周").click()
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
    """Tab to the first button that begins so, and press Enter on it."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(
            "words => document.activeElement.tagName === 'BUTTON' "
            "&& document.activeElement.innerText.trim().startsWith(words)",
            words,
        ):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tab key never reaches {words}")
