"""A page's tree as Markdown that CommonMark and Python-Markdown read the same way.

Both want a blank line between blocks and four spaces for every level of a list; both know HTML where Markdown has no
sign for a thing, or has one that they read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from html import escape

from zhixing.page import targets
from zhixing.page.html_text import marked_open
from zhixing.page.tree import (
    Anchor,
    Block,
    Break,
    Callout,
    Checked,
    Claim,
    Code,
    CodeBlock,
    Document,
    Embed,
    Emphasis,
    Example,
    Figure,
    Footnote,
    FootnoteCall,
    Formula,
    Heading,
    HtmlBlock,
    Inline,
    InlineHtml,
    Link,
    List,
    Math,
    Media,
    Mention,
    Paragraph,
    Place,
    Quote,
    Rule,
    Stub,
    Table,
    Tabs,
    Tag,
    Terms,
    Text,
)

_INDENT = "    "
# What a Markdown parser would read in words.
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\Z)|[{}$`*_~\]]|!(?=\[|\Z)|\[(?=\^)|<(?=[A-Za-z/!?]|\Z)"
    r"|&(?=#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};|\Z)"
)
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
# What would begin a block at the start of a line.
_BULLET = re.compile(r"[-+*](?=\s|$)|#|>")
_NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")
_FOOTNOTE = re.compile(r"(\[\^[^\]]*\]):")
_UNDERLINE = re.compile(r"[=|:~`-](?=[=|: ~`-]*$)")
_CLOSING = re.compile(r"(?:\\?#)+\Z")
# Keeps two lists, or two quotes, that follow one another apart; stands beside a marker where no text does.
_SEPARATOR = "<!-- -->"
_MARKS = {"em": "*", "strong": "**", "del": "~~"}
_PLAIN_URL = re.compile(r"https?://[^\s<>\\`$\[\]\"]+")


def write_markdown(document: Document, *, attributes: bool = True, examples: Collection[str] = ()) -> str:
    """Return a page as Markdown; it ends with one line end, or is empty.

    Anchors of headings and sizes of pictures stand in attribute lists. For readers that know none, `attributes` is
    false: anchors are HTML, and pictures have no size. Examples and their results have an anchor where it is one of
    `examples`, those that links lead to.
    """
    writer = _Writer(document, attributes, examples)
    # Python-Markdown takes footnotes out first: two lists around one would be read as one list.
    lines = writer.blocks([one for one in document.blocks if not isinstance(one, Footnote)])
    for one in (one for one in document.blocks if isinstance(one, Footnote)):
        lines += ["", *writer.block(one)] if lines else writer.block(one)
    for one in writer.unwritten():
        lines += ["", *writer.block(one)] if lines else writer.block(one)
    text = "\n".join(lines)
    return f"{text}\n" if text else ""


@dataclass(slots=True)
class _Writer:
    """Writes one page. `in_cell` says that a table's cell is written, in which a bar would end it."""

    document: Document
    attributes: bool
    examples: Collection[str]
    in_cell: bool = False
    labels: set[str] = field(default_factory=set)

    def unwritten(self) -> list[Footnote]:
        """Return the footnotes that stand in lines, which have no place of their own."""
        return [one for label, one in self.document.footnotes.items() if label not in self.labels]

    def blocks(self, blocks: Sequence[Block], *, tight: bool = False) -> list[str]:
        """Return the lines of blocks that follow one another, a blank line between them unless `tight`."""
        lines: list[str] = []
        before: Block | None = None
        for block in blocks:
            written = self.block(block)
            if not written:
                continue
            # A list may follow the text that stands beside its item's marker, and no other.
            beside = tight and before is blocks[0] and isinstance(before, Paragraph) and isinstance(block, List)
            if lines and not beside:
                lines.append("")
            if before is not None and _merges(before, block):
                lines += [_SEPARATOR, ""]
            lines += written
            before = block
        return lines

    def block(self, block: Block) -> list[str]:
        """Return the lines of a block."""
        written: list[str] = _BLOCKS[type(block)](self, block)
        return written

    # Blocks.

    def _paragraph(self, block: Paragraph) -> list[str]:
        if block.children and all(isinstance(one, Anchor) and self._is_left_out(one.id) for one in block.children):
            return []
        lines = [_inert(line) for line in self.line(block.children).split("\n")]
        return [*(f"{line}  " for line in lines[:-1]), lines[-1]]

    def _heading(self, block: Heading) -> list[str]:
        text = " ".join(self.line(block.children).split("\n")).strip()
        if block.embedded:
            return [f'<strong class="heading">{text}</strong>']
        # A closing # of the text itself would be read as the heading's own.
        text = _CLOSING.sub(lambda closing: "&#35;" * closing[0].count("#"), text) or _SEPARATOR
        marks = "#" * block.level
        if not block.id:
            return [f"{marks} {text}"]
        return [
            f"{marks} {text} {{ #{block.id} }}" if self.attributes else f'{marks} <a id="{escape(block.id)}"></a>{text}'
        ]

    def _figure(self, block: Figure) -> list[str]:
        return [self._media(block.media)]

    def _quote(self, block: Quote) -> list[str]:
        return _quoted(self.blocks(block.children) or [_SEPARATOR])

    def _callout(self, block: Callout) -> list[str]:
        head = "|".join([block.kind, *block.classes])
        title = self.line(block.title)
        if title == block.kind.title():  # what readers show where there is none
            title = ""
        size = f"{'#' * block.level} " if block.level else ""
        return self._box(f"[!{head}]{block.fold}", f"{size}{title}", self.blocks(block.children))

    def _box(self, head: str, title: str, inside: Sequence[str]) -> list[str]:
        return _quoted([f"{head} {title}".rstrip(), *(["", *inside] if inside else [])])

    def _tabs(self, block: Tabs) -> list[str]:
        """Return tabs as boxes with their labels, one below the other."""
        return self.blocks(
            [Callout(one.span, "example", (Text(one.span, one.label),), one.children) for one in block.tabs]
        )

    def _embed(self, block: Embed) -> list[str]:
        return self._box("[!embed]", self._link(block.title), self.blocks(block.children))

    def _example(self, block: Example) -> list[str]:
        anchor = Anchor(block.span, block.anchor, alone=True)
        before = () if not block.anchor or self._is_left_out(block.anchor) else (Paragraph(block.span, (anchor,)),)
        lines = self.blocks((*before, *block.children))
        if block.declared is None:
            return lines
        words = self.document.wording
        title = words.pair(words.source_code, _words(block.id))
        source = self._box("[!source]-", title, self._code_block(block.declared))
        return [*lines, "", *source] if lines else source

    def _list(self, block: List) -> list[str]:
        items = [self._item(block, number) for number in range(len(block.items))]
        # Behind an item of several blocks the next one needs a blank line to be an item at all.
        apart = not block.tight or any("" in item for item in items)
        return [line for item in items for line in (["", *item] if apart else item)][apart:]

    def _item(self, block: List, number: int) -> list[str]:
        marker = "- " if block.start is None else f"{block.start + number}. "
        item = block.items[number]
        lines = self.blocks(item.children, tight=block.tight)
        if lines and not isinstance(item.children[0], Paragraph | Heading):
            lines = [_SEPARATOR, "", *lines]
        lines = lines or [_SEPARATOR]
        if item.done is not None:
            lines = [f"[{'x' if item.done else ' '}] {lines[0]}", *lines[1:]]
        return _hung(marker, lines)

    def _table(self, block: Table) -> list[str]:
        rules = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}
        self.in_cell = True
        lines = [f"| {' | '.join(self._cell(cell) for cell in row)} |" for row in block.rows]
        self.in_cell = False
        return [lines[0], f"| {' | '.join(rules[one] for one in block.alignments)} |", *lines[1:]]

    def _cell(self, pieces: Sequence[Inline]) -> str:
        return " ".join(self.line(pieces).split("\n"))

    def _code_block(self, block: CodeBlock) -> list[str]:
        longest = max((len(run) for run in re.findall(r"^ *(`{3,})", block.text, re.MULTILINE)), default=2)
        fence = "`" * (longest + 1)
        return [f"{fence}{block.language}", *block.text.removesuffix("\n").split("\n"), fence]

    def _formula(self, block: Formula) -> list[str]:
        # Python-Markdown would end it at a blank line.
        return ["$$", *(line.rstrip() for line in block.latex.splitlines() if line.strip()), "$$"]

    def _rule(self, _: Rule) -> list[str]:
        return ["* * *"]

    def _html_block(self, block: HtmlBlock) -> list[str]:
        return marked_open(block.html).strip("\n").splitlines()

    def _footnote(self, block: Footnote) -> list[str]:
        self.labels.add(block.label)
        lines = self.blocks(block.children)
        if not lines or all(isinstance(one, Footnote) for one in block.children):
            # Python-Markdown has no place for the way back in a footnote of nothing, or of footnotes, and stops.
            lines = ["&nbsp;", *(["", *lines] if lines else [])]
        return _hung(f"[^{block.label}]: ", lines)

    def _terms(self, block: Terms) -> list[str]:
        lines: list[str] = []
        for term, meanings in block.entries:
            lines += ["", self.line(term)]
            for meaning in meanings:
                lines += _hung(":   ", self.blocks(meaning))
        return lines[1:]

    # Running text.

    def line(self, pieces: Sequence[Inline]) -> str:
        """Return running text, its lines parted by plain line ends."""
        parts = ["" if isinstance(piece, Emphasis) else self.piece(piece) for piece in pieces]
        for number, piece in enumerate(pieces):
            if isinstance(piece, Emphasis):
                before = parts[number - 1][-1:] if number else ""
                after = (parts[number + 1][:1] or "*") if number + 1 < len(parts) else ""
                parts[number] = self._emphasis(piece, before, after)
        return "".join(parts)

    def piece(self, piece: Inline) -> str:
        """Return one piece of running text."""
        written: str = _INLINES[type(piece)](self, piece)
        return written

    def _emphasis(self, piece: Emphasis, before: str, after: str) -> str:
        text = self.line(piece.children)
        holds = any(isinstance(one, Emphasis) and one.kind != "mark" for one in piece.children)
        mark = _MARKS.get(piece.kind)
        if mark and not holds and _stands_alone(text, before, after):
            return f"{mark}{text}{mark}"
        return f"<{piece.kind}>{text}</{piece.kind}>"

    def _text(self, piece: Text) -> str:
        return _words(piece.text).replace("|", "\\|") if self.in_cell else _words(piece.text)

    def _break(self, _: Break) -> str:
        return "\n"

    def _code(self, piece: Code) -> str:
        runs = {len(run) for run in re.findall("`+", piece.text)}
        fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
        padded = f" {piece.text} " if piece.text[:1] in {"`", " "} or piece.text[-1:] in {"`", " "} else piece.text
        return f"{fence}{padded if piece.text.strip() else piece.text}{fence}"

    def _math(self, piece: Math) -> str:
        return f"${piece.latex}$"

    def _link(self, piece: Link) -> str:
        text = self.line(piece.children)
        if isinstance(piece.to, str) and piece.children and text == _words(piece.to) and _PLAIN_URL.fullmatch(piece.to):
            return f"<{piece.to}>"
        return f"[{text}]({self._to(piece.to)}{_title(piece.title)})"

    def _to(self, to: Place | str) -> str:
        if isinstance(to, Place):
            anchor = "" if self._is_left_out(to.anchor) else to.anchor
            return targets.relative(to.path, self.document.path, to.html_id or anchor)
        return targets.url(to).replace("&", "&amp;")

    def _stub(self, piece: Stub) -> str:
        return f'<em class="stub" title="{piece.reason}">{self.line(piece.children)}</em>'

    def _media(self, piece: Media) -> str:
        names = zip(("width", "height"), piece.size, strict=True)
        sizes = " ".join(f'{name}="{value}"' for name, value in names if value and self.attributes)
        alt = _words(piece.alt).replace("|", "\\|") if self.in_cell else _words(piece.alt)
        return f"![{alt}]({self._to(piece.source)}{_title(piece.title)})" + (f"{{ {sizes} }}" if sizes else "")

    def _tag(self, piece: Tag) -> str:
        name = f"#{_words(piece.name)}"
        return f'<span class="tag">{f"[{name}]({self._to(piece.page)})" if piece.page else name}</span>'

    def _call(self, piece: FootnoteCall) -> str:
        return f"[^{piece.label}]" if piece.label in self.document.footnotes else _words(f"[^{piece.label}]")

    def _within(self, piece: Checked | Mention) -> str:
        return self.line(piece.children)

    def _claim(self, _: Claim) -> str:
        return ""

    def _anchor(self, piece: Anchor) -> str:
        if self._is_left_out(piece.id):
            return ""
        kind = "block alone" if piece.alone else "block"
        return f'<span class="{kind}" id="{escape(piece.id)}"></span>'

    def _is_left_out(self, anchor: str) -> bool:
        """Return whether an anchor is that of an example or a result which no link leads to."""
        return anchor.startswith(targets.EXAMPLE_PREFIX) and anchor not in self.examples

    def _inline_html(self, piece: InlineHtml) -> str:
        return re.sub(r"[\\`\[\]$]", lambda found: f"&#{ord(found[0])};", piece.html)


