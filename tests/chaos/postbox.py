"""The recording channel: a mail server that keeps each mail, whole, before it says that it has taken it.

It lives in the process of the test, which nobody kills: a line that was acknowledged is neither torn nor lost. A mail
is known by the key of its message, which is its Message-ID; a receiver that discards known keys sees each mail once.
"""

from __future__ import annotations

import contextlib
import os
import re
import socketserver
import threading
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

#: A link by which whoever has the mail may answer.
_LINK = re.compile(r"https?://[^/\s]+(/(?:answers|asks|swaps)/[\w.\-]+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came: its key, whom it is for, and the address to answer at, if it asks something."""

    key: str
    to: str
    answer_at: str | None


class Postbox:
    """Listens on a loopback port of its own. Use as a context manager."""

    def __init__(self, record: Path) -> None:
        self.times: Counter[str] = Counter()
        self.unread: SimpleQueue[Mail] = SimpleQueue()
        self.receipts_lost = 0
        self._record = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._hangs_up_next = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.postbox = self

    @property
    def url(self) -> str:
        """What SMTP_URL must say."""
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def hang_up_after(self, mails: int) -> None:
        """Take the next mails, and hang up before saying so: their sender cannot know that they came."""
        with self._lock:
            self._hangs_up_next = mails

    def take(self, raw: bytes) -> bool:
        """Keep a mail; whether to say so."""
        mail = message_from_bytes(raw, policy=policy.default)
        key = str(mail["Message-ID"]).strip("<>").partition("@")[0].replace(".", ":")
        text = mail.get_content()
        found = _LINK.search(text)
        to = str(mail["To"].addresses[0].addr_spec)
        with self._lock:
            os.write(self._record, f"{key}\t{to}\n".encode())
            os.fsync(self._record)
            self.times[key] += 1
            is_new = self.times[key] == 1
            hangs_up, self._hangs_up_next = self._hangs_up_next > 0, max(self._hangs_up_next - 1, 0)
            self.receipts_lost += hangs_up
        if is_new:
            self.unread.put(Mail(key, to, found.group(1) if found else None))
        return not hangs_up

    def next(self) -> Mail | None:
        """A mail nobody has read yet, if there is one."""
        with contextlib.suppress(Empty):
            return self.unread.get_nowait()
        return None

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        os.close(self._record)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    postbox: Postbox


class _Conversation(socketserver.StreamRequestHandler):
    """As much SMTP as a client needs to be rid of a mail. A sender killed in the middle has sent nothing."""

    timeout = 60

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._say("220 postbox")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self._say("354 go on")
                    if (raw := self._body()) is None or not self._postbox().take(raw):
                        return
                self._say("221 bye" if line == b"QUIT" else "250 ok")

    def _postbox(self) -> Postbox:
        assert isinstance(self.server, _Server)
        return self.server.postbox

    def _body(self) -> bytes | None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
