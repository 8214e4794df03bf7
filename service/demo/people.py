"""The people of the demo: invented, three hundred, mostly between 58 and 75 years old."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from service.demo import names
from service.demo.logins import number
from service.demo.neighbourhoods import NORTH, STREETS, Tree
from service.terms import Channel, ConsentHow, ConsentPurpose, QualificationKind
from service.volunteers import actions
from service.volunteers.models import Volunteer

Q = QualificationKind

BACKGROUNDS = ("老党员", "退休干部", "退休教师", "退役军人", "退休工人")
#: Councils of 新华路街道: 186 people in 35 courtyards, which is eleven of six and the rest of five.
COUNCILS_OF_SIX = 11
WITHOUT_PHONE = 12
#: Days from today until the licence of the demo's first doctor lapses: inside the horizon of the shifts.
LICENCE_LAPSES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to register. `holds` maps a qualification to the days it is still valid; None is for life."""

    name: str
    community: str
    age: int
    teams: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    holds: tuple[tuple[QualificationKind, int | None], ...] = ()
    ordinal: int | None = None
    weekly_hours: int = 10


TEACHER = ((Q.TEACHER, None), (Q.BACKGROUND_CHECK, 700))


def _teacher(name: str, ordinal: int, age: int) -> Person:
    return Person(
        name=name,
        community="杜甫路社区",
        age=age,
        teams=("爱心托",),
        tags=("退休教师", "五老"),
        holds=TEACHER,
        ordinal=ordinal,
    )


def _medic(name: str, ordinal: int, age: int, *holds: tuple[QualificationKind, int | None]) -> Person:
    return Person(
        name=name, community="人民路社区", age=age, teams=("“红色管家”志愿服务队",), holds=holds, ordinal=ordinal
    )


def _neighbour(name: str, ordinal: int, age: int, *tags: str) -> Person:
    return Person(name=name, community="人民路社区", age=age, tags=tags, ordinal=ordinal, weekly_hours=20)


def _helper(name: str, ordinal: int, age: int, *, first_aid: int) -> Person:
    return replace(_neighbour(name, ordinal, age), holds=((Q.FIRST_AID, first_aid),))


#: People with fixed names and numbers: the tutorial, the story and the logins know them.
CAST = (
    _teacher("顾松年", 1, 66),
    _teacher("纪素蕊", 2, 63),
    _teacher("戚茂林", 3, 71),
    _teacher("柳禾香", 4, 61),
    _teacher("钟望岳", 5, 68),
    _teacher("庄晚晴", 6, 64),
    _teacher("路春和", 7, 70),
    _teacher("骆桂雨", 8, 62),
    _teacher("施石泉", 9, 73),
    _teacher("卫兰汀", 10, 65),
    _medic("季杏林", 11, 58, (Q.DOCTOR, LICENCE_LAPSES)),
    _medic("祝半夏", 12, 47, (Q.DOCTOR, 900)),
    _medic("邵临川", 13, 62, (Q.DOCTOR, 400), (Q.TCM, 400)),
    _medic("褚云锦", 14, 39, (Q.NURSE, 600)),
    _medic("项清荷", 15, 52, (Q.NURSE, 300)),
    _medic("姚棠梨", 16, 60, (Q.NURSE, 800)),
    _medic("景知秋", 17, 45, (Q.COUNSELLOR, 500)),
    _medic("池若竹", 18, 55, (Q.TCM, 700)),
    _neighbour("屈向阳", 21, 63, "老党员"),
    _neighbour("舒木槿", 22, 34),
    _neighbour("岳月牙", 23, 17),
)

#: People of 人民路社区 in whose diaries the story writes; they have asked for nothing before it begins.
STORY = (
    _helper("凌柏舟", 31, 70, first_aid=300),
    _helper("麦银杏", 32, 59, first_aid=500),
    _helper("温稼轩", 33, 67, first_aid=200),
    _helper("闻麦穗", 34, 61, first_aid=400),
    _helper("殷谷丰", 35, 65, first_aid=600),
    _helper("初雪晴", 36, 63, first_aid=100),
    # Too old for the role, her certificate run out, two hours a week: all the reasons at once.
    replace(_helper("谭听雨", 39, 77, first_aid=-40), weekly_hours=2),
)


def everybody(dice: random.Random) -> list[Person]:
    """The cast, the people of the story, then the crowd; a dozen of the crowd have no telephone of their own."""
    crowd = list(_crowd(dice))
    numbers = count(1001)
    mute = set(dice.sample(range(len(crowd)), WITHOUT_PHONE))
    reachable = [person if i in mute else replace(person, ordinal=next(numbers)) for i, person in enumerate(crowd)]
    return [*CAST, *STORY, *reachable]


def _crowd(dice: random.Random) -> Iterator[Person]:
    name = names.invented(dice, taken={person.name for person in (*CAST, *STORY)})
    yield from _council_members(dice, name)
    for team, community, size in (
        ("“365”志愿服务队", "杜甫路社区", 38),
        ("园丁街一号楼院议事会", "杜甫路社区", 8),
        ("“红色管家”志愿服务队", "人民路社区", 24),
        ("邻里守望队", "建设路社区", 12),
        ("", "桐本南路社区", 9),
        ("", "新华南路社区", 9),
        ("", "陇海路社区", 9),
    ):
        for _ in range(size):
            yield _someone(dice, name=next(name), community=community, team=team)


