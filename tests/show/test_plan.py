"""Plans of derivations whose parts stand in many places, as the rounds of a loop do once they are written out."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from worked import run

from zhixing.language.model import Derivation, Expression, Run
from zhixing.show.derivation import plan_lines
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


LOOP = """
id: 回
axes: {t: 3, 键: 61}
given:
  x[t]: [1, 2, 3]
start: {h: 1}
compute:
  i: 1
  v[键]: 键 * 1
  each t:
    h: x[t] + 2 * h[t - 1]
  j: x[i] + 1
  best: argmax(v, axis=键)
  both: x[0] + x[1]
  chosen: (2 * x)[i]
show:
  - derivation: h
  - derivation: j
  - derivation: x[i]
  - derivation: best
  - derivation: h[1]
  - derivation: both
  - derivation: chosen
  - derivation: i == j
"""


def test_lines_that_cannot_follow_leave_nothing_behind() -> None:
    done = run(LOOP)
    encoder = PlanEncoder(done)
    followed: list[str] = []
    for show in (one for one in done.example.show if isinstance(one, Derivation)):
        before = [*encoder.leaves]
        if encode(encoder, show.quantity):
            followed.append(show.quantity.text)
        else:
            assert encoder.leaves == before, show.quantity.text
    assert followed == ["j", "h[1]", "both"]
    assert [leaf.text for leaf in encoder.leaves] == ["x[i]", "x[1]", "h[0]", "x[0]"]


def encode(encoder: PlanEncoder, reference: Expression) -> bool:
    """Return whether the lines of a derivation follow."""
    try:
        encoder.lines(reference, plan_lines(encoder.run, reference)[0])
    except NotFollowedError:
        return False
    return True
