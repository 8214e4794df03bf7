"""What every coordinator's page begins with: who asks, in which areas, at what time, and whose landline it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import abort, request
from sqlalchemy.orm import Session

from service import clock
from service.activities.models import Activity, Shift
from service.activities.queries import in_scope, shift_in_scope
from service.places.models import Area
from service.places.queries import helpline
from service.roster.models import Assignment
from service.roster.queries import assignment_in_scope
from service.terms import Role
from service.volunteers.models import Volunteer
from service.volunteers.queries import in_scope as volunteer_in_scope
from service.web.page import HelpLine, use_help_line
from service.web.visitor import me

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a coordinator sits. `scope_ids` are the areas of her grants: every query carries them."""

    account_id: int
    scope_ids: tuple[int, ...]
    now: datetime
    is_admin: bool


def open_desk(db: Session) -> Desk:
    """The desk of whoever asks; its landline goes on the page."""
    actor = me(db)
    scope_ids = actor.scope_ids()
    _show_landline(db, scope_ids)
    return Desk(actor.account_id, scope_ids, clock.now(db), bool(actor.scope_ids(Role.ADMIN)))


def _show_landline(db: Session, scope_ids: tuple[int, ...]) -> None:
    area = db.get(Area, scope_ids[0]) if scope_ids else None
    line = helpline(db, area) if area else None
    if line is not None:
        use_help_line(HelpLine(*line))


def found(row: T | None) -> T:
    """The row; 404 when there is none, or none in these areas, which the asker cannot tell apart."""
    if row is None:
        abort(404)
    return row


def activity_here(db: Session, desk: Desk, activity_id: int) -> Activity:
    """The activity, if it is of these areas; else 404."""
    return found(in_scope(db, activity_id, scope_ids=desk.scope_ids))


def shift_here(db: Session, desk: Desk, shift_id: int) -> Shift:
    """The shift, if it is of these areas; else 404."""
    return found(shift_in_scope(db, shift_id, scope_ids=desk.scope_ids))


def assignment_here(db: Session, desk: Desk, assignment_id: int) -> Assignment:
    """The assignment, if its shift is of these areas; else 404."""
    return found(assignment_in_scope(db, assignment_id, scope_ids=desk.scope_ids))


def volunteer_here(db: Session, desk: Desk, volunteer_id: int) -> Volunteer:
    """The person, if she lives in these areas; else 404."""
    return found(volunteer_in_scope(db, volunteer_id, scope_ids=desk.scope_ids))


def typed_version() -> int:
    """The version of the row the form was made from; 0, which no row has, when it is missing or broken."""
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
