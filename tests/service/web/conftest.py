"""The web application without a database: what stands around the pages needs none."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from service.settings import Settings
from service.web import create_app

SETTINGS = {
    "database_url": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    "redis_url": "redis://127.0.0.1:1/0",
    "secret_key": "tests only: signs nothing of value",
    "field_key": "tests only: seals nothing of value",
    "environment": "test",
    "rate_limits": False,
    "help_name": "人民路社区服务站",
    "help_phone": "+8637164351234",
    "message_dir": Path("var/nowhere"),
}


def app_with(**changes: object) -> Flask:
    """An application with routes that go wrong in every way."""
    app = create_app(Settings(**{**SETTINGS, **changes}))  # type: ignore[arg-type]  # each value has its field's type

    @app.route("/fails/<int:status>", methods=["GET", "POST"])
    def fails(status: int) -> str:
        abort(status)

    @app.route("/api/v1/fails/<int:status>")
    def api_fails(status: int) -> str:
        abort(status)

    @app.route("/surprise")
    @app.route("/api/v1/surprise", endpoint="api_surprise")
    def surprise() -> str:
        raise ZeroDivisionError("wang's telephone is 13800138000")

    @app.route("/no-database", methods=["GET", "POST"])
    def no_database() -> str:
        raise OperationalError("SELECT 1", {}, ConnectionError("refused"))

    @app.get("/overtaken")
    def overtaken() -> str:
        raise StaleDataError("UPDATE statement on table 'shift' expected to update 1 row(s); 0 were matched.")

    @app.post("/changes")
    def changes_something() -> str:
        return "changed"

    @app.get("/people/<int:number>")
    def person(number: int) -> str:
        return f"{number}"

    return app


@pytest.fixture(scope="module")
def app() -> Flask:
    return app_with()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
