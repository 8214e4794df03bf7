"""The shape of what comes through a door, the same for JSON and for web forms.

Derive from `Input` and use the fields of `schemas.fields`, whose messages are Chinese and name their field.
A program that sends a field we do not know is told so; a form may carry more (its token, its button).
"""

from __future__ import annotations

from marshmallow import RAISE, Schema

from service.language import Lazy


class Input(Schema):
    """Base of all input schemas."""

    class Meta:
        unknown = RAISE

    error_messages = {
        "unknown": Lazy("没有这个字段"),
        "type": Lazy("要的是一个对象"),
    }
