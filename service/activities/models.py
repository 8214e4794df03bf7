"""Activity → (series →) occurrence → shift → role with its places."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from service.activities.rules import DatesPlan
from service.calendars import heat
from service.calendars.heat import Heat
from service.calendars.models import warnings_over
from service.calendars.recurrence import LONGEST_RULE
from service.db import Base, Id
from service.terms import ActivityState, DayRule, Mode, QualificationKind, ReviewState, ShiftState

#: How an activity's reminders are timed when its coordinator says nothing else.
LEAD_TIMES = ("P3D", "eve20:00", "PT2H")


class Activity(Base):
    """What a coordinator publishes, once or as a series, with the rules of its sign-up."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_area_id_state", "area_id", "state"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("team.id"))
    programme_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    title: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    what_to_bring: Mapped[str] = mapped_column(String(200), default="")
    risk_notice: Mapped[str] = mapped_column(String(500), default="")
    must_confirm_risk: Mapped[bool] = mapped_column(default=False, server_default=false())
    risk_version: Mapped[int] = mapped_column(
        SmallInteger, default=0, server_default="0", comment="number of the risk notice last to be confirmed"
    )
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(String(40))
    mode: Mapped[Mode] = mapped_column(String(20))
    state: Mapped[ActivityState] = mapped_column(String(20), default=ActivityState.DRAFT)
    has_waitlist: Mapped[bool] = mapped_column(default=True)
    swaps_need_approval: Mapped[bool] = mapped_column(default=False)
    hands_over: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="who leaves a shift writes a note for who comes next"
    )
    is_loud: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="is heard all around: never in quiet hours"
    )
    is_free: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="costs whoever it is for nothing; said on its page and poster"
    )
    is_outdoors: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="under the open sky: minds warnings of high temperature"
    )
    is_drill: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="practice: its hours stand apart from those of service"
    )
    late_after: Mapped[int | None] = mapped_column(
        SmallInteger, comment="minutes after the start until who is not marked as there is missed; null: nobody asks"
    )
    reveal_before: Mapped[int | None] = mapped_column(
        comment="minutes before the start until when only coordinators know of a shift; null: everybody may"
    )
    lead_times: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=lambda: list(LEAD_TIMES))
    closes_before: Mapped[int] = mapped_column(default=0, comment="minutes before start when sign-up closes")
    withdraw_before: Mapped[int] = mapped_column(default=120, comment="minutes before start until one may withdraw")
    answer_within: Mapped[int] = mapped_column(default=24 * 60, comment="minutes an offer stays open")
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    roles: Mapped[list[ActivityRole]] = relationship(order_by="ActivityRole.id", back_populates="activity")
    series: Mapped[list[Series]] = relationship(order_by="Series.id", back_populates="activity")
    risk_texts: Mapped[list[RiskText]] = relationship(order_by="RiskText.version")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    def is_hidden(self, shift: Shift, *, now: datetime) -> bool:
        """Whether nobody but coordinators may know of this shift yet: an unannounced check."""
        return self.reveal_before is not None and now < shift.starts_at - timedelta(minutes=self.reveal_before)


class RiskText(Base):
    """A risk notice as it stood while it had to be confirmed: what somebody who confirmed this version has read."""

    __tablename__ = "risk_text"

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    written_at: Mapped[datetime]


