"""The demo neighbourhoods as somebody meets them: over HTTP, by pages and by the JSON API, on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import clock, outbox
from service.db import transaction
from service.notifications import sending
from service.reactions import NAMES
from service.settings import settings
from service.web import create_app
from tests.browsing import Person, last_code


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with the token of one person."""

    client: FlaskClient
    token: str

    def get(self, path: str, **query: Any) -> Any:
        """What is there. Asserts that it could be had."""
        answer = self.ask("GET", path, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def items(self, path: str, **query: Any) -> list[Any]:
        """All items of a list, page after page."""
        page = self.get(path, **{"limit": 100, **query})
        items = list(page["items"])
        while page["next"]:
            page = self.ask("GET", page["next"]).json
            items += page["items"]
        return items

    def send(self, method: str, path: str, body: Any = None, *, expect: int = 201) -> Any:
        """What came of it. Asserts the status."""
        answer = self.ask(method, path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """One request; `path` below /api/v1, or a whole address."""
        address = path if path.startswith(("/api/", "http")) else f"/api/v1/{path}"
        return self.client.open(address, method=method, headers={"Authorization": f"Bearer {self.token}"}, **options)


@dataclass(slots=True)
class Town:
    """The house with the demo in it. Each phone logs in once, however often it is asked for."""

    client: FlaskClient = field(default_factory=lambda: create_app(settings()).test_client())
    callers: dict[str, Caller] = field(default_factory=dict)
    browsers: dict[str, Person] = field(default_factory=dict)

    def api(self, phone: str) -> Caller:
        """The person with this number, as a program of hers."""
        if phone not in self.callers:
            asked = self.client.post("/api/v1/login/codes", json={"phone": phone})
            assert asked.status_code == 202, asked.text
            given = self.client.post("/api/v1/login/tokens", json={"phone": phone, "code": last_code()})
            assert given.status_code == 201, given.text
            self.callers[phone] = Caller(self.client, given.json["token"])
        return self.callers[phone]

    def browser(self, phone: str) -> Person:
        """The person with this number, logged in on the pages."""
        if phone not in self.browsers:
            self.browsers[phone] = Person()
            self.browsers[phone].log_in(phone)
        return self.browsers[phone]

    def turn_to(self, instant: datetime) -> None:
        """Set the virtual clock, and let everything due by then happen."""
        with transaction() as session:
            clock.turn_to(session, instant=instant)
        self.settle()

    def settle(self) -> None:
        """What relay, worker and beat would do by now."""
        while self._react():
            pass
        _sweep()
        while self._react():
            pass
        sending.send_due()

    def _react(self) -> int:
        from workers.outbox import run

        with transaction() as session:
            new = outbox.fan_out(session, reactions=NAMES)
        with transaction() as session:
            leased = outbox.lease(session)
        run(leased)
        return new + len(leased)


def _sweep() -> None:
    """Everything beat rings, in its own code."""
    from workers import activities, reminders, roster

    for task in (activities.extend_horizon, roster.expire_offers, roster.hand_on_places, reminders.send_due):
        task()
