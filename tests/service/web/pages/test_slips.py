"""Papers: slips for whoever reads no screen, a person's places, a shift's sign-in sheet, the poster, the week."""

from __future__ import annotations

import re

import pytest

from service.activities.models import Shift
from service.activities.rules import RolePlan
from service.db import transaction
from service.notifications.models import Notification, Slip
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.terms import Channel, Mode, NotificationKind, NotificationState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")


def held(area: Area, *names: str) -> list[int]:
    """People of the area who hold a place in one shift on 28 November; the ids of their assignments."""
    roles = (RolePlan(name="引导员", min_needed=1, max_needed=3),)
    _made, [shift] = desks.published(area, mode=Mode.ROTA, what_to_bring="水杯、老花镜", roles=roles)
    ids = []
    for name in names:
        with transaction() as session:
            place = desks.offered(session, area, shift, name)
            roster.accept(session, assignment_id=place.id, now=NOW)
            ids.append(place.id)
    return ids


def without_phone(assignment_id: int) -> int:
    """Her telephone is taken away; her id."""
    with transaction() as session:
        person = session.get_one(Volunteer, session.get_one(Assignment, assignment_id).volunteer_id)
        person.phone_sealed = person.phone_digest = None
        return person.id


def slip_of(assignment_id: int) -> int:
    """The id of a slip that reminds of this place."""
    with transaction() as session:
        place = session.get_one(Assignment, assignment_id)
        message = Notification(
            area_id=place.area_id,
            volunteer_id=place.volunteer_id,
            kind=NotificationKind.REMINDER,
            key=f"reminder:{place.id}",
            subject_ids={"assignment_ids": [place.id]},
            send_at=NOW,
            state=NotificationState.SENT,
            channel=Channel.SLIP,
        )
        session.add(message)
        session.flush()
        slip = Slip(
            area_id=place.area_id,
            notification_id=message.id,
            volunteer_id=place.volunteer_id,
            title="提醒您来",
            words="王秀英您好，提醒您来：社区义诊。\n请带：水杯。",
            link="http://127.0.0.1:8000/answers/1.abc",
            needed_by=NOW.replace(day=28),
        )
        session.add(slip)
        session.flush()
        return slip.id


def codes(text: str) -> int:
    return text.count('class="qr"')


def test_slips_are_printed_together_and_marked() -> None:
    she, area = desks.coordinator()
    first, _second = held(area, "王秀英", "李大雪")
    slip_id = slip_of(first)
    assert "要印的纸条：1张" in she.open("/co")
    assert "要印1张。" in she.open("/co/slips")
    text = she.open("/co/slips/print")
    for part in ("王秀英", "提醒您来", "请带：水杯。", "0371 6435 0001"):
        assert part in text
    assert codes(text) == 1
    assert "/answers/1.abc" not in text
    assert "记下了，印好1张。" in she.send("/co/slips/printed", id=slip_id)
    assert "没有要印的纸条。" in she.text
    she.open("/co/slips")
    assert "放回去了" in she.send(f"/co/slips/{slip_id}/again")
    assert "要印1张。" in she.text


def test_nobody_marks_slips_of_elsewhere() -> None:
    she, area = desks.coordinator()
    slip_id = slip_of(held(area, "王秀英")[0])
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    assert "没有要印的纸条。" in stranger.open("/co/slips")
    assert "王秀英" not in stranger.open("/co/slips/print")
    stranger.open("/co/groups")
    assert "记下了，印好0张。" in stranger.send("/co/slips/printed", id=slip_id)
    stranger.open("/co/groups")
    stranger.send(f"/co/slips/{slip_id}/again")
    assert stranger.status == 404
    assert "要印1张。" in she.open("/co/slips")


def test_a_weeks_papers_for_everybody_without_a_screen_and_nobody_else() -> None:
    she, area = desks.coordinator()
    first, _second, third = held(area, "王秀英", "李大雪", "赵春分")
    without_phone(first)
    with transaction() as session:
        person = session.get_one(Volunteer, session.get_one(Assignment, third).volunteer_id)
        person.channel = Channel.SLIP
    text = she.open("/co/handouts?on=2026-11-28")
    assert re.findall(r'slip__name">(\S+?)<', text) == ["王秀英", "赵春分"]
    assert "11月28日（星期六）上午9:00—11:30" in text
    assert "一起的：李*" in text.replace("李**", "李*")
    assert "李大雪" not in text
    assert "请带：水杯、老花镜" in text
    assert "0371 6435 0001" in text
    assert codes(text) == 2
    assert "这一周，不看手机的人都没有班。" in she.open("/co/handouts?on=2026-12-28")


def test_one_persons_paper_has_no_number_of_anybody() -> None:
    she, area = desks.coordinator()
    [first, _second] = held(area, "王秀英", "李大雪")
    with transaction() as session:
        her = session.get_one(Assignment, first).volunteer_id
    text = she.open(f"/co/people/{her}/handout")
    assert "王秀英" in text
    assert "+86139" not in text
    assert "139" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    stranger.open(f"/co/people/{her}/handout")
    assert stranger.status == 404


def test_a_sign_in_sheet_has_a_line_for_each_and_some_for_a_pen() -> None:
    she, area = desks.coordinator()
    [first, _second] = held(area, "王秀英", "李大雪")
    with transaction() as session:
        shift_id = session.get_one(Assignment, first).shift_id
    text = she.open(f"/co/shifts/{shift_id}/sign-in")
    assert text.count("<tr>") == 1 + 2 + 5
    assert "王秀英" not in text
    assert "签名" in text
    assert f"/co/shifts/{shift_id}/sign-in" in she.open(f"/co/activities/{activity_of(shift_id)}?on=2026-11-28")


def activity_of(shift_id: int) -> int:
    with transaction() as session:
        return session.get_one(Shift, shift_id).activity_id


def test_a_poster_leads_to_the_activity_and_names_nobody_but_the_contact() -> None:
    she, area = desks.coordinator()
    [first] = held(area, "王秀英")
    with transaction() as session:
        activity_id = activity_of(session.get_one(Assignment, first).shift_id)
    text = she.open(f"/co/activities/{activity_id}/poster")
    for part in ("社区义诊", "11月28日（星期六）上午9:00—11:30", "0371 6435 0001", "陈协调", 'class="poster"'):
        assert part in text
    assert "王" not in text.partition('class="poster"')[2].partition("</section>")[0].replace("王府", "")
    assert codes(text) == 1
    assert "poster--a3" in she.open(f"/co/activities/{activity_id}/poster?size=a3")
    assert "paper--a3" in she.open(f"/co/activities/{activity_id}/print?on=2026-11-28&size=a3")


def test_volunteers_print_nothing() -> None:
    she: Person = desks.volunteer_account()
    for address in ("/co/slips", "/co/slips/print", "/co/handouts"):
        she.open(address)
        assert she.status == 403
