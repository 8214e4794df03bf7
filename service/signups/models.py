"""Sign-ups: a volunteer asks for a place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import AskedHow, SignUpState, SignUpVia

S = SignUpState

#: A sign-up that still stands: one per person and shift.
STANDING = (S.PENDING, S.CONFIRMED, S.WAITLISTED)
#: One that waits: in the queue, for the matcher, or for her own answer to an offer.
WAITING = (S.PENDING, S.WAITLISTED)

#: From which state a sign-up may go where. Pending means that an answer is awaited: from the matcher,
#: or, once a place is offered (from the waitlist too), from the volunteer.
#: Undoing a withdrawal is the one way back.
MOVES: dict[SignUpState, frozenset[SignUpState]] = {
    S.PENDING: frozenset({S.CONFIRMED, S.WAITLISTED, S.DECLINED, S.WITHDRAWN, S.EXPIRED}),
    S.WAITLISTED: frozenset({S.PENDING, S.CONFIRMED, S.DECLINED, S.WITHDRAWN, S.EXPIRED}),
    S.CONFIRMED: frozenset({S.DECLINED, S.WITHDRAWN, S.EXPIRED}),
    S.WITHDRAWN: frozenset({S.CONFIRMED, S.WAITLISTED, S.PENDING}),
    S.DECLINED: frozenset(),
    S.EXPIRED: frozenset(),
}


class ForbiddenMove(Exception):
    """A sign-up cannot go from the state it is in to the one asked for."""


class SignUp(Base):
    """One asking. Who asked, how, and who typed are kept when somebody typed it for her.

    She may bring her family: how many adults and how many children is all that is kept of them, no names and no ages
    (个人信息保护法 art. 6); of children also when their guardian agreed (art. 31). They have places together or none.
    """

    __tablename__ = "signup"
    __table_args__ = (
        Index(
            "uq_signup_shift_id_volunteer_id",
            "shift_id",
            "volunteer_id",
            unique=True,
            postgresql_where="state IN ('pending', 'confirmed', 'waitlisted')",
        ),
        Index("ix_signup_waitlist", "shift_role_id", "id", postgresql_where="state = 'waitlisted'"),
        Index("ix_signup_volunteer_id_id", "volunteer_id", "id"),
        CheckConstraint("with_adults >= 0 AND with_children >= 0", name="family"),
        CheckConstraint("with_children = 0 OR guardian_consent_at IS NOT NULL", name="guardian_consent"),
        CheckConstraint("(via = 'proxy') = (typed_by IS NOT NULL)", name="typed_by"),
        CheckConstraint("(via = 'proxy') = (asked_how IS NOT NULL)", name="asked_how"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    state: Mapped[SignUpState] = mapped_column(String(20))
    rank: Mapped[int] = mapped_column(SmallInteger, default=1, comment="1 is the dearest wish")
    note: Mapped[str] = mapped_column(String(200), default="")
    with_adults: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0", comment="beside herself")
    with_children: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0", comment="under eighteen")
    guardian_consent_at: Mapped[datetime | None]
    via: Mapped[SignUpVia] = mapped_column(String(20))
    asked_by: Mapped[str | None] = mapped_column(String(60))
    asked_how: Mapped[AskedHow | None] = mapped_column(String(20))
    typed_by: Mapped[int | None] = mapped_column(BigInteger)
    signed_up_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_from: Mapped[SignUpState | None] = mapped_column(String(20))
    undo_until: Mapped[datetime | None]

    @hybrid_property
    def places(self) -> int:
        """How many places it takes: hers and those of whom she brings."""
        return 1 + self.with_adults + self.with_children

    def move(self, to: SignUpState) -> None:
        """The only way a sign-up changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"a sign-up cannot go from {self.state} to {to}")
        self.state = to
