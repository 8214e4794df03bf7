"""How fast each bot may speak. The truth is a row, so that it holds over all workers, and over their restarts.

One message a spacing keeps both what a vendor allows a minute and what it allows a second; a burst would save
nothing that matters to a group. In real time: vendors know nothing of our virtual clock.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from service.db import transaction
from service.notifications.models import ChatGroup
from service.terms import Channel

#: WeCom and DingTalk allow 20 messages a minute, Feishu 100 a minute and 5 a second. A little is left over, since
#: nobody knows when a vendor's minute begins, and DingTalk silences a bot for ten minutes that speaks too often.
SPACING = {
    Channel.WECOM: timedelta(seconds=3.2),
    Channel.DINGTALK: timedelta(seconds=3.2),
    Channel.FEISHU: timedelta(seconds=0.7),
}
#: Somebody else took the turn this moment.
SHORTEST = timedelta(milliseconds=100)
_REAL = func.clock_timestamp()


def take(group_id: int, channel: Channel) -> timedelta | None:
    """Take the bot's turn; None when it is ours, else how long to wait before asking again."""
    free = update(ChatGroup).where(ChatGroup.id == group_id, ChatGroup.next_at <= _REAL)
    with transaction() as session:
        taken = session.scalar(free.values(next_at=_REAL + SPACING[channel]).returning(ChatGroup.id))
        if taken is not None:
            return None
        next_at, now = session.execute(select(ChatGroup.next_at, _REAL).where(ChatGroup.id == group_id)).one()
        wait: timedelta = next_at - now
        return max(wait, SHORTEST)


def hold(group_id: int, silence: timedelta) -> None:
    """The vendor wants silence: nothing more goes to this group before it is over."""
    with transaction() as session:
        session.execute(update(ChatGroup).where(ChatGroup.id == group_id).values(next_at=_REAL + silence))
