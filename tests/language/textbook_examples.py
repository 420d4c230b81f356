"""Random examples whose formulas are read back: every construct of the language, over axes of every kind.

Expressions grow from their leaves. Each part is evaluated as it grows, so that most examples run: what a random tree
would mostly be is an error of axes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from worked_examples import good_run, run

from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.model import Quantity, Run
from zhixing.language.run import evaluate
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import AlongAxis, Entrywise, Reduction
from zhixing.source import Span

AXES = "{i: [a, b, 3], j: i, k: 3, h: 2, t: [1, 2, 4], z: [3, 4, 5], u: [0.5, 1.5], l: [p_1, 'q r']}"
GIVEN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "P": (("i", "j"), "[[0.57, 1.255, 0.758], [1.58, 0.254, 2], [0.8755, 1.1255, 0.3755]]"),
    "T": (("j", "i"), "[[1.57, 0.6259, 1], [0.59, 2.253, 0.1255], [1.757, 0.253, 0.756]]"),
    "A": (("i", "k"), "[[1.1257, 0.259, 2], [0.59, 1.753, 0.3755], [2.56, 0.8755, 1]]"),
    "B": (("k", "i"), "[[0.754, 1.56, 0.256], [1, 0.1254, 1.258], [0.58, 2, 0.6257]]"),
    "C": (("i", "k", "h"), "{normal: 1, seed: 1}"),
    "D": (("h", "k", "l"), "{normal: 1, seed: 2}"),
    "g": (("k", "h"), "[[0.54, 1.55], [2, 0.256], [1.253, 0.756]]"),
    "f": (("t", "z"), "[[0.54, 1.55, 2.1], [2, 0.256, 0.13], [1.253, 0.756, 3]]"),
    "v": (("i",), "[0.56, 1.756, 1.259]"),
    "w": (("k",), "[1.57, 0.255, 2.55]"),
    "d": (("l",), "[1.1, 0.3]"),
    "o": (("u",), "[1.7, 2.3]"),
    "x": (("t",), "[10, 20, 40]"),
    "y": (("t",), "[0.5, 1.25, 2]"),
    "q": (("z",), "[1.5, 0.75, 2.25]"),
    "s": ((), "1.5"),
    "n": ((), "2"),
    "m": ((), "-0.7"),
}
NUMBERS = ["2", "0.5", "3", "1", "1e-6", "pi"]
NAMED = ["k", "t", "z", "u", "h"]
LEAVES = [*GIVEN, *GIVEN, "P", "A", "v", "w", *NUMBERS, *NAMED]
ITEMS = [
    "0", "1", "-1", ":", ":", "1:", ":2", "::-1", "::2", "None", '"b"', '"2"', '"3"', '"q r"', "i", "k", "n", "k[::-1]",
    "1:2", "-2:", "[1, 0]", "argmax(w)", "argmax(A, axis=k)", "n - 1", ":n",
]  # fmt: skip
ALONG = ["", "", ", axis=i", ", axis=j", ", axis=k", ", axis=[i, k]", ", axis=h", ", axis=t", ", axis=[k, i]",
         ", axis=z", ", axis=l", ", axis=u"]  # fmt: skip
WHOLE = [
    "pinv({0})", "layer_norm({0})", "rms_norm({0})", "sort({0})", "sort({0}, axis=k)", "attention({0}, {1}, {1})",
    "attention({0}, {1}, {1}).weights", "attention({0}, {1}, {1}, causal=1).scores", "merge({0}, [i, k])",
    "merge({0}, [h, k])", "eye(k)", "causal_mask(i, k)", "softmax_jacobian({0})", "cosine_similarity({0}, {1})",
    "softmax({0}, temperature=2)", "softmax({0}, axis=k, temperature=s)", "normalize({0}, eps=0.1)", "size({0})",
    "top_k({0}, 2)", "[{0}, {1}]", "alibi(w, i, k)", "linear({0}, {1}, {2})", "feed_forward({0}, g, g.T)",
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "**", "@", "@", "@", "*", "-", "//", "%"]
COMPARISONS = ["<", ">=", "==", "!=", "<=", ">"]
CONDITIONS = ["{0} > 1", "{0} < {1}", "k == 1", "i == j", 'i == "b"', "t <= 2", "0 < {0} <= 1", "not {0} > 1",
              "{0} > 1 and {1} < 1", "{0} > 1 or k > 0", "{0}", "z != 4", 'not (l == "p_1" or {0} > 1)']  # fmt: skip
ENTRYWISE = [
    name
    for name, word in FUNCTIONS.items()
    if isinstance(word.function, Entrywise) and name not in ("where", "float16")
]
ONE = [name for name in ENTRYWISE if FUNCTIONS[name].function.least == 1]  # type: ignore[union-attr]  # they are Entrywise
TWO = [name for name in ENTRYWISE if name not in ONE]
MANY = [name for name, word in FUNCTIONS.items() if isinstance(word.function, Reduction | AlongAxis)]
DEFINITIONS = [
    ("elu(a): where(a > 0, a, exp(a) - 1)", ONE, "elu"),
    ("square(a): a ** 2", ONE, "square"),
    ("above(c): (c > 1) * c", ONE, "above"),
    ("twice(a): 2 * soft_plus(a)", ONE, "twice"),
    ("lift(a): tanh(a) + s", ONE, "lift"),
    ("share(a): exp(a) / sum(exp(a))", MANY, "share"),
    ("centred(a): a - mean(a)", MANY, "centred"),
    ("length(a): sqrt(sum(a ** 2))", MANY, "length"),
    ("rows(a): softmax(a)", MANY, "rows"),
    ("mixed(a, b): a * b ** 2", TWO, "mixed"),
    ("gram(a): a @ a.T", MANY, "gram"),
    ("weighed(a): a * w", ONE, "weighed"),
    ("first(a): a[0] * 2", MANY, "first"),
]
"""Definitions, each with the words in whose place its name is put, as it keeps axes or may not."""
BEFORE = "soft_plus(a): log(1 + exp(a))"
QUANTITY_NAMES = [
    "x12", "x_12", "_a", "a_", "αβ", "Δx", "φQ", "x̂", "é_1", "given_result", "by_hand", "W_Q", "d_k", "alpha", "权重",
    "rate", "e", "E", "X_2", "theta_hat", "φ", "phi", "K2", "Ŵ", "γ_t", "a_b_c", "权_重", "LSTM", "X", "O", "b1",
]  # fmt: skip
AXIS_NAMES = ["key", "query", "键", "τ", "head_2", "i2", "n_k", "step", "θ", "词"]
SYMBOLS = [r"T^*", r"h_{jt}", r"\hat{y}", r"W^{Q}", r"\boldsymbol{x}", r"\tilde{c}_t", r"\mathbf{V}"]


def span_of(text: str) -> Span:
    return Span(0, len(text))


def named(name: str, axes: Sequence[str]) -> str:
    return f"{name}[{', '.join(axes)}]" if axes else name


def head(given: Mapping[str, tuple[tuple[str, ...], str]] = GIVEN) -> str:
    lines = (f"  {named(name, axes)}: {values}\n" for name, (axes, values) in given.items())
    return f"id: 例\naxes: {AXES}\ngiven:\n{''.join(lines)}"


@cache
def base_run() -> Run:
    return good_run(head())


@lru_cache(maxsize=10_000)
def value_of(text: str) -> Quantity | None:
    """Return the value of an expression over the given quantities, None where it has none."""
    try:
        with np.errstate(all="ignore"):
            found = evaluate(base_run(), parse_expression(text, span_of(text)).tree)
            return found if np.all(np.isfinite(found.values)) and found.values.size < 5000 else None
    except ExampleError:
        return None


class Growth:
    """Grows expressions."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def expression(self, parts: int) -> str:
        """Return an expression of about so many parts that can be evaluated."""
        if parts < 2:
            return self.rng.choice(LEAVES)
        for _ in range(25):
            text = self.combine(parts - 1)
            if value_of(text) is not None:
                return text
        return self.rng.choice(LEAVES)

    def combine(self, parts: int) -> str:  # noqa: PLR0911 - a case for each construct
        choose = self.rng.choice
        first = self.expression(parts if self.rng.random() < 0.5 else self.rng.randint(1, parts))
        second, third = self.expression(self.rng.randint(1, parts)), choose(LEAVES)
        match self.rng.randrange(14):
            case 0 | 1 | 2 | 3:
                pair = (first, second) if self.rng.random() < 0.5 else (second, first)
                return f"({pair[0]} {choose(OPERATORS)} {pair[1]})"
            case 4:
                return f"(-{first})"
            case 5:
                return f"{first}.T"
            case 6:
                return f"{choose(ONE)}({first})"
            case 7 | 8:
                return f"{choose(MANY)}({first}{choose(ALONG)})"
            case 9:
                items = (choose(ITEMS) for _ in range(self.rng.randint(1, 2)))
                return f"{first}[{', '.join(items)}]"
            case 10:
                return f"where({choose(CONDITIONS).format(first, third)}, {second}, {third})"
            case 11:
                return f"{choose(TWO)}({first}, {second})"
            case 12:
                return choose(WHOLE).format(first, second, third)
        return f"({first} {choose(COMPARISONS)} {second})"


