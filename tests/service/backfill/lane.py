"""A lane with one clinic that needs people, and people of every rung: for tests of the search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.backfill import climbing
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.backfill.queries import opening_of
from service.places.models import Area
from service.roster import actions as roster
from service.roster import overdue
from service.roster.queries import of_signup
from service.signups import actions as signups
from service.signups.models import SignUp
from service.signups.queries import OpeningRow
from service.teams import actions as teams
from service.teams.models import Team
from service.terms import BackfillState, InvitationState, MemberRole, Rung, RungOutcome, TeamState
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.outbox import follow

LONG_AGO = date(2026, 1, 1)


@dataclass
class Lane:
    """One shift of a team that needs `least` people, and the clock of the test."""

    session: Session
    starts_at: datetime
    least: int = 1
    most: int = 1
    now: datetime = NOW
    roles: tuple[RolePlan, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    area: Area = field(init=False)
    team: Team = field(init=False)
    shift: Shift = field(init=False)
    role: ShiftRole = field(init=False)

    def __post_init__(self) -> None:
        self.area = factories.community(self.session)
        approved = select(Team).where(Team.area_id == self.area.id, Team.state == TeamState.ACTIVE).order_by(Team.id)
        self.team = self.session.scalars(approved).first() or factories.team(self.session, self.area)
        roles = self.roles or (RolePlan(name="引导员", min_needed=self.least, max_needed=self.most),)
        self.shift = factories.shift_on(
            self.session, self.area, self.starts_at, team_id=self.team.id, roles=roles, **self.details
        )
        self.role = self.shift.roles[0]

    def member(self, name: str, role: MemberRole = MemberRole.MEMBER, *, of: Team | None = None) -> Volunteer:
        """Somebody who belongs to the team, or to another."""
        person = factories.volunteer(self.session, self.area, name)
        teams.join_team(self.session, team_id=(of or self.team).id, volunteer_id=person.id, from_on=LONG_AGO, role=role)
        return person

    def substitute(self, name: str) -> Volunteer:
        """One of the team's substitutes."""
        return self.member(name, MemberRole.SUBSTITUTE)

    def neighbour(self, name: str) -> Volunteer:
        """A member of another community's team in the same street."""
        beside = factories.community(self.session, "杜甫路社区")
        return self.member(name, of=factories.team(self.session, beside, f"{name}的队"))

    def filled(self, *people: Volunteer) -> list[SignUp]:
        """These people sign up, and what follows is done."""
        made = [factories.sign_up(self.session, person, self.role, now=self.now) for person in people]
        self.follow()
        return made

    def drop_out(self, signup: SignUp) -> None:
        """She says no to the place she had: it is free at once."""
        place = of_signup(self.session, signup.id)
        assert place is not None
        roster.decline(self.session, assignment_id=place.id, now=self.now)
        self.follow()

    def withdraw(self, signup: SignUp) -> None:
        signups.withdraw(self.session, signup_id=signup.id, now=self.now)
        self.follow()

    def follow(self) -> None:
        """Relay and worker, at this moment."""
        self.session.flush()
        follow(self.session, now=self.now)

    def pass_time(self, **duration: float) -> None:
        """Turn the clock, then do what the sweeps do by then."""
        self.now += timedelta(**duration)
        overdue.hand_on_places(self.session, now=self.now)
        overdue.expire_offers(self.session, now=self.now)
        self.follow()
        climbing.climb_due(self.session, now=self.now)
        self.follow()

    def search(self) -> Backfill:
        """The newest search."""
        found = self.session.scalars(select(Backfill).order_by(Backfill.id.desc()).limit(1)).one()
        self.session.refresh(found)
        return found

    def state(self) -> BackfillState:
        return self.search().state

    def rungs(self) -> list[tuple[Rung, RungOutcome]]:
        """The steps of the newest search."""
        steps = select(BackfillStep).where(BackfillStep.backfill_id == self.search().id)
        return [(s.rung, s.outcome) for s in self.session.scalars(steps.order_by(BackfillStep.position))]

    def asked(self) -> dict[str, InvitationState]:
        """Who was asked in the newest search, in order, and how each stands."""
        rows = self.session.execute(
            select(Volunteer.name, Invitation)
            .join(Invitation, Invitation.volunteer_id == Volunteer.id)
            .where(Invitation.backfill_id == self.search().id)
            .order_by(Invitation.id)
            .execution_options(populate_existing=True)
        )
        return {name: invitation.state for name, invitation in rows}

    def invitation(self, person: Volunteer) -> Invitation:
        """Her newest invitation."""
        return self.session.scalars(
            select(Invitation).where(Invitation.volunteer_id == person.id).order_by(Invitation.id.desc()).limit(1)
        ).one()

    def row(self) -> OpeningRow:
        """The role as an opening."""
        return opening_of(self.session, self.role.id)
