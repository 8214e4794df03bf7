"""Named reads of what must be published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from service.disclosures.models import Disclosure
from service.places.models import Area
from service.places.queries import within
from service.volunteers.models import Volunteer


def due(session: Session, *, scope_ids: Sequence[int]) -> Sequence[Row[Disclosure, Area, Volunteer]]:
    """(what, where, who) is still to be published in scope, what is due first in front."""
    waiting = _rows(scope_ids).where(Disclosure.done_on.is_(None))
    return session.execute(waiting.order_by(Disclosure.due_on, Disclosure.id)).all()


def overdue(session: Session, *, scope_ids: Sequence[int], on: date) -> Sequence[Row[Disclosure, Area, Volunteer]]:
    """What is not published on that day although its last day was before."""
    late = _rows(scope_ids).where(Disclosure.done_on.is_(None), Disclosure.due_on < on)
    return session.execute(late.order_by(Disclosure.due_on, Disclosure.id)).all()


def lately(
    session: Session, *, scope_ids: Sequence[int], limit: int = 30
) -> Sequence[Row[Disclosure, Area, Volunteer]]:
    """What was published last, the latest first."""
    done = _rows(scope_ids).where(Disclosure.done_on.is_not(None))
    return session.execute(done.order_by(Disclosure.done_at.desc(), Disclosure.id.desc()).limit(limit)).all()


def one(session: Session, disclosure_id: int) -> Row[Disclosure, Area, Volunteer]:
    """The one, which exists, with its area and who is responsible."""
    rows = select(Disclosure, Area, Volunteer).join(Area, Area.id == Disclosure.area_id)
    hers = rows.join(Volunteer, Volunteer.id == Disclosure.owner_id)
    return session.execute(hers.where(Disclosure.id == disclosure_id)).one()


def in_scope(session: Session, disclosure_id: int, *, scope_ids: Sequence[int]) -> Disclosure | None:
    """The one, locked, if its area belongs to one of the scopes."""
    return session.scalar(
        select(Disclosure)
        .where(Disclosure.id == disclosure_id, within(Disclosure.area_id, scope_ids))
        .with_for_update()
    )


def _rows(scope_ids: Sequence[int]) -> Select[Disclosure, Area, Volunteer]:
    return (
        select(Disclosure, Area, Volunteer)
        .join(Area, Area.id == Disclosure.area_id)
        .join(Volunteer, Volunteer.id == Disclosure.owner_id)
        .where(within(Disclosure.area_id, scope_ids))
    )
