"""What a coordinator does about one person's place: answer for her, let her go, take that back."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.desk import ReleaseInput
from schemas.roster import Answer, Reply
from service import audit
from service.activities.models import Activity, Shift
from service.calendars.rules import local
from service.language import Lazy, _
from service.roster import actions as roster
from service.roster.arriving import check_in
from service.roster.models import AWAITED, Assignment, ForbiddenMove
from service.signups import actions as signups
from service.signups.models import ForbiddenMove as SignUpIsOver
from service.signups.queries import in_scope as signup_in_scope
from service.terms import AssignmentState, ReleaseReason
from service.volunteers.models import Volunteer
from service.web import notices, page, words
from service.web.clash import clash
from service.web.desk import Desk, assignment_here, at_desk, found
from service.web.forms import Form
from service.web.pages.roster import Refusal, board_address, board_page

pages = Blueprint("answers", __name__, url_prefix="/co")

#: What an answer meets when the place is no longer as the page showed it.
TOO_LATE = (roster.OfferClosed, ForbiddenMove, signups.TooLateToWithdraw, SignUpIsOver)
#: What each button is pressed for.
WANTED = {Reply.ACCEPT: Lazy("记“能来”"), Reply.DECLINE: Lazy("记“来不了”")}
RELEASE, NO_SHOW, HERE, CAME = Lazy("换下"), Lazy("记“没有来”"), Lazy("记“到了”"), Lazy("记“后来来了”")
CHANGED = Lazy("没有改成：这一班的安排已经不是刚才的样子，请看现在的状态。")


@pages.post("/assignments/<int:assignment_id>/answer")
@at_desk
def answer(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Say yes or no in her name, because she said so by telephone."""
    assignment = assignment_here(desk, assignment_id)
    form = Form.posted(Answer())
    if not form.is_valid:
        return _unclear(desk, assignment)
    say = _say_yes if form.loaded["reply"] == Reply.ACCEPT else _say_no
    try:
        with desk.db.begin_nested():
            say(desk, assignment)
    except roster.TooHot as hot:
        return _refused(desk, assignment, words.too_hot_for_yes(hot.heat), wanted=WANTED[form.loaded["reply"]])
    except TOO_LATE:
        return _refused(desk, assignment, CHANGED, wanted=WANTED[form.loaded["reply"]])
    _note(desk, assignment, f"answered_{form.loaded['reply']}_for")
    return page.see_other(board_address(desk.db.get_one(Shift, assignment.shift_id)))


def _say_yes(desk: Desk, assignment: Assignment) -> None:
    roster.accept(desk.db, assignment_id=assignment.id, now=desk.now, answered_by=desk.account_id)
    notices.notify(_("记下了：{name}能来。", name=_name(desk.db, assignment)))


def _say_no(desk: Desk, assignment: Assignment) -> None:
    """Once confirmed, as a withdrawal, which can be undone; else as the answer no."""
    text = _("记下了：{name}来不了。", name=_name(desk.db, assignment))
    if assignment.state != AssignmentState.CONFIRMED or assignment.signup_id is None:
        roster.decline(desk.db, assignment_id=assignment.id, now=desk.now, answered_by=desk.account_id)
        notices.notify(text)
        return
    signup = signups.withdraw(
        desk.db, signup_id=assignment.signup_id, now=desk.now, by=desk.account_id, until_start=True
    )
    if signup.undo_until is None:
        notices.notify(text)
    else:
        notices.offer_undo(text, address=url_for("answers.restore", signup_id=signup.id))


@pages.post("/signups/<int:signup_id>/restore")
@at_desk
def restore(desk: Desk, signup_id: int) -> ResponseReturnValue:
    """撤销: she keeps her place after all."""
    signup = found(signup_in_scope(desk.db, signup_id, scope_ids=desk.scope_ids))
    notices.withdraw_undo()
    try:
        with desk.db.begin_nested():
            signups.undo_withdrawal(desk.db, signup_id=signup.id, now=desk.now)
    except signups.NothingToUndo:
        notices.notify(_("撤销不了：时间过了，或者名额已经给了别人。"))
    else:
        notices.notify(_("已经撤销，名额还是原来的人。"))
    return page.see_other(board_address(desk.db.get_one(Shift, signup.shift_id)))


