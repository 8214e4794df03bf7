"""Parts of a page that stay fresh: a script asks for them again and again, and is told nothing while nothing is new.

A part goes out with the page, under a tag. Its own address answers 304 to who still has that tag: at once when nothing
at all was committed since (the database tells by one word, nothing is read or drawn), else when the part, drawn anew,
is the same as before. Nothing goes through the session: it takes no notice away from the page that awaits it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from service import wording

Read = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page as it is now, and its tag: what the database was like, and a print of the text."""

    html: Markup
    seen: str
    print: str

    @property
    def tag(self) -> str:
        return f"{self.seen}.{self.print}"


def part(db: Session, template: str, *, now: datetime, read: Read) -> Part:
    """The part `template` draws of what `read` finds, to be put into a page."""
    return _drawn(template, _seen(db, now), now=now, read=read)


def answer(db: Session, template: str, *, now: datetime, read: Read) -> Response:
    """The same part for who asks for it alone; 304 for who has it."""
    has = next(iter(request.if_none_match.as_set()), "")
    had_seen, _dot, had_print = has.partition(".")
    seen = _seen(db, now)
    if seen == had_seen:
        return _stamped(Response(status=304), has, now)
    fresh = _drawn(template, seen, now=now, read=read)
    return _stamped(Response(status=304) if fresh.print == had_print else make_response(fresh.html), fresh.tag, now)


def over() -> Response:
    """205: there is nothing to follow any more, the whole page is to be asked for."""
    return Response(status=205)


def _seen(db: Session, now: datetime) -> str:
    """Which transactions are seen (two equal snapshots see the same rows); and ten minutes, for what only time changes.

    Taken before anything is read: what is committed while the part is drawn is found the next time. The newest id of a
    table would not do: an older one may be committed after it.
    """
    snapshot = db.scalar(select(cast(func.pg_current_snapshot(), Text)))
    return f"{snapshot}@{now:%d%H%M}"[:-1].replace(",", "+")


def _drawn(template: str, seen: str, *, now: datetime, read: Read) -> Part:
    html = Markup(render_template(template, now=now, **read()))  # noqa: S704 (a template of ours, which escapes)
    return Part(html, seen, _print(html))


def _print(html: str) -> str:
    """Each answer has a token of its own, which says nothing."""
    return sha256(html.replace(generate_csrf(), "").encode()).hexdigest()[:16]


def _stamped(response: Response, tag: str, now: datetime) -> Response:
    response.set_etag(tag)
    response.headers["Lunzhi-Clock"] = quote(wording.moment(now))
    return response
