"""From rows to what is dealt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from sqlalchemy import Row
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.activities.rules import DAY, NIGHT_REST
from service.calendars.days import Calendar
from service.calendars.queries import calendar
from service.calendars.rules import instant, local
from service.roster.models import Assignment
from service.rotation import queries
from service.rotation.models import Rotation, RotationDeal, RotationMember
from service.rotation.problem import Absence, Bar, Block, Party, Person, Problem
from service.rotation.rules import monday, week_letter
from service.signups.asking import candidates
from service.signups.queries import as_opening
from service.signups.rules import Candidate, Refused, unfit
from service.terms import AssignmentState, Refusal
from service.volunteers.models import Volunteer

#: How far around a window the places people hold matter: nights and hours are counted over a week.
AROUND = timedelta(days=7)
#: (block, person)
Key = tuple[int, int]
Places = Sequence[Row[Assignment, Shift]]
Pool = Sequence[tuple[RotationMember, Volunteer]]


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
    pool = [(member, person) for member, person in queries.members(session, rotation.id) if member.left_at is None]
    ids = {person.id for _member, person in pool}
    mine, others = _held(queries.places(session, rotation), ids)
    standing, strangers = _held(queries.places(session, rotation, as_stand_by=True), ids)
    rows = [
        row
        for row in queries.blocks(session, rotation, from_at=from_at - AROUND, until_at=deal.until_at + AROUND)
        if from_at <= row.Shift.starts_at < deal.until_at
        or row.ShiftRole.id in {block for block, _ in (*mine, *standing)}
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
    problem = Problem(
        blocks=tuple(blocks),
        parties=tuple(_parties(session, rotation, pool, days=days, but=known)),
        people=tuple(_people(session, rotation, pool, rows, busy=_shifts_of(standing))),
        limits=rotation.limits,
        held=frozenset(key for key in mine if key[0] in known and key not in offers),
        kept=frozenset(offers),
        wishes=frozenset(_wishes(session, rotation, pool, [block for block in blocks if block.id in inside])),
    )
    beside = None
    if wished := {row.ShiftRole.id: row.ShiftRole.stand_bys for row in rows if row.ShiftRole.stand_bys}:
        beside = replace(
            problem,
            blocks=tuple(
                replace(one, needed=max(wished.get(one.id, 0) - strangers[one.id], 0) if one.id in inside else 0)
                for one in blocks
            ),
            parties=tuple(_stood_by(session, rotation, problem.parties, but=known)),
            people=tuple(_people(session, rotation, pool, rows)),
            held=frozenset(key for key in standing if key[0] in known),
            kept=frozenset(),
            wishes=frozenset(),
        )
    return Built(problem, offers, beside)


def _shifts_of(places: Mapping[Key, Assignment]) -> dict[int, set[int]]:
    """By person the shifts of these places."""
    found: dict[int, set[int]] = defaultdict(set)
    for (_block, person_id), place in places.items():
        found[person_id].add(place.shift_id)
    return found


def _stood_by(session: Session, rotation: Rotation, parties: Sequence[Party], *, but: set[int]) -> Iterator[Party]:
    """The parties with how often they stood by, in place of how often they served; blocks in `but` are left out."""
    party_of = {member.volunteer_id: member.party_id for member, _person in queries.members(session, rotation.id)}
    had = Counter(
        party_of[place.volunteer_id]
        for place, _shift in queries.places(session, rotation, as_stand_by=True)
        if place.volunteer_id in party_of and place.shift_role_id not in but
    )
    for party in parties:
        yield replace(party, blocks=had[party.id], nights=0, weekends=0)


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


def _people(
    session: Session,
    rotation: Rotation,
    pool: Pool,
    rows: Sequence[queries.BlockRow],
    *,
    busy: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> Iterator[Person]:
    """The pool's people. Of their duties in the rotation itself only those in the shifts of `busy` stand against them:
    the deal sees to the others."""
    if not rows:
        return
    first, last = rows[0].Shift.starts_at, rows[-1].Shift.ends_at
    known = candidates(session, [person.id for _member, person in pool], around=first, until=last)
    own, refused = queries.shift_ids(session, rotation), queries.refused(session, rotation)
    away: dict[int, list[Absence]] = defaultdict(list)
    for gone in queries.absences(session, [member.id for member, _person in pool]):
        ends_at = instant(gone.until_on + DAY, time.min)
        away[gone.member_id].append(Absence(instant(gone.from_on, time.min), ends_at))
    for member, person in sorted(pool, key=lambda one: one[1].id):
        asking = known[person.id]
        counted = {*busy.get(person.id, ())}
        others = tuple(c for c in asking.commitments if c.shift_id not in own or c.shift_id in counted)
        elsewhere = replace(asking, commitments=others)
        yield Person(
            id=person.id,
            party_id=member.party_id,
            birth_on=person.birth_on,
            absences=tuple(away[member.id]),
            week_minutes=person.weekly_hours * 60,
            used=_used(elsewhere),
            unfit={**dict(_unfit(elsewhere, rows)), **dict.fromkeys(refused.get(person.id, ()), Bar.SAID_NO)},
        )


def _used(person: Candidate) -> dict[date, int]:
    used: Counter[date] = Counter()
    for duty in person.commitments:
        used[monday(duty.starts_at)] += round((duty.ends_at - duty.starts_at) / timedelta(minutes=1))
    return dict(used)


def _unfit(person: Candidate, rows: Sequence[queries.BlockRow]) -> Iterator[tuple[int, Bar]]:
    """Blocks that the rules of sign-ups refuse her; her hours are counted here, for they depend on the deal."""
    for row in rows:
        reasons = [refused for refused in unfit(person, as_opening(row)) if refused.reason != Refusal.WEEKLY_HOURS]
        if reasons:
            yield row.ShiftRole.id, _bar(reasons)
        elif any(duty.shift_id == row.Shift.id for duty in person.commitments):
            yield row.ShiftRole.id, Bar.BUSY


def _bar(reasons: Sequence[Refused]) -> Bar:
    is_busy = all(refused.reason in (Refusal.OVERLAP, Refusal.REST) for refused in reasons)
    return Bar.BUSY if is_busy else Bar.UNFIT


def _wishes(session: Session, rotation: Rotation, pool: Pool, blocks: Sequence[Block]) -> Iterator[Key]:
    volunteer_of = {member.id: person.id for member, person in pool}
    for wish in queries.wishes(session, list(volunteer_of)):
        for block in blocks:
            starts = local(block.starts_at)
            is_day = (starts.isoweekday(), starts.time()) == (wish.weekday, wish.starts)
            if is_day and (not wish.weeks or block.week in wish.weeks):
                yield block.id, volunteer_of[wish.member_id]
