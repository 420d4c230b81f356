"""The vocabulary: every public function of the core is a word, and each word does what the core does."""

from __future__ import annotations

import inspect
import re
from typing import Any, cast

import numpy as np
import pytest
from worked_examples import good_run, messages

from zhixing import core
from zhixing.language.evaluate import Evaluator
from zhixing.language.expression import parse_expression
from zhixing.language.latex import formula
from zhixing.language.model import Array, Axis, Dimension, Quantity, Record
from zhixing.language.scope import Names, Scope
from zhixing.language.words import CONSTANTS, FUNCTIONS, RESERVED, WORDS
from zhixing.language.words.along import ALONG_AXIS, FORM, ORDERINGS, REDUCTIONS
from zhixing.language.words.attention import ATTENTION
from zhixing.language.words.entrywise import ENTRYWISE
from zhixing.language.words.images import IMAGES
from zhixing.language.words.layers import LAYERS
from zhixing.language.words.sequences import SEQUENCES
from zhixing.language.words.training import TRAINING
from zhixing.language.words.word import Entrywise, Explanation, Mechanism, Word
from zhixing.show.derivation import derivation
from zhixing.source import Span

MECHANISMS = {name: word.function for name, word in FUNCTIONS.items() if isinstance(word.function, Mechanism)}
NO_WORDS = {
    "identity": "x says it",
    **dict.fromkeys(("avg_pool", "max_pool"), "avg_pool1d, avg_pool2d … say over how many axes"),
    **dict.fromkeys(("HeadWeights", "NetworkWeights"), "notes give the arrays one by one"),
    "CoreError": "not a function",
    **dict.fromkeys(
        (
            "Adam",
            "Attention",
            "BeamSearch",
            "DecoderLayer",
            "EncoderLayer",
            "GRU",
            "KeyValueCache",
            "LSTM",
            "LinearAttention",
            "MergedAttention",
            "MixtureOfExperts",
            "MultiHead",
            "SGD",
        ),
        "a record; its fields are steps",
    ),
}
LEFT_OUT = {
    "attention": {"grouped", "past"},  # grouped_attention; extend_cache gives past keys and new ones together
    "blocked_attention": {"grouped", "past", "out"},
    "grouped_attention": {"grouped", "past"},
    "batch_norm": {"axis"},  # normalize(x, axis=...) goes by name
    "layer_norm": {"axis"},
    "rms_norm": {"axis"},
    "encoder_layer": {"mask"},  # without a second name for the keys there is no telling its two axes apart
    "ngram_counts": {"n"},  # the number of axes of a result is not a matter of an argument
    "receptive_field": set(),
}
SIZES = {
    "n": 4, "m": 5, "d": 6, "v": 3, "h": 2, "k": 3, "j": 6, "o": 6, "f": 7, "t": 5, "r": 6, "c": 4, "kr": 2, "g3": 3,
    "g4": 4, "e": 6, "q": 2, "p": 6, "b": 4, "out": 2, "kt": 3, "one": 1, "batch": 2, "w": 8,
}  # fmt: skip
AXES = {name: Axis(name, size, root=name) for name, size in SIZES.items()}


def made(name: str, *axes: str) -> Quantity:
    shape = [SIZES[axis] for axis in axes]
    values = np.random.default_rng(sum(map(ord, name))).normal(size=shape)
    return Quantity(values, tuple(Dimension(axis) for axis in axes))


