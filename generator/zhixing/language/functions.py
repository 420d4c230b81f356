"""Every word that an expression may use beside the names it declares: constants and functions, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import prod
from typing import Any

import numpy as np

from zhixing import core
from zhixing.language.arrays import Axes, close, describe, root
from zhixing.language.budget import NODE_WORK
from zhixing.language.model import Array, Dimension, ExampleError, Quantity, Signature, signature
from zhixing.problems import Code, did_you_mean

# Functions that take `axis=`: those that use an axis up, and those that keep it.

Reduce = Callable[[Array, tuple[int, ...]], Array]


def places(quantity: Quantity, names: Sequence[str] | None, axes: Axes) -> tuple[int, ...]:
    """Return the dimensions that `axis=` names; all of them where it is left out.

    Raises:
        ExampleError: the quantity has no such axis, or has it twice.
    """
    if names is None:
        return tuple(range(len(quantity.dimensions)))
    at = tuple(_place(quantity, name, axes) for name in names)
    if len(set(at)) < len(at):
        what = f"axis=[{', '.join(names)}] names one of the axes twice"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name each once")
    return at


def _place(quantity: Quantity, name: str, axes: Axes) -> int:
    exact = [i for i, own in enumerate(quantity.axes) if own == name]
    found = exact or [i for i, own in enumerate(quantity.axes) if own and root(axes, own) == root(axes, name)]
    if len(found) == 1:
        return found[0]
    fix = did_you_mean(name, quantity.axes) or "Name one of its own axes"
    if found:
        fix = "Give one of them a second name under `axes:` (`键: 词`)"
    what = f"axis={name}: {describe(quantity)} has {'that axis twice' if found else 'no such axis'}"
    raise ExampleError(Code.EXAMPLE_AXES, what, fix)


def reduce(function: Reduce, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Use up the dimensions `at`."""
    kept = tuple(d for i, d in enumerate(quantity.dimensions) if i not in at)
    return Quantity(np.asarray(function(quantity.values, at)), kept)


