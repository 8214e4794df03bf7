"""What the publish wizard offers to choose from, what it fills in beforehand, and how an activity is typed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from marshmallow import Schema

from schemas.publishing import LUNAR_DAYS, LUNAR_MONTHS, NTH, WEEKDAYS, Repeats
from service import wording
from service.accounts.models import Account
from service.activities.models import Activity, ActivityRole, Series
from service.activities.rules import LONGEST_SERIES, DatesPlan, RolePlan, once
from service.calendars.recurrence import LunarDay, NthWeekday, Weekly, by_weekday, lunar, monthly, shape, weekly
from service.language import Lazy
from service.places.models import Area
from service.teams import queries as teams
from service.teams.models import Team
from service.terms import AreaKind, DayRule, Mode, TeamState
from service.web import words
from service.web.choices import areas
from service.web.desk import Desk
from service.web.forms import Option
from service.web.page import help_line

MODE_HINTS = {
    Mode.INSTANT: Lazy("报上就算，满了排候补"),
    Mode.MATCHED: Lazy("先收报名，截止后您来安排"),
    Mode.ROTA: Lazy("从队员里轮流排，排好了问本人能不能来"),
    Mode.CALL_OUT: Lazy("急事：一发布就从近到远问人，夜里也问，先答应的先来"),
}
#: What the fields of the step `when` offer.
LISTS: dict[str, Mapping[str, str]] = {
    "weekdays": WEEKDAYS,
    "nth": NTH,
    "weekday": WEEKDAYS,
    "month": LUNAR_MONTHS,
    "lunar_day": LUNAR_DAYS,
}
#: Areas where something can be held; a whole city or sub-district is no meeting point.
PLACES = (AreaKind.COMMUNITY, AreaKind.COURTYARD, AreaKind.BUILDING, AreaKind.SITE)

Typed = dict[str, list[str]]


def choices(step: str, desk: Desk, schema: Schema) -> dict[str, list[Option]]:
    """The options of the step's fields."""
    if step == "what":
        return {
            "place_id": place_options(desk),
            "team_id": team_options(desk),
            "mode": [
                Option(value=mode, text=str(text), hint=str(MODE_HINTS[mode])) for mode, text in words.MODES.items()
            ],
        }
    if step == "when":
        return {
            **{
                field: [Option(value=key, text=str(text)) for key, text in named.items()]
                for field, named in LISTS.items()
            },
            "day_rule": _options(words.DAY_RULES),
        }
    kinds = _options(words.QUALIFICATIONS)
    return {name: kinds for name in schema.fields if name.startswith("requires_")}


def place_options(desk: Desk) -> list[Option]:
    """The places of these areas where something can be held."""
    return [Option(value=str(area.id), text=text) for area, text in _places(desk)]


def team_options(desk: Desk) -> list[Option]:
    """The teams of these areas that may serve."""
    return [Option(value=str(team.id), text=team.name) for team in _teams(desk)]


def _options(named: Mapping[Any, str]) -> list[Option]:
    return [Option(value=member.value, text=str(text)) for member, text in named.items()]


