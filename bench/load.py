"""A load driver on loopback: many keep-alive connections, each request sent once, every answer kept.

Bounded by its list of requests; raw sockets, because a friendlier client would cost more than the server.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: seconds it took, HTTP status, and the JSON body if it was one."""

    seconds: float
    status: int
    body: Any


def request(method: str, path: str, *, token: str, body: object = None, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of one request with a bearer token and a JSON body."""
    payload = json.dumps(body).encode() if body is not None else b""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        f"Content-Length: {len(payload)}",
        *(["Content-Type: application/json"] if payload else []),
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + payload


def send_all(address: tuple[str, int], requests: Sequence[bytes], *, connections: int) -> list[Answer | None]:
    """Send every request over `connections` connections at once; answers in the order of the requests.

    None where the connection broke: the server may or may not have done the work.
    """
    answers: list[Answer | None] = [None] * len(requests)
    turn = count()

    def run() -> None:
        line = Line(address)
        for index in turn:
            if index >= len(requests):
                return
            answers[index] = line.send(requests[index])

    threads = [threading.Thread(target=run, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Line:
    """One connection, opened again when it breaks."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket: socket.socket | None = None

    def send(self, data: bytes) -> Answer | None:
        """The answer to one request, or None when the connection broke on the way."""
        start = time.perf_counter()
        try:
            if self.socket is None:
                self.socket = socket.create_connection(self.address, timeout=60)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(data)
            status, body = self._receive(self.socket)
        except (OSError, ValueError):
            self.close()
            time.sleep(0.02)
            return None
        return Answer(time.perf_counter() - start, status, body)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _receive(self, connection: socket.socket) -> tuple[int, Any]:
        buffer = bytearray()
        while (end := buffer.find(b"\r\n\r\n")) < 0:
            buffer += self._more(connection)
        head = bytes(buffer[:end]).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        length = int(headers.get("content-length", "0"))
        while len(buffer) < end + 4 + length:
            buffer += self._more(connection)
        if headers.get("connection", "").lower() == "close":
            self.close()
        body = bytes(buffer[end + 4 : end + 4 + length])
        return int(head[0].split()[1]), json.loads(body) if "json" in headers.get("content-type", "") else body

    def _more(self, connection: socket.socket) -> bytes:
        if not (data := connection.recv(65536)):
            raise OSError("the server closed the connection")
        return data


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
