"""Who can log in to the demo, and when a login code may be shown on the page instead of being sent."""

from __future__ import annotations

from dataclasses import dataclass

from service.settings import settings

#: Every number of the demo begins so. Nothing is ever sent to one: the demo writes its messages to files.
NUMBERS = "+861390000"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody of the demo, her number as she types it, and what she may do."""

    who: str
    phone: str
    may: str

    def __str__(self) -> str:
        return f"{self.phone}  {self.who}：{self.may}"


LOGINS = (
    Login("巩义市管理员", "13900009000", "看和改全部社区 · administrator of the whole city"),
    Login("杜甫路社区协调员", "13900009202", "“365”志愿服务队、爱心托 · coordinator of one community"),
    Login("人民路社区协调员", "13900009205", "“红色管家”志愿服务队 · coordinator of one community"),
    Login("文化街社区协调员", "13900009104", "轮流看护“大家”的门 · coordinator of one community"),
    Login("新华路街道协调员", "13900009001", "所属六个社区 · coordinator of six communities"),
    Login("退休教师", "13900000001", "爱心托的老师 · a volunteer, teacher over sixty"),
    Login("医生", "13900000011", "执业证两周后到期 · a volunteer, doctor whose licence lapses in two weeks"),
    Login("邻居", "13900000021", "什么都愿意做一点 · a volunteer of no special training"),
)


def shows_code(phone: str) -> bool:
    """Whether the login page may show the code sent to `phone` (E.164).

    Only in a trial on one machine (ENVIRONMENT=demo or development), and only for the demo's own numbers: a
    real person's number typed into a trial is as safe there as anywhere. Never in production.
    """
    return settings().environment in ("demo", "development") and phone.startswith(NUMBERS)


def number(ordinal: int) -> str:
    """The demo's number that ends so, in E.164."""
    return f"{NUMBERS}{ordinal:04}"
