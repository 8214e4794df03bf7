"""Hand-over notes: /me/hand-over/<shift> for guards of the rotation, /co/hand-over/<shift> for coordinators."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.rotations import NoteInput
from service import clock
from service.activities.models import Activity, Shift
from service.language import _
from service.rotation import notes, queries
from service.rotation.notes import Reader
from service.web import notices, page, visitor
from service.web.desk import Desk, at_desk, found, shift_here
from service.web.forms import Form

pages = Blueprint("hand_overs", __name__)


@pages.get("/me/hand-over/<int:shift_id>")
@visitor.for_volunteers
def mine(db: Session, shift_id: int) -> Response:
    """What the block before left, and a field for what to leave; for who takes turns here."""
    return _my_page(db, _my_shift(db, shift_id), Form.blank(NoteInput()))


@pages.post("/me/hand-over/<int:shift_id>")
@visitor.for_volunteers
def write(db: Session, shift_id: int) -> ResponseReturnValue:
    """Leave a note for who comes next."""
    shift, form = _my_shift(db, shift_id), Form.posted(NoteInput())
    if form.has_errors:
        return _my_page(db, shift, form)
    try:
        notes.write(db, shift, by=_me(db), words=form.loaded["words"], now=clock.now(db))
    except notes.NotHerBlock:
        form.refuse(_("只有值这一班的人能写，从开始到结束后12小时。"))
        return _my_page(db, shift, form)
    notices.notify(_("写好了，下一班看得到。"))
    return page.see_other(url_for("hand_overs.mine", shift_id=shift.id))


def _my_page(db: Session, shift: Shift, form: Form) -> Response:
    me, now = _me(db), clock.now(db)
    before, found_notes = notes.read(db, shift, by=me, now=now)
    return page.render(
        "rotations/notes.html",
        title=_("交班"),
        form=form,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        before=before,
        notes=found_notes,
        may_write=notes.can_write(db, shift, volunteer_id=me.volunteer_id or 0, now=now),
        address=url_for("hand_overs.write", shift_id=shift.id),
        back=url_for("me.index"),
    )


def _my_shift(db: Session, shift_id: int) -> Shift:
    """The block, if she is of the pool or serves in it; else 404."""
    rotation = queries.of_shift(db, shift_id)
    her = visitor.me(db).volunteer_id or 0
    if rotation is None or not notes.concerns(db, rotation, shift_id, volunteer_id=her):
        abort(404)
    return db.get_one(Shift, shift_id)


def _me(db: Session) -> Reader:
    who = visitor.me(db)
    return Reader(account_id=who.account_id, volunteer_id=who.volunteer_id)


@pages.get("/co/hand-over/<int:shift_id>")
@at_desk
def theirs(desk: Desk, shift_id: int) -> Response:
    """The same for a coordinator."""
    return _desk_page(desk, _block(desk, shift_id), Form.blank(NoteInput()))


@pages.post("/co/hand-over/<int:shift_id>")
@at_desk
def write_for_them(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """A coordinator leaves a note for who serves next."""
    shift, form = _block(desk, shift_id), Form.posted(NoteInput())
    if form.has_errors:
        return _desk_page(desk, shift, form)
    notes.write(desk.db, shift, by=Reader(account_id=desk.account_id), words=form.loaded["words"], now=desk.now)
    notices.notify(_("写好了，下一班看得到。"))
    return page.see_other(url_for("hand_overs.theirs", shift_id=shift.id))


def _desk_page(desk: Desk, shift: Shift, form: Form) -> Response:
    before, found_notes = notes.read(desk.db, shift, by=Reader(account_id=desk.account_id), now=desk.now)
    return page.render(
        "rotations/notes.html",
        title=_("交班"),
        form=form,
        shift=shift,
        activity=desk.db.get_one(Activity, shift.activity_id),
        before=before,
        notes=found_notes,
        may_write=True,
        address=url_for("hand_overs.write_for_them", shift_id=shift.id),
        back=url_for("rotations.show", rotation_id=found(queries.of_shift(desk.db, shift.id)).id),
    )


def _block(desk: Desk, shift_id: int) -> Shift:
    shift = shift_here(desk, shift_id)
    found(queries.of_shift(desk.db, shift.id))
    return shift
