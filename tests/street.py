"""A small street at NOW in which one volunteer meets every state a shift can be in: for tests of her pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import links
from service.accounts import actions as accounts
from service.activities import actions as activities
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once
from service.backfill import actions as backfill
from service.backfill import answering, climbing
from service.backfill.models import Invitation
from service.calendars.rules import local
from service.db import transaction
from service.findings import actions as findings
from service.places import actions as places
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.queries import of_signup
from service.routes import actions as routes
from service.routes import queries as route_queries
from service.routes.rules import StopPlan
from service.signups import actions as signups
from service.signups.models import SignUp
from service.signups.queries import opening
from service.swaps import actions as swaps
from service.swaps import answering as swapping
from service.swaps import queries as swap_queries
from service.teams import actions as teams
from service.teams.models import Team
from service.terms import AreaKind, BackfillCause, MemberRole, Mode, QualificationKind, ReleaseReason
from service.volunteers.models import Volunteer
from tests import factories, keeping
from tests.browsing import session_cookie
from tests.factories import NOW
from tests.outbox import follow

HER_PHONE = "13900020001"
HER_NAME = "欧阳小满"
ONE, TWO = RolePlan(name="引导员", min_needed=1, max_needed=1), RolePlan(name="引导员", min_needed=1, max_needed=2)
PAIR = RolePlan(name="引导员", min_needed=2, max_needed=2)
SEVERAL = (
    RolePlan(name="量血压", min_needed=1, max_needed=2, requires=(QualificationKind.DOCTOR,)),
    RolePlan(name="登记", min_needed=1, max_needed=3),
    RolePlan(name="陪老人", min_needed=1, max_needed=2, min_age=18),
)


@dataclass
class Street:
    """Where everything is: addresses of pages by what they show, and how to be her."""

    area_id: int = 0
    volunteer_id: int = 0
    account_id: int = 0
    epoch: int = 0
    #: For anybody, and for her who is logged in.
    public: dict[str, str] = field(default_factory=dict)
    hers: dict[str, str] = field(default_factory=dict)
    shift_ids: dict[str, int] = field(default_factory=dict)
    #: The last role of each shift.
    role_ids: dict[str, int] = field(default_factory=dict)

    def cookie(self) -> str:
        """The value of the session cookie that logs her in."""
        return session_cookie(self.account_id, epoch=self.epoch)


def laid_out(kept: Path) -> Street:
    """As `build`, copied from `kept` once somebody has built it: that takes more than a second."""
    return Street(**keeping.lay_out(kept / "street", lambda: asdict(build())))


def build() -> Street:
    """Lay it out. It must be NOW."""
    street = Street()
    with transaction() as session:
        area = factories.community(session)
        room = places.add_area(session, parent=area, kind=AreaKind.SITE, name="社区服务站", address="人民路6号院东门")
        factories.community(session, "杜甫路社区")
        she = factories.volunteer(session, area, name=HER_NAME, phone=f"+86{HER_PHONE}")
        account = accounts.open_account(session, phone=f"+86{HER_PHONE}", name=she.name, volunteer_id=she.id)
        street.area_id, street.volunteer_id = area.id, she.id
        street.public["today"] = f"/areas/{area.id}/today"
        street.account_id, street.epoch = account.id, account.epoch
        _open_ones(session, street, area, room)
        _hers(session, street, area, room, she)
        follow(session, now=NOW)
    return street


def _open_ones(session: Session, street: Street, area: Area, room: Area) -> None:
    """What a guest finds: open, of several roles, full with and without a waitlist, called off, over."""
    for name, on, details in (
        ("open", 1, {"title": "社区义诊", "summary": "给院里的老人量血压，说说冬天怎么护心。"}),
        ("several", 2, {"title": "健康讲座：冬季护心", "roles": SEVERAL, "risk_notice": "陪老人上下楼要慢。"}),
        ("full", 3, {"title": "日间照料中心助餐", "roles": (ONE,)}),
        ("no waitlist", 4, {"title": "清晨巡逻", "roles": (ONE,), "has_waitlist": False}),
        ("matched", 5, {"title": "邻里议事会", "mode": Mode.MATCHED}),
        ("called off shift", 6, {"title": "小游园维护"}),
    ):
        shift = _shift(session, area, room, on=on, what_to_bring="水杯、手套", **details)
        _note(street, name, shift)
        if name in ("full", "no waitlist"):
            factories.sign_up(session, factories.volunteer(session, area), factories.only_role(session, shift))
    gone = session.get_one(Shift, street.shift_ids["called off shift"])
    activities.cancel_shift(session, gone.id, reason="下大雪，路滑", now=NOW, account_id=None)
    cancelled = _shift(session, area, room, on=7, title="工商联家属院清淤")
    _note(street, "called off", cancelled)
    activities.cancel_activity(
        session, session.get_one(Activity, cancelled.activity_id), reason="挖掘机没有到", now=NOW, account_id=None
    )
    _note(street, "over", _past(session, area, room, title="消防通道巡查"))


def _hers(session: Session, street: Street, area: Area, room: Area, she: Volunteer) -> None:
    """Her own shifts, one in each state."""
    shifts = {
        name: _shift(session, area, room, on=8 + number, title=title, **details)
        for number, (name, title, details) in enumerate(_HERS)
    }
    asked = {name: _ask(session, she, shift) for name, shift in shifts.items() if name not in _OFFERED}
    given = {name: _offer(session, she, shifts[name]) for name in _OFFERED}
    signups.withdraw(session, signup_id=asked["withdrawn"].id, now=NOW)
    activities.cancel_shift(session, shifts["cancelled"].id, reason="下大雪，路滑", now=NOW, account_id=None)
    moved = shifts["moved"]
    activities.move_shift(
        session,
        moved,
        starts_at=moved.starts_at + timedelta(hours=5),
        ends_at=moved.ends_at + timedelta(hours=5),
        now=NOW,
        account_id=None,
    )
    roster.accept(session, assignment_id=given["accepted"].id, now=NOW)
    roster.decline(session, assignment_id=given["declined"].id, now=NOW, reason="要带孙子")
    for name, reason in (
        ("too late", ReleaseReason.OFFER_EXPIRED),
        ("replanned", ReleaseReason.REPLANNED),
        ("released", ReleaseReason.COORDINATOR),
    ):
        roster.release(session, given[name], reason=reason)
    given["called off offer"].answer_by = NOW + timedelta(days=1)
    activities.cancel_shift(session, shifts["called off offer"].id, reason="停电", now=NOW, account_id=None)
    follow(session, now=NOW)
    asked["served"] = _served(session, area, room, she)
    asked["soon"] = _ask(
        session, she, _shift(session, area, room, on=0, title="365·贴心窗口值班", starts=time(11), roles=(PAIR,))
    )
    street.hers |= {name: f"/signups/{signup.id}" for name, signup in asked.items()}
    street.hers["round"] = _round(session, room, at=asked["soon"].shift_id)
    street.hers["findings"] = _findings(session, before=asked["served"].shift_id, at=asked["soon"].shift_id)
    street.public |= {f"link {name}": f"/answers/{links.answer_token(place.id)}" for name, place in given.items()}
    served = of_signup(session, asked["served"].id)
    assert served is not None
    street.public["link served"] = f"/answers/{links.answer_token(served.id)}"
    street.public |= dict(_swaps(session, area, room, she))
    street.public |= {
        f"ask {name}": f"/asks/{links.ask_token(one)}" for name, one in _askings(session, area, room, she)
    }


def _findings(session: Session, *, before: int, at: int) -> str:
    """The page of what comes to a shift of hers from an earlier one: one open, one settled since."""
    earlier, later = (session.get_one(Activity, session.get_one(Shift, one).activity_id) for one in (before, at))
    for one in (earlier, later):
        findings.carry(session, one, to=later, account_id=None, now=NOW)
    desk, shift = findings.Writer(account_id=1), session.get_one(Shift, before)
    for words in ("3号楼二单元楼道堆了纸箱", "西门路灯不亮"):
        made = findings.note(session, shift, by=desk, words=words, now=shift.starts_at)
    findings.settle(session, made.id, by=desk, outcome="报修了", now=session.get_one(Shift, at).starts_at)
    return f"/me/findings/{at}"


def _round(session: Session, room: Area, *, at: int) -> str:
    """The page of the round her shift walks: two stops, of which one has been seen, and not all was in order."""
    shift = session.get_one(Shift, at)
    activity = session.get_one(Activity, shift.activity_id)
    stops = [StopPlan(place_id=room.id, name=name, checks=("在店里做饭", "飞线充电")) for name in ("饺子馆", "理发店")]
    route = routes.lay_route(
        session, activity, stops=stops, at_once=None, within_days=None, account_id=None, now=shift.starts_at
    )
    first = route_queries.stops(session, route, now=NOW)[0].row.id
    desk = findings.Writer(account_id=1)
    routes.visit(session, shift, stop_id=first, by=desk, now=shift.starts_at, wrong=["飞线充电"])
    return f"/me/rounds/{at}"


def _askings(session: Session, area: Area, room: Area, she: Volunteer) -> Iterator[tuple[str, int]]:
    """She is asked to step in: for a shift that still lacks somebody, and for others where that is over."""
    band = factories.team(session, area, "敲门队")
    teams.join_team(
        session, team_id=band.id, volunteer_id=she.id, from_on=local(NOW).date(), role=MemberRole.SUBSTITUTE
    )
    for name, on in (("wanted", 25), ("said no", 26), ("filled", 27), ("thanked", 28), ("called off", 29)):
        shift = _shift(session, area, room, on=on, title=f"热心帮扶第{on}日", team_id=band.id, roles=(ONE,))
        role = factories.only_role(session, shift)
        backfill.start(session, shift_role_id=role.id, cause=BackfillCause.COORDINATOR, now=NOW)
        climbing.climb_due(session, now=NOW)
        asked = session.scalars(select(Invitation.id).order_by(Invitation.id.desc()).limit(1)).one()
        if name in ("filled", "thanked"):
            factories.sign_up(session, factories.volunteer(session, area), role)
        if name == "thanked":
            answering.accept(session, invitation_id=asked, now=NOW)
        if name == "said no":
            answering.decline(session, invitation_id=asked, now=NOW)
        if name == "called off":
            activities.cancel_shift(session, shift.id, reason="下大雪，路滑", now=NOW, account_id=None)
        yield name, asked


def _swaps(session: Session, area: Area, room: Area, she: Volunteer) -> Iterator[tuple[str, str]]:
    """She can ask others to take her place, and has asked; she is asked by another, for nothing and in exchange."""
    band = factories.team(session, area, "早班队")
    members = [she, *(factories.volunteer(session, area, name) for name in ("司马长风", "钱谷雨", "孙芒种"))]
    for person in members:
        teams.join_team(session, team_id=band.id, volunteer_id=person.id, from_on=local(NOW).date())
    place = _settled(session, area, room, band, she, on=14)
    yield "swap", f"/answers/{links.answer_token(place.id)}/swap"
    asked = _settled(session, area, room, band, she, on=15)
    swaps.ask(session, assignment_id=asked.id, now=NOW)
    yield "swap asked", f"/answers/{links.answer_token(asked.id)}/swap"
    other = members[1]
    for number, name in enumerate(("wanted", "said no", "taken", "in return")):
        given = _settled(session, area, room, band, other, on=16 + number)
        in_return = None
        if name == "in return":
            shift = factories.further_shift(session, session.get_one(Shift, given.shift_id), NOW + timedelta(days=25))
            in_return = of_signup(session, factories.sign_up(session, she, shift.roles[0]).id)
        swap = swaps.ask(
            session,
            assignment_id=given.id,
            to=she.id if in_return is None else None,
            in_return_id=in_return.id if in_return is not None else None,
            now=NOW,
        )
        [(asking, _she)] = swap_queries.askings(session, swap.id)
        if name == "said no":
            swapping.decline(session, swap_asking_id=asking.id, now=NOW)
        if name == "taken":
            swaps.take_back(session, swap_id=swap.id, now=NOW)
        yield f"swap {name}", f"/swaps/{links.swap_token(asking.id)}"


def _settled(session: Session, area: Area, room: Area, band: Team, person: Volunteer, *, on: int) -> Assignment:
    """The person's place in a shift of the band, early in the morning so many days from now."""
    shift = _shift(
        session,
        area,
        room,
        on=on,
        title=f"清晨巡逻第{on}日",
        roles=(ONE,),
        starts=time(7),
        ends=time(8),
        team_id=band.id,
    )
    place = of_signup(session, factories.sign_up(session, person, factories.only_role(session, shift)).id)
    assert place is not None
    return place


