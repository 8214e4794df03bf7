"""The language people are spoken to in. Chinese is the source: each Chinese text is its own msgid.

One mechanism for pages, schemas, messages and the command line, and none of them needs Flask:
a context variable holds the catalogue in use, `_()` reads it. Catalogues are the `.po` files of
`service/translations/<language>/LC_MESSAGES/messages.po`, read directly: nothing is compiled.
"""

from __future__ import annotations

import gettext as stdlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "zh_CN"
FOLDER = Path(__file__).parent / "translations"

_in_use: ContextVar[stdlib.NullTranslations | None] = ContextVar("language", default=None)
_code: ContextVar[str] = ContextVar("language_code", default=SOURCE)


class Lazy(str):
    """A msgid that turns into the current language when it is formatted or put into a page.

    A true `str`, because marshmallow splits any other lazy text into single characters.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return _(str.__str__(self))

    def format(self, *args: Any, **kwargs: Any) -> str:
        """The translated text with its fields filled in."""
        return str(self).format(*args, **kwargs)


def _(msgid: str, **fields: object) -> str:
    """`msgid` in the current language; `{name}` fields are filled from `fields`."""
    catalogue = _in_use.get()
    text = msgid if catalogue is None else catalogue.gettext(msgid)
    return text.format(**fields) if fields else text


def counted(one: str, many: str, n: int) -> str:
    """The form of a text that fits `n`, with `{n}` filled in. Chinese has one form; English two."""
    catalogue = _in_use.get()
    text = many if catalogue is None else catalogue.ngettext(one, many, n)
    return text.format(n=n)


def code() -> str:
    """The current language: `zh_CN` or a folder of `service/translations`."""
    return _code.get()


@cache
def offered() -> tuple[str, ...]:
    """Languages a person can choose: the source and every complete-enough catalogue on disk."""
    return (SOURCE, *sorted(found.parts[-3] for found in FOLDER.glob("*/LC_MESSAGES/messages.po")))


def speak(language: str) -> None:
    """Use `language` for the rest of this context (one request, one message)."""
    _in_use.set(None if language == SOURCE else _catalogue(language))
    _code.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use `language` inside the block, then the former one again."""
    before = _code.get()
    speak(language)
    try:
        yield
    finally:
        speak(before)


@cache
def _catalogue(language: str) -> stdlib.NullTranslations:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return stdlib.GNUTranslations(compiled)
