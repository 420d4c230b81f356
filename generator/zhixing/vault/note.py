"""A note as data: everything that can be known of it without looking at another note."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote

from zhixing.markdown.blocks import Kind, Region, scan_problems
from zhixing.markdown.claims import Claim, Claims, find_claims
from zhixing.markdown.dialect import ATTRIBUTES, OBSIDIAN, Dialect, read_id
from zhixing.markdown.emphasis import plain
from zhixing.markdown.escapes import unescape
from zhixing.markdown.frontmatter import Frontmatter, read_frontmatter
from zhixing.markdown.links import Token, TokenKind, Wikilink
from zhixing.markdown.reading import Reading
from zhixing.markdown.slugs import anchors
from zhixing.problems import Problem
from zhixing.source import Source, Span, Spans
from zhixing.vault.properties import Properties, read_properties

# The files beside notes that Obsidian opens, by their extension.

PICTURES = frozenset({".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
AUDIO = frozenset({".flac", ".m4a", ".mp3", ".ogg", ".wav", ".3gp"})
VIDEO = frozenset({".mkv", ".mov", ".mp4", ".ogv", ".webm"})
OTHERS = frozenset({".pdf", ".canvas", ".base"})
ATTACHMENTS = PICTURES | AUDIO | VIDEO | OTHERS


def is_attachment(path: str) -> bool:
    """Return whether a link path names a file that is no note: `图.svg`, but not `v1.2` or `Node.js`."""
    # Most links name no extension, and a vault has a hundred thousand links.
    return "." in path and PurePosixPath(path).suffix.lower() in ATTACHMENTS


# The links out of a note, as written: in its text and in its frontmatter.

# Properties that name notes, in every spelling; of the others only an entry that is a wikilink in quotes is a link.
LINK_FIELDS = ("related", "requires")
# Addresses that a site keeps: of the web, of people and places, and of applications that notes link to, of which the
# browser asks before it opens one. Any other scheme might run something.
_APPS = {
    *("bear", "billfish", "calibre", "cubox", "drafts", "eagle", "evernote", "hook", "logseq", "marginnote3app"),
    *("marginnote4app", "message", "notion", "omnifocus", "onenote", "reeder", "spotify"),
    *("things", "ticktick", "todoist", "x-devonthink-item", "zotero"),
}
SCHEMES = frozenset({"ftp", "geo", "http", "https", "mailto", "obsidian", "sms", "tel", "xmpp"} | _APPS)
_OUTWARD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")


class Link(NamedTuple):
    """A link out of a note, as written.

    - `path`, `headings`, `block`: where it points, percent-decoded for Markdown links; `path` is "" for its own note.
    - `url`: the destination of a Markdown link or URL that leaves the vault (`https:`, `mailto:`), else "".
    - `wiki`: a wikilink or embed, against a Markdown link or image. `embed`: an embed or image.
    - `field`: the frontmatter key it stands under, "" in the body.
    - `token`: the inline token of a Markdown link, image or URL; None for a wikilink, of which the rest says all.
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


def read_links(text: str, frontmatter: Frontmatter, found: tuple[Token, ...]) -> tuple[Link, ...]:
    """Return the links of a note in the order of their places; `found` are its tokens."""
    body = (link for token in found if (link := _of_token(text, token)) is not None)
    return (*_of_frontmatter(text, frontmatter), *body)


def _of_frontmatter(text: str, frontmatter: Frontmatter) -> Iterator[Link]:
    for key, field in frontmatter.fields.items():
        if key in LINK_FIELDS:
            for link, span in field.wikilinks(text):
                yield _of_wikilink(link, span, field=key)
        else:
            for item in field.items:
                if "[[" in item.text and (found := Wikilink.parse(item.text)) is not None:
                    yield _of_wikilink(found, item.span, field=key)


def _of_wikilink(link: Wikilink, span: Span, field: str = "") -> Link:
    path, headings, block, display, embed, _, _ = link
    return Link(span, path, headings, block, display, embed, True, "", field)


def _of_token(text: str, token: Token) -> Link | None:
    if token.wikilink is not None:
        return _of_wikilink(token.wikilink, token.span)
    if token.target is None:
        return None
    written = token.target.of(text)
    if token.kind is TokenKind.URL:
        return Link(token.span, "", display=written, wiki=False, url=written, token=token)
    display, embed = token.content.of(text), token.kind is TokenKind.IMAGE
    target = unescape(written)
    if _OUTWARD.match(target):
        return Link(token.span, "", display=display, embed=embed, wiki=False, url=target, token=token)
    if target.startswith("?") or target == "#":  # a search on the site itself; the top of the page
        return Link(token.span, "", display=display, embed=embed, wiki=False, url=target, token=token)
    path, _, fragment = target.partition("#")
    headings = [unquote(part).strip() for part in fragment.split("#") if part]
    block = headings.pop()[1:] if headings and headings[-1].startswith("^") else ""
    return Link(token.span, unquote(path), tuple(headings), block, display, embed, wiki=False, token=token)


