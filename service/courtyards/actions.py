"""What can be done about courtyards: say what they are, entrust one to somebody, end that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.courtyards.models import Charge, Courtyard
from service.db import refusing
from service.places.models import Area


class AlreadyEntrusted(Exception):
    """Somebody else answers for it in part of the term asked for."""


def describe(
    session: Session, area: Area, *, changes: Mapping[str, object], account_id: int | None, now: datetime
) -> Courtyard:
    """Write down what a courtyard is: columns of Courtyard."""
    facts = session.get(Courtyard, area.id) or Courtyard(area_id=area.id)
    for name, value in changes.items():
        setattr(facts, name, value)
    session.add(facts)
    session.flush()
    _note(session, "described_courtyard", area.id, account_id=account_id, now=now)
    return facts


def entrust(
    session: Session,
    area: Area,
    *,
    volunteer_id: int,
    from_on: date,
    now: datetime,
    account_id: int | None,
    until_on: date | None = None,
    is_substitute: bool = False,
) -> Charge:
    """A person answers for the area from a day on, or stands in for who does. Who did without an end ends that day.

    Raises AlreadyEntrusted when somebody's term is set for part of that time.
    """
    before = session.scalar(
        select(Charge)
        .where(Charge.area_id == area.id, Charge.is_substitute == is_substitute)
        .where(Charge.until_on.is_(None), Charge.from_on < from_on)
        .with_for_update()
    )
    if before is not None:
        before.until_on = from_on
    made = Charge(
        area_id=area.id,
        volunteer_id=volunteer_id,
        is_substitute=is_substitute,
        from_on=from_on,
        until_on=until_on,
        entrusted_by=account_id,
        entrusted_at=now,
    )
    refusal = AlreadyEntrusted(f"area {area.id} is somebody's in that time")
    with refusing(session, "ex_charge_one_at_a_time", refusal):
        session.add(made)
    _note(session, "entrusted", area.id, account_id=account_id, now=now)
    return made


def end(session: Session, charge: Charge, *, on: date, account_id: int | None, now: datetime) -> None:
    """She does not answer for it any more from this day on. One that had not begun is as if it had never been."""
    if charge.until_on is not None and charge.until_on <= on:
        return
    area_id = charge.area_id
    if charge.from_on >= on:
        session.delete(charge)
    else:
        charge.until_on = on
    session.flush()
    _note(session, "ended_charge", area_id, account_id=account_id, now=now)


def _note(session: Session, verb: str, area_id: int, *, account_id: int | None, now: datetime) -> None:
    audit.note(session, verb=verb, subject=("area", area_id), account_id=account_id, area_id=area_id, now=now)
