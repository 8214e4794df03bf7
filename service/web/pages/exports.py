"""/co/sheets/exports: personal data of many people goes out with a second person's yes; both see why and what for."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from schemas.sheets import KINDS, ROWS, ExportInput, RefusalInput
from service import wording
from service.accounts.queries import names
from service.language import Lazy, _
from service.sheets import exports, files
from service.sheets.lines import Circumstances
from service.sheets.models import Export
from service.terms import ExportState, SheetKind
from service.web import notices, page, sheet_rows, where
from service.web.desk import Desk, at_desk, found
from service.web.downloads import CSV, file_answer
from service.web.forms import Form

pages = Blueprint("exports", __name__, url_prefix="/co/sheets/exports")

STATES = {
    ExportState.ASKED: (Lazy("等人同意"), "wait"),
    ExportState.ALLOWED: (Lazy("同意了"), "good"),
    ExportState.REFUSED: (Lazy("没有同意"), "bad"),
    ExportState.TAKEN_BACK: (Lazy("不用了"), "plain"),
}
OVER = (Lazy("过期了"), "plain")
WHY_NOT = {
    "own": Lazy("自己要导出的，要别人来同意。"),
    "not_yours": Lazy("这里面有您不管的地方，要管全部这些地方的人来定。"),
    "decided": Lazy("已经有人定过了，请看现在的样子。"),
    "too_late": Lazy("等得太久，已经过期了。还要的话，请重新提出来。"),
    "closed": Lazy("现在不能下载：要有人同意，同意以后24小时内下载。"),
}


@pages.get("/new")
@at_desk
def ask_form(_desk: Desk) -> ResponseReturnValue:
    """What, and what for."""
    asked = [kind for kind in exports.NEED_A_SECOND if kind == request.args.get("kind")]
    return _ask(Form.blank(ExportInput(), given={"kind": asked[0]} if asked else None))


@pages.post("/new")
@at_desk
def ask(desk: Desk) -> ResponseReturnValue:
    """Ask for it; whoever else looks after these areas sees it on her desk."""
    form = Form.posted(ExportInput())
    if form.has_errors:
        return _ask(form)
    kind = SheetKind(form.loaded["kind"])
    export = exports.ask(desk.db, kind=kind, reason=form.loaded["reason"], given=_given(desk))
    if export.is_alone:
        notices.notify(_("这些地方没有第二个人可以同意，可以直接下载；操作记录里写明了是一个人定的。"))
    return page.see_other(url_for("exports.show", export_id=export.id))


@pages.get("/<int:export_id>")
@at_desk
def show(desk: Desk, export_id: int) -> ResponseReturnValue:
    """Who asks, what for, and how far it has come; what one can do about it."""
    return _show(desk, _export(desk, export_id), Form.blank(RefusalInput()))


@pages.post("/<int:export_id>/allow")
@at_desk
def allow(desk: Desk, export_id: int) -> ResponseReturnValue:
    """A second person says yes."""
    export = _export(desk, export_id)
    try:
        exports.allow(desk.db, export.id, account_id=desk.account_id, now=desk.now)
    except exports.ExportRefused as refused:
        return _refused(desk, export, refused)
    notices.notify(_("同意了，提出来的人24小时内可以下载。"))
    return page.see_other(url_for("exports.show", export_id=export.id))


@pages.post("/<int:export_id>/refuse")
@at_desk
def refuse(desk: Desk, export_id: int) -> ResponseReturnValue:
    """A second person says no."""
    export, form = _export(desk, export_id), Form.posted(RefusalInput())
    if form.has_errors:
        return _show(desk, export, form)
    try:
        exports.refuse(desk.db, export.id, reason=form.loaded["reason"], account_id=desk.account_id, now=desk.now)
    except exports.ExportRefused as refused:
        return _refused(desk, export, refused)
    notices.notify(_("没有同意，提出来的人看得到原因。"))
    return page.see_other(url_for("exports.show", export_id=export.id))


@pages.post("/<int:export_id>/take-back")
@at_desk
def take_back(desk: Desk, export_id: int) -> ResponseReturnValue:
    """Whoever asked no longer wants it."""
    export = _export(desk, export_id)
    try:
        exports.take_back(desk.db, export.id, account_id=desk.account_id, now=desk.now)
    except exports.ExportRefused as refused:
        return _refused(desk, export, refused)
    notices.notify(_("好的，不导出了。"))
    return page.see_other(url_for("sheets.index"))


@pages.get("/<int:export_id>/table.<form>")
@at_desk
def table(desk: Desk, export_id: int, form: str) -> ResponseReturnValue:
    """The file, for whoever asked. Each time it is fetched is audited."""
    if form not in ("xlsx", "csv"):
        abort(HTTPStatus.NOT_FOUND)
    export = _export(desk, export_id)
    try:
        listed = exports.fetch(desk.db, export, given=_given(desk))
    except exports.ExportRefused as refused:
        return _refused(desk, export, refused)
    schema, name = ROWS[SheetKind(export.kind)](), _(KINDS[SheetKind(export.kind)])
    named, rows = sheet_rows.headings(schema), [sheet_rows.cells(schema, values) for values in listed]
    if form == "csv":
        return file_answer(files.write_csv(named, rows), f"{name}.csv", kind=CSV)
    return file_answer(files.write_xlsx(named, rows, title=name), f"{name}.xlsx")


def _ask(form: Form) -> ResponseReturnValue:
    return page.render("exports/ask.html", title=_("导出资料，请第二个人同意"), form=form)


def _refused(desk: Desk, export: Export, refused: exports.ExportRefused) -> ResponseReturnValue:
    desk.db.refresh(export)
    form = Form.blank(RefusalInput())
    form.refuse(_(WHY_NOT[refused.why]))
    return _show(desk, export, form, status=HTTPStatus.CONFLICT)


def _show(desk: Desk, export: Export, form: Form, *, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    is_mine = export.account_id == desk.account_id
    is_open, waits = exports.is_open(export, now=desk.now), exports.waits(export, now=desk.now)
    is_over = export.state in (ExportState.ASKED, ExportState.ALLOWED) and not (is_open or waits)
    called = names(desk.db, [export.account_id, *([export.decided_by] if export.decided_by else [])])
    areas = where.places(desk.db, set(export.scope_ids))
    return page.render(
        "exports/show.html",
        title=_("导出{what}：{name}提出来的", what=_(KINDS[SheetKind(export.kind)]), name=called[export.account_id]),
        status=int(status),
        form=form,
        export=export,
        what=_(KINDS[SheetKind(export.kind)]),
        state=OVER if is_over else STATES[ExportState(export.state)],
        areas=wording.listed(area.whole for area in areas.values()),
        asked_by=called[export.account_id],
        decided_by=called.get(export.decided_by or 0, ""),
        is_mine=is_mine,
        is_open=is_open and is_mine,
        waits=waits,
    )


def _export(desk: Desk, export_id: int) -> Export:
    return found(exports.seen(desk.db, export_id, given=_given(desk)))


def _given(desk: Desk) -> Circumstances:
    return Circumstances(scope_ids=desk.scope_ids, account_id=desk.account_id, now=desk.now)
