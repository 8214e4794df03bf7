"""Rotations: open one, see who is next and why, publish its turns, change its pool, hand over, close."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from schemas.rotations import (
    AbsenceInput,
    CloseInput,
    DealShown,
    DealWhole,
    NewDeal,
    NewParty,
    NewRotation,
    NoteInput,
    NotesShown,
    PartyShown,
    RotationsAsked,
    RotationShown,
    RotationWhole,
    WishInput,
)
from schemas.shown import page_of
from service.activities.models import Activity, Shift
from service.places.queries import in_scope as place_in_scope
from service.rotation import actions, notes, overview, pool, queries, turns
from service.rotation.models import Rotation, RotationDeal, RotationMember
from service.rotation.notes import Reader
from service.rotation.pool import PartyPlan, RotationRefused
from service.terms import Role
from service.volunteers.queries import in_scope as volunteer_in_scope
from service.web import words
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.resource import Resource

rotations = Resource("rotations", description="轮流看护：开始、轮到谁和为什么、发布、谁在轮、交班、结束。")


@rotations.operation("GET", "/rotations", asks=RotationsAsked(), gives=page_of(RotationShown))
def list_rotations(call: Call, *, asked: dict[str, Any]) -> Any:
    """Posts in areas I coordinate, the newest first."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids,
        before_id=cursors.after_id(asked.get("after")) or None,
        limit=asked["limit"] + 1,
    )
    return cursors.shown(
        rows,
        limit=asked["limit"],
        key=lambda row: (row.Rotation.id,),
        each=lambda row: _shown(row.Rotation, row.Activity),
    )


@rotations.operation("POST", "/rotations", takes=NewRotation(), gives=RotationWhole(), status=201)
def open_rotation(call: Call, *, body: dict[str, Any]) -> Any:
    """Have a post watched in turns. With `is_automatic` people are asked as soon as the turns are dealt."""
    call.needs(Role.COORDINATOR)
    for name in ("area_id", "place_id"):
        found(place_in_scope(call.session, body[name], scope_ids=call.scope_ids))
    parties = [_party(call, party) for party in body.pop("parties")]
    rotation = actions.open_rotation(
        call.session, **body, parties=parties, account_id=call.actor.account_id, now=call.now
    )
    return _whole(call, rotation), {"Location": f"/api/v1/rotations/{rotation.id}"}


@rotations.operation("GET", "/rotations/<id:rotation_id>", gives=RotationWhole())
def show_rotation(call: Call, *, rotation_id: int) -> Any:
    """One post with its pool, who has had least first."""
    return _whole(call, _rotation(call, rotation_id))


@rotations.operation(
    "POST", "/rotations/<id:rotation_id>/closings", takes=CloseInput(), gives=RotationWhole(), status=201
)
def close(call: Call, *, rotation_id: int, body: dict[str, Any]) -> Any:
    """Call off what has not begun; exactly its people are told. Twice is harmless."""
    rotation = _rotation(call, rotation_id)
    actions.close(call.session, rotation.id, reason=body["reason"], account_id=call.actor.account_id, now=call.now)
    return _whole(call, rotation)


@rotations.operation(
    "POST",
    "/rotations/<id:rotation_id>/parties",
    takes=NewParty(),
    gives=PartyShown(),
    status=201,
    refuses=(422,),
)
def join(call: Call, *, rotation_id: int, body: dict[str, Any]) -> Any:
    """A person or a household takes turns from the next ones on."""
    rotation = _rotation(call, rotation_id)
    plan = _party(call, body)
    party = pool.join(call.session, rotation, plan, account_id=call.actor.account_id, now=call.now)
    return next(_share(share) for share in overview.shares(call.session, rotation) if share.party.id == party.id)


@rotations.operation("DELETE", "/rotations/<id:rotation_id>/members/<id:member_id>", status=204)
def leave(call: Call, *, rotation_id: int, member_id: int) -> Any:
    """She takes no more turns; what she had ahead is dealt to others. Twice is harmless."""
    pool.leave(call.session, _member(call, rotation_id, member_id), account_id=call.actor.account_id, now=call.now)


@rotations.operation(
    "POST", "/rotations/<id:rotation_id>/members/<id:member_id>/absences", takes=AbsenceInput(), status=204
)
def note_absence(call: Call, *, rotation_id: int, member_id: int, body: dict[str, Any]) -> Any:
    """She is away on these dates, both included."""
    member = _member(call, rotation_id, member_id)
    pool.note_absence(call.session, member, **body, account_id=call.actor.account_id, now=call.now)


@rotations.operation("POST", "/rotations/<id:rotation_id>/members/<id:member_id>/wishes", takes=WishInput(), status=204)
def note_wish(call: Call, *, rotation_id: int, member_id: int, body: dict[str, Any]) -> Any:
    """She always takes the block that begins then on this day of the week."""
    member, wish = _member(call, rotation_id, member_id), {**body, "weekday": int(body["weekday"])}
    pool.note_wish(call.session, member, **wish, account_id=call.actor.account_id, now=call.now)


@rotations.operation(
    "POST",
    "/rotations/<id:rotation_id>/deals",
    takes=NewDeal(),
    gives=DealShown(),
    status=202,
    refuses=(409,),
)
def request_deal(call: Call, *, rotation_id: int, body: dict[str, Any]) -> Any:
    """Deal what is ahead again: gaps are filled, promises stay."""
    rotation = _rotation(call, rotation_id)
    made = turns.request(
        call.session,
        rotation,
        from_at=call.now,
        until_at=max(rotation.dealt_until, call.now + turns.A_STRETCH),
        account_id=call.actor.account_id,
        now=call.now,
        moves_offers=body["moves_offers"],
    )
    return made, {"Location": f"/api/v1/rotation-deals/{made.id}"}


