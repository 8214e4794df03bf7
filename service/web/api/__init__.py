"""JSON for programs: everything under /api/. One module per room; resource.py describes, door.py lets in."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api
from marshmallow import Schema

from schemas.problems import ProblemShown
from service.web.api import docs
from service.web.api.problems import CONTENT_TYPE
from service.web.api.resource import IdConverter, problem_response
from service.web.api.rooms import RESOURCES
from service.web.security import csrf

PREFIX = "/api/"
VERSION_PREFIX = "/api/v1"


class _Api(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """The OpenAPI document. Errors are answered by service/web/errors.py, in the shape each door speaks."""

    ERROR_SCHEMA: type[Schema] = ProblemShown
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Left out: it would take over the pages' errors as well."""


def register(app: Flask) -> None:
    """Put the JSON interface into the application."""
    app.url_map.converters["id"] = IdConverter
    app.config.update(
        API_TITLE="Lunzhi 轮值",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=VERSION_PREFIX,
        API_SPEC_OPTIONS={
            "security": [{"token": []}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        },
    )
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = app.json.sort_keys = False
    api = _Api(app)
    for status in HTTPStatus:
        if status >= HTTPStatus.BAD_REQUEST:
            content = {CONTENT_TYPE: {"schema": ProblemShown}}
            described = {"description": status.phrase, "content": content}
            api.spec.components.response(problem_response(status), described, lazy=True)
    for part in RESOURCES:
        csrf.exempt(part)
        api.register_blueprint(part, url_prefix=VERSION_PREFIX + part.url_prefix)
    docs.register(app, api, url_prefix=VERSION_PREFIX)
