"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g
from werkzeug.exceptions import HTTPException

from service.language import Lazy

CONTENT_TYPE = "application/problem+json"
#: Where the problems of our own are described; the fragment is the kind.
DESCRIBED_AT = "/api/v1/docs#problem-"
TITLES = {
    "no-token": Lazy("需要有效的令牌"),
    "not-allowed": Lazy("没有这个权限"),
    "unreadable": Lazy("请求的内容不是JSON"),
    "invalid": Lazy("有内容需要改一改"),
    "sign-up-refused": Lazy("这个班次不能报名"),
    "too-late-to-withdraw": Lazy("已过取消期限"),
    "nothing-to-undo": Lazy("不能再撤销"),
    "offer-closed": Lazy("这个邀请不能再回复"),
    "nothing-missing": Lazy("这一班不缺人"),
    "nothing-to-copy": Lazy("没有要起草的"),
    "nobody-to-ask": Lazy("没有能替的人"),
    "conflicting-duty": Lazy("与其他班次冲突"),
    "not-begun": Lazy("这一班还没有开始"),
    "place-given": Lazy("名额已经有人顶上了"),
    "left-alone": Lazy("只发布这些，有人就缺了伴"),
    "wrong-state": Lazy("现在的状态不能这样改"),
    "terms-overlap": Lazy("这段时间里已经有一个学期"),
    "preview-stale": Lazy("会动到的日子变了，请再看一遍"),
    "already-member": Lazy("已经是队员"),
    "already-claimed": Lazy("已经记过了"),
    "bound-already": Lazy("这两个人已经记过了"),
    "in-another-crew": Lazy("已经和别的活动同组"),
    "already-co-host": Lazy("已经在合办这个活动"),
    "already-entrusted": Lazy("已经有别人负责"),
    "last-administrator": Lazy("这里要留一位管理员"),
    "own-account": Lazy("不能停用自己的账号"),
    "holds-elsewhere": Lazy("在别的地方也有权限"),
    "name-taken": Lazy("这个名称已经有了"),
    "phone-taken": Lazy("这个号码已经登记过"),
    "not-two": Lazy("不是两条登记"),
    "has-roles": Lazy("有权限的账号，号码要本人换"),
    "too-often": Lazy("请求太频繁"),
    "too-many-codes": Lazy("验证码发得太频繁"),
    "wrong-code": Lazy("验证码不对"),
    "key-reused": Lazy("这个Idempotency-Key用过了"),
    "appointment-refused": Lazy("这个时间现在不能这样约"),
    "families-refused": Lazy("这个岗位不能一家人一起报"),
    "pupil-refused": Lazy("学生的事现在不能这样"),
    "course-refused": Lazy("这门课现在不能这样"),
    "risk-unconfirmed": Lazy("还没有确认安全提醒"),
    "changed-meanwhile": Lazy("内容刚刚被改过"),
    "version-missing": Lazy("缺少If-Match"),
}


class Problem(Exception):
    """An answer that is not what was asked for. `kind` names a problem of ours; `more` adds members of its own."""

    def __init__(
        self, status: int, *, kind: str = "", detail: str = "", headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(f"{status} {kind or HTTPStatus(status).phrase}: {detail}")
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.more = dict(headers or {}), more

    def answer(self) -> Response:
        """The document as a response."""
        response = problem(self.status, kind=self.kind, detail=self.detail, **self.more)
        response.headers.update(self.headers)
        return response


class NotFound(Problem):
    """There is no such thing, or it is not for whoever asks: the two look the same."""

    def __init__(self) -> None:
        super().__init__(404)


def invalid(**errors: list[str]) -> Problem:
    """What was sent is wrong in these fields."""
    return Problem(422, kind="invalid", errors=errors)


def problem(status: int, *, kind: str = "", title: str = "", detail: str = "", **more: Any) -> Response:
    """A problem document. `more` adds members of its own, such as `errors` by field or `reasons`."""
    body: dict[str, Any] = {
        "type": f"{DESCRIBED_AT}{kind}" if kind else "about:blank",
        "title": title or str(TITLES.get(kind, "")) or HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if instance := g.get("request_id"):
        body["instance"] = instance
    return Response(json.dumps(body | more, ensure_ascii=False), status, content_type=CONTENT_TYPE)


def from_exception(error: HTTPException, *, detail: str) -> Response:
    """The problem document of an HTTP error, with the headers it brings (Retry-After, Allow, ...)."""
    answer = problem(error.code or 500, detail=detail)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer
