"""Named reads of uploads: each account sees its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.sheets.models import Sheet


def own(session: Session, sheet_id: int, *, account_id: int) -> Sheet | None:
    """The upload, if it is this account's."""
    return session.scalar(select(Sheet).where(Sheet.id == sheet_id, Sheet.account_id == account_id))


def latest(session: Session, *, account_id: int, limit: int = 10) -> Sequence[Sheet]:
    """What this account uploaded last, newest first."""
    return session.scalars(
        select(Sheet).where(Sheet.account_id == account_id).order_by(Sheet.id.desc()).limit(limit)
    ).all()
