"""A browser without a screen, and a caller of the JSON API: all the story knows of the service is its address."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

PATIENCE = 30.0
#: Elements that have no closing tag.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Unreachable(Exception):
    """Nothing answers at the address."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on the page, with what is filled in and ticked already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader sees of a page: its heading, its text, what it finds fault with, and its forms."""

    address: str
    status: int
    heading: str
    text: str
    faults: list[str]
    forms: list[Form]

    def form(self, action: str) -> Form:
        """The form whose address contains `action`. Raises LookupError."""
        for form in self.forms:
            if action in form.action:
                return form
        raise LookupError(f"no form for {action!r} on {self.address} ({self.heading})")


class Browser:
    """One person's browser: cookies, pages, forms with their CSRF tokens. No JavaScript."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str) -> Page:
        """Go to a page of the service, by path or by full address."""
        return self._read(urllib.request.Request(urllib.parse.urljoin(self.address + "/", path)))  # noqa: S310 (http, ours)

    def submit(self, page: Page, action: str, **values: str) -> Page:
        """Fill in the form that goes to `action`, press its button, follow to the next page."""
        form = page.form(action)
        body = urllib.parse.urlencode({**form.fields, **values}).encode()
        goal = urllib.parse.urljoin(page.address, form.action)
        # A browser says where it comes from, and CSRF protection over https asks for it.
        return self._read(urllib.request.Request(goal, body, {"Referer": page.address}))  # noqa: S310 (same)

    def _read(self, request: urllib.request.Request) -> Page:
        status, address, body, _headers = _send(self._opener, request)
        reader = _Reader()
        reader.feed(body.decode())
        return Page(
            address=address,
            status=status,
            heading=" ".join(reader.heading).strip(),
            text=" ".join(reader.words),
            faults=reader.faults,
            forms=reader.forms,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Api:
    """The JSON API, for whoever the token speaks for."""

    address: str
    token: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request. Header names are written with underscores: `Idempotency_Key`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        goal = urllib.parse.urljoin(f"{self.address.rstrip('/')}/api/v1/", path)
        request = urllib.request.Request(goal, data, sent, method=method)  # noqa: S310 (same)
        status, _address, answer, got = _send(urllib.request.build_opener(), request)
        return Answer(status, json.loads(answer) if answer else None, got)

    def every(self, path: str) -> list[Any]:
        """All items of a list, page after page."""
        items: list[Any] = []
        following: str | None = path
        while following:
            page = self.call("GET", following)
            if page.status != 200:
                raise LookupError(f"GET {following}: {page.status} {page.body}")
            items += page.body["items"]
            following = page.body["next"]
        return items


def _send(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request
) -> tuple[int, str, bytes, Mapping[str, str]]:
    """(status, address, body, headers); a refusal is an answer too."""
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.url, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.url, refusal.read(), dict(refusal.headers)
    except (urllib.error.URLError, OSError) as error:
        raise Unreachable(f"{request.host}: {getattr(error, 'reason', error)}") from error


class _Reader(HTMLParser):
    """Picks from a page what a reader of it would use."""

    def __init__(self) -> None:
        super().__init__()
        self.heading: list[str] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self.forms: list[Form] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", "")))
        elif tag == "li" and self._is_in("govuk-error-summary"):
            self.faults.append("")
        elif tag == "input" and self.forms and self._is_in("form"):
            self._note_input(given, is_set="checked" in given)
        if tag not in VOID:
            self._open.append((tag, given.get("class", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or self._is_in("script") or self._is_in("style"):
            return
        if self._is_in("h1"):
            self.heading.append(words)
        if self.faults and self._is_in("govuk-error-summary") and self._is_in("li"):
            self.faults[-1] += words
        if self._is_in("main"):
            self.words.append(words)

    def _is_in(self, name: str) -> bool:
        return any(name == tag or name in classes.split() for tag, classes in self._open)

    def _note_input(self, given: Mapping[str, str], *, is_set: bool) -> None:
        if given.get("name") and (is_set or given.get("type") not in ("radio", "checkbox", "submit")):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
