"""Who is on duty today: how many, named only who agreed, and where nobody is that is said."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.roster.on_duty import OnDuty, on_duty
from service.terms import ConsentHow, ConsentPurpose
from service.volunteers import actions as volunteers
from tests import factories
from tests.factories import NOW

DAY = date(2026, 11, 28)


def test_those_who_agreed_are_named_the_others_counted_and_an_empty_role_is_told(session: Session) -> None:
    area = factories.community(session)
    shift = factories.shift_on(session, area, NOW + timedelta(days=5))
    empty = factories.shift_on(session, area, NOW + timedelta(days=5, hours=4), title="贴心窗口")
    for name in ("王小满", "李大雪"):
        person = factories.volunteer(session, area, name)
        factories.sign_up(session, person, factories.only_role(session, shift))
        if name == "王小满":
            volunteers.give_consent(
                session, volunteer_id=person.id, purpose=ConsentPurpose.SHOW_NAME, how=ConsentHow.WEB, now=NOW
            )
    told = on_duty(session, area_id=area.lineage[0], day=DAY)
    assert [(one.shift_id, one.people, one.names, one.unnamed) for one in told] == [
        (shift.id, 2, ("王小满",), 1),
        (empty.id, 0, (), 0),
    ]


def test_only_what_is_held_that_day_and_there(session: Session) -> None:
    area = factories.community(session)
    night = factories.shift_on(session, area, NOW + timedelta(days=4, hours=12), hours=4)
    off = factories.shift_on(session, area, NOW + timedelta(days=5), title="取消的")
    activities.cancel_shift(session, off.id, reason="下雪", now=NOW, account_id=1)
    factories.activity(session, area, title="草稿", is_published=False)
    factories.shift_on(session, factories.community(session, "杜甫路社区"), NOW + timedelta(days=5), title="别处")

    def ids(found: list[OnDuty]) -> list[int]:
        return [one.shift_id for one in found]

    assert ids(on_duty(session, area_id=area.id, day=DAY)) == [night.id], "it reaches past midnight"
    assert ids(on_duty(session, area_id=area.id, day=DAY - timedelta(days=1))) == [night.id]
    assert on_duty(session, area_id=area.id, day=DAY + timedelta(days=1)) == []
