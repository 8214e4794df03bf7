"""What a coordinator does about one shift: move it, call it off, ask the next in line."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from schemas.activities import Cancellation
from schemas.desk import MoveInput
from service import wording
from service.activities import actions
from service.activities.models import Activity, Shift
from service.activities.queries import shift_role_in_scope
from service.calendars.rules import hours, local
from service.language import _, counted
from service.replanning import actions as replanning
from service.roster.queries import holders
from service.signups.following import promote
from service.terms import ShiftState
from service.web import notices, page, words
from service.web.conflict import conflict_page
from service.web.desk import Desk, at_desk, found, shift_here, typed_version
from service.web.forms import Form
from service.web.pages.roster import board_address

pages = Blueprint("shifts", __name__, url_prefix="/co")


@pages.get("/shifts/<int:shift_id>/move")
@at_desk
def move_form(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """The time as it is, to be changed."""
    shift = shift_here(desk, shift_id)
    return _ask_time(desk.db, shift, Form.blank(MoveInput(), given=_as_typed(shift)))


@pages.post("/shifts/<int:shift_id>/move")
@at_desk
def move(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """Another time: its people are told, and freed if they cannot be there."""
    shift = shift_here(desk, shift_id)
    form = Form.posted(MoveInput())
    if form.has_errors:
        return _ask_time(desk.db, shift, form)
    if typed_version() != shift.version:
        return _conflict(shift, form)
    starts_at, ends_at = hours(form.loaded["on"], starts=form.loaded["starts"], ends=form.loaded["ends"])
    try:
        with desk.db.begin_nested():
            _move(desk, shift, starts_at, ends_at)
    except actions.ActivityRefused as refused:
        desk.db.refresh(shift)
        form.refuse(*words.activity_problems(refused.problems))
        return _ask_time(desk.db, shift, form)
    except StaleDataError:
        desk.db.refresh(shift)
        return _conflict(shift, form)
    notices.notify(_("时间改好了：{span}。名单上的人都会收到通知。", span=wording.span(starts_at, ends_at)))
    return page.see_other(board_address(shift))


def _move(desk: Desk, shift: Shift, /, *span: datetime) -> None:
    starts_at, ends_at = span
    actions.move_shift(desk.db, shift, starts_at=starts_at, ends_at=ends_at, now=desk.now, account_id=desk.account_id)


def _conflict(shift: Shift, form: Form) -> ResponseReturnValue:
    return conflict_page(form, given=_as_typed(shift), version=shift.version, back=board_address(shift))


def _as_typed(shift: Shift) -> dict[str, object]:
    starts, ends = local(shift.starts_at), local(shift.ends_at)
    return {"on": starts.date(), "starts": starts.time(), "ends": ends.time()}


def _ask_time(db: Session, shift: Shift, form: Form) -> ResponseReturnValue:
    return page.render(
        "roster/move.html",
        title=_("改时间"),
        form=form,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        people=holders(db, shift.id),
        back=board_address(shift),
    )


@pages.get("/shifts/<int:shift_id>/cancel")
@at_desk
def cancel_form(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """What is called off, whom it concerns, and why."""
    shift = shift_here(desk, shift_id)
    if shift.state == ShiftState.CANCELLED:
        return page.see_other(board_address(shift))
    return _ask_why(desk.db, shift, Form.blank(Cancellation()))


@pages.post("/shifts/<int:shift_id>/cancel")
@at_desk
def cancel(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """Call it off: who has a place and who waits is told, with the reason."""
    shift = shift_here(desk, shift_id)
    form = Form.posted(Cancellation())
    if form.has_errors:
        return _ask_why(desk.db, shift, form)
    actions.cancel_shift(desk.db, shift.id, reason=form.loaded["reason"], now=desk.now, account_id=desk.account_id)
    notices.notify(_("{span}这一班取消了，名单上的人都会收到通知。", span=wording.span(shift.starts_at, shift.ends_at)))
    return page.see_other(board_address(shift))


@pages.post("/shifts/<int:shift_id>/keep")
@at_desk
def keep(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """It is held although the holidays have changed."""
    shift = shift_here(desk, shift_id)
    replanning.keep(desk.db, shift, now=desk.now, account_id=desk.account_id)
    notices.notify(_("{span}这一班照常办。", span=wording.span(shift.starts_at, shift.ends_at)))
    return page.see_other(url_for("dashboard.index"))


def _ask_why(db: Session, shift: Shift, form: Form) -> ResponseReturnValue:
    return page.render(
        "desk/call_off.html",
        title=_("取消这一班"),
        form=form,
        what=db.get_one(Activity, shift.activity_id).title,
        when=wording.span(shift.starts_at, shift.ends_at),
        people=holders(db, shift.id),
        action=url_for("shifts.cancel", shift_id=shift.id),
        back=board_address(shift),
        go=_("取消这一班"),
    )


@pages.post("/shift-roles/<int:shift_role_id>/offer")
@at_desk
def offer_next(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Offer the free places of a role to those who wait, first come first."""
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    offered = promote(desk.db, shift_role_id=role.id, now=desk.now)
    if offered:
        notices.notify(counted("已请{n}位候补，等回复。", "已请{n}位候补，等回复。", offered))
    else:
        notices.notify(_("没有请成：没有空名额，或者候补的人这个时间都来不了。"))
    return page.see_other(board_address(desk.db.get_one(Shift, role.shift_id)))
