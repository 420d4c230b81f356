"""Words of the core: products of vectors and matrices, layers and norms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.budget import NODE_WORK
from zhixing.language.model import Array
from zhixing.language.words.costs import Option, Sizes, count_work
from zhixing.language.words.word import Accepts, Latex, Layout, Word, mechanism


def _eye(along: Array) -> Array:
    return np.eye(along.size)


def _count_experts(sizes: Sizes, _options: Mapping[str, Option]) -> int:
    """Return the cost of a router and of all experts at each position: which are chosen is not known before."""
    experts = sizes["e"] * (NODE_WORK + 2 * sizes["h"] * (sizes["d"] + sizes["o"]) + 60 * sizes["h"])
    return experts + 2 * sizes["d"] * sizes["e"]


LAYERS = (
    Word("dot", mechanism(core.dot, "… d, … d -> …", work=count_work("d")), numpy=textbook.dot),
    Word(
        "cosine_similarity",
        mechanism(core.cosine_similarity, "… d, … d -> …", work=count_work(entries="d")),
        numpy=textbook.cosine_similarity,
    ),
    Word("linear", mechanism(core.linear, "… d, d e, ?e -> … e", work=count_work("d e")), numpy=textbook.linear),
    Word(
        "feed_forward",
        mechanism(
            core.feed_forward,
            "… d, d h, h, h e, e -> … e",
            work=count_work("d h, h e", "h"),
            options={"activation": Accepts.WORD},
        ),
        numpy=textbook.feed_forward,
    ),
    Word(
        "swiglu",
        mechanism(core.swiglu, "… d, d h, d h, h e -> … e", work=count_work("d h, d h, h e", "h")),
        numpy=textbook.swiglu,
    ),
    Word(
        "mixture_of_experts",
        mechanism(
            core.mixture_of_experts,
            "… d, d e, e d h, e h, e h o, e o -> gates: … e; output: … o",
            work=_count_experts,
            needed={"k": Accepts.WHOLE},
            options={"activation": Accepts.WORD},
            peak=lambda s, _: s["h"],
        ),
        numpy=textbook.mixture_of_experts,
    ),
    Word(
        "sparsemax", mechanism(core.sparsemax, "… n -> … n", work=count_work(entries="n, n")), numpy=textbook.sparsemax
    ),
    Word(
        "keep_top_k",
        mechanism(core.keep_top_k, "… v -> … v", work=count_work(entries="v, v"), needed={"k": Accepts.WHOLE}),
        numpy=textbook.keep_top_k,
    ),
    Word(
        "keep_top_p",
        mechanism(core.keep_top_p, "… v -> … v", work=count_work(entries="v, v"), needed={"share": Accepts.NUMBER}),
        numpy=textbook.keep_top_p,
    ),
    Word(
        "layer_norm",
        mechanism(core.layer_norm, "… d, ?d, ?d -> … d", work=count_work(entries="d"), options={"eps": Accepts.NUMBER}),
        numpy=textbook.layer_norm,
    ),
    Word(
        "rms_norm",
        mechanism(core.rms_norm, "… d, ?d -> … d", work=count_work(entries="d"), options={"eps": Accepts.NUMBER}),
        numpy=textbook.rms_norm,
    ),
    Word(
        "batch_norm",
        mechanism(
            core.batch_norm,
            "b d, ?d, ?d -> b d",
            work=count_work(entries="b d"),
            arrays={"mean": "d", "variance": "d"},
            options={"eps": Accepts.NUMBER},
        ),
        numpy=textbook.batch_norm,
    ),
    Word("residual", mechanism(core.residual, "…, … -> …", work=count_work(entries=" ")), numpy=textbook.residual),
    Word(
        "eye",
        mechanism(_eye, "n -> n n", work=count_work(entries="n n"), peak=lambda s, _: s["n"] ** 2),
        latex=Latex(r"\mathbf{I}"),
        sentence="Return the identity matrix along an axis: 1 on the diagonal, else 0.",
        no_gradient="it depends on the size of an axis alone",
        numpy=textbook.eye,
    ),
    Word(
        "pinv",
        mechanism(np.linalg.pinv, "n d -> d n", work=lambda s, _: 40 * s["n"] * s["d"] * min(s["n"], s["d"])),
        latex=Latex(notation=Layout.PSEUDO_INVERSE),
        sentence="Return the matrix that solves least squares: the Moore–Penrose inverse.",
    ),
)
