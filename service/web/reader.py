"""How the person before the screen reads: language and text size (长辈版), kept in cookies."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from service import language
from service.terms import TextSize

STANDARD, LARGE, EXTRA_LARGE = SIZES = tuple(TextSize)
YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Set the language before anything else can answer, error pages included."""
    app.before_request(_choose_language)
    app.after_request(_keep)
    app.add_template_global(text_size)


def text_size() -> TextSize:
    """`standard`, `large` or `xlarge`: the value of `html[data-size]`."""
    chosen = request.cookies.get("size", STANDARD)
    return TextSize(chosen) if chosen in SIZES else STANDARD


def read_as(**chosen: str | None) -> None:
    """From this answer on this browser shows pages so: `size`, `language`; what is None stays as it is."""
    g.reads_as = {**g.get("reads_as", {}), **{name: value for name, value in chosen.items() if value is not None}}


def reads_already(name: str) -> bool:
    """Whether something was chosen in this browser."""
    return name in request.cookies


def _keep(answer: Response) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    for name, value in g.get("reads_as", {}).items():
        answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return answer


def _choose_language() -> None:
    chosen = request.cookies.get("language", language.SOURCE)
    language.speak(chosen if chosen in language.offered() else language.SOURCE)
