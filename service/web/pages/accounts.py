"""/ad/accounts: who coordinates and administers where. A role is given to a telephone number, and taken back."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from schemas.administration import GrantInput
from service.accounts import actions, disabling, queries
from service.accounts.models import Account
from service.language import Lazy, _
from service.places import queries as places
from service.terms import Role
from service.web import choices, notices, page, words
from service.web.desk import Desk, at_office, found
from service.web.forms import Form, Option

LAST = Lazy("{name}是这里最后一位管理员。先请一位新的，再停用。")
WHY_NOT: dict[type[Exception], Lazy] = {
    disabling.OwnAccount: Lazy("不能停用自己的账号，请别的管理员来做。"),
    disabling.HoldsElsewhere: Lazy("{name}在别的地方也有权限，请上一级的管理员来做。"),
}

pages = Blueprint("accounts", __name__, url_prefix="/ad/accounts")

ROLES = {Role.COORDINATOR: Lazy("协调员"), Role.ADMIN: Lazy("管理员")}


@pages.get("")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """Every role in these areas, and a form for another."""
    return _page(desk, Form.blank(GrantInput(), options=_options(desk)))


@pages.post("")
@at_office
def give(desk: Desk) -> ResponseReturnValue:
    """A role for whoever logs in with this number; she need not have been here before."""
    form = Form.posted(GrantInput(), options=_options(desk))
    if form.is_valid and places.in_scope(desk.db, form.loaded["area_id"], scope_ids=desk.scope_ids) is None:
        form.refuse(words.NOT_OFFERED, at="area_id")
    if form.has_errors:
        return _page(desk, form)
    given = form.loaded
    account = actions.open_account(desk.db, phone=given["phone"], name=given["name"])
    actions.grant_role(
        desk.db, account, role=given["role"], area_id=given["area_id"], granted_by=desk.account_id, now=desk.now
    )
    notices.notify(
        _("{name}现在是{role}了，用这个手机号登录就能看到工作台。", name=account.name, role=ROLES[given["role"]])
    )
    return page.see_other(url_for("accounts.index"))


@pages.post("/<int:grant_id>/withdraw")
@at_office
def withdraw(desk: Desk, grant_id: int) -> ResponseReturnValue:
    """Take a role back; the area keeps an administrator."""
    grant = found(queries.grant_in_scope(desk.db, grant_id, scope_ids=desk.scope_ids))
    name, role = desk.db.get_one(Account, grant.account_id).name, ROLES[grant.role]
    try:
        actions.withdraw_role(desk.db, grant_id=grant.id, withdrawn_by=desk.account_id, now=desk.now)
    except actions.LastAdministrator:
        form = Form.blank(GrantInput(), options=_options(desk))
        form.refuse(_("{name}是这里最后一位管理员。先请一位新的，再收回。", name=name))
        return _page(desk, form, status=409)
    notices.notify(_("{name}不再是{role}了。弄错了的话，再给一次就行。", name=name, role=role))
    return page.see_other(url_for("accounts.index"))


@pages.post("/<int:account_id>/disable")
@at_office
def disable(desk: Desk, account_id: int) -> ResponseReturnValue:
    """Nobody logs in with it any more; who is logged in is not, from now on."""
    account = found(queries.in_scope(desk.db, account_id, scope_ids=desk.scope_ids))
    try:
        disabling.disable(desk.db, account, by=desk.account_id, scope_ids=desk.scope_ids, now=desk.now)
    except (actions.LastAdministrator, disabling.OwnAccount, disabling.HoldsElsewhere) as refused:
        return _refused(desk, account, refused)
    notices.notify(_("{name}的账号停用了，已经登录的地方也都退出了。", name=account.name))
    return page.see_other(url_for("accounts.index"))


@pages.post("/<int:account_id>/enable")
@at_office
def enable(desk: Desk, account_id: int) -> ResponseReturnValue:
    """She may log in again, and is what she was."""
    account = found(queries.in_scope(desk.db, account_id, scope_ids=desk.scope_ids))
    try:
        disabling.enable(desk.db, account, by=desk.account_id, scope_ids=desk.scope_ids, now=desk.now)
    except (disabling.OwnAccount, disabling.HoldsElsewhere) as refused:
        return _refused(desk, account, refused)
    notices.notify(_("{name}的账号恢复了，权限和以前一样。", name=account.name))
    return page.see_other(url_for("accounts.index"))


def _refused(desk: Desk, account: Account, refused: Exception) -> ResponseReturnValue:
    form = Form.blank(GrantInput(), options=_options(desk))
    form.refuse(_(WHY_NOT.get(type(refused), LAST), name=account.name))
    return _page(desk, form, status=409)


def _page(desk: Desk, form: Form, *, status: int = 200) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:30]
    return page.render(
        "accounts/index.html",
        title=_("人和权限"),
        form=form,
        status=status,
        held=queries.grants(desk.db, scope_ids=desk.scope_ids, text=text),
        roles=ROLES,
        text=text,
        own=desk.account_id,
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    """The areas of her grants and all below, indented as the tree is."""
    return {
        "area_id": [
            Option(value=str(area.id), text="\u00a0" * 4 * (len(area.lineage) - 1) + area.name)
            for area in choices.areas(desk)
            if area.kind in places.GOVERNED
        ]
    }
