"""证件: what somebody may do by a paper. She says so, or her coordinator for her; it counts once it was seen."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.volunteers import PaperOfHers, PaperOfMine
from service.language import _
from service.skills.queries import qualification_in_scope
from service.volunteers import actions
from service.volunteers.models import Qualification, Volunteer
from service.web import notices, page, visitor, where, words
from service.web.desk import Desk, at_desk, found, volunteer_here
from service.web.forms import Form

pages = Blueprint("papers", __name__)


@pages.get("/me/papers/new")
@visitor.for_volunteers
def say_form(db: Session) -> ResponseReturnValue:
    """Which paper she holds."""
    return _mine(db, Form.blank(PaperOfMine()))


@pages.post("/me/papers/new")
@visitor.for_volunteers
def say(db: Session) -> ResponseReturnValue:
    """She holds it; somebody has to see it."""
    form = Form.posted(PaperOfMine())
    if not form.is_valid:
        return _mine(db, form)
    actions.add_qualification(db, volunteer_id=visitor.herself(db).id, **form.loaded)
    notices.notify(_("记下了。请带原件给社区看一眼，核实以后才作数。"))
    return page.see_other(url_for("own_skills.mine"))


@pages.post("/me/papers/<int:qualification_id>/take-back")
@visitor.for_volunteers
def take_back(db: Session, qualification_id: int) -> ResponseReturnValue:
    """It was a mistake: nobody has seen it yet."""
    held = db.get(Qualification, qualification_id)
    if held is None or held.volunteer_id != visitor.herself(db).id or held.verified_at is not None:
        abort(404)
    actions.take_back_qualification(db, held)
    notices.notify(_("去掉了。"))
    return page.see_other(url_for("own_skills.mine"))


@pages.get("/co/people/<int:volunteer_id>/papers/new")
@at_desk
def note_form(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Which paper she holds, and whether it was shown."""
    return _hers(volunteer_here(desk, volunteer_id), Form.blank(PaperOfHers()))


@pages.post("/co/people/<int:volunteer_id>/papers/new")
@at_desk
def note(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Written down for her; it counts at once where the original was seen."""
    her, form = volunteer_here(desk, volunteer_id), Form.posted(PaperOfHers())
    if form.is_valid and form.loaded["was_seen"] and her.id == visitor.me(desk.db).volunteer_id:
        form.refuse(_("自己的证，要别人来核实"), at="was_seen")
    if form.has_errors:
        return _hers(her, form)
    given = dict(form.loaded)
    was_seen = given.pop("was_seen")
    held = actions.add_qualification(desk.db, volunteer_id=her.id, **given)
    if was_seen:
        actions.verify_qualification(desk.db, held, account_id=desk.account_id, now=desk.now)
    what = words.QUALIFICATIONS[held.kind]
    said = _("记下了，已核实：{name}，{what}。") if was_seen else _("记下了，等核实：{name}，{what}。")
    notices.notify(said.format(name=her.name, what=what))
    return page.see_other(url_for("person.show", volunteer_id=her.id))


@pages.post("/co/papers/<int:qualification_id>/doubt")
@at_desk
def doubt(desk: Desk, qualification_id: int) -> ResponseReturnValue:
    """It counts no more until somebody has seen it again."""
    held = found(qualification_in_scope(desk.db, qualification_id, scope_ids=desk.scope_ids))
    actions.doubt_qualification(desk.db, held, account_id=desk.account_id, now=desk.now)
    text = _("不作数了。要这张证的班，班表上会标出来。")
    notices.offer_undo(text, address=url_for("skills.verify_paper", qualification_id=held.id))
    return page.see_other(url_for("person.show", volunteer_id=held.volunteer_id))


def _mine(db: Session, form: Form) -> ResponseReturnValue:
    where.show_own_landline(db)
    return page.render("skills/paper_mine.html", title=_("我的证件"), form=form)


def _hers(her: Volunteer, form: Form) -> ResponseReturnValue:
    return page.render("skills/paper_hers.html", title=_("{name}的证件", name=her.name), form=form, person=her)
