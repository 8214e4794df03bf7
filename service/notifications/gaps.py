"""What is said while a place has nobody: to who answers for it, to who watches for it, to who could step in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.backfill import queries as backfill
from service.backfill.models import BackfillStep, Invitation
from service.calendars.rules import local
from service.notifications import askings, queries
from service.notifications.subjects import INVITATIONS, SHIFT_ROLES
from service.notifications.wanted import To, Wanted, about_assignment, notify, notify_all, plan_anew
from service.roster.models import Assignment
from service.teams import queries as teams
from service.terms import AssignmentState, Channel, NotificationKind, Rung, RungOutcome, ShiftState
from service.watches import queries as watches

#: A freed place is first offered to those who wait; only if it is still free after this is the coordinator told.
GAP_PATIENCE = timedelta(minutes=2)


def tell_gap(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """Tell the nearest coordinators and the leads of its team, once a day, that a role has fewer people than it needs.

    The place may yet be taken from the waitlist: the message waits GAP_PATIENCE, and goes only if the gap is still
    there. A gap that closed by itself and opens again the same day is told after all.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    shift = session.get_one(Shift, role.shift_id)
    if role.taken >= role.min_needed or shift.state == ShiftState.CANCELLED or now >= shift.starts_at:
        return
    wanted = [
        Wanted(
            kind=kind,
            key=key,
            to=to,
            subject_ids={SHIFT_ROLES: [role.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for kind, key, to in _who_answers_for(session, role, shift, day=local(now).date())
    ]
    made = notify_all(session, wanted, now=now)
    plan_anew(session, [one for one in wanted if one.key not in made], now=now)


def _who_answers_for(
    session: Session, role: ShiftRole, shift: Shift, *, day: date
) -> Iterator[tuple[NotificationKind, str, To]]:
    """(kind, key, to) of each who hears of a gap. A lead who coordinates there as well hears of it as a coordinator."""
    accounts = queries.coordinators(session, shift.area_id)
    for account_id in accounts:
        yield NotificationKind.GAP_OPENED, f"gap:{role.id}:{account_id}:{day}", To(account_id=account_id)
    activity = session.get_one(Activity, shift.activity_id)
    team_id = activity.team_id if activity.reveal_before is None else None
    leads = teams.leads_on(session, team_id, day=local(shift.starts_at).date()) if team_id is not None else ()
    told = queries.volunteers_behind(session, accounts)
    for volunteer_id in leads:
        if volunteer_id not in told:
            yield NotificationKind.TEAM_GAP, f"team_gap:{role.id}:{volunteer_id}:{day}", To(volunteer_id=volunteer_id)


def tell_late(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Tell the nearest coordinators, once, that somebody was not there in time; nothing of whom one of them marked."""
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.missed_at is None or assignment.state != AssignmentState.NO_SHOW:
        return
    shift = session.get_one(Shift, assignment.shift_id)
    wanted = [
        replace(
            about_assignment(
                assignment, shift, kind=NotificationKind.NOT_THERE, key=f"not_there:{assignment.id}:{one}"
            ),
            to=To(account_id=one),
        )
        for one in queries.coordinators(session, shift.area_id)
    ]
    notify_all(session, wanted, now=now)


def tell_place_free(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """Tell whoever watches for it that a place fell free, once for each shift, if it still is after GAP_PATIENCE."""
    role = session.get_one(ShiftRole, shift_role_id)
    shift = session.get_one(Shift, role.shift_id)
    wanted = [
        Wanted(
            kind=NotificationKind.PLACE_FREE,
            key=f"place_free:{shift.id}:{one.volunteer_id}",
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={SHIFT_ROLES: [shift_role_id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for one in watches.to_be_told(session, shift_role_id)
    ]
    notify_all(session, wanted, now=now)


def ask_to_step_in(session: Session, *, invitation_id: int, now: datetime) -> None:
    """Ask somebody to take the place of who cannot come: over her own channel, or as her rung says.

    In quiet hours only where her rung may wake people; else it waits for the morning.
    """
    invitation = session.get_one(Invitation, invitation_id)
    starts_at = backfill.opening_of_search(session, invitation.backfill_id).Shift.starts_at
    is_call = invitation.channel == Channel.CALL_LIST
    wanted = Wanted(
        kind=NotificationKind.SUBSTITUTE_CALL if is_call else NotificationKind.SUBSTITUTE_WANTED,
        key=askings.asking_key(invitation.id),
        to=To(volunteer_id=invitation.volunteer_id),
        subject_ids={INVITATIONS: [invitation.id]},
        area_id=invitation.area_id,
        starts_at=starts_at if invitation.wakes else None,
    )
    notify(session, wanted, now=now)


def call_unanswered(session: Session, *, backfill_step_id: int, now: datetime) -> None:
    """The last rung: whoever was asked and has not answered is to be called, unless she is on the list already."""
    step = session.get_one(BackfillStep, backfill_step_id)
    if step.rung != Rung.CALLS or step.outcome != RungOutcome.CLIMBED:
        return
    asked = backfill.unanswered(session, step.backfill_id)
    listed = askings.listed(session, [one.id for one in asked])
    wanted = [
        Wanted(
            kind=NotificationKind.SUBSTITUTE_CALL,
            key=askings.calling_key(one.id),
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={INVITATIONS: [one.id]},
            area_id=one.area_id,
        )
        for one in asked
        if one.id not in listed
    ]
    notify_all(session, wanted, now=now)
