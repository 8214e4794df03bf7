"""The problem a matcher is given: frozen, whole numbers, no database, the same bytes from the same facts.

Seven flat tables, each in a fixed order and kept as arrays (table.py). Instants are minutes since 1970 (UTC), lengths
are minutes, weeks are year * 100 + ISO week of the Chinese calendar day. The stored form is documented in
docs/matching.md; whoever changes it raises the version of form.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from service.matching import form
from service.matching.blockers import Blocker
from service.matching.form import since
from service.matching.table import Table
from service.terms import BondKind as BondKind  # noqa: PLC0414 (part of the interface of all solvers)

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
    most_a_day: int | None = since(2, None)
    most_a_week: int | None = since(2, None)
    most_at_a_stretch: int | None = since(2, None)
    is_adult: bool = since(2, True)
    is_elder: bool = since(2, False)
    is_newcomer: bool = since(2, False)
    is_experienced: bool = since(2, False)


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
    area: int = since(2, 0)
    is_night: bool = since(2, False)
    is_hot: bool = since(2, False)
    children: int = since(2, 0)
    per_adult: int = since(2, 0)
    crew: int = since(2, 0)
    visit: int = since(2, 0)
    most_faces: int = since(2, 0)
    stand_bys: int = since(4, 0)


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
    availability: int = since(2, CAN)
    travel: int = since(4, 0)
    is_newcomer: bool = since(4, False)
    is_experienced: bool = since(4, False)

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
    is_newcomer: bool = since(4, False)
    is_experienced: bool = since(4, False)


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
KINDS = {name: kind for name, (kind, _) in TABLES.items()}
#: Column of a key → the table in which its ids are to be found.
POINTING = {"person_id": "persons", "other_id": "persons", "opening_id": "openings"}


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
        ids = {name: set(self.table(name).numbers("id")) for name in ("persons", "openings")}
        for name, (_, keys) in TABLES.items():
            for column in keys:
                if column in POINTING and (unknown := set(self.table(name).numbers(column)) - ids[POINTING[column]]):
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
        """The problem as JSON values: see form.py."""
        stored = form.written({name: self.table(name) for name in TABLES})
        if self.weights != Weights():
            stored["weights"] = asdict(self.weights)
        return {
            "version": form.version_of(stored, KINDS),
            "from_minute": self.from_minute,
            "until_minute": self.until_minute,
            **stored,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Problem:
        """The problem that `to_json` wrote. Raises MalformedProblem for another version."""
        version, first, last = stored.get("version"), form.FIRST_VERSION, form.VERSION
        if version not in range(first, last + 1):
            raise MalformedProblem(f"version {version}: this program reads {first} to {last}")
        return cls(
            from_minute=stored["from_minute"],
            until_minute=stored["until_minute"],
            weights=Weights(**stored.get("weights", {})),
            **form.read(stored, KINDS),
        )

    @property
    def has_travel(self) -> bool:
        """Whether anything is known of how far people have to go."""
        return any(self.table("wishes").numbers("travel"))

    @property
    def input_hash(self) -> str:
        """SHA-256 of the canonical JSON text, in hexadecimal."""
        return hashlib.sha256(form.canonical(self.to_json()).encode()).hexdigest()


def minute(at: datetime) -> int:
    """Whole minutes since 1970."""
    return int(at.timestamp()) // 60


def instant(at: int) -> datetime:
    """The instant of a minute since 1970."""
    return datetime.fromtimestamp(60 * at, UTC)


def day(at: int) -> int:
    """The day a minute is in, in China, counted from 1970."""
    return (at + EAST_OF_UTC) // DAY


def _put_in_order(problem: Problem, name: str) -> None:
    """Make a table of the rows, in the order of its key. Raises MalformedProblem when one is there twice."""
    kind, keys = TABLES[name]
    table = Table.of(kind, getattr(problem, name)).ordered_by(keys)
    found = list(table.keys(keys))
    if any(before == after for before, after in pairwise(found)):
        raise MalformedProblem(f"{name}: a key is there twice")
    object.__setattr__(problem, name, table)