@pages.get("/assignments/<int:assignment_id>/release")
@at_desk
def release_form(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Who is let go from what, and why."""
    return _ask_why(desk.db, assignment_here(desk, assignment_id), Form.blank(ReleaseInput()))


@pages.post("/assignments/<int:assignment_id>/release")
@at_desk
def release(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Let her go; the place is offered to whoever waits, and she is told."""
    assignment_here(desk, assignment_id)
    assignment = roster.locked(desk.db, assignment_id)
    shift = desk.db.get_one(Shift, assignment.shift_id)
    if assignment.state not in AWAITED or desk.now >= shift.starts_at:
        return _refused(desk, assignment, _("没有换下：这一班已经开始，或者这个人已经不在班上。"), wanted=RELEASE)
    form = Form.posted(ReleaseInput())
    if not form.is_valid:
        return _ask_why(desk.db, assignment, form)
    roster.release(desk.db, assignment, reason=ReleaseReason.COORDINATOR)
    _note(desk, assignment, "released", reason=form.loaded["reason"])
    notices.notify(_("已把{name}换下，名额空出来了。", name=_name(desk.db, assignment)))
    return page.see_other(board_address(shift))


@pages.post("/assignments/<int:assignment_id>/no-show")
@at_desk
def no_show(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """The shift has begun and she is not there: somebody is sought at once, if people are missing."""
    assignment = assignment_here(desk, assignment_id)
    try:
        with desk.db.begin_nested():
            roster.mark_no_show(desk.db, assignment_id=assignment.id, now=desk.now)
    except roster.NotBegun:
        return _refused(desk, assignment, _("没有改成：这一班还没有开始。"), wanted=NO_SHOW)
    except ForbiddenMove:
        return _refused(desk, assignment, CHANGED, wanted=NO_SHOW)
    _note(desk, assignment, "marked_no_show")
    text = _("记下了：{name}没有来。", name=_name(desk.db, assignment))
    notices.offer_undo(text, address=url_for("answers.came", assignment_id=assignment.id))
    return page.see_other(board_address(desk.db.get_one(Shift, assignment.shift_id)))


@pages.post("/assignments/<int:assignment_id>/here")
@at_desk
def here(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """She is there."""
    assignment = assignment_here(desk, assignment_id)
    try:
        with desk.db.begin_nested():
            check_in(desk.db, assignment_id=assignment.id, now=desk.now)
    except roster.NotBegun:
        return _refused(desk, assignment, _("没有改成：这一班还没有开始。"), wanted=HERE)
    except (ForbiddenMove, roster.PlaceGiven, roster.ConflictingDuty):
        return _refused(desk, assignment, CHANGED, wanted=HERE)
    _note(desk, assignment, "checked_in")
    notices.notify(_("记下了：{name}到了。", name=_name(desk.db, assignment)))
    return page.see_other(board_address(desk.db.get_one(Shift, assignment.shift_id)))


@pages.post("/assignments/<int:assignment_id>/came")
@at_desk
def came(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """She came late, or it was a slip: the place is hers again, unless somebody stepped in."""
    assignment = assignment_here(desk, assignment_id)
    notices.withdraw_undo()
    name = _name(desk.db, assignment)
    try:
        with desk.db.begin_nested():
            roster.came_after_all(desk.db, assignment_id=assignment.id)
    except roster.PlaceGiven:
        return _refused(desk, assignment, _("没有改成：{name}的名额已经有人顶上了。", name=name), wanted=CAME)
    except roster.ConflictingDuty:
        return _refused(desk, assignment, _("没有改成：{name}同一时间已经排了别的班。", name=name), wanted=CAME)
    except ForbiddenMove:
        return _refused(desk, assignment, CHANGED, wanted=CAME)
    _note(desk, assignment, "came_after_all")
    notices.notify(_("记下了：{name}来了。", name=name))
    return page.see_other(board_address(desk.db.get_one(Shift, assignment.shift_id)))


def _ask_why(db: Session, assignment: Assignment, form: Form) -> ResponseReturnValue:
    shift = db.get_one(Shift, assignment.shift_id)
    return page.render(
        "roster/release.html",
        title=_("换下{name}", name=_name(db, assignment)),
        form=form,
        assignment=assignment,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        back=board_address(shift),
    )


def _unclear(desk: Desk, assignment: Assignment) -> ResponseReturnValue:
    """Neither yes nor no was sent."""
    shift = desk.db.get_one(Shift, assignment.shift_id)
    refusal = Refusal(_("请选“能来”或者“来不了”。"))
    activity = desk.db.get_one(Activity, shift.activity_id)
    return board_page(desk, activity, on=local(shift.starts_at).date(), refusal=refusal, status=422)


def _refused(desk: Desk, assignment: Assignment, text: str | Lazy, *, wanted: str | Lazy) -> ResponseReturnValue:
    """The week of the shift as it is now, with why nothing was changed: what she wanted beside what is."""
    meeting = clash(desk, assignment, wanted=_("{name}：{wanted}", name=_name(desk.db, assignment), wanted=wanted))
    shift = desk.db.get_one(Shift, assignment.shift_id)
    refusal = Refusal(str(text), clash=meeting)
    return board_page(
        desk,
        desk.db.get_one(Activity, shift.activity_id),
        on=local(shift.starts_at).date(),
        refusal=refusal,
        status=409,
    )


def _name(db: Session, assignment: Assignment) -> str:
    return db.get_one(Volunteer, assignment.volunteer_id).name


def _note(desk: Desk, assignment: Assignment, verb: str, **details: str) -> None:
    audit.note_about(desk.db, verb, assignment, account_id=desk.account_id, now=desk.now, **details)
