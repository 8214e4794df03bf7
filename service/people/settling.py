"""What two entries of one person cannot both have, before one of them goes: the rules of a merge, one function each.

Each writes into `Before` what it changed, so that undoing.py can change it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from service import outbox
from service.accounts.actions import end_sessions
from service.accounts.models import Account
from service.activities.models import Activity, Shift
from service.company.models import Bond
from service.courses import actions as courses
from service.courses.models import Enrolment
from service.events import ConsentWithdrawn
from service.partners.models import PartnerMember
from service.people.rules import further, higher, standing, sureness
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.signups.models import STANDING, SignUp
from service.skills.models import Skill
from service.teams.models import Membership
from service.terms import BondKind, ConsentPurpose, EnrolmentState, ReleaseReason, SignUpState
from service.volunteers.models import CalendarFeed, Volunteer
from service.watches.models import Watch


@dataclass(slots=True)
class Before:
    """What was so before: columns of rows by table and key; places given back, with their sign-ups; whose account."""

    changed: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    signups: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    stays: list[int] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, table: str, key: Any, **was: object) -> None:
        """Columns of a row are about to change."""
        self.changed.append({"table": table, "key": key, "was": was})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class BothHaveRoles(Exception):
    """Two accounts with roles: an administrator takes them back from one of them first."""


class KeepsNumber(Exception):
    """The account that stays has roles: its number stays too."""


def settle_places(session: Session, before: Before, *, kept_id: int, gone_id: int, now: datetime) -> None:
    """Of two places at one time the surer stays, then that of the entry that stays; the other is free for others.

    Those that have begun stay with whom they are: they are history.
    """
    hers, other = aliased(Assignment), aliased(Assignment)
    first, second = aliased(Shift), aliased(Shift)
    pairs = session.execute(
        select(hers, other)
        .join(other, or_(other.occupies.op("&&")(hers.occupies), other.shift_id == hers.shift_id))
        .join(first, first.id == hers.shift_id)
        .join(second, second.id == other.shift_id)
        .where(hers.volunteer_id == kept_id, other.volunteer_id == gone_id)
        .where(hers.state.in_(HOLDING), other.state.in_(HOLDING), first.starts_at > now, second.starts_at > now)
        .order_by(hers.id, other.id)
    ).all()
    for mine, theirs in pairs:
        if mine.state not in HOLDING or theirs.state not in HOLDING:
            continue
        is_surer = _sureness(theirs) > _sureness(mine)
        goes = mine if is_surer else theirs
        before.places.append({"id": goes.id, "state": str(goes.state)})
        roster.release(session, goes, reason=ReleaseReason.MERGED)
    session.flush()


def _sureness(place: Assignment) -> tuple[int, bool]:
    return sureness(place.state, is_stand_by=place.is_stand_by)


def settle_sign_ups(session: Session, before: Before, *, kept_id: int, gone_id: int, now: datetime) -> None:
    """Of two sign-ups for one shift the one that has come further stays, and with it her place in the queue."""
    hers, other = aliased(SignUp), aliased(SignUp)
    pairs = session.execute(
        select(hers, other)
        .join(other, other.shift_id == hers.shift_id)
        .join(Shift, Shift.id == hers.shift_id)
        .where(hers.volunteer_id == kept_id, other.volunteer_id == gone_id, Shift.starts_at > now)
        .where(hers.state.in_(STANDING), other.state.in_(STANDING))
        .order_by(hers.id)
    ).all()
    for mine, theirs in pairs:
        is_further = (_standing(session, theirs), -theirs.id) > (_standing(session, mine), -mine.id)
        goes = mine if is_further else theirs
        before.signups.append({"id": goes.id, "state": str(goes.state)})
        goes.move(SignUpState.WITHDRAWN)
        goes.withdrawn_at = now
    session.flush()


def _standing(session: Session, signup: SignUp) -> tuple[bool, int]:
    held = select(Assignment.id).where(Assignment.signup_id == signup.id, Assignment.state.in_(HOLDING)).limit(1)
    return standing(signup.state, has_place=session.scalar(held) is not None)


def settle_consents(session: Session, before: Before, *, kept: Volunteer, gone: Volunteer, now: datetime) -> None:
    """Her last word counts: what she took back last under either entry is taken back; else one agreement stands."""
    for purpose in ConsentPurpose:
        given = [one for one in (*kept.consents, *gone.consents) if one.purpose == purpose]
        stands = [one for one in given if one.withdrawn_at is None]
        refused = [one.withdrawn_at for one in given if one.withdrawn_at is not None]
        if not stands:
            continue
        if refused and max(refused) > max(one.given_at for one in stands):
            for one in stands:
                before.note("consent", one.id, withdrawn_at=None)
                one.withdrawn_at = max(refused)
                outbox.record(session, ConsentWithdrawn(one.id))
            continue
        for one in stands[1:]:
            before.note("consent", one.id, withdrawn_at=None)
            one.withdrawn_at = now
            before.stays.append(one.id)
    session.flush()


def settle_belongings(session: Session, before: Before, *, kept_id: int, gone_id: int, now: datetime) -> None:
    """In one team the higher role counts, of one skill the verification, in one organisation who leads its people; of
    two watches or calendar addresses one."""
    for mine, theirs in _pairs(session, Membership, "team_id", kept_id=kept_id, gone_id=gone_id):
        before.note("membership", mine.id, role=str(mine.role))
        mine.role = higher(mine.role, theirs.role)
    for mine, theirs in _pairs(session, Skill, "name", kept_id=kept_id, gone_id=gone_id):
        if mine.verified_at is None and theirs.verified_at is not None:
            before.note("skill", mine.id, verified_at=None, verified_by=None)
            mine.verified_at, mine.verified_by = theirs.verified_at, theirs.verified_by
    for mine, theirs in _pairs(session, PartnerMember, "partner_id", kept_id=kept_id, gone_id=gone_id):
        before.note("partner_member", [mine.partner_id, kept_id], is_lead=mine.is_lead)
        mine.is_lead = mine.is_lead or theirs.is_lead
    for mine, theirs in _pairs(session, Watch, "activity_id", kept_id=kept_id, gone_id=gone_id):
        if mine.closed_at is None and theirs.closed_at is None and mine.weekday == theirs.weekday:
            _close(before, theirs, now=now)
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.volunteer_id == gone_id))
    if feed is not None and feed.closed_at is None:
        _close(before, feed, now=now)
    session.flush()


def settle_bonds(session: Session, before: Before, *, kept_id: int, gone_id: int) -> None:
    """With whom she serves, or never does, goes along: a bond names the lower id first, so it is not merely moved.

    Where both entries are bound to somebody, the bond of the entry that stays counts, but who must not meet does not.
    """
    mine, theirs = ({_other(one, her): one for one in _bonds(session, her)} for her in (kept_id, gone_id))
    for other_id, bond in theirs.items():
        if other_id == kept_id:
            continue
        known = mine.get(other_id)
        if known is None:
            before.note("bond", bond.id, person_id=bond.person_id, other_id=bond.other_id)
            bond.person_id, bond.other_id = sorted((kept_id, other_id))
        elif bond.kind == BondKind.APART:
            before.note("bond", known.id, kind=str(known.kind))
            known.kind = BondKind.APART
    session.flush()


def _bonds(session: Session, volunteer_id: int) -> Sequence[Bond]:
    hers = or_(Bond.person_id == volunteer_id, Bond.other_id == volunteer_id)
    return session.scalars(select(Bond).where(hers).order_by(Bond.id)).all()


def _other(bond: Bond, her: int) -> int:
    return bond.other_id if bond.person_id == her else bond.person_id


def settle_courses(session: Session, *, kept_id: int, gone_id: int, account_id: int, now: datetime) -> None:
    """In one course she has one place: the one with which she came further. The other is free for who waits."""
    for mine, theirs in _pairs(session, Enrolment, "activity_id", kept_id=kept_id, gone_id=gone_id):
        if further(mine.state, theirs.state) and theirs.state == EnrolmentState.ENROLLED:
            mine.state, theirs.state = theirs.state, mine.state
            session.flush()
        activity = session.get_one(Activity, theirs.activity_id)
        courses.leave(session, activity, volunteer_id=gone_id, now=now, typed_by=account_id)


def settle_accounts(
    session: Session, before: Before, *, kept: Volunteer, gone: Volunteer, takes_number: bool, now: datetime
) -> None:
    """She logs in with one account: the one with roles, else that of the number that stays. The other is out of use.

    Raises BothHaveRoles, KeepsNumber.
    """
    rows = session.scalars(select(Account).where(Account.volunteer_id.in_((kept.id, gone.id))).with_for_update())
    by_person = {one.volunteer_id: one for one in rows}
    mine, theirs = by_person.get(kept.id), by_person.get(gone.id)
    if mine is not None and theirs is not None and mine.grants and theirs.grants:
        raise BothHaveRoles(f"accounts {mine.id} and {theirs.id} have roles")
    wanted = gone.phone_digest if takes_number else kept.phone_digest
    in_order = sorted(
        (one for one in (mine, theirs) if one is not None),
        key=lambda one: (bool(one.grants), one.phone_digest == wanted),
        reverse=True,
    )
    if not in_order:
        return
    stays, *others = in_order
    if stays.grants and stays.phone_digest in (kept.phone_digest, gone.phone_digest) and stays.phone_digest != wanted:
        raise KeepsNumber(f"account {stays.id} has roles")
    before.accounts = [{"id": one.id, "volunteer_id": one.volunteer_id, "is_out": one in others} for one in in_order]
    for one in others:
        one.volunteer_id = None
        one.disabled_at = one.disabled_at or now
        end_sessions(session, one)
    session.flush()
    stays.volunteer_id = kept.id
    session.flush()


def _pairs(session: Session, model: Any, same: str, *, kept_id: int, gone_id: int) -> list[tuple[Any, Any]]:
    """Rows of both entries about the same thing."""
    mine = session.scalars(select(model).where(model.volunteer_id == kept_id)).all()
    theirs = session.scalars(select(model).where(model.volunteer_id == gone_id)).all()
    return [(one, other) for one in mine for other in theirs if getattr(one, same) == getattr(other, same)]


def _close(before: Before, row: Watch | CalendarFeed, *, now: datetime) -> None:
    before.note(row.__tablename__, row.id, closed_at=None)
    row.closed_at = now
