"""A street with its people, team, coordinator and shifts, and what everybody in it knows."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from bench import crowd
from service import clock
from service.accounts import actions as accounts
from service.accounts.models import Account
from service.calendars.rules import local
from service.db import transaction
from service.teams import actions as teams
from service.terms import MemberRole, Role
from tests import factories

PEOPLE, NEIGHBOURS, SUBSTITUTES = 90, 30, 8
#: One in so many has no e-mail address and is telephoned.
TELEPHONED = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """A shift somebody may sign up for."""

    shift_id: int
    shift_role_id: int
    activity_id: int
    starts_at: datetime
    is_matched: bool


@dataclass
class Street:
    """Who lives here, and what is known of what is going on. Shared by all threads of the load."""

    area_id: int
    team_id: int
    desk_token: str
    people: list[tuple[int, str]]
    now: datetime
    openings: dict[int, Opening] = field(default_factory=dict)
    signups: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ahead(self) -> list[Opening]:
        """The shifts that have not begun, the next first."""
        with self.lock:
            return sorted((o for o in self.openings.values() if o.starts_at > self.now), key=lambda o: o.starts_at)

    def begun(self) -> list[Opening]:
        """The shifts that began within the last two hours."""
        with self.lock:
            since = self.now - timedelta(hours=2)
            return [o for o in self.openings.values() if since < o.starts_at <= self.now]

    def learn(self, opening: Opening) -> None:
        """There is a shift, or it has another time."""
        with self.lock:
            self.openings[opening.shift_id] = opening

    def forget(self, opening: Opening) -> None:
        """It was called off."""
        with self.lock:
            self.openings.pop(opening.shift_id, None)

    def remember(self, signup_id: int, token: str) -> None:
        """Somebody's sign-up stands."""
        with self.lock:
            self.signups[signup_id] = token

    def one_signup(self, chance: random.Random) -> tuple[int, str] | None:
        """Any sign-up with its owner's token, given to whoever asks for it only."""
        with self.lock:
            if not self.signups:
                return None
            signup_id = chance.choice(list(self.signups))
            return signup_id, self.signups.pop(signup_id)


def settle_in() -> Street:
    """Make the people, two teams and a coordinator; nothing is published yet."""
    with transaction() as session:
        now = clock.now(session)
        area = factories.community(session)
        beside = factories.community(session, "建设路社区")
        people = crowd.register(session, area_id=area.id, n=PEOPLE)
        others = crowd.register(session, area_id=beside.id, n=NEIGHBOURS)
        session.execute(
            text("UPDATE volunteer SET email = 'v' || id || '@example.org' WHERE id % :n <> 0"), {"n": TELEPHONED}
        )
        team, other = factories.team(session, area), factories.team(session, beside, "建设路志愿服务队")
        joined = local(now).date() - timedelta(days=30)
        for position, (volunteer_id, _) in enumerate(people):
            role = MemberRole.SUBSTITUTE if position < SUBSTITUTES else MemberRole.MEMBER
            teams.join_team(session, team_id=team.id, volunteer_id=volunteer_id, from_on=joined, role=role)
        for volunteer_id, _ in others:
            teams.join_team(session, team_id=other.id, volunteer_id=volunteer_id, from_on=joined)
        desk = session.query(Account).filter_by(volunteer_id=people[-1][0]).one()
        accounts.grant_role(session, desk, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=now)
        return Street(area.id, team.id, people[-1][1], people[:-1], now)
