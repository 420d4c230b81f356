"""Reading names: axes with their labels, and quantities with their axes."""

from __future__ import annotations

import keyword
import re
import unicodedata

from zhixing.examples.budget import MAX_ELEMENTS
from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.model import Axis, Name
from zhixing.examples.nodes import Node, Scalar, Sequence
from zhixing.examples.numbers import plain_number
from zhixing.examples.reading import Reading
from zhixing.examples.twins import ascii_twin, normal_name
from zhixing.examples.vocabulary import RESERVED
from zhixing.problems import Code, did_you_mean

_DECLARED = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\[\]]*)\])?\s*")
_SIZE = re.compile(r"\d[\d_,]*")
# Keys of `expect:` that a quantity of that name could never be expected under.
_KEYS = frozenset({"holds"})
Declared = dict[str, tuple[Scalar, Node]]


def check_name(name: str) -> str:
    """Return a name as expressions see it.

    Raises:
        ExampleError: it is no name, a word of the language, or a keyword of Python's grammar.
    """
    name = normal_name(name)
    if not name.isidentifier():
        mend = "Use letters, Chinese characters, digits and _, not beginning with a digit"
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} cannot be a name", mend)
    if keyword.iskeyword(name):
        what = f"{name!r} is a reserved word of expressions"
        raise ExampleError(Code.EXAMPLE_NAME, what, f"Write {name}_ or another name")
    if name in RESERVED or name in _KEYS:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a word of the language", "Choose another name")
    return name


def read_name(key: Scalar, reading: Reading, *, computed: bool = False) -> Name:
    """Read `V[键, 值]`; `computed` tells a step from what is given.

    Raises:
        ExampleError: the name or an axis cannot be used.
    """
    match = _DECLARED.fullmatch(ascii_twin(key.text))
    if not match:
        mend = "Write name or name[axis, axis]"
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} declares no quantity", mend)
    parts = [part.strip() for part in match[2].split(",")] if match[2] is not None else []
    if "" in parts:
        mend = f"Write {match[1]}[axis, axis], or {match[1]} for a single number"
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} leaves out an axis", mend)
    name = check_name(match[1])
    if name in reading.axes:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is the name of an axis", "Choose another name")
    return Name(name, tuple(reading.axis(normal_name(part), computed=computed) for part in parts), key.span)


def read_axes(node: Node | None, reading: Reading) -> None:
    """Read every axis into the reading: labels, a size, numbers, or the name of another axis whose labels it shares."""
    declared: Declared = {}
    for key, value in reading.pairs(node, "`axes:`"):
        name = reading.attempt(key, lambda key=key: check_name(key.text))  # type: ignore[misc]  # mypy: lambda defaults
        if name in declared:
            reading.report(key.span, Code.EXAMPLE_NAME, f"{name!r} is declared already", "Choose another name")
        elif name:
            declared[name] = (key, value)
        else:
            reading.broken.add(unicodedata.normalize("NFKC", key.text))
    for name, (_, value) in declared.items():
        at = value if isinstance(value, Scalar) else value.span
        axis = reading.attempt(at, lambda name=name: _axis(name, declared))  # type: ignore[misc]  # as above
        if axis:
            reading.axes[name] = axis
        else:
            reading.broken.add(name)


def _axis(name: str, declared: Declared) -> Axis:
    """Read one axis, by way of those whose labels it shares; what is wrong with those is said at their own place."""
    path = [name]
    try:
        while (text := _reference(declared[path[-1]][1])) is not None:
            path.append(_shared(text, path, declared))
        other = _own(path[-1], declared[path[-1]][1])
    except ExampleError:
        if len(path) > 1 and path[-1] not in path[:-1]:
            raise NotComputedError(name) from None
        raise
    return Axis(name, other.size, other.labels, other.numbers, other.root)


def _reference(node: Node) -> str | None:
    """Return the text that names another axis, None for labels, a size, and what is neither."""
    plain = isinstance(node, Scalar) and (node.quoted or not _SIZE.fullmatch(node.text))
    return node.text if isinstance(node, Scalar) and plain else None


def _shared(text: str, path: list[str], declared: Declared) -> str:
    other = normal_name(text.strip())
    if other not in declared:
        mend = did_you_mean(other, [one for one in declared if one != path[-1]])
        mend = mend or "Write labels as a list, a size, or the name of another axis"
        raise ExampleError(Code.EXAMPLE_VALUE, f"{text!r} is neither a size nor another axis", mend)
    if other in path:
        circle = path[path.index(other) :]
        if path[0] != next(one for one in declared if one in circle):
            raise NotComputedError(path[0])  # the first of the circle says it
        path.append(other)
        what = f"The axes {' → '.join(path)} share labels in a circle"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one of them its labels or its size")
    return other


def _own(name: str, node: Node) -> Axis:
    if isinstance(node, Sequence):
        return _labelled(name, node)
    if isinstance(node, Scalar):
        return _sized(name, node.text)
    mend = "Write its labels as a list, or its size"
    raise ExampleError(Code.EXAMPLE_VALUE, f"The axis {name} is a mapping", mend)


def _labelled(name: str, node: Sequence) -> Axis:
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    if len(scalars) < len(node.items) or not scalars:
        what = f"The axis {name} needs labels"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a list of words or numbers: [apple, banana]")
    for item in scalars:
        _check_label(item)
    labels = tuple(unicodedata.normalize("NFC", item.text) for item in scalars)
    numbers = [None if item.quoted else plain_number(item.text) for item in scalars]
    numeric = tuple(number for number in numbers if number is not None)
    return Axis(name, len(labels), labels, numeric if len(numeric) == len(labels) else (), name)


def _check_label(item: Scalar) -> None:
    if not item.text.strip():
        raise ExampleError(Code.EXAMPLE_VALUE, "A label is empty", "Give it a text").at_span(item.span)
    wide = item.text.find("，")
    if not item.quoted and wide >= 0 and len(item.text) > 1:
        what = "A full-width comma “，” does not part labels"
        mend = "Type an ASCII comma, or quote the label"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend).at_span(item.part(wide, wide + 1))


def _sized(name: str, text: str) -> Axis:
    digits = re.sub(r"[_,]", "", text)
    size = int(digits) if len(digits) < 12 else MAX_ELEMENTS + 1
    if not size:
        mend = "Give it a size of at least 1"
        raise ExampleError(Code.EXAMPLE_VALUE, f"The axis {name} has no position", mend)
    if size > MAX_ELEMENTS:
        what = f"The axis {name} has {text} positions; {MAX_ELEMENTS:,} are allowed"
        raise ExampleError(Code.EXAMPLE_COST, what, "Use a smaller size; a large number may be a given instead")
    return Axis(name, size, root=name)
