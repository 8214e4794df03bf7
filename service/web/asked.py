"""What a newcomer has told of herself on her way through the screens of a sign-up, until she has proved her number.

Kept in the browser's session by role, so that two tabs with two sign-ups do not mix: a cookie of ours, that nobody
else can write. The shift and the role are in the address of each screen.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import session

from service.signups.rules import Party

KEY, PARTIES = "asked", "parties"
#: A cookie holds 4 KB: the newest are kept.
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who she says she is. `phone` is E.164; `birth_on` only where the role asks for an age."""

    name: str
    phone: str
    birth_on: date | None = None


def keep(role_id: int, asker: Asker) -> None:
    """Remember her for this role."""
    born = asker.birth_on.isoformat() if asker.birth_on else None
    session[KEY] = [*_others(role_id), [role_id, {**asdict(asker), "birth_on": born}]][-MOST:]


def kept(role_id: int) -> Asker | None:
    """Who asked for this role in this browser, if the session still knows."""
    told = dict(_all()).get(role_id)
    if told is None:
        return None
    born = told["birth_on"]
    return Asker(name=told["name"], phone=told["phone"], birth_on=date.fromisoformat(born) if born else None)


def forget(role_id: int) -> None:
    """She is signed up: nothing of it stays."""
    session[KEY] = _others(role_id)


def keep_party(role_id: int, party: Party) -> None:
    """Remember for this role whom she brings."""
    others = [[known, told] for known, told in session.get(PARTIES) or () if known != role_id]
    session[PARTIES] = [*others, [role_id, asdict(party)]][-MOST:]


def kept_party(role_id: int) -> Party:
    """Whom she said she brings; nobody, where the session does not know."""
    told: dict[str, Any] = dict(session.get(PARTIES) or ()).get(role_id, {})
    return Party(**told)


def _others(role_id: int) -> list[list[Any]]:
    return [[known, told] for known, told in _all() if known != role_id]


def _all() -> list[list[Any]]:
    """Pairs of role and what was told, oldest first: a cookie keeps the order of lists only."""
    return list(session.get(KEY) or ())
