"""Whatever people and coordinators do, in whatever order, however late the reactions run: the promises hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster import models as roster_models
from service.roster import overdue
from service.roster.models import Assignment
from service.signups import actions, following, queries
from service.signups import models as signup_models
from service.signups.models import SignUp
from service.volunteers.models import Volunteer
from tests import factories
from tests.invariants import check
from tests.outbox import follow

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: What the doors expect; anything else is a fault.
REFUSALS = (
    actions.SignUpRefused,
    actions.TooLateToWithdraw,
    actions.NothingToUndo,
    roster.OfferClosed,
    activities.ActivityRefused,
    signup_models.ForbiddenMove,
    roster_models.ForbiddenMove,
)

picks = st.integers(0, 99)
steps = st.one_of(
    st.tuples(st.just("sign_up"), picks, picks),
    st.tuples(st.just("withdraw"), picks),
    st.tuples(st.just("undo"), picks),
    st.tuples(st.just("accept"), picks),
    st.tuples(st.just("decline"), picks),
    st.tuples(st.just("move"), picks, st.integers(-30, 30)),
    st.tuples(st.just("cancel"), picks),
    st.tuples(st.just("pass_time"), st.sampled_from([1, 11, 120, 24 * 60])),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("follow")),
)


@dataclass
class Neighbourhood:
    """Five people, three shifts that crowd one another, and the time it is."""

    session: Session
    people: list[Volunteer]
    roles: list[ShiftRole]
    now: datetime

    def do(self, step: str, *args: int) -> None:
        """One step; what is refused changes nothing."""
        try:
            with self.session.begin_nested():
                getattr(self, step)(*args)
        except REFUSALS:
            self.session.expire_all()

    def sign_up(self, person: int, role: int) -> None:
        factories.sign_up(
            self.session, self.people[person % len(self.people)], self.roles[role % len(self.roles)], now=self.now
        )

    def withdraw(self, pick: int) -> None:
        if (signup := self._pick(SignUp, pick)) is not None:
            actions.withdraw(self.session, signup_id=signup.id, now=self.now)

    def undo(self, pick: int) -> None:
        if (signup := self._pick(SignUp, pick)) is not None:
            actions.undo_withdrawal(self.session, signup_id=signup.id, now=self.now)

    def accept(self, pick: int) -> None:
        if (assignment := self._pick(Assignment, pick)) is not None:
            roster.accept(self.session, assignment_id=assignment.id, now=self.now)

    def decline(self, pick: int) -> None:
        if (assignment := self._pick(Assignment, pick)) is not None:
            roster.decline(self.session, assignment_id=assignment.id, now=self.now)

    def move(self, pick: int, hours: int) -> None:
        shift = self.session.get_one(Shift, self.roles[pick % len(self.roles)].shift_id)
        starts_at, ends_at = shift.starts_at + hours * HOUR, shift.ends_at + hours * HOUR
        activities.move_shift(self.session, shift, starts_at=starts_at, ends_at=ends_at, now=self.now, account_id=None)

    def cancel(self, pick: int) -> None:
        shift_id = self.roles[pick % len(self.roles)].shift_id
        activities.cancel_shift(self.session, shift_id, reason="下雨", now=self.now, account_id=None)

    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def sweep(self) -> None:
        overdue.hand_on_places(self.session, now=self.now)
        overdue.expire_offers(self.session, now=self.now)
        for shift_role_id in queries.roles_to_fill(self.session, now=self.now):
            following.promote(self.session, shift_role_id=shift_role_id, now=self.now)

    def follow(self) -> None:
        follow(self.session, now=self.now)

    def _pick(self, kind: Any, pick: int) -> Any:
        found = self.session.scalars(select(kind).order_by(kind.id)).all()
        return found[pick % len(found)] if found else None


def neighbourhood(session: Session, now: datetime) -> Neighbourhood:
    area = factories.community(session)
    plans = [RolePlan(name="引导员", min_needed=1, max_needed=2)]
    shifts = [
        factories.shift_on(session, area, START + offset * HOUR, title=title, roles=plans)
        for offset, title in ((0, "义诊"), (1, "巡逻"), (13, "夜巡"))
    ]
    return Neighbourhood(
        session=session,
        people=[factories.volunteer(session, area, name) for name in ("甲甲", "乙乙", "丙丙", "丁丁", "戊戊")],
        roles=[factories.only_role(session, shift) for shift in shifts],
        now=now,
    )


def test_whatever_happens_the_promises_hold(session: Session, now: datetime) -> None:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(steps, min_size=5, max_size=30))
    def live(story: list[tuple[Any, ...]]) -> None:
        savepoint = session.begin_nested()
        try:
            here = neighbourhood(session, now)
            for step in story:
                here.do(*step)
            for _ in range(3):
                here.follow()
                here.sweep()
            here.follow()
            broken = check(session, now=here.now)
        finally:
            savepoint.rollback()
            session.expunge_all()

        assert broken == []

    live()
