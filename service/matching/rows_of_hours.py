"""The rules of hours.py as rows of a program, one function each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from service.matching.frame import Frame, grouped, meeting_sets, pairs
from service.matching.hours import BREAK
from service.matching.hoursums import sharper
from service.matching.plan import Plan
from service.matching.problem import BondKind, day


def same_time(frame: Frame) -> None:
    """Of duties that meet, rest owed included, one at most: a row for each set of which any two meet."""
    for columns in frame.of_person.values():
        if len(columns) > 1:
            spans = sorted((frame.opening[n].starts, n) for n in columns)
            for meeting in meeting_sets(
                [(starts, frame.opening[n].ends + frame.opening[n].rest_after, n) for starts, n in spans]
            ):
                frame.program.sum_row(meeting, most=1)
            shifts = [frame.opening[n].shift_id for n in columns]
            if len(set(shifts)) < len(shifts):
                _one_role_of_a_shift(frame, columns)


def _one_role_of_a_shift(frame: Frame, columns: list[int]) -> None:
    roles: dict[int, list[int]] = defaultdict(list)
    for n in columns:
        roles[frame.opening[n].shift_id].append(n)
    for same in roles.values():
        frame.at_most(same, 1)


def stretch(frame: Frame) -> None:
    """No chain of duties without a pause that is longer than the limit."""
    for person_id, columns in frame.of_person.items():
        limit = frame.start.persons[person_id].most_at_a_stretch
        if limit is not None:
            items = [(frame.opening[n].starts, frame.opening[n].ends, n) for n in columns]
            items += [(starts, ends, -1) for starts, ends in _merged(frame.start, person_id)]
            for chain in {tuple(sorted(c)) for c in _too_long(sorted(items), limit)}:
                frame.program.sum_row(list(chain), most=len(chain) - 1)


def _merged(start: Plan, person_id: int) -> list[tuple[int, int]]:
    """What she has on already, duties that overlap taken as one."""
    spans: list[tuple[int, int]] = []
    for starts, ends in sorted((duty.starts, duty.ends) for duty in start.duties[person_id]):
        if spans and starts < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(ends, spans[-1][1]))
        else:
            spans.append((starts, ends))
    return spans


def _too_long(items: list[tuple[int, int, int]], limit: int) -> Iterator[list[int]]:
    """The columns of each shortest chain that goes over the limit."""
    chains = [([item], item[1] - item[0]) for item in items]
    while chains:
        chain, minutes = chains.pop()
        if minutes > limit:
            if columns := [n for _, _, n in chain if n >= 0]:
                yield columns
            continue
        until = chain[-1][1]
        chains += [([*chain, item], minutes + item[1] - item[0]) for item in items if until <= item[0] < until + BREAK]


def weekly_hours(frame: Frame) -> None:
    """Her own limit in each week."""
    for person_id, columns in frame.of_person.items():
        limit = frame.start.persons[person_id].max_minutes
        for week, inside in grouped(columns, lambda n: frame.opening[n].week):
            left = limit - sum(duty.minutes for duty in frame.start.duties[person_id] if duty.week == week)
            minutes = [frame.minutes(n) for n in inside]
            if sum(minutes) > left:
                frame.program.row(zip(inside, minutes, strict=True), most=left)
                for shares, most in sharper(minutes, left):
                    frame.program.row([(n, share) for n, share in zip(inside, shares, strict=True) if share], most=most)


def weekly_shifts(frame: Frame) -> None:
    """Her own number of shifts in each week."""
    for person_id, columns in frame.of_person.items():
        limit = frame.start.persons[person_id].most_a_week
        if limit is not None:
            for week, inside in grouped(columns, lambda n: frame.opening[n].week):
                held = sum(duty.week == week for duty in frame.start.duties[person_id])
                frame.at_most(inside, max(0, limit - held))


def daily_shifts(frame: Frame) -> None:
    """Her own number of shifts on each day."""
    for person_id, columns in frame.of_person.items():
        limit = frame.start.persons[person_id].most_a_day
        if limit is not None:
            for today, inside in grouped(columns, lambda n: day(frame.opening[n].starts)):
                held = sum(duty.day == today for duty in frame.start.duties[person_id])
                frame.at_most(inside, max(0, limit - held))


def relief(frame: Frame) -> None:
    """Of two who relieve each other at home, one at most is on duty at any time."""
    for person_id, other_id in pairs(frame, BondKind.RELIEF):
        own = set(frame.of_person[person_id])
        both = [*own, *frame.of_person[other_id]]
        spans = sorted((frame.opening[n].starts, frame.opening[n].ends, n) for n in both)
        for meeting in meeting_sets(spans):
            if 0 < sum(n in own for n in meeting) < len(meeting):
                frame.program.sum_row(meeting, most=1)
