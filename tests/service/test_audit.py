"""Each look and each act for somebody else leaves a row, and the row holds no secret."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, tracing
from service.audit import AuditEntry


def test_a_line_says_who_did_what_when_where_and_in_which_request(session: Session, now: datetime) -> None:
    tracing.follow("req-1")
    audit.note(
        session, verb="looked_at_phone", subject=("volunteer", 5), account_id=7, area_id=3, now=now, why="call_list"
    )
    session.flush()
    tracing.follow(None)
    line = session.scalars(select(AuditEntry)).one()

    assert (line.verb, line.subject_kind, line.subject_id, line.account_id, line.area_id, line.at) == (
        "looked_at_phone",
        "volunteer",
        5,
        7,
        3,
        now,
    )
    assert (line.details, line.request_id) == ({"why": "call_list"}, "req-1")


def test_the_house_itself_has_no_account(session: Session, now: datetime) -> None:
    audit.note(session, verb="swept", subject=("reminder", None), account_id=None, now=now)

    assert session.scalars(select(AuditEntry.account_id)).one() is None
