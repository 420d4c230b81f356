"""A note as data: everything that can be known of it without looking at another note."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.problems import Problem
from zhixing.source import Source, Span
from zhixing.text.frontmatter import Frontmatter
from zhixing.text.inline import Token
from zhixing.text.regions import Region


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its text without markup, its anchor on the site, and the span of its region."""

    level: int
    text: str
    slug: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A block that a link can name: its id as written and the span of the paragraph, item, table or callout."""

    id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of a note, as written.

    - `path`, `headings`, `block`: where it points, percent-decoded for Markdown links; `path` is "" for its own note.
    - `url`: the destination of a Markdown link or URL that leaves the vault (`https:`, `mailto:`), else "".
    - `wiki`: a wikilink or embed, against a Markdown link or image. `embed`: an embed or image.
    - `field`: the frontmatter key it stands under, "" in the body.
    """

    span: Span
    path: str
    headings: tuple[str, ...] = ()
    block: str = ""
    display: str = ""
    embed: bool = False
    wiki: bool = True
    url: str = ""
    field: str = ""
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note. `path` is its place in the vault, `name` its file name without `.md` (NFC).

    `title` defaults to `name`. `date`, `type`, `status` are "" where not given. `related` and `requires` are also among
    `links`. `problems` are those of loading, scanning and frontmatter only.
    """

    source: Source
    path: PurePosixPath
    name: str
    title: str
    aliases: tuple[str, ...]
    type: str
    status: str
    tags: tuple[str, ...]
    date: str
    related: tuple[Link, ...]
    requires: tuple[Link, ...]
    published: bool
    frontmatter: Frontmatter
    regions: tuple[Region, ...]
    tokens: tuple[Token, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]


def read_note(source: Source, path: PurePosixPath) -> Note:
    """Return the note that a text is."""
    raise NotImplementedError
