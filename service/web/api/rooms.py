"""Every resource of the interface, in the order of its description."""

from __future__ import annotations

from service.web.api import accounts, activities, places, roster, shifts, signups

RESOURCES = (
    accounts.login,
    accounts.me,
    accounts.tokens,
    places.areas,
    activities.activities,
    shifts.shifts,
    signups.signups,
    roster.assignments,
)
