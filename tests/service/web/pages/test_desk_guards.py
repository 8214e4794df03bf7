"""Every coordinator's page: not for guests, not for volunteers, not for other communities, not without its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.accounts.models import RoleGrant
from service.activities import reviewing, unfinished
from service.activities.models import Activity, Shift
from service.availability import actions as availability
from service.backfill.models import Backfill, Invitation
from service.backfill.rules import LADDER, as_row
from service.calendars import actions as calendars
from service.calendars.models import SchoolTerm
from service.campaigns import actions as campaigns
from service.company import actions as company
from service.copies import actions as copies
from service.copies.rules import around
from service.courtyards import actions as courtyards
from service.db import transaction
from service.demands import actions as demands
from service.disclosures import actions as disclosures
from service.findings import actions as findings
from service.guidance import actions as guidance
from service.matching import actions as matching
from service.notifications import groups
from service.notifications.models import Call, Notification, Slip
from service.partners import actions as partners
from service.people import merging
from service.places import actions as places
from service.places.models import Area
from service.promises import actions as promises
from service.pupils.models import Guardian
from service.quotas import actions as quotas
from service.rehearsal import actions as rehearsals
from service.roster.models import Assignment
from service.rotation import queries, turns
from service.settings import Settings, settings
from service.sheets import actions as sheets
from service.sheets import exports
from service.sheets.lines import Circumstances
from service.sheets.models import Sheet
from service.signups.models import SignUp
from service.skills import actions as skills
from service.swaps.models import Swap
from service.teams import actions as teams
from service.teams.models import Team
from service.templates import actions as templates
from service.terms import (
    AreaKind,
    Assumption,
    Audience,
    BackfillCause,
    BackfillState,
    BondKind,
    CopySpan,
    HeatLevel,
    InvitationState,
    Mode,
    NotificationKind,
    NotificationState,
    PartnerKind,
    QualificationKind,
    Role,
    Rung,
    SheetKind,
    SwapState,
)
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person, application
from tests.factories import NOW
from tests.service.rotation.gate import TODAY, neighbours, newest, open_gate
from tests.service.web.pages.test_calls import to_call


@dataclass(frozen=True)
class Place:
    """The numbers that stand in addresses, all of one community."""

    activity_id: int
    shift_id: int
    shift_role_id: int
    assignment_id: int
    signup_id: int
    volunteer_id: int
    match_run_id: int
    call_id: int
    unfinished_id: int
    series_id: int
    term_id: int
    backfill_id: int
    invitation_id: int
    swap_id: int
    rotation_id: int
    deal_id: int
    member_id: int
    sheet_id: int
    export_id: int
    rehearsal_id: int
    group_id: int
    area_id: int
    team_id: int
    grant_id: int
    account_id: int
    slip_id: int
    finding_id: int
    quota_id: int
    campaign_id: int
    demand_id: int
    programme_id: int
    charge_id: int
    copy_id: int
    template_id: int
    partner_id: int
    co_host_id: int
    guide_id: int
    skill_id: int
    qualification_id: int
    promise_id: int
    disclosure_id: int
    warning_id: int
    review_id: int
    absence_id: int
    bond_id: int
    kept_id: int
    gone_id: int
    merge_id: int
    pupil_id: int
    guardian_id: int
    role_id: int
    appointment_id: int


def furnished(area: Area) -> Place:
    """One of everything in the community."""
    made, [shift] = desks.published(area, mode=Mode.ROTA)
    with transaction() as session:
        signup = desks.signed_up(session, area, shift, "王小满")
        place = desks.offered(session, area, shift, "李大雪")
        run = matching.request(
            session,
            activity_ids=[made.id],
            from_at=NOW,
            until_at=shift.ends_at,
            account_id=None,
            now=NOW,
        )
        return Place(
            activity_id=made.id,
            shift_id=shift.id,
            shift_role_id=factories.only_role(session, shift).id,
            assignment_id=place.id,
            signup_id=signup.id,
            volunteer_id=signup.volunteer_id,
            match_run_id=run.id,
            call_id=to_call(session, place).id,
            unfinished_id=unfinished.begin(session, account_id=999, now=NOW).id,
            series_id=made.series[0].id,
            term_id=term(session, area).id,
            **sought(session, place, signup),
            swap_id=swapped(session, signup),
            **watched(session, area),
            sheet_id=uploaded(session, area),
            export_id=asked_for(session, area),
            rehearsal_id=rehearsed(session, area),
            group_id=connected(session, area),
            area_id=area.id,
            **governed(session, area),
            slip_id=on_paper(session, place),
            finding_id=found_there(session, made, shift),
            quota_id=to_be_held(session, area),
            campaign_id=campaigned(session, area),
            **wanted(session, area),
            charge_id=entrusted(session, area, signup.volunteer_id),
            copy_id=copied(session, area),
            template_id=kept(session, made),
            **shared(session, area, made),
            **able(session, area, signup.volunteer_id),
            **alike(session, area),
            **cared_for(session, area),
            **seen_one_by_one(session, area, made, shift),
            review_id=looked_at(session, area),
        )


def looked_at(session: Session, area: Area) -> int:
    """A draft of the area that somebody else is to read."""
    draft = factories.activity(session, area, title="还没发布的", is_published=False)
    return reviewing.ask(session, draft, account_id=999, now=NOW).id


def sought(session: Session, place: Assignment, asked: SignUp) -> dict[str, int]:
    """A search for the role that has come to the team and asked somebody."""
    search = Backfill(
        area_id=place.area_id,
        shift_role_id=place.shift_role_id,
        cause=BackfillCause.FREED,
        state=BackfillState.CLIMBING,
        rungs=[as_row(plan) for plan in LADDER],
        position=2,
        opened_at=NOW,
        next_at=NOW + timedelta(minutes=30),
    )
    session.add(search)
    session.flush()
    invitation = Invitation(
        area_id=place.area_id,
        backfill_id=search.id,
        volunteer_id=asked.volunteer_id,
        rung=Rung.TEAM,
        wakes=True,
        channel=None,
        state=InvitationState.ASKED,
        asked_at=NOW,
    )
    session.add(invitation)
    session.flush()
    return {"backfill_id": search.id, "invitation_id": invitation.id}


def swapped(session: Session, signup: SignUp) -> int:
    """The id of a swap of her place that awaits approval; of a place with that id if she has none yet."""
    place = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).first()
    place = place or session.scalars(select(Assignment).limit(1)).one()
    swap = Swap(
        area_id=place.area_id, assignment_id=place.id, state=SwapState.AGREED, taker_id=place.volunteer_id, asked_at=NOW
    )
    session.add(swap)
    session.flush()
    return swap.id


def watched(session: Session, area: Area) -> dict[str, int]:
    """A gate watched in turns for one evening, with a draft of them."""
    rotation = open_gate(session, area=area, people=neighbours(session, area, 3), now=NOW, until_on=TODAY)
    made = newest(session, rotation)
    turns.deal(session, deal_id=made.id, now=NOW)
    member = queries.members(session, rotation.id)[0].RotationMember
    return {"rotation_id": rotation.id, "deal_id": made.id, "member_id": member.id}


def rehearsed(session: Session, area: Area) -> int:
    """The id of a rehearsal of the area that has not been played yet."""
    return rehearsals.request(session, area_id=area.id, assumption=Assumption.NOBODY, account_id=None, now=NOW).id


def uploaded(session: Session, area: Area) -> int:
    """The id of a table that somebody of the area has uploaded."""
    account = factories.coordinator(session, area)
    given = Circumstances(scope_ids=(area.id,), account_id=account.id, now=NOW)
    return sheets.receive(
        session, kind=SheetKind.PEOPLE, file_name="表.csv", headings=[], lines=[], area_id=area.id, given=given
    ).id


def asked_for(session: Session, area: Area) -> int:
    """The id of a table of people that somebody of the area asks to take out."""
    account = factories.coordinator(session, area)
    factories.coordinator(session, area)
    given = Circumstances(scope_ids=(area.id,), account_id=account.id, now=NOW)
    return exports.ask(session, kind=SheetKind.PEOPLE, reason="核对名册", given=given).id


def connected(session: Session, area: Area) -> int:
    """The id of a group that hears of the area."""
    door = groups.read_address("https://open.feishu.cn/open-apis/bot/v2/hook/2f1a0c7e-aaaa-4bbb-8ccc-0123456789ab")
    kinds = [NotificationKind.GROUP_GAP]
    return groups.open_group(
        session, area_id=area.id, name="楼长群", door=door, hears=kinds, account_id=999, now=NOW
    ).id


def on_paper(session: Session, place: Assignment) -> int:
    """The id of a slip about this place that waits to be printed."""
    message = Notification(
        area_id=place.area_id,
        volunteer_id=place.volunteer_id,
        kind=NotificationKind.PLACE_OFFERED,
        key=f"slip:{place.id}",
        subject_ids={"assignment_ids": [place.id]},
        send_at=NOW,
        state=NotificationState.SENT,
    )
    session.add(message)
    session.flush()
    slip = Slip(
        area_id=place.area_id,
        notification_id=message.id,
        volunteer_id=place.volunteer_id,
        title="提醒",
        words="提醒",
        link="",
    )
    session.add(slip)
    session.flush()
    return slip.id


def governed(session: Session, area: Area) -> dict[str, int]:
    """A team of the area, and a role somebody holds there."""
    team = factories.team(session, area, "楼长队")
    grant = session.scalars(select(RoleGrant).where(RoleGrant.area_id == area.id).order_by(RoleGrant.id)).first()
    assert grant is not None
    return {"team_id": team.id, "grant_id": grant.id, "account_id": grant.account_id}


def entrusted(session: Session, area: Area, volunteer_id: int) -> int:
    """The id of the term in which somebody answers for a courtyard of the area."""
    court = places.add_area(session, parent=session.get_one(Area, area.id), kind=AreaKind.COURTYARD, name="1号院")
    return courtyards.entrust(session, court, volunteer_id=volunteer_id, from_on=NOW.date(), account_id=999, now=NOW).id


def copied(session: Session, area: Area) -> int:
    """The id of a copying for a team of the area."""
    team = factories.team(session, area, "巡逻队")
    source, target = (around(date(2026, month, 1), CopySpan.MONTH) for month in (11, 12))
    factories.activity(session, area, title="巡逻", team_id=team.id)
    return copies.copy_period(session, team, source=source, target=target, account_id=999, now=NOW).copy.id


def kept(session: Session, activity: Activity) -> int:
    """The id of a template made from the activity."""
    return templates.save(session, activity, name="义诊", account_id=999, now=NOW).id


def shared(session: Session, area: Area, activity: Activity) -> dict[str, int]:
    """An organisation that stands by the area, and holds the activity too."""
    one = partners.register(
        session,
        area_id=area.id,
        kind=PartnerKind.HOSPITAL,
        name="市人民医院",
        contact_name="海棠花",
        phone="+8613900009999",
        account_id=999,
        now=NOW,
    )
    roles = [role.id for role in activity.roles]
    co_host = partners.share(
        session, session.get_one(Activity, activity.id), partner_id=one.id, role_ids=roles, account_id=999, now=NOW
    )
    her = factories.volunteer(session, session.get_one(Area, area.id), "程指导")
    there = session.get_one(Activity, activity.id)
    guide = guidance.appoint(
        session, one, activity=there, volunteer_id=her.id, from_on=TODAY, account_id=999, now=NOW
    ).guide
    return {"partner_id": one.id, "co_host_id": co_host.id, "guide_id": guide.id}


def able(session: Session, area: Area, volunteer_id: int) -> dict[str, int]:
    """What somebody of the area can, what she promised, and when she is away."""
    her = session.get_one(Volunteer, volunteer_id)
    skill = skills.claim(session, her, name="书法", now=NOW)
    paper = factories.qualified(session, her, QualificationKind.FIRST_AID).qualifications[0]
    made = promises.promise(
        session, area_id=area.id, title="修楼道灯", owner_id=her.id, due_on=TODAY, account_id=999, now=NOW
    )
    gone = availability.note_absence(session, her, from_on=TODAY, until_on=TODAY, noted_by=999, now=NOW)
    friend = factories.volunteer(session, area, "伴伴")
    bond = company.bind(session, her, other=friend, kind=BondKind.TOGETHER, account_id=999, now=NOW)
    return {
        "skill_id": skill.id,
        "qualification_id": paper.id,
        "promise_id": made.id,
        "disclosure_id": disclosures.ask_for(
            session, area_id=area.id, title="财务明细", owner_id=her.id, due_on=TODAY, account_id=999, now=NOW
        ).id,
        "warning_id": calendars.warn_of_heat(
            session, area_id=area.id, level=HeatLevel.ORANGE, from_on=TODAY, until_on=TODAY, account_id=999, now=NOW
        ).id,
        "absence_id": gone.id,
        "bond_id": bond.id,
    }


def alike(session: Session, area: Area) -> dict[str, int]:
    """Two entries that may be one person, and two that were."""
    kept, gone, further, last = (factories.volunteer(session, area, "秦寒露") for _ in range(4))
    made = merging.merge(session, kept_id=further.id, gone_id=last.id, chosen=(), account_id=999, now=NOW)
    return {"kept_id": kept.id, "gone_id": gone.id, "merge_id": made.id}


def cared_for(session: Session, area: Area) -> dict[str, int]:
    """A pupil of another activity, and who may fetch it."""
    pupil = factories.pupil(session, factories.activity_for_children(session, area))
    return {
        "pupil_id": pupil.id,
        "guardian_id": session.scalars(select(Guardian.id).where(Guardian.pupil_id == pupil.id)).one(),
    }


def seen_one_by_one(session: Session, area: Area, activity: Activity, shift: Shift) -> dict[str, int]:
    """A role of the activity in which people are seen, and somebody's appointment there."""
    here = session.get_one(Shift, shift.id)
    factories.consulting(session, here, factories.volunteer(session, area, "杏林"))
    role_id = here.roles[0].id
    one = factories.appointment(session, role_id)
    return {"role_id": activity.roles[0].id, "appointment_id": one.id}


