"""Random small problems for hypothesis: a fortnight, a few people, everything that can stand in the way."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from service.matching.blockers import Blocker
from service.matching.problem import (
    CAN,
    CANNOT,
    IF_NEEDED,
    UNASKED,
    Bond,
    BondKind,
    Commitment,
    Opening,
    Person,
    Pin,
    Problem,
    Weights,
    Wish,
)
from service.terms import QualificationKind, Refusal

#: Minutes since 1970 of a Monday, 0:00 in China; weeks here are just numbered from it.
MONDAY = 29_917_920
WEEK = 7 * 1440

#: How far from home, most of it the same.
WAYS = [0, 1, 2, 2, 3]
_ways = st.sampled_from(WAYS)

BARRED = (Blocker(Refusal.QUALIFICATION_MISSING, details=(("kind", QualificationKind.DOCTOR.value),)),)

_starts = st.integers(0, 13 * 24).map(lambda hour: MONDAY + 60 * hour)
_hours = st.sampled_from([1, 2, 4, 10])
RESTS = [0, 30, 480]
_rests = st.sampled_from(RESTS)


def week(starts: int) -> int:
    """The week a minute is in, counted from MONDAY."""
    return (starts - MONDAY) // WEEK


def opening(opening_id: int, shift_id: int, **given: Any) -> Opening:
    """An opening of two hours on the first Monday morning, with one place, unless told otherwise."""
    starts = given.setdefault("starts", MONDAY + 540)
    plain = {"ends": starts + 120, "rest_after": 30, "week": week(starts), "min_needed": 1, "max_needed": 1}
    return Opening(id=opening_id, shift_id=shift_id, **{**plain, **given})


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    """Up to four shifts, each with one or two roles."""
    made: list[Opening] = []
    for shift_id in range(1, draw(st.integers(1, 4)) + 1):
        starts = draw(_starts)
        first = opening(
            10 * shift_id, shift_id, starts=starts, ends=starts + 60 * draw(_hours), rest_after=draw(_rests)
        )
        for number in range(draw(st.integers(1, 2))):
            most = draw(st.integers(1, 3))
            needed: dict[str, Any] = {
                "min_needed": draw(st.integers(0, most)),
                "max_needed": most,
                "kept": draw(st.integers(0, 1)),
                "stand_bys": draw(st.sampled_from([0, 0, 1, 2])),
            }
            made.append(replace(first, id=first.id + number, weight=draw(st.integers(1, 2)), **needed))
    return tuple(made)


@st.composite
def commitments(draw: st.DrawFn, person_id: int) -> tuple[Commitment, ...]:
    """What a person has to do elsewhere: nothing, or one shift."""
    if draw(st.booleans()):
        return ()
    starts = draw(_starts)
    ends = starts + 60 * draw(_hours)
    held = Commitment(
        person_id=person_id, shift_id=100 + person_id, starts=starts, ends=ends, rest_after=30, week=week(starts)
    )
    return (held,)


@st.composite
def shifts_with_rules(draw: st.DrawFn) -> tuple[Opening, ...]:
    """The same openings, some at night, in the heat, with children, in a crew or for one who is visited."""
    ruled: list[Opening] = []
    for offered in draw(openings()):
        shift = next((other for other in ruled if other.shift_id == offered.shift_id), None)
        drawn = {
            "is_night": draw(st.booleans()),
            "is_hot": draw(st.booleans()),
            "children": draw(st.sampled_from([0, 0, 5, 9])),
            "per_adult": draw(st.sampled_from([0, 3])),
            "visit": draw(st.sampled_from([0, 0, 7])),
        }
        shared = {name: getattr(shift, name) for name in drawn} if shift else drawn
        crew, most = draw(st.sampled_from([0, 0, 1])), draw(st.integers(1, 2))
        ruled.append(replace(offered, crew=crew, most_faces=most if shared["visit"] else 0, **shared))
    return tuple(ruled)


@st.composite
def people_with_rules(draw: st.DrawFn) -> list[Person]:
    """Up to six people of all kinds."""
    drawn = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        kind = draw(st.sampled_from(["plain", "newcomer", "experienced", "experienced"]))
        drawn.append(
            Person(
                id=number,
                max_minutes=60 * draw(st.sampled_from([2, 6, 20])),
                load_minutes=60 * draw(st.integers(0, 30)),
                most_a_day=draw(st.sampled_from([None, 1])),
                most_a_week=draw(st.sampled_from([None, 1, 2])),
                most_at_a_stretch=draw(st.sampled_from([None, 180, 300])),
                is_adult=draw(st.sampled_from([True, True, False])),
                is_elder=draw(st.sampled_from([False, False, True])),
                is_newcomer=kind == "newcomer",
                is_experienced=kind == "experienced",
            )
        )
    return drawn


@st.composite
def bonds(draw: st.DrawFn, people: list[Person]) -> tuple[Bond, ...]:
    """Some pairs who must not meet, come together, or relieve each other."""
    pairs = [(a.id, b.id) for a in people for b in people if a.id < b.id]
    kinds = draw(st.lists(st.sampled_from([None, None, None, *BondKind]), min_size=len(pairs), max_size=len(pairs)))
    return tuple(
        Bond(person_id=a, other_id=b, kind=kind) for (a, b), kind in zip(pairs, kinds, strict=True) if kind is not None
    )


#: New in the activity of one shift, or experienced there; mostly what is said of the person is all.
STANDINGS: list[dict[str, bool]] = [{}, {}, {}, {"is_newcomer": True}, {"is_experienced": True}]


@st.composite
def crowded_problems(draw: st.DrawFn) -> Problem:
    """A problem with every rule switched on at once: most people cannot come, for several reasons each."""
    plain = draw(problems())
    people, offered = draw(people_with_rules()), draw(shifts_with_rules())
    seats = [(person.id, role.shift_id) for person in people for role in offered]
    standings = {seat: draw(st.sampled_from(STANDINGS)) for seat in dict.fromkeys(seats)}
    wishes, pins = [], []
    for person in people:
        for role in offered:
            match draw(st.sampled_from(["nothing", "wish", "wish", "wish", "unasked", "barred", "pin"])):
                case "wish" | "barred" as kind:
                    wishes.append(
                        Wish(
                            person_id=person.id,
                            opening_id=role.id,
                            rank=draw(st.integers(1, 4)),
                            signup_id=1000 * person.id + role.id,
                            barred=BARRED if kind == "barred" else (),
                            availability=draw(st.sampled_from([CAN, CAN, CAN, IF_NEEDED, CANNOT])),
                            **standings[person.id, role.shift_id],
                            travel=draw(_ways),
                        )
                    )
                case "unasked":
                    wishes.append(
                        Wish(
                            person_id=person.id,
                            opening_id=role.id,
                            rank=UNASKED,
                            barred=(),
                            **standings[person.id, role.shift_id],
                            travel=draw(_ways),
                        )
                    )
                case "pin" if draw(st.booleans()):
                    pins.append(
                        Pin(
                            person_id=person.id,
                            opening_id=role.id,
                            is_confirmed=True,
                            **standings[person.id, role.shift_id],
                        )
                    )
    held = tuple(held for person in people for held in draw(commitments(person.id)))
    return replace(
        plain,
        persons=people,
        openings=offered,
        commitments=held,
        wishes=wishes,
        pins=pins,
        bonds=draw(bonds(people)),
    )


#: What can be switched on in a problem; with few of them at a time there is still something to plan.
THEMES = (
    *("night", "heat", "children", "crew", "visit", "spare", "barred", "pins", "elsewhere", "kept"),
    *("hours", "days", "weeks", "stretch", "newcomers", "apart", "together", "relief", "said", "ways"),
)
#: What communities may choose, and what counts where people are asked unasked.
WEIGHTS = (
    *(Weights(), Weights(unasked=1), Weights(dearest=50, step=20, least=5, unasked=1)),
    *(Weights(dearest=1000, step=500, least=1), Weights(dearest=10, step=0, least=10), Weights(dearest=30, step=29)),
)
#: So many wishes at most: each set of them can be tried.
MOST_WISHES = 8
#: Of a coin.
HALF = 0.5


#: So many numbers that hypothesis takes each as soon as any other.
SEEDS = st.integers(0, 2**24 - 1)


def planable(dice: Random) -> Problem:
    """A problem with some rules switched on, in which several people can be placed, and the rules decide who.

    Thrown by dice of a seed that is drawn: of many draws, hypothesis would make five problems of six from the one
    before, by a change or two.
    """
    on = set(dice.sample(THEMES, dice.randint(2, 5)))
    offered = _offered(dice, on)
    few = 4 if "children" in on else 3
    people = [_somebody(dice, number, on) for number in range(1, dice.randint(few, 5) + 1)]
    seats = [(person, role) for person in people for role in offered]
    asked = dice.sample(seats, min(len(seats), dice.randint(few + 2, MOST_WISHES)))
    kinds = ["wish"] * 6 + [kind for kind in ("spare", "barred", "pins") if kind in on for _ in range(3)]
    wishes, pins = [], []
    for person, role in asked:
        told = dice.choice(STANDINGS) if "newcomers" in on else {}
        kind = dice.choice(kinds)
        if kind == "pins":
            pins.append(Pin(person_id=person.id, opening_id=role.id, is_confirmed=True, **told))
            continue
        rank = UNASKED if kind == "spare" else dice.randint(1, 3)
        wishes.append(
            Wish(
                person_id=person.id,
                opening_id=role.id,
                rank=rank,
                signup_id=1000 * person.id + role.id if rank else None,
                barred=BARRED if kind == "barred" else (),
                availability=dice.choice([CAN, CAN, IF_NEEDED, CANNOT]) if "said" in on else CAN,
                travel=dice.choice(WAYS) if "ways" in on else 0,
                **told,
            )
        )
    return Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + 2 * WEEK,
        persons=people,
        openings=offered,
        commitments=[_elsewhere(dice, one.id) for one in people if dice.random() < HALF] if "elsewhere" in on else [],
        wishes=wishes,
        pins=pins,
        bonds=_some_bonds(dice, people, on),
        weights=dice.choice(WEIGHTS),
    )


def _offered(dice: Random, on: set[str]) -> tuple[Opening, ...]:
    """Two to six openings in shifts on a day or two, many of them close to one another."""
    made: list[Opening] = []
    #: Where a day's limits are on: short shifts of one day, which one person could all serve.
    is_dense = bool(on & {"days", "weeks", "stretch"})
    for shift_id in range(1, (2 if "children" in on else dice.randint(2, 3)) + 1):
        starts = MONDAY + 60 * dice.choice([8, 9, 10, 11] if is_dense else [8, 9, 11, 13])
        starts += 0 if is_dense else 1440 * dice.choice([0, 0, 1, 7])
        shared: dict[str, Any] = {
            "starts": starts,
            "ends": starts + 60 * dice.choice([1, 1, 2] if is_dense else [1, 2, 2, 4]),
            "rest_after": dice.choice([0, 0, 30] if is_dense else RESTS),
            "week": week(starts),
            "is_night": "night" in on and dice.random() < HALF,
            "is_hot": "heat" in on and dice.random() < HALF,
            "children": dice.choice([0, 5, 9, 9, 9]) if "children" in on else 0,
            "per_adult": dice.choice([0, 3, 3, 4]) if "children" in on else 0,
            "visit": dice.choice([0, 7]) if "visit" in on else 0,
        }
        for number in range(dice.randint(1, 2)):
            most = dice.randint(1, 3)
            made.append(
                Opening(
                    id=10 * shift_id + number,
                    shift_id=shift_id,
                    min_needed=dice.randint(min(1, most - 1), most),
                    max_needed=most,
                    kept=dice.randint(0, 1) if "kept" in on else 0,
                    weight=dice.randint(1, 2),
                    crew=dice.randint(0, 1) if "crew" in on else 0,
                    most_faces=dice.randint(1, 2) if shared["visit"] else 0,
                    stand_bys=dice.randint(0, 1),
                    **shared,
                )
            )
    return tuple(made)


def _somebody(dice: Random, number: int, on: set[str]) -> Person:
    """One person, with the limits that are switched on."""
    kind = dice.choice(["plain", "newcomer", "experienced"]) if "newcomers" in on else "plain"
    return Person(
        id=number,
        max_minutes=60 * (dice.choice([1, 2, 4]) if "hours" in on else 20),
        load_minutes=60 * dice.randint(0, 30),
        most_a_day=dice.choice([None, 1, 1]) if "days" in on else None,
        most_a_week=dice.choice([1, 1, 2]) if "weeks" in on else None,
        most_at_a_stretch=dice.choice([60, 60, 120]) if "stretch" in on else None,
        is_adult=dice.choice([True, True, True, True, False]) if "children" in on else True,
        is_elder=dice.random() < HALF if on & {"night", "heat"} else False,
        is_newcomer=kind == "newcomer",
        is_experienced=kind == "experienced",
    )


def _elsewhere(dice: Random, person_id: int) -> Commitment:
    """What she has to do elsewhere, mostly while others serve here."""
    starts = MONDAY + 1440 * dice.choice([0, 0, 1, 7]) + 60 * dice.choice([8, 10, 12])
    return Commitment(
        person_id=person_id,
        shift_id=100 + person_id,
        starts=starts,
        ends=starts + 60 * dice.choice([1, 2]),
        rest_after=30,
        week=week(starts),
    )


def _some_bonds(dice: Random, people: list[Person], on: set[str]) -> tuple[Bond, ...]:
    """One or two pairs, of the kinds that are switched on."""
    kinds = [kind for kind in BondKind if kind.value in on]
    pairs = [(a.id, b.id) for a in people for b in people if a.id < b.id]
    if not kinds:
        return ()
    return tuple(
        Bond(person_id=a, other_id=b, kind=dice.choice(kinds)) for a, b in dice.sample(pairs, dice.randint(1, 2))
    )


#: Of the numbers drawn so many make one crowded problem. Of each, hypothesis makes about five more, which it cannot of
#: the others: in the end they are a quarter.
RARELY = 80


@st.composite
def ruled_problems(draw: st.DrawFn) -> Problem:
    """Every rule on: some at a time where there is much to plan, and now and then all of them at once."""
    number = draw(SEEDS)
    return planable(Random(number)) if number % RARELY else draw(crowded_problems())


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """A problem with pins, wishes of all ranks, people nobody asked, and people who may not."""
    offered = draw(openings())
    people = [
        Person(id=n, max_minutes=60 * draw(st.sampled_from([2, 6, 20])), load_minutes=60 * draw(st.integers(0, 30)))
        for n in range(1, draw(st.integers(1, 6)) + 1)
    ]
    wishes, pins = [], []
    for person in people:
        for role in offered:
            match draw(st.sampled_from(["nothing", "nothing", "wish", "wish", "unasked", "barred", "pin"])):
                case "wish" | "barred" as kind:
                    rank, signup_id = draw(st.integers(1, 4)), 1000 * person.id + role.id
                    barred = BARRED if kind == "barred" else ()
                    wishes.append(
                        Wish(
                            person_id=person.id,
                            opening_id=role.id,
                            rank=rank,
                            signup_id=signup_id,
                            barred=barred,
                            travel=draw(_ways),
                        )
                    )
                case "unasked":
                    wishes.append(Wish(person_id=person.id, opening_id=role.id, rank=UNASKED, travel=draw(_ways)))
                case "pin":
                    pins.append(Pin(person_id=person.id, opening_id=role.id, is_confirmed=draw(st.booleans())))
    return Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + 2 * WEEK,
        persons=tuple(people),
        openings=offered,
        commitments=tuple(held for person in people for held in draw(commitments(person.id))),
        wishes=tuple(wishes),
        pins=tuple(pins),
        weights=draw(st.sampled_from([Weights(), Weights(unasked=1)])),
    )
