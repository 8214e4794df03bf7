"""Login codes: sent rarely, good once, for a while, for a few tries."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service import db
from service.accounts import actions
from service.accounts.models import Account, LoginCode
from service.accounts.rules import CODE_LIFE, CODE_TRIES, CODES_AN_HOUR
from service.settings import Settings
from tests import factories
from tests.at_once import committed, together
from tests.ledger import facts

PHONE, OTHER = "+8613900010001", "+8613900010002"
MINUTE = timedelta(minutes=1)


def sent(session: Session, now: datetime, phone: str = PHONE) -> tuple[LoginCode, str]:
    code = actions.request_code(session, phone=phone, now=now)
    return code, actions.digits(code)


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def check(session: Session, typed: str, now: datetime, phone: str = PHONE) -> LoginCode:
    return actions.check_code(session, phone=phone, typed=typed, now=now)


def test_the_digits_are_six_and_stored_nowhere(session: Session, now: datetime) -> None:
    code, digits = sent(session, now)
    [stored] = session.execute(text("SELECT row_to_json(c)::text FROM login_code c")).one()

    assert len(digits) == 6
    assert digits.isdecimal()
    assert digits not in stored
    assert PHONE not in stored
    assert facts(session) == [("LoginCodeRequested", code.id)]


def test_a_code_is_good_once(session: Session, now: datetime) -> None:
    code, digits = sent(session, now)
    assert check(session, digits, now) is code
    assert code.used_at == now

    with pytest.raises(actions.WrongCode):
        check(session, digits, now)


def test_a_finger_that_taps_twice_is_known_for_a_minute_and_a_few_tries(session: Session, now: datetime) -> None:
    def was_just_right(typed: str, at: datetime) -> bool:
        return actions.was_just_right(session, phone=PHONE, typed=typed, now=at)

    _code, digits = sent(session, now)
    assert not was_just_right(digits, now), "nobody was let in yet"
    check(session, digits, now)
    assert was_just_right(digits, now + MINUTE)
    assert not was_just_right(digits, now + MINUTE + timedelta(microseconds=1))
    for _try in range(CODE_TRIES - 2):
        assert not was_just_right(wrong(digits), now)
    assert not was_just_right(digits, now), "guessing is over after the tries of any code"


def test_a_code_is_under_way_until_it_is_used_or_too_old(session: Session, now: datetime) -> None:
    assert actions.code_underway(session, phone=PHONE, now=now) is None
    code, digits = sent(session, now)
    assert actions.code_underway(session, phone=PHONE, now=now + CODE_LIFE) is code
    assert actions.code_underway(session, phone=PHONE, now=now + CODE_LIFE + timedelta(microseconds=1)) is None
    check(session, digits, now)
    assert actions.code_underway(session, phone=PHONE, now=now) is None


@pytest.mark.parametrize(("after", "is_good"), [(CODE_LIFE, True), (CODE_LIFE + timedelta(microseconds=1), False)])
def test_a_code_is_good_for_a_while(session: Session, now: datetime, after: timedelta, is_good: bool) -> None:
    _, digits = sent(session, now)
    try:
        check(session, digits, now + after)
        found = True
    except actions.WrongCode:
        found = False

    assert found == is_good


def test_a_code_is_good_for_its_own_number_only(session: Session, now: datetime) -> None:
    _, digits = sent(session, now)
    sent(session, now, OTHER)

    with pytest.raises(actions.WrongCode):
        check(session, digits, now, OTHER)
    with pytest.raises(actions.WrongCode):
        check(session, digits, now, "+8613900010003")


@pytest.mark.parametrize("typed", ["", "１２３４５６", "12345", "1234567", "abcdef", "0" * 10_000, "12 456", "\x00"])
def test_whatever_is_typed_is_compared_and_refused(session: Session, now: datetime, typed: str) -> None:
    code, _ = sent(session, now)

    with pytest.raises(actions.WrongCode):
        check(session, typed, now)
    assert code.attempts == 1


def test_after_five_wrong_tries_the_right_digits_are_refused(session: Session, now: datetime) -> None:
    code, digits = sent(session, now)
    for _ in range(CODE_TRIES):
        with pytest.raises(actions.WrongCode):
            check(session, wrong(digits), now)

    with pytest.raises(actions.WrongCode):
        check(session, digits, now)
    assert (code.attempts, code.used_at) == (CODE_TRIES, None)


def test_the_fifth_try_may_be_right(session: Session, now: datetime) -> None:
    _, digits = sent(session, now)
    for _ in range(CODE_TRIES - 1):
        with pytest.raises(actions.WrongCode):
            check(session, wrong(digits), now)

    assert check(session, digits, now).used_at == now


def test_a_new_code_ends_the_one_before(session: Session, now: datetime) -> None:
    _, first = sent(session, now)
    _, second = sent(session, now + MINUTE)

    with pytest.raises(actions.WrongCode):
        check(session, first, now + MINUTE)
    assert check(session, second, now + MINUTE).used_at == now + MINUTE
    with pytest.raises(actions.WrongCode):  # not even after the new one was used
        check(session, first, now + MINUTE)


def test_one_code_a_minute_and_five_an_hour(session: Session, now: datetime) -> None:
    for n in range(CODES_AN_HOUR):
        sent(session, now + n * MINUTE)
        with pytest.raises(actions.TooManyCodes) as refused:
            sent(session, now + n * MINUTE + timedelta(seconds=59))
        if n < CODES_AN_HOUR - 1:
            assert refused.value.retry_at == now + (n + 1) * MINUTE
    with pytest.raises(actions.TooManyCodes) as refused:
        sent(session, now + 30 * MINUTE)

    assert refused.value.retry_at == now + timedelta(hours=1)
    sent(session, now + 30 * MINUTE, OTHER)
    sent(session, refused.value.retry_at)


# --- accounts ---


def test_a_number_has_one_account_tied_to_its_volunteer(session: Session) -> None:
    person = factories.volunteer(session, factories.community(session), phone=PHONE)
    account = actions.open_account(session, phone=PHONE, name="王小满")

    assert account.volunteer_id == person.id
    assert actions.open_account(session, phone=PHONE, name="别的名字") is account
    assert account.name == "王小满"


def test_who_registers_after_her_first_login_is_tied_then(session: Session) -> None:
    account = actions.open_account(session, phone=PHONE, name="王小满")
    assert account.volunteer_id is None
    person = factories.volunteer(session, factories.community(session), phone=PHONE)

    assert actions.open_account(session, phone=PHONE, name="王小满").volunteer_id == person.id


# --- committed: tries are counted, races are decided ---


def test_a_wrong_try_is_counted_when_its_transaction_commits(database: Settings, now: datetime) -> None:
    """The caller lets the transaction commit, and tells the refusal afterwards."""
    digits = committed(lambda s: sent(s, now)[1])

    def try_wrongly(session: Session) -> str:
        try:
            check(session, wrong(digits), now)
        except actions.WrongCode as refused:
            return str(refused)
        raise AssertionError("wrong digits were accepted")

    told = [committed(try_wrongly) for _ in range(CODE_TRIES + 1)]
    assert told[:CODE_TRIES] == ["these are not the digits that were sent"] * CODE_TRIES
    assert told[CODE_TRIES] == "this code is no longer good: ask for a new one"


def test_a_try_that_is_rolled_back_is_not_counted(database: Settings, now: datetime) -> None:
    """Why the callers must not let the exception out of their transaction: a guesser would have tries without end."""
    digits = committed(lambda s: sent(s, now)[1])
    with pytest.raises(actions.WrongCode), db.transaction() as session:
        check(session, wrong(digits), now)

    assert committed(lambda s: s.scalar(select(LoginCode.attempts))) == 0


def test_tries_sent_at_once_are_all_counted(database: Settings, now: datetime) -> None:
    digits = committed(lambda s: sent(s, now)[1])

    def guess(session: Session) -> None:
        try:
            check(session, wrong(digits), now)
        except actions.WrongCode:
            return

    assert together(*[guess] * 8) == [None] * 8
    assert committed(lambda s: s.scalar(select(LoginCode.attempts))) == CODE_TRIES


def test_the_right_digits_sent_at_once_let_in_once(database: Settings, now: datetime) -> None:
    digits = committed(lambda s: sent(s, now)[1])
    outcomes = together(*[lambda s: check(s, digits, now).id] * 5)

    assert [type(outcome).__name__ for outcome in outcomes].count("WrongCode") == 4


def test_codes_asked_for_at_once_are_one(database: Settings, now: datetime) -> None:
    outcomes = together(*[lambda s: actions.request_code(s, phone=PHONE, now=now).id] * 5)

    assert [type(outcome).__name__ for outcome in outcomes].count("TooManyCodes") == 4
    assert committed(lambda s: s.scalar(select(func.count()).select_from(LoginCode))) == 1


def test_a_disabled_account_stays_what_it_is(session: Session, now: datetime) -> None:
    account = actions.open_account(session, phone=PHONE, name="王小满")
    account.disabled_at = now
    session.flush()

    assert actions.open_account(session, phone=PHONE, name="王小满") is account
    assert session.get_one(Account, account.id).disabled_at == now
