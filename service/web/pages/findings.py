"""/me/findings/<shift>: what comes to a shift and what was found in it, for who serves there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.findings import FindingInput, OutcomeInput
from service import clock
from service.activities.models import Activity, Shift
from service.calendars.rules import local
from service.findings import actions, queries
from service.findings.actions import NotHerShift, NothingKept, Writer
from service.language import _
from service.places.queries import subtree
from service.roster.queries import serves_in
from service.web import notices, page, visitor
from service.web.forms import Form, Option

pages = Blueprint("findings", __name__)


@pages.get("/me/findings/<int:shift_id>")
@visitor.for_volunteers
def mine(db: Session, shift_id: int) -> Response:
    """What comes to her shift, what was found in it, and a field for more."""
    shift = _my_shift(db, shift_id)
    return _my_page(db, shift, blank(db, shift))


@pages.post("/me/findings/<int:shift_id>")
@visitor.for_volunteers
def note(db: Session, shift_id: int) -> ResponseReturnValue:
    """She writes down what she found."""
    shift = _my_shift(db, shift_id)
    form = posted(db, shift)
    if form.is_valid:
        write(db, shift, form, by=_me(db))
    if form.has_errors:
        return _my_page(db, shift, form)
    return page.see_other(url_for("findings.mine", shift_id=shift.id))


@pages.post("/me/findings/<int:shift_id>/<int:finding_id>")
@visitor.for_volunteers
def settle(db: Session, shift_id: int, finding_id: int) -> ResponseReturnValue:
    """They have talked it over: what came of it."""
    shift, form = _my_shift(db, shift_id), Form.posted(OutcomeInput())
    if finding_id not in {row.Finding.id for row in queries.agenda(db, shift)}:
        abort(404)
    if form.has_errors:
        return _my_page(db, shift, blank(db, shift), settling=(finding_id, form))
    try:
        actions.settle(db, finding_id, by=_me(db), outcome=form.loaded["outcome"], shift=shift, now=clock.now(db))
    except NotHerShift:
        notices.notify(_("只有值这一班的人能写，从开始到结束后24小时。"))
    else:
        notices.notify(_("记下了。"))
    return page.see_other(url_for("findings.mine", shift_id=shift.id))


def _my_page(db: Session, shift: Shift, writing: Form, *, settling: tuple[int, Form] | None = None) -> Response:
    her = visitor.me(db).volunteer_id or 0
    return shift_page(
        db,
        shift,
        writing,
        settling=settling,
        may_write=actions.can_write(db, shift, volunteer_id=her, now=clock.now(db)),
        address=url_for("findings.note", shift_id=shift.id),
        settle_at=lambda finding_id: url_for("findings.settle", shift_id=shift.id, finding_id=finding_id),
        back=url_for("me.index"),
    )


def _my_shift(db: Session, shift_id: int) -> Shift:
    """The shift, if she serves in it; else 404."""
    if not serves_in(db, shift_id, volunteer_id=visitor.me(db).volunteer_id or 0):
        abort(404)
    return db.get_one(Shift, shift_id)


def _me(db: Session) -> Writer:
    who = visitor.me(db)
    return Writer(account_id=who.account_id, volunteer_id=who.volunteer_id)


def write(db: Session, shift: Shift, form: Form, *, by: Writer) -> None:
    """Write down what was typed; what stands against it goes into the form."""
    given = form.loaded
    try:
        actions.note(db, shift, by=by, words=given["words"], place_id=given.get("place_id"), now=clock.now(db))
    except NothingKept:
        form.refuse(_("这个活动没有设“看到的带到哪里”，记了没有人看"))
    except NotHerShift:
        form.refuse(_("只有值这一班的人能写，从开始到结束后24小时"))
    else:
        notices.notify(_("记下了，会带到要议的那一班。"))


def blank(db: Session, shift: Shift) -> Form:
    """An empty form for a finding."""
    return Form.blank(FindingInput(), options=_places(db, shift))


def posted(db: Session, shift: Shift) -> Form:
    """What was sent of it, checked."""
    form = Form.posted(FindingInput(), options=_places(db, shift))
    if form.is_valid:
        form.check_offered("place_id")
    return form


def _places(db: Session, shift: Shift) -> dict[str, list[Option]]:
    return {"place_id": [Option(value=str(one.id), text=one.name) for one in subtree(db, shift.area_id)]}


def shift_page(
    db: Session, shift: Shift, writing: Form, *, settling: tuple[int, Form] | None = None, **more: Any
) -> Response:
    """`writing`: the form for a new finding. `settling`: the finding whose outcome was typed wrong, with that form."""
    activity = db.get_one(Activity, shift.activity_id)
    return page.render(
        "findings/shift.html",
        title=_("看到的和要议的"),
        form=settling[1] if settling else writing,
        writing=writing,
        settling=settling,
        blank=Form.blank(OutcomeInput()),
        shift=shift,
        today=local(clock.now(db)).date(),
        activity=activity,
        to=queries.carrying(db, activity.id),
        agenda=queries.agenda(db, shift),
        found=queries.found_in(db, shift.id),
        **more,
    )
