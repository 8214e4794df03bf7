"""How a page is answered: whole HTML with a title, 303 after a change, a notice that may offer undo.

A page is always whole, with or without JavaScript; what of it stays fresh while one looks is in `live.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, g, make_response, render_template, request


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Whom to call: shown at the same place of every page (WCAG 3.2.6)."""

    name: str
    phone: str
    person: str = ""
    #: When somebody answers, as the area says it.
    hours: str = ""


def render(template: str, *, title: str, form: Any = None, status: int = 200, **values: Any) -> Response:
    """The page `template` as an answer; 422 and `错误：` before the title when `form` has errors."""
    failed = form is not None and form.has_errors
    html = render_template(template, title=title, form=form, failed=failed, **values)
    return make_response(html, 422 if failed and status == 200 else status)


def see_other(address: str) -> Response:
    """Go and GET `address`: the answer to every POST that did something."""
    return Response(status=303, headers={"Location": address})


def local_path(address: str, *, otherwise: str = "/") -> str:
    """`address` if it stays on this site, else `otherwise`. For `back` and `next` fields."""
    parts = urlsplit(address)
    outside = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\"))
    return otherwise if outside or any(c < " " for c in address) else address


def here(**changes: str | int | None) -> str:
    """This page's address with some query arguments changed (None removes one)."""
    arguments = {name: value for name, value in (request.args.to_dict() | changes).items() if value is not None}
    return f"{request.path}?{urlencode(arguments)}" if arguments else request.path


def use_help_line(line: HelpLine) -> None:
    """Show this community's landline on the page being answered."""
    g.help_line = line


def help_line() -> HelpLine:
    """The landline of the page's community, else of the installation."""
    settings = current_app.config["SETTINGS"]
    chosen: HelpLine = g.get("help_line") or HelpLine(settings.help_name, settings.help_phone)
    return chosen