GIVEN = {
    name: made(name, *axes.split())
    for name, axes in {
        "Q": "n d", "K": "m d", "V": "m v", "X": "n d", "BX": "batch n d",
        "BV": "batch m v", "M": "n m", "s": "n", "y": "d", "Wp": "d h",
        "Wq": "d h", "u": "h", "WQ": "h d k", "WK": "h d k", "WV": "h d k", "WO": "j d", "W1": "d f", "b1": "f",
        "W2": "f d", "b2": "d", "seq": "t d", "image": "r c", "ker": "kr kr", "line": "t", "kern": "kt",
        "images": "batch r c", "filters": "out batch kr kr", "bias": "out", "H": "h n k", "Wx": "d h", "Uh": "h h",
        "bh": "h", "W3": "g3 d h", "U3": "g3 h h", "c3": "g3 h", "W4": "g4 d h", "U4": "g4 h h", "c4": "g4 h",
        "KG": "one m k", "VG": "one m v", "hid": "h", "cell": "h", "table": "v d", "logits": "t v",
        "square": "d d", "memory": "m d", "RK": "g3 d", "RV": "g3 v", "PO": "h n v", "PL": "h n",
        "pK": "g4 d", "pV": "g4 v", "Wr": "d g4", "E2": "g4 h v", "e2": "g4 v", "first": "v", "next": "v v",
        "BQ": "h k", "gQ": "k", "gain2": "batch d", "gain3": "g3 d",
    }.items()
}  # fmt: skip
GIVEN["tokens"] = Quantity(np.array([2.0, 0, 1, 1, 2]), (Dimension("t"),))
GIVEN["P"] = Quantity(np.array(core.softmax(np.asarray(GIVEN["X"].values))), GIVEN["X"].dimensions)
GIVEN["allowed"] = Quantity((GIVEN["M"].values > -0.5).astype(np.float64), GIVEN["M"].dimensions)
G: dict[str, Array] = {name: quantity.values for name, quantity in GIVEN.items()}
MASK = G["allowed"] != 0
HEADS = (G["WQ"], G["WK"], G["WV"], G["WO"])
CROSS = (G["WK"], G["WQ"], G["WV"], G["WO"])
NETWORK = (G["W1"], G["b1"], G["W2"], G["b2"])
HEADS_RECORD, NETWORK_RECORD = core.HeadWeights(*HEADS), core.NetworkWeights(*NETWORK)
POOLS = {
    "avg_pool1d": core.avg_pool,
    "avg_pool2d": core.avg_pool,
    "max_pool1d": core.max_pool,
    "max_pool2d": core.max_pool,
}

