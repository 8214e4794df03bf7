"""One marshmallow schema for both doors: `Form` puts it before a person and keeps what was typed.

    form = Form.blank(SignUpInput())                     # GET
    form = Form.posted(SignUpInput())                    # POST
    if form.is_valid: ... form.loaded["phone"] ...
    return page.render("signups/who.html", title=_("您是谁？"), form=form)

Templates draw a field with `{{ ui.field(form, "phone") }}`. A choice known only at run time (which shift) is
given as `options={"role_id": [Option(value="1", text="医生")]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from schemas.fields import Choice, Many
from service.language import _
from service.web import words

#: Widgets made of several controls: suffix of each, and how their texts join to one value.
PARTS = {"date_parts": (("year", "month", "day"), "-"), "date_time": (("date", "time"), " ")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One radio button, checkbox or entry of a select."""

    value: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One field as a template draws it."""

    name: str
    label: str
    hint: str
    widget: str
    value: str
    values: tuple[str, ...]
    parts: Mapping[str, str]
    error: str
    is_required: bool
    longest: int | None
    options: tuple[Option, ...]
    nothing: str
    has_default: bool
    inputmode: str
    autocomplete: str

    @property
    def items(self) -> list[dict[str, Any]]:
        """The options as the component macros take them."""
        return [
            {
                "value": one.value,
                "text": one.text,
                "hint": {"text": one.hint} if one.hint else None,
                "selected": one.value == self.value,
            }
            for one in self.options
        ]

    @property
    def date_items(self) -> list[dict[str, Any]]:
        """Year, month and day as the component macro takes them."""
        labels = (("year", _("年"), 4), ("month", _("月"), 2), ("day", _("日"), 2))
        marked = " govuk-input--error" if self.error else ""
        return [
            {"name": part, "label": label, "value": self.parts[part], "classes": f"govuk-input--width-{width}{marked}"}
            for part, label, width in labels
        ]

    @property
    def first_id(self) -> str:
        """The control an error message leads to."""
        return f"{self.name}-{next(iter(self.parts))}" if self.parts else self.name


@dataclass(slots=True)
class Form:
    """A schema, what was typed, and what is wrong with it."""

    schema: Schema
    typed: MultiDict[str, str]
    options: Mapping[str, Iterable[Option]] = field(default_factory=dict)
    loaded: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    #: What stands in the way of the whole, not of one field: the reasons a rule gave.
    refusals: list[str] = field(default_factory=list)

    @classmethod
    def blank(
        cls,
        schema: Schema,
        *,
        given: Mapping[str, Any] | object = None,
        options: Mapping[str, Iterable[Option]] | None = None,
    ) -> Self:
        """A form to fill in, with the values of `given` (a mapping or a row) already there."""
        known = {name: value for name, value in schema.dump(given or {}).items() if value is not None}
        typed: MultiDict[str, str] = MultiDict()
        for name, value in known.items():
            typed.setlist(name, [_as_typed(one) for one in (value if isinstance(value, list) else [value])])
        return cls(schema, typed, options or {})

    @classmethod
    def posted(cls, schema: Schema, *, options: Mapping[str, Iterable[Option]] | None = None) -> Self:
        """What was sent, checked: `loaded` or `errors`. Fields the schema does not know are passed over."""
        return cls.filled(schema, request.form, options=options)

    @classmethod
    def filled(
        cls, schema: Schema, sent: MultiDict[str, str], *, options: Mapping[str, Iterable[Option]] | None = None
    ) -> Self:
        """What was sent once and kept since, checked again."""
        form = cls(schema, _joined(schema, sent), options or {})
        try:
            form.loaded = schema.load(form._values(), unknown=EXCLUDE)
        except ValidationError as error:
            form._take(error)
        return form

    @property
    def is_valid(self) -> bool:
        return not self.errors and not self.refusals

    @property
    def has_errors(self) -> bool:
        return not self.is_valid

    def refuse(self, *reasons: str, at: str | None = None) -> None:
        """Add what a rule said: at the field `at`, or above the whole form."""
        if at is None:
            self.refusals += [str(reason) for reason in reasons]
        elif reasons:
            self.errors.setdefault(at, str(reasons[0]))

    def check_offered(self, *names: str) -> None:
        """What is not among a field's options was not offered: another's area, another's person."""
        for name in names:
            chosen = self.loaded.get(name)
            if chosen is not None:
                offered = {option.value for option in self.options[name]}
                if not {str(one) for one in (chosen if isinstance(chosen, list) else [chosen])} <= offered:
                    self.refuse(words.NOT_OFFERED, at=name)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error as (text, id of the control it leads to), in the order of the fields."""
        whole = [(reason, "main") for reason in self.refusals]
        return whole + [(self.errors[name], self[name].first_id) for name in self.schema.fields if name in self.errors]

    @property
    def kept(self) -> dict[str, list[str]]:
        """What was typed into the schema's fields, to be kept as JSON and given to `filled` later."""
        return {name: self.typed.getlist(name) for name in self.schema.fields if name in self.typed}

    def __getitem__(self, name: str) -> Drawn:
        declared = self.schema.fields[name]
        look = declared.metadata
        widget = str(look.get("widget", "input"))
        value = self.typed.get(name, "")
        return Drawn(
            name=name,
            label=str(look.get("label", name)),
            hint=str(look.get("hint", "")),
            widget=widget,
            value=value,
            values=tuple(self.typed.getlist(name)),
            parts=_split(widget, value),
            error=self.errors.get(name, ""),
            is_required=declared.required,
            longest=_longest(declared),
            options=self._options_of(name),
            nothing=str(look.get("nothing", "")),
            has_default=isinstance(declared.load_default, Enum),
            inputmode=str(look.get("inputmode", "")),
            autocomplete=str(look.get("autocomplete", "off")),
        )

    def _options_of(self, name: str) -> tuple[Option, ...]:
        if name in self.options:
            return tuple(self.options[name])
        declared = self.schema.fields[name]
        chosen = declared.inner if isinstance(declared, Many) else declared
        if not isinstance(chosen, Choice):
            return ()
        return tuple(Option(value=str(member.value), text=str(words)) for member, words in chosen.words.items())

    def _values(self) -> dict[str, Any]:
        """The typed values as the schema loads them: what was left empty is missing, lists only for lists."""
        values: dict[str, Any] = {}
        for name, declared in self.schema.fields.items():
            sent = [value for value in self.typed.getlist(name) if value.strip()]
            if sent:
                values[name] = sent if isinstance(declared, fields.List) else sent[-1]
        return values

    def _take(self, error: ValidationError) -> None:
        for name, messages in error.messages_dict.items():
            text = _first_text(messages)
            if name in self.schema.fields:
                self.errors[name] = text
            else:
                self.refusals.append(text)


