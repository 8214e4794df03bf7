"""Terms in the words people read: states, kinds, refusals. Neutral as to who reads: the volunteer or her coordinator.

Templates have this module as `words`: `{{ words.ASSIGNMENT_STATES[row.state] }}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from schemas import partners, promises, publishing, pupils, roster, skills
from service import wording
from service.calendars.heat import Heat
from service.language import Lazy, _
from service.matching.explain import SENTENCES
from service.pupils.queries import GuardianName
from service.reminders.rules import parse
from service.rotation.models import RotationTurn
from service.rotation.problem import Bar
from service.routes.actions import RouteRefused
from service.signups.models import SignUp
from service.signups.rules import Refused
from service.terms import (
    AppointmentState,
    AskedHow,
    Availability,
    BackfillCause,
    BackfillState,
    BondKind,
    CoHostState,
    CompanyFault,
    CopyOutlook,
    DateChange,
    DealState,
    EnrolmentState,
    HeatLevel,
    InvitationState,
    PupilState,
    QualificationKind,
    QuotaState,
    Refusal,
    ReviewState,
    RiskDoor,
    Rung,
    SignUpState,
    SwapState,
    Topic,
)
from service.web.outcome import Outcome

MODES = publishing.MODES
#: What two people are to each other on duty, short.
BONDS = {
    BondKind.TOGETHER: Lazy("要一起来"),
    BondKind.RELIEF: Lazy("轮着来，不同时"),
    BondKind.APART: Lazy("不排在一起"),
}
#: What is wrong with who is on duty together.
COMPANY_FAULTS = {
    CompanyFault.TWO_ADULTS: Lazy("有孩子，在场的大人不到两位"),
    CompanyFault.CHILD_RATIO: Lazy("大人不够带这么多孩子"),
    CompanyFault.NEWCOMER: Lazy("有新来的，没有人带"),
    CompanyFault.CREW: Lazy("岗位没有凑齐，还办不了"),
    CompanyFault.APART: Lazy("有不该排在一起的人"),
    CompanyFault.RELIEF: Lazy("有一家要轮着来的，排到了同一班"),
    CompanyFault.TOGETHER: Lazy("有要一起来的，只排了一个"),
}
#: What somebody says of a time, as whoever plans reads it.
AVAILABILITIES = {
    Availability.CAN: Lazy("那时能来"),
    Availability.IF_NEEDED: Lazy("说过必要时能来"),
    Availability.CANNOT: Lazy("说过那时不能来"),
}
#: What messages are about: (title, what belongs to it).
TOPICS = {
    Topic.REMINDERS: (Lazy("班次提醒"), Lazy("快到您的班了，提醒一声。一次都不想要，就在“我的资料”里收回同意。")),
    Topic.OFFERS: (Lazy("报名和排班"), Lazy("报名的结果，请您回复能不能来。")),
    Topic.CHANGES: (Lazy("变动和取消"), Lazy("改了时间、取消了、换班换成了没有。")),
    Topic.ASKINGS: (Lazy("请您帮忙"), Lazy("有人来不了，请您顶班、替班。")),
    Topic.FREE_PLACES: (Lazy("有空位了"), Lazy("您说过有空位要告诉您的活动。")),
    Topic.TEAM: (Lazy("队里缺人"), Lazy("您带的队有班次缺人了。")),
    Topic.DIGEST: (Lazy("一周安排"), Lazy("每个星期天晚上，说一遍下周有几个班、还缺哪些人。")),
    Topic.DESK: (Lazy("缺人和等您定的事"), Lazy("您管的地方缺人了，有人换班要您同意。")),
}
ACTIVITY_STATES = publishing.ACTIVITY_STATES
DAY_RULES = publishing.DAY_RULES
DATE_CHANGES = {
    DateChange.ADDED: Lazy("新增"),
    DateChange.MOVED: Lazy("改时间"),
    DateChange.DROPPED: Lazy("取消"),
    DateChange.BY_HAND: Lazy("单独改过，不动"),
}
SKILL_STATES = skills.STATES
PROMISE_STATES = promises.STATES
PARTNER_KINDS = partners.KINDS
COPY_OUTLOOKS = {
    CopyOutlook.NEW: Lazy("起草"),
    CopyOutlook.CLASHING: Lazy("那时还有别的"),
    CopyOutlook.THERE: Lazy("已经有了"),
    CopyOutlook.HOLIDAY: Lazy("放假不办"),
    CopyOutlook.PAST: Lazy("已经过了"),
    CopyOutlook.NO_SUCH_DAY: Lazy("那个月没有第五个"),
}
SIGN_UP_STATES = {
    SignUpState.PENDING: Lazy("等安排"),
    SignUpState.CONFIRMED: Lazy("已确认"),
    SignUpState.WAITLISTED: Lazy("候补"),
    SignUpState.DECLINED: Lazy("没有排上"),
    SignUpState.WITHDRAWN: Lazy("已退出"),
    SignUpState.EXPIRED: Lazy("没有按时回复"),
}
ASSIGNMENT_STATES = roster.ASSIGNMENT_STATES
DEAL_STATES = {
    DealState.REQUESTED: Lazy("正在排"),
    DealState.DRAFTED: Lazy("排好了，等您看"),
    DealState.PUBLISHED: Lazy("已经问了"),
    DealState.DISCARDED: Lazy("没有用"),
}
#: What stands against giving somebody a turn.
BARS = {
    Bar.AWAY: Lazy("外出"),
    Bar.WEEK: Lazy("不是轮到的周"),
    Bar.NIGHT_AGE: Lazy("年纪大了不排夜班"),
    Bar.LONG_BLOCK: Lazy("年纪大了不排长班"),
    Bar.UNFIT: Lazy("条件不符"),
    Bar.BUSY: Lazy("有别的班"),
    Bar.SAID_NO: Lazy("说过来不了"),
    Bar.HERE: Lazy("已经在这一班"),
    Bar.TAKEN: Lazy("已经排满"),
    Bar.REST: Lazy("刚值过班要休息"),
    Bar.NIGHTS: Lazy("夜班到数了"),
    Bar.HOURS: Lazy("一周的时间用完了"),
    Bar.EVENNESS: Lazy("另有班，这样次数才平"),
}
#: What can be wrong with a rotation or its pool.
ROTATION_PROBLEMS = {
    "not_offered": Lazy("不能这样填"),
    "too_few": Lazy("人数比一班要的还少"),
    "twice": Lazy("同一个人写了两次"),
    "in_pool": Lazy("已经在轮了"),
    "empty": Lazy("还没有人"),
    "no_block": Lazy("没有在这个时候开始的班"),
    "before_from_on": Lazy("结束的日子要在开始之后"),
    "closed": Lazy("这个轮值已经结束"),
}
#: What became of a sign-up or a place, to its owner.
OUTCOMES = {
    Outcome.CONFIRMED: Lazy("报名成功"),
    Outcome.STANDS_BY: Lazy("您是候备"),
    Outcome.SERVED: Lazy("这一班结束了"),
    Outcome.OFFERED: Lazy("请您回复能不能来"),
    Outcome.EXPIRED: Lazy("没有按时回复，名额让给别人了"),
    Outcome.SAID_NO: Lazy("您回复了来不了"),
    Outcome.WITHDRAWN: Lazy("您已退出"),
    Outcome.REPLANNED: Lazy("这一班改了时间"),
    Outcome.RELEASED: Lazy("社区另作了安排"),
    Outcome.SWAPPED: Lazy("这一班有人替您了"),
    Outcome.WAITING: Lazy("已经替您排队"),
    Outcome.PENDING: Lazy("报名收到了"),
    Outcome.NOT_PLACED: Lazy("这次没有排上"),
    Outcome.CALLED_OFF: Lazy("这一班取消了"),
    Outcome.MISSED: Lazy("这一班记的是没有来"),
}
RUNGS = {
    Rung.SUGGESTED: Lazy("推荐的人"),
    Rung.WAITLIST: Lazy("候补的人"),
    Rung.STAND_BY: Lazy("候备的人"),
    Rung.SUBSTITUTES: Lazy("本队的候补队员"),
    Rung.TEAM: Lazy("本队别的人"),
    Rung.NEIGHBOURS: Lazy("邻近的队"),
    Rung.CALLS: Lazy("打电话"),
}
BACKFILL_STATES = {
    BackfillState.CLIMBING: Lazy("正在找"),
    BackfillState.FILLED: Lazy("找到了"),
    BackfillState.STOPPED: Lazy("停了"),
    BackfillState.OVER: Lazy("过去了"),
}
BACKFILL_CAUSES = {
    BackfillCause.FREED: Lazy("有人来不了"),
    BackfillCause.NO_SHOW: Lazy("有人没有来"),
    BackfillCause.MOVED: Lazy("这一班改了时间"),
    BackfillCause.COORDINATOR: Lazy("协调员要找人"),
    BackfillCause.CALL_OUT: Lazy("紧急召集"),
}
INVITATION_STATES = {
    InvitationState.ASKED: Lazy("等回复"),
    InvitationState.ACCEPTED: Lazy("来顶班"),
    InvitationState.DECLINED: Lazy("来不了"),
    InvitationState.THANKED: Lazy("晚了一步"),
}
CO_HOST_STATES = {
    CoHostState.TO_ASK: Lazy("还没问，发布的时候问"),
    CoHostState.ASKED: Lazy("等答复"),
    CoHostState.ACCEPTED: Lazy("答应了"),
    CoHostState.DECLINED: Lazy("不能一起办"),
}
#: With which of the colours each is drawn.
CO_HOST_COLOURS = {
    CoHostState.TO_ASK: "plain",
    CoHostState.ASKED: "wait",
    CoHostState.ACCEPTED: "good",
    CoHostState.DECLINED: "bad",
}
SWAP_STATES = {
    SwapState.OPEN: Lazy("等回复"),
    SwapState.AGREED: Lazy("等同意"),
    SwapState.DONE: Lazy("换好了"),
    SwapState.TAKEN_BACK: Lazy("不换了"),
    SwapState.DECLINED: Lazy("没人能替"),
    SwapState.REFUSED: Lazy("没有同意"),
    SwapState.LAPSED: Lazy("没换成"),
}
QUALIFICATIONS = wording.QUALIFICATIONS
ENROLMENT_STATES = {
    EnrolmentState.ENROLLED: Lazy("报上了"),
    EnrolmentState.WAITLISTED: Lazy("候补"),
    EnrolmentState.WITHDRAWN: Lazy("退出了"),
    EnrolmentState.PASSED: Lazy("结业了"),
    EnrolmentState.FAILED: Lazy("没有结业"),
}
#: What CourseRefused says in codes.
COURSE_PROBLEMS = {
    "closed": Lazy("这门课已经结束，或者没有开"),
    "begun": Lazy("已经开课，要插班请打电话"),
    "consent_missing": Lazy("还没有同意社区为安排服务使用姓名和电话"),
    "not_begun": Lazy("这一天的课还没有开始"),
    "not_over": Lazy("课还没有上完"),
    "too_many_days": Lazy("要到的天数比课还多"),
}
APPOINTMENT_STATES = {
    AppointmentState.BOOKED: Lazy("约好了"),
    AppointmentState.OFFERED: Lazy("改了时间，等回复"),
    AppointmentState.WAITING: Lazy("等改期"),
    AppointmentState.CANCELLED: Lazy("不来了"),
}
APPOINTMENT_PROBLEMS = {
    "no_slot": Lazy("没有这个时间，或者还没有人坐诊"),
    "taken": Lazy("这个时间刚被别人约走了，请换一个"),
    "begun": Lazy("这个时间已经过了，请换一个"),
    "too_many": Lazy("这个电话这一次已经约了两个时间；还要约请打电话"),
    "private": Lazy("这里谁来只有坐诊的人知道：请本人在网上约，或者由坐诊的人约"),
    "mobile_needed": Lazy("要留手机号：改了时间只发短信，不请别人打电话"),
    "over": Lazy("这个预约已经不能改了"),
    "in_use": Lazy("已经有人约了：只能再添诊室，别的等这些人看完再改"),
    "no_rooms": Lazy("至少写一间"),
    "not_published": Lazy("活动发布以后才能约时间"),
}
FAMILY_PROBLEMS = {
    "planned": Lazy("只有先到先得的活动能一家人一起报：统筹安排的班一个一个排人，没登记的家人排不进去"),
    "asks": Lazy("岗位要证件、标签或者年龄的，每个人都要自己报名"),
    "too_few": Lazy("这个岗位没有这么多名额"),
}
PUPIL_STATES = {
    PupilState.CAME: Lazy("到了"),
    PupilState.EXCUSED: Lazy("请假"),
    PupilState.ABSENT: Lazy("没来"),
}
KINSHIPS = pupils.KINSHIPS
PUPIL_CONSENTS = pupils.CONSENTS
PUPIL_PROBLEMS = {
    "not_vetted": Lazy("这个活动的每个岗位都要先要求“无犯罪记录审查”，才能登记学生"),
    "no_consent": Lazy("家长没有单独同意，就不能登记"),
    "last_guardian": Lazy("至少要留一个能来接的人；先登记另一位"),
    "unknown_guardian": Lazy("来接的人没有登记过，孩子不能交给这个人；先打电话问家长"),
    "not_begun": Lazy("还没有到上课的时候，现在只能记请假"),
    "not_enrolled": Lazy("这一班没有这个学生"),
    "not_there": Lazy("先点“到了”，再记谁接走"),
    "handed_over": Lazy("已经接走了，要改先点“点错了，还没接走”"),
}
RISK_DOORS = {
    RiskDoor.PAGE: Lazy("自己在网上确认"),
    RiskDoor.LINK: Lazy("从消息里的链接确认"),
    RiskDoor.API: Lazy("从别的程序确认"),
    RiskDoor.DESK: Lazy("社区念给本人听，口头确认"),
}
ASKED_HOW = {
    AskedHow.PHONE: Lazy("打电话"),
    AskedHow.IN_PERSON: Lazy("当面说"),
    AskedHow.PAPER: Lazy("写在纸上"),
    AskedHow.CHAT: Lazy("微信里说"),
}
SCORE_PROBLEMS = {
    "empty": Lazy("至少要有一项，最多20项"),
    "twice": Lazy("有一项写了两遍"),
    "points": Lazy("每一项1到100分"),
    "line": Lazy("不合格的线不能比满分还高"),
    "no_sheet": Lazy("还没有定评分标准"),
    "no_such_points": Lazy("每一项都要打分，不能超过这一项的满分"),
}
HEAT_WARNINGS = {
    HeatLevel.YELLOW: Lazy("高温黄色预警"),
    HeatLevel.ORANGE: Lazy("高温橙色预警"),
    HeatLevel.RED: Lazy("高温红色预警"),
}
#: As a plan says them, but for what is said to her who asks: the hours, the other duty, her age.
REFUSALS = {
    **{reason: SENTENCES[reason] for reason in Refusal},
    Refusal.SHIFT_STARTED: Lazy("这一班{starts_at}已经开始"),
    Refusal.SIGN_UP_CLOSED: Lazy("报名在{closes_at}截止了"),
    Refusal.OVERLAP: Lazy("和“{title}”时间重叠（{span}）"),
    Refusal.REST: Lazy("和“{title}”挨得太近，中间休息不够（{span}）"),
    Refusal.TOO_YOUNG: Lazy("这个岗位要满{min_age}岁，服务那天是{age}岁"),
    Refusal.TOO_OLD: Lazy("这个岗位不超过{max_age}岁，服务那天是{age}岁"),
    Refusal.FULL: Lazy("名额满了，这个活动不排候补"),
}
#: The same where the database noticed it first, and names no other duty.
OVERLAP_UNNAMED = Lazy("那个时间已经有别的班了")
#: What ActivityRefused says in codes.
ACTIVITY_PROBLEMS = {
    "empty": Lazy("至少要有一项"),
    "past": Lazy("开始时间已经过去"),
    "walks_alone": Lazy("有巡查路线的活动至少要两个人一起，请把岗位的最少人数改成2人以上"),
    "too_long": Lazy("一次最多排一年"),
    "ends_before_start": Lazy("结束时间要在开始时间之后"),
    "longer_than_a_day": Lazy("一个班次最长24小时"),
    "cancelled": Lazy("已经取消了"),
    "known_already": Lazy("已经发布，大家都知道了，不能再改成突击检查"),
    "quiet": Lazy("会出声的活动不能排在安静的时间（晚上和清早）"),
    "no_risk_notice": Lazy("要本人确认的安全提醒还没有写"),
    "not_a_draft": Lazy("已经发布了，不能再当草稿改"),
    "needs_review": Lazy("这里的活动要别人看过才能发布：先存草稿，再点“请人看一眼”"),
    "not_approved": Lazy("志愿队还没有经居委会同意"),
    "not_published": Lazy("还没有发布，或者已经取消了"),
    "from_tomorrow": Lazy("最早从明天起改；今天的班次请单独改时间或取消"),
    "before_series": Lazy("这组日期还没有从这天开始，请选它的第一天或者以后"),
}
#: What is wrong with the dates of a plan, told where they are typed.
DATE_PROBLEMS = {
    "empty": Lazy("这段时间里没有符合的日子，请看看星期和节假日"),
    "past": Lazy("第一次的开始时间已经过去"),
    "too_long": ACTIVITY_PROBLEMS["too_long"],
    "quiet": ACTIVITY_PROBLEMS["quiet"],
}
QUOTA_STATES = {
    QuotaState.MET: Lazy("办够了"),
    QuotaState.ON_COURSE: Lazy("排够了"),
    QuotaState.SHORT: Lazy("还不够"),
    QuotaState.MISSED: Lazy("没办够"),
}
ROUTE_PROBLEMS = {
    "empty": Lazy("至少写一处"),
    "twice": Lazy("有一处写了两遍"),
    "alone": Lazy("巡查至少要两个人一起，请先把岗位的最少人数改成2人以上"),
    "no_round": Lazy("这些天里没有班次，谁也去不了"),
    "too_few": Lazy("这样去不完，一趟至少要查{n}处"),
}
NOT_OFFERED = Lazy("请从列出的里面选一个")


def heat(found: Heat) -> str:
    """For whom it is too hot in a shift outdoors: `高温黄色预警，满70岁和不满18岁的不要在户外`."""
    if found.is_for_all:
        return _("{warning}，这个时候谁也不要在户外", warning=HEAT_WARNINGS[HeatLevel(found.level)])
    return _("{warning}，这个时候满70岁和不满18岁的不要在户外", warning=HEAT_WARNINGS[HeatLevel(found.level)])


def heat_for_her(found: Heat, *, is_asked: bool) -> str:
    """The same to whoever is asked or has said yes to it, with what she does now. Nobody's age is told."""
    if is_asked:
        return _("{heat}。这一班请您不要答应，答“来不了”就行，不怪您。", heat=heat(found))
    return _("{heat}。这一班请您不要去，打电话商量换个时间，或者由别人去，不怪您。", heat=heat(found))


