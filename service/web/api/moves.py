"""A place is short: who could come over from another shift, or who together, and their yes."""

from __future__ import annotations

from typing import Any

from schemas.matching import JointMoveAgreed, JointMoveShown, MoveAgreed, MovesShown
from schemas.roster import AssignmentShown
from service.activities.queries import shift_role_in_scope
from service.matching import mending, moving
from service.matching.mending import Step
from service.roster import listing
from service.signups.queries import OpeningRow, opening
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.resource import Resource
from service.web.api.roster import shown

moves = Resource(
    "moves", description="缺人的岗位：谁可以从别的班挪过来，本人答应了就挪；要几个人一起挪的，都答应了才挪。"
)


@moves.operation("GET", "/shift-roles/<id:shift_role_id>/moves", gives=MovesShown())
def list_moves(call: Call, *, shift_role_id: int) -> Any:
    """Who could fill a place that is short, in an area I coordinate, the fewest changes first; at most five."""
    return {
        "items": [
            _proposed(one) for one in mending.proposals(call.session, _opening(call, shift_role_id), now=call.now)
        ]
    }


@moves.operation(
    "POST",
    "/shift-roles/<id:shift_role_id>/moves",
    takes=MoveAgreed(),
    gives=AssignmentShown(),
    status=201,
    refuses=(409,),
)
def move_over(call: Call, *, shift_role_id: int, body: dict[str, Any]) -> Any:
    """She told me that she comes over: she gives up that assignment and has this place, in one step."""
    row = _opening(call, shift_role_id)
    leaving = found(listing.visible(call.session, body["assignment_id"], **call.reach())).Assignment
    made = moving.move_over(call.session, row, assignment_id=leaving.id, account_id=call.actor.account_id, now=call.now)
    return shown(found(listing.visible(call.session, made.id, **call.reach())))


@moves.operation(
    "POST",
    "/shift-roles/<id:shift_role_id>/joint-moves",
    takes=JointMoveAgreed(),
    gives=JointMoveShown(),
    status=201,
    refuses=(409,),
)
def move_together(call: Call, *, shift_role_id: int, body: dict[str, Any]) -> Any:
    """Each of them told me that she moves: all of them move in one step, or nobody does."""
    row = _opening(call, shift_role_id)
    steps = [Step(**step) for step in body["steps"]]
    made = moving.move_together(call.session, row, steps=steps, account_id=call.actor.account_id, now=call.now)
    return {"items": [shown(found(listing.visible(call.session, one.id, **call.reach()))) for one in made]}


def _proposed(one: mending.Proposal) -> dict[str, Any]:
    place = one.leaves
    return {
        "volunteer_id": one.volunteer_id,
        "assignment_id": place.id if place is not None else None,
        "leaves_shift_role_id": place.shift_role_id if place is not None else None,
        "behind_id": one.behind_id,
        "changes": one.changes,
        "cover": one.cover,
        "wishes": one.wishes,
        "burden": one.burden,
        "together": one.together,
    }


def _opening(call: Call, shift_role_id: int) -> OpeningRow:
    call.needs(Role.COORDINATOR)
    role = found(shift_role_in_scope(call.session, shift_role_id, scope_ids=call.scope_ids))
    row: OpeningRow = found(opening(call.session, shift_id=role.shift_id, shift_role_id=role.id))
    return row
