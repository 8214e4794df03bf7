"""/co/activities/<id>/appointments: how people are seen in an activity; a day's sheet at the desk, and on paper."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.appointments import RoomsInput
from service.activities import queries as activities
from service.activities.models import Activity, ActivityRole
from service.appointments import actions, queries
from service.appointments.actions import AppointmentRefused
from service.appointments.models import Consultation
from service.language import _
from service.terms import ShiftState
from service.web import notices, page, visitor, where
from service.web.desk import Desk, activity_here, at_desk, found, shift_here
from service.web.forms import Form
from service.web.pages.appointments import sentence
from service.web.pages.appointments_held import Reader, answered, booked, changed, phone_page, sheet_page
from service.web.pages.pupils import unkept

pages = Blueprint("appointments_desk", __name__, url_prefix="/co")
#: Sheets of so many days back and ahead are a tap away.
BACK, AHEAD = timedelta(days=1), timedelta(days=35)
#: What stands between the names of rooms.
BETWEEN = re.compile(r"[、，,;；\n]+")


@pages.get("/activities/<int:activity_id>/appointments")
@at_desk
def index(desk: Desk, activity_id: int) -> Response:
    """The roles, how people are seen in each, and the days ahead."""
    return _index(desk, activity_here(desk, activity_id))


@pages.post("/activities/<int:activity_id>/appointments/<int:role_id>")
@at_desk
def set_up(desk: Desk, activity_id: int, role_id: int) -> ResponseReturnValue:
    """People are seen one by one in this role."""
    activity = activity_here(desk, activity_id)
    role = found(next((one for one in activity.roles if one.id == role_id), None))
    form = Form.posted(RoomsInput())
    if form.is_valid:
        rooms = [name.strip()[:20] for name in BETWEEN.split(form.loaded["rooms"]) if name.strip()]
        given = {"slot_minutes": form.loaded["slot_minutes"], "is_private": form.loaded["is_private"]}
        try:
            with desk.db.begin_nested():
                actions.set_consultation(desk.db, role, rooms=rooms, **given, account_id=desk.account_id, now=desk.now)
        except AppointmentRefused as refused:
            form.refuse(sentence(refused))
    if form.has_errors:
        return _index(desk, activity, role_id=role_id, form=form)
    notices.notify(_("记下了。有人答应坐诊，他的时间就可以约。"))
    return page.see_other(url_for("appointments_desk.index", activity_id=activity.id))


@pages.get("/shifts/<int:shift_id>/appointments")
@at_desk
def sheet(desk: Desk, shift_id: int) -> Response:
    """Who comes when; of private ones only which slots are taken."""
    return sheet_page(_reader(desk, shift_id))


@pages.post("/shifts/<int:shift_id>/appointments/book")
@at_desk
def book(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """Somebody telephoned, came by, or filled in a paper."""
    return booked(_reader(desk, shift_id))


@pages.post("/shifts/<int:shift_id>/appointments/one/<int:appointment_id>/answer")
@at_desk
def answer(desk: Desk, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """She was told, and said yes or no."""
    return answered(_reader(desk, shift_id), appointment_id)


@pages.post("/shifts/<int:shift_id>/appointments/one/<int:appointment_id>/change")
@at_desk
def change(desk: Desk, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """Another time."""
    return changed(_reader(desk, shift_id), appointment_id)


@pages.post("/shifts/<int:shift_id>/appointments/one/<int:appointment_id>/phone")
@at_desk
def phone(desk: Desk, shift_id: int, appointment_id: int) -> ResponseReturnValue:
    """Her number, to call her."""
    return phone_page(_reader(desk, shift_id), appointment_id)


@pages.get("/shifts/<int:shift_id>/appointments/paper")
@at_desk
def paper(desk: Desk, shift_id: int) -> Response:
    """The slots of the day to hang at the door, with masked names and no numbers; private ones without names."""
    reader = _reader(desk, shift_id)
    tables = [(one, reader.table(one)) for one in queries.of_shift(desk.db, shift_id)]
    actions.look(desk.db, reader.shift, account_id=desk.account_id, now=desk.now, verb="printed_appointments")
    return unkept(
        page.render(
            "appointments/paper.html",
            title=_("预约时间表"),
            shift=reader.shift,
            activity=desk.db.get_one(Activity, reader.shift.activity_id),
            place=where.place(desk.db, reader.shift.place_id),
            tables=tables,
            back=reader.address("sheet"),
            now=desk.now,
        )
    )


def _index(desk: Desk, activity: Activity, *, role_id: int = 0, form: Form | None = None) -> Response:
    rows = queries.consultations(desk.db, activity.id)
    around = activities.shifts_between(desk.db, activity.id, from_at=desk.now - BACK, until_at=desk.now + AHEAD)
    return page.render(
        "appointments/index.html",
        title=_("约时间"),
        form=form,
        activity=activity,
        roles=[(role, kept, form if role.id == role_id and form else _blank(role, kept)) for role, kept in rows],
        days=[one for one in around if one.state == ShiftState.OPEN] if any(kept for _role, kept in rows) else [],
    )


def _blank(role: ActivityRole, kept: Consultation | None) -> Form:
    given = {"slot_minutes": kept.slot_minutes, "rooms": _("、").join(kept.rooms)} if kept else {"slot_minutes": 10}
    return Form.blank(RoomsInput(), given={**given, "is_private": kept is not None and kept.is_private})


def _reader(desk: Desk, shift_id: int) -> Reader:
    shift = shift_here(desk, shift_id)
    activity_here(desk, shift.activity_id)
    return Reader(
        desk.db, shift, desk.account_id, visitor.me(desk.db).volunteer_id, desk.scope_ids, "appointments_desk"
    )
