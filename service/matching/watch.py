"""A run's record beside its plan: versions, parameters, passes, time and memory, and where it was stopped.

Nothing here is part of what a replay must match, but where the work was stopped: a replay stops at the same point. No
person is in it.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from typing import Any, TypeAlias

from service.matching import block, blocks, engine, greedy, lexical, part
from service.matching.solution import Enough, Tell
from service.terms import MatchStage

#: What decides which plan a matcher makes, beside the problem: raised or lowered, it is another matcher.
PARAMETERS: dict[str, dict[str, int]] = {
    greedy.NAME: {},
    lexical.NAME: {
        "nodes_in_a_part": part.NODES,
        "wishes_in_a_part": lexical.LARGEST_PART,
        "wishes_in_a_part_made_fair": part.LARGEST_FAIR,
    },
    engine.NAME: {
        "nodes_in_a_block": block.NODES,
        "people_in_a_block": blocks.SIZE,
        "people_in_a_region_at_most": blocks.REGION,
        "blocks_around_open_roles": engine.MOST_AROUND,
    },
}
#: Programs of others that plans are made with.
LIBRARIES = ("highspy", "numpy")
#: Where in its work a matcher was: the stage, and how many of its parts were done.
Point: TypeAlias = tuple[MatchStage, int]
#: A matcher that has not told anything yet.
SILENT = (MatchStage.PLACING, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One stage of the work: how many parts of how many were done, and how long it took."""

    stage: MatchStage
    done: int
    of: int
    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a plan was made. `peak_mib` is the most memory the process has held since it began, in MiB.

    `stopped` says after how many parts of which stage somebody took what was there; None for a plan made to its end.
    """

    versions: dict[str, str]
    parameters: dict[str, int]
    passes: tuple[Pass, ...]
    wall_seconds: float
    cpu_seconds: float
    peak_mib: int
    stopped: Point | None = None

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        stopped = {"stage": self.stopped[0], "done": self.stopped[1]} if self.stopped else None
        return {**asdict(self), "passes": [asdict(one) for one in self.passes], "stopped": stopped}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Record:
        """The record that `to_json` wrote."""
        stopped = stored["stopped"]
        passes = tuple(Pass(**{**one, "stage": MatchStage(one["stage"])}) for one in stored["passes"])
        point = (MatchStage(stopped["stage"]), int(stopped["done"])) if stopped else None
        ordered = {name: dict(sorted(stored[name].items())) for name in ("versions", "parameters")}
        return cls(**{**stored, **ordered, "passes": passes, "stopped": point})


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What plans are made with here."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


class Watch:
    """Looks at the clock whenever a matcher tells how far it is, and passes it on."""

    def __init__(self, tell: Tell) -> None:
        self.onward = tell
        self.stopped: Point | None = None
        self.told: list[tuple[MatchStage, int, int]] = [(MatchStage.GATHERING, 0, 1)]
        self.times = [_times()]

    def gathered(self) -> None:
        """The problem is there. What a matcher does before it tells anything belongs to what it tells first."""
        self.told.append(SILENT)
        self.times.append(_times())

    def tell(self, stage: MatchStage, done: int, of: int) -> None:
        """Pass it on. Raises what that raises."""
        if self.told[-1] is SILENT and stage != MatchStage.CHECKING:
            self.told[-1] = (stage, done, of)
        else:
            self.told.append((stage, done, of))
            self.times.append(_times())
        try:
            self.onward(stage, done, of)
        except Enough:
            self.stopped = stage, done
            raise

    def ask(self) -> None:
        """In the middle of a part: whether it is still wanted. Raises what that raises.

        Enough counts only where the last word was told of a plan that is still as it was then, in regions that are not
        all solved (engine.py): a replay stops at that word. Elsewhere the next word will do.
        """
        stage, done, of = self.told[-1]
        try:
            self.onward(stage, done, of)
        except Enough:
            if stage == MatchStage.OUTLINE and done < of:
                self.stopped = stage, done
                raise

    def record(self, solver: str) -> Record:
        """What was seen until now."""
        self.times.append(_times())
        passes: dict[MatchStage, Pass] = {}
        for (stage, done, of), (began, ended) in zip(self.told, pairwise(self.times), strict=True):
            former = passes.get(stage)
            wall, cpu = ended[0] - began[0], ended[1] - began[1]
            passes[stage] = Pass(
                stage=stage,
                done=done if self.stopped and self.stopped[0] == stage else of,
                of=of,
                wall_seconds=round(wall + (former.wall_seconds if former else 0), 3),
                cpu_seconds=round(cpu + (former.cpu_seconds if former else 0), 3),
            )
        wall, cpu = (after - before for before, after in zip(self.times[0], self.times[-1], strict=True))
        return Record(
            versions=versions(),
            parameters=PARAMETERS.get(solver, {}),
            passes=tuple(passes.values()),
            wall_seconds=round(wall, 3),
            cpu_seconds=round(cpu, 3),
            peak_mib=_peak_mib(),
            stopped=self.stopped,
        )


def stop_at(point: Point | None) -> Tell:
    """For a replay: stop where the run was stopped, or nowhere."""

    def tell(stage: MatchStage, done: int, of: int) -> None:
        if (stage, done) == point:
            raise Enough(f"as before: {stage} {done} of {of}")

    return tell


def _times() -> tuple[float, float]:
    """Seconds on the clock, and of this process and those split off it on any core."""
    used = os.times()
    return time.monotonic(), used.user + used.system + used.children_user + used.children_system


def _peak_mib() -> int:
    """The kernel counts KiB, on a Mac bytes."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