# The places in a note that a link can name: headings and blocks.


class Heading(NamedTuple):
    """A heading: its text without markup, its anchor on the site, the span of its region, and its text as written."""

    level: int
    text: str
    slug: str
    span: Span
    raw: str = ""


class Block(NamedTuple):
    """A block that a link can name: its id as written and the span of the paragraph, item, table or callout.

    `results` says that it is the generated region of the example or list of that id, `part` names one of its
    results, a quantity; only a run of the example can say whether there is one.
    """

    id: str
    span: Span
    results: bool = False
    part: str = ""


_HTML_ID = re.compile(
    r"""<(?:[a-zA-Z][^<>]*?\sid|a(?=\s)[^<>]*?\sname)\s*=\s*(?:"(?P<quoted>[^"<>]*)"|'(?P<single>[^'<>]*)'|(?P<bare>[^\s"'<>]+))""",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


def read_headings(reading: Reading) -> tuple[Heading, ...]:
    """Return a note's headings in order."""
    text = reading.text
    given = _given_ids(reading)
    titles = [region for region in reading.regions if region.kind is Kind.HEADING]
    words = [plain(text, region.content, reading.within(region.content)) for region in titles]
    free = [word for region, word in zip(titles, words, strict=True) if region.span.start not in given]
    made = iter(anchors(free, given.values()))
    slugs = [given.get(region.span.start) or next(made) for region in titles]
    return tuple(
        Heading(region.level, word, slug, region.span, region.content.of(text))
        for region, word, slug in zip(titles, words, slugs, strict=True)
    )


def _given_ids(reading: Reading) -> dict[int, str]:
    """Return the ids that lists of attributes give to blocks, by the offset of the block."""
    if not reading.dialect.attributes:
        return {}
    found = ((reading.at(token.span.start), token) for token in reading.tokens if token.kind is TokenKind.EXTENSION)
    return {region.span.start: name for region, token in found if (name := read_id(token.span.of(reading.text)))}


def read_blocks(reading: Reading) -> tuple[Block, ...]:
    """Return a note's named blocks in order; of ids that are used twice the first counts."""
    ids = [token for token in reading.tokens if token.kind is TokenKind.BLOCK_ID]
    if not ids:
        return ()
    places = _Blocks(reading)
    blocks: dict[str, Block] = {}
    for token in ids:
        name = token.content.of(reading.text)
        blocks.setdefault(name.lower(), Block(name, places.named(token)))
    return tuple(blocks.values())


def read_html_ids(reading: Reading) -> frozenset[str]:
    """Return the ids that the author gives to places, as `<a id="x"></a>`, `<a name="x"></a>`, `[](){ #x }`."""
    written: list[Span] = []
    if "<" in reading.text:
        written += [token.span for token in reading.tokens if token.kind is TokenKind.HTML]
        written += [region.span for region in reading.regions if region.kind is Kind.HTML]
    found = (match for span in written for match in _HTML_ID.finditer(span.of(reading.text)))
    ids = {html.unescape(match["quoted"] or match["single"] or match["bare"] or "") for match in found}
    if reading.dialect.attributes:
        marks = (token.span.of(reading.text) for token in reading.tokens if token.kind is TokenKind.EXTENSION)
        ids.update(map(read_id, marks))
    return frozenset(ids) - {""}


class _Blocks:
    """The blocks of a note. What contains what is worked out once, so that a note of nothing but ids stays linear."""

    def __init__(self, reading: Reading) -> None:
        self.text = reading.text
        self.regions = regions = reading.regions
        self.places = Spans(regions)
        self.quotes = _runs(regions, _quoted)
        self.lists = _runs(regions, _of_list)
        self.joined = _runs(regions, lambda region: not _parts(region))
        self.items: list[int] = []
        open_items: list[int] = []
        for index, region in enumerate(regions):
            if region.kind is not Kind.BLANK:
                while open_items and regions[open_items[-1]].depth > region.depth:
                    open_items.pop()
                if region.begins_item:
                    open_items.append(index)
            self.items.append(open_items[-1] if open_items else index)

    def named(self, token: Token) -> Span:
        """Return what an id at the end of a region names.

        That is the quote or callout that it stands in, as a whole; the list item that it stands in; the block before
        it where it stands alone; else its own paragraph.
        """
        index = self.places.index(token.span.start)
        region = self.regions[index]
        if _quoted(region):
            return self._span(*self.quotes[index])
        if region.depth > 0:
            item = self.items[index]
            return Span(self.regions[item].span.start, _item_end(self.regions, item))
        lines = region.lines
        if lines and lines[0].start <= token.span.start and not self.text[lines[0].start : token.span.start].strip():
            return self._previous(index)
        return region.span

    def _span(self, first: int, last: int) -> Span:
        return Span(self.regions[first].span.start, self.regions[last].span.end)

    def _previous(self, index: int) -> Span:
        """Return the block above: a quote or a list as a whole, or the regions that no blank line parts."""
        last = index - 1
        while last >= 0 and self.regions[last].kind is Kind.BLANK:
            last -= 1
        if last < 0:
            return self.regions[index].span
        if _quoted(self.regions[last]):
            return self._span(*self.quotes[last])
        if self.regions[last].depth == 0:
            return self._span(self.joined[last][0], last)
        first = self.lists[last][0]
        while self.regions[first].kind is Kind.BLANK:
            first += 1
        return self._span(first, last)


def _runs(regions: tuple[Region, ...], belongs: Callable[[Region], bool]) -> list[tuple[int, int]]:
    """Return for each region the first and the last of the run of neighbours that belong, itself where it does not."""
    runs: list[tuple[int, int]] = []
    for wanted, group in groupby(enumerate(regions), key=lambda pair: belongs(pair[1])):
        places = [index for index, _ in group]
        runs += [(places[0], places[-1]) if wanted else (place, place) for place in places]
    return runs


def _quoted(region: Region) -> bool:
    return region.prefix.lstrip().startswith(">")


def _of_list(region: Region) -> bool:
    return not _quoted(region) and (region.kind is Kind.BLANK or region.depth > 0)


def _parts(region: Region) -> bool:
    blank = region.kind is Kind.BLANK and ">" not in region.prefix
    return blank or region.kind in (Kind.HEADING, Kind.FRONTMATTER, Kind.RULE)


def _item_end(regions: tuple[Region, ...], index: int) -> int:
    """Return where a list item ends, the items and paragraphs inside it included."""
    depth, end = regions[index].depth, regions[index].span.end
    for region in regions[index + 1 :]:
        if region.kind is Kind.BLANK:
            continue
        if region.depth < depth or (region.depth == depth and region.begins_item):
            break
        end = region.span.end
    return end


__all__ = ["Block", "Heading", "Link", "Note", "read_note"]


def name_of(path: PurePosixPath) -> str:
    """Return the name of the note at a path."""
    return unicodedata.normalize("NFC", path.stem)


@dataclass(frozen=True)
class Note(Reading):
    """A note: a text at a place in the vault. What it says is computed when it is first asked for, and kept."""

    path: PurePosixPath
    marked_only: bool = False
    """Whether its vault publishes only notes that say so."""

    @cached_property
    def name(self) -> str:
        """The file name without `.md`, in NFC."""
        return name_of(self.path)

    @property
    def title(self) -> str:
        """The title in the frontmatter, by default the name."""
        return self._properties.title or self.name

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names of the note."""
        return self._properties.aliases

    @property
    def type(self) -> str:
        """What kind of note it is, "" where it does not say."""
        return self._properties.type

    @property
    def status(self) -> str:
        """How finished it is, "" where it does not say."""
        return self._properties.status

    @property
    def date(self) -> str:
        """Its date as written, "" where it has none."""
        return self._properties.date

    @property
    def permalink(self) -> str:
        """The address on a site that it claims, as written; "" where it claims none."""
        return self._properties.permalink

    @property
    def published(self) -> bool:
        """Whether the site shows it."""
        return self._properties.published

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of the frontmatter and then those that its author wrote in the text, without `#`, each once."""
        found = (token for token in self.tokens if token.kind is TokenKind.TAG)
        inline = (token.content.of(self.text) for token in found if not self.generated.covers(token.span.start))
        return tuple(dict.fromkeys([*self._properties.tags, *inline]))

    @property
    def frontmatter(self) -> Frontmatter:
        """The properties as written."""
        return self._frontmatter[0]

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links out of the note, those of the frontmatter first."""
        return read_links(self.text, self.frontmatter, self.tokens)

    @cached_property
    def related(self) -> tuple[Link, ...]:
        """The links under `related`."""
        return tuple(link for link in self.links if link.field == "related")

    @cached_property
    def requires(self) -> tuple[Link, ...]:
        """The links under `requires`."""
        return tuple(link for link in self.links if link.field == "requires")

    @cached_property
    def footnote_calls(self) -> tuple[Token, ...]:
        """The labels of footnotes, where they are called and where they are defined."""
        found = self.tokens if "[^" in self.text else ()
        return tuple(token for token in found if token.kind is TokenKind.FOOTNOTE)

    @cached_property
    def footnotes(self) -> Mapping[str, tuple[Span, ...]]:
        """Where each footnote is defined, by its label: the regions that begin with the definition."""
        places: dict[str, dict[Span, None]] = {}
        for token in self.footnote_calls:
            if self.text.startswith(":", token.span.end):
                region = self.at(token.span.start)
                if any(self._begins(line, token) for line in region.lines):
                    places.setdefault(token.content.of(self.text), {})[region.span] = None
        return {label: tuple(spans) for label, spans in places.items()}

    def _begins(self, line: Span, token: Token) -> bool:
        return line.start <= token.span.start and not self.text[line.start : token.span.start].strip(" ")

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings in order."""
        return read_headings(self)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The named blocks in order; of ids that are used twice the first counts."""
        return read_blocks(self)

    @cached_property
    def html_ids(self) -> frozenset[str]:
        """The ids that its author's own HTML gives to places."""
        return read_html_ids(self)

    @cached_property
    def made_anchors(self) -> frozenset[str]:
        """The anchors that come from something other than a heading; a link to one of them is no problem.

        They are those of footnotes and, where attributes are read, of blocks of code. In a vault whose project has
        programs of its own (hooks of MkDocs) they are also the words of comments, since no note shows what such a
        program makes of `<!-- md:setting config.a -->`.
        """
        footnotes = (f"{mark}:{label}" for label in self.footnotes for mark in ("fn", "fnref"))
        comments = _COMMENT.findall(self.text) if self.dialect.hooks else []
        fences = (one.info for one in self.regions if one.kind is Kind.FENCE) if self.dialect.attributes else ()
        code = (read_id(found[0]) for info in fences for found in ATTRIBUTES.finditer(info))
        return frozenset(
            [
                *footnotes,
                *code,
                *(f"{plus}{word}" for comment in comments for word in comment.split() for plus in ("", "+")),
            ]
        )

    @property
    def opening(self) -> Region | None:
        """The first paragraph under the first heading, as its author wrote it: nothing generated."""
        start = self.headings[0].span.end if self.headings else 0
        texts = (one for one in self.regions if one.kind is Kind.TEXT and one.span.start >= start)
        return next((one for one in texts if not self.generated.covers(one.span.start)), None)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims in the text, waivers included."""
        return self.all_claims.named

    @property
    def claim_problems(self) -> tuple[Problem, ...]:
        """A problem for each marker of a claim that binds nothing."""
        return self.all_claims.problems

    @cached_property
    def all_claims(self) -> Claims:
        """The claims with what concerns them: empty markers, markers in code, and which example they are about."""
        return find_claims(self)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the blocks and the frontmatter, in order."""
        found = [*self._frontmatter[1], *self._read_properties[1], *scan_problems(self.source, self.regions)]
        return tuple(sorted(found, key=lambda one: one.order))

    def condense(self, *, with_frontmatter: bool = True) -> None:
        """Drop the readings that take most memory, and keep what links and other notes ask for.

        `with_frontmatter` drops the properties as written, too, which nothing but the note's own page shows.
        """
        _ = self.links, self.headings, self.blocks, self.tags, self.footnotes, self.generated, self.problems
        _ = self.html_ids, self.made_anchors
        if with_frontmatter:
            vars(self).pop("_frontmatter", None)
        self.forget()

    def load_condensed(self, kept: Mapping[str, Any]) -> None:
        """Take what another process dumped of the same note; the note is then condensed."""
        vars(self).pop("_frontmatter", None)
        self.forget()
        vars(self).update(kept)

    @property
    def _properties(self) -> Properties:
        return self._read_properties[0]

    @cached_property
    def _frontmatter(self) -> tuple[Frontmatter, list[Problem]]:
        return read_frontmatter(self.source, self.regions)

    @cached_property
    def _read_properties(self) -> tuple[Properties, list[Problem]]:
        return read_properties(self.source, self.frontmatter, marked_only=self.marked_only)


def read_note(source: Source, path: PurePosixPath, *, marked_only: bool = False, dialect: Dialect = OBSIDIAN) -> Note:
    """Return the note that a text is; with `marked_only` it is published only where it says so."""
    return Note(source, path, marked_only, dialect=dialect)
