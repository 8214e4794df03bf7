"""What can be wrong with a plan, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with a plan."""

    OTHER_PROBLEM = "other_problem"  # the solution is of another input
    NO_SUCH_WISH = "no_such_wish"  # somebody is placed where nobody thought of her
    PLACED_TWICE = "placed_twice"
    BARRED = "barred"
    UNAVAILABLE = "unavailable"  # she said she cannot
    CLASH = "clash"  # two duties at once, or rest cut short
    OVERWORKED = "overworked"  # above her weekly limit
    TOO_OFTEN = "too_often"  # more shifts a day or a week than she will
    TOO_LONG = "too_long"  # on duty without a pause beyond her limit
    OVERFULL = "overfull"  # more people than places
    NOT_NEEDED = "not_needed"  # beyond the minimum with somebody who comes only if need be
    MET = "met"  # two who must not meet
    WITHOUT_PARTNER = "without_partner"
    NOBODY_AT_HOME = "nobody_at_home"  # both of a household on duty at once
    UNGUIDED = "unguided"  # a newcomer without anybody experienced
    FEW_ADULTS = "few_adults"  # beside children
    HARD_ON_ELDERS = "hard_on_elders"  # at night, or in the heat
    HALF_A_CREW = "half_a_crew"
    MANY_FACES = "many_faces"
    UNTOLD = "untold"  # a refusal that is missing, or has no reason
    OVERLOOKED = "overlooked"  # refused, though nothing stands in the way
    NO_STAND_BY = "no_stand_by"  # asked to stand by though she could not come, serves there, or did not ask
    MANY_STAND_BYS = "many_stand_bys"  # more than the role wishes
    MISCOUNTED = "miscounted"  # open roles or levels do not add up


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault, and whom and what it concerns."""

    fault: Fault
    person_id: int | None = None
    opening_id: int | None = None
