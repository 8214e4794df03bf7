"""志愿怎么算分: chosen by a community's desk, within bounds, and what the plan of its next run goes by."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.matching import actions as matching
from service.matching.models import MatchRun
from service.matching.problem import Weights
from service.matching.record import problem_of, replay
from service.matching.weighing import weights_of
from service.places.models import Area
from service.terms import Mode
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

CHOSEN = {"dearest": "50", "step": "20", "least": "5"}


def address(area: Area) -> str:
    return f"/co/areas/{area.id}/weights"


def held(area: Area) -> Weights:
    with transaction() as session:
        return weights_of(session, session.get_one(Area, area.id))


def run_for(she: Person, area: Area) -> int:
    """A run of an activity there with one wish, solved."""
    made, [shift] = desks.published(area, mode=Mode.MATCHED)
    with transaction() as session:
        desks.signed_up(session, area, shift, "李小满")
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=NOW)
    return run_id


def test_what_is_chosen_is_what_the_next_run_goes_by_and_the_one_before_is_replayed_as_it_was() -> None:
    she, area = desks.coordinator()
    before = run_for(she, area)
    assert f'href="{address(area)}"' in she.open(f"/co/match/{before}")
    assert "各算100、90、80、70、60分" in she.open(address(area))
    assert "存好了" in she.send(address(area), **CHOSEN)
    assert "各算50、30、10、5、5分" in she.text
    after = run_for(she, area)

    with transaction() as session:
        first, second = (session.get_one(MatchRun, run_id) for run_id in (before, after))
        assert (problem_of(first).weights, problem_of(second).weights) == (Weights(), held(area))
        assert first.input_hash != second.input_hash
        assert replay(session, before).is_identical
        assert replay(session, after).is_identical
    assert "50分，满分50分" in she.open(f"/co/match/{after}")


def test_what_makes_no_sense_is_refused_and_nothing_is_kept() -> None:
    she, area = desks.coordinator()
    she.open(address(area))
    for wrong, told in (
        ({"least": "60"}, "不能比第一志愿的分多"),
        ({"dearest": "5"}, "第一志愿算几分"),
        ({"step": "-1"}, "每往后一个志愿"),
        ({"least": "0"}, "最少算几分"),
        ({"dearest": ""}, "第一志愿算几分"),
    ):
        text = she.send(address(area), **CHOSEN | wrong)
        assert (she.status, told in text, "有问题" in text or "error-summary" in text) == (422, True, True)
    assert held(area) == Weights()


def test_each_change_is_written_down_once() -> None:
    she, area = desks.coordinator()
    she.open(address(area))
    for _ in range(2):
        she.send(address(area), **CHOSEN)
    with transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.verb == "chose_wish_weights")).all()
        assert [entry.area_id for entry in entries] == [area.id]


def test_the_desk_of_another_community_has_no_say_and_its_runs_no_part() -> None:
    she, area = desks.coordinator()
    other, elsewhere = desks.coordinator("站街社区")
    other.open(address(elsewhere))
    other.send(address(area), **CHOSEN)
    assert other.status == 404
    assert held(area) == Weights()
    other.open(address(elsewhere))
    other.send(address(elsewhere), **CHOSEN)
    assert (held(area), held(elsewhere)) == (Weights(), Weights(dearest=50, step=20, least=5))
    guest = Person()
    guest.open(address(area))
    assert "算几分" not in guest.text
    street_id = area.parent_id
    she.open(f"/co/areas/{street_id}/weights")
    assert she.status == 404


def test_the_weights_are_those_of_the_community_that_holds_the_activity() -> None:
    """Who lives elsewhere and asks is counted as everybody there."""
    she, area = desks.coordinator()
    neighbour, home = desks.coordinator("站街社区")
    neighbour.open(address(home))
    neighbour.send(address(home), **CHOSEN)
    made, [shift] = desks.published(area, mode=Mode.MATCHED)
    with transaction() as session:
        desks.ask(session, factories.volunteer(session, home, "赵白露"), shift)
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    with transaction() as session:
        run_id = int(she.path.rsplit("/", 1)[1])
        matching.solve(session, match_run_id=run_id, now=NOW)
        assert problem_of(session.get_one(MatchRun, run_id)).weights == Weights()
