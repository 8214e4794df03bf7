"""People looked through by their coordinator; what leaving gives back, and coming back returns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.calendars.rules import local
from service.courtyards import actions as courtyards
from service.drafting import actions as drafting
from service.outbox import OutboxEvent
from service.people import actions, queries
from service.people import ahead as before_her
from service.people.actions import HasRoles
from service.people.queries import Asked
from service.places.models import Area
from service.promises import actions as promises
from service.roster import actions as roster
from service.roster.models import Assignment
from service.rotation.models import RotationMember
from service.signups.models import SignUp
from service.signups.queries import opening
from service.skills import actions as skills
from service.swaps import actions as swaps
from service.swaps.models import Swap
from service.teams import actions as teams
from service.terms import AssignmentState, Mode, QualificationKind, Role, SignUpState, SwapState
from service.volunteers.actions import PhoneTaken
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone
from service.watches import actions as watches
from tests import factories
from tests.factories import NOW
from tests.ledger import audited
from tests.service.rotation.gate import open_gate

DAY = local(NOW).date()


def names(session: Session, area: Area, **asked: object) -> list[str]:
    found = queries.listed(session, Asked(**asked), scope_ids=[area.id], now=NOW, day=DAY)  # type: ignore[arg-type]
    return [card.person.name for card in found]


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def test_initials_pinyin_name_and_the_last_digits_find_her(session: Session, area: Area) -> None:
    factories.volunteer(session, area, "王秀英", phone="+8613912345678")
    factories.volunteer(session, area, "万向阳")
    factories.volunteer(session, factories.community(session, "杜甫路社区"), "王秀英", phone="+8613800005678")

    assert names(session, area, text="wxy") == ["王秀英", "万向阳"]
    for text in ("wangxiuying", "王秀", "5678"):
        assert names(session, area, text=text) == ["王秀英"], text
    assert names(session, area, text="1234") == []
    assert names(session, area, text="%") == []


def test_a_tag_a_skill_a_paper_and_a_team_narrow_the_list(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area, "李谷雨", tags=["老党员"])
    factories.qualified(session, her, QualificationKind.NURSE, until=DAY)
    factories.qualified(
        session, factories.volunteer(session, area, "周过期"), QualificationKind.NURSE, until=date(2026, 1, 1)
    )
    skills.claim(session, her, name="书法", now=NOW)
    band = factories.team(session, area)
    teams.join_team(session, team_id=band.id, volunteer_id=her.id, from_on=DAY)
    other = factories.team(session, area, "巡逻队")

    assert queries.tags(session, scope_ids=[area.id]) == ["老党员"]
    for asked in ({"tag": "老党员"}, {"skill": "书"}, {"kind": QualificationKind.NURSE}, {"team_id": band.id}):
        assert names(session, area, **asked) == ["李谷雨"], asked
    assert names(session, area, team_id=other.id) == []
    [card] = queries.listed(session, Asked(tag="老党员"), scope_ids=[area.id], now=NOW, day=DAY)
    assert (card.skills, card.kinds, card.teams) == (["书法"], [QualificationKind.NURSE], [band.name])
    assert (card.last_at, card.next_at) == (None, None)


def test_a_card_says_when_she_served_last_and_serves_next(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area)
    starts = [NOW - timedelta(days=9), NOW - timedelta(days=2), NOW + timedelta(days=3), NOW + timedelta(days=8)]
    first = factories.shift_on(session, area, NOW + timedelta(days=20))
    for start in starts:
        shift = factories.further_shift(session, first, start)
        factories.sign_up(session, her, factories.only_role(session, shift), now=NOW - timedelta(days=20))
    [card] = queries.listed(session, Asked(), scope_ids=[area.id], now=NOW, day=DAY)

    assert (card.last_at, card.next_at) == (starts[1], starts[2])


def test_the_list_goes_on_behind_a_person(session: Session, area: Area) -> None:
    for name in ("王一一", "王一一", "王二二", "张三三"):
        factories.volunteer(session, area, name)
    first = queries.listed(session, Asked(), scope_ids=[area.id], now=NOW, day=DAY, limit=2)
    rest = queries.listed(session, Asked(), scope_ids=[area.id], now=NOW, day=DAY, after=first[-1].person)

    assert [card.person.name for card in (*first, *rest)] == ["王二二", "王一一", "王一一", "张三三"]
    assert len({card.person.id for card in (*first, *rest)}) == 4


# --- another number ---


def test_with_another_number_she_logs_in_by_that_one_only(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area, phone="+8613900007001")
    account = accounts.open_account(session, phone="+8613900007001", name=her.name)
    epoch = account.epoch
    actions.revise(session, her, changes={"phone": "+8613900007002"}, account_id=1, now=NOW)

    assert by_phone(session, "+8613900007002") is her
    assert accounts.open_account(session, phone="+8613900007002", name="").id == account.id
    assert account.epoch == epoch + 1, "whoever has the old telephone is logged out"
    assert names(session, area, text="7002") == [her.name]
    assert accounts.open_account(session, phone="+8613900007001", name="").volunteer_id is None


def test_a_number_is_taken_from_nobody(session: Session, area: Area) -> None:
    her, other = (factories.volunteer(session, area, name) for name in ("王小满", "李大雪"))
    other_phone = "+8613900007003"
    actions.revise(session, other, changes={"phone": other_phone}, account_id=1, now=NOW)
    with pytest.raises(PhoneTaken):
        actions.revise(session, her, changes={"phone": other_phone}, account_id=1, now=NOW)
    staff = factories.coordinator(session, area)
    staff_phone = "+8613900007004"
    known = accounts.open_account(session, phone=staff_phone, name="协调员")
    accounts.grant_role(session, known, role=Role.COORDINATOR, area_id=area.id, granted_by=staff.id, now=NOW)
    with pytest.raises(PhoneTaken):
        actions.revise(session, her, changes={"phone": staff_phone}, account_id=1, now=NOW)


def test_nobody_gives_an_account_with_roles_another_number(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area, phone="+8613900007005")
    account = accounts.open_account(session, phone="+8613900007005", name=her.name)
    accounts.grant_role(session, account, role=Role.ADMIN, area_id=area.id, granted_by=None, now=NOW)
    session.refresh(account)

    with pytest.raises(HasRoles):
        actions.revise(session, her, changes={"phone": "+8613900007006"}, account_id=1, now=NOW)
    assert by_phone(session, "+8613900007006") is None


# --- leaving ---


def busy(session: Session, area: Area) -> Volunteer:
    """Somebody with a place, a wish, an offer, a draft, a watch, a place she answers for, and a promise."""
    her = factories.volunteer(session, area, "焦立秋")
    two = [RolePlan(name="引导员", min_needed=1, max_needed=2)]
    place = factories.shift_on(session, area, NOW + timedelta(days=3), title="义诊", roles=two)
    factories.sign_up(session, her, factories.only_role(session, place))
    wish = factories.shift_on(session, area, NOW + timedelta(days=5), title="助餐", mode=Mode.MATCHED)
    factories.sign_up(session, her, factories.only_role(session, wish))
    for number, title in ((6, "敲门"), (7, "夜查")):
        shift = factories.shift_on(session, area, NOW + timedelta(days=number), title=title, mode=Mode.ROTA)
        row = opening(session, shift_id=shift.id, shift_role_id=shift.roles[0].id)
        assert row is not None
        if title == "敲门":
            roster.offer(session, row=row, volunteer_id=her.id, now=NOW)
        else:
            drafting.pencil_in(session, row=row, volunteer_id=her.id, account_id=1, now=NOW)
    watches.watch(session, volunteer_id=her.id, activity_id=place.activity_id, now=NOW)
    courtyards.entrust(session, area, volunteer_id=her.id, from_on=DAY, account_id=1, now=NOW)
    promises.promise(session, area_id=area.id, title="修灯", owner_id=her.id, due_on=DAY, account_id=1, now=NOW)
    session.flush()
    return her


def states(session: Session, her: Volunteer) -> list[AssignmentState]:
    rows = select(Assignment.state).where(Assignment.volunteer_id == her.id).order_by(Assignment.id)
    return list(session.scalars(rows))


def test_who_leaves_gives_back_all_that_is_before_her_and_others_are_sought(session: Session, area: Area) -> None:
    her = busy(session, area)
    ahead = before_her.ahead(session, her.id, now=NOW, day=DAY)
    assert ([row.Activity.title for row in ahead.duties], len(ahead.waiting)) == (["义诊", "敲门"], 1)
    assert (len(ahead.charges), len(ahead.owed)) == (1, 1)
    left = actions.leave(session, her, reason="搬走了", account_id=1, now=NOW)

    assert her.left_at == NOW
    assert (len(left.signup_ids), len(left.assignment_ids), len(left.watch_ids)) == (2, 1, 1)
    assert states(session, her) == [AssignmentState.RELEASED, AssignmentState.DECLINED, AssignmentState.RELEASED]
    assert set(session.scalars(select(SignUp.state))) == {SignUpState.WITHDRAWN}
    [taken] = session.scalars(
        select(ShiftRole.taken)
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .where(Assignment.state == AssignmentState.DECLINED)
    )
    freed = session.scalars(select(OutboxEvent.kind).where(OutboxEvent.kind == "PlaceFreed")).all()
    assert (taken, len(freed)) == (0, 1), "the offered place is free at once, the confirmed one is kept ten minutes"
    assert names(session, area) == []
    assert names(session, area, has_left=True) == ["焦立秋"]
    assert ("left", "volunteer", her.id, 1) in audited(session)
    assert actions.leave(session, her, reason="", account_id=1, now=NOW) is left, "twice is harmless"


def test_within_ten_minutes_she_has_again_what_nobody_took(session: Session, area: Area) -> None:
    her = busy(session, area)
    actions.leave(session, her, reason="", account_id=1, now=NOW)
    got = actions.come_back(session, her, account_id=1, now=NOW + timedelta(minutes=9))

    assert (got.again, got.gone, her.left_at) == (3, 0, None)
    assert states(session, her) == [
        AssignmentState.CONFIRMED,
        AssignmentState.DECLINED,
        AssignmentState.RELEASED,
        AssignmentState.OFFERED,
    ]
    assert actions.come_back(session, her, account_id=1, now=NOW).again == 0


def test_later_she_only_serves_again(session: Session, area: Area) -> None:
    her = busy(session, area)
    actions.leave(session, her, reason="", account_id=1, now=NOW)
    got = actions.come_back(session, her, account_id=1, now=NOW + timedelta(days=30))

    assert (got.again, got.gone, her.left_at) == (0, 0, None)
    assert AssignmentState.CONFIRMED not in states(session, her)
    assert names(session, area) == ["焦立秋"]


def test_who_leaves_takes_no_more_turns(session: Session, area: Area) -> None:
    people = [factories.volunteer(session, area, name) for name in ("钱谷雨", "孙芒种", "李白露")]
    open_gate(session, area=area, people=people, now=NOW)
    actions.leave(session, people[0], reason="", account_id=1, now=NOW)

    current = select(RotationMember.volunteer_id).where(RotationMember.left_at.is_(None))
    assert set(session.scalars(current)) == {people[1].id, people[2].id}


def test_who_leaves_is_not_waited_for_by_somebody_whose_place_she_might_take(session: Session, area: Area) -> None:
    holder, her = (factories.volunteer(session, area, name) for name in ("钱谷雨", "孙芒种"))
    band = factories.team(session, area)
    for one in (holder, her):
        teams.join_team(session, team_id=band.id, volunteer_id=one.id, from_on=DAY)
    shift = factories.shift_on(session, area, NOW + timedelta(days=4), team_id=band.id)
    factories.sign_up(session, holder, factories.only_role(session, shift))
    place = session.scalars(select(Assignment)).one()
    swap = swaps.ask(session, assignment_id=place.id, to=her.id, now=NOW)
    actions.leave(session, her, reason="", account_id=1, now=NOW)

    assert session.get_one(Swap, swap.id, populate_existing=True).state == SwapState.DECLINED
