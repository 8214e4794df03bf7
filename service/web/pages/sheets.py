"""/co/sheets: tables of people, teams and activities, in and out. Nothing changes before one has seen what would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePath

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from schemas.sheets import KINDS, ROWS, SheetInput
from service import audit, wording
from service.language import _, counted
from service.sheets import actions, exports, files, queries
from service.sheets.exports import NEED_A_SECOND
from service.sheets.lines import Circumstances, Line, Verdict
from service.sheets.models import Sheet
from service.terms import RowOutcome, SheetKind, SheetState
from service.web import live, notices, page, sheet_rows, words
from service.web.desk import Desk, at_desk, found
from service.web.downloads import CSV, file_answer
from service.web.forms import Form
from service.web.sheet_words import OUTCOMES, REFUSALS, STATES, UNREADABLE

pages = Blueprint("sheets", __name__, url_prefix="/co/sheets")

MOST_SHOWN = 200
#: The field of a row that says the area, by the kind of table.
AREA = {SheetKind.PEOPLE: "area", SheetKind.MEMBERS: "looks_after"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that somebody has to look at."""

    number: int
    #: Heading and text of each cell that is not empty.
    cells: tuple[tuple[str, str], ...]
    outcome: str
    tone: str
    why: tuple[str, ...]


@pages.get("")
@at_desk
def index(desk: Desk) -> ResponseReturnValue:
    """Templates, what is here as a table, and a file to upload."""
    return _ask(desk, Form.blank(SheetInput()))


@pages.post("")
@at_desk
def upload(desk: Desk) -> ResponseReturnValue:
    """Read the file and keep it; what would come of it is shown next."""
    form = Form.posted(SheetInput())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.refuse(_("请选择要上传的文件"))
    if form.has_errors or sent is None:
        return _ask(desk, form)
    kind = SheetKind(form.loaded["kind"])
    try:
        table = files.read(sent.read())
        lines = sheet_rows.lines(ROWS[kind](), table)
    except files.Unreadable as unreadable:
        form.refuse(_(UNREADABLE[unreadable.why]))
        return _ask(desk, form)
    except sheet_rows.HeadingsMissing as missing:
        form.refuse(_("表的第一行要有这些列：{columns}。可以先下载模板。", columns=wording.listed(missing.labels)))
        return _ask(desk, form)
    sheet = actions.receive(
        desk.db,
        kind=kind,
        file_name=PurePath(sent.filename or "").name[:200],
        headings=table.headings,
        lines=lines,
        area_id=desk.scope_ids[0],
        given=_given(desk),
    )
    return page.see_other(url_for("sheets.show", sheet_id=sheet.id))


