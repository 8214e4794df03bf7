"""Every page of the house in one table: who reads it, and its address in a small neighbourhood with one of everything.

A GET route that stands in none of these tables fails a test: whoever adds a page adds its line here.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import links
from service.accounts.models import Account
from service.activities import unfinished
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once, weekly_plan
from service.appointments import actions as appointments
from service.appointments import following
from service.calendars.rules import local
from service.courses import actions as courses
from service.db import transaction
from service.drafting import actions as drafting
from service.matching import actions as matching
from service.matching import record
from service.matching.models import MatchRun
from service.places.models import Area
from service.pupils import actions as pupils
from service.pupils import queries as pupil_queries
from service.reactions import NAMES, react
from service.rehearsal import actions as rehearsals
from service.risks import actions as risks
from service.roster import actions as roster
from service.roster.models import Assignment
from service.rotation.models import Rotation
from service.settings import settings
from service.sheets import actions as sheets
from service.sheets.lines import Circumstances, Line
from service.signups.queries import opening
from service.terms import Assumption, Kinship, Mode, PupilState, QualificationKind, RiskDoor, Role, SheetKind
from service.volunteers.models import Volunteer
from service.web.wizard_choices import steps_of
from tests import factories, street
from tests.browsing import application, session_cookie
from tests.factories import NOW
from tests.service.rotation.gate import TODAY, neighbours, open_gate
from tests.service.web.pages.test_desk_guards import furnished
from tests.street import Street

GUEST, HERS, DESK = "guest", "hers", "desk"
#: Who reads each page. Volunteers' pages are held to more: AAA contrast, larger targets, less weight.
PAGES = {
    "home.index": GUEST,
    "help.index": GUEST,
    "help.privacy": GUEST,
    "help.about": GUEST,
    "login.index": GUEST,
    "activities.show": GUEST,
    "today.show": GUEST,
    "signup.start": GUEST,
    "signup.who": GUEST,
    "offers.show": GUEST,
    "several.show": GUEST,
    "asks.show": GUEST,
    "swaps.ask_form": GUEST,
    "swap_answers.show": GUEST,
    "me.index": HERS,
    "me.profile": HERS,
    "own_hours.mine": HERS,
    "own_data.ask_form": HERS,
    "messages.index": HERS,
    "habits.mine": HERS,
    "availability.mine": HERS,
    "own_skills.mine": HERS,
    "contacts.mine": HERS,
    "papers.say_form": HERS,
    "hand_overs.mine": HERS,
    "findings.mine": HERS,
    "routes.walk": HERS,
    "risks.mine": HERS,
    "courses.day": HERS,
    "pupils.sheet": HERS,
    "appointments.choose": GUEST,
    "appointment.show": GUEST,
    "appointments_held.sheet": HERS,
    "signups.show": HERS,
    "stand_bys.show": HERS,
    **dict.fromkeys(
        (
            "dashboard.index",
            "gaps.index",
            "replies.index",
            "hours.index",
            "backfills.index",
            "backfills.show",
            "ladders.show",
            "rehearsals.index",
            "rehearsals.show",
            "swap_approvals.index",
            "publishing.index",
            "publishing.begin",
            "publishing.step",
            "publishing.preview",
            "roster.index",
            "roster.paper",
            "routes_desk.show",
            "scores_desk.show",
            "risks.show",
            "courses_desk.show",
            "courses_desk.day",
            "pupils_desk.index",
            "pupils_desk.show",
            "pupils_desk.sheet",
            "pupils_desk.paper",
            "families.roles",
            "families.show",
            "appointments_desk.index",
            "appointments_desk.sheet",
            "appointments_desk.paper",
            "changing.edit_form",
            "changing.cancel_form",
            "shifts.cancel_form",
            "shifts.move_form",
            "answers.release_form",
            "drafting.choose",
            "putting.where_to",
            "stand_bys.ask_form",
            "people.phone_form",
            "people.stepping_in",
            "people.index",
            "person.show",
            "person.edit_form",
            "person.leaving",
            "merging.index",
            "merging.of_person",
            "merging.compare",
            "habits.hers",
            "availability.hers",
            "contacts.ask_why",
            "contacts.note_form",
            "papers.note_form",
            "company.show",
            "company.of_person",
            "habits.own",
            "ledger.person",
            "ledger.shift",
            "matching.index",
            "weights.show",
            "heat_warnings.index",
            "match_weeks.show",
            "what_if.show",
            "what_if.fair",
            "replanning.dates_page",
            "copying.index",
            "skills.index",
            "promises.index",
            "disclosures.index",
            "campaigns.index",
            "demands.index",
            "demands.show",
            "demands.lines",
            "demands.cover_form",
            "gatherings.show",
            "campaigns.show",
            "promises.show",
            "partners.index",
            "partners.show",
            "guidance.show",
            "partners.phone_form",
            "co_hosts.shared",
            "parts.index",
            "parts.show",
            "templates.index",
            "templates.show",
            "templates.save_form",
            "templates.edit_form",
            "rotations.index",
            "rotations.show",
            "rotations.paper",
            "rotations.close_form",
            "rotation_opening.new",
            "pools.index",
            "pools.wishes",
            "hand_overs.theirs",
            "findings_desk.index",
            "findings_desk.theirs",
            "findings_desk.carrying_form",
            "proxy.index",
            "proxy.new",
            "proxy_signup.choose",
            "proxy_signup.done",
            "calls.index",
            "outlook.index",
            "slips.index",
            "slips.paper",
            "handouts.week",
            "handouts.person",
            "handouts.sign_in",
            "handouts.poster",
            "sheets.index",
            "sheets.show",
            "exports.ask_form",
            "exports.show",
            "groups.index",
            "office.index",
            "areas.index",
            "areas.show",
            "areas.edit_form",
            "brands.show",
            "areas.add_form",
            "areas.propose_form",
            "areas.team_form",
            "accounts.index",
            "roles.index",
            "audits.index",
            "calendars.index",
            "outbox.index",
            "channels.index",
            "texts.index",
            "texts.show",
            "house.index",
        ),
        DESK,
    ),
}
#: Not for people's eyes: files, parts of pages that stay fresh, and what machines ask.
NO_PAGES = {
    "roster.week",
    "dashboard.now",
    "matching.progress",
    "rehearsals.progress",
    "sheets.progress",
    "offers.calendar",
    "signups.calendar",
    "feeds.feed",
    "brand_files.look",
    "sheets.export",
    "exports.table",
    "campaigns.export",
    "sheets.template",
    "sheets.refused",
    "health.alive",
    "health.ready",
    "health.metrics",
}
#: Shown only after a step before: `test_volunteer_pages.py` comes through them.
AFTER_A_STEP = {"appointments.code", "login.code", "login.register_form", "signup.code"}
#: Looked at on the demo's neighbourhoods, where they have much on them: `test_coordinator_pages.py`.
ON_THE_DEMO = {"courtyards.index", "courtyards.show", "quotas.index", "quotas.show"}
#: Samples for those who build: `test_style.py`.
WORKSHOP = {"style.index", "style.form", "style.done", "style.error"}


def routes(app: Flask) -> set[str]:
    """The endpoints that answer a GET, but for the JSON interface."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }


