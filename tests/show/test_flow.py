"""The flow of an example: what leads to what, in which rows, and that nothing lies on anything else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from lxml import etree
from worked import run

from zhixing.language.errors import ExampleError
from zhixing.language.model import Expression, Run
from zhixing.language.nodes import name_node
from zhixing.language.run import evaluate
from zhixing.language.runs import run_all
from zhixing.show.flow import Layout, _wires, find_rows, find_stages, flow, place
from zhixing.show.svg import Segment
from zhixing.source import Span
from zhixing.vault.load import load

NOTES = Path(__file__).parent.parent.parent / "notes"
ATTENTION = """id: 例
axes: {词: [猫, 吃, 鱼], 键: 词, 维: 2, 值: 2}
given:
  Q[词, 维]: [[4.1, 0.5], [0, 2], [3.2, 1]]
  K[键, 维]: [[-0.5, 1.3], [2, 0], [0, 1]]
  V[键, 值]: [[1.5, -0.5], [0, 2], [1.2, 0]]
compute:
  d_k: size(维)
  scores[词, 键]: Q @ K.T
  scaled[词, 键]: scores / sqrt(d_k)
  masked[词, 键]: where(键 <= 词, scaled, -inf)
  weights[词, 键]: softmax(masked)
  output[词, 值]: weights @ V
  a: attention(Q, K, V)
"""


def named(names: str) -> list[Expression]:
    return [Expression(name, name_node(name, Span(0, 0)), Span(0, 0)) for name in names.split()]


def layout_of(done: Run, names: Sequence[str]) -> Layout:
    return place(find_rows(find_stages(done, named(" ".join(names)), evaluate)))


def test_arrows_go_through_what_is_not_shown() -> None:
    stages = find_stages(run(ATTENTION), named("output weights Q K V a.output"), evaluate)

    assert {stage.name: (stage.label, stage.sources) for stage in stages} == {
        "Q": ("", ()),
        "K": ("", ()),
        "V": ("", ()),
        "weights": ("softmax(masked)", ("Q", "K")),
        "output": ("weights @ V", ("weights", "V")),
        "a.output": ("attention(Q, K, V).output", ("Q", "K", "V")),
    }


def test_rows_follow_the_computation() -> None:
    stages = find_stages(run(ATTENTION), named("Q K V scores scaled masked weights output"), evaluate)

    assert [[stage.name for stage in row] for row in find_rows(stages)] == [
        *(["Q", "K", "V"], ["scores"], ["scaled"], ["masked"], ["weights"], ["output"])
    ]


def test_a_step_of_a_loop_leads_neither_to_itself_nor_back() -> None:
    done = run(
        "id: 例\naxes: {t: 3}\ngiven:\n  x[t]: [1, 2, 3]\nstart: {h: 0, g: 1}\n"
        "compute:\n  each t:\n    h: h[t - 1] + g[t - 1] + x[t]\n    g: 2 * h\n"
    )
    sources = {stage.name: stage.sources for stage in find_stages(done, named("x h g"), evaluate)}

    assert sources == {"x": (), "h": ("x",), "g": ("h",)}


def test_the_flow_is_told_in_words() -> None:
    figure = flow(run(ATTENTION), named("Q K weights"), evaluate)
    tree = etree.fromstring(figure.svg.encode())
    title, told = (tree.findtext(f"{{*}}{tag}") or "" for tag in ("title", "desc"))

    assert title == "weights 的计算流程"
    assert "Q（词 3 × 维 2）：已知。" in told
    assert "weights（词 3 × 键 3）：softmax(masked)。" in told
    assert "猫：猫 1，吃 0，鱼 0。" in told
    assert figure.width <= 460


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ("Q nothing", "nothing is no quantity of this example"),
        ("Q wide", "wide has 9×2 numbers, and a box room for 4×8×8"),
        (" ".join(["Q", *(f"s{i}" for i in range(16))]), "17 quantities are too many for one picture; 16 have room"),
    ],
)
def test_what_is_too_large_is_refused(names: str, what: str) -> None:
    more = "".join(f"  s{i}: {i}\n" for i in range(16))
    block = ATTENTION.replace("值: 2}", "值: 2, 多: 9}") + f"  wide[多, 维]: 1\n{more}"

    with pytest.raises(ExampleError) as error:
        flow(run(block), named(names), evaluate)
    assert error.value.what == what


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = one
    return left < other[2] and other[0] < right and top < other[3] and other[1] < bottom


def collinear(one: Segment, other: Segment) -> bool:
    """Return whether two lines lie on one another."""
    if one.x1 == one.x2 == other.x1 == other.x2:
        ends = sorted((one.y1, one.y2)), sorted((other.y1, other.y2))
    elif one.y1 == one.y2 == other.y1 == other.y2:
        ends = sorted((one.x1, one.x2)), sorted((other.x1, other.x2))
    else:
        return False
    return ends[0][0] < ends[1][1] and ends[1][0] < ends[0][1]


def faults(layout: Layout) -> list[str]:
    """Return what lies on what: boxes, and lines of different quantities."""
    boxes = {
        name: (box.x, box.y, box.x + box.size.width, box.y + box.size.height) for name, box in layout.boxes.items()
    }
    wires = {name: list(_wires(layout, box)) for name, box in layout.boxes.items()}
    names = list(boxes)
    found = [f"{a} and {b}" for i, a in enumerate(names) for b in names[:i] if overlap(boxes[a], boxes[b])]
    for name, own in wires.items():
        for line in own:
            across = (min(line.x1, line.x2), min(line.y1, line.y2), max(line.x1, line.x2), max(line.y1, line.y2))
            thick = (across[0] - 0.1, across[1] + 0.1, across[2] + 0.1, across[3] - 0.1)
            found += [f"a line of {name} and {box}" for box, at in boxes.items() if overlap(thick, at)]
            found += [
                f"lines of {name} and {other}"
                for other, others in wires.items()
                if other < name and any(collinear(line, one) for one in others)
            ]
    return found


@pytest.mark.slow
def test_nothing_lies_on_anything_else_in_the_flows_of_the_shipped_examples() -> None:
    drawn = 0
    for name, done in run_all(load(NOTES)).runs.items():
        fits = [
            one
            for one, quantity in done.quantities.items()
            if len(quantity.values.shape) < 3 and all(0 < size <= 8 for size in quantity.values.shape)
        ]
        for first in range(0, len(fits), 11):
            layout = layout_of(done, fits[first : first + 16])
            assert faults(layout) == [], name
            drawn += 1
    assert drawn > 100


def test_the_flow_is_shown() -> None:
    from zhixing.show.body import body

    done = run(f"{ATTENTION}show:\n  - steps: [Q, K, V, scores, weights, output]\n")
    shown = body(done)
    assert shown is not None
    assert list(shown.figures) == ["例.output.steps.svg"]
    assert (
        partial(flow, done, named("Q K V scores weights output"))(evaluate).svg == shown.figures["例.output.steps.svg"]
    )
