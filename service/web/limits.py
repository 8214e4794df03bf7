"""How often one address may try: only where a page or an interface says so, with `@limiter.limit("5/minute")`.

Counted in Redis, so that all web processes count together; while Redis is away each process counts for itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

TIMEOUT_S = 1
MINUTE = timedelta(minutes=1)

limiter = Limiter(
    key_func=get_remote_address,
    in_memory_fallback_enabled=True,
    swallow_errors=True,
    key_prefix="lunzhi",
)


def register(app: Flask) -> None:
    """Count in this application's Redis, if its settings ask for limits at all."""
    settings = app.config["SETTINGS"]
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S},
    )
    limiter.init_app(app)


def again_at() -> datetime:
    """From when whoever tried too often may try again, to the whole minute after."""
    limit = limiter.current_limit
    now = datetime.now(UTC)
    reset = datetime.fromtimestamp(limit.reset_at, UTC) if limit is not None else now
    return (max(reset, now) + MINUTE).replace(second=0, microsecond=0)