CALLS: dict[str, list[tuple[str, Any]]] = {
    "attention": [
        ("attention(Q, K, V)", core.attention(G["Q"], G["K"], G["V"])),
        (
            "attention(Q, K, V, mask=allowed, bias=M, scale=0.3, softcap=2)",
            core.attention(G["Q"], G["K"], G["V"], mask=MASK, bias=G["M"], scale=0.3, softcap=2),
        ),
        ("attention(Q, K, V, mask=allowed.T)", core.attention(G["Q"], G["K"], G["V"], mask=MASK)),
        (
            'attention(Q, K, V, causal=1, window=2, align="end")',
            core.attention(G["Q"], G["K"], G["V"], causal=True, window=2, align="end"),
        ),
        (
            "attention(Q, K, V, window=[inf, 1], align=1)",
            core.attention(G["Q"], G["K"], G["V"], window=(None, 1), align=1),
        ),
        ("attention(BX, K, V)", core.attention(G["BX"], G["K"], G["V"])),
        ("attention(Q, K, V, sink=s)", core.attention(G["Q"], G["K"], G["V"], sink=G["s"])),
    ],
    "grouped_attention": [
        (
            "grouped_attention(H, KG, VG, mask=allowed, softcap=3)",
            core.attention(G["H"], G["KG"], G["VG"], mask=MASK, softcap=3, grouped=True),
        ),
        (
            "grouped_attention(H, KG, VG, sink=u)",
            core.attention(G["H"], G["KG"], G["VG"], sink=G["u"][:, None], grouped=True),
        ),
    ],
    "blocked_attention": [
        (
            'blocked_attention(Q, K, V, mask=allowed, causal=1, align="start")',
            core.blocked_attention(G["Q"], G["K"], G["V"], mask=MASK, causal=True, align="start"),
        ),
        ("blocked_attention(Q, K, V, sink=1)", core.blocked_attention(G["Q"], G["K"], G["V"], sink=1)),
    ],
    "hard_attention": [
        (
            "hard_attention(Q, K, V, mask=allowed, scale=2, seed=3)",
            core.hard_attention(G["Q"], G["K"], G["V"], mask=MASK, scale=2, seed=3),
        )
    ],
    "swiglu": [("swiglu(X, W1, W1 + 1, W2)", core.swiglu(G["X"], G["W1"], G["W1"] + 1, G["W2"]))],
    "sparsemax": [("sparsemax(X)", core.sparsemax(G["X"]))],
    "keep_top_k": [("keep_top_k(P, 2)", core.keep_top_k(G["P"], 2))],
    "keep_top_p": [("keep_top_p(P, share=0.6)", core.keep_top_p(G["P"], 0.6))],
    "alibi_slopes": [("alibi_slopes(h)", core.alibi_slopes(2))],
    "alibi": [('alibi(u, n, m, align="end")', core.alibi(G["u"], 4, 5, align="end"))],
    "t5_bias": [
        (
            "t5_bias(image, n, m, align=1, farthest=9)",
            core.t5_bias(G["image"], 4, 5, align=1, farthest=9),
        ),
        ("t5_bias(X, n, m, align=0, causal=1)", core.t5_bias(G["X"], 4, 5, align=0, causal=True)),
    ],
    "linear_attention": [
        ("linear_attention(X, Q, X)", core.linear_attention(G["X"], G["Q"], G["X"])),
        (
            "linear_attention(X, Q, X, decay=-P, beta=s, state=square, scale=0.2)",
            core.linear_attention(G["X"], G["Q"], G["X"], decay=-G["P"], beta=G["s"], state=G["square"], scale=0.2),
        ),
    ],
    "relative_attention": [
        (
            'relative_attention(Q, K, V, RK, RV, mask=allowed, causal=1, align="end", scale=0.3)',
            core.relative_attention(
                G["Q"], G["K"], G["V"], G["RK"], G["RV"], mask=MASK, causal=True, align="end", scale=0.3
            ),
        ),
        ("relative_attention(BX, X, X, RK)", core.relative_attention(G["BX"], G["X"], G["X"], G["RK"])),
    ],
    "merge_attention": [("merge_attention(PO, PL)", core.merge_attention(G["PO"], G["PL"]))],
    "extend_cache": [
        ("extend_cache(pK, pV, K, V)", core.extend_cache(G["pK"], G["pV"], G["K"], G["V"])),
        ("extend_cache(pK, pV, K, V, keep=6)", core.extend_cache(G["pK"], G["pV"], G["K"], G["V"], keep=6)),
    ],
    "mixture_of_experts": [
        (
            'mixture_of_experts(X, Wr, W4, c4, E2, e2, 2, activation="tanh")',
            core.mixture_of_experts(G["X"], G["Wr"], G["W4"], G["c4"], G["E2"], G["e2"], k=2, activation="tanh"),
        )
    ],
    "beam_search": [
        ("beam_search(first, next, 2, 4)", core.beam_search(G["first"], G["next"], width=2, steps=4)),
        (
            "beam_search(first, next, width=3, steps=2, end=1)",
            core.beam_search(G["first"], G["next"], width=3, steps=2, end=1),
        ),
    ],
    "additive_scores": [
        ("additive_scores(Q, K, Wp, Wq, u)", core.additive_scores(G["Q"], G["K"], G["Wp"], G["Wq"], G["u"]))
    ],
    "additive_attention": [
        (
            "additive_attention(Q, K, V, Wp, Wq, u, mask=allowed)",
            core.additive_attention(G["Q"], G["K"], G["V"], G["Wp"], G["Wq"], G["u"], mask=MASK),
        )
    ],
    "multi_head": [
        (
            "multi_head(X, memory, WQ, WK, WV, WO, mask=allowed)",
            core.multi_head(G["X"], G["memory"], *HEADS, mask=MASK),
        ),
        ("multi_head(BX, BX, WQ, WK, WV, WO, causal=1)", core.multi_head(G["BX"], G["BX"], *HEADS, causal=True)),
        (
            "multi_head(X, X, WQ, WK, WV, WO, b_Q=BQ, b_K=BQ, b_V=-BQ, b_O=y, g_Q=gQ, g_K=gQ, sink=u)",
            core.multi_head(
                G["X"],
                G["X"],
                *HEADS,
                b_Q=G["BQ"],
                b_K=G["BQ"],
                b_V=-G["BQ"],
                b_O=G["y"],
                g_Q=G["gQ"],
                g_K=G["gQ"],
                sink=G["u"][:, None],
            ),
        ),
    ],
    "encoder_layer": [
        (
            'encoder_layer(X, WQ, WK, WV, WO, W1, b1, W2, b2, causal=1, norm="pre", activation="gelu", eps=0.1)',
            core.encoder_layer(
                G["X"], HEADS_RECORD, NETWORK_RECORD, causal=True, norm="pre", activation="gelu", eps=0.1
            ),
        ),
        (
            "encoder_layer(X, WQ, WK, WV, WO, W1, b1, W2, b2, gains=gain2, shifts=gain2 * 2)",
            core.encoder_layer(G["X"], HEADS_RECORD, NETWORK_RECORD, gains=G["gain2"], shifts=G["gain2"] * 2),
        ),
    ],
    "decoder_layer": [
        (
            "decoder_layer(X, memory, WQ, WK, WV, WO, WK, WQ, WV, WO, W1, b1, W2, b2, memory_mask=allowed)",
            core.decoder_layer(
                G["X"], G["memory"], HEADS_RECORD, core.HeadWeights(*CROSS), NETWORK_RECORD, memory_mask=MASK
            ),
        ),
        (
            "decoder_layer(X, memory, WQ, WK, WV, WO, WK, WQ, WV, WO, W1, b1, W2, b2, gains=gain3, shifts=-gain3.T)",
            core.decoder_layer(
                G["X"],
                G["memory"],
                HEADS_RECORD,
                core.HeadWeights(*CROSS),
                NETWORK_RECORD,
                gains=G["gain3"],
                shifts=-G["gain3"],
            ),
        ),
    ],
    "split_heads": [
        ("split_heads(X, 3)", core.split_heads(G["X"], 3)),
        ("split_heads(X, heads=2)", core.split_heads(G["X"], 2)),
    ],
    "join_heads": [("join_heads(H)", core.join_heads(G["H"]))],
    "softmax_jacobian": [("softmax_jacobian(P, temperature=2)", core.softmax_jacobian(G["P"], temperature=2))],
    "dot": [("dot(Q, y)", core.dot(G["Q"], G["y"]))],
    "cosine_similarity": [("cosine_similarity(Q, y)", core.cosine_similarity(G["Q"], G["y"]))],
    "linear": [
        ("linear(X, W1)", core.linear(G["X"], G["W1"])),
        ("linear(y, W1, b1)", core.linear(G["y"], G["W1"], G["b1"])),
    ],
    "feed_forward": [
        (
            'feed_forward(X, W1, b1, W2, b2, activation="silu")',
            core.feed_forward(G["X"], *NETWORK, activation="silu"),
        )
    ],
    "layer_norm": [
        ("layer_norm(X)", core.layer_norm(G["X"])),
        ("layer_norm(X, y, b2, eps=0.5)", core.layer_norm(G["X"], G["y"], G["b2"], eps=0.5)),
    ],
    "rms_norm": [("rms_norm(X, y, eps=0.5)", core.rms_norm(G["X"], G["y"], eps=0.5))],
    "batch_norm": [
        ("batch_norm(X, y, b2, eps=0.5)", core.batch_norm(G["X"], G["y"], G["b2"], eps=0.5)),
        (
            "batch_norm(X, mean=y, variance=b2 * b2)",
            core.batch_norm(G["X"], mean=G["y"], variance=G["b2"] ** 2),
        ),
    ],
    "residual": [("residual(X, X * 2)", core.residual(G["X"], G["X"] * 2))],
    "positions": [
        ("positions(n, d, base=100)", core.positions(np.arange(4.0), 6, base=100)),
        ("positions(2.5, d)", core.positions(2.5, 6)),
    ],
    "position_shift": [("position_shift(3, d, base=50)", core.position_shift(3, 6, base=50))],
    "rotary": [
        ("rotary(X, base=100, width=4, interleaved=0)", core.rotary(G["X"], base=100, width=4, interleaved=False)),
        ("rotary(X, pos=s)", core.rotary(G["X"], G["s"])),
    ],
    "causal_mask": [('causal_mask(n, m, align="end")', core.causal_mask(4, 5, align="end"))],
    "window_mask": [
        ('window_mask(n, m, 1, align="start")', core.window_mask(4, 5, 1, align="start")),
        ("window_mask(n, m, [2, 0], align=1)", core.window_mask(4, 5, (2, 0), align=1)),
    ],
    "conv1d": [
        ("conv1d(line, kern, stride=2, padding=1, dilation=1)", core.conv1d(G["line"], G["kern"], stride=2, padding=1)),
        ('conv1d(images, kern, padding="same")', core.conv1d(G["images"], G["kern"], padding="same")),
    ],
    "conv2d": [
        ("conv2d(image, ker)", core.conv2d(G["image"], G["ker"])),
        ("conv2d(images, filters, bias)", core.conv2d(G["images"], G["filters"], G["bias"])),
    ],
    "avg_pool1d": [("avg_pool1d(line, 2, stride=1)", core.avg_pool(G["line"], 2, stride=1))],
    "max_pool1d": [("max_pool1d(images, size=2)", core.max_pool(G["images"], 2))],
    "avg_pool2d": [("avg_pool2d(images, 2)", core.avg_pool(G["images"], (2, 2)))],
    "max_pool2d": [("max_pool2d(image, 2, stride=1)", core.max_pool(G["image"], (2, 2), stride=1))],
    "patches": [("patches(image, size=2)", core.patches(G["image"], 2))],
    "receptive_field": [
        (
            "receptive_field([3, 5], strides=[2, 1], dilations=[1, 2])",
            core.receptive_field([3, 5], strides=[2, 1], dilations=[1, 2]),
        )
    ],
    "embedding": [("embedding(tokens, table, scaled=1)", core.embedding(G["tokens"], G["table"], scaled=True))],
    "ngram_counts": [("ngram_counts(tokens, v)", core.ngram_counts(G["tokens"], 3))],
    "ngram_probabilities": [("ngram_probabilities(P, smoothing=1)", core.ngram_probabilities(G["P"], smoothing=1))],
    "rnn_cell": [
        (
            'rnn_cell(y, hid, Wx, Uh, bh, activation="relu")',
            core.rnn_cell(G["y"], G["hid"], G["Wx"], G["Uh"], G["bh"], activation="relu"),
        )
    ],
    "rnn": [
        ("rnn(seq, Wx, Uh, h0=hid)", core.rnn(G["seq"], G["Wx"], G["Uh"], h0=G["hid"])),
        ("rnn(seq, Wx, Uh, backward=1)", core.rnn(G["seq"], G["Wx"], G["Uh"], backward=True)),
    ],
    "lstm_cell": [
        (
            "lstm_cell(y, hid, cell, W4, U4, c4)",
            core.lstm_cell(G["y"], G["hid"], G["cell"], G["W4"], G["U4"], G["c4"]),
        )
    ],
    "lstm": [
        (
            "lstm(seq, W4, U4, c4, h0=hid, c0=cell)",
            core.lstm(G["seq"], G["W4"], G["U4"], G["c4"], h0=G["hid"], c0=G["cell"]),
        ),
        ("lstm(seq, W4, U4, backward=1)", core.lstm(G["seq"], G["W4"], G["U4"], backward=True)),
    ],
    "gru_cell": [
        (
            "gru_cell(y, hid, W3, U3, reset_after=1, c_n=bh)",
            core.gru_cell(G["y"], G["hid"], G["W3"], G["U3"], reset_after=True, c_n=G["bh"]),
        )
    ],
    "gru": [
        ("gru(seq, W3, U3, c3, h0=hid)", core.gru(G["seq"], G["W3"], G["U3"], G["c3"], h0=G["hid"])),
        ("gru(seq, W3, U3, c3, backward=1)", core.gru(G["seq"], G["W3"], G["U3"], G["c3"], backward=True)),
    ],
    "cross_entropy": [
        (
            "cross_entropy(logits, tokens, smoothing=0.1)",
            core.cross_entropy(G["logits"], G["tokens"], smoothing=0.1),
        )
    ],
    "kl_divergence": [("kl_divergence(P, softmax(X))", core.kl_divergence(G["P"], core.softmax(G["X"])))],
    "perplexity": [("perplexity(P)", core.perplexity(G["P"]))],
    "sgd": [
        ("sgd(X, Q, rate=0.1)", core.sgd(G["X"], G["Q"], rate=0.1)),
        ("sgd(X, Q, P, 0.1, momentum=0.9)", core.sgd(G["X"], G["Q"], G["P"], rate=0.1, momentum=0.9)),
    ],
    "adam": [
        (
            "adam(X, Q, P, P, step=3, rate=0.1, beta1=0.8, beta2=0.9, eps=0.01)",
            core.adam(G["X"], G["Q"], G["P"], G["P"], step=3, rate=0.1, beta1=0.8, beta2=0.9, eps=0.01),
        )
    ],
    "warmup_rate": [("warmup_rate(abs(s), d, warmup=3)", core.warmup_rate(np.abs(G["s"]), 6, warmup=3))],
    "eye": [("eye(d)", np.eye(6))],
    "pinv": [("pinv(X)", np.linalg.pinv(G["X"]))],
}


