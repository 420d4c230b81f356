"""What the references of a note's claims mean: in full `example.quantity`, and in short the quantity alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from zhixing.language.expression import normal_name, parse_expression
from zhixing.language.model import ExampleError, Run
from zhixing.language.nodes import Name, walk
from zhixing.language.runs import Book, Declared, example_of
from zhixing.markdown.claims import Claim
from zhixing.problems import Code, Severity, did_you_mean
from zhixing.source import Span
from zhixing.vault.note import Note

PROPERTY = "example"
"""The property of a note that names the example of its claims."""
_OUTCOMES = frozenset({Code.EXPECT_FAILED, Code.HOLDS_FAILED})
_TOGETHER = 3
_FIELD = re.compile(r"\s*([^\W\d]\w*)\s*\.\s*([^\W\d]\w*)")


class FailedExampleError(ExampleError):
    """A claim cannot be checked because its example failed, which has a problem of its own."""

    def __init__(self, example: str) -> None:
        super().__init__(Code.CLAIM_UNKNOWN, f"The example {example!r} failed", "Fix the example")
        self.example = example


@dataclass(frozen=True, slots=True)
class Backing:
    """What may back claims: the runs, the examples of each note by its path, and those that failed, by id.

    `names` has for each note the names of its examples' quantities, each with the examples that have it.
    """

    runs: Mapping[str, Run]
    own: Mapping[PurePosixPath, tuple[str, ...]]
    names: Mapping[PurePosixPath, Mapping[str, tuple[str, ...]]]
    failed: Mapping[str, Declared]

    @classmethod
    def of(cls, book: Book) -> Backing:
        """Return what the examples of a vault back."""
        own: dict[PurePosixPath, list[str]] = defaultdict(list)
        for one in book.declared:
            if one.name:
                own[one.note.path].append(one.name)
        unique = {path: tuple(dict.fromkeys(names)) for path, names in own.items()}
        return cls(book.runs, unique, {path: _names(ids, book.runs) for path, ids in unique.items()}, _failed(book))

    def knows(self, example: str) -> bool:
        """Return whether some note declares the example."""
        return example in self.runs or example in self.failed


def _names(examples: tuple[str, ...], runs: Mapping[str, Run]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        # A claim on a variation names it: its quantities have the names of those that it varies.
        if example in runs and not runs[example].example.variation:
            for name in dict.fromkeys(name.partition(".")[0] for name in runs[example].quantities):
                found[name].append(example)
    return {name: tuple(ids) for name, ids in found.items()}


def _failed(book: Book) -> dict[str, Declared]:
    """Return the examples that could not be read or run to their end, by id."""
    lines: dict[str, list[int]] = defaultdict(list)
    for problem in sorted(book.problems, key=lambda one: one.line):
        if problem.code.severity is Severity.ERROR and problem.code not in _OUTCOMES:
            lines[problem.path].append(problem.line)
    failed = {}
    for one in book.declared:
        source = one.note.source
        first, last = (source.position(at)[0] for at in (one.fence.span.start, one.fence.span.end - 1))
        wrong = lines.get(source.path, [])
        at = bisect_left(wrong, first)
        if one.name and at < len(wrong) and wrong[at] <= last:
            failed[one.name] = one
    return failed


def full_claim(claim: Claim, note: Note, backing: Backing) -> Claim:
    """Return a claim with its example named.

    Raises:
        ExampleError: it is not certain which example is meant, or there is none; a FailedExampleError where it failed.
    """
    return replace(claim, reference=full_reference(claim.reference, claim.span, note, backing))


def full_reference(reference: str, at: Span, note: Note, backing: Backing) -> str:
    """Return a reference that stands at a place of a note with its example named; see `full_claim`."""
    own = _own_examples(reference, at, note, backing)
    named = "." in reference and backing.knows(example_of(reference))
    if named and own:
        what = f"{example_of(reference)!r} is the id of an example and a quantity of {own[0]!r} in this note"
        raise ExampleError(Code.CLAIM_UNKNOWN, what, f"Write {own[0]}.{reference}, or rename one of the two")
    if named:
        return reference
    default = default_example(at, note)
    if default:
        if not backing.knows(default):
            fix = did_you_mean(default, backing.runs) or "Name an example of the vault"
            raise ExampleError(
                Code.CLAIM_UNKNOWN, f"The note names {default!r} as the example of its claims, which is none", fix
            )
        return f"{default}.{reference}"
    if len(own) == 1:
        return f"{own[0]}.{reference}"
    raise _unclear(reference, own, note, backing)


def _unclear(reference: str, own: tuple[str, ...], note: Note, backing: Backing) -> ExampleError:
    """Return why a reference without an example names no quantity."""
    if own:
        listed = ", ".join(f"{name}.{reference}" for name in own[:_TOGETHER])
        what = f"{reference} names a quantity of {len(own)} examples of this note"
        return ExampleError(Code.CLAIM_UNKNOWN, what, f"Name the one that is meant: {listed}")
    examples = backing.own.get(note.path, ())
    broken = next((name for name in examples if name in backing.failed), "")
    if broken:
        return FailedExampleError(broken)
    known = backing.names.get(note.path, {})
    if "." in reference:
        name = example_of(reference)
        fix = did_you_mean(name, [*backing.runs, *known]) or "Write example.quantity, with the id of an example"
        return ExampleError(Code.CLAIM_UNKNOWN, f"No example is named {name!r}", fix)
    if not examples:
        fix = "Write example.quantity, with the id of an example"
        return ExampleError(Code.CLAIM_UNKNOWN, f"{reference} names no example, and this note has none", fix)
    fix = did_you_mean(reference, known) or "Write example.quantity where it is in another note"
    return ExampleError(Code.CLAIM_UNKNOWN, f"No example of this note computes {reference}", fix)


def _own_examples(reference: str, at: Span, note: Note, backing: Backing) -> tuple[str, ...]:
    """Return the examples of a note whose quantities a reference names as if it stood in them."""
    known = backing.names.get(note.path, {})
    try:
        tree = parse_expression(reference, at).tree
    except ExampleError:
        return ()
    wanted = {node.name for node in walk(tree) if isinstance(node, Name)} & known.keys()
    if not wanted:
        return ()
    first, *others = sorted((known[name] for name in wanted), key=len)
    rest = [frozenset(ids) for ids in others]
    found = tuple(name for name in first if all(name in ids for ids in rest)) if rest else first
    field = _FIELD.match(reference)
    if field is None or field[2] == "T":
        return found
    part = f"{normal_name(field[1])}.{normal_name(field[2])}"
    return tuple(name for name in found if part in backing.runs[name].quantities)


def default_example(at: Span, note: Note) -> str:
    """Return the example that a line above a place, or else the note's frontmatter, names for claims; "" for none."""
    defaults = note.all_claims.defaults
    above = defaults.index(at.start)
    if above >= 0:
        return normal_name(defaults.items[above].example)
    field = note.frontmatter.fields.get(PROPERTY)
    return normal_name(field.value) if field and isinstance(field.value, str) else ""
