"""JSON for programs: everything under /api/."""

from __future__ import annotations

from flask import Flask

PREFIX = "/api/"


def register(app: Flask) -> None:
    """Put the JSON interface into the application."""
