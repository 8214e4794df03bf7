"""Groups with a bot of ours: opened and closed by coordinators, and what they hear of a place that has nobody.

Whoever is in such a group reads along: what is said there names no volunteer, and no coordinator either.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service import audit, secrets
from service.activities.models import Activity, Shift, ShiftRole
from service.calendars.rules import local
from service.notifications.gaps import GAP_PATIENCE
from service.notifications.models import ChatGroup
from service.notifications.subjects import SHIFT_ROLES
from service.notifications.wanted import To, Wanted, notify_all
from service.places.models import Area
from service.places.queries import within
from service.terms import ActivityState, Channel, Mode, NotificationKind, ShiftState

#: What the address of a bot looks like, as its group's settings show it. Only these hosts are ever spoken to.
ADDRESSES = {
    Channel.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]{10,80})"),
    Channel.DINGTALK: re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([0-9a-zA-Z]{10,128})"),
    Channel.FEISHU: re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]{10,80})"),
}


class NotABot(Exception):
    """The address is not that of a bot in WeCom, DingTalk or Feishu."""


@dataclass(frozen=True, slots=True)
class Door:
    """A bot's channel and its token, read from its address."""

    channel: Channel
    token: str


def read_address(address: str) -> Door:
    """Which bot is meant. Raises NotABot."""
    for channel, pattern in ADDRESSES.items():
        if found := pattern.fullmatch(address.strip()):
            return Door(channel, found[1])
    raise NotABot("not an address of a bot in WeCom, DingTalk or Feishu")


def open_group(
    session: Session,
    *,
    area_id: int,
    name: str,
    door: Door,
    hears: Collection[NotificationKind],
    account_id: int,
    now: datetime,
    secret: str = "",
    team_id: int | None = None,
) -> ChatGroup:
    """From now on this group hears of the area and all below it; with `team_id` of that team's activities only."""
    group = ChatGroup(
        area_id=area_id,
        team_id=team_id,
        name=name,
        channel=door.channel,
        token_sealed=secrets.seal(door.token),
        secret_sealed=secrets.seal(secret) if secret else None,
        hears=sorted(hears),
        opened_at=now,
    )
    session.add(group)
    session.flush()
    _note(session, "opened_group", group, account_id=account_id, now=now)
    return group


def close_group(session: Session, group: ChatGroup, *, account_id: int, now: datetime) -> None:
    """It hears nothing any more. Twice is harmless."""
    if group.closed_at is None:
        group.closed_at = now
        session.flush()
        _note(session, "closed_group", group, account_id=account_id, now=now)


def listed(session: Session, *, scope_ids: Sequence[int]) -> Sequence[ChatGroup]:
    """The groups of these areas that are open, by id."""
    return session.scalars(
        select(ChatGroup)
        .where(within(ChatGroup.area_id, scope_ids), ChatGroup.closed_at.is_(None))
        .order_by(ChatGroup.id)
    ).all()


def in_scope(session: Session, group_id: int, *, scope_ids: Sequence[int]) -> ChatGroup | None:
    """The group, if it belongs to one of the scopes."""
    return session.scalar(select(ChatGroup).where(ChatGroup.id == group_id, within(ChatGroup.area_id, scope_ids)))


def tell_groups(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """A place fell free: groups hear once a day that people are missing, and once a shift that a place is free.

    Both wait until those on the waitlist had their turn, and go only if it is still so. Of a place that is both,
    who hears of gaps hears that people are missing, and not the same again.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    shift = session.get_one(Shift, role.shift_id)
    activity = session.get_one(Activity, shift.activity_id)
    if shift.state != ShiftState.OPEN or activity.state != ActivityState.PUBLISHED or now >= shift.starts_at:
        return
    if activity.reveal_before is not None:
        return
    keys = {}
    if role.taken < role.min_needed:
        keys[NotificationKind.GROUP_GAP] = f"group_gap:{role.id}:{local(now).date()}"
    if role.taken < role.max_needed and activity.mode == Mode.INSTANT:
        keys[NotificationKind.GROUP_FREE_PLACE] = f"group_free_place:{shift.id}"
    wanted = [
        Wanted(
            kind=kind,
            key=f"{keys[kind]}:{group.id}",
            to=To(group_id=group.id),
            subject_ids={SHIFT_ROLES: [role.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for group in _concerned(session, shift, activity)
        for kind in [kind for kind in keys if kind in group.hears][:1]
    ]
    notify_all(session, wanted, now=now)


def _concerned(session: Session, shift: Shift, activity: Activity) -> Sequence[ChatGroup]:
    """Open groups of the shift's area or one above it, for all teams or for the activity's."""
    lineage = session.scalars(select(Area.lineage).where(Area.id == shift.area_id)).one()
    return session.scalars(
        select(ChatGroup)
        .where(ChatGroup.area_id.in_(lineage), ChatGroup.closed_at.is_(None))
        .where(or_(ChatGroup.team_id.is_(None), ChatGroup.team_id == activity.team_id))
        .order_by(ChatGroup.id)
    ).all()


def _note(session: Session, verb: str, group: ChatGroup, *, account_id: int, now: datetime) -> None:
    audit.note_about(
        session, verb, group, account_id=account_id, now=now, channel=group.channel, hears=list(group.hears)
    )
