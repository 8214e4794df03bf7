"""A calendar that follows a person's shifts: what it tells, who can read it, and that it can be closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from icalendar import Calendar

from service import links
from service.accounts import actions as accounts
from service.activities import actions as activities
from service.db import transaction
from service.roster import actions as roster
from service.signups import actions as signups
from service.signups.queries import opening
from service.terms import Mode, ReleaseReason
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import follow

pytestmark = pytest.mark.usefixtures("at_now")


@dataclass
class Her:
    """Somebody logged in, and who she is."""

    browser: Person
    id: int
    area_id: int

    def open_feed(self) -> str:
        """The path of her feed, just opened."""
        self.browser.open("/me/profile")
        return self.path(self.browser.send("/me/calendar/open"))

    @staticmethod
    def path(text: str) -> str:
        start = text.index("/calendar/")
        return text[start : text.index(".ics", start) + 4]


@pytest.fixture
def her(at_now: object) -> Her:
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, "王小满")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        return Her(desks.seated(account), person.id, area.id)


def events(path: str) -> dict[str, str]:
    """Title → status, as a program that knows nothing of her reads them."""
    answer = Person().client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer.headers["Cache-Control"]
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(event["summary"]): str(event["status"]) for event in found}


def test_it_tells_what_comes_what_is_asked_and_what_is_off(her: Her) -> None:
    with transaction() as session:
        area, person = factories.community(session), session.get_one(Volunteer, her.id)
        made = {
            title: factories.shift_on(session, area, NOW + timedelta(days=days), title=title, mode=mode)
            for days, (title, mode) in enumerate(
                {
                    "来的": Mode.INSTANT,
                    "取消的": Mode.INSTANT,
                    "退出的": Mode.INSTANT,
                    "问的": Mode.ROTA,
                    "换下的": Mode.ROTA,
                }.items(),
                start=1,
            )
        }
        asked = {
            title: factories.sign_up(session, person, factories.only_role(session, made[title]))
            for title in ("来的", "取消的", "退出的")
        }
        for title in ("问的", "换下的"):
            row = opening(session, shift_id=made[title].id, shift_role_id=made[title].roles[0].id)
            assert row is not None
            place = roster.offer(session, row=row, volunteer_id=her.id, now=NOW)
            if title == "换下的" and place is not None:
                roster.release(session, place, reason=ReleaseReason.COORDINATOR)
        activities.cancel_shift(session, made["取消的"].id, reason="大风", now=NOW, account_id=None)
        signups.withdraw(session, signup_id=asked["退出的"].id, now=NOW)
        follow(session, now=NOW)
    assert events(her.open_feed()) == {
        "来的": "CONFIRMED",
        "取消的": "CANCELLED",
        "退出的": "CANCELLED",
        "问的": "TENTATIVE",
        "换下的": "CANCELLED",
    }


def test_a_shift_has_one_name_in_the_feed_and_in_its_own_file(her: Her) -> None:
    with transaction() as session:
        shift = factories.shift_on(session, factories.community(session), NOW + timedelta(days=1))
        signup = factories.sign_up(session, session.get_one(Volunteer, her.id), factories.only_role(session, shift))
    feed = Person().client.get(her.open_feed()).data
    alone = her.browser.client.get(f"/signups/{signup.id}/calendar.ics").data
    uids = [str(event["uid"]) for data in (feed, alone) for event in Calendar.from_ical(data).walk("VEVENT")]
    assert uids == [f"signup-{signup.id}@lunzhi"] * 2


def test_nobody_elses_shifts_are_in_it(her: Her) -> None:
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, NOW + timedelta(days=1))
        factories.sign_up(session, factories.volunteer(session, area, "李大雪"), factories.only_role(session, shift))
    assert events(her.open_feed()) == {}


def test_closed_it_tells_nothing_and_opened_anew_it_is_elsewhere(her: Her) -> None:
    first = her.open_feed()
    assert events(first) == {}
    assert "停用了" in her.browser.send("/me/calendar/close")
    assert Person().client.get(first).status_code == 404
    second = her.open_feed()
    assert second != first
    assert [Person().client.get(path).status_code for path in (first, second)] == [404, 200]


def test_who_gave_the_address_away_takes_another(her: Her) -> None:
    first = her.open_feed()
    second = her.path(her.browser.send("/me/calendar/renew"))
    assert [Person().client.get(path).status_code for path in (first, second)] == [404, 200]
    assert her.path(her.browser.send("/me/calendar/open")) == second, "opening an open one changes nothing"


@pytest.mark.parametrize("token", ["1-1", "1-1.AAAA", "x", "1.AAAA", "-.AAAA"])
def test_an_address_that_was_not_made_here_opens_nothing(her: Her, token: str) -> None:
    her.open_feed()
    assert Person().client.get(f"/calendar/{token}.ics").status_code == 404


def test_another_kind_of_link_is_no_key_to_it(her: Her) -> None:
    her.open_feed()
    for token in (links.answer_token(her.id), links.ask_token(her.id), links.swap_token(her.id)):
        assert Person().client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_stranger_neither_opens_nor_closes_it(her: Her) -> None:
    path = her.open_feed()
    guest = Person()
    guest.open("/login")
    guest.send("/me/calendar/close")
    assert guest.path == "/login"
    assert events(path) == {}
