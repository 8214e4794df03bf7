"""From rows to what is dealt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.activities.rules import NIGHT_REST
from service.calendars.days import Calendar
from service.calendars.queries import calendar
from service.calendars.rules import local
from service.roster.models import Assignment
from service.rotation import queries
from service.rotation.models import Rotation, RotationDeal
from service.rotation.people import Pool, Pooled, as_person, everybody
from service.rotation.problem import Block, Party, Problem
from service.rotation.rules import week_letter
from service.terms import AssignmentState

#: How far around a window the places people hold matter: nights and hours are counted over a week.
AROUND = timedelta(days=7)
#: (block, person)
Key = tuple[int, int]
Places = Sequence[Row[Assignment, Shift]]


@dataclass(frozen=True, slots=True)
class Built:
    """A problem, and the offers that nobody had answered when it was built, by block and person.

    `beside` is the same for who stands by, before anybody knows who serves (standing_by.py); None where nobody does.
    """

    problem: Problem
    offers: Mapping[Key, int]
    beside: Problem | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a party has had, credits of a late start counted: all its blocks, nights among them, and on days off."""

    blocks: int
    nights: int
    weekends: int


def build(session: Session, rotation: Rotation, deal: RotationDeal, *, now: datetime) -> Built:
    """What a deal has to deal: the blocks of its window that are still to begin, among the pool as it is now."""
    from_at = max(deal.from_at, now)
    days = calendar(session, rotation.area_id)
    members = queries.members(session, rotation.id)
    pool = [(member, person) for member, person in members if member.left_at is None]
    ids = {person.id for _member, person in pool}
    mine, others = _held(queries.places(session, rotation), ids)
    stood_by = queries.places(session, rotation, as_stand_by=True)
    standing, _strangers = _held(stood_by, ids)
    near = {block for block, _who in (*mine, *standing)}
    rows = [
        row
        for row in queries.blocks(session, rotation, from_at=from_at - AROUND, until_at=deal.until_at + AROUND)
        if from_at <= row.Shift.starts_at < deal.until_at or row.ShiftRole.id in near
    ]
    blocks = [_block(rotation, row, days, others) for row in rows]
    blocks = [block if from_at <= block.starts_at < deal.until_at else replace(block, needed=0) for block in blocks]
    known = {block.id for block in blocks}
    inside = {block.id for block in blocks if from_at <= block.starts_at < deal.until_at}
    offers = {
        key: place.id
        for key, place in mine.items()
        if deal.moves_offers and place.state == AssignmentState.OFFERED and key[0] in inside
    }
    pooled = everybody(session, rotation, pool, rows)
    problem = Problem(
        blocks=tuple(blocks),
        parties=tuple(_parties(session, rotation, pool, days=days, but=known)),
        people=tuple(as_person(one, rows, but=_shifts_of(standing, one.person.id)) for one in pooled),
        limits=rotation.limits,
        held=frozenset(key for key in mine if key[0] in known and key not in offers),
        kept=frozenset(offers),
        wishes=frozenset(_wishes(session, rotation, pool, [block for block in blocks if block.id in inside])),
    )
    party_of = {member.volunteer_id: member.party_id for member, _person in members}
    return Built(problem, offers, _beside(problem, rows, pooled, stood_by, party_of=party_of, inside=inside))


def _beside(
    problem: Problem,
    rows: Sequence[queries.BlockRow],
    pooled: Sequence[Pooled],
    stood_by: Places,
    *,
    party_of: Mapping[int, int],
    inside: set[int],
) -> Problem | None:
    """The same for who stands by: so many for each block, and parties are counted by how often they did.

    None where nobody does. Who has left the pool counts for her party still.
    """
    wished = {row.ShiftRole.id: row.ShiftRole.stand_bys for row in rows}
    if not any(wished.values()):
        return None
    standing, strangers = _held(stood_by, {one.person.id for one in pooled})
    had = Counter(
        party_of[place.volunteer_id]
        for place, _shift in stood_by
        if place.volunteer_id in party_of and place.shift_role_id not in wished
    )
    return replace(
        problem,
        blocks=tuple(
            replace(one, needed=max(wished[one.id] - strangers[one.id], 0) if one.id in inside else 0)
            for one in problem.blocks
        ),
        parties=tuple(replace(one, blocks=had[one.id], nights=0, weekends=0) for one in problem.parties),
        people=tuple(as_person(one, rows) for one in pooled),
        held=frozenset(key for key in standing if key[0] in wished),
        kept=frozenset(),
        wishes=frozenset(),
    )


