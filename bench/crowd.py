"""Many people at once, written straight into the tables: seeding is not what a bench measures."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.load import request
from service import clock, outbox, secrets
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.db import transaction
from tests import factories

_PEOPLE = text("""
WITH person AS (
    INSERT INTO volunteer (area_id, name, pinyin, initials, phone_sealed, tags, weekly_hours, language,
                           registered_at, version)
    SELECT :area_id, '志愿者' || n, 'zhiyuanzhe' || n, 'zyz' || n, :phone, '{}', 40, 'zh', :now, 1
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
SELECT id, 'bench', decode(digest, 'hex'), :now
FROM unnest(CAST(:ids AS bigint[]), CAST(:digests AS text[])) AS t(id, digest)
""")


def gather(*, people: int, places: int, days: int = 5, **details: Any) -> tuple[ShiftRole, list[tuple[int, str]]]:
    """One shift and a crowd of its own: (the shift's role, [(volunteer id, token)])."""
    with transaction() as session:
        now = clock.now(session)
        area = factories.community(session)
        made = factories.activity(
            session,
            area,
            roles=[RolePlan(name="志愿者", min_needed=0, max_needed=places)],
            plans=details.pop("plans", None) or [factories.once_from(now, days=days)],
            now=now,
            **details,
        )
        role = factories.only_role(session, factories.shifts(session, made)[0])
        return role, register(session, area_id=area.id, n=people)


def sign_up(role: ShiftRole, token: str, *, key: str) -> bytes:
    """The request of one sign-up."""
    path = f"/api/v1/shifts/{role.shift_id}/signups"
    return request("POST", path, token=token, body={"shift_role_id": role.id}, headers={"Idempotency-Key": key})


def reactions_are_done() -> bool:
    """Whether every event is fanned out and every reaction done or dead."""
    with transaction() as session:
        return outbox.backlog(session)["new"] == outbox.backlog(session)["open"] == 0


def register(session: Session, *, area_id: int, n: int) -> list[tuple[int, str]]:
    """`n` volunteers of an area who agreed and hold a token: (volunteer id, token)."""
    now, phone = datetime.now(UTC), secrets.seal(factories.phone())
    rows = session.execute(_PEOPLE, {"area_id": area_id, "n": n, "now": now, "phone": phone}).all()
    tokens = [token(account_id) for account_id, _ in rows]
    digests = [hashlib.sha256(one.encode()).hexdigest() for one in tokens]
    session.execute(_TOKENS, {"ids": [row[0] for row in rows], "digests": digests, "now": now})
    session.execute(text("ANALYZE volunteer, consent, account, api_token"))
    return [(row[1], one) for row, one in zip(rows, tokens, strict=True)]


@cache
def token(account_id: int) -> str:
    """The token of an account of the crowd."""
    return f"lz_bench_{account_id}"
