"""What the neighbourhoods do: the activities of the demo, from the dawn patrol to the gate at night."""

from __future__ import annotations

from datetime import time

from service.company.rules import Rule
from service.demo.publishing import Duty, Hours, at_dawn, on, on_school_days, on_workdays, once_in, role
from service.terms import Mode, QualificationKind

Q = QualificationKind
T365, CARE, RED = "“365”志愿服务队", "爱心托", "“红色管家”志愿服务队"
DUFU, RENMIN = "杜甫路社区", "人民路社区"
TEACHER = (Q.TEACHER, Q.BACKGROUND_CHECK)
NIGHT = {"risk_notice": "夜间行走请结伴、带手电，已投保人身意外险；遇险情先报警，不独自处置。"}

#: The gates are watched for a fortnight: such rotas are called together in an emergency and end with it.
EMERGENCY = 13

#: "365": four strands, each on every day of the year, holidays and 调休 days too (A13).
THE_YEAR_ROUND = (
    Duty(
        title="365·贴心窗口值班", community=DUFU, place="社区服务站", team=T365, programme="贴心窗口",
        mode=Mode.INSTANT, roles=[role("窗口接待", 1, 2)],
        hours=[Hours(time(9), time(11, 30)), Hours(time(14, 30), time(17))],
        summary="接待来办事的居民，能当场答复的当场答复，不能的登记转办。", filled=75, carries=True,
    ),
    Duty(
        title="365·平安网格巡查", community=DUFU, place="社区服务站", team=T365, programme="平安网格",
        is_outdoors=True, mode=Mode.ROTA, roles=[role("巡查员", 2, 3, max_age=75)],
        hours=[Hours(time(18, 30), time(20))],
        summary="两人以上结伴，沿网格走一圈：消防通道、飞线充电、路灯井盖。", filled=90,
        details={"what_to_bring": "红袖章、手电筒"},
    ),
    Duty(
        title="365·动态宣传", community=DUFU, place="社区服务站", team=T365, programme="动态宣传",
        mode=Mode.INSTANT, roles=[role("宣传员", 1, 2)],
        hours=[Hours(time(8), time(9))],
        summary="更新宣传栏，讲讲时事新闻、好人好事和社区这几天的活动。", filled=65,
    ),
    Duty(
        title="365·多彩活动", community=DUFU, place="社区服务站", team=T365, programme="多彩活动",
        mode=Mode.INSTANT, roles=[role("活动组织", 1, 2)],
        hours=[Hours(time(15), time(16, 30))],
        summary="合唱、剪纸、棋牌、手工，带着大家一起玩。", filled=90, waiting=1,
    ),
)  # fmt: skip

#: 爱心托: every school-day 16:30, never one adult alone (A17, A18); and the five kinds of elders (A14).
FOR_CHILDREN = (
    Duty(
        title="爱心托·四点半课堂", community=DUFU, place="四点半课堂", team=CARE, programme="作业辅导",
        mode=Mode.INSTANT,
        roles=[role("作业辅导", 1, 2, *TEACHER), role("兴趣培养", 1, 1, *TEACHER), role("亲情陪护", 0, 1, *TEACHER)],
        hours=[on_school_days(time(16, 30), time(18))],
        summary="学生5名，准时开课。任何时候至少两位老师同时在场，不让一个大人单独和孩子在一起。", filled=80,
        company=Rule(children=5),
        details={
            "withdraw_before": 60, "answer_within": 60, "is_free": True,
            "risk_notice": "孩子只交给登记过的家长；不拍照、不外传孩子的情况。",
        },
    ),
    Duty(
        title="“五老”讲传统", community=DUFU, place="四点半课堂",
        mode=Mode.INSTANT, roles=[role("主讲", 1, 1, min_age=60), role("陪同", 1, 2, min_age=60)],
        hours=[on("7", time(9, 30), time(11))],
        summary="老党员、老干部、老退役军人、老教师、老工人给孩子们讲过去的事，年龄都在60岁以上。", filled=80,
    ),
)  # fmt: skip

