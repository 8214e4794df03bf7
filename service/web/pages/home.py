"""The first page: my next shift, and the shifts around that I can take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.places.models import Area
from service.places.queries import communities, root
from service.roster.duties import duties
from service.signups.queries import OpeningRow
from service.signups.upcoming import takeable, upcoming
from service.volunteers.models import Volunteer
from service.web import page, reader, visitor, where

#: Cards on one page, by size of the letters: larger ones need more of the screen each.
PAGE_SIZES = {reader.STANDARD: 12, reader.LARGE: 5, reader.EXTRA_LARGE: 3}
LONGEST_ID = 18

pages = Blueprint("home", __name__)


@pages.get("/")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """For a volunteer what she can take right now; for a guest what is open, in one community or everywhere.

    `?full=1` shows also what is full, where one waits for a place.
    """
    now, volunteer = clock.now(db), visitor.volunteer(db)
    area = _chosen_area(db) or (db.get(Area, volunteer.area_id) if volunteer else None) or root(db)
    if area:
        where.show_landline(db, area)
    most = PAGE_SIZES[reader.text_size()]
    found = _shifts(db, volunteer, area, now=now, limit=most + 1)
    shown = found[:most]
    return page.render(
        "home/index.html",
        title=_("附近活动"),
        shifts=shown,
        places=where.places(db, {roles[0].Shift.place_id for roles in shown}),
        next_duty=next(iter(duties(db, volunteer.id, from_at=now)), None) if volunteer else None,
        area=area,
        areas=communities(db),
        is_volunteer=volunteer is not None,
        with_full=_with_full(),
        earlier=page.here(after=None) if request.args.get("after") else None,
        later=page.here(after=_as_cursor(shown[-1][-1])) if len(found) > most else None,
    )


def _shifts(
    db: Session, volunteer: Volunteer | None, area: Area | None, *, now: datetime, limit: int
) -> Sequence[list[OpeningRow]]:
    """Each shift with its roles that are open; for a volunteer each role she can take by itself, one tap nearer."""
    after = _cursor(request.args.get("after", ""))
    if area is None:
        return []
    if volunteer is None:
        return upcoming(db, now=now, area_id=area.id, after=after, limit=limit, with_full=_with_full())
    rows = takeable(db, volunteer, now=now, after=after, limit=limit, area_id=area.id, with_full=_with_full())
    return [[row] for row in rows]


def _with_full() -> bool:
    return request.args.get("full") == "1"


def _chosen_area(db: Session) -> Area | None:
    chosen = request.args.get("area", "")
    return db.get(Area, int(chosen)) if chosen.isdecimal() and len(chosen) <= LONGEST_ID else None


def _as_cursor(row: OpeningRow) -> str:
    return f"{row.Shift.starts_at.timestamp():.0f}-{row.ShiftRole.id}"


def _cursor(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended; nonsense in the address is the first page."""
    epoch, _dash, role_id = text.partition("-")
    if not (epoch.isdecimal() and role_id.isdecimal() and len(epoch) < 12 and len(role_id) <= LONGEST_ID):
        return None
    return datetime.fromtimestamp(int(epoch), UTC), int(role_id)