@rotations.operation("GET", "/rotation-deals/<id:deal_id>", gives=DealWhole())
def show_deal(call: Call, *, deal_id: int) -> Any:
    """One dealing: who is next and why."""
    return _deal(call, _made(call, deal_id))


@rotations.operation("POST", "/rotation-deals/<id:deal_id>/publications", gives=DealWhole(), status=201, refuses=(409,))
def publish_deal(call: Call, *, deal_id: int) -> Any:
    """Ask everybody who has a turn. Publishing twice is harmless."""
    made = turns.publish(call.session, deal_id=_made(call, deal_id).id, account_id=call.actor.account_id, now=call.now)
    call.session.flush()
    return _deal(call, made)


@rotations.operation("DELETE", "/rotation-deals/<id:deal_id>", status=204, refuses=(409,))
def discard_deal(call: Call, *, deal_id: int) -> Any:
    """Throw a dealing away that was not published. Twice is harmless."""
    turns.discard(call.session, deal_id=_made(call, deal_id).id, account_id=call.actor.account_id, now=call.now)


@rotations.operation("GET", "/shifts/<id:shift_id>/hand-over-notes", gives=NotesShown())
def read_notes(call: Call, *, shift_id: int) -> Any:
    """What the block before and this one left, for who takes turns there; each look is written down."""
    shift, reader = _block(call, shift_id)
    _before, items = notes.read(call.session, shift, by=reader, now=call.now)
    return {"items": items}


@rotations.operation(
    "POST", "/shifts/<id:shift_id>/hand-over-notes", takes=NoteInput(), gives=NotesShown(), status=201, refuses=(409,)
)
def write_note(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Leave a note for the next ones: whoever serves in the block, or a coordinator."""
    shift, reader = _block(call, shift_id)
    notes.write(call.session, shift, by=reader, words=body["words"], now=call.now)
    _before, items = notes.read(call.session, shift, by=reader, now=call.now)
    return {"items": items}


def _block(call: Call, shift_id: int) -> tuple[Shift, Reader]:
    """The block and who looks: a coordinator of its area, or somebody of the pool. Else it does not exist."""
    rotation = found(queries.of_shift(call.session, shift_id))
    is_coordinator = queries.in_scope(call.session, rotation.id, scope_ids=call.scope_ids) is not None
    her = call.actor.volunteer_id
    if not is_coordinator:
        found(True if her and notes.concerns(call.session, rotation, shift_id, volunteer_id=her) else None)
    reader = Reader(account_id=call.actor.account_id, volunteer_id=None if is_coordinator else her)
    return call.session.get_one(Shift, shift_id), reader


def _rotation(call: Call, rotation_id: int) -> Rotation:
    call.needs(Role.COORDINATOR)
    rotation: Rotation = found(queries.in_scope(call.session, rotation_id, scope_ids=call.scope_ids))
    return rotation


def _member(call: Call, rotation_id: int, member_id: int) -> RotationMember:
    rotation = _rotation(call, rotation_id)
    mine = select(RotationMember).where(RotationMember.id == member_id, RotationMember.rotation_id == rotation.id)
    member: RotationMember = found(call.session.scalar(mine))
    return member


def _made(call: Call, deal_id: int) -> RotationDeal:
    call.needs(Role.COORDINATOR)
    made: RotationDeal = found(queries.deal_in_scope(call.session, deal_id, scope_ids=call.scope_ids))
    return made


def _party(call: Call, party: dict[str, Any]) -> PartyPlan:
    """The party that was sent; people of other areas do not exist."""
    ids = tuple(party["volunteer_ids"])
    if any(volunteer_in_scope(call.session, one, scope_ids=call.scope_ids) is None for one in ids):
        raise RotationRefused({"volunteer_ids": ["empty"]})
    return PartyPlan(volunteer_ids=ids, name=party["name"], weeks=party["weeks"])


def _shown(rotation: Rotation, activity: Activity) -> dict[str, Any]:
    return {**{name: getattr(rotation, name) for name in ROTATION}, "title": activity.title}


def _whole(call: Call, rotation: Rotation) -> dict[str, Any]:
    call.session.flush()
    pending = queries.pending_deal(call.session, rotation.id)
    return {
        **_shown(rotation, call.session.get_one(Activity, rotation.activity_id)),
        "parties": [_share(share) for share in overview.shares(call.session, rotation)],
        "pending_deal_id": pending.id if pending else None,
    }


def _share(share: overview.Share) -> dict[str, Any]:
    return {
        "id": share.party.id,
        "name": "、".join(share.names),
        "weeks": share.party.weeks,
        "blocks": share.had.blocks,
        "nights": share.had.nights,
        "weekends": share.had.weekends,
        "members": [
            {"id": mate.member.id, "volunteer_id": mate.person.id, "name": mate.person.name} for mate in share.mates
        ],
    }


def _deal(call: Call, made: RotationDeal) -> dict[str, Any]:
    return {
        **{name: getattr(made, name) for name in DEAL},
        "turns": [
            {
                "shift_id": shift.id,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
                "volunteer_id": turn.volunteer_id,
                "assignment_id": turn.assignment_id,
                "is_wish": turn.is_wish,
                "is_stand_by": turn.is_stand_by,
                "why": words.why(turn),
            }
            for turn, _role, shift, _person in queries.turns(call.session, made.id)
        ],
    }


ROTATION = (
    "id", "area_id", "activity_id", "block_hours", "cycle", "is_automatic", "dealt_until", "opened_at", "closed_at",
    "close_reason",
)  # fmt: skip
DEAL = ("id", "rotation_id", "from_at", "until_at", "state", "is_proven", "gaps", "unmet")
