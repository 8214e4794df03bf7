"""How far a quota has come, and when it alarms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service.quotas.rules import ALARM, Progress
from service.terms import QuotaState as S

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)


def progress(held: int, planned: int) -> Progress:
    return Progress(needed=3, held=held, planned=planned, from_on=FIRST, until_on=LAST)


@pytest.mark.parametrize(
    ("held", "planned", "today", "state", "alarms"),
    [
        (0, 0, FIRST, S.SHORT, False),
        (0, 0, LAST - ALARM, S.SHORT, False),
        (0, 0, LAST - ALARM + timedelta(days=1), S.SHORT, True),
        (1, 2, LAST, S.ON_COURSE, False),
        (1, 1, LAST, S.SHORT, True),
        (3, 0, FIRST, S.MET, False),
        (4, 0, LAST + timedelta(days=1), S.MET, False),
        (2, 0, LAST, S.SHORT, True),
        (2, 0, LAST + timedelta(days=1), S.MISSED, True),
    ],
)
def test_state_and_alarm(held: int, planned: int, today: date, state: S, *, alarms: bool) -> None:
    one = progress(held, planned)
    assert (one.state(today), one.is_alarming(today)) == (state, alarms)


@pytest.mark.parametrize(("held", "planned", "missing"), [(0, 0, 3), (1, 1, 1), (2, 4, 0), (5, 0, 0)])
def test_what_must_still_be_planned(held: int, planned: int, missing: int) -> None:
    assert progress(held, planned).missing == missing
