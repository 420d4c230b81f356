"""The words of examples, made from their table: call, what each does, shapes, formula, source, gradient or why none."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial

from zhixing import core
from zhixing.language.latex import formula
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.language.words import FAMILIES
from zhixing.language.words.signature import Shape, Signature
from zhixing.language.words.word import (
    AlongAxis,
    Best,
    Entrywise,
    Gradient,
    Mechanism,
    Merge,
    Ordering,
    Reduction,
    Size,
    Word,
)
from zhixing.lists.reference import fields
from zhixing.show.escape import escape_markdown
from zhixing.source import Source, Span
from zhixing.wording.model import Wording

_SAMPLE = """id: word
axes: {i: 4, k: i, r: 2}
given:
  x[i]: [1, 4, 2, 3]
  a[i]: [1, 4, 2, 3]
  b[i]: [2, 1, 4, 3]
compute:
"""


def list_words(words: Wording) -> Iterator[str]:
    """Return a heading for each family of words, and an entry for each of its words; worked out once for a language."""
    known = _LISTED.get(id(words))
    if known is None or known[0] is not words:
        known = _LISTED[id(words)] = words, tuple(_list_words(words))
    return iter(known[1])


# By their identity: words hold mappings, which have no hash.
_LISTED: dict[int, tuple[Wording, tuple[str, ...]]] = {}


def _list_words(words: Wording) -> Iterator[str]:
    for name, family in FAMILIES.items():
        yield words.group.format(name=words.word_families[name], count=len(family))
        for word in family:
            yield _entry(word, words)


def _entry(word: Word, words: Wording) -> str:
    found = find_fields(word)
    sentence = words.word_sentences.get(word.name) or escape_markdown(found[""])
    parts = [f"**{escape_markdown(word.name)}**", f"`{write_call(word)}`", sentence]
    if shown := found.get("Formula") or _print_formula(word):
        parts.append(f"$$\n{shown}\n$$")
    lines = [words.pair(words.core_shapes, f"`{form}`") for form in write_shapes(word)]
    if "Source" in found:
        lines.append(words.pair(words.core_source, escape_markdown(found["Source"])))
    lines.append(words.pair(words.word_gradient, _explain_gradient(word, words)))
    return "\n\n".join([*parts, "\n".join(f"- {line}" for line in lines)])


def find_fields(word: Word) -> dict[str, str]:
    """Return what a word does (under "") and, for a function of the core, the fields of its docstring."""
    function = _find_core_function(word)
    return {**(fields(inspect.getdoc(function) or "") if function else {}), "": word.documentation}


def _find_core_function(word: Word) -> Callable[..., object] | None:
    function = getattr(core, word.name, None) if word.name in core.__all__ else None
    return function if callable(function) else None


def _explain_gradient(word: Word, words: Wording) -> str:
    if not word.no_gradient:
        return words.word_has_gradient
    return words.word_no_gradient.format(reason=words.gradient_reasons[word.no_gradient])


# The call of a word, and the shapes of what it takes and gives.


def write_call(word: Word) -> str:
    """Return how a word is called, with the names of its arguments."""
    match word.function:
        case Entrywise(most=most):
            names = _name_arguments(word, most)
        case Reduction() | Best():
            names = ["x", "axis=k"]
        case AlongAxis(options=options):
            names = ["x", "axis=k", *_name_options(options)]
        case Ordering(positions=positions):
            names = ["x", *(["3"] if positions else []), "axis=k"]
        case Mechanism(forms=forms, options=options, needed=needed):
            most = max(len(form.arguments) for form in forms)
            named = _name_options([*forms[0].keywords, *needed, *options])
            names = [*_name_arguments(word, most), *named]
        case Gradient():
            names = ["loss", "W"]
        case Merge():
            names = ["x", "[a, b]"]
        case Size():
            names = ["x"]
    return f"{word.name}({', '.join(names)})"


def _name_options(options: object) -> list[str]:
    return [f"{name}=" for name in options] if isinstance(options, list | dict) else []


def _name_arguments(word: Word, count: int) -> list[str]:
    """Return names for so many arguments: those of the core's parameters where it has as many, else letters."""
    plain = {1: ["x"], 2: ["a", "b"], 3: ["condition", "a", "b"]}
    function = _find_core_function(word)
    if function is None and count in plain and isinstance(word.function, Entrywise):
        return plain[count]
    computed = word.function.compute if isinstance(word.function, Entrywise | Mechanism) else function
    target = function or (computed.func if isinstance(computed, partial) else computed)
    names = _name_parameters(target)
    return names[:count] if len(names) >= count else [f"x{place + 1}" for place in range(count)]


def _name_parameters(function: Callable[..., object] | None) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(function).parameters.values() if function else ()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters if one.kind in kinds]


def write_shapes(word: Word) -> list[str]:
    """Return the signatures of a word whose axes are told by letters: `… n d, … m d → … n m`."""
    forms = word.function.forms if isinstance(word.function, Mechanism) else ()
    return [_write_signature(form) for form in forms]


def _write_signature(form: Signature) -> str:
    results = [
        f"{name}: {_write_shape(shape)}" if name else _write_shape(shape) for name, shape in form.results.items()
    ]
    named = [f"{name}= {_write_shape(shape)}" for name, shape in form.keywords.items()]
    return f"{', '.join([*map(_write_shape, form.arguments), *named])} → {'; '.join(results)}"


def _write_shape(shape: Shape) -> str:
    text = " ".join([*(["…"] if shape.leading else []), *shape.letters]) or "1"
    return f"{text}?" if shape.optional else text


# The formula of a word that has none in the core: as an example prints it.


def _print_formula(word: Word) -> str:
    """Return the formula of a call in a small example; "" for a word of the core, or without a form of its own."""
    step = _sample_step(word)
    if not step:
        return ""
    text = f"{_SAMPLE}  {step}\n"
    source = Source("word.md", text)
    example, _ = read_example(source, Span(0, len(text)))
    run = run_example(example, source, {})[0] if example else None
    return formula(run, run.example.steps[0]) if run else ""


def _sample_step(word: Word) -> str:
    match word.function:
        case Entrywise(least=least):
            arguments = {1: "x", 2: "a, b", 3: "a > 1, a, b"}.get(least, "x")
            return f"y[i]: {word.name}({arguments})"
        case Reduction() | Best():
            return f"y: {word.name}(x, axis=i)"
        case AlongAxis():
            return f"y[i]: {word.name}(x, axis=i)"
        case Ordering(positions=positions):
            return f"y[r]: {word.name}(x, 2)" if positions else f"y[k]: {word.name}(x)"
        case Size():
            return f"y: {word.name}(x)"
    return ""