def _places(desk: Desk) -> Iterable[tuple[Area, str]]:
    """The places in these areas as the tree orders them, each below the name of its community."""
    communities: dict[int, str] = {}
    for area in areas(desk):
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
    when the former has ended and that day is past. Dates without a form are left to be typed anew."""
    series = activity.series[0]
    later = timedelta()
    if after is not None:
        ended = series.until_on or after
        later = timedelta(weeks=(max(after, ended) - series.from_on).days // 7 + 1)
    return {
        "what": _what(activity, series),
        "when": when_typed(series, later) if can_be_typed(series) else {},
        "roles": numbered(activity.roles),
    }


def _what(activity: Activity, series: Series) -> Typed:
    typed = {
        "title": activity.title,
        "place_id": str(activity.place_id),
        "team_id": str(activity.team_id or ""),
        "mode": str(activity.mode),
        "repeats": repeats_of(series).value,
        "contact_name": activity.contact_name,
        "contact_phone": wording.phone(activity.contact_phone),
        "summary": activity.summary,
        "what_to_bring": activity.what_to_bring,
        "risk_notice": activity.risk_notice,
        "must_confirm_risk": "true" if activity.must_confirm_risk else "",
        "is_outdoors": "true" if activity.is_outdoors else "",
        "is_free": "true" if activity.is_free else "",
        "is_drill": "true" if activity.is_drill else "",
        "late_after": "" if activity.late_after is None else str(activity.late_after),
        "is_loud": "true" if activity.is_loud else "",
        "reveal_hours": str(-(-activity.reveal_before // 60)) if activity.reveal_before else "",
    }
    return {name: [value] for name, value in typed.items() if value}


def rule_of(repeats: Repeats, given: Mapping[str, Any]) -> str:
    """The rule of dates that was typed. Never called for what is held once."""
    match repeats:
        case Repeats.MONTHLY:
            return monthly(int(given["nth"]), int(given["weekday"]))
        case Repeats.LUNAR:
            return lunar(int(given["month"]), int(given["lunar_day"]))
        case _:
            weekdays = given["weekdays"]
            return weekly(weekdays, every=2) if repeats == Repeats.FORTNIGHTLY else by_weekday(weekdays)


def plan_of(repeats: Repeats, given: Mapping[str, Any]) -> DatesPlan:
    """The dates that were typed."""
    if repeats == Repeats.ONCE:
        return once(given["on"], starts=given["starts"], ends=given["ends"])
    return DatesPlan(
        starts=given["starts"],
        ends=given["ends"],
        from_on=given["from_on"],
        until_on=given.get("until_on"),
        rule=rule_of(repeats, given),
        day_rule=given["day_rule"],
        dawn_offset=0 if given.get("at_dawn") else None,
        left_out=frozenset(given["left_out"]),
    )


def can_be_typed(series: Series) -> bool:
    """Whether the wizard has a form for all that this series says."""
    if series.plan.is_once:
        return True
    match shape(series.rule):
        case Weekly(_, every):
            has_form = every <= 2
        case NthWeekday(nth, _):
            has_form = str(nth) in NTH
        case rule:
            has_form = rule is not None
    return has_form and series.dawn_offset in (None, 0)


def goes_on(series: Series, today: date) -> bool:
    """Whether the series has more than one date and some of them after today."""
    return not series.plan.is_once and (series.until_on is None or series.until_on > today)


def repeats_of(series: Series) -> Repeats:
    """How often the series is held, as the wizard says it."""
    if series.plan.is_once:
        return Repeats.ONCE
    match shape(series.rule):
        case Weekly(_, 2):
            return Repeats.FORTNIGHTLY
        case NthWeekday():
            return Repeats.MONTHLY
        case LunarDay():
            return Repeats.LUNAR
        case _:
            return Repeats.WEEKLY


def when_typed(series: Series, later: timedelta = timedelta()) -> Typed:
    """The dates of the series as they would be typed, so much later."""
    hours = {"starts": [_clock(series.starts)], "ends": [_clock(series.ends)]}
    if series.plan.is_once:
        return {"on": [(series.from_on + later).isoformat()], **hours}
    until_on = series.until_on or series.from_on + LONGEST_SERIES
    return {
        **_rule_as_typed(series.rule),
        **hours,
        **({"at_dawn": ["true"]} if series.dawn_offset is not None else {}),
        "from_on": [(series.from_on + later).isoformat()],
        "until_on": [(until_on + later).isoformat()],
        "day_rule": [str(series.day_rule)],
    }


def _rule_as_typed(rule: str) -> Typed:
    match shape(rule):
        case Weekly(weekdays, _):
            return {"weekdays": [str(number) for number in sorted(weekdays)]}
        case NthWeekday(nth, weekday):
            return {"nth": [str(nth)], "weekday": [str(weekday)]}
        case LunarDay(month, day):
            return {"month": [str(month)], "lunar_day": [str(day)]}
        case _:
            return {}


def numbered(roles: Iterable[ActivityRole | RolePlan]) -> Typed:
    """Roles as they would be typed, in numbered rows."""
    typed: Typed = {}
    for row, role in enumerate(roles, start=1):
        numbers = {"least": role.min_needed, "most": role.max_needed, "min_age": role.min_age, "max_age": role.max_age}
        typed[f"name_{row}"] = [role.name]
        if role.stand_bys:
            typed[f"stand_bys_{row}"] = [str(role.stand_bys)]
        typed[f"requires_{row}"] = [str(kind) for kind in role.requires]
        if role.tags:
            typed[f"tags_{row}"] = ["、".join(role.tags)]
        typed |= {f"{name}_{row}": [str(number)] for name, number in numbers.items() if number is not None}
    return typed


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
