"""Neighbourhoods to measure matching by, made from a seed: what `bench/match.py` solves and others can compare with.

Communities of about 1,000 volunteers and 200 shifts lie in a ring; a tenth of the wishes go to the next one. One week.
Duties as in the demo: the class at half past four (vetted teachers, two adults, a ratio), the gate in four-hour blocks
round the clock, the clinic with its doctor and two services (three in ten as a crew, held whole or not at all), the
patrol at dawn, visits that see few faces. People are retired or work, have limits of their own, are new, experienced,
old, under age, partners, households, or not to meet; a qualification may run out before the day. Every sixth holds a
place already.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from service.matching.blockers import Blocker
from service.matching.problem import (
    CAN,
    CANNOT,
    IF_NEEDED,
    Bond,
    BondKind,
    Opening,
    Person,
    Pin,
    Problem,
    Weights,
    Wish,
)
from service.matching.table import NOTHING, Table
from service.terms import Refusal

MONDAY, DAY, HOUR = 29_917_920, 1440, 60
COMMUNITY = 1000
#: How far it is to a place in one's own community, and in the next (service/places/rules.py).
OWN_COMMUNITY, NEXT_COMMUNITY = 2, 3
EVERYBODY, TEACHER, DOCTOR, VISITOR = range(4)
#: Who holds each qualification, by its number.
SHARES = (1.0, 0.45, 0.03, 0.5)
EXPIRED = (
    Blocker(
        Refusal.QUALIFICATION_EXPIRED,
        details=(("kind", "teacher"), ("on", "2026-11-23"), ("valid_until", "2026-11-22")),
    ),
)
#: How likely somebody who works, or is retired, is free in each four hours of a working day, and on days off.
WORKS, RETIRED, OFF = (
    (0.04, 0.25, 0.08, 0.12, 0.55, 0.3),
    (0.04, 0.28, 0.64, 0.64, 0.48, 0.2),
    (*(0.035, 0.25, 0.56, 0.56, 0.42, 0.18),),
)

Numbers = npt.NDArray[np.int64]


def neighbourhood(people: int, shifts: int, *, seed: int = 1) -> Problem:
    """So many volunteers and shifts, the same for the same seed."""
    dice = np.random.default_rng(seed)
    communities = max(1, people // COMMUNITY)
    openings, needs = _openings(dice, shifts, communities)
    persons, homes = _persons(dice, people, communities)
    can = np.stack([dice.random(people) < share for share in SHARES], axis=1)
    free = _free(dice, people)
    partners = _pairs(dice, homes, people // 100)
    wishes = _wishes(dice, openings, needs, homes=homes, can=can, free=free, partners=partners)
    bonds = _bonds(dice, homes, people, partners)
    pins, wishes = _pinned(dice, persons, openings, wishes=wishes, bonds=bonds)
    return Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + 7 * DAY,
        persons=_table(Person, persons),
        openings=_table(Opening, openings),
        wishes=_table(Wish, wishes),
        pins=pins,
        bonds=bonds,
        weights=Weights(dearest=100, step=6, least=20),
    )


def _openings(dice: np.random.Generator, shifts: int, communities: int) -> tuple[dict[str, Any], Numbers]:
    """The columns of the openings, and the qualification each needs."""
    rows: list[dict[str, int]] = []
    needs: list[int] = []
    visited: Counter[int] = Counter()
    for shift_id in range(1, shifts + 1):
        area = (shift_id - 1) * communities // shifts
        shift, roles = _shift(dice, shift_id, area=area, visited=visited)
        for number, (least, most, skill) in enumerate(roles):
            role = {"id": 10 * shift_id + number, "min_needed": least, "max_needed": most}
            rows.append({**shift, **role, "weight": 2 if skill == DOCTOR else 1})
            needs.append(skill)
    names = [field.name for field in fields(Opening)]
    defaults = {field.name: field.default for field in fields(Opening)}
    return {
        name: np.array([row.get(name, defaults[name]) for row in rows], dtype=np.int64) for name in names
    }, np.array(needs)


def _shift(
    dice: np.random.Generator, shift_id: int, *, area: int, visited: Counter[int]
) -> tuple[dict[str, int], list[tuple[int, int, int]]]:
    """One shift of a random kind and its roles (least, most, qualification)."""
    kind, day, rest, extra = dice.random(), int(dice.integers(7)), 30, {}
    if kind < 0.25:
        day, starts, length = int(dice.integers(5)), 990, 120
        roles, extra = [(5, 8, TEACHER)], {"children": int(dice.integers(10, 21)), "per_adult": 5}
    elif kind < 0.55:
        block = int(dice.integers(6))
        starts, length, roles = 240 * block, 240, [(5, 8, EVERYBODY)]
        is_night = block in (0, 5)
        rest, extra = 480 if is_night else 30, {"is_night": int(is_night)}
    elif kind < 0.65:
        starts, length = int(dice.choice([540, 840])), 180
        roles = [(1, 1, DOCTOR), (4, 7, EVERYBODY), (4, 7, EVERYBODY)]
        extra = {"crew": shift_id if dice.random() < 0.3 else 0}
    elif kind < 0.8:
        starts, length, roles = 390, 90, [(7, 12, EVERYBODY)]
    else:
        starts, length, roles = 60 * int(dice.integers(9, 18)), 60, [(2, 2, VISITOR)]
        visited[area] += 1
        visit = 10_000 * (area + 1) + visited[area] // 3
        extra = {"visit": visit, "most_faces": 5, "is_hot": int(840 > starts >= 780 and dice.random() < 0.5)}
    begin = MONDAY + DAY * day + starts
    shift = {"shift_id": shift_id, "starts": begin, "ends": begin + length, "rest_after": rest, "week": 1, "area": area}
    return {**shift, **extra}, roles


def _persons(dice: np.random.Generator, people: int, communities: int) -> tuple[dict[str, Any], Numbers]:
    """The columns of the people, and the community each lives in."""
    most = dice.choice([1, 2, 3, 4], people, p=[0.35, 0.35, 0.2, 0.1])
    retired = np.arange(people) % 5 < 2
    is_elder = retired & (dice.random(people) < 0.6)
    is_adult = is_elder | (dice.random(people) >= 0.04)
    is_newcomer = dice.random(people) < 0.12
    is_experienced = ~is_newcomer & is_adult & (dice.random(people) < 0.35)
    return {
        "id": np.arange(1, people + 1),
        "max_minutes": np.choose(most - 1, [240, 360, 480, 720]),
        "load_minutes": 120 * np.minimum(dice.geometric(0.4, people) - 1, 6),
        "most_a_day": np.where(dice.random(people) < 0.2, 2, 1),
        "most_a_week": most,
        "most_at_a_stretch": np.where(is_elder, 180, NOTHING),
        "is_adult": is_adult,
        "is_elder": is_elder,
        "is_newcomer": is_newcomer,
        "is_experienced": is_experienced,
    }, np.minimum(np.arange(people) * communities // people, communities - 1)


def _free(dice: np.random.Generator, people: int) -> npt.NDArray[np.bool_]:
    """(person, day, four hours) in which she could come."""
    retired = np.arange(people) % 5 < 2
    working = np.where(retired[:, None], np.array(RETIRED), np.array(WORKS))
    chances = np.stack([working] * 5 + [np.broadcast_to(np.array(OFF), working.shape)] * 2, axis=1)
    return dice.random(chances.shape) < chances


def _wishes(
    dice: np.random.Generator,
    openings: dict[str, Any],
    needs: Numbers,
    *,
    homes: Numbers,
    can: npt.NDArray[np.bool_],
    free: npt.NDArray[np.bool_],
    partners: Numbers,
) -> dict[str, Any]:
    """Five to thirty ranked wishes each, the popular shifts more often; partners wish for the same."""
    liked = dice.pareto(1.5, len(needs)) + 0.3
    liked[openings["is_night"] > 0] *= 0.4
    minute = openings["starts"] - MONDAY
    days, first = minute // DAY, minute % DAY // 240
    last = np.minimum((minute % DAY + openings["ends"] - openings["starts"] - 1) // 240, 5)
    target = dice.integers(5, 31, len(homes))
    communities = int(homes.max()) + 1
    found: list[tuple[Numbers, Numbers, Numbers]] = []
    for home in range(communities):
        people = np.flatnonzero(homes == home)
        own = np.flatnonzero(openings["area"] == home)
        next_door = np.flatnonzero(openings["area"] == (home + 1) % communities) if communities > 1 else own[:0]
        roles = np.concatenate([own, next_door])
        weights = np.concatenate([liked[own], liked[next_door] / 9])
        able = can[people][:, needs[roles]]
        able &= free[people][:, days[roles], first[roles]] & free[people][:, days[roles], last[roles]]
        key = np.where(able, dice.exponential(1, able.shape) / weights, np.inf)
        order = np.argsort(key, axis=1, kind="stable")
        count = np.minimum(target[people], able.sum(axis=1))
        ranks = np.arange(order.shape[1])
        row, rank = np.nonzero(ranks[None, :] < count[:, None])
        found.append((people[row], roles[order[row, rank]], rank + 1))
    person, role, rank = (np.concatenate(parts) for parts in zip(*found, strict=True))
    chosen = _as_partners(person, role, rank, partners=partners, can=can, needs=needs)
    return _wish_columns(dice, openings, chosen, homes=homes)


def _as_partners(
    person: Numbers, role: Numbers, rank: Numbers, *, partners: Numbers, can: npt.NDArray[np.bool_], needs: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """The second of two partners wishes for what the first wishes for, as far as she is able."""
    follows = {int(second): int(first) for first, second in partners}
    own = ~np.isin(person, list(follows))
    begins = np.searchsorted(person, np.arange(can.shape[0] + 1))
    copied = [(second, n) for second, first in follows.items() for n in range(begins[first], begins[first + 1])]
    second, n = np.array(copied, dtype=np.int64).reshape(-1, 2).T
    able = can[second, needs[role[n]]]
    return (
        np.concatenate([person[own], second[able]]),
        np.concatenate([role[own], role[n][able]]),
        np.concatenate([rank[own], rank[n][able]]),
    )


def _wish_columns(
    dice: np.random.Generator, openings: dict[str, Any], chosen: tuple[Numbers, Numbers, Numbers], *, homes: Numbers
) -> dict[str, Any]:
    """In the order of their key; one shift is wished for in one role. Some come only if need be, cannot, or may not."""
    person, role, rank = chosen
    order = np.lexsort((rank, openings["shift_id"][role], person))
    person, role, rank = person[order], role[order], rank[order]
    shift = openings["shift_id"][role]
    again = np.flatnonzero((person[1:] == person[:-1]) & (shift[1:] == shift[:-1])) + 1
    person, role, rank = (np.delete(column, again) for column in (person, role, rank))
    says = dice.choice([CAN, IF_NEEDED, CANNOT], len(person), p=[0.9, 0.08, 0.02])
    expired = dice.random(len(person)) < 0.02
    return {
        "person_id": person + 1,
        "opening_id": openings["id"][role],
        "rank": rank,
        "signup_id": 100 * (person + 1) + rank,
        "barred": tuple(EXPIRED if late else () for late in expired),
        "availability": says,
        "travel": np.where(openings["area"][role] == homes[person], OWN_COMMUNITY, NEXT_COMMUNITY),
        "is_newcomer": np.zeros(len(person), bool),
        "is_experienced": np.zeros(len(person), bool),
    }


def _pairs(dice: np.random.Generator, homes: Numbers, count: int) -> Numbers:
    """Pairs of neighbours, nobody twice, the lower first."""
    first = dice.permutation(len(homes) // 2)[:count] * 2
    return np.stack([first, first + 1], axis=1)


def _bonds(dice: np.random.Generator, homes: Numbers, people: int, partners: Numbers) -> list[Bond]:
    """Partners; one in a hundred not to meet, three in a hundred with a child at home."""
    bonds = {(int(a) + 1, int(b) + 1): BondKind.TOGETHER for a, b in partners}
    for kind, count in ((BondKind.APART, people // 100), (BondKind.RELIEF, 3 * people // 200)):
        for person in dice.integers(0, people, count).tolist():
            other = person + int(dice.integers(1, 40))
            if other < people and homes[person] == homes[other]:
                bonds.setdefault((person + 1, other + 1), kind)
    return [Bond(person_id=a, other_id=b, kind=kind) for (a, b), kind in bonds.items()]


def _pinned(
    dice: np.random.Generator,
    persons: dict[str, Any],
    openings: dict[str, Any],
    *,
    wishes: dict[str, Any],
    bonds: list[Bond],
) -> tuple[list[Pin], dict[str, Any]]:
    """A fifth hold the place they like best already, as long as minimums lack heads; those wishes are settled."""
    bound = {person_id for bond in bonds for person_id in (bond.person_id, bond.other_id)}
    role_of = {int(opening_id): n for n, opening_id in enumerate(openings["id"])}
    left = openings["min_needed"].copy()
    hers = np.searchsorted(wishes["person_id"], np.arange(1, len(persons["id"]) + 2))
    pins, settled = [], []
    for person_id in np.flatnonzero(dice.random(len(persons["id"])) < 0.2) + 1:
        at = int(person_id) - 1
        if person_id in bound or persons["is_newcomer"][at] or not persons["is_adult"][at]:
            continue
        for n in sorted(range(hers[at], hers[at + 1]), key=lambda n: wishes["rank"][n]):
            role = role_of[int(wishes["opening_id"][n])]
            if left[role] > 0 and _may_be_pinned(persons, openings, wishes, at=at, role=role, wish=n):
                left[role] -= 1
                pins.append(Pin(person_id=int(person_id), opening_id=int(openings["id"][role]), is_confirmed=n % 4 > 0))
                settled.append(n)
                break
    gone = set(settled)
    kept = [n for n in range(len(wishes["rank"])) if n not in gone]
    return pins, {
        name: tuple(column[n] for n in kept) if isinstance(column, tuple) else column[kept]
        for name, column in wishes.items()
    }


def _may_be_pinned(
    persons: dict[str, Any], openings: dict[str, Any], wishes: dict[str, Any], *, at: int, role: int, wish: int
) -> bool:
    is_elder = persons["is_elder"][at]
    length = openings["ends"][role] - openings["starts"][role]
    return not (
        wishes["barred"][wish]
        or wishes["availability"][wish] != CAN
        or openings["visit"][role]
        or openings["crew"][role]
        or (is_elder and (length > 180 or openings["is_night"][role] or openings["is_hot"][role]))
    )


def _table(kind: Any, columns: dict[str, Any]) -> Table[Any]:
    packed = {
        name: column if isinstance(column, tuple) else array("q", np.asarray(column, dtype=np.int64).tobytes())
        for name, column in columns.items()
    }
    return Table(kind, packed)
