"""Assignments and the answers to offers."""

from __future__ import annotations

from typing import Any

from schemas.roster import Answer, AnsweredShown, Answers, AssignmentsAsked, AssignmentShown, NewStandBy, Reply
from schemas.shown import page_of
from service import audit
from service.activities.queries import shift_in_scope
from service.backfill import suggesting
from service.roster import actions, arriving, listing
from service.roster.models import Assignment
from service.roster.queries import assignment_in_scope
from service.signups import standing_by
from service.signups.queries import concerned
from service.signups.second_thoughts import say, say_each
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.resource import Resource

assignments = Resource("assignments", url_prefix="/assignments", description="排班：谁来、请谁来、答复。")


stand_bys = Resource("stand-bys", description="候备：有人来不了的时候，先请谁。")


@assignments.operation("GET", "", asks=AssignmentsAsked(), gives=page_of(AssignmentShown))
def list_assignments(call: Call, *, asked: dict[str, Any]) -> Any:
    """My assignments, and those in areas I coordinate."""
    rows = listing.listed(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        shift_id=asked.get("shift_id"),
        activity_id=asked.get("activity_id"),
        of_volunteer_id=asked.get("volunteer_id"),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.Assignment.id,), each=shown)


@assignments.operation("GET", "/<id:assignment_id>", gives=AssignmentShown())
def show_assignment(call: Call, *, assignment_id: int) -> Any:
    """One assignment."""
    return _one(call, assignment_id)


@assignments.operation(
    "POST", "/<id:assignment_id>/answers", takes=Answer(), gives=AssignmentShown(), status=201, refuses=(409,)
)
def answer(call: Call, *, assignment_id: int, body: dict[str, Any]) -> Any:
    """Say yes or no to an offer: mine, or for somebody who told me, in an area I coordinate. Twice is harmless.

    A yes may become a no until the start, a no a yes while the place is free, until an hour before: the answer is then
    another assignment.
    """
    row = found(listing.visible(call.session, assignment_id, **call.reach()))
    is_mine = row.Assignment.volunteer_id == call.actor.volunteer_id
    typist = None if is_mine else call.actor.account_id
    if body["reply"] == Reply.ACCEPT:
        accepted = say(call.session, assignment_id=assignment_id, is_yes=True, now=call.now, answered_by=typist)
        assignment_id = accepted.id
    else:
        suggestion = actions.Suggestion(volunteer_id=body.get("suggests"), name=body["suggests_name"])
        suggesting.decline(
            call.session,
            assignment_id=assignment_id,
            now=call.now,
            reason=body["reason"],
            suggestion=suggestion,
            answered_by=typist,
        )
    call.session.flush()
    return _one(call, assignment_id)


@assignments.operation("POST", "/answers", takes=Answers(), gives=AnsweredShown(), refuses=(404,))
def answer_each(call: Call, *, body: dict[str, Any]) -> Any:
    """Say yes or no to several offers at once: mine, or those of people who told me, in areas I coordinate.

    Each is taken by itself: one that comes too late keeps none of the others. Twice is harmless.
    """
    said = {one["assignment_id"]: one["reply"] == Reply.ACCEPT for one in body["answers"]}
    rows = [found(listing.visible(call.session, one, **call.reach())) for one in said]
    mine = {row.Assignment.id for row in rows if row.Assignment.volunteer_id == call.actor.volunteer_id}
    became: dict[int, Assignment | actions.OfferClosed] = {}
    for ids, typist in ((mine, None), (said.keys() - mine, call.actor.account_id)):
        became |= say_each(call.session, {one: said[one] for one in ids}, now=call.now, answered_by=typist)
    call.session.flush()
    return {"items": [_answered(call, one, became[one]) for one in said]}


@assignments.operation("POST", "/<id:assignment_id>/no-shows", gives=AssignmentShown(), status=201, refuses=(409,))
def mark_no_show(call: Call, *, assignment_id: int) -> Any:
    """The shift has begun and she did not come, in an area I coordinate: somebody is sought, if people are missing."""
    call.needs(Role.COORDINATOR)
    found(assignment_in_scope(call.session, assignment_id, scope_ids=call.scope_ids))
    actions.mark_no_show(call.session, assignment_id=assignment_id, now=call.now)
    return _noted(call, assignment_id, "marked_no_show")


