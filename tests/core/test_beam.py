"""Beam search: against all sequences, against a search that keeps lists, and figures worked by hand."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[Any]]


def table(v: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return core.log_softmax(rng.normal(size=v) * 2), core.log_softmax(rng.normal(size=(v, v)) * 2)


def follow(first: Array, following: Array, width: int, steps: int, end: int | None) -> list[tuple[float, list[int]]]:
    """Return what a search over lists of tokens keeps."""
    beams = [(float(one), [token]) for token, one in enumerate(first)]
    beams = sorted(beams, key=lambda b: -b[0])[:width]
    for _ in range(steps - 1):
        grown = []
        for log_p, tokens in beams:
            for token in range(len(first)):
                if tokens[-1] == end and token != end:
                    continue
                grown.append((log_p + (0 if tokens[-1] == end else following[tokens[-1], token]), [*tokens, token]))
        beams = sorted(grown, key=lambda b: -b[0])[:width]
    return beams


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("end", [None, 2])
def test_beam_search(seed: int, width: int, end: int | None) -> None:
    first, following = table(4, seed)
    found = core.beam_search(first, following, width=width, steps=5, end=end)
    expected = follow(first, following, width, 5, end)
    assert found.tokens.tolist() == [tokens for _, tokens in expected]
    np.testing.assert_allclose(found.log_p, [log_p for log_p, _ in expected], rtol=1e-13)


def test_with_all_beginnings_it_is_exact() -> None:
    first, following = table(3, 7)
    every = {y: first[y[0]] + sum(following[a, b] for a, b in pairwise(y)) for y in product(range(3), repeat=4)}
    found = core.beam_search(first, following, width=81, steps=4)
    assert {tuple(one) for one in found.tokens.tolist()} == set(every)
    np.testing.assert_allclose(found.log_p, [every[tuple(one)] for one in found.tokens.tolist()], rtol=1e-13)
    assert (np.diff(found.log_p) <= 0).all()
    np.testing.assert_allclose(np.exp(found.log_p).sum(), 1, rtol=1e-13)


def test_a_wider_beam_by_hand() -> None:
    """Greedy: 0.5·0.4 = 0.2; but 0.4·0.9 = 0.36 begins with the second best."""
    first, following = np.log([0.5, 0.4, 0.1]), np.log([[0.4, 0.3, 0.3], [0.05, 0.05, 0.9], [0.2, 0.4, 0.4]])
    greedy = core.beam_search(first, following, width=1, steps=2)
    assert (greedy.tokens.tolist(), np.exp(greedy.log_p).round(12).tolist()) == ([[0, 0]], [0.2])
    wide = core.beam_search(first, following, width=2, steps=2)
    assert (wide.tokens.tolist(), np.exp(wide.log_p).round(12).tolist()) == ([[1, 2], [0, 0]], [0.36, 0.2])


def test_what_ended_stays_as_it_is() -> None:
    first, following = np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.5, 0.5]])
    found = core.beam_search(first, following, width=3, steps=3, end=0)
    assert found.tokens.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    np.testing.assert_allclose(np.exp(found.log_p), [0.6, 0.2, 0.1], rtol=1e-13)


def test_ties_and_what_cannot_come() -> None:
    even = np.zeros((2, 2))
    assert core.beam_search(even[0], even, width=3, steps=2).tokens.tolist() == [[0, 0], [0, 1], [1, 0]]
    never = np.array([[-np.inf, 0.0], [-np.inf, -np.inf]])
    assert core.beam_search([0.0, -np.inf], never, width=4, steps=2).tokens.tolist() == [[0, 1]]
    dead = core.beam_search([0.0, -np.inf], never, width=4, steps=3)
    assert (dead.tokens.shape, dead.log_p.shape) == ((0, 3), (0,))
    one = core.beam_search([0.0], [[-1.0]], width=2, steps=3)
    assert (one.tokens.tolist(), one.log_p.tolist()) == ([[0, 0, 0]], [-2.0])
    assert (
        core.beam_search(np.zeros(2, np.float32), even.astype(np.float32), width=1, steps=2).log_p.dtype == np.float32
    )


def test_tables_that_do_not_fit() -> None:
    first, following = table(3, 1)
    with pytest.raises(
        CoreError, match="numbers of tokens must be equal: first 3, following_rows 2, following_columns 3"
    ):
        core.beam_search(first, following[:2], width=1, steps=1)
    with pytest.raises(CoreError, match="end is 3; there are 3 tokens, 0 … 2"):
        core.beam_search(first, following, width=1, steps=1, end=3)
    with pytest.raises(CoreError, match="width is 0"):
        core.beam_search(first, following, width=0, steps=1)
    with pytest.raises(CoreError, match="steps is 0"):
        core.beam_search(first, following, width=1, steps=0)
