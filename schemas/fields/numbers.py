"""Whole numbers."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields, validate

from schemas.fields.base import Field, as_list, half_width
from service.language import Lazy

LARGEST_ID = 2**63 - 1


class Whole(Field, fields.Integer):
    """A whole number. `least` and `most` are included."""

    default_error_messages = {"invalid": Lazy("{label}要填整数"), "too_large": Lazy("{label}太大了")}
    look = {"widget": "input", "inputmode": "numeric"}

    def __init__(self, *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        limits = validate.Range(min=least, max=most, error=Lazy("要在{min}到{max}之间"))
        super().__init__(validate=[limits, *as_list(kwargs.pop("validate", None))], **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, str):
            value = half_width(value)
        if not _is_whole(value):
            raise self.make_error("invalid", input=value)
        number: int = super()._validated(value)
        return number


class Id(Whole):
    """The number of a row. Too large for the database is refused here, not there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=1, most=LARGEST_ID, **kwargs)


def _is_whole(value: Any) -> bool:
    """Whether this is written as a whole number. Nothing we count needs more than nineteen digits."""
    if isinstance(value, str):
        return re.fullmatch("[+-]?[0-9]{1,19}", value) is not None
    return isinstance(value, int) and not isinstance(value, bool)
