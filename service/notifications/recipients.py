"""Who gets each message, and how she can be reached: read for a whole batch, as the rows are at sending time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import secrets
from service.accounts.models import Account
from service.db import one_of
from service.language import SOURCE, offered
from service.notifications import habits
from service.notifications.leasing import Leased
from service.notifications.models import ChatGroup
from service.notifications.ways import Choices
from service.terms import Channel, ConsentPurpose
from service.volunteers.models import Consent, Volunteer
from service.volunteers.queries import PHONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What speaks in a group: over which channel, with what sealed token, perhaps signed with a sealed secret."""

    group_id: int
    channel: Channel
    token_sealed: bytes
    secret_sealed: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One person, as a volunteer, as an account, or as nothing but a telephone number; or a group, by its bot."""

    name: str = ""
    volunteer_id: int | None = None
    phone_sealed: bytes | None = None
    email: str | None = None
    own_channel: Channel | None = None
    language: str = SOURCE
    wants_reminders: bool = True
    choices: Choices = field(default_factory=Choices)
    bot: Bot | None = None

    @cached_property
    def phone(self) -> str | None:
        """Her number (E.164), deciphered only when a channel asks for it."""
        return secrets.unseal(self.phone_sealed) if self.phone_sealed else None


def recipients(session: Session, notifications: Sequence[Leased]) -> dict[int, Recipient]:
    """The recipient of each notification, by its id."""
    volunteers = _volunteers(session, {n.volunteer_id for n in notifications if n.volunteer_id is not None})
    accounts = _accounts(session, {n.account_id for n in notifications if n.account_id is not None})
    numbers = _numbers(session, {n.phone_sealed for n in notifications if n.phone_sealed is not None})
    groups = _groups(session, {n.group_id for n in notifications if n.group_id is not None})
    found = {}
    for n in notifications:
        if n.volunteer_id is not None:
            found[n.id] = volunteers[n.volunteer_id]
        elif n.account_id is not None:
            found[n.id] = accounts[n.account_id]
        elif n.phone_sealed is not None:
            found[n.id] = numbers[n.phone_sealed]
        elif n.group_id is not None:
            found[n.id] = groups[n.group_id]
    return found


def _volunteers(session: Session, ids: Collection[int]) -> dict[int, Recipient]:
    # Named once more: asked of each person by herself, the planner would rather read everybody's.
    agreed = (
        select(Consent.volunteer_id)
        .where(one_of(Consent.volunteer_id, ids), Consent.withdrawn_at.is_(None))
        .where(Consent.purpose == ConsentPurpose.REMINDERS)
    )
    chosen = habits.of_volunteers(session, ids)
    rows = session.execute(
        select(
            Volunteer.id,
            Volunteer.name,
            Volunteer.phone_sealed,
            Volunteer.email,
            Volunteer.channel,
            Volunteer.language,
            Volunteer.id.in_(agreed).label("wants_reminders"),
        ).where(one_of(Volunteer.id, ids))
    )
    return {
        volunteer_id: Recipient(
            name=name,
            volunteer_id=volunteer_id,
            phone_sealed=phone_sealed,
            email=email,
            own_channel=channel,
            language=_spoken(language),
            wants_reminders=wants_reminders,
            choices=chosen.get(volunteer_id, Choices()),
        )
        for volunteer_id, name, phone_sealed, email, channel, language, wants_reminders in rows
    }


def _spoken(short: str) -> str:
    """The language for somebody who prefers `short` (zh, en): Chinese as long as there is no catalogue for hers."""
    return short if short in offered() else SOURCE


def _accounts(session: Session, ids: Collection[int]) -> dict[int, Recipient]:
    rows = session.execute(
        select(Account, Volunteer.email, Volunteer.channel)
        .outerjoin(Volunteer, Volunteer.id == Account.volunteer_id)
        .where(Account.id.in_(ids))
    )
    chosen = habits.of_accounts(session, ids)
    return {
        account.id: Recipient(
            name=account.name,
            phone_sealed=account.phone_sealed,
            email=email,
            own_channel=channel,
            choices=chosen.get(account.id, Choices()),
        )
        for account, email, channel in rows
    }


def _groups(session: Session, ids: Collection[int]) -> dict[int, Recipient]:
    """Groups; one that was closed meanwhile has no bot any more, and so no way to be reached."""
    rows = session.scalars(select(ChatGroup).where(ChatGroup.id.in_(ids))) if ids else ()
    return {
        group.id: Recipient(
            name=group.name,
            bot=None
            if group.closed_at
            else Bot(
                group_id=group.id,
                channel=Channel(group.channel),
                token_sealed=group.token_sealed,
                secret_sealed=group.secret_sealed,
            ),
        )
        for group in rows
    }


def _numbers(session: Session, sealed: Iterable[bytes]) -> dict[bytes, Recipient]:
    """Bare numbers. If somebody is registered with one, her e-mail address serves as well."""
    digests = {one: _digest(one) for one in sealed}
    owners = session.execute(
        select(Volunteer.phone_digest, Volunteer.email).where(
            Volunteer.phone_digest.in_(filter(None, digests.values()))
        )
    )
    emails = dict(owners.all())
    return {one: Recipient(phone_sealed=one, email=emails.get(digest)) for one, digest in digests.items()}


def _digest(sealed: bytes) -> bytes | None:
    """None for a number nobody can read any more: that is its own message's trouble, not the batch's."""
    with suppress(secrets.Undecipherable):
        return secrets.digest(secrets.unseal(sealed), purpose=PHONE)
    return None
