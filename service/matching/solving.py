"""A run being solved, in the sight of others: how far it is, and whether anybody still wants it.

The plan, its drafts and the reaction's done-mark are one transaction, which nobody can look into before it ends. So
what others are to see meanwhile is written beside it, at once. Whoever is killed in the middle leaves no plan behind:
the reaction is rung for again, and solves the run from its beginning.
"""

from __future__ import annotations

import time
from datetime import datetime

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from service import db
from service.matching import actions
from service.matching.models import MatchRun
from service.matching.queries import beside
from service.matching.solution import Enough
from service.terms import MatchRunState, MatchStage

log = structlog.get_logger(__name__)

#: Seconds between two words of progress; so long may it take until a run that nobody wants any more ends.
TELL_EVERY = 1.0


class NotWanted(Exception):
    """The run was thrown away, or a newer one took its place, while it was being solved."""


def solve(session: Session, *, match_run_id: int, now: datetime) -> None:
    """Solve a requested run. One that is in other hands, thrown away or solved already is left alone."""
    if not _is_ours(session, match_run_id):
        return
    # This transaction waits for the matcher: it is not idle.
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    if not begin(match_run_id, now=now):
        return
    try:
        actions.solve(session, match_run_id=match_run_id, now=now, tell=Teller(match_run_id).tell)
    except NotWanted:
        log.info("match run is not wanted any more", match_run_id=match_run_id)


def begin(match_run_id: int, *, now: datetime) -> bool:
    """Say that the run is being solved; whether it is still to be.

    What older runs in its way plan and nobody has published yet, it plans as well: their activities, their time. One
    that is still being solved knows less than this one, and is given up; a draft stays until this one is solved.
    """
    with db.beside() as session:
        run = actions.locked(session, match_run_id)
        if run.state not in actions.TO_SOLVE:
            return False
        _take_over(session, run)
        run.state, run.begun_at, run.stage = MatchRunState.SOLVING, now, MatchStage.GATHERING
        run.parts_done = run.parts = None
    return True


def _take_over(session: Session, run: MatchRun) -> None:
    """Until nothing older and unpublished is in its way beyond what it covers."""
    taken: set[int] = set()
    while older := session.scalars(
        select(MatchRun)
        .where(MatchRun.state.in_((MatchRunState.SOLVING, MatchRunState.DRAFTED)), MatchRun.id < run.id)
        .where(beside(run), MatchRun.id.not_in(taken))
        .order_by(MatchRun.id)
    ).all():
        for one in older:
            taken.add(one.id)
            run.activity_ids = sorted({*run.activity_ids, *one.activity_ids})
            run.from_at, run.until_at = min(run.from_at, one.from_at), max(run.until_at, one.until_at)
        session.flush()
    given_up = select(MatchRun).where(MatchRun.id.in_(taken), MatchRun.state == MatchRunState.SOLVING)
    locked = given_up.order_by(MatchRun.id).with_for_update().execution_options(populate_existing=True)
    for one in session.scalars(locked):
        one.state = MatchRunState.DISCARDED


def _is_ours(session: Session, match_run_id: int) -> bool:
    """Whether nobody else solves the run: several requests may have rung for it. Ours until this transaction ends."""
    key = func.hashtextextended(f"match_run {match_run_id}", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


class Teller:
    """Says how far a run is, now and then, where everybody can read it."""

    def __init__(self, match_run_id: int) -> None:
        self.match_run_id = match_run_id
        self.told_at = 0.0
        self.stage = MatchStage.GATHERING

    def tell(self, stage: MatchStage, done: int, of: int) -> None:
        """Write it down, at once where a stage begins. Raises NotWanted, and Enough before the last stage."""
        if stage == self.stage and time.monotonic() - self.told_at < TELL_EVERY:
            return
        self.told_at, self.stage = time.monotonic(), stage
        with db.beside() as session:
            told = session.scalar(
                update(MatchRun)
                .where(MatchRun.id == self.match_run_id, MatchRun.state == MatchRunState.SOLVING)
                .values(stage=stage, parts_done=done, parts=of, version=MatchRun.version + 1)
                .returning(MatchRun.enough_at.is_not(None))
            )
        if told is None:
            raise NotWanted(f"match run {self.match_run_id}")
        if told and stage != MatchStage.CHECKING:
            raise Enough(f"match run {self.match_run_id}")
