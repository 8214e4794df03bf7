"""Numbers at rest: sealed to be shown, digested to be found, useless without the key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import secrets
from service.settings import Settings, settings

PHONE = "+8613900010001"

pytestmark = pytest.mark.usefixtures("servers")


def forget_keys() -> None:
    settings.cache_clear()
    secrets._key.cache_clear()
    secrets._cipher.cache_clear()


@pytest.fixture
def another_key(servers: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Turns this process into one with another FIELD_KEY."""

    def change() -> None:
        monkeypatch.setenv("FIELD_KEY", "another key")
        forget_keys()

    yield change
    monkeypatch.undo()
    forget_keys()


@given(st.text())
def test_what_is_sealed_is_unsealed(text: str) -> None:
    assert secrets.unseal(secrets.seal(text)) == text


def test_the_same_number_is_sealed_differently_each_time() -> None:
    assert secrets.seal(PHONE) != secrets.seal(PHONE)
    assert PHONE.encode() not in secrets.seal(PHONE)


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:20] + b"A" + b[21:], lambda _: b"", lambda _: b"x"])
def test_what_was_tampered_with_is_not_unsealed(spoil: Callable[[bytes], bytes]) -> None:
    sealed = secrets.seal(PHONE)
    if spoil(sealed) == sealed:
        sealed = secrets.seal(PHONE + "0")

    with pytest.raises(secrets.Undecipherable):
        secrets.unseal(spoil(sealed))


def test_another_key_unseals_and_finds_nothing(another_key: Callable[[], None]) -> None:
    sealed, digest, code = secrets.seal(PHONE), secrets.digest(PHONE, purpose="phone"), secrets.code("seed")
    another_key()

    with pytest.raises(secrets.Undecipherable):
        secrets.unseal(sealed)
    assert secrets.digest(PHONE, purpose="phone") != digest
    assert secrets.code("seed") != code


def test_a_digest_is_equal_for_equal_text_and_purpose_only() -> None:
    assert secrets.digest(PHONE, purpose="phone") == secrets.digest(PHONE, purpose="phone")
    assert secrets.digest(PHONE, purpose="phone") != secrets.digest(PHONE, purpose="seal")
    assert secrets.digest(PHONE, purpose="phone") != secrets.digest(PHONE[:-1] + "2", purpose="phone")


@given(st.text())
def test_codes_are_six_digits(seed: str) -> None:
    code = secrets.code(seed)

    assert len(code) == 6
    assert code.isascii()
    assert code.isdecimal()
    assert secrets.code(seed) == code


def test_codes_are_spread_evenly() -> None:
    first_digits = Counter(secrets.code(str(n))[0] for n in range(5000))

    assert set(first_digits) == set("0123456789")
    assert max(first_digits.values()) < 2 * min(first_digits.values())
