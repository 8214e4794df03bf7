"""People looked through, and all that is known of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.backfill.models import Invitation
from service.courses.models import Enrolment
from service.courses.queries import IN
from service.courtyards.models import Charge
from service.people.models import Departure
from service.places.models import Area
from service.places.queries import within
from service.promises.models import OWED, Promise
from service.roster.models import AWAITED, SURE, Assignment
from service.roster.queries import DutyRow, duties
from service.rotation.models import Rotation, RotationMember
from service.signups.models import STANDING, SignUp
from service.signups.queries import waiting
from service.skills.models import Skill
from service.swaps.models import Swap, SwapAsking
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import AssignmentState, EnrolmentState, InvitationState, QualificationKind, ShiftState
from service.volunteers.models import Qualification, Volunteer
from service.volunteers.queries import TAIL, is_called, tail_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a coordinator looks for. `text`: a name, pinyin, initials, or the last four digits of a telephone."""

    text: str = ""
    tag: str = ""
    skill: str = ""
    kind: QualificationKind | None = None
    team_id: int | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One person in the list. `last_at`: when she served last; `next_at`: when her next shift begins."""

    person: Volunteer
    area: str
    skills: list[str] = field(default_factory=list)
    kinds: list[QualificationKind] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    last_at: datetime | None = None
    next_at: datetime | None = None


def conditions(asked: Asked, *, scope_ids: Sequence[int], day: date) -> list[ColumnElement[bool]]:
    """What is true of those who are looked for, in these areas, on that day."""
    left = Volunteer.left_at.is_not(None) if asked.has_left else Volunteer.left_at.is_(None)
    found = [within(Volunteer.area_id, scope_ids), left]
    if asked.text:
        is_tail = len(asked.text) == TAIL and asked.text.isascii() and asked.text.isdigit()
        found.append(Volunteer.phone_tail == tail_digest(asked.text) if is_tail else is_called(asked.text))
    if asked.tag:
        found.append(Volunteer.tags.contains([asked.tag]))
    if asked.skill:
        named = Skill.name.contains(asked.skill, autoescape=True)
        found.append(exists().where(Skill.volunteer_id == Volunteer.id, named))
    if asked.kind is not None:
        is_valid = or_(Qualification.valid_until.is_(None), Qualification.valid_until >= day)
        found.append(
            exists().where(Qualification.volunteer_id == Volunteer.id, Qualification.kind == asked.kind, is_valid)
        )
    if asked.team_id is not None:
        hers = Membership.volunteer_id == Volunteer.id
        found.append(exists().where(hers, Membership.team_id == asked.team_id, is_member_on(day)))
    return found


def listed(
    session: Session,
    asked: Asked,
    *,
    scope_ids: Sequence[int],
    now: datetime,
    day: date,
    after: Volunteer | None = None,
    limit: int = 30,
) -> list[Card]:
    """Those who are looked for by pinyin, from behind `after` on, with what a list says of each."""
    statement = select(Volunteer, Area.name).join(Area, Area.id == Volunteer.area_id)
    statement = statement.where(*conditions(asked, scope_ids=scope_ids, day=day))
    if after is not None:
        statement = statement.where(tuple_(Volunteer.pinyin, Volunteer.id) > (after.pinyin, after.id))
    rows = session.execute(statement.order_by(Volunteer.pinyin, Volunteer.id).limit(limit)).all()
    return _cards(session, [(person, area) for person, area in rows], now=now, day=day)


def _cards(session: Session, rows: Sequence[tuple[Volunteer, str]], *, now: datetime, day: date) -> list[Card]:
    cards = {person.id: Card(person, area) for person, area in rows}
    skills = select(Skill.volunteer_id, Skill.name).where(Skill.volunteer_id.in_(cards)).order_by(Skill.id)
    for volunteer_id, name in session.execute(skills):
        cards[volunteer_id].skills.append(name)
    kinds = select(Qualification.volunteer_id, Qualification.kind).where(Qualification.volunteer_id.in_(cards))
    for volunteer_id, kind in session.execute(kinds.distinct().order_by(Qualification.kind)):
        cards[volunteer_id].kinds.append(QualificationKind(kind))
    for membership, team in memberships(session, cards, day=day):
        cards[membership.volunteer_id].teams.append(team.name)
    last, soon = _served(session, cards, now=now), _expected(session, cards, now=now)
    return [
        Card(one.person, one.area, one.skills, one.kinds, one.teams, last.get(number), soon.get(number))
        for number, one in cards.items()
    ]


def _served(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """When each of them served last: the start of the latest shift that is over, and that she had said yes to."""
    rows = session.execute(
        select(Assignment.volunteer_id, func.max(Shift.starts_at))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Assignment.volunteer_id.in_(volunteer_ids), Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False)
        )
        .where(Shift.ends_at <= now, Shift.state == ShiftState.OPEN)
        .group_by(Assignment.volunteer_id)
    )
    return dict(rows.all())


def _expected(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """When the next shift begins in which each of them has a place."""
    rows = session.execute(
        select(Assignment.volunteer_id, func.min(Shift.starts_at))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id.in_(volunteer_ids), Assignment.state.in_(AWAITED))
        .where(Shift.starts_at > now, Shift.state == ShiftState.OPEN)
        .group_by(Assignment.volunteer_id)
    )
    return dict(rows.all())


def tags(session: Session, *, scope_ids: Sequence[int]) -> Sequence[str]:
    """Every tag in use among current people of these areas."""
    tag = func.unnest(Volunteer.tags).label("tag")
    used = select(tag).where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None)).distinct().subquery()
    return session.scalars(select(used.c.tag).order_by(used.c.tag).limit(100)).all()


def memberships(session: Session, volunteer_ids: Collection[int], *, day: date) -> Sequence[Row[Membership, Team]]:
    """The teams these people are in on that day."""
    return session.execute(
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.volunteer_id.in_(volunteer_ids), is_member_on(day))
        .order_by(Team.name, Membership.id)
    ).all()


def pools(session: Session, volunteer_id: int) -> Sequence[Row[RotationMember, Rotation, Activity]]:
    """The rotations in which she takes turns."""
    return session.execute(
        select(RotationMember, Rotation, Activity)
        .join(Rotation, Rotation.id == RotationMember.rotation_id)
        .join(Activity, Activity.id == Rotation.activity_id)
        .where(RotationMember.volunteer_id == volunteer_id, RotationMember.left_at.is_(None))
        .where(Rotation.closed_at.is_(None))
        .order_by(Rotation.id)
    ).all()


def charges(session: Session, volunteer_id: int, *, day: date) -> Sequence[Row[Charge, Area]]:
    """The places she answers for, or stands in for who does."""
    return session.execute(
        select(Charge, Area)
        .join(Area, Area.id == Charge.area_id)
        .where(Charge.volunteer_id == volunteer_id, Charge.from_on <= day)
        .where(or_(Charge.until_on.is_(None), Charge.until_on > day))
        .order_by(Area.id, Charge.id)
    ).all()


def owed(session: Session, volunteer_id: int) -> Sequence[Promise]:
    """What she has promised to places and not done yet, the most urgent first."""
    return session.scalars(
        select(Promise)
        .where(Promise.owner_id == volunteer_id, Promise.state.in_(OWED))
        .order_by(Promise.due_on, Promise.id)
    ).all()


def lessons(session: Session, volunteer_id: int) -> Sequence[Row[Enrolment, Activity]]:
    """The courses in which she learns, or waits for a place."""
    inside = (*IN, EnrolmentState.WAITLISTED)
    return session.execute(
        select(Enrolment, Activity)
        .join(Activity, Activity.id == Enrolment.activity_id)
        .where(Enrolment.volunteer_id == volunteer_id, Enrolment.state.in_(inside))
        .where(Enrolment.decided_at.is_(None))
        .order_by(Enrolment.activity_id)
    ).all()


@dataclass(frozen=True, slots=True)
class Ahead:
    """What somebody has before her, and would give back if she left; `stays` is what others must take over."""

    duties: Sequence[DutyRow]
    waiting: Sequence[Row[SignUp, Shift, Activity]]
    pools: Sequence[Row[RotationMember, Rotation, Activity]]
    lessons: Sequence[Row[Enrolment, Activity]]
    charges: Sequence[Row[Charge, Area]]
    owed: Sequence[Promise]


def ahead(session: Session, volunteer_id: int, *, now: datetime, day: date) -> Ahead:
    """All of it, next first. What has begun is not ahead any more."""
    return Ahead(
        duties=[
            row
            for row in duties(session, volunteer_id, from_at=now)
            if row.Shift.starts_at > now and row.Assignment.state in AWAITED
        ],
        waiting=[row for row in waiting(session, volunteer_id, from_at=now) if row.Shift.starts_at > now],
        pools=pools(session, volunteer_id),
        lessons=lessons(session, volunteer_id),
        charges=charges(session, volunteer_id, day=day),
        owed=owed(session, volunteer_id),
    )


def standing(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[int]:
    """Ids of her sign-ups that still stand, for shifts that have not begun."""
    return session.scalars(
        select(SignUp.id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(SignUp.volunteer_id == volunteer_id, SignUp.state.in_(STANDING), Shift.starts_at > now)
        .order_by(SignUp.id)
    ).all()


def places(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Assignment]:
    """Her places, asked about or pencilled in, in shifts that have not begun."""
    return session.scalars(
        select(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id == volunteer_id, Shift.starts_at > now)
        .where(Assignment.state.in_((*AWAITED, AssignmentState.DRAFTED)))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()


def invitations(session: Session, volunteer_id: int) -> Sequence[int]:
    """Ids of the invitations to step in that she has not answered."""
    asked = select(Invitation.id).where(Invitation.state == InvitationState.ASKED)
    return session.scalars(asked.where(Invitation.volunteer_id == volunteer_id).order_by(Invitation.id)).all()


def askings(session: Session, volunteer_id: int) -> Sequence[Row[int, int]]:
    """(asking, whose place it is) for each swap she has been asked about and has not answered."""
    return session.execute(
        select(SwapAsking.id, Assignment.volunteer_id)
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .join(Assignment, Assignment.id == Swap.assignment_id)
        .where(SwapAsking.volunteer_id == volunteer_id, SwapAsking.state == InvitationState.ASKED)
        .order_by(SwapAsking.id)
    ).all()


def departure(session: Session, volunteer_id: int) -> Departure | None:
    """The last time she left."""
    return session.scalar(
        select(Departure).where(Departure.volunteer_id == volunteer_id).order_by(Departure.id.desc()).limit(1)
    )
