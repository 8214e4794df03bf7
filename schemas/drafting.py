"""Who is pencilled in."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Id
from service.language import Lazy


class PencilInput(Input):
    """One person, for the place whose page it is."""

    volunteer_id = Id(required=True, label=Lazy("安排谁"))
