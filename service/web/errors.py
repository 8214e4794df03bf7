"""When something goes wrong: a page that says what to do and whom to call, or a problem document for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, ServiceUnavailable, TooManyRequests

from service import wording
from service.language import Lazy, _
from service.web import api, limits, page
from service.web.api import problems
from service.web.security import is_from_our_page

log = structlog.get_logger("web")

RETRY_AFTER_S = 10


@dataclass(frozen=True, slots=True)
class Words:
    """An error in words: what happened, and what to do next."""

    title: str
    advice: str


FORM_TOO_OLD = Words(Lazy("页面放久了，请再点一次"), Lazy("您填的内容还在。请点下面的按钮，再提交一次。"))
FORM_FOREIGN = Words(
    Lazy("这次提交没有收下"), Lazy("提交来自别的网站，为了您的安全没有处理。请回到首页，重新打开要填的页面。")
)
WORDS = {
    400: Words(Lazy("提交的内容看不懂"), Lazy("请返回上一页，检查一下再提交。")),
    401: Words(Lazy("请先登录"), Lazy("登录以后再打开这个页面。")),
    403: Words(Lazy("这个页面不对您开放"), Lazy("如果这是您负责的工作，请联系社区为您开通。")),
    404: Words(Lazy("找不到这个页面"), Lazy("网址可能不完整，或者活动已经撤下。可以回到首页看看别的活动。")),
    405: Words(Lazy("这个页面不能这样打开"), Lazy("请返回上一页，用页面上的按钮操作。")),
    409: Words(Lazy("内容刚刚被改过"), Lazy("别人或者您在另一个窗口改动了它。请重新打开页面，看过新的内容再改。")),
    413: Words(Lazy("提交的内容太大"), Lazy("请把文字缩短，或者把文件分成几份再提交。")),
    422: Words(Lazy("有内容需要改一改"), Lazy("请返回上一页，检查填写的内容。")),
    429: Words(Lazy("点得太快了"), Lazy("请{at}以后再试。您填的内容还在，名额不会因为等待而变。")),
    500: Words(Lazy("系统出了问题"), Lazy("不是您的操作有错，我们已经记下。请过几分钟再试；着急的话请打电话。")),
    503: Words(Lazy("系统正在维护"), Lazy("请过几分钟再试；着急的话请打电话，社区可以替您登记。")),
}
#: Nothing was done, so the same form may safely be sent once more.
REPEATABLE = (429, 503)


def register(app: Flask) -> None:
    """Answer every error in the shape its door speaks."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(CSRFError, _answer_bad_token)
    app.register_error_handler(OperationalError, _answer_no_database)
    app.register_error_handler(PoolTimeout, _answer_no_database)
    app.register_error_handler(StaleDataError, _answer_overtaken)
    app.register_error_handler(Exception, _answer_surprise)


def _answer(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    words = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    if isinstance(error, TooManyRequests):
        words = _when_again(error, words)
    if request.path.startswith(api.PREFIX):
        return problems.from_exception(error, detail=str(words.advice))
    answer = _page(status, words, typed=_typed() if status in REPEATABLE else ())
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _when_again(error: TooManyRequests, words: Words) -> Words:
    """The words with the time from which one may try again; programs are told by the header."""
    at = limits.again_at()
    error.retry_after = round((at - datetime.now(UTC)).total_seconds())
    return Words(words.title, _(words.advice, at=wording.clock(at)))


def _answer_bad_token(_error: CSRFError) -> Response:
    """A form whose session is over: hand the same form back with a fresh token, unless another site sent it."""
    if not is_from_our_page():
        return _page(400, FORM_FOREIGN)
    return _page(400, FORM_TOO_OLD, typed=_typed())


def _answer_no_database(error: Exception) -> ResponseReturnValue:
    log.error("database unavailable", exc_info=error)
    return _answer(ServiceUnavailable(retry_after=RETRY_AFTER_S))


def _answer_overtaken(_error: StaleDataError) -> ResponseReturnValue:
    """Somebody saved the same row between our reading and our writing it: nothing was done."""
    return _answer(Conflict())


def _answer_surprise(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error", exc_info=error)
    return _answer(InternalServerError())


def _page(status: int, words: Words, *, typed: tuple[tuple[str, str], ...] = ()) -> Response:
    return page.render(
        "errors/error.html",
        title=str(words.title),
        status=status,
        advice=words.advice,
        typed=typed,
        reference=g.get("request_id") if status >= 500 else None,
    )


def _typed() -> tuple[tuple[str, str], ...]:
    """What the person had typed, to send once more."""
    if request.method != "POST" or not is_from_our_page():
        return ()
    return tuple((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
