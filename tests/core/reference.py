"""The core again, by plain loops over exact or forty-digit numbers: slow, obvious, and independent of NumPy's ways.

Arrays are nested lists. Nothing here calls zhixing.core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import mpmath  # type: ignore[import-untyped]  # it has no types
import numpy as np

mp: Any = mpmath.mp
mpf: Any = mpmath.mpf
mp.dps = 40

Number: TypeAlias = Any  # mpmath has no types
Row: TypeAlias = list[Number]
Matrix: TypeAlias = list[Row]


def exact(array: Any) -> Any:
    """Return nested lists of forty-digit numbers that equal the floats."""
    if isinstance(array, np.ndarray):
        return exact(array.tolist())
    return [exact(one) for one in array] if isinstance(array, list) else mpf(array)


def floats(rows: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return nested lists as float64."""
    return np.array([floats(one) for one in rows]) if isinstance(rows, list) else np.float64(rows)  # type: ignore[return-value]  # the leaves


def product(a: Matrix, b: Matrix) -> Matrix:
    return [[mp.fsum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


def softmax(row: Sequence[Number], allowed: Sequence[bool] | None = None, temperature: Number = 1) -> Row:
    """Return the weights of a row straight from the definition: with forty digits nothing overflows."""
    keep = [True] * len(row) if allowed is None else allowed
    powers = [mp.exp(x / temperature) if ok else mpf(0) for x, ok in zip(row, keep, strict=True)]
    total = mp.fsum(powers)
    return [power / total if total else mpf(0) for power in powers]


def attention(
    Q: Matrix,
    K: Matrix,
    V: Matrix,
    *,
    may: Callable[[int, int], bool] = lambda _i, _j: True,
    bias: Matrix | None = None,
    scale: Number | None = None,
    softcap: Number | None = None,
) -> Matrix:
    """Return the output of one head; `may(i, j)` says whether query i may attend to key j."""
    factor = 1 / mp.sqrt(len(K[0])) if scale is None else mpf(scale)
    output = []
    for i, query in enumerate(Q):
        row = []
        for j, key in enumerate(K):
            score = factor * mp.fsum(a * b for a, b in zip(query, key, strict=True))
            if softcap is not None:
                score = softcap * mp.tanh(score / softcap)
            row.append(score + (bias[i][j] if bias is not None else 0))
        weights = softmax(row, [may(i, j) for j in range(len(K))])
        output.append([mp.fsum(w * value[c] for w, value in zip(weights, V, strict=True)) for c in range(len(V[0]))])
    return output


def additive_scores(Q: Matrix, K: Matrix, W_Q: Matrix, W_K: Matrix, v: Row) -> Matrix:
    left, right = product(Q, W_Q), product(K, W_K)
    return [[mp.fsum(c * mp.tanh(a + b) for c, a, b in zip(v, q, k, strict=True)) for k in right] for q in left]


def sigmoid(x: Number) -> Number:
    return 1 / (1 + mp.exp(-x))


def gelu(x: Number) -> Number:
    return x * mp.ncdf(x)


def gelu_tanh(x: Number) -> Number:
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)))


def normalise(row: Row, eps: Number) -> Row:
    mean = mp.fsum(row) / len(row)
    variance = mp.fsum((x - mean) ** 2 for x in row) / len(row)
    return [(x - mean) / mp.sqrt(variance + eps) for x in row]


def rms(row: Row, eps: Number) -> Row:
    return [x / mp.sqrt(mp.fsum(y * y for y in row) / len(row) + eps) for x in row]


