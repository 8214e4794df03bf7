"""候备: somebody agrees to come if another drops out. Her time is taken as by any place: she can be called in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import outbox
from service.events import StoodBy
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.signups.actions import SignUpRefused, UnknownVolunteer
from service.signups.asking import asking
from service.signups.queries import OpeningRow, opening
from service.signups.rules import Refused, refusals_to_stand_by
from service.terms import Refusal
from service.volunteers.queries import lock_id


def stand_by(
    session: Session,
    *,
    volunteer_id: int,
    shift_id: int,
    shift_role_id: int,
    now: datetime,
    typed_by: int | None = None,
) -> Assignment:
    """She stands by from now on. Saying it twice gives the same place.

    Raises SignUpRefused with all reasons (FULL where no such place is left), UnknownVolunteer.
    """
    row, hers = _ask(session, volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id, now=now)
    if hers is not None:
        return hers
    place = _or_refuse(
        session,
        lambda: roster.take(
            session, row=row, volunteer_id=volunteer_id, now=now, answered_by=typed_by, as_stand_by=True
        ),
    )
    outbox.record(session, StoodBy(place.id))
    return place


def offer_to_stand_by(
    session: Session, *, volunteer_id: int, shift_id: int, shift_role_id: int, now: datetime
) -> Assignment:
    """Ask her whether she stands by: an offer like any other. Twice gives the same one. Raises as `stand_by`."""
    row, hers = _ask(session, volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id, now=now)
    return hers or _or_refuse(
        session, lambda: roster.offer(session, row=row, volunteer_id=volunteer_id, now=now, as_stand_by=True)
    )


def _ask(
    session: Session, volunteer_id: int, *, shift_id: int, shift_role_id: int, now: datetime
) -> tuple[OpeningRow, Assignment | None]:
    """The role, and the place as a stand-by she has there already; the person is locked. Raises as `stand_by`."""
    if not lock_id(session, volunteer_id):
        raise UnknownVolunteer(f"no volunteer {volunteer_id}")
    row = opening(session, shift_id=shift_id, shift_role_id=shift_role_id)
    if row is None:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    hers = session.scalar(
        select(Assignment)
        .where(Assignment.shift_role_id == shift_role_id, Assignment.volunteer_id == volunteer_id)
        .where(Assignment.is_stand_by, Assignment.state.in_(HOLDING))
    )
    if hers is not None:
        return row, hers
    asked = asking(session, volunteer_id=volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id)
    if asked.opening is None or asked.is_unannounced:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    if asked.standing_id is not None:
        raise SignUpRefused([Refused(Refusal.OVERLAP)])
    if reasons := refusals_to_stand_by(asked.candidate, asked.opening, now):
        raise SignUpRefused(reasons)
    return row, None


def _or_refuse(session: Session, give: Callable[[], Assignment | None]) -> Assignment:
    """The place. Raises SignUpRefused when none is left, or the database sees what raced."""
    try:
        with session.begin_nested():
            made = give()
    except roster.ConflictingDuty as error:
        raise SignUpRefused([Refused(Refusal.OVERLAP)]) from error
    if made is None:
        raise SignUpRefused([Refused(Refusal.FULL)])
    return made
