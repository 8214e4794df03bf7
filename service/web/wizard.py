"""The publish wizard between its pages: which steps there are, what was typed in each, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from schemas.people import tags_of
from schemas.publishing import ROLE_FIELDS, WHEN, Repeats, WhatInput, roles_input
from service.activities.models import UnfinishedActivity
from service.activities.rules import DatesPlan, RolePlan, plan_problems
from service.calendars.days import NATIONAL, Calendar
from service.calendars.queries import calendar, quiet_hours
from service.language import _
from service.places import queries as places
from service.places.models import Area
from service.web import planned, words
from service.web.desk import Desk, found
from service.web.forms import Form
from service.web.wizard_choices import choices, plan_of, usual

STEPS = ("what", "when", "roles")
PREVIEW = "preview"
#: Rows of roles: shown at first, and at most.
ROWS, MOST_ROWS = 2, 12

#: What was typed in one step, by field.
Typed = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Wizard:
    """One activity being typed at one desk; nothing is typed yet while `unfinished` is None."""

    desk: Desk
    unfinished: UnfinishedActivity | None = None

    def blank(self, step: str) -> Form:
        """The step's form to fill in: as it was kept, or else with what is usual."""
        typed = self._typed(step) or usual(step, self.desk)
        schema = self._schema(step, typed)
        return Form(schema, MultiDict(typed), choices(step, self.desk, schema))

    def kept(self, step: str) -> Form:
        """The step's form as it was kept, checked again; not valid while the step is still to come."""
        typed = self._typed(step)
        schema = self._schema(step, typed)
        return Form.filled(schema, MultiDict(typed), options=choices(step, self.desk, schema))

    def sent(self, step: str) -> Form:
        """The step's form as it was just sent, with what the rules say of it."""
        schema = self._schema(step, {name: [] for name in request.form})
        form = Form.posted(schema, options=choices(step, self.desk, schema))
        if step == "what" and form.is_valid:
            self._check_choices(form)
        if step == "when" and form.is_valid:
            quiet = quiet_hours(self.desk.db) if self.kept("what").loaded.get("is_loud") else None
            problems = plan_problems(self._plan_of(form), self.calendar, now=self.desk.now, quiet=quiet)
            field = "on" if self.repeats == Repeats.ONCE else "from_on"
            for code in problems:
                form.refuse(words.date_problem(code), at=field)
        return form

    def next_step(self) -> str:
        """The first step that is not done; PREVIEW when all are."""
        return next((step for step in STEPS if not self.kept(step).is_valid), PREVIEW)

    @property
    def repeats(self) -> Repeats:
        """How often it is held, as typed so far."""
        typed = self._typed("what").get("repeats", [""])[0]
        return Repeats(typed) if typed in list(Repeats) else Repeats.WEEKLY

    @property
    def calendar(self) -> Calendar:
        """The days as the activity's community knows them."""
        form = self.kept("what")
        place_id = form.loaded.get("place_id") if form.is_valid else None
        return calendar(self.desk.db, place_id) if place_id else NATIONAL

    def days(self) -> list[planned.PlannedDay]:
        """The dates typed, those struck out among them; none while they are not all there."""
        plan = self.plan()
        return planned.days(plan, self.calendar) if plan else []

    def plan(self) -> DatesPlan | None:
        """The dates typed; None while they are not all there."""
        form = self.kept("when")
        return self._plan_of(form) if form.is_valid else None

    def roles(self) -> list[RolePlan]:
        """The roles typed, rows left empty passed over."""
        return typed_roles(self._typed("roles"), self.kept("roles").loaded)

    def columns(self) -> dict[str, Any]:
        """The activity's own columns, as typed. 404 when its place is no longer hers to use."""
        given = {name: value for name, value in self.kept("what").loaded.items() if name != "repeats"}
        hours = given.pop("reveal_hours", None)
        given["reveal_before"] = hours * 60 if hours else None
        place = found(places.in_scope(self.desk.db, given["place_id"], scope_ids=self.desk.scope_ids))
        return {"team_id": None, **given, "area_id": _community(self.desk, place).id}

    def facts(self) -> list[tuple[str, str, str]]:
        """What was typed as (label, words, step), for reading it over."""
        what, plan = self.kept("what"), self.plan()
        told = [(what[name].label, _words_of(what, name), "what") for name in what.schema.fields if name != "repeats"]
        if plan is not None:
            when = _("{dates}，{hours}", dates=planned.dates(plan), hours=planned.hours(plan))
            told.append((_("时间"), when, "when"))
        told += [(_("岗位{n}", n=n), planned.role(role), "roles") for n, role in enumerate(self.roles(), start=1)]
        return [fact for fact in told if fact[1]]

    def _check_choices(self, form: Form) -> None:
        """What a page did not offer cannot be chosen: another community's place does not exist here."""
        form.check_offered("place_id", "team_id")

    def _plan_of(self, form: Form) -> DatesPlan:
        return plan_of(self.repeats, form.loaded)

    def _typed(self, step: str) -> Typed:
        return self.unfinished.steps.get(step, {}) if self.unfinished else {}

    def _schema(self, step: str, typed: Typed) -> Schema:
        kinds: dict[str, type[Schema]] = {"what": WhatInput, "when": WHEN[self.repeats]}
        return kinds[step]() if step in kinds else roles_input(rows_of(typed))()


def one_more_row(typed: Typed) -> Typed:
    """The step `roles` with one more empty row below."""
    rows = rows_of(typed)
    return {**typed, f"name_{rows + 1}": [""]} if rows < MOST_ROWS else typed


def typed_roles(typed: Typed, given: Mapping[str, Any]) -> list[RolePlan]:
    """The roles typed and checked (`given`), rows left empty passed over."""
    rows = ({name: given.get(f"{name}_{row}") for name in ROLE_FIELDS} for row in range(1, rows_of(typed) + 1))
    return [_role(row) for row in rows if row["name"]]


def rows_of(typed: Typed) -> int:
    """How many rows of roles there are among these fields."""
    numbers = [name.removeprefix("name_") for name in typed if name.startswith("name_")]
    known = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4]
    return min(MOST_ROWS, max(ROWS, *known, 0))


def _words_of(form: Form, name: str) -> str:
    """What was typed, or the text of what was chosen."""
    drawn = form[name]
    return {option.value: option.text for option in drawn.options}.get(drawn.value, drawn.value)


def _role(row: dict[str, Any]) -> RolePlan:
    least = row["least"] if row["least"] is not None else min(1, row["most"])
    return RolePlan(
        name=row["name"],
        min_needed=least,
        max_needed=row["most"] if row["most"] is not None else least,
        requires=tuple(row["requires"] or ()),
        tags=tuple(tags_of(row["tags"] or "")),
        min_age=row["min_age"],
        max_age=row["max_age"],
        stand_bys=row["stand_bys"] or 0,
    )


def _community(desk: Desk, place: Area) -> Area:
    """Whose activity it is: the place's community, unless that is above what this coordinator may do."""
    community = places.community_of(desk.db, place)
    return community if set(community.lineage) & set(desk.scope_ids) else place
