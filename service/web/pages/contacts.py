"""紧急联系人: whom to call if something happens. She herself names one, or her coordinator for her."""

from __future__ import annotations

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.contacts import EmergencyContactInput
from schemas.desk import PhoneLook
from service import clock
from service.language import _
from service.signups.queries import concerned
from service.volunteers.contacts import Contact, OwnNumber, contact_of, drop_contact, look_at_contact, name_contact
from service.volunteers.models import Volunteer
from service.web import notices, page, visitor, where
from service.web.desk import Desk, at_desk, found, volunteer_here
from service.web.forms import Form

pages = Blueprint("contacts", __name__)


@pages.get("/me/contact")
@visitor.for_volunteers
def mine(db: Session) -> ResponseReturnValue:
    """Whom she named."""
    her = visitor.herself(db)
    return _mine(db, her, Form.blank(EmergencyContactInput(), given=contact_of(db, her)))


@pages.post("/me/contact")
@visitor.for_volunteers
def name_mine(db: Session) -> ResponseReturnValue:
    """She names somebody."""
    her, form = visitor.herself(db), Form.posted(EmergencyContactInput())
    if not _is_named(db, her, form, account_id=visitor.me(db).account_id):
        return _mine(db, her, form)
    notices.notify(_("记下了。只在您值班出了急事的时候找。"))
    return page.see_other(url_for("me.profile"))


@pages.post("/me/contact/drop")
@visitor.for_volunteers
def drop_mine(db: Session) -> ResponseReturnValue:
    """Nobody is to be called."""
    drop_contact(db, visitor.herself(db), account_id=visitor.me(db).account_id, now=clock.now(db))
    notices.notify(_("去掉了，什么都没有留。要加回来，再填一次就行。"))
    return page.see_other(url_for("me.profile"))


@pages.get("/co/people/<int:volunteer_id>/contact")
@at_desk
def ask_why(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What it is needed for: whoever coordinates a shift of hers may have to know."""
    her = found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))
    return _ask_why(desk, her, Form.blank(PhoneLook()))


@pages.post("/co/people/<int:volunteer_id>/contact")
@at_desk
def look(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Whom to call. Shown at once and kept nowhere; the look is written down."""
    her = found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))
    form = Form.posted(PhoneLook())
    if form.has_errors:
        return _ask_why(desk, her, form)
    why = form.loaded["why"].value
    contact = look_at_contact(desk.db, her, account_id=desk.account_id, now=desk.now, why=why)
    title = _("{name}的紧急联系人", name=her.name)
    answer = make_response(page.render("people/contact.html", title=title, contact=contact, back=_back(her)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/co/people/<int:volunteer_id>/contact/new")
@at_desk
def note_form(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """As she said it on the telephone or at the counter. What stands there already is not shown without a reason."""
    return _note(volunteer_here(desk, volunteer_id), Form.blank(EmergencyContactInput()))


@pages.post("/co/people/<int:volunteer_id>/contact/new")
@at_desk
def note(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Written down for her, and that it was."""
    her, form = volunteer_here(desk, volunteer_id), Form.posted(EmergencyContactInput())
    if not _is_named(desk.db, her, form, account_id=desk.account_id):
        return _note(her, form)
    notices.notify(_("记下了{name}的紧急联系人。", name=her.name))
    return page.see_other(url_for("person.show", volunteer_id=her.id))


def _is_named(db: Session, her: Volunteer, form: Form, *, account_id: int) -> bool:
    if not form.is_valid:
        return False
    try:
        name_contact(db, her, Contact(**form.loaded), account_id=account_id, now=clock.now(db))
    except OwnNumber:
        form.refuse(_("这是本人的号码，请填别人的"), at="phone")
        return False
    return True


def _mine(db: Session, her: Volunteer, form: Form) -> ResponseReturnValue:
    where.show_own_landline(db)
    is_named = contact_of(db, her) is not None
    return page.render("me/contact.html", title=_("有急事时找谁"), form=form, is_named=is_named)


def _note(her: Volunteer, form: Form) -> ResponseReturnValue:
    title = _("{name}：有急事时找谁", name=her.name)
    return page.render("people/contact_new.html", title=title, form=form, person=her)


def _ask_why(desk: Desk, her: Volunteer, form: Form) -> ResponseReturnValue:
    title = _("为什么要看{name}的紧急联系人？", name=her.name)
    is_known = contact_of(desk.db, her) is not None
    return page.render(
        "people/contact_why.html", title=title, form=form, person=her, is_known=is_known, back=_back(her)
    )


def _back(her: Volunteer) -> str:
    otherwise = url_for("person.show", volunteer_id=her.id)
    return page.local_path(request.values.get("back", ""), otherwise=otherwise)