_BLOCKS: dict[type, Callable[..., list[str]]] = {
    Heading: _Writer._heading,
    Paragraph: _Writer._paragraph,
    Figure: _Writer._figure,
    Quote: _Writer._quote,
    Callout: _Writer._callout,
    List: _Writer._list,
    Table: _Writer._table,
    CodeBlock: _Writer._code_block,
    Formula: _Writer._formula,
    Rule: _Writer._rule,
    HtmlBlock: _Writer._html_block,
    Footnote: _Writer._footnote,
    Embed: _Writer._embed,
    Example: _Writer._example,
    Tabs: _Writer._tabs,
    Terms: _Writer._terms,
}
_INLINES: dict[type, Callable[..., str]] = {
    Text: _Writer._text,
    Break: _Writer._break,
    Code: _Writer._code,
    Math: _Writer._math,
    Link: _Writer._link,
    Stub: _Writer._stub,
    Media: _Writer._media,
    Tag: _Writer._tag,
    FootnoteCall: _Writer._call,
    Claim: _Writer._claim,
    Checked: _Writer._within,
    Mention: _Writer._within,
    Anchor: _Writer._anchor,
    InlineHtml: _Writer._inline_html,
}


def _words(text: str) -> str:
    """Return words so that no parser reads markup in them, as they are where none would."""
    return _SPECIAL.sub(_inert_character, " ".join(text.split("\n")))


