"""Named reads of partners, and of what each co-host may see: its own roles, and in them its own people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.queries import IS_ANNOUNCED
from service.calendars.rules import local
from service.partners.models import CoHost, CoHostRole, Partner, PartnerMember
from service.places.models import Area
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.settings import LOCAL_ZONE
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on, leads_on
from service.terms import ActivityState, CoHostState, MemberRole, ShiftState, TeamState
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class PartRole:
    """One of its roles in one shift: how many it needs and has, whoever they are, and which of them are its own."""

    role: ActivityRole
    places: ShiftRole
    people: list[tuple[Volunteer, Assignment]]


@dataclass(frozen=True, slots=True)
class PartShift:
    """A shift to come, with the co-host's roles only."""

    shift: Shift
    roles: list[PartRole]


def in_scope(session: Session, partner_id: int, *, scope_ids: Sequence[int]) -> Partner | None:
    """The organisation, if it stands by one of the scopes or what is below."""
    return session.scalar(select(Partner).where(Partner.id == partner_id, within(Partner.area_id, scope_ids)))


def listed(session: Session, *, scope_ids: Sequence[int], area_id: int | None = None) -> Sequence[Row[Partner, Area]]:
    """(organisation, what it stands by) of these areas, as the tree orders them; with `area_id`, of just that one."""
    found = (
        select(Partner, Area)
        .join(Area, Area.id == Partner.area_id)
        .where(within(Partner.area_id, scope_ids), Partner.ended_at.is_(None))
        .order_by(Area.lineage, Partner.name, Partner.id)
    )
    return session.execute(found if area_id is None else found.where(Partner.area_id == area_id)).all()


def members(session: Session, partner_id: int) -> Sequence[Row[PartnerMember, Volunteer]]:
    """(membership, person) of the organisation, those who lead in front, by pinyin."""
    return session.execute(
        select(PartnerMember, Volunteer)
        .join(Volunteer, Volunteer.id == PartnerMember.volunteer_id)
        .where(PartnerMember.partner_id == partner_id, Volunteer.left_at.is_(None))
        .order_by(PartnerMember.is_lead.desc(), Volunteer.pinyin, Volunteer.id)
    ).all()


def can_co_host(session: Session, activity: Activity) -> tuple[Sequence[Team], Sequence[Partner]]:
    """Who could hold it together with its own team: the approved teams and the organisations of the same street."""
    lineage = session.scalars(select(Area.lineage).where(Area.id == activity.area_id)).one()
    around = [lineage[-2] if len(lineage) > 2 else lineage[-1]]
    teams = session.scalars(
        select(Team)
        .where(within(Team.area_id, around), Team.state == TeamState.ACTIVE, Team.id != (activity.team_id or 0))
        .order_by(Team.name, Team.id)
    ).all()
    partners = session.scalars(
        select(Partner)
        .where(within(Partner.area_id, around), Partner.ended_at.is_(None))
        .order_by(Partner.name, Partner.id)
    ).all()
    return teams, partners


def co_hosts(session: Session, activity_ids: Collection[int]) -> Sequence[Row[CoHost, str]]:
    """(co-host, its name) of these activities, in the order in which they were named, whatever they said."""
    return session.execute(
        select(CoHost, _NAME)
        .outerjoin(Team, Team.id == CoHost.team_id)
        .outerjoin(Partner, Partner.id == CoHost.partner_id)
        .where(CoHost.activity_id.in_(activity_ids))
        .order_by(CoHost.id)
    ).all()


_NAME = func.coalesce(Team.name, Partner.name)


def roles_of(session: Session, co_host_ids: Collection[int]) -> dict[int, list[ActivityRole]]:
    """The roles each co-host provides people for."""
    found: dict[int, list[ActivityRole]] = defaultdict(list)
    for co_host_id, role in session.execute(
        select(CoHostRole.co_host_id, ActivityRole)
        .join(ActivityRole, ActivityRole.id == CoHostRole.activity_role_id)
        .where(CoHostRole.co_host_id.in_(co_host_ids))
        .order_by(ActivityRole.id)
    ):
        found[co_host_id].append(role)
    return found


