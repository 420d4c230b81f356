"""The words of the language as short functions of NumPy alone, as a textbook has them.

A listing of an example prints the source of those that it calls. They take what the language hands to the word, check
nothing, and give the same numbers as the core, which also minds large arguments, low precision and memory. A function
here may call others of this module, and nothing else but NumPy and what is imported below.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

# Entry by entry.


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    return np.where(x < 0, small, 1) / (1 + small)


def silu(x: Any) -> Any:
    return np.where(x == -np.inf, 0, x * sigmoid(x))


def gelu(x: Any) -> Any:
    below = np.vectorize(math.erfc, otypes=[float])(-x / np.sqrt(2)) / 2  # the share of a normal variable below x
    return np.where(x == -np.inf, 0, x * below)


# Along axes.


def norm(x: Any, axis: Any = None) -> Any:
    return np.sqrt(np.sum(np.square(x), axis=axis))


def entropy(p: Any, axis: Any = None) -> Any:
    return 0 - np.sum(p * np.log(np.where(p == 0, 1, p)), axis=axis)  # 0 · ln 0 is 0


def softmax(x: Any, axis: Any = -1, temperature: Any = 1.0) -> Any:
    largest = np.max(x, axis=axis, keepdims=True)
    powers = np.exp((x - np.where(largest == -np.inf, 0, largest)) / temperature)
    total = np.sum(powers, axis=axis, keepdims=True)
    return powers / np.where(total == 0, 1, total)  # a row that is masked as a whole stays 0


def log_softmax(x: Any, axis: Any = -1) -> Any:
    largest = np.max(x, axis=axis, keepdims=True)
    below = x - np.where(largest == -np.inf, 0, largest)
    total = np.sum(np.exp(below), axis=axis, keepdims=True)
    return below - np.log(np.where(total == 0, 1, total))


def log_sum_exp(x: Any) -> Any:
    largest = np.max(x, axis=-1, keepdims=True)
    powers = np.exp(x - np.where(largest == -np.inf, 0, largest))
    return (np.log(np.sum(powers, axis=-1, keepdims=True)) + largest)[..., 0]


def normalize(x: Any, axis: Any = -1, eps: Any = 0.0) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + eps)


def top_k(x: Any, axis: Any = -1) -> Any:
    return np.argsort(-x, axis=axis, kind="stable")


# Attention.


def band(n: Any, m: Any, window: Any, align: Any = None) -> Any:
    """Return which of m keys each of n queries may attend to: so many before and after its own place."""
    offset = {None: 0, "start": 0, "end": m - n}.get(align, align)
    ahead = np.arange(m) - (np.arange(n)[:, None] + offset)
    before, after = (np.inf if side is None else side for side in window)
    return (-before <= ahead) & (ahead <= after)


def causal_mask(queries: Any, keys: Any, align: Any = None) -> Any:
    return 1.0 * band(len(queries), len(keys), (None, 0), align)


def window_mask(queries: Any, keys: Any, window: Any, align: Any = None) -> Any:
    return 1.0 * band(len(queries), len(keys), window, align)


def attend(scores: Any, scaled: Any, capped: Any, allowed: Any, V: Any, bias: Any = 0.0) -> Any:
    """Return every step of attention from its scores."""
    allowed = np.broadcast_to(allowed & (np.asarray(bias) != -np.inf), capped.shape)
    masked = np.where(allowed, capped + bias, -np.inf)
    weights = softmax(masked)
    return SimpleNamespace(
        scores=scores, scaled=scaled, capped=capped, masked=masked, allowed=1.0 * allowed,
        weights=weights, lse=log_sum_exp(masked), output=weights @ V,
    )  # fmt: skip


def attention(
    Q: Any, K: Any, V: Any, mask: Any = True, bias: Any = 0.0, scale: Any = None, causal: Any = False,
    window: Any = (None, None), align: Any = None, softcap: Any = None,
) -> Any:  # fmt: skip
    scores = Q @ np.swapaxes(K, -1, -2)
    scaled = scores * (1 / np.sqrt(Q.shape[-1]) if scale is None else scale)
    capped = scaled if softcap is None else softcap * np.tanh(scaled / softcap)
    before, after = window
    near = band(Q.shape[-2], K.shape[-2], (before, 0 if causal else after), align)
    return attend(scores, scaled, capped, near & (np.asarray(mask) != 0), V, bias)


def blocked_attention(Q: Any, K: Any, V: Any, **options: Any) -> Any:
    return attention(Q, K, V, **options).output


def grouped_attention(Q: Any, K: Any, V: Any, **options: Any) -> Any:
    K, V = (np.repeat(x, Q.shape[-3] // x.shape[-3], axis=-3) for x in (K, V))  # a key head for each query head
    return attention(Q, K, V, **options)


def hard_attention(Q: Any, K: Any, V: Any, mask: Any = True, scale: Any = None, seed: Any = None) -> Any:
    a = attention(Q, K, V, mask=mask, scale=scale)
    scores = a.masked
    if seed is not None:  # adding Gumbel noise and taking the largest draws from the weights
        raw = np.random.PCG64(seed).random_raw(scores.size) >> np.uint64(12)
        uniform = (raw + 0.5).reshape(scores.shape) / 2.0**52
        scores = scores - np.log(-np.log(uniform))
    chosen = np.arange(scores.shape[-1]) == np.argmax(scores, axis=-1)[..., None]
    a.weights = 1.0 * (chosen & (a.masked > -np.inf))
    a.output = a.weights @ V
    return a


def linear_attention(
    Q: Any, K: Any, V: Any, decay: Any = None, beta: Any = None, state: Any = None, scale: Any = None
) -> Any:
    memory = np.zeros((1, 1)) if state is None else state
    output = []
    for t in range(K.shape[-2]):
        key, value = K[..., t, :, None], V[..., t, None, :]
        if decay is not None:
            memory = np.exp(decay[..., t, :, None]) * memory
        if beta is not None:
            value = beta[..., t, None, None] * (value - np.sum(key * memory, axis=-2, keepdims=True))
        memory = memory + key * value
        output.append((Q[..., t, None, :] @ memory)[..., 0, :])
    scale = 1 / np.sqrt(Q.shape[-1]) if scale is None else scale
    return SimpleNamespace(state=memory, output=np.stack(output, axis=-2) * scale)


def additive_scores(Q: Any, K: Any, W_Q: Any, W_K: Any, v: Any) -> Any:
    return np.tanh((Q @ W_Q)[..., :, None, :] + (K @ W_K)[..., None, :, :]) @ v


def additive_attention(Q: Any, K: Any, V: Any, W_Q: Any, W_K: Any, v: Any, mask: Any = True) -> Any:
    scores = additive_scores(Q, K, W_Q, W_K, v)
    return attend(scores, scores, scores, np.asarray(mask) != 0, V)


def split_heads(x: Any, heads: Any) -> Any:
    parts = x.reshape(*x.shape[:-1], heads, -1)
    return np.swapaxes(parts, -2, -3)


def join_heads(x: Any) -> Any:
    return np.swapaxes(x, -2, -3).reshape(*x.shape[:-3], x.shape[-2], -1)


def multi_head(X: Any, M: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any, **options: Any) -> Any:
    Q, K, V = X[..., None, :, :] @ W_Q, M[..., None, :, :] @ W_K, M[..., None, :, :] @ W_V
    a = grouped_attention(Q, K, V, **options)
    joined = join_heads(a.output)
    steps = {**vars(a), "heads": a.output, "joined": joined, "output": joined @ W_O}
    return SimpleNamespace(Q=Q, K=K, V=V, **steps)


def softmax_jacobian(weights: Any, temperature: Any = 1.0) -> Any:
    same = np.eye(weights.shape[-1])
    return weights[..., :, None] * (same - weights[..., None, :]) / temperature


# Biases by position.


def alibi_slopes(heads: Any) -> Any:
    power = 2 ** int(np.log2(len(heads)))
    between = 2.0 ** (-8 * np.arange(1, 2 * (len(heads) - power), 2) / (2 * power))
    return np.concatenate([2.0 ** (-8 * np.arange(1, power + 1) / power), between])


def distances(queries: Any, keys: Any, align: Any = None) -> Any:
    """Return how far each key stands behind (or, negative, before) each query."""
    offset = {None: 0, "start": 0, "end": len(keys) - len(queries)}.get(align, align)
    return np.arange(len(keys)) - (np.arange(len(queries))[:, None] + offset)


def alibi(slopes: Any, queries: Any, keys: Any, align: Any = None) -> Any:
    return -np.asarray(slopes)[..., None, None] * np.abs(distances(queries, keys, align))


def t5_bias(weights: Any, queries: Any, keys: Any, align: Any = None, farthest: Any = 128, causal: Any = False) -> Any:
    ahead = distances(queries, keys, align)
    count = weights.shape[-1] if causal else weights.shape[-1] // 2
    before = np.maximum(-ahead, 0) if causal else np.abs(ahead)
    exact = count // 2  # near positions have a bucket each, far ones share
    share = np.log(np.maximum(before, exact) / exact) / np.log(farthest / exact)
    far = np.minimum(exact + np.floor((count - exact) * share + 1e-9), count - 1)
    buckets = np.where(before < exact, before, far).astype(int)
    return weights[..., buckets if causal else buckets + count * (ahead > 0)]


def relative_attention(
    Q: Any, K: Any, V: Any, A_K: Any, A_V: Any = None, mask: Any = True, scale: Any = None, causal: Any = False,
    align: Any = None,
) -> Any:  # fmt: skip
    n, m, far = Q.shape[-2], K.shape[-2], len(A_K) // 2
    chosen = np.clip(distances(range(n), range(m), align), -far, far) + far
    near = band(n, m, (None, 0 if causal else None), align)
    scores = Q @ np.swapaxes(K, -1, -2) + np.sum(Q[..., :, None, :] * A_K[chosen], axis=-1)
    scaled = scores * (1 / np.sqrt(Q.shape[-1]) if scale is None else scale)
    a = attend(scores, scaled, scaled, near & (np.asarray(mask) != 0), V)
    if A_V is not None:
        a.output = a.output + np.sum(a.weights[..., None] * A_V[chosen], axis=-2)
    return a


def merge_attention(outputs: Any, lse: Any) -> Any:
    shares = softmax(lse, axis=-2)[..., None]
    total = log_sum_exp(np.swapaxes(lse, -1, -2))
    return SimpleNamespace(lse=total, output=np.sum(np.where(shares == 0, 0, shares * outputs), axis=-3))


def extend_cache(past_K: Any, past_V: Any, K: Any, V: Any, keep: Any = None) -> Any:
    K, V = np.concatenate([past_K, K], axis=-2), np.concatenate([past_V, V], axis=-2)
    start = 0 if keep is None else max(K.shape[-2] - keep, 0)
    return SimpleNamespace(K=K[..., start:, :], V=V[..., start:, :])


# Layers.


def dot(a: Any, b: Any) -> Any:
    return np.sum(a * b, axis=-1)


def cosine_similarity(a: Any, b: Any) -> Any:
    return np.sum(a * b, axis=-1) / (np.sqrt(np.sum(a**2, axis=-1)) * np.sqrt(np.sum(b**2, axis=-1)))


def linear(x: Any, W: Any, b: Any = 0.0) -> Any:
    return x @ W + b


def activate(x: Any, activation: Any) -> Any:
    named: Any = {
        "relu": relu,
        "gelu": gelu,
        "silu": silu,
        "tanh": np.tanh,
        "sigmoid": sigmoid,
        "identity": np.positive,
    }
    return named[activation](x)


def feed_forward(x: Any, W1: Any, b1: Any, W2: Any, b2: Any, activation: Any = "relu") -> Any:
    return activate(x @ W1 + b1, activation) @ W2 + b2


def swiglu(x: Any, W: Any, V: Any, W2: Any) -> Any:
    return (silu(x @ W) * (x @ V)) @ W2


def layer_norm(x: Any, gain: Any = 1.0, bias: Any = 0.0, eps: Any = 1e-5) -> Any:
    centred = x - np.mean(x, axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + eps) * gain + bias


def rms_norm(x: Any, gain: Any = 1.0, eps: Any = 1e-5) -> Any:
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * gain


def batch_norm(
    x: Any, gain: Any = 1.0, bias: Any = 0.0, mean: Any = None, variance: Any = None, eps: Any = 1e-5
) -> Any:
    if mean is None:
        mean, variance = np.mean(x, axis=0), np.var(x, axis=0)
    return (x - mean) / np.sqrt(variance + eps) * gain + bias


def residual(x: Any, change: Any) -> Any:
    return x + change


def eye(along: Any) -> Any:
    return np.eye(len(along))


def place_norm(order: Any, eps: Any) -> Any:
    """Return what a layer does before each of its parts, and after adding its result."""

    def rescale(x: Any) -> Any:
        return layer_norm(x, eps=eps)

    return (rescale, np.positive) if order == "pre" else (np.positive, rescale)


def encoder_layer(
    x: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any, W1: Any, b1: Any, W2: Any, b2: Any, causal: Any = False,
    norm: Any = "post", activation: Any = "relu", eps: Any = 1e-5,
) -> Any:  # fmt: skip
    before, after = place_norm(norm, eps)
    own = multi_head(before(x), before(x), W_Q, W_K, W_V, W_O, causal=causal)
    attended = after(x + own.output)
    output = after(attended + feed_forward(before(attended), W1, b1, W2, b2, activation))
    return SimpleNamespace(weights=own.weights, attended=attended, output=output)


def decoder_layer(
    x: Any, memory: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any, C_Q: Any, C_K: Any, C_V: Any, C_O: Any, W1: Any,
    b1: Any, W2: Any, b2: Any, memory_mask: Any = True, norm: Any = "post", activation: Any = "relu", eps: Any = 1e-5,
) -> Any:  # fmt: skip
    before, after = place_norm(norm, eps)
    own = multi_head(before(x), before(x), W_Q, W_K, W_V, W_O, causal=True)
    attended = after(x + own.output)
    over = multi_head(before(attended), memory, C_Q, C_K, C_V, C_O, mask=memory_mask)
    crossed = after(attended + over.output)
    output = after(crossed + feed_forward(before(crossed), W1, b1, W2, b2, activation))
    return SimpleNamespace(
        weights=own.weights, attended=attended, cross_weights=over.weights, crossed=crossed, output=output
    )


# Decoding.


def keep(p: Any, order: Any, kept: Any) -> Any:
    """Return the probabilities that are kept, which are given in order, as shares of their sum."""
    mask = np.zeros(p.shape, bool)
    np.put_along_axis(mask, order, np.broadcast_to(kept, p.shape), axis=-1)
    some = np.where(mask, p, 0)
    total = np.sum(some, axis=-1, keepdims=True)
    return some / np.where(total == 0, 1, total)


def keep_top_k(p: Any, k: Any) -> Any:
    return keep(p, np.argsort(-p, axis=-1, kind="stable"), np.arange(p.shape[-1]) < k)


def keep_top_p(p: Any, share: Any) -> Any:
    order = np.argsort(-p, axis=-1, kind="stable")
    ordered = np.take_along_axis(p, order, axis=-1)
    return keep(p, order, np.cumsum(ordered, axis=-1) - ordered < share)


def sparsemax(x: Any) -> Any:
    x = x - np.max(x, axis=-1, keepdims=True)
    ordered = -np.sort(-x, axis=-1)
    sums, counts = np.cumsum(ordered, axis=-1), np.arange(1, x.shape[-1] + 1)
    k = np.sum(1 + counts * ordered > sums, axis=-1, keepdims=True)
    threshold = (np.take_along_axis(sums, k - 1, axis=-1) - 1) / k
    return np.maximum(x - threshold, 0)


def mixture_of_experts(x: Any, W: Any, W1: Any, b1: Any, W2: Any, b2: Any, k: Any = 1, activation: Any = "relu") -> Any:
    gates = keep_top_k(softmax(x @ W), k)  # the k best experts of each position, with shares that sum to 1
    answers = [feed_forward(x, W1[i], b1[i], W2[i], b2[i], activation) for i in range(len(W1))]
    return SimpleNamespace(gates=gates, output=np.sum(gates[..., None] * np.stack(answers, axis=-2), axis=-2))


def beam_search(first: Any, following: Any, width: Any = 1, steps: Any = 1, end: Any = None) -> Any:
    if end is not None:  # behind the end only the end follows
        following = following.copy()
        following[end] = np.where(np.arange(len(first)) == end, 0, -np.inf)
    tokens, log_p = np.zeros((1, 0), int), np.zeros(1)
    for step in range(steps):
        sums = (log_p[:, None] + (first if step == 0 else following[tokens[:, -1]])).ravel()
        best = np.argsort(-sums, kind="stable")[:width]
        best = best[sums[best] > -np.inf]
        tokens = np.concatenate([tokens[best // len(first)], best[:, None] % len(first)], axis=1)
        log_p = sums[best]
    return SimpleNamespace(tokens=tokens, log_p=log_p)


# Losses, and the steps that make them smaller.


def cross_entropy(logits: Any, targets: Any, smoothing: Any = 0.0) -> Any:
    classes = logits.shape[-1]
    wanted = (1 - smoothing) * (np.arange(classes) == np.asarray(targets)[..., None]) + smoothing / classes
    return -np.sum(np.where(wanted == 0, 0, wanted * log_softmax(logits)), axis=-1)  # 0 · ln 0 is 0


def kl_divergence(p: Any, q: Any) -> Any:
    return np.sum(p * (np.log(np.where(p == 0, 1, p)) - np.log(np.where(p == 0, 1, q))), axis=-1)


def perplexity(losses: Any) -> Any:
    return np.exp(np.mean(losses, axis=-1))


def sgd(w: Any, gradient: Any, velocity: Any = 0.0, rate: Any = 0.0, momentum: Any = 0.0) -> Any:
    velocity = momentum * velocity - rate * gradient
    return SimpleNamespace(w=w + velocity, velocity=velocity)


def adam(
    w: Any, gradient: Any, m: Any = 0.0, v: Any = 0.0, step: Any = 1, rate: Any = 0.001, beta1: Any = 0.9,
    beta2: Any = 0.999, eps: Any = 1e-8,
) -> Any:  # fmt: skip
    m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
    size = np.sqrt(v / (1 - beta2**step)) + eps
    return SimpleNamespace(w=w - rate * (m / (1 - beta1**step)) / size, m=m, v=v)


def warmup_rate(step: Any, features: Any, warmup: Any = 4000) -> Any:
    step = np.float64(step)
    return len(features) ** -0.5 * np.minimum(step**-0.5, step * warmup**-1.5)


# Positions and tokens.


def positions(pos: Any, features: Any, base: Any = 10000.0) -> Any:
    d = len(features)
    angles = np.asarray(pos)[..., None] * base ** (-2 * np.arange((d + 1) // 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(*angles.shape[:-1], -1)[..., :d]


def position_shift(k: Any, features: Any, base: Any = 10000.0) -> Any:
    d = len(features)
    shift = np.zeros((d, d))
    for i in range(0, d, 2):
        angle = k * base ** (-i / d)
        shift[i : i + 2, i : i + 2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return shift


def rotary(x: Any, pos: Any = None, base: Any = 10000.0, width: Any = None, interleaved: Any = True) -> Any:
    width = x.shape[-1] if width is None else width
    pos = np.arange(x.shape[-2]) if pos is None else pos
    angles = pos[..., None] * base ** (-2 * np.arange(width // 2) / width)
    first = slice(0, width, 2) if interleaved else slice(0, width // 2)
    second = slice(1, width, 2) if interleaved else slice(width // 2, width)
    turned = x.copy()
    turned[..., first] = np.cos(angles) * x[..., first] - np.sin(angles) * x[..., second]
    turned[..., second] = np.sin(angles) * x[..., first] + np.cos(angles) * x[..., second]
    return turned


def embedding(tokens: Any, table: Any, scaled: Any = False) -> Any:
    return table[np.asarray(tokens).astype(int)] * (np.sqrt(table.shape[1]) if scaled else 1)


def ngram_counts(tokens: Any, words: Any) -> Any:
    counts = np.zeros((len(words), len(words)))
    tokens = tokens.astype(int)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts


def ngram_probabilities(counts: Any, smoothing: Any = 0.0) -> Any:
    total = np.sum(counts + smoothing, axis=-1, keepdims=True)
    return (counts + smoothing) / np.where(total == 0, 1, total)


# Recurrent networks.


def rnn_cell(x: Any, h: Any, W: Any, U: Any, b: Any = 0.0, activation: Any = "tanh") -> Any:
    return activate(x @ W + b + h @ U, activation)


def rnn(x: Any, W: Any, U: Any, b: Any = 0.0, h0: Any = None, activation: Any = "tanh") -> Any:
    h = np.zeros(U.shape[0]) if h0 is None else h0
    states = []
    for t in range(x.shape[-2]):
        h = rnn_cell(x[..., t, :], h, W, U, b, activation)
        states.append(h)
    return np.stack(states, axis=-2)


def lstm_cell(x: Any, h: Any, c: Any, W: Any, U: Any, b: Any = None) -> Any:
    b = np.zeros(4) if b is None else b
    f, i, o, g = (x @ W[gate] + b[gate] + h @ U[gate] for gate in range(4))
    f, i, o, g = sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return SimpleNamespace(f=f, i=i, o=o, g=g, c=c, h=o * np.tanh(c))


def stack_steps(steps: Any) -> Any:
    """Return the results of the steps along a sequence, each result with the positions before its last axis."""
    names = vars(steps[0])
    return SimpleNamespace(**{name: np.stack([vars(step)[name] for step in steps], axis=-2) for name in names})


def lstm(x: Any, W: Any, U: Any, b: Any = None, h0: Any = None, c0: Any = None) -> Any:
    h, c = (np.zeros(U.shape[-1]) if start is None else start for start in (h0, c0))
    steps = []
    for t in range(x.shape[-2]):
        steps.append(lstm_cell(x[..., t, :], h, c, W, U, b))
        h, c = steps[-1].h, steps[-1].c
    return stack_steps(steps)


def gru_cell(x: Any, h: Any, W: Any, U: Any, b: Any = None, reset_after: Any = False, c_n: Any = 0.0) -> Any:
    b = np.zeros(3) if b is None else b
    z, r = (sigmoid(x @ W[gate] + b[gate] + h @ U[gate]) for gate in range(2))
    back = r * (h @ U[2] + c_n) if reset_after else (r * h) @ U[2]
    n = np.tanh(x @ W[2] + b[2] + back)
    return SimpleNamespace(z=z, r=r, n=n, h=z * h + (1 - z) * n)


def gru(x: Any, W: Any, U: Any, b: Any = None, h0: Any = None, reset_after: Any = False, c_n: Any = 0.0) -> Any:
    h = np.zeros(U.shape[-1]) if h0 is None else h0
    steps = []
    for t in range(x.shape[-2]):
        steps.append(gru_cell(x[..., t, :], h, W, U, b, reset_after, c_n))
        h = steps[-1].h
    return stack_steps(steps)


# Convolutions and pooling.


def windows(x: Any, size: Any, stride: Any = 1, dilation: Any = 1) -> Any:
    """Return the windows of a size in the last axes, their entries in as many axes more."""
    reach = [(s - 1) * dilation + 1 for s in size]
    found: Any = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(-len(size), 0)))
    steps = [slice(None, None, stride)] * len(size) + [slice(None, None, dilation)] * len(size)
    return found[..., *steps]


def convolve(x: Any, kernel: Any, rank: Any, bias: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    size = kernel.shape[-rank:]
    if padding == "same":
        zeros = [((s - 1) * dilation // 2, (s - 1) * dilation - (s - 1) * dilation // 2) for s in size]
    else:
        zeros = [(0, 0) if padding == "valid" else (padding, padding)] * rank
    seen = windows(np.pad(x, [(0, 0)] * (x.ndim - rank) + zeros), size, stride, dilation)
    inside = tuple(range(-rank, 0))
    if kernel.ndim == rank:
        return np.sum(seen * kernel, axis=inside) + bias
    channels = (*seen.shape[: -2 * rank - 1], 1, *seen.shape[-2 * rank - 1 :])  # channels out before channels in
    spread = kernel.reshape(*kernel.shape[:2], *[1] * rank, *size)
    summed = np.sum(seen.reshape(channels) * spread, axis=(-2 * rank - 1, *inside))
    return summed + np.reshape(bias, (-1, *[1] * rank))


def conv1d(x: Any, kernel: Any, bias: Any = 0.0, stride: Any = 1, padding: Any = "valid", dilation: Any = 1) -> Any:
    return convolve(x, kernel, 1, bias, stride, padding, dilation)


def conv2d(x: Any, kernel: Any, bias: Any = 0.0, stride: Any = 1, padding: Any = "valid", dilation: Any = 1) -> Any:
    return convolve(x, kernel, 2, bias, stride, padding, dilation)


def avg_pool1d(x: Any, size: Any, stride: Any = None) -> Any:
    return np.mean(windows(x, (size,), stride or size), axis=-1)


def max_pool1d(x: Any, size: Any, stride: Any = None) -> Any:
    return np.max(windows(x, (size,), stride or size), axis=-1)


def avg_pool2d(x: Any, size: Any, stride: Any = None) -> Any:
    return np.mean(windows(x, (size, size), stride or size), axis=(-2, -1))


def max_pool2d(x: Any, size: Any, stride: Any = None) -> Any:
    return np.max(windows(x, (size, size), stride or size), axis=(-2, -1))


def patches(image: Any, size: Any) -> Any:
    r, c = image.shape[-2] // size, image.shape[-1] // size
    cut = np.swapaxes(image.reshape(*image.shape[:-2], r, size, c, size), -3, -2)
    return cut.reshape(*image.shape[:-2], r * c, size * size)


def receptive_field(sizes: Any, strides: Any = None, dilations: Any = None) -> Any:
    strides = np.ones(len(sizes)) if strides is None else strides
    dilations = np.ones(len(sizes)) if dilations is None else dilations
    return 1 + sum((k - 1) * d * np.prod(strides[:i]) for i, (k, d) in enumerate(zip(sizes, dilations, strict=True)))
