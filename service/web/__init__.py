"""The web door: JSON for programs, pages for people. `create_app` puts both behind one WSGI callable."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.settings import Settings
from service.web import (
    addresses,
    api,
    assets,
    errors,
    health,
    limits,
    packing,
    pages,
    reader,
    receipts,
    request_log,
    risk,
    security,
    templating,
    visitor,
)

MEGABYTE = 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The whole web application for these settings. Touches no database until a request needs one."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        SESSION_COOKIE_NAME="lunzhi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=MEGABYTE,
        MAX_FORM_MEMORY_SIZE=MEGABYTE // 2,
        MAX_FORM_PARTS=500,
        # The token lives as long as the session: people of seventy take their time (WCAG 2.2.1).
        WTF_CSRF_TIME_LIMIT=None,
        # Some built-in browsers send no Referer; the token and SameSite do the work.
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask documents wrapping by assignment
    app.session_interface = visitor.Sessions()
    addresses.register(app)
    request_log.register(app)
    reader.register(app)
    security.register(app)
    limits.register(app)
    templating.register(app)
    assets.register(app)
    errors.register(app)
    risk.register(app)
    api.register(app)
    receipts.register(app)
    pages.register(app)
    health.register(app)
    packing.register(app)
    return app
