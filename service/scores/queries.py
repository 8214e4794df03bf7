"""Named reads of scores: the standard of an activity, the scores of a shift, the history of each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.routes import queries as routes
from service.routes.queries import Stop
from service.scores.models import Score, ScoreSheet
from service.scores.rules import Sheet

#: How many visits of a place are shown.
VISITS = 12


@dataclass(frozen=True, slots=True)
class History:
    """A stop and its scores, the latest first."""

    stop: Stop
    scores: Sequence[Score]


def sheet_of(session: Session, activity_id: int) -> Sheet | None:
    """The standard its visits are scored by; None for an activity that scores nothing."""
    kept = session.get(ScoreSheet, activity_id)
    return kept.sheet if kept is not None else None


def of_shift(session: Session, shift_id: int) -> dict[int, Score]:
    """What was scored in the shift, by stop."""
    return {one.stop_id: one for one in session.scalars(select(Score).where(Score.shift_id == shift_id))}


def histories(session: Session, activity_id: int, *, now: datetime) -> list[History]:
    """Each stop of the activity's route with its latest scores, in the order in which they are walked."""
    route = routes.of_activity(session, activity_id)
    if route is None:
        return []
    found: dict[int, list[Score]] = {}
    latest = select(Score).where(Score.activity_id == activity_id).order_by(Score.scored_at.desc(), Score.id.desc())
    for one in session.scalars(latest):
        found.setdefault(one.stop_id, []).append(one)
    return [History(stop, found.get(stop.row.id, [])[:VISITS]) for stop in routes.stops(session, route, now=now)]
