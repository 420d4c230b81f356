"""Plans of derivations whose parts stand in many places, as the rounds of a loop do once they are written out."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from zhixing.language.model import Run
from zhixing.show.plan import Combination, Constant, Kind, Plan, work_out
from zhixing.show.plan_data import MOST_PARTS, NotFollowedError, PlanEncoder


def doubled(times: int) -> Plan:
    """Return a plan that is the one before it, less itself: the first stands in the last 2ⁿ times."""
    plan: Plan = Constant(1.0)
    for _ in range(times):
        plan = Combination(Kind.SUBTRACT, (plan, plan))
    return plan


def test_a_part_that_stands_in_many_places_is_worked_out_once() -> None:
    assert work_out(doubled(60), 5).value == 0


def test_data_for_the_browser_is_bounded() -> None:
    encoder = PlanEncoder(Mock(spec=Run))
    assert encoder.plan(doubled(3)) is not None

    with pytest.raises(NotFollowedError):
        encoder.plan(doubled(60))
    assert encoder.parts == MOST_PARTS + 1
