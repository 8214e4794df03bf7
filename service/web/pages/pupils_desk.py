"""/co/activities/<id>/pupils: who is cared for, who may fetch whom; a day's sheet at the desk, and on paper."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.desk import PhoneLook
from schemas.pupils import GuardianInput, NewPupil
from service.activities import queries as activities
from service.activities.models import Activity
from service.language import _
from service.pupils import actions, queries
from service.pupils.actions import NewGuardian, PupilRefused
from service.pupils.models import Pupil
from service.terms import ShiftState
from service.web import notices, page, where, words
from service.web.desk import Desk, activity_here, at_desk, found, shift_here
from service.web.forms import Form
from service.web.pages.pupils import Reader, handed_over, marked, sheet_page, taken_back, turned_away, unkept

pages = Blueprint("pupils_desk", __name__, url_prefix="/co")
#: Sheets of so many days back and ahead are a tap away.
BACK, AHEAD = timedelta(days=7), timedelta(days=8)


@pages.get("/activities/<int:activity_id>/pupils")
@at_desk
def index(desk: Desk, activity_id: int) -> Response:
    """All of them, the days around today, and a form for another."""
    return _list(desk, activity_here(desk, activity_id), Form.blank(NewPupil()))


@pages.post("/activities/<int:activity_id>/pupils")
@at_desk
def enrol(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Another one, with the consent of its guardian."""
    activity, form = activity_here(desk, activity_id), Form.posted(NewPupil())
    if form.is_valid:
        given = form.loaded
        try:
            actions.enrol(
                desk.db,
                activity,
                name=given["name"],
                guardian=_guardian(given),
                has_consented=given["has_consented"],
                how=given["consent_how"],
                account_id=desk.account_id,
                now=desk.now,
            )
        except PupilRefused as refused:
            at = "has_consented" if refused.problem == "no_consent" else None
            form.refuse(str(words.PUPIL_PROBLEMS[refused.problem]), **({"at": at} if at else {}))
    if form.has_errors:
        return _list(desk, activity, form)
    notices.notify(_("登记好了。"))
    return page.see_other(url_for("pupils_desk.index", activity_id=activity.id))


@pages.get("/pupils/<int:pupil_id>")
@at_desk
def show(desk: Desk, pupil_id: int) -> Response:
    """One: who may fetch it."""
    return _one(desk, _pupil(desk, pupil_id), Form.blank(GuardianInput()), Form.blank(PhoneLook()))


@pages.post("/pupils/<int:pupil_id>/guardians")
@at_desk
def authorise(desk: Desk, pupil_id: int) -> ResponseReturnValue:
    """Another person may fetch it."""
    pupil, form = _pupil(desk, pupil_id), Form.posted(GuardianInput())
    if form.has_errors:
        return _one(desk, pupil, form, Form.blank(PhoneLook()))
    actions.authorise(desk.db, pupil, guardian=_guardian(form.loaded), account_id=desk.account_id, now=desk.now)
    return _done(pupil, _("登记好了。"))


@pages.post("/pupils/<int:pupil_id>/guardians/<int:guardian_id>/remove")
@at_desk
def remove_guardian(desk: Desk, pupil_id: int, guardian_id: int) -> ResponseReturnValue:
    """She may not fetch it any more."""
    pupil = _pupil(desk, pupil_id)
    try:
        actions.remove_guardian(desk.db, pupil, guardian_id=guardian_id, account_id=desk.account_id, now=desk.now)
    except PupilRefused as refused:
        form = Form.blank(GuardianInput())
        form.refuse(str(words.PUPIL_PROBLEMS[refused.problem]))
        return _one(desk, pupil, form, Form.blank(PhoneLook()))
    return _done(pupil, _("记下了：不能再来接。"))


@pages.post("/pupils/<int:pupil_id>/phones")
@at_desk
def phones(desk: Desk, pupil_id: int) -> ResponseReturnValue:
    """The numbers in full, once it is said what for."""
    pupil, form = _pupil(desk, pupil_id), Form.posted(PhoneLook())
    if form.has_errors:
        return _one(desk, pupil, Form.blank(GuardianInput()), form)
    why = form.loaded["why"].value
    actions.look_at_phones(desk.db, pupil, why=why, account_id=desk.account_id, now=desk.now)
    return unkept(
        page.render(
            "pupils/phones.html",
            title=_("家长的电话"),
            phones=queries.phones(desk.db, pupil.id),
            back=url_for("pupils_desk.show", pupil_id=pupil.id),
        )
    )


