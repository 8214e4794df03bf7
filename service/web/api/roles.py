"""Who coordinates and administers where, and which accounts are in use. For administrators, of their own areas."""

from __future__ import annotations

from typing import Any

from schemas.accounts import AccountShown, NewRole, RoleGiven
from schemas.shown import PageAsked, page_of
from service.accounts import actions, disabling, queries
from service.accounts.models import Account
from service.language import _
from service.places import queries as places
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

staff = Resource("accounts", url_prefix="/accounts", description="账号：谁能登录，停用和恢复。")
roles = Resource("roles", url_prefix="/roles", description="权限：谁在哪里是协调员、管理员。")


@staff.operation("GET", "", asks=PageAsked(), gives=page_of(AccountShown))
def list_accounts(call: Call, *, asked: dict[str, Any]) -> Any:
    """Accounts that hold a role in areas I administer."""
    rows = queries.staff(
        call.session, scope_ids=_scope(call), after_id=cursors.after_id(asked.get("after")), limit=asked["limit"] + 1
    )
    shown = _shown(call, rows[: asked["limit"]])
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: shown[row.id])


@staff.operation("GET", "/<id:account_id>", gives=AccountShown())
def show_account(call: Call, *, account_id: int) -> Any:
    """One of them, or the account of a volunteer who lives there."""
    return _shown(call, [_account(call, account_id)])[account_id]


@staff.operation("PUT", "/<id:account_id>/disabling", gives=AccountShown(), refuses=(409,))
def disable(call: Call, *, account_id: int) -> Any:
    """End its sessions and tokens at once; nobody logs in with it. Twice is harmless."""
    account = _account(call, account_id)
    disabling.disable(call.session, account, by=call.actor.account_id, scope_ids=_scope(call), now=call.now)
    return _shown(call, [account])[account_id]


@staff.operation("DELETE", "/<id:account_id>/disabling", gives=AccountShown(), refuses=(409,))
def enable(call: Call, *, account_id: int) -> Any:
    """Let her log in again, with the roles she had; her tokens stay revoked. Twice is harmless."""
    account = _account(call, account_id)
    disabling.enable(call.session, account, by=call.actor.account_id, scope_ids=_scope(call), now=call.now)
    return _shown(call, [account])[account_id]


@roles.operation("POST", "", takes=NewRole(), gives=RoleGiven(), status=201)
def give_role(call: Call, *, body: dict[str, Any]) -> Any:
    """A role for whoever logs in with this number. Given twice, it is the same one."""
    if places.in_scope(call.session, body["area_id"], scope_ids=_scope(call)) is None:
        raise invalid(area_id=[_("没有这个地方")])
    account = actions.open_account(call.session, phone=body["phone"], name=body["name"])
    return actions.grant_role(
        call.session,
        account,
        role=body["role"],
        area_id=body["area_id"],
        granted_by=call.actor.account_id,
        now=call.now,
    )


@roles.operation("DELETE", "/<id:role_id>", status=204, refuses=(409,))
def withdraw_role(call: Call, *, role_id: int) -> Any:
    """Take a role back; it ends with her next request. The area keeps an administrator."""
    grant = found(queries.grant_in_scope(call.session, role_id, scope_ids=_scope(call)))
    actions.withdraw_role(call.session, grant_id=grant.id, withdrawn_by=call.actor.account_id, now=call.now)


def _scope(call: Call) -> tuple[int, ...]:
    call.needs(Role.ADMIN)
    return call.actor.scope_ids(Role.ADMIN)


def _account(call: Call, account_id: int) -> Account:
    account: Account = found(queries.in_scope(call.session, account_id, scope_ids=_scope(call)))
    return account


def _shown(call: Call, accounts: Any) -> dict[int, dict[str, Any]]:
    held = queries.grants_of(call.session, [one.id for one in accounts], scope_ids=_scope(call))
    return {
        one.id: {
            "id": one.id,
            "name": one.name,
            "volunteer_id": one.volunteer_id,
            "disabled_at": one.disabled_at,
            "roles": [grant for grant in held if grant.account_id == one.id],
        }
        for one in accounts
    }