def evaluated(text: str) -> Quantity | Record:
    return Evaluator(Scope(AXES, Names(GIVEN))).value(parse_expression(text, Span(0, len(text))).tree)


def test_every_public_function_of_the_core_is_a_word() -> None:
    missing = {name for name in core.__all__ if name not in WORDS}
    assert missing == set(NO_WORDS) & set(core.__all__)


@pytest.mark.parametrize("word", MECHANISMS)
def test_every_option_of_the_core_can_be_given(word: str) -> None:
    function = core.attention if word == "grouped_attention" else POOLS.get(word) or getattr(core, word, None)
    if function is None:
        assert word in ("pinv", "eye")
        return
    known = MECHANISMS[word]
    parameters = list(inspect.signature(function).parameters.values())
    named = {*known.options, *known.needed, *known.forms[0].keywords}
    taken = max(len(form.arguments) for form in known.forms)
    left = {one.name for i, one in enumerate(parameters) if i >= taken or one.kind is one.KEYWORD_ONLY} - named
    assert left == LEFT_OUT.get(word, set())
    assert named <= {one.name for one in parameters}


@pytest.mark.parametrize("word", MECHANISMS)
def test_a_word_does_what_the_core_does(word: str) -> None:
    for text, expected in CALLS[word]:
        found = evaluated(text)
        if isinstance(found, Quantity):
            _same(found, expected, text)
        else:
            for name, quantity in found.fields.items():
                _same(quantity, getattr(expected, name), f"{text}.{name}")
            assert set(found.fields) == set(type(expected).__dataclass_fields__)


