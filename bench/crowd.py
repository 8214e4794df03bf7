"""Many people at once, written straight into the tables: seeding is not what a bench measures."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import text
from sqlalchemy.orm import Session

_PEOPLE = text("""
WITH person AS (
    INSERT INTO volunteer (area_id, name, pinyin, initials, tags, weekly_hours, language, registered_at, version)
    SELECT :area_id, '志愿者' || n, 'zhiyuanzhe' || n, 'zyz' || n, '{}', 40, 'zh', :now, 1
    FROM generate_series(1, :n) AS n RETURNING id, name
), agreed AS (
    INSERT INTO consent (volunteer_id, purpose, how, given_at)
    SELECT id, purpose, 'web', :now FROM person, unnest(ARRAY['service', 'reminders']) AS purpose
), account AS (
    INSERT INTO account (name, phone_sealed, phone_digest, volunteer_id, epoch)
    SELECT name, '', sha256(('phone' || id)::bytea), id, 1 FROM person RETURNING id, volunteer_id
)
SELECT account.id, account.volunteer_id FROM account ORDER BY volunteer_id
""")

_TOKENS = text("""
INSERT INTO api_token (account_id, label, token_sha256, issued_at)
SELECT id, 'bench', decode(digest, 'hex'), :now FROM unnest(CAST(:ids AS bigint[]), CAST(:digests AS text[])) AS t(id, digest)
""")


def people(session: Session, *, area_id: int, n: int) -> list[tuple[int, str]]:
    """`n` volunteers of an area who agreed and hold a token: (volunteer id, token)."""
    now = datetime.now(UTC)
    rows = session.execute(_PEOPLE, {"area_id": area_id, "n": n, "now": now}).all()
    tokens = [token(account_id) for account_id, _ in rows]
    digests = [hashlib.sha256(one.encode()).hexdigest() for one in tokens]
    session.execute(_TOKENS, {"ids": [row[0] for row in rows], "digests": digests, "now": now})
    session.execute(text("ANALYZE volunteer, consent, account, api_token"))
    return [(row[1], one) for row, one in zip(rows, tokens, strict=True)]


@cache
def token(account_id: int) -> str:
    """The token of an account of the crowd."""
    return f"lz_bench_{account_id}"
