"""What a vault's Markdown knows beyond Obsidian's: the syntax of the extensions that its mkdocs.yml lists.

Without such a list nothing of this is read: in a vault of Obsidian `{ .a }` and `!!! note` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The syntax that is read in a vault.

    - `attributes`: `{ #id .class }` behind headings, links and paragraphs.
    - `boxes`: `!!! note "Title"` and `??? note` with an indented body. `tabs`: `=== "Title"`, the same.
    - `icons`: `:material-home:`. `snippets`: `--8<-- "file"`.
    - `siblings_first`: a Markdown link is an address seen from its note's folder before it is a name in the vault, as
      everywhere but in Obsidian.
    - `hooks`: programs of the project's own make anchors that no note shows.
    """

    attributes: bool = False
    boxes: bool = False
    tabs: bool = False
    icons: bool = False
    snippets: bool = False
    siblings_first: bool = False
    hooks: bool = False

    @property
    def by_address(self) -> bool:
        """Whether notes are written for MkDocs, where links are addresses and names need not tell notes apart."""
        return self.siblings_first and (self.has_boxes or self.attributes or self.icons or self.snippets)

    @property
    def has_boxes(self) -> bool:
        """Whether a line of its own can begin an indented box."""
        return self.boxes or self.tabs


OBSIDIAN = Dialect()
_OF_EXTENSIONS = {
    "attributes": {"attr_list"},
    "boxes": {"admonition", "pymdownx.details"},
    "tabs": {"pymdownx.tabbed"},
    "icons": {"pymdownx.emoji"},
    "snippets": {"pymdownx.snippets"},
}
_PREFIX = "markdown.extensions."
READ_EXTENSIONS = frozenset().union(*(_OF_EXTENSIONS[name] for name in ("attributes", "boxes", "tabs")))
"""The extensions that act on notes as they do in MkDocs."""


def choose_dialect(extensions: Iterable[str], *, siblings_first: bool = False, hooks: bool = False) -> Dialect:
    """Return the syntax of a vault whose mkdocs.yml lists these Markdown extensions."""
    listed = {name.removeprefix(_PREFIX) for name in extensions}
    named = {name: not listed.isdisjoint(extensions) for name, extensions in _OF_EXTENSIONS.items()}
    return Dialect(**named, siblings_first=siblings_first, hooks=hooks)


# Attributes behind what they are of: `{ #id .class key="value" }`.

_ITEM = r"""(?:\#[^\s{}#."'=]+(?:\.[^\s{}#."'=]+)*|\.[\w-]+|[A-Za-z][\w:.-]*=(?:"[^"{}\n]*"|'[^'{}\n]*'|[^\s{}"']+))"""
ATTRIBUTES = re.compile(rf"\{{:?[ \t]*{_ITEM}(?:[ \t]+{_ITEM})*[ \t]*\}}")
_ID = re.compile(
    r"""(?:[\s{:])(?:\#(?P<named>[^\s{}#"'=]+)|id=(?:"(?P<quoted>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>[^\s{}"']+)))"""
)
ICON = re.compile(r":(?:material|fontawesome|octicons|simple)(?:-[A-Za-z0-9]+)+:")
SNIPPET = re.compile(r"[ \t]*-{1,2}8<-{1,2}(?:[ \t]+[\"'][^\"'\n]+[\"'])?[ \t]*")


def read_id(attributes: str) -> str:
    """Return the id in a list of attributes, "" where it has none."""
    found = _ID.search(attributes)
    return next(name for name in found.groups() if name) if found else ""


# The first line of a box or a tab: `!!! note "Title"`, `??? tip`, `=== "Title"`.

_BOX = re.compile(
    r"""(?P<mark>!!!|\?\?\?\+?)[ ]?(?P<kinds>[A-Za-z][A-Za-z0-9_-]*(?:[ ]+[A-Za-z0-9_-]+)*)"""
    r"""(?:[ ]+"(?P<title>[^\r\n]*)")?[ \t]*(?=[\r\n]|\Z)"""
)
_TAB = re.compile(r"""(?P<mark>===[!+]*)[ ]+["'](?P<title>[^\r\n]+)["'][ \t]*(?=[\r\n]|\Z)""")
BOX_INDENT = 4
BOX_MARKS = frozenset("!?=")


@dataclass(frozen=True, slots=True)
class BoxHead:
    """The first line of a box: its kind, "" for a tab, where its title stands, and how it folds as in a callout.

    The `fold` of a tab that follows no others, though it stands below one, is `!`.
    """

    kind: str
    title: tuple[int, int]
    fold: str
    end: int


def read_box(text: str, start: int, dialect: Dialect, end: int) -> BoxHead | None:
    """Return the first line of a box that begins at an offset, None where none does."""
    if dialect.boxes and (found := _BOX.match(text, start, end)):
        fold = {"!!!": "", "???": "-", "???+": "+"}[found["mark"]]
        return BoxHead(found["kinds"].split()[0].lower(), found.span("title"), fold, found.end())
    if dialect.tabs and (found := _TAB.match(text, start, end)):
        return BoxHead("", found.span("title"), "!" if "!" in found["mark"] else "", found.end())
    return None


def is_read(extension: str) -> bool:
    """Return whether an extension acts on notes as it does in MkDocs."""
    return extension.removeprefix(_PREFIX) in READ_EXTENSIONS
