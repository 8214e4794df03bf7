"""An operation of the interface: its address, its schemas, its place in the OpenAPI document, behind the door."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from time import time
from typing import Any, NoReturn

from flask import Request, Response, request
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, missing
from webargs.flaskparser import FlaskParser
from werkzeug.routing import IntegerConverter

from service.language import _
from service.web.api import door
from service.web.api.problems import Problem
from service.web.limits import limiter

#: What can be answered instead, whatever the operation.
ALWAYS = (400, 404, 413, 429, 500, 503)
HEADERS = {
    "Idempotency-Key": "Sent again with the same key, the same request gets the same answer and has no second effect.",
    "If-Match": "The ETag of what is being changed, as it was read.",
    "If-None-Match": "The ETag of the answer already known: 304 if it is still the same.",
    "Accept-Language": "`zh` (the default) or `en`, for texts.",
}
FORMS = {"Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"}}
#: For each token, over all operations; those that need no token have limits of their own, for each address.
LIMIT = "1200/minute"


class IdConverter(IntegerConverter):
    """An id in an address, as it is written: more digits than a row's number ever has, or a zero, name nothing.

    Said as a pattern and not as a range: for what is out of range werkzeug answers 405 where there is another method.
    """

    regex = "[1-9][0-9]{0,17}"

    def __init__(self, map: Any) -> None:  # noqa: A002 (werkzeug names it)
        super().__init__(map, min=1, max=10**18 - 1)


class Parser(FlaskParser):
    """Reads bodies and query strings; what is wrong is a problem, whatever was sent."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None}  # noqa: RUF012 (webargs reads it from the class)

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as JSON; nothing at all counts as an empty object."""
        body = req.get_data()
        if not body:
            return missing
        if not req.is_json:
            raise Problem(415, detail=_("请求的内容要是application/json。"))
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Problem(400, kind="unreadable") from None

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """Tell what is wrong in each field."""
        errors = next(iter(error.messages_dict.values()))
        raise Problem(422, kind="invalid", errors=_flat(errors))


class Resource(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """The operations of one room."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, *, description: str, url_prefix: str = "") -> None:
        # Pages have blueprints of the same names.
        super().__init__(f"api-{name}", __name__, description=description, url_prefix=url_prefix)
        self.before_request(door.speak)
        self.register_error_handler(RateLimitExceeded, _refuse_often)

    def operation(
        self,
        method: str,
        rule: str,
        *,
        gives: Schema | None = None,
        takes: Schema | None = None,
        asks: Schema | None = None,
        status: int = 200,
        refuses: Sequence[int] = (),
        is_editable: bool = False,
        is_public: bool = False,
        is_secret: bool = False,
        limit: str = "",
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the view for `method` on `rule`. It gets the call first, then `body`, `asked` and the address's ids.

        `refuses` are statuses of its own; `is_editable` things have a version in their ETag, and PATCH asks for it.
        """

        def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
            usual = _refuses(method, takes=takes, asks=asks, is_editable=is_editable, is_public=is_public)
            described = self.doc(
                parameters=_headers(method, is_editable=is_editable, is_public=is_public),
                responses=_problems({*ALWAYS, *refuses, *usual}) | (NOT_MODIFIED if method == "GET" else {}),
                **({"security": []} if is_public else {}),
            )(view)
            if takes is not None:
                described = self.arguments(takes, location="json", arg_name="body")(described)
            if asks is not None:
                described = self.arguments(asks, location="query", arg_name="asked")(described)
            described = self.response(status, gives)(described)
            opened = door.opens(described, is_public=is_public, is_secret=is_secret)
            asker = get_remote_address if is_public else _token
            limits = (
                limiter.limit(limit, key_func=asker) if limit else limiter.shared_limit(LIMIT, "api", key_func=asker)
            )
            limited = limits(opened)
            self.add_url_rule(rule, view.__name__, limited, methods=[method])
            return view

        return decorator


def _refuse_often(_error: RateLimitExceeded) -> Response:
    limit = limiter.current_limit
    wait = math.ceil(limit.reset_at - time()) if limit is not None else 1
    return Problem(429, kind="too-often", headers={"Retry-After": str(max(1, wait))}).answer()


def _token() -> str:
    return request.headers.get("Authorization") or get_remote_address()


def _headers(method: str, *, is_editable: bool, is_public: bool) -> list[dict[str, Any]]:
    names = ["Accept-Language"]
    if method in ("POST", "PATCH") and not is_public:
        names.append("Idempotency-Key")
    if method == "GET":
        names.append("If-None-Match")
    if method == "PATCH" and is_editable:
        names.append("If-Match")
    return [
        {
            "in": "header",
            "name": name,
            "description": HEADERS[name],
            "required": name == "If-Match",
            "schema": FORMS.get(name, {"type": "string"}),
        }
        for name in names
    ]


def _problems(statuses: Iterable[int]) -> dict[str, Any]:
    return {str(status): problem_response(status) for status in sorted(statuses)}


def problem_response(status: int) -> str:
    """The name under which the document describes a problem of this status once."""
    return f"Problem{status}"


NOT_MODIFIED = {"304": {"description": HTTPStatus.NOT_MODIFIED.phrase}}


def _refuses(method: str, *, takes: Schema | None, asks: Schema | None, is_editable: bool, is_public: bool) -> set[int]:
    refuses = set() if is_public else {401, 403}
    if takes is not None or asks is not None or method in ("POST", "PATCH"):
        refuses |= {422}
    if takes is not None:
        refuses |= {415}
    if is_editable and method == "PATCH":
        refuses |= {412, 428}
    return refuses


def _flat(messages: Any, at: str = "") -> dict[str, list[str]]:
    """Messages by field; what lies deeper is named with its path: `roles.0.name`."""
    if isinstance(messages, dict):
        parts = [_flat(deeper, f"{at}.{name}" if at else str(name)) for name, deeper in messages.items()]
        return {field: texts for part in parts for field, texts in part.items()}
    return {at: [str(message) for message in messages]}
