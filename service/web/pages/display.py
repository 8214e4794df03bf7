"""The switches for text size and language, which work without JavaScript.

Exempt from the forgery check: they change nothing but how this browser shows pages, and so a page without
other forms needs no session.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from service import language
from service.web.page import local_path, see_other
from service.web.reader import SIZES
from service.web.security import csrf

YEAR = 365 * 24 * 3600

pages = Blueprint("display", __name__)
csrf.exempt(pages)


@pages.post("/display")
def change() -> Response:
    """Remember a size or a language, and go back to where the person was."""
    answer = see_other(local_path(request.form.get("back", "")))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    for name, allowed in (("size", SIZES), ("language", language.offered())):
        if (chosen := request.form.get(name)) in allowed:
            answer.set_cookie(name, chosen, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return answer
