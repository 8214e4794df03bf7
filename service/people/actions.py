"""What a coordinator does about a person: change what is known of her, note that she left, or came back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.accounts.actions import end_sessions
from service.accounts.models import Account
from service.accounts.queries import by_phone
from service.backfill import answering as invited
from service.courses import actions as courses
from service.db import refusing
from service.drafting.actions import rub_out
from service.events import VolunteerLeft
from service.people import ahead as before_her
from service.people import queries
from service.people.models import Departure
from service.roster import actions as roster
from service.roster.actions import OfferClosed
from service.rotation import pool
from service.signups import actions as signups
from service.signups.actions import NothingToUndo
from service.signups.second_thoughts import offer_again
from service.swaps import answering as swapped
from service.swaps.actions import SwapIsOver
from service.terms import AssignmentState
from service.volunteers import actions as volunteers
from service.volunteers.actions import PhoneTaken
from service.volunteers.models import Volunteer
from service.volunteers.queries import lock_all
from service.watches.actions import unwatch, watch
from service.watches.models import Watch
from service.watches.queries import of_volunteer as watches_of

#: So long what somebody gave back when she left can be hers again.
KEPT = timedelta(minutes=10)


class HasRoles(Exception):
    """Her account has roles: its number is the key to them, and only she herself logs in with another."""


def revise(
    session: Session, person: Volunteer, *, changes: Mapping[str, Any], account_id: int, now: datetime
) -> Volunteer:
    """Change what is known of a person; with `phone` (E.164), her account goes with the number.

    Raises PhoneTaken, HasRoles.
    """
    with refusing(session, "uq_volunteer_phone_digest", PhoneTaken("this number is registered already")):
        if "phone" in changes:
            _change_number(session, person, changes["phone"])
        volunteers.revise(session, person, changes=changes, account_id=account_id, now=now)
    return person


def _change_number(session: Session, person: Volunteer, phone: str) -> None:
    """She logs in with the new number from now on, and with the old one no more."""
    account = session.scalar(select(Account).where(Account.volunteer_id == person.id).with_for_update())
    other = by_phone(session, phone)
    if other is not None and (other.grants or other.volunteer_id not in (None, person.id)):
        raise PhoneTaken("somebody else logs in with this number")
    if account is None or account is other:
        return
    if account.grants:
        raise HasRoles(f"account {account.id} has roles")
    if other is not None:
        account.volunteer_id = None
        session.flush()
        other.volunteer_id = person.id
    else:
        columns = volunteers.numbered(phone)
        account.phone_sealed, account.phone_digest = columns["phone_sealed"], columns["phone_digest"]  # type: ignore[assignment]  # a number is given
    end_sessions(session, account)


def leave(session: Session, person: Volunteer, *, reason: str, account_id: int | None, now: datetime) -> Departure:
    """She serves no more. What she had before her is given back as if she had done so herself, so that others are
    sought. Twice is harmless.

    1. Out of the pools of rotations, whose rows are locked before people.
    2. Lock her, and those whose places she was asked to take.
    3. No to what she was asked; sign-ups withdrawn, places declined, drafts rubbed out, watches closed.

    Her teams keep her on their lists, where nobody sees who has left, and have her again when she comes back.
    """
    if person.left_at is not None and (known := queries.departure(session, person.id)):
        return known
    for member, _rotation, _activity in before_her.pools(session, person.id):
        pool.leave(session, member, account_id=account_id, now=now)
    asked = before_her.askings(session, person.id)
    lock_all(session, {person.id, *(holder for _, holder in asked)})
    session.refresh(person)
    if person.left_at is not None and (known := queries.departure(session, person.id)):
        return known
    person.left_at = now
    made = Departure(area_id=person.area_id, volunteer_id=person.id, reason=reason, account_id=account_id, left_at=now)
    session.add(made)
    session.flush()
    for asking_id, _holder in asked:
        with suppress(SwapIsOver):
            swapped.decline(session, swap_asking_id=asking_id, now=now, answered_by=account_id)
    for invitation_id in before_her.invitations(session, person.id):
        invited.decline(session, invitation_id=invitation_id, now=now, answered_by=account_id)
    _give_back(session, made, now=now)
    outbox.record(session, VolunteerLeft(made.id))
    audit.note_about(
        session, "left", person, account_id=account_id, now=now, places=len(made.signup_ids) + len(made.assignment_ids)
    )
    return made


def _give_back(session: Session, made: Departure, *, now: datetime) -> None:
    her, by = made.volunteer_id, made.account_id
    made.signup_ids = list(before_her.standing(session, her, now=now))
    for signup_id in made.signup_ids:
        signups.withdraw(session, signup_id=signup_id, now=now, by=by, until_start=True)
    session.flush()
    for place in before_her.places(session, her, now=now):
        if place.state == AssignmentState.DRAFTED:
            rub_out(session, assignment_id=place.id, account_id=by or 0, now=now)
            continue
        with suppress(OfferClosed):
            roster.decline(session, assignment_id=place.id, now=now, answered_by=by)
            made.assignment_ids = [*made.assignment_ids, place.id]
    for _enrolment, activity in before_her.lessons(session, her):
        courses.leave(session, activity, volunteer_id=her, now=now, typed_by=by)
    for one, _activity in watches_of(session, her):
        unwatch(session, one, now=now)
        made.watch_ids = [*made.watch_ids, one.id]
    session.flush()


@dataclass(frozen=True, slots=True)
class Returned:
    """How much somebody has again of what she had given back, and how much went to others meanwhile."""

    again: int
    gone: int


def come_back(session: Session, person: Volunteer, *, account_id: int, now: datetime) -> Returned:
    """She serves again, from now on. Harmless for who never left.

    Within ten minutes, while her places are kept, it was a mistake: she has again what nobody else has by then, and is
    made once more the offers she had. Her place in the pools of rotations and in courses has to be given to her anew.
    """
    lock_all(session, [person.id])
    session.refresh(person)
    last = queries.departure(session, person.id)
    if person.left_at is None or last is None:
        return Returned(0, 0)
    volunteers.come_back(session, person, account_id=account_id, now=now)
    last.back_at = now
    session.flush()
    return _returned(session, last, now=now) if now - last.left_at <= KEPT else Returned(0, 0)


def _returned(session: Session, last: Departure, *, now: datetime) -> Returned:
    again = 0
    for signup_id in last.signup_ids:
        with suppress(NothingToUndo), session.begin_nested():
            signups.undo_withdrawal(session, signup_id=signup_id, now=now)
            again += 1
    for assignment_id in last.assignment_ids:
        with suppress(OfferClosed), session.begin_nested():
            offer_again(session, assignment_id=assignment_id, now=now)
            again += 1
    for one in session.scalars(select(Watch).where(Watch.id.in_(last.watch_ids))).all():
        watch(session, volunteer_id=last.volunteer_id, activity_id=one.activity_id, weekday=one.weekday, now=now)
    return Returned(again, len(last.signup_ids) + len(last.assignment_ids) - again)


def note_look(session: Session, person: Volunteer, *, account_id: int, now: datetime) -> None:
    """A coordinator has opened the page of all that is known of her."""
    audit.note_about(session, "looked_at_person", person, account_id=account_id, now=now)


def note_search(session: Session, *, account_id: int, now: datetime, found: int, by: list[str]) -> None:
    """Somebody looked through people: how many were found, and by what; not what was typed."""
    audit.note(
        session,
        verb="searched_people",
        subject=("volunteer", None),
        account_id=account_id,
        now=now,
        by=by,
        found=found,
    )
