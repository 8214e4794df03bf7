"""The document and the page made from it."""

from __future__ import annotations

import re

from flask import Flask

from service.web.api.problems import TITLES


def test_the_document_is_openapi_3_1(application: Flask) -> None:
    document = application.test_client().get("/api/v1/openapi.json").get_json()

    assert document["openapi"] == "3.1.0"
    refused = document["paths"]["/api/v1/shifts/{shift_id}/signups"]["post"]["responses"]["409"]
    assert refused == {"$ref": "#/components/responses/Problem409"}
    assert document["components"]["responses"]["Problem409"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShown"}}
    }


def test_the_page_shows_every_operation_from_local_assets_only(application: Flask) -> None:
    client = application.test_client()
    html = client.get("/api/v1/docs").text
    document = client.get("/api/v1/openapi.json").get_json()

    for path, methods in document["paths"].items():
        for method in set(methods) - {"parameters"}:
            assert f"{method.upper()} {path}" in html
    assert not re.findall(r'(?:src|href)="https?://', html)


def test_every_link_within_the_page_leads_somewhere(application: Flask) -> None:
    html = application.test_client().get("/api/v1/docs").text
    ids = set(re.findall(r'id="([^"]+)"', html))

    assert {target for target in re.findall(r'href="#([^"]+)"', html) if target not in ids} == set()
    assert {f"problem-{kind}" for kind in TITLES} <= ids
