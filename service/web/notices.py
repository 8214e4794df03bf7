"""What the last action did, told at the top of the next page; 撤销 stays ten minutes, for each of the last few.

Kept in the session, so it works without JavaScript. Ten real minutes: they are the reader's, not the roster's.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from flask import request, session

UNDO_STAYS_S = 600
#: So many that a slip is still there after the next few deeds, so few that the cookie stays small.
MOST_UNDONE = 6


@dataclass(frozen=True, slots=True)
class Undo:
    """An action that can be taken back: what was done, and the address to POST to."""

    text: str
    address: str


def notify(text: str) -> None:
    """Tell `text` once, on the next page."""
    session["notices"] = [*session.get("notices", ()), text]


def offer_undo(text: str, *, address: str) -> None:
    """Tell what was done with a 撤销 button that POSTs to `address`, on every page for ten minutes."""
    others = [one for one in _kept() if one[1] != address]
    session["undos"] = [(text, address, int(time()) + UNDO_STAYS_S), *others][:MOST_UNDONE]


def withdraw_undo() -> None:
    """Take the offer to which this request is the answer away: it was used, or can no longer be kept."""
    used = request.full_path.rstrip("?")
    session["undos"] = [one for one in _kept() if one[1] != used]


def shown() -> list[str]:
    """The notices to show now; each is given out once."""
    return list(session.pop("notices", ())) if "notices" in session else []


def undos() -> list[Undo]:
    """The offers that still stand, the newest first."""
    return [Undo(text, address) for text, address, _until in _kept()]


def _kept() -> list[tuple[str, str, int]]:
    return [(text, address, until) for text, address, until in session.get("undos", ()) if until > time()]
