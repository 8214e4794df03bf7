"""Style, scripts and pictures: built once by `make assets`, served with names that carry their content's hash.

A changed file has a new name, so browsers may keep the old one for a year.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"


def register(app: Flask) -> None:
    """Serve the built files ahead of Flask and let templates name them."""
    served = WhiteNoise(app.wsgi_app, immutable_file_test=_is_immutable, charset="utf-8")
    served.add_files(str(FOLDER / "hashed"), prefix=PREFIX)
    served.add_files(str(FOLDER / "root"), prefix="/")
    app.wsgi_app = served  # type: ignore[method-assign]  # Flask documents wrapping by assignment
    app.add_template_global(static_url)


def static_url(name: str) -> str:
    """The address of a built file: `static_url("app.css")`. Raises KeyError for a file nobody built."""
    return PREFIX + _manifest()[name]


@cache
def _manifest() -> dict[str, str]:
    names: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    return names


def _is_immutable(_path: str, url: str) -> bool:
    return url.startswith(PREFIX)
