"""What vendors of text messages push: a list of reports, each vendor's with names of its own.

Aliyun: SmsReport, HTTP batch push (help.aliyun.com/en/sms/developer-reference/smsreport-http). Tencent Cloud: SMS
sending status notification (www.tencentcloud.com/document/product/382/43547). Both may add fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

ID_LENGTH = validate.Length(min=1, max=80)


class AliyunReport(Schema):
    """One message: whether it arrived (`success`), under its BizId."""

    class Meta:
        unknown = EXCLUDE

    biz_id = fields.String(required=True, validate=ID_LENGTH)
    success = fields.Boolean(required=True)
    err_code = fields.String(load_default="")
    err_msg = fields.String(load_default="")

    @post_load
    def as_report(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """As receipts.Report has it."""
        words = f"{data['err_code']} {data['err_msg']}".strip()
        return {"receipt_id": data["biz_id"], "has_arrived": data["success"], "words": words}


class TencentReport(Schema):
    """One message: whether it arrived (`report_status`), under its SerialNo (`sid`)."""

    class Meta:
        unknown = EXCLUDE

    sid = fields.String(required=True, validate=ID_LENGTH)
    report_status = fields.String(required=True, validate=validate.OneOf(["SUCCESS", "FAIL"]))
    errmsg = fields.String(load_default="")
    description = fields.String(load_default="")

    @post_load
    def as_report(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """As receipts.Report has it."""
        words = f"{data['errmsg']} {data['description']}".strip()
        return {"receipt_id": data["sid"], "has_arrived": data["report_status"] == "SUCCESS", "words": words}


#: By SMS_DRIVER.
REPORTS: Mapping[str, Schema] = {"aliyun": AliyunReport(many=True), "tencent": TencentReport(many=True)}
