"""Numbers of rows in addresses: one too large for the database is a page that does not exist, not a failure."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**63 - 1
#: Python itself refuses to read thousands of digits.
MOST_DIGITS = 19


class RowNumber(IntegerConverter):
    """`<int:…>` of every address."""

    def to_python(self, value: str) -> int:
        if len(value) > MOST_DIGITS or int(value) > LARGEST:
            raise ValidationError
        return int(super().to_python(value))


def register(app: Flask) -> None:
    """Use it wherever a route says `int`; before any route is added."""
    app.url_map.converters["int"] = RowNumber
