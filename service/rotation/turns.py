"""What can be done about the turns: ask for a deal, make it, publish it, throw it away, go on with the days.

Nothing is seen by volunteers before `publish`. Every action locks the rotation first, then the people (lowest id
first), then the roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Shift
from service.events import TurnsPublished, TurnsRequested
from service.matching import drafts
from service.roster import actions as roster
from service.roster.models import Assignment
from service.rotation import queries, recording, standing_by
from service.rotation.building import build
from service.rotation.dealing import deal as deal_out
from service.rotation.models import Rotation, RotationDeal, RotationTurn
from service.terms import AssignmentState, DealState, ReleaseReason
from service.volunteers.queries import lock_all

#: Turns are dealt so far ahead; another stretch is dealt when a week of it has passed.
AHEAD, A_STRETCH = timedelta(days=28), timedelta(days=7)


class AlreadyClosed(Exception):
    """The rotation has been closed: nothing is dealt any more."""


class NotADraft(Exception):
    """The deal has been published, thrown away, replaced by a newer one, or is not made yet."""

    def __init__(self, state: DealState) -> None:
        super().__init__(f"this deal is {state}")
        self.state = state


def request(
    session: Session,
    rotation: Rotation,
    *,
    from_at: datetime,
    until_at: datetime,
    account_id: int | None,
    now: datetime,
    moves_offers: bool = False,
) -> RotationDeal:
    """Ask for the turns of the blocks that start in [from_at, until_at); requests at once are one, and widen it.

    With `moves_offers` whoever has been asked and has not answered may be passed over. Raises AlreadyClosed.
    """
    if rotation.closed_at is not None:
        raise AlreadyClosed(f"rotation {rotation.id} is closed")
    deal_id = session.scalars(
        insert(RotationDeal)
        .values(
            area_id=rotation.area_id,
            rotation_id=rotation.id,
            from_at=from_at,
            until_at=until_at,
            moves_offers=moves_offers,
            state=DealState.REQUESTED,
            requested_by=account_id,
            requested_at=now,
            is_proven=False,
            gaps=[],
            unmet=[],
            taken_back=[],
        )
        .on_conflict_do_update(
            index_elements=["rotation_id"],
            index_where=text("state = 'requested'"),
            set_={
                "from_at": func.least(RotationDeal.from_at, from_at),
                "until_at": func.greatest(RotationDeal.until_at, until_at),
                "moves_offers": RotationDeal.moves_offers | moves_offers,
            },
        )
        .returning(RotationDeal.id)
    ).one()
    outbox.record(session, TurnsRequested(deal_id))
    return session.get_one(RotationDeal, deal_id, populate_existing=True)


def deal(session: Session, *, deal_id: int, now: datetime) -> None:
    """Deal the turns that were asked for; an automatic rotation publishes them at once. Twice is harmless.

    Deals that nobody published give way. Raises BrokenDeal when the checker finds fault: then nothing is saved.
    """
    rotation, made = _locked(session, deal_id)
    if made.state != DealState.REQUESTED:
        return
    for earlier in queries.pending_deals(session, rotation.id):
        if earlier.id != made.id:
            earlier.move(DealState.DISCARDED)
    if rotation.closed_at is not None:
        made.move(DealState.DISCARDED)
        return
    built = build(session, rotation, made, now=now)
    dealt = deal_out(built.problem)
    recording.write(session, made, built, dealt, now=now)
    if built.beside is not None:
        recording.write_stand_bys(session, made, *standing_by.deal_after(built.beside, dealt), now=now)
    if rotation.is_automatic:
        publish(session, deal_id=made.id, account_id=None, now=now)


def publish(session: Session, *, deal_id: int, account_id: int | None, now: datetime) -> RotationDeal:
    """Ask everybody who has a turn in the deal. Publishing twice is harmless. Raises NotADraft.

    1. Lock everybody the deal concerns.
    2. Take back offers it passes over; those that were answered meanwhile stay.
    3. Make each turn an offer, all of one person one asking; one that no longer fits is kept with the reasons, and its
       place stays open.
    """
    rotation, made = _locked(session, deal_id)
    if made.state == DealState.PUBLISHED:
        return made
    if made.state != DealState.DRAFTED:
        raise NotADraft(made.state)
    turns = [
        row for row in queries.turns(session, made.id) if not row.RotationTurn.is_held and row.Shift.starts_at > now
    ]
    passed_over = _unanswered(session, made)
    lock_all(session, {row.RotationTurn.volunteer_id for row in turns} | {offer.volunteer_id for offer in passed_over})
    for offer in _unanswered(session, made):
        roster.release(session, offer, reason=ReleaseReason.REPLANNED)
    _offer(session, [(row.RotationTurn, row.Shift) for row in turns], now=now)
    made.move(DealState.PUBLISHED)
    made.published_at = now
    rotation.dealt_until = max(rotation.dealt_until, made.until_at)
    outbox.record(session, TurnsPublished(made.id))
    _note(session, "published_turns", made, account_id=account_id, now=now)
    return made


def _unanswered(session: Session, made: RotationDeal) -> list[Assignment]:
    """The offers the deal would take back, as far as nobody has answered them."""
    offers = select(Assignment).where(Assignment.id.in_(made.taken_back), Assignment.state == AssignmentState.OFFERED)
    fresh = offers.order_by(Assignment.shift_role_id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def _offer(session: Session, turns: Sequence[tuple[RotationTurn, Shift]], *, now: datetime) -> None:
    made = {
        turn.id: Assignment(
            area_id=shift.area_id,
            shift_id=shift.id,
            shift_role_id=turn.shift_role_id,
            volunteer_id=turn.volunteer_id,
            state=AssignmentState.DRAFTED,
            is_stand_by=turn.is_stand_by,
            occupies=roster.occupied(shift),
            assigned_at=now,
        )
        for turn, shift in turns
    }
    session.add_all(made.values())
    session.flush()
    skipped = drafts.offer_all(session, made.values(), now=now)
    reasons = {(one.person_id, one.opening_id): one.blockers for one in skipped}
    for turn, _shift in turns:
        turn.assignment_id = made[turn.id].id
        turn.refused = [str(one.code) for one in reasons.get((turn.volunteer_id, turn.shift_role_id), ())]


def discard(session: Session, *, deal_id: int, account_id: int | None, now: datetime) -> RotationDeal:
    """Throw a deal away; nobody has heard of it. Twice is harmless. Raises NotADraft when it was published."""
    _rotation, made = _locked(session, deal_id)
    if made.state == DealState.PUBLISHED:
        raise NotADraft(made.state)
    if made.state != DealState.DISCARDED:
        made.move(DealState.DISCARDED)
        _note(session, "discarded_turns", made, account_id=account_id, now=now)
    return made


def extend(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Have the turns of the days that came near dealt, of some rotations that are behind; how many.

    Another worker's are passed over, and one whose turns wait to be looked at waits, too.
    """
    behind = queries.behind(session, before=now + AHEAD - A_STRETCH, limit=limit)
    for rotation in behind:
        from_at = max(rotation.dealt_until, now)
        request(session, rotation, from_at=from_at, until_at=now + AHEAD, account_id=None, now=now)
    return len(behind)


def locked(session: Session, rotation_id: int) -> Rotation:
    """The rotation, locked until the transaction ends."""
    return session.scalars(
        select(Rotation).where(Rotation.id == rotation_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _locked(session: Session, deal_id: int) -> tuple[Rotation, RotationDeal]:
    rotation_id = session.scalars(select(RotationDeal.rotation_id).where(RotationDeal.id == deal_id)).one()
    return locked(session, rotation_id), session.scalars(
        select(RotationDeal)
        .where(RotationDeal.id == deal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _note(session: Session, verb: str, made: RotationDeal, *, account_id: int | None, now: datetime) -> None:
    subject = ("rotation", made.rotation_id)
    audit.note(session, verb=verb, subject=subject, account_id=account_id, area_id=made.area_id, now=now)
