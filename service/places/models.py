"""Areas: a tree of any depth, from the city to the courtyard and the room where a shift happens."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import AreaKind


class Area(Base):
    """A node of the tree. `lineage` holds the ids from the root down to this area itself."""

    __tablename__ = "area"
    __table_args__ = (
        Index("ix_area_lineage", "lineage", postgresql_using="gin"),
        Index("uq_area_parent_id_name", text("coalesce(parent_id, 0)"), "name", unique=True),
    )

    id: Mapped[Id]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("area.id"))
    kind: Mapped[AreaKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    lineage: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    landline: Mapped[str | None] = mapped_column(String(40))
    landline_hours: Mapped[str | None] = mapped_column(String(40), comment="when somebody is there to answer")
    address: Mapped[str | None] = mapped_column(String(200))
    needs_review: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="somebody else reads what is published here or below, first"
    )
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)
