"""What is read of a note as plain data, so that another process that has the same note need not read it again.

Plain data and no Python objects: whatever an entry says, reading it runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.claims import Claim, ClaimedWord, Claims, Default, Stray
from zhixing.markdown.generated import Generated
from zhixing.markdown.links import Token, TokenKind
from zhixing.numerals.bound import Fragment
from zhixing.numerals.read import Manner, Numeral
from zhixing.problems import Code, Problem, Severity
from zhixing.source import Span, Spans, make_span
from zhixing.vault.note import Block, Heading, Link, Note
from zhixing.vault.properties import Properties

_KINDS = {kind.value: kind for kind in TokenKind}
_REGIONS = {kind.value: kind for kind in Kind}
_MANNERS = {manner.value: manner for manner in Manner}
_CODES = {code.name: code for code in Code}
_LEVELS = {level.value: level for level in Severity}

Data = list[Any]
"""What `json` and `marshal` write and read."""


def dump_reading(note: Note) -> Data:
    """Return what links and other notes ask of a note: all that it keeps when it is condensed."""
    own, doubts = note._read_properties
    said = [own.title, own.type, own.status, own.date, own.aliases, own.tags, own.published, own.permalink]
    return [
        said,
        dump_problems(doubts),
        [_dump_link(link) for link in note.links],
        [[level, text, slug, *span, raw] for level, text, slug, span, raw in note.headings],
        [[one.id, one.span.start, one.span.end, one.results, one.part] for one in note.blocks],
        note.tags,
        [_dump_generated(one) for one in note.generated.items],
        dump_problems(note.generated_problems),
        dump_problems(note.problems),
        sorted(note.html_ids),
        sorted(note.made_anchors),
        [_dump_token(token) for token in note.footnote_calls],
        [[label, [[span.start, span.end] for span in spans]] for label, spans in note.footnotes.items()],
        [_dump_region(one) for one in note.declaring] if "yaml" in note.text else [],
        dump_claims(note.all_claims),
    ]


def load_reading(note: Note, data: Data) -> None:
    """Have a note take what was dumped of the same note. Raises ValueError, TypeError or KeyError for other data."""
    own, doubts, links, headings, blocks, tags, generated, broken, problems, ids, anchors, *rest = data
    calls, footnotes, declaring, claims = rest
    title, type_, status, date, aliases, named, published, permalink = own
    properties = Properties(title, type_, status, date, tuple(aliases), tuple(named), published, permalink)
    kept: Mapping[str, object] = {
        "_read_properties": (properties, load_problems(doubts)),
        "links": tuple([_load_link(*one) for one in links]),
        "headings": tuple([_load_heading(*one) for one in headings]),
        "blocks": tuple([Block(name, Span(start, end), results, part) for name, start, end, results, part in blocks]),
        "tags": tuple(tags),
        "_generated": (Spans([_load_generated(*one) for one in generated]), tuple(load_problems(broken))),
        "problems": tuple(load_problems(problems)),
        "html_ids": frozenset(ids),
        "made_anchors": frozenset(anchors),
        "footnote_calls": tuple([_load_token(*one) for one in calls]),
        "footnotes": {label: tuple([Span(*span) for span in spans]) for label, spans in footnotes},
        "declaring": tuple([_load_region(*one) for one in declaring]),
        "all_claims": load_claims(claims),
    }
    note.load_condensed(kept)


def dump_problems(problems: Iterable[Problem]) -> Data:
    """Return problems as data."""
    return [
        [one.path, one.line, one.column, one.code.name, one.what, one.fix, one.level and one.level.value]
        for one in problems
    ]


def load_problems(data: Data) -> list[Problem]:
    """Return problems that were dumped. Raises ValueError, TypeError or KeyError for other data."""
    return [
        Problem(path, line, column, _CODES[code], what, fix, _LEVELS[level] if level else None)
        for path, line, column, code, what, fix, level in data
    ]


def _dump_link(link: Link) -> Data:
    span, path, headings, block, display, embed, wiki, url, field, token = link
    return [*span, path, headings, block, display, embed, wiki, url, field, _dump_token(token) if token else None]


def _load_link(
    start: int, end: int, path: str, headings: list[str], block: str, display: str, embed: bool, wiki: bool,
    url: str, field: str, token: Data | None,
) -> Link:  # fmt: skip
    known = _load_token(*token) if token else None
    return Link(make_span((start, end)), path, tuple(headings), block, display, embed, wiki, url, field, known)


_NOWHERE = (-1, -1)


def _dump_token(token: Token) -> Data:
    """Return a token as data. What a wikilink says is left out: no reading has the token of one."""
    kind, span, content, _, target, display, title = token
    return [kind.value, display, *span, *content, *(target or _NOWHERE), *(title or _NOWHERE)]


def _load_token(kind: str, display: bool, *at: int) -> Token:
    start, end, begins, ends, target, target_end, title, title_end = at
    return Token(
        _KINDS[kind],
        make_span((start, end)),
        make_span((begins, ends)),
        None,
        make_span((target, target_end)) if target >= 0 else None,
        display,
        make_span((title, title_end)) if title >= 0 else None,
    )


def _load_heading(level: int, text: str, slug: str, start: int, end: int, raw: str) -> Heading:
    return Heading(level, text, slug, make_span((start, end)), raw)


def _dump_region(region: Region) -> Data:
    lines = [at for line in region.lines for at in (line.start, line.end)]
    places = [region.span.start, region.span.end, region.content.start, region.content.end]
    return [region.kind.value, *places, lines, region.prefix, region.info, region.level, region.closed, region.depth]


def _load_region(
    kind: str, start: int, end: int, begins: int, ends: int, lines: list[int], prefix: str, info: str, level: int,
    closed: bool, depth: int,
) -> Region:  # fmt: skip
    spans = tuple([Span(*pair) for pair in _pairs(lines)])
    return Region(_REGIONS[kind], Span(start, end), Span(begins, ends), spans, prefix, info, level, closed, depth)


def _pairs(numbers: list[int]) -> Iterable[tuple[int, int]]:
    return zip(numbers[::2], numbers[1::2], strict=True)


def _dump_generated(one: Generated) -> Data:
    return [one.id, one.span.start, one.span.end, one.body.start, one.body.end, one.mark]


def _load_generated(name: str, start: int, end: int, begins: int, ends: int, mark: str) -> Generated:
    return Generated(name, Span(start, end), Span(begins, ends), mark)


# Claims, and what they bind.


def dump_claims(claims: Claims) -> Data:
    """Return claims as data, nothing for none."""
    parts: Data = [
        [_dump_claim(one) for one in claims.named],
        [_dump_claim(one) for one in claims.empty],
        [[one.reference, one.span.start, one.span.end, one.in_code] for one in claims.strays],
        [[one.example, one.span.start, one.span.end] for one in claims.defaults.items],
        dump_problems(claims.problems),
    ]
    return parts if any(parts) else []


def load_claims(data: Data) -> Claims:
    """Return claims that were dumped. Raises ValueError, TypeError or KeyError for other data."""
    named, empty, strays, defaults, problems = data or ((), (), (), (), [])
    return Claims(
        tuple([_load_claim(*one) for one in named]),
        tuple([_load_claim(*one) for one in empty]),
        tuple([Stray(reference, Span(start, end), in_code) for reference, start, end, in_code in strays]),
        Spans([Default(example, Span(start, end)) for example, start, end in defaults]),
        tuple(load_problems(problems)),
    )


def _dump_claim(claim: Claim) -> Data:
    word = _dump_word(claim.word) if claim.word else None
    return [claim.reference, claim.span.start, claim.span.end, _dump_bound(claim), claim.waived, word, claim.near]


def _load_claim(
    reference: str, start: int, end: int, bound: Data | None, waived: str, word: Data | None, near: str
) -> Claim:
    return Claim(reference, Span(start, end), _load_bound(bound), waived, _load_word(*word) if word else None, near)


def _dump_bound(claim: Claim) -> Data | None:
    bound = claim.bound
    if isinstance(bound, Numeral):
        said = [bound.text, bound.span.start, bound.span.end, bound.value, bound.tolerance, bound.manner.value]
        return ["numeral", *said, bound.places, bound.about, bound.unit]
    if isinstance(bound, Fragment):
        return ["fragment", bound.text, bound.span.start, bound.span.end, bound.fix]
    return ["word", *_dump_word(bound)] if bound else None


def _load_bound(data: Data | None) -> Numeral | Fragment | ClaimedWord | None:
    if not data:
        return None
    kind, text, start, end, *rest = data
    if kind == "numeral":
        value, tolerance, manner, places, about, unit = rest
        return Numeral(text, Span(start, end), value, tolerance, _MANNERS[manner], places, about, unit)
    return Fragment(text, Span(start, end), *rest) if kind == "fragment" else _load_word(text, start, end, *rest)


def _dump_word(word: ClaimedWord) -> Data:
    return [word.text, word.span.start, word.span.end, word.marked, word.within]


def _load_word(text: str, start: int, end: int, marked: bool, within: list[str]) -> ClaimedWord:
    return ClaimedWord(text, Span(start, end), marked, tuple(within))
