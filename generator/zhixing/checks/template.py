"""Checks against note templates: the properties, sections and example that a `type` requires."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Kind
from zhixing.markdown.fences import example_fences
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source
from zhixing.vault.note import Heading, Note, read_note
from zhixing.vault.settings import Settings

_MARK = re.compile(r"[ \t]*\{#\s*(optional|references)\s*#\}")
_GAPS = frozenset({Code.SECTION_MISSING, Code.SECTION_EMPTY, Code.EXAMPLE_MISSING, Code.FRONTMATTER_MISSING})
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]*\}\}")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the template: its level, its text, the section that contains it, and whether it is optional."""

    level: int
    title: str
    parent: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """The requirements of a type of note: properties, sections in order, and whether it has a worked example.

    `references` are the sections of references and dates, whose numerals need no claims.
    """

    type: str
    properties: tuple[str, ...]
    sections: tuple[Section, ...]
    example: bool
    references: frozenset[str] = frozenset()


def read_template(source: Source) -> Template | None:
    """Return the requirements in a Jinja2 template of a note; None where it declares no type."""
    marked = [(match[1], _title(line)) for line in source.text.splitlines() for match in _MARK.finditer(line)]
    plain = Source(source.path, _PLACEHOLDER.sub("x", _MARK.sub("", source.text)))
    note = read_note(plain, PurePosixPath(PurePosixPath(source.path).name))
    if not note.type:
        return None
    sections, parent = [], ""
    for heading in note.headings:
        parent = heading.text if heading.level == 2 else parent
        if heading.level in (2, 3):
            own = "" if heading.level == 2 else parent
            optional = ("optional", heading.text) in marked
            sections.append(Section(heading.level, heading.text, own, optional))
    references = frozenset(title for mark, title in marked if mark == "references")
    return Template(note.type, tuple(note.frontmatter.fields), tuple(sections), any(example_fences(note)), references)


def _title(line: str) -> str:
    return _MARK.sub("", line).lstrip("# ").strip()


def templates_of(sources: Collection[Source]) -> dict[str, Template]:
    """Return note templates by the type that each declares."""
    read = (read_template(source) for source in sources)
    return {template.type: template for template in read if template}


def choose_templates(templates: Mapping[str, Template], settings: Settings) -> Mapping[str, Template]:
    """Return the templates that the notes of a vault are held to: none where its settings turn that off."""
    return templates if settings.templates else {}


def check_template(note: Note, templates: Mapping[str, Template]) -> Iterator[Problem]:
    """Yield the problems of a note against its type's template; none for a note without a known type.

    In a draft, gaps are information.
    """
    template = templates.get(note.type)
    if template is None:
        return
    for problem in (
        *_check_properties(note, template),
        *_check_title(note, template),
        *_check_sections(note, template),
        *_check_example(note, template),
    ):
        gap = note.status == "draft" and problem.code in _GAPS
        yield replace(problem, code=Code.DRAFT_GAP) if gap else problem


def _check_example(note: Note, template: Template) -> Iterator[Problem]:
    if template.example and not any(example_fences(note)):
        what = f"A note of type {note.type} has a worked example, and this one has none"
        yield note.source.problem(Code.EXAMPLE_MISSING, 0, what, "Add a `yaml example` block")


def _check_properties(note: Note, template: Template) -> Iterator[Problem]:
    for name in template.properties:
        if name not in note.frontmatter.fields:
            fix = did_you_mean(name, note.frontmatter.fields) or f"Add `{name}:`; it may be empty"
            yield note.source.problem(Code.FRONTMATTER_MISSING, note.frontmatter.span, f"{name!r} is missing", fix)


def _check_title(note: Note, template: Template) -> Iterator[Problem]:
    """Yield a problem for a title that is not the file's name, where the template asks for one.

    Elsewhere a title beside a short file name is the author's choice.
    """
    field = note.frontmatter.fields.get("title")
    if field is not None and "title" in template.properties and note.name not in {note.title, "index"}:
        what = f"The title {note.title!r} is not the file's name {note.name!r}"
        fix = "Make them alike: links go by the file's name"
        yield note.source.problem(Code.TITLE_DIFFERS, field.value_span, what, fix)


def _check_sections(note: Note, template: Template) -> Iterator[Problem]:
    own = list(_with_keys(note.headings))
    wanted = {(section.parent, section.title): index for index, section in enumerate(template.sections)}
    present = [(wanted[key], heading) for key, heading in own if key in wanted]
    for section in template.sections:
        if not section.optional and (section.parent, section.title) not in {key for key, _ in own}:
            yield _missing_section(note, section, own)
    highest = -1
    for index, heading in present:
        if index < highest:
            before = template.sections[highest].title
            what = f"“{heading.text}” comes after “{before}”"
            yield note.source.problem(Code.SECTION_ORDER, heading.span, what, f"Move it before “{before}”")
        highest = max(highest, index)
    titles = [section.title for section in template.sections if section.level == 2]
    for (_, title), heading in own:
        if heading.level == 2 and title not in titles:
            fix = did_you_mean(title, titles) or "Make it a part (###) of one of the template's sections"
            yield note.source.problem(Code.SECTION_UNKNOWN, heading.span, f"The template has no section “{title}”", fix)
    yield from _check_empty(note, {heading.span.start for _, heading in present})


def _with_keys(headings: tuple[Heading, ...]) -> Iterator[tuple[tuple[str, str], Heading]]:
    """Yield each heading of level 2 and 3 with its key: the section that contains it, and its text."""
    parent = ""
    for heading in headings:
        if heading.level == 2:
            parent = heading.text
            yield ("", heading.text), heading
        elif heading.level == 3:
            yield (parent, heading.text), heading


def _missing_section(note: Note, section: Section, own: list[tuple[tuple[str, str], Heading]]) -> Problem:
    marks = "#" * section.level
    parent = next((heading for (_, title), heading in own if section.parent and title == section.parent), None)
    fix = did_you_mean(section.title, [title for (_, title), _ in own]) or f"Add `{marks} {section.title}`"
    place = f" in “{section.parent}”" if section.parent else ""
    what = f"The section “{section.title}” is missing{place}"
    return note.source.problem(Code.SECTION_MISSING, parent.span if parent else 0, what, fix)


def _check_empty(note: Note, headings: set[int]) -> Iterator[Problem]:
    """Yield a problem for each section of the template without content before the next heading that closes it."""
    regions = [region for region in note.regions if region.kind is not Kind.BLANK]
    for region, following in zip(regions, [*regions[1:], None], strict=True):
        if region.kind is not Kind.HEADING or region.span.start not in headings:
            continue
        closed = following is None or (following.kind is Kind.HEADING and following.level <= region.level)
        if closed or (following and following.kind is Kind.COMMENT and _only_comments(note, region.span.end)):
            title = region.content.of(note.source.text).strip()
            yield note.source.problem(Code.SECTION_EMPTY, region.span, f"Nothing stands under “{title}”", "Write it")


def _only_comments(note: Note, start: int) -> bool:
    """Return whether there are only comments between an offset and the next heading, as in an unfilled template."""
    for region in note.regions:
        if region.span.start >= start and region.kind not in (Kind.BLANK, Kind.COMMENT):
            return region.kind is Kind.HEADING
    return True
