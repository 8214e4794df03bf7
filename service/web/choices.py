"""What forms at the desk offer to choose from: areas and people, as far as they are of the desk."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from service.places.models import Area
from service.places.queries import subtree
from service.terms import AreaKind
from service.volunteers.models import Volunteer
from service.volunteers.queries import listed
from service.web.desk import Desk
from service.web.forms import Option

#: A list to choose from is of so many people at most; whoever has more looks for a name.
MOST_PEOPLE = 500


def areas(desk: Desk) -> list[Area]:
    """The areas of the desk and all below, each once, parents before children."""
    return list({area.id: area for scope_id in desk.scope_ids for area in subtree(desk.db, scope_id)}.values())


def communities(desk: Desk) -> list[Option]:
    """The areas of the desk itself, and the communities below them."""
    return _options(area for area in areas(desk) if area.kind == AreaKind.COMMUNITY or area.id in desk.scope_ids)


def areas_of_kind(desk: Desk, kinds: Collection[AreaKind]) -> list[Option]:
    """Areas of the desk of these kinds."""
    return _options(area for area in areas(desk) if area.kind in kinds)


def people(desk: Desk) -> list[Option]:
    """The people who live there, by pinyin."""
    found = sorted(listed(desk.db, scope_ids=desk.scope_ids, limit=MOST_PEOPLE), key=lambda one: (one.pinyin, one.id))
    return _options(found)


def _options(named: Iterable[Area | Volunteer]) -> list[Option]:
    return [Option(value=str(one.id), text=one.name) for one in named]
