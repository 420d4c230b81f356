"""Fixes of links: a link whose target is certain is rewritten so that Obsidian follows it; others are left alone."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import quote

from zhixing.markdown.blocks import Kind
from zhixing.markdown.comparison import WIDE
from zhixing.markdown.links import WIKILINK, Wikilink, default_text
from zhixing.markdown.slugs import heading_key
from zhixing.source import Span, Spans
from zhixing.vault.graph import Edge, edges
from zhixing.vault.note import AUDIO, PICTURES, VIDEO, Heading, Link, Note
from zhixing.vault.resolve import Resolution, resolve_path
from zhixing.vault.vault import Vault
from zhixing.weave.edits import Edit, apply_edits

# Intended targets: the path and headings that a link should be written with. A target is certain if no other is
# possible. An ambiguous name, an alias of two notes and a name that does not exist are left to the author.

_UNLINKABLE = re.compile(r"[\[\]|#^\\\s]+")
_BESIDE_WIDE = re.compile(rf" (?=[{WIDE}])|(?<=[{WIDE}]) ")


@dataclass(frozen=True, slots=True)
class Intended:
    """The path and the headings that a link should be written with; None where they are right as written."""

    path: str | None = None
    headings: tuple[str, ...] | None = None


class IntentReader:
    """Finds the intended targets of links. The headings of a note are folded once, however many links name them."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._headings: dict[PurePosixPath, dict[str, list[Heading]]] = {}

    def find_intended(self, edge: Edge) -> Intended | None:
        """Return the certain target of a link, None where it is right as written or nothing is certain."""
        wanted = Intended(_path(self.vault, edge), self._heading(edge) if edge.resolution.heading_missing else None)
        # A heading must not be fixed in a note that the path does not name for certain.
        sure = _plain(edge.resolution) or wanted.path is not None
        return wanted if sure and wanted != Intended() else None

    def _heading(self, edge: Edge) -> tuple[str, ...] | None:
        """Return the heading that alone differs from the link's in nothing but case, width and punctuation."""
        note, names = edge.resolution.note, edge.link.headings
        if note is None or len(names) != 1:
            return None
        alike = self._fold_headings(note).get(fold_heading(names[0]), [])
        name = linkable(alike[0]) if len(alike) == 1 else ""
        return (name,) if name and self.vault.places(note).heading((name,)) is alike[0] else None

    def _fold_headings(self, note: Note) -> dict[str, list[Heading]]:
        if note.path not in self._headings:
            found: dict[str, list[Heading]] = {}
            for heading in note.headings:
                for key in {fold_heading(heading.text), fold_heading(heading.raw)} - {""}:
                    found.setdefault(key, []).append(heading)
            self._headings[note.path] = found
        return self._headings[note.path]


def _plain(found: Resolution) -> bool:
    return not (found.ambiguous or found.alias or found.other_case)


def _path(vault: Vault, edge: Edge) -> str | None:
    """Return the path to write where the link names its target by an alias or in another case."""
    link, found, base = edge.link, edge.resolution, edge.source.path
    if found.ambiguous or not (found.alias or found.other_case):
        return None
    target = found.note.path if found.note else found.file
    if target is None:
        return None
    tried = _names(target) if found.alias else respell(link.path, target)
    return next((path for path in tried if _leads(vault, path, base, target)), None)


def _names(target: PurePosixPath) -> Iterator[str]:
    """Yield the ways to name a note, shortest first: its name, its path."""
    yield target.stem
    yield str(target.with_suffix(""))


def _leads(vault: Vault, path: str, base: PurePosixPath, target: PurePosixPath) -> bool:
    """Return whether a path leads to this file and no other, in the file's own spelling."""
    found = resolve_path(vault, path, base)
    return _plain(found) and target == (found.note.path if found.note else found.file)


def respell(written: str, target: PurePosixPath) -> Iterator[str]:
    """Yield a link path in the spelling of the file it leads to; dots and slashes are kept."""
    actual = list(target.parts)
    if not written.lower().endswith(target.suffix.lower()):
        actual[-1] = target.stem
    names = written.split("/")
    for number in reversed(range(len(names))):
        if names[number] == ".." or not actual:
            break
        if names[number] not in ("", "."):
            names[number] = actual.pop()
    yield "/".join(names)


def linkable(heading: Heading) -> str:
    """Return a heading as Obsidian writes it in a link: without the characters of link syntax."""
    shown = heading.text if heading_key(heading.text) == heading_key(heading.raw) else heading.raw
    return _UNLINKABLE.sub(" ", shown).strip()


