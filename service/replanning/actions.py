"""Changing the dates of a series: look first, then do exactly what was shown.

1. The series is locked, so that nothing is laid out meanwhile.
2. What changes is worked out: dates added, moved, dropped, and those with a time of their own, which stay.
3. It is done only if it is what was shown; each move and each cancellation is a fact of its own, so whoever holds or
   awaits a place is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.activities import actions as activities
from service.activities.laying_out import lay_out, look_again, within_horizon
from service.activities.models import Activity, Occurrence, Series, Shift
from service.activities.rules import DAY, DatesPlan, plan_problems
from service.calendars.days import Calendar
from service.calendars.queries import calendar, calendars, quiet_hours
from service.calendars.quiet import Quiet
from service.calendars.rules import local
from service.replanning import queries
from service.replanning.rules import Change, changes, token
from service.terms import ActivityState, DateChange

#: What people are told when an empty date goes because the calendar changed; nobody is there to be told.
BY_CALENDAR = "放假安排变了"


class PreviewStale(Exception):
    """Since it was shown, something has changed: show it again."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of dates would do, and the word that lets it be done. `plan` is what the series would follow."""

    plan: DatesPlan
    changes: list[Change]
    token: str

    @property
    def drops_people(self) -> bool:
        """Whether a date on which somebody counts is dropped: then a reason is owed."""
        return any(change.kind == DateChange.DROPPED and change.people for change in self.changes)


def preview(session: Session, series: Series, *, plan: DatesPlan, from_on: date, now: datetime) -> Preview:
    """What would change if the series followed `plan` from `from_on` on. Raises ActivityRefused.

    Only what is laid out can be listed; dates beyond the horizon follow the new plan as they come near.
    """
    plan = _in_step(series, plan, from_on)
    activity = session.get_one(Activity, series.activity_id)
    days = calendar(session, activity.area_id)
    quiet = quiet_hours(session) if activity.is_loud else None
    _check(activity, series, plan, days, quiet=quiet, now=now)
    there = queries.existing(session, series, from_on=from_on, now=now)
    gone = queries.taken_dates(session, series, from_on=from_on) - {one.on_date for one in there}
    coming = within_horizon(plan, days, from_on=from_on, now=now)
    found = changes(there, {day: plan.span(day) for day in coming if day not in gone})
    return Preview(plan, found, token(found, series.id, plan))


