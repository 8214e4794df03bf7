"""Take an account out of use, and into use again: who left, whose telephone was stolen, who did what she should not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service import audit
from service.accounts.actions import WITHDRAWALS, LastAdministrator, end_sessions
from service.accounts.models import Account, ApiToken
from service.accounts.queries import holds_elsewhere, is_administered
from service.terms import Role
from service.volunteers.models import Volunteer


class OwnAccount(Exception):
    """Nobody takes herself out of use: another administrator does."""


class HoldsElsewhere(Exception):
    """The account has roles beyond the areas of who disables it: only who administers all of them may."""


def disable(session: Session, account: Account, *, by: int, scope_ids: Sequence[int], now: datetime) -> bool:
    """End its sessions and tokens at once, let nobody log in with it; its roles stay, unused. Whether it was in use.

    One after the other, and after roles that are taken back, so that two administrators who disable each other do not
    both succeed. Raises OwnAccount, HoldsElsewhere and LastAdministrator.
    """
    session.execute(select(func.pg_advisory_xact_lock(WITHDRAWALS)))
    session.refresh(account)
    _may_touch(session, account, by=by, scope_ids=scope_ids)
    if account.disabled_at is not None:
        return False
    for grant in account.grants:
        if grant.role == Role.ADMIN and not is_administered(session, grant.area_id, without_account=account.id):
            raise LastAdministrator(f"nobody else administers area {grant.area_id}")
    account.disabled_at = now
    end_sessions(session, account)
    session.execute(
        update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    _note(session, "disabled_account", account, by=by, now=now)
    return True


def enable(session: Session, account: Account, *, by: int, scope_ids: Sequence[int], now: datetime) -> bool:
    """Let her log in again, with the roles she had; tokens stay revoked. Whether it was out of use.

    Raises OwnAccount and HoldsElsewhere.
    """
    session.refresh(account)
    _may_touch(session, account, by=by, scope_ids=scope_ids)
    if account.disabled_at is None:
        return False
    account.disabled_at = None
    _note(session, "enabled_account", account, by=by, now=now)
    return True


def _may_touch(session: Session, account: Account, *, by: int, scope_ids: Sequence[int]) -> None:
    if account.id == by:
        raise OwnAccount
    if holds_elsewhere(session, account.id, scope_ids=scope_ids):
        raise HoldsElsewhere


def _note(session: Session, verb: str, account: Account, *, by: int, now: datetime) -> None:
    """Where she works, else where she lives."""
    home = session.scalar(select(Volunteer.area_id).where(Volunteer.id == account.volunteer_id))
    area_id = account.grants[0].area_id if account.grants else home
    audit.note(session, verb=verb, subject=("account", account.id), account_id=by, area_id=area_id, now=now)
