"""How often a code may be sent to one number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.accounts.rules import CODES_AN_HOUR, RESEND_AFTER, may_send

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes_ago", "wait"),
    [
        ([], None),
        ([1], None),
        ([0.99], 0.01),
        ([0], 1),
        ([50, 40, 30, 20], None),
        ([50, 40, 30, 20, 10], 10),  # five in the hour: until the first of them is an hour old
        ([59.5, 40, 30, 20, 0.75], 0.25),  # both limits: first the minute …
        ([59.5, 40, 30, 20, 1], 0.5),  # … then the hour
        ([60, 40, 30, 20, 10], None),  # exactly an hour ago counts no more
        ([59, 58, 57, 56, 55, 54], 2),  # six, somehow: until only four are left
        ([10, 50, 20, 40, 30], 10),  # in any order
        ([-0.5], 1.5),  # another process's clock is a little ahead
        ([-5], None),  # a virtual clock was turned back: nobody is locked out until then
    ],
)
def test_may_send(minutes_ago: list[float], wait: float | None) -> None:
    sent_at = [NOW - minutes * MINUTE for minutes in minutes_ago]

    assert may_send(sent_at, NOW) == (None if wait is None else NOW + wait * MINUTE)


moments = st.integers(0, 7200).map(lambda n: NOW + timedelta(seconds=n))


@given(st.lists(moments, max_size=60))
def test_whoever_asks_at_any_moment_gets_one_a_minute_and_five_an_hour(asked_at: list[datetime]) -> None:
    sent: list[datetime] = []
    for moment in sorted(asked_at):
        if may_send(sent, moment) is None:
            sent.append(moment)

    assert all(later - earlier >= RESEND_AFTER for earlier, later in pairwise(sent))
    for moment in sent:
        assert len([other for other in sent if moment - timedelta(hours=1) < other <= moment]) <= CODES_AN_HOUR


@given(st.lists(moments, max_size=20), moments)
def test_at_the_moment_named_one_really_may(sent_at: list[datetime], now: datetime) -> None:
    sent_at = [moment for moment in sent_at if moment <= now]
    retry_at = may_send(sent_at, now)

    if retry_at is not None:
        assert now < retry_at
        later = may_send(sent_at, retry_at)
        assert later is None or later > retry_at
