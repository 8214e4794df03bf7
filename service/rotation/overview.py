"""A rotation as it is looked at: its parties and what they have had, its blocks and who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from operator import attrgetter

from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.calendars.queries import calendar
from service.calendars.rules import local
from service.roster.models import Assignment
from service.rotation import queries
from service.rotation.building import Standing, standings
from service.rotation.models import (
    Rotation,
    RotationAbsence,
    RotationDeal,
    RotationMember,
    RotationParty,
    RotationTurn,
    RotationWish,
)
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Mate:
    """One person of a party, with when she is away and what she always takes."""

    member: RotationMember
    person: Volunteer
    absences: Sequence[RotationAbsence]
    wishes: Sequence[RotationWish]


@dataclass(frozen=True, slots=True)
class Share:
    """A party with its people and what it has had, turns that were dealt counted."""

    party: RotationParty
    had: Standing
    mates: Sequence[Mate]

    @property
    def names(self) -> tuple[str, ...]:
        """The household's name, or its people's."""
        return (self.party.name,) if self.party.name else tuple(mate.person.name for mate in self.mates)


@dataclass(frozen=True, slots=True)
class Guard:
    """Somebody in a block: with a place, or only in a draft; `turn` says why, where it was dealt."""

    person: Volunteer
    place: Assignment | None
    turn: RotationTurn | None

    @property
    def stands_by(self) -> bool:
        """Whether she comes only if another does not."""
        one = self.place or self.turn
        return one is not None and one.is_stand_by


@dataclass(slots=True)
class Slot:
    """One block and everybody in it."""

    shift: Shift
    role: ShiftRole
    guards: list[Guard] = field(default_factory=list)

    @property
    def at(self) -> time:
        """The local time it begins."""
        return local(self.shift.starts_at).time()

    @property
    def open(self) -> int:
        """How many are missing."""
        return max(self.role.min_needed - sum(not guard.stands_by for guard in self.guards), 0)


def shares(session: Session, rotation: Rotation) -> list[Share]:
    """The parties that take turns, who has had least first."""
    rows = [row for row in queries.members(session, rotation.id) if row.RotationMember.left_at is None]
    ids = [member.id for member, _person in rows]
    away, wished = defaultdict(list), defaultdict(list)
    for absence in queries.absences(session, ids):
        away[absence.member_id].append(absence)
    for wish in queries.wishes(session, ids):
        wished[wish.member_id].append(wish)
    mates = defaultdict(list)
    for member, person in rows:
        mates[member.party_id].append(Mate(member, person, away[member.id], wished[member.id]))
    had = standings(session, rotation, days=calendar(session, rotation.area_id))
    found = [
        Share(party, had[party.id], mates[party.id])
        for party in queries.parties(session, rotation.id)
        if party.id in mates
    ]
    return sorted(found, key=lambda share: (share.had.blocks, share.had.nights, share.party.id))


def slots(
    session: Session, rotation: Rotation, *, from_at: datetime, until_at: datetime, draft: RotationDeal | None = None
) -> list[Slot]:
    """The blocks that start in [from_at, until_at), with who holds a place, and whom a draft would ask.

    Who stands by comes last.
    """
    made = {
        row.ShiftRole.id: Slot(row.Shift, row.ShiftRole)
        for row in queries.blocks(session, rotation, from_at=from_at, until_at=until_at)
    }
    for place, person, turn in queries.guards(session, list(made)):
        made[place.shift_role_id].guards.append(Guard(person, place, turn))
    for row in queries.turns(session, draft.id) if draft is not None else ():
        if row.ShiftRole.id in made and not row.RotationTurn.is_held:
            made[row.ShiftRole.id].guards.append(Guard(row.Volunteer, None, row.RotationTurn))
    for slot in made.values():
        slot.guards.sort(key=attrgetter("stands_by"))
    return list(made.values())
