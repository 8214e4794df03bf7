"""A vendor's server on loopback that answers as it is told and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """What was sent; names of headers in lower case."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Vendor:
    """Answers `answers` in turn, the last for good: (status, what)."""

    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, {})])
    requests: list[Request] = field(default_factory=list)
    address: str = ""

    def answer(self, request: Request) -> tuple[int, bytes]:
        """Remember what was sent, and what to say to it."""
        self.requests.append(request)
        status, what = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return status, what if isinstance(what, bytes) else json.dumps(what).encode()


@contextmanager
def serving(vendor: Vendor) -> Iterator[Vendor]:
    """The vendor, at `vendor.address`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, answer = vendor.answer(
                Request(url.path, query, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library names it)
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        vendor.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield vendor
        server.shutdown()
        thread.join()