def keep(function: Reduce, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Apply along the dimensions `at` and keep them all."""
    return Quantity(np.asarray(function(quantity.values, at)), quantity.dimensions)


def arg(best: Callable[..., Array], quantity: Quantity, at: tuple[int, ...], axes: Axes) -> Quantity:
    """Return the position of the largest (smallest) entry; it knows its axes and prints as their labels.

    A position over several axes is flat in C order over the whole axes.

    Raises:
        ExampleError: two entries share the place (as `==` has it in statements), or one is not a number.
    """
    kept = [i for i in range(len(quantity.dimensions)) if i not in at]
    shape = [quantity.values.shape[i] for i in at]
    flat = quantity.values.transpose(*kept, *at).reshape(*(quantity.values.shape[i] for i in kept), prod(shape))
    _refuse_ties(flat, best)
    chosen = np.unravel_index(best(flat, axis=-1), shape)
    dimensions = [quantity.dimensions[i] for i in at]
    whole = [_whole(c, d) for c, d in zip(chosen, dimensions, strict=True)]
    sizes = [axes[d.axis].size if d.axis in axes else n for d, n in zip(dimensions, shape, strict=True)]
    values = np.ravel_multi_index(tuple(whole), sizes)
    # Labels of a position over several axes need them all.
    on = tuple(Dimension(d.axis) for d in dimensions) if all(d.axis in axes for d in dimensions) else ()
    return Quantity(np.asarray(values, np.float64), tuple(quantity.dimensions[i] for i in kept), on)


def _whole(chosen: Array, dimension: Dimension) -> Array:
    """Turn positions within a slice into positions on the whole axis."""
    return chosen if dimension.positions is None else np.asarray(dimension.positions)[chosen]


def _refuse_ties(flat: Array, best: Callable[..., Array]) -> None:
    if np.any(np.isnan(flat)):
        raise ExampleError(Code.EXAMPLE_RUN, "An entry is not a number, so none is the best", "Mask it with where(...)")
    top = np.take_along_axis(flat, np.expand_dims(best(flat, axis=-1), -1), axis=-1)
    if np.any(np.sum(close(flat, top), axis=-1) > 1):
        what = "Two entries tie for the best place, so the answer would be an accident"
        raise ExampleError(Code.EXAMPLE_RUN, what, "Part their values")


def merge(quantity: Quantity, names: Sequence[str], axes: Axes) -> Quantity:
    """Join axes into one, the first named varying slowest, at the place of the last; the new axis has no name yet."""
    at = places(quantity, names, axes)
    if len(at) < 2:
        raise ExampleError(Code.EXAMPLE_AXES, "merge needs two or more different axes", "Write merge(x, [头, 维])")
    rest = [i for i in range(len(quantity.dimensions)) if i not in at]
    slot = sum(i < at[-1] for i in rest)
    order = [*rest[:slot], *at, *rest[slot:]]
    shape = quantity.values.shape
    sizes = [*(shape[i] for i in rest[:slot]), prod(shape[i] for i in at), *(shape[i] for i in rest[slot:])]
    dimensions = [quantity.dimensions[i] for i in rest]
    dimensions.insert(slot, Dimension(""))
    return Quantity(quantity.values.transpose(order).reshape(sizes), tuple(dimensions))


def _norm(values: Array, at: tuple[int, ...]) -> Array:
    return np.asarray(np.sqrt(np.sum(np.square(values), axis=at)))


def _entropy(values: Array, at: tuple[int, ...]) -> Array:
    # A single number is all of its distribution; the core wants an axis.
    return np.asarray(core.entropy(values, axis=at) if at else core.entropy(values[None], axis=0))


REDUCTIONS: dict[str, Reduce] = {
    "sum": lambda x, at: np.asarray(np.sum(x, axis=at)),
    "mean": lambda x, at: np.asarray(np.mean(x, axis=at)),
    "var": lambda x, at: np.asarray(np.var(x, axis=at)),
    "std": lambda x, at: np.asarray(np.std(x, axis=at)),
    "prod": lambda x, at: np.asarray(np.prod(x, axis=at)),
    "max": lambda x, at: np.asarray(np.max(x, axis=at)),
    "min": lambda x, at: np.asarray(np.min(x, axis=at)),
    "all": lambda x, at: np.asarray(np.all(x, axis=at), np.float64),
    "any": lambda x, at: np.asarray(np.any(x, axis=at), np.float64),
    "norm": _norm,
    "entropy": _entropy,
}

KEEPERS: dict[str, Callable[..., Array]] = {
    "softmax": lambda x, at, **options: np.asarray(core.softmax(x, axis=at, **options)),
    "normalize": lambda x, at, **options: np.asarray(core.normalize(x, axis=at, **options)),
}
KEEPER_OPTIONS = {"softmax": "temperature", "normalize": "eps"}

OF_NOTHING = frozenset({"sum", "prod", "all", "any", "norm", "entropy"})
"""Reductions that have a value where there is nothing to reduce."""

# What a function of the core costs, from the sizes of its axes: counted before it runs.

Option = float | int | bool | str
Sizes = Mapping[str, int]
Cost = Callable[[Sizes, Mapping[str, Option]], int]


def _sum(terms: str, sizes: Sizes) -> int:
    return sum(prod(sizes.get(letter, 1) for letter in term.split()) for term in terms.split(",") if term)


def work(products: str = "", entries: str = "") -> Cost:
    """Return the cost of matrix products (`n m d` is queries times keys times features) and of work entry by entry."""
    return lambda sizes, _options: 2 * _sum(products, sizes) + 60 * _sum(entries, sizes)


def sequence(products: str) -> Cost:
    """Return the cost of a loop along `t`: each step is a few of the interpreter's own."""
    return lambda sizes, _options: 2 * _sum(products, sizes) + (2 * NODE_WORK + 200 * sizes["h"]) * sizes["t"]


def windows(*space: str) -> Cost:
    """Return the cost of a sliding window: the core copies what each position sees."""

    def cost(sizes: Sizes, options: Mapping[str, Option]) -> int:
        total = sizes.get("c", 1) * sizes.get("o", 1)
        for letter in space:
            kernel = sizes.get(f"k{letter}", 0) or abs(int(options.get("size", 1)))
            padding = options.get("padding", 0)
            around = 2 * abs(int(padding)) if not isinstance(padding, str) else 2 * kernel
            total *= (sizes[letter] + around) * kernel
        return total

    return cost


# The core's functions as words of the language: their shapes, their options, and what they cost.

_STEPS = "scores: … n m; scaled: … n m; masked: … n m; weights: … n m; output: … n v"
_HEADS = (
    "Q: … h n k; K: … g m k; V: … g m v; scores: … h n m; scaled: … h n m; masked: … h n m; weights: … h n m; "
    "heads: … h n v; joined: … n j; output: … n o"
)
_LSTM = "f: … {0}h; i: … {0}h; o: … {0}h; g: … {0}h; c: … {0}h; h: … {0}h"
_GRU = "z: … {0}h; r: … {0}h; n: … {0}h; h: … {0}h"


class Kind(Enum):
    """What an option may be: a number, a whole number, yes (1) or no (0), a word in quotes, or either of the last."""

    NUMBER = "a number"
    WHOLE = "a whole number"
    FLAG = "1 or 0"
    WORD = "a word in quotes"
    WHOLE_OR_WORD = "a whole number or a word in quotes"


@dataclass(frozen=True, slots=True)
class Core:
    """A function of the core.

    `forms` are its signatures, of which the first whose numbers of axes fit is taken. `needed` are options that must be
    given (in their order behind the arrays, or by name), `options` those that may be, each with its type. `work` is the
    number of multiplications, `peak` the largest array made on the way, both for one of the leading positions.
    """

    function: Callable[..., Any]
    forms: tuple[Signature, ...]
    work: Cost
    options: Mapping[str, Kind] = field(default_factory=dict)
    needed: Mapping[str, Kind] = field(default_factory=dict)
    peak: Cost | None = None


def _mask(function: Callable[..., Any], name: str = "mask") -> Callable[..., Any]:
    """Return a function whose mask is numbers, 0 for what may not be seen; the core wants booleans."""

    def called(*arrays: Array, **named: Any) -> Any:
        if name in named:
            named[name] = named[name] != 0
        return function(*arrays, **named)

    return called


def _word(function: Callable[..., Any], form: str, cost: Cost, **options: Kind) -> Core:
    return Core(function, (signature(form),), cost, options)


_BIASED = {"mask": "… n m", "bias": "… n m"}
_ATTENTION: dict[str, Kind] = {
    "scale": Kind.NUMBER, "causal": Kind.FLAG, "window": Kind.WHOLE, "align": Kind.WORD, "softcap": Kind.NUMBER,
}  # fmt: skip
_LAYER: dict[str, Kind] = {"norm": Kind.WORD, "activation": Kind.WORD, "eps": Kind.NUMBER}
_CONVOLUTION: dict[str, Kind] = {"stride": Kind.WHOLE, "padding": Kind.WHOLE_OR_WORD, "dilation": Kind.WHOLE}
_PROJECTED = "… n d, … m e, h d k, g e k, g e v, j o"
_ENCODER = "… n d, h d k, h d k, h d v, j d, d f, f, f d, d"
_DECODER = "… n d, … m e, h d k, h d k, h d v, j d, h d k2, h e k2, h e v2, j2 d, d f, f, f d, d"

CORE: dict[str, Core] = {
    "attention": Core(
        _mask(core.attention), (signature(f"… n d, … m d, … m v -> {_STEPS}", **_BIASED),),
        work("n m d, n m v", "n m"), _ATTENTION,
    ),
    "attend": Core(
        _mask(core.attend), (signature("… n d, … m d, … m v -> … n v", **_BIASED),),
        work("n m d, n m v", "n m"), _ATTENTION,
    ),
    "hard_attention": Core(
        _mask(core.hard_attention), (signature(f"… n d, … m d, … m v -> {_STEPS}", mask="… n m"),),
        work("n m d, n m v", "n m"), {"scale": Kind.NUMBER, "seed": Kind.WHOLE},
    ),
    "additive_scores": _word(
        core.additive_scores, "… n p, … m q, p h, q h, h -> … n m", work("n p h, m q h", "n m h")
    ),
    "additive_attention": Core(
        _mask(core.additive_attention),
        (signature(f"… n p, … m q, … m v, p h, q h, h -> {_STEPS}", mask="… n m"),),
        work("n p h, m q h, n m v", "n m h"), peak=lambda s, _: s["n"] * s["m"] * s["h"],
    ),
    "multi_head": Core(
        _mask(core.multi_head),
        (signature(f"{_PROJECTED} -> {_HEADS}", **_BIASED),),
        work("h n d k, g m e k, g m e v, h n m k, h n m v, n j o", "h n m"), _ATTENTION,
    ),
    "encoder_layer": Core(
        core.encoder_layer, (signature(f"{_ENCODER} -> weights: … h n m; attended: … n d; output: … n d"),),
        work("h n d k, h n d k, h n d v, h n n k, h n n v, n j d, n d f, n d f", "h n n, n f"),
        {"causal": Kind.FLAG, **_LAYER},
        peak=lambda s, _: s["h"] * s["n"] * s["n"] + s["n"] * s["f"],
    ),
    "decoder_layer": Core(
        _mask(core.decoder_layer, "memory_mask"),
        (signature(
            f"{_DECODER} -> weights: … h n w; attended: … n d; cross_weights: … h n m; crossed: … n d; output: … n d",
            memory_mask="… n m"),),
        work(
            "h n d k, h n d v, h n n k, h n n v, h n d k2, h n m k2, h n m v2, h m e k2, h m e v2, n j d, n j2 d,"
            " n d f, n d f", "h n n, h n m, n f",
        ), _LAYER,
        peak=lambda s, _: s["h"] * s["n"] * (s["n"] + s["m"]) + s["n"] * s["f"],
    ),
    "split_heads": Core(
        core.split_heads, (signature("… n d -> … h n k"),), work(entries="n d"), needed={"heads": Kind.WHOLE}
    ),
    "join_heads": _word(core.join_heads, "… h n d -> … n k", work(entries="h n d")),
    "softmax_jacobian": Core(
        core.softmax_jacobian, (signature("… n -> … n m"),), work(entries="n n"), {"temperature": Kind.NUMBER},
        peak=lambda s, _: s["n"] ** 2,
    ),
    "dot": _word(core.dot, "… d, … d -> …", work("d")),
    "cosine_similarity": _word(core.cosine_similarity, "… d, … d -> …", work(entries="d")),
    "linear": _word(core.linear, "… d, d e, ?e -> … e", work("d e")),
    "feed_forward": _word(
        core.feed_forward, "… d, d h, h, h e, e -> … e", work("d h, h e", "h"), activation=Kind.WORD
    ),
    "layer_norm": _word(core.layer_norm, "… d, ?d, ?d -> … d", work(entries="d"), eps=Kind.NUMBER),
    "rms_norm": _word(core.rms_norm, "… d, ?d -> … d", work(entries="d"), eps=Kind.NUMBER),
    "batch_norm": Core(
        core.batch_norm, (signature("b d, ?d, ?d -> b d", mean="d", variance="d"),), work(entries="b d"),
        {"eps": Kind.NUMBER},
    ),
    "residual": _word(core.residual, "…, … -> …", work(entries=" ")),
    "positions": Core(
        lambda pos, features, **options: core.positions(pos, features.size, **options),
        (signature("…, d -> … d"),), work(entries="d"), {"base": Kind.NUMBER},
    ),
    "position_shift": Core(
        lambda k, features, **options: core.position_shift(float(k), features.size, **options),
        (signature(", d -> d e"),), work(entries="d d"), {"base": Kind.NUMBER}, peak=lambda s, _: s["d"] ** 2,
    ),
    "rotary": Core(
        core.rotary, (signature("… n d -> … n d", pos="… n"),), work(entries="n d"),
        {"base": Kind.NUMBER, "width": Kind.WHOLE, "interleaved": Kind.FLAG},
    ),
    "causal_mask": Core(
        lambda queries, keys, **options: core.causal_mask(queries.size, keys.size, **options),
        (signature("n, m -> n m"),), work(entries="n m"), {"align": Kind.WORD},
    ),
    "window_mask": Core(
        lambda queries, keys, **options: core.window_mask(queries.size, keys.size, **options),
        (signature("n, m -> n m"),), work(entries="n m"), {"align": Kind.WORD}, {"window": Kind.WHOLE},
    ),
    "conv1d": Core(
        core.conv1d, (signature("… t, kt -> … s"), signature("… c t, o c kt, ?o -> … o s")), windows("t"),
        _CONVOLUTION, peak=windows("t"),
    ),
    "conv2d": Core(
        core.conv2d, (signature("… r c2, kr kc2 -> … y x"), signature("… c r c2, o c kr kc2, ?o -> … o y x")),
        windows("r", "c2"), _CONVOLUTION, peak=windows("r", "c2"),
    ),
    **{
        name: Core(
            getattr(core, name), (signature(form),), windows(*space), {"stride": Kind.WHOLE}, {"size": Kind.WHOLE},
            peak=windows(*space),
        )
        for name, form, space in (
            ("avg_pool1d", "… t -> … s", ("t",)), ("max_pool1d", "… t -> … s", ("t",)),
            ("avg_pool2d", "… r c2 -> … y x", ("r", "c2")), ("max_pool2d", "… r c2 -> … y x", ("r", "c2")),
        )
    },
    "patches": Core(core.patches, (signature("… r c -> … p x"),), work(entries="r c"), needed={"size": Kind.WHOLE}),
    "receptive_field": Core(
        core.receptive_field, (signature("l -> ", strides="l", dilations="l"),), work(entries="l l"),
    ),
    "embedding": Core(
        core.embedding, (signature("…, v d -> … d"),), work(entries="d"), {"scaled": Kind.FLAG}
    ),
    "ngram_counts": Core(
        lambda tokens, words: core.ngram_counts(tokens, words.size),
        (signature("t, v -> v w"),), work(entries="t, v v"), peak=lambda s, _: s["v"] ** 2,
    ),
    "ngram_probabilities": _word(core.ngram_probabilities, "… v -> … v", work(entries="v"), smoothing=Kind.NUMBER),
    "rnn_cell": _word(core.rnn_cell, "… d, … h, d h, h h, ?h -> … h", work("d h, h h", "h"), activation=Kind.WORD),
    "rnn": Core(
        core.rnn, (signature("… t d, d h, h h, ?h -> … t h", h0="… h"),), sequence("t d h, t h h"),
        {"activation": Kind.WORD},
    ),
    "lstm_cell": _word(
        core.lstm_cell, f"… d, … h, … h, g d h, g h h, ?g h -> {_LSTM.format('')}", work("g d h, g h h", "g h")
    ),
    "lstm": Core(
        core.lstm, (signature(f"… t d, g d h, g h h, ?g h -> {_LSTM.format('t ')}", h0="… h", c0="… h"),),
        sequence("t g d h, t g h h"),
    ),
    "gru_cell": Core(
        core.gru_cell, (signature(f"… d, … h, g d h, g h h, ?g h -> {_GRU.format('')}", b_n="h"),),
        work("g d h, g h h", "g h"), {"reset_after": Kind.FLAG},
    ),
    "gru": Core(
        core.gru, (signature(f"… t d, g d h, g h h, ?g h -> {_GRU.format('t ')}", h0="… h", b_n="h"),),
        sequence("t g d h, t g h h"), {"reset_after": Kind.FLAG},
    ),
    "pinv": Core(
        np.linalg.pinv, (signature("n d -> d n"),),
        lambda s, _: 40 * s["n"] * s["d"] * min(s["n"], s["d"]),
    ),
}  # fmt: skip

CONSTANTS = {"inf": np.inf, "nan": np.nan, "pi": np.pi}


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A function of one or more quantities, entry by entry. `weight` is its work for an entry, about a nanosecond."""

    function: Callable[..., Array]
    least: int = 1
    most: int = 1
    weight: int = 2


def _truth(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: np.asarray(function(*arrays), np.float64)


ELEMENTWISE: dict[str, Elementwise] = {
    "abs": Elementwise(np.abs),
    "sign": Elementwise(np.sign),
    "floor": Elementwise(np.floor),
    "ceil": Elementwise(np.ceil),
    "round": Elementwise(np.rint),
    "sqrt": Elementwise(np.sqrt),
    "exp": Elementwise(np.exp, weight=10),
    "log": Elementwise(np.log, weight=10),
    "log2": Elementwise(np.log2, weight=10),
    "log10": Elementwise(np.log10, weight=10),
    "sin": Elementwise(np.sin, weight=40),
    "cos": Elementwise(np.cos, weight=40),
    "tan": Elementwise(np.tan, weight=40),
    "tanh": Elementwise(core.tanh, weight=10),
    "relu": Elementwise(core.relu, weight=4),
    "sigmoid": Elementwise(core.sigmoid, weight=30),
    "gelu": Elementwise(core.gelu, weight=200),
    "silu": Elementwise(core.silu, weight=30),
    "isnan": Elementwise(_truth(np.isnan)),
    "isinf": Elementwise(_truth(np.isinf)),
    "float16": Elementwise(lambda x: np.asarray(x, np.float16), weight=10),
    "float32": Elementwise(lambda x: np.asarray(x, np.float32)),
    "maximum": Elementwise(np.maximum, 2, 2),
    "minimum": Elementwise(np.minimum, 2, 2),
    "where": Elementwise(lambda c, a, b: np.asarray(np.where(c != 0, a, b)), 3, 3, weight=4),
}


SPECIAL = ("size", "merge", "argmax", "argmin")

RESERVED = frozenset({*CONSTANTS, *ELEMENTWISE, *REDUCTIONS, *KEEPERS, *SPECIAL, "attention"})
"""Words that no quantity may be named."""

WORDS = RESERVED | CORE.keys()
"""Every word. A quantity may take the name of another function of the core (`gru`), which then is none."""
