"""Every resource of the interface, in the order of its description."""

from __future__ import annotations

from service.web.api import (
    accounts,
    activities,
    backfill,
    calendars,
    clock,
    gaps,
    matching,
    notifications,
    outbox,
    places,
    reminders,
    replanning,
    roster,
    shifts,
    signups,
    swaps,
    teams,
    volunteers,
    watches,
)

RESOURCES = (
    accounts.login,
    accounts.me,
    accounts.tokens,
    places.areas,
    teams.teams,
    volunteers.volunteers,
    calendars.calendars,
    activities.activities,
    replanning.series,
    shifts.shifts,
    signups.signups,
    roster.assignments,
    gaps.gaps,
    backfill.backfills,
    swaps.swaps,
    watches.watches,
    matching.match_runs,
    reminders.reminders,
    notifications.notifications,
    outbox.outbox,
    clock.clock,
)