def _same(found: Quantity, expected: Any, text: str) -> None:
    assert (
        found.values.shape
        == np.shape(expected)
        == tuple(SIZES.get(axis, size) for axis, size in zip(found.axes, found.values.shape, strict=True))
    ), text
    assert np.allclose(found.values, np.asarray(expected, np.float64), rtol=1e-12, atol=1e-12), text


def test_a_leading_axis_of_one_argument_is_one_of_every_result() -> None:
    """Weights do not depend on the batch of V, but what has the axis has all of its positions."""
    found = evaluated("attention(Q, K, BV)")
    assert isinstance(found, Record)
    expected = core.attention(G["Q"], G["K"], G["BV"][1])
    assert {quantity.axes[0] for quantity in found.fields.values()} == {"batch"}
    assert found.fields["weights"].values.shape == (2, 4, 5)
    assert np.allclose(found.fields["weights"].values, expected.weights, rtol=1e-12)
    assert np.allclose(found.fields["output"].values[1], expected.output, rtol=1e-12)


def test_every_word_has_one_entry_and_says_what_it_does() -> None:
    families = (ENTRYWISE, REDUCTIONS, ALONG_AXIS, ORDERINGS, FORM, ATTENTION, LAYERS, SEQUENCES, IMAGES, TRAINING)
    names = [word.name for family in families for word in family]
    assert sorted(names) == sorted(FUNCTIONS)
    for word in FUNCTIONS.values():
        assert re.fullmatch(r"[A-Z][^\n]{10,}[.;]?.*", word.documentation), word.name
        assert set(word.neighbours) <= set(FUNCTIONS), word.name
        assert set(word.scores) | set(word.scores.values()) <= {"", *word.results}, word.name


