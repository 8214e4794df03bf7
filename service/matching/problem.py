"""The problem a matcher is given: frozen, whole numbers, no database, the same bytes from the same facts.

Six flat tables, each in a fixed order and kept as arrays (table.py). Instants are minutes since 1970 (UTC), lengths
are minutes, weeks are year * 100 + ISO week of the Chinese calendar day. The stored form is documented in
docs/matching.md; whoever changes it raises VERSION.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from service.matching.blockers import Blocker
from service.matching.table import Table
from service.terms import BondKind as BondKind  # noqa: PLC0414 (part of the interface of all solvers)

#: The form written when anything is used that the ones before did not know.
VERSION, THIRD_VERSION, SECOND_VERSION, FIRST_VERSION = 4, 3, 2, 1
#: How far back service counts as load.
LOAD_WEEKS = 12
#: The rank of somebody who may serve but did not ask: a team member in a rota.
UNASKED = 0
#: What she says of a time: 不能, 必要时 (only as far as the minimum needs her), 能来.
CANNOT, IF_NEEDED, CAN = 0, 1, 2
#: China keeps one time the whole year: a day begins this many minutes before that of UTC.
EAST_OF_UTC, DAY = 480, 1440


class MalformedProblem(ValueError):
    """The tables contradict each other, or are of a version this program does not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may serve. `load_minutes` were served in the LOAD_WEEKS before the window.

    `most_a_day` and `most_a_week` count shifts, None without a limit. `most_at_a_stretch` are minutes of duty without
    a pause of BREAK (rules.py).
    """

    id: int
    max_minutes: int  # a week, by her own limit
    load_minutes: int = 0
    most_a_day: int | None = None
    most_a_week: int | None = None
    most_at_a_stretch: int | None = None
    is_adult: bool = True
    is_elder: bool = False
    is_newcomer: bool = False
    is_experienced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One role of one shift. `kept` places belong to nobody in the plan: a withdrawal that can still be undone.

    `weight` is what one head of the minimum counts: more for a role without which the shift is not held.
    `children` are expected in the shift, `per_adult` of them at most for each adult (0: no ratio). Openings of one
    `crew` are held together or not at all (0: none). Those of one `visit` see at most `most_faces` different people.
    `area` is the community; only the order in which blocks are made depends on it. `stand_bys` are asked to come if
    somebody drops out, so many beside those who stand by already; no aim counts them.
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
    area: int = 0
    is_night: bool = False
    is_hot: bool = False
    children: int = 0
    per_adult: int = 0
    crew: int = 0
    visit: int = 0
    most_faces: int = 0
    stand_bys: int = 0


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

    `barred` are the reasons that lie in her alone and that no plan can change. `availability` is what she says of
    that time: CAN, IF_NEEDED or CANNOT. `travel` is how far it is from her home (places/rules.py), 0 where nothing is
    known or all are as far. `is_newcomer`, `is_experienced`: there; of a Person, wherever she serves.
    """

    person_id: int
    opening_id: int
    rank: int
    signup_id: int | None = None
    barred: tuple[Blocker, ...] = ()
    availability: int = CAN
    travel: int = 0
    is_newcomer: bool = False
    is_experienced: bool = False

    @property
    def is_spare(self) -> bool:
        """She is taken only as far as the minimum needs her."""
        return self.rank == UNASKED or self.availability == IF_NEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A place offered or confirmed already: a fact the plan builds around, never a proposal. New or experienced: there,
    as in a Wish."""

    person_id: int
    opening_id: int
    is_confirmed: bool
    is_newcomer: bool = False
    is_experienced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A placement of the plan that this one is to replace: nobody was told of it, and no plan is to be worse."""

    person_id: int
    opening_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """Two people, the lower id first, and what they mean to each other's plans."""

    person_id: int
    other_id: int
    kind: BondKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What honoured wishes are worth in this community: the dearest, each further rank less, none less than `least`.

    `unasked` is what it is worth that somebody who did not ask is one of those who can come then, rather than of those
    who come only if need be.
    """

    dearest: int = 100
    step: int = 10
    least: int = 10
    unasked: int = 0

    def worth(self, wish: Wish) -> int:
        """What it counts to honour the wish: nothing where she comes only if need be."""
        if wish.availability == IF_NEEDED:
            return 0
        if wish.rank == UNASKED:
            return self.unasked
        return max(self.least, self.dearest - self.step * (wish.rank - 1))


#: Table → its kind of row and the columns of its key.
TABLES: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "persons": (Person, ("id",)),
    "openings": (Opening, ("id",)),
    "commitments": (Commitment, ("person_id", "shift_id")),
    "wishes": (Wish, ("person_id", "opening_id")),
    "pins": (Pin, ("person_id", "opening_id")),
    "bonds": (Bond, ("person_id", "other_id")),
    "drafts": (Draft, ("person_id", "opening_id")),
}
#: Tables that are written only where they have rows.
LATER_TABLES = ("bonds", "drafts")
#: What version 1 did not have: written only where it says something.
LATER: dict[str, tuple[str, ...]] = {
    "persons": (
        *("most_a_day", "most_a_week", "most_at_a_stretch"),
        *("is_adult", "is_elder", "is_newcomer", "is_experienced"),
    ),
    "openings": (
        *("area", "is_night", "is_hot", "children", "per_adult"),
        *("crew", "visit", "most_faces", "stand_bys"),
    ),
    "wishes": ("availability", "travel", "is_newcomer", "is_experienced"),
    "pins": ("is_newcomer", "is_experienced"),
}
#: What version 3 did not have either.
LATEST: dict[str, tuple[str, ...]] = {
    "openings": ("stand_bys",),
    "wishes": ("travel", "is_newcomer", "is_experienced"),
    "pins": ("is_newcomer", "is_experienced"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan may depend on. Tables are put in order when it is made, whatever order rows came in.

    Raises MalformedProblem when a key is there twice or points at nothing.
    """

    from_minute: int
    until_minute: int
    persons: Sequence[Person]
    openings: Sequence[Opening]
    commitments: Sequence[Commitment] = ()
    wishes: Sequence[Wish] = ()
    pins: Sequence[Pin] = ()
    bonds: Sequence[Bond] = ()
    drafts: Sequence[Draft] = ()
    weights: Weights = Weights()

    def __post_init__(self) -> None:
        for name in TABLES:
            _put_in_order(self, name)
        people, openings = set(self.table("persons").numbers("id")), set(self.table("openings").numbers("id"))
        for name, column, known in (
            ("wishes", "person_id", people),
            ("wishes", "opening_id", openings),
            ("pins", "person_id", people),
            ("pins", "opening_id", openings),
            ("commitments", "person_id", people),
            ("bonds", "person_id", people),
            ("bonds", "other_id", people),
            ("drafts", "person_id", people),
            ("drafts", "opening_id", openings),
        ):
            if unknown := set(self.table(name).numbers(column)) - known:
                raise MalformedProblem(f"{name}: {column} {min(unknown)} is not in the problem")
        if any(bond.person_id >= bond.other_id for bond in self.bonds):
            raise MalformedProblem("bonds: the lower id comes first, and nobody is bound to herself")

    def table(self, name: str) -> Table[Any]:
        """A table with its columns."""
        found = getattr(self, name)
        assert isinstance(found, Table)  # noqa: S101 (made so above; the annotation says what callers may pass)
        return found

    def told(self, name: str) -> frozenset[tuple[int, int]]:
        """(person, opening) of the wishes and pins that say so in the column `name`."""
        return frozenset(
            (person_id, opening_id)
            for table in (self.table("wishes"), self.table("pins"))
            if any(table.numbers(name))
            for person_id, opening_id, is_so in table.keys(("person_id", "opening_id", name))
            if is_so
        )

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON values: each table as an object of columns."""
        stored: dict[str, Any] = {
            name: self.table(name).to_json(leave_out=LATER.get(name, ()))
            for name in TABLES
            if name not in LATER_TABLES or self.table(name)
        }
        wishes = stored["wishes"]
        wishes["barred"] = [[blocker.to_json() for blocker in barred] for barred in wishes["barred"]]
        if self.weights != Weights():
            stored["weights"] = asdict(self.weights)
        return {
            "version": _version(stored),
            "from_minute": self.from_minute,
            "until_minute": self.until_minute,
            **stored,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Problem:
        """The problem that `to_json` wrote. Raises MalformedProblem for another version."""
        if stored.get("version") not in range(FIRST_VERSION, VERSION + 1):
            raise MalformedProblem(f"version {stored.get('version')}: this program reads {FIRST_VERSION} to {VERSION}")
        tables = {name: stored.get(name, {}) for name in TABLES}
        barred = [tuple(map(Blocker.from_json, blockers)) for blockers in tables["wishes"]["barred"]]
        tables["wishes"] = {**tables["wishes"], "barred": barred}
        if tables["bonds"]:
            tables["bonds"] = {**tables["bonds"], "kind": [BondKind(kind) for kind in tables["bonds"]["kind"]]}
        return cls(
            from_minute=stored["from_minute"],
            until_minute=stored["until_minute"],
            weights=Weights(**stored.get("weights", {})),
            **{name: Table.from_json(kind, tables[name]) for name, (kind, _) in TABLES.items()},
        )

    @property
    def has_travel(self) -> bool:
        """Whether anything is known of how far people have to go."""
        return any(self.table("wishes").numbers("travel"))

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


def day(at: int) -> int:
    """The day a minute is in, in China, counted from 1970."""
    return (at + EAST_OF_UTC) // DAY


def canonical(stored: dict[str, Any]) -> str:
    """JSON text that is the same for equal values: keys sorted, no spaces, ASCII."""
    return json.dumps(stored, sort_keys=True, separators=(",", ":"))


def _put_in_order(problem: Problem, name: str) -> None:
    """Make a table of the rows, in the order of its key. Raises MalformedProblem when one is there twice."""
    kind, keys = TABLES[name]
    table = Table.of(kind, getattr(problem, name)).ordered_by(keys)
    found = list(table.keys(keys))
    if any(before == after for before, after in pairwise(found)):
        raise MalformedProblem(f"{name}: a key is there twice")
    object.__setattr__(problem, name, table)


def _version(stored: dict[str, Any]) -> int:
    """The oldest form that can say it, so that what was stored before keeps its hash."""
    if _has_any(stored, LATEST):
        return VERSION
    if "drafts" in stored:
        return THIRD_VERSION
    has_later = _has_any(stored, LATER) or not set(stored) <= set(TABLES) - set(LATER_TABLES)
    return SECOND_VERSION if has_later else FIRST_VERSION


def _has_any(stored: dict[str, Any], columns: dict[str, tuple[str, ...]]) -> bool:
    return any(column in stored[table] for table, names in columns.items() for column in names)
