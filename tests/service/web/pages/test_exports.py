"""/co/sheets/exports: personal data of many people goes out with a second person's yes, and nobody gives her own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from service import clock
from service.accounts import actions as accounts
from service.accounts import disabling
from service.accounts.models import Account, RoleGrant
from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.sheets import exports, files
from service.sheets.exports import ExportRefused
from service.sheets.models import Export
from service.terms import ExportState, Role
from service.web.pages.roles import RIGHTS, Reader
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

NEW = "/co/sheets/exports/new"


@pytest.fixture
def pair() -> tuple[Person, Person, Area]:
    """Two coordinators of one community, and somebody who serves there."""
    her, area = desks.coordinator()
    with transaction() as session:
        factories.volunteer(session, area, "王小满")
        him = desks.seated(factories.coordinator(session, area, "林第二"))
    return her, him, area


def ask(her: Person, kind: str = "people") -> str:
    """Ask for a table; where the asking is."""
    her.open(f"{NEW}?kind={kind}")
    her.send(NEW, kind=kind, reason="街道要核对名册")
    return her.path


def press(who: Person, address: str, what: str, **fields: str) -> str:
    who.open("/co/sheets")
    return who.send(f"{address}/{what}", **fields)


def verbs() -> list[str]:
    with transaction() as session:
        ours = select(AuditEntry.verb).where(AuditEntry.subject_kind == "export")
        return list(session.scalars(ours.order_by(AuditEntry.id)))


def state() -> str:
    with transaction() as session:
        return ExportState(session.scalars(select(Export.state)).one()).value


def later(hours: float) -> None:
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(hours=hours))


def test_one_asks_another_allows_and_who_asked_fetches_it(pair: tuple[Person, Person, Area]) -> None:
    her, him, _area = pair
    address = ask(her)
    assert ("等人同意" in her.text, "下载 Excel" in her.text) == (True, False)
    assert her.client.get(f"{address}/table.xlsx").status_code == 409
    for place in ("/co", "/co/sheets"):
        assert "有人要导出资料，等您同意：1件" in him.open(place)
        assert "等您同意" not in her.open(place), "not on her own desk"
    assert "街道要核对名册" in him.open(address)

    press(him, address, "allow")
    assert him.client.get(f"{address}/table.xlsx").status_code == 409, "only who asked"
    assert "下载 Excel" in her.open(address)
    content = her.client.get(f"{address}/table.csv").data
    assert "王小满" in str(files.read(content))
    assert verbs() == ["asked_export", "allowed_export", "exported_sheet"]
    assert "等您同意" not in him.open("/co")

    later(23)
    assert her.client.get(f"{address}/table.xlsx").status_code == 200
    later(24.1)
    assert her.client.get(f"{address}/table.xlsx").status_code == 409
    assert "过期了" in her.open(address)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_allows_her_own(role: Role) -> None:
    her, area = desks.coordinator(role=role)
    with transaction() as session:
        factories.coordinator(session, area, "林第二")
    address = ask(her)
    for what, fields in (("allow", {}), ("refuse", {"reason": "不行"})):
        assert "自己要导出的，要别人来同意" in press(her, address, what, **fields)
        assert her.status == 409
    assert state() == "asked"
    with pytest.raises(IntegrityError, match="ck_export_second_person"), transaction() as session:
        session.execute(
            update(Export).values(state="allowed", decided_by=Export.account_id, open_until=NOW, decided_at=NOW)
        )
    assert state() == "asked"


def test_a_refusal_says_why_and_nothing_goes_out(pair: tuple[Person, Person, Area]) -> None:
    her, him, _area = pair
    address = ask(her)
    assert "请填写为什么不同意" in press(him, address, "refuse")
    press(him, address, "refuse", reason="街道没有要过")
    assert ("没有同意" in her.open(address), "街道没有要过" in her.text) == (True, True)
    assert her.client.get(f"{address}/table.xlsx").status_code == 409
    assert "已经有人定过了" in press(him, address, "allow")
    assert verbs() == ["asked_export", "refused_export"]


def test_asked_twice_is_one_asking_and_can_be_taken_back(pair: tuple[Person, Person, Area]) -> None:
    her, him, _area = pair
    address = ask(her)
    assert ask(her) == address
    assert press(him, address, "take-back")
    assert (him.status, state()) == (409, "asked")
    press(her, address, "take-back")
    assert "等您同意" not in him.open("/co/sheets")
    assert state() == "taken_back"
    assert "已经有人定过了" in press(him, address, "allow")


def test_an_asking_that_nobody_answered_for_a_week_is_over(pair: tuple[Person, Person, Area]) -> None:
    her, him, _area = pair
    address = ask(her)
    later(24 * 7 + 1)
    assert "等您同意" not in him.open("/co/sheets")
    assert "等得太久" in press(him, address, "allow")
    assert ask(her) != address


def test_only_who_looks_after_all_of_it_decides(pair: tuple[Person, Person, Area]) -> None:
    her, him, area = pair
    with transaction() as session:
        second = factories.community(session, "别的社区")
        account = session.scalars(select(Account).where(Account.name == "陈协调")).one()
        accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=second.id, granted_by=None, now=NOW)
        above = desks.seated(factories.coordinator(session, session.get_one(Area, area.parent_id), "赵街道"))
    stranger, _elsewhere = desks.coordinator("第三社区")
    address = ask(her)
    for who in (him, stranger):
        who.open(address)
        assert who.status == 404
        press(who, address, "allow")
        assert who.status == 404
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.name == "林第二")).one()
        export_id = session.scalars(select(Export.id)).one()
        with pytest.raises(ExportRefused, match="not_yours"):
            exports.allow(session, export_id, account_id=account.id, now=NOW)
    press(above, address, "allow")
    assert state() == "allowed"


def test_in_a_house_of_one_it_is_given_at_once_and_the_audit_says_so() -> None:
    her, area = desks.coordinator()
    with transaction() as session:
        other = factories.coordinator(session, area, "林第二", role=Role.ADMIN)
        admin = factories.coordinator(session, session.get_one(Area, area.lineage[0]), "穆清和", role=Role.ADMIN)
        disabling.disable(session, other, by=admin.id, scope_ids=(area.lineage[0],), now=NOW)
        session.execute(delete(RoleGrant).where(RoleGrant.account_id == admin.id))
    address = ask(her)
    assert ("下载 Excel" in her.text, "一个人定的" in her.text) == (True, True)
    assert her.client.get(f"{address}/table.xlsx").status_code == 200
    assert verbs() == ["asked_export", "allowed_export_alone", "exported_sheet"]


def test_who_no_longer_looks_after_it_fetches_nothing(pair: tuple[Person, Person, Area]) -> None:
    her, him, _area = pair
    address = ask(her)
    press(him, address, "allow")
    with transaction() as session:
        elsewhere = factories.community(session, "别的社区")
        account = session.scalars(select(Account).where(Account.name == "陈协调")).one()
        session.execute(update(RoleGrant).where(RoleGrant.account_id == account.id).values(area_id=elsewhere.id))
    assert her.client.get(f"{address}/table.xlsx").status_code == 409


def test_the_old_address_gives_no_people_away(pair: tuple[Person, Person, Area]) -> None:
    her, _him, _area = pair
    for kind in ("people", "members", "roster"):
        answer = her.client.get(f"/co/sheets/exports/{kind}.xlsx")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{NEW}?kind={kind}")
    assert her.client.get("/co/sheets/exports/activities.xlsx").status_code == 200
    her.open(NEW)
    assert "请从列出的" in her.send(NEW, kind="activities", reason="都要")


def test_of_two_who_decide_at_once_one_decides(pair: tuple[Person, Person, Area]) -> None:
    """On real PostgreSQL: yes and no at the same moment, many times; and her own yes among them, which never counts."""
    her, _him, area = pair
    with transaction() as session:
        asker = session.scalars(select(Account.id).where(Account.name == "陈协调")).one()
        second = session.scalars(select(Account.id).where(Account.name == "林第二")).one()
        third = factories.coordinator(session, area, "何第三").id

    def tries(act: Callable[..., Export], account_id: int, **details: str) -> str:
        try:
            with transaction() as session:
                export_id = session.scalars(select(Export.id).where(Export.state != "taken_back")).one()
                act(session, export_id, account_id=account_id, now=NOW, **details)
        except ExportRefused as refused:
            return refused.why
        return "done"

    for _round in range(5):
        address = ask(her)
        with ThreadPoolExecutor(3) as pool:
            own = pool.submit(tries, exports.allow, asker)
            yes = pool.submit(tries, exports.allow, second)
            no = pool.submit(tries, exports.refuse, third, reason="不行")
        assert own.result() == "own"
        assert sorted((yes.result(), no.result())) == ["decided", "done"]
        with transaction() as session:
            session.execute(update(Export).values(state="taken_back", open_until=None))
        assert address


def test_the_matrix_says_what_the_guards_do() -> None:
    """/ad/roles: each right is tried by each reader on a page of it."""
    admin, _area = desks.coordinator(role=Role.ADMIN)
    coordinator, _other = desks.coordinator("别的社区")
    readers = {
        Reader.ANYBODY: Person(),
        Reader.VOLUNTEER: desks.volunteer_account(),
        Reader.COORDINATOR: coordinator,
        Reader.ADMIN: admin,
    }
    with transaction() as session:
        for account in session.scalars(select(Account).where(Account.volunteer_id.is_(None))):
            area_id = session.scalars(select(RoleGrant.area_id).where(RoleGrant.account_id == account.id)).one()
            account.volunteer_id = factories.volunteer(session, session.get_one(Area, area_id), account.name).id
    app = admin.client.application
    with app.test_request_context():
        addresses = {right.endpoint: app.url_for(right.endpoint) for right in RIGHTS}
    for right in RIGHTS:
        for reader, who in readers.items():
            can = who.client.get(addresses[right.endpoint]).status_code == 200
            assert can == (reader >= right.least), f"{right.endpoint} by {reader.name}"
    assert "要两个人才能做的" in admin.open("/ad/roles")
    coordinator.open("/ad/roles")
    assert coordinator.status == 403