def revise(
    session: Session,
    series_id: int,
    *,
    plan: DatesPlan,
    from_on: date,
    shown: str,
    reason: str,
    now: datetime,
    account_id: int | None,
) -> Series:
    """Let a series follow `plan` from `from_on` on, earlier dates staying as they are; the series that now does.

    `shown` is the token of the preview; `reason` is told to whoever loses a date. Raises PreviewStale when the
    preview would be another now, ActivityRefused as `preview` does.
    """
    series = session.scalars(
        select(Series).where(Series.id == series_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    found = preview(session, series, plan=plan, from_on=from_on, now=now)
    if found.token != shown:
        raise PreviewStale(f"series {series_id} would change otherwise now")
    following = _split(session, series, found.plan)
    for change in found.changes:
        _do(session, change, reason=reason, now=now, account_id=account_id)
    _strike_out(session, following, found.plan)
    lay_out(session, [following], now=now)
    audit.note(
        session,
        verb="revised_series",
        subject=("series", following.id),
        account_id=account_id,
        area_id=session.get_one(Activity, following.activity_id).area_id,
        now=now,
        from_on=from_on.isoformat(),
        changed=len(found.changes),
    )
    return following


def follow_calendar(session: Session, *, area_id: int, now: datetime) -> None:
    """After the calendar of an area changed: new dates are laid out by and by, empty ones that are gone are called off.

    A date with people on it stays; a coordinator sees it among those to be decided (queries.unsettled).
    """
    look_again(session, area_id=area_id)
    today = local(now).date()
    series = queries.following_the_calendar(session, area_id=area_id)
    areas = {one.activity_id: session.get_one(Activity, one.activity_id).area_id for one in series}
    known = calendars(session, set(areas.values()))
    for one in series:
        held = set(within_horizon(one.plan, known[areas[one.activity_id]], from_on=today, now=now))
        for shift in queries.existing(session, one, from_on=today, now=now):
            if shift.on_date not in held and not shift.people:
                _drop(session, shift.shift_id, reason=BY_CALENDAR, now=now, account_id=None)
            else:
                _mark(session, shift.shift_id, is_unsettled=shift.on_date not in held)


def keep(session: Session, shift: Shift, *, now: datetime, account_id: int | None) -> None:
    """A coordinator decides that a shift is held although the calendar no longer has its date."""
    _mark(session, shift.id, is_unsettled=False)
    audit.note_about(session, "kept_shift", shift, account_id=account_id, now=now)


def _mark(session: Session, shift_id: int, *, is_unsettled: bool) -> None:
    occurrence_id = select(Shift.occurrence_id).where(Shift.id == shift_id).scalar_subquery()
    session.execute(update(Occurrence).where(Occurrence.id == occurrence_id).values(is_unsettled=is_unsettled))


def _in_step(series: Series, plan: DatesPlan, from_on: date) -> DatesPlan:
    """The plan as the series would follow it from `from_on` on: by the same rule every other week goes on in step, by
    a new one it counts from that day."""
    return replace(plan, from_on=from_on, counts_from=series.plan.anchor if plan.rule == series.rule else None)


def _check(
    activity: Activity, series: Series, plan: DatesPlan, days: Calendar, *, quiet: Quiet | None, now: datetime
) -> None:
    problems: dict[str, list[str]] = {}
    if activity.state != ActivityState.PUBLISHED:
        problems["state"] = ["not_published"]
    if plan.from_on <= local(now).date():
        problems["from_on"] = ["from_tomorrow"]
    elif plan.from_on < series.from_on:
        problems["from_on"] = ["before_series"]
    if plan.until_on is not None and plan.until_on < plan.from_on:
        problems["dates"] = ["empty"]
    elif codes := plan_problems(plan, days, now=now, quiet=quiet):
        problems["dates"] = codes
    if problems:
        raise activities.ActivityRefused(problems)


def _split(session: Session, series: Series, plan: DatesPlan) -> Series:
    """The series that follows the plan: this one if nothing of it lies before, else a new one that takes the rest."""
    if plan.from_on == series.from_on:
        return _follow(session, series, plan)
    following = Series(activity_id=series.activity_id, from_on=plan.from_on)
    series.until_on = plan.from_on - DAY
    session.add(following)
    _follow(session, following, plan)
    session.execute(
        update(Occurrence)
        .where(Occurrence.series_id == series.id, Occurrence.on_date >= plan.from_on)
        .values(series_id=following.id)
    )
    return following


def _follow(session: Session, series: Series, plan: DatesPlan) -> Series:
    series.rule, series.day_rule, series.dawn_offset = plan.rule, plan.day_rule, plan.dawn_offset
    series.starts, series.ends, series.until_on = plan.starts, plan.ends, plan.until_on
    series.counts_from, series.laid_out_until = plan.counts_from, None
    session.flush()
    return series


def _strike_out(session: Session, series: Series, plan: DatesPlan) -> None:
    """Keep the dates that are struck out, so that they are never laid out; those that no longer are may be again."""
    session.execute(
        delete(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.on_date >= plan.from_on,
            Occurrence.is_off,
            Occurrence.on_date.not_in(plan.left_out),
        )
    )
    rows = [
        {
            "activity_id": series.activity_id,
            "series_id": series.id,
            "on_date": day,
            "is_off": True,
            "is_unsettled": False,
        }
        for day in sorted(plan.left_out)
    ]
    if rows:
        session.execute(insert(Occurrence).values(rows).on_conflict_do_nothing())


def _do(session: Session, change: Change, *, reason: str, now: datetime, account_id: int | None) -> None:
    """Move or drop what the change names; what is added is laid out afterwards, what was set by hand stays."""
    if change.shift_id is None:
        return
    if change.kind == DateChange.DROPPED:
        _drop(session, change.shift_id, reason=reason, now=now, account_id=account_id)
    elif change.kind == DateChange.MOVED and change.becomes is not None:
        starts_at, ends_at = change.becomes
        shift = session.get_one(Shift, change.shift_id, with_for_update=True)
        activities.move_shift(session, shift, starts_at=starts_at, ends_at=ends_at, now=now, account_id=account_id)


def _drop(session: Session, shift_id: int, *, reason: str, now: datetime, account_id: int | None) -> None:
    """Call a shift off because its series no longer has the date. The date leaves the series, so that it can be laid
    out again should the series have it once more; a shift called off by hand does not."""
    shift = activities.cancel_shift(session, shift_id, reason=reason, now=now, account_id=account_id)
    session.execute(update(Occurrence).where(Occurrence.id == shift.occurrence_id).values(series_id=None))
