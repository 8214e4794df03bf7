"""Every row that refers to a person, wherever it is: read from the foreign keys of the database, so that a table that
comes tomorrow is not forgotten."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, TableClause, and_, column, literal, select, table, text, true, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.people.models import Merge

#: It says who was merged with whom, and stays as it was said.
OWN = Merge.__tablename__

_REFERENCES = """
SELECT c.conrelid::regclass::text AS "table", a.attname AS "column", array(
    SELECT k.attname FROM pg_constraint p
    CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS key(attnum, position)
    JOIN pg_attribute k ON k.attrelid = p.conrelid AND k.attnum = key.attnum
    WHERE p.contype = 'p' AND p.conrelid = c.conrelid ORDER BY key.position
) AS key
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = 'volunteer'::regclass AND c.conrelid <> to_regclass(:own)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a person, and the rest of the primary key of its table: nothing where she has one row."""

    table: str
    column: str
    key: tuple[str, ...]
    clause: TableClause

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


def references(session: Session) -> list[Reference]:
    """All of them, but for the table of merges itself."""
    return [_reference(*row) for row in session.execute(text(_REFERENCES), {"own": OWN})]


def _reference(name: str, hers: str, whole_key: Sequence[str]) -> Reference:
    key = tuple(one for one in whole_key if one != hers)
    return Reference(name, hers, key, table(name, column(hers), *map(column, key)))


def move(
    session: Session,
    one: Reference,
    *,
    of: int,
    to: int,
    only: Sequence[Mapping[str, Any]] | None = None,
    but: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Let the rows of one person (`only` these, and not those whose `id` is in `but`) be another's; which they were.

    What a constraint refuses stays where it is: all at once first, then one by one.
    """
    where = [one.clause.c[one.column] == of]
    if only is not None:
        where.append(_among(one, only))
    if but:
        where.append(one.clause.c.id.not_in(but))
    keys = [
        {name: row[name] for name in one.key}
        for row in session.execute(select(*_key(one) or [literal(1)]).select_from(one.clause).where(*where)).mappings()
    ]
    if not keys or _moved(session, one, of=of, to=to, keys=keys):
        return keys
    return [key for key in keys if _moved(session, one, of=of, to=to, keys=[key])]


def _moved(session: Session, one: Reference, *, of: int, to: int, keys: Sequence[Mapping[str, Any]]) -> bool:
    try:
        with session.begin_nested():
            change = update(one.clause).where(one.clause.c[one.column] == of, _among(one, keys))
            session.execute(change.values({one.column: to}))
    except IntegrityError:
        return False
    return True


def _key(one: Reference) -> list[ColumnElement[Any]]:
    return [one.clause.c[name] for name in one.key]


def _among(one: Reference, keys: Sequence[Mapping[str, Any]]) -> ColumnElement[bool]:
    if not one.key:
        return true()
    if len(one.key) == 1:
        return and_(one.clause.c[one.key[0]].in_([key[one.key[0]] for key in keys]))
    return tuple_(*_key(one)).in_([tuple(key[name] for name in one.key) for key in keys])