def fill() -> tuple[dict[str, str], dict[str, str]]:
    """Lay it out at NOW: the address of each page by its endpoint, and the session cookie of who reads it."""
    laid_out = street.build()
    with transaction() as session:
        area = session.get_one(Area, laid_out.area_id)
        top = session.get_one(Area, area.lineage[0])
        admin = factories.coordinator(session, top, "穆清和", role=Role.ADMIN)
    place = furnished(area)
    numbers: dict[str, Any] = {**asdict(place), "name": "place_offered", "step": "what"}
    with transaction() as session:
        numbers |= _richer(session, area, admin)
        own = _own(session, laid_out, area)
    _play(numbers["rehearsal_id"])
    app = application(settings())
    with app.test_request_context():
        found = {
            rule.endpoint: app.url_for(rule.endpoint, **{name: numbers[name] for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if rule.endpoint in PAGES.keys() - own.keys() and "GET" in (rule.methods or ())
        }
    found |= own | {"what_if.show": f"{found['what_if.show']}?{numbers['question']}"}
    return found, {HERS: laid_out.cookie(), DESK: session_cookie(admin.id, epoch=admin.epoch)}


def _own(session: Session, laid_out: Street, area: Area) -> dict[str, str]:
    """The pages of the volunteer of the street, each with much on it."""
    shift_id, public = laid_out.shift_ids["several"], laid_out.public
    guard = open_gate(session, area=area, people=_with_her(session, laid_out, area), now=NOW, until_on=TODAY)
    return {
        "activities.show": public["activity several"],
        "today.show": public["today"],
        "signup.start": public["place several"],
        "signup.who": f"/signup/who/{shift_id}/{laid_out.role_ids['several']}",
        "offers.show": public["link offered"],
        "several.show": _several(session, laid_out),
        "asks.show": public["ask wanted"],
        "swaps.ask_form": public["swap"],
        "swap_answers.show": public["swap wanted"],
        "signups.show": laid_out.hers["confirmed"],
        "findings.mine": laid_out.hers["findings"],
        "routes.walk": laid_out.hers["round"],
        "hand_overs.mine": f"/me/hand-over/{_first_block(session, guard)}",
        "hand_overs.theirs": f"/co/hand-over/{_first_block(session, guard)}",
        "putting.where_to": f"/co/drafts/{_pencilled(session, area)}/put",
        "stand_bys.show": f"/shifts/{_with_stand_bys(session, area).id}/stand-by",
        "courses.day": f"/me/course-days/{(lesson := _with_learners(session, area, laid_out)).id}",
        "courses_desk.show": f"/co/activities/{lesson.activity_id}/course",
        "courses_desk.day": f"/co/shifts/{lesson.id}/course-day",
        "pupils.sheet": f"/me/pupils/{(school := _with_pupils(session, area, laid_out)).id}",
        "pupils_desk.index": f"/co/activities/{school.activity_id}/pupils",
        "pupils_desk.sheet": f"/co/shifts/{school.id}/pupils",
        "pupils_desk.paper": f"/co/shifts/{school.id}/pupils/paper",
        **_with_appointments(session, area, laid_out),
        "risks.mine": f"/me/risks/{(risky := _with_a_notice(session, area, laid_out))}",
        "risks.show": f"/co/activities/{risky}/risk",
    }


def _with_her(session: Session, laid_out: Street, area: Area) -> list[Volunteer]:
    return [session.get_one(Volunteer, laid_out.volunteer_id), *neighbours(session, area, 3)]


def _first_block(session: Session, guard: Rotation) -> int:
    return session.scalars(
        select(Shift.id).where(Shift.activity_id == guard.activity_id).order_by(Shift.starts_at).limit(1)
    ).one()


def _several(session: Session, laid_out: Street) -> str:
    """Two offers of hers, answered together."""
    hers = select(Assignment.id).where(Assignment.volunteer_id == laid_out.volunteer_id)
    ids = session.scalars(hers.order_by(Assignment.id).limit(2)).all()
    return f"/offers/{links.offers_token(ids)}"


def _pencilled(session: Session, area: Area) -> int:
    """The id of a draft that can be put on another day."""
    plans = [once(local(NOW).date() + timedelta(days=days), starts=time(9), ends=time(11)) for days in (1, 3)]
    made = factories.activity(session, area, title="年前理发", mode=Mode.ROTA, plans=plans)
    shift = factories.shifts(session, made)[0]
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    person = factories.volunteer(session, area, "蒋寒露")
    return drafting.pencil_in(session, row=row, volunteer_id=person.id, account_id=1, now=NOW).id


def _with_stand_bys(session: Session, area: Area) -> Shift:
    roles = (RolePlan(name="引导员", min_needed=1, max_needed=2, stand_bys=1),)
    return factories.shift_on(session, area, NOW + timedelta(days=12), title="年终义诊", roles=roles)


def _with_learners(session: Session, area: Area, laid_out: Street) -> Shift:
    """A day of a course, begun, that she of the street leads: of three learners one waits."""
    shift = factories.shift_on(session, area, NOW + timedelta(days=20), title="播报培训")
    activity = session.get_one(Activity, shift.activity_id)
    given = {"capacity": 2, "days_needed": 1, "gives": QualificationKind.BROADCASTER, "taught_by": "广播电视台"}
    courses.set_course(session, activity, account_id=1, now=NOW, **given)
    for name in ("冯立夏", "褚小暑", "卫大寒"):
        courses.enrol(session, activity, volunteer_id=factories.volunteer(session, area, name).id, now=NOW)
    leader = session.get_one(Volunteer, laid_out.volunteer_id)
    row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
    assert row is not None
    roster.take(session, row=row, volunteer_id=leader.id, now=NOW)
    return shift


def _with_pupils(session: Session, area: Area, laid_out: Street) -> Shift:
    """A class of today that she of the street teaches: one child has gone home, one is there, one is not marked."""
    plan = once(local(NOW).date(), starts=time(16, 30), ends=time(18))
    made = factories.activity_for_children(session, area, plans=[plan])
    [shift] = factories.shifts(session, made)
    children = [factories.pupil(session, made, name) for name in ("小石榴", "小核桃", "小桂圆")]
    who = pupils.NewGuardian(name="何立冬", kinship=Kinship.PARENT, phone=factories.phone())
    pupils.authorise(session, children[1], guardian=who, account_id=1, now=NOW)
    for child in children[:2]:
        pupils.mark(session, shift, pupil_id=child.id, state=PupilState.CAME, account_id=1, now=shift.starts_at)
    [granny] = pupil_queries.one(session, children[0]).guardians
    pupils.hand_over(session, shift, pupil_id=children[0].id, guardian_id=granny.id, account_id=1, now=shift.ends_at)
    teacher = factories.qualified(
        session, session.get_one(Volunteer, laid_out.volunteer_id), QualificationKind.BACKGROUND_CHECK
    )
    row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
    assert row is not None
    roster.take(session, row=row, volunteer_id=teacher.id, now=NOW)
    return shift


def _with_appointments(session: Session, area: Area, laid_out: Street) -> dict[str, str]:
    """She of the street sees people; a doctor who would has just cancelled, and his two have other slots with her."""
    roles = (RolePlan(name="医生", min_needed=1, max_needed=2),)
    shift = factories.shift_on(session, area, NOW + timedelta(days=15), title="专家义诊", roles=roles, hours=1)
    her = session.get_one(Volunteer, laid_out.volunteer_id)
    places = factories.consulting(session, shift, her, factories.volunteer(session, area, "杏林"))
    role_id = shift.roles[0].id
    one, *_others = (factories.appointment(session, role_id, slot=slot) for slot in (0, 1))
    moved, waits = (factories.appointment(session, role_id, slot=slot, room=1, phone=None) for slot in (0, 1))
    roster.decline(session, assignment_id=places[1].id, now=NOW)
    following.follow(session, assignment_ids=[places[1].id], now=NOW)
    appointments.cancel(session, one.id, now=NOW)
    return {
        "appointments.choose": f"/book/{role_id}",
        "appointment.show": f"/appointments/{links.appointment_token(moved.id)}",
        "appointments_held.sheet": f"/me/appointments/{shift.id}",
        "appointments_desk.index": f"/co/activities/{shift.activity_id}/appointments",
        "appointments_desk.sheet": f"/co/shifts/{waits.shift_id}/appointments",
        "appointments_desk.paper": f"/co/shifts/{shift.id}/appointments/paper",
    }


def _with_a_notice(session: Session, area: Area, laid_out: Street) -> int:
    """The id of an activity whose notice one of three who are to come has confirmed, and she of the street has not."""
    told: dict[str, Any] = {"risk_notice": "焊接前断电、戴面罩，灭火器放在手边；雨天不干。", "must_confirm_risk": True}
    roles = (RolePlan(name="焊工", min_needed=1, max_needed=5),)
    shift = factories.shift_on(session, area, NOW + timedelta(days=13), title="焊窨井盖", roles=roles, **told)
    confirmed: dict[str, Any] = {"activity_id": shift.activity_id, "version": 1, "now": NOW, "door": RiskDoor.LINK}
    people = [factories.volunteer(session, area, name) for name in ("焦立秋", "韩小雪")]
    risks.confirm(session, volunteer_id=people[0].id, **confirmed)
    for one in (*people, session.get_one(Volunteer, laid_out.volunteer_id)):
        row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
        assert row is not None
        roster.offer(session, row=row, volunteer_id=one.id, now=NOW)
    return shift.activity_id


def _richer(session: Session, area: Area, admin: Account) -> dict[str, object]:
    """What the furnished community lacks: a solved plan with a question to it, a weekly series, things of her own."""
    run, question = planned_for_two(session, area)
    plan = weekly_plan(
        starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2027, 1, 31), weekdays={2}
    )
    weekly = factories.activity(session, area, title="周二读报", plans=[plan])
    given = Circumstances(scope_ids=(area.id,), account_id=admin.id, now=NOW)
    lines = [Line(2, ("", "孙3", "12345"), faults=("姓名：请填写姓名，不要带数字和符号",))]
    sheet = sheets.receive(
        session,
        kind=SheetKind.PEOPLE,
        file_name="名单.csv",
        headings=("编号", "姓名", "电话"),
        lines=lines,
        area_id=area.id,
        given=given,
    )
    steps = steps_of(weekly, after=local(NOW).date())
    row = unfinished.begin(session, account_id=admin.id, now=NOW, steps=steps)
    played = rehearsals.request(
        session, area_id=area.id, assumption=Assumption.EVERYBODY, account_id=None, now=NOW, days=2
    )
    return {
        "match_run_id": run.id,
        "question": question,
        "series_id": weekly.series[0].id,
        "sheet_id": sheet.id,
        "unfinished_id": row.id,
        "rehearsal_id": played.id,
    }


def planned_for_two(session: Session, area: Area) -> tuple[MatchRun, str]:
    """A draft plan for one place that two asked for, and the question after the one who did not get it."""
    shift = factories.shift_on(
        session,
        area,
        NOW + timedelta(days=9),
        title="助餐",
        mode=Mode.MATCHED,
        roles=(RolePlan(name="打饭", min_needed=1, max_needed=1, stand_bys=1),),
    )
    for name in ("李白露", "何秋分"):
        factories.sign_up(session, factories.volunteer(session, area, name), factories.only_role(session, shift))
    run = matching.request(
        session,
        activity_ids=[shift.activity_id],
        from_at=NOW,
        until_at=NOW + timedelta(days=14),
        account_id=None,
        now=NOW,
    )
    matching.solve(session, match_run_id=run.id, now=NOW)
    plan = record.plan_of(run)
    wish = next(
        wish
        for wishes in plan.wishes_of.values()
        for wish in wishes
        if (wish.person_id, wish.opening_id) not in plan.placed
    )
    return run, f"person={wish.person_id}&opening={wish.opening_id}"


def _play(rehearsal_id: object) -> None:
    with transaction() as session:
        rehearsals.play(session, rehearsal_id=int(str(rehearsal_id)), reactions=NAMES, react=react, now=NOW)