_FULL = {"roles": (ONE,)}
#: What she asked for or was offered: name, title, how it is held.
_HERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("confirmed", "365·动态宣传", {}),
    ("waiting", "理事会办公室值班", _FULL),
    ("pending", "水苑小区入户征求意见", {"mode": Mode.MATCHED}),
    ("withdrawn", "飞线充电劝导", {}),
    ("cancelled", "新风苑绿化带补栽", {}),
    ("moved", "中医养生", {}),
    ("offered", "敲敲门，问声好", {"mode": Mode.ROTA}),
    ("declined", "夜查", {"mode": Mode.ROTA}),
    ("too late", "心理辅导", {"mode": Mode.ROTA}),
    ("replanned", "妇女儿童关爱", {"mode": Mode.ROTA}),
    ("released", "扶贫帮困走访", {"mode": Mode.ROTA}),
    ("called off offer", "晨巡午议", {"mode": Mode.ROTA}),
    # A night last: rest is owed after it.
    ("accepted", "轮流看护“大家”的门（夜里）", {"mode": Mode.ROTA, "starts": time(22), "ends": time(2)}),
)
_OFFERED = ("offered", "accepted", "declined", "too late", "replanned", "released", "called off offer")


def _shift(
    session: Session,
    area: Area,
    room: Area,
    *,
    on: int,
    starts: time = time(9),
    ends: time = time(11, 30),
    now: datetime = NOW,
    roles: Sequence[RolePlan] = (TWO,),
    mode: Mode = Mode.INSTANT,
    **details: object,
) -> Shift:
    """The one shift of a published activity, so many days after `now`."""
    made = activities.draft(
        session,
        area_id=area.id,
        place_id=room.id,
        mode=mode,
        roles=roles,
        plans=[once(local(now).date() + timedelta(days=on), starts=starts, ends=ends)],
        contact_name="陈协调",
        contact_phone="0371-64350001",
        created_by=None,
        now=now,
        **details,  # type: ignore[arg-type]  # columns of Activity
    )
    activities.publish(session, made, now=now, account_id=None)
    return factories.shifts(session, made)[0]


def _past(session: Session, area: Area, room: Area, *, title: str) -> Shift:
    return _shift(session, area, room, on=1, title=title, now=NOW - timedelta(days=7))


def _note(street: Street, name: str, shift: Shift) -> None:
    street.shift_ids[name], street.role_ids[name] = shift.id, shift.roles[-1].id
    street.public[f"activity {name}"] = f"/a/{shift.activity_id}"
    street.public[f"place {name}"] = f"/signup/{shift.id}"


def _ask(session: Session, she: Volunteer, shift: Shift, *, now: datetime = NOW) -> SignUp:
    role = factories.only_role(session, shift)
    if role.max_needed == 1:
        other = factories.volunteer(session, session.get_one(Area, she.area_id))
        factories.sign_up(session, other, role, now=now)
    return factories.sign_up(session, she, role, now=now)


def _offer(session: Session, she: Volunteer, shift: Shift) -> Assignment:
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=she.id, now=NOW)
    assert made is not None
    return made


def _served(session: Session, area: Area, room: Area, she: Volunteer) -> SignUp:
    return _ask(session, she, _past(session, area, room, title="“五老”讲传统"), now=NOW - timedelta(days=7))
