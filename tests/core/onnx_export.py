"""Writes onnx_figures.json: the figures that ONNX publishes with its operator definitions.

Run by hand, in an environment of its own, when a newer ONNX should be held against the core:

    pip install onnx==1.23.2 && python tests/core/onnx_export.py

The figures are the inputs and outputs of ONNX's backend node tests (github.com/onnx/onnx, onnx/backend/test/case/node).
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np

CASES = [
    "attention_bidirectional_window",
    "attention_4d_softcap_neginf_mask",
    "attention_4d_softcap_neginf_mask_poison",
    "attention_causal_boolmask_nan_robustness",
    "attention_23_boolmask_fullymasked_row_nan_robustness",
    "attention_24_fullymasked_qk_matmul_output_mode3_zero",
    "attention_4d_causal_nonpad_continued_prefill",
    "attention_4d_causal_with_past_and_present",
    "attention_local_window_gqa_rank4_mask",
    "attention_3d_gqa_softcap",
    "attention_3d_diff_heads_sizes_scaled",
    "attention_3d_transpose_verification",
    "rotary_embedding_no_position_ids",
    "rotary_embedding_no_position_ids_interleaved",
    "rotary_embedding_no_position_ids_rotary_dim",
    "layer_normalization_2d_axis0",
    "layer_normalization_2d_axis1",
    "layer_normalization_3d_axis1_epsilon",
    "rms_normalization_2d_axis0",
    "rms_normalization_2d_axis1",
    "rms_normalization_3d_axis2_epsilon",
    "lstm_defaults",
    "lstm_with_initial_bias",
    "lstm_batchwise",
    "gru_defaults",
    "gru_with_initial_bias",
    "gru_seq_length",
    "gru_batchwise",
    "simple_rnn_defaults",
    "simple_rnn_with_initial_bias",
    "rnn_seq_length",
    "simple_rnn_batchwise",
    "basic_conv_with_padding",
    "basic_conv_without_padding",
    "conv_with_strides_padding",
    "conv_with_strides_no_padding",
    "softmax_example",
    "softmax_large_number",
    "softmax_axis_0",
    "softmax_negative_axis",
    "gelu_default_1",
    "gelu_default_2",
    "gelu_tanh_1",
    "gelu_tanh_2",
    "linear_attention_linear",
    "linear_attention_gated",
    "linear_attention_gated_per_head_decay",
    "linear_attention_delta",
    "linear_attention_gated_delta",
    "linear_attention_gated_delta_beta_scalar",
    "linear_attention_gated_delta_gqa",
    "linear_attention_gated_delta_mqa",
    "linear_attention_decode_step",
    "linear_attention_prefill_with_past",
    "linear_attention_no_past_explicit_zeros",
    "linear_attention_explicit_scale",
    "linear_attention_fp16",
    "linear_attention_linear_t1_no_past",
]


def plain(array: object) -> object:
    """Return an array as shape, kind and the shortest decimals that give it back."""
    found = np.asarray(array)
    values = [str(v) if found.dtype.kind == "f" else v.item() for v in found.ravel()]
    return {"shape": found.shape, "dtype": str(found.dtype), "values": values}


def main() -> None:
    # By name: the package is in no environment of the project, so nothing can check its types.
    onnx = import_module("onnx")
    collect_testcases = import_module("onnx.backend.test.case.node").collect_testcases

    figures: dict[str, object] = {"from": f"onnx {onnx.__version__}, onnx/backend/test/case/node"}
    for case in collect_testcases(None):
        name = case.name.removeprefix("test_")
        if name in CASES:
            node = case.model.graph.node[0]
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
            inputs, outputs = case.data_sets[0]
            named = dict(zip([i for i in node.input if i], map(plain, inputs), strict=True))
            figures[name] = {"attributes": attributes, "inputs": named, "outputs": [plain(o) for o in outputs]}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in sorted(figures.items()))
    Path(__file__).with_name("onnx_figures.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
