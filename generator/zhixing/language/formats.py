"""Reading how numbers are to be printed: `digits: 2`, `percent: true`, `thousands: true`, `unit: 元`."""

from __future__ import annotations

from collections.abc import Iterable

from zhixing.language.errors import ExampleError
from zhixing.language.model import Format
from zhixing.markdown.yaml import Node, Scalar
from zhixing.problems import Code, did_you_mean

OPTIONS = ("digits", "percent", "thousands", "unit")
MOST_DIGITS = 12
LONGEST_UNIT = 20


def read_format(items: Iterable[tuple[Scalar, Node]]) -> Format:
    """Return the format that some keys and values describe.

    Raises:
        ExampleError: a key is not known, or its value is of the wrong kind.
    """
    read = {}
    for key, value in items:
        if key.text not in OPTIONS:
            fix = did_you_mean(key.text, OPTIONS) or f"Known: {', '.join(OPTIONS)}"
            raise ExampleError(Code.EXAMPLE_KEY, f"A format has no key {key.text!r}", fix).at_span(key.span)
        read[key.text] = value
    return Format(
        digits=_read_digits(read["digits"]) if "digits" in read else None,
        percent="percent" in read and _read_flag("percent", read["percent"]),
        thousands="thousands" in read and _read_flag("thousands", read["thousands"]),
        unit=_read_unit(read["unit"]) if "unit" in read else "",
    )


def _read_digits(node: Node) -> int:
    text = node.text if isinstance(node, Scalar) and not node.quoted else ""
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= MOST_DIGITS):
        what = f"`digits:` is a whole number from 0 to {MOST_DIGITS}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write digits: 2 for two decimals").at_span(node.span)
    return int(text)


def _read_flag(key: str, node: Node) -> bool:
    text = node.text if isinstance(node, Scalar) else ""
    if text not in ("true", "false"):
        raise ExampleError(Code.EXAMPLE_VALUE, f"`{key}:` is true or false", f"Write {key}: true").at_span(node.span)
    return text == "true"


def _read_unit(node: Node) -> str:
    text = " ".join(node.text.split()) if isinstance(node, Scalar) else ""
    if not 0 < len(text) <= LONGEST_UNIT or any(character.isdigit() for character in text):
        what = f"`unit:` is a word of at most {LONGEST_UNIT} characters, without digits"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write unit: kg").at_span(node.span)
    return text
