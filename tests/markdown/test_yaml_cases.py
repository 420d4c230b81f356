"""One mistake in YAML is explained alike wherever it stands: frontmatter, examples, lists and mkdocs.yml."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from casefile import Case, read_cases
from zhixing.language.read import read_example
from zhixing.lists.lists import read_list
from zhixing.markdown.blocks import scan
from zhixing.markdown.fences import list_fences
from zhixing.markdown.frontmatter import read_frontmatter
from zhixing.problems import Problem
from zhixing.source import Source
from zhixing.vault.load import ProjectError, find_project
from zhixing.vault.note import read_note

CASES = list(read_cases(Path(__file__).parent.parent / "cases" / "yaml.md"))


def in_frontmatter(text: str) -> list[Problem]:
    source = Source("n.md", f"---\n{text}---\n")
    return read_frontmatter(source, scan(source.text))[1]


def in_example(text: str) -> list[Problem]:
    source = Source("n.md", f"```yaml example\n{text}```\n")
    return read_example(source, scan(source.text)[0].content)[1]


def in_list(text: str) -> list[Problem]:
    source = Source("n.md", f"```yaml list\n{text}```\n")
    (fence,) = list_fences(read_note(source, PurePosixPath("n.md")))
    return read_list(source, fence)[1]


def in_project(text: str, folder: Path) -> list[str]:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8", newline="")
    try:
        find_project(folder)
    except ProjectError as error:
        return [str(error).replace(f"{folder}/", "")]
    return []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, newline: str, tmp_path: Path) -> None:
    text = case.given.replace("\n", newline)

    found = [str(one) for read in (in_frontmatter, in_example, in_list) for one in read(text)]
    found += in_project(text, tmp_path)

    case.check("".join(f"{one}\n" for one in found))
