"""Who can what: claimed, verified, expired; skills and qualifications in one look, within the scope."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from service.places.models import Area
from service.skills import actions, queries
from service.skills.actions import AlreadyClaimed
from service.terms import QualificationKind, SkillState
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def her(session: Session, area: Area) -> Volunteer:
    return factories.volunteer(session, area)


def found(session: Session, area: Area, **asked: object) -> list[tuple[str, str, SkillState]]:
    rows = queries.search(session, scope_ids=[area.id], day=TODAY, **asked)  # type: ignore[arg-type]  # a test's own values
    return [(one.person.name, one.kind or one.name, one.state) for one in rows]


@pytest.mark.parametrize("state", SkillState)
def test_the_state_in_the_database_is_the_state_in_words(
    session: Session, area: Area, her: Volunteer, state: SkillState
) -> None:
    for number, until in enumerate((None, TODAY - DAY, TODAY, TODAY + DAY)):
        for is_verified in (False, True):
            one = actions.claim(session, her, name=f"手艺{number}{is_verified}", valid_until=until, now=NOW)
            if is_verified:
                actions.verify(session, one, account_id=7, now=NOW)
    everything = found(session, area)
    assert found(session, area, state=state) == [one for one in everything if one[2] == state]
    assert [one[1] for one in everything if one[2] == SkillState.EXPIRED] == ["手艺1False", "手艺1True"]


def test_skills_and_qualifications_are_found_together_by_person(session: Session, area: Area, her: Volunteer) -> None:
    zhao = factories.qualified(session, factories.volunteer(session, area, "赵谷雨"), QualificationKind.NURSE)
    volunteers.add_qualification(
        session,
        volunteer_id=her.id,
        kind=QualificationKind.TEACHER,
        evidence="教师证",
        valid_from=TODAY,
        valid_until=None,
    )
    actions.claim(session, zhao, name="二胡", now=NOW)
    assert found(session, area) == [
        ("王小满", QualificationKind.TEACHER, SkillState.CLAIMED),
        ("赵谷雨", QualificationKind.NURSE, SkillState.VERIFIED),
        ("赵谷雨", "二胡", SkillState.CLAIMED),
    ]
    assert [name for name, *_rest in found(session, area, text="胡")] == ["赵谷雨"]
    assert found(session, area, kinds=[QualificationKind.TEACHER])[0][0] == "王小满"
    assert found(session, area, text="100%") == []


def test_nobody_of_elsewhere_and_nobody_who_left_is_found(session: Session, area: Area, her: Volunteer) -> None:
    elsewhere = factories.community(session, "杜甫路社区")
    skill = actions.claim(session, her, name="书法", now=NOW)
    assert found(session, elsewhere) == []
    assert queries.in_scope(session, skill.id, scope_ids=[elsewhere.id]) is None
    her.left_at = NOW
    session.flush()
    assert found(session, area) == []


def test_one_is_claimed_once_verified_once_and_written_down(session: Session, her: Volunteer) -> None:
    skill = actions.claim(session, her, name="书法", noted_by=5, now=NOW)
    with pytest.raises(AlreadyClaimed):
        actions.claim(session, her, name="书法", now=NOW)
    actions.verify(session, skill, account_id=7, now=NOW)
    actions.verify(session, skill, account_id=8, now=NOW + DAY)
    assert (skill.verified_by, skill.verified_at) == (7, NOW)
    actions.take_back(session, skill, account_id=7, now=NOW)
    assert queries.of_person(session, her.id) == []
    mine = [(verb, account) for verb, _kind, id_, account in audited(session) if id_ == her.id]
    assert mine[-3:] == [("noted_skill", 5), ("verified_skill", 7), ("removed_skill", 7)]
