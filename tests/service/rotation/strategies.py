"""Gates to be dealt: the month of the issue, and random small ones with everything that can stand in the way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from service.activities.rules import NIGHT_REST, rest_after
from service.calendars.rules import instant, local
from service.rotation.problem import Absence, Bar, Block, Limits, Party, Person, Problem
from service.rotation.rules import week_letter

#: A Monday.
FIRST = date(2026, 11, 30)
YOUNG, OLD = date(1985, 3, 1), date(1952, 3, 1)


def blocks(*, count: int, hours: int = 4, at: int = 18, needed: int = 2) -> tuple[Block, ...]:
    """So many blocks one after another from FIRST at that hour on."""
    start = instant(FIRST, time(at))
    return tuple(_block(n, start + timedelta(hours=hours * (n - 1)), hours, needed) for n in range(1, count + 1))


def _block(number: int, starts_at: datetime, hours: int, needed: int) -> Block:
    ends_at = starts_at + timedelta(hours=hours)
    return Block(
        id=number,
        starts_at=starts_at,
        ends_at=ends_at,
        needed=needed,
        is_night=rest_after(starts_at, ends_at) == NIGHT_REST,
        is_weekend=local(starts_at).isoweekday() > 5,
        week=week_letter(starts_at, counts_from=FIRST, cycle=2),
    )


def month(*, people: int = 30, elders: int = 0, household: int = 1, hours: int = 4, at: int = 18) -> Problem:
    """28 days of a gate, two at a time, by people of households of that size."""
    persons = tuple(
        Person(id=n, party_id=1 + (n - 1) // household, birth_on=OLD if n <= elders else YOUNG)
        for n in range(1, people + 1)
    )
    parties = tuple(Party(id=n) for n in sorted({person.party_id for person in persons}))
    return Problem(blocks=blocks(count=28 * 24 // hours, hours=hours, at=at), parties=parties, people=persons)


@st.composite
def small(draw: st.DrawFn) -> Problem:
    """Two days at most and up to four people: small enough to try every deal there is."""
    hours = draw(st.sampled_from([4, 6, 8]))
    made = blocks(
        count=draw(st.integers(1, 6)), hours=hours, at=draw(st.sampled_from([0, 8, 18])), needed=draw(st.integers(1, 2))
    )
    parties = tuple(
        Party(id=n, blocks=draw(st.integers(0, 2)), weeks=draw(st.sampled_from(["", "", "", "A", "B"])))
        for n in range(1, draw(st.integers(1, 4)) + 1)
    )
    people = tuple(
        Person(
            id=n,
            party_id=draw(st.sampled_from([party.id for party in parties])),
            birth_on=draw(st.sampled_from([None, YOUNG, YOUNG, OLD])),
            absences=draw(st.lists(st.sampled_from(made).map(_away), max_size=1).map(tuple)),
            week_minutes=60 * draw(st.sampled_from([4, 8, 20])),
            unfit=dict.fromkeys(draw(st.lists(st.sampled_from([b.id for b in made]), max_size=1)), Bar.UNFIT),
        )
        for n in range(1, draw(st.integers(1, 4)) + 1)
    )
    limits = Limits(nights_a_week=draw(st.integers(1, 3)), rest=timedelta(hours=draw(st.sampled_from([0, 4, 8]))))
    held: set[tuple[int, int]] = set()
    for block in made:
        if draw(st.integers(0, 5)) == 0:
            held.add((block.id, draw(st.sampled_from([person.id for person in people]))))
    wishes = draw(
        st.sets(st.tuples(st.sampled_from([b.id for b in made]), st.sampled_from([p.id for p in people])), max_size=2)
    )
    return Problem(
        blocks=made, parties=parties, people=people, limits=limits, held=frozenset(held), wishes=frozenset(wishes)
    )


def _away(block: Block) -> Absence:
    return Absence(block.starts_at, block.ends_at)
