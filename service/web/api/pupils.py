"""Pupils: enrolled with a guardian's consent; on the day marked and handed over, by the teachers of that day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.pupils import (
    GuardianInput,
    GuardianPhonesShown,
    HandOverInput,
    MarkInput,
    NewPupil,
    PupilShown,
    PupilsShown,
    SheetShown,
)
from schemas.volunteers import PhoneLookAsked
from service.activities import queries as activities
from service.activities.models import Activity, Shift
from service.pupils import actions, queries
from service.pupils.actions import NewGuardian, PupilRefused
from service.pupils.models import Pupil
from service.pupils.queries import GuardianName, Line
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.refusals import as_problem
from service.web.api.resource import Resource

pupils = Resource("pupils", description="学生：家长同意、每天点名、只交给登记过的人。")


@pupils.operation("GET", "/activities/<id:activity_id>/pupils", gives=PupilsShown())
def list_pupils(call: Call, *, activity_id: int) -> Any:
    """Who is cared for in an activity I coordinate. The look is written down."""
    activity = _activity(call, activity_id)
    actions.look_at_list(call.session, activity, account_id=call.actor.account_id, now=call.now)
    return {"items": [_pupil(one) for one in queries.enrolled(call.session, activity.id)]}


@pupils.operation(
    "POST",
    "/activities/<id:activity_id>/pupils",
    takes=NewPupil(),
    gives=PupilShown(),
    status=201,
    refuses=(409,),
    is_secret=True,
)
def enrol_pupil(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """A child is cared for in an activity I coordinate; its guardian has agreed to that by itself."""
    made = actions.enrol(
        call.session,
        _activity(call, activity_id),
        name=body["name"],
        guardian=_guardian(body),
        has_consented=body["has_consented"],
        how=body["consent_how"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return _one(call, made)


@pupils.operation("DELETE", "/pupils/<id:pupil_id>", status=204)
def forget_pupil(call: Call, *, pupil_id: int) -> Any:
    """The pupil has left, or consent was taken back: names and numbers are erased."""
    actions.forget(call.session, _mine(call, pupil_id), account_id=call.actor.account_id, now=call.now)


@pupils.operation(
    "POST",
    "/pupils/<id:pupil_id>/guardians",
    takes=GuardianInput(),
    gives=PupilShown(),
    status=201,
    is_secret=True,
)
def authorise_guardian(call: Call, *, pupil_id: int, body: dict[str, Any]) -> Any:
    """Another person may fetch the pupil."""
    pupil = _mine(call, pupil_id)
    actions.authorise(call.session, pupil, guardian=_guardian(body), account_id=call.actor.account_id, now=call.now)
    return _one(call, pupil)


@pupils.operation("DELETE", "/pupils/<id:pupil_id>/guardians/<id:guardian_id>", status=204, refuses=(409,))
def remove_guardian(call: Call, *, pupil_id: int, guardian_id: int) -> Any:
    """She may not fetch the pupil any more. Not the last one."""
    pupil, account_id = _mine(call, pupil_id), call.actor.account_id
    actions.remove_guardian(call.session, pupil, guardian_id=guardian_id, account_id=account_id, now=call.now)


@pupils.operation(
    "POST",
    "/pupils/<id:pupil_id>/phone-looks",
    takes=PhoneLookAsked(),
    gives=GuardianPhonesShown(),
    status=201,
    is_secret=True,
    limit="60/hour",
)
def look_at_guardian_phones(call: Call, *, pupil_id: int, body: dict[str, Any]) -> Any:
    """Whom to call about a pupil. Each look is written down."""
    pupil, account_id = _mine(call, pupil_id), call.actor.account_id
    actions.look_at_phones(call.session, pupil, why=body["why"], account_id=account_id, now=call.now)
    numbers = queries.phones(call.session, pupil.id)
    return {"items": [{"guardian_id": one.id, "name": one.name, "phone": phone} for one, phone in numbers]}


@pupils.operation("GET", "/shifts/<id:shift_id>/pupils", gives=SheetShown())
def show_sheet(call: Call, *, shift_id: int) -> Any:
    """A day's sheet: for who has said yes to this shift, on its day, and for its coordinators."""
    return _sheet(call, _shift(call, shift_id))


