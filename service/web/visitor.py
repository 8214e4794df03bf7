"""Who is before the screen: the account the session names, and the pages only some may open.

The session cookie holds the account's id and its epoch. Raising the epoch in the database ends every session of
the account at once; a cookie alone proves nothing that the database does not confirm.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Flask, Request, abort, g, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.accounts.models import Account
from service.accounts.queries import Actor, actor
from service.db import transaction
from service.terms import Role
from service.volunteers.models import Volunteer
from service.web import asked, risk
from service.web.page import see_other

P = ParamSpec("P")
#: A page's function: gets the open transaction first, then what the address holds.
View = Callable[Concatenate[Session, P], ResponseReturnValue]
#: What to answer instead of the page, if it is not for whoever asks.
Guard = Callable[[Actor | None], ResponseReturnValue | None]


class Sessions(SecureCookieSessionInterface):
    """Signed cookies. Who sends none has an empty session, and no key is made ready to read it: programs never do."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def sign_in(account: Account) -> None:
    """This browser now speaks for `account`. What the session held before is dropped, where she was going is kept."""
    kept = {name: session[name] for name in (asked.KEY, asked.PARTIES, "next") if name in session}
    session.clear()
    session.update(kept, account_id=account.id, epoch=account.epoch)
    session.permanent = True
    g.pop("visitor", None)


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
    return _guarded(view, lambda _who: None)


def for_volunteers(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for somebody who is logged in as a volunteer; others log in first and come back."""
    return _guarded(view, _refuse_unless(lambda who: who.volunteer_id is not None))


def for_signed_in(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for somebody who is logged in, as a volunteer or as a coordinator."""
    return _guarded(view, _refuse_unless(lambda who: who.volunteer_id is not None or who.is_coordinator))


def for_coordinators(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for accounts that coordinate somewhere. Which rows they see is for the queries' scope to say."""
    return _guarded(view, _refuse_unless(lambda who: who.is_coordinator))


def for_admins(view: View[P]) -> Callable[P, ResponseReturnValue]:
    """Only for administrators."""
    return _guarded(view, _refuse_unless(lambda who: bool(who.scope_ids(Role.ADMIN))))


def me(db: Session) -> Actor:
    """Who is asking, on a page that guests cannot open."""
    who = current(db)
    if who is None:
        raise RuntimeError("a page that asks for `me` must be guarded")
    return who


def herself(db: Session) -> Volunteer:
    """The volunteer who is asking, on a page that nobody else can open."""
    return db.get_one(Volunteer, me(db).volunteer_id)


def volunteer(db: Session) -> Volunteer | None:
    """The volunteer who asks; None for guests, and for accounts that only coordinate."""
    who = current(db)
    return db.get(Volunteer, who.volunteer_id) if who and who.volunteer_id else None


def _guarded(view: View[P], refuse: Guard) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        with transaction() as db:
            who = current(db)
            if (refusal := refuse(who)) is not None:
                return refusal
            risk.take_over(db, account_id=who.account_id if who else None)
            return view(db, *args, **kwargs)

    return opened


def _refuse_unless(allowed: Callable[[Actor], bool]) -> Guard:
    def refuse(who: Actor | None) -> ResponseReturnValue | None:
        if who is None:
            return see_other(url_for("login.index", next=request.full_path.rstrip("?")))
        if not allowed(who):
            abort(403)
        return None

    return refuse


def _audiences(who: Actor | None) -> set[str]:
    if who is None:
        return set()
    return {"signed_in", *(str(role) for role in who.scopes), *({"coordinator"} if who.is_coordinator else ())}