def test_every_explanation_is_one_that_derivations_know() -> None:
    explained = {word.explanation for word in FUNCTIONS.values()} - {None}
    assert explained == set(Explanation)


def test_words_with_axis_come_from_the_core() -> None:
    for name in ("softmax", "log_softmax", "entropy"):
        _same_values(evaluated(f"{name}(P, axis=n)"), getattr(core, name)(G["P"], axis=0))
    _same_values(evaluated("normalize(P, axis=n)"), core.layer_norm(G["P"], axis=0, eps=0))
    for name in ("relu", "sigmoid", "gelu", "silu", "tanh"):
        function = FUNCTIONS[name].function
        assert isinstance(function, Entrywise)
        assert function.compute is getattr(core, name)


def _same_values(found: Quantity | Record, expected: Array) -> None:
    assert isinstance(found, Quantity)
    assert np.allclose(found.values, expected, rtol=1e-12)


NATURAL = [
    "window", "convolution", "cosine", "layer", "batch", "counts", "tokens", "step", "heads", "gru", "lstm", "residual",
    "dots", "weights", "scores", "linear", "patches",
]  # fmt: skip


@pytest.mark.parametrize("name", NATURAL)
def test_natural_names_are_free(name: str) -> None:
    assert name not in RESERVED
    assert good_run(f"id: 例\ngiven: {{{name}: 2}}\ncompute:\n  twice: 2 * {name}\n").quantities["twice"].values == 4


