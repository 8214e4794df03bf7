"""What a coordinator can do: draft, publish, move, cancel. And the horizon that grows by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, ActivityRole, Occurrence, Series, Shift, ShiftRole
from service.activities.rules import HORIZON, LONGEST_SHIFT, RolePlan, WeeklyPlan, plan_problems, rest_after
from service.calendars.rules import hours, local
from service.events import ActivityPublished, ShiftCancelled, ShiftMoved
from service.teams.models import Team
from service.terms import ActivityState, Mode, ShiftState, TeamState


class ActivityRefused(Exception):
    """The activity cannot be drafted, published or changed so. `problems` are codes with their field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(", ".join(f"{name}: {codes}" for name, codes in problems.items()))
        self.problems = problems


def draft(
    session: Session,
    *,
    area_id: int,
    place_id: int,
    title: str,
    mode: Mode,
    roles: Sequence[RolePlan],
    plans: Sequence[WeeklyPlan],
    contact_name: str,
    contact_phone: str,
    created_by: int | None,
    now: datetime,
    **details: Any,
) -> Activity:
    """Write an activity down; nobody but coordinators sees it. `details` are further columns of Activity.

    Raises ActivityRefused when there is no role or no date, or when a date is past.
    """
    _check_plans(roles, plans, now=now)
    activity = Activity(
        area_id=area_id,
        place_id=place_id,
        title=title,
        mode=mode,
        contact_name=contact_name,
        contact_phone=contact_phone,
        created_by=created_by,
        **details,
    )
    activity.roles, activity.series = _roles(roles), _series(plans)
    session.add(activity)
    session.flush()
    return activity


def redraft(
    session: Session,
    activity: Activity,
    *,
    roles: Sequence[RolePlan],
    plans: Sequence[WeeklyPlan],
    changes: Mapping[str, Any],
    now: datetime,
) -> Activity:
    """Write a draft anew: its columns, roles and dates. Raises ActivityRefused, also once it is published."""
    if activity.state != ActivityState.DRAFT:
        raise ActivityRefused({"state": ["not_a_draft"]})
    _check_plans(roles, plans, now=now)
    for part in (ActivityRole, Series):
        session.execute(delete(part).where(part.activity_id == activity.id))
    session.expire(activity, ["roles", "series"])
    for name, value in changes.items():
        setattr(activity, name, value)
    activity.roles, activity.series = _roles(roles), _series(plans)
    session.flush()
    return activity


