"""One signed or unsigned POST of JSON to a vendor, and its answer; whatever goes wrong is a ChannelError."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from service.notifications.channels import ChannelError

#: Seconds a silent vendor is waited for; with the batch's budget it stays below the lease.
PATIENCE = 8
LONGEST_ANSWER = 64 * 1024
#: How long a vendor is left alone that answers "too many requests" and does not say for how long.
TOO_MANY_WAIT = timedelta(minutes=1)
JSON = {"Content-Type": "application/json; charset=utf-8"}


def post(address: str, payload: Mapping[str, Any], *, headers: Mapping[str, str] = JSON) -> dict[str, Any]:
    """The answer to `payload` as JSON. Raises ChannelError, transient unless the vendor says otherwise."""
    return post_bytes(address, json.dumps(payload, ensure_ascii=False).encode(), headers=headers)


def post_bytes(address: str, body: bytes, *, headers: Mapping[str, str]) -> dict[str, Any]:
    """The answer to `body`; one of 4xx or 5xx that is JSON is an answer too: vendors say why in it.

    Raises ChannelError.
    """
    request = Request(address, data=body, headers=dict(headers), method="POST")  # noqa: S310 (our own constants)
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return _read(answer.read(LONGEST_ANSWER), status=answer.status)
    except HTTPError as error:
        return _read(error.read(LONGEST_ANSWER), status=error.code)
    except OSError as error:
        # Not the address: it holds a token. No connection, no answer in time, hung up.
        raise ChannelError(f"{type(error).__name__}: {error}", permanent=False) from error


def _read(body: bytes, *, status: int) -> dict[str, Any]:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ChannelError("429 too many requests", permanent=False, wait=TOO_MANY_WAIT)
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ChannelError(f"{status} without an answer one can read", permanent=False)
    return answer
