"""Every resource of the interface, in the order of its description."""

from __future__ import annotations

from service.web.api import (
    accounts,
    activities,
    clock,
    matching,
    notifications,
    outbox,
    places,
    reminders,
    roster,
    shifts,
    signups,
    teams,
    volunteers,
)

RESOURCES = (
    accounts.login,
    accounts.me,
    accounts.tokens,
    places.areas,
    teams.teams,
    volunteers.volunteers,
    activities.activities,
    shifts.shifts,
    signups.signups,
    roster.assignments,
    matching.match_runs,
    reminders.reminders,
    notifications.notifications,
    outbox.outbox,
    clock.clock,
)
