"""Reading the State Council's yearly notice; and what is said when it is not one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service.calendars.days import NATIONAL, Calendar
from service.calendars.notice import NoticeRefused, read

#: The dates of the notice for 2026 (4 November 2025), in its own form.
OF_2026 = """
各省、自治区、直辖市人民政府：现将2026年节假日具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
"""


def test_a_notice_read_from_its_text_makes_the_days_the_library_knows() -> None:
    notice = read(OF_2026, year=2026)
    noticed = Calendar(frozenset({2026}), {day.on_date: day for day in notice.days})
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

    assert [day for day in days if noticed.is_workday(day) != NATIONAL.is_workday(day)] == []
    assert noticed.holiday_name(date(2026, 2, 21)) == "春节"  # the notice names the weekends within, too


def test_a_holiday_may_begin_in_the_year_before_and_two_may_share_a_line() -> None:
    text = OF_2026.replace(
        "1月1日（周四）至3日（周六）放假调休，共3天。", "2025年12月31日（周三）至2026年1月2日放假，共3天。"
    )
    text = text.replace("六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n七、国庆节", "六、国庆节、中秋节")
    notice = read(text, year=2026)

    assert notice.days[0].on_date == date(2025, 12, 31)
    assert {day.name for day in notice.days if day.on_date.month == 10} == {"国庆节、中秋节"}


def test_a_holiday_of_one_day() -> None:
    notice = read(
        OF_2026.replace("4月4日（周六）至6日（周一）放假，共3天", "4月6日（星期一）放假1天，不调休"), year=2026
    )

    assert [day.on_date.day for day in notice.days if day.name == "清明节"] == [6]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("2月28日（周六）", "2月28日（周五）", "春节：2026年2月28日不是周五，年份对吗？"),
        ("共7天", "共8天", "国庆节：写着8天，日期却有7天"),
        ("5月9日（周六）", "5月8日", "劳动节：2026年5月8日不是周末，不会是调休上班"),
        ("5月9日（周六）", "5月3日（周日）", "劳动节：2026年5月3日既放假又上班"),
        ("6月19日（周五）", "6月31日", "端午节：没有“6月31日”这一天"),
        (
            "6月19日（周五）至21日（周日）放假",
            "6月21日至19日放假",
            "端午节：从2026年6月21日到2026年6月19日不像一个假期",
        ),
        ("6月19日（周五）至21日（周日）放假", "另行通知", "端午节：没有读到哪几天放假"),
        ("五、端午节", "五、某某", "没有读到：端午。请把通知从“一、元旦”到最后一条完整粘贴进来"),
    ],
)
def test_what_contradicts_itself_is_told_and_nothing_is_taken(was: str, becomes: str, problem: str) -> None:
    with pytest.raises(NoticeRefused) as refused:
        read(OF_2026.replace(was, becomes), year=2026)

    assert problem in refused.value.problems


def test_the_notice_of_another_year_is_refused_by_its_weekdays() -> None:
    with pytest.raises(NoticeRefused) as refused:
        read(OF_2026, year=2027)

    assert "元旦：2027年1月1日不是周四，年份对吗？" in refused.value.problems


@pytest.mark.parametrize("text", ["", "今年放假按往年的办。", "一、元旦：" * 200])
def test_what_is_no_notice_at_all_is_refused(text: str) -> None:
    with pytest.raises(NoticeRefused):
        read(text, year=2026)
