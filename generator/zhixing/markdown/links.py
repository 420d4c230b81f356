"""Obsidian's wikilinks and embeds, parsed and printed in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zhixing.markdown.escapes import ESCAPE
from zhixing.source import Span

# What an inline token is.


class TokenKind(StrEnum):
    """The kinds of inline token."""

    CODE = "code"
    MATH = "math"
    COMMENT = "comment"
    HTML_COMMENT = "html-comment"
    HTML = "html"
    WIKILINK = "wikilink"
    EMBED = "embed"
    LINK = "link"
    IMAGE = "image"
    URL = "url"
    HIGHLIGHT = "highlight"
    TAG = "tag"
    BLOCK_ID = "block-id"
    FOOTNOTE = "footnote"
    INLINE_NOTE = "inline-note"
    DEFINITION = "definition"
    EXTENSION = "extension"


class Token(NamedTuple):
    """An inline token.

    - `span`: all of it, delimiters included.
    - `content`: what the delimiters enclose: code, formula, comment text, a link's text or alt text, a tag without `#`,
      a block id without `^`, a footnote's label (FOOTNOTE, `[^label]`) or text (INLINE_NOTE, `^[text]`), the label of
      a link's definition (DEFINITION, `[label]: target`), what an extension of MkDocs reads (EXTENSION, `{ #id }`).
    - `wikilink`: for WIKILINK and EMBED, what it says.
    - `target`: for LINK, IMAGE and URL, the span of the destination as written, angle brackets excluded, else None.
      Of a link by reference (`[text][label]`) it lies in the definition.
    - `title`: for LINK and IMAGE, the span of the title's text if there is one.
    - `display`: for MATH, whether it is `$$…$$`.
    """

    kind: TokenKind
    span: Span
    content: Span
    wikilink: Wikilink | None = None
    target: Span | None = None
    display: bool = False
    title: Span | None = None


# Tokens of which a reader sees nothing at their place.
HIDDEN = frozenset(
    {
        *(TokenKind.COMMENT, TokenKind.HTML_COMMENT, TokenKind.HTML),
        *(TokenKind.BLOCK_ID, TokenKind.FOOTNOTE, TokenKind.DEFINITION, TokenKind.EXTENSION),
    }
)
# The content of these is running text, which may hold further tokens.
NESTING = frozenset({TokenKind.LINK, TokenKind.HIGHLIGHT, TokenKind.INLINE_NOTE})

# The `(destination "title")` behind a Markdown link's text, and definitions of links, by CommonMark's rules.

_SPACE = re.compile(r"\s*+")
_ANGLE = re.compile(r"<((?:\\[^\r\n]|[^<>\\\r\n])*+)>")
_DEPTH = 32  # how deep a destination's own parentheses may nest, as in cmark
_PLAIN = rf"(?:{ESCAPE}|[^\s()\x00-\x1f])"


def _balanced(depth: int) -> str:
    inner = rf"|\({_balanced(depth - 1)}\)" if depth else ""
    return rf"(?:(?>{_PLAIN}{inner}))*+"


_BARE = re.compile(_balanced(_DEPTH))
_QUOTED = r"""(?:"(?:\\[\s\S]|[^"\\])*+"|'(?:\\[\s\S]|[^'\\])*+'|\((?:\\[\s\S]|[^()\\])*+\))"""
_TITLE = re.compile(rf"(?:(?>\s++({_QUOTED})))?+\s*+\)")
# A label's length is bounded, as in CommonMark, so that many brackets without an end stay cheap.
_LABEL_INSIDE = r"((?:\\[\s\S]|[^\[\]\\]){0,999}+)\]"
LABEL = re.compile(rf"\[{_LABEL_INSIDE}")
# The label of a definition, which stands at the start of a paragraph, not behind a backslash. Without that condition a
# text of many escaped brackets would take a thousand steps for each.
_DEFINED_LABEL = re.compile(rf"\[(?<!\\\[)(?!\^){_LABEL_INSIDE}:")
_AFTER_LABEL = re.compile(r":[ \t]*+(?:\r\n|\r|\n)?[ \t]*+")
_TITLE_OF_DEFINITION = re.compile(rf"(?:[ \t]++|[ \t]*+(?:\r\n|\r|\n)[ \t]*+)({_QUOTED})[ \t]*+(?=[\r\n]|\Z)")
_LINE_END = re.compile(r"[ \t]*+(?=[\r\n]|\Z)")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads: the span of the destination, of its title's text if it has one, and where all of it ends."""

    span: Span
    title: Span | None
    end: int


