"""When a message goes: by day at once, at night in the morning, unless it cannot wait. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.calendars.quiet import Quiet
from service.notifications.ways import BY_TELEPHONE
from service.terms import NotificationKind, UnsentReason

#: Messages that people are woken for, if the shift is so near that the morning would be too late to act.
PRESSING = frozenset(
    {
        NotificationKind.PLACE_OFFERED,
        NotificationKind.PLACE_RELEASED,
        NotificationKind.SHIFT_CANCELLED,
        NotificationKind.SHIFT_MOVED,
        NotificationKind.SHIFT_TOO_HOT,
        NotificationKind.SUBSTITUTE_WANTED,
        NotificationKind.SWAP_DONE,
        NotificationKind.SWAP_OFF,
        NotificationKind.NOT_THERE,
        NotificationKind.APPOINTMENT_MOVED,
        NotificationKind.APPOINTMENT_OFF,
    }
)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a message may go, whether it may break the quiet, or why it will not go at all."""

    send_at: datetime
    is_urgent: bool = False
    unsent_reason: UnsentReason | None = None


def timing(kind: NotificationKind, *, now: datetime, quiet: Quiet, starts_at: datetime | None = None) -> Timing:
    """When a message asked for now goes out. `starts_at` is the start of the shift it is about, if any.

    Login codes and entries of the call list at once. In quiet hours others wait for the morning, except offers,
    cancellations, moves, great heat and askings about a shift that cannot wait for the morning. What would come only
    after the start is not sent. Reminders have kept quiet hours already when they get here.
    """
    if kind == NotificationKind.LOGIN_CODE or kind in BY_TELEPHONE:
        return Timing(now, is_urgent=True)
    if kind == NotificationKind.REMINDER or not quiet.covers(now):
        return Timing(now)
    morning = quiet.over(now)
    if starts_at is None:
        return Timing(morning)
    if kind in PRESSING and quiet.is_pressing(now, starts_at=starts_at):
        return Timing(now, is_urgent=True)
    return Timing(morning, unsent_reason=None if morning < starts_at else UnsentReason.QUIET_HOURS)
