"""Figures say what was computed, readably, the same each time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from lxml import etree
from worked import run

from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Axis, Dimension, Drawn, Format, Quantity
from zhixing.show.body import body
from zhixing.show.heatmap import heatmap
from zhixing.show.plot import Look, plot
from zhixing.show.svg import Figure, text_width

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
AXES = {
    "键": Axis("键", 3, ("apple", "banana", "chair")),
    "查询": Axis("查询", 2, ("掩码自注意力机制的第一个查询向量", "他")),
    "图": Axis("图", 2, ("cat", "table")),
    "T": Axis("T", 4, ("0.01", "1", "10", "100"), (0.01, 1.0, 10.0, 100.0)),
    "位置": Axis("位置", 50),
}


def quantity(values: object, *axes: str) -> Quantity:
    return Quantity(np.array(values, float), tuple(Dimension(axis) for axis in axes))


def root(figure: Figure) -> etree._Element:
    return etree.fromstring(figure.svg.encode())


def texts(figure: Figure) -> list[str]:
    return [element.text or "" for element in root(figure).iter(f"{SVG}text")]


def roles(figure: Figure, tag: str) -> list[str]:
    return [element.get("class", "") for element in root(figure).iter(f"{SVG}{tag}")]


def words(figure: Figure) -> str:
    return root(figure).findtext(f"{SVG}desc", "")


def boxes_of_text(figure: Figure) -> Iterator[tuple[str, float, float, float, float]]:
    """Each upright text with a careful guess of the rectangle it covers."""
    for element in root(figure).iter(f"{SVG}text"):
        if element.get("transform"):
            continue
        text, role = element.text or "", (element.get("class") or "").split()
        size = 10.5 if "fine" in role else 11.5 if "small" in role else 12 if "number" in role else 13
        wide, x, y = text_width(text, size), float(element.get("x", 0)), float(element.get("y", 0))
        left = x - wide if "end" in role else x - wide / 2 if "middle" in role else x
        yield text, left, y - 0.8 * size, left + wide, y + 0.2 * size


def check_layout(figure: Figure) -> None:
    """No upright text leaves the figure or covers another."""
    found = list(boxes_of_text(figure))
    for index, (text, left, top, right, bottom) in enumerate(found):
        assert left >= -1, text
        assert right <= figure.width + 1, text
        assert top >= 0, text
        assert bottom <= figure.height + 1, text
        for other, left2, top2, right2, bottom2 in found[index + 1 :]:
            apart = right <= left2 + 0.5 or right2 <= left + 0.5 or bottom <= top2 + 0.5 or bottom2 <= top + 0.5
            assert apart, f"{text!r} covers {other!r}"


def test_the_fruits() -> None:
    shown = body(
        run(
            "id: 水果\naxes: {键: [apple, banana, <chair>]}\ngiven:\n  scores[键]: [log(0.6), log(0.4), -inf]\n"
            "compute:\n  weights[键]: softmax(scores)\nshow:\n  - heatmap: weights\n"
        )
    )

    assert shown is not None
    assert shown.markdown.endswith("\n\n![weights|257](_figures/水果.weights.svg)")
    figure = Figure(shown.figures["水果.weights.svg"], 257, 92)
    assert [t for t in texts(figure) if t[0].isdigit()] == ["0.6", "0.4", "0"]
    assert roles(figure, "rect").count("positive") == 2
    assert "masked" in roles(figure, "rect"), "the chair was masked, so its cell is hatched"
    assert "apple 0.6，banana 0.4，<chair> 0。" in words(figure)
    assert "1 格被遮蔽" in words(figure)


def test_the_whole_figure() -> None:
    figure = heatmap("weights", quantity([0.6, 0.4, 0], "键"), AXES, np.array([False, False, True]))

    assert figure.svg == (GOLDEN / "fruits.svg").read_text(encoding="utf-8")


def test_a_zero_that_no_mask_made_is_not_hatched() -> None:
    figure = heatmap("V", quantity([1, 0, 0], "键"), AXES)

    assert "masked" not in roles(figure, "rect")
    assert "被遮蔽" not in figure.svg


@pytest.mark.parametrize("weights", ["a.weights", "w", "v"])
def test_masks_are_found_behind_the_weights(weights: str) -> None:
    shown = body(
        run(
            "id: 因果\naxes: {词: [甲, 乙], 键: 词, 维: 2}\ngiven:\n  X[词, 维]: [[1, 0], [0, 1]]\ncompute:\n"
            "  a: attention(X, X, X, mask=键 <= 词)\n  w[词, 键]: attention(X, X, X, mask=键 <= 词).weights\n"
            "  v[词, 键]: softmax(where(键 <= 词, X @ X.T, -inf))\n"
            f"show:\n  - heatmap: {weights}\n"
        )
    )

    assert shown is not None
    (svg,) = shown.figures.values()
    assert svg.count('class="masked"') == 2, "one cell, and the key that explains it"


def test_a_weight_that_underflowed_is_not_hatched() -> None:
    text = "id: x\naxes: {键: 2}\ngiven:\n  s[键]: [0, -1000]\ncompute:\n  w[键]: softmax(s)\nshow:\n  - heatmap: w\n"
    shown = body(run(text))

    assert shown is not None
    (svg,) = shown.figures.values()
    assert 'class="masked"' not in svg


def test_signed_values_have_two_colours_of_equal_reach() -> None:
    figure = heatmap("scores", quantity([[-4, 2, 0], [1, -1, 4]], "查询", "键"), AXES)

    cells = [
        (element.get("class"), element.get("fill-opacity", "1"))
        for element in root(figure).iter(f"{SVG}rect")
        if element.get("class") in {"positive", "negative"}
    ]
    assert cells == [
        ("negative", "1"), ("positive", "0.500"), ("positive", "0.250"), ("negative", "0.250"), ("positive", "1"),
    ]  # fmt: skip


def test_three_axes_are_panels_on_one_scale() -> None:
    figure = heatmap("w", quantity([[[1, 0, 0]] * 2, [[0, 0.5, 0]] * 2], "图", "查询", "键"), AXES)

    assert {"图：cat", "图：table"} <= set(texts(figure))
    assert roles(figure, "rect").count("base") == 2
    assert 'fill-opacity="0.500"' in figure.svg
    assert "掩码自注意力机制的第一个查询向量" in words(figure), "a cut label is whole in the description"


def test_many_cells_have_a_scale_instead_of_numbers() -> None:
    figure = heatmap("PE", quantity(np.resize([1, -1, 0.5, 0, 0.1], (50, 64)), "位置", ""), AXES)

    assert {"−1", "1"} <= set(texts(figure))
    assert {"rising", "falling"} <= set(roles(figure, "rect"))
    assert not any("number" in role for role in roles(figure, "text"))
    check_layout(figure)


def test_what_is_too_large_is_cut_and_says_so() -> None:
    figure = heatmap("X", quantity(np.ones((200, 3)), "", ""), AXES)

    assert "（序号只画前 96 个，共 200 个）" in texts(figure)
    assert roles(figure, "rect").count("positive") == 96 * 3


def test_infinite_and_undefined_cells() -> None:
    figure = heatmap("r", quantity([[np.inf, np.nan, -np.inf]], "", "键"), AXES)

    assert {"∞", "NaN", "−∞"} <= set(texts(figure))
    assert roles(figure, "rect").count("positive") == 1


SHAPES = st.sampled_from([("键",), ("查询", "键"), ("图", "查询", "键"), ("位置",), ("查询", "位置"), ("键", "图")])


@settings(deadline=None, max_examples=60)
@given(SHAPES, st.data())
def test_any_heat_map_is_well_formed_and_set_without_overlaps(axes: Sequence[str], data: st.DataObject) -> None:
    shape = tuple(AXES[axis].size for axis in axes)
    values = data.draw(arrays.arrays(np.float64, shape, elements=st.floats(width=32)))
    with np.errstate(all="ignore"):
        figure = heatmap("weights", quantity(values, *axes), AXES)
        again = heatmap("weights", quantity(values * (1 + 1e-13), *axes), AXES)

    assert figure.width <= 500
    assert all(line.count("<") <= 2 for line in figure.svg.splitlines() if not line.startswith("<title"))
    check_layout(figure)
    assert figure.svg == again.svg, "the last bits of a value must not show"


def curves(figure: Figure) -> list[str]:
    return [e.get("d", "") for e in root(figure).iter(f"{SVG}path") if "curve" in (e.get("class") or "")]


def test_a_plot_has_a_curve_and_marks_for_each_series() -> None:
    figure = plot([("variance", quantity([4, 64, 256, 1024], "T")), ("scaled", quantity([1, 1, 1, 1], "T"))], AXES)

    assert {"variance", "scaled", "T"} <= set(texts(figure))
    # The key repeats each curve and mark.
    assert (len(curves(figure)), roles(figure, "path").count("m0"), roles(figure, "path").count("m1")) == (4, 5, 5)
    assert "variance：0.01 处 4，1 处 64，10 处 256，100 处 1024。" in words(figure)
    check_layout(figure)


def test_logarithmic_axes_space_equal_ratios_equally() -> None:
    figure = plot([("y", quantity([1, 100, 1000, 10000], "T"))], AXES, None, frozenset({"x", "y"}))

    points = [tuple(map(float, pair.split())) for pair in re.findall(r"[ML]([\d.]+ [\d.]+)", curves(figure)[0])]
    across = np.diff([x for x, _ in points])
    assert across == pytest.approx([2 * across[1], across[1], across[1]], abs=0.2)
    down = np.diff([y for _, y in points])
    assert down == pytest.approx([2 * down[1], down[1], down[1]], abs=0.2)


def test_what_cannot_be_drawn_is_a_gap() -> None:
    values = np.arange(50.0)
    values[[10, 20]] = np.nan, np.inf
    (path,) = curves(plot([("h", quantity(values, "位置"))], AXES))

    assert path.count("M") == 3
    assert path.count("L") == 48 - 3
    (path,) = curves(plot([("h", quantity(np.arange(50.0) - 25, "位置"))], AXES, None, frozenset({"y"})))
    assert path.count("L") == 23, "what is not positive has no place on a logarithmic axis"


def test_columns_of_a_matrix_are_curves_along_its_numeric_axis() -> None:
    for axes in (("T", "键"), ("键", "T")):
        values = np.arange(12.0).reshape(4, 3) if axes[0] == "T" else np.arange(12.0).reshape(4, 3).T
        figure = plot([("weights", quantity(values, *axes))], AXES)
        assert {"weights（按键）", "apple", "banana", "chair", "T"} <= set(texts(figure))
        assert "banana：0.01 处 1，1 处 4，10 处 7，100 处 10。" in words(figure)


def test_of_two_numeric_axes_the_longer_runs_across() -> None:
    for axes in (("T", "位置"), ("位置", "T")):
        shape = tuple(AXES[axis].size for axis in axes)
        figure = plot([("factor", quantity(np.ones(shape), *axes))], AXES)
        assert {"factor（按T）", "位置"} <= set(texts(figure))


def test_categories_have_marks_and_no_lines() -> None:
    figure = plot([("weights", quantity([0.6, 0.4, 0], "键"))], AXES)

    assert curves(figure) == []
    assert roles(figure, "path") == ["m0"] * 3
    assert {"apple", "banana", "chair"} <= set(texts(figure))


def bars(figure: Figure, colour: int = 0) -> list[tuple[float, float]]:
    """Return the left edge and the signed height of each bar."""
    paths = [e.get("d", "") for e in root(figure).iter(f"{SVG}path") if e.get("class") == f"m{colour}"]
    found = (re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)h[\d.]+V\2Z", path) for path in paths)
    return [(float(one[1]), float(one[2]) - float(one[3])) for one in found if one]


def test_bars_stand_on_0_and_are_as_high_as_their_values() -> None:
    figure = plot([("w", quantity([2, -1, 0.5], "键"))], AXES, look=Look(Drawn.BARS))
    heights = [height for _, height in bars(figure)]
    assert heights == pytest.approx([4 * heights[2], -2 * heights[2], heights[2]], abs=0.2)
    assert curves(figure) == []
    assert {"apple", "banana", "chair", "0", "−1"} <= set(texts(figure))
    check_layout(figure)


def test_bars_of_several_quantities_stand_side_by_side_and_numbers_are_places() -> None:
    values = np.arange(1.0, 9).reshape(4, 2)
    figure = plot([("w", quantity(values, "T", "图"))], AXES, look=Look(Drawn.BARS))
    first, second = bars(figure), bars(figure, 1)
    assert all(
        left < right < later for (left, _), (right, _), (later, _) in zip(first, second, first[1:], strict=False)
    )
    assert {"0.01", "1", "10", "100"} <= set(texts(figure))
    with pytest.raises(ExampleError, match="Bars at 61 places are more than 60"):
        plot([("w", Quantity(np.ones(61), (Dimension(""),)))], AXES, look=Look(Drawn.BARS))


def test_a_scatter_plot_has_a_mark_for_every_point_and_no_line() -> None:
    x, y = (np.random.default_rng(seed).normal(size=50) for seed in (1, 2))
    figure = plot([("y", quantity(y, "位置"))], AXES, ("x", quantity(x, "位置")), look=Look(Drawn.MARKS))
    assert curves(figure) == []
    assert roles(figure, "path").count("m0") == 50


def test_ticks_have_the_format_of_what_they_measure() -> None:
    percent, money = Format(1, percent=True), Format(2, thousands=True, unit="元")
    shares = quantity([0.2, 0.4, 0.6], "键")
    figure = plot([("w", shares)], AXES, look=Look(up=percent))
    assert {"20%", "60%"} <= set(texts(figure))
    assert "20.0%" in words(figure)
    across = quantity([0, 50_000, 100_000], "键")
    assert "100,000 元" in texts(plot([("w", shares)], AXES, ("owed", across), look=Look(across=money)))
    log = plot([("w", quantity([1e3, 1e5, 1e7, 1e8], "T"))], AXES, None, frozenset({"y"}), look=Look(up=money))
    assert "10,000 元" in texts(log)


def test_a_curve_on_another_is_dashed_and_both_keep_marks() -> None:
    same = quantity([0.25, 0.0625, 0.015625, 0.001], "T")
    figure = plot([("error", same), ("bound", same)], AXES, None, frozenset({"y"}))

    assert [role for role in roles(figure, "path") if "dashed" in role] == ["curve c1 dashed"]
    assert (roles(figure, "path").count("m0"), roles(figure, "path").count("m1")) == (5, 3)


def test_a_wide_last_label_stays_inside() -> None:
    figure = plot([("y", quantity([1, 2, 3], "键"))], AXES, ("x", quantity([0, 400_000_000, 1_000_000_000], "键")))

    assert "1000000000" in texts(figure)
    check_layout(figure)


def test_a_number_is_a_level() -> None:
    figure = plot([("length", quantity([1, 2, 3, 4], "T")), ("limit", quantity(2.5))], AXES)

    assert "limit = 2.5" in texts(figure)
    assert [role for role in roles(figure, "path") if "dashed" in role] == ["curve c1 dashed"] * 2


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ([("a", quantity([1, 2, 3], "键")), ("b", quantity([1, 2], "图"))], "share no axis"),
        ([("a", quantity(1))], "needs a quantity with an axis"),
        ([("a", quantity(np.ones((2, 2, 3)), "图", "查询", "键"))], "at most two"),
        ([("a", quantity([np.nan, np.inf, -np.inf], "键"))], "no value is finite"),
        ([("a", quantity(np.ones(5000), ""))], "5000 points"),
    ],
)
def test_what_cannot_be_plotted_says_why(quantities: list[tuple[str, Quantity]], message: str) -> None:
    with pytest.raises(ExampleError, match=message):
        plot(quantities, AXES)


FINITE = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(["T", "键", "位置", "查询"]),
    st.lists(st.sampled_from(["weights", "缩放点积注意力的方差", "h"]), min_size=1, max_size=8),
    st.sets(st.sampled_from(["x", "y"])),
    st.data(),
)
def test_any_plot_is_well_formed_and_set_without_overlaps(
    axis: str, names: list[str], log: set[str], data: st.DataObject
) -> None:
    def values() -> Array:
        return data.draw(arrays.arrays(np.float64, AXES[axis].size, elements=FINITE))

    quantities = [(name, quantity(values(), axis)) for name in names]
    try:
        figure = plot(quantities, AXES, None, frozenset(log))
    except ExampleError as error:
        assert "can be drawn" in error.what  # noqa: PT017 # most draws can be plotted, some have nothing to show
        return
    assert figure.width == 420
    assert not any(re.search("nan|inf", element.get("d") or "") for element in root(figure).iter())
    check_layout(figure)
