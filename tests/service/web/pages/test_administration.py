"""What administrators see to: places and teams, roles, the audit, the settings."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from typing import Any

import pytest
from sqlalchemy import select

from service.accounts.models import Account, RoleGrant
from service.accounts.queries import actor
from service.audit import AuditEntry
from service.calendars.queries import quiet_hours
from service.calendars.quiet import Quiet
from service.db import transaction
from service.places.models import Area
from service.retention.rules import BOUNDS
from service.settings import Settings, settings
from service.teams.models import Team
from service.terms import ConsentHow, Kept, Role, TeamState
from service.volunteers.actions import look_at_phone
from service.web.pages import house
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")


def administrator() -> tuple[Person, Area]:
    return desks.coordinator(role=Role.ADMIN)


def verbs() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def held(area: Area) -> list[tuple[str, Role]]:
    with transaction() as session:
        rows = select(Account.name, RoleGrant.role).join(RoleGrant, RoleGrant.account_id == Account.id)
        found = session.execute(rows.where(RoleGrant.area_id == area.id).order_by(RoleGrant.id))
        return [(name, Role(role)) for name, role in found]


# --- where it begins ---


def test_every_page_of_administrators_is_one_step_away() -> None:
    she, _area = administrator()
    text = she.open("/ad")
    for address in ("/ad/areas", "/ad/accounts", "/ad/calendar", "/ad/jobs", "/ad/audit", "/ad/settings"):
        assert f'href="{address}"' in text
        she.open(address)
        assert she.status == 200


def test_a_coordinator_has_no_such_pages() -> None:
    she, _area = desks.coordinator()
    assert 'href="/ad"' not in she.open("/co")
    for address in ("/ad", "/ad/areas", "/ad/accounts", "/ad/audit", "/ad/settings"):
        she.open(address)
        assert she.status == 403


# --- roles ---


def test_a_role_is_given_to_a_number_and_taken_back_and_both_are_written_down() -> None:
    she, area = administrator()
    she.open("/ad/accounts")
    number = factories.phone()
    text = she.send("/ad/accounts", phone=number, name="林协调", role="coordinator", area_id=area.id)
    assert "林协调现在是协调员了" in text
    assert held(area)[-1] == ("林协调", Role.COORDINATOR)
    with transaction() as session:
        grant = session.scalars(select(RoleGrant).order_by(RoleGrant.id.desc())).first()
        assert grant is not None
        newcomer = session.get_one(Account, grant.account_id)
    other = desks.seated(newcomer)
    assert (other.open("/co"), other.status)[1] == 200
    assert "林协调不再是协调员了" in she.send(f"/ad/accounts/{grant.id}/withdraw")
    other.open("/co")
    assert other.status == 403
    assert verbs()[-2:] == ["granted_role", "withdrew_role"]
    she.send(f"/ad/accounts/{grant.id}/withdraw")
    assert she.status == 404


def test_the_last_administrator_of_a_place_stays() -> None:
    with transaction() as session:
        city = factories.community(session)
        top = session.get_one(Area, city.lineage[0])
        account = factories.coordinator(session, top, "陈协调", role=Role.ADMIN)
    she = desks.seated(account)
    she.open("/ad/accounts")
    with transaction() as session:
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)).one()
    she.send(f"/ad/accounts/{own.id}/withdraw")
    assert (she.status, "陈协调是这里最后一位管理员" in she.text) == (409, True)
    assert held(top) == [("陈协调", Role.ADMIN)]
    she.send("/ad/accounts", phone=factories.phone(), name="林协调", role="admin", area_id=top.id)
    she.send(f"/ad/accounts/{own.id}/withdraw")
    assert held(top) == [("林协调", Role.ADMIN)]
    she.open("/ad/accounts")
    assert she.status == 403


def test_nobody_gives_a_role_where_she_does_not_administer() -> None:
    she, _area = administrator()
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        above = session.get_one(Area, elsewhere.lineage[0])
    she.open("/ad/accounts")
    for area in (elsewhere, above):
        she.send("/ad/accounts", phone=factories.phone(), name="林协调", role="admin", area_id=area.id)
        assert she.status == 422
        assert held(area) == []


def test_a_disabled_administrator_does_not_count() -> None:
    with transaction() as session:
        area = factories.community(session)
        top = session.get_one(Area, area.lineage[0])
        account = factories.coordinator(session, top, role=Role.ADMIN)
        gone = factories.coordinator(session, top, "林协调", role=Role.ADMIN)
        gone.disabled_at = NOW
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)).one()
    she = desks.seated(account)
    she.open("/ad/accounts")
    she.send(f"/ad/accounts/{own.id}/withdraw")
    assert she.status == 409
    with transaction() as session:
        who = actor(session, account.id)
        assert who is not None
        assert who.scope_ids(Role.ADMIN) == (top.id,)


# --- places and teams ---


def test_a_landline_is_changed_and_stands_on_every_page_of_its_people() -> None:
    she, area = administrator()
    assert "0371-64350001" in she.open(f"/ad/areas/{area.id}")
    text = she.open(f"/ad/areas/{area.id}/edit")
    assert 'value="人民路社区"' in text
    given = {"name": area.name, "landline": "0371-64359999", "address": "人民路1号"}
    assert "改好了。" in she.send(f"/ad/areas/{area.id}/edit", version=area.version, **given)
    assert "0371-64359999" in she.open("/co")
    she.open(f"/ad/areas/{area.id}/edit")
    she.send(f"/ad/areas/{area.id}/edit", version=area.version, **given | {"landline": "0371-60000000"})
    assert (she.status, "别人刚刚改过" in she.text) == (409, True)
    with transaction() as session:
        assert session.get_one(Area, area.id).landline == "0371-64359999"


def test_a_place_is_added_below_once() -> None:
    she, area = administrator()
    for expected in (200, 422):
        she.open(f"/ad/areas/{area.id}/below")
        she.send(f"/ad/areas/{area.id}/below", kind="courtyard", name="一号院")
        assert she.status == expected
    assert "这里已经有这个名字了" in she.text
    assert "一号院" in she.open("/ad/areas")
    assert verbs().count("added_area") == 1


def test_a_team_is_proposed_approved_and_renamed() -> None:
    she, area = administrator()
    she.open(f"/ad/areas/{area.id}/teams")
    text = she.send(f"/ad/areas/{area.id}/teams", name="“365”志愿服务队", intro="一年三百六十五天")
    assert "等居委会批准" in text
    with transaction() as session:
        team = session.scalars(select(Team)).one()
    assert "“365”志愿服务队”批准了" in she.send(f"/ad/teams/{team.id}/approve")
    she.open(f"/ad/teams/{team.id}")
    with transaction() as session:
        version = session.get_one(Team, team.id).version
    she.send(f"/ad/teams/{team.id}", version=version, name="“365”守望队", intro="")
    with transaction() as session:
        now = session.get_one(Team, team.id)
        assert (now.name, now.state, now.intro) == ("“365”守望队", TeamState.ACTIVE, "")
    she.open(f"/ad/teams/{team.id}")
    she.send(f"/ad/teams/{team.id}", version=version, name="别的名字")
    assert she.status == 409
    assert [verb for verb in verbs() if "team" in verb] == ["proposed_team", "approved_team", "revised_team"]


# --- the audit ---


def looked_at(area: Area, name: str, *, by: str) -> None:
    with transaction() as session:
        account = factories.coordinator(session, area, by)
        person = factories.volunteer(session, area, name, how=ConsentHow.PAPER)
        look_at_phone(session, person, account_id=account.id, now=NOW, why="confirm")


def test_the_audit_is_searched_by_who_about_whom_and_when() -> None:
    she, area = administrator()
    looked_at(area, "王秀英", by="林协调")
    looked_at(area, "李大雪", by="周协调")
    text = she.open("/ad/audit")
    assert text.count("看了电话号码") == 2
    for query, there, not_there in (
        ("by=林", "王秀英", "李大雪"),
        ("about=wxy", "王秀英", "李大雪"),
        ("about=李大雪", "周协调", "林协调"),
        ("since=2026-11-23", "王秀英", "没有这样的记录"),
    ):
        text = table(she.open(f"/ad/audit?{query}"))
        assert (there in text, not_there in text) == (True, False), query
    assert "没有这样的记录" in she.open("/ad/audit?until=2026-11-22")
    assert "没有这样的记录" in she.open("/ad/audit?since=2026-11-24")
    assert verbs().count("searched_audit") == 2


def table(text: str) -> str:
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_lines_of_other_communities_are_not_seen() -> None:
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
    looked_at(elsewhere, "王秀英", by="林协调")
    she, _area = administrator()
    assert "王秀英" not in she.open("/ad/audit")
    assert "没有这样的记录" in she.open("/ad/audit?about=王秀英")


def test_what_belongs_to_no_place_is_seen_by_who_administers_the_top() -> None:
    community, area = administrator()
    with transaction() as session:
        top = desks.seated(factories.coordinator(session, session.get_one(Area, area.lineage[0]), role=Role.ADMIN))
        session.add(AuditEntry(at=NOW, verb="retried", subject_kind="reaction", subject_id=7, details={}))
    assert "重做没做成的事" not in community.open("/ad/audit")
    assert "重做没做成的事" in top.open("/ad/audit")


def test_the_audit_has_pages() -> None:
    she, area = administrator()
    with transaction() as session:
        session.add_all(
            AuditEntry(area_id=area.id, at=NOW, verb="called", subject_kind="call", subject_id=n, details={})
            for n in range(1, 61)
        )
    text = she.open("/ad/audit")
    assert text.count("打了电话") == 50
    later = text.partition('class="pager"')[2].partition('href="')[2].partition('"')[0]
    assert table(she.open(later)).count("打了电话") == 10


# --- settings ---


def test_every_setting_is_shown_once() -> None:
    names = [name for _title, listed in house.GROUPS for name in listed]
    assert sorted(names) == sorted(field.name for field in fields(Settings))


def test_no_secret_is_shown() -> None:
    she, _area = administrator()
    text = she.open("/ad/settings")
    assert "21:00" in text
    assert settings().secret_key not in text
    secret = "s3cret-value"
    for name in house.HIDDEN:
        change: dict[str, Any] = {name: secret}
        assert house.shown(replace(settings(), **change), name) == "已设置（不显示）"
    hidden_by_repr = {field.name for field in fields(Settings) if not field.repr}
    assert hidden_by_repr <= house.HIDDEN


# --- how long things are kept ---


def test_an_administrator_of_the_whole_house_chooses_how_long_things_are_kept() -> None:
    she = desks.head_of_the_house()
    text = she.open("/ad/settings")
    assert 'value="180"' in text
    usual: dict[str, int] = {kind.value: BOUNDS[kind].usual for kind in Kept}
    assert "存好了。短了的" in she.send("/ad/settings/keeping-times", **{**usual, "messages": 60})
    assert "chose_keeping_time" in verbs()
    assert "发给您的消息的内容：60天。" in Person().open("/privacy")

    wrong = she.send("/ad/settings/keeping-times", **{**usual, "audit": 30, "messages": 90})
    assert she.status == 422
    assert 'href="#audit"' in wrong
    assert 'value="90"' in wrong
    assert "发给您的消息的内容：60天。" in Person().open("/privacy"), "nothing is half done"


def test_who_administers_a_part_reads_how_long_and_cannot_choose() -> None:
    she, _area = administrator()
    text = she.open("/ad/settings")
    assert "要改，请管整个系统的管理员来改。" in text
    assert 'name="messages"' not in text
    she.open("/ad/calendar")
    she.send("/ad/settings/keeping-times", **{kind.value: BOUNDS[kind].usual for kind in Kept})
    assert she.status == 403


def test_when_nobody_is_written_to_is_chosen_for_the_whole_house() -> None:
    she, (part, _area) = desks.head_of_the_house(), administrator()
    she.open("/ad/settings")
    assert "一天里至少要留8个小时" in she.send("/ad/settings/quiet-hours", begins="12:00", ends="08:00")
    assert she.status == 422
    assert "存好了，从现在起就这样" in she.send("/ad/settings/quiet-hours", begins="20:30", ends="07:30")
    assert 'value="20:30"' in she.text
    with transaction() as session:
        assert quiet_hours(session) == Quiet(time(20, 30), time(7, 30))
    assert verbs().count("chose_quiet_hours") == 1

    assert "晚上20:30到上午7:30" in part.open("/ad/settings")
    part.open("/ad/calendar")
    part.send("/ad/settings/quiet-hours", begins="22:00", ends="07:00")
    assert part.status == 403


def test_pages_say_when_somebody_answers_the_landline() -> None:
    she, area = administrator()
    with transaction() as session:
        version = session.get_one(Area, area.id).version
    she.open(f"/ad/areas/{area.id}/edit")
    typed = {"name": area.name, "landline": "0371-64350001", "landline_hours": "周一到周五 8:30—17:30", "address": ""}
    she.send(f"/ad/areas/{area.id}/edit", **typed, version=version)
    assert "（周一到周五 8:30—17:30）" in she.open("/co")
