"""A note as data: everything that can be known of it without looking at another note."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.problems import Problem
from zhixing.source import Source
from zhixing.text.frontmatter import Frontmatter, read_frontmatter
from zhixing.text.inline import Token, TokenKind, tokens
from zhixing.text.regions import Region
from zhixing.text.scan import scan, scan_problems
from zhixing.vault.links import Link, read_links
from zhixing.vault.parts import Block, Heading, read_blocks, read_headings
from zhixing.vault.properties import read_properties

__all__ = ["Block", "Heading", "Link", "Note", "read_note"]


@dataclass(frozen=True, slots=True)
class Note:
    """A note. `path` is its place in the vault, `name` its file name without `.md` (NFC).

    `title` defaults to `name`. `date`, `type`, `status` are "" where not given. `tags` are those of the frontmatter and
    then those in the text, without `#`. `related` and `requires` are also among `links`. `problems` are those of
    scanning and of the frontmatter only.
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
    text = source.text
    regions = scan(text)
    found = tokens(text, regions)
    frontmatter, problems = read_frontmatter(source, regions)
    properties, wrong = read_properties(source, frontmatter)
    links = read_links(text, frontmatter, found)
    name = unicodedata.normalize("NFC", path.stem)
    inline = (token.content.of(text) for token in found if token.kind is TokenKind.TAG)
    return Note(
        source=source,
        path=path,
        name=name,
        title=properties.title or name,
        aliases=properties.aliases,
        type=properties.type,
        status=properties.status,
        tags=tuple(dict.fromkeys([*properties.tags, *inline])),
        date=properties.date,
        related=tuple(link for link in links if link.field == "related"),
        requires=tuple(link for link in links if link.field == "requires"),
        published=properties.published,
        frontmatter=frontmatter,
        regions=regions,
        tokens=found,
        headings=read_headings(text, regions, found),
        links=links,
        blocks=read_blocks(text, regions, found),
        problems=tuple(sorted([*problems, *wrong, *scan_problems(source, regions)], key=lambda one: one.order)),
    )
