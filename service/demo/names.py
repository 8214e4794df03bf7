"""Names of nobody: surnames everybody has, given names of trees, fields and seasons, joined by seeded dice."""

from __future__ import annotations

import random
from collections.abc import Iterator

SURNAMES = (*"王李张刘陈杨赵黄周吴徐孙胡高林何郭马罗梁宋郑谢韩唐冯董程曹袁许沈曾彭吕苏", "欧阳", "上官")
#: Two characters each.
GIVEN = (
    "松年茂林春和秋实景行庆余望岳稼轩柏舟远帆石泉临川长庚朴生谷丰向阳润田牧野岭南冬青知秋"
    "禾香素蕊采薇映雪半夏清荷桂雨兰汀杏林棠梨麦穗若竹云锦惜春晚晴槐米霜叶絮飞月牙银杏木槿"
)


def invented(dice: random.Random, *, taken: set[str]) -> Iterator[str]:
    """Names without end of the list, none twice and none of those `taken`."""
    given_names = [GIVEN[start : start + 2] for start in range(0, len(GIVEN), 2)]
    every = sorted({family + given for family in SURNAMES for given in given_names} - taken)
    dice.shuffle(every)
    yield from every
