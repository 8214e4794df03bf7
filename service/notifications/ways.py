"""Pure rules about how a message reaches a person: what she chose, which channel comes next, when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from service.terms import Channel, NotificationKind, Topic

#: What goes on the coordinator's call list whatever the person's own channel is. It wakes nobody: who calls decides.
BY_TELEPHONE = (NotificationKind.SUBSTITUTE_CALL, NotificationKind.OFFER_CALL)

#: What is read out, carried or looked at by somebody who is not its reader, or later: nothing for a login code.
BY_SOMEBODY = (Channel.CALL_LIST, Channel.SLIP, Channel.INBOX)

#: What a group can hear. It is for everybody who reads along: no names stand in it.
FOR_GROUPS = (NotificationKind.GROUP_GAP, NotificationKind.GROUP_FREE_PLACE)

#: What is said to who has an appointment: a telephone number, that has no page to choose on.
OF_VISITORS = (
    NotificationKind.APPOINTMENT_BOOKED,
    NotificationKind.APPOINTMENT_MOVED,
    NotificationKind.APPOINTMENT_OFF,
)

#: What each kind is about. Login codes, what is asked by telephone, what groups and visitors hear are nobody's to
#: choose.
TOPICS: Mapping[NotificationKind, Topic] = {
    NotificationKind.REMINDER: Topic.REMINDERS,
    NotificationKind.COURSE_DAY: Topic.REMINDERS,
    NotificationKind.SIGN_UP_RECEIVED: Topic.OFFERS,
    NotificationKind.SIGN_UP_CONFIRMED: Topic.OFFERS,
    NotificationKind.SIGN_UP_WAITLISTED: Topic.OFFERS,
    NotificationKind.SIGN_UP_WITHDRAWN: Topic.OFFERS,
    NotificationKind.SIGN_UP_DECLINED: Topic.OFFERS,
    NotificationKind.STANDING_BY: Topic.OFFERS,
    NotificationKind.PLACE_OFFERED: Topic.OFFERS,
    NotificationKind.COURSE_PLACE: Topic.OFFERS,
    NotificationKind.PLACE_RELEASED: Topic.CHANGES,
    NotificationKind.SHIFT_CANCELLED: Topic.CHANGES,
    NotificationKind.SHIFT_MOVED: Topic.CHANGES,
    NotificationKind.SHIFT_AT_RISK: Topic.CHANGES,
    NotificationKind.SHIFT_GOES_AHEAD: Topic.CHANGES,
    NotificationKind.RISK_CHANGED: Topic.CHANGES,
    NotificationKind.SHIFT_TOO_HOT: Topic.CHANGES,
    NotificationKind.SHIFT_HEAT_OVER: Topic.CHANGES,
    NotificationKind.SWAP_DONE: Topic.CHANGES,
    NotificationKind.SWAP_OFF: Topic.CHANGES,
    NotificationKind.SUBSTITUTE_WANTED: Topic.ASKINGS,
    NotificationKind.SWAP_WANTED: Topic.ASKINGS,
    NotificationKind.PLACE_FREE: Topic.FREE_PLACES,
    NotificationKind.SWAP_TO_APPROVE: Topic.DESK,
    NotificationKind.GAP_OPENED: Topic.DESK,
    NotificationKind.NOT_THERE: Topic.DESK,
    NotificationKind.CO_HOST_ASKED: Topic.DESK,
    NotificationKind.CO_HOST_ANSWERED: Topic.DESK,
    NotificationKind.TEAM_GAP: Topic.TEAM,
    NotificationKind.WEEKLY_DIGEST: Topic.DIGEST,
}
#: What can be done without. Reminders end with their consent; the rest is the service itself.
MAY_BE_OFF = frozenset({Topic.FREE_PLACES, Topic.TEAM, Topic.DESK, Topic.DIGEST})
#: What may wait until she looks by herself.
MAY_WAIT = frozenset({Topic.REMINDERS, Topic.FREE_PLACES, Topic.TEAM, Topic.DESK, Topic.DIGEST})
#: What is still of use when it comes on paper, some time later. What cannot wait takes the next way.
ON_PAPER = frozenset({Topic.REMINDERS, Topic.OFFERS, Topic.FREE_PLACES})
#: What a volunteer chooses for herself, in the order of her page, and what a coordinator does. The digest is for both.
OF_VOLUNTEERS = (
    Topic.REMINDERS,
    Topic.OFFERS,
    Topic.CHANGES,
    Topic.ASKINGS,
    Topic.FREE_PLACES,
    Topic.TEAM,
    Topic.DIGEST,
)
#: Of these only who leads a team hears as a volunteer.
OF_LEADS = frozenset({Topic.TEAM, Topic.DIGEST})
OF_COORDINATORS = (Topic.DESK, Topic.DIGEST)

TRIES_PER_CHANNEL = 5
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(minutes=30)
#: A message that was taken up this often without any outcome brings its worker down: it is given up.
MAX_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose: the channel of some topics, and topics she does not want to hear of."""

    channels: Mapping[Topic, Channel] = field(default_factory=dict)
    off: frozenset[Topic] = frozenset()

    def channel(self, kind: NotificationKind) -> Channel | None:
        """The channel she wants for such messages; None: as usual."""
        topic = TOPICS.get(kind)
        return self.channels.get(topic) if topic else None

    def refuses(self, kind: NotificationKind) -> bool:
        """Whether she does not want such messages."""
        return TOPICS.get(kind) in self.off


