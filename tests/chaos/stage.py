"""What can be struck, and what a supervisor does about whatever ends."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass

import psutil

from tests.chaos.postbox import Postbox
from tests.chaos.proxy import SilentProxy
from tests.house import House


@dataclass
class Stage:
    """What can be struck."""

    house: House
    proxy: SilentProxy
    postbox: Postbox
    chance: random.Random

    def processes_of(self, name: str) -> list[psutil.Process]:
        """What a program has started, without Python's own resource tracker."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended, and nobody has minded it yet
            for child in self.house.children(name):
                with contextlib.suppress(psutil.Error):
                    if not any("resource_tracker" in word for word in child.cmdline()):
                        found.append(child)
        return found


def mind(house: House) -> list[str]:
    """Start again what ended by itself, as compose does and `lunzhi up`; its names."""
    ended = [name for name, process in house.processes.items() if process.poll() is not None]
    for name in ended:
        house.kill(name)
        house.start(name)
    return ended
