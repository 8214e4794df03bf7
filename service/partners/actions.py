"""What can be done about partners: register one, look at its number, say who belongs to it, share an activity."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.activities.models import Activity, ActivityRole
from service.db import refusing
from service.events import CoHostAnswered, CoHostAsked
from service.partners.models import CoHost, CoHostRole, Partner, PartnerMember
from service.terms import CoHostState, PartnerKind


class AlreadyPartner(Exception):
    """The area has an organisation of this name."""


class AlreadyCoHost(Exception):
    """It holds this activity already, or was asked to."""


class KnownToNobody(Exception):
    """The activity is an unannounced check: no other organisation may hear of it."""


def register(
    session: Session,
    *,
    area_id: int,
    kind: PartnerKind,
    name: str,
    contact_name: str,
    phone: str | None,
    account_id: int | None,
    now: datetime,
) -> Partner:
    """An organisation stands by an area from now on. `phone` (E.164) is sealed. Raises AlreadyPartner."""
    partner = Partner(
        area_id=area_id,
        kind=kind,
        name=name,
        contact_name=contact_name,
        phone_sealed=secrets.seal(phone) if phone else None,
        account_id=account_id,
        registered_at=now,
    )
    with refusing(session, "uq_partner_area_id_name", AlreadyPartner(f"area {area_id} has a partner {name}")):
        session.add(partner)
    audit.note_about(session, "registered_partner", partner, account_id=account_id, now=now)
    return partner


def change_contact(
    session: Session,
    partner: Partner,
    *,
    contact_name: str,
    phone: str | None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Another person to turn to. Without `phone` the number stays."""
    partner.contact_name = contact_name
    if phone:
        partner.phone_sealed = secrets.seal(phone)
    session.flush()
    audit.note_about(session, "changed_partner_contact", partner, account_id=account_id, now=now)


def end(session: Session, partner: Partner, *, account_id: int | None, now: datetime) -> None:
    """It stands by the area no more, and sees no part any more. Twice is harmless."""
    if partner.ended_at is None:
        partner.ended_at = now
        session.flush()
        audit.note_about(session, "ended_partner", partner, account_id=account_id, now=now)


def look_at_phone(session: Session, partner: Partner, *, account_id: int | None, now: datetime, why: str) -> str | None:
    """The number of the person to turn to, in full; the look is audited."""
    audit.note_about(session, "looked_at_partner_phone", partner, account_id=account_id, now=now, why=why)
    return secrets.unseal(partner.phone_sealed) if partner.phone_sealed else None


def admit(
    session: Session, partner: Partner, *, volunteer_id: int, is_lead: bool, account_id: int | None, now: datetime
) -> None:
    """A person belongs to it; as its lead, or no longer so, where she does already."""
    session.merge(PartnerMember(partner_id=partner.id, volunteer_id=volunteer_id, is_lead=is_lead))
    session.flush()
    audit.note_about(session, "admitted_to_partner", partner, account_id=account_id, now=now, volunteer_id=volunteer_id)


def dismiss(session: Session, partner: Partner, *, volunteer_id: int, account_id: int | None, now: datetime) -> bool:
    """She belongs to it no more; whether she did."""
    gone = session.execute(
        delete(PartnerMember)
        .where(PartnerMember.partner_id == partner.id, PartnerMember.volunteer_id == volunteer_id)
        .returning(PartnerMember.volunteer_id)
    ).first()
    if gone is not None:
        audit.note_about(
            session, "dismissed_from_partner", partner, account_id=account_id, now=now, volunteer_id=volunteer_id
        )
    return gone is not None


