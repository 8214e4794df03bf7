"""Skills: who can what in one's areas, claimed and verified."""

from __future__ import annotations

from typing import Any

from schemas.skills import HeldsShown, SkillInput, SkillsAsked, SkillShown, SkillsShown
from service.calendars.rules import local
from service.skills import actions, queries
from service.skills.models import Skill
from service.skills.queries import Held
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.persons import visible
from service.web.api.resource import Resource

skills = Resource("skills", description="特长和资质：谁会什么，核实过没有。")


@skills.operation("GET", "/skills", asks=SkillsAsked(), gives=HeldsShown())
def search_skills(call: Call, *, asked: dict[str, Any]) -> Any:
    """Skills and qualifications of people in areas I coordinate. Each search is written down."""
    call.needs(Role.COORDINATOR)
    kind, state = asked.get("kind"), asked.get("state")
    rows = queries.search(
        call.session,
        scope_ids=call.scope_ids,
        day=local(call.now).date(),
        text=asked["text"],
        kinds=[kind] if kind else None,
        state=state,
        limit=asked["limit"],
    )
    actions.note_search(
        call.session, account_id=call.actor.account_id, now=call.now, found=len(rows), kind=kind, state=state
    )
    return {"items": [_held(one) for one in rows]}


@skills.operation("GET", "/volunteers/<id:volunteer_id>/skills", gives=SkillsShown())
def list_skills(call: Call, *, volunteer_id: int) -> Any:
    """What a person of mine, or I myself, can."""
    return {"items": queries.of_person(call.session, visible(call, volunteer_id).id)}


@skills.operation(
    "POST",
    "/volunteers/<id:volunteer_id>/skills",
    takes=SkillInput(),
    gives=SkillShown(),
    status=201,
    refuses=(409,),
)
def claim_skill(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """She says that she can something: she herself, or her coordinator for her."""
    person = visible(call, volunteer_id)
    noted_by = None if person.id == call.actor.volunteer_id else call.actor.account_id
    return actions.claim(call.session, person, noted_by=noted_by, now=call.now, **body)


@skills.operation("PUT", "/skills/<id:skill_id>/verification", gives=SkillShown())
def verify_skill(call: Call, *, skill_id: int) -> Any:
    """I have seen that she can. Twice is harmless: the first stands."""
    skill = found(queries.in_scope(call.session, skill_id, scope_ids=call.scope_ids))
    actions.verify(call.session, skill, account_id=call.actor.account_id, now=call.now)
    return skill


@skills.operation("DELETE", "/skills/<id:skill_id>", status=204)
def take_back_skill(call: Call, *, skill_id: int) -> Any:
    """It is gone: of a person of mine, or my own."""
    skill = call.session.get(Skill, skill_id)
    if skill is None or skill.volunteer_id != call.actor.volunteer_id:
        skill = found(queries.in_scope(call.session, skill_id, scope_ids=call.scope_ids))
    actions.take_back(call.session, skill, account_id=call.actor.account_id, now=call.now)


def _held(one: Held) -> dict[str, Any]:
    names = ("id", "kind", "name", "evidence", "state", "valid_until", "verified_at", "verified_by")
    own = {name: getattr(one, name) for name in names}
    return {**own, "volunteer_id": one.person.id, "person": one.person.name}