@pages.get("/<int:sheet_id>")
@at_desk
def show(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """Before: what would come of each row. After: what came of them."""
    sheet = _sheet(desk, sheet_id)
    rows: list[Row] = []
    tally: Counter[str] = Counter((sheet.outcome or {}).get("rows", {}))
    if sheet.state == SheetState.UPLOADED and sheet.lines_sealed is not None:
        judged = actions.judged(desk.db, sheet, now=desk.now)
        tally = Counter(str(verdict.outcome) for _line, verdict in judged)
        rows = [_row(sheet, line, verdict) for line, verdict in judged if verdict.outcome in WORTH_A_LOOK]
    elif sheet.lines_sealed is not None:
        rows = [_row(sheet, line, verdict) for line, verdict in actions.refused(desk.db, sheet, now=desk.now)]
    return page.render(
        "sheets/show.html",
        title=_("导入：{name}", name=sheet.file_name),
        far=live.part(desk.db, "sheets/progress.html", now=desk.now, read=dict),
        sheet=sheet,
        state=STATES[SheetState(sheet.state)],
        kind=KINDS[SheetKind(sheet.kind)],
        counts=[(said, tone, tally[outcome]) for outcome, (said, tone) in OUTCOMES.items() if tally[outcome]],
        to_do=tally[RowOutcome.NEW] + tally[RowOutcome.CHANGED],
        refused=tally[RowOutcome.REFUSED],
        rows=rows[:MOST_SHOWN],
        more=max(len(rows) - MOST_SHOWN, 0),
        can_undo=sheet.state == SheetState.TAKEN_IN and sheet.done_sealed is not None,
    )


@pages.get("/<int:sheet_id>/progress")
@at_desk
def progress(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """While it is being taken in; 205 once it is. Asked for by a script."""
    if _sheet(desk, sheet_id).state != SheetState.ACCEPTED:
        return live.over()
    return live.answer(desk.db, "sheets/progress.html", now=desk.now, read=dict)


#: What is listed row by row; the others are only counted.
WORTH_A_LOOK = (RowOutcome.REFUSED, RowOutcome.CHANGED)


@pages.post("/<int:sheet_id>/accept")
@at_desk
def accept(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """Take the good rows in."""
    sheet = _sheet(desk, sheet_id)
    if not set(sheet.scope_ids) <= set(desk.scope_ids):
        abort(HTTPStatus.FORBIDDEN)
    try:
        actions.accept(desk.db, sheet.id, now=desk.now)
    except actions.SheetClosed:
        notices.notify(_("这份表已经不能导入了，请重新上传。"))
    return page.see_other(url_for("sheets.show", sheet_id=sheet.id))


@pages.post("/<int:sheet_id>/take-back")
@at_desk
def take_back(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """撤销: everything as it was, but for what somebody has built on since."""
    sheet = _sheet(desk, sheet_id)
    try:
        stays = actions.take_back(desk.db, sheet.id, now=desk.now)
    except actions.SheetClosed:
        notices.notify(_("这份表已经不能撤销了。"))
    else:
        kept = counted("有{n}行留着：之后已经用上了。", "有{n}行留着：之后已经用上了。", stays) if stays else ""
        notices.notify(_("已经撤销，和导入以前一样。") if not stays else _("已经撤销。") + kept)
    return page.see_other(url_for("sheets.show", sheet_id=sheet.id))


@pages.post("/<int:sheet_id>/drop")
@at_desk
def drop(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """Do not take it in."""
    sheet = _sheet(desk, sheet_id)
    try:
        actions.drop(desk.db, sheet.id, now=desk.now)
    except actions.SheetClosed:
        notices.notify(_("这份表已经导入了。"))
        return page.see_other(url_for("sheets.show", sheet_id=sheet.id))
    notices.notify(_("没有导入，什么都没有变。"))
    return page.see_other(url_for("sheets.index"))


@pages.get("/<int:sheet_id>/refused.xlsx")
@at_desk
def refused(desk: Desk, sheet_id: int) -> ResponseReturnValue:
    """The rows that could not be taken in, as a file with the reasons: mended, it can be uploaded again."""
    sheet = _sheet(desk, sheet_id)
    if sheet.lines_sealed is None:
        abort(HTTPStatus.NOT_FOUND)
    bad = actions.refused(desk.db, sheet, now=desk.now)
    _audit(desk, "exported_refused_rows", sheet.id, rows=len(bad))
    rows = [[*line.cells, "；".join(_why(line, verdict))] for line, verdict in bad]
    content = files.write_xlsx([*sheet.headings, _("原因")], rows, title=_("不能导入的行"))
    return file_answer(content, _("不能导入的行") + ".xlsx")


@pages.get("/templates/<kind>.xlsx")
@at_desk
def template(_desk: Desk, kind: str) -> ResponseReturnValue:
    """An empty table with the right headings."""
    schema = ROWS[_kind(kind)]()
    named = sheet_rows.headings(schema)
    content = files.write_xlsx(named, [], title=_(KINDS[_kind(kind)]), required=sheet_rows.required_headings(schema))
    return file_answer(content, _("模板-{kind}", kind=_(KINDS[_kind(kind)])) + ".xlsx")


@pages.get("/exports/<kind>.<form>")
@at_desk
def export(desk: Desk, kind: str, form: str) -> ResponseReturnValue:
    """Everything in these areas as a table. Tables of people need a second person, who is asked elsewhere."""
    if form not in ("xlsx", "csv"):
        abort(HTTPStatus.NOT_FOUND)
    which, schema = _kind(kind), ROWS[_kind(kind)]()
    if which in NEED_A_SECOND:
        return page.see_other(url_for("exports.ask_form", kind=which))
    listed = actions.KINDS[which](desk.db, _given(desk)).listed()
    rows = [sheet_rows.cells(schema, values) for values in listed]
    _audit(desk, "exported_sheet", None, rows=len(rows), kind=which)
    named = sheet_rows.headings(schema)
    if form == "csv":
        return file_answer(files.write_csv(named, rows), f"{_(KINDS[which])}.csv", kind=CSV)
    return file_answer(files.write_xlsx(named, rows, title=_(KINDS[which])), f"{_(KINDS[which])}.xlsx")


def _ask(desk: Desk, form: Form) -> ResponseReturnValue:
    return page.render(
        "sheets/index.html",
        title=_("导入和导出"),
        form=form,
        kinds=KINDS,
        columns={kind: sheet_rows.hints(schema()) for kind, schema in ROWS.items()},
        states=STATES,
        sheets=queries.latest(desk.db, account_id=desk.account_id),
        need_a_second=NEED_A_SECOND,
        to_decide=exports.to_decide(desk.db, given=_given(desk)),
        asked=exports.own(desk.db, account_id=desk.account_id, limit=5),
    )


def _row(sheet: Sheet, line: Line, verdict: Verdict) -> Row:
    said, tone = OUTCOMES[verdict.outcome]
    cells = tuple((heading, cell) for heading, cell in zip(sheet.headings, line.cells, strict=True) if cell)
    why = _why(line, verdict) if verdict.outcome == RowOutcome.REFUSED else _changes(sheet, verdict)
    return Row(line.number, cells, str(said), tone, tuple(why))


def _why(line: Line, verdict: Verdict) -> list[str]:
    reasons = [_(REFUSALS[reason]) for reason in verdict.refusals]
    return [*line.faults, *reasons, *(words.refusal(one) for one in verdict.against)]


def _changes(sheet: Sheet, verdict: Verdict) -> list[str]:
    schema = ROWS[SheetKind(sheet.kind)]()
    area = AREA.get(SheetKind(sheet.kind), "")
    names = [area if name == "area_id" else name for name in verdict.changed]
    fields = wording.listed(sheet_rows.label(schema, name) for name in names)
    return [_("要改的：{fields}", fields=fields)]


def _sheet(desk: Desk, sheet_id: int) -> Sheet:
    return found(queries.own(desk.db, sheet_id, account_id=desk.account_id))


def _kind(name: str) -> SheetKind:
    return SheetKind(name) if name in set(SheetKind) else abort(HTTPStatus.NOT_FOUND)


def _given(desk: Desk) -> Circumstances:
    return Circumstances(scope_ids=desk.scope_ids, account_id=desk.account_id, now=desk.now)


def _audit(desk: Desk, verb: str, sheet_id: int | None, **details: object) -> None:
    audit.note(
        desk.db,
        verb=verb,
        subject=("sheet", sheet_id),
        account_id=desk.account_id,
        area_id=desk.scope_ids[0],
        now=desk.now,
        **details,
    )
