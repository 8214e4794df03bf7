"""Named reads of accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, not_, or_, select
from sqlalchemy.orm import Session

from service import secrets
from service.accounts.models import Account, ApiToken, RoleGrant
from service.db import fetch
from service.places.models import Area
from service.places.queries import within
from service.terms import Role
from service.volunteers.models import Volunteer
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
    row = fetch(session, _BY_ID, {"account_id": account_id})
    return _actor(row) if row is not None and epoch in (None, row.epoch) else None


def actor_by_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Whose token this is; None when unknown, revoked or expired, or when the account is disabled."""
    row = fetch(session, _BY_TOKEN, {"digest": hashlib.sha256(token.encode()).digest(), "now": now})
    return _actor(row) if row is not None else None


#: Who asks, in one statement: it runs with every request, so it is written out.
_ACTOR = """
SELECT a.id, a.name, a.volunteer_id, a.epoch,
       ARRAY(SELECT g.role FROM role_grant g WHERE g.account_id = a.id ORDER BY g.id) AS roles,
       ARRAY(SELECT g.area_id FROM role_grant g WHERE g.account_id = a.id ORDER BY g.id) AS area_ids
FROM account a
"""
_BY_ID = f"{_ACTOR} WHERE a.id = %(account_id)s AND a.disabled_at IS NULL"
_BY_TOKEN = f"""{_ACTOR} JOIN api_token t ON t.account_id = a.id
    WHERE t.token_sha256 = %(digest)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %(now)s)
      AND a.disabled_at IS NULL"""


def _actor(row: Any) -> Actor:
    scopes: dict[Role, tuple[int, ...]] = {}
    for role, area_id in zip(map(Role, row.roles), row.area_ids, strict=True):
        scopes[role] = (*scopes.get(role, ()), area_id)
    return Actor(account_id=row.id, name=row.name, volunteer_id=row.volunteer_id, scopes=scopes)


def by_phone(session: Session, phone: str) -> Account | None:
    """The account with this number (E.164)."""
    return session.scalar(select(Account).where(Account.phone_digest == secrets.digest(phone, purpose=PHONE)))


def names(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    """The names of these accounts."""
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids))).all())


def grants(session: Session, *, scope_ids: Sequence[int], text: str = "") -> Sequence[Row[RoleGrant, Account, Area]]:
    """(grant, account, area) of every role held in these areas or below, as the tree orders them; with `text`, of
    people whose name has it."""
    return session.execute(
        select(RoleGrant, Account, Area)
        .join(Account, Account.id == RoleGrant.account_id)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(within(RoleGrant.area_id, scope_ids), Account.name.contains(text, autoescape=True))
        .order_by(Area.lineage, RoleGrant.role, Account.name, RoleGrant.id)
    ).all()


def grants_of(session: Session, account_ids: Sequence[int], *, scope_ids: Sequence[int]) -> Sequence[RoleGrant]:
    """The roles of these accounts within the scopes, by id."""
    return session.scalars(
        select(RoleGrant)
        .where(RoleGrant.account_id.in_(account_ids), within(RoleGrant.area_id, scope_ids))
        .order_by(RoleGrant.id)
    ).all()


def grant_in_scope(session: Session, grant_id: int, *, scope_ids: Sequence[int]) -> RoleGrant | None:
    """The grant, if it is for one of the scopes or below."""
    return session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, within(RoleGrant.area_id, scope_ids)))


def in_scope(session: Session, account_id: int, *, scope_ids: Sequence[int]) -> Account | None:
    """The account, if it holds a role in one of the scopes or below, or its volunteer lives there."""
    held = exists().where(RoleGrant.account_id == Account.id, within(RoleGrant.area_id, scope_ids))
    lives = exists().where(Volunteer.id == Account.volunteer_id, within(Volunteer.area_id, scope_ids))
    return session.scalar(select(Account).where(Account.id == account_id, or_(held, lives)))


def holds_elsewhere(session: Session, account_id: int, *, scope_ids: Sequence[int]) -> bool:
    """Whether it holds a role that is not within the scopes."""
    grants = exists().where(RoleGrant.account_id == account_id, not_(within(RoleGrant.area_id, scope_ids)))
    return session.scalars(select(grants)).one()


def staff(session: Session, *, scope_ids: Sequence[int], after_id: int = 0, limit: int = 30) -> Sequence[Account]:
    """Accounts that hold a role in these areas or below, by id."""
    held = exists().where(RoleGrant.account_id == Account.id, within(RoleGrant.area_id, scope_ids))
    return session.scalars(select(Account).where(held, Account.id > after_id).order_by(Account.id).limit(limit)).all()


def is_administered(session: Session, area_id: int, *, without: int = 0, without_account: int = 0) -> bool:
    """Whether somebody administers the area, or one above it, by another grant and with another account than these."""
    lineage = session.scalars(select(Area.lineage).where(Area.id == area_id)).one()
    return session.scalars(
        select(
            exists()
            .where(RoleGrant.account_id == Account.id, Account.disabled_at.is_(None))
            .where(RoleGrant.role == Role.ADMIN, RoleGrant.area_id.in_(lineage), RoleGrant.id != without)
            .where(RoleGrant.account_id != without_account)
        )
    ).one()


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
