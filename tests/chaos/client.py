"""A good client: each request under a key of its own, sent again until it is answered; every answer is kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.load import Answer, Line, request

#: Seconds after which a request that gets no answer counts as never answered.
PATIENCE = 240.0


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was told: by that she will hold the house to it."""

    verb: str
    path: str
    status: int
    sent: dict[str, Any]
    body: Any


@dataclass
class History:
    """Every request of a run with its answer, and what it took to get it."""

    told: list[Told] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, told: Told) -> None:
        """Write an answer down."""
        with self._lock:
            self.told.append(told)

    def count(self, what: str) -> None:
        """One more try that ended so."""
        with self._lock:
            self.tries[what] += 1

    def statuses(self) -> Counter[tuple[str, int]]:
        """How often each verb was answered how."""
        with self._lock:
            return Counter((one.verb, one.status) for one in self.told)


class Client:
    """One connection of one program, opened again whenever it breaks."""

    def __init__(self, address: tuple[str, int], history: History) -> None:
        self.line = Line(address)
        self.address = address
        self.history = history

    def ask(self, verb: str, method: str, path: str, *, token: str, body: Any = None, **headers: str) -> Answer:
        """The answer of the JSON interface. Raises TimeoutError when there is none for PATIENCE."""
        if method in ("POST", "PATCH"):
            headers["Idempotency-Key"] = uuid4().hex
        data = request(method, f"/api/v1/{path}", token=token, body=body, headers=headers)
        return self._until_answered(verb, path, data, sent=body or {})

    def press(self, verb: str, path: str, **typed: str) -> Answer:
        """Send a form as a browser would. Forms have no key: whatever they do may be done twice."""
        text = urlencode(typed).encode()
        host, port = self.address
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(text)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        return self._until_answered(verb, path, head.encode() + text, sent=dict(typed))

    def _until_answered(self, verb: str, path: str, data: bytes, *, sent: dict[str, Any]) -> Answer:
        ends, wait = time.monotonic() + PATIENCE, 0.1
        while time.monotonic() < ends:
            answer = self.line.send(data)
            if answer is not None and answer.status < 500:
                self.history.keep(Told(verb, path, answer.status, sent, answer.body))
                return answer
            self.history.count("cut off" if answer is None else str(answer.status))
            time.sleep(wait)
            wait = min(wait * 1.5, 1.0)
        self.history.unanswered.append(f"{verb} {path}")
        raise TimeoutError(f"{verb} {path}")
