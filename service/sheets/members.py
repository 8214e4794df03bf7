"""Teams as rows, one for each member. A team that does not exist yet is founded, as a draft to be approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import secrets
from service.calendars.rules import local
from service.places.models import Area
from service.places.queries import within
from service.sheets.lines import REFUSED_BY_FORM, Circumstances, Done, Line, Value, Verdict
from service.sheets.reach import areas_by_name, only_area
from service.teams.actions import found_team, join_team
from service.teams.models import Membership, Team
from service.terms import MemberRole, RowOutcome, RowRefusal, TeamState
from service.volunteers.models import Volunteer
from service.volunteers.queries import PHONE


class Members:
    """A file of members, and the teams and people of one reach."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given
        self.today = local(given.now).date()

    def judge(self, lines: Sequence[Line]) -> list[Verdict]:
        """What each row would come to; all that stands against it is named."""
        found = [self._person(line) for line in lines]
        both = list(zip(lines, found, strict=True))
        pairs = Counter((line.text("team"), person.id) for line, (person, _doubts) in both if person)
        verdicts = []
        for line, (person, doubts) in both:
            if line.faults:
                verdicts.append(REFUSED_BY_FORM)
                continue
            is_twice = person is not None and pairs[line.text("team"), person.id] > 1
            reasons = [*doubts, *([RowRefusal.TWICE] if is_twice else []), *self._place_refusals(line)]
            if reasons or person is None:
                verdicts.append(Verdict(RowOutcome.REFUSED, tuple(reasons)))
            else:
                verdicts.append(self._verdict(line, person))
        return verdicts

    def take_in(self, line: Line, verdict: Verdict) -> Done:
        """Take her into the team, founding it where it is new; or change her term."""
        wanted = self._wanted(line)
        if verdict.row_id is not None:
            term = self.session.get_one(Membership, verdict.row_id)
            before = {name: _as_value(getattr(term, name)) for name in verdict.changed}
            for name in verdict.changed:
                setattr(term, name, wanted[name])
            self.session.flush()
            return Done(term.id, is_new=False, before=before)
        person, _doubts = self._person(line)
        if person is None:
            raise LookupError(f"row {line.number} was judged with a person")
        team, is_founded = self._team(line)
        term = join_team(
            self.session,
            team_id=team.id,
            volunteer_id=person.id,
            from_on=wanted.get("from_on", self.today),
            until_on=wanted.get("until_on"),
            role=wanted.get("role", MemberRole.MEMBER),
            area_id=wanted.get("area_id"),
        )
        return Done(term.id, is_new=True, before={"team_id": team.id} if is_founded else {})

    def undo(self, done: Done) -> bool:
        """The term is gone, or is as before; a team founded by this file goes while it is empty and a draft."""
        term = self.session.get(Membership, done.row_id)
        if term is None:
            return True
        if not done.is_new:
            for name, value in done.before.items():
                setattr(term, name, _from_value(name, value))
            self.session.flush()
            return True
        self.session.delete(term)
        self.session.flush()
        team = self.session.get(Team, done.before.get("team_id", 0))
        others = select(Membership.id).where(Membership.team_id == term.team_id).limit(1)
        if team is not None and team.state == TeamState.DRAFT and self.session.scalar(others) is None:
            self.session.delete(team)
            self.session.flush()
        return True

    def listed(self) -> list[Mapping[str, Value]]:
        """Every member of every team in reach whose term is not over."""
        rows = self.session.execute(
            select(Membership, Team.name, Area.name, Volunteer.name)
            .join(Team, Team.id == Membership.team_id)
            .join(Area, Area.id == Team.area_id)
            .join(Volunteer, Volunteer.id == Membership.volunteer_id)
            .where(within(Team.area_id, self.given.scope_ids))
            .where(Membership.until_on.is_(None) | (Membership.until_on > self.today))
            .order_by(Area.lineage, Team.name, Membership.id)
        )
        places = {area.id: area.name for same in self.areas.values() for area in same}
        return [
            {
                "team": team,
                "area": area,
                "name": name,
                "role": MemberRole(term.role).value,
                "looks_after": places.get(term.area_id or 0),
                "from_on": term.from_on.isoformat(),
                "until_on": term.until_on.isoformat() if term.until_on else None,
            }
            for term, team, area, name in rows
        ]

    @cached_property
    def areas(self) -> Mapping[str, list[Area]]:
        """Areas in reach by name."""
        return areas_by_name(self.session, self.given.scope_ids)

    @cached_property
    def people(self) -> Sequence[Volunteer]:
        """Everybody who serves in reach."""
        here = within(Volunteer.area_id, self.given.scope_ids)
        return self.session.scalars(select(Volunteer).where(here, Volunteer.left_at.is_(None))).all()

    @cached_property
    def by_phone(self) -> Mapping[bytes, Volunteer]:
        """Those who have a telephone, by its digest."""
        return {person.phone_digest: person for person in self.people if person.phone_digest}

    @cached_property
    def by_name(self) -> Mapping[str, list[Volunteer]]:
        """People of the same name together."""
        found: dict[str, list[Volunteer]] = {}
        for person in self.people:
            found.setdefault(person.name, []).append(person)
        return found

    @cached_property
    def teams(self) -> dict[tuple[int, str], Team]:
        """Teams in reach by area and name; grows as the file founds new ones."""
        rows = self.session.scalars(select(Team).where(within(Team.area_id, self.given.scope_ids)))
        return {(team.area_id, team.name): team for team in rows}

    @cached_property
    def terms(self) -> Mapping[tuple[int, int], list[Membership]]:
        """The terms of each person in each of these teams."""
        found: dict[tuple[int, int], list[Membership]] = {}
        team_ids = [team.id for team in self.teams.values()]
        for term in self.session.scalars(select(Membership).where(Membership.team_id.in_(team_ids))):
            found.setdefault((term.team_id, term.volunteer_id), []).append(term)
        return found

    def _person(self, line: Line) -> tuple[Volunteer | None, list[RowRefusal]]:
        """Whom the row means, by telephone or, where only one has it, by name; and what is doubtful about it."""
        name, phone = line.text("name") or "", line.text("phone")
        if phone is not None:
            person = self.by_phone.get(secrets.digest(phone, purpose=PHONE))
            return (person, []) if person and person.name == name else (None, [RowRefusal.PERSON_UNKNOWN])
        namesakes = self.by_name.get(name, [])
        if len(namesakes) == 1:
            return namesakes[0], []
        return None, [RowRefusal.PERSON_UNCLEAR if namesakes else RowRefusal.PERSON_UNKNOWN]

    def _place_refusals(self, line: Line) -> list[RowRefusal]:
        named = [name for name in (line.text("area"), line.text("looks_after")) if name is not None]
        reasons = [
            RowRefusal.AREA_UNCLEAR if name in self.areas else RowRefusal.AREA_UNKNOWN
            for name in named
            if len(self.areas.get(name, ())) != 1
        ]
        if line.text("area") is None and only_area(self.areas) is None:
            reasons.append(RowRefusal.AREA_MISSING)
        return reasons

    def _area_id(self, line: Line) -> int:
        name = line.text("area")
        area = self.areas[name][0] if name else only_area(self.areas)
        if area is None:
            raise LookupError(f"row {line.number} was judged with an area")
        return area.id

    def _team(self, line: Line) -> tuple[Team, bool]:
        """The row's team, and whether it had to be founded."""
        key = (self._area_id(line), line.text("team") or "")
        if key in self.teams:
            return self.teams[key], False
        self.teams[key] = found_team(self.session, area_id=key[0], name=key[1])
        return self.teams[key], True

    def _verdict(self, line: Line, person: Volunteer) -> Verdict:
        team = self.teams.get((self._area_id(line), line.text("team") or ""))
        wanted = self._wanted(line)
        from_on, until_on = wanted.get("from_on", self.today), wanted.get("until_on")
        for term in self.terms.get((team.id, person.id), ()) if team else ():
            if (term.until_on is None or from_on < term.until_on) and (until_on is None or term.from_on < until_on):
                changed = tuple(name for name, value in wanted.items() if value != getattr(term, name))
                return Verdict(RowOutcome.CHANGED if changed else RowOutcome.SAME, changed=changed, row_id=term.id)
        return Verdict(RowOutcome.NEW)

    def _wanted(self, line: Line) -> dict[str, Any]:
        """What the filled cells say, as the columns of a term hold it."""
        names = ("role", "from_on", "until_on")
        wanted = {name: _from_value(name, line.values[name]) for name in names if line.values.get(name) is not None}
        if looks_after := line.text("looks_after"):
            wanted["area_id"] = self.areas[looks_after][0].id
        return wanted


def _from_value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "role":
        return MemberRole(value)
    return date.fromisoformat(value) if name in ("from_on", "until_on") else value


def _as_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
