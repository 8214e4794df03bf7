"""Phone and ID numbers at rest: encrypted to be shown, and as a keyed digest to be found.

The digest (a blind index) lets `phone = ?` be answered without decrypting; it is keyed, because
mainland mobile numbers are few enough to be tried one by one against a bare hash.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken

from service.settings import settings


class Undecipherable(Exception):
    """A stored value was written with another FIELD_KEY, or was tampered with."""


def seal(text: str) -> bytes:
    """`text` encrypted and authenticated under FIELD_KEY."""
    return _cipher().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """What was sealed. Raises Undecipherable."""
    try:
        return _cipher().decrypt(sealed).decode()
    except InvalidToken:
        raise Undecipherable("written with another FIELD_KEY") from None


def digest(text: str, *, purpose: str) -> bytes:
    """A keyed digest of `text`: equal for equal text and purpose, telling nothing without the key."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).digest()


def code(seed: str) -> str:
    """Six digits that only this installation can derive from `seed`."""
    number = int.from_bytes(hmac.new(_key("code"), seed.encode(), hashlib.sha256).digest()[:8])
    return f"{number % 1_000_000:06d}"


@cache
def _key(purpose: str) -> bytes:
    return hmac.new(settings().field_key.encode(), purpose.encode(), hashlib.sha256).digest()


@cache
def _cipher() -> Fernet:
    return Fernet(urlsafe_b64encode(_key("seal")))
