"""Everybody of the pool, with what stands against her in a block, whatever else is dealt to her."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TypeAlias

from sqlalchemy.orm import Session

from service.activities.rules import DAY
from service.availability.queries import said
from service.availability.rules import Said
from service.calendars.rules import instant
from service.rotation import queries
from service.rotation.models import Rotation, RotationMember
from service.rotation.problem import Absence, Bar, Person
from service.rotation.rules import monday
from service.signups.asking import candidates
from service.signups.queries import as_opening
from service.signups.rules import Candidate, Refused, unfit
from service.terms import Availability, Refusal
from service.volunteers.models import Volunteer

Pool: TypeAlias = Sequence[tuple[RotationMember, Volunteer]]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Somebody of the pool with what stands against her: her duties, those in the rotation itself (`own`) among them,
    the blocks she has refused, the days she is away, and what she says of the hours of the week."""

    member: RotationMember
    person: Volunteer
    asking: Candidate
    own: frozenset[int]
    refused: frozenset[int]
    absences: tuple[Absence, ...]
    heard: Said


def everybody(session: Session, rotation: Rotation, pool: Pool, rows: Sequence[queries.BlockRow]) -> list[Pooled]:
    """The pool, by person."""
    if not rows:
        return []
    first, last = rows[0].Shift.starts_at, rows[-1].Shift.ends_at
    known = candidates(session, [person.id for _member, person in pool], around=first, until=last)
    own, refused = queries.shift_ids(session, rotation), queries.refused(session, rotation)
    heard = said(session, [person.id for _member, person in pool])
    away: dict[int, list[Absence]] = defaultdict(list)
    for gone in queries.absences(session, [member.id for member, _person in pool]):
        away[gone.member_id].append(_absence(gone.from_on, gone.until_on))
    return [
        Pooled(
            member=member,
            person=person,
            asking=known[person.id],
            own=own,
            refused=frozenset(refused.get(person.id, ())),
            absences=(*away[member.id], *(_absence(one.from_on, one.until_on) for one in heard[person.id].away)),
            heard=heard[person.id],
        )
        for member, person in sorted(pool, key=lambda pair: pair[1].id)
    ]


def _absence(from_on: date, until_on: date) -> Absence:
    return Absence(instant(from_on, time.min), instant(until_on + DAY, time.min))


def as_person(one: Pooled, rows: Sequence[queries.BlockRow], *, but: Collection[int] = ()) -> Person:
    """Of her duties in the rotation itself only those in the shifts of `but` stand against her: the deal sees to the
    others."""
    others = tuple(c for c in one.asking.commitments if c.shift_id not in one.own or c.shift_id in but)
    elsewhere = replace(one.asking, commitments=others)
    return Person(
        id=one.person.id,
        party_id=one.member.party_id,
        birth_on=one.person.birth_on,
        absences=one.absences,
        week_minutes=one.person.weekly_hours * 60,
        used=_used(elsewhere),
        unfit={
            **dict(_unfit(elsewhere, rows)),
            **dict.fromkeys({*one.refused, *_not_then(one.heard, rows)}, Bar.SAID_NO),
        },
    )


def _not_then(heard: Said, rows: Sequence[queries.BlockRow]) -> Iterator[int]:
    """Blocks at an hour of the week at which she cannot."""
    for row in rows:
        shift = row.Shift
        if heard.of(shift.starts_at, shift.ends_at, activity_id=shift.activity_id) == Availability.CANNOT:
            yield row.ShiftRole.id


def _used(person: Candidate) -> dict[date, int]:
    used: Counter[date] = Counter()
    for duty in person.commitments:
        used[monday(duty.starts_at)] += round((duty.ends_at - duty.starts_at) / timedelta(minutes=1))
    return dict(used)


def _unfit(person: Candidate, rows: Sequence[queries.BlockRow]) -> Iterator[tuple[int, Bar]]:
    """Blocks that the rules of sign-ups refuse her. Not for her hours, which depend on the deal, nor for her age at
    night: each rotation says from which age on there are no nights."""
    for row in rows:
        found = unfit(person, as_opening(row))
        reasons = [refused for refused in found if refused.reason not in (Refusal.WEEKLY_HOURS, Refusal.NIGHT)]
        if reasons:
            yield row.ShiftRole.id, _bar(reasons)
        elif any(duty.shift_id == row.Shift.id for duty in person.commitments):
            yield row.ShiftRole.id, Bar.BUSY


def _bar(reasons: Sequence[Refused]) -> Bar:
    is_busy = all(refused.reason in (Refusal.OVERLAP, Refusal.REST) for refused in reasons)
    return Bar.BUSY if is_busy else Bar.UNFIT