def fold_heading(text: str) -> str:
    """Return a heading without case, width and punctuation. Symbols stay: C++ is not C."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(" " if unicodedata.category(one)[0] in "PZC" else one for one in wide)
    # Between Latin words and between digits a space matters: 3.1 is not 31.
    return _BESIDE_WIDE.sub("", " ".join(spaced.split()))


# Rewriting links in place: in running text, tables, Markdown links and properties. The displayed text is kept:
# `[[attention]]` becomes `[[Attention|attention]]`. Where it cannot be kept, nothing is written. Every byte outside the
# link is kept, and inside it the author's spaces, sizes and texts.

_DELIMITER = re.compile(r"\s*+\|?\s*+:?-++:?\s*+(?:(?>\|\s*+:?-++:?\s*+))*+\|?\s*+")
_UNSAFE = re.compile(r"[\x00-\x20\"#%&()<>?\[\\\]^`{|}\x7f]")
# A name with one of these could open or close code, a formula, a comment or a highlight around the link.
_MARKS = re.compile(r"[`$<]|%%|==|(?<! )>")
_LOOK_BACK = 1000
_MEDIA = PICTURES | AUDIO | VIDEO | {".pdf"}


def rewrite_link(note: Note, link: Link, wanted: Intended, *, in_table: bool) -> Edit | None:
    """Return the edit that writes a link with its intended target, None where that would change the displayed text."""
    if link.field:
        return _in_property(note, link, wanted)
    edit = _in_text(note, link, wanted, in_table=in_table) if link.wiki else _markdown(note, link, wanted)
    return edit if edit and _MARKS.findall(edit.text) == _MARKS.findall(edit.span.of(note.source.text)) else None


def _in_text(note: Note, link: Link, wanted: Intended, *, in_table: bool) -> Edit | None:
    text = note.source.text
    # Behind `](` a wikilink without spaces would become the destination of a Markdown link.
    _, opening, inside = text[max(0, link.span.start - _LOOK_BACK) : link.span.start].rpartition("](")
    if opening and inside.count(")") <= inside.count("(") and len(inside.split()) < 2:
        return None
    written = _wikilink(link.span.of(text), link, wanted, in_table=in_table)
    return None if written is None else Edit(link.span, written)


def display_to_keep(link: Link, *, in_table: bool) -> str | None:
    """Return the display text that keeps what a link shows now, "" for none, None where that is unknown.

    Obsidian shows the whole of a path and other readers its name, so a path without a text is left to the author.
    """
    if link.embed and (in_table or not link.display):
        # Pictures, films and notes are shown themselves; for notes in tables and other files, readers show a name.
        suffix = PurePosixPath(link.path).suffix.lower()
        return "" if suffix in _MEDIA or (suffix in ("", ".md") and not in_table) else None
    if link.display:
        return ""
    if "/" in link.path or link.path.lower().endswith(".md"):
        return None
    return default_text(link.path, link.headings, link.block)


def _wikilink(raw: str, link: Link, wanted: Intended, *, in_table: bool) -> str | None:
    """Return a wikilink with another target, and with a display text where it needs one."""
    found, keep = WIKILINK.fullmatch(raw), display_to_keep(link, in_table=in_table)
    if found is None or keep is None:
        return None
    escaped = found["display"] is not None and found["target"].endswith("\\")
    target = found["target"][:-1] if escaped else found["target"]
    if "\\" in target:
        return None
    core = target.strip()
    before = raw[: found.start("target")] + target[: len(target) - len(target.lstrip())]
    pipe = r"\|" if in_table else "|"
    after = target[len(target.rstrip()) :] + raw[found.start("target") + len(target) :]
    text = f"{before}{_target(core, wanted)}" + (f"{pipe}{keep}]]" if keep else after)
    return text if _reads_as(text, link, wanted, keep) else None


def _target(core: str, wanted: Intended) -> str:
    path, mark, subpath = core.partition("#")
    path = path.rstrip() if wanted.path is None else wanted.path
    return path + (mark + subpath if wanted.headings is None else "".join(f"#{name}" for name in wanted.headings))


def _reads_as(text: str, link: Link, wanted: Intended, keep: str) -> bool:
    """Return whether a new wikilink reads back as intended."""
    read = Wikilink.parse(text)
    path = link.path if wanted.path is None else wanted.path
    headings = link.headings if wanted.headings is None else wanted.headings
    return read is not None and (read.path, read.headings, read.block, read.display, read.embed) == (
        path, headings, link.block, keep or link.display, link.embed,
    )  # fmt: skip


def find_tables(note: Note) -> Iterator[Span]:
    """Yield the tables of a note, in which a link's bar is written `\\|`: from the head to the end of the paragraph."""
    text = note.source.text
    for region in note.regions:
        if region.kind is Kind.TEXT:
            lines = [line.of(text) for line in region.lines]
            rules = (i for i, line in enumerate(lines) if i and "|" in line and _DELIMITER.fullmatch(line))
            rule = next(rules, None)
            if rule is not None:
                yield Span(region.lines[rule - 1].start, region.span.end)