def _council_members(dice: random.Random, name: Iterator[str]) -> Iterator[Person]:
    councils = [
        (community.name, courtyard) for community in STREETS[NORTH] for courtyard in community.courtyards.split()
    ]
    for index, (community, courtyard) in enumerate(councils):
        for seat in range(6 if index < COUNCILS_OF_SIX else 5):
            member = _someone(dice, name=next(name), community=community, team=council_of(courtyard))
            if community == "桐本北路社区" and seat == 0:
                # One of the five health certificates for handling food has run out already.
                member = replace(member, holds=((Q.FOOD_HANDLER, -20 if courtyard.endswith("临街楼") else 250),))
            if seat == 1 and index % 12 == 0:
                # One person in two councils.
                member = replace(member, teams=(*member.teams, council_of(councils[index + 1][1])))
            yield member


def council_of(courtyard: str) -> str:
    """The name of a courtyard's council."""
    return f"{courtyard}理事会"


def _someone(dice: random.Random, *, name: str, community: str, team: str) -> Person:
    age = _age(dice)
    tags = [dice.choice(BACKGROUNDS)] if age >= 58 else []
    if age >= 60 and tags and tags[0] != "退休干部":
        tags.append("五老")
    holds = ((Q.FIRST_AID, dice.randrange(30, 900)),) if dice.random() < 0.08 else ()
    if "“红色管家”" in team and dice.random() < 0.4:
        holds = (*holds, (Q.BACKGROUND_CHECK, 500))
    return Person(
        name=name,
        community=community,
        age=age,
        teams=(team,) if team else (),
        tags=tuple(tags),
        holds=holds,
        weekly_hours=dice.choice((6, 8, 10, 10, 12, 20)),
    )


def _age(dice: random.Random) -> int:
    kind = dice.random()
    if kind < 0.8:
        return dice.randrange(58, 76)
    return dice.randrange(24, 58) if kind < 0.95 else dice.randrange(76, 83)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The desk where people were registered at `now`, by an account that saw their papers; ages count from `today`."""

    tree: Tree
    dice: random.Random
    typist_id: int
    now: datetime
    today: date

    def register(self, session: Session, people: Sequence[Person]) -> dict[str, Volunteer]:
        """Register everybody, with what they hold, verified; by name."""
        return {person.name: _register(session, self, person) for person in people}


def _register(session: Session, desk: Registry, person: Person) -> Volunteer:
    dice, today, typist_id, now = desk.dice, desk.today, desk.typist_id, desk.now
    has_phone = person.ordinal is not None
    by_herself = person in (*CAST, *STORY) or (has_phone and dice.random() < 0.6)
    purposes = [ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS]
    volunteer = actions.register(
        session,
        area_id=desk.tree.by_name[person.community].id,
        name=person.name,
        phone=number(person.ordinal) if person.ordinal is not None else None,
        how=ConsentHow.WEB if by_herself else ConsentHow.PAPER if has_phone else ConsentHow.ORAL,
        now=now,
        birth_on=birthday(dice, age=person.age, today=today),
        channel=None if has_phone else Channel.CALL_LIST,
        tags=person.tags,
        recorded_by=None if by_herself else typist_id,
        purposes=[*purposes, ConsentPurpose.SHOW_NAME] if dice.random() < 0.3 else purposes,
    )
    volunteer.weekly_hours = person.weekly_hours
    for kind, days in person.holds:
        held = actions.add_qualification(
            session,
            volunteer_id=volunteer.id,
            kind=kind,
            evidence=f"演示证书 {kind.upper()}-{volunteer.id:05}",
            valid_from=today - timedelta(days=1500),
            valid_until=today + timedelta(days=days) if days is not None else None,
        )
        actions.verify_qualification(session, held, account_id=typist_id, now=now)
    return volunteer


def birthday(dice: random.Random, *, age: int, today: date) -> date:
    """A birthday that makes somebody `age` today, whatever day today is."""
    latest = date(today.year - age, today.month, min(today.day, 28))
    return latest - timedelta(days=dice.randrange(360))


#: Numbers of the staff: administrator, streets, then communities by street and place in the tree.
ADMIN, FIRST_STREET = 9000, 9001
STAFF = ("卓远志 时雨润 解春晓 安望舒 阮青禾 尚明川 俞和风 席小满 裴秋水 宁霁月 盛听泉 蓝雁南 辛白露 车谷雨").split()  # noqa: SIM905 (read as prose)


def desks() -> Iterator[tuple[str, str, int]]:
    """(name, area, ordinal) of the coordinators."""
    name = iter(STAFF)
    for block, (street, inside) in enumerate(STREETS.items()):
        yield next(name), street, FIRST_STREET + block
        for place, community in enumerate(inside, start=1):
            yield next(name), community.name, 9100 + 100 * block + place