@pages.post("/pupils/<int:pupil_id>/forget")
@at_desk
def forget(desk: Desk, pupil_id: int) -> ResponseReturnValue:
    """It has left, or consent was taken back."""
    pupil = _pupil(desk, pupil_id)
    actions.forget(desk.db, pupil, account_id=desk.account_id, now=desk.now)
    notices.notify(_("退出了，姓名和电话都已删掉。"))
    return page.see_other(url_for("pupils_desk.index", activity_id=pupil.activity_id))


@pages.get("/shifts/<int:shift_id>/pupils")
@at_desk
def sheet(desk: Desk, shift_id: int) -> Response:
    """A day's sheet."""
    return sheet_page(_reader(desk, shift_id))


@pages.post("/shifts/<int:shift_id>/pupils/<int:pupil_id>/mark")
@at_desk
def mark(desk: Desk, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """There, excused, absent."""
    return marked(_reader(desk, shift_id), pupil_id)


@pages.post("/shifts/<int:shift_id>/pupils/<int:pupil_id>/hand-over")
@at_desk
def hand_over(desk: Desk, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """The child goes home."""
    return handed_over(_reader(desk, shift_id), pupil_id)


@pages.post("/shifts/<int:shift_id>/pupils/<int:pupil_id>/take-back")
@at_desk
def take_back(desk: Desk, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """It was a slip."""
    return taken_back(_reader(desk, shift_id), pupil_id)


@pages.post("/shifts/<int:shift_id>/pupils/<int:pupil_id>/stranger")
@at_desk
def stranger(desk: Desk, shift_id: int, pupil_id: int) -> ResponseReturnValue:
    """Somebody who is not registered has come for the child."""
    return turned_away(_reader(desk, shift_id), pupil_id)


@pages.get("/shifts/<int:shift_id>/pupils/paper")
@at_desk
def paper(desk: Desk, shift_id: int) -> Response:
    """The sheet to be filled in by hand, without telephone numbers."""
    shift = shift_here(desk, shift_id)
    actions.look(desk.db, shift, account_id=desk.account_id, now=desk.now, verb="printed_pupils")
    return unkept(
        page.render(
            "pupils/paper.html",
            title=_("学生点名和接送表"),
            shift=shift,
            activity=desk.db.get_one(Activity, shift.activity_id),
            place=where.place(desk.db, shift.place_id),
            lines=[one for one in queries.sheet(desk.db, shift) if one.name],
            back=url_for("pupils_desk.sheet", shift_id=shift.id),
            now=desk.now,
        )
    )


def _list(desk: Desk, activity: Activity, form: Form) -> Response:
    actions.look_at_list(desk.db, activity, account_id=desk.account_id, now=desk.now)
    around = activities.shifts_between(desk.db, activity.id, from_at=desk.now - BACK, until_at=desk.now + AHEAD)
    return unkept(
        page.render(
            "pupils/index.html",
            title=_("学生和接送"),
            form=form,
            activity=activity,
            lines=queries.enrolled(desk.db, activity.id),
            days=[shift for shift in around if shift.state == ShiftState.OPEN],
        )
    )


def _one(desk: Desk, pupil: Pupil, form: Form, why: Form) -> Response:
    actions.look_at_one(desk.db, pupil, account_id=desk.account_id, now=desk.now)
    wrong = next((one for one in (form, why) if one.has_errors), None)
    return unkept(
        page.render(
            "pupils/show.html",
            title=_("谁能来接"),
            form=form,
            why=why,
            status=422 if wrong else 200,
            pupil=pupil,
            line=queries.one(desk.db, pupil),
            back=url_for("pupils_desk.index", activity_id=pupil.activity_id),
        )
    )


def _done(pupil: Pupil, told: str) -> ResponseReturnValue:
    notices.notify(told)
    return page.see_other(url_for("pupils_desk.show", pupil_id=pupil.id))


def _pupil(desk: Desk, pupil_id: int) -> Pupil:
    return found(queries.in_scope(desk.db, pupil_id, scope_ids=desk.scope_ids))


def _reader(desk: Desk, shift_id: int) -> Reader:
    shift = shift_here(desk, shift_id)
    activity_here(desk, shift.activity_id)
    return Reader(desk.db, shift, desk.account_id, "pupils_desk")


def _guardian(given: dict[str, object]) -> NewGuardian:
    return NewGuardian(name=given["guardian_name"], kinship=given["kinship"], phone=given["phone"])  # type: ignore[arg-type]
