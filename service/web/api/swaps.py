"""Swaps: whom one could ask, asking, answering, and the coordinator's word."""

from __future__ import annotations

from typing import Any

from schemas.roster import Reply
from schemas.shown import page_of
from schemas.swaps import (
    Decision,
    DecisionInput,
    NewSwap,
    SwapAnswer,
    SwapAskingsAsked,
    SwapAskingShown,
    SwapChoices,
    SwapsAsked,
    SwapShown,
)
from service.roster import listing as roster
from service.swaps import actions, answering, listing, queries
from service.terms import Role
from service.volunteers.queries import names_for_others
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.resource import Resource

swaps = Resource("swaps", description="换班：能请谁、请人替、答复、协调员同意。")


@swaps.operation("GET", "/assignments/<id:assignment_id>/swap-choices", gives=SwapChoices())
def list_choices(call: Call, *, assignment_id: int) -> Any:
    """Who could take this place, and which places could be had in exchange. Names as other volunteers see them."""
    found(roster.visible(call.session, assignment_id, **call.reach()))
    given = queries.place(call.session, assignment_id)
    people, exchanges = (
        queries.can_take(call.session, given),
        queries.exchanges(call.session, given, now=call.now),
    )
    names = names_for_others(call.session, {one.id for one in people} | {one.holder.id for one in exchanges})
    return {
        "people": [{"volunteer_id": one.id, "name": names[one.id]} for one in people],
        "exchanges": [
            {
                "assignment_id": one.row.Assignment.id,
                "name": names[one.holder.id],
                "starts_at": one.row.Shift.starts_at,
                "ends_at": one.row.Shift.ends_at,
            }
            for one in exchanges
        ],
    }


@swaps.operation("GET", "/swaps", asks=SwapsAsked(), gives=page_of(SwapShown))
def list_swaps(call: Call, *, asked: dict[str, Any]) -> Any:
    """The swaps of my places, and those in areas I coordinate."""
    rows = listing.swaps(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.Swap.id,), each=_swap)


@swaps.operation("POST", "/swaps", takes=NewSwap(), gives=SwapShown(), status=201, refuses=(404, 409))
def ask(call: Call, *, body: dict[str, Any]) -> Any:
    """Ask others to take a place of mine, or of somebody in an area I coordinate who asked me to.

    One swap at a time for each place: asking again gives the one under way.
    """
    found(roster.visible(call.session, body["assignment_id"], **call.reach()))
    swap = actions.ask(
        call.session,
        assignment_id=body["assignment_id"],
        to=body.get("volunteer_id"),
        in_return_id=body.get("in_return_id"),
        now=call.now,
    )
    return _one(call, swap.id), {"Location": f"/api/v1/swaps/{swap.id}"}


@swaps.operation("GET", "/swaps/<id:swap_id>", gives=SwapShown())
def show_swap(call: Call, *, swap_id: int) -> Any:
    """One swap."""
    return _one(call, swap_id)


@swaps.operation("POST", "/swaps/<id:swap_id>/withdrawals", gives=SwapShown(), status=201, refuses=(409,))
def take_back(call: Call, *, swap_id: int) -> Any:
    """She comes herself after all. Twice is harmless."""
    _one(call, swap_id)
    actions.take_back(call.session, swap_id=swap_id, now=call.now)
    return _one(call, swap_id)


@swaps.operation(
    "POST", "/swaps/<id:swap_id>/decisions", takes=DecisionInput(), gives=SwapShown(), status=201, refuses=(409,)
)
def decide(call: Call, *, swap_id: int, body: dict[str, Any]) -> Any:
    """Approve or refuse what two have agreed on, in an area I coordinate. Twice is harmless."""
    call.needs(Role.COORDINATOR)
    found(queries.in_scope(call.session, swap_id, scope_ids=call.scope_ids))
    act = actions.approve if body["decision"] == Decision.APPROVE else actions.refuse
    act(call.session, swap_id=swap_id, account_id=call.actor.account_id, now=call.now)
    return _one(call, swap_id)


@swaps.operation("GET", "/swap-askings", asks=SwapAskingsAsked(), gives=page_of(SwapAskingShown))
def list_askings(call: Call, *, asked: dict[str, Any]) -> Any:
    """What I am asked to take, and, in areas I coordinate, what everybody is."""
    rows = listing.askings(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.SwapAsking.id,), each=_asking)


@swaps.operation(
    "POST",
    "/swap-askings/<id:swap_asking_id>/answers",
    takes=SwapAnswer(),
    gives=SwapAskingShown(),
    status=201,
    refuses=(409,),
)
def answer(call: Call, *, swap_asking_id: int, body: dict[str, Any]) -> Any:
    """Say yes or no: for myself, or for somebody who told me, in an area I coordinate. Twice is harmless.

    A yes that comes too late is `thanked`, and has no place. A refusal (409) tells all the reasons at once.
    """
    row = found(listing.asking(call.session, swap_asking_id, **call.reach()))
    is_mine = row.SwapAsking.volunteer_id == call.actor.volunteer_id
    reply = answering.accept if body["reply"] == Reply.ACCEPT else answering.decline
    reply(
        call.session,
        swap_asking_id=swap_asking_id,
        now=call.now,
        answered_by=None if is_mine else call.actor.account_id,
    )
    call.session.flush()
    return _asking(found(listing.asking(call.session, swap_asking_id, **call.reach())))


def _one(call: Call, swap_id: int) -> dict[str, Any]:
    call.session.flush()
    return _swap(found(listing.swap(call.session, swap_id, **call.reach())))


def _swap(row: listing.SwapListed) -> dict[str, Any]:
    shown = {name: getattr(row.Swap, name) for name in SWAP}
    return {**shown, "volunteer_id": row.Assignment.volunteer_id, "asked": row.asked, **_about(row)}


def _asking(row: listing.AskingListed) -> dict[str, Any]:
    return {**{name: getattr(row.SwapAsking, name) for name in ASKING}, **_about(row)}


def _about(row: listing.SwapListed | listing.AskingListed) -> dict[str, Any]:
    return {
        "name": row.name,
        "activity_id": row.Activity.id,
        "title": row.Activity.title,
        "role": row.ActivityRole.name,
        "starts_at": row.Shift.starts_at,
        "ends_at": row.Shift.ends_at,
    }


SWAP = ("id", "assignment_id", "in_return_id", "state", "asked_at", "agreed_at", "closed_at")
ASKING = ("id", "swap_id", "volunteer_id", "state", "answered_at")
