"""The whole document, tried by machine: nothing that is sent brings a 500, and every answer is as described.

Ids are bent towards those that exist, so that not everything ends at 404.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks
from sqlalchemy import text
from sqlalchemy.orm import Session

from service import db
from service.accounts import actions as accounts
from service.activities.rules import once
from service.backfill import actions as backfill
from service.backfill import climbing
from service.matching import actions as matching
from service.models import metadata
from service.places.models import Area
from service.roster.queries import of_signup
from service.settings import Settings
from service.signups.actions import sign_up
from service.swaps import actions as swaps
from service.teams import actions as teams
from service.terms import Mode, QualificationKind, Role, SignUpVia
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.web import create_app
from tests import factories
from tests.service.backfill.lane import Lane
from tests.service.web.conftest import SETTINGS

EXAMPLES = 12
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


@pytest.fixture(scope="module")
def token(servers: Settings) -> Iterator[str]:
    """A token that may do everything in a neighbourhood with a little of everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.clock.now", lambda _session: factories.NOW)
        with db.transaction() as session:
            made = _settle(session)
        yield made
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with db.engine().begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


def _settle(session: Session) -> str:
    area = factories.community(session)
    people = [factories.volunteer(session, area, name) for name in ("王小满", "李大雪", "赵立夏")]
    for person in people:
        _qualify(session, person)
    factories.team(session, area)
    teams.found_team(session, area_id=area.id, name="新队伍")
    activities = [
        factories.activity(session, area, mode=mode, plans=[once(date(2026, 11, day), starts=time(9), ends=time(11))])
        for mode, day in ((Mode.INSTANT, 28), (Mode.MATCHED, 29))
    ]
    factories.activity(session, area, is_published=False)
    for activity in activities:
        shift = factories.shifts(session, activity)[0]
        for person in people[:2]:
            sign_up(
                session,
                volunteer_id=person.id,
                shift_id=shift.id,
                shift_role_id=factories.only_role(session, shift).id,
                now=factories.NOW,
                via=SignUpVia.API,
            )
    run = matching.request(
        session,
        activity_ids=[activities[1].id],
        from_at=factories.NOW,
        until_at=factories.NOW + timedelta(days=30),
        account_id=None,
        now=factories.NOW,
    )
    matching.solve(session, match_run_id=run.id, now=factories.NOW)
    for days in range(2, 6):
        _seek(session, Lane(session, factories.NOW + timedelta(days=days), details={"title": f"第{days}天"}))
    city = session.get_one(Area, area.lineage[0])
    account = factories.coordinator(session, city, "站长", Role.ADMIN)
    account.volunteer_id = people[0].id
    # The first four may be revoked; the fifth is the one that is used.
    return [accounts.issue_token(session, account, label="test", now=factories.NOW) for _ in range(5)][-1]


def _seek(session: Session, lane: Lane) -> None:
    """A search, and beside it a swap of a place in another shift."""
    lane.substitute("钱候补")
    backfill.seek(session, shift_role_id=lane.role.id, account_id=1, now=factories.NOW)
    climbing.climb_due(session, now=factories.NOW)
    shift = factories.further_shift(session, lane.shift, lane.starts_at + timedelta(days=20))
    signup = factories.sign_up(session, lane.member("孙来了"), shift.roles[0])
    place = of_signup(session, signup.id)
    assert place is not None
    swaps.ask(session, assignment_id=place.id, now=factories.NOW)


def _qualify(session: Session, person: Volunteer) -> None:
    volunteers.add_qualification(
        session,
        volunteer_id=person.id,
        kind=QualificationKind.NURSE,
        evidence="证",
        valid_from=date(2020, 1, 1),
        valid_until=None,
    )


#: The document is read when tests are collected; requests use the servers of the run.
document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(Settings(**SETTINGS)))  # type: ignore[arg-type]  # each value has its field's type


#: What a machine would never hit upon, for members of these names.
LIKELY: dict[str, Any] = {
    "phone": "13900001234",
    "contact_phone": "0371-64350001",
    "contact_name": "陈协调",
    "name": "王小满",
    "agrees": True,
    "starts": "09:00",
    "ends": "11:00",
    "on": "2026-12-01",
    "from_on": "2026-12-01",
    "until_on": "2026-12-20",
    "valid_from": "2020-01-01",
    "valid_until": "2030-01-01",
    "birth_on": "1980-01-01",
    "from_at": "2026-11-24T00:00:00+08:00",
    "until_at": "2026-12-31T00:00:00+08:00",
    "starts_at": "2026-12-01T09:00:00+08:00",
    "ends_at": "2026-12-01T11:00:00+08:00",
    "code": "123456",
    "max_needed": 10_000,
    "min_age": None,
    "lead_times": ["P3D"],
}


def likely(name: str, value: Any) -> Any:
    """The value with ids among the first four, and with what is hard to guess."""
    if isinstance(value, dict):
        return {key: likely(key, inner) for key, inner in value.items()}
    if name in LIKELY:
        return LIKELY[name]
    if isinstance(value, list):
        return [likely(name, inner) for inner in value]
    is_id = name.endswith(("_id", "_ids")) and isinstance(value, int) and not isinstance(value, bool)
    return value % 4 + 1 if is_id and 0 < value < 10**18 else value


@document.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_breaks_and_every_answer_is_as_described(case: schemathesis.Case[Any], token: str) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.path_parameters = likely("", case.path_parameters or {})
        case.body = likely("", case.body)
        if case.method == "PATCH":
            case.headers["If-Match"] = "*"
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, checks=CHECKS)
