"""Structured logs: one line per happening, with the request id that follows an event into the worker."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from service import tracing


def configure(log_format: str, *, level: int = logging.INFO) -> None:
    """Send our own and the libraries' logs to standard output, as `json` lines or `text` for people.

    Tracebacks come without the values of variables: those hold what nobody may read in a log, and printing them costs
    seconds.
    """
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if log_format != "json":
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    first: list[Any] = [
        _with_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*first, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    _configure_libraries(first, last, level)


def _configure_libraries(first: list[Any], last: Any, level: int) -> None:
    """The same line for what libraries write through `logging`."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def _with_request_id(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if found := tracing.request_id():
        line["request_id"] = found
    return line
