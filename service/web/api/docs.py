"""The interface described for people: one page of our own, made from the OpenAPI document. No script, no outside host.

Why not one of the usual viewers: docs/decisions/0010-api-page.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, Flask, Response
from flask_smorest import Api

from schemas.problems import ProblemShown
from service.language import _
from service.web import page
from service.web.api.problems import TITLES
from service.web.limits import limiter

PROBLEM = ProblemShown.__name__
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter, or one member of an object."""

    name: str
    kind: str
    #: Name of the schema it holds, if it has a section of its own.
    schema: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one address."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    is_public: bool
    parameters: tuple[Field, ...]
    takes: str
    #: (status, schema of the body), if all goes well.
    answers: tuple[tuple[str, str], ...]
    #: Statuses that come as a problem.
    problems: tuple[str, ...]


class Manual:
    """What the page shows of an OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @cached_property
    def sections(self) -> list[tuple[str, list[Operation]]]:
        """(description, operations) of each resource, in the document's order."""
        operations = list(self._operations())
        return [
            (tag["description"], [operation for name, operation in operations if name == tag["name"]])
            for tag in self.document["tags"]
        ]

    @cached_property
    def schemas(self) -> dict[str, tuple[Field, ...]]:
        """The members of each schema by its name."""
        return {name: _members(schema) for name, schema in sorted(self.document["components"]["schemas"].items())}

    def _operations(self) -> Iterator[tuple[str, Operation]]:
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                if method in methods:
                    shared = methods.get("parameters", ())
                    yield methods[method]["tags"][0], _operation(method, path, methods[method], shared=shared)


def register(app: Flask, api: Api, *, url_prefix: str) -> None:
    """Serve the page beside the document it is made from."""
    pages = Blueprint("api_manual", __name__, url_prefix=url_prefix)
    manual = Manual(api.spec.to_dict())

    @pages.get("/docs")
    @limiter.limit("60/minute")
    def index() -> Response:
        return page.render("api/docs.html", title=_("程序接口"), manual=manual, problems=TITLES)

    app.register_blueprint(pages)


def _operation(method: str, path: str, described: Mapping[str, Any], *, shared: Any) -> Operation:
    answers = [(status, _content(answer)) for status, answer in sorted(described["responses"].items())]
    return Operation(
        anchor=f"{method}-{path.removeprefix('/api/v1/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        description=described.get("description", ""),
        is_public=described.get("security") == [],
        parameters=tuple(
            _field(one["name"], one["schema"], one) for one in (*shared, *described.get("parameters", ()))
        ),
        takes=_content(described.get("requestBody", {})),
        answers=tuple(one for one in answers if one[1] != PROBLEM),
        problems=tuple(status for status, name in answers if name == PROBLEM),
    )


def _content(described: Mapping[str, Any]) -> str:
    """Name of the schema that a body follows; nothing for no body."""
    for content in described.get("content", {}).values():
        return _name(content["schema"])
    return PROBLEM if "/Problem" in described.get("$ref", "") else ""


def _members(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    required = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return tuple(_field(name, kind, {**kind, "required": name in required}) for name, kind in members)


def _field(name: str, schema: Mapping[str, Any], described: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        kind=_kind(schema),
        schema=_name(schema) or _name(schema.get("items", {})),
        is_required=bool(described.get("required")),
        description=described.get("description", ""),
    )


def _kind(schema: Mapping[str, Any]) -> str:
    """The type in short: `string (date-time) | null`, `"accept" | "decline"`, `list of integer`."""
    if "enum" in schema:
        return " | ".join("null" if value is None else f'"{value}"' for value in schema["enum"])
    named = schema.get("type", "object" if "$ref" in schema else "any")
    kinds = [str(kind) for kind in named] if isinstance(named, list) else [str(named)]
    if "array" in kinds:
        return f"list of {_name(schema['items']) or _kind(schema['items'])}"
    limits = [f"{sign} {schema[key]}" for key, sign in LIMITS.items() if key in schema and schema[key] < HUGE]
    details = ", ".join([*([schema["format"]] if "format" in schema else []), *limits])
    return " | ".join(kinds) + (f" ({details})" if details else "")


#: Limits of the machine, not of the matter.
HUGE = 10**17
LIMITS = {"minimum": "≥", "maximum": "≤", "minLength": "at least", "maxLength": "at most"}


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
