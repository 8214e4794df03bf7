"""HTML for people: one module per room, each with its blueprint."""

from __future__ import annotations

from flask import Blueprint, Flask

from service.web.pages import display, style

BLUEPRINTS: tuple[Blueprint, ...] = (display.pages,)
#: Only outside production: samples for those who build.
WORKSHOP: tuple[Blueprint, ...] = (style.pages,)


def register(app: Flask) -> None:
    """Put every page into the application."""
    workshop = () if app.config["SETTINGS"].is_production else WORKSHOP
    for blueprint in (*BLUEPRINTS, *workshop):
        app.register_blueprint(blueprint)
