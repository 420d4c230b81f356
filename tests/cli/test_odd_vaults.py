"""Odd vaults and odd words: names that end lines, files that cannot be read, ids twice, links that lead away."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from shell import contents, vault, zhixing

ROOT = Path(__file__).parent.parent.parent
SUM = """```yaml example
id: 和
axes: {键: [a, b]}
given: {"V[键]": [1, 2]}
compute: {x: sum(V)}
expect: {x: 3}
show:
  - heatmap: V
```
"""
CLAIM = "\n是 3<!--= 和.x -->。\n"


def test_an_empty_vault_has_nothing_to_report(tmp_path: Path) -> None:
    project = vault(tmp_path)

    assert json.loads(zhixing(project, "check", "--json").stdout) == []
    for command in ("check", "regenerate", "mutate"):
        assert zhixing(project, command).exit_code == 0


@pytest.mark.parametrize("words", [["check", "--quiet"], ["check", "--quiet", "notes/乙.md"], ["regenerate"]])
def test_a_note_that_cannot_be_read_is_an_error_of_every_command(tmp_path: Path, words: list[str]) -> None:
    project = vault(tmp_path, 甲="好\n")
    (project / "notes" / "乙.md").write_bytes(b"\xff")

    told = zhixing(project, *words)

    assert told.exit_code == 1
    assert told.stdout.startswith("notes/乙.md:1:1: file-not-utf8: ")


def test_a_folder_may_be_named_like_a_note(tmp_path: Path) -> None:
    project = vault(tmp_path)
    (project / "notes" / "甲.md").mkdir()
    (project / "notes" / "甲.md" / "乙.md").write_text("好\n", encoding="utf-8")

    assert "notes/甲.md/乙.md:1:1: orphan" in zhixing(project, "check", "notes/甲.md").stdout


def test_what_a_file_is_called_neither_begins_a_line_nor_steers_the_terminal(tmp_path: Path) -> None:
    project = vault(tmp_path, **{"甲\n::error::x\x1b[2J": "好\n"})

    plain, github = (zhixing(project, "check", "--format", form).stdout for form in ("text", "github"))

    assert plain.startswith("notes/甲\\n::error::x\\x1b[2J.md:1:1: orphan: ")
    assert github.startswith("::notice file=notes/甲%0A%3A%3Aerror")
    assert len(plain.splitlines()) == len(github.splitlines()) == 1


@pytest.mark.parametrize("name", ["甲 %😀.md", "上/甲 %😀.md", "甲 %😀", "上", "../上", "../../notes/上"])
def test_notes_are_named_by_path_from_anywhere_or_by_name(tmp_path: Path, name: str) -> None:
    project = vault(tmp_path, 乙="好\n")
    folder = project / "notes" / "上"
    folder.mkdir()
    (folder / "甲 %😀.md").write_text("好\n", encoding="utf-8")

    told = zhixing(folder, "check", name)

    assert told.stdout.startswith("甲 %😀.md:1:1: orphan")
    assert "1 notes" in told.stderr
    assert zhixing(folder, "check", "丙").exit_code == 2


def test_a_note_s_figures_are_checked_with_it(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=SUM, 乙="[[甲]]\n")
    zhixing(project, "regenerate")
    figure = project / "notes" / "_figures" / "和.V.svg"
    figure.write_text(figure.read_text(encoding="utf-8").replace("</svg>", "<g/></svg>"), encoding="utf-8")

    assert zhixing(project, "check", "notes/甲.md").exit_code == 1
    assert zhixing(project, "check", "notes/乙.md").exit_code == 0


def test_only_the_first_of_two_blocks_of_one_id_gets_results(tmp_path: Path) -> None:
    listed = "```yaml list\nid: 和\nof: errata\n```\n"
    project = vault(tmp_path, 甲=SUM + SUM.replace("[1, 2]", "[2, 1]"), 乙=SUM, 丙=listed)
    (project / "notes" / "丙.md").rename(project / "notes" / "表.md")

    assert zhixing(project, "regenerate").exit_code == 1

    begun = {name: text.count(b"zhixing:begin") for name, text in contents(project / "notes").items()}
    assert begun == {"乙.md": 1, "甲.md": 0, "表.md": 0, "_figures/和.V.svg": 0}


def test_a_figure_that_is_a_link_out_of_the_vault_is_not_read(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=SUM)
    (tmp_path / "secret").write_text("hidden words\n", encoding="utf-8")
    (project / "notes" / "_figures").mkdir()
    (project / "notes" / "_figures" / "和.V.svg").symlink_to(tmp_path / "secret")

    told = zhixing(project, "regenerate", "--diff", "--accept")
    zhixing(project, "regenerate", "--accept")

    assert "hidden" not in told.output
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "hidden words\n"


@pytest.mark.parametrize("place", ["../other", "link"])
def test_docs_dir_stays_in_the_project(tmp_path: Path, place: str) -> None:
    project = vault(tmp_path / "project")
    (tmp_path / "other").mkdir()
    (project / "link").symlink_to(tmp_path / "other")
    (project / "mkdocs.yml").write_text(f"docs_dir: {place}\n", encoding="utf-8")

    refused = zhixing(project, "check")

    assert refused.exit_code == 2
    assert f"mkdocs.yml:1:1: config-invalid: docs_dir is '{place}', which leads out of this project." in refused.stdout
    assert zhixing(project, "check", "--vault", place).exit_code == 0


def test_run_tells_of_its_own_example_only(tmp_path: Path) -> None:
    broken = "```yaml example\nid: 坏\ncompute: {x: }\n```\n"
    project = vault(tmp_path, 甲=SUM.replace("x: 3", "x: 4"), 乙=broken, 丙=broken.replace("坏", "糟"))

    ran, failed = zhixing(project, "run", "和"), zhixing(project, "run", "坏")

    assert (ran.exit_code, failed.exit_code) == (1, 1)
    assert ran.stdout.endswith("✗ x: x is 3, not 4\nnotes/甲.md:6:13: expect-failed: x is 3, not 4."
                               " Fix the example, or what it expects.\n")  # fmt: skip
    assert {line.partition(":")[0] for line in failed.stdout.splitlines()} == {"notes/乙.md"}
    assert "no example" not in failed.stderr


def test_what_fix_claims_would_rewrite_is_stale(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=(SUM + CLAIM.replace("3", "4")).replace("\n", "\r\n"))
    zhixing(project, "regenerate")
    before = contents(project)

    look = zhixing(project, "regenerate", "--check", "--fix-claims")

    assert look.exit_code == 3
    assert contents(project) == before
    assert zhixing(project, "regenerate", "--fix-claims").exit_code == 0
    assert contents(project)["notes/甲.md"] == before["notes/甲.md"].replace("是 4<".encode(), "是 3<".encode())
    assert zhixing(project, "regenerate", "--check", "--fix-claims").exit_code == 0


def test_the_first_of_two_claims_on_a_numeral_decides_its_fix(tmp_path: Path) -> None:
    project = vault(
        tmp_path, 甲=SUM.replace("x: sum(V)", "x: sum(V), y: 2 * x") + "\n是 4<!--= 和.x --><!--= 和.y -->。\n"
    )
    zhixing(project, "regenerate", "--fix-claims")
    once = contents(project)

    zhixing(project, "regenerate", "--fix-claims")

    assert contents(project) == once
    assert "是 3<" in once["notes/甲.md"].decode()


def test_a_change_names_the_notes_that_rest_on_it(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=SUM, 乙=CLAIM, 丙="![[甲]]\n", 丁="[[甲]]\n")
    assert "rest on it" not in zhixing(project, "regenerate").stderr
    note = project / "notes" / "甲.md"
    note.write_text(note.read_text(encoding="utf-8").replace("[1, 2]", "[1, 4]"), encoding="utf-8")

    told = zhixing(project, "regenerate").stderr

    assert "和 changed, and these rest on it: notes/丙.md, notes/乙.md\n" in told
    assert "rest on it" not in zhixing(project, "regenerate").stderr


def test_mutation_says_what_it_left_out_and_does_not_count_wrong_claims(tmp_path: Path) -> None:
    loose = SUM.replace("expect: {x: 3}\n", "")
    project = vault(tmp_path, 甲=loose, 乙=CLAIM.replace("3", "7"), 丙=SUM.replace("和", "差").replace("x: 3", "x: 4"))

    told = zhixing(project, "mutate")

    assert "0.0%  givens 0/2" in told.stdout
    assert "Left out because they fail already (see `zhixing check`): 1\n" in told.stderr


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A vault with templates and no notes."""
    project = vault(tmp_path)
    shutil.copytree(ROOT / "templates", project / "templates")
    return project


