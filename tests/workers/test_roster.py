"""The roster's sweeps do all that is due, however much it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.activities.rules import RolePlan
from service.roster.models import Assignment
from service.settings import Settings
from service.terms import AssignmentState
from tests import factories
from tests.at_once import committed

MORE_THAN_A_BATCH = 130


@pytest.mark.parametrize(
    ("task", "state"),
    [
        ("expire_offers", "state = 'offered', answer_by = now() - interval '1 minute'"),
        ("hand_on_places", "state = 'released', place_held_until = now() - interval '1 minute'"),
    ],
)
def test_a_sweep_leaves_nothing_for_the_next(database: Settings, task: str, state: str) -> None:
    from workers import roster

    def prepare(session: Session) -> None:
        area = factories.community(session)
        roles = [RolePlan(name="引导员", min_needed=1, max_needed=MORE_THAN_A_BATCH)]
        shift = factories.shift_on(session, area, datetime.now(UTC) + timedelta(days=5), roles=roles)
        role = factories.only_role(session, shift)
        for n in range(MORE_THAN_A_BATCH):
            factories.sign_up(session, factories.volunteer(session, area, f"志愿者{n}"), role)
        session.execute(text(f"UPDATE assignment SET {state}"))

    committed(prepare)
    getattr(roster, task)()
    still = select(func.count()).where(
        (Assignment.state == AssignmentState.OFFERED) | Assignment.place_held_until.is_not(None)
    )
    assert committed(lambda s: s.scalar(still)) == 0
    assert committed(lambda s: s.scalar(text("SELECT taken FROM shift_role"))) == 0
