"""Logging in by a code, who one is, tokens for programs."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from schemas.accounts import CodeAsked, CodeSent, MeShown, NewToken, TokenAsked, TokenGiven, TokenIssued, TokenShown
from schemas.habits import HabitInput, HabitsShown
from schemas.shown import PageAsked, page_of
from service import wording
from service.accounts import actions, queries
from service.accounts.actions import TooManyCodes, WrongCode
from service.accounts.models import Account
from service.accounts.queries import Actor
from service.accounts.rules import CODE_LIFE, RESEND_AFTER
from service.demo import shows_code
from service.language import _
from service.notifications.habits import Owner
from service.notifications.ways import OF_COORDINATORS
from service.terms import Role, Topic
from service.volunteers.queries import by_phone as volunteer_by_phone
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.habits import save_habit, shown_habits
from service.web.api.problems import Problem
from service.web.api.resource import Resource

#: How long a token lasts that somebody got by logging in.
LOGIN_LIFE = timedelta(days=30)

login = Resource("login", url_prefix="/login", description="登录：手机号收验证码，验证码换令牌。")
me = Resource("me", url_prefix="/me", description="我是谁。")
tokens = Resource("tokens", url_prefix="/tokens", description="给程序用的令牌。")


@login.operation(
    "POST", "/codes", takes=CodeAsked(), gives=CodeSent(), status=202, is_public=True, limit="10/minute;60/hour"
)
def request_code(call: Call, *, body: dict[str, Any]) -> Any:
    """Have six digits sent to a phone."""
    try:
        sent = actions.request_code(call.session, phone=body["phone"], now=call.now)
    except TooManyCodes as error:
        wait = max(1, math.ceil((error.retry_at - call.now).total_seconds()))
        raise Problem(
            429,
            kind="too-many-codes",
            detail=_("请在{moment}以后再试。", moment=wording.moment(error.retry_at)),
            headers={"Retry-After": str(wait)},
        ) from None
    shown = {"good_for_s": int(CODE_LIFE.total_seconds()), "again_after_s": int(RESEND_AFTER.total_seconds())}
    return {**shown, "code": actions.digits(sent)} if shows_code(body["phone"]) else shown


@login.operation(
    "POST", "/tokens", takes=TokenAsked(), gives=TokenGiven(), status=201, is_public=True, limit="20/minute;200/hour"
)
def log_in(call: Call, *, body: dict[str, Any]) -> Any:
    """Give the digits, get a token."""
    phone = body["phone"]
    try:
        actions.check_code(call.session, phone=phone, typed=body["code"], now=call.now)
    except WrongCode:
        # Answered, not raised: the wrong try is counted, and that must be committed.
        return Problem(
            422, kind="wrong-code", errors={"code": [_("验证码不对或者已经过期，请核对，或者重新获取。")]}
        ).answer()
    known = volunteer_by_phone(call.session, phone)
    account = actions.open_account(call.session, phone=phone, name=known.name if known else wording.masked_phone(phone))
    who = _who(call, account)
    expires_at = call.now + LOGIN_LIFE
    token = actions.issue_token(call.session, account, label=_("登录"), now=call.now, expires_at=expires_at)
    return {"token": token, "expires_at": expires_at, "me": _shown(who)}


@me.operation("GET", "", gives=MeShown())
def show_me(call: Call) -> Any:
    """Who this token speaks for."""
    return _shown(call.actor)


@me.operation("GET", "/habits", gives=HabitsShown())
def list_habits(call: Call) -> Any:
    """How I, as a coordinator, want to hear of gaps and of the week. As a volunteer: `/volunteers/{id}/habits`."""
    return {"items": shown_habits(call, Owner(account_id=call.actor.account_id), OF_COORDINATORS)}


@me.operation("PUT", "/habits/<any(desk, digest):topic>", takes=HabitInput(), gives=HabitsShown())
def choose_habit(call: Call, *, topic: str, body: dict[str, Any]) -> Any:
    """Choose for it. Neither a channel nor `is_off`: as usual."""
    save_habit(call, Owner(account_id=call.actor.account_id), Topic(topic), body)
    return {"items": shown_habits(call, Owner(account_id=call.actor.account_id), OF_COORDINATORS)}


@tokens.operation("GET", "", asks=PageAsked(), gives=page_of(TokenShown))
def list_tokens(call: Call, *, asked: dict[str, Any]) -> Any:
    """My tokens that can still be used."""
    rows = queries.tokens(
        call.session,
        call.actor.account_id,
        now=call.now,
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: row)


@tokens.operation("POST", "", takes=NewToken(), gives=TokenIssued(), status=201, is_secret=True)
def issue_token(call: Call, *, body: dict[str, Any]) -> Any:
    """A token for a program of mine. For administrators."""
    call.needs(Role.ADMIN)
    account = call.session.get_one(Account, call.actor.account_id)
    expires_at = call.now + timedelta(days=body["days"])
    token = actions.issue_token(call.session, account, label=body["label"], now=call.now, expires_at=expires_at)
    row = found(queries.token(call.session, token))
    return {"id": row.id, "label": row.label, "issued_at": row.issued_at, "expires_at": expires_at, "token": token}


@tokens.operation("DELETE", "/<id:token_id>", status=204)
def revoke_token(call: Call, *, token_id: int) -> Any:
    """End one of my tokens."""
    if not actions.revoke_token(call.session, token_id=token_id, account_id=call.actor.account_id, now=call.now):
        found(None)


def _who(call: Call, account: Account) -> Actor:
    who = queries.actor(call.session, account.id)
    if who is None:
        raise Problem(403, kind="not-allowed", detail=_("这个账号已经停用，请联系社区。"))
    return who


def _shown(who: Actor) -> dict[str, Any]:
    roles = [{"role": role, "area_id": area_id} for role, area_ids in who.scopes.items() for area_id in area_ids]
    return {"account_id": who.account_id, "name": who.name, "volunteer_id": who.volunteer_id, "roles": roles}
