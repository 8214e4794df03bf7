"""/me/appointments/<shift>: who comes to whoever sits there. The desk has the same sheet, but for private ones.

Nothing on it can be written about a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.appointments import AppointmentAnswerInput, BookForInput, ChangeSlotInput
from schemas.desk import PhoneLook
from schemas.roster import Reply
from service import clock, wording
from service.activities.models import Activity, Shift
from service.appointments import actions, queries
from service.appointments.actions import AppointmentRefused, Typist
from service.appointments.models import Appointment
from service.appointments.queries import Hours, Line
from service.language import _
from service.places.models import Area
from service.web import notices, page, visitor, where
from service.web.forms import Form, Option
from service.web.pages.appointments import picked, sentence, slot_options
from service.web.pages.pupils import unkept

pages = Blueprint("appointments_held", __name__, url_prefix="/me/appointments/<int:shift_id>")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who has the sheet before her: where she sits, or at a desk of these areas. Its endpoints are her blueprint's."""

    db: Session
    shift: Shift
    account_id: int
    volunteer_id: int | None
    scope_ids: tuple[int, ...]
    blueprint: str

    @property
    def is_desk(self) -> bool:
        """Whether a coordinator reads it."""
        return self.blueprint == "appointments_desk"

    def address(self, endpoint: str, **values: int) -> str:
        """Of one of the sheet's pages."""
        numbers: dict[str, Any] = {"shift_id": self.shift.id, **values}
        return url_for(f"{self.blueprint}.{endpoint}", **numbers)

    def one(self, appointment_id: int) -> Appointment:
        """The appointment, if it is of this shift and hers to see; else 404."""
        one = queries.visible(self.db, appointment_id, scope_ids=self.scope_ids, volunteer_id=self.volunteer_id)
        if one is None or one.shift_id != self.shift.id:
            abort(404)
        return one

    def table(self, hours: Hours) -> list[Line]:
        """The slots as she may see them."""
        return queries.table(self.db, hours, volunteer_id=self.volunteer_id, is_desk=self.is_desk)


@pages.get("")
@visitor.for_volunteers
def sheet(db: Session, shift_id: int) -> ResponseReturnValue:
    """Who comes when."""
    return sheet_page(_mine(db, shift_id))


@pages.post("/book")
@visitor.for_volunteers
def book(db: Session, shift_id: int) -> ResponseReturnValue:
    """Somebody has asked her for a time."""
    return booked(_mine(db, shift_id))


