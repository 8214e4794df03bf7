"""Pure rules about quotas: how far it has come, and when somebody must be alarmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from service.terms import QuotaState

#: So long before its last day a quota for which too little is planned alarms its coordinator.
ALARM = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How often it was held, and how often it is still planned, within the days of the quota."""

    needed: int
    held: int
    planned: int
    from_on: date
    until_on: date

    @property
    def missing(self) -> int:
        """How many more must be planned."""
        return max(0, self.needed - self.held - self.planned)

    def state(self, today: date) -> QuotaState:
        """Met, missed, or on the way: with enough planned, or too little."""
        if self.held >= self.needed:
            return QuotaState.MET
        if today > self.until_on:
            return QuotaState.MISSED
        return QuotaState.SHORT if self.missing else QuotaState.ON_COURSE

    def is_alarming(self, today: date) -> bool:
        """Whether its coordinator must hear of it now: it was missed, or soon will be."""
        state = self.state(today)
        return state == QuotaState.MISSED or (state == QuotaState.SHORT and today > self.until_on - ALARM)
