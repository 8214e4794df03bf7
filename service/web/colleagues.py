"""Whom a volunteer may pick from her colleagues, on pages that open by a link without a login.

A link may be in strange hands: it shows those who agreed to be shown to others. The surname of the others is for her
alone, and the login proves that it is her (docs/decisions/0023-names-behind-a-link.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from service.language import _
from service.roster.actions import Suggestion
from service.volunteers.models import Volunteer
from service.volunteers.queries import names_for_others, shown_names
from service.web import visitor
from service.web.forms import Form, Option


def names(db: Session, volunteer_ids: Collection[int], *, reader_id: int) -> dict[int, str]:
    """The names the page may say to the volunteer `reader_id`, whose link it is; the others are left out."""
    return (names_for_others if is_logged_in(db, reader_id) else shown_names)(db, volunteer_ids)


def is_logged_in(db: Session, reader_id: int) -> bool:
    """Whether the browser has proved to be hers."""
    who = visitor.current(db)
    return who is not None and who.volunteer_id == reader_id


def options(people: Iterable[Volunteer], named: dict[int, str]) -> list[Option]:
    """Those of the people who have a name here, to be picked."""
    return [Option(value=f"p{one.id}", text=named[one.id]) for one in people if one.id in named]


def suggestion(form: Form) -> Suggestion | None:
    """Who was suggested; None for nobody. What is not in the list is refused at its field."""
    picked, name = form.loaded["suggests"], form.loaded["suggests_name"]
    if picked and picked not in {one.value for one in form["suggests"].options}:
        form.refuse(_("这个人现在来不了，请另选一位"), at="suggests")
    if not picked and not name:
        return None
    return Suggestion(volunteer_id=int(picked[1:]) if picked else None, name=name)
