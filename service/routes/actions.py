"""What can be done about routes: lay one, walk it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, Shift
from service.events import StopVisited
from service.findings import actions as findings
from service.findings.actions import NotHerShift, Writer
from service.findings.queries import carrying
from service.places.models import Area
from service.routes import queries
from service.routes.models import Route, RouteStop, StopVisit
from service.routes.rules import LEAST_PEOPLE, StopPlan, needed_at_once
from service.terms import ActivityState


class RouteRefused(Exception):
    """The route cannot be laid so. `problems` are codes with their field; `at_once` what would be enough, if known."""

    def __init__(self, problems: dict[str, list[str]], *, at_once: int | None = None) -> None:
        super().__init__(", ".join(f"{name}: {codes}" for name, codes in problems.items()))
        self.problems, self.at_once = problems, at_once


class UnknownStop(Exception):
    """The stop is none of this shift's route."""


def lay_route(
    session: Session,
    activity: Activity,
    *,
    stops: Sequence[StopPlan],
    at_once: int | None,
    within_days: int | None,
    account_id: int | None,
    now: datetime,
) -> Route:
    """Say which round the activity walks, in this order; laying it anew keeps the visits of the stops that stay.

    What is not in order at a stop becomes a finding, carried to the next round unless it is carried elsewhere.
    Raises RouteRefused: nobody walks alone, and the rounds of `within_days` must be enough for every stop, which cannot
    be told of a draft.
    """
    _check(session, activity, stops=stops, at_once=at_once, within_days=within_days, now=now)
    route = queries.of_activity(session, activity.id)
    if route is None:
        route = Route(activity_id=activity.id, area_id=activity.area_id)
        session.add(route)
    route.at_once, route.within_days = at_once, within_days
    session.flush()
    _place(session, route, stops, now=now)
    if carrying(session, activity.id) is None:
        findings.carry(session, activity, to=activity, account_id=account_id, now=now)
    audit.note_about(session, "laid_route", activity, account_id=account_id, now=now, stops=len(stops))
    return route


def _check(
    session: Session,
    activity: Activity,
    *,
    stops: Sequence[StopPlan],
    at_once: int | None,
    within_days: int | None,
    now: datetime,
) -> None:
    problems: dict[str, list[str]] = {}
    names = [(stop.place_id, stop.name) for stop in stops]
    if not stops:
        problems["stops"] = ["empty"]
    elif len(set(names)) < len(names):
        problems["stops"] = ["twice"]
    if queries.people_needed(session, activity.id) < LEAST_PEOPLE:
        problems["people"] = ["alone"]
    enough = None
    if stops and within_days is not None and activity.state != ActivityState.DRAFT:
        rounds = queries.rounds_within(session, activity.id, now=now, days=within_days)
        enough = needed_at_once(len(stops), rounds=rounds)
        if enough is None:
            problems["within_days"] = ["no_round"]
        elif at_once is not None and at_once < enough:
            problems["at_once"] = ["too_few"]
    if problems:
        raise RouteRefused(problems, at_once=enough)


def _place(session: Session, route: Route, stops: Sequence[StopPlan], *, now: datetime) -> None:
    """The stops as they are from now on; those that are not among them any more are taken off."""
    standing = {
        (stop.place_id, stop.name): stop
        for stop in session.scalars(select(RouteStop).where(RouteStop.route_id == route.id, RouteStop.off_at.is_(None)))
    }
    for position, plan in enumerate(stops):
        stop = standing.pop((plan.place_id, plan.name), None)
        if stop is None:
            stop = RouteStop(route_id=route.id, place_id=plan.place_id, name=plan.name, on_at=now)
            session.add(stop)
        stop.position, stop.checks = position, list(plan.checks)
    for stop in standing.values():
        stop.off_at = now
    session.flush()


def visit(
    session: Session,
    shift: Shift,
    *,
    stop_id: int,
    by: Writer,
    now: datetime,
    wrong: Sequence[str] = (),
    words: str = "",
) -> StopVisit:
    """Somebody has been at a stop of the round. With `wrong` or `words` a finding is opened. Twice is harmless.

    Raises UnknownStop, and NotHerShift for who does not serve in the shift, or not now.
    """
    route = queries.of_activity(session, shift.activity_id)
    stop = session.get(RouteStop, stop_id)
    is_on = route is not None and stop is not None and stop.route_id == route.id and stop.off_at is None
    if stop is None or not is_on or not set(wrong) <= set(stop.checks):
        raise UnknownStop(f"stop {stop_id} is not of the route of shift {shift.id}, or has no such check")
    if by.volunteer_id is not None and not findings.can_write(session, shift, volunteer_id=by.volunteer_id, now=now):
        raise NotHerShift(f"volunteer {by.volunteer_id} does not serve in shift {shift.id}, or not now")
    made: StopVisit | None = session.scalar(
        insert(StopVisit)
        .values(
            shift_id=shift.id,
            stop_id=stop.id,
            wrong=list(wrong),
            volunteer_id=by.volunteer_id,
            account_id=by.account_id,
            visited_at=now,
        )
        .on_conflict_do_nothing(index_elements=["shift_id", "stop_id"])
        .returning(StopVisit)
    )
    if made is None:
        return queries.visits(session, shift.id)[stop.id]
    if wrong or words:
        made.finding_id = _find(session, shift, stop, by=by, wrong=wrong, words=words, now=now)
    outbox.record(session, StopVisited(made.id))
    return made


def _find(
    session: Session, shift: Shift, stop: RouteStop, *, by: Writer, wrong: Sequence[str], words: str, now: datetime
) -> int:
    """The finding of a stop where something was not in order, in the words of its list."""
    place = session.get_one(Area, stop.place_id).name
    label = f"{place} {stop.name}" if stop.name else place
    told = "，".join(part for part in ("、".join(wrong), words) if part)
    made = findings.note(session, shift, by=by, words=f"{label}：{told}"[:500], place_id=stop.place_id, now=now)
    return made.id
