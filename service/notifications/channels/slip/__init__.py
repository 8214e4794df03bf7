"""Slip (纸条): the message on paper, for somebody who reads no screen. A coordinator prints it, somebody carries it.

The slip is a row of the database with the notification's id as its unique key: sent twice, it is printed once.
"""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from service.db import transaction
from service.notifications.channels import ChannelError, Message
from service.notifications.models import Slip

REPEATS_SAFELY = True


def send(message: Message) -> None:
    """Put it among the area's slips to print. Raises ChannelError for somebody who belongs to no area."""
    if message.to.volunteer_id is None or message.area_id is None:
        raise ChannelError("only a volunteer of an area gets slips", permanent=True)
    starts = [duty.starts_at for duty in message.text.duties]
    with transaction() as session:
        session.execute(
            insert(Slip)
            .values(
                area_id=message.area_id,
                notification_id=message.notification_id,
                volunteer_id=message.to.volunteer_id,
                title=message.text.title,
                words=message.text.body,
                link=message.text.link,
                needed_by=min(starts, default=None),
            )
            .on_conflict_do_nothing(index_elements=["notification_id"])
        )
