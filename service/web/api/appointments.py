"""Appointments: slots of a doctor or a counsellor, for oneself or for whoever asked; private where it must be."""

from __future__ import annotations

from typing import Any

from schemas.appointments import (
    AppointmentAnswerInput,
    AppointmentInput,
    AppointmentPhoneShown,
    AppointmentShown,
    ConsultationInput,
    ConsultationShown,
    SlotInput,
    SlotsShown,
)
from schemas.roster import Reply
from schemas.volunteers import PhoneLookAsked
from service import secrets, wording
from service.activities import queries as activities
from service.activities.models import Shift
from service.appointments import actions, queries
from service.appointments.actions import Typist
from service.appointments.models import Appointment
from service.appointments.queries import Hours, Line
from service.terms import AskedHow, Role
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource
from service.web.words import NOT_OFFERED

appointments = Resource("appointments", description="约时间：医生、咨询师一个一个地看，谁来看只有该知道的人知道。")


@appointments.operation(
    "PUT",
    "/activities/<id:activity_id>/roles/<id:role_id>/consultation",
    takes=ConsultationInput(),
    gives=ConsultationShown(),
    refuses=(409,),
)
def set_consultation(call: Call, *, activity_id: int, role_id: int, body: dict[str, Any]) -> Any:
    """Whoever serves in this role of an activity I coordinate sees people one by one."""
    call.needs(Role.COORDINATOR)
    activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    role = found(next((one for one in activity.roles if one.id == role_id), None))
    return actions.set_consultation(call.session, role, **body, account_id=call.actor.account_id, now=call.now)


@appointments.operation("GET", "/shifts/<id:shift_id>/appointments", gives=SlotsShown())
def list_slots(call: Call, *, shift_id: int) -> Any:
    """The slots of a shift: which are free, to everybody; who comes, to who sits there and, unless it is private, to
    its coordinators. Each look at names is written down."""
    shift, is_desk = _shift(call, shift_id)
    return _shown(call, shift, is_desk=is_desk)


@appointments.operation(
    "POST",
    "/shifts/<id:shift_id>/appointments",
    takes=AppointmentInput(),
    gives=AppointmentShown(),
    status=201,
    refuses=(409,),
    is_secret=True,
)
def book(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """A slot for myself; or, with a name, for somebody who told me: in an area I coordinate, or where I sit."""
    shift, is_desk = _shift(call, shift_id)
    if body["shift_role_id"] not in [one.shift_role_id for one in queries.of_shift(call.session, shift.id)]:
        raise invalid(shift_role_id=[str(NOT_OFFERED)])
    slot = {name: body[name] for name in ("shift_role_id", "room", "slot")}
    made = actions.book(call.session, **slot, **_whose(call, shift, body, is_desk=is_desk), now=call.now)
    return _one(made, is_whole="name" not in body)


@appointments.operation(
    "POST",
    "/appointments/<id:appointment_id>/answers",
    takes=AppointmentAnswerInput(),
    gives=AppointmentShown(),
    status=201,
    refuses=(409,),
    is_secret=True,
)
def answer(call: Call, *, appointment_id: int, body: dict[str, Any]) -> Any:
    """Whether the slot she was offered instead suits her, as she told me."""
    one, is_yes = _visible(call, appointment_id), body["reply"] == Reply.ACCEPT
    said = actions.answer(call.session, one.id, is_yes=is_yes, now=call.now, account_id=call.actor.account_id)
    return _one(said)


@appointments.operation(
    "POST",
    "/appointments/<id:appointment_id>/moves",
    takes=SlotInput(),
    gives=AppointmentShown(),
    status=201,
    refuses=(409,),
    is_secret=True,
)
def change(call: Call, *, appointment_id: int, body: dict[str, Any]) -> Any:
    """Another slot for her; she is told."""
    one = _visible(call, appointment_id)
    return _one(actions.change(call.session, one.id, **body, now=call.now, account_id=call.actor.account_id))


@appointments.operation("DELETE", "/appointments/<id:appointment_id>", status=204)
def cancel(call: Call, *, appointment_id: int) -> Any:
    """She told me that she does not come. Twice is harmless."""
    one = _visible(call, appointment_id)
    actions.cancel(call.session, one.id, now=call.now, account_id=call.actor.account_id)


@appointments.operation(
    "POST",
    "/appointments/<id:appointment_id>/phone-looks",
    takes=PhoneLookAsked(),
    gives=AppointmentPhoneShown(),
    status=201,
    is_secret=True,
    limit="60/hour",
)
def look_at_phone(call: Call, *, appointment_id: int, body: dict[str, Any]) -> Any:
    """The number of who has an appointment. Each look is written down."""
    one = _visible(call, appointment_id)
    actions.look_at_phone(call.session, one, why=body["why"], account_id=call.actor.account_id, now=call.now)
    return {"id": one.id, "phone": queries.phone(one)}


def _shift(call: Call, shift_id: int) -> tuple[Shift, bool]:
    """The shift, and whether it is of an area I coordinate; of others only published ones."""
    shift = activities.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    if shift is not None:
        return shift, True
    return found(activities.open_shift(call.session, shift_id)), False


def _visible(call: Call, appointment_id: int) -> Appointment:
    her = call.actor.volunteer_id
    one: Appointment = found(queries.visible(call.session, appointment_id, scope_ids=call.scope_ids, volunteer_id=her))
    return one


def _whose(call: Call, shift: Shift, body: dict[str, Any], *, is_desk: bool) -> dict[str, Any]:
    """Whose appointment it is to be, and who types it."""
    if "name" not in body:
        me = call.session.get_one(Volunteer, call.volunteer_id)
        return {"name": me.name, "phone": secrets.unseal(me.phone_sealed) if me.phone_sealed else None}
    her = call.actor.volunteer_id
    found(shift if is_desk or queries.sits(call.session, shift.id, volunteer_id=her) else None)
    typist = Typist(call.actor.account_id, her, body.get("asked_how", AskedHow.PHONE))
    return {"name": body["name"], "phone": body["phone"], "by": typist}


def _shown(call: Call, shift: Shift, *, is_desk: bool) -> dict[str, Any]:
    her = call.actor.volunteer_id
    several = queries.of_shift(call.session, shift.id)
    lines = [(one, queries.table(call.session, one, volunteer_id=her, is_desk=is_desk)) for one in several]
    waiting = queries.waiting(call.session, shift.id, scope_ids=call.scope_ids) if is_desk else []
    if waiting or any(line.appointment for _one, table in lines for line in table):
        actions.look(call.session, shift, account_id=call.actor.account_id, now=call.now)
    return {
        "shift_id": shift.id,
        "items": [_slot(one, line, call, her) for one, table in lines for line in table],
        "waiting": [_one(one) for one in waiting],
    }


def _slot(hours: Hours, line: Line, call: Call, her: int | None) -> dict[str, Any]:
    slot, sits_there = line.slot, her is not None and hours.sitting.get(line.slot.room) == her
    return {
        "shift_role_id": slot.shift_role_id,
        "room": slot.room,
        "room_name": hours.rules.rooms[slot.room],
        "slot": slot.number,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "is_free": line.is_open and not line.is_taken and slot.starts_at > call.now,
        "is_taken": line.is_taken,
        "appointment": _one(line.appointment, is_whole=sits_there) if line.appointment else None,
    }


def _one(one: Appointment, *, is_whole: bool = False) -> dict[str, Any]:
    name = queries.name(one)
    told = {key: getattr(one, key) for key in ("id", "state", "has_mobile", "room", "slot")}
    return {**told, "name": name if is_whole else wording.masked_name(name)}
