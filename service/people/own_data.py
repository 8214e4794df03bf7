"""A copy of all that is kept about a person, for herself (PIPL art. 45): her entry, and every row that names her."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from service import audit, secrets
from service.people.references import Reference, references
from service.volunteers.contacts import contact_of
from service.volunteers.models import Volunteer

#: Rows that are more about somebody else, or that coordinators keep for themselves: whom another suggested, who must
#: not meet, who was taken for whom.
NOT_HERS = ("assignment.suggested_id", "bond.person_id", "bond.other_id", "person_apart.low_id", "person_apart.high_id")
#: What is no information about her: what the house finds and guards rows by, and the numbers of those who typed.
LEFT_OUT = ("_sealed", "_digest", "_tail", "_by", "version", "key", "request_id", "leased_until", "attempts", "epoch")
OF_HER = (
    "id", "name", "birth_on", "email", "tags", "channel", "language", "text_size", "weekly_hours", "steps_in",
    "lead_times", "registered_at", "left_at",
)  # fmt: skip


def own_data(session: Session, person: Volunteer, *, account_id: int, now: datetime) -> dict[str, Any]:
    """All of it, as JSON takes it; the export is written down.

    {"made_at", "person": her entry with the telephone and whom to call, "records": {table: [rows]}}
    """
    audit.note_about(session, "exported_own_data", person, account_id=account_id, now=now)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in references(session):
        if one.name not in NOT_HERS and (rows := _rows(session, one, person.id)):
            found.setdefault(one.table, []).extend(rows)
    phone = secrets.unseal(person.phone_sealed) if person.phone_sealed else None
    entry = {name: _plain(getattr(person, name)) for name in OF_HER}
    contact = contact_of(session, person)
    entry |= {"phone": phone, "emergency_contact": asdict(contact) if contact is not None else None}
    return {"made_at": now.isoformat(), "person": entry, "records": found}


def _rows(session: Session, one: Reference, volunteer_id: int) -> list[dict[str, Any]]:
    hers = one.clause.alias("hers")
    whole = select(func.to_jsonb(literal_column("hers"))).select_from(hers).where(hers.c[one.column] == volunteer_id)
    return [
        {name: value for name, value in row.items() if not name.endswith(LEFT_OUT)} for row in session.scalars(whole)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
