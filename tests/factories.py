"""Small, named pieces of a neighbourhood, made through the real actions. Names of people are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.accounts.models import Account
from service.activities import actions as activities
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import DatesPlan, RolePlan, once
from service.appointments import actions as appointments
from service.appointments import following
from service.appointments.actions import Typist
from service.appointments.models import Appointment
from service.calendars.rules import local
from service.places import actions as places
from service.places.models import Area
from service.pupils import actions as pupils
from service.pupils.models import Pupil
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups import actions as signups
from service.signups.models import SignUp
from service.signups.queries import opening
from service.teams import actions as teams
from service.teams.models import Team
from service.terms import AreaKind, AskedHow, ConsentHow, Kinship, Mode, QualificationKind, Role, SignUpVia
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_numbers = count(1)


def phone() -> str:
    """A mobile number nobody has had yet."""
    return f"+861390000{next(_numbers):04d}"


def community(session: Session, name: str = "人民路社区", *, street: str = "杜甫路街道") -> Area:
    """A community with a landline below a street below the city; a street or city that exists is used."""
    city = _area(session, None, AreaKind.CITY, "巩义市")
    above = _area(session, city, AreaKind.STREET, street)
    return _area(session, above, AreaKind.COMMUNITY, name, landline="0371-64350001")


def _area(session: Session, parent: Area | None, kind: AreaKind, name: str, **details: str) -> Area:
    same = select(Area).where(Area.name == name, Area.parent_id == (parent.id if parent else None))
    return session.scalar(same) or places.add_area(session, parent=parent, kind=kind, name=name, **details)


def volunteer(session: Session, area: Area, name: str = "王小满", **details: Any) -> Volunteer:
    """A registered volunteer who agreed on the web."""
    details = {"phone": phone(), "how": ConsentHow.WEB, "now": NOW, **details}
    return volunteers.register(session, area_id=area.id, name=name, **details)


def qualified(session: Session, person: Volunteer, kind: QualificationKind, *, until: date | None = None) -> Volunteer:
    """The person, now holding a verified qualification."""
    held = volunteers.add_qualification(
        session,
        volunteer_id=person.id,
        kind=kind,
        evidence="证书已核",
        valid_from=date(2020, 1, 1),
        valid_until=until,
    )
    volunteers.verify_qualification(session, held, account_id=1, now=NOW)
    return person


def team(session: Session, area: Area, name: str = "红色管家志愿服务队") -> Team:
    """An approved team."""
    made = teams.found_team(session, area_id=area.id, name=name)
    teams.approve_team(session, made, account_id=1, now=NOW)
    return made


def coordinator(session: Session, area: Area, name: str = "陈协调", role: Role = Role.COORDINATOR) -> Account:
    """An account that may coordinate in the area and below it."""
    account = accounts.open_account(session, phone=phone(), name=name)
    accounts.grant_role(session, account, role=role, area_id=area.id, granted_by=None, now=NOW)
    return account


def activity(
    session: Session,
    area: Area,
    *,
    title: str = "社区义诊",
    mode: Mode = Mode.INSTANT,
    roles: Sequence[RolePlan] = (RolePlan(name="引导员", min_needed=1, max_needed=2),),
    plans: Sequence[DatesPlan] | None = None,
    is_published: bool = True,
    **details: Any,
) -> Activity:
    """A published activity; without plans, one shift in five days, 9:00 to 11:30."""
    made = activities.draft(
        session,
        area_id=area.id,
        place_id=area.id,
        title=title,
        mode=mode,
        roles=roles,
        plans=plans or [once(date(2026, 11, 28), starts=time(9), ends=time(11, 30))],
        contact_name="陈协调",
        contact_phone="0371-64350001",
        created_by=None,
        now=details.pop("now", NOW),
        **details,
    )
    if is_published:
        activities.publish(session, made, now=NOW, account_id=None)
    return made


def activity_for_children(session: Session, area: Area, **details: Any) -> Activity:
    """One in which only the vetted serve: two teachers at least."""
    roles = (RolePlan(name="老师", min_needed=2, max_needed=3, requires=(QualificationKind.BACKGROUND_CHECK,)),)
    return activity(session, area, **{"title": "四点半课堂", "roles": roles, **details})


def pupil(session: Session, of: Activity, name: str = "小石榴", *, guardian: str = "外婆何秋分") -> Pupil:
    """A child cared for there, with one person who may fetch it and has agreed to it."""
    who = pupils.NewGuardian(name=guardian, kinship=Kinship.GRANDPARENT, phone=phone())
    return pupils.enrol(
        session,
        of,
        name=name,
        guardian=who,
        has_consented=True,
        how=ConsentHow.PAPER,
        account_id=None,
        now=NOW,
    )


def consulting(
    session: Session,
    shift: Shift,
    *doctors: Volunteer,
    minutes: int = 10,
    rooms: Sequence[str] = ("诊室一", "诊室二"),
    is_private: bool = False,
) -> list[Assignment]:
    """People are seen one by one in the first role of the shift, by these: their places there."""
    definition = shift.roles[0].definition
    given = {"slot_minutes": minutes, "rooms": rooms, "is_private": is_private, "account_id": 1, "now": NOW}
    appointments.set_consultation(session, definition, **given)  # type: ignore[arg-type]  # by their names
    return [serving(session, shift, doctor) for doctor in doctors]


def appointment(session: Session, role_id: int, *, slot: int = 0, room: int = 0, **whose: Any) -> Appointment:
    """Somebody telephoned and has this slot of the role of a shift."""
    by = Typist(1, None, AskedHow.PHONE)
    given = {"name": "冯立夏", "phone": phone(), "by": by, "now": NOW, **whose}
    return appointments.book(session, shift_role_id=role_id, room=room, slot=slot, **given)


def serving(session: Session, shift: Shift, person: Volunteer, *, now: datetime = NOW) -> Assignment:
    """Her place in the first role of the shift; where people are seen there, she sits in a room."""
    row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
    assert row is not None
    place = roster.take(session, row=row, volunteer_id=person.id, now=now)
    assert place is not None
    following.follow(session, assignment_ids=[place.id], now=now)
    return place


def once_from(now: datetime, *, days: int = 5) -> DatesPlan:
    """A plan of one morning, so many days from now: for tests that live in real time."""
    return once(local(now).date() + timedelta(days=days), starts=time(9), ends=time(11, 30))


def shift_on(session: Session, area: Area, starts_at: datetime, *, hours: float = 2.0, **details: Any) -> Shift:
    """The one shift of an activity that begins at `starts_at`."""
    start, end = local(starts_at), local(starts_at + timedelta(hours=hours))
    plan = once(start.date(), starts=start.time(), ends=end.time())
    return shifts(session, activity(session, area, plans=[plan], **details))[0]


def shifts(session: Session, of: Activity) -> Sequence[Shift]:
    """The activity's shifts by start."""
    return session.scalars(select(Shift).where(Shift.activity_id == of.id).order_by(Shift.starts_at)).all()


