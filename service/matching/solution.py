"""What a matcher gives back: who serves where, who does not and why, what stays open, and how good it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from service.matching.blockers import Blocker
from service.matching.problem import Problem
from service.terms import MatchStage

#: The form written where anybody is to stand by, which the one before did not know.
VERSION, FIRST_VERSION = 2, 1


class LevelName(StrEnum):
    """The aims of a plan, the stronger before the weaker; each is a whole number."""

    COVER = "cover"  # heads towards the minimums, by weight
    KEPT = "kept"  # people offered or confirmed before who keep their place
    WISHES = "wishes"  # honoured wishes, a dearer one counting more
    BURDEN = "burden"  # sum of squared loads, in thousandths of each person's own limit: less is fairer
    TRAVEL = "travel"  # how far from home all who are placed serve, together: less is nearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One aim: what was reached, what there was to reach (None when less is better), and what a solver proved
    that no plan can beat (None when it proves nothing)."""

    name: LevelName
    value: int
    of: int | None
    bound: int | None = None

    @property
    def gap(self) -> float | None:
        """How far the value is from the bound, as a part of it; None where nothing was proven."""
        return None if self.bound is None else abs(self.bound - self.value) / max(1, abs(self.bound))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One person in one opening, by the wish that led there."""

    person_id: int
    opening_id: int
    rank: int
    signup_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A person who could not have an opening, with all that stands in the way in this plan."""

    person_id: int
    opening_id: int
    blockers: tuple[Blocker, ...]
    signup_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The refusal as JSON values."""
        return {
            "person_id": self.person_id,
            "opening_id": self.opening_id,
            "signup_id": self.signup_id,
            "blockers": [blocker.to_json() for blocker in self.blockers],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Unplaced:
        """The refusal that `to_json` wrote."""
        return cls(**{**stored, "blockers": tuple(map(Blocker.from_json, stored["blockers"]))})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRole:
    """An opening below its minimum: how many are missing, and why each person thought of does not fill it."""

    opening_id: int
    missing: int
    hindered: tuple[Unplaced, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A plan for one problem. `unplaced` are only those who asked; tables are in the order of their ids.

    `stand_bys` are some of the unplaced, asked to come if somebody drops out.
    """

    solver: str
    input_hash: str
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    open_roles: tuple[OpenRole, ...]
    levels: tuple[Level, ...]
    stand_bys: tuple[Placement, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The solution as JSON values."""
        stand_bys = {"stand_bys": [asdict(one) for one in self.stand_bys]} if self.stand_bys else {}
        return {
            "version": VERSION if stand_bys else FIRST_VERSION,
            "solver": self.solver,
            "input_hash": self.input_hash,
            "placements": [asdict(placement) for placement in self.placements],
            "unplaced": [unplaced.to_json() for unplaced in self.unplaced],
            "open_roles": [
                {
                    "opening_id": role.opening_id,
                    "missing": role.missing,
                    "hindered": [unplaced.to_json() for unplaced in role.hindered],
                }
                for role in self.open_roles
            ],
            "levels": [asdict(level) for level in self.levels],
            **stand_bys,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Solution:
        """The solution that `to_json` wrote. Raises ValueError for another version."""
        if stored.get("version") not in range(FIRST_VERSION, VERSION + 1):
            raise ValueError(f"version {stored.get('version')}: this program reads {FIRST_VERSION} to {VERSION}")
        return cls(
            solver=stored["solver"],
            input_hash=stored["input_hash"],
            placements=tuple(Placement(**row) for row in stored["placements"]),
            unplaced=tuple(map(Unplaced.from_json, stored["unplaced"])),
            open_roles=tuple(
                OpenRole(**{**row, "hindered": tuple(map(Unplaced.from_json, row["hindered"]))})
                for row in stored["open_roles"]
            ),
            levels=tuple(Level(**{**row, "name": LevelName(row["name"])}) for row in stored["levels"]),
            stand_bys=tuple(Placement(**row) for row in stored.get("stand_bys", ())),
        )


class Enough(Exception):
    """Raised by who is told how far a matcher is: it makes do with what it has, and finishes that."""


#: Told by a matcher on its way, whenever it has a plan that could be taken: the stage, how many of its parts are done,
#: of how many. Enough ends the work with that plan; whatever else is raised ends it without one.
Tell: TypeAlias = Callable[[MatchStage, int, int], None]


def to_nobody(stage: MatchStage, done: int, of: int) -> None:
    """Nobody watches."""


def has_enough(tell: Tell, stage: MatchStage, done: int, *, of: int) -> bool:
    """Tell how far it is; whether that is far enough."""
    try:
        tell(stage, done, of)
    except Enough:
        return True
    return False


class Solver(Protocol):
    """Every matcher, the greedy one and the engine: pure, and the same solution for the same problem."""

    def __call__(self, problem: Problem, *, tell: Tell = to_nobody) -> Solution: ...
