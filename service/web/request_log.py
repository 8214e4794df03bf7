"""One id and one log line for each request. The line names the route, never the address as typed:
addresses carry tokens and ids, and logs outlive both."""

from __future__ import annotations

import random
import re
from time import perf_counter, thread_time

import structlog
from flask import Flask, Response, g, request

from service import tracing

log = structlog.get_logger("access")

SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def register(app: Flask) -> None:
    """Number each request, answer with the number, write its line."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = perf_counter()
    g.cpu_started = thread_time()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if SANE_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
    tracing.follow(g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round((perf_counter() - g.started) * 1000, 1),
        cpu_ms=round((thread_time() - g.cpu_started) * 1000, 1),
    )
    return response
