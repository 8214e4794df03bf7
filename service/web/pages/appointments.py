"""An appointment in two screens, without being registered: slot, name and number; the code. Afterwards by its link.

Who she is waits in the session (`asked`) until she has proved her number. Somebody logged in needs no code for her own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.appointments import AppointmentAnswerInput, BookInput
from schemas.login import CodeInput
from schemas.roster import Reply
from service import clock, links, secrets, wording
from service.accounts.models import Account
from service.activities.models import Activity
from service.appointments import actions, queries
from service.appointments.actions import AppointmentRefused
from service.appointments.models import Appointment
from service.appointments.queries import Hours
from service.appointments.rules import Slot
from service.language import _
from service.places.models import Area
from service.terms import ActivityState, ShiftState
from service.web import asked, code_step, notices, page, visitor, where, words
from service.web.asked import Asker
from service.web.forms import Form, Option
from service.web.limits import limiter
from service.web.security import csrf

pages = Blueprint("appointments", __name__)


@pages.get("/book/<int:role_id>")
@visitor.for_anyone
def choose(db: Session, role_id: int) -> ResponseReturnValue:
    """The free slots, and who she is."""
    hours = _hours(db, role_id)
    me, phone = visitor.volunteer(db), _proved(db)
    given = {"name": me.name if me else "", "phone": wording.phone(phone) if phone else ""}
    kept = asked.kept(role_id)
    if kept is not None:
        given = {"name": kept.name, "phone": wording.phone(kept.phone)}
    return _choose(db, hours, Form.blank(BookInput(), given=given, options=_slots(db, hours)))


@pages.post("/book/<int:role_id>")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def tell(db: Session, role_id: int) -> ResponseReturnValue:
    """Keep who she is for the next screen and send the code; whoever has proved that number needs none."""
    hours, now = _hours(db, role_id), clock.now(db)
    form = Form.posted(BookInput(), options=_slots(db, hours))
    form.check_offered("slot")
    if form.has_errors:
        return _choose(db, hours, form)
    name, phone, wanted = form.loaded["name"], form.loaded["phone"], picked(form.loaded["slot"])
    room, slot = wanted["room"], wanted["slot"]
    if phone == _proved(db):
        return _book(db, hours, form, name=name, phone=phone, room=room, slot=slot)
    if not code_step.send(db, form, phone=phone, now=now):
        return _choose(db, hours, form)
    asked.keep(role_id, Asker(name=name, phone=phone))
    return page.see_other(url_for("appointments.code", role_id=role_id, room=room, slot=slot))


@pages.get("/book/<int:role_id>/<int:room>/<int:slot>")
@visitor.for_anyone
def code(db: Session, role_id: int, room: int, slot: int) -> ResponseReturnValue:
    """The six digits."""
    hours, asker = _hours(db, role_id), asked.kept(role_id)
    wanted = hours.slot(room, slot)
    if asker is None or wanted is None:
        return _anew(role_id)
    return _ask_code(hours, wanted, asker, Form.blank(CodeInput()))


@pages.post("/book/<int:role_id>/<int:room>/<int:slot>/again")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def code_again(db: Session, role_id: int, room: int, slot: int) -> ResponseReturnValue:
    """No message came: send another."""
    asker = asked.kept(role_id)
    if asker is None:
        return _anew(role_id)
    code_step.send_again(db, phone=asker.phone, now=clock.now(db))
    return page.see_other(url_for("appointments.code", role_id=role_id, room=room, slot=slot))


@pages.post("/book/<int:role_id>/<int:room>/<int:slot>")
@limiter.limit("20/minute")
@visitor.for_anyone
def check(db: Session, role_id: int, room: int, slot: int) -> ResponseReturnValue:
    """The digits are right: the slot is hers. She is not logged in, and registered nowhere."""
    hours, asker = _hours(db, role_id), asked.kept(role_id)
    wanted = hours.slot(room, slot)
    if asker is None or wanted is None:
        return _anew(role_id)
    form = code_step.check(db, phone=asker.phone, now=clock.now(db))
    if form.has_errors:
        return _ask_code(hours, wanted, asker, form)
    blank = Form.blank(BookInput(), given={"name": asker.name, "phone": asker.phone}, options=_slots(db, hours))
    return _book(db, hours, blank, name=asker.name, phone=asker.phone, room=room, slot=slot)


by_link = Blueprint("appointment", __name__)
# The token is the permission: whoever holds the link may answer. A cookie adds nothing.
csrf.exempt(by_link)


@by_link.get(f"{links.APPOINTMENT_PATH}<token>")
@limiter.limit("60/minute")
@visitor.for_anyone
def show(db: Session, token: str) -> ResponseReturnValue:
    """When and where, and what she can say. Changes nothing."""
    return _one(db, token, _read(db, token))


@by_link.post(f"{links.APPOINTMENT_PATH}<token>")
@limiter.limit("30/minute")
@visitor.for_anyone
def answer(db: Session, token: str) -> ResponseReturnValue:
    """It suits her, or she does not come. Sending it twice is harmless."""
    one, form = _read(db, token), Form.posted(AppointmentAnswerInput())
    if form.has_errors:
        return _one(db, token, one, form)
    try:
        with db.begin_nested():
            actions.answer(db, one.id, is_yes=form.loaded["reply"] == Reply.ACCEPT, now=clock.now(db))
    except AppointmentRefused as refused:
        form.refuse(sentence(refused))
        return _one(db, token, _read(db, token), form, status=409)
    return page.see_other(url_for("appointment.show", token=token))


def slot_value(slot: Slot) -> str:
    """A slot as a form names it."""
    return f"{slot.shift_role_id}-{slot.room}-{slot.number}"


def picked(value: str) -> dict[str, int]:
    """An offered slot, as actions take it."""
    return dict(zip(("shift_role_id", "room", "slot"), map(int, value.split("-")), strict=True))


def slot_options(hours: Hours, free: list[Slot]) -> list[Option]:
    """The free slots of one occasion to choose from: the time, and the room where there are several."""
    rooms = hours.rules.rooms
    return [
        Option(
            value=slot_value(slot),
            text=wording.clock(slot.starts_at) + (_("，{room}", room=rooms[slot.room]) if len(rooms) > 1 else ""),
        )
        for slot in free
    ]


def sentence(refused: AppointmentRefused) -> str:
    """Why not, in words."""
    return str(words.APPOINTMENT_PROBLEMS[refused.problem])


def _book(db: Session, hours: Hours, form: Form, **whose: Any) -> ResponseReturnValue:
    """Take the slot and show it; or say why not, beside those that are free by now."""
    try:
        with db.begin_nested():
            made = actions.book(db, shift_role_id=hours.shift_role_id, **whose, now=clock.now(db))
    except AppointmentRefused as refused:
        form.refuse(sentence(refused))
        form.options = _slots(db, hours)
        return _choose(db, hours, form, status=409)
    asked.forget(hours.shift_role_id)
    return page.see_other(url_for("appointment.show", token=links.appointment_token(made.id)))


def _choose(db: Session, hours: Hours, form: Form, *, status: int = 200) -> ResponseReturnValue:
    activity = db.get_one(Activity, hours.shift.activity_id)
    where.show_landline(db, db.get_one(Area, hours.shift.place_id), of=activity)
    return page.render(
        "appointments/choose.html",
        title=_("约时间：{title}", title=activity.title),
        form=form,
        status=status,
        hours=hours,
        shift=hours.shift,
        activity=activity,
        place=where.place(db, hours.shift.place_id),
    )


def _ask_code(hours: Hours, wanted: Slot, asker: Asker, form: Form) -> ResponseReturnValue:
    return page.render(
        "appointments/code.html",
        title=_("填写验证码"),
        form=form,
        hours=hours,
        slot=wanted,
        sent_to=wording.masked_phone(asker.phone),
    )


def _one(
    db: Session, token: str, one: Appointment, form: Form | None = None, *, status: int = 200
) -> ResponseReturnValue:
    hours = queries.hours(db, one.shift_role_id)
    if hours is None:
        abort(404)
    activity = db.get_one(Activity, hours.shift.activity_id)
    where.show_landline(db, db.get_one(Area, hours.shift.place_id), of=activity)
    slot = hours.slot(one.room, one.slot)
    return page.render(
        "appointments/mine.html",
        title=_("{what}：{title}", what=words.APPOINTMENT_STATES[one.state], title=activity.title),
        form=form,
        status=status,
        token=token,
        one=one,
        name=queries.name(one),
        slot=slot,
        room=hours.rules.rooms[one.room] if one.room < len(hours.rules.rooms) else "",
        shift=hours.shift,
        activity=activity,
        place=where.place(db, hours.shift.place_id),
        is_over=hours.shift.ends_at <= clock.now(db),
        others=[near for near, left in queries.to_book(db, activity.id, now=clock.now(db)) if left],
    )


def _read(db: Session, token: str) -> Appointment:
    try:
        one = db.get(Appointment, links.read_appointment_token(token), populate_existing=True)
    except links.BrokenLink:
        abort(404)
    if one is None or one.forgotten_at is not None:
        abort(404)
    return one


def _hours(db: Session, role_id: int) -> Hours:
    """Where people are seen, of a published activity that is not over; else 404."""
    hours = queries.hours(db, role_id)
    if hours is None or hours.shift.state != ShiftState.OPEN or hours.shift.ends_at <= clock.now(db):
        abort(404)
    activity = db.get_one(Activity, hours.shift.activity_id)
    if activity.state != ActivityState.PUBLISHED or activity.reveal_before is not None:
        abort(404)
    return hours


def _slots(db: Session, hours: Hours) -> dict[str, list[Option]]:
    now: datetime = clock.now(db)
    return {"slot": slot_options(hours, queries.free(db, [hours], now=now))}


def _proved(db: Session) -> str | None:
    """The number of whoever is logged in: she has proved it."""
    who = visitor.current(db)
    return secrets.unseal(db.get_one(Account, who.account_id).phone_sealed) if who else None


def _anew(role_id: int) -> ResponseReturnValue:
    """The browser has forgotten who she is: back one screen, and say why."""
    notices.notify(_("浏览器没有记住前面填的内容，请再填一次。"))
    return page.see_other(url_for("appointments.choose", role_id=role_id))
