"""What must be published on the community's board."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDate, Text, Whole
from schemas.shown import Shown
from service.language import Lazy


class NewDisclosure(Input):
    """One thing to be published, by whom, until when, and how often again."""

    title = Text(
        required=True, shortest=2, longest=120, label=Lazy("公示什么"), hint=Lazy("比如：楼院财务明细、卫生检查结果")
    )
    area_id = Id(required=True, label=Lazy("哪里"), widget="select")
    owner_id = Id(required=True, label=Lazy("谁负责"), widget="select")
    due_on = LocalDate(required=True, label=Lazy("哪天以前公示"), hint=Lazy("这一天也算"), widget="date")
    every_months = Whole(
        least=1,
        most=24,
        load_default=None,
        allow_none=True,
        label=Lazy("每几个月一次"),
        hint=Lazy("只一次就空着。每月一次填1，每季一次填3"),
    )


class PublishedInput(Input):
    """Where it hangs."""

    where = Text(longest=200, load_default="", label=Lazy("贴在哪里"), hint=Lazy("比如：院门口公开栏、微信群。可不填"))


class DisclosureShown(Shown):
    """One thing to be published, and whether it was."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    title = fields.String(required=True)
    owner_id = fields.Integer(required=True)
    owner = fields.String(required=True)
    due_on = fields.Date(required=True)
    every_months = fields.Integer(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    where = fields.String(required=True)
    done_on = fields.Date(required=True, allow_none=True)
    was_late = fields.Boolean(required=True)


class DisclosuresShown(Shown):
    """What is still to be published, what is due first in front; and what was published last."""

    items = fields.List(fields.Nested(DisclosureShown), required=True)
    published = fields.List(fields.Nested(DisclosureShown), required=True)
    overdue = fields.Integer(required=True)
