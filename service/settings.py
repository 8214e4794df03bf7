"""One frozen object with every setting, read from the environment once.

Each variable is documented in docs/settings.md; a test keeps the two together.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.terms import Channel

#: China keeps one zone and no summer time; recurring rules keep wall time in it.
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


class SettingsError(Exception):
    """A setting is missing or cannot be read; the text says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What differs between one installation and the next. Names are the environment's, lower-cased."""

    database_url: str
    redis_url: str
    secret_key: str = field(repr=False)
    field_key: str = field(repr=False)
    public_url: str = "http://127.0.0.1:8000"
    environment: str = "production"
    log_format: str = "json"
    default_channel: str = "file"
    message_dir: Path = Path("var/messages")
    smtp_url: str = ""
    mail_from: str = "lunzhi@localhost"
    sms_driver: str = ""
    sms_key_id: str = ""
    sms_key_secret: str = field(default="", repr=False)
    sms_app_id: str = ""
    sms_sign: str = ""
    sms_templates: str = ""
    sms_receipt_token: str = field(default="", repr=False)
    quiet_from: time = time(21, 0)
    quiet_until: time = time(8, 0)
    digest_at: time = time(20, 0)
    rate_limits: bool = True
    virtual_clock: bool = False
    pool_size: int = 8
    metrics_token: str = field(default="", repr=False)
    trusted_proxies: int = 0
    help_name: str = "社区服务站"
    help_phone: str = ""

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises SettingsError naming the first variable that is missing or malformed.
    """
    return read(dict(os.environ))


def read(environ: dict[str, str]) -> Settings:
    """Settings from a mapping of environment variables; unknown variables are not ours."""
    given = {f.name: environ[f.name.upper()] for f in fields(Settings) if environ.get(f.name.upper())}
    for name in ("database_url", "redis_url", "secret_key", "field_key"):
        if name not in given:
            raise SettingsError(
                f"{name.upper()} is not set. `make run` sets it for you; elsewhere see docs/settings.md."
            )
    _check_sms(given)
    return Settings(**{name: _READERS.get(name, _as_is)(name, text) for name, text in given.items()})


def _check_sms(given: dict[str, str]) -> None:
    """A vendor needs a key, an approved signature and approved templates. Raises SettingsError."""
    vendor = given.get("sms_driver")
    needed = ("sms_key_id", "sms_key_secret", "sms_sign", "sms_templates") if vendor in ("aliyun", "tencent") else ()
    for name in (*needed, *(("sms_app_id",) if vendor == "tencent" else ())):
        if name not in given:
            raise SettingsError(f"SMS_DRIVER={vendor!r} needs {name.upper()}: see docs/settings.md.")


def _as_is(_name: str, text: str) -> str:
    return text


def _folder(_name: str, text: str) -> Path:
    return Path(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false"):
        raise SettingsError(f"{name.upper()}={text!r}: say 1 or 0.")
    return text.lower() in ("1", "true")


def _one_of(*known: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in known:
            raise SettingsError(f"{name.upper()}={text!r}: say one of {', '.join(known)}.")
        return text

    return read


def _hard_to_guess(name: str, text: str) -> str:
    if len(text) < 20 or not text.isascii() or not text.isalnum():
        raise SettingsError(
            f"{name.upper()}: say at least 20 letters and digits, such as `openssl rand -hex 20` prints."
        )
    return text


def _clock(name: str, text: str) -> time:
    """Wall time in LOCAL_ZONE, so it names no zone of its own."""
    with suppress(ValueError):
        at = time.fromisoformat(text)
        if at.tzinfo is None:
            return at
    raise SettingsError(f"{name.upper()}={text!r}: say a time of day such as 21:00.")


def _count(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name.upper()}={text!r}: say a whole number above zero.")
    return int(text)


def _count_from_zero(name: str, text: str) -> int:
    return 0 if text == "0" else _count(name, text)


def _postgres(name: str, text: str) -> str:
    scheme, colon, rest = text.partition("://")
    if not colon or scheme.split("+")[0] not in ("postgres", "postgresql"):
        raise SettingsError(f"{name.upper()} must start with postgresql://")
    return f"postgresql+psycopg://{rest}"


#: How the text of a variable becomes its value, where it is not text itself.
_READERS: dict[str, Callable[[str, str], Any]] = {
    "database_url": _postgres,
    "environment": _one_of("production", "demo", "development", "test"),
    "log_format": _one_of("json", "text"),
    "default_channel": _one_of(*Channel),
    "sms_driver": _one_of("aliyun", "tencent", "console"),
    "sms_receipt_token": _hard_to_guess,
    "message_dir": _folder,
    "quiet_from": _clock,
    "quiet_until": _clock,
    "digest_at": _clock,
    "rate_limits": _flag,
    "virtual_clock": _flag,
    "pool_size": _count,
    "trusted_proxies": _count_from_zero,
}
