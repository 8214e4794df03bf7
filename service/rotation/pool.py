"""Who takes turns: parties join and leave, are away, and have what they always take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.calendars.queries import calendar
from service.roster import actions as roster
from service.roster.models import AWAITED
from service.rotation import queries, turns
from service.rotation.building import standings
from service.rotation.models import Rotation, RotationAbsence, RotationMember, RotationParty, RotationWish
from service.terms import ReleaseReason
from service.volunteers.queries import lock_all


class RotationRefused(Exception):
    """A rotation cannot be opened or changed so. `problems` are codes by field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(", ".join(f"{name}: {codes}" for name, codes in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPlan:
    """Who shares one turn: a person, or the people of a household under its name."""

    volunteer_ids: tuple[int, ...]
    name: str = ""
    weeks: str = ""


def join(
    session: Session, rotation: Rotation, party: PartyPlan, *, account_id: int | None, now: datetime
) -> RotationParty:
    """A party more in the pool, credited with what the others have had, from the next turns on. Raises RotationRefused.

    Turns that were dealt and not published are dealt anew; whoever was asked or said yes keeps her turn.
    """
    rotation = _open(session, rotation.id)
    present = {person.id for member, person in queries.members(session, rotation.id) if member.left_at is None}
    if not party.volunteer_ids or present & set(party.volunteer_ids):
        raise RotationRefused({"volunteer_id": ["in_pool" if party.volunteer_ids else "empty"]})
    made = add(session, rotation, party, now=now)
    note(session, "joined_rotation", rotation, account_id=account_id, now=now, party_id=made.id)
    _deal_anew(session, rotation, account_id=account_id, now=now)
    return made


def join_party(
    session: Session,
    rotation: Rotation,
    party_id: int,
    *,
    volunteer_id: int,
    account_id: int | None,
    now: datetime,
) -> RotationMember:
    """Somebody joins a household that takes turns: its share stays one. Raises RotationRefused."""
    rotation = _open(session, rotation.id)
    if queries.member_of(session, rotation.id, volunteer_id=volunteer_id) is not None:
        raise RotationRefused({"volunteer_id": ["in_pool"]})
    if party_id not in {party.id for party in queries.parties(session, rotation.id)}:
        raise RotationRefused({"party_id": ["not_offered"]})
    made = RotationMember(rotation_id=rotation.id, party_id=party_id, volunteer_id=volunteer_id, joined_at=now)
    session.add(made)
    session.flush()
    note(session, "joined_rotation", rotation, account_id=account_id, now=now, party_id=party_id)
    _deal_anew(session, rotation, account_id=account_id, now=now)
    return made


def add(session: Session, rotation: Rotation, party: PartyPlan, *, now: datetime) -> RotationParty:
    """The party and its people, credited with the average of the others."""
    current = {member.party_id for member, _ in queries.members(session, rotation.id) if member.left_at is None}
    had = standings(session, rotation, days=calendar(session, rotation.area_id))
    others = [had[party_id] for party_id in current]
    made = RotationParty(
        rotation_id=rotation.id,
        name=party.name,
        weeks=party.weeks,
        joined_at=now,
        blocks=_average(one.blocks for one in others),
        nights=_average(one.nights for one in others),
        weekends=_average(one.weekends for one in others),
    )
    session.add(made)
    session.flush()
    for volunteer_id in party.volunteer_ids:
        session.add(RotationMember(rotation_id=rotation.id, party_id=made.id, volunteer_id=volunteer_id, joined_at=now))
    session.flush()
    return made


def _average(values: Iterable[int]) -> int:
    known = list(values)
    return sum(known) // len(known) if known else 0


def leave(session: Session, member: RotationMember, *, account_id: int | None, now: datetime) -> None:
    """Somebody takes no more turns: those still to begin are dealt to others. Twice is harmless.

    Nobody else's turn is moved, and who keeps what she has is not told anything. For blocks that are near people are
    sought as whenever somebody drops out.
    """
    rotation = _open(session, member.rotation_id)
    session.refresh(member)
    if member.left_at is not None:
        return
    member.left_at = now
    lock_all(session, [member.volunteer_id])
    ahead = [
        place
        for as_stand_by in (False, True)
        for place, shift in queries.places(session, rotation, as_stand_by=as_stand_by)
        if place.volunteer_id == member.volunteer_id and shift.starts_at > now and place.state in AWAITED
    ]
    for place in ahead:
        roster.release(session, place, reason=ReleaseReason.COORDINATOR)
    session.flush()
    note(session, "left_rotation", rotation, account_id=account_id, now=now, volunteer_id=member.volunteer_id)
    _deal_anew(session, rotation, account_id=account_id, now=now, is_needed=bool(ahead))


def _deal_anew(
    session: Session, rotation: Rotation, *, account_id: int | None, now: datetime, is_needed: bool = False
) -> None:
    """Deal again what is drafted, and what is published if somebody's places came free in it."""
    pending = queries.pending_deal(session, rotation.id)
    if pending is None and not is_needed:
        return
    until_at = max(rotation.dealt_until, pending.until_at if pending else rotation.dealt_until)
    if until_at > now:
        from_at = now if is_needed or pending is None else max(pending.from_at, now)
        turns.request(session, rotation, from_at=from_at, until_at=until_at, account_id=account_id, now=now)


def note_absence(
    session: Session, member: RotationMember, *, from_on: date, until_on: date, account_id: int | None, now: datetime
) -> RotationAbsence:
    """She is away on these dates, both included. What she has promised for them stays hers until she gives it up."""
    if until_on < from_on:
        raise RotationRefused({"until_on": ["before_from_on"]})
    made = RotationAbsence(member_id=member.id, from_on=from_on, until_on=until_on)
    session.add(made)
    session.flush()
    rotation = _open(session, member.rotation_id)
    note(session, "noted_absence", rotation, account_id=account_id, now=now, volunteer_id=member.volunteer_id)
    _deal_anew(session, rotation, account_id=account_id, now=now)
    return made


def note_wish(
    session: Session,
    member: RotationMember,
    *,
    weekday: int,
    starts: time,
    weeks: str,
    account_id: int | None,
    now: datetime,
) -> RotationWish:
    """She always takes the block that begins then, on this day of the week. Saying it twice changes its weeks.

    Raises RotationRefused where no block begins then.
    """
    rotation = _open(session, member.rotation_id)
    if starts not in block_starts(session, rotation):
        raise RotationRefused({"starts": ["no_block"]})
    wish = session.scalar(
        select(RotationWish).where(
            RotationWish.member_id == member.id, RotationWish.weekday == weekday, RotationWish.starts == starts
        )
    ) or RotationWish(member_id=member.id, weekday=weekday, starts=starts)
    wish.weeks = weeks
    session.add(wish)
    session.flush()
    note(session, "noted_wish", rotation, account_id=account_id, now=now, volunteer_id=member.volunteer_id)
    _deal_anew(session, rotation, account_id=account_id, now=now)
    return wish


def block_starts(session: Session, rotation: Rotation) -> list[time]:
    """The local times at which blocks begin, the first of the day first."""
    return sorted({series.starts for series in session.get_one(Activity, rotation.activity_id).series})


def forget(
    session: Session,
    what: RotationAbsence | RotationWish,
    member: RotationMember,
    *,
    account_id: int | None,
    now: datetime,
) -> None:
    """An absence or a wish does not hold any more."""
    rotation = _open(session, member.rotation_id)
    session.delete(what)
    session.flush()
    note(session, "forgot_wish", rotation, account_id=account_id, now=now, volunteer_id=member.volunteer_id)
    _deal_anew(session, rotation, account_id=account_id, now=now)


def _open(session: Session, rotation_id: int) -> Rotation:
    """The rotation, locked. Raises RotationRefused once it is closed."""
    rotation = turns.locked(session, rotation_id)
    if rotation.closed_at is not None:
        raise RotationRefused({"rotation": ["closed"]})
    return rotation


def note(
    session: Session, verb: str, rotation: Rotation, *, account_id: int | None, now: datetime, **details: Any
) -> None:
    """One line of the audit about the rotation."""
    audit.note_about(session, verb, rotation, account_id=account_id, now=now, **details)
