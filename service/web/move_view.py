"""Who could come over from another shift into a place that is short, or who together, as a coordinator reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from service import wording
from service.language import _
from service.matching.mending import Proposal, Step
from service.roster.models import Assignment
from service.signups.queries import openings
from service.volunteers.models import Volunteer
from service.web.desk import number


@dataclass(frozen=True, slots=True)
class Move:
    """One person, the place she would give up, and what comes of it in words."""

    volunteer_id: int
    assignment_id: int
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Joint:
    """One of several people who would have to move at once: from where to where, and the step as a form sends it."""

    volunteer_id: int
    name: str
    said: str
    step: str


def moves(session: Session, proposals: Sequence[Proposal], *, now: datetime) -> list[Move]:
    """The proposals in which somebody gives up a place; who is free is listed beside them anyhow."""
    left = [one.leaves for one in proposals if one.leaves is not None and not one.together]
    rows = openings(session, {place.shift_role_id for place in left})
    told = []
    for one in proposals:
        if one.leaves is None or one.together:
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


def joint(session: Session, proposals: Sequence[Proposal]) -> list[Joint]:
    """Those who would have to move at once, where one alone does not fill the place."""
    steps = [step for one in proposals for step in one.together]
    left = {step: session.get_one(Assignment, step.assignment_id) for step in steps if step.assignment_id is not None}
    rows = openings(session, {step.shift_role_id for step in steps} | {place.shift_role_id for place in left.values()})
    wheres = {
        role_id: _where(row.Shift.starts_at, row.Shift.ends_at, row.ActivityRole.name) for role_id, row in rows.items()
    }
    told = []
    for step in steps:
        to = wheres[step.shift_role_id]
        said = _("来{to}", to=to)
        if step in left:
            said = _("从{where}挪到{to}", where=wheres[left[step].shift_role_id], to=to)
        name = _name(session, step.volunteer_id)
        told.append(Joint(volunteer_id=step.volunteer_id, name=name, said=said, step=as_typed(step)))
    return told


def as_typed(step: Step) -> str:
    """The step as a form sends it: three ids, the second 0 for who is free."""
    return f"{step.volunteer_id} {step.assignment_id or 0} {step.shift_role_id}"


def as_step(typed: str) -> Step | None:
    """The step that `as_typed` wrote; None for anything else."""
    ids = [one for one in map(number, typed.split(" ")) if one is not None]
    if len(ids) != len(fields(Step)) or as_typed(Step(*ids)) != typed:
        return None
    volunteer_id, assignment_id, shift_role_id = ids
    return Step(volunteer_id, assignment_id or None, shift_role_id)


def _said(session: Session, one: Proposal, *, where: str) -> str:
    if one.behind_id is None:
        said = _("现在排在{where}，那一班少她也够", where=where)
    else:
        said = _("现在排在{where}，那一班可以再请{behind}", where=where, behind=_name(session, one.behind_id))
    if one.wishes < 0:
        return _("{said}；这一班她没有那么想来", said=said)
    return _("{said}；这一班她更想来", said=said) if one.wishes > 0 else said


def _where(starts_at: datetime, ends_at: datetime, role: str) -> str:
    return _("{span}，{role}", span=wording.span(starts_at, ends_at), role=role)


def _name(session: Session, volunteer_id: int) -> str:
    return session.get_one(Volunteer, volunteer_id).name
