"""The figures that ONNX publishes with its operator definitions (onnx_figures.json says which version)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhixing import core
from zhixing.core.positions import turn_pairs

FIGURES = json.loads(Path(__file__).with_name("onnx_figures.json").read_text(encoding="utf-8"))
Array = np.ndarray[Any, np.dtype[Any]]


def array(plain: dict[str, Any]) -> Array:
    return np.array(plain["values"], dtype=plain["dtype"]).reshape(plain["shape"])


def case(name: str) -> tuple[dict[str, Any], dict[str, Array], list[Array]]:
    """Return attributes, inputs by ONNX's names, and outputs."""
    found = FIGURES[name]
    return found["attributes"], {k: array(v) for k, v in found["inputs"].items()}, list(map(array, found["outputs"]))


def names(*prefixes: str) -> list[str]:
    return [name for name in FIGURES if name.startswith(prefixes)]


def close(found: Array, expected: Array) -> None:
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


def options(attributes: dict[str, Any], inputs: dict[str, Array]) -> dict[str, Any]:
    """Return ONNX's attributes and optional inputs as keyword arguments of `attention`."""
    found: dict[str, Any] = {"causal": bool(attributes.get("is_causal"))}
    if "attn_mask" in inputs:
        found["mask" if inputs["attn_mask"].dtype == bool else "bias"] = inputs["attn_mask"]
    if "past_key" in inputs:
        found["past"] = inputs["past_key"], inputs["past_value"]
    elif found["causal"]:
        found["align"] = "end" if "nonpad_kv_seqlen" in inputs else "start"
    if "left_window_size" in attributes:
        found["window"] = attributes["left_window_size"], attributes.get("right_window_size")
        found["align"] = "start"
    return found | {name: attributes[name] for name in ("scale", "softcap") if name in attributes}


@pytest.mark.parametrize("name", names("attention_"))
@pytest.mark.parametrize("blocked", [False, True])
def test_attention(name: str, blocked: bool) -> None:
    attributes, inputs, outputs = case(name)
    q, k, v = (inputs[x] for x in "QKV")
    if q.ndim == 3:
        heads = attributes["q_num_heads"], attributes["kv_num_heads"], attributes["kv_num_heads"]
        q, k, v = (core.split_heads(x, h) for x, h in zip((q, k, v), heads, strict=True))
    arguments = options(attributes, inputs) | {"grouped": q.shape[-3] != k.shape[-3]}
    if blocked:
        output = core.blocked_attention(q, k, v, **arguments)
    else:
        steps = core.attention(q, k, v, **arguments)
        output = steps.output
        if attributes.get("qk_matmul_output_mode") == 3:
            close(steps.weights, outputs[-1])
    close(output if outputs[0].ndim == 4 else core.join_heads(output), outputs[0])
    if "past_key" in inputs:
        present = core.extend_cache(inputs["past_key"], inputs["past_value"], k, v)
        close(present.K, outputs[1])
        close(present.V, outputs[2])


