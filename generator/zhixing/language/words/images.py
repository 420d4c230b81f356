"""Words of the core: convolutions, pooling and patches of images."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.model import Array
from zhixing.language.words.costs import count_windows, count_work
from zhixing.language.words.word import Accepts, Explanation, Mechanism, Word, mechanism

_CONVOLUTION = {"stride": Accepts.WHOLE, "padding": Accepts.WHOLE_OR_WORD, "dilation": Accepts.WHOLE}
_LINE, _IMAGE = ("… t -> … s", "t"), ("… r c2 -> … y x", "r", "c2")


def _pool(compute: Callable[..., Array], form: str, *space: str) -> Mechanism:
    cost = count_windows(*space)
    return mechanism(
        compute, form, work=cost, options={"stride": Accepts.WHOLE}, needed={"size": Accepts.WHOLE}, peak=cost
    )


def _over(pool: Callable[..., Array], axes: int) -> Callable[..., Array]:
    """Return a pool over so many axes with windows of one size in all of them."""

    @wraps(pool)
    def compute(x: Array, size: int, **options: Any) -> Array:
        return pool(x, (size,) * axes, **options)

    return compute


IMAGES = (
    Word(
        "conv1d",
        mechanism(
            core.conv1d,
            "… t, kt -> … s",
            "… c t, o c kt, ?o -> … o s",
            work=count_windows("t"),
            options=_CONVOLUTION,
            peak=count_windows("t"),
        ),
        numpy=textbook.conv1d,
    ),
    Word(
        "conv2d",
        mechanism(
            core.conv2d,
            "… r c2, kr kc2 -> … y x",
            "… c r c2, o c kr kc2, ?o -> … o y x",
            work=count_windows("r", "c2"),
            options=_CONVOLUTION,
            peak=count_windows("r", "c2"),
        ),
        explanation=Explanation.WINDOW,
        numpy=textbook.conv2d,
    ),
    Word("avg_pool1d", _pool(_over(core.avg_pool, 1), *_LINE), numpy=textbook.avg_pool1d),
    Word("max_pool1d", _pool(_over(core.max_pool, 1), *_LINE), numpy=textbook.max_pool1d),
    Word("avg_pool2d", _pool(_over(core.avg_pool, 2), *_IMAGE), numpy=textbook.avg_pool2d),
    Word("max_pool2d", _pool(_over(core.max_pool, 2), *_IMAGE), numpy=textbook.max_pool2d),
    Word(
        "patches",
        mechanism(core.patches, "… r c -> … p x", work=count_work(entries="r c"), needed={"size": Accepts.WHOLE}),
        numpy=textbook.patches,
    ),
    Word(
        "receptive_field",
        mechanism(
            core.receptive_field, "l -> ", work=count_work(entries="l l"), arrays={"strides": "l", "dilations": "l"}
        ),
        no_gradient="whole numbers change in jumps",
        numpy=textbook.receptive_field,
    ),
)
