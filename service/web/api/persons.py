"""Whom a call may speak of: whoever calls, and the people of the areas she coordinates."""

from __future__ import annotations

from service.volunteers import queries
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found


def visible(call: Call, volunteer_id: int) -> Volunteer:
    """Myself, or a person of my areas. Raises NotFound."""
    if volunteer_id == call.actor.volunteer_id:
        return call.session.get_one(Volunteer, volunteer_id)
    person: Volunteer = found(queries.in_scope(call.session, volunteer_id, scope_ids=call.scope_ids))
    return person
