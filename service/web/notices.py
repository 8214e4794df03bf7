"""What the last action did, told at the top of the next page; and 撤销, which stays ten minutes.

Kept in the session, so it works without JavaScript. Ten real minutes: they are the reader's, not the roster's.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from flask import session

UNDO_STAYS_S = 600


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
    session["undo"] = [text, address, int(time()) + UNDO_STAYS_S]


def withdraw_undo() -> None:
    """Take the offer away: it was used, or can no longer be kept."""
    session.pop("undo", None)


def shown() -> list[str]:
    """The notices to show now; each is given out once."""
    return list(session.pop("notices", ())) if "notices" in session else []


def undo() -> Undo | None:
    """The offer that still stands, if any."""
    text, address, until = session.get("undo") or ("", "", 0)
    return Undo(text, address) if until > time() else None
