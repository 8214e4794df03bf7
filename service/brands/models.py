"""The brand of an area."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class Brand(Base):
    """What stands on the pages and papers of an area and all below it, unless one of those has its own."""

    __tablename__ = "brand"

    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    accent: Mapped[str] = mapped_column(String(7), comment="#rrggbb")
    mark: Mapped[bytes | None] = mapped_column(LargeBinary, comment="PNG, written anew by us")
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")

    @property
    def digest(self) -> str:
        """Names what browsers keep: another look has another."""
        return hashlib.sha256(self.accent.encode() + (self.mark or b"")).hexdigest()[:12]
