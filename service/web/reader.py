"""How the person before the screen reads: language and text size (长辈版), kept in cookies."""

from __future__ import annotations

from flask import Flask, request

from service import language

STANDARD, LARGE, EXTRA_LARGE = SIZES = ("standard", "large", "xlarge")


def register(app: Flask) -> None:
    """Set the language before anything else can answer, error pages included."""
    app.before_request(_choose_language)
    app.add_template_global(text_size)


def text_size() -> str:
    """`standard`, `large` or `xlarge`: the value of `html[data-size]`."""
    chosen = request.cookies.get("size", STANDARD)
    return chosen if chosen in SIZES else STANDARD


def _choose_language() -> None:
    chosen = request.cookies.get("language", language.SOURCE)
    language.speak(chosen if chosen in language.offered() else language.SOURCE)
