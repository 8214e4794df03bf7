"""What the sending tests stand on: a virtual clock, a folder for messages, and a mail server of their own."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from service import clock
from service.db import transaction
from service.settings import Settings, settings
from tests.factories import NOW

Turn = Callable[[datetime], None]


@pytest.fixture
def turn(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turn]:
    """Sets the clock of this test; it stands at NOW to begin with. Messages go to `tmp_path`."""
    monkeypatch.setenv("VIRTUAL_CLOCK", "1")
    monkeypatch.setenv("MESSAGE_DIR", str(tmp_path))
    settings.cache_clear()

    def turn_to(instant: datetime) -> None:
        with transaction() as session:
            clock.turn_to(session, instant=instant)

    turn_to(NOW)
    yield turn_to
    settings.cache_clear()


@dataclass
class Postbox:
    """A mail server that refuses `gone@…` for good and `busy@…` for now."""

    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    def converse(self, handler: socketserver.StreamRequestHandler) -> None:
        """One SMTP conversation."""

        def say(line: str) -> None:
            handler.wfile.write(f"{line}\r\n".encode())

        say("220 postbox")
        while line := handler.rfile.readline().strip().upper():
            if line == b"DATA":
                say("354 go on")
                self.mails.append(self._mail(handler))
                say("250 taken")
            elif line == b"QUIT":
                say("221 bye")
                return
            elif line.startswith(b"RCPT"):
                say("550 gone" if b"GONE@" in line else "451 later" if b"BUSY@" in line else "250 ok")
            else:
                say("250 ok")

    def _mail(self, handler: socketserver.StreamRequestHandler) -> EmailMessage:
        raw = b"".join(iter(handler.rfile.readline, b".\r\n"))
        return message_from_bytes(raw, policy=policy.default)


@pytest.fixture
def postbox(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server on loopback; SMTP_URL points at it."""
    box = Postbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            box.converse(self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        yield box
        server.shutdown()
        thread.join()