def to_be_held(session: Session, area: Area) -> int:
    """The id of a quota of the area that is short, and ends within a fortnight."""
    return quotas.set_quota(
        session,
        area_id=area.id,
        title="冬季培训演练",
        needed=3,
        from_on=NOW.date(),
        until_on=NOW.date() + timedelta(days=5),
        now=NOW,
        account_id=999,
    ).id


def wanted(session: Session, area: Area) -> dict[str, int]:
    """Something asked for in the area, and a line of a team of its own that covers it."""
    line = teams.add_programme(session, factories.team(session, area, "健康队"), name="健康讲座")
    said = {"audience": Audience.ELDERS, "words": "想听健康讲座"}
    asked = demands.note(session, area_id=area.id, account_id=999, now=NOW, **said)  # type: ignore[arg-type]  # a test's own values
    return {"demand_id": asked.id, "programme_id": line.id}


def campaigned(session: Session, area: Area) -> int:
    """The id of a campaign of the area."""
    plans = [campaigns.IndicatorPlan(title="文明劝导", needed=2)]
    span = {"from_on": NOW.date(), "until_on": NOW.date() + timedelta(days=60)}
    here = session.get_one(Area, area.id)
    return campaigns.begin(session, here, title="摘星夺旗", indicators=plans, account_id=999, now=NOW, **span).id


