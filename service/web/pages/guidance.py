"""/co/partners/<id>/guides: who instructs an organisation, what waits for the next visit, who succeeds her."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.guidance import NewGuide
from service.activities.models import Activity
from service.activities.queries import published_in
from service.calendars.rules import local
from service.guidance import actions, queries
from service.guidance.actions import AlreadyGuided
from service.language import _
from service.partners.models import Partner
from service.partners.queries import in_scope
from service.web import choices, notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("guidance", __name__, url_prefix="/co/partners/<int:partner_id>/guides")


@pages.get("")
@at_desk
def show(desk: Desk, partner_id: int) -> Response:
    """Who did, does and will; and a form for who begins or succeeds."""
    partner = _here(desk, partner_id)
    given = {"from_on": local(desk.now).date()}
    return _page(desk, partner, Form.blank(NewGuide(), given=given, options=_options(desk)))


@pages.post("")
@at_desk
def appoint(desk: Desk, partner_id: int) -> ResponseReturnValue:
    """She does from a day on."""
    partner, form = _here(desk, partner_id), Form.posted(NewGuide(), options=_options(desk))
    if form.is_valid:
        form.check_offered("volunteer_id", "activity_id")
    if form.has_errors:
        return _page(desk, partner, form)
    given = dict(form.loaded)
    given["activity"] = desk.db.get_one(Activity, given.pop("activity_id"))
    try:
        with desk.db.begin_nested():
            done = actions.appoint(desk.db, partner, account_id=desk.account_id, now=desk.now, **given)
    except AlreadyGuided:
        form.refuse(_("那天以后已经安排了别人"), at="from_on")
        return _page(desk, partner, form)
    notices.notify(
        _("记下了。前任让出{released}班，正在问她{asked}班能不能来。", released=done.released, asked=done.asked)
    )
    return page.see_other(url_for("guidance.show", partner_id=partner.id))


@pages.post("/<int:guide_id>/end")
@at_desk
def end(desk: Desk, partner_id: int, guide_id: int) -> ResponseReturnValue:
    """She does no more, and nobody succeeds her."""
    partner = _here(desk, partner_id)
    guide = found(queries.one_of_partner(desk.db, guide_id, partner_id=partner.id))
    today = local(desk.now).date()
    actions.end(desk.db, partner, guide=guide, on=today, account_id=desk.account_id, now=desk.now)
    notices.notify(_("从今天起不再指导。"))
    return page.see_other(url_for("guidance.show", partner_id=partner.id))


def _here(desk: Desk, partner_id: int) -> Partner:
    return found(in_scope(desk.db, partner_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, partner: Partner, form: Form) -> Response:
    rows = queries.of_partner(desk.db, partner.id)
    return page.render(
        "guidance/show.html",
        title=_("{name}的指导员", name=partner.name),
        partner=partner,
        rows=[
            (guide, person, activity, queries.open_findings(desk.db, activity.id)) for guide, person, activity in rows
        ],
        today=local(desk.now).date(),
        form=form,
        back=url_for("partners.show", partner_id=partner.id),
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    visits = published_in(desk.db, scope_ids=desk.scope_ids)
    return {
        "volunteer_id": choices.people(desk),
        "activity_id": [Option(value=str(one.id), text=one.title) for one in visits],
    }
