"""/me/pupils/<shift>: a day's sheet on the telephone of a teacher of that day. The desk has the same (pupils_desk)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.pupils import HandOverInput, MarkInput
from service import clock
from service.activities.models import Activity, Shift
from service.language import _
from service.places.models import Area
from service.pupils import actions, queries
from service.pupils.actions import PupilRefused
from service.pupils.models import Pupil
from service.terms import PupilState
from service.web import notices, page, visitor, where, words
from service.web.forms import Form

pages = Blueprint("pupils", __name__, url_prefix="/me/pupils/<int:shift_id>")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who has a sheet before her: its endpoints are those of this blueprint."""

    db: Session
    shift: Shift
    account_id: int
    blueprint: str

    def address(self, endpoint: str, **values: int) -> str:
        """Of one of the sheet's pages."""
        numbers: dict[str, Any] = {"shift_id": self.shift.id, **values}
        return url_for(f"{self.blueprint}.{endpoint}", **numbers)


@pages.get("")
@visitor.for_volunteers
def sheet(db: Session, shift_id: int) -> ResponseReturnValue:
    """Who is there, and who fetches whom."""
    return sheet_page(_mine(db, shift_id))


@pages.post("/<int:pupil_id>/mark")
@visitor.for_volunteers
def mark(db: Session, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """There, excused, absent."""
    return marked(_mine(db, shift_id), pupil_id)


@pages.post("/<int:pupil_id>/hand-over")
@visitor.for_volunteers
def hand_over(db: Session, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """The child goes home."""
    return handed_over(_mine(db, shift_id), pupil_id)


@pages.post("/<int:pupil_id>/take-back")
@visitor.for_volunteers
def take_back(db: Session, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """It was a slip."""
    return taken_back(_mine(db, shift_id), pupil_id)


@pages.post("/<int:pupil_id>/stranger")
@visitor.for_volunteers
def stranger(db: Session, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """Somebody who is not registered has come for the child."""
    return turned_away(_mine(db, shift_id), pupil_id)


def sheet_page(reader: Reader, *, refusal: str = "") -> Response:
    """The sheet; the look is written down."""
    db, shift, now = reader.db, reader.shift, clock.now(reader.db)
    actions.look(db, shift, account_id=reader.account_id, now=now)
    lines = queries.sheet(db, shift)
    there = [one for one in lines if one.day is not None and one.day.state == PupilState.CAME]
    answer = page.render(
        "pupils/sheet.html",
        title=_("学生点名和接送"),
        status=409 if refusal else 200,
        frame="desk/page.html" if reader.blueprint == "pupils_desk" else "layout/page.html",
        reader=reader,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        lines=lines,
        there=len(there),
        still_there=sum(one.handed_to is None for one in there),
        refusal=refusal,
    )
    return unkept(answer)


def marked(reader: Reader, pupil_id: int) -> ResponseReturnValue:
    """Write down whether the pupil is there."""
    form = Form.posted(MarkInput())
    if form.has_errors:
        return sheet_page(reader, refusal=_("请点“到了”“请假”或者“没来”。"))
    return _done(reader, actions.mark, pupil_id=pupil_id, **form.loaded)


def handed_over(reader: Reader, pupil_id: int) -> ResponseReturnValue:
    """Write down with whom the pupil goes home. Whoever is not registered is refused as at the button for it."""
    form = Form.posted(HandOverInput())
    if form.has_errors:
        return turned_away(reader, pupil_id)
    try:
        return _done(reader, actions.hand_over, pupil_id=pupil_id, is_to_raise=True, **form.loaded)
    except PupilRefused as refused:
        if refused.problem == "unknown_guardian":
            return turned_away(reader, pupil_id)
        return sheet_page(reader, refusal=_sentence(refused))


def taken_back(reader: Reader, pupil_id: int) -> ResponseReturnValue:
    """Write down that the pupil is still there."""
    return _done(reader, actions.take_back, pupil_id=pupil_id)


def turned_away(reader: Reader, pupil_id: int) -> ResponseReturnValue:
    """What to do now, in plain words, with whom to call. That somebody came, and the look at the numbers, are kept."""
    db, now = reader.db, clock.now(reader.db)
    try:
        actions.turn_away(db, reader.shift, pupil_id=pupil_id, account_id=reader.account_id, now=now)
    except PupilRefused as refused:
        return sheet_page(reader, refusal=_sentence(refused))
    pupil = db.get_one(Pupil, pupil_id)
    actions.look_at_phones(db, pupil, why="turned_away", account_id=reader.account_id, now=now)
    answer = page.render(
        "pupils/stranger.html",
        title=_("先别让孩子走"),
        status=409,
        frame="desk/page.html" if reader.blueprint == "pupils_desk" else "layout/page.html",
        line=queries.one(db, pupil),
        phones=queries.phones(db, pupil_id),
        activity=db.get_one(Activity, reader.shift.activity_id),
        back=reader.address("sheet"),
    )
    return unkept(answer)


def unkept(answer: Response) -> Response:
    """A page of children's names is kept by no browser."""
    made = make_response(answer)
    made.headers["Cache-Control"] = "no-store"
    return made


def _done(
    reader: Reader, action: Callable[..., object], *, is_to_raise: bool = False, **given: object
) -> ResponseReturnValue:
    now = clock.now(reader.db)
    try:
        with reader.db.begin_nested():
            action(reader.db, reader.shift, **given, account_id=reader.account_id, now=now)
    except PupilRefused as refused:
        if is_to_raise:
            raise
        return sheet_page(reader, refusal=_sentence(refused))
    notices.notify(_("记下了。"))
    return page.see_other(reader.address("sheet"))


def _sentence(refused: PupilRefused) -> str:
    return _("{reason}。", reason=words.PUPIL_PROBLEMS[refused.problem])


def _mine(db: Session, shift_id: int) -> Reader:
    """The sheet, if it is hers to read today; else 404."""
    shift, who = db.get(Shift, shift_id), visitor.me(db)
    if shift is None or not queries.teaches(db, shift, volunteer_id=who.volunteer_id, now=clock.now(db)):
        abort(404)
    where.show_landline(db, db.get_one(Area, shift.place_id), of=db.get_one(Activity, shift.activity_id))
    return Reader(db, shift, who.account_id, "pupils")
