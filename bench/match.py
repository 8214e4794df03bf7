"""Matching: neighbourhoods of several sizes, solved by the greedy and the exact matcher.

    python -m bench.match [--people 60 120 240] [--seed 1]

For each size and matcher: CPU seconds, cover, wishes and burden, and how far each is from what no plan can beat (the
exact matcher's bound, proven by HiGHS). The instances are made here from a seed: duties as the demo has them
(after-school class with vetted teachers, gate in four-hour blocks round the clock, clinic with a doctor, patrol at
dawn, visits), people who are retired or work, ranked wishes, limits of their own, earlier load.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from service.matching import greedy, lexical
from service.matching.checker import check
from service.matching.problem import UNASKED, Opening, Person, Problem, Wish
from service.matching.solution import LevelName, Solution, Solver

MONDAY = 29_917_920
DAY, HOUR = 1440, 60
#: Kind of duty: days of the week, hours of its start, length in hours, rest in minutes, roles (least, most, who can).
KINDS: tuple[tuple[Sequence[int], Sequence[float], float, int, Sequence[tuple[int, int, str]]], ...] = (
    (range(5), (16.5,), 1.5, 30, ((2, 3, "teacher"),)),
    (range(7), (2, 6, 10, 14, 18, 22), 4, 480, ((1, 2, "anybody"),)),
    ((2, 5), (9,), 2.5, 30, ((1, 1, "doctor"), (2, 3, "anybody"))),
    (range(7), (6.5,), 1, 30, ((2, 3, "anybody"),)),
    ((0, 2, 4), (9.5,), 1.5, 30, ((2, 4, "anybody"),)),
)
SKILLS = {"teacher": 0.2, "doctor": 0.03, "anybody": 1.0}


def main() -> None:
    """Solve each size with both and print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="*", default=[60, 120, 240])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = [row for people in options.people for row in _compare(neighbourhood(people, seed=options.seed))]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(rows))


def neighbourhood(people: int, *, seed: int) -> Problem:
    """One week of a place with so many volunteers, and a shift for about every third of them."""
    dice = random.Random(f"{seed}:{people}")
    openings = tuple(_openings(dice, shifts=people // 3))
    persons = tuple(
        Person(id=n, max_minutes=HOUR * dice.choice([4, 6, 8, 10]), load_minutes=HOUR * dice.randrange(60))
        for n in range(1, people + 1)
    )
    can = {person.id: {skill for skill, share in SKILLS.items() if dice.random() < share} for person in persons}
    skill = {opening.id: _skill_of(opening) for opening in openings}
    wishes = [
        wish
        for person in persons
        for wish in _wishes(dice, person, [o for o in openings if skill[o.id] in can[person.id]])
    ]
    return Problem(
        from_minute=MONDAY, until_minute=MONDAY + 7 * DAY, persons=persons, openings=openings, wishes=tuple(wishes)
    )


def _openings(dice: random.Random, *, shifts: int) -> Iterator[Opening]:
    """Shifts of all kinds in turn; an opening's id ends in the number of its role, before it that of its kind."""
    for shift_id in range(1, shifts + 1):
        kind = shift_id % len(KINDS)
        days, hours, length, rest, roles = KINDS[kind]
        starts = MONDAY + DAY * dice.choice(list(days)) + int(HOUR * dice.choice(list(hours)))
        for number, (least, most, _skill) in enumerate(roles):
            yield Opening(
                id=100 * shift_id + 10 * kind + number,
                shift_id=shift_id,
                starts=starts,
                ends=starts + int(HOUR * length),
                rest_after=rest,
                week=1,
                min_needed=least,
                max_needed=most,
                weight=2 if _skill == "doctor" else 1,
            )


def _skill_of(opening: Opening) -> str:
    return KINDS[opening.id // 10 % 10][4][opening.id % 10][2]


def _wishes(dice: random.Random, person: Person, possible: Sequence[Opening]) -> Iterator[Wish]:
    """Three to ten wishes, ranked, and as many duties again for which she may be asked."""
    chosen = dice.sample(list(possible), min(len(possible), dice.randint(6, 20)))
    for rank, opening in enumerate(chosen, start=1):
        asked = rank <= (len(chosen) + 1) // 2
        yield Wish(
            person_id=person.id,
            opening_id=opening.id,
            rank=rank if asked else UNASKED,
            signup_id=1000 * rank + person.id if asked else None,
        )


def _compare(problem: Problem) -> Iterator[dict[str, Any]]:
    best, best_row = _run(lexical.solve, problem)
    bounds = {level.name: level.bound for level in best.levels}
    for name, (solution, row) in {"greedy": _run(greedy.solve, problem), "lexical": (best, best_row)}.items():
        values = {level.name: level.value for level in solution.levels}
        yield {"people": len(problem.persons), "wishes": len(problem.wishes), "matcher": name, **row} | {
            f"{level.value}": f"{values[level]} of {bounds[level]}"
            for level in (LevelName.COVER, LevelName.WISHES, LevelName.BURDEN)
        }


def _run(solver: Solver, problem: Problem) -> tuple[Solution, dict[str, Any]]:
    start = time.process_time()
    solution = solver(problem)
    spent = time.process_time() - start
    assert check(problem, solution) == []
    return solution, {"cpu_seconds": round(spent, 2), "load_average": round(os.getloadavg()[0], 1)}


if __name__ == "__main__":
    main()
