"""Two entries of one person become one, in one transaction; what is kept of it, until it can be undone no more."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.backfill import answering as invited
from service.backfill.models import Invitation
from service.events import VolunteersMerged
from service.people import ahead as before_her
from service.people import settling
from service.people.models import Apart, Merge
from service.people.references import move, references
from service.people.rules import FACTS, taken
from service.people.settling import Before
from service.people.twins import merge_of
from service.rotation import pool
from service.swaps import answering as swapped
from service.swaps.actions import SwapIsOver
from service.swaps.models import SwapAsking
from service.terms import InvitationState
from service.volunteers.models import EmergencyContact, Volunteer
from service.volunteers.queries import lock_all
from service.volunteers.rules import spelled

#: So long a merge can be undone.
UNDO = timedelta(hours=24)
#: So long after a merge rows may still arrive that were being written meanwhile.
STRAGGLE = timedelta(hours=1)
PHONE_COLUMNS = ("phone_sealed", "phone_digest", "phone_tail")


class NotTwo(Exception):
    """Nobody is merged with herself, nor with an entry that is gone already."""


def facts_of(person: Volunteer) -> dict[str, Any]:
    """The facts of which one or the other stays; `phone` is what the number is told apart by."""
    return {name: person.phone_digest if name == "phone" else getattr(person, name) for name in FACTS}


def merge(
    session: Session, *, kept_id: int, gone_id: int, chosen: Sequence[str], account_id: int, now: datetime
) -> Merge:
    """`gone_id` becomes `kept_id`; `chosen` are the facts (rules.FACTS) to be taken from the entry that goes.

    1. Who is in one pool of a rotation twice leaves it once: a rotation's row is locked before people.
    2. Lock both people, and those whose places they were asked to take, lowest id first.
    3. Settle what both cannot have (settling.py).
    4. Let everything that refers to the one refer to the other (references.py); what cannot, stays behind.
    5. Take over the facts; the entry that goes has no number any more and has left.

    Twice is harmless. Raises NotTwo, BothHaveRoles, KeepsNumber.
    """
    if (known := merge_of(session, gone_id)) is not None and known.kept_id == kept_id:
        return known
    _leave_twice(session, kept_id=kept_id, gone_id=gone_id, account_id=account_id, now=now)
    askings = [*before_her.askings(session, kept_id), *before_her.askings(session, gone_id)]
    lock_all(session, {kept_id, gone_id, *(holder for _, holder in askings)})
    kept, gone = (session.get_one(Volunteer, one, populate_existing=True) for one in (kept_id, gone_id))
    if kept_id == gone_id or any(merge_of(session, one) for one in (kept_id, gone_id)):
        raise NotTwo(f"{kept_id} and {gone_id} are not two people any more")
    before = _settled(session, kept, gone, askings, chosen=chosen, account_id=account_id, now=now)
    made = Merge(
        area_id=kept.area_id,
        kept_id=kept_id,
        gone_id=gone_id,
        account_id=account_id,
        merged_at=now,
        undo_until=now + UNDO,
        moved=_moved(session, kept_id=kept_id, gone_id=gone_id, before=before),
        before=before.as_json(),
    )
    session.add(made)
    session.flush()
    outbox.record(session, VolunteersMerged(made.id))
    _note(session, "merged_people", made, account_id=account_id, now=now)
    session.expire_all()
    return made


def _settled(
    session: Session,
    kept: Volunteer,
    gone: Volunteer,
    askings: Sequence[Any],
    *,
    chosen: Sequence[str],
    account_id: int,
    now: datetime,
) -> Before:
    before, both = Before(), {"kept_id": kept.id, "gone_id": gone.id}
    takes = taken(facts_of(kept), facts_of(gone), chosen=chosen)
    settling.settle_accounts(session, before, kept=kept, gone=gone, takes_number="phone" in takes, now=now)
    _answer(session, kept.id, gone.id, askings, account_id=account_id, now=now)
    settling.settle_places(session, before, **both, now=now)
    settling.settle_sign_ups(session, before, **both, now=now)
    settling.settle_consents(session, before, kept=kept, gone=gone, now=now)
    settling.settle_belongings(session, before, **both, now=now)
    settling.settle_bonds(session, before, **both)
    settling.settle_courses(session, **both, account_id=account_id, now=now)
    _take_facts(session, before, kept, gone, takes=takes, now=now)
    return before


def _leave_twice(session: Session, *, kept_id: int, gone_id: int, account_id: int, now: datetime) -> None:
    """Who takes turns under both entries takes them under one."""
    kept = {rotation.id for _member, rotation, _activity in before_her.pools(session, kept_id)}
    for member, rotation, _activity in before_her.pools(session, gone_id):
        if rotation.id in kept and kept_id != gone_id:
            pool.leave(session, member, account_id=account_id, now=now)


def _answer(
    session: Session, kept_id: int, gone_id: int, askings: Sequence[Any], *, account_id: int, now: datetime
) -> None:
    """She is not asked twice for one thing, nor to take her own place."""
    kept_swaps = set(session.scalars(select(SwapAsking.swap_id).where(SwapAsking.volunteer_id == kept_id)))
    for asking_id, holder_id in askings:
        asking = session.get_one(SwapAsking, asking_id)
        is_second = asking.volunteer_id == gone_id and asking.swap_id in kept_swaps
        if is_second or holder_id in (kept_id, gone_id):
            with suppress(SwapIsOver):
                swapped.decline(session, swap_asking_id=asking_id, now=now, answered_by=account_id)
    kept_searches = select(Invitation.backfill_id).where(Invitation.volunteer_id == kept_id)
    twice = select(Invitation.id).where(
        Invitation.volunteer_id == gone_id,
        Invitation.state == InvitationState.ASKED,
        Invitation.backfill_id.in_(kept_searches),
    )
    for invitation_id in session.scalars(twice.order_by(Invitation.id)).all():
        invited.decline(session, invitation_id=invitation_id, now=now, answered_by=account_id)
    session.flush()


def _take_facts(
    session: Session, before: Before, kept: Volunteer, gone: Volunteer, *, takes: Sequence[str], now: datetime
) -> None:
    columns = [*(name for name in takes if name != "phone"), "tags", "steps_in", "pinyin", "initials"]
    phones = {name: getattr(gone, name) for name in PHONE_COLUMNS}
    before.facts = {
        "kept": {name: plain(getattr(kept, name)) for name in (*columns, *PHONE_COLUMNS)},
        "gone": {name: plain(value) for name, value in phones.items()},
        "left_at": plain(gone.left_at),
        "takes": list(takes),
    }
    gone.left_at = gone.left_at or now
    for name in PHONE_COLUMNS:
        setattr(gone, name, None)
    session.flush()
    for name in takes:
        for one in PHONE_COLUMNS if name == "phone" else (name,):
            setattr(kept, one, phones[one] if name == "phone" else getattr(gone, one))
    kept.tags = list(dict.fromkeys((*kept.tags, *gone.tags)))
    kept.steps_in = kept.steps_in and gone.steps_in
    kept.pinyin, kept.initials = spelled(kept.name)
    session.flush()


def _moved(session: Session, *, kept_id: int, gone_id: int, before: Before) -> dict[str, list[dict[str, Any]]]:
    """The rows that refer to another entry now, by `table.column`."""
    session.flush()
    found = {
        one.name: move(session, one, of=gone_id, to=kept_id, but=before.stays if one.table == "consent" else ())
        for one in references(session)
    }
    return {name: keys for name, keys in found.items() if keys}


def follow(session: Session, *, now: datetime) -> int:
    """Rows written for an entry while it went are taken along; how many. For a sweep."""
    fresh = select(Merge).where(Merge.undone_at.is_(None), Merge.merged_at > now - STRAGGLE)
    count = 0
    for one in session.scalars(fresh.order_by(Merge.id).with_for_update(skip_locked=True)).all():
        stays = Before(stays=one.before.get("stays", []))
        more = _moved(session, kept_id=one.kept_id, gone_id=one.gone_id, before=stays)
        count += sum(map(len, more.values()))
        one.moved = {name: [*one.moved.get(name, []), *more.get(name, [])] for name in {**one.moved, **more}}
    session.flush()
    return count


def forget(session: Session, *, now: datetime, limit: int = 100) -> int:
    """When the time to undo is over, nothing is kept of the entry that went but that it was; how many. For a sweep."""
    over = select(Merge).where(Merge.undone_at.is_(None), Merge.forgotten_at.is_(None), Merge.undo_until <= now)
    rows = session.scalars(over.order_by(Merge.id).limit(limit).with_for_update(skip_locked=True)).all()
    for one in rows:
        blank(session, one, now=now)
    return len(rows)


def blank(session: Session, merge: Merge, *, now: datetime) -> None:
    """Nothing of the entry that went is kept any more: the merge stands."""
    merge.moved, merge.before, merge.forgotten_at = {}, {}, now
    gone = session.get_one(Volunteer, merge.gone_id)
    gone.name, gone.pinyin, gone.initials, gone.tags = MERGED_NAME, "", "", []
    gone.birth_on = gone.email = None
    session.execute(delete(EmergencyContact).where(EmergencyContact.volunteer_id == gone.id))
    session.flush()


#: What stands where an entry was.
MERGED_NAME = "已合并"


def say_apart(session: Session, *, one_id: int, other_id: int, account_id: int, now: datetime) -> None:
    """They look alike and are two people: not to be suggested again. Twice is harmless."""
    low, high = sorted((one_id, other_id))
    if session.get(Apart, (low, high)) is None:
        session.add(Apart(low_id=low, high_id=high, account_id=account_id, said_at=now))
        session.flush()
        audit.note(
            session,
            verb="told_apart",
            subject=("volunteer", low),
            account_id=account_id,
            area_id=session.get_one(Volunteer, low).area_id,
            now=now,
            other_id=high,
        )


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | datetime) else value


def _note(session: Session, verb: str, made: Merge, *, account_id: int, now: datetime) -> None:
    audit.note(
        session,
        verb=verb,
        subject=("volunteer", made.kept_id),
        account_id=account_id,
        area_id=made.area_id,
        now=now,
        gone_id=made.gone_id,
        rows=sum(map(len, made.moved.values())),
    )
