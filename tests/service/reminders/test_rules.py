"""When reminders fall due, and what one person is told on one day. Times here are those of Gongyi."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from service.calendars.quiet import Quiet
from service.calendars.rules import local
from service.reminders.rules import (
    MalformedLeadTime,
    Pending,
    Settlement,
    Timing,
    Told,
    obstacle,
    parse,
    settle,
    timing,
    timings,
    wanted_at,
)
from service.settings import LOCAL_ZONE
from service.terms import AssignmentState, ShiftState, UnsentReason

QUIET = Quiet(time(21), time(8))
TOO_LATE, QUIET_HOURS, ALREADY_TOLD = UnsentReason.TOO_LATE, UnsentReason.QUIET_HOURS, UnsentReason.ALREADY_TOLD


def at(text: str) -> datetime:
    """`11-28 09:00` in the year 2026, unless it names another."""
    return datetime.fromisoformat(text if text.startswith("20") else f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("lead_time", "means"),
    [
        ("P3D", timedelta(days=3)),
        ("P1W", timedelta(weeks=1)),
        ("PT2H", timedelta(hours=2)),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT12H30M", timedelta(days=1, hours=12, minutes=30)),
        ("eve20:00", time(20)),
        ("eve08:30", time(8, 30)),
    ],
)
def test_a_lead_time_is_a_duration_or_an_evening(lead_time: str, means: timedelta | time) -> None:
    assert parse(lead_time) == means


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P0D",
        "PT0H",
        "3D",
        "P3",
        "-P3D",
        "P1M",
        "P1Y",
        "PT2S",
        "eve",
        "eve25:00",
        "eve8:00",
        "EVE20:00",
        "P3D ",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedLeadTime):
        parse(text)


@pytest.mark.parametrize(
    ("lead_time", "starts_at", "wanted"),
    [
        ("P3D", "11-28 09:00", "11-25 09:00"),
        ("P3D", "2027-01-02 09:00", "2026-12-30 09:00"),
        ("P1D", "2028-03-01 09:00", "2028-02-29 09:00"),
        ("PT2H", "11-28 09:00", "11-28 07:00"),
        ("PT2H", "2027-01-01 01:00", "2026-12-31 23:00"),
        ("eve20:00", "11-28 09:00", "11-27 20:00"),
        ("eve20:00", "2027-01-01 09:00", "2026-12-31 20:00"),
        # A night watch belongs to the date on which it starts, whenever it ends.
        ("eve20:00", "11-28 22:00", "11-27 20:00"),
        ("eve20:00", "11-28 00:30", "11-27 20:00"),
    ],
)
def test_a_lead_time_counts_from_the_start_on_the_local_clock(lead_time: str, starts_at: str, wanted: str) -> None:
    assert wanted_at(lead_time, at(starts_at)) == at(wanted)


@pytest.mark.parametrize(
    ("wanted", "starts_at", "now", "due_at", "reason"),
    [
        # By day a reminder falls due when it is wanted, down to the minute at both edges of the night.
        ("11-27 20:00", "11-28 09:00", "11-23 10:00", "11-27 20:00", None),
        ("11-28 08:00", "11-28 10:00", "11-23 10:00", "11-28 08:00", None),
        ("11-27 20:59", "11-27 22:59", "11-23 10:00", "11-27 20:59", None),
        # In the night: the evening before at 20:30, if that is still to come …
        ("11-28 04:00", "11-28 06:00", "11-23 10:00", "11-27 20:30", None),
        ("11-28 07:59", "11-28 09:59", "11-23 10:00", "11-27 20:30", None),
        ("11-27 21:00", "11-27 23:00", "11-23 10:00", "11-27 20:30", None),
        ("11-27 23:30", "11-28 01:30", "11-23 10:00", "11-27 20:30", None),
        ("2027-01-01 00:00", "2027-01-01 02:00", "12-01 10:00", "2026-12-31 20:30", None),
        # … at once, if it is later than that but people are still awake …
        ("11-28 04:00", "11-28 06:00", "11-27 20:45", "11-27 20:45", None),
        ("11-28 04:00", "11-28 06:00", "11-27 20:30", "11-27 20:30", None),
        # … else in the morning, if that is before the start, else not at all.
        ("11-28 07:30", "11-28 09:30", "11-27 21:00", "11-28 08:00", None),
        ("11-28 07:30", "11-28 09:30", "11-28 07:59", "11-28 08:00", None),
        ("11-28 04:00", "11-28 06:00", "11-27 21:00", "11-28 04:00", QUIET_HOURS),
        ("11-28 06:00", "11-28 08:00", "11-27 22:00", "11-28 06:00", QUIET_HOURS),
        ("11-28 06:00", "11-28 08:01", "11-27 22:00", "11-28 08:00", None),
        # What is past when it is planned is too late; this very moment is not.
        ("11-25 09:00", "11-28 09:00", "11-25 09:01", "11-25 09:00", TOO_LATE),
        ("11-25 09:00", "11-28 09:00", "11-25 09:00", "11-25 09:00", None),
        ("11-28 07:30", "11-28 09:30", "11-28 08:01", "11-28 08:00", TOO_LATE),
    ],
)
def test_a_reminder_keeps_out_of_the_night(
    wanted: str, starts_at: str, now: str, due_at: str, reason: UnsentReason | None
) -> None:
    assert timing(at(wanted), starts_at=at(starts_at), now=at(now), quiet=QUIET) == Timing(at(due_at), reason)


THREE = ("P3D", "eve20:00", "PT2H")


@pytest.mark.parametrize(
    ("lead_times", "starts_at", "now", "expected"),
    [
        (THREE, "11-28 14:00", "11-23 10:00", {"P3D": "11-25 14:00", "eve20:00": "11-27 20:00", "PT2H": "11-28 12:00"}),
        (THREE, "11-28 14:00", "11-27 10:00", {"P3D": TOO_LATE, "eve20:00": "11-27 20:00", "PT2H": "11-28 12:00"}),
        (THREE, "11-28 14:00", "11-28 10:00", {"P3D": TOO_LATE, "eve20:00": TOO_LATE, "PT2H": "11-28 12:00"}),
        # Whoever signs up moments before has just been told; whoever would hear nothing for days is reminded anyway.
        (THREE, "11-28 14:00", "11-28 13:00", {"P3D": TOO_LATE, "eve20:00": TOO_LATE, "PT2H": TOO_LATE}),
        (("P3D", "P1W"), "11-28 14:00", "11-26 10:00", {"P3D": "11-28 12:00", "P1W": TOO_LATE}),
        (("P3D",), "11-28 06:00", "11-26 10:00", {"P3D": "11-27 20:30"}),
        (("P3D",), "11-28 06:00", "11-27 22:00", {"P3D": TOO_LATE}),
        (("PT2H",), "11-28 06:00", "11-27 22:00", {"PT2H": QUIET_HOURS}),
        # A start that is past is past for all.
        (THREE, "11-28 14:00", "11-28 15:00", {"P3D": TOO_LATE, "eve20:00": TOO_LATE, "PT2H": TOO_LATE}),
        ((), "11-28 14:00", "11-23 10:00", {}),
        # A watch across midnight: two hours before 22:00, and the evening before its own date.
        (THREE, "11-28 22:00", "11-23 10:00", {"P3D": "11-25 20:30", "eve20:00": "11-27 20:00", "PT2H": "11-28 20:00"}),
    ],
)
def test_each_lead_time_of_a_place_gets_its_time_or_its_reason(
    lead_times: tuple[str, ...], starts_at: str, now: str, expected: dict[str, str | UnsentReason]
) -> None:
    found = timings(lead_times, starts_at=at(starts_at), now=at(now), quiet=QUIET)
    said = {name: one.unsent_reason or f"{local(one.due_at):%m-%d %H:%M}" for name, one in found.items()}
    assert said == expected


@pytest.mark.parametrize(
    ("assignment", "shift", "has_consent", "reason"),
    [
        (AssignmentState.CONFIRMED, ShiftState.OPEN, True, None),
        (AssignmentState.CONFIRMED, ShiftState.OPEN, False, UnsentReason.NO_CONSENT),
        (AssignmentState.CONFIRMED, ShiftState.CANCELLED, True, UnsentReason.CANCELLED),
        (AssignmentState.RELEASED, ShiftState.CANCELLED, True, UnsentReason.CANCELLED),
        (AssignmentState.RELEASED, ShiftState.OPEN, True, UnsentReason.NOT_HOLDING),
        (AssignmentState.DECLINED, ShiftState.OPEN, True, UnsentReason.NOT_HOLDING),
        (AssignmentState.OFFERED, ShiftState.OPEN, True, UnsentReason.NOT_HOLDING),
        (AssignmentState.DRAFTED, ShiftState.OPEN, True, UnsentReason.NOT_HOLDING),
        (AssignmentState.CHECKED_IN, ShiftState.OPEN, True, UnsentReason.SUPERSEDED),
        (AssignmentState.COMPLETED, ShiftState.OPEN, True, UnsentReason.SUPERSEDED),
        (AssignmentState.NO_SHOW, ShiftState.OPEN, True, UnsentReason.SUPERSEDED),
    ],
)
def test_only_who_is_expected_and_agreed_is_reminded(
    assignment: AssignmentState, shift: ShiftState, has_consent: bool, reason: UnsentReason | None
) -> None:
    assert obstacle(assignment_state=assignment, shift_state=shift, has_consent=has_consent) == reason


def test_a_pause_counts_only_for_who_would_be_reminded() -> None:
    def why(shift: ShiftState = ShiftState.OPEN, *, has_consent: bool = True) -> UnsentReason | None:
        expected = AssignmentState.CONFIRMED
        return obstacle(assignment_state=expected, shift_state=shift, has_consent=has_consent, is_paused=True)

    assert why() == UnsentReason.PAUSED
    assert why(has_consent=False) == UnsentReason.NO_CONSENT
    assert why(ShiftState.CANCELLED) == UnsentReason.CANCELLED


def pending(reminder_id: int, due_at: str, starts_at: str, **details: object) -> Pending:
    """A reminder of an assignment with the same number, unless told otherwise."""
    values = {"assignment_id": reminder_id, **details}
    return Pending(reminder_id=reminder_id, due_at=at(due_at), starts_at=at(starts_at), **values)  # type: ignore[arg-type]


def decided(now: str, *due: Pending, told: Told | None = None) -> Settlement:
    return settle(due, volunteer_id=7, told=told or Told(), now=at(now), quiet=QUIET)


#: What she was told this morning, of assignment 1.
MORNING = Told(keys=frozenset({"reminder:7:2026-11-27"}), assignment_ids=frozenset({1}))


def test_the_first_message_of_a_day_takes_along_what_falls_due_later_that_day() -> None:
    found = decided(
        "11-27 12:00",
        pending(1, "11-27 12:00", "11-27 14:00"),
        pending(2, "11-27 20:00", "11-28 09:00"),
        pending(3, "11-27 20:00", "11-28 09:00", assignment_id=2),
    )
    assert found.key == "reminder:7:2026-11-27"
    assert found.assignment_ids == [1, 2]
    assert [p.reminder_id for p in found.said] == [1, 2, 3]
    assert not found.unsent
    assert not found.moved


def test_nothing_is_said_before_the_first_reminder_of_the_day_is_due() -> None:
    assert len(decided("11-27 12:00", pending(1, "11-27 12:01", "11-27 14:01"))) == 0


def test_what_was_told_today_is_not_told_again() -> None:
    found = decided("11-27 20:00", pending(4, "11-27 20:00", "11-28 09:00", assignment_id=1), told=MORNING)
    assert found.unsent == {4: ALREADY_TOLD}
    assert not found.said


@pytest.mark.parametrize(
    ("starts_at", "goes_now"),
    [
        ("11-27 20:30", True),
        ("11-28 06:00", True),
        ("11-28 09:59", True),
        ("11-28 10:00", False),
        ("11-30 09:00", False),
    ],
)
def test_news_after_the_days_message_waits_for_the_morning_unless_that_is_too_late(
    starts_at: str, goes_now: bool
) -> None:
    found = decided("11-27 20:00", pending(5, "11-27 20:00", starts_at), told=MORNING)
    if goes_now:
        assert (found.key, found.assignment_ids) == ("reminder:7:2026-11-27:5", [5])
    else:
        assert found.moved == {5: at("11-28 08:00")}


def test_if_one_cannot_wait_the_others_that_are_due_go_along() -> None:
    found = decided(
        "11-27 20:00",
        pending(5, "11-27 20:00", "11-30 09:00"),
        pending(6, "11-27 20:00", "11-28 06:00"),
        pending(8, "11-27 20:30", "11-28 06:30"),
        told=MORNING,
    )
    assert (found.key, found.assignment_ids) == ("reminder:7:2026-11-27:5", [6, 5])
    assert not found.moved


def test_a_days_message_that_came_to_nothing_does_not_count_as_told_but_keeps_its_key() -> None:
    never_went = Told(keys=MORNING.keys)
    found = decided("11-27 20:00", pending(5, "11-27 20:00", "11-30 09:00"), told=never_went)
    assert (found.key, found.assignment_ids) == ("reminder:7:2026-11-27:5", [5])


def test_obstacles_and_starts_gone_by_leave_a_reason_and_do_not_hold_up_the_rest() -> None:
    found = decided(
        "11-27 12:00",
        pending(1, "11-27 12:00", "11-27 14:00", obstacle=UnsentReason.CANCELLED),
        pending(2, "11-27 09:00", "11-27 12:00"),
        pending(3, "11-27 12:00", "11-27 14:00"),
    )
    assert found.unsent == {1: UnsentReason.CANCELLED, 2: TOO_LATE}
    assert found.assignment_ids == [3]


def test_a_sweep_that_comes_in_the_night_lets_people_sleep() -> None:
    found = decided(
        "11-27 23:00",
        pending(1, "11-27 20:00", "11-28 09:00"),
        pending(2, "11-27 20:30", "11-28 06:00"),
    )
    assert found.moved == {1: at("11-28 08:00")}
    assert found.unsent == {2: QUIET_HOURS}
    assert not found.said


def test_a_sweep_a_few_minutes_into_the_night_still_finishes_the_day() -> None:
    assert decided("11-27 21:10", pending(1, "11-27 20:59", "11-27 22:59")).assignment_ids == [1]


def test_past_midnight_the_night_ends_the_same_morning() -> None:
    assert decided("11-28 02:00", pending(1, "11-27 20:00", "11-28 09:00")).moved == {1: at("11-28 08:00")}
