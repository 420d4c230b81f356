"""Write CommonMark so that Python-Markdown reads the same blocks in it.

Python-Markdown wants a blank line before a list, a table, a quote and a fence, four spaces for every level of a list,
`1.` and not `1)`. Instead of patching lines, the text is read by a CommonMark parser, blocks only, and every block is
written again in the form that all parsers share. Soft line ends become hard ones, as Obsidian shows them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from zhixing.markdown.blocks import DEPTH
from zhixing.page.callouts import callout_head
from zhixing.page.escape import affordable, bounded
from zhixing.page.html import html_block
from zhixing.page.pieces import Pieces

_INDENT = "    "
_TASK = re.compile(r"\[(\\?\S| )\](?=\s)")
_TRAILING_BACKSLASH = re.compile(r"(?<!\\)((?:\\\\)*)\\$")
# What CommonMark reads as running text where it stands, and another parser might take for the start of a block.
_BULLET = re.compile(r"[-+*](?=\s|$)|#|>")
_NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")
_FOOTNOTE = re.compile(r"(\[\^[^\]]*\]):")
# What every parser takes for the name of a fence's language.
_LANGUAGE = re.compile(r"[\w#.+-]+")
_UNDERLINE = re.compile(r"[=|:~`-](?=[=|: ~`-]*$)")
# Keeps two lists, or two quotes, that follow one another apart; stands beside a marker where no text does.
_SEPARATOR = "<!-- -->"


def normalise(markdown: str, pieces: Pieces | None = None) -> str:
    """Return the Markdown with every block written so that CommonMark and Python-Markdown agree on it.

    Marks of `pieces` are replaced on the way. Ends with one line end, or is empty.
    """
    writer = _Writer(pieces or Pieces())
    tree = SyntaxTreeNode(_blocks(markdown))
    text = "\n".join(writer.children(tree.children))
    return f"{text}\n" if text else ""


def _blocks(markdown: str) -> Sequence[Token]:
    return _parser().parse(markdown, {})


@cache
def _parser() -> MarkdownIt:
    # Links are read before; what is nested deeper than the limit is lost, so no text may nest that deep (`DEPTH`).
    parser = (
        MarkdownIt("commonmark", {"maxNesting": 2 * DEPTH + 10})
        .enable("table")
        .use(footnote_plugin, inline=False, move_to_end=False)
    )
    return parser.disable(["inline", "reference"])


class _Writer:
    """Writes a tree of blocks as lines. One method for each kind of block, named as markdown-it names it."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces

    def children(self, nodes: Sequence[SyntaxTreeNode], *, tight: bool = False) -> list[str]:
        """Return the lines of blocks that follow one another, a blank line between them unless `tight`."""
        lines: list[str] = []
        before = None
        for node in nodes:
            written = self.block(node)
            if lines and written and not (tight and _may_follow(before, node)):
                lines.append("")
            if before and _merges(before, node):
                lines += [_SEPARATOR, ""]
            lines += written
            before = node if written else before
        return lines

    def block(self, node: SyntaxTreeNode) -> list[str]:
        """Return the lines of one block."""
        write = getattr(self, node.type, None)
        return write(node) if write else self.children(node.children)

    def paragraph(self, node: SyntaxTreeNode) -> list[str]:
        return self._parts(node.children[0].content)

    def _parts(self, text: str) -> list[str]:
        """Return a paragraph's lines, its block pieces standing alone between blank lines."""
        lines: list[str] = []
        for part, is_block in self.pieces.blocks(bounded(text)):
            written = part.splitlines() if is_block else self._running(part)
            lines += ["", *written] if lines and written else written
        return lines

    def _running(self, text: str) -> list[str]:
        """Return running text's lines, each but the last ending in a hard break."""
        *broken, last = self.pieces.without_empty(text).strip().split("\n")
        # A backslash breaks a line; behind the last one there is nothing to break.
        broken = [_TRAILING_BACKSLASH.sub(r"\1", line.strip()) for line in broken]
        lines = [_inert(line) for line in (*broken, _TRAILING_BACKSLASH.sub(r"\1&#92;", last.strip()))]
        lines = [line for line in (self.pieces.restore(line) for line in lines) if line.strip()]
        written = [*(f"{line.rstrip()}  " for line in lines[:-1]), *(line.rstrip() for line in lines[-1:])]
        return affordable("\n".join(written)).split("\n") if written else []

    def heading(self, node: SyntaxTreeNode) -> list[str]:
        text = self.pieces.restore(bounded(" ".join(node.children[0].content.split("\n"))))
        return [f"{'#' * int(node.tag[1])} {affordable(text) or _SEPARATOR}"]

    def fence(self, node: SyntaxTreeNode) -> list[str]:
        return fenced(node.content, node.info.strip())

    def code_block(self, node: SyntaxTreeNode) -> list[str]:
        # No mark stands in what we take for code, so this is running text: the item, or the formula, ended later to us.
        return self._parts(node.content) if self.pieces.holds(node.content) else fenced(node.content, "")

    def hr(self, _: SyntaxTreeNode) -> list[str]:
        return ["* * *"]

    def html_block(self, node: SyntaxTreeNode) -> list[str]:
        return html_block(self.pieces.restore(node.content)).strip("\n").splitlines()

    def blockquote(self, node: SyntaxTreeNode) -> list[str]:
        return [f"> {line}" if line else ">" for line in self._quoted(node.children) or [_SEPARATOR]]

    def _quoted(self, children: Sequence[SyntaxTreeNode]) -> list[str]:
        """Return what a quote holds; a callout's first line stands alone, as its title."""
        if not children or children[0].type != "paragraph":
            return self.children(children)
        head, _, rest = children[0].children[0].content.partition("\n")
        title = callout_head(head)
        if title is None:
            return self.children(children)
        sign, _, words = title.partition(" ")
        # Obsidian shows a heading as a title of that size; nothing else begins a block there.
        words = words if words.startswith("#") else _inert(words)
        first = self.pieces.restore(f"{sign} {words}".rstrip())
        parts = [[first], self._parts(rest), self.children(children[1:])]
        return [line for part in parts if part for line in ("", *part)][1:]

    def bullet_list(self, node: SyntaxTreeNode) -> list[str]:
        return self._items(node, ["-"] * len(node.children))

    def ordered_list(self, node: SyntaxTreeNode) -> list[str]:
        start = int(node.attrs.get("start", 1))
        return self._items(node, [f"{start + i}." for i in range(len(node.children))])

    def _items(self, node: SyntaxTreeNode, markers: Sequence[str]) -> list[str]:
        tight = not _loose(node)
        items = [
            _hung(f"{marker} ", self._item(item, tight=tight))
            for item, marker in zip(node.children, markers, strict=True)
        ]
        # Behind an item of several blocks the next one needs a blank line to be an item at all.
        apart = not tight or any("" in item for item in items)
        return [line for item in items for line in (["", *item] if apart else item)][apart:]

    def _item(self, node: SyntaxTreeNode, *, tight: bool) -> list[str]:
        lines = self.children(node.children, tight=tight)
        if lines and lines[0] != _SEPARATOR and not self._beside_a_marker(node.children[0]):
            return [_SEPARATOR, "", *lines]
        return _task(lines) or [_SEPARATOR]

    def _beside_a_marker(self, node: SyntaxTreeNode) -> bool:
        """Tell whether an item may begin with a block: to Python-Markdown its first line is not like those below it."""
        if node.type == "paragraph":
            return not any(is_block for _, is_block in self.pieces.blocks(node.children[0].content)[:1])
        return node.type == "heading"

    def footnote_reference(self, node: SyntaxTreeNode) -> list[str]:
        lines = self.children(node.children)
        if not "".join(lines).strip("\x02\x03 ") or all(child.type == node.type for child in node.children):
            # Python-Markdown has no place for the way back in a footnote of nothing, or of footnotes, and stops.
            lines = ["&nbsp;", *(["", *lines] if lines else [])]
        return _hung(f"[^{node.meta['label']}]: ", lines)

    def table(self, node: SyntaxTreeNode) -> list[str]:
        rows = [row.children for part in node.children for row in part.children]
        head = [_RULES[str(cell.attrs.get("style", ""))] for cell in rows[0]]
        lines = [self._row(row) for row in rows]
        return [lines[0], f"| {' | '.join(head)} |", *lines[1:]]

    def _row(self, cells: Sequence[SyntaxTreeNode]) -> str:
        return f"| {' | '.join(self._cell(cell.children[0].content) for cell in cells)} |"

    def _cell(self, text: str) -> str:
        return affordable(self.pieces.restore(bounded(text).replace("|", "\\|"), cell=True))