@assignments.operation("POST", "/<id:assignment_id>/arrivals", gives=AssignmentShown(), status=201, refuses=(409,))
def came_after_all(call: Call, *, assignment_id: int) -> Any:
    """She came late, or was marked by mistake: the place is hers again, unless somebody stepped in."""
    call.needs(Role.COORDINATOR)
    found(assignment_in_scope(call.session, assignment_id, scope_ids=call.scope_ids))
    actions.came_after_all(call.session, assignment_id=assignment_id)
    return _noted(call, assignment_id, "came_after_all")


@assignments.operation("POST", "/<id:assignment_id>/check-ins", gives=AssignmentShown(), status=201, refuses=(409,))
def check_in(call: Call, *, assignment_id: int) -> Any:
    """I am there; or she is, in an area I coordinate. From an hour before the start. Twice is harmless."""
    row = found(listing.visible(call.session, assignment_id, **call.reach()))
    arriving.check_in(call.session, assignment_id=assignment_id, now=call.now)
    call.session.flush()
    if row.Assignment.volunteer_id == call.actor.volunteer_id:
        return _one(call, assignment_id)
    return _noted(call, assignment_id, "checked_in")


@stand_bys.operation(
    "POST",
    "/shifts/<id:shift_id>/stand-bys",
    takes=NewStandBy(),
    gives=AssignmentShown(),
    status=201,
    refuses=(404, 409),
)
def stand_by(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Stand by in a shift: come if somebody drops out. Twice is harmless.

    Myself; or, in an area I coordinate, somebody who told me, or whom I ask.
    """
    wanted = {"shift_id": shift_id, "shift_role_id": body["shift_role_id"], "now": call.now}
    if "volunteer_id" not in body:
        made = standing_by.stand_by(call.session, volunteer_id=call.volunteer_id, **wanted)
        return _one(call, made.id)
    call.needs(Role.COORDINATOR)
    found(shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids))
    person = found(concerned(call.session, body["volunteer_id"], scope_ids=call.scope_ids))
    if body["has_agreed"]:
        made = standing_by.stand_by(call.session, volunteer_id=person.id, typed_by=call.actor.account_id, **wanted)
    else:
        made = standing_by.offer_to_stand_by(call.session, volunteer_id=person.id, **wanted)
    return _noted(call, made.id, "put_on_stand_by")


def _noted(call: Call, assignment_id: int, verb: str) -> Any:
    call.session.flush()
    assignment = call.session.get_one(Assignment, assignment_id)
    audit.note(
        call.session,
        verb=verb,
        subject=("assignment", assignment_id),
        account_id=call.actor.account_id,
        area_id=assignment.area_id,
        now=call.now,
    )
    return _one(call, assignment_id)


def _answered(call: Call, sent_id: int, became: Assignment | actions.OfferClosed) -> dict[str, Any]:
    is_taken = isinstance(became, Assignment)
    now_id = became.id if isinstance(became, Assignment) else sent_id
    row = found(listing.visible(call.session, now_id, **call.reach()))
    return {"assignment_id": sent_id, "is_taken": is_taken, "assignment": shown(row)}


def _one(call: Call, assignment_id: int) -> Any:
    row = found(listing.visible(call.session, assignment_id, **call.reach()))
    return versioned(shown(row), row.Assignment.version)


def shown(row: listing.ListedRow) -> dict[str, Any]:
    """One place with what it is a place in."""
    assignment, name, shift, activity, definition = row
    return {
        **{field: getattr(assignment, field) for field in COLUMNS},
        "name": name,
        "activity_id": activity.id,
        "title": activity.title,
        "role": definition.name,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
    }


COLUMNS = (
    "id", "shift_id", "shift_role_id", "volunteer_id", "signup_id", "match_run_id", "state", "is_stand_by", "places",
    "assigned_at", "answer_by", "answered_at", "decline_reason", "suggested_id", "suggested_name",
    "release_reason", "version",
)  # fmt: skip
