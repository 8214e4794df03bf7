"""候备: a volunteer says that she comes if somebody drops out; a coordinator asks somebody to."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.stand_bys import AskToStandByInput, StandByInput
from service import audit, clock, links
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.queries import open_shift, shift_role_in_scope
from service.backfill import candidates
from service.backfill.queries import opening_of
from service.language import _
from service.places.models import Area
from service.roster.models import Assignment
from service.signups import standing_by
from service.signups.actions import SignUpRefused
from service.volunteers.models import Volunteer
from service.web import notices, page, visitor, where, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option
from service.web.pages.roster import board_address

pages = Blueprint("stand_bys", __name__)


@pages.get("/shifts/<int:shift_id>/stand-by")
@visitor.for_volunteers
def show(db: Session, shift_id: int) -> ResponseReturnValue:
    """What it means to stand by, and in which role."""
    shift = _shift(db, shift_id)
    options = _roles(shift)
    given = {"shift_role_id": options[0].value} if len(options) == 1 else None
    return _page(db, shift, Form.blank(StandByInput(), given=given, options={"shift_role_id": options}))


@pages.post("/shifts/<int:shift_id>/stand-by")
@visitor.for_volunteers
def stand_by(db: Session, shift_id: int) -> ResponseReturnValue:
    """She stands by from now on. Sending it twice is harmless."""
    shift = _shift(db, shift_id)
    form = Form.posted(StandByInput(), options={"shift_role_id": _roles(shift)})
    if form.has_errors:
        return _page(db, shift, form)
    try:
        with db.begin_nested():
            made = standing_by.stand_by(
                db,
                volunteer_id=visitor.me(db).volunteer_id or 0,
                shift_id=shift.id,
                shift_role_id=form.loaded["shift_role_id"],
                now=clock.now(db),
            )
    except SignUpRefused as refused:
        form.refuse(*(words.refusal(reason) for reason in refused.reasons))
        return _page(db, shift, form)
    notices.notify(_("谢谢！您是候备了。有人来不了的时候先请您，请保持电话畅通。"))
    return page.see_other(url_for("offers.show", token=links.answer_token(made.id)))


@pages.get("/co/roles/<int:shift_role_id>/stand-by")
@at_desk
def ask_form(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Who could stand by: the team, and who served there of late."""
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    return _ask_page(desk, role, Form.blank(AskToStandByInput(), options=_people(desk, role)))


@pages.post("/co/roles/<int:shift_role_id>/stand-by")
@at_desk
def ask(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Ask her, or note that she has said yes."""
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    form = Form.posted(AskToStandByInput(), options=_people(desk, role))
    if form.is_valid:
        form.check_offered("volunteer_id")
    if form.has_errors:
        return _ask_page(desk, role, form)
    try:
        with desk.db.begin_nested():
            made = _put(desk, role, form)
    except SignUpRefused as refused:
        form.refuse(*(words.refusal(reason) for reason in refused.reasons))
        return _ask_page(desk, role, form)
    subject = ("assignment", made.id)
    audit.note(
        desk.db, verb="put_on_stand_by", subject=subject, account_id=desk.account_id, area_id=made.area_id, now=desk.now
    )
    name = desk.db.get_one(Volunteer, made.volunteer_id).name
    notices.notify(
        _("记下了：{name}候备。", name=name) if form.loaded["has_agreed"] else _("问了{name}，等答复。", name=name)
    )
    return page.see_other(board_address(desk.db.get_one(Shift, role.shift_id)))


def _put(desk: Desk, role: ShiftRole, form: Form) -> Assignment:
    has_agreed: bool = form.loaded["has_agreed"]
    typed_by = partial(standing_by.stand_by, typed_by=desk.account_id)
    act = typed_by if has_agreed else standing_by.offer_to_stand_by
    return act(
        desk.db,
        volunteer_id=form.loaded["volunteer_id"],
        shift_id=role.shift_id,
        shift_role_id=role.id,
        now=desk.now,
    )


def _shift(db: Session, shift_id: int) -> Shift:
    """A shift anybody may see that wishes stand-bys."""
    shift = open_shift(db, shift_id)
    if shift is None or not any(role.stand_bys for role in shift.roles):
        abort(404)
    where.show_landline(db, db.get_one(Area, shift.place_id), of=db.get_one(Activity, shift.activity_id))
    return shift


def _roles(shift: Shift) -> list[Option]:
    """Those of its roles that have a place for a stand-by left."""
    return [
        Option(value=str(role.id), text=role.definition.name)
        for role in shift.roles
        if role.standing_by < role.stand_bys
    ]


def _page(db: Session, shift: Shift, form: Form) -> ResponseReturnValue:
    return page.render(
        "stand_bys/show.html",
        title=_("候备：{title}", title=db.get_one(Activity, shift.activity_id).title),
        form=form,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        place=where.place(db, shift.place_id),
        roles=_roles(shift),
    )


def _people(desk: Desk, role: ShiftRole) -> dict[str, list[Option]]:
    people = candidates.colleagues(desk.db, opening_of(desk.db, role.id), holder_id=0)
    return {"volunteer_id": [Option(value=str(one.id), text=one.name) for one in people]}


def _ask_page(desk: Desk, role: ShiftRole, form: Form) -> ResponseReturnValue:
    shift = desk.db.get_one(Shift, role.shift_id)
    return page.render(
        "stand_bys/ask.html",
        title=_("请人候备"),
        form=form,
        role=role,
        shift=shift,
        activity=desk.db.get_one(Activity, shift.activity_id),
        back=board_address(shift),
    )
