"""The rules of hours.py as rows of a program, one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from service.matching.columns import Groups
from service.matching.frame import Frame, meeting_sets, pairs
from service.matching.hours import BREAK
from service.matching.hoursums import sharper
from service.matching.plan import Duty, Plan
from service.matching.problem import BondKind
from service.matching.table import NOTHING

if TYPE_CHECKING:
    from service.matching.columns import Whole


def weekly_shifts(frame: Frame) -> None:
    """Her own number of shifts in each week."""
    _so_many(frame, "most_a_week", frame.columns.week, lambda duty: duty.week)


def daily_shifts(frame: Frame) -> None:
    """Her own number of shifts on each day."""
    _so_many(frame, "most_a_day", frame.columns.day, lambda duty: duty.day)


def _so_many(frame: Frame, limit: str, dates: Whole, on: Callable[[Duty], int]) -> None:
    columns = frame.columns
    groups = Groups.by(columns.person, dates)
    most = columns.of_person(limit)[groups.firsts]
    left = (most - frame.held(groups, dates, on, lambda duty: 1)).clip(min=0)
    is_short = (most != NOTHING) & (groups.sizes > left)
    frame.own(*groups.where(is_short), most=left[is_short])
    frame.one_at_most(groups, is_short & (left == 1))


def same_time(frame: Frame) -> None:
    """Of duties that meet, rest owed included, one at most: a row for each largest set that shares a moment.

    Such a set is complete when somebody's next duty begins after one of it has ended.
    """
    import numpy as np

    columns = frame.columns
    rest = columns.of_opening("rest_after")
    groups = Groups.by(columns.person, then=columns.starts)
    starts, ends = columns.starts[groups.order], np.maximum(columns.ends + rest, columns.starts + 1)[groups.order]
    later, earlier = groups.pairs()
    meets = ends[earlier] > starts[later]
    later, earlier = later[meets], earlier[meets]
    sizes = np.bincount(later, minlength=len(starts))
    first_end = np.minimum.reduceat(ends[earlier], np.cumsum(sizes) - sizes)
    is_last = np.diff(groups.of, append=-1) != 0
    complete = (sizes > 1) & (is_last | (first_end <= np.append(starts[1:], 0)))
    frame.own(groups.order[earlier[complete[later]]], sizes[complete], most=np.ones(complete.sum(), np.int64))
    shifts = Groups.by(columns.person, columns.shift)
    twice = shifts.sizes > 1
    frame.own(*shifts.where(twice), most=np.ones(twice.sum(), np.int64))


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
    """Her own limit in each week, and what follows from it for whole duties."""
    import numpy as np

    columns = frame.columns
    groups = Groups.by(columns.person, columns.week)
    held = frame.held(groups, columns.week, lambda duty: duty.week, lambda duty: duty.minutes)
    most = columns.of_person("max_minutes")[groups.firsts] - held
    members, sizes = groups.where(groups.sums(columns.minutes) > most)
    most = most[groups.sums(columns.minutes) > most]
    minutes, of = columns.minutes[members], np.repeat(np.arange(len(sizes)), sizes)
    frame.own(members, sizes, shares=minutes, most=most)
    for shares, limits in sharper(minutes, of, most):
        counts = np.bincount(of[shares > 0], minlength=len(sizes))
        kept = counts > 0
        frame.own(members[shares > 0], counts[kept], shares=shares[shares > 0], most=limits[kept])


def relief(frame: Frame) -> None:
    """Of two who relieve each other at home, one at most is on duty at any time."""
    for person_id, other_id in pairs(frame, BondKind.RELIEF):
        own = set(frame.of_person[person_id])
        both = [*own, *frame.of_person[other_id]]
        spans = sorted((frame.opening[n].starts, frame.opening[n].ends, n) for n in both)
        for meeting in meeting_sets(spans):
            if 0 < sum(n in own for n in meeting) < len(meeting):
                frame.program.sum_row(meeting, most=1)
