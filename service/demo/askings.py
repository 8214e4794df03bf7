"""Who asks for what in the demo: sign-ups, waits, offers and answers, through the same actions as everywhere."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service.activities.models import Activity, Shift, ShiftRole
from service.calendars.rules import local
from service.demo.publishing import Duty
from service.demo.teams import Teams
from service.roster import actions as roster
from service.signups import actions as signups
from service.signups import queries
from service.signups.asking import candidate
from service.signups.rules import unfit
from service.terms import AskedHow, Channel, Mode, QualificationKind, SignUpVia
from service.volunteers.models import Volunteer
from service.volunteers.queries import lock

#: Days ahead in which people have asked already: nearly all of them for the next days, then fewer and fewer.
SURE, LAST = 4, 13
#: Of those asked to take their turn: how many have said yes, how many no; the others have not answered yet.
SAY_YES, SAY_NO = 0.78, 0.86
#: Nobody has signed up for this strand on this day: the gap a coordinator should see a week ahead.
FORGOTTEN, FORGOTTEN_IN = "365·平安网格巡查", 6


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody asks, or is asked, for a place in a role of a shift, at an instant."""

    at: datetime
    shift: Shift
    role: ShiftRole
    mode: Mode
    volunteer: Volunteer


@dataclass(slots=True)
class People:
    """Who could be asked, and how often each has been thought of, so that turns go round."""

    teams: Teams
    by_area: Mapping[int, Sequence[Volunteer]]
    qualified: Mapping[int, Mapping[QualificationKind, date]]
    dice: random.Random
    turns: Counter[int] = field(default_factory=Counter)

    def pick(self, duty: Duty, role: ShiftRole, shift: Shift, *, number: int) -> list[Volunteer]:
        """The `number` people whose turn it is, among those who may do this work; fewer if there are not so many."""
        may = [v for v in self._around(duty, shift) if self._may(v, role, shift)]
        may.sort(key=lambda volunteer: (self.turns[volunteer.id], self.dice.random()))
        for volunteer in may[:number]:
            self.turns[volunteer.id] += 1
        return may[:number]

    def _around(self, duty: Duty, shift: Shift) -> Sequence[Volunteer]:
        if duty.team and duty.mode == Mode.ROTA:
            return self.teams.members[duty.team]
        return self.by_area[shift.area_id]

    def _may(self, volunteer: Volunteer, role: ShiftRole, shift: Shift) -> bool:
        """A rough look, so that not too many ask in vain; the rules themselves decide when they ask."""
        wanted, day = role.definition, local(shift.starts_at).date()
        birth_on = volunteer.birth_on or day
        years = (day - birth_on).days / 365.25
        if not (wanted.min_age or 18) < years < (wanted.max_age or 80):
            return False
        held = self.qualified.get(volunteer.id, {})
        return all(held.get(kind, date.min) >= day for kind in wanted.requires)


def ask(
    session: Session,
    duties: Sequence[tuple[Duty, Activity]],
    people: People,
    *,
    published_at: datetime,
    now: datetime,
) -> None:
    """Let the people ask, in the order of time between publishing and the beginning of today."""
    today = local(now).date()
    wishes = [
        wish
        for duty, activity in duties
        for shift in _shifts(session, activity)
        for wish in _wishes(duty, shift, people, published_at=published_at, today=today)
    ]
    for wish in sorted(wishes, key=lambda w: (w.at, w.role.id, w.volunteer.id)):
        if wish.mode == Mode.ROTA:
            _take_turn(session, wish, dice=people.dice, now=now)
        else:
            _sign_up(session, wish, typist_id=1, dice=people.dice)


def _shifts(session: Session, activity: Activity) -> Sequence[Shift]:
    return session.scalars(
        select(Shift)
        .where(Shift.activity_id == activity.id)
        .options(selectinload(Shift.roles).joinedload(ShiftRole.definition))
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def _wishes(duty: Duty, shift: Shift, people: People, *, published_at: datetime, today: date) -> Iterator[Wish]:
    days = (local(shift.starts_at).date() - today).days
    if days > LAST or (duty.title, days) == (FORGOTTEN, FORGOTTEN_IN):
        return
    eagerness = duty.filled / 100 * min(1.0, (LAST + 1 - days) / (LAST + 1 - SURE))
    for role in shift.roles:
        number = sum(people.dice.random() < eagerness for _ in range(role.max_needed))
        more = duty.waiting if days <= SURE else 0
        for volunteer in people.pick(duty, role, shift, number=number + more):
            at = published_at + timedelta(minutes=people.dice.randrange(1, 3 * 24 * 60 - 60))
            yield Wish(at, shift, role, duty.mode, volunteer)


def _sign_up(session: Session, wish: Wish, *, typist_id: int, dice: random.Random) -> None:
    """She asks on the web; a coordinator types for those without a telephone, and now and then for others."""
    by_proxy = wish.volunteer.channel == Channel.CALL_LIST or dice.random() < 0.08
    how = AskedHow.IN_PERSON if wish.volunteer.channel == Channel.CALL_LIST else AskedHow.PHONE
    try:
        signups.sign_up(
            session,
            volunteer_id=wish.volunteer.id,
            shift_id=wish.shift.id,
            shift_role_id=wish.role.id,
            now=wish.at,
            via=SignUpVia.PROXY if by_proxy else SignUpVia.WEB,
            asked_by=wish.volunteer.name if by_proxy else None,
            asked_how=how if by_proxy else None,
            typed_by=typist_id if by_proxy else None,
        )
    except signups.SignUpRefused:
        return


def _take_turn(session: Session, wish: Wish, *, dice: random.Random, now: datetime) -> None:
    """Her turn is offered to her; most say yes, a few say no, some are asked only now and have not answered."""
    answer = dice.random()
    at = wish.at if answer < SAY_NO else now - timedelta(minutes=dice.randrange(1, 30))
    if wish.shift.starts_at <= at:
        return
    lock(session, wish.volunteer.id)
    row = queries.opening(session, shift_id=wish.shift.id, shift_role_id=wish.role.id)
    asking = candidate(session, wish.volunteer.id, around=wish.shift.starts_at)
    if row is None or unfit(asking, queries.as_opening(row)):
        return
    offered = roster.offer(session, row=row, volunteer_id=wish.volunteer.id, now=at)
    if offered is None or answer >= SAY_NO:
        return
    answered_at = at + timedelta(minutes=dice.randrange(5, 60))
    if answer < SAY_YES:
        roster.accept(session, assignment_id=offered.id, now=answered_at)
    else:
        roster.decline(session, assignment_id=offered.id, now=answered_at, reason="那天家里有事")
