"""The reference of the attention core, made from its docstrings: formula, shapes, errors, source, note."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from zhixing import core
from zhixing.language.words import WORDS
from zhixing.show.escape import escape_markdown
from zhixing.vault.vault import Vault

_FIELD = re.compile(r"^(Formula|Shapes|Raises|Source|Note): ", re.MULTILINE)
_LABELS = {"Shapes": "形状", "Raises": "报错", "Source": "出处"}


def reference(vault: Vault) -> Iterator[str]:
    """Yield an entry for each public name of the core, in the order of the alphabet."""
    titles = {note.name for note in vault.notes.values() if note.published}
    for name in sorted(core.__all__, key=str.casefold):
        text = inspect.getdoc(getattr(core, name))
        if text and _FIELD.search(text):
            yield _entry(name, text, titles)


def fields(text: str) -> dict[str, str]:
    """Return a docstring's summary (under "") and its fields, each on one line."""
    pieces = _FIELD.split(text)
    found = {"": pieces[0].partition("\n\n")[0]}
    found.update(zip(pieces[1::2], pieces[2::2], strict=True))
    return {name: " ".join(value.split()) for name, value in found.items()}


def _entry(name: str, text: str, titles: set[str]) -> str:
    found = fields(text)
    parts = [f"**{name}**（`{name}{_signature(name)}`{_words(name)}）", escape_markdown(found[""])]
    if "Formula" in found:
        parts.append(f"$$\n{found['Formula']}\n$$")
    lines = [f"- {label}：{escape_markdown(found[field])}" for field, label in _LABELS.items() if field in found]
    if found.get("Note") in titles:
        lines.append(f"- 笔记：[[{found['Note']}]]")
    return "\n\n".join([*parts, "\n".join(lines)])


def _words(name: str) -> str:
    """Return which word of the language the function is, if any; a pool has one for each number of axes."""
    if name in WORDS:
        return "，例子里可以写"
    pools = [f"`{word}`" for word in (f"{name}1d", f"{name}2d") if word in WORDS]
    return f"，例子里写作 {'、'.join(pools)}" if pools else ""


def _signature(name: str) -> str:
    """Return the names of the parameters; types and defaults are in the code."""
    try:
        parameters = inspect.signature(getattr(core, name)).parameters
    except (TypeError, ValueError):
        return ""
    return f"({', '.join(parameters)})"
