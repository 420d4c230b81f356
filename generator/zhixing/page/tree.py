"""A page as a tree of typed pieces: what a note shows, before anybody writes it as HTML or as Markdown.

Every piece keeps its span in the text that it was read from: the note's own, an embedded note's below `Embed`, what an
example shows below `Example`. What was read from nothing, as the pages of tags, has the span `NOWHERE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast, get_args

from zhixing.problems import Code as ProblemCode
from zhixing.source import Span
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

if TYPE_CHECKING:
    from typing_extensions import TypeIs

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link inside the vault leads: a file or note by its path, and an id on its page, "" for none.

    `html_id` is the id as the author's own HTML gives it, where the link names one: sites call it otherwise.
    """

    path: PurePosixPath
    anchor: str = ""
    html_id: str = ""


# Pieces of running text.


@dataclass(frozen=True, slots=True)
class Text:
    """Words as a reader sees them: escapes and character references are resolved."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line inside a paragraph, which Obsidian shows."""

    span: Span


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Emphasised text; `kind` is the HTML element: `em`, `strong`, `del`, or `mark` for a highlight."""

    span: Span
    kind: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Code in a line."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Math:
    """A formula in a line, as LaTeX."""

    span: Span
    latex: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a place in the vault, or to an address outside."""

    span: Span
    to: Place | str
    children: tuple[Inline, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Stub:
    """A link that leads nowhere: its text, and the reason."""

    span: Span
    reason: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, sound, film or document; `size` is width and height in pixels, 0 where it is left to the reader."""

    span: Span
    source: Place | str
    alt: str
    size: tuple[int, int] = (0, 0)
    title: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; `page` is the tag's own page, if it has one."""

    span: Span
    name: str
    page: Place | None = None


@dataclass(frozen=True, slots=True)
class FootnoteCall:
    """A call of the footnote `label`."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The marker of a claim, which no reader sees: what backs the number or word before it, as written."""

    span: Span
    reference: str


@dataclass(frozen=True, slots=True)
class Backed:
    """What backs a number or word in prose.

    - `example`, `expression`: the example and what of it is meant; `to` is where the example stands on its page.
    - `value`: the exact value, or the name of an answer; `digits` are the decimals that are written, -1 for none.
    - `held`: how it is held: `exact`, `digits` (within half of the last digit), `about`, or `word`.
    - `fault`: what is wrong with it as a problem's code, "" where it holds; `right` is what to write instead.
    """

    example: str
    expression: str
    value: str
    held: str
    digits: int = -1
    to: Place | None = None
    fault: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A number or word in prose, the formula that ends in it, or the mark around it, that an example backs."""

    span: Span
    children: tuple[Inline, ...]
    backed: Backed


@dataclass(frozen=True, slots=True)
class Mention:
    """An example called by its name in prose, and where it stands."""

    span: Span
    to: Place
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """An id of a block, at its start; `alone` where it stands before the block instead."""

    span: Span
    id: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class InlineHtml:
    """One HTML tag of the author's. Nothing in it is trusted: the page is cleaned after it is written."""

    span: Span
    html: str


Inline = (
    Text
    | Break
    | Emphasis
    | Code
    | Math
    | Link
    | Stub
    | Media
    | Tag
    | FootnoteCall
    | Claim
    | Checked
    | Mention
    | Anchor
    | InlineHtml
)


# Blocks.


@dataclass(frozen=True, slots=True)
class Notice:
    """What is wrong with an example: a problem's code, its place in the note, and its message.

    `kind` is `failed`, or `stale` or `edited` where only the results in the note are not what is computed.
    """

    kind: str
    code: ProblemCode
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and the id that links lead to, "" for none. One of an embedded note is none of the page's own."""

    span: Span
    level: int
    id: str
    children: tuple[Inline, ...]
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    span: Span
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that stands alone, with its text below it where that says something."""

    span: Span
    media: Media


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    span: Span
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """A box with a title. `fold` is "-" where it is folded, "+" where it can be, else "".

    `level` is that of a title which is a heading, else 0; `classes` are the author's further words for style sheets.
    """

    span: Span
    kind: str
    title: tuple[Inline, ...]
    children: tuple[Block, ...] = ()
    fold: str = ""
    level: int = 0
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `done` says whether a task is done, None where it is no task."""

    span: Span
    children: tuple[Block, ...]
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several blocks of which a page shows one at a time, with its label."""

    span: Span
    label: str
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Tabs:
    """Tabs that stand in one place."""

    span: Span
    tabs: tuple[Tab, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list; `start` is the number of the first item, None without numbers; `tight` without space between items."""

    span: Span
    items: tuple[Item, ...]
    start: int | None = None
    tight: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns' alignments (`left`, `center`, `right` or ""), and its rows of cells, the head first.

    The first `heads` columns are heads of rows; None where nothing says what is one, as in tables of authors. The rows
    of a table `of_notes` are notes, as in a view of a base.
    """

    span: Span
    alignments: tuple[str, ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    heads: int | None = None
    of_notes: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code and its language, "" if that is not said."""

    span: Span
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that stands alone, as LaTeX."""

    span: Span
    latex: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule."""

    span: Span


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """A block of the author's HTML. Nothing in it is trusted: the page is cleaned after it is written."""

    span: Span
    html: str


@dataclass(frozen=True, slots=True)
class Footnote:
    """The definition of a footnote, where it stands in the text; pages show it at their foot."""

    span: Span
    label: str
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Embed:
    """A note, section or block of the note at `path`, or a view of the base there, shown inside a note.

    `title` links to it.
    """

    span: Span
    path: PurePosixPath
    title: Link
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What an example or a list, by its `id`, shows now, and the block that declares it, which folds away.

    `program` is the example as a program of NumPy alone, where it has that form; it folds away too. `anchor` is the id
    that links lead to, "" where the example stands on another note's page. `notices` say what is wrong with it; one
    that `failed` shows nothing. `live` names its data for readers who change given numbers, "" where there are none.
    """

    span: Span
    id: str
    children: tuple[Block, ...]
    declared: CodeBlock | None = None
    program: CodeBlock | None = None
    anchor: str = ""
    notices: tuple[Notice, ...] = ()
    failed: bool = False
    live: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A list of terms with their definitions."""

    span: Span
    entries: tuple[tuple[tuple[Inline, ...], tuple[tuple[Block, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line of a canvas between two points at sides of cards; `pointed` says at which of its ends it has a head."""

    ends: tuple[tuple[int, int], tuple[int, int]]
    sides: tuple[str, str]
    pointed: tuple[bool, bool]
    label: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card or group of a canvas: its `type`, its box (x, y, width, height in pixels), and what it shows."""

    span: Span
    type: str
    box: tuple[int, int, int, int]
    color: str
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A canvas: its width and height in pixels, its cards in the order to read them, and the lines between them."""

    span: Span
    size: tuple[int, int]
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...] = ()


Block = (
    Heading
    | Paragraph
    | Figure
    | Quote
    | Callout
    | Tabs
    | List
    | Table
    | CodeBlock
    | Formula
    | Rule
    | HtmlBlock
    | Footnote
    | Embed
    | Example
    | Terms
    | Board
)
Node = Inline | Block | Item | Card | Tab
_BLOCKS = frozenset(get_args(Block))


def is_block(node: object) -> TypeIs[Block]:
    """Return whether a node is a block. `isinstance` asks each of the sixteen types in turn, for every word."""
    return type(node) in _BLOCKS


@dataclass(frozen=True, slots=True)
class Document:
    """A page: its path in the vault, its blocks, and its footnotes by label, those that are called in a line too.

    `wording` has the words that its writers add.
    """

    path: PurePosixPath
    blocks: tuple[Block, ...]
    footnotes: Mapping[str, Footnote] = field(default_factory=dict)
    wording: Wording = CHINESE


# The names of the fields of each kind of node that hold nodes, the last one first. Made from all kinds that there are:
# HTML in a field that is left out would not be cleaned.
_HOLDS_NODES = re.compile(rf"\b(?:Inline|Block|{'|'.join(kind.__name__ for kind in get_args(Node))})\b")
_CONTENTS: dict[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in reversed(fields(kind)) if _HOLDS_NODES.search(str(one.type)))
    for kind in get_args(Node)
}


def walk(nodes: object) -> Iterator[Node]:
    """Yield the nodes of a tree or of several, each before what it holds."""
    waiting = [nodes]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += reversed(one)
        elif (names := _CONTENTS.get(type(one))) is not None:
            yield cast(Node, one)
            for name in names:
                waiting.append(getattr(one, name))