def destination(text: str, start: int) -> Destination | None:
    """Return the destination that `(` at `start` begins, up to its closing bracket, or None."""
    if not text.startswith("(", start):
        return None
    found = _target(text, _end(_SPACE, text, start + 1))
    closing = _TITLE.match(text, found[1]) if found else None
    return Destination(found[0], _inside(closing), closing.end()) if found and closing else None


def may_define(text: str) -> bool:
    """Return whether a text may hold a definition of a link. Most hold none, and no paragraph need be looked at."""
    return "]:" in text and _DEFINED_LABEL.search(text) is not None


def definition(text: str, start: int) -> tuple[Span, Destination] | None:
    """Return the label and the destination of a link definition at `start` (`[label]: to "title"`), or None."""
    label = LABEL.match(text, start)
    colon = _AFTER_LABEL.match(text, label.end()) if label and label[1].strip() and label[1][0] != "^" else None
    found = _target(text, colon.end()) if colon else None
    if label is None or found is None or (found[0].start == found[0].end and text[found[1] - 1] != ">"):
        return None
    title = _TITLE_OF_DEFINITION.match(text, found[1])
    if title:
        return Span(*label.span(1)), Destination(found[0], _inside(title), title.end())
    alone = _LINE_END.match(text, found[1])
    return (Span(*label.span(1)), Destination(found[0], None, found[1])) if alone else None


def label_key(label: str) -> str:
    """Return the form in which labels of links are compared: spaces folded, without case."""
    return " ".join(label.split()).casefold()


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _target(text: str, begin: int) -> tuple[Span, int] | None:
    """Return the span of a destination, angle brackets excluded, and where it ends, brackets included."""
    if angle := _ANGLE.match(text, begin):
        return Span(*angle.span(1)), angle.end()
    bare = None if text.startswith("<", begin) else _BARE.match(text, begin)
    return (Span(*bare.span()), bare.end()) if bare else None


def _inside(found: re.Match[str] | None) -> Span | None:
    """Return the span of a title's text, its quotes left out."""
    return Span(found.start(1) + 1, found.end(1) - 1) if found and found[1] else None


# A name may hold single brackets, as in Obsidian, where only `]]` ends a link. What `],` or `](` stands in is a matrix,
# a list of YAML or a Markdown link, and no name; nor is the whole of `[[[name]]]`.
_BRACKETS = r"\[[^\[\]|\r\n]*+\]"
_NAME_GOES_ON = r"(?=[ \t]*+[^\]\s,\#|(\\])"
WIKILINK = re.compile(
    rf"""
    (?P<embed>!?)\[\[
    (?P<target>
        (?: {_BRACKETS}{_NAME_GOES_ON} | (?!\s*+\[) )
        (?:(?>
            [^\[\]|\r\n] | {_BRACKETS}(?!\]|\(|[ \t]*+,) | {_BRACKETS}(?=\]\](?!\])) | \[(?!\[) | \]{_NAME_GOES_ON}
        ))*+
    )
    (?:\|(?P<display>(?:(?>[^\[\]\r\n]|\[[^\[\]\r\n]*+\]))*+))?
    \]\]
    """,
    re.VERBOSE,
)
_SIZE = re.compile(r"[0-9]{1,5}(?:x[0-9]{1,5})?", re.ASCII)


class Wikilink(NamedTuple):
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
        mark, target, display = found.group("embed", "target", "display")
        embed = bool(mark)
        escaped = display is not None and target.endswith("\\")
        path, headings, block = _split_target(target[:-1] if escaped else target)
        if not (path or headings or block):
            return None
        text, size = _split_display(display, embed=embed, escaped=escaped) if display else ("", None)
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
    if "#" not in target:
        return _name(target), (), ""
    path, *subpath = (_name(part) for part in target.split("#"))
    headings = [part for part in subpath if part.strip("^ ")]
    block = headings.pop()[1:].lstrip() if headings and headings[-1].startswith("^") else ""
    return path, tuple(headings), block


def _name(part: str) -> str:
    """Return a part of a target without space around it; no name ends in a backslash: one there escapes a pipe."""
    name = part.strip()
    while name.endswith("\\"):
        name = name.rstrip("\\").rstrip()
    return name


def _split_display(display: str, *, embed: bool, escaped: bool) -> tuple[str, tuple[int, int] | None]:
    """Split `text|100x50`; only embeds have a size."""
    text = display.strip()
    if not embed:
        return text, None
    head, bar, tail = text.rpartition("|")
    if not _SIZE.fullmatch(tail):
        return text, None
    width, _, height = tail.partition("x")
    return head.removesuffix("\\").strip() if bar and escaped else head.strip(), (int(width), int(height or 0))
