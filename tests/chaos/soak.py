"""A soak: the whole house under a mixed load, struck again and again, for as long as one likes.

`make soak` runs until Ctrl-C, `make soak MINUTES=30` or `make soak KILLS=200` end by themselves; `SEED=…` repeats a
plan. Prints a line a minute, and at the end how often each fault was injected, and everything that was lost, doubled or
forgotten.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service import clock
from service.calendars.rules import instant, local
from service.db import transaction
from tests import invariants
from tests.chaos import verdict
from tests.chaos.conftest import PROGRAMS, turn_to_morning
from tests.chaos.neighbours import Neighbours
from tests.chaos.postbox import Postbox
from tests.chaos.proxy import SilentProxy
from tests.chaos.stage import Stage, mind
from tests.chaos.street import Street, settle_in
from tests.chaos.strikes import Strike, plan
from tests.house import House, wait_until

Found = TypeVar("Found")

#: Time passes quickly: so much every few seconds. Nothing is published in the evening, so the night is passed over.
TICK, TICK_SECONDS = timedelta(minutes=5), 4.0
EVENING, MORNING = 20, clock_time(8, 30)
#: Seconds from one strike to the next, at least and at most.
BREATH = (0.2, 1.5)
#: Seconds within which life must go on after any strike, and the house come to rest at the end, on a busy machine.
RECOVERY, SETTLING = 300, 600


@dataclass
class Soak:
    """One run: what is struck, who lives in it, and what was seen."""

    stage: Stage
    street: Street
    neighbours: Neighbours
    seed: int
    injected: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    nights: int = 0
    recovery: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    started: float = field(default_factory=time.monotonic)
    _ticked: float = 0.0

    @property
    def minutes(self) -> float:
        """How long it has run."""
        return (time.monotonic() - self.started) / 60

    def run(self, is_enough: Callable[[Soak], bool], *, say: Callable[[str], None] = print) -> None:
        """Strike by strike, until it is enough or Ctrl-C. Raises AssertionError when life does not go on."""
        self.neighbours.live()
        said = 0.0
        try:
            for strike in plan(self.seed):
                if is_enough(self):
                    break
                self._strike(strike)
                self._breathe()
                if self.minutes - said >= 1:
                    said = self.minutes
                    say(self.summary())
        except KeyboardInterrupt:
            say("enough: letting everybody finish")
        finally:
            self.neighbours.stop()

    def settle(self) -> list[str]:
        """Let the house come to rest; then let all shifts be over, and rest again. What is wrong then, or before."""
        self._rest()
        broken = asked(invariants.check)
        over = verdict.after_everything()
        for moment in (over - timedelta(days=1), over):
            _turn(moment)
            self._rest()
        history, postbox = self.neighbours.history, self.stage.postbox
        return broken + asked(lambda session: verdict.faults(session, history=history, postbox=postbox))

    def summary(self) -> str:
        """How far it has got, on one line."""
        history, postbox = self.neighbours.history, self.stage.postbox
        others = self.injected.total() - self.kills
        return (
            f"{self.minutes:5.1f} min: {self.kills} kills, {others} other faults; {len(history.told)} answers, "
            f"{history.tries.total()} requests sent again; {len(postbox.times)} mails; {self.nights} nights"
        )

    def tally(self) -> Iterator[str]:
        """How often each fault was injected, and the longest it took until answers and reactions came again."""
        yield f"seed {self.seed}; {self.summary().strip()}"
        for name, times in sorted(self.injected.items()):
            touched = f", {self.touched[name]} altogether" if self.touched[name] else ""
            yield f"{times:5} × {name}{touched}: life went on within {self.recovery[name]:.1f} s"
        for name, times in sorted(self.ended.items()):
            yield f"{times:5} × {name} ended in consequence, and was started again"
        postbox = self.stage.postbox
        again, unmarked = verdict.same_key_again(postbox), asked(lambda s: verdict.sent_but_not_so_marked(s, postbox))
        yield f"the same key came again {again} times ({postbox.receipts_lost} receipts were lost on purpose)"
        yield f"{unmarked} mails went out and are not so marked: their sender died, and then they were true no longer"
        for (verb, status), times in sorted(self.neighbours.history.statuses().items()):
            yield f"{times:7} × {verb}: {status}"

    def _strike(self, strike: Strike) -> None:
        answers, reactions = len(self.neighbours.history.told), asked(_reactions)
        begun = time.monotonic()
        self.touched[strike.name] += strike.strike(self.stage) or 0
        self.injected[strike.name] += 1
        self.kills += strike.kills
        struck = time.monotonic()
        wait_until(
            lambda: self._go_on() and len(self.neighbours.history.told) > answers + 2 and asked(_reactions) > reactions,
            seconds=RECOVERY,
            what=f"answers and reactions after: {strike.name}",
        )
        took = time.monotonic() - (begun if strike.kills else struck)
        self.recovery[strike.name] = max(self.recovery[strike.name], took)

    def _go_on(self) -> bool:
        """The clock goes, and what ended in consequence is started again: Celery ends when its pool dies at once."""
        self.ended.update(mind(self.stage.house))
        if time.monotonic() - self._ticked > TICK_SECONDS:
            self._tick()
        return True

    def _breathe(self) -> None:
        """A little peace between two strikes, while the clock goes on."""
        ends = time.monotonic() + self.stage.chance.uniform(*BREATH)
        while time.monotonic() < ends:
            self._go_on()
            time.sleep(0.1)

    def _tick(self) -> None:
        self._ticked = time.monotonic()
        now = asked(clock.now)
        if local(now).hour >= EVENING:
            self.nights += 1
            now = instant(local(now).date() + timedelta(days=1), MORNING)
        else:
            now += TICK
        _turn(now)
        self.street.now = now

    def _rest(self) -> None:
        ends, left = time.monotonic() + SETTLING, {"": 1}
        while left:
            assert time.monotonic() < ends, f"after {SETTLING} s there still are {left}"
            self.ended.update(mind(self.stage.house))
            left = asked(lambda session: verdict.overdue(session, now=clock.now(session)))
            time.sleep(0.5)


@contextmanager
def soaking(home: Path, *, seed: int) -> Iterator[Soak]:
    """The house at ten in the morning with everybody in it, all of it behind a proxy to Redis; nothing struck yet.

    Commits are durable: what was answered must survive the death of PostgreSQL.
    """
    with Postbox(home / "mails") as postbox:
        overrides = {"VIRTUAL_CLOCK": "1", "DEFAULT_CHANNEL": "email", "SMTP_URL": postbox.url}
        with House(home, is_durable=True, overrides=overrides) as house:
            turn_to_morning()
            street = settle_in()
            parts = urlsplit(house.redis.url)
            proxy = SilentProxy((parts.hostname or "127.0.0.1", parts.port or 6379))
            house.environment["REDIS_URL"] = house.redis.url.replace(f":{parts.port}", f":{proxy.port}")
            house.start(*PROGRAMS)
            neighbours = Neighbours(street, postbox, house.address, seed=seed)
            yield Soak(Stage(house, proxy, postbox, random.Random(seed)), street, neighbours, seed)
            proxy.close()


def asked(question: Callable[[Session], Found]) -> Found:
    """What the database says, as soon as there is one: it may be down just now."""
    ends = time.monotonic() + RECOVERY
    while True:
        try:
            with transaction() as session:
                return question(session)
        except SQLAlchemyError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


def _reactions(session: Session) -> int:
    return int(session.scalar(text("SELECT count(*) FROM outbox_reaction WHERE done_at IS NOT NULL")) or 0)


def _turn(moment: datetime) -> None:
    asked(lambda session: clock.turn_to(session, instant=moment))


def main() -> None:
    """Soak by the words of the environment; exit 1 when anything was lost, doubled or forgotten."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    minutes, kills = float(os.environ.get("MINUTES") or "inf"), float(os.environ.get("KILLS") or "inf")
    home = Path(tempfile.mkdtemp(prefix="lunzhi-soak-"))
    home.chmod(0o711)
    print(f"seed {seed}; logs in {home} until all is well; Ctrl-C ends it", flush=True)
    with soaking(home, seed=seed) as soak:
        soak.run(lambda it: it.minutes >= minutes or it.kills >= kills, say=lambda line: print(line, flush=True))
        faults = soak.settle()
        print(*soak.tally(), *(faults or ["nothing lost, nothing doubled, nobody forgotten"]), sep="\n", flush=True)
    if faults:
        sys.exit(1)
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
