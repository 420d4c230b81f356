"""Words of the core in an example: what they compute, and that their printed formulas read back as just that."""

from __future__ import annotations

import numpy as np
import pytest
from textbook import misreadings
from worked_examples import good_run, messages

from zhixing import core
from zhixing.language.expression import parse_expression
from zhixing.language.latex import formula
from zhixing.show.derivation import derivation
from zhixing.source import Span

TEXT = """id: 例
axes: {词: [a, b, c], 键: 词, 旧: 2, 全: 5, 维: 2, 值: 2, 距: 3, 份: 2, 专: 3, 隐: 4, 层: 2, 步: 4, 序: 2}
given:
  Q[词, 维]: {normal: 1, seed: 1}
  K[键, 维]: {normal: 1, seed: 2}
  V[键, 值]: {normal: 1, seed: 3}
  s: 0.5
  A[距, 维]: {normal: 1, seed: 4}
  B[距, 值]: {normal: 1, seed: 5}
  P[份, 键, 维]: {normal: 1, seed: 6}
  U[份, 键, 值]: {normal: 1, seed: 7}
  O[旧, 维]: {normal: 1, seed: 8}
  D[旧, 值]: {normal: 1, seed: 9}
  W[维, 专]: {normal: 1, seed: 10}
  F[专, 维, 隐]: {normal: 1, seed: 11}
  b[专, 隐]: {normal: 1, seed: 12}
  G[专, 隐, 值]: {normal: 1, seed: 13}
  c[专, 值]: {normal: 1, seed: 14}
  p[词]: [0.6, 0.3, 0.1]
  t[词, 键]: [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]
  R[维, 隐]: {normal: 1, seed: 15}
  S[隐, 隐]: {normal: 1, seed: 16}
compute:
  f[词]: log(p)
  g[词, 键]: log(t)
  a: attention(Q, K, V, sink=s)
  w[词, 值]: attention(Q, K, V, window=[1, 0]).output
  r: relative_attention(Q, K, V, A, B, causal=1)
  n: attention(Q, P, U)
  m: merge_attention(n.output, n.lse)
  k: extend_cache(O, D, K, V)
  N[全, 维]: k.K
  l: attention(Q, N, k.V, causal=1, align=2)
  e: mixture_of_experts(Q, W, F, b, G, c, k=2)
  y[序, 步]: beam_search(f, g, width=2, steps=4).tokens
  h[词, 隐]: rnn(Q, R, S, backward=1)
"""
PRINTED = {
    "a": r"a = \operatorname{Attention}\!\left(Q, K, V;\ \mathrm{sink} = s\right)",
    "w": r"w = \operatorname{Attention}\!\left(Q, K, V;\ \mathrm{window} = \left[1, 0\right]\right)",
    "r": r"r = \operatorname{relative\_attention}\!\left(Q, K, V, A, B;\ \mathrm{causal} = 1\right)",
    "m": r"m = \operatorname{merge\_attention}\!\left(n_{\mathrm{output}}, n_{\mathrm{lse}}\right)",
    "k": r"k = \operatorname{extend\_cache}\!\left(O, D, K, V\right)",
    "l": r"l = \operatorname{Attention}\!\left(Q, N, k_{V};\ \mathrm{causal} = 1;\ \mathrm{align} = 2\right)",
    "e": r"e = \operatorname{mixture\_of\_experts}\!\left(Q, W, F, b, G, c;\ \mathrm{k} = 2\right)",
    "y": r"y = \operatorname{beam\_search}_{\mathrm{tokens}}"
    r"\!\left(f, g;\ \mathrm{width} = 2;\ \mathrm{steps} = 4\right)",
    "h": r"h = \operatorname{rnn}\!\left(Q, R, S;\ \mathrm{backward} = 1\right)",
}


def test_each_formula_is_printed_and_reads_back_as_what_it_computed() -> None:
    run = good_run(TEXT)
    printed = {step.name.name: formula(run, step) for step in run.example.steps}
    assert {name: printed[name] for name in PRINTED} == PRINTED
    assert list(misreadings(run)) == []


def test_past_keys_are_usable_by_a_name_of_their_own() -> None:
    """What a decoder sees of the words before and the new ones is what it sees of all at once."""
    q = good_run(TEXT).quantities
    keys, values = (np.concatenate([q[a].values, q[b].values]) for a, b in (("O", "K"), ("D", "V")))
    expected = core.attention(q["Q"].values, keys, values, causal=True, align=2)
    assert q["l.weights"].axes == ("词", "全")
    np.testing.assert_allclose(q["l.output"].values, expected.output, rtol=1e-13)
    past = (q["O"].values, q["D"].values)
    joined = core.attention(q["Q"].values, q["K"].values, q["V"].values, causal=True, past=past)
    np.testing.assert_array_equal(q["l.output"].values, joined.output)


def test_merged_parts_are_attention_over_all() -> None:
    q = good_run(TEXT).quantities
    whole = core.attention(q["Q"].values, q["P"].values.reshape(6, 2), q["U"].values.reshape(6, 2))
    np.testing.assert_allclose(q["m.output"].values, whole.output, rtol=1e-12)


@pytest.mark.parametrize("entry", ["a.weights[0, 0]", "a.output[0, 0]", "a.lse[0]"])
def test_no_derivation_forgets_the_sink(entry: str) -> None:
    """The exponentials of the scores alone do not give the weights, so they are not shown as what does."""
    text = derivation(good_run(TEXT), parse_expression(entry, Span(0, len(entry))))
    assert "e^" not in text
    assert r"\exp" not in text


def test_a_gain_for_each_norm_has_an_axis_of_its_own() -> None:
    rows = "id: 例\naxes: {词: 3, 头: 1, 维: 2, 隐: 2, 合: 2, 层: %s}\ngiven:\n  x[词, 维]: {normal: 1, seed: 1}\n"
    rows += (
        "  M[头, 维, 合]: 1\n  W[合, 维]: 1\n  F[维, 隐]: 1\n  b[隐]: 0\n  G[隐, 维]: 1\n  c[维]: 0\n  g[层, 维]: 2\n"
    )
    rows += "compute:\n  y: encoder_layer(x, M, M, M, W, F, b, G, c, gains=g)\n"
    assert good_run(rows % 2).quantities["y.output"].values.shape == (3, 2)
    assert "it needs 2 rows, one for each norm" in messages(rows % 3)
