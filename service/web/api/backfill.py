"""Searches for people to step in: start, look, skip, stop; and the answers of those who were asked."""

from __future__ import annotations

from typing import Any

from schemas.backfill import (
    BackfillsAsked,
    BackfillShown,
    BackfillWhole,
    InvitationsAsked,
    InvitationShown,
    LadderInput,
    LadderShown,
    NewBackfill,
    Skip,
    StepIn,
)
from schemas.roster import Reply
from schemas.shown import page_of
from service.activities import queries as activities
from service.activities.models import Activity
from service.backfill import actions, answering, listing, queries
from service.backfill.models import Backfill
from service.backfill.rules import LadderRefused, RungPlan, as_row
from service.language import _
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, activity_here, found, versioned
from service.web.api.problems import invalid
from service.web.api.resource import Resource

backfills = Resource("backfills", description="找人顶班：发起、进度、跳过一步、停止；被请的人答复。")


@backfills.operation("GET", "/backfills", asks=BackfillsAsked(), gives=page_of(BackfillShown))
def list_backfills(call: Call, *, asked: dict[str, Any]) -> Any:
    """Searches in areas I coordinate, by id."""
    call.needs(Role.COORDINATOR)
    rows = listing.backfills(
        call.session,
        scope_ids=call.scope_ids,
        state=asked.get("state"),
        shift_id=asked.get("shift_id"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.Backfill.id,), each=_shown)


@backfills.operation("POST", "/backfills", takes=NewBackfill(), gives=BackfillWhole(), status=201, refuses=(409,))
def start_backfill(call: Call, *, body: dict[str, Any]) -> Any:
    """Seek people now for a role in an area I coordinate. One that is under way looks at once instead."""
    call.needs(Role.COORDINATOR)
    role = activities.shift_role_in_scope(call.session, body["shift_role_id"], scope_ids=call.scope_ids)
    if role is None:
        raise invalid(shift_role_id=[_("没有找到这个岗位")])
    search = actions.seek(call.session, shift_role_id=role.id, account_id=call.actor.account_id, now=call.now)
    return _whole(call, search), {"Location": f"/api/v1/backfills/{search.id}"}


@backfills.operation("GET", "/backfills/<id:backfill_id>", gives=BackfillWhole())
def show_backfill(call: Call, *, backfill_id: int) -> Any:
    """One search with its ladder, its timers and everybody asked."""
    return _whole(call, _here(call, backfill_id))


