"""/co/partners: organisations that stand by a courtyard or community; and who holds an activity together with whom."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, url_for
from flask.typing import ResponseReturnValue

from schemas.desk import PhoneLook
from schemas.partners import CoHostForm, ContactInput, NewPartner, PartnerMemberInput
from service.activities.models import Activity
from service.calendars.rules import local
from service.language import _
from service.partners import actions, queries
from service.partners.actions import AlreadyCoHost, AlreadyPartner, KnownToNobody
from service.partners.models import ForbiddenMove, Partner
from service.places.models import Area
from service.terms import AreaKind
from service.web import choices, notices, page, words
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("partners", __name__, url_prefix="/co/partners")
shared_pages = Blueprint("co_hosts", __name__, url_prefix="/co")
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
        return page.render(
            "partners/phone_why.html",
            title=_("为什么要看{name}的电话？", name=partner.contact_name),
            form=form,
            partner=partner,
            back=url_for("partners.show", partner_id=partner.id),
        )
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
    partner = _here(desk, partner_id)
    return page.render(
        "partners/phone_why.html",
        title=_("为什么要看{name}的电话？", name=partner.contact_name),
        form=Form.blank(PhoneLook()),
        partner=partner,
        back=url_for("partners.show", partner_id=partner.id),
    )


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


@shared_pages.get("/activities/<int:activity_id>/co-hosts")
@at_desk
def shared(desk: Desk, activity_id: int) -> Response:
    """Who holds it too, with which roles."""
    activity = activity_here(desk, activity_id)
    return _shared_page(desk, activity, Form.blank(CoHostForm(), options=_hosts(desk, activity)))


@shared_pages.post("/activities/<int:activity_id>/co-hosts")
@at_desk
def share(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """One more."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(CoHostForm(), options=_hosts(desk, activity))
    if form.is_valid:
        form.check_offered("host", "role_ids")
    if form.is_valid and not form.loaded["role_ids"]:
        form.refuse(_("至少选一个岗位"), at="role_ids")
    if form.is_valid:
        kind, _colon, number = form.loaded["host"].partition(":")
        host = {f"{kind}_id": int(number), "role_ids": form.loaded["role_ids"]}
        try:
            actions.share(desk.db, activity, account_id=desk.account_id, now=desk.now, **host)
        except AlreadyCoHost:
            form.refuse(_("已经在合办这个活动，或者已经问过"), at="host")
        except KnownToNobody:
            form.refuse(_("突击检查不能让别人知道，不能和别人合办"))
        else:
            notices.notify(_("问他们了。答应以后，活动页面上才写他们的名字；他们只看得到自己的岗位和自己的人。"))
            return page.see_other(url_for("co_hosts.shared", activity_id=activity.id))
    return _shared_page(desk, activity, form)


@shared_pages.post("/co-hosts/<int:co_host_id>/ask")
@at_desk
def ask(desk: Desk, co_host_id: int) -> ResponseReturnValue:
    """Ask it now, or once more after a no."""
    co_host = found(queries.co_host_in_scope(desk.db, co_host_id, scope_ids=desk.scope_ids))
    try:
        actions.ask(desk.db, co_host, account_id=desk.account_id, now=desk.now)
        notices.notify(_("问他们了。"))
    except ForbiddenMove:
        notices.notify(_("已经问过了。"))
    return page.see_other(url_for("co_hosts.shared", activity_id=co_host.activity_id))


@shared_pages.post("/co-hosts/<int:co_host_id>/end")
@at_desk
def part_ways(desk: Desk, co_host_id: int) -> ResponseReturnValue:
    """It holds the activity no more."""
    co_host = found(queries.co_host_in_scope(desk.db, co_host_id, scope_ids=desk.scope_ids))
    actions.part_ways(desk.db, co_host, account_id=desk.account_id, now=desk.now)
    notices.notify(_("不再合办了；他们的人已经定下的班不变。"))
    return page.see_other(url_for("co_hosts.shared", activity_id=co_host.activity_id))


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


def _shared_page(desk: Desk, activity: Activity, form: Form) -> Response:
    rows = queries.co_hosts(desk.db, [activity.id])
    return page.render(
        "partners/shared.html",
        title=_("和谁合办"),
        activity=activity,
        rows=rows,
        roles=queries.roles_of(desk.db, [co_host.id for co_host, _name in rows]),
        spoken_for=_spoken_for(desk, activity),
        states=words.CO_HOST_STATES,
        colours=words.CO_HOST_COLOURS,
        form=form,
        back=url_for("roster.index", activity_id=activity.id),
    )


def _spoken_for(desk: Desk, activity: Activity) -> set[int]:
    """The co-hosts for which this desk can answer too: they are of its own areas."""
    return set(queries.spoken_for(desk.db, activity.id, scope_ids=desk.scope_ids, day=local(desk.now).date()))


def _contact(partner: Partner) -> Form:
    return Form.blank(ContactInput(), given={"contact_name": partner.contact_name})


def _areas(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.areas_of_kind(desk, STOOD_BY)}


def _people(desk: Desk) -> dict[str, list[Option]]:
    return {"volunteer_id": choices.people(desk)}


def _hosts(desk: Desk, activity: Activity) -> dict[str, list[Option]]:
    teams, partners = queries.can_co_host(desk.db, activity)
    return {
        "host": [
            *(Option(value=f"team:{team.id}", text=team.name) for team in teams),
            *(Option(value=f"partner:{one.id}", text=one.name) for one in partners),
        ],
        "role_ids": [Option(value=str(role.id), text=role.name) for role in activity.roles],
    }