def co_host_in_scope(session: Session, co_host_id: int, *, scope_ids: Sequence[int]) -> CoHost | None:
    """The co-host, if the activity belongs to one of the scopes: for whose activity it is."""
    return session.scalar(
        select(CoHost)
        .join(Activity, Activity.id == CoHost.activity_id)
        .where(CoHost.id == co_host_id, within(Activity.area_id, scope_ids))
    )


def is_of(*, scope_ids: Sequence[int], volunteer_id: int | None, day: date) -> ColumnElement[bool]:
    """The condition that whoever asks speaks for a co-host: she coordinates where its team or organisation is, or leads
    it on that day."""
    is_hers: ColumnElement[bool] = CoHost.team_id.in_(select(Team.id).where(within(Team.area_id, scope_ids)))
    is_hers |= CoHost.partner_id.in_(
        select(Partner.id).where(within(Partner.area_id, scope_ids), Partner.ended_at.is_(None))
    )
    if volunteer_id is not None:
        is_hers |= CoHost.team_id.in_(
            select(Membership.team_id).where(
                Membership.volunteer_id == volunteer_id,
                Membership.role == MemberRole.LEAD,
                is_member_on(day),
            )
        )
        is_hers |= CoHost.partner_id.in_(
            select(PartnerMember.partner_id)
            .join(Partner, Partner.id == PartnerMember.partner_id)
            .where(PartnerMember.volunteer_id == volunteer_id, PartnerMember.is_lead, Partner.ended_at.is_(None))
        )
    return is_hers


#: It has said yes, and what it said yes to is public. Drafts are nobody's but their coordinator's.
_HOLDS = (
    (CoHost.state == CoHostState.ACCEPTED) & Activity.state.in_((ActivityState.PUBLISHED, ActivityState.CANCELLED))
) & IS_ANNOUNCED


def parts(
    session: Session, *, scope_ids: Sequence[int], volunteer_id: int | None, now: datetime
) -> Sequence[Row[CoHost, str, Activity]]:
    """(co-host, its name, activity) of every part for whoever asks that has a shift to come."""
    is_to_come = exists().where(Shift.activity_id == Activity.id, Shift.ends_at > now, Shift.state == ShiftState.OPEN)
    is_hers = is_of(scope_ids=scope_ids, volunteer_id=volunteer_id, day=local(now).date())
    return session.execute(_named().where(is_hers, _HOLDS, is_to_come).order_by(Activity.title, CoHost.id)).all()


def part_seen(
    session: Session, co_host_id: int, *, scope_ids: Sequence[int], volunteer_id: int | None, now: datetime
) -> Row[CoHost, str, Activity] | None:
    """(co-host, its name, activity), if its part is for whoever asks."""
    is_hers = is_of(scope_ids=scope_ids, volunteer_id=volunteer_id, day=local(now).date())
    return session.execute(_named().where(CoHost.id == co_host_id, is_hers, _HOLDS)).one_or_none()


def askings(
    session: Session, *, scope_ids: Sequence[int], volunteer_id: int | None, now: datetime
) -> Sequence[Row[CoHost, str, Activity]]:
    """(co-host, its name, activity) of all that whoever asks has to answer, the longest waiting first."""
    is_hers = is_of(scope_ids=scope_ids, volunteer_id=volunteer_id, day=local(now).date())
    is_open = (CoHost.state == CoHostState.ASKED) & (Activity.state != ActivityState.CANCELLED) & IS_ANNOUNCED
    return session.execute(_named().where(is_hers, is_open).order_by(CoHost.asked_at, CoHost.id)).all()


def asking_seen(
    session: Session, co_host_id: int, *, scope_ids: Sequence[int], volunteer_id: int | None, now: datetime
) -> Row[CoHost, str, Activity] | None:
    """(co-host, its name, activity), the co-host locked, if whoever asks was asked or has answered for it."""
    is_hers = is_of(scope_ids=scope_ids, volunteer_id=volunteer_id, day=local(now).date())
    was_asked = (CoHost.state != CoHostState.TO_ASK) & (Activity.state != ActivityState.CANCELLED) & IS_ANNOUNCED
    found = _named().where(CoHost.id == co_host_id, is_hers, was_asked).with_for_update(of=CoHost)
    return session.execute(found.execution_options(populate_existing=True)).one_or_none()


