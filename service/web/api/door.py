"""How a request comes in and its answer goes out: who asks, one transaction, once per key, not again if unchanged.

1. Read the whole body before a connection is taken, so that a slow sender holds none.
2. Open the transaction, ask the clock, find the account of the bearer token.
3. With an Idempotency-Key: give the answer kept for it, or do the work and keep the answer in the same transaction.
4. Commit, or undo all and tell what was refused; then an ETag, and 304 for who has this answer already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from service import clock, idempotency, language, secrets
from service.accounts.queries import Actor, actor_by_token
from service.activities import queries as activities
from service.activities.models import Activity
from service.db import transaction
from service.language import _
from service.places.queries import neighbourhood_id
from service.terms import Role
from service.volunteers.models import Volunteer
from service.web.api.problems import NotFound, Problem, invalid
from service.web.api.refusals import REFUSALS, as_problem

LONGEST_BODY = 64 * 1024
KEY = re.compile(r"[\x21-\x7e]{1,100}")
VERSION = re.compile(r'"(\d+)-[0-9a-f]+"')
#: What of an answer is kept for a repeated request.
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Retry-After")

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    session: Session
    now: datetime
    who: Actor | None

    @property
    def actor(self) -> Actor:
        """Who asks, where a token is needed."""
        if self.who is None:
            raise Problem(401, kind="no-token", headers={"WWW-Authenticate": "Bearer"})
        return self.who

    @property
    def volunteer_id(self) -> int:
        """The volunteer who asks. Raises Problem for an account that is none."""
        if self.actor.volunteer_id is None:
            raise Problem(403, kind="not-allowed", detail=_("只有登记过的志愿者可以这样做。"))
        return self.actor.volunteer_id

    @property
    def scope_ids(self) -> tuple[int, ...]:
        """Areas this account coordinates; what belongs to none of them does not exist for it."""
        return self.actor.scope_ids()

    @property
    def around(self) -> int:
        """The area whose shifts are near this volunteer's home; 0, where nothing is, for an account that is none."""
        if self.actor.volunteer_id is None:
            return 0
        return neighbourhood_id(self.session, self.session.get_one(Volunteer, self.actor.volunteer_id).area_id)

    def reach(self, *, only_mine: bool = False) -> dict[str, Any]:
        """What lists are asked with: whose own rows are seen, and in which areas everybody's."""
        return {"volunteer_id": self.actor.volunteer_id, "scope_ids": () if only_mine else self.scope_ids}

    def needs(self, role: Role) -> None:
        """Raises Problem unless the account has the role somewhere; the queries say where."""
        if not self.actor.scope_ids(role):
            raise Problem(403, kind="not-allowed")

    def must_match(self, version: int) -> None:
        """Raises Problem unless If-Match names this version: who edits must have seen what is there now."""
        given = request.headers.get("If-Match")
        if given is None:
            raise Problem(428, kind="version-missing")
        if given.strip() != "*" and str(version) not in VERSION.findall(given):
            raise Problem(412, kind="changed-meanwhile")


def found(row: Any) -> Any:
    """The row, or the same 404 for what does not exist and what is not for whoever asks."""
    if row is None:
        raise NotFound
    return row


def activity_here(call: Call, activity_id: int) -> Activity:
    """The activity, for whoever coordinates it. Raises NotFound."""
    call.needs(Role.COORDINATOR)
    activity: Activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return activity


def versioned(shown: Any, version: int) -> tuple[Any, Mapping[str, str]]:
    """An answer that can be edited with If-Match."""
    return shown, {"ETag": f'"{version}"'}


def opens(view: View, *, is_public: bool = False, is_secret: bool = False) -> Callable[..., Response]:
    """The view behind the door. `is_secret` answers are kept sealed for a repeated request."""

    @wraps(view)
    def answer(**path: Any) -> Response:
        request.max_content_length = LONGEST_BODY
        request.get_data()
        try:
            token = None if is_public else _bearer()
            key = None if is_public else _key()
            try:
                with transaction() as session:
                    call = _let_in(session, token)
                    response = _once(call, key, lambda: view(call, **path), is_secret=is_secret)
            except REFUSALS as refusal:
                response = _refused(as_problem(refusal), token, key)
        except REFUSALS as refusal:
            response = as_problem(refusal).answer()
        return _conditional(response)

    return answer


def speak() -> None:
    """Chinese, or another language the caller prefers and we have."""
    language.speak(LANGUAGES.get(request.accept_languages.best_match(LANGUAGES, "zh"), language.SOURCE))


def _languages() -> dict[str, str]:
    return {"zh": language.SOURCE, **{code.replace("_", "-"): code for code in language.offered()}}


LANGUAGES = _languages()


def _bearer() -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, kind="no-token", headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def _let_in(session: Session, token: str | None) -> Call:
    now = clock.now(session)
    if token is None:
        return Call(session, now, None)
    who = actor_by_token(session, token, now=now)
    if who is None:
        raise Problem(401, kind="no-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return Call(session, now, who)


def _key() -> str | None:
    """The Idempotency-Key of a request that changes something. Raises Problem."""
    key = request.headers.get("Idempotency-Key") if request.method in ("POST", "PATCH") else None
    if key is not None and not KEY.fullmatch(key):
        raise invalid(**{"Idempotency-Key": [_("要1到100个可见的英文字符")]})
    return key


def _once(call: Call, key: str | None, work: Callable[[], Response], *, is_secret: bool = False) -> Response:
    """Do the work, or give the answer this key got before."""
    if key is None:
        return work()
    asked = b"%s %s\n%s" % (request.method.encode(), request.full_path.encode(), request.get_data())
    account_id = call.actor.account_id
    if before := idempotency.claim(call.session, account_id=account_id, key=key, request=asked, now=call.now):
        return _replayed(before)
    response = work()
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = response.get_data()
    if is_secret:
        kept["sealed"], body = "1", secrets.seal(body.decode())
    idempotency.answer(
        call.session, account_id=account_id, key=key, status=response.status_code, headers=kept, body=body
    )
    return response


def _refused(problem: Problem, token: str | None, key: str | None) -> Response:
    """What the rooms refused, once all the work is undone. A decision (409) is kept under its key, in a
    transaction of its own: nothing else is left to commit with it. Anything else leaves the key free."""
    if key is None or problem.status != HTTPStatus.CONFLICT:
        return problem.answer()
    with transaction() as session:
        return _once(_let_in(session, token), key, problem.answer)


def _replayed(before: idempotency.IdempotencyKey) -> Response:
    headers, body = dict(before.headers), before.body or b""
    if headers.pop("sealed", None):
        body = secrets.unseal(body).encode()
    return Response(body, before.status, {**headers, "Idempotency-Replayed": "true"})


def _conditional(response: Response) -> Response:
    """An ETag of what is answered, the row's version before it where there is one; 304 where it is known."""
    response.headers.add("Vary", "Accept-Language, Authorization")
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if response.status_code not in (200, 201):
        return response
    version, digest = response.get_etag()[0], blake2b(response.get_data(), digest_size=6).hexdigest()
    tag = f"{version}-{digest}" if version else digest
    response.set_etag(tag)
    if request.method == "GET" and request.if_none_match.contains_weak(tag):
        response.status_code = 304
        response.set_data(b"")
    return response
