"""Pure rules: from the shifts there are and the dates that are wanted to what changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.terms import DateChange

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A shift to come, as it is. `planned` is when its series said it would be; `people` who hold or await a place."""

    shift_id: int
    on_date: date
    span: Span
    planned: Span
    people: tuple[int, ...] = ()

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody has given it a time of its own."""
        return self.span != self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one date. `people` are volunteers' ids: those who are told."""

    kind: DateChange
    on_date: date
    shift_id: int | None = None
    was: Span | None = None
    becomes: Span | None = None
    people: tuple[int, ...] = ()


def changes(existing: Iterable[Existing], wanted: Mapping[date, Span]) -> list[Change]:
    """What changes, date by date; a date that stays as it is is not among it.

    A shift that was given a time of its own keeps it while its date is still wanted.
    """
    there = {one.on_date: one for one in existing}
    added = [
        Change(kind=DateChange.ADDED, on_date=day, becomes=span) for day, span in wanted.items() if day not in there
    ]
    kept = [change for day, one in there.items() if (change := _change(one, wanted.get(day)))]
    return sorted(added + kept, key=lambda change: change.on_date)


def _change(one: Existing, span: Span | None) -> Change | None:
    if span == one.span:
        return None
    if span is not None and one.is_by_hand:
        return _changed(one, DateChange.BY_HAND, span, people=())
    return _changed(one, DateChange.DROPPED if span is None else DateChange.MOVED, span, people=one.people)


def _changed(one: Existing, kind: DateChange, span: Span | None, *, people: tuple[int, ...]) -> Change:
    return Change(kind=kind, on_date=one.on_date, shift_id=one.shift_id, was=one.span, becomes=span, people=people)


def token(found: Sequence[Change], *of: object) -> str:
    """Names exactly these changes to exactly this: what is done must be what was shown."""
    rows = [(c.kind.value, c.on_date, c.shift_id, c.was, c.becomes, c.people) for c in found]
    return hashlib.sha256(repr((rows, of)).encode()).hexdigest()[:32]
