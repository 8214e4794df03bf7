"""When it is too hot outdoors, and for whom; warnings as they are noted, taken back and read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from service.calendars import actions, queries
from service.calendars.heat import FOR_ANYBODY, FOR_THE_FRAIL, Heat, Warned, heat_in
from service.calendars.models import HeatWarning
from service.calendars.rules import instant, local
from service.places.models import Area
from service.terms import HeatLevel
from tests import factories
from tests.ledger import audited

TODAY, TOMORROW = date(2026, 7, 20), date(2026, 7, 21)
YELLOW, ORANGE, RED = HeatLevel
AS_LEVEL = {level: Warned(level, TODAY, TODAY) for level in HeatLevel}


def at(text: str, day: date = TODAY) -> datetime:
    return instant(day, time.fromisoformat(text))


@pytest.mark.parametrize(
    ("level", "starts", "ends", "is_for_all"),
    [
        (YELLOW, "08:30", "11:00", None),
        (YELLOW, "08:30", "11:01", False),
        (YELLOW, "13:00", "14:00", False),
        (YELLOW, "16:00", "18:00", None),
        (ORANGE, "08:00", "10:00", None),
        (ORANGE, "10:00", "12:00", False),
        (ORANGE, "11:00", "12:30", True),
        (ORANGE, "15:00", "17:00", False),
        (ORANGE, "18:00", "20:00", None),
        (RED, "06:00", "07:00", True),
        (RED, "22:00", "23:00", True),
    ],
)
def test_for_whom_it_is_too_hot(level: HeatLevel, starts: str, ends: str, is_for_all: bool | None) -> None:
    expected = None if is_for_all is None else Heat(level, is_for_all)
    assert heat_in(at(starts), at(ends), [AS_LEVEL[level]]) == expected


def test_a_warning_holds_on_its_own_days_only() -> None:
    noon = (at("12:00", TOMORROW), at("14:00", TOMORROW))
    assert heat_in(*noon, [Warned(RED, TODAY, TODAY)]) is None
    assert heat_in(*noon, [Warned(RED, TODAY, TOMORROW)]) == Heat(RED, is_for_all=True)
    over_midnight = (at("21:00"), at("01:00", TOMORROW))
    assert heat_in(*over_midnight, [Warned(RED, TOMORROW, TOMORROW)]) == Heat(RED, is_for_all=True)
    assert heat_in(at("21:00"), at("00:00", TOMORROW), [Warned(RED, TOMORROW, TOMORROW)]) is None


def test_the_worst_of_several_warnings_is_told() -> None:
    every = [AS_LEVEL[YELLOW], AS_LEVEL[ORANGE]]
    assert heat_in(at("11:00"), at("12:00"), every) == Heat(ORANGE, is_for_all=False)
    assert heat_in(at("11:00"), at("13:00"), every) == Heat(ORANGE, is_for_all=True)
    assert heat_in(at("11:00"), at("13:00"), []) is None


def test_whoever_is_frail_is_never_worse_off_and_a_higher_level_never_milder() -> None:
    def minutes(span: tuple[time, time] | None) -> set[int]:
        if span is None:
            return set()
        first, last = (one.hour * 60 + one.minute for one in span)
        return set(range(first, last or 24 * 60))

    for level in HeatLevel:
        assert minutes(FOR_ANYBODY.get(level)) <= minutes(FOR_THE_FRAIL[level])
    for hot in (FOR_ANYBODY, FOR_THE_FRAIL):
        for lower, higher in ((YELLOW, ORANGE), (ORANGE, RED)):
            assert minutes(hot.get(lower)) <= minutes(hot.get(higher))


@given(
    begin=st.integers(0, 72 * 12),
    length=st.integers(1, 24 * 12),
    first=st.integers(0, 3),
    days=st.integers(0, 2),
    level=st.sampled_from(HeatLevel),
)
def test_a_shift_is_hot_if_any_five_minutes_of_it_are(
    begin: int, length: int, first: int, days: int, level: HeatLevel
) -> None:
    step = timedelta(minutes=5)
    starts_at = at("00:00") + begin * step
    warned = Warned(level, TODAY + timedelta(days=first), TODAY + timedelta(days=first + days))

    def is_hot(moment: datetime, hot: dict[HeatLevel, tuple[time, time]]) -> bool:
        wall = local(moment)
        if level not in hot or not warned.from_on <= wall.date() <= warned.until_on:
            return False
        return hot[level][0] <= wall.time() and (hot[level][1] == time() or wall.time() < hot[level][1])

    parts = [starts_at + n * step for n in range(length)]
    found = [any(is_hot(part, hot) for part in parts) for hot in (FOR_ANYBODY, FOR_THE_FRAIL)]
    heat = heat_in(starts_at, starts_at + length * step, [warned])
    assert [heat is not None and heat.is_for_all, heat is not None] == found


def note(session: Session, area: Area, *, on: date, now: datetime, level: HeatLevel = ORANGE) -> HeatWarning:
    days = {"from_on": on, "until_on": on + timedelta(days=2)}
    return actions.warn_of_heat(session, area_id=area.id, level=level, **days, now=now, account_id=1)


def test_a_warning_holds_for_all_below_its_area_until_it_is_taken_back(session: Session, now: datetime) -> None:
    here, beside = factories.community(session), factories.community(session, "建设路社区")
    street = session.get_one(Area, here.parent_id)
    today = local(now).date()
    of_street = note(session, street, on=today, now=now)
    ours = note(session, here, on=today + timedelta(days=1), now=now)

    def held(area: Area, *, from_on: date = today) -> list[int]:
        return [w.id for w, _area in queries.heat_warnings(session, scope_ids=[area.id], from_on=from_on)]

    assert [held(area) for area in (street, here, beside)] == [
        [of_street.id, ours.id],
        [of_street.id, ours.id],
        [of_street.id],
    ]
    assert held(here, from_on=today + timedelta(days=3)) == [ours.id], "the last day counts"
    assert queries.heat_warning_in_scope(session, of_street.id, scope_ids=[here.id]) is None
    assert queries.heat_warning_in_scope(session, ours.id, scope_ids=[street.id]) is ours
    for undo, holds in ((actions.withdraw_heat_warning, []), (actions.restore_heat_warning, [of_street.id])):
        for _twice in range(2):
            undo(session, of_street, now=now, account_id=2)
        assert held(beside) == holds
    assert [line[0] for line in audited(session) if line[1:3] == ("heat_warning", of_street.id)] == [
        "warned_of_heat",
        "withdrew_heat_warning",
        "restored_heat_warning",
    ]
