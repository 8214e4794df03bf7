"""What goes out: bases of all output schemas, and of lists that come in pages."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from schemas import Input
from schemas.fields import Text, Whole
from service.language import Lazy

LONGEST_PAGE = 100


class Shown(Schema):
    """Base of all output schemas: reads attributes of rows, or items of mappings."""

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """As marshmallow does, without its detours: a list of thirty shifts has hundreds of values."""
        return obj.get(attr, default) if isinstance(obj, dict) else getattr(obj, attr, default)


def one_of(terms: type[StrEnum], **options: Any) -> fields.String:
    """A term, as its value."""
    return fields.String(validate=validate.OneOf([term.value for term in terms]), **options)


class PageAsked(Input):
    """Which page of a list."""

    after = Text(longest=400, label=Lazy("页码"), metadata={"description": "Where the page starts: from `next`."})
    limit = Whole(least=1, most=LONGEST_PAGE, load_default=30, label=Lazy("每页条数"))


@cache
def page_of(item: type[Schema]) -> Schema:
    """The schema of one page of such items."""
    name = f"{item.__name__.removesuffix('Shown')}Page"
    following = fields.String(
        required=True, allow_none=True, metadata={"description": "Address of the next page; null on the last."}
    )
    items = fields.List(fields.Nested(item), required=True, validate=validate.Length(max=LONGEST_PAGE))
    return Shown.from_dict({"items": items, "next": following}, name=name)()