@pytest.mark.parametrize("name", names("linear_attention_"))
def test_linear_attention(name: str) -> None:
    attributes, inputs, (expected, state) = case(name)
    queries, heads = attributes["q_num_heads"], attributes["kv_num_heads"]
    rule = attributes.get("update_rule", "gated_delta")
    q = core.split_heads(inputs["query"], queries)
    k, v = (np.repeat(core.split_heads(inputs[x], heads), queries // heads, axis=1) for x in ("key", "value"))
    given: dict[str, Any] = {"scale": attributes.get("scale")}
    if "gated" in rule:
        given["decay"] = np.repeat(core.split_heads(inputs["decay"], heads), queries // heads, axis=1)
    if "delta" in rule:
        given["beta"] = np.repeat(inputs["beta"], queries // inputs["beta"].shape[-1], axis=-1).swapaxes(-1, -2)
    if "past_state" in inputs:
        given["state"] = np.repeat(inputs["past_state"], queries // heads, axis=1)
    found = core.linear_attention(q, k, v, **given)
    tolerance = 1e-5 if expected.dtype == np.float32 else 2e-3
    for ours, theirs in ((core.join_heads(found.output), expected), (found.state[:, :: queries // heads], state)):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance / 5)


@pytest.mark.parametrize("name", names("rotary_embedding_"))
def test_rotary_embedding(name: str) -> None:
    attributes, inputs, (expected,) = case(name)
    cos, sin = (inputs[x][:, None] for x in ("cos_cache", "sin_cache"))
    close(turn_pairs(inputs["input"], cos, sin, bool(attributes.get("interleaved"))), expected)


@pytest.mark.parametrize("name", names("layer_normalization_", "rms_normalization_"))
def test_normalisation(name: str) -> None:
    attributes, inputs, outputs = case(name)
    axes = tuple(range(attributes["axis"], inputs["X"].ndim))
    eps = attributes.get("epsilon", 1e-5)
    if name.startswith("layer"):
        found = core.layer_norm(inputs["X"], inputs["W"], inputs["B"], axis=axes, eps=eps)
    else:
        found = core.rms_norm(inputs["X"], inputs["W"], axis=axes, eps=eps)
    close(found, outputs[0])


def recurrent(inputs: dict[str, Array], order: list[int]) -> tuple[Array, Array, Array]:
    """Return W, U, b as the core has them: gates first in our order, transposed, one bias."""
    gates = len(order)
    W, U = (np.stack(np.split(inputs[x][0], gates))[order].swapaxes(1, 2) for x in "WR")
    b = inputs["B"][0] if "B" in inputs else np.zeros(2 * gates * U.shape[1], dtype=W.dtype)
    return W, U, (b.reshape(2, gates, -1).sum(axis=0, dtype=W.dtype))[order]


def sequence(attributes: dict[str, Any], inputs: dict[str, Array]) -> Array:
    """Return X as (batch, time, features)."""
    return inputs["X"] if attributes.get("layout") else inputs["X"].swapaxes(0, 1)


@pytest.mark.parametrize("name", names("lstm_", "gru_", "simple_rnn_", "rnn_"))
def test_recurrence(name: str) -> None:
    attributes, inputs, outputs = case(name)
    x = sequence(attributes, inputs)
    if name.startswith("lstm"):
        h = core.lstm(x, *recurrent(inputs, [2, 0, 1, 3])).h  # ONNX: input, output, forget, cell
    elif name.startswith("gru"):
        h = core.gru(x, *recurrent(inputs, [0, 1, 2])).h
    else:
        W, U, b = recurrent(inputs, [0])
        h = core.rnn(x, W[0], U[0], b[0])
    close(h[:, -1], outputs[-1].reshape(h[:, -1].shape))


@pytest.mark.parametrize("name", names("basic_conv", "conv_"))
def test_conv(name: str) -> None:
    attributes, inputs, (expected,) = case(name)
    (padding,) = set(attributes["pads"])
    close(core.conv2d(inputs["x"], inputs["W"], stride=attributes.get("strides", 1), padding=padding), expected)


@pytest.mark.parametrize("name", names("softmax_", "gelu_"))
def test_elementwise(name: str) -> None:
    attributes, inputs, (expected,) = case(name)
    x = inputs["x"]
    if name.startswith("softmax"):
        close(core.softmax(x, attributes.get("axis", -1)), expected)
    else:
        close(core.gelu(x, approximate=attributes.get("approximate", "none")), expected)


def test_figures_typed_in_the_definitions() -> None:
    """The comments of onnx/backend/test/case/node/softmax.py and gelu.py, digit by digit."""
    np.testing.assert_allclose(core.softmax([-1, 0, 1]), [0.09003058, 0.24472848, 0.66524094], atol=1e-8)
    large = core.softmax(np.array([10000, 10001, 10002, 10003], dtype=np.float32))
    np.testing.assert_allclose(large, [0.032058604, 0.08714432, 0.23688284, 0.6439143], atol=1e-7)
    np.testing.assert_allclose(core.gelu([-1, 0, 1]), [-0.15865526, 0, 0.84134474], atol=1e-8)
    np.testing.assert_allclose(core.gelu([-1, 0, 1], approximate="tanh"), [-0.158808, 0, 0.841192], atol=1e-6)
