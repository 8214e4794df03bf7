"""Settings are read once, and what cannot be read is told by name."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import time
from pathlib import Path

import pytest

from service.settings import Settings, SettingsError, read

NEEDED = {
    "DATABASE_URL": "postgresql://lunzhi@localhost/lunzhi",
    "REDIS_URL": "redis://localhost/0",
    "SECRET_KEY": "signs",
    "FIELD_KEY": "seals",
}


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_what_is_needed_is_asked_for_by_name(name: str, how: str) -> None:
    environ = {**NEEDED, name: ""} if how == "empty" else {key: NEEDED[key] for key in NEEDED if key != name}

    with pytest.raises(SettingsError, match=rf"^{name} is not set"):
        read(environ)


def test_what_is_left_out_has_its_default_and_others_are_not_ours() -> None:
    made = read({**NEEDED, "HOME": "/root", "POOL_SIZE": "", "QUIET_FROM": ""})

    assert (made.pool_size, made.quiet_from, made.rate_limits) == (8, time(21), True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://a:b@host:5433/db?x=1", "postgresql+psycopg://a:b@host:5433/db?x=1"),
        ("postgresql://host/db", "postgresql+psycopg://host/db"),
        ("postgresql+psycopg2://host/db", "postgresql+psycopg://host/db"),
    ],
)
def test_any_way_to_write_postgresql_is_understood(url: str, expected: str) -> None:
    assert read({**NEEDED, "DATABASE_URL": url}).database_url == expected


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("RATE_LIMITS", "0", False),
        ("RATE_LIMITS", "False", False),
        ("VIRTUAL_CLOCK", "TRUE", True),
        ("POOL_SIZE", "3", 3),
        ("TRUSTED_PROXIES", "0", 0),
        ("TRUSTED_PROXIES", "2", 2),
        ("QUIET_FROM", "22:30", time(22, 30)),
        ("MESSAGE_DIR", "/tmp/messages", Path("/tmp/messages")),
        ("ENVIRONMENT", "demo", "demo"),
        ("DEFAULT_CHANNEL", "call_list", "call_list"),
        ("HELP_NAME", "人民路社区", "人民路社区"),
    ],
)
def test_text_becomes_a_value(name: str, text: str, value: object) -> None:
    assert getattr(read({**NEEDED, name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "mysql://host/db"),
        ("DATABASE_URL", "host/db"),
        ("RATE_LIMITS", "yes"),
        ("POOL_SIZE", "0"),
        ("POOL_SIZE", "-1"),
        ("POOL_SIZE", "eight"),
        ("TRUSTED_PROXIES", "-1"),
        ("QUIET_FROM", "25:00"),
        ("QUIET_UNTIL", "8 Uhr"),
        ("QUIET_FROM", "21:00+08:00"),
        ("ENVIRONMENT", "prod"),
        ("LOG_FORMAT", "xml"),
        ("DEFAULT_CHANNEL", "pigeon"),
    ],
)
def test_what_cannot_be_read_is_told_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}"):
        read({**NEEDED, name: text})


def test_keys_are_not_shown() -> None:
    shown = repr(read({**NEEDED, "METRICS_TOKEN": "hidden"}))

    assert not [secret for secret in ("signs", "seals", "hidden") if secret in shown]


def test_settings_do_not_change() -> None:
    made = read(NEEDED)

    with pytest.raises(FrozenInstanceError):
        made.pool_size = 9  # type: ignore[misc]
    assert len({f.name for f in fields(Settings)}) == len(fields(Settings))
