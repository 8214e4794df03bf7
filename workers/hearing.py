"""A worker that has lost count of its messages connects to the broker anew.

A message counts as being worked on until its acknowledgement has reached the broker. If the broker is silent at that
moment, Celery logs "Couldn't ack" and kombu goes on counting (both 5.7.0): a worker that has lost as many as it may
hold at once fetches nothing more, for good, while the connection it waits on is well.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state

log = structlog.get_logger(__name__)

#: Seconds between two looks. What is counted, and in nobody's hands, at two looks in a row is lost.
LOOK_EVERY = 5.0


class CountsAnew(bootsteps.StartStopStep):
    """Looks again and again which messages count as being worked on, and whether they are."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **_: Any) -> None:
        self.suspects: set[str] = set()
        self.timer: Any = None

    def start(self, consumer: Any) -> None:
        """Begin to look, at the messages of a new connection."""
        self.suspects = set()
        self.timer = consumer.timer.call_repeatedly(LOOK_EVERY, self.look, (consumer,))

    def stop(self, consumer: Any) -> None:
        """Look no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def look(self, consumer: Any) -> None:
        """Raises ConnectionError when messages were lost: Celery then connects anew, and counts from nothing."""
        counted = _counted(consumer.task_consumer.channel.qos)
        at_work = {request.message.delivery_tag for request in list(state.reserved_requests)}
        lost, self.suspects = self.suspects & (counted - at_work), counted - at_work
        if lost:
            log.warning("connecting anew: messages were done with, and their acknowledgement was lost", count=len(lost))
            raise ConnectionError(f"{len(lost)} acknowledgements were lost")


def _counted(qos: Any) -> set[str]:
    """The messages that count as being worked on. kombu shows only how many they are, and not to everybody."""
    return set(qos._delivered) - set(qos._dirty)
