"""From a file to cells of text, and back. The one module that knows XLSX.

A cell is the text a person would have typed: a date as `2026-11-28`, a telephone number without `.0`. What goes out
never begins like a formula (OWASP: CSV injection); what comes back has that mark taken off again.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.child import INVALID_TITLE_REGEX

#: Rows below the headings that one file may have.
MOST_ROWS = 2_000
MOST_COLUMNS = 40
#: Longer than any field, so that what is too long is refused, not cut.
LONGEST_CELL = 10_000
#: Bytes that a packed file may grow to: a small file can hide a very large one.
MOST_UNPACKED = 40 * 1024 * 1024
#: A cell that begins so is run as a formula by the programs that open it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ENCODINGS = ("utf-8-sig", "gb18030")


class Unreadable(Exception):
    """The file cannot be read as a table; `why` is one of `kind`, `empty`, `too_many`, `too_large`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of text. `numbers` are the rows' numbers in the file, as a person counts them."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def read(content: bytes) -> Table:
    """The first sheet of an XLSX file, or a CSV file (UTF-8 or GB 18030; comma, semicolon or tab).

    Empty rows are passed over. Raises Unreadable.
    """
    cells = _cells_of_xlsx(content) if content.startswith(b"PK") else _cells_of_csv(content)
    numbered = [(number, row) for number, row in enumerate(cells, start=1) if any(row)]
    if not numbered:
        raise Unreadable("empty")
    (_number, headings), *rest = numbered
    if len(rest) > MOST_ROWS:
        raise Unreadable("too_many")
    width = max(place for place, heading in enumerate(headings, start=1) if heading)
    return Table(
        headings=headings[:width],
        rows=tuple((row + ("",) * width)[:width] for _number, row in rest),
        numbers=tuple(number for number, _row in rest),
    )


def write_xlsx(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, required: Sequence[str] = ()
) -> bytes:
    """A workbook of one sheet: headings that stay in sight, those in `required` marked; every cell plain text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(INVALID_TITLE_REGEX.sub(" ", title)[:31])
    sheet.freeze_panes = "A2"
    for position, heading in enumerate(headings):
        width = max([2 * len(heading), *(len(row[position]) for row in rows[:200])]) + 4
        sheet.column_dimensions[get_column_letter(position + 1)].width = min(width, 50)
    sheet.append([_heading(sheet, heading, is_required=heading in required) for heading in headings])
    for row in rows:
        sheet.append([_as_text(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_disarmed(heading) for heading in headings])
    writer.writerows([_disarmed(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cells_of_xlsx(content: bytes) -> list[tuple[str, ...]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Unreadable("too_large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Unreadable("kind") from error
    sheet = book.worksheets[0] if book.worksheets else None
    if sheet is None:
        raise Unreadable("empty")
    rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
    return [tuple(_text(value) for value in row) for row in rows]


def _cells_of_csv(content: bytes) -> list[tuple[str, ...]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable("kind")
    if "\x00" in text:
        raise Unreadable("kind")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable("kind") from error
    return [tuple(_text(value) for value in row[:MOST_COLUMNS]) for row in rows[: MOST_ROWS + 2]]


def _text(value: Any) -> str:
    """What somebody would have typed for this cell."""
    match value:
        case None:
            text = ""
        case bool():
            text = "是" if value else "否"
        case float() if value.is_integer():
            text = str(int(value))
        case datetime():
            text = f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
        case date():
            text = value.isoformat()
        case time():
            text = f"{value:%H:%M}"
        case _:
            text = _armed(str(value).strip())[:LONGEST_CELL]
    return text


def _disarmed(value: str) -> str:
    return f"'{value}" if value.lstrip("'").startswith(FORMULA) else value


def _armed(value: str) -> str:
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(FORMULA) else value


def _heading(sheet: Any, text: str, *, is_required: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=_disarmed(text))
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_required:
        cell.fill = PatternFill("solid", fgColor="FCE8C8")
    return cell


def _as_text(sheet: Any, value: str) -> WriteOnlyCell:
    """A cell that no program takes for a number, a date or a formula."""
    cell = WriteOnlyCell(sheet, value=_disarmed(value))
    cell.number_format = "@"
    return cell
