"""Roles, accounts, the audit and slips over JSON: by whom, and by whom not."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from sqlalchemy import select

from service.accounts import actions as accounts
from service.accounts.models import RoleGrant
from service.audit import AuditEntry
from service.db import transaction
from service.notifications.models import Notification, Slip
from service.places.queries import root
from service.terms import NotificationKind, NotificationState, Role
from tests import factories
from tests.factories import NOW
from tests.service.web.api.conftest import Client, Town


def verbs() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def given(town: Town, **details: Any) -> Any:
    body = {"phone": "13900077701", "name": "钱立冬", "role": "coordinator", "area_id": town.here.id}
    return town.admin.post("/roles", body | details)


def test_a_role_is_given_once_and_taken_back(town: Town) -> None:
    made, again = given(town), given(town)
    assert (made.status, again.json) == (201, made.json)
    listed = town.admin.get("/accounts").json["items"]
    assert [one["name"] for one in listed] == ["陈协调", "站长", "钱立冬"]
    assert listed[-1]["roles"] == [made.json]
    assert "13900077701" not in town.admin.get("/accounts").text
    path = f"/roles/{made.json['id']}"
    for stranger in (town.coordinator, town.volunteer, town.stranger):
        assert stranger.delete(path).status == 403
        assert stranger.get("/accounts").status == 403
    assert town.admin.delete(path).status == 204
    assert town.admin.delete(path).status == 404
    assert verbs()[-2:] == ["granted_role", "withdrew_role"]


def test_nobody_gives_or_takes_beyond_her_areas(town: Town) -> None:
    refused = given(town, area_id=town.elsewhere.id)
    assert (refused.status, list(refused.json["errors"])) == (422, ["area_id"])
    with transaction() as session:
        theirs = session.scalars(select(RoleGrant).where(RoleGrant.area_id == town.elsewhere.id)).one()
    assert town.admin.delete(f"/roles/{theirs.id}").status == 404
    assert town.admin.get(f"/accounts/{town.stranger.account_id}").status == 404
    assert town.admin.put(f"/accounts/{town.stranger.account_id}/disabling").status == 404
    assert "钱立冬" not in town.admin.get("/accounts").text


def test_an_account_is_disabled_at_once_and_enabled(town: Town) -> None:
    path = f"/accounts/{town.coordinator.account_id}/disabling"
    assert town.coordinator.get("/me").status == 200
    assert town.coordinator.put(path).status == 403
    disabled = [town.admin.put(path) for _twice in range(2)]
    assert [(one.status, one.json["disabled_at"] is not None) for one in disabled] == [(200, True)] * 2
    assert town.coordinator.get("/me").status == 401
    enabled = town.admin.delete(path)
    assert (enabled.status, enabled.json["disabled_at"], len(enabled.json["roles"])) == (200, None, 1)
    assert town.coordinator.get("/me").status == 401, "a token that was revoked stays so"
    assert [verb for verb in verbs() if "account" in verb] == ["disabled_account", "enabled_account"]


def test_a_volunteer_who_lives_here_can_be_disabled_and_is_no_administrators_equal(town: Town) -> None:
    path = f"/accounts/{town.volunteer.account_id}"
    assert town.admin.get(path).json["roles"] == []
    assert town.admin.put(f"{path}/disabling").status == 200
    assert town.volunteer.get("/me").status == 401


def test_neither_herself_nor_the_last_nor_who_works_elsewhere_too(town: Town) -> None:
    own = town.admin.put(f"/accounts/{town.admin.account_id}/disabling")
    assert (own.status, own.json["type"].rpartition("#")[2]) == (409, "problem-own-account")
    with transaction() as session:
        [grant] = session.scalars(select(RoleGrant).where(RoleGrant.account_id == town.admin.account_id))
        factories.coordinator(session, town.elsewhere, "赵协调", role=Role.ADMIN)
    last = town.admin.delete(f"/roles/{grant.id}")
    assert (last.status, last.json["type"].rpartition("#")[2]) == (409, "problem-last-administrator")
    with transaction() as session:
        session.add(RoleGrant(account_id=town.coordinator.account_id, role=Role.COORDINATOR, area_id=town.elsewhere.id))
    both = town.admin.put(f"/accounts/{town.coordinator.account_id}/disabling")
    assert (both.status, both.json["type"].rpartition("#")[2]) == (409, "problem-holds-elsewhere")


def test_the_audit_is_read_by_page_and_by_what_is_sought(town: Town) -> None:
    for name in ("钱立冬", "孙大雪"):
        given(town, phone=factories.phone(), name=name)
    first = town.admin.get("/audit?verb=granted_role&limit=1").json
    rest = town.admin.get(first["next"].removeprefix("/api/v1")).json
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert {one["verb"] for one in first["items"] + rest["items"]} == {"granted_role"}
    assert first["items"][0]["by"] == "站长"
    assert "searched_audit" not in verbs()
    about = town.admin.get("/audit?about=孙大雪").json["items"]
    assert [one["verb"] for one in about] == ["granted_role"]
    assert verbs()[-1] == "searched_audit"
    assert town.admin.get("/audit?since=2026-11-24").json["items"] == []
    assert town.admin.get("/audit?until=2026-11-22&verb=granted_role").json["items"] == []


def test_the_audit_of_others_is_closed(town: Town) -> None:
    for who in (town.coordinator, town.volunteer, town.stranger):
        assert who.get("/audit").status == 403
    with transaction() as session:
        boss = factories.coordinator(session, town.elsewhere, "赵协调", role=Role.ADMIN)
        token = accounts.issue_token(session, boss, label="test", now=NOW)
    there = Client(town.app, token, boss.id)
    given(town)
    seen = there.get("/audit?verb=granted_role").json["items"]
    assert {one["area_id"] for one in seen} == {town.elsewhere.id}
    town.admin.get("/audit?about=王小满")
    assert verbs()[-1] == "searched_audit"


def slip(town: Town) -> int:
    with transaction() as session:
        message = Notification(
            area_id=town.here.id,
            volunteer_id=town.volunteer.volunteer_id,
            kind=NotificationKind.LOGIN_CODE,
            key="slip",
            subject_ids={},
            send_at=NOW,
            state=NotificationState.SENT,
        )
        session.add(message)
        session.flush()
        made = Slip(
            area_id=town.here.id,
            notification_id=message.id,
            volunteer_id=town.volunteer.volunteer_id,
            title="周三助餐",
            words="请您周三来打饭。",
            link="https://example.cn/answers/secret",
        )
        session.add(made)
        session.flush()
        return made.id


def test_slips_are_printed_marked_and_put_back(town: Town) -> None:
    number = slip(town)
    listed = town.coordinator.get("/slips")
    assert [(one["id"], one["printed_at"]) for one in listed.json["items"]] == [(number, None)]
    assert "secret" not in listed.text
    assert town.stranger.get("/slips").json["items"] == []
    assert town.volunteer.get("/slips").status == 403
    assert town.volunteer.post("/slips/printings", {"slip_ids": [number]}).status == 403
    assert town.stranger.post("/slips/printings", {"slip_ids": [number]}).json == {"printed": 0}
    assert town.stranger.delete(f"/slips/{number}/printing").status == 404

    assert town.coordinator.post("/slips/printings", {"slip_ids": [number, 999]}).json == {"printed": 1}
    assert town.coordinator.post("/slips/printings", {"slip_ids": [number]}).json == {"printed": 0}
    assert town.coordinator.get("/slips").json["items"] == []
    assert [one["id"] for one in town.coordinator.get("/slips?printed=true").json["items"]] == [number]
    back = [town.coordinator.delete(f"/slips/{number}/printing") for _twice in range(2)]
    assert [(one.status, one.json["printed_at"]) for one in back] == [(200, None)] * 2
    assert verbs()[-2:] == ["printed_slip", "put_back_slip"]


def test_how_long_things_are_kept_is_chosen_by_administrators_of_the_whole_house(town: Town) -> None:
    listed = town.admin.get("/keeping-times").json["items"]
    assert {"kind": "messages", "days": 180, "usual": 180, "least": 30, "most": 1095} in listed
    assert town.coordinator.get("/keeping-times").status == 403
    assert town.admin.put("/keeping-times/messages", {"days": 60}).status == 403, "a part of the house only"

    head = head_of_the_house(town)
    assert head.put("/keeping-times/messages", {"days": 60}).json["days"] == 60
    assert "chose_keeping_time" in verbs()
    short = head.put("/keeping-times/audit", {"days": 30})
    assert (short.status, short.json["errors"]) == (422, {"days": ["可以留183天到3650天"]})
    assert head.put("/keeping-times/nonsense", {"days": 30}).status == 404


def test_an_area_s_own_words_are_its_administrators(town: Town) -> None:
    path = f"/areas/{town.here.id}/own-words"
    said = {"opening": "各位老邻居", "closing": ""}
    assert town.coordinator.put(f"{path}/reminder/zh", said).status == 403
    assert town.admin.put(f"/areas/{town.elsewhere.id}/own-words/reminder/zh", said).status == 404
    assert town.admin.put(f"{path}/reminder/zh", said).json == {"kind": "reminder", "language": "zh", **said}
    assert town.admin.get(path).json["items"] == [{"kind": "reminder", "language": "zh", **said}]
    away = town.admin.put(f"{path}/reminder/zh", {"closing": "http://x.example"})
    assert (away.status, list(away.json["errors"])) == (422, ["closing"])
    assert town.admin.put(f"{path}/login_code/zh", said).status == 422
    assert town.admin.put(f"{path}/reminder/fr", said).status == 404


def test_a_brand_is_chosen_by_administrators_read_back_and_given_up(town: Town) -> None:
    path = f"/areas/{town.here.id}/brand"
    given = {"name": "红色管家", "accent": "#8a1f11"}
    assert town.coordinator.put(path, given).status == 403
    assert town.admin.put(f"/areas/{town.elsewhere.id}/brand", given).status == 404
    assert town.admin.get(path).status == 404
    assert town.admin.put(path, given).json == {**given, "mark": None}
    assert town.admin.get(path).json == {**given, "mark": None}
    faint = town.admin.put(path, {**given, "accent": "#ffcc00"})
    assert (faint.status, list(faint.json["errors"])) == (422, ["accent"])
    for mark in ("not base64!", "È9", b64encode(b"<svg/>").decode()):
        wrong = town.admin.put(path, {**given, "mark": mark})
        assert (wrong.status, list(wrong.json["errors"])) == (422, ["mark"])
    assert [town.admin.delete(path).status for _twice in range(2)] == [204, 204]
    assert town.admin.get(path).status == 404


def test_wishes_are_weighed_by_those_who_coordinate_the_community(town: Town) -> None:
    path = f"/areas/{town.here.id}/weights"
    usual = town.coordinator.get(path).json
    chosen = {"dearest": 90, "step": 5, "least": 20}
    assert usual != chosen
    assert town.coordinator.put(path, chosen).json == chosen
    assert town.coordinator.get(path).json == chosen
    assert town.stranger.get(path).status == 404
    assert town.volunteer.get(path).status == 403
    wrong = town.coordinator.put(path, {**chosen, "least": 100})
    assert (wrong.status, list(wrong.json["errors"])) == (422, ["least"])


def head_of_the_house(town: Town) -> Client:
    with transaction() as session:
        top = root(session)
        assert top is not None
        account = factories.coordinator(session, top, "周管理", Role.ADMIN)
        return Client(town.app, accounts.issue_token(session, account, label="test", now=NOW), account.id)
