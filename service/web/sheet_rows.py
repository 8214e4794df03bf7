"""Between the cells of a table and the fields of its schema: headings are labels, choices are their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError

from schemas.fields import Choice, Field, Ticked
from schemas.fields.base import half_width
from service.language import _, offered, speaking
from service.sheets.files import Table
from service.sheets.lines import Line, Value
from service.web.spoken import SPOKEN, NotUnderstood


class HeadingsMissing(Exception):
    """The table lacks columns that each row needs; `labels` names them."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__(labels)
        self.labels = labels


def headings(schema: Schema) -> list[str]:
    """The heading of each column, in the order of the fields."""
    return [_label(declared) for declared in schema.fields.values()]


def required_headings(schema: Schema) -> list[str]:
    """The headings of the columns that each row must fill."""
    return [_label(declared) for declared in schema.fields.values() if declared.required]


def label(schema: Schema, name: str) -> str:
    """The heading of one field's column."""
    return _label(schema.fields[name])


def hints(schema: Schema) -> list[tuple[str, str, bool]]:
    """(heading, what to write there, whether it must be filled) of each column."""
    columns = schema.fields.values()
    return [(_label(one), str(one.metadata.get("hint", "")), one.required) for one in columns]


def lines(schema: Schema, table: Table) -> list[Line]:
    """Each row as values by field name, or with its faults in words. Raises HeadingsMissing."""
    columns = _columns(schema, table.headings)
    missing = [_label(one) for name, one in schema.fields.items() if one.required and name not in columns]
    if missing:
        raise HeadingsMissing(missing)
    return [_line(schema, columns, number, row) for number, row in zip(table.numbers, table.rows, strict=True)]


def cells(schema: Schema, values: Mapping[str, Value]) -> list[str]:
    """A row as it is written out, column by column."""
    return [_cell(declared, values.get(name)) for name, declared in schema.fields.items()]


def _columns(schema: Schema, typed: tuple[str, ...]) -> dict[str, int]:
    """Where each field stands; its heading may be in any language we speak."""
    known: dict[str, str] = {}
    for language in offered():
        with speaking(language):
            known |= {_plain(_label(declared)): name for name, declared in schema.fields.items()}
    places: dict[str, int] = {}
    for place, heading in enumerate(typed):
        if name := known.get(_plain(heading)):
            places.setdefault(name, place)
    return places


def _line(schema: Schema, columns: Mapping[str, int], number: int, row: tuple[str, ...]) -> Line:
    typed: dict[str, Any] = {}
    unclear: list[str] = []
    for name, place in columns.items():
        if row[place].strip():
            try:
                typed[name] = _value_of(schema.fields[name], row[place])
            except NotUnderstood as fault:
                unclear.append(_("{column}：{fault}", column=_label(schema.fields[name]), fault=fault.why))
    try:
        loaded = schema.load(typed)
    except ValidationError as error:
        return Line(number, row, faults=(*_faults(schema, error), *unclear))
    if unclear:
        return Line(number, row, faults=tuple(unclear))
    return Line(number, row, values={name: _stored(value) for name, value in loaded.items()})


def _faults(schema: Schema, error: ValidationError) -> list[str]:
    """What is wrong, cell by cell, each with the heading of its column."""
    found = []
    for name, messages in error.messages_dict.items():
        texts = messages if isinstance(messages, list) else [str(messages)]
        heading = _label(schema.fields[name]) if name in schema.fields else ""
        found += [_("{column}：{fault}", column=heading, fault=text) if heading else str(text) for text in texts]
    return found


def _value_of(declared: Any, cell: str) -> str:
    """The value whose word stands in the cell; the cell itself where there is no such word. Raises NotUnderstood."""
    if spoken := SPOKEN.get(type(declared)):
        return spoken.read(cell)
    if isinstance(declared, Ticked):
        return {"是": "true", "否": "false"}.get(_plain(cell), cell)
    if not isinstance(declared, Choice):
        return cell
    for language in offered():
        with speaking(language):
            for member, word in declared.words.items():
                if _plain(str(word)) == _plain(cell):
                    return str(member.value)
    return cell


def _cell(declared: Any, value: Value) -> str:
    if value is None:
        return ""
    if spoken := SPOKEN.get(type(declared)):
        return spoken.write(str(value))
    if isinstance(declared, Ticked):
        return "是" if value else "否"
    if isinstance(declared, Choice):
        return str(declared.words[declared.enum(value)])
    return str(value)


def _stored(value: Any) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.value if isinstance(value, StrEnum) else value


def _label(declared: Any) -> str:
    return str(declared.metadata.get("label")) if isinstance(declared, Field) else str(declared.name)


def _plain(text: str) -> str:
    return half_width(text).casefold().replace(" ", "")
