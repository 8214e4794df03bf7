"""/co/disclosures: what must be published on the community's board, by whom, until when, and what is overdue."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.disclosures import NewDisclosure, PublishedInput
from service.calendars.rules import local
from service.disclosures import actions, queries
from service.disclosures.models import Disclosure
from service.language import _
from service.terms import AreaKind
from service.web import choices, notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option
from service.wording import full_day

pages = Blueprint("disclosures", __name__, url_prefix="/co/disclosures")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """What is due, what was published, and a form for one more."""
    return _page(desk, Form.blank(NewDisclosure(), options=_options(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """One more."""
    form = Form.posted(NewDisclosure(), options=_options(desk))
    if form.is_valid:
        form.check_offered("area_id", "owner_id")
    if form.has_errors:
        return _page(desk, form)
    made = actions.ask_for(desk.db, account_id=desk.account_id, now=desk.now, **form.loaded)
    notices.notify(_("记下了：{title}。", title=made.title))
    return page.see_other(url_for("disclosures.index"))


@pages.post("/<int:disclosure_id>/published")
@at_desk
def publish(desk: Desk, disclosure_id: int) -> ResponseReturnValue:
    """It hangs there."""
    made, form = _here(desk, disclosure_id), Form.posted(PublishedInput())
    if form.has_errors:
        notices.notify(_("“贴在哪里”最多200个字。"))
        return page.see_other(url_for("disclosures.index"))
    again = actions.publish(desk.db, made, where=form.loaded["where"], account_id=desk.account_id, now=desk.now)
    notices.notify(
        _("记下了，公示过了。下一次在{day}以前。", day=full_day(again.due_on)) if again else _("记下了，公示过了。")
    )
    return page.see_other(url_for("disclosures.index"))


@pages.post("/<int:disclosure_id>/drop")
@at_desk
def drop(desk: Desk, disclosure_id: int) -> ResponseReturnValue:
    """It need not be published."""
    actions.drop(desk.db, _here(desk, disclosure_id), account_id=desk.account_id, now=desk.now)
    notices.notify(_("去掉了。"))
    return page.see_other(url_for("disclosures.index"))


def _here(desk: Desk, disclosure_id: int) -> Disclosure:
    return found(queries.in_scope(desk.db, disclosure_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, form: Form) -> Response:
    return page.render(
        "disclosures/index.html",
        title=_("公开栏"),
        form=form,
        today=local(desk.now).date(),
        due=queries.due(desk.db, scope_ids=desk.scope_ids),
        published=queries.lately(desk.db, scope_ids=desk.scope_ids),
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    kinds = (AreaKind.COMMUNITY, AreaKind.COURTYARD)
    return {"area_id": choices.areas_of_kind(desk, kinds), "owner_id": choices.people(desk)}
