"""A finished plan, asked: somebody falls out, why was she refused, what if she were placed.

    python -m bench.repair [--sizes 1000x200 10000x2000] [--seed 1] [--cases 1000] [--exact 200]

The plan is the greedy one of bench/neighbourhoods.py: quick to make, and harder to mend than a better one. For
`--cases` placements drawn at random somebody falls out whose role is short without her; every rule is asked in every
repair. For `--exact` of those that no chain mends, everybody within two steps of the role is solved exactly: what that
mends and the chains do not is the loss. Then refusals are explained, in rules and in words, and people are placed all
the same. Times are of this process's CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.load import percentile
from bench.neighbourhoods import neighbourhood
from service.matching import greedy, rules
from service.matching.explain import Known, reasons
from service.matching.nearby import mend_exactly
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Wish, instant
from service.matching.repair import Repair, keeps_rules, repair
from service.matching.solution import Unplaced
from service.matching.what_if import what_if


def main() -> None:
    """Measure each size, and print one line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="*", default=["1000x200"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--exact", type=int, default=200)
    options = parser.parse_args()
    for size in options.sizes:
        people, shifts = map(int, size.split("x"))
        began = time.process_time()
        plan = greedy.plan(neighbourhood(people, shifts, seed=options.seed))
        made = time.process_time() - began
        dice = random.Random(options.seed)
        row = {"size": size, "plan_cpu_seconds": round(made, 1), "load": round(os.getloadavg()[0], 1)}
        row |= _repairs(plan, _fallen(plan, dice, options.cases), most_exact=options.exact)
        row |= _explanations(plan, dice, options.cases)
        row |= _what_ifs(plan, dice, min(200, options.cases))
        row["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(row), flush=True)


def _fallen(plan: Plan, dice: random.Random, cases: int) -> list[Wish]:
    """Placements without which their role is below its minimum."""
    needed = [
        wish
        for wish in plan.placed.values()
        if len(plan.holders[wish.opening_id]) <= plan.openings[wish.opening_id].min_needed
    ]
    return dice.sample(needed, min(cases, len(needed)))


def _repairs(plan: Plan, fallen: Sequence[Wish], *, most_exact: int) -> dict[str, Any]:
    """How long repairs take, how many people change, how many cases are mended by chains and by an exact look."""
    seconds, changes, unmended = [], Counter[int](), []
    exact_seconds: list[float] = []
    exactly = 0
    for wish in fallen:
        opening = plan.openings[wish.opening_id]
        plan.take_back(wish)
        mended, spent = _timed(partial(repair, plan, opening, without=(wish.person_id,)))
        seconds.append(spent)
        if mended is not None:
            assert keeps_rules(plan, mended)
            changes[_changed(mended)] += 1
        else:
            unmended.append(wish)
            if len(unmended) <= most_exact:
                found, spent = _timed(partial(mend_exactly, plan, opening, without=(wish.person_id,)))
                exact_seconds.append(spent)
                exactly += found is not None
                if found is not None:
                    assert keeps_rules(plan, found)
        plan.place(wish)
    by_chain = sum(changes.values())
    looked_at = min(len(unmended), most_exact)
    mendable = by_chain + (exactly * len(unmended) / looked_at if looked_at else 0)
    return {
        "cases": len(fallen),
        "repair_ms": _told(seconds),
        "by_chain": by_chain,
        "changes": dict(sorted(changes.items())),
        "not_by_chain": len(unmended),
        "looked_at_exactly": looked_at,
        "mended_exactly": exactly,
        "exact_ms": _told(exact_seconds),
        "chains_mend_of_the_mendable": round(by_chain / mendable, 4) if mendable else None,
    }


def _changed(mended: Repair) -> int:
    """People whose roster changes."""
    return len({wish.person_id for wish in (*mended.given_up, *mended.placed)})


def _explanations(plan: Plan, dice: random.Random, cases: int) -> dict[str, Any]:
    """What it takes to say why somebody was refused, and whether there is always something to say."""
    refused = [
        wish
        for wish in plan.problem.wishes
        if wish.rank != UNASKED and (wish.person_id, wish.opening_id) not in plan.placed
    ]
    drawn = dice.sample(refused, min(10 * cases, len(refused)))
    known = _known(plan)
    seconds, untold = [], 0
    for wish in drawn:
        words, spent = _timed(partial(_explained, plan, wish, known))
        seconds.append(spent)
        untold += not words
    return {"explanations": len(drawn), "explanation_ms": _told(seconds), "without_a_reason": untold}


def _explained(plan: Plan, wish: Wish, known: Known) -> list[str]:
    told = Unplaced(person_id=wish.person_id, opening_id=wish.opening_id, blockers=rules.blockers(plan, wish))
    return reasons(known, told)


def _known(plan: Plan) -> Known:
    problem = plan.problem
    shifts = {opening.shift_id: (instant(opening.starts), instant(opening.ends)) for opening in problem.openings}
    return Known(
        names={person.id: f"志愿者{person.id}" for person in problem.persons},
        titles=dict.fromkeys(shifts, "活动"),
        times=shifts,
        roles={opening.id: (opening.shift_id, "岗位") for opening in problem.openings},
    )


def _what_ifs(plan: Plan, dice: random.Random, cases: int) -> dict[str, Any]:
    """What it takes to place somebody all the same and see what follows."""
    refused = [
        wish
        for wish in plan.problem.wishes
        if not wish.is_spare and not wish.barred and (wish.person_id, wish.opening_id) not in plan.placed
    ]
    seconds, possible, moved = [], 0, Counter[int]()
    for wish in dice.sample(refused, min(cases, len(refused))):
        found, spent = _timed(partial(what_if, plan, wish))
        seconds.append(spent)
        possible += found.is_possible
        if found.is_possible:
            moved[len({one.person_id for one in (*found.goes, *found.comes)})] += 1
    return {
        "what_ifs": len(seconds),
        "what_if_ms": _told(seconds),
        "possible": possible,
        "people_it_concerns": dict(sorted(moved.items())),
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def _told(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds: median, 99 of 100, the longest."""
    if not seconds:
        return {}
    shares = {"p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99), "max": max(seconds)}
    return {name: round(1000 * value, 2) for name, value in shares.items()}


if __name__ == "__main__":
    main()
