"""How far apart two places are."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from service.places.actions import add_area
from service.places.models import Area
from service.places.queries import steps_to
from service.places.rules import ELSEWHERE, apart
from service.terms import AreaKind
from tests import factories


@pytest.fixture
def areas(session: Session) -> dict[str, Area]:
    """Two communities of one street, one of another, a city apart; two courtyards, and what is inside."""
    home = factories.community(session)
    yard = add_area(session, parent=home, kind=AreaKind.COURTYARD, name="一号院")
    building = add_area(session, parent=yard, kind=AreaKind.BUILDING, name="3号楼")
    return {
        "社区": home,
        "一号院": yard,
        "3号楼": building,
        "活动室": add_area(session, parent=building, kind=AreaKind.SITE, name="活动室"),
        "5号楼": add_area(session, parent=yard, kind=AreaKind.BUILDING, name="5号楼"),
        "二号院": add_area(session, parent=home, kind=AreaKind.COURTYARD, name="二号院"),
        "隔壁社区": factories.community(session, "石窟路社区"),
        "别的街道": factories.community(session, "永安路社区", street="新华路街道"),
        "别的城市": add_area(session, parent=None, kind=AreaKind.CITY, name="荥阳市"),
    }


@pytest.mark.parametrize(
    ("home", "place", "far"),
    [
        ("3号楼", "3号楼", 0),
        ("3号楼", "活动室", 0),
        ("3号楼", "一号院", 1),
        ("3号楼", "5号楼", 1),
        ("3号楼", "二号院", 2),
        ("3号楼", "社区", 2),
        # Who told no more than her community is as far from all of it.
        ("社区", "社区", 2),
        ("社区", "一号院", 2),
        ("社区", "活动室", 2),
        ("3号楼", "隔壁社区", 3),
        ("社区", "隔壁社区", 3),
        ("社区", "别的街道", 4),
        ("社区", "别的城市", ELSEWHERE),
    ],
)
def test_the_smallest_area_that_holds_both_counts(
    session: Session, areas: dict[str, Area], home: str, place: str, far: int
) -> None:
    steps = steps_to(session, [areas[home].id, areas[place].id])

    assert apart(steps[areas[home].id], steps[areas[place].id]) == far
    assert apart(steps[areas[place].id], steps[areas[home].id]) == far
