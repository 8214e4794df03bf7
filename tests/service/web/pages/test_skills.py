"""谁会什么 at a desk: written down for somebody, seen, a paper verified."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.skills.models import Skill
from service.terms import QualificationKind
from service.volunteers import actions as volunteers
from service.volunteers.models import Qualification
from tests import desks, factories
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")


def test_a_coordinator_writes_it_down_for_somebody_and_verifies_a_paper() -> None:
    coordinator, area = desks.coordinator()
    with transaction() as session:
        her = factories.volunteer(session, session.get_one(Area, area.id)).id
        stranger = factories.volunteer(session, factories.community(session, "杜甫路社区"), "何秋分").id
        paper = volunteers.add_qualification(
            session,
            volunteer_id=her,
            kind=QualificationKind.NURSE,
            evidence="护士证",
            valid_from=NOW.date(),
            valid_until=None,
        ).id
    coordinator.open("/co/skills")
    assert "磨剪刀" in coordinator.send("/co/skills", volunteer_id=her, name="磨剪刀", evidence="修过十年")
    assert "已经记过了" in coordinator.send("/co/skills", volunteer_id=her, name="磨剪刀")
    coordinator.send("/co/skills", volunteer_id=stranger, name="武术")
    assert coordinator.status == 404
    assert "护士证" in coordinator.open("/co/skills?text=护士")
    assert "磨剪刀" not in coordinator.text
    coordinator.send(f"/co/skills/qualifications/{paper}/verify", back="/co/skills?text=护士")
    with transaction() as session:
        assert session.get_one(Qualification, paper).verified_at is not None
        [skill] = session.scalars(select(Skill)).all()
        looks = session.scalars(select(AuditEntry).where(AuditEntry.verb == "searched_skills")).all()
    assert len(looks) > 2
    assert all("护士" not in str(look.details) for look in looks), "what was typed is nobody's business"
    coordinator.open("/co/skills")
    coordinator.send(f"/co/skills/{skill.id}/remove")
    assert "磨剪刀" not in coordinator.open("/co/skills")