def too_hot_for_yes(found: Heat) -> str:
    """To whoever types a yes in somebody's name."""
    return _("没有记成：{heat}。请告诉对方先不要来，换个时间或者换个人。", heat=heat(found))


def lead_times(chosen: Iterable[str]) -> str:
    """When somebody is reminded: `3天前、前一天晚上20:00、开始前2小时`."""
    return wording.listed(_lead_time(parse(one)) for one in chosen)


def _lead_time(lead: timedelta | time) -> str:
    if isinstance(lead, time):
        return _("前一天{clock}", clock=wording.clock(lead))
    if lead.days and not lead.seconds:
        return _("提前{days}天", days=lead.days)
    return _("开始前{duration}", duration=wording.duration(lead))


def date_problem(code: str) -> str:
    """One of DATE_PROBLEMS."""
    return str(DATE_PROBLEMS[code])


def activity_problems(problems: dict[str, list[str]]) -> list[str]:
    """What ActivityRefused says, as sentences without their full stop."""
    return [str(ACTIVITY_PROBLEMS[code]) for codes in problems.values() for code in codes]


def route_problems(refused: RouteRefused) -> dict[str, list[str]]:
    """What RouteRefused says, by field."""
    return {
        name: [str(ROUTE_PROBLEMS[code]).format(n=refused.at_once) for code in codes]
        for name, codes in refused.problems.items()
    }


