"""Boxes to tick and options to pick."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import fields

from schemas.fields.base import Field
from schemas.fields.texts import Length
from service.language import Lazy


class Ticked(Field, fields.Boolean):
    """A box to tick. `must=True` asks for the tick: a consent, never ticked beforehand."""

    default_error_messages = {"invalid": Lazy("{label}只能选是或否"), "must": Lazy("请先勾选：{label}")}
    look = {"widget": "checkbox"}

    def __init__(self, *, must: bool = False, **kwargs: Any) -> None:
        self.must = must
        if must:
            kwargs["required"] = True
        else:
            kwargs.setdefault("load_default", False)
        super().__init__(**kwargs)
        if must:
            self.error_messages["required"] = self.error_messages["must"]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        ticked = super()._deserialize(value, attr, data, **kwargs)
        if self.must and not ticked:
            raise self.make_error("must")
        return ticked


class Choice(Field, fields.Enum[Any]):
    """One member of a StrEnum, by value. `words` gives each its text on the page."""

    default_error_messages = {
        "unknown": Lazy("请从列出的{label}里选一项"),
    }
    look = {"widget": "radios"}

    def __init__(self, enum: type[StrEnum], *, words: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        self.words: Mapping[Any, str] = words or {member: member.value for member in enum}
        super().__init__(enum=enum, by_value=fields.String(error_messages={"invalid": Lazy("要填文字")}), **kwargs)


class Many(Field, fields.List[Any]):
    """Several values of one kind, such as the ticked boxes of a group."""

    default_error_messages = {"invalid": Lazy("{label}要是一个列表")}
    look = {"widget": "checkboxes"}

    def __init__(self, inner: fields.Field[Any], *, most: int = 200, **kwargs: Any) -> None:
        if not inner.metadata.get("label"):
            inner.metadata = {**inner.metadata, "label": kwargs.get("label", "")}
        super().__init__(cls_or_instance=inner, validate=Length(max=most, error=Lazy("最多{max}项")), **kwargs)


class Part(Field, fields.Nested):
    """An object within an object."""
