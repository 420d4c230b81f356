"""Bad input: each file is met with clear messages, at its place, and without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefile import Case, cases
from shell import contents, vault, zhixing


@pytest.mark.parametrize("case", cases("bad-input.md"))
def test_bad_notes(tmp_path: Path, case: Case) -> None:
    project = vault(tmp_path, 注=case.given)
    before = contents(project)

    checked = zhixing(project, "check", "--quiet")

    expected = case.check(checked.stdout)
    assert checked.exit_code == (3 if "stale" in expected and "error" not in checked.stderr.split(",")[1] else 1)
    assert contents(project) == before


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="好\n")
    (project / "notes" / "乙.md").write_bytes("第一行\n中文".encode("gb18030"))

    checked = zhixing(project, "check", "--quiet")

    assert checked.exit_code == 1
    assert checked.stdout.startswith("notes/乙.md:1:1: file-not-utf8: ")


def test_two_notes_of_one_name(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="见 [[乙]]。\n")
    for folder in ("上", "下"):
        (project / "notes" / folder).mkdir()
        (project / "notes" / folder / "乙.md").write_text("文\n", encoding="utf-8")

    checked = zhixing(project, "check", "--quiet")

    assert checked.exit_code == 1
    told = (
        "notes/甲.md:1:3: link-ambiguous: '乙' may be 上/乙.md or 下/乙.md. Write the path of the one that is meant, "
    )
    assert f"{told}as '上/乙'." in checked.stdout
    assert "name-clash" in zhixing(project, "check").stdout


def test_two_examples_of_one_id(tmp_path: Path) -> None:
    block = "```yaml example\nid: 同\ncompute: {x: 1 + 1}\nexpect: {x: 2}\n```\n"
    project = vault(tmp_path, 甲=block, 乙=block)

    checked = zhixing(project, "check", "--quiet")

    assert checked.exit_code == 1
    assert "example-duplicate: The example '同' is declared already, in 乙.md:1." in checked.stdout


def test_a_mode_that_forbids_writing(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="```yaml example\nid: 和\ncompute: {x: 1 + 1}\nexpect: {x: 2}\n```\n")
    note = project / "notes" / "甲.md"
    note.chmod(0o444)
    before = contents(project)

    refused = zhixing(project, "regenerate")

    assert refused.exit_code == 1
    assert refused.stdout == (
        "notes/甲.md:1:1: file-unwritable: The file's mode forbids writing. Allow it with chmod u+w, or leave it out.\n"
    )
    assert contents(project) == before


def test_mkdocs_yml_is_read_without_its_tags(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="好\n")
    config = project / "mkdocs.yml"
    config.write_text(
        "docs_dir: notes\nx: !!python/object/apply:os.system ['touch owned']\ny: !ENV HOME\n", encoding="utf-8"
    )

    assert zhixing(project, "check").exit_code == 0
    assert not (project / "owned").exists()
    config.write_text("docs_dir: [\n", encoding="utf-8")
    broken = zhixing(project, "check")
    assert broken.exit_code == 2
    assert "mkdocs.yml:1:11: config-invalid: This “[” is never closed. Close it with “]”." in broken.stdout
