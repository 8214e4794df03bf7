"""What can be done about pupils: enrol one, say who may fetch it, forget it; mark who is there, hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, secrets
from service.activities.models import Activity, Shift
from service.pupils.models import Guardian, Pupil, PupilDay
from service.pupils.rules import EARLY, is_vetted_only
from service.terms import ConsentHow, Kinship, PupilState, ShiftState


class PupilRefused(Exception):
    """It cannot be done. `problem` is a code: not_vetted, no_consent, last_guardian, unknown_guardian, not_begun,
    not_enrolled, not_there, handed_over."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGuardian:
    """Somebody who may fetch a pupil, as typed. `phone` is E.164."""

    name: str
    kinship: Kinship
    phone: str


def enrol(
    session: Session,
    activity: Activity,
    *,
    name: str,
    guardian: NewGuardian,
    has_consented: bool,
    how: ConsentHow,
    account_id: int | None,
    now: datetime,
) -> Pupil:
    """A child is cared for in the activity from now on; `guardian` has agreed to it, in this way, and may fetch it.

    Raises PupilRefused without her consent, and where somebody could serve whose background nobody has checked.
    """
    if not has_consented:
        raise PupilRefused("no_consent")
    if not activity.roles or not is_vetted_only(role.requires for role in activity.roles):
        raise PupilRefused("not_vetted")
    pupil = Pupil(
        area_id=activity.area_id,
        activity_id=activity.id,
        name_sealed=secrets.seal(name),
        consented_at=now,
        consent_how=how,
        recorded_by=account_id,
    )
    session.add(pupil)
    session.flush()
    session.add(_sealed(pupil, guardian, gave_consent=True))
    _note(session, "enrolled_pupil", pupil, account_id=account_id, now=now)
    return pupil


def authorise(
    session: Session, pupil: Pupil, *, guardian: NewGuardian, account_id: int | None, now: datetime
) -> Guardian:
    """Another person may fetch the pupil."""
    added = _sealed(pupil, guardian, gave_consent=False)
    session.add(added)
    session.flush()
    _note(session, "authorised_guardian", pupil, account_id=account_id, now=now, guardian_id=added.id)
    return added


def remove_guardian(session: Session, pupil: Pupil, *, guardian_id: int, account_id: int | None, now: datetime) -> None:
    """She may not fetch the pupil any more; to whom it was handed over before stays known. Twice is harmless.

    Raises PupilRefused for the last one, and for somebody else's.
    """
    session.get_one(Pupil, pupil.id, with_for_update=True)
    hers = session.get(Guardian, guardian_id, populate_existing=True)
    if hers is None or hers.pupil_id != pupil.id:
        raise PupilRefused("unknown_guardian")
    if hers.removed_at is not None:
        return
    left = select(func.count()).where(Guardian.pupil_id == pupil.id, Guardian.removed_at.is_(None))
    if session.scalars(left).one() < 2:
        raise PupilRefused("last_guardian")
    hers.removed_at = now
    session.flush()
    _note(session, "removed_guardian", pupil, account_id=account_id, now=now, guardian_id=guardian_id)


def forget(session: Session, pupil: Pupil, *, account_id: int | None, now: datetime) -> None:
    """The pupil has left, or consent was taken back: all names and numbers are erased. Twice is harmless."""
    if pupil.left_at is not None:
        return
    pupil.left_at, pupil.name_sealed = now, None
    session.execute(
        update(Guardian)
        .where(Guardian.pupil_id == pupil.id)
        .values(name_sealed=None, phone_sealed=None, removed_at=func.coalesce(Guardian.removed_at, now))
    )
    session.flush()
    _note(session, "forgot_pupil", pupil, account_id=account_id, now=now)


def mark(
    session: Session, shift: Shift, *, pupil_id: int, state: PupilState, account_id: int | None, now: datetime
) -> PupilDay:
    """The pupil came, is excused, or is absent. What was marked last counts; an excuse may come beforehand.

    Raises PupilRefused before the day, for a pupil of another activity, and for one that was handed over.
    """
    pupil = _enrolled(session, shift, pupil_id)
    if state != PupilState.EXCUSED and now < shift.starts_at - EARLY:
        raise PupilRefused("not_begun")
    said = {"state": state, "marked_at": now, "marked_by": account_id}
    row = insert(PupilDay).values(shift_id=shift.id, pupil_id=pupil_id, **said)
    changed = row.on_conflict_do_update(
        index_elements=["shift_id", "pupil_id"],
        set_=said,
        where=PupilDay.handed_to.is_(None) & (PupilDay.state != state),
    )
    is_changed = session.scalar(changed.returning(PupilDay.pupil_id)) is not None
    day = session.get_one(PupilDay, (shift.id, pupil_id), populate_existing=True)
    if day.state != state:
        raise PupilRefused("handed_over")
    if is_changed:
        _note(session, "marked_pupil", pupil, account_id=account_id, now=now, shift_id=shift.id, state=state)
    return day


