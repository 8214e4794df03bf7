"""HTML for people: one module per room, each with its blueprint."""

from __future__ import annotations

from flask import Blueprint, Flask

from service.web.pages import (
    accounts,
    activities,
    answers,
    areas,
    asks,
    audits,
    backfills,
    calendars,
    calls,
    changing,
    dashboard,
    display,
    drafting,
    feeds,
    gaps,
    groups,
    habits,
    hand_overs,
    home,
    house,
    ladders,
    ledger,
    login,
    matching,
    me,
    messages,
    offers,
    office,
    outbox,
    people,
    pools,
    proxy,
    proxy_signup,
    publishing,
    rehearsals,
    replanning,
    roster,
    rotation_opening,
    rotations,
    several,
    sheets,
    shifts,
    signing_up,
    signups,
    stand_bys,
    style,
    swap_answers,
    swap_approvals,
    swaps,
    watches,
)
from service.web.pages import help as help_pages

#: For coordinators and administrators.
DESK: tuple[Blueprint, ...] = (
    dashboard.pages,
    gaps.pages,
    groups.pages,
    backfills.pages,
    ladders.pages,
    swap_approvals.pages,
    publishing.pages,
    changing.pages,
    roster.pages,
    answers.pages,
    drafting.pages,
    shifts.pages,
    people.pages,
    ledger.pages,
    matching.pages,
    rotation_opening.pages,
    rotations.pages,
    pools.pages,
    hand_overs.pages,
    proxy.pages,
    proxy_signup.pages,
    calls.pages,
    sheets.pages,
    replanning.pages,
    rehearsals.pages,
    office.pages,
    areas.pages,
    accounts.pages,
    audits.pages,
    calendars.pages,
    outbox.pages,
    house.pages,
)
BLUEPRINTS: tuple[Blueprint, ...] = (
    home.pages,
    activities.pages,
    signing_up.pages,
    signups.pages,
    me.pages,
    messages.pages,
    habits.pages,
    offers.pages,
    several.pages,
    stand_bys.pages,
    asks.pages,
    swaps.pages,
    swap_answers.pages,
    feeds.pages,
    watches.pages,
    login.pages,
    help_pages.pages,
    display.pages,
)
#: Only outside production: samples for those who build.
WORKSHOP: tuple[Blueprint, ...] = (style.pages,)


def register(app: Flask) -> None:
    """Put every page into the application."""
    workshop = () if app.config["SETTINGS"].is_production else WORKSHOP
    for blueprint in (*BLUEPRINTS, *DESK, *workshop):
        app.register_blueprint(blueprint)
