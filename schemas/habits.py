"""How a person wants to hear of things: over which channel, topic by topic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Text, Ticked
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import Channel, Topic

#: What a form says where no channel is named: as always, or not at all.
AS_USUAL, OFF = "usual", "off"


class HabitInput(Input):
    """The channel for one topic; neither a channel nor `is_off`: as usual."""

    channel = Choice(Channel, allow_none=True, load_default=None, label=Lazy("通知方式"))
    is_off = Ticked(label=Lazy("不要这类消息"))

    @validates_schema
    def check_choice(self, data: dict[str, Any], **_options: Any) -> None:
        """Not at all, or over a channel: not both."""
        if data["is_off"] and data["channel"] is not None:
            raise ValidationError({"channel": [_("不要这类消息，就不用选通知方式")]})


class HabitShown(Shown):
    """What a person chose for one topic."""

    topic = one_of(Topic, required=True)
    channel = one_of(Channel, required=True, allow_none=True, metadata={"description": "Null: as usual, or off."})
    is_off = fields.Boolean(required=True)


class HabitsShown(Shown):
    """Every topic she can choose for."""

    items = fields.List(fields.Nested(HabitShown), required=True)


def habits_form(labels: Iterable[tuple[str, str, str]]) -> type[Schema]:
    """One question a topic, from (name, label, hint) each. What may be answered is known when it is asked."""
    named: dict[str, fields.Field[Any]] = {
        name: Text(longest=60, load_default=AS_USUAL, widget="radios", label=label, hint=hint)
        for name, label, hint in labels
    }
    return Input.from_dict(named, name="HabitsForm")
