"""The demo neighbourhoods at NOW with something on every coordinator's page, and browsers that are logged in there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.models import Account, RoleGrant
from service.activities import unfinished
from service.activities.models import Activity, Series, Shift, ShiftRole
from service.backfill import actions as backfill
from service.backfill import answering, climbing, queries
from service.backfill.models import Backfill
from service.courtyards import actions as courtyards
from service.courtyards import queries as courtyard_queries
from service.db import transaction
from service.findings import actions as findings
from service.matching import actions as matching
from service.matching.models import MatchRun
from service.matching.record import problem_of, proposal_of
from service.notifications.models import Call, Notification
from service.outbox import OutboxEvent, OutboxReaction
from service.places.models import Area
from service.quotas import actions as quotas
from service.reactions import NAMES, react
from service.rehearsal import actions as rehearsal
from service.roster import actions as roster
from service.roster.models import Assignment
from service.sheets import actions as sheets
from service.sheets.lines import Circumstances, Line, Value
from service.swaps import actions as swaps
from service.swaps import answering as swapping
from service.swaps import queries as swap_queries
from service.swaps.actions import NobodyToAsk
from service.teams.models import Team
from service.terms import (
    AreaKind,
    AssignmentState,
    Assumption,
    BackfillCause,
    Mode,
    NotificationKind,
    NotificationState,
    Role,
    SheetKind,
)
from service.volunteers.models import Volunteer
from tests import browsing
from tests.factories import NOW


def fill() -> dict[str, str]:
    """Everything that stands on some page; addresses by name."""
    return {**_fill(), "rehearsal": _rehearsed()}


def _rehearsed() -> str:
    """The coming days of a community, played; nobody answers."""
    with transaction() as session:
        area = session.scalars(select(Area).where(Area.name == "建设路社区")).one()
        asked = rehearsal.request(
            session, area_id=area.id, assumption=Assumption.EVERYBODY, account_id=None, now=NOW, days=2
        )
    with transaction() as session:
        rehearsal.play(session, rehearsal_id=asked.id, reactions=NAMES, react=react, now=NOW)
    return f"/co/rehearsals/{asked.id}"


def _fill() -> dict[str, str]:
    """Add what the demo has not: a drafted plan, a call, a dead reaction, an unfinished activity. Addresses by name."""
    with transaction() as session:
        admin = _admin(session)
        planned = session.scalars(
            select(Activity).where(Activity.mode != Mode.INSTANT, Activity.state == "published").order_by(Activity.id)
        ).first()
        assert planned is not None
        run = matching.request(
            session,
            activity_ids=[planned.id],
            from_at=NOW,
            until_at=NOW + timedelta(days=7),
            account_id=admin.id,
            now=NOW,
        )
        matching.solve(session, match_run_id=run.id, now=NOW)
        row = unfinished.begin(session, account_id=admin.id, now=NOW, steps={"what": {"title": ["冬至包饺子"]}})
        offered, person_id, activity_id = session.execute(
            select(Assignment.id, Assignment.volunteer_id, Shift.activity_id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.state == AssignmentState.OFFERED, Shift.starts_at > NOW)
            .order_by(Assignment.id)
        ).first() or (0, 0, 0)
        _call(session, offered, person_id)
        _dead(session)
        _swap(session)
        board = f"/co/activities/{activity_id}"
        return {
            "match": f"/co/match/{run.id}",
            "fairness": f"/co/match/{run.id}/fairness",
            "what if": _what_if(run),
            "match under way": f"/co/match/{_under_way(session, planned.id, admin.id)}",
            "person": f"/co/proxy/{person_id}",
            "phone": f"/co/people/{person_id}/phone",
            "habits": f"/co/people/{person_id}/habits",
            "told": f"/co/people/{person_id}/messages",
            "release": f"/co/assignments/{offered}/release",
            "roster": board,
            "paper": f"{board}/print",
            "edit": f"{board}/edit",
            "ladder": f"{board}/ladder",
            "cancel": f"{board}/cancel",
            "unfinished": f"/co/activities/new/{row.id}/what",
            "search": f"/co/backfills/{_search(session)}",
            "place": f"/co/roles/{_short(session)}/people",
            "table": f"/co/sheets/{_sheet(session, admin)}",
            "dates": f"/co/series/{_daily(session)}/dates",
            **_found(session),
            "courtyard": f"/co/courtyards/{_courtyard(session)}",
            "counting": f"/co/quotas/{_quota(session, admin)}",
        }


def _courtyard(session: Session) -> int:
    """A courtyard nobody manages, with six buildings; somebody answers for it, and somebody stands in."""
    court = session.scalars(select(Area).where(Area.name == "园丁街一号楼院")).one()
    first, second, *_ = courtyard_queries.can_answer(session, court)
    facts = {"is_managed": False, "owner": "县社", "built_in": 1994, "households": 108}
    courtyards.describe(session, court, changes=facts, account_id=1, now=NOW)
    for person, is_substitute in ((first, False), (second, True)):
        courtyards.entrust(
            session,
            court,
            volunteer_id=person.id,
            is_substitute=is_substitute,
            from_on=NOW.date(),
            account_id=1,
            now=NOW,
        )
    return court.id


def _quota(session: Session, admin: Account) -> int:
    """Three drills by the end of the year, of which one is planned; the day to come about which a campaign is."""
    area = session.scalars(select(Area).where(Area.name == "建设路社区")).one()
    night = session.scalars(select(Activity).where(Activity.title == "夜查")).one()
    for title, needed, days in (("下半年培训演练", 3, 38), ("消防宣传日", 2, 9)):
        made = quotas.set_quota(
            session,
            area_id=area.id,
            title=title,
            needed=needed,
            from_on=NOW.date(),
            until_on=NOW.date() + timedelta(days=days),
            anchor_on=NOW.date() + timedelta(days=5) if days < 10 else None,
            activity_ids=[night.id],
            account_id=admin.id,
            now=NOW,
        )
    return made.id


def _found(session: Session) -> dict[str, str]:
    """What this morning's patrol found, on the pages of the noon's meeting."""
    patrol = session.scalars(select(Activity).where(Activity.title == "晨巡午议")).one()
    shifts = session.scalars(select(Shift).where(Shift.activity_id == patrol.id).order_by(Shift.starts_at)).all()
    desk = findings.Writer(account_id=1)
    for words in ("3号楼二单元楼道堆了纸箱，电动车推不进去", "西门路灯不亮"):
        made = findings.note(session, shifts[0], by=desk, words=words, now=NOW)
    findings.settle(session, made.id, by=desk, outcome="报修了，周三来换", shift=shifts[1], now=NOW)
    round_ = session.scalars(select(Activity.id).where(Activity.title == "清晨巡逻")).one()
    return {
        "route": f"/co/activities/{round_}/route",
        "seen on duty": f"/co/shifts/{shifts[1].id}/findings",
        "carried to": f"/co/activities/{patrol.id}/carrying",
    }


def _what_if(run: MatchRun) -> str:
    """The question about somebody whom the plan left out."""
    solution = proposal_of(run)
    placed = {(one.person_id, one.opening_id) for one in solution.placements}
    person_id, opening_id = next(
        key for wish in problem_of(run).wishes if (key := (wish.person_id, wish.opening_id)) not in placed
    )
    return f"/co/match/{run.id}/what-if?person={person_id}&opening={opening_id}"


def _under_way(session: Session, activity_id: int, account_id: int) -> int:
    """The id of a run for another week that is still to be solved."""
    weeks = [NOW + timedelta(days=7), NOW + timedelta(days=14)]
    return matching.request(
        session, activity_ids=[activity_id], from_at=weeks[0], until_at=weeks[1], account_id=account_id, now=NOW
    ).id


def _search(session: Session) -> int:
    """The id of a search that has asked substitutes and the team: one said no, one has yet to answer."""
    leaving, role_id = session.execute(
        select(Assignment.id, Assignment.shift_role_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Team, Team.id == Activity.team_id)
        .where(Assignment.state == AssignmentState.CONFIRMED, Shift.starts_at > NOW + timedelta(hours=12))
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .where(Team.name == "爱心托", ShiftRole.min_needed == ShiftRole.taken)
        .order_by(Shift.starts_at, Assignment.id)
    ).first() or (0, 0)
    roster.decline(session, assignment_id=leaving, now=NOW)
    for minutes in (40, 10):
        backfill.start(
            session, shift_role_id=role_id, cause=BackfillCause.COORDINATOR, now=NOW - timedelta(minutes=minutes)
        )
        climbing.climb_due(session, now=NOW - timedelta(minutes=minutes))
    search = session.scalars(select(Backfill).where(Backfill.shift_role_id == role_id)).one()
    first = queries.unanswered(session, search.id)[0]
    answering.decline(session, invitation_id=first.id, now=NOW)
    return search.id


def _sheet(session: Session, admin: Account) -> int:
    """The id of an uploaded table: one row is new, one changes somebody, two are refused for different reasons."""
    known = session.scalars(select(Volunteer).order_by(Volunteer.id)).first()
    area = session.scalars(select(Area).where(Area.kind == AreaKind.COMMUNITY).order_by(Area.id)).first()
    assert known is not None
    assert area is not None
    values: list[dict[str, Value]] = [
        {"name": "赵春分", "area": area.name, "phone": "+8613800138001", "how": "oral"},
        {"id": known.id, "name": known.name, "tags": "老党员"},
        {"name": "钱谷雨", "area": "天边社区", "how": "paper"},
    ]
    typed = ("编号", "姓名", "电话", "社区或院落", "标签", "怎么同意的")
    lines = [
        Line(number, tuple(str(one.get(name, "")) for name in ("id", "name", "phone", "area", "tags", "how")), one)
        for number, one in enumerate(values, start=2)
    ]
    lines.append(Line(5, ("", "孙3", "12345", "", "", ""), faults=("姓名：请填写姓名，不要带数字和符号",)))
    return sheets.receive(
        session,
        kind=SheetKind.PEOPLE,
        file_name="和平里社区志愿者名单（2026年冬季）.xlsx",
        headings=typed,
        lines=lines,
        area_id=area.id,
        given=Circumstances(scope_ids=(_top(session),), account_id=admin.id, now=NOW),
    ).id


def _top(session: Session) -> int:
    return session.scalars(select(Area.id).where(Area.parent_id.is_(None))).one()


def _swap(session: Session) -> None:
    """A swap that awaits approval, one under way and one that came to nothing, all on the page of swaps."""
    held = session.scalars(
        select(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Assignment.state == AssignmentState.CONFIRMED, Shift.starts_at > NOW, Activity.team_id.is_not(None))
        .order_by(Shift.starts_at, Assignment.id)
    )
    made = []
    for place in held:
        with suppress(NobodyToAsk):
            made.append(swaps.ask(session, assignment_id=place.id, now=NOW))
        if len(made) == 3:
            break
    agreed, _open, back = made
    swap_queries.place(session, agreed.assignment_id).Activity.swaps_need_approval = True
    asking, _person = swap_queries.askings(session, agreed.id)[0]
    swapping.accept(session, swap_asking_id=asking.id, now=NOW)
    swaps.take_back(session, swap_id=back.id, now=NOW)


def _short(session: Session) -> int:
    """The id of the places of a role, of a team's, that is short of people."""
    return session.scalars(
        select(ShiftRole.id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.starts_at > NOW, Activity.team_id.is_not(None), ShiftRole.taken < ShiftRole.min_needed)
        .order_by(Shift.starts_at, ShiftRole.id)
        .limit(1)
    ).one()


