"""Every component with every state on one page, for those who build and for the browser tests."""

from __future__ import annotations

from flask import Blueprint, Response

from service.web import page

pages = Blueprint("style", __name__, url_prefix="/style")


@pages.get("")
def index() -> Response:
    """The style guide."""
    return page.render("style/index.html", title="组件样板")
