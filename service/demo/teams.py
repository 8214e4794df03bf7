"""The teams of the demo, their standing lines of service, and who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.calendars.rules import local
from service.demo.neighbourhoods import NORTH, STREETS, Tree
from service.demo.people import Person, council_of
from service.teams import actions
from service.teams.models import Programme, Team
from service.terms import MemberRole
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Founding:
    """A team to found: its area and its standing lines of service."""

    name: str
    area: str
    intro: str
    programmes: Sequence[str] = ()


TEAMS = (
    Founding(
        "“365”志愿服务队",
        "杜甫路社区",
        "一年365天，天天有人在：四支小队分头值班，节假日和调休日也不断人。",
        ("动态宣传", "多彩活动", "贴心窗口", "平安网格"),
    ),
    Founding(
        "爱心托",
        "杜甫路社区",
        "关爱儿童课堂：每个上学日下午4:30免费开课，现有老师10名、学生5名，任何时候都至少有两位老师同时在场。",
        ("作业辅导", "兴趣培养", "亲情陪护"),
    ),
    Founding(
        "“红色管家”志愿服务队",
        "人民路社区",
        "“1+N”：一支医疗服务队，加上面向不同人群的六项服务。",
        ("医疗服务", "健康干预", "健康讲座", "心理辅导", "中医养生", "妇女儿童关爱", "扶贫帮困"),
    ),
    Founding("园丁街一号楼院议事会", "园丁街一号楼院", "6栋楼、100多户的议事会，每天清晨到附近的几个楼院巡逻一圈。"),
    Founding("邻里守望队", "建设路社区", "常去敲敲门、问声好，为行动不便的老人买菜买药。"),
)

#: What every council does: it tells, looks out, listens and runs errands (A02).
FOUR_KINDS = ("嘴：宣传", "眼：观察", "耳：倾听", "腿：跑腿")


@dataclass(frozen=True, slots=True)
class Teams:
    """The teams, their programmes and their members, by name."""

    by_name: dict[str, Team]
    programmes: dict[tuple[str, str], Programme] = field(default_factory=dict)
    members: dict[str, list[Volunteer]] = field(default_factory=dict)


def found(session: Session, tree: Tree, *, approved_by: int, now: datetime) -> Teams:
    """Found and approve every team, and one council per courtyard of 新华路街道."""
    councils = [
        Founding(council_of(courtyard), courtyard, "社区管理楼院的嘴、眼、耳、腿。", FOUR_KINDS)
        for community in STREETS[NORTH]
        for courtyard in community.courtyards.split()
    ]
    teams = Teams(by_name={})
    for founding in (*TEAMS, *councils):
        team = actions.found_team(
            session, area_id=tree.by_name[founding.area].id, name=founding.name, intro=founding.intro
        )
        actions.approve_team(session, team, account_id=approved_by, now=now)
        teams.by_name[team.name] = team
        for line in founding.programmes:
            teams.programmes[team.name, line] = actions.add_programme(session, team, name=line)
    return teams


def enrol(
    session: Session, teams: Teams, *, people: Sequence[Person], volunteers: Mapping[str, Volunteer], now: datetime
) -> None:
    """Take the people into their teams; the first of each leads it, who comes after the eighth is a substitute."""
    since = local(now).date() - timedelta(days=400)
    for person in people:
        for name in person.teams:
            members = teams.members.setdefault(name, [])
            actions.join_team(
                session,
                team_id=teams.by_name[name].id,
                volunteer_id=volunteers[person.name].id,
                from_on=since,
                role=_role(len(members)),
            )
            members.append(volunteers[person.name])


#: A team this large keeps the others to step in when somebody drops out.
REGULARS = 8


def _role(number: int) -> MemberRole:
    if not number:
        return MemberRole.LEAD
    return MemberRole.MEMBER if number < REGULARS else MemberRole.SUBSTITUTE
