"""An example as data that an interpreter elsewhere computes: the tree of `array_tree` as lists, strings and numbers.

The interpreter of the site is `site/assets/arrays.js`, and a test holds it against the core. A number stands for
itself, a string for the quantity of that name, null for no value; every other part is a list that begins with its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from zhixing.language.array_tree import (
    Apply,
    Assign,
    At,
    Before,
    Constant,
    Convert,
    Derivative,
    Here,
    Insert,
    Kind,
    Literal,
    Loop,
    Nothing,
    Operation,
    Part,
    Pick,
    Positions,
    Program,
    Random,
    Range,
    Reorder,
    Repeat,
    Reshape,
    Stack,
    Statement,
    Tree,
    Variable,
    Word,
)
from zhixing.language.gradients import is_gradient
from zhixing.language.lower import NotLoweredError, lower_with
from zhixing.language.model import Array, Expression, Run

Data = None | bool | float | str | Sequence["Data"] | dict[str, "Data"]

MOST_NUMBERS = 6000
"""The most numbers that an example may start from."""

MOST_WORK = 100_000_000
"""The most operations that a run may have taken, with those of its mutation, to be computed while somebody types."""

MOST_PARTS = 20_000
"""The most parts of expressions."""

WORDS = frozenset({
    "abs", "adam", "alibi", "alibi_slopes", "all", "any", "argmax", "argmin", "attention", "avg_pool2d",
    "batch_norm", "causal_mask", "ceil", "conv1d", "conv2d", "cos", "cosine_similarity", "cross_entropy",
    "cumprod", "cumsum", "decoder_layer", "dot", "embedding", "encoder_layer", "entropy", "exp", "eye",
    "feed_forward", "floor", "gelu", "grouped_attention", "gru", "gru_cell", "isinf", "isnan", "join_heads",
    "keep_top_k", "keep_top_p", "kl_divergence", "layer_norm", "linear", "log", "log10", "log2", "log_softmax",
    "lstm", "lstm_cell", "max", "max_pool1d", "max_pool2d", "maximum", "mean", "min", "minimum", "multi_head",
    "norm", "normalize", "patches", "perplexity", "pinv", "positions", "prod", "receptive_field", "relu",
    "residual", "rms_norm", "rnn", "rnn_cell", "round", "sgd", "sigmoid", "sign", "silu", "sin", "size",
    "softmax", "sort", "split_heads", "sqrt", "std", "sum", "swiglu", "t5_bias", "tan", "tanh", "top_k", "var",
    "where", "window_mask",
})  # fmt: skip
"""The words that the interpreter has."""

LACKING = frozenset({"sink", "b_Q", "b_K", "b_V", "b_O", "g_Q", "g_K"})
"""The options that the interpreter does not have."""

SMOOTH = frozenset({
    "cos", "exp", "log", "max", "mean", "min", "norm", "relu", "sigmoid", "sin", "softmax", "sqrt", "sum", "tanh",
    "where",
})  # fmt: skip
"""The words that the interpreter differentiates."""

JUMPS = frozenset({"all", "any", "argmax", "argmin", "isinf", "isnan", "size"})
"""The words through which no gradient goes, and which may stand in an example with gradients all the same."""


def encode_example(run: Run, shown: Sequence[Expression]) -> tuple[list[Data], list[Data]]:
    """Return an example's statements as data, and the expressions over its quantities that somebody wants to see.

    Raises:
        NotLoweredError: it has no such form, uses a word that the interpreter does not have, or is too large.
        ExampleError: an expression cannot be computed.
    """
    if run.work > MOST_WORK:
        raise NotLoweredError("it takes too long")
    program, trees = lower_with(run, shown)
    encoder = _Encoder(run, program)
    return [encoder.statement(one) for one in program.statements], [encoder.tree(tree) for tree in trees]


def encode_expressions(run: Run, expressions: Sequence[Expression]) -> tuple[list[Data], list[Data]]:
    """Return expressions over an example's quantities as data, after statements for axes that they may use.

    Raises:
        NotLoweredError: one has no such form.
        ExampleError: one cannot be computed.
    """
    program, trees = lower_with(run, expressions)
    encoder = _Encoder(run, program)
    axes = [encoder.statement(one) for one in program.statements if isinstance(one, Positions)]
    return axes, [encoder.tree(tree) for tree in trees]


class _Encoder:
    """Writes one program as data."""

    def __init__(self, run: Run, program: Program) -> None:
        self.run = run
        self.program = program
        self.parts = 0
        self.count = 0
        self.derives = any(is_gradient(step.expression.tree) for step in run.example.steps)

    # Statements.

    def statement(self, statement: Statement) -> Data:
        match statement:
            case Positions(name, size, numbers):
                return ["array", name, *self.array(np.array(numbers or range(size), np.float64))]
            case Constant(name, values, _, source):
                return ["array" if source else "given", name, *self.array(values)]
            case Random(name):
                return ["array", name, *self.array(self.run.quantities[name].values)]
            case Assign(name, value, axes):
                return ["step", name, self.tree(value), axes is None]
            case Loop(_, size, before, steps):
                return ["loop", size, [self.before(one) for one in before], [self.statement(one) for one in steps]]

    def before(self, before: Before) -> Data:
        value = before.value
        if isinstance(value, Random):
            raise NotLoweredError("a loop starts from seeded numbers")
        start: Data = ["values", *self.array(value.values)] if isinstance(value, Constant) else self.tree(value)
        return [before.name, before.result, before.position, start]

    def array(self, values: Array) -> list[Data]:
        """Return a shape and the numbers in it."""
        self.count += values.size
        if self.count > MOST_NUMBERS:
            raise NotLoweredError("it starts from too many numbers")
        return [list(values.shape), encode_numbers(values)]

    # Expressions.

    def tree(self, tree: Tree) -> Data:
        """Return an expression as data.

        Raises:
            NotLoweredError: it uses a word that the interpreter does not have, or there are too many parts.
        """
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise NotLoweredError("the program is too long")
        return self.encode(tree)

    def encode(self, tree: Tree) -> Data:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of node
        match tree:
            case Literal(value):
                return _number(value)
            case Word(text):
                return ["word", text]
            case Nothing():
                return None
            case Variable(name):
                return name
            case Here():
                return ["here"]
            case At(name, position):
                return ["at", name, self.tree(position)]
            case Part(record, name):
                return ["part", self.tree(record), name]
            case Operation(operator, operands):
                return ["op", operator, *map(self.tree, operands)]
            case Apply():
                return self.apply(tree)
            case Reorder(operand, order):
                return ["reorder", self.tree(operand), list(order)]
            case Insert(operand, new):
                return ["insert", self.tree(operand), list(new)]
            case Reshape(operand, shape):
                return ["reshape", self.tree(operand), list(shape)]
            case Repeat(operand, shape):
                return ["repeat", self.tree(operand), list(shape)]
            case Range(lower, upper, step):
                return ["range", *(None if one is None else self.tree(one) for one in (lower, upper, step))]
            case Pick(operand, indices):
                return ["pick", self.tree(operand), *(None if one is None else self.tree(one) for one in indices)]
            case Stack(items):
                return ["stack", *map(self.tree, items)]
            case Convert(operand, kind):
                return ["whole", self.tree(operand)] if kind is Kind.WHOLE else self.tree(operand)
            case Derivative(target, wanted):
                return ["gradient", self.tree(target), self.tree(wanted)]

    def apply(self, tree: Apply) -> Data:
        if tree.word not in WORDS:
            raise NotLoweredError(f"the interpreter does not have {tree.word}")
        if self.derives and tree.word not in SMOOTH | JUMPS:
            raise NotLoweredError(f"the interpreter does not differentiate {tree.word}")
        if any(name in LACKING for name, _ in tree.options):
            raise NotLoweredError(f"the interpreter does not have an option of {tree.word}")
        options: dict[str, Data] = {name: self.tree(value) for name, value in tree.options}
        axis: Data = None if tree.axis is None else list(tree.axis)
        return ["call", tree.word, [*map(self.tree, tree.arguments)], options, axis]


def encode_numbers(values: Array) -> list[Data]:
    """Return the entries of an array in C order."""
    return [_number(float(value)) for value in values.flat]


def _number(value: float) -> Data:
    """Return a number as JSON has it; whole ones without a point, what JSON does not have by its name."""
    if isnan(value):
        return ["number", "NaN"]
    if value in {float("inf"), float("-inf")}:
        return ["number", "Infinity" if value > 0 else "-Infinity"]
    return int(value) if value == int(value) and abs(value) < 1e15 else value
