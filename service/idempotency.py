"""Idempotency keys: the same request sent twice has one effect and one answer.

The key's row commits with the effect it stands for, so an answer that was lost on the way can be
asked for again; the same key with another body is an error of the caller.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.db import Base, fetch

KEPT_FOR = timedelta(days=2)


class KeyReused(Exception):
    """This key came before with another request."""


class IdempotencyKey(Base):
    """One request that asked to be done once, and its answer (empty while it is being worked on)."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    claimed_at: Mapped[datetime]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


#: Written out, because they run with every sign-up of a program.
_CLAIM = """
INSERT INTO idempotency_key (account_id, key, fingerprint, claimed_at, headers)
VALUES (%(account_id)s, %(key)s, %(fingerprint)s, %(now)s, '{}') ON CONFLICT DO NOTHING RETURNING true
"""
_KEEP = """
UPDATE idempotency_key SET status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE account_id = %(account_id)s AND key = %(key)s RETURNING true
"""


def claim(session: Session, *, account_id: int, key: str, request: bytes, now: datetime) -> IdempotencyKey | None:
    """None when the request is new and ours to do; else the row with the answer given before.

    Waits for a twin that is being worked on. Raises KeyReused when the key came with another request.
    """
    fingerprint = hashlib.sha256(request).digest()
    claimed = {"account_id": account_id, "key": key, "fingerprint": fingerprint, "now": now}
    if fetch(session, _CLAIM, claimed):
        return None
    before = session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.account_id == account_id, IdempotencyKey.key == key)
    ).one()
    if before.fingerprint != fingerprint:
        raise KeyReused("this Idempotency-Key was used for another request")
    return before


def answer(session: Session, *, account_id: int, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep the answer, byte for byte, beside the effect in the same transaction."""
    kept = {"account_id": account_id, "key": key, "status": status, "headers": Jsonb(headers), "body": body}
    fetch(session, _KEEP, kept)


def forget(session: Session, *, now: datetime) -> int:
    """Drop keys older than KEPT_FOR; how many."""
    gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.claimed_at < now - KEPT_FOR))
    return gone.rowcount or 0  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
