"""The stored form of a problem: each table as an object of columns, under the number of its version.

A column or table that came with a later version is written only where it says something, and the version is the oldest
that can say it all: what was stored before keeps its bytes, and its hash. See docs/matching.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from typing import Any, TypeVar

from service.matching.blockers import Blocker
from service.matching.table import Table
from service.terms import BondKind

V = TypeVar("V")

FIRST_VERSION, VERSION = 1, 4
#: What stands beside the tables of the first version → the version it came with. For columns: `since`.
LATER = {"bonds": 2, "weights": 2, "drafts": 3}


def since(version: int, default: V) -> V:
    """A field of a row, not there before this version, with its default."""
    made: V = field(default=default, metadata={"since": version})
    return made


def written(tables: Mapping[str, Table[Any]]) -> dict[str, Any]:
    """The tables as JSON values."""
    stored: dict[str, Any] = {
        name: table.to_json(leave_out=[f.name for f in fields(table.kind) if "since" in f.metadata])
        for name, table in tables.items()
        if name not in LATER or table
    }
    wishes = stored["wishes"]
    wishes["barred"] = [[blocker.to_json() for blocker in barred] for barred in wishes["barred"]]
    return stored


def read(stored: Mapping[str, Any], kinds: Mapping[str, type[Any]]) -> dict[str, Table[Any]]:
    """The tables that `written` wrote, of these kinds of rows."""
    tables = {name: stored.get(name, {}) for name in kinds}
    barred = [tuple(map(Blocker.from_json, blockers)) for blockers in tables["wishes"]["barred"]]
    tables["wishes"] = {**tables["wishes"], "barred": barred}
    if tables["bonds"]:
        tables["bonds"] = {**tables["bonds"], "kind": [BondKind(kind) for kind in tables["bonds"]["kind"]]}
    return {name: Table.from_json(kind, tables[name]) for name, kind in kinds.items()}


def version_of(stored: Mapping[str, Any], kinds: Mapping[str, type[Any]]) -> int:
    """The oldest version that can say what is written: tables, and weights where they were chosen."""
    return max(FIRST_VERSION, *(LATER.get(name, FIRST_VERSION) for name in stored), *_since(stored, kinds))


def canonical(stored: dict[str, Any]) -> str:
    """JSON text that is the same for equal values: keys sorted, no spaces, ASCII."""
    return json.dumps(stored, sort_keys=True, separators=(",", ":"))


def _since(stored: Mapping[str, Any], kinds: Mapping[str, type[Any]]) -> Iterator[int]:
    for name, kind in kinds.items():
        columns = stored.get(name, ())
        yield from (f.metadata["since"] for f in fields(kind) if f.name in columns and "since" in f.metadata)
