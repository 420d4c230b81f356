"""What the references of a note's claims mean: in full `example.quantity`, and in short the quantity alone."""

from __future__ import annotations

import re
from dataclasses import replace

from zhixing.claims.backing import Backing
from zhixing.language.book import example_of
from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.names import normal_name
from zhixing.language.nodes import Name, walk
from zhixing.markdown.claims import Claim
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span
from zhixing.vault.note import Note

PROPERTY = "example"
"""The property of a note that names the example of its claims."""
_TOGETHER = 3
_FIELD = re.compile(r"\s*([^\W\d]\w*)\s*\.\s*([^\W\d]\w*)")


class FailedExampleError(ExampleError):
    """A claim cannot be checked because its example failed, which has a problem of its own."""

    def __init__(self, example: str) -> None:
        super().__init__(Code.CLAIM_UNKNOWN, f"The example {example!r} failed", "Fix the example")
        self.example = example


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
