"""Words about uploaded tables: how far they have come, what their rows come to, and why not."""

from __future__ import annotations

from service.language import Lazy
from service.terms import RowOutcome, RowRefusal, SheetState

STATES = {
    SheetState.UPLOADED: (Lazy("看过再导入"), "wait"),
    SheetState.ACCEPTED: (Lazy("正在导入"), "wait"),
    SheetState.TAKEN_IN: (Lazy("已导入"), "good"),
    SheetState.TAKEN_BACK: (Lazy("已撤销"), "plain"),
    SheetState.DROPPED: (Lazy("没有导入"), "plain"),
}
OUTCOMES = {
    RowOutcome.NEW: (Lazy("新的"), "good"),
    RowOutcome.CHANGED: (Lazy("有改动"), "wait"),
    RowOutcome.SAME: (Lazy("没有变"), "plain"),
    RowOutcome.REFUSED: (Lazy("不能导入"), "bad"),
}
REFUSALS = {
    RowRefusal.NUMBER_UNKNOWN: Lazy("您的社区里没有这个编号"),
    RowRefusal.PHONE_TAKEN: Lazy("这个电话已经是别人登记的"),
    RowRefusal.TWICE: Lazy("表里有两行是同一个人"),
    RowRefusal.NAMESAKE: Lazy("已经有同名的人，请填电话或者出生日期"),
    RowRefusal.CONSENT_MISSING: Lazy("新来的人，请填怎么同意的：口头或者书面"),
    RowRefusal.AREA_MISSING: Lazy("请填社区或院落"),
    RowRefusal.AREA_UNKNOWN: Lazy("您管的范围里没有这个社区或院落"),
    RowRefusal.AREA_UNCLEAR: Lazy("这个名字的院落不止一个，请填社区"),
    RowRefusal.PERSON_UNKNOWN: Lazy("没有登记过这个人，请先导入人员；填了电话的，电话和姓名要对得上"),
    RowRefusal.PERSON_UNCLEAR: Lazy("同名的人不止一个，请填电话"),
    RowRefusal.CHANGED_MEANWHILE: Lazy("导入的时候别人刚改过，请再导入一次"),
    RowRefusal.ACTIVITY_TWICE: Lazy("表里有两行是同一个活动"),
    RowRefusal.ACTIVITY_UNCLEAR: Lazy("这样的活动不止一个，请填编号"),
    RowRefusal.ACTIVITY_CANCELLED: Lazy("这个活动已经取消，不能再改"),
    RowRefusal.STATE_ELSEWHERE: Lazy("发布和取消请在活动页做，表里不用改状态"),
    RowRefusal.PLACE_MISSING: Lazy("请填地点"),
    RowRefusal.PLACE_UNKNOWN: Lazy("您管的范围里没有这个地点"),
    RowRefusal.PLACE_UNCLEAR: Lazy("这个名字的地点不止一处，请写成“社区 · 地点”"),
    RowRefusal.TEAM_UNKNOWN: Lazy("您管的范围里没有这支志愿队，或者还没有批准"),
    RowRefusal.TEAM_UNCLEAR: Lazy("这个名字的志愿队不止一支，请在活动页选"),
    RowRefusal.CONTACT_MISSING: Lazy("请填联系电话"),
    RowRefusal.ROLES_MISSING: Lazy("请填岗位和人数"),
    RowRefusal.DATES_MISSING: Lazy("请填什么时候办、几点开始、几点结束；每周、每月办的还要填从哪天起"),
    RowRefusal.DATES_EMPTY: Lazy("这样算下来，一天也没有"),
    RowRefusal.DATES_PAST: Lazy("第一次的时间已经过了"),
    RowRefusal.DATES_TOO_LONG: Lazy("一次最多排一年"),
    RowRefusal.DATES_QUIET: Lazy("会出声的活动，不能排在安静的时间"),
    RowRefusal.DATES_ELSEWHERE: Lazy("已经发布了，改日期和时间请到活动页的“改日期和时间”，那里看得到要告诉谁"),
    RowRefusal.FIXED_ONCE_PUBLISHED: Lazy(
        "已经发布了，地点、志愿队、怎样排人和岗位不能再改；要改就在活动页“照这个再发一个”"
    ),
    RowRefusal.RISK_ASKS_ANEW: Lazy("改这个安全提醒会请每个人再确认一次，请在活动页改"),
    RowRefusal.SHIFT_UNKNOWN: Lazy("那时没有这个活动的班；要先发布，日期、开始和活动名称要对得上"),
    RowRefusal.SHIFT_UNCLEAR: Lazy("那时这样的活动不止一个，请填活动编号"),
    RowRefusal.ROLE_MISSING: Lazy("这一班不止一个岗位，请填岗位"),
    RowRefusal.ROLE_UNKNOWN: Lazy("这一班没有这个岗位"),
    RowRefusal.PLACE_TWICE: Lazy("表里有两行是同一个人同一班"),
    RowRefusal.IN_ANOTHER_ROLE: Lazy("已经在这一班的另一个岗位了，要调请在班表上调"),
    RowRefusal.STATE_ON_THE_BOARD: Lazy("已经在这一班里了，状态请在班表上改"),
    RowRefusal.STATE_NOT_HERS: Lazy("能不能来要问本人：状态只能写草案或者等回复"),
    RowRefusal.STAND_BY_ELSEWHERE: Lazy("候备请在班表上请"),
    RowRefusal.GONE_BEFORE: Lazy("本人说过来不了、退出过，或者已经请下来；要再请，请在班表上排"),
    RowRefusal.SAYS_CANNOT: Lazy("本人说过那时不能来；还是要排，请在班表上排"),
}
UNREADABLE = {
    "kind": Lazy("读不出来。请上传 Excel 的 .xlsx 文件，或者 .csv 文件"),
    "empty": Lazy("表是空的"),
    "too_many": Lazy("一次最多2000行，请分几次导入"),
    "too_large": Lazy("文件太大了"),
}
