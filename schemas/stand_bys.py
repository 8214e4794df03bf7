"""Who stands by: what a volunteer and a coordinator type."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Id, Ticked
from service.language import Lazy


class StandByInput(Input):
    """In which role she stands by."""

    shift_role_id = Id(required=True, label=Lazy("哪个岗位"), widget="radios")


class AskToStandByInput(Input):
    """Whom a coordinator asks to stand by."""

    volunteer_id = Id(required=True, label=Lazy("请谁候备"), widget="radios")
    has_agreed = Ticked(label=Lazy("本人已经答应"), hint=Lazy("不勾的话，先发消息问本人"))