def refusal(refused: Refused) -> str:
    """One reason as a sentence without its full stop."""
    said: dict[str, Any] = {name: _said(name, value) for name, value in refused.details.items()}
    starts_at, ends_at = refused.details.get("starts_at"), refused.details.get("ends_at")
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime):
        said["span"] = wording.span(starts_at, ends_at)
    if refused.reason == Refusal.OVERLAP and "title" not in said:
        return str(OVERLAP_UNNAMED)
    return _(REFUSALS[refused.reason], **said)


def _said(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return wording.moment(value)
    if isinstance(value, date):
        return wording.full_day(value)
    return str(QUALIFICATIONS[QualificationKind(str(value))]) if name == "kind" else value


BRAND_PROBLEMS = {
    "no_colour": Lazy("颜色要写成 #8a1f11 这样，一个井号加六个数字或字母"),
    "faint": Lazy("颜色太浅，字看不清（和底色的对比要到7:1），请选深一些的"),
    "not_png": Lazy("标志只收PNG图片；别的格式请先另存成PNG"),
    "broken": Lazy("这张图片读不出来，请另存成普通的PNG再试"),
    "size": Lazy("标志每边要在48到256点之间"),
    "heavy": Lazy("图片太大，每一页都要带着它：请用颜色少一些、小一些的"),
}


def brand_problem(code: str) -> str:
    """Why a brand cannot be shown so."""
    return str(BRAND_PROBLEMS[code])


REVIEW_STATES = {
    ReviewState.ASKED: Lazy("等别人看"),
    ReviewState.APPROVED: Lazy("看过了，可以发布"),
    ReviewState.REFUSED: Lazy("退回来了"),
    ReviewState.LAPSED: Lazy("看过以后又改过，要再看"),
}
REVIEW_PROBLEMS = {
    "not_a_draft": Lazy("已经发布了，不用再看"),
    "own_draft": Lazy("自己写的，要请别的协调员看"),
    "reason_missing": Lazy("退回去要写明要改什么"),
    "changed": Lazy("草稿又改过了，或者已经有人看过，请再打开看看"),
}


def review_problem(code: str) -> str:
    """Why a second look cannot be asked for or answered."""
    return str(REVIEW_PROBLEMS[code])


def score_problem(code: str) -> str:
    """What is wrong with a standard, or with the points of a visit."""
    return str(SCORE_PROBLEMS[code])


def rotation_problem(code: str) -> str:
    """What is wrong with a rotation, its activity or its pool."""
    return str(ROTATION_PROBLEMS.get(code) or ACTIVITY_PROBLEMS.get(code) or code)


def why(turn: RotationTurn) -> str:
    """Why a turn is whose: how many she had, and why those with fewer were passed over."""
    if turn.is_held:
        return _("早就定下的")
    if turn.is_wish:
        return _("固定的班")
    had = _("在这以前候备{n}次", n=turn.had) if turn.is_stand_by else _("在这以前{n}班", n=turn.had)
    if not turn.passed:
        return _("{had}，没有人比这少", had=had)
    return _("{had}；更少的：{reasons}", had=had, reasons=against(turn.passed))


def against(counts: Mapping[str, int]) -> str:
    """How many are kept from a block by what: `12人年纪大了不排夜班，1人外出`."""
    return _("，").join(_("{n}人{why}", n=count, why=BARS[Bar(bar)]) for bar, count in counts.items())


def guardian(one: GuardianName) -> str:
    """Who may fetch a pupil, or fetched it; only what she is to it once the name is erased."""
    kinship = str(KINSHIPS[one.kinship])
    return _("{name}（{kinship}）", name=one.name, kinship=kinship) if one.name else kinship


def party(signup: SignUp) -> str:
    """With whom she comes: `一共4个人，2个孩子`."""
    told = _("一共{n}个人", n=signup.places)
    return _("{told}，{n}个孩子", told=told, n=signup.with_children) if signup.with_children else told
