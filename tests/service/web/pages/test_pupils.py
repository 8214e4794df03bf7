"""学生和接送 at the desk: registered with consent, who may fetch, numbers only for a reason, and forgotten at once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from service.audit import AuditEntry
from service.db import transaction
from service.pupils.models import Guardian, Pupil
from tests import desks, factories

pytestmark = pytest.mark.usefixtures("at_now")
CHILD = {
    "name": "小石榴",
    "guardian_name": "何秋分",
    "kinship": "grandparent",
    "phone": "13900007700",
    "consent_how": "paper",
    "has_consented": "true",
}


def test_from_the_consent_to_being_forgotten() -> None:
    desk, area = desks.coordinator()
    with transaction() as session:
        activity_id = factories.activity_for_children(session, area).id
    index = f"/co/activities/{activity_id}/pupils"
    desk.open(index)
    desk.send(index, **CHILD)
    assert "能来接：何秋分（爷爷奶奶、外公外婆）" in desk.text
    with transaction() as session:
        pupil_id, guardian_id = session.execute(select(Guardian.pupil_id, Guardian.id)).one()
    page = f"/co/pupils/{pupil_id}"
    assert "何秋分" in desk.open(page)
    assert "至少要留一个能来接的人" in desk.send(f"{page}/guardians/{guardian_id}/remove")
    assert desk.status == 422
    desk.open(page)
    desk.send(f"{page}/guardians", guardian_name="何立冬", kinship="parent", phone="13900007701")
    desk.send(f"{page}/guardians/{guardian_id}/remove")
    assert "何立冬" in desk.text
    assert "何秋分" not in desk.text
    assert "tel:+86" not in desk.send(f"{page}/phones"), "not without a reason"
    assert "tel:+8613900007701" in desk.send(f"{page}/phones", why="emergency")
    assert desk.page is not None
    assert desk.page.headers["Cache-Control"] == "no-store"
    desk.open(page)
    desk.send(f"{page}/forget")
    assert "还没有登记学生" in desk.text
    assert desk.client.get(page).status_code == 404
    with transaction() as session:
        assert session.scalars(select(Pupil.name_sealed)).all() == [None]
        looked = select(func.count()).where(AuditEntry.verb == "looked_at_guardian_phones")
        assert session.scalar(looked) == 1


def test_not_where_somebody_could_serve_whose_background_nobody_has_checked() -> None:
    desk, area = desks.coordinator()
    made, _shifts = desks.published(area)
    desk.open(f"/co/activities/{made.id}/pupils")
    told = desk.send(f"/co/activities/{made.id}/pupils", **CHILD)
    assert desk.status == 422
    assert "每个岗位都要先要求“无犯罪记录审查”" in told
    with transaction() as session:
        assert session.scalars(select(Pupil)).all() == []
