"""Random small problems for hypothesis: a fortnight, a few people, everything that can stand in the way."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from service.matching.blockers import Blocker
from service.matching.problem import UNASKED, Commitment, Opening, Person, Pin, Problem, Wish
from service.terms import QualificationKind, Refusal

#: Minutes since 1970 of a Monday, 0:00 in China; weeks here are just numbered from it.
MONDAY = 29_917_920
WEEK = 7 * 1440

BARRED = (Blocker(Refusal.QUALIFICATION_MISSING, details=(("kind", QualificationKind.DOCTOR.value),)),)

_starts = st.integers(0, 13 * 24).map(lambda hour: MONDAY + 60 * hour)
_hours = st.sampled_from([1, 2, 4, 10])
_rests = st.sampled_from([0, 30, 480])


def week(starts: int) -> int:
    """The week a minute is in, counted from MONDAY."""
    return (starts - MONDAY) // WEEK


def opening(opening_id: int, shift_id: int, **given: int) -> Opening:
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
            needed = {"min_needed": draw(st.integers(0, most)), "max_needed": most, "kept": draw(st.integers(0, 1))}
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
                        Wish(person_id=person.id, opening_id=role.id, rank=rank, signup_id=signup_id, barred=barred)
                    )
                case "unasked":
                    wishes.append(Wish(person_id=person.id, opening_id=role.id, rank=UNASKED))
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
    )
