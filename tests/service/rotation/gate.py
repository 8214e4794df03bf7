"""A gate and its households, as the tests need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.calendars.rules import instant
from service.places.models import Area
from service.roster.models import HOLDING, Assignment
from service.rotation import actions, queries
from service.rotation.models import Rotation, RotationDeal
from service.rotation.pool import PartyPlan
from service.volunteers.models import Volunteer
from tests import factories

#: The day of NOW; the gate begins at 18:00.
TODAY = date(2026, 11, 23)
TONIGHT = instant(TODAY, time(18))


def neighbours(session: Session, area: Area, count: int, *, born: date = date(1985, 3, 1)) -> list[Volunteer]:
    """So many people of the courtyard."""
    return [factories.volunteer(session, area, f"邻居{n}", birth_on=born) for n in range(1, count + 1)]


def open_gate(
    session: Session, *, people: Sequence[Volunteer] = (), area: Area | None = None, now: datetime, **details: Any
) -> Rotation:
    """A gate from tonight 18:00, each person a party of her own unless `parties` are given."""
    area = area or factories.community(session)
    people = people or neighbours(session, area, 30)
    asked = {
        "starts_at": TONIGHT,
        "until_on": None,
        "block_hours": 4,
        "people": 2,
        "parties": [PartyPlan(volunteer_ids=(person.id,)) for person in people],
        **details,
    }
    return actions.open_rotation(
        session,
        area_id=area.id,
        place_id=area.id,
        title="轮流看护“大家”的门",
        contact_name="陈协调",
        contact_phone="0371-64350001",
        account_id=1,
        now=now,
        **asked,
    )


def newest(session: Session, rotation: Rotation) -> RotationDeal:
    """The deal that was asked for last."""
    statement = select(RotationDeal).where(RotationDeal.rotation_id == rotation.id).order_by(RotationDeal.id.desc())
    return session.scalars(statement.limit(1)).one()


def held(session: Session, rotation: Rotation) -> list[tuple[Assignment, Shift]]:
    """Every place of the gate that somebody holds, by start."""
    session.flush()
    session.expire_all()
    return [(place, shift) for place, shift in queries.places(session, rotation)]


def held_by(session: Session, person_id: int) -> list[Assignment]:
    """What a person holds, whatever it is."""
    mine = select(Assignment).where(Assignment.volunteer_id == person_id, Assignment.state.in_(HOLDING))
    return list(session.scalars(mine.order_by(Assignment.id)))


def on(days: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days=days)
