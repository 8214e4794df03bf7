"""The demo: two real sub-districts, three hundred invented people, four weeks of duties, and a story to play.

Light to import: the launcher and the login page ask only for the names and numbers.
"""

from __future__ import annotations

from service.demo.logins import LOGINS, Login, shows_code

__all__ = ["LOGINS", "Login", "is_loaded", "load", "shows_code"]


def is_loaded() -> bool:
    """Whether the demo neighbourhoods are in the database."""
    from service.demo import loading

    return loading.is_loaded()


def load() -> bool:
    """Put them there; False when they are there already."""
    from service.demo import loading

    return loading.load()
