"""Whether those on duty together may be left so."""

from __future__ import annotations

import pytest

from service.company.rules import Rule, Server, faults
from service.terms import BondKind, CompanyFault

F = CompanyFault


def servers(*people: tuple[bool, int]) -> list[Server]:
    """(of age, shifts served) each; ids from 1."""
    return [Server(volunteer_id=n, is_adult=adult, served=had) for n, (adult, had) in enumerate(people, start=1)]


def told(rule: Rule, *people: tuple[bool, int], missing: tuple[bool, ...] = (), **bonds: object) -> list[CompanyFault]:
    known = bonds.get("bonds", {})
    assert isinstance(known, dict)
    return list(faults(rule, servers(*people), bonds=known, missing=missing))


GROWN, CHILD = (True, 5), (False, 5)


@pytest.mark.parametrize(
    ("rule", "people", "expected"),
    [
        (Rule(children=5), [], []),
        (Rule(children=5), [GROWN], [F.TWO_ADULTS]),
        (Rule(children=5), [GROWN, CHILD], [F.TWO_ADULTS]),
        (Rule(children=5), [GROWN, GROWN], []),
        (Rule(children=12, per_adult=5), [GROWN, GROWN], [F.CHILD_RATIO]),
        (Rule(children=12, per_adult=5), [GROWN, GROWN, CHILD], [F.CHILD_RATIO]),
        (Rule(children=12, per_adult=5), [GROWN] * 3, []),
        (Rule(children=2, per_adult=1), [GROWN], [F.TWO_ADULTS]),
        (Rule(pairs_newcomers=True), [(True, 0), (True, 2)], [F.NEWCOMER]),
        (Rule(pairs_newcomers=True), [(True, 0), (True, 3)], []),
        (Rule(pairs_newcomers=True), [(True, 1), (True, 2)], []),
        (Rule(), [(True, 0)], []),
    ],
)
def test_adults_and_newcomers(rule: Rule, people: list[tuple[bool, int]], expected: list[CompanyFault]) -> None:
    assert told(rule, *people) == expected


def test_a_crew_is_whole_or_has_not_begun() -> None:
    """A12: 1+N."""
    assert told(Rule(held_together=True), GROWN, missing=(False, True)) == [F.CREW]
    assert told(Rule(held_together=True), GROWN, missing=(False, False)) == []
    assert told(Rule(held_together=True), missing=(True, True)) == []


@pytest.mark.parametrize(
    ("kind", "both", "one"),
    [
        (BondKind.APART, [F.APART], []),
        (BondKind.RELIEF, [F.RELIEF], []),
        (BondKind.TOGETHER, [], [F.TOGETHER]),
    ],
)
def test_bonds(kind: BondKind, both: list[CompanyFault], one: list[CompanyFault]) -> None:
    assert told(Rule(), GROWN, GROWN, bonds={(1, 2): kind}) == both
    assert told(Rule(), GROWN, bonds={(1, 2): kind}) == one
    assert told(Rule(), GROWN, bonds={(7, 8): kind}) == []
