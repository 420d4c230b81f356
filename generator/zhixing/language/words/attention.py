"""Words of the core: attention, its heads and masks, and the layers of a transformer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.budget import NODE_WORK
from zhixing.language.model import Array
from zhixing.language.words.costs import Option, Sizes, count_work
from zhixing.language.words.word import Accepts, Explanation, Latex, Word, mechanism

_STEPS = (
    "scores: … n m; scaled: … n m; capped: … n m; masked: … n m; allowed: … n m; weights: … n m; lse: … n; "
    "output: … n v"
)
_GROUPED_STEPS = (
    "scores: … h n m; scaled: … h n m; capped: … h n m; masked: … h n m; allowed: … h n m; weights: … h n m; "
    "lse: … h n; output: … h n v"
)
_HEADS = (
    "Q: … h n k; K: … g m k; V: … g m v; scores: … h n m; scaled: … h n m; capped: … h n m; masked: … h n m; "
    "allowed: … h n m; weights: … h n m; lse: … h n; heads: … h n v; joined: … n j; output: … n o"
)
_PROJECTED = "… n d, … m e, h d k, g e k, g e v, j o"
_ENCODER = "… n d, h d k, h d k, h d v, j d, d f, f, f d, d"
_DECODER = "… n d, … m e, h d k, h d k, h d v, j d, h d k2, h e k2, h e v2, j2 d, d f, f, f d, d"
_BIASED = {"mask": "… n m", "bias": "… n m", "sink": "… n"}
_PROJECTION = {"b_Q": "h k", "b_K": "g k", "b_V": "g v", "b_O": "o", "g_Q": "k", "g_K": "k"}
_ATTENTION: Mapping[str, Accepts] = {
    "scale": Accepts.NUMBER, "causal": Accepts.FLAG, "window": Accepts.SIDES, "align": Accepts.WHOLE_OR_WORD,
    "softcap": Accepts.NUMBER,
}  # fmt: skip
_LAYER: Mapping[str, Accepts] = {"norm": Accepts.WORD, "activation": Accepts.WORD, "eps": Accepts.NUMBER}
_MASKED_SCORES = {"weights": "masked"}


def _with_mask(function: Callable[..., Any], name: str = "mask") -> Callable[..., Any]:
    """Return a function whose mask is numbers, 0 for what may not be seen; the core wants booleans."""

    @wraps(function)
    def compute(*arrays: Array, **named: Any) -> Any:
        if name in named:
            named[name] = named[name] != 0
        return function(*arrays, **named)

    return compute


def _attention_output(*arrays: Array, **named: Any) -> Array:
    """Return what `blocked_attention` returns, computed with every step, which can be followed back."""
    steps: core.Attention = _with_mask(core.attention)(*arrays, **named)
    return steps.output


@wraps(core.causal_mask)
def _causal_mask(queries: Array, keys: Array, **options: Any) -> Array:
    return core.causal_mask(queries.size, keys.size, **options)


@wraps(core.window_mask)
def _window_mask(queries: Array, keys: Array, **options: Any) -> Array:
    return core.window_mask(queries.size, keys.size, **options)


@wraps(core.encoder_layer)
def _encoder_layer(x: Array, *weights: Array, **options: Any) -> core.EncoderLayer:
    return core.encoder_layer(x, core.HeadWeights(*weights[:4]), core.NetworkWeights(*weights[4:]), **options)


@wraps(core.decoder_layer)
def _decoder_layer(x: Array, memory: Array, *weights: Array, **options: Any) -> core.DecoderLayer:
    heads, cross = core.HeadWeights(*weights[:4]), core.HeadWeights(*weights[4:8])
    return core.decoder_layer(x, memory, heads, cross, core.NetworkWeights(*weights[8:]), **options)


@wraps(core.alibi_slopes)
def _alibi_slopes(heads: Array) -> Array:
    return core.alibi_slopes(heads.size)


@wraps(core.alibi)
def _alibi(slopes: Array, queries: Array, keys: Array, **options: Any) -> Array:
    return core.alibi(slopes, queries.size, keys.size, **options)


@wraps(core.t5_bias)
def _t5_bias(weights: Array, queries: Array, keys: Array, **options: Any) -> Array:
    return core.t5_bias(weights, queries.size, keys.size, **options)


def _count_relative(sizes: Sizes, options: Mapping[str, Option]) -> int:
    """Return the cost of attention with a vector for each distance; weights are read once for each that occurs."""
    products = count_work("n m d, n m v, n r d, n r v", "n m")(sizes, options)
    n, m = sizes["n"], sizes["m"]
    return products + min(sizes["r"], n + m) * (2 * NODE_WORK + 4 * n * m)


ATTENTION = (
    Word(
        "attention",
        mechanism(
            _with_mask(core.attention),
            f"… n d, … m d, … m v -> {_STEPS}",
            work=count_work("n m d, n m v", "n m"),
            arrays=_BIASED,
            options=_ATTENTION,
        ),
        latex=Latex(r"\operatorname{Attention}"),
        explanation=Explanation.ATTENTION,
        scores=_MASKED_SCORES,
        reserves_name=True,
        numpy=textbook.attention,
    ),
    Word(
        "grouped_attention",
        mechanism(
            _with_mask(partial(core.attention, grouped=True)),
            f"… h n d, … g m d, … g m v -> {_GROUPED_STEPS}",
            work=count_work("h n m d, h n m v", "h n m"),
            arrays={"mask": "… h n m", "bias": "… h n m", "sink": "… h n"},
            options=_ATTENTION,
        ),
        scores=_MASKED_SCORES,
        sentence="Return every step of attention in which each head of keys and values serves a group of query heads.",
        numpy=textbook.grouped_attention,
    ),
    Word(
        "blocked_attention",
        mechanism(
            _with_mask(core.blocked_attention),
            "… n d, … m d, … m v -> … n v",
            work=count_work("n m d, n m v", "n m"),
            arrays=_BIASED,
            options=_ATTENTION,
        ),
        gradient=_attention_output,
        numpy=textbook.blocked_attention,
    ),
    Word(
        "hard_attention",
        mechanism(
            _with_mask(core.hard_attention),
            f"… n d, … m d, … m v -> {_STEPS}",
            work=count_work("n m d, n m v", "n m"),
            arrays={"mask": "… n m"},
            options={"scale": Accepts.NUMBER, "seed": Accepts.WHOLE},
        ),
        scores=_MASKED_SCORES,
        no_gradient="it chooses one value, and the choice changes in jumps",
        numpy=textbook.hard_attention,
    ),
    Word(
        "linear_attention",
        mechanism(
            core.linear_attention,
            "… n d, … n d, … n v -> state: … d v; output: … n v",
            work=lambda s, _: s["n"] * (2 * NODE_WORK + 20 * s["d"] * s["v"]),
            arrays={"decay": "… n d", "beta": "… n", "state": "… d v"},
            options={"scale": Accepts.NUMBER},
            peak=lambda s, _: s["d"] * s["v"],
        ),
        numpy=textbook.linear_attention,
    ),
    Word(
        "relative_attention",
        mechanism(
            _with_mask(core.relative_attention),
            f"… n d, … m d, … m v, r d, ?r v -> {_STEPS}",
            work=_count_relative,
            arrays={"mask": "… n m"},
            options={"scale": Accepts.NUMBER, "causal": Accepts.FLAG, "align": Accepts.WHOLE_OR_WORD},
        ),
        scores=_MASKED_SCORES,
        numpy=textbook.relative_attention,
    ),
    Word(
        "merge_attention",
        mechanism(
            core.merge_attention, "… p n v, … p n -> lse: … n; output: … n v", work=count_work(entries="p n v, p n")
        ),
        numpy=textbook.merge_attention,
    ),
    Word(
        "extend_cache",
        mechanism(
            core.extend_cache,
            "… p d, … p v, … m d, … m v -> K: … c d; V: … c v",
            work=count_work(entries="p d, p v, m d, m v"),
            options={"keep": Accepts.WHOLE},
            peak=lambda s, _: (s["p"] + s["m"]) * (s["d"] + s["v"]),
        ),
        numpy=textbook.extend_cache,
    ),
    Word(
        "additive_scores",
        mechanism(core.additive_scores, "… n p, … m q, p h, q h, h -> … n m", work=count_work("n p h, m q h", "n m h")),
        numpy=textbook.additive_scores,
    ),
    Word(
        "additive_attention",
        mechanism(
            _with_mask(core.additive_attention),
            f"… n p, … m q, … m v, p h, q h, h -> {_STEPS}",
            work=count_work("n p h, m q h, n m v", "n m h"),
            arrays={"mask": "… n m"},
            peak=lambda s, _: s["n"] * s["m"] * s["h"],
        ),
        scores=_MASKED_SCORES,
        numpy=textbook.additive_attention,
    ),
    Word(
        "multi_head",
        mechanism(
            _with_mask(core.multi_head),
            f"{_PROJECTED} -> {_HEADS}",
            work=count_work("h n d k, g m e k, g m e v, h n m k, h n m v, n j o", "h n m, h n k, g m k"),
            arrays={"mask": "… n m", "bias": "… n m", "sink": "… h n", **_PROJECTION},
            options=_ATTENTION,
        ),
        scores=_MASKED_SCORES,
        numpy=textbook.multi_head,
    ),
    Word(
        "encoder_layer",
        mechanism(
            _encoder_layer,
            f"{_ENCODER} -> weights: … h n m; attended: … n d; output: … n d",
            work=count_work("h n d k, h n d k, h n d v, h n n k, h n n v, n j d, n d f, n d f", "h n n, n f"),
            arrays={"gains": "w d", "shifts": "w d"},
            options={"causal": Accepts.FLAG, **_LAYER},
            peak=lambda s, _: s["h"] * s["n"] * s["n"] + s["n"] * s["f"],
        ),
        numpy=textbook.encoder_layer,
    ),
    Word(
        "decoder_layer",
        mechanism(
            _with_mask(_decoder_layer, "memory_mask"),
            f"{_DECODER} -> weights: … h n w; attended: … n d; cross_weights: … h n m; crossed: … n d; output: … n d",
            work=count_work(
                "h n d k, h n d v, h n n k, h n n v, h n d k2, h n m k2, h n m v2, h m e k2, h m e v2, n j d,"
                " n j2 d, n d f, n d f",
                "h n n, h n m, n f",
            ),
            arrays={"memory_mask": "… n m", "gains": "w3 d", "shifts": "w3 d"},
            options=_LAYER,
            peak=lambda s, _: s["h"] * s["n"] * (s["n"] + s["m"]) + s["n"] * s["f"],
        ),
        numpy=textbook.decoder_layer,
    ),
    Word(
        "split_heads",
        mechanism(
            core.split_heads, "… n d -> … h n k", work=count_work(entries="n d"), needed={"heads": Accepts.WHOLE}
        ),
        numpy=textbook.split_heads,
    ),
    Word(
        "join_heads",
        mechanism(core.join_heads, "… h n d -> … n k", work=count_work(entries="h n d")),
        numpy=textbook.join_heads,
    ),
    Word(
        "softmax_jacobian",
        mechanism(
            core.softmax_jacobian,
            "… n -> … n m",
            work=count_work(entries="n n"),
            options={"temperature": Accepts.NUMBER},
            peak=lambda s, _: s["n"] ** 2,
        ),
        numpy=textbook.softmax_jacobian,
    ),
    Word(
        "causal_mask",
        mechanism(
            _causal_mask, "n, m -> n m", work=count_work(entries="n m"), options={"align": Accepts.WHOLE_OR_WORD}
        ),
        no_gradient="it is 0 or 1",
        numpy=textbook.causal_mask,
    ),
    Word(
        "window_mask",
        mechanism(
            _window_mask,
            "n, m -> n m",
            work=count_work(entries="n m"),
            options={"align": Accepts.WHOLE_OR_WORD},
            needed={"window": Accepts.SIDES},
        ),
        no_gradient="it is 0 or 1",
        numpy=textbook.window_mask,
    ),
    Word(
        "alibi_slopes",
        mechanism(_alibi_slopes, "h -> h", work=count_work(entries="h")),
        no_gradient="it depends on a number of heads alone",
        numpy=textbook.alibi_slopes,
    ),
    Word(
        "alibi",
        mechanism(_alibi, "…, n, m -> … n m", work=count_work(entries="n m"), options={"align": Accepts.WHOLE_OR_WORD}),
        numpy=textbook.alibi,
    ),
    Word(
        "t5_bias",
        mechanism(
            _t5_bias,
            "… b, n, m -> … n m",
            work=count_work(entries="n m"),
            options={"align": Accepts.WHOLE_OR_WORD, "farthest": Accepts.WHOLE, "causal": Accepts.FLAG},
        ),
        numpy=textbook.t5_bias,
    ),
)
