"""What a coordinator's file may speak of, by the names people use: areas, places, teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.places.models import Area
from service.places.queries import within
from service.teams.models import Team
from service.terms import AreaKind, TeamState


def areas_by_name(session: Session, scope_ids: Sequence[int]) -> dict[str, list[Area]]:
    """Every area in reach by its name; several of one name stay together, so that nobody guesses."""
    found: dict[str, list[Area]] = {}
    for area in session.scalars(select(Area).where(within(Area.id, scope_ids)).order_by(Area.lineage)):
        found.setdefault(area.name, []).append(area)
    return found


def only_area(areas: Mapping[str, Sequence[Area]]) -> Area | None:
    """The community, where there is but one in reach: then nobody needs to write it in each row."""
    communities = [area for same in areas.values() for area in same if area.kind == AreaKind.COMMUNITY]
    return communities[0] if len(communities) == 1 else None


class Places:
    """Where something can be held in reach: by name, and where two have one name, by that of the community too."""

    KINDS = (AreaKind.COMMUNITY, AreaKind.COURTYARD, AreaKind.BUILDING, AreaKind.SITE)

    def __init__(self, session: Session, scope_ids: Sequence[int]) -> None:
        rows = session.scalars(select(Area).where(within(Area.id, scope_ids)).order_by(Area.lineage)).all()
        communities = {area.id: area.name for area in rows if area.kind == AreaKind.COMMUNITY}
        self._called: dict[str, list[Area]] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        for area in rows:
            if area.kind not in self.KINDS:
                continue
            above = [communities[id_] for id_ in area.lineage[:-1] if id_ in communities]
            self._names[area.id] = (area.name, *(f"{name} · {area.name}" for name in above[-1:]))
            for name in self._names[area.id]:
                self._called.setdefault(_plain(name), []).append(area)
        here = [area for area in rows if area.kind == AreaKind.COMMUNITY]
        self.only = here if len(here) == 1 else []

    def called(self, name: str) -> Sequence[Area]:
        """All that a cell may mean."""
        return self._called.get(_plain(name), ())

    def name(self, area_id: int) -> str | None:
        """The shortest name that means this place and no other; None where there is none."""
        return next((name for name in self._names.get(area_id, ()) if len(self.called(name)) == 1), None)


class Teams:
    """The teams in reach that may serve, by name."""

    def __init__(self, session: Session, scope_ids: Sequence[int]) -> None:
        self._called: dict[str, list[Team]] = {}
        self._names: dict[int, str] = {}
        is_here = within(Team.area_id, scope_ids)
        for team in session.scalars(select(Team).where(is_here, Team.state == TeamState.ACTIVE).order_by(Team.id)):
            self._called.setdefault(_plain(team.name), []).append(team)
            self._names[team.id] = team.name

    def called(self, name: str) -> Sequence[Team]:
        """All that a cell may mean."""
        return self._called.get(_plain(name), ())

    def name(self, team_id: int | None) -> str | None:
        """The team's name, where no other has the same."""
        name = self._names.get(team_id or 0)
        return name if name and len(self.called(name)) == 1 else None


def _plain(name: str) -> str:
    return "".join(name.split())