#: 红色管家: one medical team and six services, each line with its own qualification (A12, A60, A61). Four of them
#: are held together on Saturdays (`CREWS`).
RED_STEWARDS = (
    Duty(
        title="社区义诊", community=RENMIN, place="红色管家服务站", team=RED, programme="医疗服务",
        mode=Mode.MATCHED, roles=[role("医生", 1, 1, Q.DOCTOR), role("护士", 1, 2, Q.NURSE), role("引导员", 2, 3)],
        hours=[on("26", time(9), time(11, 30))],
        summary="量血压、测血糖、用药咨询。没有执业证在服务当天有效的医生就不开诊。", filled=200,
        details={"closes_before": 24 * 60, "what_to_bring": "医护人员请带执业证"},
    ),
    Duty(
        title="健康干预随访", community=RENMIN, place="红色管家服务站", team=RED, programme="健康干预",
        mode=Mode.MATCHED, roles=[role("随访护士", 1, 1, Q.NURSE), role("陪同", 1, 2)],
        hours=[on("6", time(15), time(16, 30))],
        summary="给血压、血糖偏高的居民每周随访，记一记，提个醒。", filled=200,
        details={"closes_before": 24 * 60},
    ),
    Duty(
        title="健康讲座：冬季护心", community=RENMIN, place="社区服务站", team=RED, programme="健康讲座",
        mode=Mode.INSTANT, roles=[role("主讲医生", 1, 1, Q.DOCTOR), role("场务", 2, 3)],
        hours=[once_in(9, time(9, 30), time(11))],
        summary="讲座一个半小时，座位40个。", filled=100,
    ),
    Duty(
        title="心理辅导", community=RENMIN, place="红色管家服务站", team=RED, programme="心理辅导",
        mode=Mode.INSTANT, roles=[role("心理咨询师", 1, 1, Q.COUNSELLOR), role("接待", 0, 1)],
        hours=[on("4", time(15), time(17))],
        summary="一对一，提前约，内容保密。", filled=70,
    ),
    Duty(
        title="中医养生", community=RENMIN, place="红色管家服务站", team=RED, programme="中医养生",
        mode=Mode.INSTANT, roles=[role("中医师", 1, 1, Q.TCM), role("助手", 1, 2)],
        hours=[on("5", time(9, 30), time(11))],
        summary="艾灸、八段锦、节气食养。", filled=100, waiting=2,
    ),
    Duty(
        title="妇女儿童关爱", community=RENMIN, place="社区服务站", team=RED, programme="妇女儿童关爱",
        mode=Mode.MATCHED, roles=[role("陪伴员", 2, 4, Q.BACKGROUND_CHECK)],
        hours=[on("6", time(14, 30), time(16, 30))],
        summary="亲子阅读和妈妈小组，至少两位陪伴员同时在场。", filled=200,
        details={"closes_before": 24 * 60},
    ),
    Duty(
        title="扶贫帮困走访", community=RENMIN, place="社区服务站", team=RED, programme="扶贫帮困",
        mode=Mode.ROTA, roles=[role("走访员", 2, 4)],
        hours=[on("6", time(14, 30), time(17))],
        summary="两人一组上门看看，缺什么记下来，不经手钱。", filled=0,
    ),
)  # fmt: skip

#: Patrols, gates, nights, visits (A20, A21, A24, A26, A35).
ROUNDS = (
    Duty(
        title="清晨巡逻", community=DUFU, place="园丁街一号楼院", team="园丁街一号楼院议事会",
        is_outdoors=True, mode=Mode.ROTA, roles=[role("巡逻员", 2, 3)],
        hours=[at_dawn(time(1))],
        summary="每天清晨，两人以上，到附近的几个楼院义务巡逻一圈：园丁街一号、二号、三号楼院，杜甫路9号院。",
        filled=85, carries=True,
        stops=("园丁街一号楼院", "园丁街二号楼院", "园丁街三号楼院", "杜甫路9号院"),
        checks=("消防通道有车堵着", "楼道堆了东西", "飞线充电"),
    ),
    Duty(
        title="轮流看护“大家”的门（白天）", community="文化街社区", place="文化街8号院", team="文化街8号院理事会",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("守门", 1, 2)],
        hours=[Hours(time(hour), time(hour + 4), last=EMERGENCY) for hour in (6, 10, 14, 18)],
        summary="四小时一班，轮着来，交接时写一句话给下一班。", filled=55,
    ),
    Duty(
        title="轮流看护“大家”的门（夜里）", community="文化街社区", place="文化街8号院", team="文化街8号院理事会",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("守门", 2, 2, min_age=18, max_age=65)],
        hours=[Hours(time(22), time(2), last=EMERGENCY), Hours(time(2), time(6), last=EMERGENCY)],
        summary="夜里两人一班，跨过零点；下了夜班休息八小时再排。", filled=25, details=NIGHT,
    ),
    Duty(
        title="夜查", community="建设路社区", place="社区服务站",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("夜查员", 2, 3, min_age=18, max_age=65)],
        hours=[on("5", time(22), time(0, 30))],
        summary="查楼道堆物、液化气罐和飞线充电。", filled=50, details=NIGHT,
    ),
    Duty(
        title="敲敲门，问声好", community="建设路社区", place="社区服务站", team="邻里守望队",
        mode=Mode.ROTA, roles=[role("邻居", 2, 4)],
        hours=[on("135", time(9), time(10, 30))],
        summary="看看年纪大的邻居：平安、没人应、还是需要帮助。没人应的当场告诉社区。", filled=75,
    ),
    Duty(
        title="晨巡午议", community="货场路社区", place="富甲源", team="富甲源理事会",
        mode=Mode.INSTANT, roles=[role("理事", 2, 4)],
        hours=[on("12345", time(7), time(8)), on("12345", time(12, 30), time(13, 15))],
        summary="早上走一圈，中午议一议早上看到的。", filled=50, carries=True,
    ),
)  # fmt: skip

