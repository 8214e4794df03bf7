"""How a plan was made, as its page tells it: with what, in how many parts, how long. Pure."""

from __future__ import annotations

from service import wording
from service.language import Lazy, _
from service.matching.models import MatchRun
from service.matching.record import record_of
from service.matching.watch import Pass, Record
from service.terms import MatchStage

STAGES = {
    MatchStage.GATHERING: Lazy("看谁报了名、谁能来"),
    MatchStage.OUTLINE: Lazy("通盘看一遍"),
    MatchStage.PLACING: Lazy("一块一块地排"),
    MatchStage.CHECKING: Lazy("从头核对"),
}
PARAMETERS = {
    "nodes_in_a_part": Lazy("每块最多试{n}个分支"),
    "wishes_in_a_part": Lazy("一块超过{n}个报名就粗排"),
    "wishes_in_a_part_made_fair": Lazy("一块超过{n}个报名，公平用近似的办法比"),
    "nodes_in_a_block": Lazy("每块最多试{n}个分支"),
    "people_in_a_block": Lazy("一块大约{n}人"),
    "people_in_a_region_at_most": Lazy("一片最多{n}人"),
    "blocks_around_open_roles": Lazy("每片最多再补排{n}块缺人的地方"),
}


def made(run: MatchRun) -> list[tuple[str, str]]:
    """(what, how) of each line of a solved run."""
    lines = [(_("算法"), run.solver or ""), (_("输入的指纹"), (run.input_hash or "")[:16])]
    record = record_of(run)
    return lines + _told(record) if record is not None else lines


def cut_short(run: MatchRun) -> str:
    """That somebody took the plan before it was done; empty where nobody did."""
    record = record_of(run)
    stopped = record and next((one for one in record.passes if record.stopped and one.stage == record.stopped[0]), None)
    if not stopped:
        return ""
    return _(
        "没有等全部排完：“{stage}”做了{done}/{of}，其余的是粗排的。不急的话，再排一次会更好。",
        stage=STAGES[stopped.stage],
        done=stopped.done,
        of=stopped.of,
    )


def _told(record: Record) -> list[tuple[str, str]]:
    return [
        (_("用的程序"), wording.listed(f"{name} {value}" for name, value in record.versions.items())),
        *((str(STAGES[one.stage]), _pass(one)) for one in record.passes),
        (_("一共"), _seconds(record.wall_seconds, record.cpu_seconds)),
        (_("内存"), _("最多{n}MiB", n=record.peak_mib)),
        (_("定好的限度"), wording.listed(_(PARAMETERS[name], n=n) for name, n in record.parameters.items())),
    ]


def _pass(one: Pass) -> str:
    return _("{done}/{of}，{time}", done=one.done, of=one.of, time=_seconds(one.wall_seconds, one.cpu_seconds))


def _seconds(wall: float, cpu: float) -> str:
    return _("{wall}秒（处理器{cpu}秒）", wall=f"{wall:.1f}", cpu=f"{cpu:.1f}")
