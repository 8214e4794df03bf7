"""A TCP proxy that can fall silent: what is connected then hears nothing more, and is not hung up on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Connection:
    """One connection through the proxy. Once it is silent, what comes on it is swallowed, its end too."""

    inside: socket.socket
    outside: socket.socket
    last_said: bytes = b""
    is_silent: bool = False

    def close(self) -> None:
        """Hang up on both sides."""
        self.inside.close()
        self.outside.close()


class SilentProxy:
    """Passes bytes on between whoever connects to `port` and the target, until told to fall silent."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections: set[Connection] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self, *, but_for: Collection[bytes] = ()) -> int:
        """Every connection there is goes dead without a word; new ones work. How many went dead.

        `but_for`: those on which one of these words was the last to be asked live on.
        """
        falling = [one for one in set(self.connections) if not any(word in one.last_said for word in but_for)]
        for one in falling:
            one.is_silent = True
        return len(falling)

    def close(self) -> None:
        """End it, with every connection."""
        self.listener.close()
        for one in set(self.connections):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self.listener.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self.target, timeout=5)
            except OSError:  # the target is down just now
                inside.close()
                continue
            outside.settimeout(None)
            connection = Connection(inside, outside)
            self.connections.add(connection)
            for pump in (self._ask, self._answer):
                threading.Thread(target=pump, args=(connection,), daemon=True).start()

    def _ask(self, connection: Connection) -> None:
        with contextlib.suppress(OSError):
            while data := connection.inside.recv(65536):
                connection.last_said = data
                if not connection.is_silent:
                    connection.outside.sendall(data)
            if not connection.is_silent:
                connection.outside.shutdown(socket.SHUT_WR)
        self.connections.discard(connection)
        connection.inside.close()

    def _answer(self, connection: Connection) -> None:
        with contextlib.suppress(OSError):
            while data := connection.outside.recv(65536):
                if not connection.is_silent:
                    connection.inside.sendall(data)
            if not connection.is_silent:
                connection.inside.shutdown(socket.SHUT_WR)
        connection.outside.close()
