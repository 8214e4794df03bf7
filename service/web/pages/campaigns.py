"""/co/campaigns: the same asked of each community for some time; communities and indicators side by side, unranked."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from schemas.campaigns import CampaignForm
from service import audit
from service.campaigns import actions, queries
from service.campaigns.actions import NoCommunity
from service.campaigns.queries import Table
from service.language import _
from service.places.models import Area
from service.sheets import files
from service.terms import AreaKind
from service.web import choices, notices, page, words
from service.web.desk import Desk, at_desk, found
from service.web.downloads import CSV, file_answer
from service.web.forms import Form, Option

pages = Blueprint("campaigns", __name__, url_prefix="/co/campaigns")
#: Of what a campaign can be.
CAMPAIGN_OF = (AreaKind.CITY, AreaKind.STREET, AreaKind.COMMUNITY)


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """All of them, and a form for another."""
    return _page(desk, Form.blank(CampaignForm(), options=_options(desk)))


@pages.post("")
@at_desk
def begin(desk: Desk) -> ResponseReturnValue:
    """Ask the same of each community from now on."""
    form = Form.posted(CampaignForm(), options=_options(desk))
    if form.is_valid:
        form.check_offered("area_id")
    if form.has_errors:
        return _page(desk, form)
    given = dict(form.loaded)
    area = desk.db.get_one(Area, given.pop("area_id"))
    try:
        made = actions.begin(desk.db, area, account_id=desk.account_id, now=desk.now, **given)
    except NoCommunity:
        form.refuse(_("这里没有社区"), at="area_id")
        return _page(desk, form)
    notices.notify(_("“{title}”开始了：每个社区的任务量里都有了。", title=made.title))
    return page.see_other(url_for("campaigns.show", campaign_id=made.id))


@pages.get("/<int:campaign_id>")
@at_desk
def show(desk: Desk, campaign_id: int) -> Response:
    """Communities and indicators side by side, to be read or printed."""
    table = _table(desk, campaign_id)
    may_close = queries.in_scope(desk.db, campaign_id, scope_ids=desk.scope_ids) is not None
    return page.render(
        "campaigns/show.html",
        title=_("{title}：各社区办了几场", title=table.campaign.title),
        wide=True,
        table=table,
        campaign=table.campaign,
        states=words.QUOTA_STATES,
        may_close=may_close and table.campaign.closed_at is None,
        now=desk.now,
        back=url_for("campaigns.index"),
    )


@pages.get("/<int:campaign_id>/table.<form>")
@at_desk
def export(desk: Desk, campaign_id: int, form: str) -> ResponseReturnValue:
    """The same as a file."""
    if form not in ("xlsx", "csv"):
        abort(404)
    table = _table(desk, campaign_id)
    audit.note(
        desk.db,
        verb="exported_campaign",
        subject=("campaign", campaign_id),
        account_id=desk.account_id,
        area_id=table.campaign.area_id,
        now=desk.now,
        rows=len(table.lines),
    )
    headings = [
        _("社区"),
        *(_("{title}（要{n}场）", title=one.title, n=one.needed) for one in table.indicators),
        _("得星"),
    ]
    rows = [
        [line.community.name, *(str(cell.progress.held) for cell in line.cells), str(line.stars)]
        for line in table.lines
    ]
    name = table.campaign.title
    if form == "csv":
        return file_answer(files.write_csv(headings, rows), f"{name}.csv", kind=CSV)
    return file_answer(files.write_xlsx(headings, rows, title=name), f"{name}.xlsx")


@pages.post("/<int:campaign_id>/close")
@at_desk
def close(desk: Desk, campaign_id: int) -> ResponseReturnValue:
    """It is over."""
    campaign = found(queries.in_scope(desk.db, campaign_id, scope_ids=desk.scope_ids))
    actions.close(desk.db, campaign, account_id=desk.account_id, now=desk.now)
    notices.notify(_("“{title}”结束了，表还在。", title=campaign.title))
    return page.see_other(url_for("campaigns.show", campaign_id=campaign.id))


def _table(desk: Desk, campaign_id: int) -> Table:
    campaign = found(queries.seen(desk.db, campaign_id, scope_ids=desk.scope_ids))
    return queries.table(desk.db, campaign, scope_ids=desk.scope_ids, now=desk.now)


def _page(desk: Desk, form: Form) -> Response:
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids)
    return page.render(
        "campaigns/index.html", title=_("摘星夺旗一览"), rows=rows, form=form, back=url_for("quotas.index")
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.areas_of_kind(desk, CAMPAIGN_OF)}
