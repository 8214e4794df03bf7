"""Sign-ups: ask for a place, take it back, undo that."""

from __future__ import annotations

from typing import Any

from schemas.shown import page_of
from schemas.signups import (
    FamiliesInput,
    FamiliesShown,
    FamilyInput,
    NewSignUp,
    ShiftSignUpsAsked,
    SignUpListed,
    SignUpsAsked,
    SignUpShown,
    WhyNotShown,
)
from service.activities import queries as activities
from service.language import _
from service.matching.telling import told_to_her
from service.signups import actions, families, listing
from service.signups.actions import SignUpRefused
from service.signups.models import SignUp
from service.signups.rules import Party
from service.terms import Refusal, Role, SignUpVia
from service.volunteers import queries as volunteers
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, Problem, invalid
from service.web.api.resource import Resource

signups = Resource("signups", description="报名：报名、候补、退出、撤销退出；协调员代为报名。")


@signups.operation(
    "POST", "/shifts/<id:shift_id>/signups", takes=NewSignUp(), gives=SignUpShown(), status=201, refuses=(409,)
)
def sign_up(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Ask for a place, for myself or, as a coordinator, for somebody who asked me.

    Asking again gives the sign-up that stands. A refusal (409) tells all the reasons at once.
    """
    whose = _proxy(call, shift_id, body) if _is_for_another(call, body) else _self(call, body)
    try:
        signup = actions.sign_up(
            call.session,
            **whose,
            shift_id=shift_id,
            shift_role_id=body["shift_role_id"],
            rank=body["rank"],
            note=body["note"],
            party=Party(**{name: body[name] for name in ("with_adults", "with_children", "guardian_consents")}),
            now=call.now,
        )
    except SignUpRefused as refused:
        if refused.reasons[0].reason == Refusal.UNKNOWN_ROLE and activities.open_shift(call.session, shift_id) is None:
            raise NotFound from None
        raise
    return signup, {"Location": f"/api/v1/signups/{signup.id}"}


@signups.operation("GET", "/shifts/<id:shift_id>/signups", asks=ShiftSignUpsAsked(), gives=page_of(SignUpListed))
def list_shift_signups(call: Call, *, shift_id: int, asked: dict[str, Any]) -> Any:
    """The sign-ups of a shift I coordinate; otherwise my own for it."""
    if activities.open_shift(call.session, shift_id) is None:
        raise NotFound
    return _listed(call, {**asked, "shift_id": shift_id, "mine": False})


@signups.operation("GET", "/signups", asks=SignUpsAsked(), gives=page_of(SignUpListed))
def list_signups(call: Call, *, asked: dict[str, Any]) -> Any:
    """My sign-ups, and those in areas I coordinate."""
    return _listed(call, asked)


@signups.operation("GET", "/signups/<id:signup_id>", gives=SignUpListed())
def show_signup(call: Call, *, signup_id: int) -> Any:
    """One sign-up, with its place in the queue."""
    return _row(found(listing.visible(call.session, signup_id, **call.reach())))


@signups.operation("GET", "/signups/<id:signup_id>/explanation", gives=WhyNotShown())
def explain_signup(call: Call, *, signup_id: int) -> Any:
    """Why the latest published plan had no place for it, in sentences that name nobody else; none if no plan says."""
    found(listing.visible(call.session, signup_id, **call.reach()))
    return {"reasons": told_to_her(call.session, call.session.get_one(SignUp, signup_id))}


@signups.operation("POST", "/signups/<id:signup_id>/withdrawals", gives=SignUpListed(), status=201, refuses=(409,))
def withdraw(call: Call, *, signup_id: int) -> Any:
    """Take a sign-up back: mine, or one in an area I coordinate. The place is kept for ten minutes."""
    found(listing.visible(call.session, signup_id, **call.reach()))
    actions.withdraw(call.session, signup_id=signup_id, now=call.now, by=call.actor.account_id)
    return _again(call, signup_id)


@signups.operation("DELETE", "/signups/<id:signup_id>/withdrawals", gives=SignUpListed(), refuses=(409,))
def undo_withdrawal(call: Call, *, signup_id: int) -> Any:
    """Undo the withdrawal: the same place, or the same rank in the queue."""
    found(listing.visible(call.session, signup_id, **call.reach()))
    actions.undo_withdrawal(call.session, signup_id=signup_id, now=call.now)
    return _again(call, signup_id)


@signups.operation("PUT", "/signups/<id:signup_id>/family", takes=FamilyInput(), gives=SignUpListed(), refuses=(409,))
def bring_fewer(call: Call, *, signup_id: int, body: dict[str, Any]) -> Any:
    """Some of those she brings do not come: their places are free at once. All of them: withdraw."""
    found(listing.visible(call.session, signup_id, **call.reach()))
    families.bring_fewer(call.session, signup_id=signup_id, **body, now=call.now, by=call.actor.account_id)
    return _again(call, signup_id)


@signups.operation(
    "PUT",
    "/activities/<id:activity_id>/roles/<id:role_id>/families",
    takes=FamiliesInput(),
    gives=FamiliesShown(),
    refuses=(409,),
)
def take_families(call: Call, *, activity_id: int, role_id: int, body: dict[str, Any]) -> Any:
    """How many places one sign-up may take in a role of an activity I coordinate."""
    call.needs(Role.COORDINATOR)
    activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    role = found(next((one for one in activity.roles if one.id == role_id), None))
    most, account_id = body["most_together"], call.actor.account_id
    families.take_families(call.session, role, most=most, account_id=account_id, now=call.now)
    return role


def _is_for_another(call: Call, body: dict[str, Any]) -> bool:
    return body.get("volunteer_id", call.actor.volunteer_id) != call.actor.volunteer_id


def _self(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    if call.actor.volunteer_id is None:
        raise invalid(volunteer_id=[_("请填写志愿者")])
    if "asked_by" in body or "asked_how" in body:
        raise invalid(asked_by=[_("替别人报名才要填写")])
    return {"volunteer_id": call.actor.volunteer_id, "via": SignUpVia.API}


def _proxy(call: Call, shift_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """A coordinator types: the person and the shift are hers to care for, and who asked and how is kept."""
    if not call.actor.scope_ids(Role.COORDINATOR):
        raise Problem(403, kind="not-allowed", detail=_("只有协调员可以替别人报名。"))
    if activities.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids) is None:
        raise NotFound
    if volunteers.in_scope(call.session, body["volunteer_id"], scope_ids=call.scope_ids) is None:
        raise invalid(volunteer_id=[_("没有这个人")])
    missing = {name: [_("请填写{label}", label=label)] for name, label in ASKED.items() if not body.get(name)}
    if missing:
        raise invalid(**missing)
    return {
        "volunteer_id": body["volunteer_id"],
        "via": SignUpVia.PROXY,
        "asked_by": body["asked_by"],
        "asked_how": body["asked_how"],
        "typed_by": call.actor.account_id,
    }


ASKED = {"asked_by": "谁来说的", "asked_how": "怎么说的"}


def _listed(call: Call, asked: dict[str, Any]) -> Any:
    rows = listing.listed(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        shift_id=asked.get("shift_id"),
        of_volunteer_id=asked.get("volunteer_id"),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row[0].id,), each=_row)


def _again(call: Call, signup_id: int) -> dict[str, Any]:
    call.session.flush()
    return _row(found(listing.visible(call.session, signup_id, **call.reach())))


def _row(row: listing.ListedRow) -> dict[str, Any]:
    signup, name, position = row
    shown = {field: getattr(signup, field) for field in COLUMNS}
    return {**shown, "name": name, "waitlist_position": position}


COLUMNS = tuple(column.key for column in SignUp.__table__.columns)
