"""Who instructs an organisation."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDate
from schemas.shown import Shown
from service.language import Lazy


class NewGuide(Input):
    """Who, in which visits, from when on."""

    volunteer_id = Id(required=True, label=Lazy("指导员"), widget="select")
    activity_id = Id(
        required=True,
        label=Lazy("哪个活动是上门指导"),
        hint=Lazy("上次看到的问题带到它的下一班"),
        widget="select",
    )
    from_on = LocalDate(required=True, label=Lazy("从哪天起"), widget="date")


class GuideShown(Shown):
    """A term."""

    id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    activity_id = fields.Integer(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True, allow_none=True)


class GuidesShown(Shown):
    """Who did, does and will, the latest in front."""

    items = fields.List(fields.Nested(GuideShown), required=True)
    open_findings = fields.Integer(required=True, metadata={"description": "That wait for the next visit."})


class AppointedShown(GuideShown):
    """A term that was just set."""

    released = fields.Integer(required=True, metadata={"description": "Places in visits the former gave up."})
    asked = fields.Integer(required=True, metadata={"description": "Visits for which she is being asked."})
