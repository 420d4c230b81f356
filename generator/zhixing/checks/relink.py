"""Links written anew where they stand: in running text, tables, Markdown links and properties.

The text that a reader sees stays: `[[attention]]` becomes `[[Attention|attention]]`. Where it could not, nothing is
written. Outside the link every byte stays, and inside it the writer's own spaces, sizes and texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from zhixing.checks.edits import Edit
from zhixing.checks.meant import Meant
from zhixing.source import Span
from zhixing.text.regions import Kind
from zhixing.text.wikilink import WIKILINK, Wikilink, default_text
from zhixing.vault.media import AUDIO, PICTURES, VIDEO
from zhixing.vault.note import Link, Note

_DELIMITER = re.compile(r"\s*+\|?\s*+:?-++:?\s*+(?:\|\s*+:?-++:?\s*+)*+\|?\s*+")
_UNSAFE = re.compile(r"[\x00-\x20\"#%&()<>?\[\\\]^`{|}\x7f]")
# A name with one of these could open or close code, a formula, a comment or a highlight around the link.
_MARKS = re.compile(r"[`$<]|%%|==|(?<! )>")
_LOOK_BACK = 1000
_MEDIA = PICTURES | AUDIO | VIDEO | {".pdf"}


def relink(note: Note, link: Link, wanted: Meant, *, in_table: bool) -> Edit | None:
    """Return the edit that writes a link as it is meant, None where that would change what a reader sees."""
    if link.field:
        return _in_property(note, link, wanted)
    edit = _in_text(note, link, wanted, in_table=in_table) if link.wiki else _markdown(note, link, wanted)
    return edit if edit and _MARKS.findall(edit.text) == _MARKS.findall(edit.span.of(note.source.text)) else None


def _in_text(note: Note, link: Link, wanted: Meant, *, in_table: bool) -> Edit | None:
    text = note.source.text
    # Behind `](` a wikilink without spaces would become the destination of a Markdown link.
    _, opening, inside = text[max(0, link.span.start - _LOOK_BACK) : link.span.start].rpartition("](")
    if opening and inside.count(")") <= inside.count("(") and len(inside.split()) < 2:
        return None
    written = _wikilink(link.span.of(text), link, wanted, in_table=in_table)
    return None if written is None else Edit(link.span, written)


def display_to_keep(link: Link, *, in_table: bool) -> str | None:
    """Return the text that a link needs so as to show what it shows now, "" for none, None where nobody can say.

    Of a path Obsidian shows all and other readers the name, so a bare one is left to the author.
    """
    if link.embed and (in_table or not link.display):
        # A picture, a film or a note is shown itself; of a note in a table, and of other files, readers show a name.
        suffix = PurePosixPath(link.path).suffix.lower()
        return "" if suffix in _MEDIA or (suffix in ("", ".md") and not in_table) else None
    if link.display:
        return ""
    if "/" in link.path or link.path.lower().endswith(".md"):
        return None
    return default_text(link.path, link.headings, link.block)


def _wikilink(raw: str, link: Link, wanted: Meant, *, in_table: bool) -> str | None:
    """Return a wikilink as written with another target, and a text where it needs one."""
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
    return text if _says(text, link, wanted, keep) else None


def _target(core: str, wanted: Meant) -> str:
    path, mark, subpath = core.partition("#")
    path = path.rstrip() if wanted.path is None else wanted.path
    return path + (mark + subpath if wanted.headings is None else "".join(f"#{name}" for name in wanted.headings))


def _says(text: str, link: Link, wanted: Meant, keep: str) -> bool:
    """Tell whether a new wikilink reads as what it should say."""
    read = Wikilink.parse(text)
    path = link.path if wanted.path is None else wanted.path
    headings = link.headings if wanted.headings is None else wanted.headings
    return read is not None and (read.path, read.headings, read.block, read.display, read.embed) == (
        path, headings, link.block, keep or link.display, link.embed,
    )  # fmt: skip


def tables(note: Note) -> Iterator[Span]:
    """Yield the tables of a note, where a link's own bar is written `\\|`: from the head to the paragraph's end."""
    text = note.source.text
    for region in note.regions:
        if region.kind is Kind.TEXT:
            lines = [line.of(text) for line in region.lines]
            rules = (i for i, line in enumerate(lines) if i and "|" in line and _DELIMITER.fullmatch(line))
            rule = next(rules, None)
            if rule is not None:
                yield Span(region.lines[rule - 1].start, region.span.end)


def _in_property(note: Note, link: Link, wanted: Meant) -> Edit | None:
    """Return the edit of a link in the frontmatter, which is written in quotes: unquoted, YAML reads it as lists."""
    raw = link.span.of(note.source.text)
    mark = raw[:1] if raw[:1] in {'"', "'"} and raw.endswith(raw[:1]) and len(raw) > 1 else ""
    inside = raw[1:-1] if mark else raw
    if WIKILINK.fullmatch(inside):
        text = _wikilink(inside, link, wanted, in_table=False)
    elif inside.strip() == link.path:
        text = _wikilink(f"[[{link.path}]]", replace(link, field=""), wanted, in_table=False)
    else:
        return None  # escapes, or a text that YAML folds over lines
    if text is None or not text.isprintable() or (mark and (mark in text or "\\" in text)):
        return None
    return Edit(link.span, f"{mark}{text}{mark}" if mark else json.dumps(text, ensure_ascii=False))


def _markdown(note: Note, link: Link, wanted: Meant) -> Edit | None:
    """Return the edit of a Markdown link's destination, coded the way it is."""
    span = link.token.target if link.token else None
    if span is None:
        return None
    text = note.source.text
    path, _, fragment = span.of(text).partition("#")
    angled = text[span.start - 1] == "<" and text[span.end : span.end + 1] == ">"
    edit = Edit(span, path)
    if wanted.path is not None:
        coded = _coded_path(path, link.path, wanted.path, angled=angled)
        if coded is None:
            return None
        edit = replace(edit, text=coded)
    if wanted.headings is not None:
        fragment = "#".join(_coded(name, fragment, angled=angled) for name in wanted.headings)
    return replace(edit, text=f"{edit.text}#{fragment}" if fragment else edit.text)


def _coded_path(raw: str, written: str, wanted: str, *, angled: bool) -> str | None:
    """Return a path with the names that change coded anew, None where its parts do not show."""
    parts = list(zip(raw.split("/"), written.split("/"), wanted.split("/"), strict=False))
    if not raw.count("/") == written.count("/") == wanted.count("/"):
        return None
    return "/".join(old if was == is_ else _coded(is_, old, angled=angled) for old, was, is_ in parts)


def _coded(name: str, like: str, *, angled: bool) -> str:
    """Return a name percent-coded as the one it stands in for: only where it must be, or all that is not ASCII."""
    if "%" in like and like.isascii():
        return quote(name, safe="!*',;:@$~")
    unsafe = re.compile(r"[\x00-\x1f#%&<>\\\x7f]") if angled else _UNSAFE
    return unsafe.sub(lambda found: quote(found[0], safe=""), name)
