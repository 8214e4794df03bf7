"""Keeps the children running: a crashed one is started again, a little later each time, until it is hopeless."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.launcher import say
from service.launcher.errors import LaunchError
from service.launcher.processes import Pause, Running, sweep_group

#: This many crashes within this many seconds are a fault that starting again does not mend.
CRASHES, WITHIN = 5, 60.0
FIRST_WAIT, LAST_WAIT = 0.5, 8.0
_LOOK_EVERY = 0.25


@dataclass
class Watch:
    """One child and its recent crashes."""

    child: Running
    crashes: deque[float] = field(default_factory=lambda: deque(maxlen=CRASHES))
    start_at: float | None = None

    def look(self, now: float) -> bool:
        """Notice a crash, or start the child again when its wait is over; whether it was started.

        Raises LaunchError when it crashes too often. `now` is of a monotonic clock, in seconds.
        """
        if self.start_at is not None:
            return self._start_again_when_due(now)
        if self.child.process.poll() is not None:
            sweep_group(self.child.process)
            self._plan_next_start(now)
        return False

    def _plan_next_start(self, now: float) -> None:
        name, how = self.child.command.name, ending(self.child.process.returncode)
        self.crashes.append(now)
        if len(self.crashes) == CRASHES and now - self.crashes[0] < WITHIN:
            raise LaunchError(
                f"{name} ended {CRASHES} times within {WITHIN:.0f} s (the last time {how}). "
                f"The end of {self.child.command.log}:\n{self.child.command.last_words()}"
            )
        recent = sum(now - crash < WITHIN for crash in self.crashes)
        wait = min(FIRST_WAIT * 2 ** (recent - 1), LAST_WAIT)
        self.start_at = now + wait
        say.line(f"  {name} {how}; starting it again in {wait:g} s (log: {self.child.command.log})")

    def _start_again_when_due(self, now: float) -> bool:
        if self.start_at is None or now < self.start_at:
            return False
        self.start_at = None
        self.child.process = self.child.command.start()
        return True


def supervise(children: Sequence[Running], *, started: Callable[[], None], pause: Pause) -> None:
    """Watch until `pause` raises because somebody asked to stop. `started` is called after each new start.

    Raises LaunchError when a child crashes too often.
    """
    watches = [Watch(child) for child in children]
    while True:
        started_again = [watch for watch in watches if watch.look(time.monotonic())]
        if started_again:
            started()
        pause(_LOOK_EVERY)


def ending(status: int) -> str:
    """An exit status in words."""
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
