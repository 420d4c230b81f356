"""Words of the core: losses, and the steps that make them smaller."""

from __future__ import annotations

from functools import wraps
from typing import Any

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.model import Array
from zhixing.language.words.costs import count_work
from zhixing.language.words.word import Accepts, Word, mechanism


@wraps(core.warmup_rate)
def _warmup_rate(step: Array, features: Array, **options: Any) -> Array:
    return core.warmup_rate(step, features.size, **options)


TRAINING = (
    Word(
        "cross_entropy",
        mechanism(
            core.cross_entropy, "… v, … -> …", work=count_work(entries="v, v"), options={"smoothing": Accepts.NUMBER}
        ),
        numpy=textbook.cross_entropy,
    ),
    Word(
        "kl_divergence",
        mechanism(core.kl_divergence, "… n, … n -> …", work=count_work(entries="n, n")),
        numpy=textbook.kl_divergence,
    ),
    Word("perplexity", mechanism(core.perplexity, "… n -> …", work=count_work(entries="n")), numpy=textbook.perplexity),
    Word(
        "sgd",
        mechanism(
            core.sgd,
            "…, …, ?… -> w: …; velocity: …",
            work=count_work(entries=" "),
            needed={"rate": Accepts.NUMBER},
            options={"momentum": Accepts.NUMBER},
        ),
        numpy=textbook.sgd,
    ),
    Word(
        "adam",
        mechanism(
            core.adam,
            "…, …, ?…, ?… -> w: …; m: …; v: …",
            work=count_work(entries=" ,  "),
            needed={"step": Accepts.WHOLE},
            options={"rate": Accepts.NUMBER, "beta1": Accepts.NUMBER, "beta2": Accepts.NUMBER, "eps": Accepts.NUMBER},
        ),
        numpy=textbook.adam,
    ),
    Word(
        "warmup_rate",
        mechanism(_warmup_rate, "…, d -> …", work=count_work(entries=" "), options={"warmup": Accepts.WHOLE}),
        numpy=textbook.warmup_rate,
    ),
)