def _inert_character(found: re.Match[str]) -> str:
    one, text = found[0], found.string
    before, after = text[max(found.start() - 1, 0) : found.start()], text[found.end() : found.end() + 1]
    harmless = {
        "*": before == after == " " and bool(text[max(found.start() - 2, 0) : found.start() - 1].strip()),
        "_": _is_word(before) and _is_word(after),
        "~": bool(before and after) and one not in (before, after),
        "]": after not in ("(", "[", ":", ""),
    }
    if one == "]" and after == ":":
        return "&#93;"  # Python-Markdown takes `[\\]: a` for a definition
    return one if harmless.get(one) else _ENTITIES.get(one, f"\\{one}")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _stands_alone(text: str, before: str, after: str) -> bool:
    """Return whether every parser sees that delimiters open before a text and close behind it."""
    if {before, after, text[:1], text[-1:]} & {"*", "_", "~", "\\"} or not text.strip() or text != text.strip():
        return False
    # Beside a letter CommonMark wants no punctuation behind the delimiter.
    return (_is_word(text[0]) or not _is_word(before)) and (_is_word(text[-1]) or not _is_word(after))


def _title(text: str) -> str:
    return f' "{escape(text)}"' if text else ""


def _inert(line: str) -> str:
    """Return a line of running text so that no parser starts a block with it."""
    if _UNDERLINE.match(line):
        return f"&#{ord(line[0])};{line[1:]}"
    if number := _NUMBER.match(line):
        return f"{number[1]}\\{number[2]}{line[number.end() :]}"
    if note := _FOOTNOTE.match(line):
        return f"{note[1]}&#58;{line[note.end() :]}"
    return f"\\{line}" if _BULLET.match(line) else line


def _quoted(lines: Sequence[str]) -> list[str]:
    return [f"> {line}" if line else ">" for line in lines]


def _hung(marker: str, lines: Sequence[str]) -> list[str]:
    """Return lines behind a marker, those after the first indented by four spaces, as every parser agrees."""
    first, *rest = lines or [""]
    return [f"{marker}{first}", *(f"{_INDENT}{line}" if line else "" for line in rest)]


def _merges(before: Block, block: Block) -> bool:
    """Return whether two neighbours would be read as one."""
    quotes = (Quote, Callout, Embed, Tabs)
    if isinstance(before, List) and isinstance(block, List):
        return (before.start is None) == (block.start is None)
    return isinstance(before, quotes) and isinstance(block, quotes)
