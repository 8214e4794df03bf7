"""When people can come: their own word, or a coordinator's who wrote it down for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.availability import AbsenceShown, AvailabilityInput, AvailabilityShown, AwayInput
from service.availability import actions, queries
from service.availability.actions import BackBeforeGone
from service.availability.queries import LIMITS
from service.availability.rules import NeverComes
from service.calendars.rules import local
from service.language import _
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.persons import visible
from service.web.api.problems import invalid
from service.web.api.resource import Resource

availability = Resource(
    "availability", url_prefix="/volunteers/<id:volunteer_id>", description="空闲时间：什么时候能来，请假，最多来多少。"
)


@availability.operation("GET", "/availability", gives=AvailabilityShown())
def show_availability(call: Call, *, volunteer_id: int) -> Any:
    """What a person of mine, or I myself, have said. Absences that are over are left out."""
    return _shown(call, visible(call, volunteer_id))


@availability.operation("PUT", "/availability", takes=AvailabilityInput(), gives=AvailabilityShown())
def say_availability(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Her week, her limits and what she leaves to others, all anew. Absences stay as they are."""
    person = visible(call, volunteer_id)
    offered = {one.id for one in queries.may_avoid(call.session, person.id, day=local(call.now).date())}
    if not set(body["avoids"]) <= offered:
        raise invalid(avoids=[_("只能选本队的活动")])
    known = _known(call, person)
    answers = {(one["weekday"], one["part"]): one["availability"] for one in body["week"]}
    try:
        actions.say_week(call.session, person, week=answers, **known)
    except NeverComes:
        raise invalid(week=[_("一周里哪个时间都不能来，就排不了班了")]) from None
    actions.set_limits(call.session, person, **{name: body[name] for name in LIMITS}, **known)
    actions.avoid(call.session, person, activity_ids=body["avoids"], **known)
    return _shown(call, person)


@availability.operation("POST", "/absences", takes=AwayInput(), gives=AbsenceShown(), status=201)
def note_absence(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """She is away, both days included. Places she holds then stay hers until she gives them up."""
    person = visible(call, volunteer_id)
    try:
        return actions.note_absence(call.session, person, **body, **_known(call, person))
    except BackBeforeGone:
        raise invalid(until_on=[_("要在“从哪天”那天，或者以后")]) from None


@availability.operation("DELETE", "/absences/<id:absence_id>", status=204)
def forget_absence(call: Call, *, volunteer_id: int, absence_id: int) -> Any:
    """She is there after all."""
    person = visible(call, volunteer_id)
    absence = found(queries.absence_of(call.session, absence_id, volunteer_id=person.id))
    actions.forget_absence(call.session, absence, **_known(call, person))


def _known(call: Call, person: Volunteer) -> dict[str, Any]:
    """Who writes it down, if not she herself, and when."""
    is_own = person.id == call.actor.volunteer_id
    return {"noted_by": None if is_own else call.actor.account_id, "now": call.now}


def _shown(call: Call, person: Volunteer) -> Mapping[str, Any]:
    heard = queries.said(call.session, [person.id])[person.id]
    return {
        "week": [
            {"weekday": weekday, "part": part, "availability": answer}
            for (weekday, part), answer in sorted(heard.week.items())
        ],
        **{name: getattr(heard, name) for name in LIMITS},
        "avoids": sorted(heard.avoids),
        "absences": queries.absences(call.session, person.id, from_on=local(call.now).date()),
    }
