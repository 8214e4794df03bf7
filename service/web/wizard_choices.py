"""What the publish wizard offers to choose from, what it fills in beforehand, and how an activity is typed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from marshmallow import Schema

from schemas.publishing import WEEKDAYS, Repeats
from service import wording
from service.accounts.models import Account
from service.activities.models import Activity, ActivityRole, Series
from service.language import Lazy
from service.places import queries as places
from service.places.models import Area
from service.teams import queries as teams
from service.teams.models import Team
from service.terms import AreaKind, DayRule, Mode, TeamState
from service.web import words
from service.web.desk import Desk
from service.web.forms import Option
from service.web.page import help_line

MODE_HINTS = {
    Mode.INSTANT: Lazy("报上就算，满了排候补"),
    Mode.MATCHED: Lazy("先收报名，截止后您来安排"),
    Mode.ROTA: Lazy("从队员里轮流排，排好了问本人能不能来"),
}
#: Areas where something can be held; a whole city or sub-district is no meeting point.
PLACES = (AreaKind.COMMUNITY, AreaKind.COURTYARD, AreaKind.BUILDING, AreaKind.SITE)

Typed = dict[str, list[str]]


def choices(step: str, desk: Desk, schema: Schema) -> dict[str, list[Option]]:
    """The options of the step's fields."""
    if step == "what":
        return {
            "place_id": [Option(value=str(area.id), text=text) for area, text in _places(desk)],
            "team_id": [Option(value=str(team.id), text=team.name) for team in _teams(desk)],
            "mode": [
                Option(value=mode, text=str(text), hint=str(MODE_HINTS[mode])) for mode, text in words.MODES.items()
            ],
        }
    if step == "when":
        return {
            "weekdays": [Option(value=number, text=str(text)) for number, text in WEEKDAYS.items()],
            "day_rule": _options(words.DAY_RULES),
        }
    kinds = _options(words.QUALIFICATIONS)
    return {name: kinds for name in schema.fields if name.startswith("requires_")}


def _options(named: Mapping[Any, str]) -> list[Option]:
    return [Option(value=member.value, text=str(text)) for member, text in named.items()]


def _places(desk: Desk) -> Iterable[tuple[Area, str]]:
    """The places in these areas as the tree orders them, each below the name of its community."""
    communities: dict[int, str] = {}
    for scope_id in desk.scope_ids:
        for area in places.subtree(desk.db, scope_id):
            if area.kind == AreaKind.COMMUNITY:
                communities[area.id] = area.name
            if area.kind in PLACES:
                above = next((communities[id_] for id_ in area.lineage[:-1] if id_ in communities), None)
                yield area, f"{above} · {area.name}" if above else area.name


def _teams(desk: Desk) -> Iterable[Team]:
    return teams.listed(desk.db, scope_ids=desk.scope_ids, state=TeamState.ACTIVE, limit=100)


def usual(step: str, desk: Desk) -> Typed:
    """What is filled in beforehand: what most activities have, and what is known of this desk."""
    if step == "when":
        return {"day_rule": [DayRule.EVERY_DAY.value]}
    if step != "what":
        return {}
    known = [str(area.id) for area, _text in _places(desk)]
    line = help_line()
    return {
        "mode": [Mode.INSTANT.value],
        "repeats": [Repeats.WEEKLY.value],
        "place_id": known[:1] if len(known) == 1 else [],
        "contact_name": [desk.db.get_one(Account, desk.account_id).name],
        "contact_phone": [wording.phone(line.phone)] if line.phone else [],
    }


def steps_of(activity: Activity, *, after: date | None = None) -> dict[str, Typed]:
    """The activity as it would be typed, its first series only; with `after`, whole weeks later, so that it begins
    when the former has ended and that day is past."""
    series = activity.series[0]
    later = timedelta()
    if after is not None:
        later = timedelta(weeks=(max(after, series.until_on) - series.from_on).days // 7 + 1)
    return {"what": _what(activity, series), "when": _when(series, later), "roles": _numbered(activity.roles)}


def _what(activity: Activity, series: Series) -> Typed:
    once = series.from_on == series.until_on
    typed = {
        "title": activity.title,
        "place_id": str(activity.place_id),
        "team_id": str(activity.team_id or ""),
        "mode": str(activity.mode),
        "repeats": (Repeats.ONCE if once else Repeats.WEEKLY).value,
        "contact_name": activity.contact_name,
        "contact_phone": wording.phone(activity.contact_phone),
        "summary": activity.summary,
        "what_to_bring": activity.what_to_bring,
        "risk_notice": activity.risk_notice,
    }
    return {name: [value] for name, value in typed.items() if value}


def _when(series: Series, later: timedelta) -> Typed:
    hours = {"starts": [_clock(series.starts)], "ends": [_clock(series.ends)]}
    if series.from_on == series.until_on:
        return {"on": [(series.from_on + later).isoformat()], **hours}
    return {
        "weekdays": [str(number) for number in series.weekdays],
        **hours,
        "from_on": [(series.from_on + later).isoformat()],
        "until_on": [(series.until_on + later).isoformat()],
        "day_rule": [str(series.day_rule)],
    }


def _numbered(roles: Iterable[ActivityRole]) -> Typed:
    typed: Typed = {}
    for row, role in enumerate(roles, start=1):
        numbers = {"least": role.min_needed, "most": role.max_needed, "min_age": role.min_age, "max_age": role.max_age}
        typed[f"name_{row}"] = [role.name]
        typed[f"requires_{row}"] = [str(kind) for kind in role.requires]
        typed |= {f"{name}_{row}": [str(number)] for name, number in numbers.items() if number is not None}
    return typed


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
