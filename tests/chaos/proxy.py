"""A TCP proxy that can fall silent: what is connected then hears nothing more, and is not hung up on."""

from __future__ import annotations

import contextlib
import socket
import threading


class SilentProxy:
    """Passes bytes on between whoever connects to `port` and the target, until told to fall silent."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.age = 0
        self.sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> int:
        """Every connection there is goes dead without a word; new ones work. How many went dead."""
        self.age += 1
        return len(self.sockets) // 2

    def close(self) -> None:
        """End it, with every connection."""
        for one in (self.listener, *self.sockets):
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
            self.sockets |= {inside, outside}
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._pump, args=(*pair, self.age), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, age: int) -> None:
        """What comes on a connection that has gone dead is swallowed, its end too."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.age == age:
                    sink.sendall(data)
            if self.age == age:
                sink.shutdown(socket.SHUT_WR)
        self.sockets.discard(source)
        source.close()