def _in_property(note: Note, link: Link, wanted: Intended) -> Edit | None:
    """Return the edit of a link in the frontmatter, which is written in quotes: unquoted, YAML reads it as lists."""
    raw = link.span.of(note.source.text)
    mark = raw[:1] if raw[:1] in {'"', "'"} and raw.endswith(raw[:1]) and len(raw) > 1 else ""
    inside = raw[1:-1] if mark else raw
    if WIKILINK.fullmatch(inside):
        text = _wikilink(inside, link, wanted, in_table=False)
    elif inside.strip() == link.path:
        text = _wikilink(f"[[{link.path}]]", link._replace(field=""), wanted, in_table=False)
    else:
        return None  # escapes, or a text that YAML folds over lines
    if text is None or not text.isprintable() or (mark and (mark in text or "\\" in text)):
        return None
    return Edit(link.span, f"{mark}{text}{mark}" if mark else json.dumps(text, ensure_ascii=False))


def _markdown(note: Note, link: Link, wanted: Intended) -> Edit | None:
    """Return the edit of a Markdown link's destination, percent-encoded as it was."""
    span = link.token.target if link.token else None
    if span is None:
        return None
    text = note.source.text
    path, _, fragment = span.of(text).partition("#")
    angled = text[span.start - 1] == "<" and text[span.end : span.end + 1] == ">"
    edit = Edit(span, path)
    if wanted.path is not None:
        coded = _encode_path(path, link.path, wanted.path, angled=angled)
        if coded is None:
            return None
        edit = replace(edit, text=coded)
    if wanted.headings is not None:
        fragment = "#".join(_encode(name, fragment, angled=angled) for name in wanted.headings)
    return replace(edit, text=f"{edit.text}#{fragment}" if fragment else edit.text)


def _encode_path(raw: str, written: str, wanted: str, *, angled: bool) -> str | None:
    """Return a path whose changed names are encoded again, None where its parts cannot be told apart."""
    parts = list(zip(raw.split("/"), written.split("/"), wanted.split("/"), strict=False))
    if not raw.count("/") == written.count("/") == wanted.count("/"):
        return None
    return "/".join(old if was == is_ else _encode(is_, old, angled=angled) for old, was, is_ in parts)


def _encode(name: str, like: str, *, angled: bool) -> str:
    """Return a name percent-encoded like the one it replaces: only where necessary, or everything outside ASCII."""
    if "%" in like and like.isascii():
        return quote(name, safe="!*',;:@$~")
    unsafe = re.compile(r"[\x00-\x1f#%&<>\\\x7f]") if angled else _UNSAFE
    return unsafe.sub(lambda found: quote(found[0], safe=""), name)


class LinkFixer:
    """Finds the fixes of a vault's links; the tables and generated spans of a note are found once."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._reader = IntentReader(vault)
        self._tables: dict[PurePosixPath, Spans[Span]] = {}
        self._left: dict[PurePosixPath, Spans[Span]] = {}

    def edit(self, edge: Edge) -> Edit | None:
        """Return the edit that fixes a link, None where its target is not certain or the displayed text would change.

        Links in headings and generated regions are left alone.
        """
        note, at = edge.source, edge.link.span.start
        wanted = self.find_intended(edge)
        if wanted == Intended() or self._untouchable(note).covers(at):
            return None
        return rewrite_link(note, edge.link, wanted, in_table=self._tables_in(note).covers(at))

    def find_intended(self, edge: Edge) -> Intended:
        """Return the certain target of a link, whether or not it can be written automatically."""
        return self._reader.find_intended(edge) or Intended()

    def _tables_in(self, note: Note) -> Spans[Span]:
        if note.path not in self._tables:
            self._tables[note.path] = Spans(find_tables(note))
        return self._tables[note.path]

    def _untouchable(self, note: Note) -> Spans[Span]:
        """Return the spans to leave alone: headings, since links name them as written, and generated regions."""
        if note.path not in self._left:
            # Where markers do not pair, generated text cannot be told apart, so nothing may be written.
            whole = [Span(0, len(note.text))]
            spans = [*(one.span for one in note.generated.items), *(heading.span for heading in note.headings)]
            self._left[note.path] = Spans(whole if note.generated_problems else spans)
        return self._left[note.path]


def fix_links(vault: Vault, notes: Collection[PurePosixPath]) -> Iterator[tuple[Note, str]]:
    """Yield the notes among `notes` that hold links to be fixed, each with its new text."""
    fixer = LinkFixer(vault)
    edits: dict[PurePosixPath, list[Edit]] = {}
    for edge in edges(vault):
        if edge.source.path in notes and (edit := fixer.edit(edge)) is not None:
            edits.setdefault(edge.source.path, []).append(edit)
    for path, found in edits.items():
        note = vault.notes[path]
        yield note, apply_edits(note.source.text, found)
