"""Each reason that may stand against a sign-up, with it and without it; and what holds for any two duties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.heat import Heat
from service.signups.rules import Candidate, Commitment, Held, Opening, refusals, unfit
from service.terms import ActivityState, ConsentPurpose, HeatLevel, QualificationKind, Refusal, ShiftState

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 28, 1, tzinfo=UTC)  # Saturday, 9:00 in Gongyi
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)

PERSON = Candidate(
    volunteer_id=1, birth_on=date(1966, 11, 28), weekly_hours=20, consents=frozenset({ConsentPurpose.SERVICE})
)
PLACE = Opening(
    shift_id=1,
    shift_role_id=1,
    starts_at=START,
    ends_at=START + 2 * HOUR,
    rest_after=timedelta(minutes=30),
    activity_state=ActivityState.PUBLISHED,
    shift_state=ShiftState.OPEN,
    closes_at=START - HOUR,
)


def reasons(candidate: Candidate, opening: Opening, now: datetime = NOW) -> list[Refusal]:
    return [refused.reason for refused in refusals(candidate, opening, now)]


def test_nothing_stands_against_a_fit_person_and_an_open_place() -> None:
    assert reasons(PERSON, PLACE) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"activity_state": ActivityState.DRAFT}, [Refusal.NOT_PUBLISHED]),
        ({"activity_state": ActivityState.CANCELLED}, [Refusal.SHIFT_CANCELLED]),
        ({"shift_state": ShiftState.CANCELLED}, [Refusal.SHIFT_CANCELLED]),
        (
            {"shift_state": ShiftState.CANCELLED, "activity_state": ActivityState.CANCELLED},
            [Refusal.SHIFT_CANCELLED],
        ),
        ({"places_left": 0}, []),
        ({"places_left": 0, "has_waitlist": False}, [Refusal.FULL]),
        ({"places_left": -1, "has_waitlist": False}, [Refusal.FULL]),
        ({"places_left": 1, "has_waitlist": False}, []),
        ({"places_left": 0, "has_waitlist": False, "is_instant": False}, []),
    ],
)
def test_the_state_of_the_shift(changes: dict[str, object], expected: list[Refusal]) -> None:
    assert reasons(PERSON, replace(PLACE, **changes)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (START - HOUR - timedelta(microseconds=1), []),
        (START - HOUR, [Refusal.SIGN_UP_CLOSED]),
        (START - timedelta(microseconds=1), [Refusal.SIGN_UP_CLOSED]),
        (START, [Refusal.SHIFT_STARTED]),
        (START + 5 * HOUR, [Refusal.SHIFT_STARTED]),
    ],
)
def test_the_time_of_asking(now: datetime, expected: list[Refusal]) -> None:
    assert reasons(PERSON, PLACE, now) == expected


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ({ConsentPurpose.SERVICE}, []),
        (set(), [Refusal.CONSENT_MISSING]),
        ({ConsentPurpose.REMINDERS, ConsentPurpose.SHOW_NAME}, [Refusal.CONSENT_MISSING]),
    ],
)
def test_consent(consents: set[ConsentPurpose], expected: list[Refusal]) -> None:
    assert reasons(replace(PERSON, consents=frozenset(consents)), PLACE) == expected


DOCTOR, NURSE, FIRST_AID = QualificationKind.DOCTOR, QualificationKind.NURSE, QualificationKind.FIRST_AID
LONG_AGO, SERVICE_DAY = date(2020, 1, 1), date(2026, 11, 28)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], [Refusal.QUALIFICATION_MISSING]),
        ([Held(DOCTOR, LONG_AGO, None)], []),
        ([Held(NURSE, LONG_AGO, None)], [Refusal.QUALIFICATION_MISSING]),
        ([Held(DOCTOR, LONG_AGO, SERVICE_DAY)], []),  # good through its last day
        ([Held(DOCTOR, LONG_AGO, SERVICE_DAY - DAY)], [Refusal.QUALIFICATION_EXPIRED]),  # good today, not then
        ([Held(DOCTOR, SERVICE_DAY, None)], []),
        ([Held(DOCTOR, SERVICE_DAY + DAY, None)], [Refusal.QUALIFICATION_MISSING]),  # not yet
        ([Held(DOCTOR, LONG_AGO, date(2021, 1, 1)), Held(DOCTOR, SERVICE_DAY, None)], []),  # renewed
        (
            [Held(DOCTOR, LONG_AGO, date(2021, 1, 1)), Held(DOCTOR, SERVICE_DAY + DAY, None)],
            [Refusal.QUALIFICATION_EXPIRED],
        ),
    ],
)
def test_a_qualification_counts_on_the_service_date(held: Sequence[Held], expected: list[Refusal]) -> None:
    assert reasons(replace(PERSON, qualifications=tuple(held)), replace(PLACE, requires=(DOCTOR,))) == expected


@pytest.mark.parametrize(
    ("held", "asked", "expected"),
    [
        (DOCTOR, FIRST_AID, []),
        (NURSE, FIRST_AID, []),
        (FIRST_AID, FIRST_AID, []),
        (FIRST_AID, DOCTOR, [Refusal.QUALIFICATION_MISSING]),
        (DOCTOR, NURSE, [Refusal.QUALIFICATION_MISSING]),
        (QualificationKind.TCM, DOCTOR, [Refusal.QUALIFICATION_MISSING]),
        (QualificationKind.COOK, FIRST_AID, [Refusal.QUALIFICATION_MISSING]),
    ],
)
def test_a_paper_counts_for_what_it_includes_and_only_while_it_is_good(
    held: QualificationKind, asked: QualificationKind, expected: list[Refusal]
) -> None:
    place = replace(PLACE, requires=(asked,))
    assert reasons(replace(PERSON, qualifications=(Held(held, LONG_AGO, None),)), place) == expected
    over = replace(PERSON, qualifications=(Held(held, LONG_AGO, SERVICE_DAY - DAY),))
    assert reasons(over, place) == (expected or [Refusal.QUALIFICATION_EXPIRED])


def test_each_missing_qualification_is_told() -> None:
    clinic = replace(PLACE, requires=(DOCTOR, NURSE))
    told = refusals(replace(PERSON, qualifications=(Held(NURSE, LONG_AGO, date(2026, 1, 31)),)), clinic, NOW)

    assert [(refused.reason, refused.details["kind"]) for refused in told] == [
        (Refusal.QUALIFICATION_MISSING, DOCTOR),
        (Refusal.QUALIFICATION_EXPIRED, NURSE),
    ]
    assert told[1].details["valid_until"] == date(2026, 1, 31)


def test_the_service_date_is_the_one_on_the_wall_in_china() -> None:
    """A shift from 0:30 on the 29th begins on the 28th in UTC: a licence that ends on the 28th is over."""
    night = replace(PLACE, starts_at=START + 15.5 * HOUR, ends_at=START + 17 * HOUR, requires=(DOCTOR,))
    doctor = replace(PERSON, qualifications=(Held(DOCTOR, LONG_AGO, SERVICE_DAY),))

    assert reasons(doctor, night, NOW) == [Refusal.QUALIFICATION_EXPIRED]


@pytest.mark.parametrize(
    ("birth_on", "min_age", "max_age", "expected"),
    [
        (None, None, None, []),
        (None, 18, None, [Refusal.AGE_UNKNOWN]),
        (None, None, 70, [Refusal.AGE_UNKNOWN]),
        (date(2008, 11, 28), 18, None, []),  # eighteen on the very day
        (date(2008, 11, 29), 18, None, [Refusal.TOO_YOUNG]),
        (date(1955, 11, 29), None, 70, []),  # seventy-one tomorrow
        (date(1955, 11, 28), None, 70, [Refusal.TOO_OLD]),
        (date(1990, 1, 1), 18, 70, []),
        (date(1990, 1, 1), 0, 0, [Refusal.TOO_OLD]),
        (date(2026, 11, 28), 0, 0, []),
    ],
)
def test_age(birth_on: date | None, min_age: int | None, max_age: int | None, expected: list[Refusal]) -> None:
    place = replace(PLACE, min_age=min_age, max_age=max_age)

    assert reasons(replace(PERSON, birth_on=birth_on), place) == expected


SEVENTY, SIXTY_NINE = date(1956, 11, 28), date(1956, 11, 29)
EIGHTEEN, SEVENTEEN = date(2008, 11, 28), date(2008, 11, 29)
WARM, HOT = Heat(HeatLevel.YELLOW, is_for_all=False), Heat(HeatLevel.ORANGE, is_for_all=True)


@pytest.mark.parametrize(
    ("born", "heat", "expected"),
    [
        (SEVENTY, None, []),
        (SEVENTY, WARM, [Refusal.HEAT]),
        (SIXTY_NINE, WARM, []),
        (EIGHTEEN, WARM, []),
        (SEVENTEEN, WARM, [Refusal.HEAT]),
        (None, WARM, []),
        (SEVENTY, HOT, [Refusal.TOO_HOT]),
        (SIXTY_NINE, HOT, [Refusal.TOO_HOT]),
        (None, HOT, [Refusal.TOO_HOT]),
    ],
)
def test_heat(born: date | None, heat: Heat | None, expected: list[Refusal]) -> None:
    person, place = replace(PERSON, birth_on=born), replace(PLACE, heat=heat)

    assert reasons(person, place) == expected
    assert reasons(person, replace(place, is_urgent=True)) == [], "what cannot wait is done all the same"


@pytest.mark.parametrize(
    ("born", "from_hour", "hours", "expected"),
    [
        (SEVENTY, 11, 2, []),  # 20:00 to 22:00
        (SEVENTY, 11, 2.5, [Refusal.NIGHT]),
        (SIXTY_NINE, 11, 2.5, []),
        (SEVENTY, 13, 4, [Refusal.NIGHT]),
        (SEVENTY, -4, 2, []),  # 5:00 to 7:00
        (SEVENTY, -5, 2, [Refusal.NIGHT]),
        (None, 13, 4, []),
    ],
)
def test_no_elder_serves_at_night(born: date | None, from_hour: int, hours: float, expected: list[Refusal]) -> None:
    place = replace(PLACE, starts_at=START + from_hour * HOUR, ends_at=START + (from_hour + hours) * HOUR)
    person = replace(PERSON, birth_on=born)

    assert reasons(person, replace(place, closes_at=place.starts_at)) == expected
    assert reasons(person, replace(place, closes_at=place.starts_at, is_urgent=True)) == []


def duty(starts: timedelta, ends: timedelta, rest: int = 0, shift_id: int = 2) -> Commitment:
    return Commitment(shift_id, "巡逻", START + starts, START + ends, timedelta(minutes=rest))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (duty(-2 * HOUR, timedelta()), []),  # ends as the other begins, no rest owed
        (duty(-2 * HOUR, timedelta(), rest=1), [Refusal.REST]),
        (duty(-2 * HOUR, timedelta(minutes=-30), rest=30), []),
        (duty(-2 * HOUR, timedelta(minutes=-29), rest=30), [Refusal.REST]),
        (duty(-2 * HOUR, timedelta(minutes=1)), [Refusal.OVERLAP]),
        (duty(-HOUR, 5 * HOUR), [Refusal.OVERLAP]),  # around it
        (duty(HOUR, 1.5 * HOUR), [Refusal.OVERLAP]),  # within it
        (duty(timedelta(), 2 * HOUR), [Refusal.OVERLAP]),  # the same hours
        (duty(2 * HOUR, 3 * HOUR), [Refusal.REST]),  # the place itself owes 30 minutes
        (duty(2.5 * HOUR, 3 * HOUR), []),
        (duty(2 * HOUR + timedelta(minutes=29), 3 * HOUR), [Refusal.REST]),
        (duty(timedelta(days=-3), timedelta(days=-3) + HOUR, rest=480), []),
        (duty(-9 * HOUR, -8 * HOUR, rest=481), [Refusal.REST]),
        (duty(timedelta(), 2 * HOUR, shift_id=1), [Refusal.OVERLAP]),  # a place in this very shift
    ],
)
def test_other_duties(other: Commitment, expected: list[Refusal]) -> None:
    assert reasons(replace(PERSON, commitments=(other,)), PLACE) == expected


def test_each_conflicting_duty_is_told() -> None:
    busy = replace(PERSON, commitments=(duty(-HOUR, HOUR, shift_id=2), duty(2 * HOUR, 3 * HOUR, shift_id=3)))

    assert [(r.reason, r.details["shift_id"]) for r in refusals(busy, PLACE, NOW)] == [
        (Refusal.OVERLAP, 2),
        (Refusal.REST, 3),
    ]


def hours_on(day: timedelta, length: int) -> Commitment:
    """A duty that many days before or after the place, clear of its rest."""
    return duty(day, day + length * HOUR)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], []),
        ([hours_on(-5 * DAY, 18)], []),  # exactly the limit; Monday of the same week
        ([hours_on(-5 * DAY, 19)], [Refusal.WEEKLY_HOURS]),
        ([hours_on(-5 * DAY, 10), hours_on(-4 * DAY, 9)], [Refusal.WEEKLY_HOURS]),
        ([hours_on(-6 * DAY, 20)], []),  # Sunday of the week before
        ([hours_on(2 * DAY, 20)], []),  # Monday of the week after
        ([hours_on(1 * DAY, 19)], [Refusal.WEEKLY_HOURS]),  # Sunday of the same week
    ],
)
def test_the_weekly_limit_runs_from_monday_to_sunday(held: Sequence[Commitment], expected: list[Refusal]) -> None:
    assert reasons(replace(PERSON, commitments=tuple(held)), PLACE) == expected


def test_the_week_is_the_one_in_china() -> None:
    """Monday 7:00 in Gongyi is still Sunday in UTC, and belongs to the new week."""
    monday = replace(PLACE, starts_at=START + 2 * DAY - 2 * HOUR, ends_at=START + 2 * DAY)
    busy = replace(PERSON, commitments=(hours_on(timedelta(), 20),))

    assert reasons(busy, monday) == []


def test_all_reasons_come_at_once_in_a_steady_order() -> None:
    nobody = Candidate(volunteer_id=1, birth_on=date(2015, 1, 1), weekly_hours=1, commitments=(duty(-HOUR, HOUR),))
    place = replace(
        PLACE,
        activity_state=ActivityState.DRAFT,
        shift_state=ShiftState.CANCELLED,
        requires=(DOCTOR,),
        min_age=18,
        places_left=0,
        has_waitlist=False,
    )

    assert reasons(nobody, place, START) == [
        Refusal.NOT_PUBLISHED,
        Refusal.SHIFT_CANCELLED,
        Refusal.SHIFT_STARTED,
        Refusal.CONSENT_MISSING,
        Refusal.QUALIFICATION_MISSING,
        Refusal.TOO_YOUNG,
        Refusal.OVERLAP,
        Refusal.WEEKLY_HOURS,
        Refusal.FULL,
    ]
    assert [refused.reason for refused in unfit(nobody, place)] == [
        Refusal.CONSENT_MISSING,
        Refusal.QUALIFICATION_MISSING,
        Refusal.TOO_YOUNG,
        Refusal.OVERLAP,
        Refusal.WEEKLY_HOURS,
    ]


# --- for any two duties ---

minutes = st.integers(0, 36 * 60).map(lambda n: timedelta(minutes=n))
lengths = st.integers(1, 12 * 60).map(lambda n: timedelta(minutes=n))
rests = st.sampled_from([0, 30, 480]).map(lambda n: timedelta(minutes=n))
spans = st.tuples(minutes, lengths, rests)


def as_place(span: tuple[timedelta, timedelta, timedelta]) -> Opening:
    starts, length, rest = span
    return replace(PLACE, starts_at=START + starts, ends_at=START + starts + length, rest_after=rest)


def as_duty(span: tuple[timedelta, timedelta, timedelta]) -> Commitment:
    starts, length, rest = span
    return Commitment(2, "巡逻", START + starts, START + starts + length, rest)


def conflict(mine: tuple[timedelta, timedelta, timedelta], asked: tuple[timedelta, timedelta, timedelta]) -> bool:
    person = replace(PERSON, weekly_hours=1000, commitments=(as_duty(mine),))
    return bool(unfit(person, as_place(asked)))


@given(spans, spans)
def test_it_does_not_matter_which_duty_came_first(
    one: tuple[timedelta, timedelta, timedelta], other: tuple[timedelta, timedelta, timedelta]
) -> None:
    assert conflict(one, other) == conflict(other, one)


@given(spans, spans)
def test_two_duties_conflict_exactly_when_their_occupied_ranges_meet(
    one: tuple[timedelta, timedelta, timedelta], other: tuple[timedelta, timedelta, timedelta]
) -> None:
    (a, a_length, a_rest), (b, b_length, b_rest) = one, other

    assert conflict(one, other) == (a < b + b_length + b_rest and b < a + a_length + a_rest)


@given(spans, st.lists(spans, max_size=5))
def test_one_more_duty_never_removes_a_reason(
    asked: tuple[timedelta, timedelta, timedelta], held: list[tuple[timedelta, timedelta, timedelta]]
) -> None:
    duties = tuple(as_duty(span) for span in held)
    fewer = {r.reason for r in unfit(replace(PERSON, commitments=duties[:-1]), as_place(asked))}

    assert fewer <= {r.reason for r in unfit(replace(PERSON, commitments=duties), as_place(asked))}
