"""People of one's areas, looked through; that somebody left, and came back."""

from __future__ import annotations

from typing import Any

from schemas.people import (
    CardShown,
    ErasureShown,
    LeavingInput,
    LeftShown,
    MergeShown,
    NewMerge,
    NotTwins,
    OwnDataShown,
    PeopleListed,
    TwinsListed,
)
from schemas.shown import page_of
from service.calendars.rules import local
from service.people import actions, erasing, queries
from service.people.merging import NotTwo, merge, say_apart
from service.people.models import Merge
from service.people.own_data import own_data
from service.people.queries import Asked, Card
from service.people.twins import merge_in_scope, twins
from service.people.undoing import undo
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


@people.operation("GET", "/people/twins", gives=TwinsListed())
def list_twins(call: Call) -> Any:
    """Entries of my areas that may be one person. The look is written down."""
    call.needs(Role.COORDINATOR)
    pairs = twins(call.session, scope_ids=call.scope_ids)
    actions.note_search(call.session, account_id=call.actor.account_id, now=call.now, found=len(pairs), by=["twins"])
    return {
        "items": [
            {
                "one_id": pair.one.id,
                "other_id": pair.other.id,
                "names": [pair.one.name, pair.other.name],
                "likeness": pair.likeness,
            }
            for pair in pairs
        ]
    }


@people.operation("POST", "/people/twins/apart", takes=NotTwins(), status=204, refuses=(409,))
def tell_apart(call: Call, *, body: dict[str, Any]) -> Any:
    """They are two people, and not suggested again. Twice is harmless."""
    one, other = (_person(call, body[name]) for name in ("one_id", "other_id"))
    if one.id == other.id:
        raise NotTwo("they are one entry")
    say_apart(call.session, one_id=one.id, other_id=other.id, account_id=call.actor.account_id, now=call.now)


@people.operation("POST", "/people/merges", takes=NewMerge(), gives=MergeShown(), status=201, refuses=(409,))
def merge_people(call: Call, *, body: dict[str, Any]) -> Any:
    """They are one: all that refers to the one refers to the other. Can be undone for a day. Twice is harmless."""
    kept, gone = (_person(call, body[name]) for name in ("kept_id", "gone_id"))
    made = merge(
        call.session,
        kept_id=kept.id,
        gone_id=gone.id,
        chosen=body["take"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return _merge(made)


@people.operation("DELETE", "/people/merges/<id:merge_id>", gives=MergeShown(), refuses=(409,))
def undo_merge(call: Call, *, merge_id: int) -> Any:
    """They are two again. Twice is harmless."""
    made = found(merge_in_scope(call.session, merge_id, scope_ids=call.scope_ids))
    undo(call.session, made, account_id=call.actor.account_id, now=call.now)
    return _merge(made)


@people.operation("GET", "/me/data", gives=OwnDataShown(), is_secret=True, limit="5/hour")
def show_own_data(call: Call) -> Any:
    """A copy of all that is kept about me. That it was made is written down."""
    person = call.session.get_one(Volunteer, call.volunteer_id)
    return own_data(call.session, person, account_id=call.actor.account_id, now=call.now)


@people.operation("PUT", "/volunteers/<id:volunteer_id>/erasure", gives=ErasureShown(), refuses=(409,))
def ask_erasure(call: Call, *, volunteer_id: int) -> Any:
    """To be forgotten: I, or a person of my areas who told me so. Done after a week; twice is once."""
    person = _herself_or_mine(call, volunteer_id)
    return erasing.ask(call.session, person, account_id=call.actor.account_id, now=call.now)


@people.operation("DELETE", "/volunteers/<id:volunteer_id>/erasure", status=204)
def take_back_erasure(call: Call, *, volunteer_id: int) -> Any:
    """She has thought again. Twice is harmless."""
    person = _herself_or_mine(call, volunteer_id)
    erasing.take_back(call.session, person.id, account_id=call.actor.account_id, now=call.now)


def _herself_or_mine(call: Call, volunteer_id: int) -> Volunteer:
    if volunteer_id == call.actor.volunteer_id:
        return call.session.get_one(Volunteer, volunteer_id)
    return _person(call, volunteer_id)


def _merge(made: Merge) -> dict[str, Any]:
    names = ("id", "kept_id", "gone_id", "merged_at", "undo_until", "undone_at")
    given_back = [place["id"] for place in made.before.get("places", ())]
    return {**{name: getattr(made, name) for name in names}, "given_back": given_back}


def _person(call: Call, volunteer_id: int) -> Volunteer:
    """Somebody who lives in my areas."""
    person: Volunteer = found(in_scope(call.session, volunteer_id, scope_ids=call.scope_ids))
    return person


def _card(card: Card) -> dict[str, Any]:
    names = ("area", "skills", "kinds", "teams", "last_at", "next_at")
    person = card.person
    own = {"id": person.id, "area_id": person.area_id, "name": person.name, "tags": person.tags}
    return {**own, "has_phone": person.phone_digest is not None, **{name: getattr(card, name) for name in names}}
