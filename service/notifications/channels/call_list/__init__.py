"""Call list: a coordinator telephones, or knocks at the door, and reads the message out.

The line is a row of the database with the notification's id as its unique key: sent twice, it stands there once.
"""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from service.db import transaction
from service.language import _
from service.notifications.channels import ChannelError, Message
from service.notifications.models import Call
from service.terms import NotificationKind

REPEATS_SAFELY = True


def send(message: Message) -> None:
    """Put the call on the area's list. Raises ChannelError for somebody who belongs to no area."""
    if message.to.volunteer_id is None or message.area_id is None:
        raise ChannelError("only a volunteer of an area can be called", permanent=True)
    with transaction() as session:
        session.execute(
            insert(Call)
            .values(
                area_id=message.area_id,
                notification_id=message.notification_id,
                volunteer_id=message.to.volunteer_id,
                script=script(message),
            )
            .on_conflict_do_nothing(index_elements=["notification_id"])
        )


def script(message: Message) -> str:
    """What the caller reads aloud."""
    opening = _("您好，这里是{community}。", community=message.text.community)
    asking = _("请问您能来吗？") if message.kind == NotificationKind.PLACE_OFFERED else _("您听清楚了吗？")
    return f"{opening}{message.text.body}\n{asking}"
