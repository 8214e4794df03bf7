"""What all our fields share."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from service.language import Lazy

#: Widgets one picks from: what is missing is "chosen", not "filled in".
CHOSEN = ("radios", "select", "checkboxes")


class Field(fields.Field[Any]):
    """A field with a label, and messages that name it."""

    default_error_messages = {
        "required": Lazy("请填写{label}"),
        "unchosen": Lazy("请选择{label}"),
        "null": Lazy("请填写{label}"),
        "validator_failed": Lazy("{label}不对"),
    }
    #: How it shows on a page, unless the schema says otherwise.
    look: Mapping[str, Any] = {"widget": "input"}

    def __init__(self, *, label: str = "", hint: str = "", widget: str = "", nothing: str = "", **kwargs: Any) -> None:
        """`nothing` is what a select says where nothing is picked, if not that one should pick."""
        given = {"label": label, "hint": hint, "widget": widget, "nothing": nothing}
        chosen = {name: value for name, value in given.items() if value}
        kwargs["metadata"] = {**self.look, **chosen, **(kwargs.get("metadata") or {})}
        super().__init__(**kwargs)

    @property
    def label(self) -> str:
        """What the field is called on the page and in messages."""
        return str(self.metadata.get("label") or self.name or "")

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        """The error `key` in the current language; `{label}` names the field."""
        if key in ("required", "null") and self.metadata["widget"] in CHOSEN:
            key = "unchosen"
        return super().make_error(key, label=self.label, **kwargs)


def half_width(typed: str) -> str:
    """Full-width and other compatibility characters as the plain ones a machine reads, without spaces around."""
    return unicodedata.normalize("NFKC", typed).strip()


def as_list(checks: Any) -> list[Any]:
    """marshmallow's `validate=`, which may be nothing, one check or several, as a list."""
    if checks is None:
        return []
    return list(checks) if isinstance(checks, (list, tuple)) else [checks]
