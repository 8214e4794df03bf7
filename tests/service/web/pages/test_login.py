"""Logging in by a code, registering, leaving; and the limits of trying."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.accounts import actions as accounts
from service.accounts.models import Account
from service.db import transaction
from service.settings import Settings
from service.terms import Role
from service.volunteers.models import Volunteer
from service.web import create_app
from service.web.limits import limiter
from tests import factories
from tests.browsing import Person, last_code
from tests.factories import NOW

PHONE = "13900020001"

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def known(at_now: Settings) -> int:
    """A volunteer with PHONE; her id."""
    with transaction() as session:
        return factories.volunteer(session, factories.community(session), phone=f"+86{PHONE}").id


def test_guests_are_sent_to_log_in_and_back(known: int) -> None:
    she = Person()
    she.open("/me/profile?x=1")
    assert she.path == "/login"
    she.send("/login", phone=PHONE)
    she.send("/login/code", code=last_code())
    assert she.path == "/me/profile"
    assert known


ELSEWHERE = (
    *(
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
    ),
    *("javascript:alert(1)", "evil", "/%0d%0aX:1", "http:evil.example", "https:/evil.example"),
)


def test_after_logging_in_nobody_is_led_elsewhere(known: int) -> None:
    she = Person()
    she.log_in(PHONE)
    for outside in ELSEWHERE:
        answer = she.client.get("/login", query_string={"next": outside})
        goal = answer.headers["Location"]
        assert goal.startswith("/"), outside
        assert not goal.startswith(("//", "/\\")), outside
        assert "\r" not in goal, outside


def test_a_goal_elsewhere_is_forgotten_on_the_way_in(known: int) -> None:
    she = Person()
    she.page = she.client.get("/login", query_string={"next": "//evil.example"})
    she.send("/login", phone=PHONE)
    she.send("/login/code", code=last_code())
    assert she.path == "/me"


def test_whoever_is_logged_in_is_not_asked_again(known: int) -> None:
    she = Person()
    she.log_in(PHONE)
    she.open("/login?next=/help")
    assert she.path == "/help"


def test_a_session_that_is_over_before_the_code_asks_for_the_number_again(known: int) -> None:
    she = Person()
    she.open("/login")
    she.send("/login", phone=PHONE)
    she.client.delete_cookie("lunzhi")
    assert "请再填一次" in she.open("/login/code")
    assert she.path == "/login"
    assert "请再填一次" in she.send("/login/code", code=last_code())
    assert "请再填一次" in she.send("/login/code/again")


def test_what_is_no_code_is_said(known: int) -> None:
    she = Person()
    she.open("/login")
    she.send("/login", phone=PHONE)
    for code in ("", "12345", "abcdef", "1234567", "9" * 500):
        she.send("/login/code", code=code)
        assert she.status == 422, code


def test_full_width_digits_and_spaces_are_a_code_too(known: int) -> None:
    she = Person()
    she.open("/login")
    she.send("/login", phone="139 0002 0001")
    code = last_code()
    she.send("/login/code", code="".join(chr(ord(digit) + 0xFEE0) for digit in code[:3]) + " " + code[3:])
    assert she.path == "/me"


def test_too_many_codes_say_when_the_next_may_be_asked_for(known: int) -> None:
    she = Person()
    she.open("/login")
    she.send("/login", phone=PHONE)
    she.send("/login/code", code=last_code())
    she.send("/logout")
    she.open("/login")
    text = she.send("/login", phone=PHONE)
    assert she.status == 422
    assert re.search("请上午10:0[12]以后再试", text)
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(minutes=2))
    she.send("/login", phone=PHONE)
    assert she.path == "/login/code"


def test_a_disabled_account_is_told_and_stays_outside(known: int) -> None:
    she = Person()
    she.log_in(PHONE)
    assert she.path == "/me"
    with transaction() as session:
        session.scalars(select(Account)).one().disabled_at = NOW
        clock.turn_to(session, instant=NOW + timedelta(minutes=2))
    she.open("/me")
    assert she.path == "/login", "its session is over at once"
    she.send("/login", phone=PHONE)
    assert "停用" in she.send("/login/code", code=last_code())
    assert she.status == 422
    she.open("/me")
    assert she.path == "/login"


def test_a_session_of_an_earlier_epoch_is_over(known: int) -> None:
    she = Person()
    she.log_in(PHONE)
    with transaction() as session:
        session.scalars(select(Account)).one().epoch += 1
    she.open("/me")
    assert she.path == "/login"


def test_a_new_person_who_logs_in_is_registered(at_now: Settings) -> None:
    with transaction() as session:
        area_id = factories.community(session).id
    she = Person()
    assert "先认识一下您" in she.log_in("13900030003")
    for area in ("", "99999", "x"):
        she.send("/register", name="周听雨", area_id=area, consent="true")
        assert she.status == 422
        assert 'value="周听雨"' in she.text
    assert "登记好了" in she.send("/register", name="周听雨", area_id=area_id, consent="true")
    assert she.path == "/me"
    she.open("/register")
    assert she.path == "/me", "only once"
    with transaction() as session:
        assert session.scalars(select(Volunteer.name)).all() == ["周听雨"]


def test_registering_sent_twice_registers_once(at_now: Settings) -> None:
    with transaction() as session:
        area_id = factories.community(session).id
    she = Person()
    she.log_in("13900030003")
    form = she.text
    she.send("/register", name="周听雨", area_id=area_id, consent="true")
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "name": "周听雨", "area_id": area_id, "consent": "true"}
    she.page = she.client.post("/register", data=typed, follow_redirects=True)
    assert she.path == "/me"
    with transaction() as session:
        assert session.scalars(select(Volunteer.name)).all() == ["周听雨"]


def test_guests_cannot_register_without_a_number(at_now: Settings) -> None:
    she = Person()
    she.open("/register")
    assert she.path == "/login"
    she.send("/register", name="周听雨", area_id="1", consent="true")
    assert she.path == "/login"


def test_a_coordinator_without_shifts_of_her_own_goes_to_her_desk(at_now: Settings) -> None:
    with transaction() as session:
        area = factories.community(session)
        account = accounts.open_account(session, phone=f"+86{PHONE}", name="陈协调")
        accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
    she = Person()
    she.log_in(PHONE)
    assert she.path == "/co"
    she.open("/me/profile")
    assert she.status == 403


def test_leaving_ends_the_session(known: int) -> None:
    she = Person()
    she.log_in(PHONE)
    assert "您已退出登录" in she.send("/logout")
    she.open("/me")
    assert she.path == "/login"


# --- limits ---


@pytest.fixture
def limited(at_now: Settings) -> Iterator[Person]:
    """A browser before an application that counts, in memory of its own."""
    she = Person()
    app = create_app(replace(at_now, rate_limits=True, redis_url="memory://"))
    she.client = app.test_client()
    yield she
    limiter.reset()
    create_app(at_now)


def test_who_tries_too_often_is_told_when_to_come_back_and_loses_nothing(limited: Person) -> None:
    limited.open("/login")
    for _try in range(60):
        limited.send("/login", phone="1")
        if limited.status == 429:
            break
    page = limited.client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    typed = {"csrf_token": token[1], "phone": PHONE}
    limited.page = limited.client.post("/login", data=typed, headers={"Origin": "http://localhost"})
    assert limited.status == 429
    assert re.search(r"请(凌晨|上午|中午|下午|晚上)\d{1,2}:\d\d以后再试", limited.text)
    assert f'name="phone" value="{PHONE}"' in limited.text
    assert int(limited.page.headers["Retry-After"]) in range(1, 121)
