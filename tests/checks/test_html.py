"""Tags that would swallow the rest of a page are text on it, and `check` says where each stands."""

from __future__ import annotations

from itertools import product
from pathlib import PurePosixPath

import nh3
import pytest

from small_vaults import note, vault_of
from zhixing.checks.html import check_html
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.tree import HtmlBlock, InlineHtml, walk

NAMES = ("iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "template", "textarea", "title")
PLACES = (
    ("文 %s 后", 1, 3),
    ("%s\n\n后", 1, 1),
    ("<div>%s</div>\n\n后", 1, 6),
    ("<div>\n%s\n</div>\n\n后", 2, 1),
    ("- %s\n  后", 1, 3),
    ("> [!note]\n> %s\n> 后", 2, 3),
    ("| a |\n|---|\n| %s |\n\n后", 3, 3),
    ("文<!-- <title> --> <b>%s</b> 后", 1, 22),
)
CLOSED = ("<%s/>", "<%s />", "<%s a='b'/>")


def told(text: str) -> list[str]:
    return [f"{one.line}:{one.column} {one.what}" for one in check_html(note("甲.md", text))]


def html_of(text: str) -> list[str]:
    """Return what of a note reaches its page as HTML of the author's."""
    vault = vault_of({"甲.md": text})
    page = read_page(vault, vault.notes[PurePosixPath("甲.md")], results(vault))
    return [node.html for node in walk(page.blocks) if isinstance(node, HtmlBlock | InlineHtml)]


@pytest.mark.parametrize(("name", "place"), [*product(NAMES, PLACES)])
@pytest.mark.parametrize("tag", [*CLOSED, "<%s>", "<%s a='b'>"])
def test_such_a_tag_is_reported_and_never_html(name: str, place: tuple[str, int, int], tag: str) -> None:
    text, line, column = place
    written = tag % name
    whole = f"{text.replace('%s', written)}\n\n## 尾\n"
    assert told(whole) == [f"{line}:{column} The tag {written} is never closed, so the page shows it as written"]
    assert not any(f"<{name}" in html for html in html_of(whole))


@pytest.mark.parametrize(
    "text",
    [
        "<title>a</title>", "文 <textarea>a</textarea> 后", "<template>\n\n文\n\n</template>\n", "`<title/>`",
        "```html\n<title/>\n```", "<!-- <title/> -->\n", "<div>\n<!-- <style> -->\n</div>\n", "<titles/>", "<br/> <p/>",
        "\\<title/>", "<style>\na {}\n</style>\n\n文\n", "$<title/>$", "%%<title/>%%",
    ],
)  # fmt: skip
def test_other_tags_are_not(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_below_stays(name: str) -> None:
    whole = "".join(html_of(f"<{name}/>\n\n文\n\n<div>\n<{name}/>\n</div>\n\n<p>尾</p>\n"))
    assert "<p>尾</p>" in nh3.clean(whole)
