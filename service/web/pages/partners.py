"""/co/partners: organisations that stand by a courtyard or community, whom to turn to there, and their people."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, url_for
from flask.typing import ResponseReturnValue

from schemas.desk import PhoneLook
from schemas.partners import ContactInput, NewPartner, PartnerMemberInput
from service.language import _
from service.partners import actions, queries
from service.partners.actions import AlreadyPartner
from service.partners.models import Partner
from service.places.models import Area
from service.terms import AreaKind
from service.web import choices, notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("partners", __name__, url_prefix="/co/partners")
#: What an organisation can stand by.
STOOD_BY = (AreaKind.COMMUNITY, AreaKind.COURTYARD)


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """All of them, and a form for another."""
    return _page(desk, Form.blank(NewPartner(), options=_areas(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """Another one."""
    form = Form.posted(NewPartner(), options=_areas(desk))
    if form.is_valid:
        form.check_offered("area_id")
    if form.is_valid:
        try:
            made = actions.register(desk.db, account_id=desk.account_id, now=desk.now, **form.loaded)
        except AlreadyPartner:
            form.refuse(_("这里已经有这个单位"), at="name")
        else:
            notices.notify(_("登记好了：{name}。", name=made.name))
            return page.see_other(url_for("partners.show", partner_id=made.id))
    return _page(desk, form)


@pages.get("/<int:partner_id>")
@at_desk
def show(desk: Desk, partner_id: int) -> Response:
    """One: whom to turn to, and its people."""
    partner = _here(desk, partner_id)
    return _one(desk, partner, _contact(partner), Form.blank(PartnerMemberInput(), options=_people(desk)))


@pages.post("/<int:partner_id>/contact")
@at_desk
def change_contact(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """Another person to turn to."""
    partner, form = _here(desk, partner_id), Form.posted(ContactInput())
    if form.has_errors:
        return _one(desk, partner, form, Form.blank(PartnerMemberInput(), options=_people(desk)))
    actions.change_contact(desk.db, partner, account_id=desk.account_id, now=desk.now, **form.loaded)
    return _done(partner)


@pages.post("/<int:partner_id>/phone")
@at_desk
def phone(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """The number in full, once it is said what for. Kept nowhere."""
    partner, form = _here(desk, partner_id), Form.posted(PhoneLook())
    if form.has_errors:
        return _ask_why(partner, form)
    why = form.loaded["why"].value
    number = actions.look_at_phone(desk.db, partner, account_id=desk.account_id, now=desk.now, why=why)
    shown = page.render(
        "roster/phone.html",
        title=_("{name}的电话", name=partner.contact_name),
        number=number,
        back=url_for("partners.show", partner_id=partner.id),
    )
    answer = make_response(shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/<int:partner_id>/phone")
@at_desk
def phone_form(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """Ask what the number is needed for."""
    return _ask_why(_here(desk, partner_id), Form.blank(PhoneLook()))


@pages.post("/<int:partner_id>/members")
@at_desk
def admit(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """Somebody of these areas belongs to it."""
    partner, form = _here(desk, partner_id), Form.posted(PartnerMemberInput(), options=_people(desk))
    if form.is_valid:
        form.check_offered("volunteer_id")
    if form.has_errors:
        return _one(desk, partner, _contact(partner), form)
    actions.admit(desk.db, partner, account_id=desk.account_id, now=desk.now, **form.loaded)
    return _done(partner)


@pages.post("/<int:partner_id>/members/<int:volunteer_id>/dismiss")
@at_desk
def dismiss(desk: Desk, partner_id: int, volunteer_id: int) -> ResponseReturnValue:
    """She belongs to it no more."""
    partner = _here(desk, partner_id)
    actions.dismiss(desk.db, partner, volunteer_id=volunteer_id, account_id=desk.account_id, now=desk.now)
    return _done(partner)


@pages.post("/<int:partner_id>/end")
@at_desk
def end(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """It stands by the area no more."""
    partner = _here(desk, partner_id)
    actions.end(desk.db, partner, account_id=desk.account_id, now=desk.now)
    notices.notify(_("记下了：不再和{name}联建。", name=partner.name))
    return page.see_other(url_for("partners.index"))


def _here(desk: Desk, partner_id: int) -> Partner:
    return found(queries.in_scope(desk.db, partner_id, scope_ids=desk.scope_ids))


def _done(partner: Partner) -> Response:
    notices.notify(_("改好了。"))
    return page.see_other(url_for("partners.show", partner_id=partner.id))


def _page(desk: Desk, form: Form) -> Response:
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids)
    return page.render("partners/index.html", title=_("联建单位"), rows=rows, form=form)


def _one(desk: Desk, partner: Partner, contact: Form, member: Form) -> Response:
    return page.render(
        "partners/show.html",
        title=partner.name,
        partner=partner,
        area=desk.db.get_one(Area, partner.area_id),
        members=queries.members(desk.db, partner.id),
        contact=contact,
        member=member,
        form=member if member.has_errors else contact,
        back=url_for("partners.index"),
    )


def _ask_why(partner: Partner, form: Form) -> Response:
    return page.render(
        "partners/phone_why.html",
        title=_("为什么要看{name}的电话？", name=partner.contact_name),
        form=form,
        partner=partner,
        back=url_for("partners.show", partner_id=partner.id),
    )


def _contact(partner: Partner) -> Form:
    return Form.blank(ContactInput(), given={"contact_name": partner.contact_name})


def _areas(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.areas_of_kind(desk, STOOD_BY)}


def _people(desk: Desk) -> dict[str, list[Option]]:
    return {"volunteer_id": choices.people(desk)}
