"""The ladder's rules on plain values: waits, horizons, and the night."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from service.backfill.rules import (
    LADDER,
    LadderRefused,
    RungPlan,
    answers_until,
    as_plan,
    as_row,
    first_look_at,
    in_order,
    may_ask_at,
)
from service.calendars.quiet import Quiet
from service.settings import LOCAL_ZONE
from service.terms import Channel, Rung

QUIET = Quiet(time(21), time(8))
TEAM = RungPlan(rung=Rung.TEAM, wait=30, at_once=5)
NEIGHBOURS = RungPlan(rung=Rung.NEIGHBOURS, wait=30, at_once=5, wakes=False)
CALLS = RungPlan(rung=Rung.CALLS, wait=0, channel=Channel.CALL_LIST)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("now", "starts_at", "waits"),
    [
        ("26 10:00", "28 09:00", 30),  # as planned
        ("28 08:00", "28 09:00", 15),  # a quarter of the hour left
        ("28 08:50", "28 09:00", 5),  # never less than five minutes
        ("28 09:20", "28 09:00", 5),  # nor once it has begun
    ],
)
def test_a_rung_waits_as_planned_and_less_towards_the_start(now: str, starts_at: str, waits: int) -> None:
    assert answers_until(TEAM, now=at(now), starts_at=at(starts_at)) == at(now) + timedelta(minutes=waits)


def test_the_whole_ladder_fits_into_two_and_a_half_hours() -> None:
    now, starts_at = at("27 14:00"), at("27 16:30")
    for plan in LADDER[:-1]:
        now = answers_until(plan, now=now, starts_at=starts_at)
    assert now < starts_at - timedelta(minutes=45)


@pytest.mark.parametrize(
    ("now", "starts_at", "first"),
    [("26 10:00", "28 09:00", "26 10:02"), ("23 10:00", "28 09:00", "25 09:00")],
)
def test_nobody_is_troubled_at_once_nor_long_before(now: str, starts_at: str, first: str) -> None:
    assert first_look_at(now=at(now), starts_at=at(starts_at)) == at(first)


@pytest.mark.parametrize(
    ("plan", "now", "starts_at", "asks_at"),
    [
        (TEAM, "27 20:59", "28 15:00", "27 20:59"),  # people are awake
        (TEAM, "27 23:00", "28 15:00", "28 08:00"),  # the morning is soon enough
        (TEAM, "27 23:00", "28 09:30", "27 23:00"),  # it is not: too near to eight o'clock
        (TEAM, "27 23:00", "28 01:00", "27 23:00"),  # within three hours
        (NEIGHBOURS, "27 23:00", "28 09:30", "28 08:00"),  # neighbours are never woken
        (NEIGHBOURS, "27 23:00", "28 01:00", None),  # and not asked when the morning is too late
        (CALLS, "27 23:00", "28 15:00", "27 23:00"),  # a list wakes nobody
    ],
)
def test_people_are_woken_only_as_the_rung_says(plan: RungPlan, now: str, starts_at: str, asks_at: str | None) -> None:
    found = may_ask_at(plan, now=at(now), starts_at=at(starts_at), quiet=QUIET)
    assert found == (at(asks_at) if asks_at else None)


@pytest.mark.parametrize("plan", LADDER, ids=lambda plan: plan.rung)
def test_a_rung_is_stored_and_read_back_as_it_was(plan: RungPlan) -> None:
    assert as_plan(as_row(plan)) == plan


@pytest.mark.parametrize("channel", [None, Channel.SMS, Channel.CALL_LIST])
def test_a_rung_keeps_its_channel(channel: Channel | None) -> None:
    plan = RungPlan(rung=Rung.TEAM, wait=30, at_once=5, channel=channel)
    assert as_plan(as_row(plan)) == plan
    assert plan.is_by_phone == (channel == Channel.CALL_LIST)


@pytest.mark.parametrize("channel", [Channel.INBOX, Channel.WECOM])
def test_nobody_is_asked_where_she_may_not_look_for_days(channel: Channel) -> None:
    with pytest.raises(LadderRefused):
        in_order([RungPlan(rung=Rung.TEAM, wait=30, channel=channel)])