def hand_over(
    session: Session, shift: Shift, *, pupil_id: int, guardian_id: int, account_id: int | None, now: datetime
) -> PupilDay:
    """The pupil goes home with one of those who may fetch it. Twice to the same is harmless.

    Raises PupilRefused for anybody else, for a pupil that is not there, and for one handed over to another already.
    """
    pupil = _enrolled(session, shift, pupil_id)
    hers = session.get(Guardian, guardian_id, populate_existing=True)
    if hers is None or hers.pupil_id != pupil_id or hers.removed_at is not None:
        raise PupilRefused("unknown_guardian")
    day = _day(session, shift, pupil_id)
    if day is None or day.state != PupilState.CAME:
        raise PupilRefused("not_there")
    if day.handed_to == guardian_id:
        return day
    if day.handed_to is not None:
        raise PupilRefused("handed_over")
    day.handed_to, day.handed_at, day.handed_by = guardian_id, now, account_id
    session.flush()
    _note(session, "handed_over", pupil, account_id=account_id, now=now, shift_id=shift.id, guardian_id=guardian_id)
    return day


def take_back(session: Session, shift: Shift, *, pupil_id: int, account_id: int | None, now: datetime) -> None:
    """It was a slip: the pupil is still there. Twice is harmless."""
    pupil = _enrolled(session, shift, pupil_id)
    day = _day(session, shift, pupil_id)
    if day is not None and day.handed_to is not None:
        before, day.handed_to, day.handed_at, day.handed_by = day.handed_to, None, None, None
        session.flush()
        _note(
            session, "took_back_hand_over", pupil, account_id=account_id, now=now, shift_id=shift.id, guardian_id=before
        )


def turn_away(session: Session, shift: Shift, *, pupil_id: int, account_id: int | None, now: datetime) -> None:
    """Somebody who is not registered came to fetch the pupil, and it was not handed over."""
    pupil = _enrolled(session, shift, pupil_id)
    _note(session, "turned_away", pupil, account_id=account_id, now=now, shift_id=shift.id)


def look(
    session: Session, shift: Shift, *, account_id: int | None, now: datetime, verb: str = "looked_at_pupils"
) -> None:
    """Somebody reads the names on a day's sheet: written down with the shift."""
    _write(session, verb, ("shift", shift.id), area_id=shift.area_id, account_id=account_id, now=now)


def look_at_list(session: Session, activity: Activity, *, account_id: int | None, now: datetime) -> None:
    """Somebody reads who is cared for in an activity: written down with it."""
    subject = ("activity", activity.id)
    _write(session, "looked_at_pupils", subject, area_id=activity.area_id, account_id=account_id, now=now)


def look_at_one(session: Session, pupil: Pupil, *, account_id: int | None, now: datetime) -> None:
    """Somebody reads who may fetch a pupil: written down with it."""
    _note(session, "looked_at_pupil", pupil, account_id=account_id, now=now)


def look_at_phones(session: Session, pupil: Pupil, *, why: str, account_id: int | None, now: datetime) -> None:
    """Somebody reads the telephone numbers of who may fetch a pupil: written down with it."""
    _note(session, "looked_at_guardian_phones", pupil, account_id=account_id, now=now, why=why)


def _sealed(pupil: Pupil, guardian: NewGuardian, *, gave_consent: bool) -> Guardian:
    return Guardian(
        pupil_id=pupil.id,
        name_sealed=secrets.seal(guardian.name),
        phone_sealed=secrets.seal(guardian.phone),
        kinship=guardian.kinship,
        gave_consent=gave_consent,
    )


def _enrolled(session: Session, shift: Shift, pupil_id: int) -> Pupil:
    """The pupil of this shift, its row ours until commit: two teachers with one sheet each wait for each other."""
    pupil = session.get(Pupil, pupil_id, with_for_update=True, populate_existing=True)
    is_here = pupil is not None and pupil.activity_id == shift.activity_id and pupil.left_at is None
    if pupil is None or not is_here or shift.state != ShiftState.OPEN:
        raise PupilRefused("not_enrolled")
    return pupil


def _day(session: Session, shift: Shift, pupil_id: int) -> PupilDay | None:
    return session.get(PupilDay, (shift.id, pupil_id), populate_existing=True)


def _note(session: Session, verb: str, pupil: Pupil, *, account_id: int | None, now: datetime, **details: Any) -> None:
    subject = ("pupil", pupil.id)
    _write(session, verb, subject, area_id=pupil.area_id, account_id=account_id, now=now, **details)


def _write(
    session: Session,
    verb: str,
    subject: tuple[str, int],
    *,
    area_id: int,
    account_id: int | None,
    now: datetime,
    **details: Any,
) -> None:
    audit.note(session, verb=verb, subject=subject, account_id=account_id, area_id=area_id, now=now, **details)