@pupils.operation(
    "PUT",
    "/shifts/<id:shift_id>/pupils/<id:pupil_id>",
    takes=MarkInput(),
    gives=SheetShown(),
    refuses=(409,),
)
def mark_pupil(call: Call, *, shift_id: int, pupil_id: int, body: dict[str, Any]) -> Any:
    """The pupil came, is excused, or is absent."""
    shift = _shift(call, shift_id)
    actions.mark(call.session, shift, pupil_id=pupil_id, **body, account_id=call.actor.account_id, now=call.now)
    return _sheet(call, shift)


@pupils.operation(
    "PUT",
    "/shifts/<id:shift_id>/pupils/<id:pupil_id>/hand-over",
    takes=HandOverInput(),
    gives=SheetShown(),
    refuses=(409,),
)
def hand_over_pupil(call: Call, *, shift_id: int, pupil_id: int, body: dict[str, Any]) -> Any:
    """The pupil goes home with one of those who may fetch it; that somebody else was refused is in the audit."""
    shift = _shift(call, shift_id)
    told: dict[str, Any] = {"account_id": call.actor.account_id, "now": call.now}
    try:
        actions.hand_over(call.session, shift, pupil_id=pupil_id, **body, **told)
    except PupilRefused as refused:
        if refused.problem != "unknown_guardian":
            raise
        actions.turn_away(call.session, shift, pupil_id=pupil_id, **told)
        return as_problem(refused).answer()
    return _sheet(call, shift)


@pupils.operation("DELETE", "/shifts/<id:shift_id>/pupils/<id:pupil_id>/hand-over", status=204, refuses=(409,))
def take_back_hand_over(call: Call, *, shift_id: int, pupil_id: int) -> Any:
    """It was a slip: the pupil is still there."""
    shift = _shift(call, shift_id)
    actions.take_back(call.session, shift, pupil_id=pupil_id, account_id=call.actor.account_id, now=call.now)


def _activity(call: Call, activity_id: int) -> Activity:
    call.needs(Role.COORDINATOR)
    return found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))  # type: ignore[no-any-return]


def _mine(call: Call, pupil_id: int) -> Pupil:
    call.needs(Role.COORDINATOR)
    return found(queries.in_scope(call.session, pupil_id, scope_ids=call.scope_ids))  # type: ignore[no-any-return]


def _shift(call: Call, shift_id: int) -> Shift:
    """The shift, of her areas, or hers to teach today; else the same 404."""
    shift = activities.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    if shift is None:
        shift = found(call.session.get(Shift, shift_id))
        her = call.actor.volunteer_id
        found(shift if queries.teaches(call.session, shift, volunteer_id=her, now=call.now) else None)
    return shift


def _sheet(call: Call, shift: Shift) -> dict[str, Any]:
    actions.look(call.session, shift, account_id=call.actor.account_id, now=call.now)
    return {"shift_id": shift.id, "pupils": [_line(one) for one in queries.sheet(call.session, shift)]}


def _line(one: Line) -> dict[str, Any]:
    return {
        "pupil_id": one.pupil.id,
        "name": one.name,
        "state": one.day.state if one.day else None,
        "marked_at": one.day.marked_at if one.day else None,
        "handed_to": one.handed_to,
        "handed_at": one.day.handed_at if one.day else None,
        "guardians": one.guardians,
    }


def _one(call: Call, pupil: Pupil) -> dict[str, Any]:
    return _pupil(queries.one(call.session, pupil))


def _pupil(one: Line) -> dict[str, Any]:
    guardians: Sequence[GuardianName] = one.guardians
    known = {name: getattr(one.pupil, name) for name in ("id", "activity_id", "consented_at", "consent_how")}
    return {**known, "name": one.name, "guardians": guardians}


def _guardian(body: dict[str, Any]) -> NewGuardian:
    return NewGuardian(name=body["guardian_name"], kinship=body["kinship"], phone=body["phone"])
