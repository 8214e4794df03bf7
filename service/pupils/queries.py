"""Named reads of pupils: who is enrolled, a day's sheet, and for whom it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from service import secrets
from service.activities.models import Activity, Shift
from service.places.queries import within
from service.pupils.models import Guardian, Pupil, PupilDay
from service.pupils.rules import is_on_the_day
from service.roster.models import SURE, Assignment
from service.settings import LOCAL_ZONE
from service.terms import Kinship, QualificationKind, ShiftState
from service.volunteers.models import Qualification


@dataclass(frozen=True, slots=True)
class GuardianName:
    """Somebody who may fetch a pupil, by name; `is_former` once she may no longer."""

    id: int
    name: str
    kinship: Kinship
    gave_consent: bool
    has_phone: bool
    is_former: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil with those who may fetch it, and what the day's sheet says. `name` is empty once it has left."""

    pupil: Pupil
    name: str
    guardians: Sequence[GuardianName]
    day: PupilDay | None = None
    handed_to: GuardianName | None = None


def in_scope(session: Session, pupil_id: int, *, scope_ids: Sequence[int]) -> Pupil | None:
    """The pupil, if it has not left and its activity is of one of the scopes or what is below."""
    here = select(Pupil).where(Pupil.id == pupil_id, Pupil.left_at.is_(None), within(Pupil.area_id, scope_ids))
    return session.scalar(here)


def enrolled(session: Session, activity_id: int) -> list[Line]:
    """Who is cared for in the activity, in the order of enrolment."""
    pupils = session.scalars(
        select(Pupil).where(Pupil.activity_id == activity_id, Pupil.left_at.is_(None)).order_by(Pupil.id)
    ).all()
    guardians = _guardians(session, [one.id for one in pupils])
    return [Line(one, _name(one.name_sealed), _present(guardians[one.id])) for one in pupils]


def one(session: Session, pupil: Pupil) -> Line:
    """One pupil, with those who may fetch it."""
    return Line(pupil, _name(pupil.name_sealed), _present(_guardians(session, [pupil.id])[pupil.id]))


def sheet(session: Session, shift: Shift) -> list[Line]:
    """Who is cared for on this day, in the order of enrolment; who has left since only as far as the sheet has it."""
    rows = session.execute(
        select(Pupil, PupilDay, PupilDay.handed_to)
        .outerjoin(PupilDay, (PupilDay.pupil_id == Pupil.id) & (PupilDay.shift_id == shift.id))
        .where(Pupil.activity_id == shift.activity_id)
        .where(or_(Pupil.left_at.is_(None), PupilDay.pupil_id.is_not(None)))
        .order_by(Pupil.id)
        .execution_options(populate_existing=True)
    ).all()
    guardians = _guardians(session, [pupil.id for pupil, *_ in rows])
    lines = []
    for pupil, day, handed_id in rows:
        hers = guardians[pupil.id]
        handed_to = next((one for one in hers if one.id == handed_id), None)
        lines.append(Line(pupil, _name(pupil.name_sealed), _present(hers), day, handed_to))
    return lines


def phones(session: Session, pupil_id: int) -> list[tuple[GuardianName, str]]:
    """(who may fetch it, telephone in full). Whoever asks is to be written down: actions.look_at_phones."""
    return [
        (_as_named(one), secrets.unseal(one.phone_sealed))
        for one in session.scalars(
            select(Guardian).where(Guardian.pupil_id == pupil_id, Guardian.removed_at.is_(None)).order_by(Guardian.id)
        )
        if one.phone_sealed is not None
    ]


def has_pupils(session: Session, activity_id: int) -> bool:
    """Whether anybody is cared for in the activity."""
    return bool(session.scalar(select(_has_pupils(activity_id))))


def counted_on(session: Session, shift_ids: Collection[int]) -> dict[int, int]:
    """How many are enrolled on the day of each of these shifts: who left before it, or came after it, is not counted.
    Without those of none."""
    rows = session.execute(
        select(Shift.id, func.count())
        .join(Pupil, Pupil.activity_id == Shift.activity_id)
        .where(Shift.id.in_(sorted(shift_ids)), Pupil.consented_at < Shift.ends_at)
        .where(or_(Pupil.left_at.is_(None), Pupil.left_at > Shift.starts_at))
        .group_by(Shift.id)
    )
    return dict(rows.all())


def count(session: Session, activity_id: int) -> int:
    """How many are cared for in the activity now."""
    there = select(func.count()).where(Pupil.activity_id == activity_id, Pupil.left_at.is_(None))
    return session.scalars(there).one()


def teaches(session: Session, shift: Shift, *, volunteer_id: int | None, now: datetime) -> bool:
    """Whether the sheet is for her: it is that day, she has said yes and does not only stand by, and her background is
    checked on it."""
    if volunteer_id is None or not is_on_the_day(now, starts_at=shift.starts_at, ends_at=shift.ends_at):
        return False
    return bool(session.scalar(select(_places(volunteer_id).where(Shift.id == shift.id).exists())))


def to_teach(session: Session, volunteer_id: int, *, now: datetime) -> list[Row[Shift, Activity]]:
    """The shifts of hers today in which somebody is cared for, by start."""
    near = timedelta(days=2)
    rows = session.execute(
        _places(volunteer_id)
        .with_only_columns(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.starts_at > now - near, Shift.starts_at < now + near, _has_pupils(Shift.activity_id))
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    return [row for row in rows if is_on_the_day(now, starts_at=row.Shift.starts_at, ends_at=row.Shift.ends_at)]


def _places(volunteer_id: int) -> Select[int]:
    """Her places, of shifts that are held, on whose day her background is checked."""
    day = func.date(func.timezone(LOCAL_ZONE.key, Shift.starts_at))
    is_vetted = exists().where(
        Qualification.volunteer_id == Assignment.volunteer_id,
        Qualification.kind == QualificationKind.BACKGROUND_CHECK,
        Qualification.verified_at.is_not(None),
        Qualification.valid_from <= day,
        or_(Qualification.valid_until.is_(None), Qualification.valid_until >= day),
    )
    return (
        select(Assignment.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False))
        .where(Shift.state == ShiftState.OPEN, is_vetted)
    )


def _has_pupils(activity_id: object) -> ColumnElement[bool]:
    return exists().where(Pupil.activity_id == activity_id, Pupil.left_at.is_(None))


def _guardians(session: Session, pupil_ids: Collection[int]) -> dict[int, list[GuardianName]]:
    found: dict[int, list[GuardianName]] = defaultdict(list)
    for one in session.scalars(select(Guardian).where(Guardian.pupil_id.in_(pupil_ids)).order_by(Guardian.id)):
        found[one.pupil_id].append(_as_named(one))
    return found


def _as_named(one: Guardian) -> GuardianName:
    return GuardianName(
        one.id,
        _name(one.name_sealed),
        Kinship(one.kinship),
        one.gave_consent,
        one.phone_sealed is not None,
        one.removed_at is not None,
    )


def _present(guardians: Sequence[GuardianName]) -> list[GuardianName]:
    return [one for one in guardians if not one.is_former]


def _name(sealed: bytes | None) -> str:
    return secrets.unseal(sealed) if sealed is not None else ""
