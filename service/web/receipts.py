"""For vendors of text messages: they tell here what became of each, at /api/receipts/<vendor>/<token>.

Neither vendor signs what it pushes: the address is the secret (SMS_RECEIPT_TOKEN), given to the vendor alone. Whoever
does not know it finds nothing here, and without one nothing is taken.
"""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from marshmallow import ValidationError

from schemas.receipts import REPORTS
from service import clock
from service.db import transaction
from service.notifications import receipts
from service.notifications.receipts import Report
from service.web.api.problems import problem
from service.web.limits import limiter
from service.web.security import csrf

door = Blueprint("receipts", __name__)
#: What each vendor wants to hear, so that it does not tell again.
THANKS = {"aliyun": {"code": 0, "msg": "OK"}, "tencent": {"result": 0, "errmsg": "OK"}}


def register(app: Flask) -> None:
    """Open the door. It has no form and no cookie: nothing to forge."""
    csrf.exempt(door)
    app.register_blueprint(door)


@door.post("/api/receipts/<any(aliyun, tencent):vendor>/<token>")
@limiter.limit("600/minute")
def take(vendor: str, token: str) -> Response:
    """Keep what the vendor tells; the sweep that sends takes it up. All of it, or nothing: it tells again."""
    known = current_app.config["SETTINGS"].sms_receipt_token
    if not known or not compare_digest(token.encode(), known.encode()):
        abort(404)
    try:
        told = REPORTS[vendor].load(request.get_json(force=True))
    except ValidationError as error:
        return problem(422, kind="invalid", errors=error.messages)
    with transaction() as session:
        receipts.keep(session, [Report(**one) for one in told], now=clock.now(session))
    return jsonify(THANKS[vendor])
