"""The block structure of a text as markdown-it-py reads it and as the scanner does, in one form to be compared."""

from __future__ import annotations

from markdown_it import MarkdownIt

from zhixing.markdown.blocks import Kind, scan
from zhixing.markdown.inline import TokenKind, tokens

Leaf = tuple[str, ...]
# Link definitions are left in their paragraphs by the scanner, which gives text no meaning.
_COMMONMARK = MarkdownIt("commonmark", {"maxNesting": 1000}).disable("reference")


def by_markdown_it(text: str) -> list[Leaf]:
    leaves: list[Leaf] = []
    heading = ""
    for token in _COMMONMARK.parse(text):
        match token.type:
            case "fence":
                leaves.append(("fence", token.info.strip(), _code(token.content)))
            case "code_block":
                leaves.append(("indented", _code(token.content)))
            case "html_block":
                leaves.append(("html", _code(token.content)))
            case "hr":
                leaves.append(("rule",))
            case "heading_open":
                heading = token.tag[1:]
            case "inline":
                leaves.append(
                    ("heading", heading, _prose(token.content)) if heading else ("text", _prose(token.content))
                )
                heading = ""
    return leaves


def by_scanner(text: str) -> list[Leaf]:
    leaves: list[Leaf] = []
    for region in scan(text):
        inside = "\n".join(line.of(text).rstrip("\r\n") for line in region.lines)
        match region.kind:
            case Kind.FENCE:
                leaves.append(("fence", region.info, _code(inside)))
            case Kind.INDENTED | Kind.HTML:
                leaves.append((region.kind.value, _code(inside)))
            case Kind.RULE:
                leaves.append(("rule",))
            case Kind.HEADING:
                leaves.append(("heading", str(region.level), _prose(inside)))
            case Kind.TEXT:
                leaves.append(("text", _prose(inside)))
    return leaves


def code_by_markdown_it(text: str) -> list[list[str]]:
    """The words of each code span."""
    children = (child for token in _COMMONMARK.parse(text) for child in token.children or [])
    return [child.content.split() for child in children if child.type == "code_inline"]


def code_by_reader(text: str) -> list[list[str]]:
    return [token.content.of(text).split() for token in tokens(text) if token.kind is TokenKind.CODE]


def _code(content: str) -> str:
    """Code without the white space around its lines: columns of half-read tabs are spelled differently."""
    return "\n".join(line.strip(" \t") for line in content.split("\n")).strip("\n")


def _prose(content: str) -> str:
    return "\n".join(line.strip(" \t") for line in content.strip().split("\n"))
