"""What a template keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class ActivityTemplate(Base):
    """An activity without its dates. `columns` are those of Activity that another has too, `roles` as RolePlan has
    them, `hours` the rule and times of its first series, `once` where it had one date only, `belongings` its route and
    the like (`duties.rules.Belongings`)."""

    __tablename__ = "activity_template"
    __table_args__ = (
        Index("uq_activity_template_name", "area_id", "name", unique=True, postgresql_where="archived_at IS NULL"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("team.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    roles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    hours: Mapped[dict[str, Any]] = mapped_column(JSONB)
    belongings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    saved_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)
