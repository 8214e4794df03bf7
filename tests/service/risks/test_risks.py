"""Risk notices: nobody takes a place before she has confirmed the text as it is then, whichever way she comes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.actions import ActivityRefused
from service.activities.models import Activity, RiskText, Shift
from service.activities.rules import RolePlan
from service.audit import AuditEntry
from service.places.models import Area
from service.risks import actions, queries
from service.risks.actions import RiskUnconfirmed
from service.risks.models import RiskConfirmation
from service.roster import actions as roster
from service.roster.confirming import readers, to_confirm
from service.roster.models import Assignment
from service.signups import standing_by
from service.signups.actions import SignUpRefused
from service.signups.queries import opening
from service.swaps import actions as swaps
from service.swaps import answering
from service.swaps.models import Swap, SwapAsking
from service.terms import AssignmentState, Mode, QualificationKind, RiskDoor, SwapState
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.service.backfill.lane import Lane

WELDING = "焊接前断电、戴面罩，灭火器放在手边；雨天不干。"
DANGEROUS: dict[str, Any] = {"title": "焊窨井盖", "risk_notice": WELDING, "must_confirm_risk": True}
ROLES = (RolePlan(name="焊工", min_needed=1, max_needed=2, stand_bys=1),)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def shift(session: Session, area: Area) -> Shift:
    return factories.shift_on(session, area, NOW + timedelta(days=2), roles=ROLES, **DANGEROUS)


@pytest.fixture
def her(session: Session, area: Area) -> Volunteer:
    return factories.volunteer(session, area, "焦师傅")


def confirm(session: Session, shift: Shift, her: Volunteer, *, version: int = 1) -> bool:
    return actions.confirm(
        session,
        volunteer_id=her.id,
        activity_id=shift.activity_id,
        version=version,
        door=RiskDoor.PAGE,
        now=NOW,
    )


def offered(session: Session, shift: Shift, her: Volunteer, *, as_stand_by: bool = False) -> Assignment:
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=her.id, now=NOW, as_stand_by=as_stand_by)
    assert made is not None, "an offer can be made: the notice is for the yes"
    return made


def rewrite(session: Session, shift: Shift, **changes: Any) -> Activity:
    activity = session.get_one(Activity, shift.activity_id)
    return activities.revise(session, activity, changes=changes, now=NOW, account_id=None)


def sign_up(session: Session, shift: Shift, her: Volunteer) -> object:
    return factories.sign_up(session, her, factories.only_role(session, shift))


def stand_by(session: Session, shift: Shift, her: Volunteer) -> object:
    role = factories.only_role(session, shift)
    return standing_by.stand_by(session, volunteer_id=her.id, shift_id=shift.id, shift_role_id=role.id, now=NOW)


def take_in(session: Session, shift: Shift, her: Volunteer) -> object:
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    return roster.take(session, row=row, volunteer_id=her.id, now=NOW)


@pytest.mark.parametrize("way", [sign_up, stand_by, take_in])
def test_no_way_to_a_place_leads_past_it(
    session: Session, shift: Shift, her: Volunteer, way: Callable[..., object]
) -> None:
    with pytest.raises(RiskUnconfirmed) as told, session.begin_nested():
        way(session, shift, her)
    assert (told.value.risk.text, told.value.risk.version, told.value.risk.volunteer_id) == (WELDING, 1, her.id)
    assert session.scalar(select(func.count(Assignment.id))) == 0
    assert confirm(session, shift, her)
    way(session, shift, her)
    assert session.scalars(select(Assignment.state)).one() == AssignmentState.CONFIRMED


def test_an_offer_is_made_and_only_its_yes_asks(session: Session, shift: Shift, her: Volunteer) -> None:
    asked = offered(session, shift, her)
    with pytest.raises(RiskUnconfirmed), session.begin_nested():
        roster.accept(session, assignment_id=asked.id, now=NOW)
    assert session.get_one(Assignment, asked.id).state == AssignmentState.OFFERED
    assert roster.decline(session, assignment_id=asked.id, now=NOW).state == AssignmentState.DECLINED, "a no needs none"


def test_a_stand_by_is_called_in_by_the_text_of_then(session: Session, shift: Shift, her: Volunteer) -> None:
    confirm(session, shift, her)
    place = offered(session, shift, her, as_stand_by=True)
    roster.accept(session, assignment_id=place.id, now=NOW)
    rewrite(session, shift, risk_notice="再加一条：井边拉警戒带。")
    with pytest.raises(RiskUnconfirmed), session.begin_nested():
        roster.call_in(session, place, now=NOW)
    confirm(session, shift, her, version=2)
    assert roster.call_in(session, place, now=NOW)


def test_who_takes_anothers_place_confirms_too(session: Session) -> None:
    lane = Lane(session, NOW + timedelta(days=2), details=DANGEROUS)
    giver, other = lane.member("王小满"), lane.member("李大雪")
    confirm(session, lane.shift, giver)
    sign_up(session, lane.shift, giver)
    place = session.scalars(select(Assignment)).one()
    swap = swaps.ask(session, assignment_id=place.id, to=other.id, now=NOW)
    asking = session.scalars(select(SwapAsking).where(SwapAsking.swap_id == swap.id)).one()
    with pytest.raises(RiskUnconfirmed), session.begin_nested():
        answering.accept(session, swap_asking_id=asking.id, now=NOW)
    confirm(session, lane.shift, other)
    answering.accept(session, swap_asking_id=asking.id, now=NOW)
    assert session.get_one(Swap, swap.id).state == SwapState.DONE


def test_another_text_asks_again_and_keeps_what_was_confirmed(session: Session, shift: Shift, her: Volunteer) -> None:
    confirm(session, shift, her)
    sign_up(session, shift, her)
    assert not list(to_confirm(session, her.id, now=NOW))
    activity = rewrite(session, shift, risk_notice="雨天、夜里都不干。")
    assert activity.risk_version == 2
    assert [one.title for one in to_confirm(session, her.id, now=NOW)] == ["焊窨井盖"]
    assert not confirm(session, shift, her, version=1), "the old text is not the notice any more"
    [reader] = readers(session, activity, now=NOW)
    assert (reader.is_confirmed, reader.confirmation and reader.confirmation.version) == (False, 1)
    assert confirm(session, shift, her, version=2)
    assert readers(session, activity, now=NOW)[0].is_confirmed
    texts = session.scalars(select(RiskText.text).order_by(RiskText.version)).all()
    assert texts == [WELDING, "雨天、夜里都不干。"]


def test_what_leaves_the_text_alone_asks_nobody_again(session: Session, shift: Shift, her: Volunteer) -> None:
    confirm(session, shift, her)
    rewrite(session, shift, what_to_bring="手套")
    rewrite(session, shift, must_confirm_risk=False)
    rewrite(session, shift, must_confirm_risk=True)
    assert queries.unconfirmed_in(session, volunteer_id=her.id, shift_id=shift.id) is None


def test_a_notice_without_words_is_refused(session: Session, area: Area, shift: Shift) -> None:
    with pytest.raises(ActivityRefused) as told:
        factories.activity(session, area, must_confirm_risk=True)
    assert told.value.problems == {"risk_notice": ["no_risk_notice"]}
    with pytest.raises(ActivityRefused):
        rewrite(session, shift, risk_notice="")


def test_twice_keeps_the_first_and_what_was_read_out_is_audited(session: Session, shift: Shift, her: Volunteer) -> None:
    told: dict[str, Any] = {"volunteer_id": her.id, "activity_id": shift.activity_id, "version": 1, "recorded_by": 7}
    for late in range(2):
        actions.confirm(session, **told, door=RiskDoor.DESK, now=NOW + timedelta(minutes=late))
    kept = session.scalars(select(RiskConfirmation)).one()
    assert (kept.door, kept.confirmed_at, kept.recorded_by) == (RiskDoor.DESK, NOW, 7)
    audited = session.scalars(select(AuditEntry).where(AuditEntry.verb == "confirmed_risk_for")).one()
    assert (audited.account_id, audited.details["version"]) == (7, 1)


def test_other_reasons_are_told_first_all_at_once(session: Session, area: Area, her: Volunteer) -> None:
    roles = (RolePlan(name="焊工", min_needed=1, max_needed=2, requires=(QualificationKind.WELDER,), min_age=18),)
    shift = factories.shift_on(session, area, NOW + timedelta(days=2), roles=roles, mode=Mode.MATCHED, **DANGEROUS)
    with pytest.raises(SignUpRefused) as told:
        sign_up(session, shift, her)
    assert [one.reason for one in told.value.reasons] == ["qualification_missing", "age_unknown"]
