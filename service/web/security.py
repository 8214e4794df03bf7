"""What every answer carries against misuse: forgery tokens, a content policy without outside hosts, plain headers."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect

#: Exempt a blueprint that uses bearer tokens and never the cookie: `csrf.exempt(blueprint)`.
csrf = CSRFProtect()

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_FOR_DATA = "default-src 'none'; frame-ancestors 'none'"
YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Guard forms and send the headers."""
    csrf.init_app(app)
    app.after_request(_add_headers)
    app.add_template_global(csp_nonce)


def csp_nonce() -> str:
    """The word that lets one inline script of this answer run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def is_from_our_page() -> bool:
    """Whether this request was sent by a page of ours, as far as the browser tells."""
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    ours = (request.host, urlsplit(current_app.config["SETTINGS"].public_url).netloc)
    return urlsplit(sender).netloc in ours


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = _policy(response)
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "private, no-cache")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    return response


def _policy(response: Response) -> str:
    if response.mimetype != "text/html":
        return POLICY_FOR_DATA
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    return POLICY.format(nonce=nonce)
