"""Regions: writing results below their examples. Pure: text and bodies in, text and verdicts out."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.comparison import comparison_form
from zhixing.markdown.generated import MARK, Generated, begin, end
from zhixing.markdown.reading import Reading
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

# Checksums show whether a generated text was edited by hand.

DIGITS = 8


class Verdict(StrEnum):
    """The state of a generated text.

    FRESH: it equals the computed one. MISSING: it does not exist yet. STALE: it is unchanged since it was written, and
    the computed one differs. EDITED: it was changed by hand.
    """

    FRESH = "fresh"
    MISSING = "missing"
    STALE = "stale"
    EDITED = "edited"


def checksum(text: str) -> str:
    """Return the first eight hexadecimal digits of a text's SHA-256."""
    return sha256(text.encode(errors="replace")).hexdigest()[:DIGITS]


def judge_text(found: str, computed: str, mark: str) -> Verdict:
    """Return the verdict on a text found where another is computed, both in normal form, under the checksum `mark`."""
    if found == computed:
        return Verdict.FRESH
    return Verdict.STALE if checksum(found) == mark else Verdict.EDITED


Accepted = bool | Collection[str]
"""The ids whose hand-edited results are overwritten; True for all of them, False for none."""


def accepts(accept: Accepted, name: str) -> bool:
    """Return whether the computed result of an id overwrites a hand-edited one."""
    return accept if isinstance(accept, bool) else name in accept


@dataclass(frozen=True, slots=True)
class Target:
    """A region to be written: the span of the block that declares the example, and the computed body."""

    span: Span
    body: str


@dataclass(frozen=True, slots=True)
class Woven:
    """A text with its results: the verdict on each, and problems."""

    text: str
    verdicts: Mapping[str, Verdict]
    problems: tuple[Problem, ...]


def weave(
    note: Reading, targets: Mapping[str, Target], *, declared: Collection[str] = (), accept: Accepted = False
) -> Woven:
    """Return a note's text with the results of its examples in it.

    A region is put directly below its block, or updated where it stands. A region edited by hand is left alone unless
    `accept` is set. Everything outside regions keeps its bytes; weaving the result again changes nothing. `declared`
    names all examples of the note; regions of those without a target stay as they are.
    """
    if not targets and MARK not in note.text:  # most notes of most vaults
        return Woven(note.text, {}, ())
    weaver = _Weaver(note, list(note.generated_problems))
    if note.generated_problems:
        return weaver.woven(note.text)
    known = {unicodedata.normalize("NFC", name) for name in (*targets, *declared)}
    by_id = {one.id: one for one in note.generated.items}
    for one in note.generated.items:
        if one.id not in known:
            weaver.orphan(one)
    for name, target in targets.items():
        existing = by_id.get(unicodedata.normalize("NFC", name))
        if existing is None:
            weaver.insert(name, target)
        else:
            weaver.update(name, existing, target.body, accept=accepts(accept, name))
    return weaver.finish()


@dataclass
class _Weaver:
    """One note being woven: its edits, as spans and what replaces them."""

    note: Reading
    problems: list[Problem]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    edits: list[tuple[Span, str]] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return self.note.source

    @cached_property
    def blocks(self) -> Mapping[int, Region]:
        """The blocks of the note by their beginnings; a note that has all its regions need not be read for them."""
        return {region.span.start: region for region in self.note.regions}

    def woven(self, text: str) -> Woven:
        return Woven(text, self.verdicts, tuple(self.problems))

    def orphan(self, one: Generated) -> None:
        what = f"These are results of {one.id!r}, which no example of this note declares"
        fix = "Restore the example, or delete the region with both its markers"
        self.problems.append(self.source.problem(Code.REGION_ORPHAN, one.span, what, fix))

    def update(self, name: str, existing: Generated, body: str, *, accept: bool) -> None:
        """Judge a region, and rewrite it if it is stale, or edited and to be overwritten."""
        found, computed = comparison_form(existing.body.of(self.source.text)), comparison_form(body)
        verdict = self.verdicts[name] = judge_text(found, computed, existing.mark)
        if verdict is Verdict.STALE:
            what = f"The results of {name!r} are not what it computes now"
            self._problem(Code.REGION_STALE, existing.span, what, "Run `zhixing regenerate`")
        elif verdict is Verdict.EDITED and not accept:
            what = f"The results of {name!r} were edited by hand"
            fix = "Undo the edit, or take what was computed with `zhixing regenerate --accept`"
            self._problem(Code.REGION_EDITED, self._first_difference(existing, computed), what, fix)
            return
        if verdict is not Verdict.FRESH:
            self.edits.append((existing.span, self._region(name, body, existing.span)))

    def insert(self, name: str, target: Target) -> None:
        """Put a region below a block that has none yet."""
        block = self.blocks.get(target.span.start)
        if block is None or not block.closed:
            # The reader of the block has reported the problem.
            return
        if block.depth or block.kind is not Kind.FENCE:
            what = f"The example {name!r} stands in a list or a quote, where its results cannot be written"
            self._problem(Code.REGION_BROKEN, target.span, what, "Move the example to the margin")
            return
        self.verdicts[name] = Verdict.MISSING
        what = f"The results of {name!r} are not in the note yet"
        self._problem(Code.REGION_STALE, target.span, what, "Run `zhixing regenerate`")
        text, at = self.source.text, block.span.end
        newline = self._newline(block.span)
        before = newline if text[:at].endswith("\n") else newline * 2
        follows = text[at : at + 2]
        after = newline if follows and not follows.startswith(("\n", "\r\n")) else ""
        self.edits.append((Span(at, at), before + self._region(name, target.body, block.span) + after))

    def finish(self) -> Woven:
        """Apply the edits; if the result would not read back as written, change nothing and report it."""
        pieces, at = [], 0
        for span, replacement in sorted(self.edits):
            pieces += [self.source.text[at : span.start], replacement]
            at = span.end
        text = "".join([*pieces, self.source.text[at:]])
        if text != self.source.text and Reading(Source(self.source.path, text)).generated_problems:
            what = "What was computed would not read back from this note as it was written"
            self._problem(Code.REGION_BROKEN, self.edits[0][0], what, "Close what is left open above its examples")
            return self.woven(self.source.text)
        return self.woven(text)

    def _problem(self, code: Code, at: Span | int, what: str, fix: str) -> None:
        self.problems.append(self.source.problem(code, at, what, fix))

    def _newline(self, near: Span) -> str:
        """Return the line end used where a region goes."""
        return "\r\n" if "\r\n" in near.of(self.source.text) else "\n"

    def _region(self, name: str, body: str, near: Span) -> str:
        # Blank lines inside the markers let every Markdown parser read the body as Markdown.
        lines = [begin(name), "", *body.strip("\n").split("\n"), "", end(checksum(comparison_form(body))), ""]
        return self._newline(near).join(lines)

    def _first_difference(self, existing: Generated, computed: str) -> int:
        """Return the offset of the first line of a region that differs from the computed one."""
        at = existing.body.start
        wanted = iter(computed.split("\n"))
        for line in existing.body.of(self.source.text).splitlines(keepends=True):
            if line.strip() and comparison_form(line) != next(filter(None, wanted), ""):
                return at
            at += len(line)
        return existing.span.start