@pytest.mark.parametrize(
    "title", ["- x", "null", "'x", "{x}", "%x", "{{ title }}", "😀", "Cafe\u0301", " 甲 ", "1e5", "a."]
)
def test_a_note_of_any_title_is_whole(blank: Path, title: str) -> None:
    assert zhixing(blank, "new", "--", title).exit_code == 0
    assert zhixing(blank, "regenerate").exit_code == 0
    assert zhixing(blank, "check", "--quiet").stdout == ""
    assert zhixing(blank, "new", "--", title).exit_code == 1


@pytest.mark.parametrize(
    "words",
    [[""], [" "], [".甲"], ["a/b"], ["a\nb"], ["a:b"], ["甲", "a|b"], ["甲", "--folder", "../x"],
     ["甲", "--folder", "/x"], ["甲", "--folder", ".hidden"], ["甲", "--type", "none"], []],
)  # fmt: skip
def test_a_title_or_folder_that_cannot_be_is_refused_before_anything_is_written(blank: Path, words: list[str]) -> None:
    before = contents(blank)

    refused = zhixing(blank, "new", *words)

    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-1].startswith("Error: ")
    assert contents(blank) == before


def test_new_notes_have_ids_of_their_own(blank: Path) -> None:
    assert zhixing(blank, "new", "A B", "AB", "（AB）").exit_code == 0
    assert zhixing(blank, "new", "A-B", "A，B").exit_code == 0
    assert zhixing(blank, "regenerate").exit_code == 0