def further_shift(session: Session, like: Shift, starts_at: datetime) -> Shift:
    """Another shift of the same activity with the same roles and hours, but for its start."""
    made = Shift(
        area_id=like.area_id,
        activity_id=like.activity_id,
        occurrence_id=like.occurrence_id,
        place_id=like.place_id,
        starts_at=starts_at,
        ends_at=starts_at + (like.ends_at - like.starts_at),
        rest_after=like.rest_after,
        roles=[
            ShiftRole(
                activity_role_id=role.activity_role_id,
                min_needed=role.min_needed,
                max_needed=role.max_needed,
                stand_bys=role.stand_bys,
            )
            for role in like.roles
        ],
    )
    session.add(made)
    session.flush()
    return made


def only_role(session: Session, shift: Shift) -> ShiftRole:
    """The role of a shift that has just one."""
    return session.scalars(select(ShiftRole).where(ShiftRole.shift_id == shift.id)).one()


def sign_up(session: Session, person: Volunteer, role: ShiftRole, *, now: datetime = NOW, **details: Any) -> SignUp:
    """The person asks for a place in the role, on the web unless `details` say otherwise."""
    return signups.sign_up(
        session,
        volunteer_id=person.id,
        shift_id=role.shift_id,
        shift_role_id=role.id,
        now=now,
        **{"via": SignUpVia.WEB, **details},
    )
