"""A merge undone: two entries again, each with what it had."""

from __future__ import annotations

from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import audit
from service.accounts.actions import end_sessions
from service.accounts.models import Account
from service.activities.queries import lock_open_shift
from service.company.models import Bond
from service.partners.models import PartnerMember
from service.people.merging import PHONE_COLUMNS, plain
from service.people.models import Merge
from service.people.references import move, references
from service.people.twins import merge_of
from service.roster import actions as roster
from service.roster.actions import ConflictingDuty
from service.roster.counting import take_place
from service.roster.models import Assignment
from service.signups.models import WAITING, SignUp
from service.signups.queries import waitlist
from service.skills.models import Skill
from service.teams.models import Membership
from service.terms import AssignmentState, ReleaseReason, SignUpState
from service.volunteers.models import CalendarFeed, Consent, Volunteer
from service.volunteers.queries import lock_all
from service.watches.models import Watch

_MODELS: dict[str, Any] = {
    "bond": Bond,
    "calendar_feed": CalendarFeed,
    "consent": Consent,
    "membership": Membership,
    "partner_member": PartnerMember,
    "skill": Skill,
    "watch": Watch,
}


class MergeStands(Exception):
    """It cannot be undone any more: the time is over, or the entry that stayed was merged itself."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many places are hers again that had been given back, and how many went to others; whether the number she
    had is somebody else's by now."""

    again: int
    gone: int
    has_number: bool


def undo(session: Session, merge: Merge, *, account_id: int, now: datetime) -> Undone:
    """What moved moves back, what was changed is changed back, where nobody has changed it since. Twice is harmless.

    What came after the merge stays with the entry that stayed. Raises MergeStands.
    """
    lock_all(session, [merge.kept_id, merge.gone_id])
    session.refresh(merge, with_for_update=True)
    if merge.undone_at is not None:
        return Undone(0, 0, has_number=True)
    if now > merge.undo_until or merge.forgotten_at is not None or merge_of(session, merge.kept_id):
        raise MergeStands(f"merge {merge.id} stands")
    for one in references(session):
        if keys := merge.moved.get(one.name):
            move(session, one, of=merge.kept_id, to=merge.gone_id, only=keys)
    session.expire_all()
    kept, gone = session.get_one(Volunteer, merge.kept_id), session.get_one(Volunteer, merge.gone_id)
    _facts_back(session, merge.before["facts"], kept, gone)
    has_number = _number_back(session, merge.before["facts"], kept, gone)
    _changes_back(session, merge.before["changed"])
    _accounts_back(session, merge)
    again = sum([_place_back(session, was, now=now) for was in merge.before["places"]])
    _sign_ups_back(session, merge.before["signups"])
    merge.undone_at, merge.undone_by = now, account_id
    session.flush()
    audit.note(
        session,
        verb="undid_merge",
        subject=("volunteer", merge.kept_id),
        account_id=account_id,
        area_id=merge.area_id,
        now=now,
        gone_id=merge.gone_id,
    )
    return Undone(again, len(merge.before["places"]) - again, has_number=has_number)


def _facts_back(session: Session, facts: dict[str, Any], kept: Volunteer, gone: Volunteer) -> None:
    """Each fact taken over is as it was, unless somebody has changed it since."""
    for name in facts["takes"]:
        if name != "phone" and plain(getattr(kept, name)) == plain(getattr(gone, name)):
            setattr(kept, name, _value(name, facts["kept"][name]))
    if set(kept.tags) == {*facts["kept"]["tags"], *gone.tags}:
        kept.tags = facts["kept"]["tags"]
    kept.steps_in = kept.steps_in or facts["kept"]["steps_in"]
    if "name" in facts["takes"]:
        kept.pinyin, kept.initials = facts["kept"]["pinyin"], facts["kept"]["initials"]
    gone.left_at = datetime.fromisoformat(facts["left_at"]) if facts["left_at"] else None
    session.flush()


def _number_back(session: Session, facts: dict[str, Any], kept: Volunteer, gone: Volunteer) -> bool:
    """Each has the number she had; whether the other has, for somebody may be registered with it by now."""
    number = {name: _phone(facts["gone"][name]) for name in PHONE_COLUMNS}
    if "phone" in facts["takes"] and kept.phone_digest == number["phone_digest"]:
        for name in PHONE_COLUMNS:
            setattr(kept, name, _phone(facts["kept"][name]))
        session.flush()
    try:
        with session.begin_nested():
            for name, value in number.items():
                setattr(gone, name, value)
    except IntegrityError:
        session.refresh(gone)
        return False
    return True


def _phone(kept: str | None) -> bytes | None:
    return b64decode(kept) if kept else None


def _value(name: str, kept: Any) -> Any:
    return date.fromisoformat(kept) if name == "birth_on" and kept else kept


def _changes_back(session: Session, changed: list[dict[str, Any]]) -> None:
    for was in changed:
        key = tuple(was["key"]) if isinstance(was["key"], list) else was["key"]
        row = session.get(_MODELS[was["table"]], key)
        if row is not None:
            with suppress(IntegrityError), session.begin_nested():
                for name, value in was["was"].items():
                    setattr(row, name, value)


def _accounts_back(session: Session, merge: Merge) -> None:
    """Each logs in with her own again."""
    rows = [(session.get_one(Account, was["id"]), was) for was in merge.before["accounts"]]
    for account, _was in rows:
        account.volunteer_id = None
    session.flush()
    for account, was in rows:
        is_taken = session.scalar(select(Account.id).where(Account.volunteer_id == was["volunteer_id"]))
        account.volunteer_id = was["volunteer_id"] if is_taken is None else None
        if was["is_out"] and account.disabled_at == merge.merged_at:
            account.disabled_at = None
        end_sessions(session, account)
        session.flush()


def _place_back(session: Session, was: dict[str, Any], *, now: datetime) -> bool:
    """The place given back is hers again, if nobody has or awaits it."""
    place = session.get_one(Assignment, was["id"])
    shift = lock_open_shift(session, place.shift_id)
    is_away = place.state == AssignmentState.RELEASED and place.release_reason == ReleaseReason.MERGED
    if shift is None or now >= shift.starts_at or not is_away or waitlist(session, place.shift_role_id):
        return False
    try:
        with session.begin_nested():
            if not take_place(session, place.shift_role_id, as_stand_by=place.is_stand_by):
                return False
            roster.restore(session, place, shift=shift, to=AssignmentState(was["state"]))
    except ConflictingDuty:
        session.refresh(place)
        return False
    if place.signup_id is not None:
        signup = session.get_one(SignUp, place.signup_id)
        if signup.state == SignUpState.WITHDRAWN and was["state"] == AssignmentState.CONFIRMED:
            signup.move(SignUpState.CONFIRMED)
            signup.withdrawn_at = None
    return True


def _sign_ups_back(session: Session, signups: list[dict[str, Any]]) -> None:
    """Who waited waits again, with her old rank."""
    for was in signups:
        signup = session.get_one(SignUp, was["id"])
        is_waiting = was["state"] in WAITING
        if is_waiting and signup.state == SignUpState.WITHDRAWN:
            with suppress(IntegrityError), session.begin_nested():
                signup.move(SignUpState(was["state"]))
                signup.withdrawn_at = None
