"""A person before a browser without JavaScript: opens pages, fills in forms, follows where she is sent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts.actions import digits
from service.accounts.models import LoginCode
from service.db import transaction
from service.settings import Settings, settings
from service.web import create_app

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def application(chosen: Settings) -> Flask:
    """One application for all browsers with these settings: making one, and its templates, takes most of a second.

    Where messages go and how a vendor words them is nothing to it, and lies in another folder in each test.
    """
    return _made(replace(chosen, message_dir=Path("var/nowhere"), sms_templates=""))


@cache
def _made(chosen: Settings) -> Flask:
    return create_app(chosen)


def session_cookie(account_id: int, *, epoch: int) -> str:
    """The value of the cookie `lunzhi` that logs an account in, as long as that is its epoch."""
    app = application(settings())
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own
    return str(serializer.dumps({"account_id": account_id, "epoch": epoch}))


class Person:
    """One browser with its cookies."""

    def __init__(self) -> None:
        self.client: FlaskClient = application(settings()).test_client()
        self.page: TestResponse | None = None

    def open(self, address: str) -> str:
        """GET, following redirects; the page's text."""
        self.page = self.client.get(address, follow_redirects=True)
        return self.text

    def send(self, address: str, /, **typed: Any) -> str:
        """POST with the token of the page before, following the redirect."""
        found = TOKEN.search(self.text)
        data = {"csrf_token": found.group(1) if found else "", **typed}
        self.page = self.client.post(address, data=data, follow_redirects=True)
        return self.text

    def log_in(self, phone: str) -> str:
        """By the code that was sent."""
        self.open("/login")
        self.send("/login", phone=phone)
        return self.send("/login/code", code=last_code())

    @property
    def text(self) -> str:
        return unescape(self.page.text) if self.page is not None else ""

    @property
    def status(self) -> int:
        return self.page.status_code if self.page is not None else 0

    @property
    def path(self) -> str:
        return self.page.request.path if self.page is not None else ""


def last_code() -> str:
    """The digits sent last, to whomever."""
    with transaction() as session:
        code = session.query(LoginCode).order_by(LoginCode.id.desc()).first()
        assert code is not None, "no code was asked for"
        return digits(code)
