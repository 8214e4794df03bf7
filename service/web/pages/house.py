"""/ad/settings: how long things are kept, which is chosen here, and how the house is set up: that comes from the
environment, so it is read here and changed there.

What would let somebody in (keys, passwords, addresses that hold them) is never shown, only whether it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from schemas.calendars import QuietInput
from schemas.retention import KeepingInput
from service import wording
from service.calendars import actions as calendars
from service.calendars.queries import quiet_hours
from service.calendars.quiet import Quiet
from service.language import Lazy, _
from service.places.queries import is_root
from service.retention import actions, queries
from service.retention.rules import BOUNDS
from service.settings import Settings, settings
from service.terms import Channel, Kept
from service.web import kept, notices, page, told
from service.web.desk import Desk, at_office
from service.web.forms import Form

pages = Blueprint("house", __name__, url_prefix="/ad/settings")

#: Every setting by what it is about.
GROUPS: tuple[tuple[Lazy, Mapping[str, Lazy]], ...] = (
    (
        Lazy("什么时候不打扰"),
        {
            "quiet_from": Lazy("这里没有选过时，从几点起不发消息"),
            "quiet_until": Lazy("这里没有选过时，到几点"),
            "digest_at": Lazy("周日几点说下一周的情况"),
            "virtual_clock": Lazy("演示用的时钟"),
        },
    ),
    (
        Lazy("怎么通知"),
        {
            "default_channel": Lazy("没有说过的人，用什么通知"),
            "sms_driver": Lazy("短信服务商"),
            "sms_sign": Lazy("短信签名"),
            "sms_templates": Lazy("短信模板文件"),
            "sms_key_id": Lazy("短信账号"),
            "sms_key_secret": Lazy("短信密钥"),
            "sms_app_id": Lazy("短信应用编号"),
            "sms_receipt_token": Lazy("短信回执的口令"),
            "smtp_url": Lazy("邮件服务器"),
            "mail_from": Lazy("邮件发件人"),
            "message_dir": Lazy("试用时消息存在哪里"),
        },
    ),
    (
        Lazy("大家看到的"),
        {
            "public_url": Lazy("网址"),
            "help_name": Lazy("不知道是哪个社区时，请大家找谁"),
            "help_phone": Lazy("那里的电话"),
        },
    ),
    (
        Lazy("后台"),
        {
            "environment": Lazy("用在哪里"),
            "database_url": Lazy("数据库"),
            "redis_url": Lazy("消息队列"),
            "secret_key": Lazy("登录和链接的密钥"),
            "field_key": Lazy("电话号码的密钥"),
            "metrics_token": Lazy("运行指标的口令"),
            "rate_limits": Lazy("限制请求的快慢"),
            "trusted_proxies": Lazy("前面有几层代理"),
            "pool_size": Lazy("每个进程留几个数据库连接"),
            "log_format": Lazy("日志的格式"),
        },
    ),
)
#: Whoever reads one of these could get in somewhere.
HIDDEN = frozenset(
    (
        "database_url",
        "redis_url",
        "secret_key",
        "field_key",
        "metrics_token",
        "smtp_url",
        "sms_key_id",
        "sms_key_secret",
        "sms_receipt_token",
    )
)


@pages.get("")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """How long things are kept; every other setting in words, with the variable that holds it."""
    return _show(desk)


@pages.post("/keeping-times")
@at_office
def keep(desk: Desk) -> ResponseReturnValue:
    """Keep things so long from now on. For administrators of the whole house."""
    if not is_root(desk.db, desk.scope_ids):
        abort(HTTPStatus.FORBIDDEN)
    form = Form.posted(KeepingInput())
    if not form.is_valid:
        return _show(desk, form)
    before = queries.days_kept(desk.db)
    for kind in Kept:
        actions.keep(desk.db, kind, days=form.loaded[kind], account_id=desk.account_id, now=desk.now)
    if any(form.loaded[kind] < before[kind] for kind in Kept):
        notices.notify(_("存好了。短了的，过了期限的一小时内开始删，删了找不回来。"))
    else:
        notices.notify(_("存好了。"))
    return page.see_other(url_for("house.index"))


@pages.post("/quiet-hours")
@at_office
def choose_quiet_hours(desk: Desk) -> ResponseReturnValue:
    """When nobody is written to from now on. For administrators of the whole house."""
    if not is_root(desk.db, desk.scope_ids):
        abort(HTTPStatus.FORBIDDEN)
    form = Form.posted(QuietInput())
    if form.is_valid:
        try:
            calendars.choose_quiet_hours(desk.db, Quiet(**form.loaded), account_id=desk.account_id, now=desk.now)
        except calendars.NeverAwake:
            form.refuse(_("一天里至少要留8个小时可以发消息"), at="ends")
    if form.has_errors:
        return _show(desk, quiet_form=form)
    notices.notify(_("存好了，从现在起就这样。急的消息照发。"))
    return page.see_other(url_for("house.index"))


def _show(desk: Desk, form: Form | None = None, *, quiet_form: Form | None = None) -> ResponseReturnValue:
    chosen = settings()
    quiet = quiet_hours(desk.db)
    groups = [
        (_(title), [(_(label), name.upper(), shown(chosen, name)) for name, label in fields.items()])
        for title, fields in GROUPS
    ]
    return page.render(
        "house/index.html",
        title=_("设置"),
        groups=groups,
        form=quiet_form or form,
        quiet_form=quiet_form or Form.blank(QuietInput(), given=quiet),
        quiet=quiet,
        keeping_form=form or Form.blank(KeepingInput(), given=queries.days_kept(desk.db)),
        kept=[(kind, kept.AFTERWARDS[kind], BOUNDS[kind]) for kind in Kept],
        spell=kept.spell,
        may_choose=is_root(desk.db, desk.scope_ids),
        days=queries.days_kept(desk.db),
    )


def shown(chosen: Settings, name: str) -> str:
    """A setting as it may be read."""
    value = getattr(chosen, name)
    if name in HIDDEN:
        return _("已设置（不显示）") if value else _("没有设置")
    if name == "default_channel":
        return str(told.CHANNELS[Channel(value)])
    if name == "help_phone" and value:
        return wording.phone(value)
    return _plain(value)


def _plain(value: bool | int | str | time | Path) -> str:
    if isinstance(value, bool):
        return _("开") if value else _("关")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value) or _("没有设置")
