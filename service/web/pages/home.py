"""The first page: my next shift, and the open shifts around that I can take."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.places.models import Area
from service.places.queries import communities, helpline, root
from service.roster.queries import duties
from service.signups.queries import OpeningRow, takeable, upcoming
from service.volunteers.models import Volunteer
from service.web import page, visitor

PAGE_SIZE = 12

pages = Blueprint("home", __name__)


@pages.get("/")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """For a volunteer what she can take right now; for a guest what is open, in her community or everywhere."""
    now, after = clock.now(db), _cursor(request.args.get("after", ""))
    who = visitor.current(db)
    volunteer = db.get(Volunteer, who.volunteer_id) if who and who.volunteer_id else None
    area = _chosen_area(db) or (db.get(Area, volunteer.area_id) if volunteer else None) or root(db)
    if area and (line := helpline(db, area)):
        page.use_help_line(page.HelpLine(*line))
    rows = _openings(db, volunteer, area, now=now, after=after)
    later = page.here(after=_as_cursor(rows[PAGE_SIZE - 1])) if len(rows) > PAGE_SIZE else None
    mine = duties(db, volunteer.id, from_at=now)[:1] if volunteer else []
    return page.render(
        "home/index.html",
        title=_("附近活动"),
        openings=rows[:PAGE_SIZE],
        places=_places(db, rows),
        next_duty=mine[0] if mine else None,
        area=area,
        areas=communities(db),
        is_volunteer=volunteer is not None,
        later=later,
    )


def _openings(
    db: Session, volunteer: Volunteer | None, area: Area | None, *, now: datetime, after: tuple[datetime, int] | None
) -> list[OpeningRow]:
    if area is None:
        return []
    if volunteer:
        return takeable(db, volunteer, now=now, after=after, limit=PAGE_SIZE + 1, area_id=area.id)
    return upcoming(db, now=now, area_id=area.id, after=after, limit=PAGE_SIZE + 1)


def _places(db: Session, rows: list[OpeningRow]) -> dict[int, Area]:
    return {area.id: area for row in rows if (area := db.get(Area, row.Shift.place_id))}


def _chosen_area(db: Session) -> Area | None:
    chosen = request.args.get("area", "")
    return db.get(Area, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None


def _as_cursor(row: OpeningRow) -> str:
    return f"{row.Shift.starts_at.timestamp():.0f}-{row.ShiftRole.id}"


def _cursor(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended; nonsense in the address is the first page."""
    epoch, _dash, role_id = text.partition("-")
    if not (epoch.isdecimal() and role_id.isdecimal() and len(epoch) < 12 and len(role_id) < 19):
        return None
    return datetime.fromtimestamp(int(epoch), UTC), int(role_id)
