"""What can be done about gatherings: call everybody together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.activities import actions as activities
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import BY_INVITATION, RolePlan, once
from service.drafting import actions as drafting
from service.drafting.actions import CannotServe
from service.gatherings.queries import heads
from service.places.models import Area
from service.places.queries import communities_of
from service.signups.queries import openings
from service.signups.rules import Refused
from service.terms import Mode


class NotAHead(Exception):
    """Somebody was called who holds no role there, or nobody was."""


@dataclass(frozen=True, slots=True)
class Called:
    """The meeting, how many are being asked, and who could not be, each with her reasons."""

    activity: Activity
    asked: int
    skipped: Sequence[tuple[int, Sequence[Refused]]]


def call_together(
    session: Session,
    area: Area,
    *,
    title: str,
    role: str,
    on: date,
    starts: time,
    ends: time,
    summary: str,
    volunteer_ids: Collection[int],
    contact: tuple[str, str],
    account_id: int,
    now: datetime,
) -> Called:
    """A meeting at the area, by invitation: each of these people has a place in it that she is asked to take.

    Nobody else hears of it, and a place given back is nobody else's. `role` is what the place is called, `contact` the
    name and number to turn to. Raises NotAHead, ActivityRefused (as when it would begin in the past).
    """
    known = {head.person.id for head in heads(session, area, day=on)}
    if not volunteer_ids or not set(volunteer_ids) <= known:
        raise NotAHead(f"of {sorted(volunteer_ids)} not all hold a role in area {area.id}")
    meeting = activities.draft(
        session,
        area_id=communities_of(session, [area.id])[area.id][1].id,
        place_id=area.id,
        title=title,
        summary=summary,
        mode=Mode.ROTA,
        has_waitlist=False,
        reveal_before=BY_INVITATION,
        roles=[RolePlan(name=role, min_needed=0, max_needed=len(set(volunteer_ids)))],
        plans=[once(on, starts=starts, ends=ends)],
        contact_name=contact[0],
        contact_phone=contact[1],
        created_by=account_id,
        now=now,
    )
    activities.publish(session, meeting, now=now, account_id=account_id, cannot_wait=True)
    called = _ask(session, meeting, sorted(set(volunteer_ids)), account_id=account_id, now=now)
    audit.note_about(session, "called_together", meeting, account_id=account_id, now=now, asked=called.asked)
    return called


def _ask(
    session: Session, meeting: Activity, volunteer_ids: Sequence[int], *, account_id: int, now: datetime
) -> Called:
    """Pencil all of them in, and publish that: under the same locks and rules as every offer."""
    shift = session.scalars(select(Shift).where(Shift.activity_id == meeting.id)).one()
    places = session.scalars(select(ShiftRole).where(ShiftRole.shift_id == shift.id)).one()
    row = openings(session, [places.id])[places.id]
    skipped: list[tuple[int, Sequence[Refused]]] = []
    for volunteer_id in volunteer_ids:
        try:
            drafting.pencil_in(session, row=row, volunteer_id=volunteer_id, account_id=account_id, now=now)
        except CannotServe as cannot:
            skipped.append((volunteer_id, cannot.refusals))
    done = drafting.publish(
        session,
        activity_id=meeting.id,
        from_at=shift.starts_at,
        until_at=shift.ends_at,
        account_id=account_id,
        now=now,
    )
    skipped += [(one.person_id, ()) for one in done.skipped]
    return Called(meeting, done.offered, skipped)
