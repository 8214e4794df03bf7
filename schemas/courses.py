"""Courses: what one is, who learns in it, who was there, who has passed."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Text, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import EnrolmentState, QualificationKind

MOST_LEARNERS = 500


class CourseInput(Input):
    """An activity as a course."""

    capacity = Whole(required=True, least=1, most=MOST_LEARNERS, label=Lazy("收几个学员"))
    days_needed = Whole(
        least=1,
        most=366,
        load_default=None,
        allow_none=True,
        label=Lazy("到满几天算结业"),
        hint=Lazy("空着：由老师说谁合格"),
    )
    gives = Choice(QualificationKind, required=True, label=Lazy("结业登记什么资质"), widget="select")
    valid_months = Whole(
        least=1, most=600, load_default=None, allow_none=True, label=Lazy("资质几个月有效"), hint=Lazy("空着：一直有效")
    )
    taught_by = Text(
        longest=80, load_default="", label=Lazy("外请谁来讲"), hint=Lazy("写单位，比如：消防救援大队。可不填")
    )


class EnrolmentInput(Input):
    """Who learns: oneself, or somebody who told a coordinator."""

    volunteer_id = Id(label=Lazy("志愿者"), metadata={"description": "For whom; oneself if left out."})


class EnrolForInput(Input):
    """Whom a coordinator enrols, by name."""

    who = Text(
        required=True, shortest=1, longest=60, label=Lazy("谁要学"), hint=Lazy("姓名，或者拼音首字母（比如wxy）")
    )


class AttendanceInput(Input):
    """Everybody who was there on this day, and nobody else."""

    volunteer_ids = Many(
        Id(label=Lazy("谁到了")), most=MOST_LEARNERS, load_default=list, label=Lazy("谁到了"), hint=Lazy("到一个勾一个")
    )


class ConclusionInput(Input):
    """Who has passed by the word of whoever leads it; the days decide where the course says so."""

    passed = Many(Id(label=Lazy("谁合格")), most=MOST_LEARNERS, load_default=list, label=Lazy("谁合格"))


class CourseShown(Shown):
    """A course."""

    activity_id = fields.Integer(required=True)
    capacity = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    days = fields.Integer(required=True, metadata={"description": "Shifts that were not called off."})
    days_needed = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: who leads it says who passes."}
    )
    gives = one_of(QualificationKind, required=True)
    valid_months = fields.Integer(required=True, allow_none=True, metadata={"description": "null: for good."})
    taught_by = fields.String(required=True)


class EnrolmentShown(Shown):
    """Somebody in a course, or waiting for it."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = one_of(EnrolmentState, required=True)
    attended = fields.Integer(required=True, metadata={"description": "Days on which she was there."})
    position = fields.Integer(required=True, allow_none=True, metadata={"description": "On the waitlist; 1 is next."})
    asked_at = LocalDateTime(required=True)


class EnrolmentsShown(Shown):
    """Who learns, then who waits; a volunteer reads herself only."""

    items = fields.List(fields.Nested(EnrolmentShown), required=True)


class AttendanceShown(Shown):
    """Who was there on a day of the course."""

    shift_id = fields.Integer(required=True)
    volunteer_ids = fields.List(fields.Integer(), required=True)
