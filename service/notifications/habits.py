"""How people want to hear of things: what a person chose for each topic, read for many at once, and chosen anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from service import audit
from service.notifications.models import Habit
from service.notifications.ways import MAY_BE_OFF, Choices
from service.terms import Channel, Topic


class HabitRefused(Exception):
    """This topic cannot be done without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose habits: a volunteer's, or an account's for what coordinators are told. Exactly one."""

    volunteer_id: int | None = None
    account_id: int | None = None


def of_volunteers(session: Session, volunteer_ids: Collection[int]) -> dict[int, Choices]:
    """What each of these people chose, in one statement; who chose nothing is left out."""
    return _read(session, Habit.volunteer_id, volunteer_ids)


def of_accounts(session: Session, account_ids: Collection[int]) -> dict[int, Choices]:
    """The same for accounts."""
    return _read(session, Habit.account_id, account_ids)


def listed(session: Session, owner: Owner) -> Sequence[Habit]:
    """What somebody chose, by topic."""
    return session.scalars(select(Habit).filter_by(**asdict(owner)).order_by(Habit.topic)).all()


def choose(session: Session, owner: Owner, *, topic: Topic, channel: Channel | None, now: datetime) -> None:
    """From now on she hears of this topic over `channel`; with None not at all. Raises HabitRefused.

    A channel that cannot reach her today is no error: it is passed over as long as that is so.
    """
    if channel is None and topic not in MAY_BE_OFF:
        raise HabitRefused(f"{topic} cannot be turned off")
    values = {"channel": channel, "is_off": channel is None, "chosen_at": now}
    statement = insert(Habit).values(**asdict(owner), topic=topic, **values)
    mine = ["account_id" if owner.volunteer_id is None else "volunteer_id", "topic"]
    session.execute(statement.on_conflict_do_update(index_elements=mine, set_=values))


def forget(session: Session, owner: Owner, *, topic: Topic) -> None:
    """As usual again. Twice is harmless."""
    session.execute(delete(Habit).filter_by(**asdict(owner), topic=topic))


def note_for_her(session: Session, *, volunteer_id: int, area_id: int, account_id: int, now: datetime) -> None:
    """A coordinator has chosen for somebody else: it is written down."""
    audit.note(
        session,
        verb="chose_habits",
        subject=("volunteer", volunteer_id),
        account_id=account_id,
        area_id=area_id,
        now=now,
    )


def _read(session: Session, owner: InstrumentedAttribute[Any], ids: Collection[int]) -> dict[int, Choices]:
    if not ids:
        return {}
    rows = session.execute(select(owner, Habit.topic, Habit.channel).where(owner.in_(ids)))
    channels: dict[int, dict[Topic, Channel]] = defaultdict(dict)
    off: dict[int, set[Topic]] = defaultdict(set)
    for one, topic, channel in rows:
        if channel is None:
            off[one].add(Topic(topic))
        else:
            channels[one][Topic(topic)] = Channel(channel)
    return {one: Choices(channels.get(one, {}), frozenset(off.get(one, ()))) for one in {*channels, *off}}
