"""The reference of the attention core, made from its docstrings: formula, shapes, errors, source, note."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

from zhixing import core
from zhixing.language.words import FUNCTIONS, WORDS
from zhixing.language.words.word import AlongAxis, Entrywise, Mechanism, Word
from zhixing.show.escape import escape_markdown
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

_FIELD = re.compile(r"^(Formula|Shapes|Raises|Source|Note): ", re.MULTILINE)
_AS_IT_IS = re.compile(r"(\x20?`[^`\n]+`\x20?)")  # code, with the spaces around it, which escaping would write out


def reference(vault: Vault) -> Iterator[str]:
    """Yield an entry for each public name of the core, in the order of the alphabet."""
    titles = {note.name for note in vault.notes.values() if note.published}
    for name in sorted(core.__all__, key=str.casefold):
        text = inspect.getdoc(getattr(core, name))
        if text and _FIELD.search(text):
            yield _entry(name, text, titles, vault.wording)


def fields(text: str) -> dict[str, str]:
    """Return a docstring's summary (under "") and its fields, each on one line."""
    pieces = _FIELD.split(text)
    found = {"": pieces[0].partition("\n\n")[0]}
    found.update(zip(pieces[1::2], pieces[2::2], strict=True))
    return {name: " ".join(value.split()) for name, value in found.items()}


def _entry(name: str, text: str, titles: set[str], words: Wording) -> str:
    found = fields(text)
    call = _words(name, f"`{name}{_signature(name)}`", words)
    parts = [f"**{name}**", call, _prose(found[""])]
    if "Formula" in found:
        parts.append(f"$$\n{found['Formula']}\n$$")
    labels = {"Shapes": words.core_shapes, "Raises": words.core_raises, "Source": words.core_source}
    kept = [(label, found[field]) for field, label in labels.items() if field in found]
    lines = [f"- {words.pair(label, _prose(text))}" for label, text in kept]
    note = found.get("Note")
    if note in titles:
        lines.append(f"- {words.pair(words.core_note, f'[[{note}]]')}")
    return "\n\n".join([*parts, "\n".join(lines)])


def _prose(text: str) -> str:
    """Return a sentence of a docstring as Markdown: code stays code, and nothing else in it means anything."""
    return "".join(piece if _AS_IT_IS.fullmatch(piece) else escape_markdown(piece) for piece in _AS_IT_IS.split(text))


def _words(name: str, call: str, words: Wording) -> str:
    """Return a call with the word of the example language for it, if any; a pool has one for each number of axes."""
    if name in FUNCTIONS:
        options = [f"`{option}`" for option in find_missing_options(FUNCTIONS[name], getattr(core, name))]
        listed = words.enumeration.join(options)
        without = words.core_is_word_without.format(call=call, options=listed)
        return without if options else words.core_is_word.format(call=call)
    pools = [f"`{word}`" for word in (f"{name}1d", f"{name}2d") if word in WORDS]
    return words.core_has_words.format(call=call, words=words.enumeration.join(pools)) if pools else call


def find_missing_options(word: Word, function: Callable[..., object]) -> list[str]:
    """Return the parameters of a function of the core that examples cannot give to its word."""
    taken, named = _find_arguments(word)
    parameters = enumerate(inspect.signature(function).parameters.values())
    behind = [one.name for i, one in parameters if i >= taken or one.kind is one.KEYWORD_ONLY]
    return [name for name in behind if name not in named]


def _find_arguments(word: Word) -> tuple[int, set[str]]:
    """Return how many arguments a word takes by their place, and the names of those that it takes by name."""
    match word.function:
        case Mechanism(forms=forms, options=options, needed=needed):
            return max(len(form.arguments) for form in forms), {*forms[0].keywords, *options, *needed}
        case AlongAxis(options=options):
            return 1, {"axis", *options}
        case Entrywise(most=most):
            return most, set()
    return 1, {"axis"}


def _signature(name: str) -> str:
    """Return the names of the parameters; types and defaults are in the code."""
    try:
        parameters = inspect.signature(getattr(core, name)).parameters
    except (TypeError, ValueError):
        return ""
    return f"({', '.join(parameters)})"
