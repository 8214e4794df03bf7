"""Rosters as rows: a person in a place. What comes in is pencilled in or asked, as on the roster board, by its rules.

A row never releases, confirms or moves anybody, and whoever is missing from the file stays where she is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.availability.queries import said
from service.availability.rules import Said
from service.drafting import actions as drafting
from service.drafting.queries import against
from service.roster import actions as roster
from service.roster.models import ON_THE_ROSTER, Assignment
from service.sheets.lines import REFUSED_BY_FORM, Circumstances, Done, Line, Overtaken, Value, Verdict
from service.sheets.roster_rows import Meant, RosterRows
from service.signups import asking
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow
from service.signups.rules import Candidate, Commitment, Refused
from service.terms import AssignmentState, Availability, Refusal, ReleaseReason, RowOutcome, RowRefusal
from service.volunteers.models import Volunteer
from service.volunteers.queries import lock_all

#: What a row may make of somebody: all else only she herself, or the board.
PUT = (None, AssignmentState.DRAFTED, AssignmentState.OFFERED)
#: Reasons for which a draft went that nobody had heard of.
UNHEARD = (ReleaseReason.REPLANNED,)


class Rosters:
    """A file of people in places, and those of one reach."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given
        self.rows = RosterRows(session, given)
        self.meant: dict[int, Meant] = {}
        self.first: dict[int, int] = {}
        self.are_locked = False

    def judge(self, lines: Sequence[Line]) -> list[Verdict]:
        """What each row would come to. Earlier rows count: two that overlap are not both good."""
        found = self.rows.meant(lines)
        self.meant = {line.number: one for line, one in zip(lines, found, strict=True)}
        pairs = Counter((one.row.Shift.id, one.person.id) for one in found if one.row and one.person)
        known = _Known(self.session, found)
        verdicts = []
        for line, one in zip(lines, found, strict=True):
            if line.faults:
                verdicts.append(REFUSED_BY_FORM)
            elif one.doubts or one.row is None or one.person is None:
                verdicts.append(Verdict(RowOutcome.REFUSED, one.doubts))
            elif pairs[one.row.Shift.id, one.person.id] > 1:
                verdicts.append(Verdict(RowOutcome.REFUSED, (RowRefusal.PLACE_TWICE,)))
            else:
                verdicts.append(self._verdict(line, one.row, one.person, known))
        return verdicts

    def take_in(self, line: Line, verdict: Verdict) -> Done:
        """Pencil her in, and ask her where the row says so. Raises Overtaken."""
        row, person = self.meant[line.number].row, self.meant[line.number].person
        if row is None or person is None:
            raise LookupError(f"row {line.number} was judged with a place and a person")
        self._lock_everybody()
        given = self.given
        try:
            draft = drafting.pencil_in(
                self.session, row=row, volunteer_id=person.id, account_id=given.account_id, now=given.now
            )
        except drafting.CannotServe as cannot:
            raise Overtaken(str(cannot)) from cannot
        if _wanted(line) == AssignmentState.OFFERED:
            if not drafting.ask(self.session, draft, account_id=given.account_id, now=given.now):
                raise Overtaken(f"no place is free in role {row.ShiftRole.id}")
            draft.asked_with_id = self.first.setdefault(person.id, draft.id)
        return Done(draft.id, is_new=True)

    def undo(self, done: Done) -> bool:
        """A draft is rubbed out, who has not answered is released; who has, stays."""
        place = roster.locked(self.session, done.row_id)
        given = self.given
        match place.state:
            case AssignmentState.DRAFTED:
                drafting.rub_out(self.session, assignment_id=place.id, account_id=given.account_id, now=given.now)
            case AssignmentState.OFFERED:
                roster.release(self.session, place, reason=ReleaseReason.COORDINATOR)
            case state:
                return state in (AssignmentState.RELEASED, AssignmentState.DECLINED)
        return True

    def listed(self) -> list[Mapping[str, Value]]:
        """Everybody on the roster of the coming five weeks."""
        return self.rows.listed()

    def _verdict(self, line: Line, row: OpeningRow, person: Volunteer, known: _Known) -> Verdict:
        there = known.there.get((row.Shift.id, person.id))
        if there is not None:
            return _of_there(line, row, there)
        is_asked = _wanted(line) == AssignmentState.OFFERED
        reasons = [*_of_cells(line), *known.doubts(person.id, row)]
        rules = known.against(person.id, row, is_asked=is_asked, given=self.given)
        if reasons or rules:
            return Verdict(RowOutcome.REFUSED, tuple(reasons), against=tuple(rules))
        known.count(person.id, row, is_asked=is_asked)
        return Verdict(RowOutcome.NEW)

    def _lock_everybody(self) -> None:
        """All people of the file at once, in the order in which everybody locks people."""
        if not self.are_locked:
            lock_all(self.session, {one.person.id for one in self.meant.values() if one.person})
            self.are_locked = True


