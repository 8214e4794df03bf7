"""Pages of a list: an opaque cursor says where the next one starts, so that rows which come or go shift nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from service.language import _
from service.web import page
from service.web.api.problems import Problem, invalid

Row = TypeVar("Row")
LARGEST = 2**63 - 1


def after_id(cursor: str | None) -> int:
    """The id behind which the page starts: 0 for the first. Raises Problem."""
    return int(_opened(cursor, int)[0]) if cursor else 0


def after_instant(cursor: str | None) -> tuple[datetime, int] | None:
    """(instant, id) behind which the page starts; None for the first. Raises Problem."""
    return _opened(cursor, datetime.fromisoformat, int) if cursor else None


def shown(rows: Sequence[Row], *, limit: int, key: Callable[[Row], tuple[Any, ...]], each: Callable[[Row], Any]) -> Any:
    """One page of `rows`, of which one more than `limit` was read to see whether there is another."""
    on_page = rows[:limit]
    following = page.here(after=_sealed(key(on_page[-1]))) if len(rows) > limit else None
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return {"items": [each(row) for row in on_page], "next": following}, headers


def _sealed(values: tuple[Any, ...]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _opened(cursor: str, *readers: Callable[[Any], Any]) -> tuple[Any, ...]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = tuple(reader(value) for reader, value in zip(readers, values, strict=True))
    except (NotBase64, ValueError, TypeError, RecursionError):
        raise _unknown() from None
    if any(_is_out_of_range(value) for value in read):
        raise _unknown()
    return read


def _is_out_of_range(value: Any) -> bool:
    return value.tzinfo is None if isinstance(value, datetime) else not 0 <= value <= LARGEST


def _unknown() -> Problem:
    return invalid(after=[_("没有这一页，请从第一页重新开始")])