def declare(name: str, text: str, rng: random.Random) -> str:
    """Return a step with the axes that its expression has, sometimes in another order; "" where they have no names."""
    value = value_of(text)
    if value is None or not all(value.axes) or len(set(value.axes)) < value.values.ndim:
        return ""
    axes = [*value.axes]
    if rng.random() < 0.3:
        rng.shuffle(axes)
    return f"{named(name, axes)}: {quote(text)}"


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def plain_example(rng: random.Random) -> str:
    step = declare("r", Growth(rng).expression(rng.randint(2, 6)), rng)
    return step and f"{head()}compute:\n  {step}\n"


def defined_example(rng: random.Random) -> str:
    """Return an example that calls its own functions, in the place of words with the same axes."""
    definition, replaced, name = rng.choice(DEFINITIONS)
    text = Growth(rng).expression(rng.randint(3, 6))
    found = [match for word in replaced for match in re.finditer(rf"\b{word}\(", text)]
    if not found:
        word = rng.choice(replaced)
        text = f"{word}({text})" if replaced is not TWO else f"{word}({text}, s)"
        found = [match for match in [re.match(rf"{word}\(", text)] if match]
    match = rng.choice(found)
    called = f"{text[: match.start()]}{name}({text[match.end() :]}"
    block = f"{head()}define:\n  {BEFORE}\n  {definition}\ncompute:\n"
    done, _ = run(f"{block}  r: {quote(called)}\n")
    if done is None:
        return ""
    tree = next(iter(done.example.steps)).expression.tree
    axes = [*done.axes.get(tree, ())]
    rng.shuffle(axes) if rng.random() < 0.2 else None
    step = named("r", axes)
    return "" if not all(axes) or len(set(axes)) < len(axes) else f"{block}  {step}: {quote(called)}\n"


