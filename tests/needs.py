"""`docs/needs.md`: what neighbourhoods do, row by row, and which test shows that it works here.

    python -m tests.needs

A test says which row it shows: `@pytest.mark.need("A17")`, or, where only a part of the row is served,
`@pytest.mark.need("A17", missing="...")`. Nothing else makes a row served.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "needs.md"

#: The rows in our own words. Their letters and numbers are those of the list of needs the project began with: what two
#: sub-districts of 巩义市 reported of half a year, 2020.
ROWS = {
    "A01": "楼院理事会: 35 councils with 186 members, terms of office, tags, no courtyard without one",
    "A02": "嘴、眼、耳、腿: kinds of duty as a list of the community's own",
    "A03": "An organisation tree of any depth, a brand for each community",
    "A04": "摘星夺旗: campaigns with indicators, scored by community and not by person",
    "A05": "联建: partner organisations of a courtyard, with a person to turn to",
    "A06": "分包: who answers for which courtyard now, and the substitute",
    "A07": "一院一策: promised items for each courtyard with owner and state",
    "A08": "挖掘人才: skills that can be searched, with their verification",
    "A09": "楼栋长、单元: roles for a grid, building or unit; calling them all together",
    "A10": "Courtyards with attributes (property management, owner, age)",
    "A11": "培育: a new team is a draft until the residents' committee approves it",
    "A12": "“红色管家”1+N: one medical team and N service lines, each with its qualifications",
    "A13": "“365”: somebody on duty every day of the year, in four strands",
    "A14": "“五老”: volunteers over sixty; age floors and ceilings; categories",
    "A15": "Instructors paired with organisations, findings carried to the next visit",
    "A16": "Co-hosted activities, each organisation seeing its part",
    "A17": "“爱心托”: ten teachers, five pupils, every school day at 16:30 sharp",
    "A18": "作业、兴趣、陪护: three roles in one session; hardship hidden",
    "A19": "A series owned by several organisations",
    "A20": "清晨巡逻: a route with stops over several courtyards, from dawn on, two people at least",
    "A21": "晨巡午议: the morning's findings are the noon's agenda",
    "A22": "Every shop visited within N days, three items to check",
    "A23": "Daily check of the fire lanes by a council",
    "A24": "夜查: shifts across midnight, rest after them, two people, quiet hours kept",
    "A25": "Standing duty of persuasion without an end date, contacts logged",
    "A26": "轮流看护“大家”的门: a gate day and night, fair, with swaps and stand-by",
    "A27": "值班: a desk with hours, complaints taken in, today's duty made public",
    "A28": "“贴心窗口”: a service window is staffed",
    "A29": "小喇叭: broadcast slots, training passed first, not in quiet hours",
    "A30": "Inspections on a plan, spot checks nobody knows of beforehand",
    "A31": "日间照料中心: helpers at mealtimes with a health certificate",
    "A32": "小游园: places with parts, upkeep in its season",
    "A33": "Registry of who needs care, next visit due, looked at by need only",
    "A34": "Errands for who cannot leave home: shopping, medicine",
    "A35": "敲敲门: neighbours look in, a missed knock is followed up; by telephone too",
    "A36": "Long pairings, and a successor when one stops",
    "A37": "Recognition; care for one's own family is not volunteer service",
    "A38": "Door to door, household by household, with revisits",
    "A39": "Survey of 400 households, tally, decision",
    "A40": "Paper forms handed out and returned, 600 households",
    "A41": "Meetings in stages with quorum, minutes, notice and comments",
    "A42": "Residents' proposals by building; the proposer hears the outcome",
    "A43": "议、评、定: meeting, rating, vote",
    "A44": "Residents rate, and look back after closure",
    "A45": "Bulletin; consent before names and portraits",
    "A46": "A one-off appeal with helpers; no money handled",
    "A47": "Disputes: private parties, mediators without conflict, computed rates",
    "A48": "Escalation 小区 → 社区 → 街道 with time limits",
    "A49": "Ledger of hazards: found, notice, recheck, closed",
    "A50": "A new shop starts a follow-up",
    "A51": "Cases with many contacts outside, and an alarm when they go stale",
    "A52": "急事: the nearest on call is found, and has to acknowledge",
    "A53": "Case, meeting and work day in one thread",
    "A54": "The year's promises, done of total computed",
    "A55": "Small works with amounts as text, photos before and after",
    "A56": "A fire lane is checked daily to be clear",
    "A57": "Handiwork: certificate, tools, risk notice, insurance",
    "A58": "Joint action with an authority; limits of the role shown",
    "A59": "Fees are not collected here; only a roster of visits",
    "A60": "义诊: licensed doctors, slots for elders, helpers; no medical notes",
    "A61": "Talks with capacity; counselling one to one by the qualified",
    "A62": "A course of seven days: enrol once, attend daily, pass",
    "A63": "Drills, three in the half-year, their hours apart from service",
    "A64": "A campaign around a date with a quota",
    "A65": "A quota within a month",
    "A66": "An outside speaker; who attended becomes 宣传员",
    "A67": "多彩活动: open events, families, a waitlist",
    "A68": "节日: festivals of the lunar calendar",
    "A69": "半年汇总: a report of counts, each leading to its rows",
}


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """One test that shows a row, and what of the row it does not."""

    row: str
    test: str
    missing: str


def shown() -> list[Shown]:
    """Every mark in the tests, in order."""
    return sorted(mark for path in sorted((ROOT / "tests").rglob("test_*.py")) for mark in _marks(path))


def _marks(path: Path) -> Iterator[Shown]:
    name = path.relative_to(ROOT / "tests").as_posix()
    for node in ast.parse(path.read_text("utf-8")).body:
        where = f"{name}::{node.name}" if isinstance(node, ast.FunctionDef) else name
        for call in _needs(node):
            missing = [ast.literal_eval(one.value) for one in call.keywords if one.arg == "missing"]
            yield Shown(ast.literal_eval(call.args[0]), where, "".join(missing))


def _needs(node: ast.stmt) -> Iterator[ast.Call]:
    """The calls of `pytest.mark.need` above a function, or in a module's `pytestmark`."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else [node]
    for decorator in decorators:
        for call in ast.walk(decorator):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "need":
                yield call


