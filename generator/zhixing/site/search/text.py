"""What a page says, section by section, as the search finds and shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import unescape

from zhixing.page.tree import (
    Block,
    Board,
    Break,
    Callout,
    Checked,
    Code,
    CodeBlock,
    Document,
    Embed,
    Emphasis,
    Example,
    Figure,
    Formula,
    Heading,
    HtmlBlock,
    Inline,
    Link,
    List,
    Math,
    Mention,
    Paragraph,
    Place,
    Quote,
    Stub,
    Tab,
    Table,
    Tabs,
    Tag,
    Terms,
    Text,
)
from zhixing.site.math_text import formula_text

_UNSEEN = re.compile(
    r"<(script|style|svg|template|textarea|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_MARKUP = re.compile(r"<[^<>]*>?")
_HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1\s*>", re.DOTALL)
_HEADERLINK = re.compile(r"<a class=\"headerlink\".*?</a>", re.DOTALL)
_ID = re.compile(r"\sid=\"([^\"]*)\"")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its id, both "" before the first one, and what stands under it: prose, and code apart.

    `level` is that of the heading, 0 for none.
    """

    heading: str
    id: str
    text: str
    code: str = ""
    level: int = 0


def sections_of(document: Document) -> tuple[Section, ...]:
    """Return what a page shows, by its own headings; footnotes are in a section of their own without a heading."""
    reader = _Reader()
    reader.read(document.blocks)
    if document.footnotes:
        reader.begin("", "", 0)
        for note in document.footnotes.values():
            reader.read(note.children)
    return reader.sections()


def sections_of_html(content: str) -> tuple[Section, ...]:
    """Return what a page that is no note shows, by its headings."""
    parts: list[Section] = []
    name, anchor, at, level = "", "", 0, 0
    for found in _HEADING.finditer(content):
        parts.append(Section(name, anchor, text_of_html(content[at : found.start()]), level=level))
        level = int(found[1])
        name, at = text_of_html(_HEADERLINK.sub("", found[3])), found.end()
        anchor = unescape(identified[1]) if (identified := _ID.search(found[2])) else ""
    parts.append(Section(name, anchor, text_of_html(content[at:]), level=level))
    return tuple(part for part in parts if part.heading or part.text)


def text_of_html(content: str) -> str:
    """Return the words of a piece of HTML; scripts and styles have none."""
    return _tidy(unescape(_MARKUP.sub(" ", _UNSEEN.sub(" ", content))))


def _tidy(text: str) -> str:
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


@dataclass(slots=True)
class _Reader:
    """Reads blocks into sections, each a heading, an id, a level, lines of prose and lines of code."""

    found: list[tuple[str, str, int, list[str], list[str]]] = field(default_factory=lambda: [("", "", 0, [], [])])

    def begin(self, heading: str, anchor: str, level: int) -> None:
        """Begin a section."""
        self.found.append((heading, anchor, level, [], []))

    def sections(self) -> tuple[Section, ...]:
        """Return the sections that say anything."""
        tidied = (
            Section(name, anchor, _tidy("\n".join(lines)), _tidy("\n".join(code)), level)
            for name, anchor, level, lines, code in self.found
        )
        return tuple(one for one in tidied if one.heading or one.text or one.code)

    def say(self, text: str) -> None:
        """Add a line of prose."""
        if text:
            self.found[-1][3].append(text)

    def read(self, blocks: Iterable[Block]) -> None:
        """Read blocks in order."""
        for block in blocks:
            self._read(block)

    def _read(self, block: Block) -> None:
        match block:
            case Heading(id=anchor, children=children, level=level, embedded=False) if anchor:
                self.begin(_tidy(_line(children)), anchor, level)
            case Heading(children=children) | Paragraph(children=children):
                self.say(_line(children))
            case Formula(latex=latex):
                self.say(formula_text(latex))
            case Table(rows=rows):
                for row in rows:
                    self.say("　".join(_line(cell) for cell in row))
            case CodeBlock(text=text):
                self.found[-1][4].append(text)
            case Figure(media=media):
                self._figure(media.alt, media.source)
            case HtmlBlock(html=written):
                self.say(text_of_html(written))
            case _:
                self._read_inside(block)

    def _read_inside(self, block: Block) -> None:
        """Read a block that holds others."""
        match block:
            case Quote(children=children):
                self.read(children)
            case Callout(title=title, children=children):
                self.say(_line(title))
                self.read(children)
            case Embed(title=title, children=children):
                self.say(_line((title,)))
                self.read(children)
            case List(items=parts) | Board(cards=parts) | Tabs(tabs=parts):
                for part in parts:
                    self.say(part.label if isinstance(part, Tab) else "")
                    self.read(part.children)
            case Example(children=children, declared=declared):
                self.read(children)
                self.read((declared,) if declared else ())
            case Terms(entries=entries):
                for term, meanings in entries:
                    self.say(_line(term))
                    for meaning in meanings:
                        self.read(meaning)

    def _figure(self, alt: str, source: Place | str) -> None:
        """Say a figure's caption, which a generated figure has none of."""
        if isinstance(source, Place) and source.path.parent.name != "_figures" and alt != source.path.stem:
            self.say(alt)


def _line(pieces: Sequence[Inline]) -> str:
    """Return running text as a reader sees it."""
    return "".join([_piece(piece) for piece in pieces])


def _piece(piece: Inline) -> str:
    match piece:
        case Text(text=text) | Code(text=text):
            return text
        case Emphasis(children=children) | Link(children=children) | Stub(children=children):
            return _line(children)
        case Checked(children=children) | Mention(children=children):
            return _line(children)
        case Math(latex=latex):
            return formula_text(latex)
        case Tag(name=name):
            return f"#{name}"
    return "\n" if isinstance(piece, Break) else ""
