"""People as rows. Whoever is known by her number, her telephone, or her name and birthday is changed, not doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import secrets
from service.places.models import Area
from service.places.queries import within
from service.sheets.lines import REFUSED_BY_FORM, Circumstances, Done, Line, Value, Verdict
from service.sheets.reach import areas_by_name, only_area
from service.terms import ConsentHow, RowOutcome, RowRefusal
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.volunteers.queries import PHONE

#: Fields that an uploaded row may change; an empty cell changes nothing.
FIELDS = ("name", "birth_on", "tags", "weekly_hours")


@dataclass(slots=True)
class _Known:
    """Who is here already, by each way to recognise her. `elsewhere` are telephones of other communities."""

    by_id: dict[int, Volunteer] = field(default_factory=dict)
    by_phone: dict[bytes, Volunteer] = field(default_factory=dict)
    by_name: dict[str, list[Volunteer]] = field(default_factory=dict)
    elsewhere: set[bytes] = field(default_factory=set)


class People:
    """A file of people, and those of one reach."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given

    def judge(self, lines: Sequence[Line]) -> list[Verdict]:
        """What each row would come to; all that stands against it is named."""
        known = _known(self.session, lines, self.given)
        phones = Counter(phone for line in lines if (phone := line.text("phone")))
        verdicts = []
        for line in lines:
            if line.faults:
                verdicts.append(REFUSED_BY_FORM)
                continue
            person, refusals = _recognised(line, known)
            if phones[line.text("phone") or ""] > 1:
                refusals.append(RowRefusal.TWICE)
            refusals += self._place_refusals(line, is_new=person is None)
            verdicts.append(self._verdict(line, person, refusals))
        return verdicts

    def take_in(self, line: Line, verdict: Verdict) -> Done:
        """Register her, or change what the row says otherwise. The consent is recorded as the row tells it."""
        if verdict.row_id is None:
            return self._register(line)
        person = self.session.get_one(Volunteer, verdict.row_id)
        wanted = self._wanted(line)
        changes = {name: wanted[name] for name in verdict.changed}
        before = {name: _as_value(getattr(person, name)) for name in changes}
        self._revise(person, changes)
        return Done(person.id, is_new=False, before=before)

    def undo(self, done: Done) -> bool:
        """Whoever was new goes, unless she has done something since; who was changed is as before."""
        person = self.session.get(Volunteer, done.row_id)
        if person is None:
            return True
        if not done.is_new:
            self._revise(person, {name: _from_value(name, value) for name, value in done.before.items()})
            return True
        try:
            with self.session.begin_nested():
                for one in (*person.consents, *person.qualifications):
                    self.session.delete(one)
                self.session.flush()
                self.session.delete(person)
        except IntegrityError:
            return False
        return True

    def listed(self) -> list[Mapping[str, Value]]:
        """Everybody in reach, without telephone numbers: who is listed is found again by her number."""
        rows = self.session.execute(
            select(Volunteer, Area.name)
            .join(Area, Area.id == Volunteer.area_id)
            .where(within(Volunteer.area_id, self.given.scope_ids), Volunteer.left_at.is_(None))
            .order_by(Area.lineage, Volunteer.pinyin, Volunteer.id)
        )
        return [
            {
                "id": person.id,
                "area": area,
                "name": person.name,
                "birth_on": person.birth_on.isoformat() if person.birth_on else None,
                "tags": "、".join(person.tags),
                "weekly_hours": person.weekly_hours,
            }
            for person, area in rows
        ]

    @cached_property
    def areas(self) -> Mapping[str, list[Area]]:
        """Areas in reach by name."""
        return areas_by_name(self.session, self.given.scope_ids)

    def _register(self, line: Line) -> Done:
        wanted, here = self._wanted(line), only_area(self.areas)
        person = volunteers.register(
            self.session,
            area_id=wanted.get("area_id") or (here.id if here else self.given.scope_ids[0]),
            name=wanted["name"],
            phone=line.text("phone"),
            birth_on=wanted.get("birth_on"),
            tags=wanted.get("tags", ()),
            how=ConsentHow(str(line.values["how"])),
            recorded_by=self.given.account_id,
            now=self.given.now,
        )
        if hours := line.whole("weekly_hours"):
            person.weekly_hours = hours
            self.session.flush()
        return Done(person.id, is_new=True)

    def _revise(self, person: Volunteer, changes: Mapping[str, Any]) -> None:
        given = self.given
        volunteers.revise(self.session, person, changes=changes, account_id=given.account_id, now=given.now)

    def _place_refusals(self, line: Line, *, is_new: bool) -> Iterable[RowRefusal]:
        name = line.text("area")
        if name is None:
            return [RowRefusal.AREA_MISSING] if is_new and only_area(self.areas) is None else []
        if name not in self.areas:
            return [RowRefusal.AREA_UNKNOWN]
        return [RowRefusal.AREA_UNCLEAR] if len(self.areas[name]) > 1 else []

    def _verdict(self, line: Line, person: Volunteer | None, refusals: Sequence[RowRefusal]) -> Verdict:
        reasons = list(refusals)
        if person is None and line.text("how") is None:
            reasons.append(RowRefusal.CONSENT_MISSING)
        if reasons:
            return Verdict(RowOutcome.REFUSED, tuple(dict.fromkeys(reasons)))
        if person is None:
            return Verdict(RowOutcome.NEW)
        wanted = self._wanted(line)
        changed = tuple(name for name, value in wanted.items() if value != getattr(person, name))
        return Verdict(RowOutcome.CHANGED if changed else RowOutcome.SAME, changed=changed, row_id=person.id)

    def _wanted(self, line: Line) -> dict[str, Any]:
        """What the filled cells say, as the columns of a person hold it. An empty cell says nothing."""
        wanted = {name: _from_value(name, line.values[name]) for name in FIELDS if line.values.get(name) is not None}
        if area := line.text("area"):
            wanted["area_id"] = self.areas[area][0].id
        return wanted