def _shifts_of(places: Mapping[Key, Assignment], person_id: int) -> set[int]:
    """The shifts of those of these places that are hers."""
    return {place.shift_id for (_block, who), place in places.items() if who == person_id}


def standings(
    session: Session, rotation: Rotation, *, days: Calendar, but: set[int] | frozenset[int] = frozenset()
) -> dict[int, Standing]:
    """What each party has had, by its id; blocks in `but` are left out."""
    party_of = {member.volunteer_id: member.party_id for member, _person in queries.members(session, rotation.id)}
    had: dict[int, list[Shift]] = defaultdict(list)
    for place, shift in queries.places(session, rotation):
        if place.volunteer_id in party_of and place.shift_role_id not in but:
            had[party_of[place.volunteer_id]].append(shift)
    return {
        party.id: Standing(
            party.blocks + len(had[party.id]),
            party.nights + sum(is_night(shift) for shift in had[party.id]),
            party.weekends + sum(_is_day_off(shift, days) for shift in had[party.id]),
        )
        for party in queries.parties(session, rotation.id)
    }


def is_night(shift: Shift) -> bool:
    """Whether the block touches the night, so that a night's rest is owed after it."""
    return shift.rest_after >= NIGHT_REST


def _is_day_off(shift: Shift, days: Calendar) -> bool:
    return not days.is_workday(local(shift.starts_at).date())


def _held(places: Places, pool: set[int]) -> tuple[dict[Key, Assignment], Counter[int]]:
    """The places of the pool, and how many in each block are somebody else's."""
    mine = {(place.shift_role_id, place.volunteer_id): place for place, _ in places if place.volunteer_id in pool}
    return mine, Counter(place.shift_role_id for place, _ in places if place.volunteer_id not in pool)


def _block(rotation: Rotation, row: queries.BlockRow, days: Calendar, others: Counter[int]) -> Block:
    shift = row.Shift
    return Block(
        id=row.ShiftRole.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        needed=max(row.ShiftRole.min_needed - others[row.ShiftRole.id], 0),
        is_night=is_night(shift),
        is_weekend=_is_day_off(shift, days),
        week=week_letter(shift.starts_at, counts_from=rotation.counts_from, cycle=rotation.cycle),
    )


def _parties(session: Session, rotation: Rotation, pool: Pool, *, days: Calendar, but: set[int]) -> Iterator[Party]:
    """The parties that have somebody in the pool."""
    current = {member.party_id for member, _person in pool}
    had = standings(session, rotation, days=days, but=but)
    for party in queries.parties(session, rotation.id):
        if party.id in current:
            so_far = had[party.id]
            yield Party(
                id=party.id,
                blocks=so_far.blocks,
                nights=so_far.nights,
                weekends=so_far.weekends,
                weeks=party.weeks,
            )


def _wishes(session: Session, rotation: Rotation, pool: Pool, blocks: Sequence[Block]) -> Iterator[Key]:
    volunteer_of = {member.id: person.id for member, person in pool}
    for wish in queries.wishes(session, list(volunteer_of)):
        for block in blocks:
            starts = local(block.starts_at)
            is_day = (starts.isoweekday(), starts.time()) == (wish.weekday, wish.starts)
            if is_day and (not wish.weeks or block.week in wish.weeks):
                yield block.id, volunteer_of[wish.member_id]
