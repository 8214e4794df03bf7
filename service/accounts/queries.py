"""Named reads of accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import secrets
from service.accounts.models import Account, ApiToken, RoleGrant
from service.terms import Role
from service.volunteers.queries import PHONE


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: an account, the volunteer she is, and the areas each role reaches."""

    account_id: int
    name: str
    volunteer_id: int | None
    scopes: dict[Role, tuple[int, ...]]

    def scope_ids(self, role: Role = Role.COORDINATOR) -> tuple[int, ...]:
        """Areas where she may act as `role`; an administrator is also a coordinator there."""
        granted = self.scopes.get(role, ())
        return granted + self.scopes.get(Role.ADMIN, ()) if role != Role.ADMIN else granted

    @property
    def is_coordinator(self) -> bool:
        return bool(self.scope_ids())


def actor(session: Session, account_id: int, *, epoch: int | None = None) -> Actor | None:
    """The account as an actor; None when disabled, or when the session is of an earlier epoch."""
    rows = session.execute(_WITH_GRANTS.where(Account.id == account_id)).all()
    return _actor(rows) if rows and epoch in (None, rows[0].epoch) else None


def actor_by_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Whose token this is; None when unknown, revoked or expired, or when the account is disabled."""
    rows = session.execute(
        _WITH_GRANTS.join(ApiToken, ApiToken.account_id == Account.id).where(
            ApiToken.token_sha256 == hashlib.sha256(token.encode()).digest(),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now),
        )
    ).all()
    return _actor(rows) if rows else None


#: An account with a row for each of its grants, or one row without any.
_WITH_GRANTS = (
    select(Account.id, Account.name, Account.volunteer_id, Account.epoch, RoleGrant.role, RoleGrant.area_id)
    .outerjoin(RoleGrant, RoleGrant.account_id == Account.id)
    .where(Account.disabled_at.is_(None))
)


def _actor(rows: Sequence[Any]) -> Actor:
    scopes: dict[Role, tuple[int, ...]] = {}
    for row in rows:
        if row.role is not None:
            scopes[Role(row.role)] = (*scopes.get(Role(row.role), ()), row.area_id)
    return Actor(account_id=rows[0].id, name=rows[0].name, volunteer_id=rows[0].volunteer_id, scopes=scopes)


def by_phone(session: Session, phone: str) -> Account | None:
    """The account with this number (E.164)."""
    return session.scalar(select(Account).where(Account.phone_digest == secrets.digest(phone, purpose=PHONE)))


def tokens(
    session: Session, account_id: int, *, now: datetime, after_id: int = 0, limit: int = 30
) -> Sequence[ApiToken]:
    """The account's tokens that can still be used, by id."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.id > after_id, ApiToken.revoked_at.is_(None))
        .where(ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now))
        .order_by(ApiToken.id)
        .limit(limit)
    ).all()


def token(session: Session, told: str) -> ApiToken | None:
    """The row of a token, found by the token itself."""
    return session.scalar(select(ApiToken).where(ApiToken.token_sha256 == hashlib.sha256(told.encode()).digest()))