def page() -> str:
    """The whole page."""
    by_row: dict[str, list[Shown]] = {row: [] for row in ROWS}
    for mark in shown():
        by_row[mark.row].append(mark)
    status = {row: _status(marks) for row, marks in by_row.items()}
    counts = {word: sum(one == word for one in status.values()) for word in ("shown", "in part", "not yet")}
    lines = [
        "# What neighbourhoods need",
        "",
        "69 things that two sub-districts reported of half a year of work. A row is **shown** when a test shows it",
        "working as the row says, **in part** when its tests name what is missing. This page is made from the tests",
        "(`python -m tests.needs`); nothing is typed here.",
        "",
        f"Shown {counts['shown']}, in part {counts['in part']}, not yet {counts['not yet']}.",
        "",
        "| row | what | status | shown by `tests/` | missing |",
        "|---|---|---|---|---|",
    ]
    for row, marks in by_row.items():
        lines.append(f"| {row} | {ROWS[row]} | {status[row]} | {_tests(marks)} | {_missing(marks)} |")
    return "\n".join(lines) + "\n"


def _status(marks: list[Shown]) -> str:
    if not marks:
        return "not yet"
    return "in part" if any(mark.missing for mark in marks) else "shown"


def _missing(marks: list[Shown]) -> str:
    return "; ".join(dict.fromkeys(mark.missing for mark in marks if mark.missing))


def _tests(marks: list[Shown]) -> str:
    return ", ".join(f"`{mark.test}`" for mark in marks)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
