"""Routes, their stops, and who has been there when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Route(Base):
    """The round that each shift of an activity walks: all stops, or so many `at_once`, each within so many days."""

    __tablename__ = "route"
    __table_args__ = (CheckConstraint("at_once > 0 AND within_days > 0", name="positive"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), unique=True)
    at_once: Mapped[int | None] = mapped_column(SmallInteger)
    within_days: Mapped[int | None] = mapped_column(SmallInteger)


class RouteStop(Base):
    """A stop: a courtyard, or a shop called `name` in it. One taken off the route keeps its row and its visits."""

    __tablename__ = "route_stop"
    __table_args__ = (
        Index("uq_route_stop_standing", "route_id", "place_id", "name", unique=True, postgresql_where="off_at IS NULL"),
    )

    id: Mapped[Id]
    route_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("route.id"))
    place_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(80), default="")
    position: Mapped[int] = mapped_column(SmallInteger)
    checks: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list)
    on_at: Mapped[datetime]
    off_at: Mapped[datetime | None]


class StopVisit(Base):
    """Somebody was there: once for each stop and shift. `wrong` are the checks that were not in order."""

    __tablename__ = "stop_visit"
    __table_args__ = (UniqueConstraint("shift_id", "stop_id"),)

    id: Mapped[Id]
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    stop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("route_stop.id"), index=True)
    wrong: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list)
    finding_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("finding.id"))
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    visited_at: Mapped[datetime]