_RULES = {"": "---", "text-align:left": ":--", "text-align:center": ":-:", "text-align:right": "--:"}


def _inert(line: str) -> str:
    """Return a line of running text so that no parser starts a block with it."""
    if _UNDERLINE.match(line):
        return f"&#{ord(line[0])};{line[1:]}"
    if number := _NUMBER.match(line):
        return f"{number[1]}\\{number[2]}{line[number.end() :]}"
    if note := _FOOTNOTE.match(line):
        return f"{note[1]}&#58;{line[note.end() :]}"
    return f"\\{line}" if _BULLET.match(line) else line


def _hung(marker: str, lines: Sequence[str]) -> list[str]:
    """Return lines behind a marker, those after the first indented by four spaces, as every parser agrees."""
    first, *rest = lines or [""]
    return [f"{marker}{first}", *(f"{_INDENT}{line}" if line else "" for line in rest)]


def _task(lines: list[str]) -> list[str]:
    """Return a task's lines with its state as `[ ]` or `[x]`: Obsidian counts any other character as done."""
    if not lines or not (task := _TASK.match(lines[0])):
        return lines
    return [f"[{' ' if task[1] == ' ' else 'x'}]{lines[0][task.end() :]}", *lines[1:]]


def fenced(content: str, info: str) -> list[str]:
    """Return the lines of a fenced block whose fence is longer than any in it; of its `info` the language is kept."""
    longest = max((len(run) for run in re.findall(r"^ *(`{3,})", content, re.MULTILINE)), default=2)
    fence = "`" * (longest + 1)
    language = _LANGUAGE.match(info)
    return [f"{fence}{language[0] if language else ''}", *content.removesuffix("\n").split("\n"), fence]


def _loose(node: SyntaxTreeNode) -> bool:
    """Tell whether a list's paragraphs stand apart (markdown-it hides a tight list's)."""
    return any(not child.hidden for item in node.children for child in item.children if child.type == "paragraph")


def _may_follow(before: SyntaxTreeNode | None, node: SyntaxTreeNode) -> bool:
    """Tell whether a block needs no blank line before it in a tight list: a list below an item's own line."""
    return before is not None and before.type == "paragraph" and node.type in {"bullet_list", "ordered_list"}


def _merges(before: SyntaxTreeNode, node: SyntaxTreeNode) -> bool:
    """Tell whether two neighbours would be read as one."""
    return before.type == node.type and node.type in {"bullet_list", "ordered_list", "blockquote"}