def share(
    session: Session,
    activity: Activity,
    *,
    role_ids: Collection[int],
    account_id: int | None,
    now: datetime,
    team_id: int | None = None,
    partner_id: int | None = None,
    is_asked: bool = True,
) -> CoHost:
    """A team or an organisation is asked to hold the activity too, and to provide people for these of its roles.

    Roles of other activities are passed over. Without `is_asked` it is asked once the activity is published. Raises
    AlreadyCoHost, and KnownToNobody for an unannounced check.
    """
    if activity.reveal_before is not None:
        raise KnownToNobody(f"nobody else may know of activity {activity.id}")
    co_host = CoHost(activity_id=activity.id, team_id=team_id, partner_id=partner_id, account_id=account_id)
    with refusing(session, "uq_co_host", AlreadyCoHost(f"activity {activity.id} has this co-host")):
        session.add(co_host)
    own = session.scalars(
        select(ActivityRole.id).where(ActivityRole.activity_id == activity.id, ActivityRole.id.in_(role_ids))
    )
    provide(session, co_host, role_ids=own)
    if is_asked:
        ask(session, co_host, account_id=account_id, now=now)
    return co_host


def ask(session: Session, co_host: CoHost, *, account_id: int | None, now: datetime) -> None:
    """Ask whether it will, for the first time or once more after a no. Raises ForbiddenMove."""
    co_host.move(CoHostState.ASKED)
    co_host.account_id, co_host.asked_at, co_host.answered_at, co_host.answered_by = account_id, now, None, None
    co_host.reason = ""
    session.flush()
    outbox.record(session, CoHostAsked(co_host.id))
    activity = session.get_one(Activity, co_host.activity_id)
    _note_shared(session, "asked_to_co_host", activity, co_host, account_id=account_id, now=now)


def ask_all(session: Session, *, activity_id: int, now: datetime) -> None:
    """The activity is published: ask those that nobody has asked yet. Twice is harmless."""
    waiting = select(CoHost).where(CoHost.activity_id == activity_id, CoHost.state == CoHostState.TO_ASK)
    for co_host in session.scalars(waiting.order_by(CoHost.id).with_for_update()):
        ask(session, co_host, account_id=co_host.account_id, now=now)


def answer(
    session: Session, co_host: CoHost, *, is_yes: bool, account_id: int | None, now: datetime, reason: str = ""
) -> None:
    """A lead of the co-host, or its coordinator, says yes or no; a yes can be taken back. Raises ForbiddenMove.

    `co_host` is locked (queries.asking_seen).
    """
    co_host.move(CoHostState.ACCEPTED if is_yes else CoHostState.DECLINED)
    co_host.answered_at, co_host.answered_by, co_host.reason = now, account_id, "" if is_yes else reason.strip()
    session.flush()
    outbox.record(session, CoHostAnswered(co_host.id))
    activity = session.get_one(Activity, co_host.activity_id)
    verb = "accepted_to_co_host" if is_yes else "declined_to_co_host"
    _note_shared(session, verb, activity, co_host, account_id=account_id, now=now)


def provide(session: Session, co_host: CoHost, *, role_ids: Iterable[int]) -> None:
    """These are roles it provides people for, roles of its activity."""
    session.add_all(CoHostRole(co_host_id=co_host.id, activity_role_id=role_id) for role_id in role_ids)
    session.flush()


def part_ways(session: Session, co_host: CoHost, *, account_id: int | None, now: datetime) -> None:
    """It holds the activity no more. Its people keep their places."""
    activity = session.get_one(Activity, co_host.activity_id)
    _note_shared(session, "stopped_sharing_activity", activity, co_host, account_id=account_id, now=now)
    session.delete(co_host)
    session.flush()


def look_at_part(session: Session, co_host: CoHost, *, account_id: int, now: datetime) -> None:
    """Somebody of a co-host reads the names of its people: written down with the activity."""
    activity = session.get_one(Activity, co_host.activity_id)
    _note_shared(session, "looked_at_part", activity, co_host, account_id=account_id, now=now)


def _note_shared(
    session: Session, verb: str, activity: Activity, co_host: CoHost, *, account_id: int | None, now: datetime
) -> None:
    audit.note_about(
        session, verb, activity, account_id=account_id, now=now, team_id=co_host.team_id, partner_id=co_host.partner_id
    )
