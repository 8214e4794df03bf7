"""Who could come over from another shift into a place that is short, as a coordinator reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service import wording
from service.language import _
from service.matching.mending import Proposal
from service.signups.queries import openings
from service.volunteers.models import Volunteer

#: So many people change where one comes over and one steps in behind her.
MOST_IN_A_CHAIN = 2


@dataclass(frozen=True, slots=True)
class Move:
    """One person, the place she would give up, and what comes of it in words."""

    volunteer_id: int
    assignment_id: int
    name: str
    said: str


def moves(session: Session, proposals: Sequence[Proposal], *, now: datetime) -> list[Move]:
    """The proposals in which somebody gives up a place; who is free is listed beside them anyhow."""
    left = [one.leaves for one in proposals if one.leaves is not None]
    rows = openings(session, {place.shift_role_id for place in left})
    told = []
    for one in proposals:
        if one.leaves is None:
            continue
        row = rows[one.leaves.shift_role_id]
        told.append(
            Move(
                volunteer_id=one.volunteer_id,
                assignment_id=one.leaves.id,
                name=_name(session, one.volunteer_id),
                said=_said(session, one, where=_where(row.Shift.starts_at, row.Shift.ends_at, row.ActivityRole.name)),
            )
        )
    return told


def _said(session: Session, one: Proposal, *, where: str) -> str:
    if one.behind_id is None:
        said = _("现在排在{where}，那一班少她也够", where=where)
    else:
        said = _("现在排在{where}，那一班可以再请{behind}", where=where, behind=_name(session, one.behind_id))
    if one.changes > MOST_IN_A_CHAIN:
        said = _("{said}；一环扣一环，一共要问{n}个人", said=said, n=one.changes)
    if one.wishes < 0:
        return _("{said}；这一班她没有那么想来", said=said)
    return _("{said}；这一班她更想来", said=said) if one.wishes > 0 else said


def _where(starts_at: datetime, ends_at: datetime, role: str) -> str:
    return _("{span}，{role}", span=wording.span(starts_at, ends_at), role=role)


def _name(session: Session, volunteer_id: int) -> str:
    return session.get_one(Volunteer, volunteer_id).name
