"""People of one's areas, looked through; that somebody left, and came back."""

from __future__ import annotations

from typing import Any

from schemas.people import CardShown, LeavingInput, LeftShown, PeopleListed
from schemas.shown import page_of
from service.calendars.rules import local
from service.people import actions, queries
from service.people.queries import Asked, Card
from service.terms import Role
from service.volunteers.models import Volunteer
from service.volunteers.queries import in_scope
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.resource import Resource

people = Resource("people", description="志愿者：按姓名、电话后四位、标签、特长、队伍找人；离开了、又来了。")


@people.operation("GET", "/people", asks=PeopleListed(), gives=page_of(CardShown))
def list_people(call: Call, *, asked: dict[str, Any]) -> Any:
    """People in areas I coordinate, by pinyin, with when they served last and serve next. The look is written down."""
    call.needs(Role.COORDINATOR)
    limit, cursor = asked.pop("limit"), cursors.after_id(asked.pop("after", None))
    wanted = Asked(text=asked.pop("q"), **asked)
    rows = queries.listed(
        call.session,
        wanted,
        scope_ids=call.scope_ids,
        now=call.now,
        day=local(call.now).date(),
        after=in_scope(call.session, cursor, scope_ids=call.scope_ids),
        limit=limit + 1,
    )
    by = [name for name, value in {"q": wanted.text, **asked}.items() if value]
    actions.note_search(call.session, account_id=call.actor.account_id, now=call.now, found=len(rows[:limit]), by=by)
    return cursors.shown(rows, limit=limit, key=lambda card: (card.person.id,), each=_card)


@people.operation("PUT", "/volunteers/<id:volunteer_id>/departure", takes=LeavingInput(), gives=LeftShown())
def leave(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """She serves no more: what she had before her is given back, and others are sought. Twice is harmless."""
    her = _person(call, volunteer_id)
    return actions.leave(call.session, her, reason=body["reason"], account_id=call.actor.account_id, now=call.now)


@people.operation("DELETE", "/volunteers/<id:volunteer_id>/departure", status=204)
def come_back(call: Call, *, volunteer_id: int) -> Any:
    """She serves again; within ten minutes she has again what is still kept for her. Twice is harmless."""
    her = _person(call, volunteer_id)
    actions.come_back(call.session, her, account_id=call.actor.account_id, now=call.now)


def _person(call: Call, volunteer_id: int) -> Volunteer:
    """Somebody who lives in my areas."""
    person: Volunteer = found(in_scope(call.session, volunteer_id, scope_ids=call.scope_ids))
    return person


def _card(card: Card) -> dict[str, Any]:
    names = ("area", "skills", "kinds", "teams", "last_at", "next_at")
    person = card.person
    own = {"id": person.id, "area_id": person.area_id, "name": person.name, "tags": person.tags}
    return {**own, "has_phone": person.phone_digest is not None, **{name: getattr(card, name) for name in names}}
