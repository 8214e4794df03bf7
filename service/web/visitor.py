"""Who is before the screen: the account the session names, and the pages only some may open.

The session cookie holds the account's id and its epoch. Raising the epoch in the database ends every session of
the account at once; a cookie alone proves nothing that the database does not confirm.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.accounts.models import Account
from service.accounts.queries import Actor, actor
from service.db import transaction

P = ParamSpec("P")
#: A page's function: gets the open transaction first, then what the address holds.
View = Callable[Concatenate[Session, P], ResponseReturnValue]


def sign_in(account: Account) -> None:
    """This browser now speaks for `account`. What the session held before is dropped, the sign-up under way is kept."""
    kept = {name: session[name] for name in ("sign_up",) if name in session}
    session.clear()
    session.update(kept, account_id=account.id, epoch=account.epoch)
    session.permanent = True


def sign_out() -> None:
    """This browser speaks for nobody any more."""
    session.clear()


def current(db: Session) -> Actor | None:
    """Who is asking, read once a request; None for a guest."""
    if "visitor" not in g:
        account_id = session.get("account_id")
        g.visitor = actor(db, account_id, epoch=session.get("epoch")) if account_id else None
        g.audiences = _audiences(g.visitor)
    found: Actor | None = g.visitor
    return found


def for_anyone(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Open one transaction for the page, and know who asks. The view gets the session as its first argument."""

    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        with transaction() as db:
            current(db)
            return view(db, *args, **kwargs)

    return opened


def for_volunteers(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for somebody who is logged in as a volunteer; others log in first and come back."""

    @wraps(view)
    def guarded(db: Session, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if (who := current(db)) is None:
            return _log_in_first()
        if who.volunteer_id is None:
            abort(403)
        return view(db, *args, **kwargs)

    return for_anyone(guarded)


def for_coordinators(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for accounts that coordinate somewhere. Which rows they see is for the queries' scope to say."""

    @wraps(view)
    def guarded(db: Session, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if (who := current(db)) is None:
            return _log_in_first()
        if not who.is_coordinator:
            abort(403)
        return view(db, *args, **kwargs)

    return for_anyone(guarded)


def me(db: Session) -> Actor:
    """Who is asking, on a page that guests cannot open."""
    who = current(db)
    if who is None:
        raise RuntimeError("a page that asks for `me` must be guarded")
    return who


def _log_in_first() -> Response:
    return redirect(url_for("login.index", next=request.full_path.rstrip("?")), code=303)  # type: ignore[return-value]  # werkzeug's Response is the one Flask made


def _audiences(who: Actor | None) -> set[str]:
    if who is None:
        return set()
    return {"signed_in", *(str(role) for role in who.scopes), *({"coordinator"} if who.is_coordinator else ())}
