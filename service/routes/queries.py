"""Named reads of routes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import ActivityRole, Shift
from service.calendars.rules import local
from service.places.models import Area
from service.routes.models import Route, RouteStop, StopVisit
from service.routes.rules import forecast, is_overdue
from service.terms import ShiftState


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop with its place's name, when somebody was there last, and whether that is too long ago."""

    row: RouteStop
    place: str
    seen_at: datetime | None
    is_overdue: bool

    @property
    def label(self) -> str:
        """What people call it: the courtyard, or the shop in it."""
        return f"{self.place} {self.row.name}" if self.row.name else self.place


def of_activity(session: Session, activity_id: int) -> Route | None:
    """The activity's route, if it walks one."""
    return session.scalar(select(Route).where(Route.activity_id == activity_id))


def with_route(session: Session, activity_ids: Collection[int]) -> set[int]:
    """Those of the activities that walk a route."""
    return set(session.scalars(select(Route.activity_id).where(Route.activity_id.in_(activity_ids))))


def stops(session: Session, route: Route, *, now: datetime) -> list[Stop]:
    """The stops of the route as it is, in their order."""
    seen = _seen(session, route, before=None)
    rows = session.execute(
        select(RouteStop, Area.name)
        .join(Area, Area.id == RouteStop.place_id)
        .where(RouteStop.route_id == route.id, RouteStop.off_at.is_(None))
        .order_by(RouteStop.position, RouteStop.id)
    ).all()
    return [Stop(stop, place, seen.get(stop.id), _overdue(route, stop, seen.get(stop.id), now)) for stop, place in rows]


def _overdue(route: Route, stop: RouteStop, seen_at: datetime | None, now: datetime) -> bool:
    seen_on = local(seen_at).date() if seen_at else None
    since, today = local(stop.on_at).date(), local(now).date()
    return is_overdue(seen_on, since=since, within_days=route.within_days, today=today)


def of_shift(session: Session, route: Route, shift: Shift, *, now: datetime) -> list[Stop]:
    """The stops of this shift: chosen by what had been seen when it began, with those visited in it besides."""
    everything = stops(session, route, now=now)
    today = forecast(
        [stop.row.id for stop in everything],
        visited=_days(_seen(session, route, before=min(now, shift.starts_at))),
        at_once=route.at_once,
        shifts=_until(session, shift, from_at=now),
    )[shift.id]
    been = set(visits(session, shift.id))
    return [stop for stop in everything if stop.row.id in {*today, *been}]


def coming(session: Session, route: Route, *, now: datetime, limit: int = 14) -> list[tuple[Shift, list[Stop]]]:
    """The next shifts with the stops each will walk, should those before it be walked."""
    everything = {stop.row.id: stop for stop in stops(session, route, now=now)}
    ahead = _shifts(session, route.activity_id, from_at=now, limit=limit)
    plan = forecast(
        list(everything),
        visited=_days(_seen(session, route, before=now)),
        at_once=route.at_once,
        shifts=[(shift.id, local(shift.starts_at).date()) for shift in ahead],
    )
    return [(shift, [everything[stop] for stop in plan[shift.id]]) for shift in ahead]


def visits(session: Session, shift_id: int) -> dict[int, StopVisit]:
    """Who has been where in this shift, by stop."""
    return {one.stop_id: one for one in session.scalars(select(StopVisit).where(StopVisit.shift_id == shift_id))}


def rounds_within(session: Session, activity_id: int, *, now: datetime, days: int) -> int:
    """How many shifts of the activity begin in the coming days."""
    counted = select(func.count()).where(
        Shift.activity_id == activity_id,
        Shift.state == ShiftState.OPEN,
        Shift.starts_at > now,
        Shift.starts_at <= now + timedelta(days=days),
    )
    return session.scalar(counted) or 0


def people_needed(session: Session, activity_id: int) -> int:
    """How many people a shift of the activity has at least."""
    needed = select(func.coalesce(func.sum(ActivityRole.min_needed), 0)).where(ActivityRole.activity_id == activity_id)
    return session.scalar(needed) or 0


def _shifts(session: Session, activity_id: int, *, from_at: datetime, limit: int) -> Sequence[Shift]:
    return session.scalars(
        select(Shift)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN, Shift.ends_at > from_at)
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()


def _until(session: Session, shift: Shift, *, from_at: datetime) -> list[tuple[int, date]]:
    """The shifts still to be walked before this one, and this one."""
    before = session.scalars(
        select(Shift)
        .where(Shift.activity_id == shift.activity_id, Shift.state == ShiftState.OPEN, Shift.id != shift.id)
        .where(Shift.starts_at > from_at, Shift.starts_at < shift.starts_at)
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    return [(one.id, local(one.starts_at).date()) for one in (*before, shift)]


def _seen(session: Session, route: Route, *, before: datetime | None) -> dict[int, datetime]:
    """When each stop was visited last, in shifts that began before an instant."""
    statement = (
        select(StopVisit.stop_id, func.max(StopVisit.visited_at))
        .join(RouteStop, RouteStop.id == StopVisit.stop_id)
        .join(Shift, Shift.id == StopVisit.shift_id)
        .where(RouteStop.route_id == route.id)
        .group_by(StopVisit.stop_id)
    )
    if before is not None:
        statement = statement.where(Shift.starts_at < before)
    return dict(session.execute(statement).all())


def _days(seen: dict[int, datetime]) -> dict[int, date]:
    return {stop: local(at).date() for stop, at in seen.items()}
