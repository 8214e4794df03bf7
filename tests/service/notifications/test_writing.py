"""Every text in both languages, as people get it. The expected texts are files in `texts/`: read them aloud.

To accept a changed text, delete its file, run the test (it writes the file and fails), and read what it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import language, links
from service.backfill.rules import Cover
from service.calendars.heat import Heat
from service.notifications import writing
from service.notifications.desk_ledgers import Waiting
from service.notifications.hosting import Hosting
from service.notifications.recipients import Recipient
from service.notifications.rules import Duty
from service.notifications.subjects import Code, Subject
from service.notifications.visits import Visit
from service.notifications.ways import FOR_GROUPS, OF_VISITORS
from service.notifications.weeks import Gap, Week
from service.notifications.writing import FOLDER, VISITING, NothingToSay, Text, write
from service.settings import LOCAL_ZONE, Settings
from service.terms import (
    AppointmentState,
    CoHostState,
    EnrolmentState,
    HeatLevel,
    InvitationState,
    ReleaseReason,
    ShiftState,
    SwapState,
    UnsentReason,
)
from service.terms import AssignmentState as A
from service.terms import NotificationKind as K
from service.terms import SignUpState as S
from tests.service.notifications.test_rules import duty

TEXTS = Path(__file__).parent / "texts"

#: What the formatting of dates needs of the English catalogue.
CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "{part}{clock}"
msgstr "{clock}"

msgid "{day}{clock}"
msgstr "{day}, {clock}"
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


NOW = at("11-26 10:00")
HER = Recipient(name="王秀英", volunteer_id=1)
READERS = {"zh": HER, "en": Recipient(name="王秀英", volunteer_id=1, language="en")}


def clinic(**details: Any) -> Duty:
    values = {"what_to_bring": "水杯、老花镜", "place": "党群服务中心一楼（人民路12号）", **details}
    return duty(**values)


def watch(**details: Any) -> Duty:
    """A watch across midnight, in a role that is the whole activity."""
    times = {"starts_at": at("11-28 22:00"), "ends_at": at("11-29 01:00")}
    return duty(title="夜间巡逻", role="夜间巡逻", place="东门岗亭", **times, **details)


def lesson(**details: Any) -> Duty:
    """A day of a course, to who learns there."""
    return clinic(title="中式烹饪培训", role="", enrolment_state=EnrolmentState.ENROLLED, **details)


HELD = {"assignment_id": 7, "assignment_state": A.CONFIRMED}
FREED = {"assignment_id": 7, "assignment_state": A.RELEASED}
ASKED = {"invitation_id": 7, "invitation_state": InvitationState.ASKED}
WANTED: dict[str, Any] = {
    "swap_asking_id": 7,
    "swap_asking_state": InvitationState.ASKED,
    "swap_state": SwapState.OPEN,
    "giver": "欧阳晓",
    "taker": "王秀英",
}
AGREED = WANTED | {"swap_state": SwapState.AGREED}
PLACES = ("党群服务中心一楼（人民路12号）", "东门岗亭")
OFFERED = {"assignment_state": A.OFFERED}
OFFERS = [
    clinic(assignment_id=7, answer_by=at("11-27 10:00"), **OFFERED),
    clinic(
        assignment_id=8,
        answer_by=at("11-27 09:00"),
        role="登记",
        starts_at=at("11-29 14:00"),
        ends_at=at("11-29 17:00"),
        **OFFERED,
    ),
]
CASES: dict[str, tuple[K, list[Duty]]] = {
    "sign_up_received": (K.SIGN_UP_RECEIVED, [clinic(signup_state=S.PENDING)]),
    "sign_up_confirmed": (K.SIGN_UP_CONFIRMED, [clinic(signup_state=S.CONFIRMED, **HELD)]),
    "sign_up_waitlisted": (K.SIGN_UP_WAITLISTED, [clinic(signup_state=S.WAITLISTED, waitlist_position=3)]),
    "sign_up_confirmed_as_a_family": (K.SIGN_UP_CONFIRMED, [clinic(signup_state=S.CONFIRMED, places=4, **HELD)]),
    "sign_up_waitlisted_as_a_family": (
        K.SIGN_UP_WAITLISTED,
        [clinic(signup_state=S.WAITLISTED, waitlist_position=1, places=3)],
    ),
    "place_offered_to_a_family": (K.PLACE_OFFERED, [replace(OFFERS[0], places=3)]),
    "sign_up_withdrawn": (K.SIGN_UP_WITHDRAWN, [clinic(signup_state=S.WITHDRAWN)]),
    "sign_up_withdrawn_undoable": (
        K.SIGN_UP_WITHDRAWN,
        [clinic(signup_state=S.WITHDRAWN, undo_until=at("11-26 10:10"))],
    ),
    "sign_up_declined": (K.SIGN_UP_DECLINED, [clinic(signup_state=S.DECLINED)]),
    "place_offered": (
        K.PLACE_OFFERED,
        [clinic(assignment_id=7, assignment_state=A.OFFERED, answer_by=at("11-27 10:00"))],
    ),
    "place_offered_again": (
        K.PLACE_OFFERED,
        [clinic(assignment_id=7, assignment_state=A.OFFERED, answer_by=at("11-27 10:00"), asked_again=1)],
    ),
    "place_offered_several": (K.PLACE_OFFERED, OFFERS),
    "place_offered_several_again": (K.PLACE_OFFERED, [OFFERS[0], replace(OFFERS[1], asked_again=1)]),
    "place_offered_several_to_stand_by": (K.PLACE_OFFERED, [OFFERS[0], replace(OFFERS[1], is_stand_by=True)]),
    "place_offered_several_places": (
        K.PLACE_OFFERED,
        [replace(one, title="助餐", role="助餐", place=place) for one, place in zip(OFFERS, PLACES, strict=True)],
    ),
    "offer_call_several": (K.OFFER_CALL, [replace(one, asked_again=2) for one in OFFERS]),
    "offer_call": (
        K.OFFER_CALL,
        [clinic(assignment_id=7, assignment_state=A.OFFERED, answer_by=at("11-27 10:00"), asked_again=2)],
    ),
    "place_released_unanswered": (K.PLACE_RELEASED, [clinic(**FREED, release_reason=ReleaseReason.OFFER_EXPIRED)]),
    "place_released_moved_away": (K.PLACE_RELEASED, [clinic(**FREED, release_reason=ReleaseReason.REPLANNED)]),
    "place_released": (K.PLACE_RELEASED, [clinic(**FREED, release_reason=ReleaseReason.COORDINATOR)]),
    "shift_cancelled": (K.SHIFT_CANCELLED, [clinic(shift_state=ShiftState.CANCELLED, cancel_reason="大风蓝色预警")]),
    "shift_cancelled_for_no_reason": (K.SHIFT_CANCELLED, [watch(shift_state=ShiftState.CANCELLED)]),
    "shift_moved": (K.SHIFT_MOVED, [clinic(**HELD)]),
    "shift_moved_while_waiting": (K.SHIFT_MOVED, [clinic(signup_state=S.WAITLISTED)]),
    "reminder": (K.REMINDER, [clinic(**HELD)]),
    "reminder_of_a_stand_by": (K.REMINDER, [clinic(**HELD, is_stand_by=True)]),
    "reminder_of_two_one_as_stand_by": (
        K.REMINDER,
        [clinic(**HELD), watch(assignment_id=8, assignment_state=A.CONFIRMED, is_stand_by=True)],
    ),
    "standing_by": (K.STANDING_BY, [clinic(**HELD, is_stand_by=True)]),
    "place_offered_as_stand_by": (
        K.PLACE_OFFERED,
        [clinic(assignment_id=7, answer_by=at("11-27 10:00"), is_stand_by=True, **OFFERED)],
    ),
    "offer_call_as_stand_by": (
        K.OFFER_CALL,
        [clinic(assignment_id=7, answer_by=at("11-27 10:00"), asked_again=2, is_stand_by=True, **OFFERED)],
    ),
    "substitute_wanted_of_a_stand_by": (
        K.SUBSTITUTE_WANTED,
        [clinic(min_needed=3, taken=2, is_stand_by=True, **ASKED)],
    ),
    "substitute_call_of_a_stand_by": (K.SUBSTITUTE_CALL, [clinic(min_needed=3, taken=1, is_stand_by=True, **ASKED)]),
    "place_released_of_a_stand_by": (
        K.PLACE_RELEASED,
        [clinic(**FREED, release_reason=ReleaseReason.COORDINATOR, is_stand_by=True)],
    ),
    "reminder_of_a_hot_watch": (K.REMINDER, [watch(**HELD, heat=Heat(HeatLevel.YELLOW, is_for_all=False))]),
    "reminder_across_midnight": (K.REMINDER, [watch(**HELD)]),
    "reminder_of_a_block": (K.REMINDER, [watch(**HELD, takes_over=True)]),
    "reminder_of_two": (K.REMINDER, [clinic(**HELD), watch(assignment_id=8, assignment_state=A.CONFIRMED)]),
    "substitute_wanted": (K.SUBSTITUTE_WANTED, [clinic(min_needed=3, taken=2, **ASKED)]),
    "substitute_wanted_urgently": (K.SUBSTITUTE_WANTED, [clinic(min_needed=1, is_call_out=True, **ASKED)]),
    "substitute_call_urgently": (K.SUBSTITUTE_CALL, [clinic(min_needed=1, is_call_out=True, **ASKED)]),
    "substitute_call": (K.SUBSTITUTE_CALL, [clinic(min_needed=3, taken=1, **ASKED)]),
    "place_free": (K.PLACE_FREE, [clinic(max_needed=3, taken=2, activity_id=7)]),
    "place_released_swapped": (K.PLACE_RELEASED, [clinic(**FREED, release_reason=ReleaseReason.SWAPPED)]),
    "swap_wanted": (K.SWAP_WANTED, [clinic(**WANTED)]),
    "swap_wanted_in_return": (K.SWAP_WANTED, [clinic(**WANTED, in_return=watch())]),
    "swap_done": (K.SWAP_DONE, [clinic(**HELD)]),
    "swap_off": (K.SWAP_OFF, [clinic(**HELD)]),
    "swap_off_to_the_taker": (K.SWAP_OFF, [clinic(**WANTED | {"swap_state": SwapState.REFUSED})]),
    "swap_to_approve": (K.SWAP_TO_APPROVE, [clinic(**AGREED)]),
    "swap_to_approve_in_return": (K.SWAP_TO_APPROVE, [clinic(**AGREED, in_return=watch())]),
    "gap_opened": (K.GAP_OPENED, [clinic(min_needed=3, taken=1)]),
    "team_gap": (K.TEAM_GAP, [clinic(min_needed=3, taken=1, activity_id=7)]),
    "team_gap_essential": (K.TEAM_GAP, [clinic(role="医生", min_needed=1, is_essential=True, activity_id=7)]),
    "group_gap": (K.GROUP_GAP, [clinic(min_needed=3, taken=1, activity_id=7)]),
    "group_free_place": (K.GROUP_FREE_PLACE, [clinic(max_needed=3, taken=2, activity_id=7)]),
    "gap_opened_essential": (
        K.GAP_OPENED,
        [
            clinic(
                role="医生",
                min_needed=1,
                is_essential=True,
                covers=(Cover("“红色管家”志愿服务队", 2), Cover("邻里守望队", 1)),
            )
        ],
    ),
    "gap_opened_nobody_could_cover": (K.GAP_OPENED, [clinic(role="医生", min_needed=1, is_essential=True)]),
    "shift_at_risk": (K.SHIFT_AT_RISK, [clinic(**HELD), clinic(role="医生", min_needed=1)]),
    "shift_goes_ahead": (K.SHIFT_GOES_AHEAD, [clinic(**HELD), clinic(role="医生", min_needed=1, taken=1)]),
    "risk_changed": (
        K.RISK_CHANGED,
        [watch(**HELD, activity_id=7, risk_notice="两个人一起走，带反光背心，不上车行道")],
    ),
    "shift_too_hot": (K.SHIFT_TOO_HOT, [watch(**HELD, heat=Heat(HeatLevel.YELLOW, is_for_all=False))]),
    "shift_too_hot_for_anybody": (K.SHIFT_TOO_HOT, [watch(**HELD, heat=Heat(HeatLevel.RED, is_for_all=True))]),
    "shift_too_hot_and_not_answered": (
        K.SHIFT_TOO_HOT,
        [watch(**HELD | OFFERED, heat=Heat(HeatLevel.ORANGE, is_for_all=False))],
    ),
    "shift_too_hot_several": (
        K.SHIFT_TOO_HOT,
        [
            clinic(**HELD, heat=Heat(HeatLevel.YELLOW, is_for_all=False)),
            replace(OFFERS[1], role="引导员", heat=Heat(HeatLevel.RED, is_for_all=True)),
        ],
    ),
    "shift_heat_over_several": (K.SHIFT_HEAT_OVER, [clinic(**HELD), replace(OFFERS[1], role="引导员")]),
    "shift_heat_over": (K.SHIFT_HEAT_OVER, [watch(**HELD, what_to_bring="手电筒")]),
    "shift_heat_over_and_not_answered": (K.SHIFT_HEAT_OVER, [watch(**HELD | OFFERED)]),
    "not_there": (
        K.NOT_THERE,
        [clinic(assignment_id=7, assignment_state=A.NO_SHOW, late="李大雪", min_needed=2, taken=1)],
    ),
    "not_there_but_enough": (
        K.NOT_THERE,
        [clinic(assignment_id=7, assignment_state=A.NO_SHOW, late="李大雪", min_needed=2, taken=2)],
    ),
    "course_place": (K.COURSE_PLACE, [lesson()]),
    "course_day": (K.COURSE_DAY, [lesson()]),
    "shift_cancelled_of_a_course": (K.SHIFT_CANCELLED, [lesson(shift_state=ShiftState.CANCELLED)]),
    "shift_moved_of_a_course": (K.SHIFT_MOVED, [lesson()]),
    "co_host_asked": (K.CO_HOST_ASKED, []),
    "co_host_asked_once": (K.CO_HOST_ASKED, []),
    **{f"{kind}{how}": (kind, []) for kind in OF_VISITORS for how in ("", "_in_private")},
    "co_host_answered_yes": (K.CO_HOST_ANSWERED, []),
    "co_host_answered_no": (K.CO_HOST_ANSWERED, []),
    "weekly_digest": (K.WEEKLY_DIGEST, []),
    "weekly_digest_with_gaps": (K.WEEKLY_DIGEST, []),
    "weekly_digest_with_many_gaps": (K.WEEKLY_DIGEST, []),
    "weekly_digest_of_what_waits": (K.WEEKLY_DIGEST, []),
    "weekly_digest_without_shifts": (K.WEEKLY_DIGEST, []),
    "login_code": (K.LOGIN_CODE, []),
}


def week(**details: Any) -> Week:
    values = {"monday": date(2026, 11, 30), "sunday": date(2026, 12, 6), "shift_count": 12, **details}
    return Week(community="人民路社区", landline="0371-64350001", **values)


def gap(starts: str, *, title: str = "社区义诊", role: str = "引导员", missing: int = 1) -> Gap:
    return Gap(title=title, role=role, starts_at=at(starts), missing=missing)


GAPS = (
    gap("12-01 09:00"),
    gap("12-02 22:00", title="夜间巡逻", role="夜间巡逻", missing=2),
    gap("12-04 14:00", title="助餐"),
)
HOSTING = Hosting(
    host="市人民医院",
    title="周六便民集市",
    community="人民路社区",
    landline="037164350001",
    contact_name="陈协调",
    from_on=date(2026, 11, 28),
    is_once=False,
    roles=("量血压", "登记"),
    state=CoHostState.ASKED,
    reason="",
)
VISIT = Visit(
    appointment_id=7,
    title="社区义诊",
    starts_at=at("11-28 09:20"),
    room="诊室二",
    place="党群服务中心一楼（人民路12号）",
    community="人民路社区",
    landline="037164350001",
    contact_name="陈协调",
    state=AppointmentState.BOOKED,
)
SUBJECTS = {
    **{kind.value: Subject(visit=replace(VISIT, state=state)) for kind, state in VISITING.items()},
    **{
        f"{kind}_in_private": Subject(visit=replace(VISIT, state=state, title="", room="谈心室"))
        for kind, state in VISITING.items()
    },
    "co_host_asked": Subject(hosting=HOSTING),
    "co_host_asked_once": Subject(hosting=replace(HOSTING, is_once=True, roles=())),
    "co_host_answered_yes": Subject(hosting=replace(HOSTING, state=CoHostState.ACCEPTED)),
    "co_host_answered_no": Subject(hosting=replace(HOSTING, state=CoHostState.DECLINED, reason="那天有体检")),
    "login_code": Subject(code=Code(digits="012345", good_until=at("11-26 10:15"), is_spent=False)),
    "weekly_digest": Subject(week=week()),
    "weekly_digest_with_gaps": Subject(week=week(shift_count=1, gap_count=1, missing=1, gaps=GAPS[:1])),
    "weekly_digest_of_what_waits": Subject(week=week(waiting=Waiting(findings=2, quotas=1, promises=3, disclosures=2))),
    "weekly_digest_without_shifts": Subject(week=week(shift_count=0, waiting=Waiting(findings=1))),
    "weekly_digest_with_many_gaps": Subject(
        week=week(gap_count=6, missing=9, gaps=GAPS, unanswered=5, searches=2),
    ),
}


def subject(case: str, duties: list[Duty]) -> Subject:
    return SUBJECTS.get(case, Subject(duties=tuple(duties)))


@pytest.fixture(autouse=True)
def english(servers: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, "utf-8")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language._catalogue.cache_clear()
    writing._forms.clear()
    monkeypatch.setattr(links, "answer_link", "https://lunzhi.example.cn/answers/{}.x".format)
    monkeypatch.setattr(links, "offers_link", lambda ids: f"https://lunzhi.example.cn/offers/{ids[0]}-{ids[1]}.x")
    monkeypatch.setattr(links, "activity_link", "https://lunzhi.example.cn/a/{}".format)
    monkeypatch.setattr(links, "risk_link", "https://lunzhi.example.cn/me/risks/{}".format)
    monkeypatch.setattr(links, "swap_link", "https://lunzhi.example.cn/swaps/{}.x".format)
    monkeypatch.setattr(links, "appointment_link", "https://lunzhi.example.cn/appointments/{}.x".format)
    monkeypatch.setattr(links, "ask_link", "https://lunzhi.example.cn/asks/{}.x".format)
    yield
    language._catalogue.cache_clear()
    writing._forms.clear()


def written(case: str, to: Recipient = HER, *, is_spoken: bool = False) -> Text:
    kind, duties = CASES[case]
    return write(kind, subject(case, duties), to=to, now=NOW, is_spoken=is_spoken)


@pytest.mark.parametrize("short", READERS)
@pytest.mark.parametrize("case", CASES)
def test_text(case: str, short: str) -> None:
    made = written(case, READERS[short])
    path = TEXTS / f"{case}.{short}.txt"
    page = f"{made.title}\n\n{made.text}\n"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, "utf-8")
        pytest.fail(f"{path.name} was missing and is written now: read it, then run again")
    assert page == path.read_text("utf-8")


def test_every_kind_has_a_case_and_a_text_in_both_languages() -> None:
    assert {kind for kind, _ in CASES.values()} == set(K)
    folders = {path.name for path in FOLDER.iterdir()} - {"parts"}
    assert folders == {kind.value for kind in K}
    for folder in FOLDER.iterdir():
        assert {path.name for path in folder.iterdir()} == {"zh.txt", "en.txt"}


@pytest.mark.parametrize("short", READERS)
@pytest.mark.parametrize("case", CASES)
def test_chinese_has_full_width_punctuation_in_english_texts_too(case: str, short: str) -> None:
    made = written(case, READERS[short])
    beside_han = re.search(r"[\u4e00-\u9fff][,.:;!?()\"']|[,.:;!?()\"'][\u4e00-\u9fff]", made.title + made.text)
    assert beside_han is None


#: To coordinators and leads, to groups, and to numbers that are nobody's.
OTHERS = ("login_code", "appointment", "gap_opened", "not_there", "swap_to_approve", "co_host", "weekly_digest")
TO_OTHERS = {*FOR_GROUPS} | {case for case in CASES if case.startswith(OTHERS)}


@pytest.mark.parametrize("case", sorted(set(CASES) - TO_OTHERS))
def test_a_message_to_a_volunteer_is_complete_without_its_link(case: str) -> None:
    made, spoken = written(case).text, written(case, is_spoken=True).text
    for text in (made, spoken):
        assert text.startswith("【人民路社区】王秀英您好")
        assert "11月28日（星期六）" in text
        assert "0371 6435 0001（找陈协调）" in text
    assert "http" not in spoken
    links = [f"https://lunzhi.example.cn/{path}/7.x" for path in ("answers", "asks", "swaps")]
    links += [
        "https://lunzhi.example.cn/a/7",
        "https://lunzhi.example.cn/me/risks/7",
        "https://lunzhi.example.cn/offers/7-8.x",
    ]
    assert "http" not in made or made.endswith(tuple(links))


@pytest.mark.parametrize("case", FOR_GROUPS)
def test_a_message_to_a_group_is_complete_without_its_link_and_names_nobody(case: str) -> None:
    made, spoken = written(case).text, written(case, is_spoken=True).text
    for text in (made, spoken):
        assert text.startswith("【人民路社区】")
        assert "11月28日（星期六）" in text
        assert "0371 6435 0001" in text
        assert "王秀英" not in text
        assert "陈协调" not in text
    assert "http" not in spoken
    assert made.endswith("https://lunzhi.example.cn/a/7")


@pytest.mark.parametrize("case", CASES)
def test_a_text_is_short_enough_for_three_parts_of_a_text_message(case: str) -> None:
    assert len(written(case).text) <= 3 * 67


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=st.sampled_from(sorted(CASES)),
    short=st.sampled_from(sorted(READERS)),
    names=st.lists(WORDS, min_size=2, max_size=3),
    words=st.tuples(WORDS, WORDS, WORDS),
    is_spoken=st.booleans(),
)
def test_a_text_written_for_many_is_the_one_written_for_her_alone(
    case: str, short: str, names: list[str], words: tuple[str, str, str], is_spoken: bool
) -> None:
    kind, duties = CASES[case]
    title, place, bring = words
    for number, name in enumerate(names, start=10):
        to = replace(READERS[short], name=name)
        hers = [
            replace(
                duty,
                title=title,
                place=place,
                what_to_bring=bring,
                assignment_id=duty.assignment_id and number,
                invitation_id=duty.invitation_id and number,
                swap_asking_id=duty.swap_asking_id and number,
            )
            for duty in duties
        ]
        told = subject(case, hers)
        made = write(kind, told, to=to, now=NOW, is_spoken=is_spoken)
        link = links.appointment_link(told.visit.appointment_id) if told.visit else writing._link(kind, hers)
        link = None if is_spoken else link
        assert (made.title, made.body) == alone(kind, told, to=to, link=link)


def alone(kind: K, told: Subject, *, to: Recipient, link: str | None) -> tuple[str, str]:
    """Title and body as the template makes them of the person herself."""
    duties = list(told.duties)
    with language.speaking(to.language):
        rendered = (
            writing._templates()
            .get_template(f"{kind}/{to.language.partition('_')[0]}.txt")
            .render(
                to=to,
                duties=duties,
                duty=duties[0] if duties else None,
                contacts=list({(duty.landline, duty.contact_name): duty for duty in duties}.values()),
                code=told.code,
                week=told.week,
                hosting=told.hosting,
                visit=told.visit,
                link=link,
            )
        )
    head, _, body = rendered.partition("\n\n")
    return head.strip(), body.strip()


@pytest.mark.parametrize("kind", OF_VISITORS)
def test_a_visitor_is_told_when_and_where_without_her_name_and_in_private_without_what_for(kind: K) -> None:
    for case in (kind.value, f"{kind}_in_private"):
        made, spoken = written(case).text, written(case, is_spoken=True).text
        for text in (made, spoken):
            assert "王秀英" not in text, "nothing of her is kept in what was sent"
            assert "11月28日（星期六）上午9:20" in text
            assert "0371 6435 0001（找陈协调）" in text
            assert ("社区义诊" in text) == (case == kind)
        assert "http" not in spoken
        assert made.endswith("https://lunzhi.example.cn/appointments/7.x")


@pytest.mark.parametrize(
    ("kind", "details", "why"),
    [
        (K.APPOINTMENT_BOOKED, {"state": AppointmentState.CANCELLED}, UnsentReason.SUPERSEDED),
        (K.APPOINTMENT_MOVED, {"state": AppointmentState.BOOKED}, UnsentReason.SUPERSEDED),
        (K.APPOINTMENT_OFF, {"state": AppointmentState.WAITING, "is_forgotten": True}, UnsentReason.SUPERSEDED),
        (K.APPOINTMENT_BOOKED, {"starts_at": NOW}, UnsentReason.TOO_LATE),
    ],
)
def test_of_an_appointment_nothing_is_said_that_is_true_no_more(
    kind: K, details: dict[str, Any], why: UnsentReason
) -> None:
    with pytest.raises(NothingToSay) as refused:
        write(kind, Subject(visit=replace(VISIT, **details)), to=HER, now=NOW)
    assert refused.value.reason == why


def test_forms_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_FORMS", 3)
    for number in range(10):
        made = write(K.REMINDER, Subject(duties=(clinic(title=f"第{number}场", **HELD),)), to=HER, now=NOW)
        assert f"第{number}场" in made.body
        assert len(writing._forms) <= 3


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("weekly_digest")])
def test_a_digest_names_days_in_full_and_the_landline(case: str) -> None:
    text = written(case).text
    assert text.startswith("【人民路社区】王秀英您好，11月30日（星期一）到12月6日（星期日）")
    assert text.endswith("有事打电话0371 6435 0001。")


def test_a_week_without_shifts_is_nothing_to_tell_of() -> None:
    with pytest.raises(NothingToSay) as refused:
        write(K.WEEKLY_DIGEST, Subject(week=week(shift_count=0)), to=HER, now=NOW)
    assert refused.value.reason == UnsentReason.EMPTY


@pytest.mark.parametrize(
    ("kind", "hosting"),
    [
        (K.CO_HOST_ASKED, None),
        (K.CO_HOST_ASKED, replace(HOSTING, state=CoHostState.ACCEPTED)),
        (K.CO_HOST_ASKED, replace(HOSTING, is_off=True)),
        (K.CO_HOST_ANSWERED, HOSTING),
    ],
)
def test_an_asking_that_was_answered_or_taken_back_is_told_of_no_more(kind: K, hosting: Hosting | None) -> None:
    with pytest.raises(NothingToSay) as refused:
        write(kind, Subject(hosting=hosting), to=HER, now=NOW)
    assert refused.value.reason == UnsentReason.SUPERSEDED


def test_a_week_that_is_under_way_is_told_of_no_more() -> None:
    with pytest.raises(NothingToSay) as refused:
        write(K.WEEKLY_DIGEST, Subject(week=week()), to=HER, now=at("11-30 12:00"))
    assert refused.value.reason == UnsentReason.TOO_LATE


def test_a_condensed_reminder_speaks_only_of_what_still_holds() -> None:
    gone = watch(assignment_id=8, assignment_state=A.RELEASED)
    made = write(K.REMINDER, Subject(duties=(gone, clinic(**HELD))), to=HER, now=NOW)
    assert made.text == written("reminder").text


def test_a_condensed_reminder_names_each_telephone_once() -> None:
    other = watch(assignment_id=8, assignment_state=A.CONFIRMED, landline="0371-64350002", contact_name="李站长")
    made = write(K.REMINDER, Subject(duties=(clinic(**HELD), other, clinic(**HELD))), to=HER, now=NOW)
    assert made.text.endswith("请尽早打电话0371 6435 0001（找陈协调）、电话0371 6435 0002（找李站长）。")


def test_a_reminder_is_not_sent_to_who_no_longer_wants_any() -> None:
    unwilling = Recipient(name="王秀英", volunteer_id=1, wants_reminders=False)
    with pytest.raises(NothingToSay) as refused:
        write(K.REMINDER, Subject(duties=(clinic(**HELD),)), to=unwilling, now=NOW)
    assert refused.value.reason == UnsentReason.NO_CONSENT
    assert write(K.SHIFT_MOVED, Subject(duties=(clinic(**HELD),)), to=unwilling, now=NOW).text


@pytest.mark.parametrize(
    ("good_until", "is_spent", "reason"),
    [("11-26 10:00", False, UnsentReason.TOO_LATE), ("11-26 10:15", True, UnsentReason.SUPERSEDED)],
)
def test_a_code_that_opens_nothing_is_not_sent(good_until: str, is_spent: bool, reason: UnsentReason) -> None:
    code = Code(digits="012345", good_until=at(good_until), is_spent=is_spent)
    with pytest.raises(NothingToSay) as refused:
        write(K.LOGIN_CODE, Subject(code=code), to=HER, now=NOW)
    assert refused.value.reason == reason


def test_a_message_whose_subject_is_gone_says_nothing() -> None:
    with pytest.raises(NothingToSay) as refused:
        write(K.REMINDER, Subject(), to=HER, now=NOW)
    assert refused.value.reason == UnsentReason.NOT_HOLDING