class Review(Base):
    """Somebody else was asked to read a draft. One that stands, asked or approved, is of the draft as it is."""

    __tablename__ = "review"
    __table_args__ = (
        Index("uq_review_standing", "activity_id", unique=True, postgresql_where="state IN ('asked', 'approved')"),
        Index("ix_review_activity_id", "activity_id"),
        CheckConstraint("(state = 'refused') <= (reason <> '')", name="reason"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    asked_by: Mapped[int] = mapped_column(BigInteger, comment="account")
    asked_at: Mapped[datetime]
    state: Mapped[ReviewState] = mapped_column(String(20))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")


class ActivityRole(Base):
    """A kind of work in an activity: how many it takes and who may do it."""

    __tablename__ = "activity_role"
    __table_args__ = (
        CheckConstraint("0 <= min_needed AND min_needed <= max_needed AND max_needed > 0", name="needed"),
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="age"),
        CheckConstraint("most_together BETWEEN 1 AND 12", name="most_together"),
        UniqueConstraint("activity_id", "name"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    name: Mapped[str] = mapped_column(String(60))
    min_needed: Mapped[int] = mapped_column(SmallInteger)
    max_needed: Mapped[int]
    requires: Mapped[list[QualificationKind]] = mapped_column(ARRAY(String(40)), default=list)
    tags: Mapped[list[str]] = mapped_column(
        ARRAY(String(40)), default=list, server_default="{}", comment="one of them is asked for; none: no matter"
    )
    min_age: Mapped[int | None] = mapped_column(SmallInteger)
    max_age: Mapped[int | None] = mapped_column(SmallInteger)
    stand_bys: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    most_together: Mapped[int] = mapped_column(
        SmallInteger, default=1, server_default="1", comment="so many places one sign-up may take: a family's"
    )

    activity: Mapped[Activity] = relationship(back_populates="roles")


class Series(Base):
    """A rule of dates in local wall time (service/calendars/recurrence.py), open-ended without `until_on`.

    `ends` at or before `starts` means the next morning. With `dawn_offset` it begins so many minutes after sunrise.
    One that took over from another counts every other week as that one did: from `counts_from`.
    """

    __tablename__ = "series"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="dates"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), index=True)
    rule: Mapped[str] = mapped_column(String(LONGEST_RULE))
    starts: Mapped[time]
    ends: Mapped[time]
    dawn_offset: Mapped[int | None] = mapped_column(SmallInteger, comment="minutes after sunrise")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    counts_from: Mapped[date | None]
    day_rule: Mapped[DayRule] = mapped_column(String(20), default=DayRule.EVERY_DAY)
    laid_out_until: Mapped[date | None] = mapped_column(comment="up to this date every shift exists")

    activity: Mapped[Activity] = relationship(back_populates="series")

    @property
    def plan(self) -> DatesPlan:
        """The rule as the pure rules take it."""
        return DatesPlan(
            starts=self.starts,
            ends=self.ends,
            from_on=self.from_on,
            until_on=self.until_on,
            rule=self.rule,
            day_rule=DayRule(self.day_rule),
            dawn_offset=self.dawn_offset,
            counts_from=self.counts_from,
        )


class Occurrence(Base):
    """One date of a series; the unique key is what makes generating twice harmless.

    The row stays when its shift is moved or called off, and one that `is_off` never had a shift: so a date that was
    changed or struck out by hand is not made again. `is_unsettled`: there are people on it, but since the calendar
    changed its series no longer has the date; a coordinator decides.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("series_id", "on_date"),
        Index("ix_occurrence_unsettled", "activity_id", postgresql_where="is_unsettled"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("series.id"))
    on_date: Mapped[date]
    is_off: Mapped[bool] = mapped_column(default=False)
    is_unsettled: Mapped[bool] = mapped_column(default=False)


class Shift(Base):
    """A half-open time range at a place. `rest_after` is owed to whoever served it."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_shift_starts_at_id", "starts_at", "id"),
        Index("ix_shift_area_id_starts_at", "area_id", "starts_at"),
        Index("ix_shift_activity_id_starts_at", "activity_id", "starts_at"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    occurrence_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("occurrence.id"))
    place_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rest_after: Mapped[int] = mapped_column(default=0, comment="minutes of rest owed afterwards")
    state: Mapped[ShiftState] = mapped_column(String(20), default=ShiftState.OPEN)
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    activity: Mapped[Activity] = relationship()
    roles: Mapped[list[ShiftRole]] = relationship(order_by="ShiftRole.id", back_populates="shift")
    #: Read only when asked for: most activities are indoors.
    heat_warnings: Mapped[list[list[str]] | None] = column_property(
        literal_column(warnings_over("shift"), JSON), deferred=True
    )

    __mapper_args__: dict[str, Any] = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    @property
    def heat(self) -> Heat | None:
        """For whom it will be too hot there, as far as it is outdoors and anybody has been warned."""
        if not self.activity.is_outdoors:
            return None
        return heat.heat_in(self.starts_at, self.ends_at, heat.read(self.heat_warnings))


class ShiftRole(Base):
    """The places of one role in one shift. `taken` counts those held, guarded by a check.

    Beside them `stand_bys` places for people who come if somebody drops out; `standing_by` counts those held.
    """

    __tablename__ = "shift_role"
    __table_args__ = (
        CheckConstraint("0 <= taken AND taken <= max_needed", name="taken"),
        CheckConstraint("0 <= min_needed AND min_needed <= max_needed", name="needed"),
        CheckConstraint("0 <= standing_by AND standing_by <= stand_bys", name="standing_by"),
        UniqueConstraint("shift_id", "activity_role_id"),
        # Updated at every sign-up: keep room on the page so that the update touches no index.
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[Id]
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    activity_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity_role.id"))
    min_needed: Mapped[int] = mapped_column(SmallInteger)
    max_needed: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    stand_bys: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    standing_by: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")

    shift: Mapped[Shift] = relationship(back_populates="roles")
    definition: Mapped[ActivityRole] = relationship()


class UnfinishedActivity(Base):
    """What a coordinator has typed of an activity so far, step by step. Hers alone.

    `activity_id` is the draft it writes anew, or, once `finished_at`, the activity it became: so that sending
    the last step twice makes one activity. `like_id` is the activity it was begun from.
    """

    __tablename__ = "unfinished_activity"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, index=True)
    steps: Mapped[dict[str, dict[str, list[str]]]] = mapped_column(JSONB, default=dict, comment="typed values by step")
    activity_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("activity.id"))
    like_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("activity.id", ondelete="SET NULL"))
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