def test_missing_notes_are_written_where_links_say_and_the_impossible_ones_named(blank: Path) -> None:
    (blank / "notes" / "甲.md").write_text("[[乙]] [[上/丙]] [[a:b]] [[../丁]]\n", encoding="utf-8")

    told = zhixing(blank, "new", "--missing")

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "notes/乙.md",
        "notes/上/丙.md",
        "notes/甲.md:1:15: link-note: 'a:b' cannot be a note's name: :. Fix the link, or write the note by hand.",
        "notes/甲.md:1:23: link-note: '..' cannot be a folder's name: it would be hidden."
        " Fix the link, or write the note by hand.",
    ]


def test_files_that_cannot_be_written_are_named_from_here(blank: Path) -> None:
    (blank / "notes" / "file").write_text("", encoding="utf-8")

    assert zhixing(blank, "new", "甲", "--folder", "file").stdout.startswith("notes/file/甲.md:1:1: file-unwritable: ")
    template = blank / "templates" / "概念.md"
    template.write_text(template.read_text(encoding="utf-8") + "{% for x in y %}{% endfor %}\n", encoding="utf-8")
    assert zhixing(blank, "new", "甲").stdout.startswith("templates/概念.md:")


@pytest.mark.parametrize("command", [("check",), ("regenerate",), ("regenerate", "--accept"), ("regenerate", "--diff")])
def test_a_figure_that_is_no_text_is_left_alone_and_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    project = vault(tmp_path, 乙=SUM)
    assert zhixing(project, "regenerate").exit_code == 0
    figure = project / "notes" / "_figures" / "和.V.svg"
    figure.write_bytes(b"\xff\xfe")

    ran = zhixing(project, *command)

    assert ran.exit_code == 1
    assert figure.read_bytes() == b"\xff\xfe"
    assert (
        "notes/_figures/和.V.svg:1:1: file-not-utf8: A generated file belongs here, and what stands here" in ran.stdout
    )
    assert "file-changed" not in ran.stdout
    assert "figure-stale" not in ran.stdout
