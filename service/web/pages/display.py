"""The switches for text size and language, which work without JavaScript.

Exempt from the forgery check: they change nothing but how this browser shows pages, and so a page without
other forms needs no session.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from service import language
from service.web import reader
from service.web.page import local_path, see_other
from service.web.security import csrf

pages = Blueprint("display", __name__)
csrf.exempt(pages)


@pages.post("/display")
def change() -> Response:
    """Remember a size or a language, and go back to where the person was."""
    for name, allowed in (("size", reader.SIZES), ("language", language.offered())):
        if (chosen := request.form.get(name)) in allowed:
            reader.read_as(**{name: chosen})
    return see_other(local_path(request.form.get("back", "")))
