"""For machines that watch: /healthz (this process answers), /readyz (which part is ill), /metrics (Prometheus)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hmac import compare_digest
from time import perf_counter

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service import health
from service.db import transaction

pages = Blueprint("health", __name__)

SECONDS = Histogram(
    "lunzhi_request_seconds",
    "Seconds a request took, by route and status.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class Waiting(Collector):
    """What waits in the database, asked at each scrape: the same whichever process answers."""

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        with transaction() as session:
            for name, state, count in health.counts(session):
                family = families.setdefault(name, GaugeMetricFamily(name, "Rows by state.", labels=["state"]))
                family.add_metric([state], count)
        return families.values()


def register(app: Flask) -> None:
    """Add the three addresses, and measure every request."""
    app.register_blueprint(pages)
    app.after_request(_measure)


@pages.get("/healthz")
def alive() -> Response:
    """This process answers; it asks nobody else, so a sick database does not get it restarted."""
    return jsonify(status="ok")


@pages.get("/readyz")
def ready() -> tuple[Response, int]:
    """503 with the names of the ill parts, in words, when anything is not as it should be."""
    with transaction() as session:
        found = list(health.parts(session))
    ill = {part.name: part.trouble for part in found if part.trouble}
    well = [part.name for part in found if not part.trouble]
    return jsonify(status="ill" if ill else "ok", ill=ill, well=well), 503 if ill else 200


@pages.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus. Only for this machine, or for a holder of METRICS_TOKEN."""
    if not _may_watch():
        abort(404)
    registry = CollectorRegistry()
    registry.register(Waiting())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped in the library
    else:
        registry.register(SECONDS)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_watch() -> bool:
    token = current_app.config["SETTINGS"].metrics_token
    if token and compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def _measure(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    SECONDS.labels(request.method, route, response.status_code).observe(perf_counter() - g.started)
    return response
