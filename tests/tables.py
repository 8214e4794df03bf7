"""Tables as a coordinator sends them on /co/sheets, for tests of her pages."""

from __future__ import annotations

import io
from collections.abc import Sequence

from service.sheets import files
from tests.browsing import TOKEN, Person


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of these rows."""
    return files.write_xlsx(headings, rows, title="表")


def send(her: Person, content: bytes, *, kind: str = "people", name: str = "人员.xlsx") -> str:
    """Upload a file, as the form does."""
    her.open("/co/sheets")
    token = TOKEN.search(her.text)
    assert token is not None
    data = {"csrf_token": token.group(1), "kind": kind, "file": (io.BytesIO(content), name)}
    her.page = her.client.post("/co/sheets", data=data, content_type="multipart/form-data", follow_redirects=True)
    return her.text


def exported(her: Person, kind: str, form: str = "xlsx") -> bytes:
    """A table that goes out: asked for, and allowed at once, as she is alone in her house."""
    her.open("/co/sheets/exports/new")
    her.send("/co/sheets/exports/new", kind=kind, reason="核对名册")
    content: bytes = her.client.get(f"{her.path}/table.{form}").data
    return content


def press(her: Person, what: str) -> str:
    """Look at the file on the screen as it is now, and press one of its buttons."""
    address = her.path
    her.open(address)
    return her.send(f"{address}/{what}")
