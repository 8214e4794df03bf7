"""Changing the dates of a series: shown first, done as shown, nobody surprised."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import db
from service.activities import actions as activities
from service.activities import laying_out
from service.activities.models import Activity, Occurrence, Series, Shift
from service.activities.rules import DatesPlan, RolePlan, weekly_plan
from service.calendars import actions as calendar_actions
from service.calendars.days import NoticeDay
from service.calendars.notice import Notice
from service.calendars.recurrence import DAILY, WORKING_WEEK, weekly
from service.calendars.rules import local
from service.places import queries as places
from service.places.models import Area
from service.replanning import actions, queries
from service.roster.models import AWAITED, Assignment
from service.settings import Settings
from service.terms import DateChange, DayRule, ShiftState
from tests import factories
from tests.at_once import committed, together
from tests.invariants import check
from tests.ledger import audited, facts

TUESDAYS = weekly_plan(
    starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2027, 1, 31), weekdays={2}
)
LATER = date(2026, 12, 8)
ONLY_HOLIDAYS = replace(TUESDAYS, rule=DAILY, day_rule=DayRule.HOLIDAYS)
ROLES = (RolePlan(name="引导员", min_needed=1, max_needed=3),)


def series_of(session: Session, plan: DatesPlan = TUESDAYS) -> Series:
    made = factories.activity(session, factories.community(session), plans=[plan], roles=ROLES)
    return made.series[0]


def revised(session: Session, series: Series, plan: DatesPlan, now: datetime, *, from_on: date = LATER) -> Series:
    shown = actions.preview(session, series, plan=plan, from_on=from_on, now=now).token
    return actions.revise(
        session, series.id, plan=plan, from_on=from_on, shown=shown, reason="场地有变", now=now, account_id=7
    )


def open_dates(session: Session, activity_id: int) -> list[str]:
    """When the shifts that are held begin, in local time."""
    rows = session.scalars(
        select(Shift.starts_at)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at)
    )
    return [local(starts_at).strftime("%m-%d %H:%M") for starts_at in rows]


def shift_on(session: Session, series: Series, day: date) -> Shift:
    return session.scalars(
        select(Shift).join(Occurrence).where(Occurrence.activity_id == series.activity_id, Occurrence.on_date == day)
    ).one()


def somebody_on(session: Session, shift: Shift, name: str = "王小满") -> Assignment:
    person = factories.volunteer(session, session.get_one(Area, shift.area_id), name)
    factories.sign_up(session, person, shift.roles[0])
    return session.scalars(select(Assignment).where(Assignment.volunteer_id == person.id)).one()


def test_a_preview_lists_what_changes_date_by_date_and_changes_nothing(session: Session, now: datetime) -> None:
    series = series_of(session)
    held = somebody_on(session, shift_on(session, series, date(2026, 12, 15)))
    before = open_dates(session, series.activity_id)
    wednesdays = replace(TUESDAYS, rule=weekly([2, 3]), starts=time(10), ends=time(12))

    found = actions.preview(session, series, plan=wednesdays, from_on=LATER, now=now)

    told = [(change.kind, change.on_date.isoformat()[5:], change.people) for change in found.changes]
    assert told == [
        (DateChange.MOVED, "12-08", ()),
        (DateChange.ADDED, "12-09", ()),
        (DateChange.MOVED, "12-15", (held.volunteer_id,)),
        (DateChange.ADDED, "12-16", ()),
        (DateChange.MOVED, "12-22", ()),
        (DateChange.ADDED, "12-23", ()),
    ]
    assert not found.drops_people
    assert open_dates(session, series.activity_id) == before


def test_this_and_later_leaves_what_is_before_alone(session: Session, now: datetime) -> None:
    series = series_of(session)
    following = revised(session, series, replace(TUESDAYS, starts=time(14), ends=time(16)), now)

    assert (series.until_on, following.from_on, following.until_on) == (
        date(2026, 12, 7), LATER, TUESDAYS.until_on,
    )  # fmt: skip
    assert open_dates(session, series.activity_id) == [
        "11-24 09:00", "12-01 09:00", "12-08 14:00", "12-15 14:00", "12-22 14:00",
    ]  # fmt: skip
    assert ("revised_series", "series", following.id, 7) in audited(session)


def test_from_the_first_date_on_the_series_itself_changes(session: Session, now: datetime) -> None:
    series = series_of(session)
    following = revised(session, series, replace(TUESDAYS, rule=weekly([4])), now, from_on=TUESDAYS.from_on)

    assert following.id == series.id
    assert open_dates(session, series.activity_id)[:2] == ["11-26 09:00", "12-03 09:00"]


def test_every_other_week_goes_on_in_step(session: Session, now: datetime) -> None:
    fortnightly = replace(TUESDAYS, rule=weekly([2], every=2))
    series = series_of(session, fortnightly)
    assert open_dates(session, series.activity_id) == ["11-24 09:00", "12-08 09:00", "12-22 09:00"]

    held = somebody_on(session, shift_on(session, series, date(2026, 12, 8)))
    off_week = date(2026, 12, 1)
    in_the_afternoon = replace(fortnightly, starts=time(15), ends=time(16), from_on=off_week)

    found = actions.preview(session, series, plan=in_the_afternoon, from_on=off_week, now=now)
    following = revised(session, series, in_the_afternoon, now, from_on=off_week)

    assert [(one.kind, one.on_date.day) for one in found.changes] == [(DateChange.MOVED, 8), (DateChange.MOVED, 22)]
    assert facts(session, "ShiftMoved", "ShiftCancelled") == [
        ("ShiftMoved", shift_on(session, series, date(2026, 12, day)).id) for day in (8, 22)
    ]
    assert session.get_one(Shift, held.shift_id).state == ShiftState.OPEN
    assert open_dates(session, series.activity_id) == ["11-24 09:00", "12-08 15:00", "12-22 15:00"]

    again = revised(session, following, replace(in_the_afternoon, starts=time(14)), now, from_on=off_week)

    assert again.id == following.id
    assert open_dates(session, series.activity_id) == ["11-24 09:00", "12-08 14:00", "12-22 14:00"]


@given(
    rule=st.sampled_from([weekly([2], every=2), weekly([1, 4], every=3), "FREQ=DAILY;INTERVAL=3", weekly([3])]),
    day_rule=st.sampled_from([DayRule.EVERY_DAY, DayRule.EARLIER, DayRule.LATER, DayRule.NOT_HOLIDAYS]),
    days=st.integers(1, 40),
)
@budget(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_of_hours_moves_dates_and_neither_drops_nor_adds_any(
    servers: Settings, rule: str, day_rule: DayRule, days: int
) -> None:
    """From whatever day on, off weeks and holidays included: a series that only changes its hours keeps its dates."""
    before_new_year = datetime(2026, 12, 10, 2, tzinfo=UTC)
    from_on = local(before_new_year).date() + timedelta(days=days)
    plan = replace(TUESDAYS, rule=rule, day_rule=day_rule, until_on=date(2027, 3, 31))
    with Session(db.engine(), expire_on_commit=False) as session:
        series = series_of(session, plan)
        laying_out.lay_out(session, [series], now=before_new_year)

        changed = replace(plan, starts=time(15), ends=time(16), from_on=from_on)
        found = actions.preview(session, series, plan=changed, from_on=from_on, now=before_new_year)

        assert {one.kind for one in found.changes} <= {DateChange.MOVED}
        session.rollback()


def test_whoever_is_on_a_moved_date_is_told_and_whoever_loses_hers_too(session: Session, now: datetime) -> None:
    series = series_of(session)
    moved, dropped = (shift_on(session, series, date(2026, 12, day)) for day in (8, 15))
    for shift, name in ((moved, "甲"), (dropped, "乙")):
        somebody_on(session, shift, name)
    plan = replace(TUESDAYS, starts=time(10), ends=time(12), left_out=frozenset({date(2026, 12, 15)}))
    assert actions.preview(session, series, plan=plan, from_on=LATER, now=now).drops_people

    revised(session, series, plan, now)

    told = facts(session, "ShiftMoved", "ShiftCancelled")
    assert ("ShiftMoved", moved.id) in told
    assert ("ShiftCancelled", dropped.id) in told
    assert session.get_one(Shift, dropped.id).cancel_reason == "场地有变"


def test_a_time_set_by_hand_stays(session: Session, now: datetime) -> None:
    series = series_of(session)
    by_hand = shift_on(session, series, date(2026, 12, 15))
    later = timedelta(hours=5)
    activities.move_shift(
        session, by_hand, starts_at=by_hand.starts_at + later, ends_at=by_hand.ends_at + later, now=now, account_id=None
    )
    plan = replace(TUESDAYS, starts=time(10), ends=time(12))

    found = actions.preview(session, series, plan=plan, from_on=LATER, now=now)
    revised(session, series, plan, now)

    assert [c.kind for c in found.changes if c.shift_id == by_hand.id] == [DateChange.BY_HAND]
    assert open_dates(session, series.activity_id)[2:] == ["12-08 10:00", "12-15 14:00", "12-22 10:00"]


def test_what_was_called_off_by_hand_is_never_made_again(session: Session, now: datetime) -> None:
    series = series_of(session)
    gone = shift_on(session, series, date(2026, 12, 15))
    activities.cancel_shift(session, gone.id, reason="大雪", now=now, account_id=None)

    revised(session, series, replace(TUESDAYS, starts=time(10), ends=time(12)), now)
    laying_out.look_again(session, area_id=gone.area_id)
    laying_out.extend(session, now=now + timedelta(days=2))

    assert not any(day.startswith("12-15") for day in open_dates(session, series.activity_id))


def test_a_date_dropped_by_one_change_comes_back_by_another(session: Session, now: datetime) -> None:
    series = series_of(session)
    without = revised(session, series, replace(TUESDAYS, left_out=frozenset({date(2026, 12, 15)})), now)
    assert queries.struck_out(session, without) == {date(2026, 12, 15)}
    assert "12-15 09:00" not in open_dates(session, series.activity_id)

    revised(session, without, TUESDAYS, now)

    assert "12-15 09:00" in open_dates(session, series.activity_id)


def test_what_is_done_is_what_was_shown(session: Session, now: datetime) -> None:
    series = series_of(session)
    plan = replace(TUESDAYS, starts=time(10), ends=time(12))
    shown = actions.preview(session, series, plan=plan, from_on=LATER, now=now).token
    somebody_on(session, shift_on(session, series, date(2026, 12, 15)))  # signs up meanwhile

    with pytest.raises(actions.PreviewStale):
        actions.revise(session, series.id, plan=plan, from_on=LATER, shown=shown, reason="", now=now, account_id=None)


@pytest.mark.parametrize(
    ("plan", "from_on", "problems"),
    [
        (TUESDAYS, date(2026, 11, 23), {"from_on": ["from_tomorrow"]}),
        (replace(TUESDAYS, until_on=date(2026, 12, 1)), LATER, {"dates": ["empty"]}),
        (
            replace(TUESDAYS, rule=DAILY, day_rule=DayRule.HOLIDAYS, until_on=date(2026, 12, 20)),
            LATER,
            {"dates": ["empty"]},
        ),
        (replace(TUESDAYS, until_on=date(2028, 12, 20)), LATER, {"dates": ["too_long"]}),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, now: datetime, plan: DatesPlan, from_on: date, problems: dict[str, list[str]]
) -> None:
    series = series_of(session)

    with pytest.raises(activities.ActivityRefused) as refused:
        actions.preview(session, series, plan=plan, from_on=from_on, now=now)

    assert refused.value.problems == problems


def test_a_series_does_not_reach_back_before_its_first_date(session: Session, now: datetime) -> None:
    """Those dates may belong to the series it took over from: they would be there twice."""
    series = series_of(session)
    following = revised(session, series, replace(TUESDAYS, starts=time(10)), now)

    with pytest.raises(activities.ActivityRefused) as refused:
        actions.preview(session, following, plan=TUESDAYS, from_on=date(2026, 12, 1), now=now)

    assert refused.value.problems == {"from_on": ["before_series"]}


def test_a_draft_has_no_dates_to_change(session: Session, now: datetime) -> None:
    made = factories.activity(session, factories.community(session), plans=[TUESDAYS], is_published=False)

    with pytest.raises(activities.ActivityRefused):
        actions.preview(session, made.series[0], plan=TUESDAYS, from_on=LATER, now=now)


# --- the calendar changes ---

WORKWEEK = weekly_plan(
    starts=time(16, 30),
    ends=time(18),
    from_on=date(2026, 12, 7),
    until_on=date(2027, 1, 31),
    weekdays=WORKING_WEEK,
    day_rule=DayRule.WORKDAYS,
)
#: A notice that makes Thursday 31 December a day off, and Saturday 26 a workday.
NOTICE = Notice(
    2027,
    (
        NoticeDay(date(2026, 12, 26), is_work=True, name="元旦"),
        NoticeDay(date(2026, 12, 31), is_work=False, name="元旦"),
    ),
)
IN_DECEMBER = datetime(2026, 12, 5, 2, tzinfo=UTC)


def proclaim(session: Session) -> None:
    calendar_actions.save_notice(session, NOTICE, text="通知", now=IN_DECEMBER, account_id=1)
    root = places.root(session)
    assert root is not None
    actions.follow_calendar(session, area_id=root.id, now=IN_DECEMBER)
    laying_out.extend(session, now=IN_DECEMBER)


def test_empty_dates_follow_the_calendar_by_themselves(session: Session) -> None:
    series = series_of(session, WORKWEEK)
    laying_out.extend(session, now=IN_DECEMBER)
    assert "12-31 16:30" in open_dates(session, series.activity_id)

    proclaim(session)

    assert "12-26 16:30" in open_dates(session, series.activity_id)
    assert "12-31 16:30" not in open_dates(session, series.activity_id)


def test_a_date_with_people_waits_for_a_coordinator(session: Session) -> None:
    series = series_of(session, WORKWEEK)
    laying_out.extend(session, now=IN_DECEMBER)
    shift = shift_on(session, series, date(2026, 12, 31))
    somebody_on(session, shift)
    scope = [shift.area_id]
    assert queries.unsettled(session, scope_ids=scope, now=IN_DECEMBER) == []

    proclaim(session)

    left = queries.unsettled(session, scope_ids=scope, now=IN_DECEMBER)
    assert [(one.shift.id, one.people) for one in left] == [(shift.id, 1)]
    assert "12-31 16:30" in open_dates(session, series.activity_id)
    assert queries.unsettled(session, scope_ids=[0], now=IN_DECEMBER) == []

    actions.keep(session, shift, now=IN_DECEMBER, account_id=7)
    assert queries.unsettled(session, scope_ids=scope, now=IN_DECEMBER) == []


# --- whatever is changed, in whatever order ---

RULES = st.sampled_from([DAILY, weekly([2]), weekly([1, 4]), weekly([2], every=2), weekly(WORKING_WEEK)])
EDITS = st.lists(
    st.tuples(
        RULES,
        st.sampled_from([time(9), time(14), time(22)]),
        st.sampled_from([DayRule.EVERY_DAY, DayRule.WORKDAYS, DayRule.LATER]),
        st.integers(1, 25),  # from which day on
        st.sets(st.integers(1, 30), max_size=3),  # days struck out
    ),
    min_size=1,
    max_size=3,
)


@budget(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, takers=st.sets(st.integers(0, 30), min_size=1, max_size=4), cancelled=st.integers(0, 30))
def test_nobody_confirmed_is_surprised_and_nothing_called_off_returns(
    servers: Settings, edits: list[Any], takers: set[int], cancelled: int
) -> None:
    """However a series is changed: a confirmed person's shift changes only with a fact that tells her, and a shift that
    was called off by hand is not made again."""
    now = factories.NOW
    with Session(db.engine(), expire_on_commit=False) as session:
        series = series_of(session, replace(TUESDAYS, rule=DAILY))
        activity_id, shifts = (
            series.activity_id,
            factories.shifts(session, session.get_one(Activity, series.activity_id)),
        )
        held = [somebody_on(session, shifts[n % len(shifts)], f"人{n}") for n in takers]
        off = shifts[cancelled % len(shifts)]
        activities.cancel_shift(session, off.id, reason="手工取消", now=now, account_id=None)
        off_day, before = local(off.starts_at).date(), {a.id: (a.shift_id, _when(session, a)) for a in held}
        for edit in edits:
            _apply(session, activity_id, edit, now)
        told = set(facts(session, "ShiftMoved", "ShiftCancelled"))
        for shift_id, was in before.values():
            shift = session.get_one(Shift, shift_id, populate_existing=True)
            if shift.starts_at != was:
                assert ("ShiftMoved", shift_id) in told
            if shift.state == ShiftState.CANCELLED:
                assert ("ShiftCancelled", shift_id) in told
        same_day = select(Shift.state).join(Occurrence).where(Occurrence.activity_id == activity_id)
        assert set(session.scalars(same_day.where(Occurrence.on_date == off_day))) == {ShiftState.CANCELLED}
        assert check(session) == []
        session.rollback()


def _apply(session: Session, activity_id: int, edit: Any, now: datetime) -> None:
    """Change the latest series of the activity as `edit` (one of EDITS) says, where that is not refused."""
    rule, starts, day_rule, first, struck = edit
    from_on = local(now).date() + timedelta(days=first)
    plan = DatesPlan(
        starts=starts,
        ends=time((starts.hour + 2) % 24),
        from_on=from_on,
        until_on=date(2027, 1, 31),
        rule=rule,
        day_rule=day_rule,
        left_out=frozenset(local(now).date() + timedelta(days=n) for n in struck),
    )
    latest = session.scalars(
        select(Series).where(Series.activity_id == activity_id).order_by(Series.id.desc()).limit(1)
    ).one()
    with suppress(activities.ActivityRefused):
        revised(session, latest, plan, now, from_on=max(from_on, latest.from_on))
        laying_out.extend(session, now=now)


def _when(session: Session, assignment: Assignment) -> datetime:
    assert assignment.state in AWAITED
    return session.get_one(Shift, assignment.shift_id).starts_at


# --- at once, with real commits ---


def test_changing_and_laying_out_at_once_makes_no_date_twice(database: Settings, now: datetime) -> None:
    series_id = committed(lambda s: series_of(s, replace(TUESDAYS, rule=DAILY)).id)
    plan = replace(TUESDAYS, rule=DAILY, starts=time(15), ends=time(17))
    later = now + timedelta(days=1)

    def change(session: Session) -> Any:
        return revised(session, session.get_one(Series, series_id), plan, later).id

    def extend(session: Session) -> Any:
        return laying_out.extend(session, now=later).shifts

    outcomes = together(change, extend, change, extend)

    assert any(isinstance(one, int) for one in outcomes)
    per_day = select(func.count()).select_from(Shift).where(Shift.state == ShiftState.OPEN).group_by(Shift.starts_at)
    assert set(committed(lambda s: s.scalars(per_day).all())) == {1}
    assert committed(check) == []
