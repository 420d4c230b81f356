"""Lines of the core broken on purpose, each with the test that sees it; run as a program, breaks them one by one.

It prints, for each, pytest's exit status (1: the test failed, as it must). One process does all, since most of the time
would go into importing NumPy again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "generator" / "zhixing"
ATTENTION, RIGHT = "test_attention.py::test_", "test_right.py::test_"
FUNCTIONS, BLOCKED = "test_functions.py::test_", "test_blocked.py::test_"

# What breaks: file, the line as it is, the line as it must not be, the test that sees it.
MUTATIONS: dict[str, tuple[str, str, str, str]] = {
    "no max subtraction": (
        "softmax.py", "scores, np.where(largest == -np.inf, 0, largest)", "scores, 0",
        ATTENTION + "scores_that_would_overflow",
    ),
    "a row of nothing divides by 0": (
        "softmax.py", "np.where(total == 0, 1, total)", "total", ATTENTION + "a_query_that_may",
    ),
    "−inf minus −inf": (
        "softmax.py", "scores, np.where(largest == -np.inf, 0, largest)", "scores, largest",
        ATTENTION + "a_query_that_may",
    ),
    "the temperature divides first": (
        "softmax.py", "(distances / temperature)", "(scores / temperature)",
        FUNCTIONS + "softmax_over_two_axes",
    ),
    "the Jacobian's sign": ("softmax.py", "(same - weights[", "(same + weights[", "test_lookups.py::test_the_jacobian"),
    "0·log 0": (
        "softmax.py", "np.where(p == 0, 0, p * np.log(p))", "p * np.log(p)",
        "test_lookups.py::test_entropy",
    ),
    "scale 1/d": ("attention.py", "1 / math.sqrt(max(q.shape[-1], 1))", "1 / max(q.shape[-1], 1)", RIGHT + "attention"),
    "a finite mask": (
        "attention.py", "np.where(allowed, capped, -np.inf)", "np.where(allowed, capped, -1e9)",
        ATTENTION + "a_query_that_may",
    ),
    "a mask that is added": (
        "attention.py", "np.where(allowed, capped, -np.inf)", "capped + np.where(allowed, 0, -np.inf)",
        ATTENTION + "what_is_masked_out",
    ),
    "tile for repeat": (
        "attention.py", "np.repeat(array, heads // array.shape[-3], axis=-3)",
        "np.concatenate([array] * (heads // array.shape[-3]), axis=-3)", ATTENTION + "grouped_heads",
    ),
    "no soft cap": (
        "attention.py", "scaled if softcap is None else cap(", "scaled if True else cap(", RIGHT + "attention",
    ),
    "the soft cap after the mask": (
        "attention.py", "return finish((scores, scaled, capped, masked), allowed",
        "return finish((scores, scaled, capped, masked if softcap is None else cap(masked, softcap)), allowed",
        ATTENTION + "a_bias_of_minus",
    ),
    "a bias of −inf is only added": (
        "attention.py", "allowed & (bias != -np.inf)", "allowed", ATTENTION + "bias_hides",
    ),
    "0·nan": ("attention.py", "if finite.all():", "if True:", ATTENTION + "what_is_masked_out"),
    "nan never counts": (
        "attention.py", "np.where(up, np.inf, np.where(down, -np.inf, 0))", "0",
        ATTENTION + "what_is_not_masked_out",
    ),
    "the past behind": ("attention.py", "part in (past, new)]", "part in (new, past)]", ATTENTION + "past_keys"),
    "strictly causal": ("masks.py", "(j <= i + high", "(j < i + high", ATTENTION + "pictures"),
    "the window is one short": ("masks.py", "(j >= i + low", "(j > i + low", ATTENTION + "pictures"),
    "start for end": (
        "masks.py", 'keys - queries if align == "end" else 0', "0", ATTENTION + "pictures",
    ),
    "integer masks pass": (
        "masks.py", "if found.dtype != np.bool_:", "if False:", ATTENTION + "errors_show",
    ),
    "gates swapped": ("gates.py", "f, i, o = (", "i, f, o = (", RIGHT + "lstm"),
    "the cell is not bent": ("gates.py", "o * np.tanh(cell)", "o * cell", RIGHT + "lstm"),
    "update for keep": ("gates.py", "z * h + (1 - z) * n", "(1 - z) * h + z * n", RIGHT + "gru"),
    "reset after U": ("gates.py", "back = (r * h) @ U[2] if", "back = r * (h @ U[2]) if", RIGHT + "gru"),
    "the state is transposed": (
        "recurrence.py", "h = states[..., t, :] = bend(share[..., t, :] + h @ U)",
        "h = states[..., t, :] = bend(share[..., t, :] + h @ U.T)", RIGHT + "rnn",
    ),
    "cosine before sine": (
        "positions.py", "np.stack([np.sin(angles), np.cos(angles)]", "np.stack([np.cos(angles), np.sin(angles)]",
        RIGHT + "positions",
    ),
    "turned the other way": (
        "positions.py", "cos * x[..., first] - sin * x[..., second]", "cos * x[..., first] + sin * x[..., second]",
        RIGHT + "rotary",
    ),
    "halves for pairs": (
        "positions.py", "slice(0, 2 * pairs, 2) if interleaved else slice(0, pairs)", "slice(0, pairs)",
        "test_onnx.py::test_rotary",
    ),
    "ε outside the root": (
        "norms.py", "centred / np.sqrt(variance + eps_scaled)", "centred / (np.sqrt(variance) + eps_scaled)",
        "test_onnx.py::test_normalisation",
    ),
    "RMS of what is centred": (
        "norms.py", "_stretch(small / np.sqrt(_mean(small * small, axis)",
        "_stretch((small - _mean(small, axis)) / np.sqrt(_mean((small - _mean(small, axis)) ** 2, axis)",
        "test_onnx.py::test_normalisation",
    ),
    "a flipped kernel": (
        "convolution.py", "np.tensordot(seen, kernel,", "np.tensordot(seen, kernel[..., ::-1],", RIGHT + "conv",
    ),
    "1 + erf": (
        "activations.py", "map_entries(_find_tail, _find_slope, -x", "2 - map_entries(_find_tail, _find_slope, x",
        RIGHT + "activations",
    ),
    "σ overflows": (
        "activations.py", "np.where(x < 0, small, np.where(np.isnan(x), x, 1)) / (1 + small)",
        "np.exp(x) / (1 + np.exp(x))", FUNCTIONS + "gates_saturate",
    ),
    "product for sum": (
        "additive.py", "[..., :, None, :] + (K @ W_K)", "[..., :, None, :] * (K @ W_K)", RIGHT + "additive",
    ),
    "heads joined out of order": (
        "heads.py", "np.swapaxes(x, -2, -3).reshape(*lead, n, heads * d)", "x.reshape(*lead, n, heads * d)",
        ATTENTION + "heads_split",
    ),
    "n-grams across sequences": (
        "embeddings.py", "words.size - n + 1 + i", "words.size - n + i", FUNCTIONS + "ngrams",
    ),
    "float16 sums": (
        "arrays.py", "np.float32 if dtype == np.float16 else dtype", "dtype", ATTENTION + "float16_is_summed",
    ),
    "mixed dtypes pass": ("arrays.py", "if len(set(dtypes.values())) > 1:", "if False:", ATTENTION + "errors_show"),
    "earlier sums do not shrink": (
        "blocked.py", "o[tiles] *= shrink.swapaxes(1, 2)", "pass", BLOCKED + "the_doors_agree",
    ),
    "no bound": ("blocked.py", "<= BOUND\n", "<= math.inf\n", ATTENTION + "scores_that_would_overflow"),
    "tiny values underflow": ("blocked.py", "and _none_vanishes(inputs.V)", "and True", BLOCKED + "tiny"),
    "the mask is forgotten where bounded": (
        "blocked.py", "self.hide(scores, some, keys, 0)", "pass", RIGHT + "attention",
    ),
    "the mask is forgotten where not bounded": (
        "blocked.py", "self.hide(scores, some, keys, -np.inf)", "pass", BLOCKED + "the_doors_agree",
    ),
    "the last block is skipped": (
        "blocks.py", "min(self.m, rows.stop + self.high)", "min(self.m, rows.start + self.high)", RIGHT + "attention",
    ),
    "bias in the wrong base": (
        "blocked.py", "bias if plan.extreme else bias * plan.unit", "bias", RIGHT + "attention",
    ),
    "a mask for all scores is kept": (
        "blocks.py", "np.lib.stride_tricks.sliding_window_view(line, queries)",
        "np.lib.stride_tricks.sliding_window_view(line, n).copy()",
        BLOCKED + "a_nan_keeps",
    ),
    "future blocks are computed": (
        "blocks.py", "min(self.m, rows.stop + self.high)", "self.m", BLOCKED + "blocks_of_the_future",
    ),
    "future tiles are computed": (
        "blocks.py", "max(0, keys.start - self.high - rows.start)", "0", BLOCKED + "blocks_of_the_future",
    ),
    "past tiles are left out": (
        "blocks.py", "keys.stop - self.low - rows.start", "keys.start - self.low - rows.start",
        BLOCKED + "blocks_of_the_future",
    ),
    "sums overwrite what is still to be read": (
        "blocked.py", "any(np.may_share_memory(out, array) for array in arrays)", "False", BLOCKED + "out_may_be",
    ),
    "a sink for each key": (
        "softmax.py", "np.logaddexp(lse, sink)", "np.logaddexp(lse, np.logaddexp(sink, sink))",
        "test_merging.py::test_a_sink",
    ),
    "a sink where nothing is seen": (
        "softmax.py", "np.where(np.isneginf(lse), 0, logistic(lse - sink))", "logistic(lse - sink)",
        "test_merging.py::test_sinks_at_the_ends",
    ),
    "the blocks' sink is not shifted": (
        "blocked.py", "sinks * self.unit - largest)", "sinks * self.unit)", "test_merging.py::test_a_sink",
    ),
    "parts weigh alike": (
        "merging.py", "normalize_exponentials(lse, axis=-2)", "normalize_exponentials(lse * 0, axis=-2)",
        "test_merging.py::test_merge_attention",
    ),
    "a part that counts nothing is multiplied": (
        "merging.py", "np.where(shares[..., None] == 0, 0, shares[..., None] * outputs)", "shares[..., None] * outputs",
        "test_merging.py::test_parts_of_nothing",
    ),
    "the cache keeps the oldest": (
        "cache.py", "keys[..., start:, :], values[..., start:, :]",
        "keys[..., : keys.shape[-2] - start, :], values[..., : keys.shape[-2] - start, :]",
        "test_merging.py::test_a_window_needs",
    ),
    "distances the other way": (
        "relative.py", "np.clip(distances,", "np.clip(-distances,",
        "test_relative.py::test_relative_attention",
    ),
    "values without their vectors": (
        "relative.py", "output=steps.output + added", "output=steps.output",
        "test_relative.py::test_relative_attention",
    ),
    "the distance is not scaled": (
        "relative.py", "Q @ A_K.T", "Q @ A_K.T * Q.shape[-1]", "test_relative.py::test_relative_attention",
    ),
    "gates of all experts": (
        "experts.py", "keep_top_k(normalize_exponentials(logits)[0], k)", "normalize_exponentials(logits)[0]",
        "test_experts.py::test_mixture",
    ),
    "experts that are not chosen are asked": (
        "experts.py", "chosen = gates[..., i] != 0", "chosen = gates[..., i] == gates[..., i]",
        "test_experts.py::test_an_expert",
    ),
    "a beam of what cannot come": (
        "beam.py", "return order[sums[order] != -np.inf]", "return order", "test_beam.py::test_ties",
    ),
    "row and column of a beam": (
        "beam.py", "np.divmod(best, len(log_first))", "np.divmod(best, len(log_p))", "test_beam.py::test_beam_search",
    ),
    "the end goes on": ("beam.py", "if end is not None:", "if False:", "test_beam.py::test_what_ended"),
    "one gain for all norms": (
        "layers.py", "None if rows is None else rows[sublayer]", "None if rows is None else rows[0]",
        "test_layers.py::test_encoder",
    ),
    "the values' bias for the keys'": (
        "heads.py", '_project("memory", memory, "K", W_K, b_K)', '_project("memory", memory, "K", W_K, None)',
        "test_layers.py::test_multi_head",
    ),
    "queries of any length": (
        "heads.py", "return rms_norm(heads, gain)", "return heads * gain", "test_layers.py::test_multi_head",
    ),
    "backward states stand at the wrong end": (
        "gates.py", "steps[-1].c\n    return _stack(steps[::-1] if backward else steps",
        "steps[-1].c\n    return _stack(steps",
        "test_layers.py::test_backward",
    ),
    "backward is forward": (
        "recurrence.py", "reversed(times) if backward else times", "times", "test_layers.py::test_backward",
    ),
    "T5's keys ahead share the buckets before": (
        "biases.py", "count * (distances > 0)", "0 * distances", "test_biases.py::test_t5_bias",
    ),
    "ALiBi rises with the distance": (
        "biases.py", "0 - slopes[..., None]", "0 + slopes[..., None]", "test_biases.py::test_alibi",
    ),
    "the memory does not decay": (
        "linear_attention.py", "kept[..., t, :, None] * memory", "memory", "test_linear_attention.py::test_every",
    ),
    "the old value stays": (
        "linear_attention.py", "* (value - old)", "* value", "test_linear_attention.py::test_every",
    ),
    "kept words do not sum to 1": (
        "decoding.py", "some / np.where(total == 0, 1, total)", "some", "test_decoding.py::test_keep",
    ),
    "one word too few has the share": (
        "decoding.py", "before < least", "before + sorted_p < least", "test_decoding.py::test_keep_top_p",
    ),
    "the threshold of one more": (
        "sparsemax.py", "1 + counts * ordered > sums", "1 + counts * ordered >= sums - 1",
        "test_decoding.py::test_sparse",
    ),
    "smoothing takes from the target alone": (
        "losses.py", "+ share / max(classes, 1)", "", "test_training.py::test_cross",
    ),
    "back through time without the bend": (
        "../experiments/copy_models.py", "inner = back * (1 - states[t + 1] ** 2)", "inner = back",
        "../experiments/test_copy_task.py::test_gradients",
    ),
    "softmax's gradient without its second term": (
        "../experiments/copy_models.py", "(by_weight - np.sum(p * by_weight, axis=1, keepdims=True))", "by_weight",
        "../experiments/test_copy_task.py::test_gradients",
    ),
    "a window's share goes to the wrong place": (
        "../experiments/copy_models.py", "shift = self.size - 1 - i", "shift = i",
        "../experiments/test_copy_task.py::test_gradients",
    ),
}  # fmt: skip


def broken(where: Path, file: str, old: str, new: str) -> None:
    """Write a copy of the core with one line changed."""
    for room in ("core", "experiments"):
        shutil.copytree(PACKAGE / room, where / "zhixing" / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE / "__init__.py", where / "zhixing")
    target = where / "zhixing" / "core" / file
    text = target.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{old!r} stands {text.count(old)} times in {file}")
    target.write_text(text.replace(old, new), encoding="utf-8")


def status(mutation: tuple[str, str, str, str]) -> int:
    """Return pytest's exit status for the test that should see the broken line."""
    *change, seen_by = mutation
    module, _, function = seen_by.partition("::")
    with tempfile.TemporaryDirectory() as folder:
        broken(Path(folder), *change)
        for name in [name for name in sys.modules if name.startswith(("zhixing", "test_", "reference"))]:
            del sys.modules[name]
        sys.path.insert(0, folder)
        try:
            options = ["-xq", "-p", "no:cacheprovider", "--assert=plain", "--tb=no", "--no-header", "-W", "ignore"]
            return int(pytest.main([*options, str(HERE / module), "-k", function]))
        finally:
            sys.path.remove(folder)


def main() -> None:
    """Write a line of JSON: the name of each mutation, and the exit status."""
    found, shown = {}, os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for name, mutation in MUTATIONS.items():
        found[name] = status(mutation)
    sys.stdout.flush()  # what pytest printed last may wait there still
    os.dup2(shown, 1)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
