"""Who may log in, with which roles, by which codes and tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base, Id
from service.terms import Role


class Account(Base):
    """Somebody who can log in by a code sent to her phone. A volunteer, a coordinator, or both."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("phone_digest"), UniqueConstraint("volunteer_id"))

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(60))
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes] = mapped_column(LargeBinary)
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    #: Raised to end every session of this account at once.
    epoch: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[datetime | None]

    grants: Mapped[list[RoleGrant]] = relationship(order_by="RoleGrant.id")


class RoleGrant(Base):
    """A role within an area and all below it."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "area_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(String(20))
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))


class LoginCode(Base):
    """One six-digit code sent to one phone. The digits are derived from `nonce`, never stored."""

    __tablename__ = "login_code"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_login_code_phone_digest_sent_at", "phone_digest", "requested_at"),
    )

    id: Mapped[Id]
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[str] = mapped_column(String(40))
    requested_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token of the JSON API. Only its SHA-256 is kept; the token itself is shown once."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
