"""Every rule that may stand between a volunteer and a place, on plain values.

`refusals` is the one truth: the sign-up, the list of shifts one can take, the promotion from the
waitlist, the matcher and the pages all ask it. One rule is one small function.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from service.calendars.heat import Heat
from service.calendars.rules import is_night, local
from service.terms import ActivityState, ConsentPurpose, QualificationKind, Refusal, ShiftState
from service.volunteers.rules import age_on, counts_as, is_elder, is_too_hot_for


@dataclass(frozen=True, slots=True)
class Held:
    """A verified qualification and the dates it covers."""

    kind: QualificationKind
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A place a person holds already."""

    shift_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    rest_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who asks. `commitments` are all those near the shift in question (a fortnight around it)."""

    volunteer_id: int
    birth_on: date | None
    weekly_hours: int
    tags: frozenset[str] = frozenset()
    consents: frozenset[ConsentPurpose] = frozenset()
    qualifications: tuple[Held, ...] = ()
    commitments: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is asked for: one role of one shift. `is_urgent`: people are called together, for what cannot wait."""

    shift_id: int
    shift_role_id: int
    starts_at: datetime
    ends_at: datetime
    rest_after: timedelta
    activity_state: ActivityState
    shift_state: ShiftState
    closes_at: datetime
    requires: tuple[QualificationKind, ...] = ()
    tags: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    places_left: int = 1
    has_waitlist: bool = True
    is_instant: bool = True
    is_urgent: bool = False
    heat: Heat | None = None
    most_together: int = 1

    @property
    def on(self) -> date:
        """The service date, by which papers and ages are judged."""
        return local(self.starts_at).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom she brings: how many adults and children; `guardian_consents`, that their guardian agrees and is with them.

    Who is under eighteen takes part with the guardian's consent or company (河南省志愿服务条例 art. 8): here with both.
    """

    with_adults: int = 0
    with_children: int = 0
    guardian_consents: bool = False

    @property
    def places(self) -> int:
        """How many places they take together."""
        return 1 + self.with_adults + self.with_children


ALONE = Party()


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason, with the values its sentence needs."""

    reason: Refusal
    details: dict[str, str | int | date | datetime] = field(default_factory=dict)


def refusals(candidate: Candidate, opening: Opening, now: datetime, *, party: Party = ALONE) -> list[Refused]:
    """All the reasons against, not the first; empty when she may have the place (or queue for it), with her party."""
    return [
        *refusals_to_stand_by(candidate, opening, now),
        *_together(opening, party),
        *_full(opening, party),
    ]


def refusals_to_stand_by(candidate: Candidate, opening: Opening, now: datetime) -> list[Refused]:
    """All the reasons against standing by; whether a place for that is left is for the count to say."""
    return [
        *closed(opening, now),
        *_unfit(candidate, opening),
        *_here_already(candidate, opening),
        *_busy(candidate, opening),
    ]


def but_for(candidate: Candidate, *, shift_id: int) -> Candidate:
    """The same person without her duty in this shift, which is about to become another."""
    others = tuple(duty for duty in candidate.commitments if duty.shift_id != shift_id)
    return replace(candidate, commitments=others)


def unfit(candidate: Candidate, opening: Opening) -> list[Refused]:
    """Only the reasons that lie in the person and her other duties: what matching and promotion ask."""
    return [*_unfit(candidate, opening), *_busy(candidate, opening)]


def closed(opening: Opening, now: datetime) -> Iterator[Refused]:
    """Reasons that lie in the shift, whoever asks."""
    if opening.activity_state == ActivityState.DRAFT:
        yield Refused(Refusal.NOT_PUBLISHED)
    if opening.shift_state == ShiftState.CANCELLED or opening.activity_state == ActivityState.CANCELLED:
        yield Refused(Refusal.SHIFT_CANCELLED)
    if now >= opening.starts_at:
        yield Refused(Refusal.SHIFT_STARTED, {"starts_at": opening.starts_at})
    elif now >= opening.closes_at:
        yield Refused(Refusal.SIGN_UP_CLOSED, {"closes_at": opening.closes_at})


def _unfit(candidate: Candidate, opening: Opening) -> Iterator[Refused]:
    if ConsentPurpose.SERVICE not in candidate.consents:
        yield Refused(Refusal.CONSENT_MISSING)
    yield from unqualified(candidate.qualifications, opening.requires, on=opening.on)
    yield from lacking_tags(candidate.tags, opening.tags)
    yield from wrong_age(candidate.birth_on, opening)
    if not opening.is_urgent:
        yield from too_late_at_night(candidate.birth_on, opening)
        yield from too_hot(candidate.birth_on, opening.heat, on=opening.on)


