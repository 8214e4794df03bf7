"""What every coordinator's page begins with: who asks, in which areas, at what time, and whose landline it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.activities.models import Activity, Shift
from service.activities.queries import in_scope, shift_in_scope
from service.calendars.rules import local
from service.places.models import Area
from service.places.queries import community_of, helpline
from service.places.queries import in_scope as area_in_scope
from service.roster.models import Assignment
from service.roster.queries import assignment_in_scope
from service.terms import AreaKind, Role
from service.volunteers.models import Volunteer
from service.volunteers.queries import in_scope as volunteer_in_scope
from service.web.branding import show_brand
from service.web.page import HelpLine, use_help_line
from service.web.visitor import for_admins, for_coordinators, me

T = TypeVar("T")
P = ParamSpec("P")

LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a coordinator sits. `scope_ids` are the areas of her grants: every query carries them."""

    db: Session
    account_id: int
    scope_ids: tuple[int, ...]
    now: datetime
    is_admin: bool


def at_desk(view: Callable[Concatenate[Desk, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Only for coordinators: the view gets their desk first, then what the address holds."""

    @wraps(view)
    def seated(db: Session, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(_open(db), *args, **kwargs)

    return for_coordinators(seated)


def at_office(view: Callable[Concatenate[Desk, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Only for administrators: the same desk, whose areas are those they administer."""

    @wraps(view)
    def seated(db: Session, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(_open(db, Role.ADMIN), *args, **kwargs)

    return for_admins(seated)


def _open(db: Session, role: Role = Role.COORDINATOR) -> Desk:
    """The desk of whoever asks; its landline goes on the page."""
    actor = me(db)
    scope_ids = actor.scope_ids(role)
    if scope_ids:
        _show_landline(db, scope_ids[0])
    return Desk(db, actor.account_id, scope_ids, clock.now(db), bool(actor.scope_ids(Role.ADMIN)))


def _show_landline(db: Session, area_id: int) -> None:
    """Whom people of this area call stands on the page, and its brand."""
    area = db.get_one(Area, area_id)
    show_brand(db, area)
    line = helpline(db, area)
    if line is not None:
        use_help_line(HelpLine(line.name, line.phone, hours=line.hours))


def found(row: T | None) -> T:
    """The row; 404 when there is none, or none in these areas, which the asker cannot tell apart."""
    if row is None:
        abort(404)
    return row


def activity_here(desk: Desk, activity_id: int) -> Activity:
    """The activity, if it is of these areas; else 404. The landline is that of its own community."""
    activity = found(in_scope(desk.db, activity_id, scope_ids=desk.scope_ids))
    _show_landline(desk.db, activity.area_id)
    return activity


def community_here(desk: Desk, activity: Activity) -> int | None:
    """The community that holds the activity, if all of it is of these areas."""
    community = community_of(desk.db, desk.db.get_one(Area, activity.area_id))
    is_hers = community.kind == AreaKind.COMMUNITY and area_in_scope(desk.db, community.id, scope_ids=desk.scope_ids)
    return community.id if is_hers else None


def whole_community(desk: Desk, area_id: int) -> Area:
    """The community, if all of it is hers to see to; else 404."""
    area = found(area_in_scope(desk.db, area_id, scope_ids=desk.scope_ids))
    return area if area.kind == AreaKind.COMMUNITY else abort(404)


def shift_here(desk: Desk, shift_id: int) -> Shift:
    """The shift, if it is of these areas; else 404."""
    return found(shift_in_scope(desk.db, shift_id, scope_ids=desk.scope_ids))


def assignment_here(desk: Desk, assignment_id: int) -> Assignment:
    """The assignment, if its shift is of these areas; else 404."""
    return found(assignment_in_scope(desk.db, assignment_id, scope_ids=desk.scope_ids))


def volunteer_here(desk: Desk, volunteer_id: int) -> Volunteer:
    """The person, if she lives in these areas; else 404."""
    return found(volunteer_in_scope(desk.db, volunteer_id, scope_ids=desk.scope_ids))


def number(typed: str) -> int | None:
    """A whole number as an address or a form carries it; None when it is broken or too large for a row."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_NUMBER else None


def asked_day(name: str) -> date | None:
    """The day in the address' or the form's field `name`; None when it is missing or broken."""
    try:
        return date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


def asked_monday(desk: Desk) -> date:
    """The Monday of the day `on` that the address or the form names; else that of this week."""
    return monday_of(asked_day("on") or local(desk.now).date())


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def typed_version() -> int:
    """The version of the row the form was made from; 0, which no row has, when it is missing or broken."""
    return number(request.form.get("version", "")) or 0
