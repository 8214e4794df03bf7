"""Named reads of promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from service.places.models import Area
from service.places.queries import within
from service.promises.models import OWED, Promise
from service.terms import PromiseState
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of them are done, and how many are overdue; what was dropped does not count."""

    total: int
    done: int
    overdue: int


def listed(
    session: Session,
    *,
    scope_ids: Sequence[int],
    area_id: int | None = None,
    year: int | None = None,
    state: PromiseState | None = None,
    overdue_on: date | None = None,
) -> Sequence[Row[Promise, Area, Volunteer]]:
    """(promise, area, owner) in scope, what is due first in front; of just one area, of those due in one year, in one
    state, or overdue on a day."""
    found = (
        select(Promise, Area, Volunteer)
        .join(Area, Area.id == Promise.area_id)
        .join(Volunteer, Volunteer.id == Promise.owner_id)
        .where(within(Promise.area_id, scope_ids))
        .order_by(Promise.due_on, Promise.id)
    )
    if area_id is not None:
        found = found.where(Promise.area_id == area_id)
    if year is not None:
        found = found.where(Promise.due_on.between(date(year, 1, 1), date(year, 12, 31)))
    if state is not None:
        found = found.where(Promise.state == state)
    if overdue_on is not None:
        found = found.where(Promise.state.in_(OWED), Promise.due_on < overdue_on)
    return session.execute(found).all()


def tally(promises: Iterable[Promise], *, day: date) -> Tally:
    """Done of total, and overdue."""
    counted = [one for one in promises if one.state != PromiseState.DROPPED]
    done = sum(one.state == PromiseState.DONE for one in counted)
    return Tally(len(counted), done, sum(one.is_overdue(day) for one in counted))


def in_scope(session: Session, promise_id: int, *, scope_ids: Sequence[int]) -> Promise | None:
    """The promise, locked, if its area belongs to one of the scopes."""
    return session.scalar(
        select(Promise).where(Promise.id == promise_id, within(Promise.area_id, scope_ids)).with_for_update()
    )
