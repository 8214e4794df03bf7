"""Rotation: a month of a gate in blocks, two at a time, dealt to pools of several sizes.

    python -m bench.rotation

CPU seconds of one deal, how far the loads of the parties lie apart, open places, and whether it is proven the best. The
last rows have too few people: there the whole-number program has to show how much can be covered.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from service.rotation.checker import check
from service.rotation.dealing import deal
from tests.service.rotation.strategies import month

GATES: tuple[dict[str, int], ...] = (
    {"people": 30},
    {"people": 30, "hours": 6},
    {"people": 30, "hours": 8},
    {"people": 30, "elders": 10},
    {"people": 60, "household": 2, "elders": 20},
    {"people": 200},
    {"people": 14, "elders": 4},
)


def main() -> None:
    """Deal each gate and print a table, then one line of JSON."""
    rows = [_measured(gate) for gate in GATES]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(rows))


def _measured(gate: dict[str, int]) -> dict[str, Any]:
    problem = month(**gate)
    began = time.process_time()
    made = deal(problem)
    seconds = time.process_time() - began
    assert check(problem, made) == []
    party_of = {person.id: person.party_id for person in problem.people}
    count = Counter(party_of[turn.person_id] for turn in made.turns)
    loads = [count[party.id] for party in problem.parties]
    return {
        **gate,
        "turns": len(made.turns),
        "open": sum(gap.missing for gap in made.gaps),
        "loads": f"{min(loads)}-{max(loads)}",
        "proven": made.is_proven,
        "seconds": round(seconds, 2),
    }


if __name__ == "__main__":
    main()