def _daily(session: Session) -> int:
    """The id of a series that goes on."""
    return session.scalars(select(Series.id).where(Series.until_on > NOW.date() + timedelta(days=30)).limit(1)).one()


def session_cookie() -> str:
    """The value of the session cookie that logs the administrator of the whole town in."""
    with transaction() as session:
        admin = _admin(session)
        return browsing.session_cookie(admin.id, epoch=admin.epoch)


def _admin(session: Session) -> Account:
    grants = select(RoleGrant.account_id).where(RoleGrant.role == Role.ADMIN)
    return session.scalars(select(Account).where(Account.id.in_(grants)).order_by(Account.id)).one()


def _call(session: Session, assignment_id: int, person_id: int) -> None:
    assignment = session.get_one(Assignment, assignment_id)
    message = Notification(
        area_id=assignment.area_id,
        volunteer_id=person_id,
        kind=NotificationKind.PLACE_OFFERED,
        key=f"call:{assignment_id}",
        subject_ids={"assignment_ids": [assignment_id]},
        send_at=NOW,
        state=NotificationState.SENT,
    )
    session.add(message)
    session.flush()
    script = "您好，这里是人民路社区。请您来做社区义诊的引导员。\n请问您能来吗？"
    session.add(Call(area_id=assignment.area_id, notification_id=message.id, volunteer_id=person_id, script=script))


def _dead(session: Session) -> None:
    event = OutboxEvent(kind="SignedUp", payload={"signup_id": 1}, recorded_at=NOW, fanned_out_at=NOW)
    session.add(event)
    session.flush()
    session.add(
        OutboxReaction(
            event_id=event.id,
            reaction="acknowledge_sign_up",
            attempts=8,
            dead_at=NOW,
            last_error="Traceback\nConnectionRefusedError: [Errno 111] Connection refused",
        )
    )