def positions(p: Number, d: int) -> Row:
    angles = [p / mpf(10000) ** (mpf(2 * (j // 2)) / d) for j in range(d)]
    return [mp.cos(angle) if j % 2 else mp.sin(angle) for j, angle in enumerate(angles)]


def rotary(row: Row, p: Number, pairs: Sequence[tuple[int, int]]) -> Row:
    """Return a row turned pair by pair; the pair number i turns by p·10000^(−i/number of pairs)."""
    result = list(row)
    for i, (a, b) in enumerate(pairs):
        angle = p / mpf(10000) ** (mpf(i) / len(pairs))
        result[a] = mp.cos(angle) * row[a] - mp.sin(angle) * row[b]
        result[b] = mp.sin(angle) * row[a] + mp.cos(angle) * row[b]
    return result


def _sums(x: Row, h: Row, W: Matrix, U: Matrix, b: Row) -> Row:
    return [s + t + c for s, t, c in zip(product([x], W)[0], product([h], U)[0], b, strict=True)]


def lstm(X: Matrix, W: Sequence[Matrix], U: Sequence[Matrix], b: Matrix) -> tuple[Matrix, Matrix]:
    """Return hidden and cell states; W, U, b hold forget, input, output, candidate."""
    width = len(b[0])
    h, c = [mpf(0)] * width, [mpf(0)] * width
    hidden, cells = [], []
    for x in X:
        f, i, o, g = (_sums(x, h, W[k], U[k], b[k]) for k in range(4))
        c = [sigmoid(f[k]) * c[k] + sigmoid(i[k]) * mp.tanh(g[k]) for k in range(width)]
        h = [sigmoid(o[k]) * mp.tanh(c[k]) for k in range(width)]
        hidden.append(h)
        cells.append(c)
    return hidden, cells


def gru(X: Matrix, W: Sequence[Matrix], U: Sequence[Matrix], b: Matrix, after: Row | None = None) -> Matrix:
    """Return hidden states; W, U, b hold update, reset, candidate; `after` as c_n with reset_after."""
    width = len(b[0])
    h, hidden = [mpf(0)] * width, []
    for x in X:
        z, r = (list(map(sigmoid, _sums(x, h, W[k], U[k], b[k]))) for k in range(2))
        from_x = [s + t for s, t in zip(product([x], W[2])[0], b[2], strict=True)]
        if after is None:
            back = product([[r[k] * h[k] for k in range(width)]], U[2])[0]
        else:
            back = [r[k] * (s + after[k]) for k, s in enumerate(product([h], U[2])[0])]
        n = [mp.tanh(s + t) for s, t in zip(from_x, back, strict=True)]
        h = [z[k] * h[k] + (1 - z[k]) * n[k] for k in range(width)]
        hidden.append(h)
    return hidden


def rnn(X: Matrix, W: Matrix, U: Matrix, b: Row) -> Matrix:
    h, hidden = [mpf(0)] * len(b), []
    for x in X:
        h = list(map(mp.tanh, _sums(x, h, W, U, b)))
        hidden.append(h)
    return hidden


def conv2d(
    image: Sequence[Matrix], kernel: Sequence[Sequence[Matrix]], stride: int, pad: int, gap: int
) -> list[Matrix]:
    """Return each channel out as a matrix; image (channels, rows, columns), kernel (out, in, rows, columns)."""
    rows, columns = len(image[0]), len(image[0][0])
    height, width = (len(kernel[0][0]) - 1) * gap + 1, (len(kernel[0][0][0]) - 1) * gap + 1

    def pixel(channel: int, r: int, c: int) -> Number:
        return image[channel][r][c] if 0 <= r < rows and 0 <= c < columns else mpf(0)

    def one(o: int, r: int, c: int) -> Number:
        return mp.fsum(
            weight * pixel(n, r + i * gap, c + j * gap)
            for n, plane in enumerate(kernel[o])
            for i, line in enumerate(plane)
            for j, weight in enumerate(line)
        )

    starts_r = range(-pad, rows + pad - height + 1, stride)
    starts_c = range(-pad, columns + pad - width + 1, stride)
    return [[[one(o, r, c) for c in starts_c] for r in starts_r] for o in range(len(kernel))]