def _known(session: Session, lines: Sequence[Line], given: Circumstances) -> _Known:
    known = _Known()
    here = select(Volunteer).where(within(Volunteer.area_id, given.scope_ids), Volunteer.left_at.is_(None))
    for person in session.scalars(here.order_by(Volunteer.id)):
        known.by_id[person.id] = person
        known.by_name.setdefault(person.name, []).append(person)
        if person.phone_digest:
            known.by_phone[person.phone_digest] = person
    digests = {_digest(phone) for line in lines if (phone := line.text("phone"))} - known.by_phone.keys()
    taken = session.scalars(select(Volunteer.phone_digest).where(Volunteer.phone_digest.in_(digests)))
    known.elsewhere = {digest for digest in taken if digest}
    return known


def _recognised(line: Line, known: _Known) -> tuple[Volunteer | None, list[RowRefusal]]:
    """Whom the row means: by her number, by telephone, or by name and birthday; and what is doubtful about it."""
    number, phone, name = line.whole("id"), line.text("phone"), line.text("name") or ""
    digest = _digest(phone) if phone else None
    if number is not None:
        person = known.by_id.get(number)
        if person is None:
            return None, [RowRefusal.NUMBER_UNKNOWN]
        other = known.by_phone.get(digest) if digest else None
        return person, [RowRefusal.PHONE_TAKEN] if digest and (other or person) is not person else []
    if digest in known.elsewhere:
        return None, [RowRefusal.PHONE_TAKEN]
    if digest and digest in known.by_phone:
        return known.by_phone[digest], []
    return _by_name(line, known.by_name.get(name, []), has_phone=phone is not None)


def _by_name(
    line: Line, namesakes: Sequence[Volunteer], *, has_phone: bool
) -> tuple[Volunteer | None, list[RowRefusal]]:
    """Without a telephone, the same name and birthday is the same person; the same name alone is doubtful."""
    if has_phone or not namesakes:
        return None, []
    born = line.day("birth_on")
    same = [one for one in namesakes if born is not None and one.birth_on == born]
    if len(same) == 1:
        return same[0], []
    differs = born is not None and all(one.birth_on is not None for one in namesakes) and not same
    return None, [] if differs else [RowRefusal.NAMESAKE]


def _digest(phone: str) -> bytes:
    return secrets.digest(phone, purpose=PHONE)


def _from_value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "birth_on":
        return date.fromisoformat(str(value))
    if name == "tags":
        return [tag for tag in str(value).replace(",", "、").replace("，", "、").split("、") if tag.strip()]
    return value


def _as_value(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else value