@pages.post("/one/<int:appointment_id>/answer")
@visitor.for_volunteers
def answer(db: Session, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """She was told on the telephone."""
    return answered(_mine(db, shift_id), appointment_id)


@pages.post("/one/<int:appointment_id>/change")
@visitor.for_volunteers
def change(db: Session, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """Another time."""
    return changed(_mine(db, shift_id), appointment_id)


@pages.post("/one/<int:appointment_id>/phone")
@visitor.for_volunteers
def phone(db: Session, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """The number, to be called."""
    return phone_page(_mine(db, shift_id), appointment_id)


def sheet_page(reader: Reader, *, form: Form | None = None, refusal: str = "") -> Response:
    """The sheet. Where names stand on it, the look is written down."""
    db, shift, now = reader.db, reader.shift, clock.now(reader.db)
    several = queries.of_shift(db, shift.id)
    tables = [(one, [line for line in reader.table(one) if line.is_open or line.is_taken]) for one in several]
    waiting = queries.waiting(db, shift.id, scope_ids=reader.scope_ids) if reader.is_desk else []
    if waiting or any(line.appointment for _one, table in tables for line in table):
        actions.look(db, shift, account_id=reader.account_id, now=now)
    is_wrong = form is not None and form.has_errors
    answer = page.render(
        "appointments/sheet.html",
        title=_("谁约了时间"),
        form=form if is_wrong else None,
        status=422 if is_wrong else 409 if refusal else 200,
        frame="desk/page.html" if reader.is_desk else "layout/page.html",
        reader=reader,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        tables=tables,
        waiting=[(one, queries.name(one)) for one in waiting],
        booking=_booking(reader, several, form),
        changing={one.shift_role_id: Form.blank(ChangeSlotInput(), options=_free(reader, [one])) for one in several},
        why=Form.blank(PhoneLook()),
        shown=lambda name: wording.masked_name(name) if reader.is_desk else name,
        refusal=refusal,
        now=now,
    )
    return unkept(answer)


def booked(reader: Reader) -> ResponseReturnValue:
    """Put somebody down who asked by telephone, in person or on paper."""
    form = Form.posted(BookForInput(), options=_free(reader, queries.of_shift(reader.db, reader.shift.id)))
    form.check_offered("slot")
    if form.has_errors:
        return sheet_page(reader, form=form)
    told = form.loaded
    by = Typist(reader.account_id, reader.volunteer_id, told["asked_how"])
    try:
        with reader.db.begin_nested():
            actions.book(
                reader.db,
                **picked(told["slot"]),
                name=told["name"],
                phone=told["phone"],
                by=by,
                now=clock.now(reader.db),
            )
    except AppointmentRefused as refused:
        form.refuse(sentence(refused))
        return sheet_page(reader, form=form)
    return _done(reader, _("给{name}约好了。", name=wording.masked_name(told["name"])))


def answered(reader: Reader, appointment_id: int) -> ResponseReturnValue:
    """It suits her, or she does not come: she said so."""
    one, form = reader.one(appointment_id), Form.posted(AppointmentAnswerInput())
    if form.has_errors:
        return sheet_page(reader, refusal=_("请选“行”或者“不来了”。"))
    said: dict[str, Any] = {"is_yes": form.loaded["reply"] == Reply.ACCEPT, "account_id": reader.account_id}
    return _tried(reader, lambda now: actions.answer(reader.db, one.id, **said, now=now))


def changed(reader: Reader, appointment_id: int) -> ResponseReturnValue:
    """She takes another slot of the same occasion."""
    one = reader.one(appointment_id)
    same = [hours for hours in queries.of_shift(reader.db, reader.shift.id) if hours.shift_role_id == one.shift_role_id]
    form = Form.posted(ChangeSlotInput(), options=_free(reader, same))
    form.check_offered("slot")
    if form.has_errors:
        return sheet_page(reader, refusal=next(iter(form.errors.values())))
    slot, account_id = picked(form.loaded["slot"]), reader.account_id
    return _tried(reader, lambda now: actions.change(reader.db, one.id, **slot, account_id=account_id, now=now))


def phone_page(reader: Reader, appointment_id: int) -> ResponseReturnValue:
    """Her number, shown once. The look is written down."""
    one, form = reader.one(appointment_id), Form.posted(PhoneLook())
    if form.has_errors:
        return sheet_page(reader, refusal=_("请选看电话的用途。"))
    now = clock.now(reader.db)
    actions.look_at_phone(reader.db, one, why=form.loaded["why"], account_id=reader.account_id, now=now)
    answer = page.render(
        "appointments/phone.html",
        title=_("她的电话"),
        frame="desk/page.html" if reader.is_desk else "layout/page.html",
        name=queries.name(one),
        number=queries.phone(one),
        back=reader.address("sheet"),
    )
    return unkept(answer)


def _tried(reader: Reader, act: Callable[..., object]) -> ResponseReturnValue:
    try:
        with reader.db.begin_nested():
            act(clock.now(reader.db))
    except AppointmentRefused as refused:
        return sheet_page(reader, refusal=_("{reason}。", reason=sentence(refused)))
    return _done(reader, _("记下了。"))


def _done(reader: Reader, told: str) -> ResponseReturnValue:
    notices.notify(told)
    return page.see_other(reader.address("sheet"))


def _booking(reader: Reader, several: Sequence[Hours], form: Form | None) -> Form | None:
    """The form to put somebody down; None where nothing is free that this reader may give away."""
    options = _free(reader, several)
    if not options["slot"]:
        return None
    made = form or Form.blank(BookForInput(), options=options)
    made.options = options
    return made


def _free(reader: Reader, several: Sequence[Hours]) -> dict[str, list[Option]]:
    """Free slots in rooms whose visitors she may know."""
    found = []
    for hours in several:
        is_hers = reader.is_desk and not hours.rules.is_private
        free = queries.free(reader.db, [hours], now=clock.now(reader.db))
        mine = [one for one in free if is_hers or hours.sitting.get(one.room) == reader.volunteer_id]
        found += slot_options(hours, mine)
    return {"slot": found}


def _mine(db: Session, shift_id: int) -> Reader:
    """The sheet of a shift in which she sees people; else 404."""
    shift, who = db.get(Shift, shift_id), visitor.me(db)
    if shift is None or not queries.sits(db, shift.id, volunteer_id=who.volunteer_id):
        abort(404)
    where.show_landline(db, db.get_one(Area, shift.place_id), of=db.get_one(Activity, shift.activity_id))
    return Reader(db, shift, who.account_id, who.volunteer_id, (), "appointments_held")
