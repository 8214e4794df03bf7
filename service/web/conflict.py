"""Two people changed the same thing: what one typed beside what the other has saved, and a choice."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import fields

from service.language import _
from service.web import page
from service.web.forms import Form


def conflict_page(form: Form, *, given: object, version: int, back: str) -> Response:
    """409: the typed `form` beside the saved row `given`, whose version is `version`.

    One button sends what was typed once more, now knowingly over the other's change; `back` keeps what is saved.
    """
    saved = Form.blank(form.schema, given=given)
    rows = [
        (form[name].label, _shown(form, name), _shown(saved, name))
        for name in form.schema.fields
        if _shown(form, name) != _shown(saved, name)
    ]
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "version")]
    return page.render(
        "desk/conflict.html",
        title=_("别人刚刚改过"),
        status=409,
        rows=rows,
        typed=typed,
        version=version,
        back=back,
    )


def _shown(form: Form, name: str) -> str:
    """A value as it is typed; several of them with commas between; a box as yes or no."""
    drawn = form[name]
    if isinstance(form.schema.fields[name], fields.Boolean):
        return _("是") if drawn.value == "true" else _("否")
    words: dict[Any, str] = {option.value: option.text for option in drawn.options}
    values = drawn.values if isinstance(form.schema.fields[name], fields.List) else (drawn.value,)
    return _("、").join(words.get(value, value) for value in values)