def _joined(schema: Schema, sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with the parts of a date in one value again: `born_on-year=1950` ... as `1950-1-2`."""
    joined: MultiDict[str, str] = MultiDict(sent)
    for name, declared in schema.fields.items():
        suffixes, between = PARTS.get(str(declared.metadata.get("widget")), ((), ""))
        parts = [sent.get(f"{name}-{suffix}", "").strip() for suffix in suffixes]
        if any(parts):
            joined[name] = between.join(parts)
    return joined


def _split(widget: str, value: str) -> dict[str, str]:
    suffixes, between = PARTS.get(widget, ((), ""))
    if not suffixes:
        return {}
    pieces = value[:16].replace("T", between).split(between) if value else []
    return dict(zip(suffixes, pieces + [""] * len(suffixes), strict=False))


def _longest(declared: fields.Field[Any]) -> int | None:
    lengths = [check.max for check in declared.validators if isinstance(check, validate.Length)]
    return lengths[0] if lengths else None


def _as_typed(value: Any) -> str:
    return {True: "true", False: ""}[value] if isinstance(value, bool) else str(value)


def _first_text(messages: Any) -> str:
    """One message for a field: the first, also where marshmallow nests them by list position."""
    while not isinstance(messages, str):
        messages = next(iter(messages.values())) if isinstance(messages, dict) else messages[0]
    return str(messages)
