"""The rules of company.py as rows of a program, one function each."""

from __future__ import annotations

from collections.abc import Iterator

from service.matching.company import adults_for, faces_of
from service.matching.frame import Frame, bound, grouped, pairs
from service.matching.problem import BondKind, Wish, day


def full(frame: Frame) -> None:
    """No more people than places; where somebody serves who comes only if need be, no more than the minimum."""
    for opening_id, columns in frame.of_opening.items():
        opening = frame.start.openings[opening_id]
        missing, free = frame.start.missing(opening), frame.start.free(opening)
        spare = [n for n in columns if frame.is_spare[n]]
        if frame.start.spare_in(opening) is not None:
            frame.at_most(columns, min(missing, free))
        elif spare and min(free, len(columns)) > missing:
            most = min(free, len(columns))
            called = frame.held_open(spare, is_forced=False)
            frame.program.sum_row(columns, beside=(called, most - missing), most=most)
        else:
            frame.at_most(columns, free)


def apart(frame: Frame) -> None:
    """Two who must not meet are never in one shift."""
    for person_id, other_id in pairs(frame, BondKind.APART):
        both = [*frame.of_person[person_id], *frame.of_person[other_id]]
        for _, meeting in grouped(both, lambda n: frame.opening[n].shift_id):
            frame.at_most(meeting, 1)


def faces(frame: Frame) -> None:
    """Who is visited sees few different people: a column for each visitor who is not known yet."""
    for visit in sorted({opening.visit for opening in frame.opening} - {0}):
        openings = frame.start.of_visit[visit]
        columns = [n for opening in openings for n in frame.of_opening.get(opening.id, ())]
        known = {person_id for opening in openings for person_id in frame.start.holders[opening.id]}
        strange = [n for n in columns if frame.wishes[n].person_id not in known]
        most = faces_of(openings)
        if most and len({frame.wishes[n].person_id for n in strange}) + len(known) > most:
            _few_faces(frame, strange, left=max(0, most - len(known)))


def _few_faces(frame: Frame, columns: list[int], *, left: int) -> None:
    """A column for each new visitor; none where she could come only once anyhow.

    Of visits on a day that she serves once, or beyond her limit of the week, a linear program must not take halves
    for one face: they are held together by one row.
    """
    seen: list[int] = []
    for person_id, own in grouped(columns, lambda n: frame.wishes[n].person_id):
        if len(own) == 1:
            seen += own
            continue
        days = list(_of_one_day(frame, person_id, own))
        most = _most_of_a_week(frame, person_id, own)
        if most <= 1 or len(days) == 1:
            seen += own
            continue
        face = frame.program.column(0, 1)
        frame.causes[face] = own
        for together in [*days, *([own] if most < len(days) else [])]:
            share = most if together is own else 1
            frame.program.sum_row(together, beside=(face, -share), most=0)
        seen.append(face)
    frame.program.sum_row(seen, most=left)


def _of_one_day(frame: Frame, person_id: int, columns: list[int]) -> Iterator[list[int]]:
    """Columns of which she can have one at most: those of one day where she serves once a day, else each alone."""
    limit = frame.start.persons[person_id].most_a_day
    for today, own in grouped(columns, lambda n: day(frame.opening[n].starts)):
        if limit is not None and limit - sum(duty.day == today for duty in frame.start.duties[person_id]) <= 1:
            yield own
        else:
            yield from ([n] for n in own)


def _most_of_a_week(frame: Frame, person_id: int, columns: list[int]) -> int:
    """How many of these she can have by her number of shifts a week; all where they are of several weeks."""
    limit = frame.start.persons[person_id].most_a_week
    weeks = {frame.opening[n].week for n in columns}
    if limit is None or len(weeks) > 1:
        return len(columns)
    return limit - sum(duty.week in weeks for duty in frame.start.duties[person_id])


def together(frame: Frame) -> None:
    """Partners serve in the same shift or not at all; one who serves there already waits for nobody."""
    for person_id, other_id in bound(frame, BondKind.TOGETHER):
        _follow(frame, person_id, other_id)
        if other_id not in frame.of_person:
            _follow(frame, other_id, person_id)


def _follow(frame: Frame, person_id: int, other_id: int) -> None:
    """She serves only in shifts in which the other one does."""
    hers = frame.of_person.get(person_id, ())
    theirs = frame.of_person.get(other_id, ())
    for shift_id, own in grouped(hers, lambda n: frame.opening[n].shift_id):
        if other_id not in frame.start.company(shift_id):
            beside = [n for n in theirs if frame.opening[n].shift_id == shift_id]
            frame.program.row([*((n, 1) for n in own), *((n, -1) for n in beside)], most=0)
    for wish in _placed_of(frame, person_id):
        shift_id = frame.start.openings[wish.opening_id].shift_id
        beside = [n for n in theirs if frame.opening[n].shift_id == shift_id]
        if beside and other_id not in frame.start.company(shift_id):
            frame.program.sum_row(beside, least=1)


def newcomer(frame: Frame) -> None:
    """Who is new serves beside somebody experienced."""
    start = frame.start
    for shift_id, columns in frame.of_shift.items():
        if start.has_guide(shift_id):
            continue
        guides = [n for n in columns if frame.is_experienced[n]]
        fresh = [n for n in columns if frame.needs_guide[n]]
        placed = start.placed_in(start.of_shift[shift_id])
        if guides and any(start.is_new(wish.person_id, wish.opening_id) for wish in placed):
            frame.program.sum_row(guides, least=1)
        elif fresh:
            _only_beside(frame, fresh, guides)


def _only_beside(frame: Frame, columns: list[int], guides: list[int]) -> None:
    beside = frame.program.column(0, 1)
    frame.causes[beside] = guides
    frame.program.row([(beside, 1), *((n, -1) for n in guides)], most=0)
    frame.program.each_below(columns, beside)


def enough_adults(frame: Frame) -> None:
    """Where children are, two adults are, and enough for the ratio, or nobody serves."""
    persons = frame.start.persons
    for shift_id, columns in frame.of_shift.items():
        openings = frame.start.of_shift[shift_id]
        there = sum(persons[person_id].is_adult for person_id in set(frame.start.company(shift_id)))
        if (missing := adults_for(openings) - there) > 0:
            held = frame.held_open(columns, is_forced=bool(frame.start.placed_in(openings)))
            grown = [n for n in columns if frame.is_adult[n]]
            frame.program.sum_row(grown, beside=(held, -missing), least=0)


def crew(frame: Frame) -> None:
    """The openings of a crew are held together, each with its minimum, or not at all."""
    for name in sorted({opening.crew for opening in frame.opening} - {0}):
        openings = frame.start.of_crew[name]
        columns = [n for opening in openings for n in frame.of_opening.get(opening.id, ())]
        lacking = [opening for opening in openings if frame.start.missing(opening)]
        if columns and lacking:
            held = frame.held_open(columns, is_forced=bool(frame.start.placed_in(openings)))
            frame.held_by |= {opening.id: held for opening in openings}
            for opening in lacking:
                heads = frame.of_opening.get(opening.id, ())
                frame.program.sum_row(heads, beside=(held, -frame.start.missing(opening)), least=0)


def _placed_of(frame: Frame, person_id: int) -> list[Wish]:
    return [wish for wish in frame.start.wishes_of.get(person_id, ()) if frame.start.is_placed(wish)]