@pytest.mark.parametrize("name", [*CONSTANTS, "sum", "softmax", "attention", "size", "where", "argmax"])
def test_words_are_not(name: str) -> None:
    assert f"{name!r} is a word of the language" in messages(f"id: 例\ngiven: {{{name}: 2}}\n")


NAMED = """id: 例
given: {sigma: 2, e: 3}
compute:
  a: leaky_relu(sigma - e)
  b: sigmoid(sigma)
  c: exp(e - sigma)
show:
- formula: a
- derivation: a
- formula: b
- derivation: b
- formula: c
- derivation: c
"""
PRINTED = [
    (
        r"a = \operatorname{leaky\_relu}\!\left(\sigma - e\right)",
        r"a = \operatorname{leaky\_relu}\!\left(2 - 3\right) = -0.1",
    ),
    (r"b = \operatorname{sigmoid}\!\left(\sigma\right)", r"b = \operatorname{sigmoid}\!\left(2\right) = 0.88080"),
    (r"c = \exp\!\left(e - \sigma\right)", r"c = \exp\!\left(3 - 2\right) = 2.7183"),
]


def test_formula_and_derivation_print_one_call_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    leaky = Entrywise(lambda x: np.where(x > 0, x, 0.1 * x))
    word = Word("leaky_relu", leaky, explanation=Explanation.APPLIED, sentence="Return what is positive.")
    monkeypatch.setitem(cast("dict[str, Word]", FUNCTIONS), "leaky_relu", word)
    run = good_run(NAMED)
    steps = {step.name.name: step for step in run.example.steps}
    references = {name: parse_expression(name, Span(0, 1)) for name in steps}

    assert [(formula(run, steps[name]), derivation(run, references[name])) for name in steps] == PRINTED


@pytest.mark.parametrize("call", ["sin(0.5)", "tanh(0.5)", "log(0.5)", "log2(0.5)"])
def test_a_plain_number_stands_alike_in_formula_and_derivation(call: str) -> None:
    run = good_run(f"id: 例\ncompute:\n  a: {call}\n")

    assert derivation(run, parse_expression("a", Span(0, 1))).startswith(f"{formula(run, run.example.steps[0])} =")


@pytest.mark.parametrize("window", ["[1, 2, 3]", "1.5", "[0.5, 0]", "nan", '"wide"'])
def test_a_window_is_one_number_or_two(window: str) -> None:
    text = "id: 例\naxes: {n: [a, b], d: 1}\ngiven:\n  x[n, d]: [[1], [2]]\ncompute:\n"
    text += f"  a: attention(x, x, x, window={window})\n"
    assert "window= is a whole number, or a list of two: before and after (inf: no limit)" in messages(text)
