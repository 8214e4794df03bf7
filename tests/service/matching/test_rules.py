"""The rules one by one, and that they say the same as those of a sign-up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.rules import local
from service.matching import rules
from service.matching.blockers import Blocker, Hindrance
from service.matching.plan import Plan
from service.matching.problem import Commitment, Opening, Person, Pin, Problem, Wish
from service.signups.rules import Candidate, unfit
from service.signups.rules import Commitment as HeldDuty
from service.signups.rules import Opening as OfferedPlace
from service.terms import ActivityState, ConsentPurpose, Refusal, ShiftState
from tests.service.matching.strategies import BARRED, MONDAY, WEEK, opening


def plan(*openings: Opening, hours: int = 20, held: tuple[Commitment, ...] = (), pins: tuple[Pin, ...] = ()) -> Plan:
    """A plan for two people, the first of whom wishes for every opening."""
    return Plan(
        Problem(
            from_minute=MONDAY,
            until_minute=MONDAY + WEEK,
            persons=(Person(id=1, max_minutes=60 * hours), Person(id=2, max_minutes=60 * hours)),
            openings=openings,
            commitments=held,
            wishes=tuple(Wish(person_id=1, opening_id=o.id, rank=1) for o in openings),
            pins=pins,
        )
    )


def elsewhere(starts: int, ends: int, *, rest_after: int = 30) -> tuple[Commitment, ...]:
    return (Commitment(person_id=1, shift_id=99, starts=starts, ends=ends, rest_after=rest_after, week=0),)


NINE, ELEVEN = MONDAY + 540, MONDAY + 660


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((NINE - 120, NINE - 30, 30), []),  # rest ends as the shift begins
        ((NINE - 120, NINE - 29, 30), [Refusal.REST]),
        ((NINE - 120, NINE, 0), []),  # half-open: one ends as the other begins
        ((NINE - 120, NINE + 1, 0), [Refusal.OVERLAP]),
        ((ELEVEN - 1, ELEVEN + 60, 0), [Refusal.OVERLAP]),
        ((ELEVEN, ELEVEN + 60, 480), [Refusal.REST]),  # 30 minutes are owed after the opening itself
        ((ELEVEN + 30, ELEVEN + 60, 480), []),
        ((NINE, ELEVEN, 0), [Refusal.OVERLAP]),
    ],
)
def test_time_between_duties(held: tuple[int, int, int], expected: list[Refusal]) -> None:
    starts, ends, rest_after = held
    made = plan(opening(10, 1), held=elsewhere(starts, ends, rest_after=rest_after))
    found = rules.blockers(made, made.problem.wishes[0])

    assert [blocker.code for blocker in found] == expected
    assert all(blocker.shift_id == 99 for blocker in found)


def test_all_reasons_are_told_not_the_first() -> None:
    made = plan(
        opening(10, 1),
        hours=2,
        held=elsewhere(NINE, ELEVEN),
        pins=(Pin(person_id=2, opening_id=10, is_confirmed=True),),
    )
    wish = Wish(person_id=1, opening_id=10, rank=1, barred=BARRED)

    assert rules.blockers(made, wish) == (
        *BARRED,
        Blocker(Refusal.OVERLAP, shift_id=99),
        Blocker(Refusal.WEEKLY_HOURS, details=(("held", 2), ("limit", 2))),
        Blocker(Refusal.FULL, person_id=2),
    )
    assert not rules.fits(made, wish)


def test_nobody_has_two_roles_in_one_shift() -> None:
    made = plan(opening(10, 1), opening(11, 1), pins=(Pin(person_id=1, opening_id=11, is_confirmed=False),))
    assert rules.blockers(made, made.problem.wishes[0]) == (Blocker(Hindrance.SAME_SHIFT, shift_id=1),)


def test_weeks_are_counted_apart() -> None:
    next_monday = opening(10, 1, starts=NINE + WEEK)
    made = plan(next_monday, hours=2, held=elsewhere(NINE, ELEVEN))
    assert rules.fits(made, made.problem.wishes[0])


def test_a_place_kept_for_somebody_is_not_free() -> None:
    made = plan(opening(10, 1, kept=1))
    assert rules.blockers(made, made.problem.wishes[0]) == (Blocker(Refusal.FULL),)


def test_a_crowded_opening_stays_full() -> None:
    """More hold a place than there are, because the coordinator made the role smaller."""
    pins = tuple(Pin(person_id=n, opening_id=10, is_confirmed=True) for n in (1, 2))
    made = plan(opening(10, 1), pins=pins)
    assert made.free(made.openings[10]) == 0


_days = st.integers(0, 14 * 24 * 2).map(
    lambda half_hour: datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=30 * half_hour)
)
_lengths = st.integers(1, 20).map(lambda half_hours: timedelta(minutes=30 * half_hours))
_rests = st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(hours=8)])
_duties = st.tuples(_days, _lengths, _rests)


@given(_duties, st.lists(_duties, max_size=4), st.integers(1, 40))
def test_time_rules_say_the_same_as_those_of_a_sign_up(
    asked: tuple[datetime, timedelta, timedelta],
    held: list[tuple[datetime, timedelta, timedelta]],
    weekly_hours: int,
) -> None:
    starts_at, length, rest_after = asked
    offered = OfferedPlace(
        shift_id=1,
        shift_role_id=10,
        starts_at=starts_at,
        ends_at=starts_at + length,
        rest_after=rest_after,
        activity_state=ActivityState.PUBLISHED,
        shift_state=ShiftState.OPEN,
        closes_at=starts_at,
    )
    asking = Candidate(
        volunteer_id=1,
        birth_on=None,
        weekly_hours=weekly_hours,
        consents=frozenset({ConsentPurpose.SERVICE}),
        commitments=tuple(HeldDuty(n, "", at, at + long, rest) for n, (at, long, rest) in enumerate(held, start=2)),
    )
    made = Plan(
        Problem(
            from_minute=0,
            until_minute=1,
            persons=(Person(id=1, max_minutes=60 * weekly_hours),),
            openings=(Opening(id=10, **_minutes(1, asked), min_needed=1, max_needed=1),),
            commitments=tuple(Commitment(person_id=1, **_minutes(n, duty)) for n, duty in enumerate(held, start=2)),
            wishes=(Wish(person_id=1, opening_id=10, rank=1),),
        )
    )
    expected = [(refused.reason, refused.details.get("shift_id")) for refused in unfit(asking, offered)]
    found = [(blocker.code, blocker.shift_id) for blocker in rules.blockers(made, made.problem.wishes[0])]
    assert sorted(found, key=str) == sorted(expected, key=str)


def _minutes(shift_id: int, duty: tuple[datetime, timedelta, timedelta]) -> dict[str, Any]:
    starts_at, length, rest_after = duty
    year, week, _ = local(starts_at).isocalendar()
    starts = int(starts_at.timestamp()) // 60
    return {
        "shift_id": shift_id,
        "starts": starts,
        "ends": starts + length // timedelta(minutes=1),
        "rest_after": rest_after // timedelta(minutes=1),
        "week": 100 * year + week,
    }