def repeated_example(rng: random.Random) -> str:
    """Return an example with a recurrence: a quantity stands for the one before, numbers for entries at the step."""
    own, loop = rng.choice([("v", "t"), ("w", "t"), ("s", "t"), ("s", "k"), ("g", "z"), ("A", "t"), ("w", "i"),
                            ("q", "u"), ("P", "h"), ("v", "l"), ("s", "i")])  # fmt: skip
    axes = GIVEN[own][0]
    for _ in range(20):
        text = Growth(rng).expression(rng.randint(2, 5))
        value = value_of(text)
        mentioned = re.search(rf"\b{own}\b", text)
        if mentioned and value is not None and value.axes == axes and not re.search(rf"\b{loop}\b", text):
            break
    else:
        return ""
    back = rng.choice([1, 1, 1, 2])
    at = {"t": "x[t]", "k": "w[k]", "z": "q[z]", "i": "v[i]", "u": "o[u]", "l": "d[l]", "h": "h"}[loop]
    text = re.sub(rf"\b{own}\b", f"r[{loop} - {back}]", text)
    text = re.sub(r"\bm\b", rng.choice([at, loop if loop in NAMED else at]), text)
    starts = [own, "0", "0.5", f"{own} * 2"] if axes else ["s", "1", "n + 1"]
    places = [f"r[-{n + 1}]" for n in range(back)] if back > 1 else ["r"]
    start = "".join(f"  {place}: {rng.choice(starts)}\n" for place in places)
    return f"{head()}start:\n{start}compute:\n  each {loop}:\n    {named('r', axes)}: {quote(text)}\n"


def gradient_example(rng: random.Random) -> str:
    name = rng.choice([name for name, (axes, _) in GIVEN.items() if len(axes) < 3])
    for _ in range(40):
        text = Growth(rng).expression(rng.randint(2, 5))
        if re.search(rf"\b{name}\b", text) and value_of(f"sum({text})") is not None:
            break
    else:
        return ""
    axes = [*GIVEN[name][0]]
    rng.shuffle(axes) if rng.random() < 0.3 else None
    step = named("r", axes)
    return f"{head()}compute:\n  loss: {quote(f'sum({text})')}\n  {step}: grad(loss, {name})\n"


def rename(block: str, rng: random.Random) -> str:
    """Return an example with other names, and sometimes symbols for them."""
    first, rest = block.split("\n", 1)
    names = [*GIVEN, "r"]
    changed = dict(zip(rng.sample(names, 6), rng.sample(QUANTITY_NAMES, 6), strict=True))
    changed |= dict(zip(rng.sample("ijkhtzul", 3), rng.sample(AXIS_NAMES, 3), strict=True))
    pattern = re.compile(rf"(?<![\"\w'.])({'|'.join(changed)})\b(?!\()(?!=)")
    axes_line, *lines = rest.split("\n")
    labels = axes_line.replace("[a, b, 3]", "[_, b, 3]")
    rest = "\n".join([pattern.sub(lambda m: changed[m[1]], labels).replace("[_, b, 3]", "[a, b, 3]")] + [
        pattern.sub(lambda m: changed[m[1]], line) for line in lines])  # fmt: skip
    given = changed.get("P", "P"), changed.get("v", "v")
    symbols = dict(zip(given, rng.sample(SYMBOLS, 2), strict=True)) if rng.random() < 0.4 else {}
    pairs = ", ".join(f"{name}: {quote(symbol)}" for name, symbol in symbols.items())
    return f"{first}\n{f'symbols: {{{pairs}}}' if pairs else ''}\n{rest}"


KINDS = {"plain": plain_example, "defined": defined_example, "repeated": repeated_example, "gradient": gradient_example}


def grow_example(seed: int) -> tuple[str, str]:
    """Return the kind and the text of an example; no text where nothing has grown."""
    rng = random.Random(seed)
    kind = rng.choices([*KINDS], [14, 2, 3, 1])[0]
    block = KINDS[kind](rng)
    return kind, rename(block, rng) if block and rng.random() < 0.5 else block
