"""What can be done about guidance: appoint who instructs an organisation, end that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.calendars.rules import instant
from service.db import refusing
from service.drafting import actions as drafting
from service.drafting.actions import CannotServe
from service.guidance import queries
from service.guidance.models import Guide
from service.partners.models import Partner
from service.roster import actions as roster
from service.roster.models import HOLDING
from service.signups.queries import openings
from service.terms import ReleaseReason
from service.volunteers.queries import lock_all

#: As far ahead as visits can be laid out.
AHEAD = timedelta(days=366)


class AlreadyGuided(Exception):
    """Somebody else is appointed for part of that time."""


@dataclass(frozen=True, slots=True)
class Appointed:
    """The term, how many places in visits the former gave up, and in how many the new one is asked."""

    guide: Guide
    released: int
    asked: int


def appoint(
    session: Session,
    partner: Partner,
    *,
    activity: Activity,
    volunteer_id: int,
    from_on: date,
    account_id: int,
    now: datetime,
) -> Appointed:
    """She instructs the organisation from a day on, in these visits; whoever did is succeeded that day.

    The former's places in visits from then on are released, and she is asked for all to come that lack somebody; what
    was found is carried to them as ever. Raises AlreadyGuided when somebody is appointed for later.
    """
    former = queries.on_day(session, partner.id, from_on)
    lock_all(session, [volunteer_id, *([former.volunteer_id] if former else [])])
    released = _succeed(session, former, from_on=from_on, now=now) if former else 0
    guide = Guide(
        partner_id=partner.id,
        volunteer_id=volunteer_id,
        activity_id=activity.id,
        from_on=from_on,
        account_id=account_id,
        appointed_at=now,
    )
    with refusing(session, "ex_guide_one_at_a_time", AlreadyGuided(f"partner {partner.id} has a guide then")):
        session.add(guide)
    asked = _ask(session, guide, account_id=account_id, now=now)
    _note(session, "appointed_guide", partner, guide, account_id=account_id, now=now)
    return Appointed(guide, released, asked)


def end(session: Session, partner: Partner, *, guide: Guide, on: date, account_id: int, now: datetime) -> None:
    """She instructs it no more from a day on, without a successor; her places stay hers. One to come is undone."""
    if guide.from_on >= on:
        session.delete(guide)
    else:
        guide.until_on = on
    session.flush()
    _note(session, "ended_guide", partner, guide, account_id=account_id, now=now)


def _succeed(session: Session, former: Guide, *, from_on: date, now: datetime) -> int:
    """How many places the former gives up."""
    released = 0
    for place_id in queries.places_from(session, former, from_on=from_on, now=now):
        place = roster.locked(session, place_id)
        if place.state in HOLDING:
            roster.release(session, place, reason=ReleaseReason.COORDINATOR)
            released += 1
    if former.from_on >= from_on:
        session.delete(former)
    else:
        former.until_on = from_on
    session.flush()
    return released


def _ask(session: Session, guide: Guide, *, account_id: int, now: datetime) -> int:
    """Pencil her in for the visits to come that lack somebody, and publish that."""
    free = queries.free_from(session, guide.activity_id, from_on=guide.from_on, now=now)
    rows = openings(session, [role.id for role in free])
    for role in free:
        try:
            drafting.pencil_in(
                session, row=rows[role.id], volunteer_id=guide.volunteer_id, account_id=account_id, now=now
            )
        except CannotServe:
            continue
    from_at = max(now, instant(guide.from_on, time.min))
    done = drafting.publish(
        session,
        activity_id=guide.activity_id,
        from_at=from_at,
        until_at=from_at + AHEAD,
        account_id=account_id,
        now=now,
    )
    return done.offered


def _note(session: Session, verb: str, partner: Partner, guide: Guide, *, account_id: int, now: datetime) -> None:
    audit.note_about(
        session,
        verb,
        partner,
        account_id=account_id,
        now=now,
        volunteer_id=guide.volunteer_id,
        activity_id=guide.activity_id,
    )
