"""The keys and values that a model keeps while it writes, so that each new token costs one query."""

from __future__ import annotations

from dataclasses import dataclass

from zhixing.core.arrays import Array, Operand, keeps_dtype, read_count, require_equal
from zhixing.core.attention import append_positions


@dataclass(frozen=True, slots=True)
class KeyValueCache:
    """Keys (…, m, d) and values (…, m, v) of the positions so far, the oldest first."""

    K: Array
    V: Array


@keeps_dtype
def extend_cache(past_K: Operand, past_V: Operand, K: Operand, V: Operand, *, keep: int | None = None) -> KeyValueCache:
    r"""Return the keys and values of earlier positions with those of new ones behind them.

    Queries of the new positions stand behind the past: attention over the cache takes its length as `align`.

    Options:
      keep: how many positions are kept, the last ones: all that a window of that size can see

    Example:
      >>> cache = extend_cache([[1.0], [2.0]], [[10.0], [20.0]], [[3.0]], [[30.0]])
      >>> cache.K.tolist(), cache.V.tolist()
      ([[1.0], [2.0], [3.0]], [[10.0], [20.0], [30.0]])
      >>> attention([[1.0]], cache.K, cache.V, causal=True, align=2).output.round(2).tolist()
      [[25.75]]

    Formula: K' = \begin{pmatrix} K_{past} \\ K \end{pmatrix}, \quad V' = \begin{pmatrix} V_{past} \\ V \end{pmatrix}
    Shapes: past_K (…, p, d), past_V (…, p, v), K (…, m, d), V (…, m, v) → K (…, p + m, d), V (…, p + m, v)
    Raises: CoreError where widths, lengths or leading axes do not fit, dtypes are mixed, or keep is negative
    Source: Shazeer 2019, "Fast Transformer Decoding: One Write-Head is All You Need"; Pope et al. 2023, "Efficiently
      Scaling Transformer Inference"; the last positions alone: Jiang et al. 2023, "Mistral 7B", section 2
    Note: 掩码自注意力
    """
    keys, values = append_positions("K", past_K, K), append_positions("V", past_V, V)
    require_equal(
        "positions (the axis before the last) of past_K and past_V", past_K=past_K.shape[-2], past_V=past_V.shape[-2]
    )
    require_equal("positions (the axis before the last) of K and V", K=K.shape[-2], V=V.shape[-2])
    start = 0 if keep is None else max(keys.shape[-2] - read_count("keep", keep), 0)
    return KeyValueCache(keys[..., start:, :], values[..., start:, :])
