"""/co/groups: the groups in WeCom, DingTalk and Feishu that hear of gaps and free places."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from schemas.groups import HEARS, NewGroup
from service.language import _
from service.notifications import groups
from service.notifications.groups import NotABot
from service.teams import queries as teams
from service.terms import TeamState
from service.web import choices, notices, page, told
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("groups", __name__, url_prefix="/co/groups")


@pages.get("")
@at_desk
def index(desk: Desk) -> ResponseReturnValue:
    """Which there are, and a form for another."""
    return _page(desk, Form.blank(NewGroup(), options=_options(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """Another group. What is not among the answers was not offered: another's area, another's team."""
    options = _options(desk)
    form = Form.posted(NewGroup(), options=options)
    if form.is_valid:
        _check(form, options)
    if form.has_errors:
        return _page(desk, form)
    given = form.loaded
    groups.open_group(
        desk.db,
        area_id=given["area_id"],
        team_id=given.get("team_id"),
        name=given["name"],
        door=groups.read_address(given["address"]),
        secret=given.get("secret", ""),
        hears=given["hears"],
        account_id=desk.account_id,
        now=desk.now,
    )
    notices.notify(_("加好了。有人缺席、空出位子，就会在“{name}”里说。", name=given["name"]))
    return page.see_other(url_for("groups.index"))


@pages.post("/<int:group_id>/close")
@at_desk
def close(desk: Desk, group_id: int) -> ResponseReturnValue:
    """It hears nothing any more."""
    group = found(groups.in_scope(desk.db, group_id, scope_ids=desk.scope_ids))
    groups.close_group(desk.db, group, account_id=desk.account_id, now=desk.now)
    notices.notify(_("“{name}”里不再说了。", name=group.name))
    return page.see_other(url_for("groups.index"))


def _page(desk: Desk, form: Form) -> ResponseReturnValue:
    return page.render(
        "groups/index.html",
        title=_("群机器人"),
        form=form,
        groups=groups.listed(desk.db, scope_ids=desk.scope_ids),
        channels=told.CHANNELS,
        hears=HEARS,
    )


def _check(form: Form, options: dict[str, list[Option]]) -> None:
    for name in ("area_id", "team_id"):
        chosen = form.loaded.get(name)
        if chosen is not None and str(chosen) not in {option.value for option in options[name]}:
            form.refuse(_("请从列出的选一项"), at=name)
    if not set(form.loaded["hears"]) <= set(HEARS):
        form.refuse(_("请从列出的选一项"), at="hears")
    try:
        groups.read_address(form.loaded["address"])
    except NotABot:
        form.refuse(_("这不是企业微信、钉钉或者飞书群机器人的地址，请从群设置里整个复制"), at="address")


def _options(desk: Desk) -> dict[str, list[Option]]:
    own = teams.listed(desk.db, scope_ids=desk.scope_ids, state=TeamState.ACTIVE, limit=100)
    return {
        "area_id": choices.communities(desk),
        "team_id": [Option(value=str(team.id), text=team.name) for team in own],
        "hears": [Option(value=kind, text=str(words)) for kind, words in HEARS.items()],
    }