def spoken_for(session: Session, activity_id: int, *, scope_ids: Sequence[int], day: date) -> Sequence[int]:
    """Those of the activity's co-hosts for which a coordinator of these areas answers: ids."""
    is_theirs = is_of(scope_ids=scope_ids, volunteer_id=None, day=day)
    return session.scalars(select(CoHost.id).where(CoHost.activity_id == activity_id, is_theirs)).all()


def _named() -> Select[CoHost, str, Activity]:
    return (
        select(CoHost, _NAME, Activity)
        .join(Activity, Activity.id == CoHost.activity_id)
        .outerjoin(Team, Team.id == CoHost.team_id)
        .outerjoin(Partner, Partner.id == CoHost.partner_id)
    )


def holding_too(session: Session, activity_id: int) -> Sequence[str]:
    """The names of those who have agreed to hold the activity too: what everybody may read."""
    return session.scalars(
        _named()
        .with_only_columns(_NAME)
        .where(CoHost.activity_id == activity_id, CoHost.state == CoHostState.ACCEPTED, Partner.ended_at.is_(None))
        .order_by(CoHost.id)
    ).all()


def is_asked(session: Session, activity_id: int) -> bool:
    """Whether somebody was asked to hold it too."""
    asked = select(CoHost.id).where(CoHost.activity_id == activity_id, CoHost.state != CoHostState.TO_ASK)
    return session.scalars(asked.limit(1)).first() is not None


def host_area(session: Session, co_host: CoHost) -> int:
    """Where its team or organisation is."""
    team = select(Team.area_id).where(Team.id == co_host.team_id)
    partner = select(Partner.area_id).where(Partner.id == co_host.partner_id)
    return session.scalars(team.union_all(partner)).one()


def leads(session: Session, co_host: CoHost, *, day: date) -> Sequence[int]:
    """Who leads its team or organisation on a day: ids of volunteers."""
    if co_host.team_id is not None:
        return leads_on(session, co_host.team_id, day=day)
    led = select(PartnerMember.volunteer_id).where(PartnerMember.partner_id == co_host.partner_id)
    return session.scalars(led.where(PartnerMember.is_lead).order_by(PartnerMember.volunteer_id)).all()


def part(session: Session, co_host: CoHost, *, now: datetime, limit: int = 60) -> list[PartShift]:
    """The shifts to come with the roles this co-host provides for. Named are only people of its own, as of that day."""
    rows = session.execute(
        select(Shift, ShiftRole, ActivityRole)
        .join(ShiftRole, ShiftRole.shift_id == Shift.id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .join(CoHostRole, CoHostRole.activity_role_id == ActivityRole.id)
        .where(CoHostRole.co_host_id == co_host.id)
        .where(Shift.ends_at > now, Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at, Shift.id, ActivityRole.id)
        .limit(limit)
    ).all()
    people = _own_people(session, co_host, [places.id for _shift, places, _role in rows])
    found: dict[int, PartShift] = {}
    for shift, places, role in rows:
        entry = found.setdefault(shift.id, PartShift(shift, []))
        entry.roles.append(PartRole(role, places, people[places.id]))
    return list(found.values())


def _own_people(
    session: Session, co_host: CoHost, shift_role_ids: Collection[int]
) -> dict[int, list[tuple[Volunteer, Assignment]]]:
    """Who of the co-host's own people holds a place in these roles."""
    day = func.date(func.timezone(LOCAL_ZONE.key, Shift.starts_at))
    belongs = (
        exists().where(
            Membership.team_id == co_host.team_id,
            Membership.volunteer_id == Assignment.volunteer_id,
            is_member_on(day),
        )
        if co_host.team_id is not None
        else exists().where(
            PartnerMember.partner_id == co_host.partner_id, PartnerMember.volunteer_id == Assignment.volunteer_id
        )
    )
    found: dict[int, list[tuple[Volunteer, Assignment]]] = defaultdict(list)
    for assignment, person in session.execute(
        select(Assignment, Volunteer)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.shift_role_id.in_(shift_role_ids), Assignment.state.in_(HOLDING), belongs)
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Volunteer.pinyin, Volunteer.id)
    ):
        found[assignment.shift_role_id].append((person, assignment))
    return found
