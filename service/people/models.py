"""That somebody left, and what she gave back then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Departure(Base):
    """She serves no more, from `left_at` until she is back, if she comes back.

    The ids are what she gave back when she left: sign-ups withdrawn, places without one declined, watches closed.
    """

    __tablename__ = "departure"

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    left_at: Mapped[datetime]
    back_at: Mapped[datetime | None]
    signup_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    assignment_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    watch_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