def _check_plans(roles: Sequence[RolePlan], plans: Sequence[WeeklyPlan], *, now: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if not roles:
        problems["roles"] = ["empty"]
    dates = sorted({code for plan in plans for code in plan_problems(plan, now=now)} or ([] if plans else ["empty"]))
    if dates:
        problems["dates"] = dates
    if problems:
        raise ActivityRefused(problems)


def _roles(roles: Sequence[RolePlan]) -> list[ActivityRole]:
    return [
        ActivityRole(
            name=role.name,
            min_needed=role.min_needed,
            max_needed=role.max_needed,
            requires=list(role.requires),
            min_age=role.min_age,
            max_age=role.max_age,
        )
        for role in roles
    ]


def _series(plans: Sequence[WeeklyPlan]) -> list[Series]:
    return [
        Series(
            weekdays=sorted(plan.weekdays),
            starts=plan.starts,
            ends=plan.ends,
            from_on=plan.from_on,
            until_on=plan.until_on,
            day_rule=plan.day_rule,
        )
        for plan in plans
    ]


def publish(session: Session, activity: Activity, *, now: datetime, account_id: int | None) -> Activity:
    """Open an activity to volunteers and lay out its shifts up to the horizon. Publishing twice is harmless.

    Raises ActivityRefused when its team has not been approved, or the activity was cancelled.
    """
    if activity.state == ActivityState.PUBLISHED:
        return activity
    if activity.state == ActivityState.CANCELLED:
        raise ActivityRefused({"state": ["cancelled"]})
    if activity.team_id is not None and session.get_one(Team, activity.team_id).state != TeamState.ACTIVE:
        raise ActivityRefused({"team": ["not_approved"]})
    activity.state, activity.published_at = ActivityState.PUBLISHED, now
    session.flush()
    for series in activity.series:
        lay_out(session, series, now=now)
    outbox.record(session, ActivityPublished(activity.id))
    _note(session, "published_activity", activity, account_id=account_id, now=now)
    return activity


def revise(
    session: Session, activity: Activity, *, changes: Mapping[str, Any], now: datetime, account_id: int | None
) -> Activity:
    """Change an activity's words, contact or deadlines. Raises ActivityRefused when it was cancelled."""
    if activity.state == ActivityState.CANCELLED:
        raise ActivityRefused({"state": ["cancelled"]})
    for name, value in changes.items():
        setattr(activity, name, value)
    _note(session, "revised_activity", activity, account_id=account_id, now=now, fields=sorted(changes))
    session.flush()
    return activity


def lay_out(session: Session, series: Series, *, now: datetime) -> int:
    """Make the series' shifts from today to the horizon; the number of new ones.

    Running it again, or twice at once, makes nothing twice: a date exists once per series by its unique key.
    """
    today = local(now).date()
    plan = WeeklyPlan(
        starts=series.starts,
        ends=series.ends,
        from_on=max(series.from_on, today),
        until_on=series.until_on,
        weekdays=frozenset(series.weekdays),
        day_rule=series.day_rule,
    )
    days = plan.dates(before=today + HORIZON + timedelta(days=1)) if plan.from_on <= plan.until_on else []
    new = [day for day in days if hours(day, starts=series.starts, ends=series.ends)[0] > now]
    return sum(_lay_out_day(session, series, day) for day in new)


def _lay_out_day(session: Session, series: Series, day: date) -> bool:
    occurrence_id = session.scalar(
        insert(Occurrence)
        .values(activity_id=series.activity_id, series_id=series.id, on_date=day)
        .on_conflict_do_nothing(index_elements=["series_id", "on_date"])
        .returning(Occurrence.id)
    )
    if occurrence_id is None:
        return False
    activity = session.get_one(Activity, series.activity_id)
    starts_at, ends_at = hours(day, starts=series.starts, ends=series.ends)
    session.add(
        Shift(
            area_id=activity.area_id,
            activity_id=activity.id,
            occurrence_id=occurrence_id,
            place_id=activity.place_id,
            starts_at=starts_at,
            ends_at=ends_at,
            rest_after=rest_after(starts_at, ends_at),
            roles=[
                ShiftRole(activity_role_id=role.id, min_needed=role.min_needed, max_needed=role.max_needed)
                for role in activity.roles
            ],
        )
    )
    session.flush()
    return True


def extend_horizon(session: Session, *, now: datetime) -> int:
    """Lay out what has come within the horizon since the last time, for every published series; how many shifts."""
    running = session.scalars(
        select(Series)
        .join(Activity, Activity.id == Series.activity_id)
        .where(Activity.state == ActivityState.PUBLISHED, Series.until_on >= local(now).date())
        .order_by(Series.id)
    ).all()
    return sum(lay_out(session, series, now=now) for series in running)


def move_shift(
    session: Session, shift: Shift, *, starts_at: datetime, ends_at: datetime, now: datetime, account_id: int | None
) -> Shift:
    """Change a shift's time; its people are told, and freed if they cannot be there.

    Raises ActivityRefused: what has begun is not moved, nor anything into the past, nor is a shift made
    longer than a day.
    """
    problems = ["past"] if min(starts_at, shift.starts_at) <= now else []
    if ends_at <= starts_at:
        problems.append("ends_before_start")
    if ends_at - starts_at > LONGEST_SHIFT:
        problems.append("longer_than_a_day")
    if shift.state == ShiftState.CANCELLED:
        problems.append("cancelled")
    if problems:
        raise ActivityRefused({"shift": problems})
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.rest_after = rest_after(starts_at, ends_at)
    outbox.record(session, ShiftMoved(shift.id))
    _note(session, "moved_shift", shift, account_id=account_id, now=now)
    return shift


def cancel_shift(session: Session, shift_id: int, *, reason: str, now: datetime, account_id: int | None) -> Shift:
    """Call a shift off. Waits for sign-ups under way, so that whoever got in is told. Twice is harmless."""
    shift = session.scalars(
        select(Shift).where(Shift.id == shift_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if shift.state == ShiftState.OPEN:
        shift.state, shift.cancel_reason = ShiftState.CANCELLED, reason
        outbox.record(session, ShiftCancelled(shift.id))
        _note(session, "cancelled_shift", shift, account_id=account_id, now=now)
    return shift


def cancel_activity(
    session: Session, activity: Activity, *, reason: str, now: datetime, account_id: int | None
) -> Activity:
    """Call off an activity and every shift of it that has not begun."""
    if activity.state == ActivityState.CANCELLED:
        return activity
    activity.state, activity.cancel_reason = ActivityState.CANCELLED, reason
    upcoming = session.scalars(
        select(Shift.id).where(Shift.activity_id == activity.id, Shift.starts_at > now).order_by(Shift.id)
    ).all()
    for shift_id in upcoming:
        cancel_shift(session, shift_id, reason=reason, now=now, account_id=account_id)
    _note(session, "cancelled_activity", activity, account_id=account_id, now=now)
    return activity


def _note(
    session: Session, verb: str, subject: Activity | Shift, *, account_id: int | None, now: datetime, **details: Any
) -> None:
    audit.note(
        session,
        verb=verb,
        subject=("activity" if isinstance(subject, Activity) else "shift", subject.id),
        account_id=account_id,
        area_id=subject.area_id,
        now=now,
        **details,
    )
