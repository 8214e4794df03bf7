"""What can be done about skills: claim one, verify it, take it back, look through them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from service import audit
from service.db import refusing
from service.skills.models import Skill
from service.volunteers.models import Volunteer


class AlreadyClaimed(Exception):
    """She has said so already."""


def claim(
    session: Session,
    person: Volunteer,
    *,
    name: str,
    now: datetime,
    evidence: str = "",
    valid_until: date | None = None,
    noted_by: int | None = None,
) -> Skill:
    """She says that she can something; `noted_by` is the account that writes it down for her. Raises AlreadyClaimed."""
    skill = Skill(
        volunteer_id=person.id,
        name=name,
        evidence=evidence,
        valid_until=valid_until,
        claimed_at=now,
        noted_by=noted_by,
    )
    refusal = AlreadyClaimed(f"volunteer {person.id} has {name} already")
    with refusing(session, "uq_skill_volunteer_id_name", refusal):
        session.add(skill)
    if noted_by is not None:
        _note(session, "noted_skill", person, account_id=noted_by, now=now, name=name)
    return skill


def verify(session: Session, skill: Skill, *, account_id: int, now: datetime) -> None:
    """Somebody has seen that she can. Twice is harmless: the first stands."""
    if skill.verified_at is None:
        skill.verified_at, skill.verified_by = now, account_id
        session.flush()
        person = session.get_one(Volunteer, skill.volunteer_id)
        _note(session, "verified_skill", person, account_id=account_id, now=now, name=skill.name)


def take_back(session: Session, skill: Skill, *, account_id: int | None, now: datetime) -> None:
    """It is gone: she says so, or it was not so."""
    person = session.get_one(Volunteer, skill.volunteer_id)
    _note(session, "removed_skill", person, account_id=account_id, now=now, name=skill.name)
    session.delete(skill)
    session.flush()


def note_search(session: Session, *, account_id: int, now: datetime, found: int, **asked: str | None) -> None:
    """Somebody looked through what people can: how many were found, without what was typed."""
    audit.note(
        session,
        verb="searched_skills",
        subject=("volunteer", None),
        account_id=account_id,
        now=now,
        found=found,
        asked={name: value for name, value in asked.items() if value},
    )


def _note(session: Session, verb: str, person: Volunteer, *, account_id: int | None, now: datetime, name: str) -> None:
    audit.note_about(session, verb, person, account_id=account_id, now=now, skill=name)
