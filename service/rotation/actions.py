"""What a coordinator can do about a rotation: open it, close it. Its pool is in pool.py, its turns in turns.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service import outbox
from service.activities import actions as activities
from service.activities.laying_out import horizon_on
from service.activities.models import Activity
from service.activities.rules import DAY, DatesPlan, RolePlan
from service.calendars.rules import instant, local
from service.events import RotationClosed, RotationOpened
from service.rotation import pool, queries, turns
from service.rotation.models import Rotation
from service.rotation.pool import PartyPlan, RotationRefused
from service.rotation.rules import BLOCK_HOURS, WEEKS
from service.terms import DealState, Mode, QualificationKind

#: What the role of a block is called when nobody says otherwise.
GUARD = "值守员"


def open_rotation(
    session: Session,
    *,
    area_id: int,
    place_id: int,
    title: str,
    starts_at: datetime,
    until_on: date | None,
    block_hours: int,
    people: int,
    stand_bys: int = 0,
    parties: Sequence[PartyPlan],
    contact_name: str,
    contact_phone: str,
    account_id: int | None,
    now: datetime,
    is_automatic: bool = False,
    cycle: int = 1,
    no_nights_from: int = 60,
    requires: Iterable[QualificationKind] = (),
    **details: Any,
) -> Rotation:
    """Have a post watched from `starts_at` on, in blocks one after another, the last beginning on `until_on`.

    `people` serve in each block, and `stand_bys` beside them come if one of them does not.
    "From tonight 18:00" is `is_automatic` with a start of today: turns are dealt and people asked at once. `details`
    are further columns of Activity. Raises RotationRefused, ActivityRefused.
    """
    _check(parties, block_hours=block_hours, people=people, stand_bys=stand_bys, cycle=cycle)
    role = RolePlan(name=GUARD, min_needed=people, max_needed=people, stand_bys=stand_bys, requires=tuple(requires))
    activity = activities.draft(
        session,
        area_id=area_id,
        place_id=place_id,
        title=title,
        mode=Mode.INSTANT,
        roles=[role],
        plans=block_plans(starts_at, until_on=until_on, hours=block_hours),
        contact_name=contact_name,
        contact_phone=contact_phone,
        created_by=account_id,
        now=now,
        hands_over=True,
        **details,
    )
    activities.publish(session, activity, now=now, account_id=account_id, cannot_wait=True)
    rotation = Rotation(
        area_id=area_id,
        activity_id=activity.id,
        block_hours=block_hours,
        cycle=cycle,
        counts_from=local(starts_at).date(),
        is_automatic=is_automatic,
        no_nights_from=no_nights_from,
        dealt_until=starts_at,
        opened_at=now,
        opened_by=account_id,
    )
    _open(session, rotation, parties, now=now)
    return rotation


def _open(session: Session, rotation: Rotation, parties: Sequence[PartyPlan], *, now: datetime) -> None:
    """Fill the pool, and have the first turns dealt."""
    session.add(rotation)
    session.flush()
    for party in parties:
        pool.add(session, rotation, party, now=now)
    outbox.record(session, RotationOpened(rotation.id))
    by = rotation.opened_by
    pool.note(session, "opened_rotation", rotation, account_id=by, now=now)
    from_at = rotation.dealt_until
    until_at = min(from_at + turns.AHEAD, instant(horizon_on(now) + DAY, time.min))
    if until_at > from_at:
        turns.request(session, rotation, from_at=from_at, until_at=until_at, account_id=by, now=now)


def block_plans(starts_at: datetime, *, until_on: date | None, hours: int) -> list[DatesPlan]:
    """One daily plan for each block of the day, from `starts_at` on; the last block begins on `until_on`."""
    first = local(starts_at)
    plans = []
    for nth in range(24 // hours):
        begins = first + timedelta(hours=hours * nth)
        ends = begins + timedelta(hours=hours)
        if until_on is None or begins.date() <= until_on:
            plans.append(DatesPlan(starts=begins.time(), ends=ends.time(), from_on=begins.date(), until_on=until_on))
    return plans


def _check(parties: Sequence[PartyPlan], *, block_hours: int, people: int, stand_bys: int, cycle: int) -> None:
    problems: dict[str, list[str]] = {}
    everybody = [one for party in parties for one in party.volunteer_ids]
    if block_hours not in BLOCK_HOURS:
        problems["block_hours"] = ["not_offered"]
    if not 1 <= cycle <= len(WEEKS):
        problems["cycle"] = ["not_offered"]
    if len(set(everybody)) < people + stand_bys:
        problems["parties"] = ["too_few"]
    elif len(set(everybody)) < len(everybody):
        problems["parties"] = ["twice"]
    if problems:
        raise RotationRefused(problems)


def close(session: Session, rotation_id: int, *, reason: str, account_id: int | None, now: datetime) -> Rotation:
    """The post is not watched any more: what has not begun is called off, and exactly its people are told.

    What was served stays on record. Twice is harmless.
    """
    rotation = turns.locked(session, rotation_id)
    if rotation.closed_at is not None:
        return rotation
    rotation.closed_at, rotation.close_reason = now, reason
    for made in queries.pending_deals(session, rotation.id):
        made.move(DealState.DISCARDED)
    activity = session.get_one(Activity, rotation.activity_id)
    activities.cancel_activity(session, activity, reason=reason, now=now, account_id=account_id)
    outbox.record(session, RotationClosed(rotation.id))
    pool.note(session, "closed_rotation", rotation, account_id=account_id, now=now)
    return rotation
