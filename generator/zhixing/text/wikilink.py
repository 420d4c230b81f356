"""Obsidian's wikilinks and embeds, parsed and printed in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A name may hold single brackets, as in Obsidian, where only `]]` ends a link. What `],` or `](` stands in is a matrix,
# a list of YAML or a Markdown link, and no name; nor is the whole of `[[[name]]]`.
_BRACKETS = r"\[[^\[\]|\r\n]*+\]"
_NAME_GOES_ON = r"(?=[ \t]*+[^\]\s,\#|(\\])"
WIKILINK = re.compile(
    rf"""
    (?P<embed>!?)\[\[
    (?P<target>
        (?: {_BRACKETS}{_NAME_GOES_ON} | (?!\s*+\[) )
        (?: [^\[\]|\r\n] | {_BRACKETS}(?!\]|\(|[ \t]*+,) | {_BRACKETS}(?=\]\](?!\])) | \[(?!\[) | \]{_NAME_GOES_ON} )*+
    )
    (?:\|(?P<display>(?:[^\[\]\r\n]|\[[^\[\]\r\n]*+\])*+))?
    \]\]
    """,
    re.VERBOSE,
)
_SIZE = re.compile(r"[0-9]{1,5}(?:x[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wikilink:
    """A wikilink or embed: `![[path#heading#heading#^block|display|WIDTHxHEIGHT]]`.

    `path` is "" for a link into its own note. `size` is (width, height) in pixels of an embedded picture, height 0
    where it is left to the width. `escaped` says that the pipes are written `\\|`, as a table needs.
    """

    path: str
    headings: tuple[str, ...] = ()
    block: str = ""
    display: str = ""
    embed: bool = False
    size: tuple[int, int] | None = None
    escaped: bool = False

    @classmethod
    def parse(cls, raw: str) -> Wikilink | None:
        """Return what `[[…]]` or `![[…]]` says, or None if `raw` is not exactly one wikilink."""
        found = WIKILINK.fullmatch(raw)
        return None if found is None else cls.of(found)

    @classmethod
    def of(cls, found: re.Match[str]) -> Wikilink | None:
        """Return what a match of `WIKILINK` says, None if it names nothing (`[[]]`, `[[|text]]`)."""
        target, display, embed = found["target"], found["display"], bool(found["embed"])
        escaped = display is not None and target.endswith("\\")
        path, headings, block = _split_target(target[:-1] if escaped else target)
        if not (path or headings or block):
            return None
        text, size = _split_display(display or "", embed=embed, escaped=escaped)
        return cls(path, headings, block, text, embed, size, escaped and bool(text or size))

    def __str__(self) -> str:
        """Return the wikilink as it is written in a note; `parse` reads it back."""
        subpath = "".join(f"#{heading}" for heading in self.headings) + (f"#^{self.block}" if self.block else "")
        width, height = self.size or (0, 0)
        size = f"{width}x{height}" if height else str(width)
        parts = [self.path + subpath, *([self.display] if self.display else []), *([size] if self.size else [])]
        pipe = r"\|" if self.escaped else "|"
        return f"{'!' if self.embed else ''}[[{pipe.join(parts)}]]"


def default_text(path: str, headings: tuple[str, ...], block: str) -> str:
    """Return what Obsidian shows for a link without a text of its own: the path as written, `folder/Note > Heading`."""
    return " > ".join(part for part in (path, *headings, f"^{block}" if block else "") if part)


def _split_target(target: str) -> tuple[str, tuple[str, ...], str]:
    """Split `path#heading#^block`. Obsidian reads a block id in last place only."""
    path, *subpath = (_name(part) for part in target.split("#"))
    headings = [part for part in subpath if part.strip("^ ")]
    block = headings.pop()[1:].lstrip() if headings and headings[-1].startswith("^") else ""
    return path, tuple(headings), block


def _name(part: str) -> str:
    """Return a part of a target without space around it; no name ends in a backslash: one there escapes a pipe."""
    end = len(part)
    while end and (part[end - 1].isspace() or part[end - 1] == "\\"):
        end -= 1
    return part[:end].lstrip()


def _split_display(display: str, *, embed: bool, escaped: bool) -> tuple[str, tuple[int, int] | None]:
    """Split `text|100x50`; only embeds have a size."""
    text = display.strip()
    head, bar, tail = text.rpartition("|")
    if not embed or not _SIZE.fullmatch(tail):
        return text, None
    width, _, height = tail.partition("x")
    return head.removesuffix("\\").strip() if bar and escaped else head.strip(), (int(width), int(height or 0))
