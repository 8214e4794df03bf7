"""One row of a file on its way in: what it says, what would come of it, what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from service.signups.rules import Refused
from service.terms import Refusal, RowOutcome, RowRefusal

#: What a cell holds once it is read: text, a whole number, or nothing. Dates are ISO text.
Value = str | int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number in the file, the cells as they were typed, and its values by the name of their field.

    `faults` are what the form said against single cells, in words; then `values` holds nothing. `refusals` and
    `against` are what stood in the way when the others were taken in.
    """

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    refusals: tuple[RowRefusal, ...] = ()
    against: tuple[Refused, ...] = ()

    def text(self, name: str) -> str | None:
        """A value that is text; None where the cell was empty."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def day(self, name: str) -> date | None:
        """A value that is a date."""
        value = self.values.get(name)
        return None if value is None else date.fromisoformat(str(value))

    def whole(self, name: str) -> int | None:
        """A value that is a whole number."""
        value = self.values.get(name)
        return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row comes to: `changed` names the fields, `refusals` all that stands in the way, `row_id` whom it is.

    `against` are the rules that keep a person from a place.
    """

    outcome: RowOutcome
    refusals: tuple[RowRefusal, ...] = ()
    changed: tuple[str, ...] = ()
    row_id: int | None = None
    against: tuple[Refused, ...] = ()


REFUSED_BY_FORM = Verdict(RowOutcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who uploads, with which reach, and when."""

    scope_ids: tuple[int, ...]
    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What taking a row in did: made or changed the row `row_id`; `before` is what it takes to undo that."""

    row_id: int
    is_new: bool
    before: Mapping[str, Any] = field(default_factory=dict)


class Overtaken(Exception):
    """What was judged good cannot be done any more: something came in between."""


class Kind(Protocol):
    """What can come in as a table: one class each, made for one file, reading what it needs once."""

    def judge(self, lines: Sequence[Line]) -> list[Verdict]:
        """What each row would come to, as things are now."""

    def take_in(self, line: Line, verdict: Verdict) -> Done:
        """Do what the verdict says: make or change one row. Raises Overtaken."""

    def undo(self, done: Done) -> bool:
        """Take it back; False where something has been built on it since."""

    def listed(self) -> list[Mapping[str, Value]]:
        """Everything in reach, as rows that could come in again."""


def packed(lines: Sequence[Line]) -> str:
    """Lines as text, to be stored."""
    return json.dumps([{**asdict(line), "against": _told(line.against)} for line in lines], ensure_ascii=False)


def unpacked(text: str) -> list[Line]:
    """What `packed` made of them."""
    return [
        Line(
            one["number"],
            tuple(one["cells"]),
            one["values"],
            tuple(one["faults"]),
            tuple(RowRefusal(why) for why in one["refusals"]),
            tuple(_refused(*why) for why in one.get("against", ())),
        )
        for one in json.loads(text)
    ]


#: Kinds of values that the sentence of a rule needs, besides what JSON has.
_KINDS: Mapping[str, type[date]] = {"datetime": datetime, "date": date}


def _told(against: Sequence[Refused]) -> list[tuple[str, dict[str, Any]]]:
    return [(one.reason.value, {name: _value(value) for name, value in one.details.items()}) for one in against]


def _value(value: Any) -> Any:
    return [type(value).__name__, value.isoformat()] if isinstance(value, date) else value


def _refused(reason: str, details: Mapping[str, Any]) -> Refused:
    read = {
        name: _KINDS[value[0]].fromisoformat(value[1]) if isinstance(value, list) else value
        for name, value in details.items()
    }
    return Refused(Refusal(reason), read)
