"""Words of the core: positions, tokens, and networks that run along a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.budget import NODE_WORK
from zhixing.language.model import Array
from zhixing.language.words.costs import Option, Sizes, count_sequence, count_work
from zhixing.language.words.word import Accepts, Word, mechanism

_LSTM = "f: … {0}h; i: … {0}h; o: … {0}h; g: … {0}h; c: … {0}h; h: … {0}h"
_GRU = "z: … {0}h; r: … {0}h; n: … {0}h; h: … {0}h"


@wraps(core.positions)
def _positions(pos: Array, features: Array, **options: Any) -> Array:
    return core.positions(pos, features.size, **options)


@wraps(core.position_shift)
def _position_shift(k: Array, features: Array, **options: Any) -> Array:
    return core.position_shift(float(k), features.size, **options)


@wraps(core.ngram_counts)
def _ngram_counts(tokens: Array, words: Array) -> Array:
    return core.ngram_counts(tokens, words.size)


def _find_whole(options: Mapping[str, Option], name: str) -> int:
    found = options.get(name, 0)
    return max(found, 0) if isinstance(found, int) else 0


def _count_beams(sizes: Sizes, options: Mapping[str, Option]) -> int:
    """Return the cost of a beam search: each step sorts the continuations of all beams, and copies their tokens."""
    width, steps = _find_whole(options, "width"), _find_whole(options, "steps")
    return steps * (2 * NODE_WORK + width * (200 * sizes["v"] + steps))


SEQUENCES = (
    Word(
        "positions",
        mechanism(_positions, "…, d -> … d", work=count_work(entries="d"), options={"base": Accepts.NUMBER}),
        numpy=textbook.positions,
    ),
    Word(
        "position_shift",
        mechanism(
            _position_shift,
            ", d -> d e",
            work=count_work(entries="d d"),
            options={"base": Accepts.NUMBER},
            peak=lambda s, _: s["d"] ** 2,
        ),
        no_gradient="it takes one number, not an array",
        numpy=textbook.position_shift,
    ),
    Word(
        "rotary",
        mechanism(
            core.rotary,
            "… n d -> … n d",
            work=count_work(entries="n d"),
            arrays={"pos": "… n"},
            options={"base": Accepts.NUMBER, "width": Accepts.WHOLE, "interleaved": Accepts.FLAG},
        ),
        numpy=textbook.rotary,
    ),
    Word(
        "embedding",
        mechanism(core.embedding, "…, v d -> … d", work=count_work(entries="d"), options={"scaled": Accepts.FLAG}),
        numpy=textbook.embedding,
    ),
    Word(
        "ngram_counts",
        mechanism(_ngram_counts, "t, v -> v w", work=count_work(entries="t, v v"), peak=lambda s, _: s["v"] ** 2),
        no_gradient="counts change in jumps",
        numpy=textbook.ngram_counts,
    ),
    Word(
        "ngram_probabilities",
        mechanism(
            core.ngram_probabilities, "… v -> … v", work=count_work(entries="v"), options={"smoothing": Accepts.NUMBER}
        ),
        numpy=textbook.ngram_probabilities,
    ),
    Word(
        "beam_search",
        mechanism(
            core.beam_search,
            "v, v v -> tokens: b t; log_p: b",
            work=_count_beams,
            needed={"width": Accepts.WHOLE, "steps": Accepts.WHOLE},
            options={"end": Accepts.WHOLE},
            peak=lambda s, o: _find_whole(o, "width") * (s["v"] + _find_whole(o, "steps")),
        ),
        no_gradient="it chooses words, and the choice changes in jumps",
        numpy=textbook.beam_search,
    ),
    Word(
        "rnn_cell",
        mechanism(
            core.rnn_cell,
            "… d, … h, d h, h h, ?h -> … h",
            work=count_work("d h, h h", "h"),
            options={"activation": Accepts.WORD},
        ),
        numpy=textbook.rnn_cell,
    ),
    Word(
        "rnn",
        mechanism(
            core.rnn,
            "… t d, d h, h h, ?h -> … t h",
            work=count_sequence("t d h, t h h"),
            arrays={"h0": "… h"},
            options={"backward": Accepts.FLAG, "activation": Accepts.WORD},
        ),
        numpy=textbook.rnn,
    ),
    Word(
        "lstm_cell",
        mechanism(
            core.lstm_cell,
            f"… d, … h, … h, g d h, g h h, ?g h -> {_LSTM.format('')}",
            work=count_work("g d h, g h h", "g h"),
        ),
        numpy=textbook.lstm_cell,
    ),
    Word(
        "lstm",
        mechanism(
            core.lstm,
            f"… t d, g d h, g h h, ?g h -> {_LSTM.format('t ')}",
            work=count_sequence("t g d h, t g h h"),
            arrays={"h0": "… h", "c0": "… h"},
            options={"backward": Accepts.FLAG},
        ),
        numpy=textbook.lstm,
    ),
    Word(
        "gru_cell",
        mechanism(
            core.gru_cell,
            f"… d, … h, g d h, g h h, ?g h -> {_GRU.format('')}",
            work=count_work("g d h, g h h", "g h"),
            arrays={"c_n": "h"},
            options={"reset_after": Accepts.FLAG},
        ),
        numpy=textbook.gru_cell,
    ),
    Word(
        "gru",
        mechanism(
            core.gru,
            f"… t d, g d h, g h h, ?g h -> {_GRU.format('t ')}",
            work=count_sequence("t g d h, t g h h"),
            arrays={"h0": "… h", "c_n": "h"},
            options={"backward": Accepts.FLAG, "reset_after": Accepts.FLAG},
        ),
        numpy=textbook.gru,
    ),
)
