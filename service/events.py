"""Facts, in the past tense: frozen dataclasses of ids. What follows each is in reactions.py.

A fact is recorded beside the change it tells of, in the same transaction (outbox.record), so it
exists if and only if the change was committed. Each is explained in docs/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all facts; fields are ids only, so that a reader always sees the row as it is now."""


@dataclass(frozen=True, slots=True)
class LoginCodeRequested(Event):
    login_code_id: int


@dataclass(frozen=True, slots=True)
class VolunteerRegistered(Event):
    volunteer_id: int


@dataclass(frozen=True, slots=True)
class VolunteerLeft(Event):
    departure_id: int


@dataclass(frozen=True, slots=True)
class VolunteersMerged(Event):
    person_merge_id: int


@dataclass(frozen=True, slots=True)
class VolunteerErased(Event):
    erasure_id: int


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    consent_id: int


@dataclass(frozen=True, slots=True)
class LeadTimesChosen(Event):
    volunteer_id: int


@dataclass(frozen=True, slots=True)
class QualificationVerified(Event):
    qualification_id: int


@dataclass(frozen=True, slots=True)
class TeamApproved(Event):
    team_id: int


@dataclass(frozen=True, slots=True)
class CalendarChanged(Event):
    area_id: int


@dataclass(frozen=True, slots=True)
class ReviewAsked(Event):
    activity_id: int


@dataclass(frozen=True, slots=True)
class ReviewDecided(Event):
    activity_id: int


@dataclass(frozen=True, slots=True)
class ActivityPublished(Event):
    activity_id: int


@dataclass(frozen=True, slots=True)
class ShiftMoved(Event):
    shift_id: int


@dataclass(frozen=True, slots=True)
class ShiftCancelled(Event):
    shift_id: int


@dataclass(frozen=True, slots=True)
class SignedUp(Event):
    signup_id: int


@dataclass(frozen=True, slots=True)
class SignUpWithdrawn(Event):
    signup_id: int


@dataclass(frozen=True, slots=True)
class SignUpDeclined(Event):
    signup_id: int


@dataclass(frozen=True, slots=True)
class SignUpWaitlisted(Event):
    signup_id: int


@dataclass(frozen=True, slots=True)
class SheetAccepted(Event):
    sheet_id: int


@dataclass(frozen=True, slots=True)
class MatchRequested(Event):
    match_run_id: int


@dataclass(frozen=True, slots=True)
class MatchPublished(Event):
    match_run_id: int


@dataclass(frozen=True, slots=True)
class RotationOpened(Event):
    rotation_id: int


@dataclass(frozen=True, slots=True)
class TurnsRequested(Event):
    rotation_deal_id: int


@dataclass(frozen=True, slots=True)
class TurnsPublished(Event):
    rotation_deal_id: int


@dataclass(frozen=True, slots=True)
class RotationClosed(Event):
    rotation_id: int


@dataclass(frozen=True, slots=True)
class RehearsalRequested(Event):
    rehearsal_id: int


@dataclass(frozen=True, slots=True)
class AssignmentOffered(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class AssignmentConfirmed(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class StoodBy(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class AssignmentDeclined(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class AssignmentReleased(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class AssignmentAskedAgain(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class AssignmentMissed(Event):
    assignment_id: int


@dataclass(frozen=True, slots=True)
class PlaceFreed(Event):
    shift_role_id: int


@dataclass(frozen=True, slots=True)
class SwapAsked(Event):
    swap_id: int


@dataclass(frozen=True, slots=True)
class SwapAnswered(Event):
    swap_asking_id: int


@dataclass(frozen=True, slots=True)
class SwapAgreed(Event):
    swap_id: int


@dataclass(frozen=True, slots=True)
class SwapClosed(Event):
    swap_id: int


@dataclass(frozen=True, slots=True)
class RiskRewritten(Event):
    activity_id: int


@dataclass(frozen=True, slots=True)
class HeatWarningChanged(Event):
    heat_warning_id: int


@dataclass(frozen=True, slots=True)
class OutdoorsChanged(Event):
    activity_id: int


@dataclass(frozen=True, slots=True)
class LearnerMovedUp(Event):
    activity_id: int
    volunteer_id: int


@dataclass(frozen=True, slots=True)
class FindingNoted(Event):
    finding_id: int


@dataclass(frozen=True, slots=True)
class FindingSettled(Event):
    finding_id: int


@dataclass(frozen=True, slots=True)
class StopVisited(Event):
    stop_visit_id: int


@dataclass(frozen=True, slots=True)
class BackfillStarted(Event):
    backfill_id: int


@dataclass(frozen=True, slots=True)
class RungClimbed(Event):
    backfill_step_id: int


@dataclass(frozen=True, slots=True)
class InvitationSent(Event):
    invitation_id: int


@dataclass(frozen=True, slots=True)
class InvitationAnswered(Event):
    invitation_id: int


@dataclass(frozen=True, slots=True)
class BackfillClosed(Event):
    backfill_id: int


@dataclass(frozen=True, slots=True)
class CoHostAsked(Event):
    co_host_id: int


@dataclass(frozen=True, slots=True)
class CoHostAnswered(Event):
    co_host_id: int


@dataclass(frozen=True, slots=True)
class AppointmentChanged(Event):
    appointment_id: int


#: Every fact by the name it is stored under.
BY_NAME: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