def found_there(session: Session, activity: Activity, shift: Shift) -> int:
    """The id of something found in the shift."""
    findings.carry(session, activity, to=activity, account_id=999, now=NOW)
    by = findings.Writer(account_id=999)
    return findings.note(session, shift, by=by, words="西门路灯不亮", now=NOW).id


def term(session: Session, area: Area) -> SchoolTerm:
    """A school term of the area."""
    return calendars.add_term(
        session,
        area_id=area.id,
        name="秋季学期",
        from_on=date(2026, 9, 1),
        until_on=date(2027, 1, 22),
        now=NOW,
        account_id=None,
    )


def addresses(app: Flask, place: Place) -> list[tuple[str, str]]:
    """(method, address) of every page below /co and /ad, filled with the numbers of `place`."""
    numbers = {name: getattr(place, name) for name in Place.__annotations__}
    numbers |= {"step": "what", "kind": "people", "form": "csv", "what": "publish", "answer": "on"}
    numbers |= {"channel": "file", "name": "reminder"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith(("/co", "/ad")):
                values = {name: numbers[name] for name in rule.arguments}
                found += [
                    (method, app.url_for(rule.endpoint, **values))
                    for method in sorted(rule.methods or ())
                    if method in ("GET", "POST")
                ]
    return sorted(set(found))


def visit(she: Person, method: str, address: str) -> int:
    """The status of one request, its token in order."""
    if method == "GET":
        return she.client.get(address).status_code
    she.page = she.client.get("/style/form")
    token = she.text.split('name="csrf_token" value="')[1].split('"')[0]
    return she.client.post(address, data={"csrf_token": token}).status_code


@pytest.fixture
def place(at_now: Settings) -> Place:
    """One of everything in a community that is not the visitor's."""
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
    return furnished(elsewhere)


def test_guests_are_sent_to_log_in(place: Place) -> None:
    she, app = Person(), application(settings())
    everything = addresses(app, place)
    assert len(everything) > 40
    for method, address in everything:
        assert visit(she, method, address) == 303, (method, address)
        assert "/login" in she.client.open(address, method=method).headers.get("Location", "/login"), address


def test_volunteers_are_not_let_in(place: Place) -> None:
    she, app = desks.volunteer_account(), application(settings())
    for method, address in addresses(app, place):
        assert visit(she, method, address) == 403, (method, address)


def test_nothing_of_another_community_exists(place: Place) -> None:
    she, _area = desks.coordinator()
    before = counted()
    for method, address in addresses(application(settings()), place):
        if any(character.isdigit() for character in address):
            expected = 403 if address.startswith("/ad/") else 404  # an administrator's page is not hers at all
            assert visit(she, method, address) == expected, (method, address)
    assert counted() == before


def test_nothing_of_another_community_exists_for_its_administrator(place: Place) -> None:
    she, _area = desks.coordinator(role=Role.ADMIN)
    before = counted()
    numbered = [(method, address) for method, address in addresses(application(settings()), place) if "/ad/" in address]
    numbered = [(method, address) for method, address in numbered if any(letter.isdigit() for letter in address)]
    assert len(numbered) > 8
    for method, address in numbered:
        assert visit(she, method, address) == 404, (method, address)
    assert counted() == before


def test_a_form_without_its_token_changes_nothing(at_now: Settings) -> None:
    she, area = desks.coordinator(role=Role.ADMIN)
    place = furnished(area)
    before = counted()
    for method, address in addresses(application(settings()), place):
        if method == "POST":
            answer = she.client.post(address, data={"csrf_token": "wrong", "reason": "没有", "reply": "decline"})
            assert answer.status_code == 400, address
    assert counted() == before


def counted() -> list[object]:
    """What any of the forms would change."""
    with transaction() as session:
        tables = (Assignment, SignUp, Volunteer, Call, Sheet, RoleGrant, Area, Team)
        rows = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        states = session.execute(select(Assignment.state, Assignment.version).order_by(Assignment.id)).all()
        return [rows, [tuple(row) for row in states], session.scalars(select(SignUp.state)).all()]
