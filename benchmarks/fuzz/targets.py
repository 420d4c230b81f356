"""What is fuzzed: each function reads a text as its part of the generator would, and raises where that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from zhixing.compose import check, plan, results
from zhixing.language import budget
from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.read import read_example
from zhixing.markdown.blocks import scan
from zhixing.numerals.read import numerals
from zhixing.numerals.rewrite import rewrite
from zhixing.page import read_page
from zhixing.page.html import write_html
from zhixing.page.markdown import write_markdown
from zhixing.page.tags import tags_of
from zhixing.problems import Problem
from zhixing.site.html import edge_of
from zhixing.source import Source, Span
from zhixing.vault.note import Note, read_note
from zhixing.vault.vault import Vault

PAGE = PurePosixPath("页.md")
# Each run is short, so that thousands are tried.
budget.MAX_WORK = 20_000_000
budget.MAX_ELEMENTS = 100_000
budget.MAX_STORED = 300_000


def _note(text: str, path: PurePosixPath = PAGE) -> Note:
    return read_note(Source(str(path), text), path)


def _vault(text: str) -> Vault:
    other = PurePosixPath("乙.md")
    return Vault(Path("notes"), {PAGE: _note(text), other: _note("# 乙\n\n文 ^b\n\n![[页]]\n", other)}, ())


def _check_places(text: str, problems: list[Problem]) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines), problem
        assert problem.column >= 1, problem
        assert problem.what, problem


def read_scanner(text: str) -> None:
    """Regions cover the text without gaps; tokens, headings and links lie in it."""
    assert "".join(region.span.of(text) for region in scan(text)) == text
    note = _note(text)
    for one in (*note.tokens, *note.headings, *note.links, *note.blocks):
        assert 0 <= one.span.start <= one.span.end <= len(text), one
    _check_places(text, list(note.problems))


def read_yaml(text: str) -> None:
    """A frontmatter, and the properties in it."""
    note = _note(f"---\n{text}\n---\n")
    assert isinstance(note.published, bool)
    _check_places(note.source.text, list(note.problems))


def read_expression(text: str) -> None:
    """An expression of the language."""
    try:
        parse_expression(text, Span(0, len(text)))
    except ExampleError:
        return


def read_language(text: str) -> None:
    """An example, read alone; and in a note, run, shown and checked."""
    _, problems = read_example(Source("页.md", text), Span(0, len(text)))
    _check_places(text, problems)
    _check_all(f"```yaml example\n{text}\n```\n")


def read_claims(text: str) -> None:
    """Claims, beside an example that they may name."""
    declared = "```yaml example\nid: 例\naxes: {键: [a, b]}\ngiven:\n  s[键]: [1, 2]\ncompute:\n  和: sum(s)\n```\n\n"
    _check_all(f"{declared}3<!--= 例.和 --> {text}")


def _check_all(text: str) -> None:
    vault = _vault(text)
    found = results(vault)
    _check_places(text, [one for one in check(vault, found, plan(vault, found), {}) if one.path.endswith("页.md")])


def read_numerals(text: str) -> None:
    """Numerals in prose lie where they say, and can be written anew."""
    for one in numerals(text):
        assert 0 <= one.span.start < one.span.end <= len(text), one
        for value in (0.0, -1.5, 1e6):
            rewrite(one, value)
            rewrite(one, value, latex=True)


def write_pages(text: str) -> None:
    """A page, as Markdown and as HTML."""
    vault = _vault(text)
    tree = read_page(vault, vault.notes[PAGE], results(vault), tags_of(vault))
    write_markdown(tree)
    write_html(tree, edge_of(lambda place: f"x#{place.anchor}"))


TARGETS: dict[str, Callable[[str], None]] = {
    "scanner": read_scanner,
    "yaml": read_yaml,
    "expression": read_expression,
    "language": read_language,
    "claims": read_claims,
    "numerals": read_numerals,
    "pages": write_pages,
}
