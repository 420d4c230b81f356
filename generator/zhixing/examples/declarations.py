"""Reading names: axes with their labels, and quantities with their axes."""

from __future__ import annotations

import keyword
import re
import unicodedata

from zhixing.examples.budget import MAX_ELEMENTS
from zhixing.examples.errors import ExampleError
from zhixing.examples.expression import ascii_twin, normal_name
from zhixing.examples.model import Axis, Name
from zhixing.examples.numbers import is_number
from zhixing.examples.vocabulary import WORDS
from zhixing.examples.yaml_tree import Mapping, Node, Scalar, Sequence
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span

_DECLARED = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\[\]]*)\])?\s*")


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
        raise ExampleError(
            Code.EXAMPLE_NAME, f"{name!r} is a reserved word of expressions", f"Write {name}_ or another name"
        )
    if name in WORDS:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a word of the language", "Choose another name")
    return name


def read_name(text: str, span: Span, axes: dict[str, Axis]) -> Name:
    """Read `V[键, 值]`.

    Raises:
        ExampleError: the name or an axis cannot be used.
    """
    match = _DECLARED.fullmatch(ascii_twin(text))
    if not match:
        raise ExampleError(Code.EXAMPLE_NAME, f"{text!r} declares no quantity", "Write name or name[axis, axis]")
    names = [normal_name(part.strip()) for part in match[2].split(",")] if match[2] is not None else []
    for axis in names:
        if axis not in axes:
            mend = did_you_mean(axis, axes) or "Declare it under `axes:`"
            raise ExampleError(Code.EXAMPLE_NAME, f"There is no axis {axis!r}", mend)
    name = check_name(match[1])
    if name in axes:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is the name of an axis", "Choose another name")
    return Name(name, tuple(names), span)


def read_axis(name: str, node: Node, others: Mapping) -> Axis:
    """Read one axis: labels, a size, numbers, or the name of another axis whose labels it shares.

    Raises:
        ExampleError: it is none of these, or too large.
    """
    if isinstance(node, Sequence):
        return _labelled(name, node)
    if isinstance(node, Scalar) and not node.quoted and re.fullmatch(r"[\d_,]+", node.text):
        return _sized(name, node.text)
    if isinstance(node, Scalar):
        return _shared(name, node.text, others, depth=len(others.items))
    raise ExampleError(Code.EXAMPLE_VALUE, f"The axis {name} is a mapping", "Write its labels as a list, or its size")


def _labelled(name: str, node: Sequence) -> Axis:
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    if len(scalars) < len(node.items) or not scalars:
        what = f"The axis {name} needs labels"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a list of words or numbers: [apple, banana]")
    labels = tuple(unicodedata.normalize("NFC", item.text) for item in scalars)
    numeric = all(not item.quoted and is_number(item.text) for item in scalars)
    numbers = tuple(float(item.text.replace("−", "-")) for item in scalars) if numeric else ()
    return Axis(name, len(labels), labels, numbers, name)


def _sized(name: str, text: str) -> Axis:
    digits = re.sub(r"[_,]", "", text)
    size = int(digits[:12] or "0")
    if not 1 <= size <= MAX_ELEMENTS:
        what = f"The axis {name} has {text} positions; 1 to {MAX_ELEMENTS:,} are allowed"
        raise ExampleError(Code.EXAMPLE_COST, what, "Use a smaller size; a large number may be a given instead")
    return Axis(name, size, root=name)


def _shared(name: str, other: str, others: Mapping, depth: int) -> Axis:
    target = normal_name(other.strip())
    node = next((value for key, value in others.items if normal_name(key.text) == target), None)
    if node is None or depth <= 0:
        names = [key.text for key, _ in others.items if key.text != name]
        mend = did_you_mean(other, names) or "Write labels as a list, a size, or the name of another axis"
        raise ExampleError(Code.EXAMPLE_VALUE, f"{other!r} is neither a size nor another axis", mend)
    if isinstance(node, Scalar) and not re.fullmatch(r"[\d_,]+", node.text):
        return _renamed(name, _shared(target, node.text, others, depth - 1))
    return _renamed(name, read_axis(target, node, others))


def _renamed(name: str, axis: Axis) -> Axis:
    return Axis(name, axis.size, axis.labels, axis.numbers, axis.root)
