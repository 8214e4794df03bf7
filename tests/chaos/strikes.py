"""What is done to the house, and the plan in which order: the same seed gives the same plan.

A strike leaves the house running: what it killed it starts again. Every strike is made from the main thread, because a
server ends with the thread that started it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.chaos import killing, tampering
from tests.chaos.stage import Stage

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One kind of fault. `kills` is how many kill -9 it takes; `share` how often it comes in a round of the plan.

    `strike` may tell how many messages or connections it touched.
    """

    name: str
    strike: Callable[[Stage], int | None]
    kills: int = 0
    share: int = 1


def plan(seed: int) -> Iterator[Strike]:
    """First every strike once, then round after round each as often as its share, shuffled."""
    chance = random.Random(seed)
    once, by_share = list(STRIKES), [strike for strike in STRIKES for _ in range(strike.share)]
    chance.shuffle(once)
    yield from once
    while True:
        chance.shuffle(by_share)
        yield from by_share


STRIKES = (
    Strike(name="web", strike=killing.program("web"), kills=1),
    Strike(name="a process of web", strike=killing.child("web"), kills=1, share=3),
    Strike(name="worker", strike=killing.program("worker"), kills=1),
    Strike(name="a process of worker", strike=killing.child("worker"), kills=1, share=4),
    Strike(name="worker without its pool", strike=killing.worker_alone, kills=1),
    Strike(name="relay", strike=killing.program("relay"), kills=1, share=3),
    Strike(name="beat", strike=killing.program("beat"), kills=1, share=2),
    Strike(name="Redis", strike=killing.redis, kills=1, share=3),
    Strike(name="PostgreSQL's postmaster", strike=killing.postmaster, kills=1),
    Strike(name="PostgreSQL, all processes", strike=killing.postgres_whole, kills=1),
    Strike(name="a session of PostgreSQL", strike=killing.session, kills=1, share=3),
    Strike(name="FLUSHALL", strike=tampering.flush),
    Strike(name="messages doubled", strike=tampering.double),
    Strike(name="messages in reverse", strike=tampering.reorder),
    Strike(name="half-open connections", strike=tampering.silence),
    Strike(name="a second beat comes or goes", strike=tampering.second("beat-2")),
    Strike(name="a second relay comes or goes", strike=tampering.second("relay-2")),
    Strike(name="a second worker comes or goes", strike=tampering.second("worker-2")),
    Strike(name="clock one hour ahead", strike=tampering.jump(HOUR)),
    Strike(name="clock one hour back", strike=tampering.jump(-HOUR)),
    Strike(name="receipts of mails lost", strike=tampering.lose_receipts),
)
