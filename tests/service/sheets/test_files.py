"""Cells as people typed them, whatever program saved them; and nothing that a program would run."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from service.sheets import files
from service.sheets.files import Table, Unreadable


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


#: A workbook knows no zones: what stands in a cell is wall time.
BIRTHDAY, MORNING = datetime.fromisoformat("1955-03-08"), datetime.fromisoformat("2026-11-28 09:00")


def test_numbers_and_dates_are_read_as_somebody_would_type_them() -> None:
    content = workbook(
        ("电话", "出生日期", "时间", "小时", "是否", "空"),
        (13800138000.0, BIRTHDAY, time(9, 30), 12, True, None),
        (None,) * 6,
        ("021-6355 0000", date(1960, 1, 2), MORNING, 1.5, False, " 有字 "),
    )
    assert files.read(content) == Table(
        ("电话", "出生日期", "时间", "小时", "是否", "空"),
        (
            ("13800138000", "1955-03-08", "09:30", "12", "是", ""),
            ("021-6355 0000", "1960-01-02", "2026-11-28 09:00", "1.5", "否", "有字"),
        ),
        (2, 4),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_csv_as_chinese_programs_save_it(encoding: str, between: str) -> None:
    text = f"姓名{between}标签\r\n王小满{between}老党员\r\n"
    assert files.read(text.encode(encoding)).rows == (("王小满", "老党员"),)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 not a zip", "kind"),
        (b"\xd0\xcf\x11\xe0 an old .xls\x00\x00", "kind"),
        (("姓名\n" + "王小满\n" * 2_001).encode(), "too_many"),
    ],
    ids=["nothing", "lines", "broken", "old", "long"],
)
def test_what_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        files.read(content)
    assert refused.value.why == why


def test_a_small_file_that_unpacks_to_a_large_one_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (files.MOST_UNPACKED + 1))
    with pytest.raises(Unreadable, match="too_large"):
        files.read(out.getvalue())


FORMULAS = ["=1+1", "+86 138", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")']


@pytest.mark.parametrize("cell", FORMULAS)
def test_nothing_that_goes_out_is_run_as_a_formula(cell: str) -> None:
    assert files.write_csv(["a"], [[cell]]).decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")
    written = load_workbook(io.BytesIO(files.write_xlsx(["a"], [[cell]], title="t"))).active["A2"]
    assert (written.data_type, written.value[0]) == ("s", "'")


@pytest.mark.parametrize("cell", FORMULAS)
def test_nor_is_a_heading_that_somebody_else_wrote(cell: str) -> None:
    assert files.write_csv([cell], []).decode("utf-8-sig").strip().strip('"').startswith("'")
    written = load_workbook(io.BytesIO(files.write_xlsx([cell], [], title="t"))).active["A1"]
    assert (written.data_type, written.value[0]) == ("s", "'")
    assert files.read(files.write_csv([cell], [])).headings == (cell,)


def test_any_title_and_many_columns_make_a_workbook() -> None:
    named = [f"第{n}列" for n in range(40)]
    written = load_workbook(io.BytesIO(files.write_xlsx(named, [named], title="3月/4月：[摘星]*？" * 4))).active
    assert ([cell.value for cell in written[1]], len(written.title)) == (named, 31)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@given(st.lists(st.tuples(cells, cells).filter(any), min_size=1, max_size=5))
def test_what_goes_out_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    plain = [row for row in rows if any(row)]
    for content in (files.write_csv(["甲", "乙"], plain), files.write_xlsx(["甲", "乙"], plain, title="表")):
        assert files.read(content).rows == tuple(plain)
