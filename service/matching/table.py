"""A table of a problem: rows to read, columns to compute with.

Columns of whole numbers are arrays, so that a solver reads them without a copy (numpy.frombuffer) and a hundred
thousand people fit; rows are made of them when somebody asks for rows.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from itertools import pairwise
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar, overload

#: In an array of whole numbers: nothing is there.
NOTHING = -1
#: How a column is kept: by the annotation of its field. Every other kind stays a tuple of values.
NUMBERS = frozenset({"int", "int | None", "bool"})


class _Row(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Row = TypeVar("Row", bound=_Row)
Column: TypeAlias = "array[int] | tuple[Any, ...]"


class Table(Sequence[Row], Generic[Row]):
    """Rows of one kind in a fixed order. Equal to another table, or any sequence, with the same rows."""

    __slots__ = ("_rows", "columns", "kind")

    def __init__(self, kind: type[Row], columns: dict[str, Column]) -> None:
        self.kind, self.columns = kind, columns
        self._rows: tuple[Row, ...] | None = None

    @classmethod
    def of(cls, kind: type[Row], rows: Iterable[Row]) -> Table[Row]:
        """The table of these rows, in their order."""
        if isinstance(rows, Table):
            return rows
        kept = tuple(rows)
        table = cls(kind, {f.name: _packed(f, (getattr(row, f.name) for row in kept)) for f in fields(kind)})
        table._rows = kept
        return table

    @classmethod
    def from_json(cls, kind: type[Row], stored: Mapping[str, Sequence[Any]]) -> Table[Row]:
        """The table of stored columns. A column that is not there has its default in every row."""
        length = len(next(iter(stored.values()), ()))
        defaults = {f.name: [f.default] * length for f in fields(kind) if f.default is not MISSING}
        given = {**defaults, **stored} if stored else {f.name: () for f in fields(kind)}
        return cls(kind, {f.name: _packed(f, given[f.name]) for f in fields(kind)})

    def to_json(self, *, leave_out: Iterable[str] = ()) -> dict[str, list[Any]]:
        """The columns as JSON values; those of `leave_out` only where something else than the default is there."""
        optional = set(leave_out)
        stored = {f.name: _unpacked(f, self.columns[f.name]) for f in fields(self.kind)}
        return {
            f.name: stored[f.name]
            for f in fields(self.kind)
            if f.name not in optional or any(value != f.default for value in stored[f.name])
        }

    def numbers(self, name: str) -> array[int]:
        """A column of whole numbers, to read and never to write."""
        column = self.columns[name]
        if not isinstance(column, array):
            raise TypeError(f"{name} is no column of numbers")
        return column

    def ordered_by(self, keys: Sequence[str]) -> Table[Row]:
        """The same rows in the order of a key of one or two columns."""
        key = list(self.keys(keys))
        if all(before < after for before, after in pairwise(key)):
            return self
        order = sorted(range(len(key)), key=key.__getitem__)
        return Table(self.kind, {name: _taken(column, order) for name, column in self.columns.items()})

    def keys(self, names: Sequence[str]) -> Iterator[tuple[int, ...]]:
        """The key of each row."""
        return zip(*(self.numbers(name) for name in names), strict=True)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice) -> Row | tuple[Row, ...]:
        return self._made()[at]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._made())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Table):
            return self.kind is other.kind and self.columns == other.columns
        return isinstance(other, Sequence) and self._made() == tuple(other)

    def __hash__(self) -> int:
        return hash((self.kind, len(self)))

    def __repr__(self) -> str:
        return repr(self._made())

    def _made(self) -> tuple[Row, ...]:
        if self._rows is None:
            self._rows = tuple(self._filled([self.kind.__new__(self.kind) for _ in range(len(self))]))
        return self._rows

    def _filled(self, rows: list[Row]) -> list[Row]:
        """Empty rows filled column by column, through their slots: four times as quick as making one after another."""
        for f in fields(self.kind):
            put = getattr(self.kind, f.name).__set__
            deque(map(put, rows, _unpacked(f, self.columns[f.name])), maxlen=0)
        return rows


def _taken(column: Column, order: Sequence[int]) -> Column:
    values = [column[n] for n in order]
    return array("q", values) if isinstance(column, array) else tuple(values)


def _packed(field: Field[Any], values: Iterable[Any]) -> Column:
    if field.type not in NUMBERS:
        return tuple(values)
    if isinstance(values, array):
        return values
    if field.type == "int | None":
        return array("q", [NOTHING if value is None else value for value in values])
    return array("q", values)


def _unpacked(field: Field[Any], column: Column) -> list[Any]:
    if field.type == "bool":
        return [bool(value) for value in column]
    if field.type == "int | None":
        return [None if value == NOTHING else value for value in column]
    return list(column)
