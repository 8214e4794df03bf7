"""An activity as a row, and a row as what it says of an activity. Both in the words of one reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from service import wording
from service.activities import likeness
from service.activities.models import Activity, Series
from service.calendars.rules import local
from service.places import queries as places
from service.places.models import Area
from service.places.queries import within
from service.sheets.lines import Circumstances, Line, Value
from service.sheets.plans import DATES, dates_told, first_day, roles_text
from service.sheets.reach import Places, Teams
from service.terms import ActivityState, Mode, RowRefusal

#: What can change without surprising whoever signed up.
WORDS = ("title", "contact_name", "contact_phone", "summary", "what_to_bring", "risk_notice")
#: What people have agreed to: changed in drafts only, as dates are.
AGREED = ("place", "team", "mode", "roles")


class ActivityRows:
    """Activities of one reach, between their rows and what is stored."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given
        self.today = local(given.now).date()
        self.places, self.teams = Places(session, given.scope_ids), Teams(session, given.scope_ids)

    def told(self, activity: Activity) -> dict[str, Value]:
        """An activity as a row; None where a row cannot say it."""
        return {
            "id": activity.id,
            **{name: getattr(activity, name) or None for name in WORDS},
            "contact_phone": wording.phone(activity.contact_phone),
            "place": self.places.name(activity.place_id),
            "team": self.teams.name(activity.team_id),
            "mode": Mode(activity.mode).value,
            **dates_told(self._series(activity)),
            "roles": roles_text(likeness.roles(activity)),
            "state": ActivityState(activity.state).value,
        }

    def going_on(self) -> Sequence[Activity]:
        """Drafts, and what is published and not over."""
        going_on = select(Series.activity_id).where(self._goes_on)
        return self.session.scalars(
            _read(self.given)
            .where(Activity.state != ActivityState.CANCELLED)
            .where(or_(Activity.state == ActivityState.DRAFT, Activity.id.in_(going_on)))
        ).all()

    def meant(self, lines: Sequence[Line]) -> list[tuple[Activity | None, list[RowRefusal]]]:
        """Which activity each row means, and what is doubtful about it; None for a new one.

        By its number; else by title, place, first date and hour. Of several alike the one that is not called off.
        """
        ids, titles = {line.whole("id") for line in lines}, {line.text("title") for line in lines}
        alike = or_(Activity.id.in_(ids - {None}), Activity.title.in_(titles - {None}))
        rows = self.session.scalars(_read(self.given).where(alike)).all()
        by_id = {activity.id: activity for activity in rows}
        return [self._meant(line, by_id) for line in lines]

    def place(self, line: Line) -> Area | None:
        """Where it is held: as the row says, or in the only community there is."""
        name = line.text("place")
        found = self.places.called(name) if name else self.places.only
        return found[0] if len(found) == 1 else None

    def unclear_names(self, line: Line) -> list[RowRefusal]:
        """What is doubtful about the place and the team."""
        reasons = []
        if (place := line.text("place")) and (n := len(self.places.called(place))) != 1:
            reasons.append(RowRefusal.PLACE_UNCLEAR if n else RowRefusal.PLACE_UNKNOWN)
        if (team := line.text("team")) and (n := len(self.teams.called(team))) != 1:
            reasons.append(RowRefusal.TEAM_UNCLEAR if n else RowRefusal.TEAM_UNKNOWN)
        return reasons

    def changed(self, line: Line, activity: Activity) -> tuple[str, ...]:
        """The fields in which the row says otherwise. An empty cell says nothing."""
        told, place, team = self.told(activity), self.place(line), line.text("team")
        same = {
            "place": place is not None and place.id == activity.place_id,
            "team": team is not None and self.teams.called(team)[0].id == activity.team_id,
            "contact_phone": wording.phone(line.text("contact_phone") or "") == told["contact_phone"],
        }
        return tuple(
            name
            for name in (*WORDS, *AGREED, *DATES)
            if line.values.get(name) is not None and not same.get(name, line.values[name] == told.get(name))
        )

    def columns(self, line: Line, names: Collection[str]) -> dict[str, Any]:
        """What the row says of these fields, as columns of Activity. Its place decides whose it is."""
        columns: dict[str, Any] = {name: line.values[name] for name in WORDS if name in names and line.text(name)}
        place, team, mode = self.place(line), line.text("team"), line.text("mode")
        if "place" in names and place is not None:
            columns |= {"place_id": place.id, "area_id": self._owner(place).id}
        if "team" in names and team is not None:
            columns["team_id"] = self.teams.called(team)[0].id
        if "mode" in names and mode is not None:
            columns["mode"] = Mode(mode)
        return columns

    def _owner(self, place: Area) -> Area:
        """The place's community, unless that is beyond this reach."""
        community = places.community_of(self.session, place)
        return community if set(community.lineage) & set(self.given.scope_ids) else place

    def _series(self, activity: Activity) -> list[Series]:
        """Those that a row speaks of: of what is published, the ones that go on."""
        if activity.state == ActivityState.DRAFT:
            return list(activity.series)
        return [one for one in activity.series if one.until_on is None or one.until_on >= self.today]

    @property
    def _goes_on(self) -> Any:
        return Series.until_on.is_(None) | (Series.until_on >= self.today)

    def _meant(self, line: Line, by_id: Mapping[int, Activity]) -> tuple[Activity | None, list[RowRefusal]]:
        if (number := line.whole("id")) is not None:
            return by_id.get(number), [] if number in by_id else [RowRefusal.NUMBER_UNKNOWN]
        place, day, starts = self.place(line), first_day(line.values), line.text("starts")
        alike = [
            one
            for one in by_id.values()
            if one.title == line.text("title")
            and place is not None
            and one.place_id == place.id
            and (day is None or any(series.from_on == day for series in one.series))
            and (starts is None or any(f"{series.starts:%H:%M}" == starts for series in one.series))
        ]
        found = [one for one in alike if one.state != ActivityState.CANCELLED] or alike
        return (found[0], []) if len(found) == 1 else (None, [RowRefusal.ACTIVITY_UNCLEAR] if found else [])


def _read(given: Circumstances) -> Any:
    return (
        select(Activity)
        .where(within(Activity.area_id, given.scope_ids))
        .options(selectinload(Activity.series), selectinload(Activity.roles))
        .order_by(Activity.id)
    )
