"""The overview that `zhixing check` prints of many problems, and the choice of codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shell import vault, zhixing

LINKS = "[一](无.md) [[将写]]\n"
OVERVIEW = """\
notes/a.md:1:1: link-note: There is no note '无.md'. Fix the name, or write the note. (and 29 more places)
notes/b.md:1:1: link-note: There is no note '别处0.md'. Fix the name, or write the note.
notes/b.md:2:1: link-note: There is no note '别处1.md'. Fix the name, or write the note.
notes/b.md:3:1: link-note: There is no note '别处2.md'. Fix the name, or write the note.
notes/b.md:4:1: link-note: There is no note '别处3.md'. Fix the name, or write the note.
notes/b.md:5:1: link-note: There is no note '别处4.md'. Fix the name, or write the note.
notes/b.md:6:1: link-note: There is no note '别处5.md'. Fix the name, or write the note.
notes/b.md:7:1: link-note: There is no note '别处6.md'. Fix the name, or write the note.
notes/b.md:8:1: link-note: There is no note '别处7.md'. Fix the name, or write the note.
notes/b.md:9:1: link-note: There is no note '别处8.md'. Fix the name, or write the note.
… 3 more: zhixing check --all --only link-note
notes/a.md:1:11: link-stub: '将写' is a note still to be written. Write it: zhixing new '将写'. (and 29 more places)

Errors: 42
     42  link-note: A link names a file that does not exist.

Information: 30
     30  link-stub: A wikilink names a note that is still to be written.

Files: 2, those with most problems first
     60  notes/a.md (30 errors)
     12  notes/b.md (12 errors)

All lines: --all. Some codes: --only CODE,CODE or --ignore CODE,CODE.
"""


def full(tmp_path: Path) -> Path:
    """Return a vault with 30 links to a missing note, 12 to others, and 30 to a note still to be written."""
    return vault(
        tmp_path,
        a=LINKS * 30,
        b="".join(f"[二](别处{number}.md)\n" for number in range(12)),
        index="[[a]] [[b]]\n",
    )


def test_many_problems_are_an_overview(tmp_path: Path) -> None:
    told = zhixing(full(tmp_path), "check")
    assert told.stdout == OVERVIEW
    assert told.exit_code == 1


def test_forty_problems_are_lines_and_one_more_is_an_overview(tmp_path: Path) -> None:
    project = vault(tmp_path, index="[一](无.md)\n" * 40)
    told = zhixing(project, "check").stdout
    assert len(told.splitlines()) == 40
    assert "more place" not in told

    vault(tmp_path, index="[一](无.md)\n" * 41)
    assert "(and 40 more places)" in zhixing(project, "check").stdout


def test_what_settings_make_a_warning_stands_among_the_warnings(tmp_path: Path) -> None:
    project = vault(tmp_path, index="[一](无.md)\n" * 21, b="[[index]]\n" + "[一](无.md)\n" * 20)
    (project / "mkdocs.yml").write_text(
        "site_name: 试\ndocs_dir: notes\nplugins:\n"
        "  - zhixing: {problems: {'b.md': {link-note: warning}, orphan: off}}\n",
        encoding="utf-8",
    )
    line = "link-note: There is no note '无.md'. Fix the name, or write the note."
    meaning = "link-note: A link names a file that does not exist."
    assert zhixing(project, "check").stdout.splitlines()[:-6] == [
        f"notes/index.md:1:1: {line} (and 20 more places)",
        f"notes/b.md:2:1: {line} (and 19 more places)",
        "",
        "Errors: 21",
        f"     21  {meaning}",
        "",
        "Warnings: 20",
        f"     20  {meaning}",
    ]


def test_all_and_data_are_complete(tmp_path: Path) -> None:
    project = full(tmp_path)
    every = zhixing(project, "check", "--all").stdout.splitlines()
    data = json.loads(zhixing(project, "check", "--json").stdout)
    assert len(every) == 72
    assert [f"{one['path']}:{one['line']}:{one['column']}: {one['code']}" for one in data] == [
        ": ".join(line.split(": ")[:2]) for line in every
    ]
    assert len(zhixing(project, "check", "--format", "github").stdout.splitlines()) == 72


def test_exit_status_and_counts_are_those_of_the_chosen_codes(tmp_path: Path) -> None:
    project = vault(tmp_path, index="[一](无.md) [[将写]] [[index#没有]]\n")
    note, stub, heading = zhixing(project, "check", "--all").stdout.splitlines(keepends=True)

    def check(*words: str) -> tuple[str, int, str]:
        told = zhixing(project, "check", *words)
        return told.stdout, told.exit_code, told.stderr.partition(": ")[2].strip()

    nothing = "0 errors, 0 warnings, 0 for information"
    assert check("--only", "link-note") == (note, 1, "1 error, 0 warnings, 0 for information")
    assert check("--only", "link-stub") == (stub, 0, "0 errors, 0 warnings, 1 for information")
    assert check("--only", "link-stub, link-heading")[:2] == (stub + heading, 1)
    assert check("--only", "link-stub", "--only", "link-note")[:2] == (note + stub, 1)
    assert check("--ignore", "link-note,link-heading")[:2] == (stub, 0)
    assert check("--only", "link-note", "--ignore", "link-note") == ("", 0, nothing)
    assert json.loads(zhixing(project, "check", "--json", "--only", "link-case").stdout) == []


@pytest.mark.parametrize(
    ("value", "why"),
    [("link-nte", "There is no code 'link-nte'. Did you mean 'link-note'"), (",", "Name at least one code")],
)
@pytest.mark.parametrize("option", ["--only", "--ignore"])
def test_an_unknown_code_is_refused_with_near_names(tmp_path: Path, option: str, value: str, why: str) -> None:
    told = zhixing(vault(tmp_path, index="文\n"), "check", option, value)
    assert (told.exit_code, told.stdout) == (2, "")
    assert why in told.stderr
