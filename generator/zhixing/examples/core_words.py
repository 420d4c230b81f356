"""The core's functions as words of the language: their shapes, their options, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from zhixing import core
from zhixing.examples.costs import Cost, sequence, windows, work
from zhixing.examples.model import Array
from zhixing.examples.signature import Signature, signature

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
