"""How a message reaches a person: what she chose first, then what she usually has, then the house's, then a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from service.notifications.ways import (
    BY_TELEPHONE,
    FOR_GROUPS,
    OF_VISITORS,
    TOPICS,
    TRIES_PER_CHANNEL,
    Attempt,
    Choices,
    channel_order,
    next_channel,
    reached,
    retry_wait,
)
from service.terms import Channel, Topic
from service.terms import NotificationKind as K

CONSOLE, FILE, EMAIL, CALLS = Channel.CONSOLE, Channel.FILE, Channel.EMAIL, Channel.CALL_LIST


def reaches(by: str) -> frozenset[Channel]:
    return reached(has_phone="phone" in by, has_email="email" in by, can_be_called="call" in by)


@pytest.mark.parametrize(
    ("chosen", "own", "house", "by", "order"),
    [
        (None, None, [FILE], "phone call", [FILE, CALLS]),
        (None, None, [FILE], "email call", [FILE, CALLS]),
        (None, None, [FILE], "call", [CALLS]),
        (None, None, [FILE], "", []),
        (None, EMAIL, [FILE], "phone email call", [EMAIL, FILE, CALLS]),
        (None, EMAIL, [FILE], "phone call", [FILE, CALLS]),
        (None, EMAIL, [EMAIL], "email", [EMAIL]),
        (None, CALLS, [FILE], "phone call", [CALLS, FILE]),
        (None, None, [CONSOLE], "phone", [CONSOLE]),
        # What she chose for the topic goes before all that.
        (CALLS, None, [FILE], "phone call", [CALLS, FILE]),
        (CALLS, EMAIL, [FILE], "phone email call", [CALLS, EMAIL, FILE]),
        (EMAIL, CALLS, [FILE], "phone email call", [EMAIL, CALLS, FILE]),
        # What cannot reach her is passed over, not asked for in vain.
        (EMAIL, None, [FILE], "phone call", [FILE, CALLS]),
        # Who has an address is written to before somebody must telephone, if the house sends mail.
        (None, None, [FILE, EMAIL], "phone email call", [FILE, EMAIL, CALLS]),
        (None, None, [FILE, EMAIL], "phone call", [FILE, CALLS]),
    ],
)
def test_what_she_chose_goes_first_and_the_telephone_last(
    chosen: Channel | None, own: Channel | None, house: Sequence[Channel], by: str, order: Sequence[Channel]
) -> None:
    found = channel_order(K.REMINDER, chosen=chosen, own=own, house=tuple(house), reaches=reaches(by))
    assert list(found) == order


@pytest.mark.parametrize("kind", BY_TELEPHONE)
def test_what_is_asked_by_telephone_goes_nowhere_else(kind: K) -> None:
    order = channel_order(kind, chosen=EMAIL, own=EMAIL, house=(FILE,), reaches=reaches("phone email call"))
    assert order == (CALLS,)


def test_digits_that_let_somebody_in_are_never_read_out() -> None:
    order = channel_order(K.LOGIN_CODE, chosen=CALLS, own=CALLS, house=(FILE,), reaches=reaches("phone email call"))
    assert order == (FILE,)


def test_each_kind_has_a_topic_but_for_what_nobody_can_choose() -> None:
    assert set(K) - set(TOPICS) == {K.LOGIN_CODE, *BY_TELEPHONE, *FOR_GROUPS, *OF_VISITORS}
    assert set(TOPICS.values()) == set(Topic)


def test_a_choice_holds_for_every_kind_of_its_topic_and_no_other() -> None:
    choices = Choices({Topic.REMINDERS: CALLS}, frozenset({Topic.FREE_PLACES}))
    assert {kind for kind in K if choices.channel(kind)} == {K.REMINDER, K.COURSE_DAY}
    assert {kind for kind in K if choices.refuses(kind)} == {K.PLACE_FREE}


FOR_GOOD, FOR_NOW = True, False


@pytest.mark.parametrize(
    ("failed", "following"),
    [
        ([], Channel.EMAIL),
        ([(Channel.EMAIL, FOR_NOW)], Channel.EMAIL),
        ([(Channel.EMAIL, FOR_NOW)] * (TRIES_PER_CHANNEL - 1), Channel.EMAIL),
        ([(Channel.EMAIL, FOR_NOW)] * TRIES_PER_CHANNEL, Channel.CALL_LIST),
        ([(Channel.EMAIL, FOR_GOOD)], Channel.CALL_LIST),
        ([(Channel.EMAIL, FOR_GOOD), (Channel.CALL_LIST, FOR_NOW)], Channel.CALL_LIST),
        ([(Channel.EMAIL, FOR_GOOD), (Channel.CALL_LIST, FOR_GOOD)], None),
    ],
)
def test_a_channel_is_given_up_for_a_permanent_failure_or_after_some_tries(
    failed: list[tuple[Channel, bool]], following: Channel | None
) -> None:
    attempts = [Attempt(channel, is_permanent) for channel, is_permanent in failed]
    assert next_channel((Channel.EMAIL, Channel.CALL_LIST), attempts) == following


def test_each_retry_waits_twice_as_long_up_to_half_an_hour() -> None:
    waits = [retry_wait(n) for n in range(1, 10)]
    assert waits[:4] == [timedelta(seconds=s) for s in (30, 60, 120, 240)]
    assert waits[-1] == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("asked_over", "chosen", "own", "by", "order"),
    [
        (EMAIL, None, None, "phone email call", [EMAIL, FILE, CALLS]),
        (EMAIL, None, CALLS, "phone email call", [EMAIL, CALLS, FILE]),
        (EMAIL, CALLS, None, "phone email call", [CALLS, EMAIL, FILE]),
        (EMAIL, None, None, "phone call", [FILE, CALLS]),
        (Channel.SMS, None, None, "phone call", [FILE, CALLS]),
    ],
)
def test_the_channel_of_a_rung_comes_after_her_own_wish_and_only_where_it_exists(
    asked_over: Channel, chosen: Channel | None, own: Channel | None, by: str, order: Sequence[Channel]
) -> None:
    found = channel_order(
        K.SUBSTITUTE_WANTED, asked_over=asked_over, chosen=chosen, own=own, house=(FILE, EMAIL), reaches=reaches(by)
    )
    assert list(found) == order
