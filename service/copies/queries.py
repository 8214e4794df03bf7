"""What copying would do: date by date, with what is there already and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from service.activities.models import Activity, Series, Shift
from service.activities.rules import DatesPlan
from service.calendars.days import Calendar
from service.calendars.queries import calendars
from service.calendars.rules import instant
from service.copies.models import Copy
from service.copies.rules import Period, carried_over, let_fall, without_a_day
from service.places.models import Area
from service.places.queries import within
from service.teams.models import Team
from service.terms import ActivityState, AreaKind, CopyOutlook, ShiftState

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CopyDate:
    """One date and what becomes of it. `plan` is the rule it comes from, None where the other month has no such day;
    `clash` is the title of what else the team does then, or of what else is held at the place."""

    series_id: int
    day: date
    outlook: CopyOutlook
    plan: DatesPlan | None = None
    clash: str = ""

    @property
    def can_be_chosen(self) -> bool:
        return self.outlook in (CopyOutlook.NEW, CopyOutlook.CLASHING)


@dataclass(frozen=True, slots=True)
class Copied:
    """One activity of the source, and its dates in the target by day."""

    activity: Activity
    dates: list[CopyDate]


def preview(session: Session, team: Team, *, source: Period, target: Period, now: datetime) -> list[Copied]:
    """Everything the team held in `source`, as it would be in `target`. Changes nothing."""
    activities = _of_team(session, team)
    known = calendars(session, {team.area_id, *(activity.area_id for activity in activities)})
    found = []
    for activity in activities:
        days = known[activity.area_id]
        dates = [one for series in activity.series for one in _dates(series, source, target, days)]
        if dates and activity.state == ActivityState.PUBLISHED:
            found.append(Copied(activity, sorted(dates, key=lambda one: (one.day, one.series_id))))
    there = set(_held(activities, target, known))
    busy = _busy(session, team, [one.activity for one in found], target)
    return [
        Copied(row.activity, [_judged(one, row.activity.title, there=there, busy=busy, now=now) for one in row.dates])
        for row in found
    ]


def _of_team(session: Session, team: Team) -> Sequence[Activity]:
    return session.scalars(
        select(Activity)
        .where(Activity.team_id == team.id, Activity.state != ActivityState.CANCELLED)
        .options(selectinload(Activity.series), selectinload(Activity.roles))
        .order_by(Activity.title, Activity.id)
    ).all()


def _dates(series: Series, source: Period, target: Period, calendar: Calendar) -> Iterator[CopyDate]:
    for plan in carried_over(series.plan, source, target, calendar):
        for day in plan.dates(calendar):
            yield CopyDate(series.id, day, CopyOutlook.NEW, plan)
        for day in let_fall(plan, calendar):
            yield CopyDate(series.id, day, CopyOutlook.HOLIDAY, plan)
    for day in without_a_day(series.plan, source, target, calendar):
        yield CopyDate(series.id, day, CopyOutlook.NO_SUCH_DAY)


#: What is held on a day: title, day, local start.
Held = tuple[str, date, time]
#: What is laid out: start, end, title.
Busy = tuple[datetime, datetime, str]


def _held(activities: Sequence[Activity], target: Period, known: Mapping[int, Calendar]) -> Iterator[Held]:
    """What the team has in the target, in drafts too; and what was struck out by hand there, which is not wanted."""
    for activity in activities:
        for series in activity.series:
            plan = series.plan
            for day in plan.dates(known[activity.area_id], from_on=target.from_on, before=target.until_on + DAY):
                yield activity.title, day, plan.starts


def _busy(session: Session, team: Team, copied: Sequence[Activity], target: Period) -> list[Busy]:
    """What else is laid out in the target: of this team, or at its places. A whole community has room for many; and
    what is copied was held side by side before."""
    used = select(Area.id).where(Area.id.in_({one.place_id for one in copied}), Area.kind != AreaKind.COMMUNITY)
    rows = session.execute(
        select(Shift.starts_at, Shift.ends_at, Activity.title)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(or_(Activity.team_id == team.id, Shift.place_id.in_(used)), Shift.state == ShiftState.OPEN)
        .where(Activity.title.not_in({one.title for one in copied}))
        .where(Shift.ends_at > instant(target.from_on, time.min))
        .where(Shift.starts_at < instant(target.until_on + 2 * DAY, time.min))
        .order_by(Shift.starts_at, Shift.id)
    )
    return [(row.starts_at, row.ends_at, row.title) for row in rows]


def _judged(one: CopyDate, title: str, *, there: set[Held], busy: Sequence[Busy], now: datetime) -> CopyDate:
    """The date with what stands against it."""
    if one.plan is None or one.outlook != CopyOutlook.NEW:
        return one
    if (title, one.day, one.plan.starts) in there:
        return _with(one, CopyOutlook.THERE)
    starts_at, ends_at = one.plan.span(one.day)
    if starts_at <= now:
        return _with(one, CopyOutlook.PAST)
    for from_at, until_at, other in busy:
        if from_at < ends_at and starts_at < until_at:
            return _with(one, CopyOutlook.CLASHING, other)
    return one


def _with(one: CopyDate, outlook: CopyOutlook, clash: str = "") -> CopyDate:
    return CopyDate(one.series_id, one.day, outlook, one.plan, clash)


def in_scope(session: Session, copy_id: int, *, scope_ids: Sequence[int]) -> Copy | None:
    """The copying, if its team belongs to one of the scopes."""
    return session.scalar(select(Copy).where(Copy.id == copy_id, within(Copy.area_id, scope_ids)))
