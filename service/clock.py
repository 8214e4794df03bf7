"""What time it is. Only doors ask; everything below is told (`now` is an argument)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from sqlalchemy import CheckConstraint, Interval, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.db import Base
from service.settings import settings


class ClockShift(Base):
    """How far the virtual clock of a demo runs ahead of the real one. One row at most."""

    __tablename__ = "clock_shift"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    ahead: Mapped[timedelta] = mapped_column(Interval)


#: The instant at which this thread's clock stands, if it does: see `standing_at`.
_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """For this thread it is `instant`, for as long as the block takes: for what is only played."""
    token = _standing.set(instant)
    try:
        yield
    finally:
        _standing.reset(token)


def now(session: Session) -> datetime:
    """The current instant, UTC; moved by the virtual clock where the settings allow one."""
    if (standing := _standing.get()) is not None:
        return standing
    if not settings().virtual_clock:
        return datetime.now(UTC)
    ahead = session.scalar(select(ClockShift.ahead))
    return datetime.now(UTC) + (ahead or timedelta())


def turn_to(session: Session, *, instant: datetime) -> None:
    """Set the virtual clock. Raises PermissionError where the settings forbid one."""
    if not settings().virtual_clock:
        raise PermissionError("VIRTUAL_CLOCK is off: this installation lives in real time")
    ahead = instant - datetime.now(UTC)
    statement = insert(ClockShift).values(id=1, ahead=ahead)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"ahead": ahead}))