def unqualified(held: Iterable[Held], requires: Iterable[QualificationKind], *, on: date) -> Iterator[Refused]:
    """What is missing on the service date, not today (志愿服务条例 art. 16, 医师法 art. 14). A paper counts for all it
    includes."""
    for kind in requires:
        good = [q for q in held if kind in counts_as(q.kind)]
        if any(q.valid_from <= on and (q.valid_until is None or on <= q.valid_until) for q in good):
            continue
        ends = [q.valid_until for q in good if q.valid_until is not None and q.valid_until < on]
        if ends:
            yield Refused(Refusal.QUALIFICATION_EXPIRED, {"kind": kind, "valid_until": max(ends), "on": on})
        else:
            yield Refused(Refusal.QUALIFICATION_MISSING, {"kind": kind, "on": on})


def lacking_tags(hers: Collection[str], asked: Sequence[str]) -> Iterator[Refused]:
    """A role may be for 老党员 or 退役军人: one of its tags will do. Only coordinators write what is on a person."""
    if asked and not set(asked) & set(hers):
        yield Refused(Refusal.TAG_MISSING, {"tags": "、".join(asked)})


def wrong_age(birth_on: date | None, opening: Opening) -> Iterator[Refused]:
    """Reasons that lie in the age of somebody born then, on the service date."""
    if opening.min_age is None and opening.max_age is None:
        return
    if birth_on is None:
        yield Refused(Refusal.AGE_UNKNOWN)
        return
    age = age_on(birth_on, opening.on)
    if opening.min_age is not None and age < opening.min_age:
        yield Refused(Refusal.TOO_YOUNG, {"min_age": opening.min_age, "age": age})
    if opening.max_age is not None and age > opening.max_age:
        yield Refused(Refusal.TOO_OLD, {"max_age": opening.max_age, "age": age})


def too_late_at_night(birth_on: date | None, opening: Opening) -> Iterator[Refused]:
    """No elder serves at night (matching/hours.py: night)."""
    if is_night(opening.starts_at, opening.ends_at) and is_elder(birth_on, opening.on):
        yield Refused(Refusal.NIGHT)


def too_hot(birth_on: date | None, heat: Heat | None, *, on: date) -> Iterator[Refused]:
    """Nobody old or under age serves outdoors while it is hot (matching/hours.py: heat), nobody at all in the worst.

    Whoever is called to what cannot wait is not asked this (《防暑降温措施管理办法》 art. 8, first exception).
    """
    if heat is not None and is_too_hot_for(birth_on, heat, on=on):
        yield Refused(Refusal.TOO_HOT if heat.is_for_all else Refusal.HEAT)


def _here_already(candidate: Candidate, opening: Opening) -> Iterator[Refused]:
    """She was given a place in this shift without asking: no need to ask."""
    return (Refused(Refusal.OVERLAP, _told(c)) for c in candidate.commitments if c.shift_id == opening.shift_id)


def _busy(candidate: Candidate, opening: Opening) -> Iterator[Refused]:
    for other in candidate.commitments:
        if other.shift_id == opening.shift_id:
            continue
        if opening.starts_at < other.ends_at and other.starts_at < opening.ends_at:
            yield Refused(Refusal.OVERLAP, _told(other))
        elif _breaks_rest(opening, other):
            yield Refused(Refusal.REST, _told(other))
    yield from _over_hours(candidate, opening)


def _told(duty: Commitment) -> dict[str, str | int | date | datetime]:
    """What a sentence about another duty says of it."""
    return {"title": duty.title, "starts_at": duty.starts_at, "ends_at": duty.ends_at, "shift_id": duty.shift_id}


def _breaks_rest(opening: Opening, other: Commitment) -> bool:
    """Whether the later of the two starts before the rest owed after the earlier one is over."""
    if other.starts_at < opening.starts_at:
        return opening.starts_at < other.ends_at + other.rest_after
    return other.starts_at < opening.ends_at + opening.rest_after


def _over_hours(candidate: Candidate, opening: Opening) -> Iterator[Refused]:
    """The person's own weekly limit, over the ISO week (in China) in which the shift starts."""
    week = local(opening.starts_at).isocalendar()[:2]
    served = sum(
        (c.ends_at - c.starts_at for c in candidate.commitments if local(c.starts_at).isocalendar()[:2] == week),
        timedelta(),
    )
    if served + (opening.ends_at - opening.starts_at) > timedelta(hours=candidate.weekly_hours):
        yield Refused(
            Refusal.WEEKLY_HOURS, {"limit": candidate.weekly_hours, "held": round(served / timedelta(hours=1))}
        )


def _together(opening: Opening, party: Party) -> Iterator[Refused]:
    if party.places > opening.most_together:
        yield Refused(Refusal.TOO_MANY_TOGETHER, {"most": opening.most_together})
    if party.with_children and not party.guardian_consents:
        yield Refused(Refusal.GUARDIAN_MISSING)


def _full(opening: Opening, party: Party) -> Iterator[Refused]:
    if opening.is_instant and opening.places_left < party.places and not opening.has_waitlist:
        yield Refused(Refusal.FULL)
