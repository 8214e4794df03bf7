"""An independent look at a plan, before anything of it is saved.

Written apart from rules.py and plan.py on purpose, on its own logic (sorted sweeps and sums instead of
pairwise questions), so that a mistake there is seen here. It reads only the problem and the solution.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from service.matching.faults import Fault, Violation
from service.matching.inspection import Crowd, Seat
from service.matching.problem import CANNOT, IF_NEEDED, LOAD_WEEKS, UNASKED, Opening, Problem, Wish
from service.matching.solution import LevelName, Solution


class BrokenPlan(Exception):
    """A solver made a plan that must not be used."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("; ".join(f"{v.fault} person={v.person_id} opening={v.opening_id}" for v in violations[:20]))
        self.violations = violations


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Everything wrong with the solution; empty for a sound one."""
    if solution.input_hash != problem.input_hash:
        return [Violation(Fault.OTHER_PROBLEM)]
    found = list(_unfounded(problem, solution))
    if found:
        return found
    facts = _Facts(problem, solution)
    return [
        *_hard(facts),
        *_untold(problem, solution),
        *_overlooked(facts, solution),
        *_miscounted(facts, solution),
        *_standing_by(facts, solution),
    ]


def broken_rules(problem: Problem, solution: Solution) -> list[Violation]:
    """The hard rules the placements break, whatever else the solution says."""
    return [*_unfounded(problem, solution), *_hard(_Facts(problem, solution))]


def counted(problem: Problem, solution: Solution) -> dict[LevelName, int]:
    """What the placements reach at each aim, whatever the solution says of it."""
    return _counted(_Facts(problem, solution), solution)


def _hard(facts: _Facts) -> Iterator[Violation]:
    yield from _clashes(facts)
    yield from _overwork(facts)
    yield from _crowding(facts)
    yield from facts.crowd.faults()


class _Facts:
    """Problem and plan laid out for counting."""

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem = problem
        self.opening: dict[int, Opening] = {opening.id: opening for opening in problem.openings}
        self.limit = {person.id: person.max_minutes for person in problem.persons}
        self.heads: Counter[int] = Counter(pin.opening_id for pin in problem.pins)
        #: person → (start, end with rest, shift, is it the plan's doing)
        self.spans: dict[int, list[tuple[int, int, int, bool]]] = defaultdict(list)
        self.week_minutes: Counter[tuple[int, int]] = Counter()
        self.new_weeks: set[tuple[int, int]] = set()
        for held in problem.commitments:
            self.spans[held.person_id].append((held.starts, held.ends + held.rest_after, held.shift_id, False))
            self.week_minutes[held.person_id, held.week] += held.ends - held.starts
        for pin in problem.pins:
            self._add(pin.person_id, self.opening[pin.opening_id], is_new=False)
        for placement in solution.placements:
            self._add(placement.person_id, self.opening[placement.opening_id], is_new=True)
            self.heads[placement.opening_id] += 1
        self.spare = {
            (w.person_id, w.opening_id) for w in problem.wishes if w.rank == UNASKED or w.availability == IF_NEEDED
        }
        seats = [Seat(pin.person_id, pin.opening_id, False) for pin in problem.pins]
        for placed in solution.placements:
            key = (placed.person_id, placed.opening_id)
            seats.append(Seat(*key, True, key in self.spare))
        self.crowd = Crowd(problem, seats)

    def _add(self, person_id: int, opening: Opening, *, is_new: bool) -> None:
        self.spans[person_id].append((opening.starts, opening.ends + opening.rest_after, opening.shift_id, is_new))
        self.week_minutes[person_id, opening.week] += opening.ends - opening.starts
        if is_new:
            self.new_weeks.add((person_id, opening.week))

    def has_room(self, opening: Opening) -> bool:
        return self.heads[opening.id] + opening.kept < opening.max_needed


def _unfounded(problem: Problem, solution: Solution) -> Iterator[Violation]:
    wishes = {(wish.person_id, wish.opening_id): wish for wish in problem.wishes}
    seen = set()
    for placement in solution.placements:
        key = (placement.person_id, placement.opening_id)
        wish = wishes.get(key)
        if wish is None or (wish.rank, wish.signup_id) != (placement.rank, placement.signup_id):
            yield Violation(Fault.NO_SUCH_WISH, *key)
        if wish is not None and wish.barred:
            yield Violation(Fault.BARRED, *key)
        if wish is not None and wish.availability == CANNOT:
            yield Violation(Fault.UNAVAILABLE, *key)
        if key in seen:
            yield Violation(Fault.PLACED_TWICE, *key)
        seen.add(key)


def _clashes(facts: _Facts) -> Iterator[Violation]:
    for person_id, spans in facts.spans.items():
        if _clash(spans):
            yield Violation(Fault.CLASH, person_id)


def _clash(spans: list[tuple[int, int, int, bool]]) -> bool:
    """Whether the plan makes two spans meet, or puts her twice into one shift. Facts may clash among themselves."""
    busy_until = new_until = -(2**62)
    for starts, ends, _, is_new in sorted(spans):
        if starts < (busy_until if is_new else new_until):
            return True
        busy_until = max(busy_until, ends)
        new_until = max(new_until, ends) if is_new else new_until
    shifts = Counter(shift_id for _, _, shift_id, _ in spans)
    return any(is_new and shifts[shift_id] > 1 for _, _, shift_id, is_new in spans)


def _overwork(facts: _Facts) -> Iterator[Violation]:
    for person_id, week in sorted(facts.new_weeks):
        if facts.week_minutes[person_id, week] > facts.limit[person_id]:
            yield Violation(Fault.OVERWORKED, person_id)


def _crowding(facts: _Facts) -> Iterator[Violation]:
    pinned = Counter(pin.opening_id for pin in facts.problem.pins)
    for opening_id, heads in sorted(facts.heads.items()):
        opening = facts.opening[opening_id]
        if heads > pinned[opening_id] and heads + opening.kept > opening.max_needed:
            yield Violation(Fault.OVERFULL, opening_id=opening_id)


def _untold(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """Everybody who asked is either placed or told why not."""
    asked = {(wish.person_id, wish.opening_id) for wish in problem.wishes if wish.rank != UNASKED}
    placed = {(placement.person_id, placement.opening_id) for placement in solution.placements}
    told = {(unplaced.person_id, unplaced.opening_id) for unplaced in solution.unplaced if unplaced.blockers}
    for key in sorted((asked - placed) ^ told):
        yield Violation(Fault.UNTOLD, *key)


def _overlooked(facts: _Facts, solution: Solution) -> Iterator[Violation]:
    """Who was refused, and every other person for an open role, must really be impossible there."""
    placed = {(placement.person_id, placement.opening_id) for placement in solution.placements}
    for wish in facts.problem.wishes:
        opening = facts.opening[wish.opening_id]
        concerns = wish.rank != UNASKED or facts.heads[opening.id] < opening.min_needed
        if concerns and (wish.person_id, opening.id) not in placed and _is_possible(facts, wish):
            yield Violation(Fault.OVERLOOKED, wish.person_id, opening.id)


def _is_possible(facts: _Facts, wish: Wish) -> bool:
    opening = facts.opening[wish.opening_id]
    span = (opening.starts, opening.ends + opening.rest_after, opening.shift_id, True)
    minutes = facts.week_minutes[wish.person_id, opening.week] + opening.ends - opening.starts
    return (
        not wish.barred
        and facts.has_room(opening)
        and minutes <= facts.limit[wish.person_id]
        and not _clash([*facts.spans[wish.person_id], span])
        and facts.crowd.allows(wish)
    )


def _miscounted(facts: _Facts, solution: Solution) -> Iterator[Violation]:
    short = {o.id: o.min_needed - facts.heads[o.id] for o in facts.problem.openings}
    if {role.opening_id: role.missing for role in solution.open_roles} != {k: n for k, n in short.items() if n > 0}:
        yield Violation(Fault.MISCOUNTED)
    claimed = {level.name: level.value for level in solution.levels}
    if claimed != _counted(facts, solution):
        yield Violation(Fault.MISCOUNTED)


def _standing_by(facts: _Facts, solution: Solution) -> Iterator[Violation]:
    """Who is to stand by asked for that place and could come; and they are no more than the role wishes."""
    asked = {(wish.person_id, wish.opening_id): wish for wish in facts.problem.wishes if wish.rank != UNASKED}
    is_founded = True
    for row in solution.stand_bys:
        wish = asked.get((row.person_id, row.opening_id))
        if wish is None or (wish.rank, wish.signup_id) != (row.rank, row.signup_id):
            is_founded = False
            yield Violation(Fault.NO_STAND_BY, row.person_id, row.opening_id)
        elif wish.barred or not facts.crowd.allows_to_stand_by(wish):
            yield Violation(Fault.NO_STAND_BY, row.person_id, row.opening_id)
    for opening_id, count in Counter(row.opening_id for row in solution.stand_bys).items():
        if opening_id in facts.opening and count > facts.opening[opening_id].stand_bys:
            yield Violation(Fault.MANY_STAND_BYS, opening_id=opening_id)
    if is_founded and solution.stand_bys:
        yield from _if_they_came(facts.problem, solution)


def _if_they_came(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """What would break for somebody who stands by, if all who do were called in: her time is hers only once."""
    people = {row.person_id for row in solution.stand_bys}
    facts = _Facts(problem, replace(solution, placements=(*solution.placements, *solution.stand_bys)))
    found = [*_clashes(facts), *_overwork(facts)]
    for person_id in sorted(people):
        found += facts.crowd.of_person(person_id, facts.crowd.spans[person_id], facts.crowd.weeks[person_id])
    for shift_id, seats in facts.crowd.in_shift.items():
        found += (one for one in facts.crowd.of_shift(shift_id, seats) if one.fault == Fault.MET)
    yield from (Violation(Fault.NO_STAND_BY, one.person_id) for one in found if one.person_id in people)


def _counted(facts: _Facts, solution: Solution) -> dict[LevelName, int]:
    served = {person.id: person.load_minutes for person in facts.problem.persons}
    places = [(pin.person_id, pin.opening_id) for pin in facts.problem.pins]
    places += [(placement.person_id, placement.opening_id) for placement in solution.placements]
    for person_id, opening_id in places:
        served[person_id] += facts.opening[opening_id].ends - facts.opening[opening_id].starts
    shares = (1000 * minutes // max(1, LOAD_WEEKS * facts.limit[person_id]) for person_id, minutes in served.items())
    pays = facts.problem.weights
    if_needed = {(w.person_id, w.opening_id) for w in facts.problem.wishes if w.availability == IF_NEEDED}
    willing = [row for row in solution.placements if (row.person_id, row.opening_id) not in if_needed]
    worth = (
        max(pays.least, pays.dearest - pays.step * (row.rank - 1)) if row.rank != UNASKED else pays.unasked
        for row in willing
    )
    far = {(w.person_id, w.opening_id): w.travel for w in facts.problem.wishes if w.travel}
    travelled = sum(far.get((row.person_id, row.opening_id), 0) for row in solution.placements)
    return {
        LevelName.COVER: sum(o.weight * min(o.min_needed, facts.heads[o.id]) for o in facts.problem.openings),
        LevelName.KEPT: len(facts.problem.pins),
        LevelName.WISHES: sum(worth),
        LevelName.BURDEN: sum(share * share for share in shares),
        **({LevelName.TRAVEL: travelled} if far else {}),
    }