class _Known:
    """What is known of the people and places of a file, and what its own rows come to so far."""

    def __init__(self, session: Session, found: Sequence[Meant]) -> None:
        both = [(one.row, one.person) for one in found if one.row is not None and one.person is not None]
        people, starts = {person.id for _row, person in both}, [row.Shift.starts_at for row, _person in both]
        self.people: dict[int, Candidate] = {}
        self.said: Mapping[int, Said] = said(session, people) if people else {}
        if both:
            self.people = dict(asking.candidates(session, people, around=min(starts), until=max(starts)))
        shift_ids = {row.Shift.id for row, _person in both}
        self.there, self.gone = _of_before(session, shift_ids, people)
        self.asked_at = {
            (one.shift_id, one.volunteer_id): one.signed_up_at
            for one in session.scalars(
                select(SignUp)
                .where(SignUp.shift_id.in_(shift_ids), SignUp.volunteer_id.in_(people))
                .where(SignUp.state.in_(STANDING))
            )
        }
        self.asked: dict[int, int] = defaultdict(int)

    def doubts(self, volunteer_id: int, row: OpeningRow) -> list[RowRefusal]:
        """What she has said herself: of this shift, or of such times, unless she asked for it."""
        shift, key = row.Shift, (row.Shift.id, volunteer_id)
        asked_at = self.asked_at.get(key)
        says = self.said[volunteer_id].of(
            shift.starts_at, shift.ends_at, activity_id=shift.activity_id, asked_at=asked_at
        )
        reasons = [RowRefusal.GONE_BEFORE] if key in self.gone else []
        return [*reasons, *([RowRefusal.SAYS_CANNOT] if says == Availability.CANNOT else [])]

    def against(self, volunteer_id: int, row: OpeningRow, *, is_asked: bool, given: Circumstances) -> list[Refused]:
        """All that stands between her and the place by the rules of the board."""
        reasons = against(self.people[volunteer_id], row, now=given.now)
        taken = row.ShiftRole.taken + self.asked[row.ShiftRole.id]
        return [*reasons, *([Refused(Refusal.FULL)] if is_asked and taken >= row.ShiftRole.max_needed else [])]

    def count(self, volunteer_id: int, row: OpeningRow, *, is_asked: bool) -> None:
        """From here on she is there, and the place perhaps taken."""
        shift, her = row.Shift, self.people[volunteer_id]
        rest = timedelta(minutes=shift.rest_after)
        duty = Commitment(shift.id, row.Activity.title, shift.starts_at, shift.ends_at, rest)
        self.people[volunteer_id] = replace(her, commitments=(*her.commitments, duty))
        self.asked[row.ShiftRole.id] += is_asked


def _of_before(
    session: Session, shift_ids: Collection[int], people: Collection[int]
) -> tuple[dict[tuple[int, int], Assignment], set[tuple[int, int]]]:
    """By shift and person: who is there or drafted; who said no, withdrew or was let go."""
    there: dict[tuple[int, int], Assignment] = {}
    gone: set[tuple[int, int]] = set()
    for place in session.scalars(
        select(Assignment)
        .where(Assignment.shift_id.in_(shift_ids), Assignment.volunteer_id.in_(people))
        .order_by(Assignment.id)
    ):
        key = (place.shift_id, place.volunteer_id)
        if place.state in (*ON_THE_ROSTER, AssignmentState.DRAFTED):
            there[key] = place
        elif place.release_reason not in UNHEARD:
            gone.add(key)
    return there, gone


def _of_there(line: Line, row: OpeningRow, there: Assignment) -> Verdict:
    """She is in this shift already: as the row says, or that is changed elsewhere."""
    if there.shift_role_id != row.ShiftRole.id:
        return Verdict(RowOutcome.REFUSED, (RowRefusal.IN_ANOTHER_ROLE,))
    if _wanted(line) not in (None, there.state):
        return Verdict(RowOutcome.REFUSED, (RowRefusal.STATE_ON_THE_BOARD,))
    return Verdict(RowOutcome.SAME, row_id=there.id)


def _of_cells(line: Line) -> list[RowRefusal]:
    """What a row cannot make of somebody."""
    reasons = [] if _wanted(line) in PUT else [RowRefusal.STATE_NOT_HERS]
    return [*reasons, *([RowRefusal.STAND_BY_ELSEWHERE] if line.values.get("stand_by") else [])]


def _wanted(line: Line) -> AssignmentState | None:
    told = line.text("state")
    return AssignmentState(told) if told else None
