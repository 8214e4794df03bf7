"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException


def problem(status: int, *, title: str = "", detail: str = "", **more: object) -> Response:
    """A problem document. `more` adds members of its own, such as `errors` by field or `reasons`."""
    body = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body | more, ensure_ascii=False), status, content_type="application/problem+json")


def from_exception(error: HTTPException, *, detail: str) -> Response:
    """The problem document of an HTTP error, with the headers it brings (Retry-After, Allow, ...)."""
    answer = problem(error.code or 500, detail=detail)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer
