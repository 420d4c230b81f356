"""Obsidian's syntax by markdown-it with a few rules more: what the site's own way to HTML is compared with.

Only the shape of a page is right: links lead nowhere, formulas are not typeset, embedded notes are not shown.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from zhixing.site.sanitise import sanitise

_WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]+?)\\?(?:\|([^\n]*?))?\]\]")
_COMMENT = re.compile(r"%%[\s\S]+?%%")
_BLOCK_ID = re.compile(r"(?:^|(?<=\s)|(?<=\]))\^[A-Za-z0-9-]+\s*\Z")
_TASK = re.compile(r"\[(\S| )\](?=\s)")
_SIZE = re.compile(r"(?:^|\|)\s*\d+(?:x\d+)?\s*$")
_MEDIA = re.compile(r"\.(?:png|jpg|svg|mp3|mp4|pdf|csv|canvas|base)\b")


def oracle(text: str) -> str:
    """Return a note's text as HTML, cleaned as the site cleans it."""
    return sanitise(_parser().render(text))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"breaks": True, "maxNesting": 200}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(front_matter_plugin)
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=True, double_inline=True)
    parser.inline.ruler.before("link", "wikilink", _wikilink)
    parser.inline.ruler.before("escape", "comment", _comment)
    parser.inline.ruler.before("emphasis", "highlight", _highlight)
    parser.core.ruler.before("inline", "block-ids", _block_ids)
    parser.core.ruler.before("inline", "tasks", _tasks)
    for name, shown in (("inline", '<span class="math"></span>'), ("inline_double", _FORMULA), ("block", _FORMULA)):
        parser.add_render_rule(f"math_{name}", lambda *_, shown=shown: shown)
    return parser


_FORMULA = '<div class="formula"></div>'


def _html(state: StateInline, html: str, end: int) -> bool:
    state.push("html_inline", "", 0).content = html
    state.pos = end
    return True


def _wikilink(state: StateInline, silent: bool) -> bool:
    found = _WIKILINK.match(state.src, state.pos)
    if found is None or silent:
        return False
    embed, target, display = found[1], found[2].strip(), (found[3] or "").strip()
    file, shown = target.partition("#")[0], " > ".join(target.split("#"))
    if embed and _MEDIA.search(file):
        words = _SIZE.sub("", display.replace("\\|", "|")) or PurePosixPath(file).stem
        html = (
            f'<img src="{file}" alt="{words}">' if not file.endswith(("csv", "canvas", "base")) else f"<a>{shown}</a>"
        )
        return _html(state, html, found.end())
    if embed:
        return _html(state, '<div class="embed"></div>', found.end())
    state.push("html_inline", "", 0).content = "<a>"
    parts = [part.strip() for part in target.split("#")]
    state.push("text", "", 0).content = display or " > ".join(part for part in parts if part)
    return _html(state, "</a>", found.end())


def _comment(state: StateInline, silent: bool) -> bool:
    found = _COMMENT.match(state.src, state.pos)
    return found is not None and not silent and _html(state, "", found.end())


def _highlight(state: StateInline, silent: bool) -> bool:
    start, end = state.pos + 2, state.src.find("==", state.pos + 3)
    if silent or not state.src.startswith("==", state.pos) or end < 0 or end >= state.posMax:
        return False
    if state.src[start].isspace() or state.src[end - 1].isspace():
        return False
    stop = state.posMax
    state.push("html_inline", "", 0).content = "<mark>"
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.posMax = stop
    return _html(state, "</mark>", end + 2)


def _block_ids(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.content = _BLOCK_ID.sub("", token.content)


def _tasks(state: StateCore) -> None:
    """Write the box of a task as a character."""
    for before, token in zip(state.tokens[1:], state.tokens[2:], strict=False):
        if before.type == "paragraph_open" and token.type == "inline" and token.level > 1:
            item = state.tokens[state.tokens.index(before) - 1].type == "list_item_open"
            if item and (task := _TASK.match(token.content)):
                token.content = ("☐" if task[1] == " " else "☑") + token.content[task.end() :]
