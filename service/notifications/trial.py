"""A message to whoever wants to know whether a channel works: sent at once, and told what came of it.

It is written nowhere but in the audit: nothing waits for it, nothing follows from it, and it is tried once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.accounts.models import Account
from service.calendars.rules import local
from service.language import SOURCE, _
from service.notifications import channels
from service.notifications.channels import ChannelError, Message, NotYet
from service.notifications.models import ChatGroup
from service.notifications.recipients import Bot, Recipient
from service.notifications.samples import sample
from service.notifications.writing import write
from service.terms import Channel, NotificationKind
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one: sent; or refused for good, or for now, perhaps with a time to wait. `error` as it was said."""

    channel: Channel
    is_sent: bool
    error: str = ""
    is_permanent: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who tries, and in whose name the message goes out: an area's, with its landline."""

    account_id: int
    area_id: int
    community: str
    landline: str


def herself(session: Session, account_id: int, *, language: str = SOURCE) -> Recipient:
    """The one who tries, at her own number and address."""
    account, email = session.execute(
        select(Account, Volunteer.email)
        .outerjoin(Volunteer, Volunteer.id == Account.volunteer_id)
        .where(Account.id == account_id)
    ).one()
    return Recipient(name=account.name, phone_sealed=account.phone_sealed, email=email, language=language)


def a_group(group: ChatGroup) -> Recipient:
    """A group, by its bot."""
    bot = Bot(
        group_id=group.id,
        channel=Channel(group.channel),
        token_sealed=group.token_sealed,
        secret_sealed=group.secret_sealed,
    )
    return Recipient(name=group.name, bot=bot)


def send_trial(
    session: Session, *, channel: Channel, kind: NotificationKind, to: Recipient, by: Sender, now: datetime
) -> Trial:
    """Send one sample of this kind over the channel, and say what came of it. The try is audited whatever comes of it.

    Its title says that it is a trial: whoever reads along in a group is not called to a shift that does not exist.
    """
    about = sample(kind, community=by.community, landline=by.landline, now=now, title=_("测试，请不用理会"))
    message = Message(
        key=f"trial:{by.account_id}:{token_hex(6)}",
        day=local(now).date(),
        notification_id=0,
        area_id=by.area_id,
        kind=kind,
        to=to,
        text=write(kind, about, to=to, now=now),
    )
    made = _try(channel, message)
    audit.note(
        session,
        verb="tried_channel",
        subject=("channel", to.bot.group_id if to.bot else None),
        account_id=by.account_id,
        area_id=by.area_id,
        now=now,
        channel=channel,
        kind=kind,
        is_sent=made.is_sent,
    )
    return made


def _try(channel: Channel, message: Message) -> Trial:
    tried = Trial(channel=channel, is_sent=True)
    try:
        channels.sender(channel).send(message)
    except NotYet as early:
        return replace(tried, is_sent=False, wait=early.wait)
    except ChannelError as error:
        return replace(tried, is_sent=False, error=str(error), is_permanent=error.is_permanent, wait=error.wait)
    return tried
