"""The demo neighbourhoods as somebody meets them: over HTTP, by pages and by the JSON API, on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from service import clock
from service.db import transaction
from service.notifications import sending
from service.settings import settings
from tests.browsing import Person, application, last_code
from tests.outbox import drain


def coverage(page: str) -> list[list[str]]:
    """The rows of the coverage table at /co as a coordinator reads them: the activity, then a cell a day."""
    rows = _Table(page[page.index('<table class="table heat">') : page.index("</table>")]).rows
    return [[name.partition("打印：")[0], *cells] for name, *cells in rows]


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with the token of one person."""

    client: FlaskClient
    token: str

    def get(self, path: str, **query: Any) -> Any:
        """What is there. Asserts that it could be had."""
        answer = self.ask("GET", path, **({"query_string": query} if query else {}))
        assert answer.status_code == 200, answer.text
        return answer.json

    def items(self, path: str, **query: Any) -> list[Any]:
        """All items of a list, page after page."""
        page = self.get(path, **{"limit": 100, **query})
        items = list(page["items"])
        while page["next"]:
            page = self.get(page["next"])
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

    client: FlaskClient = field(default_factory=lambda: application(settings()).test_client())
    callers: dict[str, Caller] = field(default_factory=dict)
    browsers: dict[str, Person] = field(default_factory=dict)

    def api(self, phone: str) -> Caller:
        """The person with this number, as a program of hers."""
        if phone not in self.callers:
            _let_an_hour_pass()
            asked = self.client.post("/api/v1/login/codes", json={"phone": phone})
            assert asked.status_code == 202, asked.text
            given = self.client.post("/api/v1/login/tokens", json={"phone": phone, "code": last_code()})
            assert given.status_code == 201, given.text
            self.callers[phone] = Caller(self.client, (given.json or {})["token"])
        return self.callers[phone]

    def browser(self, phone: str) -> Person:
        """The person with this number, logged in on the pages."""
        if phone not in self.browsers:
            _let_an_hour_pass()
            self.browsers[phone] = Person()
            self.browsers[phone].log_in(phone)
        return self.browsers[phone]

    def turn_to(self, instant: datetime) -> None:
        """Set the virtual clock, and let everything due by then happen."""
        with transaction() as session:
            clock.turn_to(session, instant=instant)
        self.settle()

    def now(self) -> datetime:
        """What time it is in the house."""
        with transaction() as session:
            return clock.now(session)

    def settle(self) -> None:
        """What relay, worker and beat would do by now."""
        drain()
        _sweep()
        drain()
        sending.send_due()


def _let_an_hour_pass() -> None:
    """Codes for one number go a minute apart and five an hour, also for who logs in twice: page and program."""
    with transaction() as session:
        session.execute(text("UPDATE login_code SET requested_at = requested_at - interval '1 hour'"))


def _sweep() -> None:
    """Everything beat rings, in its own code."""
    from workers import activities, backfill, drafting, notifications, reminders, roster, rotation, swaps

    for task in (
        activities.extend_horizon,
        rotation.extend,
        drafting.reveal_due,
        roster.ask_again,
        roster.expire_offers,
        roster.hand_on_places,
        roster.miss_late,
        backfill.climb_due,
        swaps.lapse_begun,
        notifications.write_digests,
        notifications.remind_learners,
        notifications.forget_appointments,
        reminders.send_due,
    ):
        task()


class _Table(HTMLParser):
    def __init__(self, table: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._is_open = False
        self.feed(table)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            self._is_open = True

    def handle_endtag(self, tag: str) -> None:
        self._is_open = self._is_open and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._is_open and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()
