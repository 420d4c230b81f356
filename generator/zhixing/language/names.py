"""Names and operators as expressions see them, however they were typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from zhixing.language.errors import ExampleError
from zhixing.problems import Code

# Characters that Chinese input methods and typesetting make, and the ASCII that is meant by them.

_TWINS = {
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "｛": "{", "｝": "}",
    "，": ",", "、": ",", "．": ".",
    "＋": "+", "−": "-", "－": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "＊": "*", "÷": "/", "／": "/",
    "＝": "=", "＜": "<", "＞": ">", "！": "!", "≤": "<=", "≥": ">=", "≠": "!=", "％": "%", "＠": "@", "：": ":",
    "“": '"', "”": '"', "„": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'", "＃": "#", "∞": "inf",
    "\n": " ", "\r": " ", "\t": " ", "\u3000": " ", "\u00a0": " ",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
}  # fmt: skip


def _walk(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each character's place, what it is read as, and whether it stands outside of strings."""
    quote = ""
    for index, character in enumerate(text):
        twin = _TWINS.get(character, character)
        if not quote:
            quote = twin if twin in ("'", '"') else ""
            yield index, twin, not quote
        elif twin == quote:
            quote = ""
            yield index, twin, False
        else:  # a label is what it looks like: no escapes
            yield index, "\\\\" if character == "\\" else character, False


def twins(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character's place and its ASCII twin; characters inside a string stay as they are."""
    return ((index, twin) for index, twin, _ in _walk(text))


def bare(text: str) -> Iterator[tuple[int, str]]:
    """Yield the places and twins of the characters outside of strings."""
    return ((index, twin) for index, twin, outside in _walk(text) if outside)


def ascii_twin(text: str) -> str:
    """Return the expression with full-width operators, brackets and quotes as ASCII, strings untouched."""
    return "".join(twin for _, twin in twins(text))


def raised_character(character: str) -> str:
    """Return what a superscript or subscript would turn into (`ᵀ` into `T`), "" for any other character."""
    raised = unicodedata.decomposition(character[:1]).startswith(("<super>", "<sub>"))
    return unicodedata.normalize("NFKC", character) if raised else ""


def normal_name(name: str) -> str:
    """Return a name as expressions see it (NFKC).

    Raises:
        ExampleError: a superscript or subscript would turn into a plain letter (`Kᵀ` into `KT`).
    """
    normal = unicodedata.normalize("NFKC", name)
    raised = next((character for character in name if raised_character(character)), "")
    if raised:
        fix = f"Write {name.partition(raised)[0]}.T for a transpose, W_Q for an index"
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} would be read as {normal!r}", fix)
    return normal
