"""/co/activities/<id>/scores: the standard of inspections and each place's history; scoring a stop of one's round."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.scores import ScoreForm, SheetForm
from service import clock
from service.activities.models import Activity, Shift
from service.findings.actions import NotHerShift, Writer
from service.language import _
from service.roster.queries import serves_in
from service.routes.actions import UnknownStop
from service.scores import actions, queries
from service.scores.actions import ScoreRefused
from service.scores.rules import Item, Sheet
from service.web import notices, page, visitor, words
from service.web.desk import Desk, activity_here, at_desk
from service.web.forms import Form

pages = Blueprint("scores", __name__)
desk_pages = Blueprint("scores_desk", __name__, url_prefix="/co/activities/<int:activity_id>/scores")


@pages.post("/me/rounds/<int:shift_id>/<int:stop_id>/score")
@visitor.for_volunteers
def score(db: Session, shift_id: int, stop_id: int) -> ResponseReturnValue:
    """She has been there, and says what each item got."""
    who = visitor.me(db)
    if not serves_in(db, shift_id, volunteer_id=who.volunteer_id or 0):
        abort(404)
    form, shift = Form.posted(ScoreForm()), db.get_one(Shift, shift_id)
    by = Writer(account_id=who.account_id, volunteer_id=who.volunteer_id)
    if form.has_errors:
        notices.notify(words.score_problem("no_such_points"))
        return page.see_other(url_for("routes.walk", shift_id=shift_id))
    try:
        made = actions.score(db, shift, stop_id=stop_id, by=by, now=clock.now(db), **form.loaded)
    except ScoreRefused as refused:
        notices.notify(words.score_problem(refused.problems[0]))
    except UnknownStop:
        abort(404)
    except NotHerShift:
        notices.notify(_("只有值这一班的人能写，从开始到结束后24小时。"))
    else:
        notices.notify(
            _("记下了，{n}分。不到{line}分，已经记进“发现”。", n=made.total, line=made.line)
            if made.is_below
            else _("记下了，{n}分。", n=made.total)
        )
    return page.see_other(url_for("routes.walk", shift_id=shift_id))


@desk_pages.get("")
@at_desk
def show(desk: Desk, activity_id: int) -> Response:
    """What each place got, and the standard, to be changed."""
    activity = activity_here(desk, activity_id)
    sheet = queries.sheet_of(desk.db, activity.id)
    given = (
        {"standard": "\n".join(f"{one.words} {one.points}" for one in sheet.items), "line": sheet.line} if sheet else {}
    )
    return _page(desk, activity, Form.blank(SheetForm(), given=given))


@desk_pages.post("")
@at_desk
def set_sheet(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """From now on they are scored by it."""
    activity, form = activity_here(desk, activity_id), Form.posted(SheetForm())
    items = _read(form) if form.is_valid else None
    if items is not None:
        try:
            actions.set_sheet(
                desk.db,
                activity,
                sheet=Sheet(items, form.loaded["line"]),
                account_id=desk.account_id,
                now=desk.now,
            )
        except ScoreRefused as refused:
            for code in refused.problems:
                form.refuse(words.score_problem(code), at="line" if code == "line" else "standard")
        else:
            notices.notify(_("标准定好了，从下一次打分起照着办。"))
            return page.see_other(url_for("scores_desk.show", activity_id=activity.id))
    return _page(desk, activity, form)


def _read(form: Form) -> tuple[Item, ...] | None:
    """The lines as items: words, then the points."""
    items = []
    for line in filter(None, (line.strip() for line in form.loaded["standard"].splitlines())):
        said, _space, points = line.replace("分", "").strip().rpartition(" ")
        if not said.strip() or not points.isascii() or not points.isdigit() or len(points) > 3:
            form.refuse(_("“{line}”要先写看什么，空一格，再写几分", line=line[:40]), at="standard")
            return None
        items.append(Item(said.strip()[:80], int(points)))
    return tuple(items)


def _page(desk: Desk, activity: Activity, form: Form) -> Response:
    return page.render(
        "scores/show.html",
        title=_("检查评分"),
        wide=True,
        activity=activity,
        form=form,
        sheet=queries.sheet_of(desk.db, activity.id),
        rows=queries.histories(desk.db, activity.id, now=desk.now),
        back=url_for("roster.index", activity_id=activity.id),
    )
