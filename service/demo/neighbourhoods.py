"""The tree of the demo: 巩义市, two sub-districts, twelve communities, their courtyards and rooms.

Communities, and the courtyards that two newspaper pages name, keep their real names; a courtyard that the pages
give no community for stands where it plausibly could. Courtyards called by a street and a number are invented,
so that 新华路街道 has the 35 it is known for. All telephone numbers are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.places.actions import add_area
from service.places.models import Area
from service.terms import AreaKind

CITY = "巩义市"
NORTH, SOUTH = "新华路街道", "杜甫路街道"


@dataclass(frozen=True, slots=True)
class Community:
    """A community with its courtyards, and the rooms where its people meet."""

    name: str
    courtyards: str
    rooms: str = "社区服务站"


STREETS: dict[str, tuple[Community, ...]] = {
    NORTH: (
        Community("新华北路社区", "县社院 外贸临街楼 被服厂院 华树世家 城市嘉苑 新华北路18号院"),
        Community("新兴路社区", "世博领秀城 钢苑小区 翠堤湾 水苑小区 新兴路7号院 新兴路21号院"),
        Community(
            "桐本北路社区",
            "桐本北路5号院 桐本北路9号院 桐本北路16号院 桐本北路22号院 桐本北路临街楼",
            rooms="社区服务站 老年人日间照料中心",
        ),
        Community("文化街社区", "文化街3号院 文化街8号院 文化街12号院 文化街17号楼院 文化街26号院 文化街临街楼"),
        Community("育英街社区", "新风苑 育英街2号院 育英街6号院 育英街11号院 育英街15号院 育英街家属院"),
        Community("货场路社区", "富甲源 开普西一区 开普西二区 货场路4号院 货场路10号院 货场路13号院"),
    ),
    SOUTH: (
        Community("建设路社区", "里沟 建设路1号院 建设路8号院 建设路15号院"),
        Community(
            "杜甫路社区",
            "园丁街一号楼院 园丁街二号楼院 园丁街三号楼院 杜甫路9号院",
            rooms="社区服务站 四点半课堂",
        ),
        Community("桐本南路社区", "南苑小区 桐本南路6号院 桐本南路11号院"),
        Community("新华南路社区", "工商联家属院 新华南路14号院 新华南路20号院"),
        Community("人民路社区", "明阳商务楼 人民路5号院 人民路11号院", rooms="社区服务站 红色管家服务站"),
        Community("陇海路社区", "龙泉花园 陇海路2号院 陇海路7号院"),
    ),
}

#: What lies inside a courtyard, where the pages tell: six buildings, three small gardens.
WITHIN: dict[str, tuple[AreaKind, Sequence[str]]] = {
    "园丁街一号楼院": (AreaKind.BUILDING, [f"{number}号楼" for number in range(1, 7)]),
    "龙泉花园": (AreaKind.SITE, ["东小游园", "中小游园", "西小游园"]),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """The areas by name. A room is found below its community: there are many of one name."""

    by_name: dict[str, Area]
    rooms: dict[tuple[str, str], Area]

    def place(self, community: str, name: str) -> Area:
        """A room of the community, or a courtyard."""
        return self.rooms.get((community, name)) or self.by_name[name]


def communities() -> list[Community]:
    """All twelve, in the order of the tree."""
    return [community for inside in STREETS.values() for community in inside]


def plant(session: Session) -> Tree:
    """Add the whole tree to an empty one."""
    city = add_area(session, parent=None, kind=AreaKind.CITY, name=CITY, landline="0371-64350000")
    tree = Tree(by_name={CITY: city}, rooms={})
    for block, (name, inside) in enumerate(STREETS.items(), start=1):
        street = add_area(session, parent=city, kind=AreaKind.STREET, name=name, landline=f"0371-6435{block}000")
        tree.by_name[name] = street
        for number, community in enumerate(inside, start=1):
            _plant_community(
                session, tree, street=street, community=community, landline=f"0371-6435{block}{number:02}0"
            )
    return tree


def _plant_community(session: Session, tree: Tree, *, street: Area, community: Community, landline: str) -> None:
    area = add_area(session, parent=street, kind=AreaKind.COMMUNITY, name=community.name, landline=landline)
    tree.by_name[community.name] = area
    for name in community.rooms.split():
        room = add_area(session, parent=area, kind=AreaKind.SITE, name=name, address=f"{community.name}居委会院内")
        tree.rooms[community.name, name] = room
    for name in community.courtyards.split():
        courtyard = add_area(session, parent=area, kind=AreaKind.COURTYARD, name=name)
        tree.by_name[name] = courtyard
        kind, parts = WITHIN.get(name, (AreaKind.BUILDING, ()))
        for part in parts:
            add_area(session, parent=courtyard, kind=kind, name=part)