@backfills.operation(
    "POST", "/backfills/<id:backfill_id>/skips", takes=Skip(), gives=BackfillWhole(), status=201, refuses=(409,)
)
def skip_rung(call: Call, *, backfill_id: int, body: dict[str, Any]) -> Any:
    """Do not wait for the rung at `position` any longer. Skipping one that was left already changes nothing."""
    search = actions.skip(
        call.session,
        backfill_id=_here(call, backfill_id).id,
        position=body["position"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return _whole(call, search)


@backfills.operation("POST", "/backfills/<id:backfill_id>/stops", gives=BackfillWhole(), status=201, refuses=(409,))
def stop_backfill(call: Call, *, backfill_id: int) -> Any:
    """Seek nobody any longer. Who was asked and says yes has the place while it is free."""
    search = actions.stop(
        call.session, backfill_id=_here(call, backfill_id).id, account_id=call.actor.account_id, now=call.now
    )
    return _whole(call, search)


@backfills.operation("GET", "/activities/<id:activity_id>/ladder", gives=LadderShown())
def show_ladder(call: Call, *, activity_id: int) -> Any:
    """Whom the searches of an activity in an area I coordinate turn to, in which order."""
    return _ladder(call, activity_here(call, activity_id))


@backfills.operation(
    "PUT", "/activities/<id:activity_id>/ladder", takes=LadderInput(), gives=LadderShown(), refuses=(412, 428)
)
def set_ladder(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Give it a ladder of its own, for searches from now on; those under way keep theirs."""
    activity = activity_here(call, activity_id)
    own = queries.ladder(call.session, activity.id)
    call.must_match(own.version if own is not None else 0)
    plans = [RungPlan(**row) for row in body["rungs"]]
    try:
        actions.set_ladder(call.session, activity, plans=plans, account_id=call.actor.account_id, now=call.now)
    except LadderRefused:
        raise invalid(rungs=[_("至少要留一步，每一步只写一次")]) from None
    return _ladder(call, activity)


@backfills.operation("DELETE", "/activities/<id:activity_id>/ladder", gives=LadderShown())
def reset_ladder(call: Call, *, activity_id: int) -> Any:
    """The usual ladder again. Twice is harmless."""
    activity = activity_here(call, activity_id)
    actions.reset_ladder(call.session, activity, account_id=call.actor.account_id, now=call.now)
    return _ladder(call, activity)


@backfills.operation("GET", "/invitations", asks=InvitationsAsked(), gives=page_of(InvitationShown))
def list_invitations(call: Call, *, asked: dict[str, Any]) -> Any:
    """What I am asked to step in for, and, in areas I coordinate, what everybody is."""
    rows = listing.invitations(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.Invitation.id,), each=_invitation)


@backfills.operation("GET", "/invitations/<id:invitation_id>", gives=InvitationShown())
def show_invitation(call: Call, *, invitation_id: int) -> Any:
    """One invitation."""
    return _invitation(found(listing.visible(call.session, invitation_id, **call.reach())))


@backfills.operation(
    "POST",
    "/invitations/<id:invitation_id>/answers",
    takes=StepIn(),
    gives=InvitationShown(),
    status=201,
    refuses=(409,),
)
def answer_invitation(call: Call, *, invitation_id: int, body: dict[str, Any]) -> Any:
    """Say yes or no: for myself, or for somebody who told me, in an area I coordinate. Twice is harmless.

    A yes that comes too late is `thanked`, and has no place. A refusal (409) tells all the reasons at once.
    """
    row = found(listing.visible(call.session, invitation_id, **call.reach()))
    is_mine = row.Invitation.volunteer_id == call.actor.volunteer_id
    reply = answering.accept if body["reply"] == Reply.ACCEPT else answering.decline
    reply(
        call.session,
        invitation_id=invitation_id,
        now=call.now,
        answered_by=None if is_mine else call.actor.account_id,
    )
    call.session.flush()
    return _invitation(found(listing.visible(call.session, invitation_id, **call.reach())))


def _ladder(call: Call, activity: Activity) -> Any:
    own = queries.ladder(call.session, activity.id)
    rungs = [as_row(plan) for plan in actions.ladder_of(call.session, activity.id)]
    shown = {"activity_id": activity.id, "is_own": own is not None, "rungs": rungs}
    return versioned(shown, own.version if own is not None else 0)


def _here(call: Call, backfill_id: int) -> Backfill:
    search: Backfill = found(queries.in_scope(call.session, backfill_id, scope_ids=call.scope_ids))
    return search


def _whole(call: Call, search: Backfill) -> dict[str, Any]:
    call.session.flush()
    steps = {step.position: step for step in queries.steps(call.session, search.id)}
    return {
        **_shown(queries.with_shift(call.session, search.id)),
        "rungs": [
            {**row, "position": position, **_step(steps.get(position))} for position, row in enumerate(search.rungs)
        ],
        "invitations": [
            {**_columns(invitation, INVITED), "name": person.name}
            for invitation, person in queries.invited(call.session, search.id)
        ],
    }


def _step(step: Any) -> dict[str, Any]:
    return {name: getattr(step, name, None) for name in ("outcome", "climbed_at", "until_at")}


def _shown(row: queries.BackfillRow) -> dict[str, Any]:
    return {**_columns(row.Backfill, SEARCH), **_about(row)}


def _invitation(row: listing.InvitationListed) -> dict[str, Any]:
    return {
        **_columns(row.Invitation, INVITED),
        **_about(row),
        "backfill_id": row.Invitation.backfill_id,
        "name": row.name,
    }


def _about(row: Any) -> dict[str, Any]:
    """What it is for."""
    return {
        "shift_id": row.Shift.id,
        "shift_role_id": row.ShiftRole.id,
        "activity_id": row.Activity.id,
        "title": row.Activity.title,
        "role": row.ActivityRole.name,
        "starts_at": row.Shift.starts_at,
        "ends_at": row.Shift.ends_at,
    }


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


SEARCH = ("id", "cause", "state", "position", "opened_at", "next_at", "closed_at")
INVITED = ("id", "volunteer_id", "rung", "state", "asked_at", "answered_at", "assignment_id")
