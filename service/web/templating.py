"""What templates may use: translation, the words of dates, and the component macros."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask
from jinja2 import ChainableUndefined, PackageLoader, PrefixLoader, StrictUndefined

from service import language, wording
from service.settings import LOCAL_ZONE
from service.web import branding, navigation, notices, page, words
from service.web.qr import qr

GOVUK = "govuk_frontend_jinja"
COMPONENTS = {
    "checkboxes": ("checkboxes", "govukCheckboxes"),
    "date_input": ("date-input", "govukDateInput"),
    "details": ("details", "govukDetails"),
    "error_summary": ("error-summary", "govukErrorSummary"),
    "input": ("input", "govukInput"),
    "radios": ("radios", "govukRadios"),
    "select": ("select", "govukSelect"),
    "summary_list": ("summary-list", "govukSummaryList"),
    "textarea": ("textarea", "govukTextarea"),
}


def register(app: Flask) -> None:
    """Set up the template environment: a name nobody set is an error, not an empty string."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.do")
    environment.globals.update(
        _=language._,
        counted=language.counted,
        language_code=language.code,
        languages=language.offered,
        govuk=_Components(app),
        entries=navigation.entries,
        desk_entries=navigation.desk_entries,
        notices=notices.shown,
        undos=notices.undos,
        help_line=page.help_line,
        here=page.here,
        brand=branding.brand,
        brand_address=branding.brand_address,
        words=words,
        qr=qr,
    )
    for name in wording.__all__:
        environment.filters[name] = getattr(wording, name)
    environment.filters["iso_day"] = _iso_day


def _iso_day(instant: datetime) -> str:
    """The local day of an instant as addresses carry it: `2026-11-28`."""
    return instant.astimezone(LOCAL_ZONE).date().isoformat()


class _Components:
    """The macros of govuk-frontend-jinja by short name, each compiled when a page first asks for it.

    Together they would take a fifth of a process's start. They lean on lenient undefined names, ours do not: so they
    live in an environment of their own.
    """

    def __init__(self, app: Flask) -> None:
        loader = PrefixLoader({GOVUK: PackageLoader(GOVUK)})
        self._lenient = app.jinja_env.overlay(loader=loader, undefined=ChainableUndefined)

    def __getattr__(self, name: str) -> Any:
        if name not in COMPONENTS:
            raise AttributeError(name)
        folder, macro = COMPONENTS[name]
        made = getattr(self._lenient.get_template(f"{GOVUK}/components/{folder}/macro.html").module, macro)
        setattr(self, name, made)
        return made
