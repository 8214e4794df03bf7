"""A neighbourhood, an application over it, and clients that speak for somebody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from service.accounts import actions as accounts
from service.accounts.models import Account
from service.activities.rules import RolePlan
from service.db import transaction
from service.places.models import Area
from service.settings import Settings
from service.terms import Role
from service.volunteers.models import Volunteer
from service.web import create_app
from tests import factories


@pytest.fixture(scope="session")
def application(servers: Settings) -> Flask:
    """The application, made once."""
    return create_app(servers)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Headers
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass
class Client:
    """Sends JSON for one account; `headers` go with each request."""

    app: Flask
    token: str | None = None
    account_id: int = 0
    volunteer_id: int = 0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request. Header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        got = self.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=given)
        return Answer(got.status_code, got.headers, got.text)

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST."""
        return self.send("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        """PUT."""
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        """PATCH."""
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return self.send("DELETE", path, **headers)


@dataclass
class Town:
    """Two communities of different streets, who works there, and an activity in the first."""

    app: Flask
    here: Area
    elsewhere: Area
    coordinator: Client
    stranger: Client
    admin: Client
    volunteer: Client
    other: Client

    def client(self, person: Volunteer) -> Client:
        """A client that speaks for this volunteer."""
        with transaction() as session:
            return _volunteer_client(self.app, session, person)

    def person(self, name: str = "周晓", **details: Any) -> Client:
        """A new volunteer here, and her client."""
        with transaction() as session:
            return _volunteer_client(self.app, session, factories.volunteer(session, self.here, name, **details))

    def shift(self, **details: Any) -> tuple[int, int]:
        """(shift id, role id) of a new published activity here with one role."""
        shift_id, (role_id,) = self.shift_of([RolePlan(name="引导员", min_needed=1, max_needed=2)], **details)
        return shift_id, role_id

    def shift_of(self, roles: Sequence[RolePlan], **details: Any) -> tuple[int, list[int]]:
        """(shift id, role ids) of a new published activity here with these roles."""
        with transaction() as session:
            shift = factories.shifts(session, factories.activity(session, self.here, roles=roles, **details))[0]
            return shift.id, [role.id for role in shift.roles]


@pytest.fixture
def town(database: Settings, application: Flask, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town, with the clock standing at factories.NOW."""
    monkeypatch.setattr("service.clock.now", lambda _session: factories.NOW)
    with transaction() as session:
        here = factories.community(session)
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        return Town(
            app=application,
            here=here,
            elsewhere=elsewhere,
            coordinator=_account_client(application, session, factories.coordinator(session, here)),
            stranger=_account_client(application, session, factories.coordinator(session, elsewhere, "林协调")),
            admin=_account_client(application, session, factories.coordinator(session, here, "站长", Role.ADMIN)),
            volunteer=_volunteer_client(application, session, factories.volunteer(session, here)),
            other=_volunteer_client(application, session, factories.volunteer(session, here, "李大雪")),
        )


def _volunteer_client(app: Flask, session: Session, person: Volunteer) -> Client:
    account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
    return _account_client(app, session, account)


def _account_client(app: Flask, session: Session, account: Account) -> Client:
    token = accounts.issue_token(session, account, label="test", now=factories.NOW)
    return Client(app, token, account.id, account.volunteer_id or 0)
