"""The problem a matcher is given: frozen, whole numbers, no database, the same bytes from the same facts.

Five flat tables, each in a fixed order, so that a solver can turn any column into an array. Instants are
minutes since 1970 (UTC), lengths are minutes, weeks are year * 100 + ISO week of the Chinese calendar day.
The stored form is documented in docs/matching.md; whoever changes it raises VERSION.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import Field, dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from service.matching.blockers import Blocker

VERSION = 1
#: How far back service counts as load.
LOAD_WEEKS = 12
#: The rank of somebody who may serve but did not ask: a team member in a rota.
UNASKED = 0


class MalformedProblem(ValueError):
    """The tables contradict each other, or are of a version this program does not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may serve. `load_minutes` were served in the LOAD_WEEKS before the window."""

    id: int
    max_minutes: int  # a week, by her own limit
    load_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One role of one shift. `kept` places belong to nobody in the plan: a withdrawal that can still be undone.

    `weight` is what one head of the minimum counts: more for a role without which the shift is not held.
    """

    id: int
    shift_id: int
    starts: int
    ends: int
    rest_after: int
    week: int
    min_needed: int
    max_needed: int
    kept: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A place a person holds in a shift outside the problem."""

    person_id: int
    shift_id: int
    starts: int
    ends: int
    rest_after: int
    week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person and an opening she asked for (rank 1 is the dearest) or could be asked for (UNASKED).

    `barred` are the reasons that lie in her alone and that no plan can change.
    """

    person_id: int
    opening_id: int
    rank: int
    signup_id: int | None = None
    barred: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A place offered or confirmed already: a fact the plan builds around, never a proposal."""

    person_id: int
    opening_id: int
    is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan may depend on. Tables are put in order when it is made, whatever order rows came in.

    Raises MalformedProblem when a key is there twice or points at nothing.
    """

    from_minute: int
    until_minute: int
    persons: tuple[Person, ...]
    openings: tuple[Opening, ...]
    commitments: tuple[Commitment, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pins: tuple[Pin, ...] = ()

    def __post_init__(self) -> None:
        persons = _ordered(self, "persons", ("id",))
        openings = _ordered(self, "openings", ("id",))
        for name in ("wishes", "pins"):
            for person_id, opening_id in _ordered(self, name, ("person_id", "opening_id")):
                if (person_id,) not in persons or (opening_id,) not in openings:
                    raise MalformedProblem(f"{name}: nobody or nothing is ({person_id}, {opening_id})")
        for person_id, _ in _ordered(self, "commitments", ("person_id", "shift_id")):
            if (person_id,) not in persons:
                raise MalformedProblem(f"commitments: nobody is {person_id}")

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON values: each table as an object of columns."""
        wishes = _columns(self.wishes, Wish)
        wishes["barred"] = [[blocker.to_json() for blocker in barred] for barred in wishes["barred"]]
        return {
            "version": VERSION,
            "from_minute": self.from_minute,
            "until_minute": self.until_minute,
            "persons": _columns(self.persons, Person),
            "openings": _columns(self.openings, Opening),
            "commitments": _columns(self.commitments, Commitment),
            "wishes": wishes,
            "pins": _columns(self.pins, Pin),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Problem:
        """The problem that `to_json` wrote. Raises MalformedProblem for another version."""
        if stored.get("version") != VERSION:
            raise MalformedProblem(f"version {stored.get('version')}: this program reads {VERSION}")
        barred = [tuple(map(Blocker.from_json, blockers)) for blockers in stored["wishes"]["barred"]]
        return cls(
            from_minute=stored["from_minute"],
            until_minute=stored["until_minute"],
            persons=_rows(stored["persons"], Person),
            openings=_rows(stored["openings"], Opening),
            commitments=_rows(stored["commitments"], Commitment),
            wishes=_rows({**stored["wishes"], "barred": barred}, Wish),
            pins=_rows(stored["pins"], Pin),
        )

    @property
    def input_hash(self) -> str:
        """SHA-256 of the canonical JSON text, in hexadecimal."""
        return hashlib.sha256(canonical(self.to_json()).encode()).hexdigest()


def minute(at: datetime) -> int:
    """Whole minutes since 1970."""
    return int(at.timestamp()) // 60


def instant(at: int) -> datetime:
    """The instant of a minute since 1970."""
    return datetime.fromtimestamp(60 * at, UTC)


def canonical(stored: dict[str, Any]) -> str:
    """JSON text that is the same for equal values: keys sorted, no spaces, ASCII."""
    return json.dumps(stored, sort_keys=True, separators=(",", ":"))


class _Table(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Row = TypeVar("Row", bound=_Table)


def _columns(rows: Sequence[Row], kind: type[Row]) -> dict[str, list[Any]]:
    return {field.name: [getattr(row, field.name) for row in rows] for field in fields(kind)}


def _rows(columns: dict[str, list[Any]], kind: type[Row]) -> tuple[Row, ...]:
    names = [field.name for field in fields(kind)]
    return tuple(
        kind(**dict(zip(names, values, strict=True))) for values in zip(*(columns[name] for name in names), strict=True)
    )


def _ordered(problem: Problem, name: str, keys: tuple[str, ...]) -> set[tuple[int, ...]]:
    """Put a table in the order of its key; the keys. Raises MalformedProblem when one is there twice."""
    rows: Iterable[Any] = getattr(problem, name)
    by_key = {tuple(getattr(row, key) for key in keys): row for row in rows}
    ordered = tuple(by_key[key] for key in sorted(by_key))
    if len(ordered) != len(tuple(rows)):
        raise MalformedProblem(f"{name}: a key is there twice")
    object.__setattr__(problem, name, ordered)
    return set(by_key)
