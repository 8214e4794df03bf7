"""What can be done about a rehearsal: ask for one; play it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from service import audit, db, outbox
from service.activities import actions as activities
from service.activities.models import Activity
from service.events import RehearsalRequested
from service.matching import actions as matching
from service.matching.models import MatchRun
from service.places.queries import neighbourhood_id
from service.rehearsal import shadows
from service.rehearsal.models import Rehearsal
from service.rehearsal.outcome import outcome
from service.rehearsal.playing import Play, React
from service.terms import ActivityState, Assumption, MatchRunState, RehearsalState

#: Days that are played when nobody says how many, and at most.
DAYS, MOST_DAYS = 7, 14
#: Seconds a play may take; what it has come to by then is its result. Below the time limit of a task.
SECONDS = 25.0
#: Seconds between two words on how far the play is.
TELL_EVERY = 1.0


class NothingToRehearse(Exception):
    """The activity was cancelled, or the plan is no draft any more."""


def request(
    session: Session,
    *,
    area_id: int,
    assumption: Assumption,
    account_id: int | None,
    now: datetime,
    activity: Activity | None = None,
    run: MatchRun | None = None,
    days: int = DAYS,
) -> Rehearsal:
    """Ask for the coming days of an area to be played; of one activity alone, where it is named.

    A draft activity, or the drafts of a matching, are published first, in the play. Raises NothingToRehearse.
    """
    if activity is not None and activity.state == ActivityState.CANCELLED:
        raise NothingToRehearse(f"activity {activity.id} was cancelled")
    if run is not None and run.state != MatchRunState.DRAFTED:
        raise NothingToRehearse(f"match run {run.id} is {run.state}")
    rehearsal = Rehearsal(
        area_id=area_id,
        activity_id=_only(run.activity_ids) if run is not None else activity.id if activity is not None else None,
        match_run_id=run.id if run is not None else None,
        from_at=now,
        until_at=now + timedelta(days=days),
        assumption=assumption,
        requested_by=account_id,
        requested_at=now,
    )
    session.add(rehearsal)
    session.flush()
    outbox.record(session, RehearsalRequested(rehearsal.id))
    audit.note(
        session,
        verb="rehearsed",
        subject=("rehearsal", rehearsal.id),
        account_id=account_id,
        area_id=area_id,
        now=now,
    )
    return rehearsal


def _only(activity_ids: Sequence[int]) -> int | None:
    """The activity, where there is one; what becomes of several is told of their whole area."""
    return activity_ids[0] if len(activity_ids) == 1 else None


def note_look(session: Session, rehearsal: Rehearsal, *, account_id: int | None, now: datetime) -> None:
    """Somebody reads whom what would be sent: that is personal, and is written down."""
    audit.note_about(session, "looked_at_rehearsal", rehearsal, account_id=account_id, now=now)


def play(
    session: Session,
    *,
    rehearsal_id: int,
    reactions: Mapping[str, Sequence[str]],
    react: React,
    now: datetime,
    seconds: float = SECONDS,
) -> None:
    """Play it on shadows of the tables, and keep what came of it. Twice is harmless.

    `reactions` and `react` are those of the page of reactions, which stands above this room.
    """
    rehearsal = session.get_one(Rehearsal, rehearsal_id, populate_existing=True)
    if rehearsal.state == RehearsalState.PLAYED:
        return
    # This transaction waits for the play: it is not idle, and has the time of a task.
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    ends = time.monotonic() + seconds
    around = shadows.Around(
        root=neighbourhood_id(session, rehearsal.area_id), now=rehearsal.from_at, match_run_id=rehearsal.match_run_id
    )
    teller = _Teller(rehearsal_id)
    with db.aside() as apart:
        with apart.begin() as connection:
            shadows.cast(connection, around)
        with db.transaction() as shadow:
            _publish(shadow, rehearsal)
        made = Play(
            until_at=rehearsal.until_at,
            assumption=Assumption(rehearsal.assumption),
            reactions=reactions,
            react=react,
            ends=ends,
            tell=teller.tell,
        )
        until_at = made.run(rehearsal.from_at)
        with db.transaction() as shadow:
            result = outcome(shadow, rehearsal, until_at=until_at)
    rehearsal.result, rehearsal.played_until, rehearsal.played_at = result, until_at, now
    rehearsal.state = RehearsalState.PLAYED


def _publish(shadow: Session, rehearsal: Rehearsal) -> None:
    """What the coordinator would do first: publish the draft, or the plan."""
    if rehearsal.match_run_id is not None:
        matching.publish(shadow, match_run_id=rehearsal.match_run_id, account_id=None, now=rehearsal.from_at)
    elif rehearsal.activity_id is not None:
        activity = shadow.get_one(Activity, rehearsal.activity_id)
        activities.publish(shadow, activity, now=rehearsal.from_at, account_id=None, cannot_wait=True)


@dataclass(slots=True)
class _Teller:
    """Says how far the play is, now and then, where everybody can read it: beside the play, in the real table."""

    rehearsal_id: int
    told_at: float = 0.0

    def tell(self, played_until: datetime) -> None:
        if time.monotonic() - self.told_at < TELL_EVERY:
            return
        self.told_at = time.monotonic()
        with db.beside() as session:
            session.execute(
                update(Rehearsal).where(Rehearsal.id == self.rehearsal_id).values(played_until=played_until)
            )