#: Windows, gardens, meals, surveys and work-days of the other communities (A23, A25, A27, A31, A32, A40, A53).
HOUSEKEEPING = (
    Duty(
        title="理事会办公室值班", community="货场路社区", place="开普西二区", team="开普西二区理事会",
        mode=Mode.INSTANT, roles=[role("接待", 1, 2)],
        hours=[on_workdays(time(9), time(11))],
        summary="让居民有处诉、难有人管：来的都登记，当天给回话。", filled=70, carries=True,
    ),
    Duty(
        title="日间照料中心助餐", community="桐本北路社区", place="老年人日间照料中心",
        mode=Mode.INSTANT, roles=[role("打饭", 1, 2, Q.FOOD_HANDLER), role("陪餐", 1, 2)],
        hours=[on_workdays(time(10, 30), time(12, 30))],
        summary="打饭的需要有效的健康证；陪餐的坐下来一起吃。", filled=60,
    ),
    Duty(
        title="消防通道巡查", community="新华北路社区", place="城市嘉苑", team="城市嘉苑理事会",
        is_outdoors=True, mode=Mode.ROTA, roles=[role("巡查员", 1, 2)],
        hours=[on("246", time(17), time(18))],
        summary="看活动挡杆和消防通道，有车堵着就打电话请挪走。", filled=60, carries=True,
    ),
    Duty(
        title="水苑小区入户征求意见", community="新兴路社区", place="水苑小区", team="水苑小区理事会",
        mode=Mode.MATCHED, roles=[role("入户员", 4, 8)],
        hours=[once_in(6, time(18), time(20)), once_in(7, time(9), time(11, 30))],
        summary="上门发放征求意见表，三天后收回。", filled=100,
        details={"closes_before": 24 * 60},
    ),
    Duty(
        title="新风苑绿化带补栽", community="育英街社区", place="新风苑", team="新风苑理事会",
        is_outdoors=True, mode=Mode.MATCHED, roles=[role("栽种", 4, 8), role("送水", 1, 2)],
        hours=[once_in(12, time(8, 30), time(11))],
        summary="补栽冬青，工具社区备好，自带手套。", filled=70,
        details={"what_to_bring": "手套、水杯", "closes_before": 48 * 60},
    ),
    Duty(
        title="小游园维护", community="陇海路社区", place="龙泉花园",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("养护", 2, 6)],
        hours=[on("6", time(8, 30), time(10, 30))],
        summary="龙泉花园三个小游园，拔草、扫叶、擦座椅。", filled=60,
    ),
    Duty(
        title="飞线充电劝导", community="桐本南路社区", place="南苑小区",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("劝导员", 2, 3)],
        hours=[on("3", time(17), time(18, 30))],
        summary="常态化劝阻，只劝不罚，不公开住户姓名。", filled=60, carries=True,
    ),
    Duty(
        title="工商联家属院清淤", community="新华南路社区", place="工商联家属院",
        is_outdoors=True, mode=Mode.INSTANT, roles=[role("清理", 4, 6, min_age=18, max_age=70)],
        hours=[once_in(5, time(8, 30), time(11, 30))],
        summary="各单元楼栋长已商议好，一起把堵了的管道清出来。", filled=100, waiting=1,
        details={"risk_notice": "不下井、不开封闭空间；雨靴、手套、口罩由社区发。", "what_to_bring": "旧衣服"},
    ),
)  # fmt: skip

#: What is held together (1+N): on a day of 红色管家 medical team and services have their people, or nobody comes.
CREWS = (("社区义诊", "健康干预随访", "妇女儿童关爱", "扶贫帮困走访"),)

DUTIES = (*THE_YEAR_ROUND, *FOR_CHILDREN, *RED_STEWARDS, *ROUNDS, *HOUSEKEEPING)
