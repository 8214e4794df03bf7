"""/areas/<id>/today: who is on duty today, for everybody to see."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.calendars.rules import local
from service.language import _
from service.places.models import Area
from service.roster.on_duty import on_duty
from service.web import page, visitor, where

pages = Blueprint("today", __name__)


@pages.get("/areas/<int:area_id>/today")
@visitor.for_anyone
def show(db: Session, area_id: int) -> ResponseReturnValue:
    """Each role of the day with how many are there; names only of those who agreed to be shown."""
    area = db.get(Area, area_id)
    if area is None:
        abort(404)
    where.show_landline(db, area)
    now = clock.now(db)
    duties = on_duty(db, area_id=area.id, day=local(now).date())
    return page.render(
        "today/show.html",
        title=_("{area}今天谁值班", area=area.name),
        area=area,
        now=now,
        duties=duties,
        places=where.places(db, {one.place_id for one in duties}),
    )