@lru_cache
def reached(*, has_phone: bool, has_email: bool, can_be_called: bool, can_log_in: bool = False) -> frozenset[Channel]:
    """The channels over which somebody can be reached at all.

    The console and the file stand in for a text message: they need somebody with a telephone or an address.
    `can_be_called` is whether a coordinator's call list has a place for her and for this message; `can_log_in`,
    whether she has messages of her own on this site.
    """
    ways = {
        Channel.CONSOLE: has_phone or has_email,
        Channel.FILE: has_phone or has_email,
        Channel.SMS: has_phone,
        Channel.EMAIL: has_email,
        Channel.CALL_LIST: can_be_called,
        Channel.SLIP: can_be_called,
        Channel.INBOX: can_log_in,
    }
    return frozenset(channel for channel, is_open in ways.items() if is_open)


@lru_cache(maxsize=1024)
def channel_order(
    kind: NotificationKind,
    *,
    asked_over: Channel | None = None,
    chosen: Channel | None,
    own: Channel | None,
    house: tuple[Channel, ...],
    reaches: frozenset[Channel],
) -> tuple[Channel, ...]:
    """The channels to try, in order: the one she chose for the topic, her usual one, the house's, a person who calls.

    After what she chose for the topic comes `asked_over`, where the house has it: a coordinator chose it for those who
    are asked to step in.
    Who cannot be called either finds it when she next looks: that always can be done.

    `house` are the channels this installation has, its usual one first. What is asked by telephone goes nowhere else;
    digits that let somebody in never go to people who would read them out.
    """
    if kind in BY_TELEPHONE:
        wanted: list[Channel | None] = [Channel.CALL_LIST]
    elif kind == NotificationKind.LOGIN_CODE:
        wanted = [channel for channel in (own, *house) if channel not in BY_SOMEBODY]
    else:
        first = asked_over if asked_over in house else None
        wanted = [chosen, first, own, *house, Channel.CALL_LIST, Channel.INBOX]
        if TOPICS.get(kind) not in ON_PAPER:
            wanted = [channel for channel in wanted if channel != Channel.SLIP]
    return tuple(dict.fromkeys(channel for channel in wanted if channel is not None and channel in reaches))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One failed try over one channel."""

    channel: Channel
    is_permanent: bool


def next_channel(order: Sequence[Channel], failed: Sequence[Attempt]) -> Channel | None:
    """The first channel of the order that has not been given up; None when all have.

    One permanent failure gives a channel up, or TRIES_PER_CHANNEL transient ones.
    """
    for channel in order:
        tries = [attempt for attempt in failed if attempt.channel == channel]
        if len(tries) < TRIES_PER_CHANNEL and not any(attempt.is_permanent for attempt in tries):
            return channel
    return None


def retry_wait(failures: int) -> timedelta:
    """How long to wait after the n-th failure in a row over one channel: twice as long each time."""
    return min(FIRST_RETRY * int(2 ** (failures - 1)), LAST_RETRY)
