"""The attention core: every mechanism of the notes, exactly, in NumPy alone.

Arrays are (…, positions, features); leading axes (batch, heads) broadcast. float16, float32 and float64 keep
their dtype; everything else is float64. Arguments that do not fit raise `CoreError` with their shapes.
"""

from __future__ import annotations

from zhixing.core.activations import gelu, identity, relu, sigmoid, silu, tanh
from zhixing.core.additive import additive_attention, additive_scores
from zhixing.core.attention import Attention, attention
from zhixing.core.beam import BeamSearch, beam_search
from zhixing.core.biases import alibi, alibi_slopes, t5_bias
from zhixing.core.blocked import blocked_attention
from zhixing.core.cache import KeyValueCache, extend_cache
from zhixing.core.convolution import conv1d, conv2d, receptive_field
from zhixing.core.decoding import keep_top_k, keep_top_p
from zhixing.core.embeddings import embedding, ngram_counts, ngram_probabilities
from zhixing.core.errors import CoreError
from zhixing.core.experts import MixtureOfExperts, mixture_of_experts
from zhixing.core.feedforward import feed_forward, linear, swiglu
from zhixing.core.gates import GRU, LSTM, gru, gru_cell, lstm, lstm_cell
from zhixing.core.hard import hard_attention
from zhixing.core.heads import MultiHead, join_heads, multi_head, split_heads
from zhixing.core.layers import (
    DecoderLayer,
    EncoderLayer,
    HeadWeights,
    NetworkWeights,
    decoder_layer,
    encoder_layer,
    residual,
)
from zhixing.core.linear_attention import LinearAttention, linear_attention
from zhixing.core.losses import cross_entropy, kl_divergence, log_softmax, perplexity
from zhixing.core.masks import causal_mask, window_mask
from zhixing.core.merging import MergedAttention, merge_attention
from zhixing.core.norms import batch_norm, layer_norm, rms_norm
from zhixing.core.optimisers import SGD, Adam, adam, sgd, warmup_rate
from zhixing.core.pooling import avg_pool, max_pool, patches
from zhixing.core.positions import position_shift, positions, rotary
from zhixing.core.recurrence import rnn, rnn_cell
from zhixing.core.relative import relative_attention
from zhixing.core.softmax import entropy, softmax, softmax_jacobian
from zhixing.core.sparsemax import sparsemax
from zhixing.core.vectors import cosine_similarity, dot

__all__ = [
    "GRU",
    "LSTM",
    "SGD",
    "Adam",
    "Attention",
    "BeamSearch",
    "CoreError",
    "DecoderLayer",
    "EncoderLayer",
    "HeadWeights",
    "KeyValueCache",
    "LinearAttention",
    "MergedAttention",
    "MixtureOfExperts",
    "MultiHead",
    "NetworkWeights",
    "adam",
    "additive_attention",
    "additive_scores",
    "alibi",
    "alibi_slopes",
    "attention",
    "avg_pool",
    "batch_norm",
    "beam_search",
    "blocked_attention",
    "causal_mask",
    "conv1d",
    "conv2d",
    "cosine_similarity",
    "cross_entropy",
    "decoder_layer",
    "dot",
    "embedding",
    "encoder_layer",
    "entropy",
    "extend_cache",
    "feed_forward",
    "gelu",
    "gru",
    "gru_cell",
    "hard_attention",
    "identity",
    "join_heads",
    "keep_top_k",
    "keep_top_p",
    "kl_divergence",
    "layer_norm",
    "linear",
    "linear_attention",
    "log_softmax",
    "lstm",
    "lstm_cell",
    "max_pool",
    "merge_attention",
    "mixture_of_experts",
    "multi_head",
    "ngram_counts",
    "ngram_probabilities",
    "patches",
    "perplexity",
    "position_shift",
    "positions",
    "receptive_field",
    "relative_attention",
    "relu",
    "residual",
    "rms_norm",
    "rnn",
    "rnn_cell",
    "rotary",
    "sgd",
    "sigmoid",
    "silu",
    "softmax",
    "softmax_jacobian",
    "sparsemax",
    "split_heads",
    "swiglu",
    "t5_bias",
    "tanh",
    "warmup_rate",
    "window_mask",
]
