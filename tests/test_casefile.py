"""Case files: what is read is what is written, and `--regen` changes nothing but what is expected."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from casefile import CASES, read_cases, with_expected

ROOT = Path(__file__).parent.parent
TEXT = "一\n.\n问\n\n二\n.\n答\n.\n\n\n二\n.\n.\n.\n\n尾 \n"
TEST = """
import pytest
from casefile import read_cases
from pathlib import Path

@pytest.mark.parametrize("case", read_cases(Path(__file__).with_name("a.md")))
def test_upper(case):
    case.check(case.given.upper())
"""


@pytest.mark.parametrize("path", sorted(CASES.glob("*.md")), ids=lambda path: path.name)
def test_a_file_that_expects_nothing_new_stays_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert with_expected(text, {}) == text
    assert with_expected(text, {case.line: case.expected for case in read_cases(path)}) == text


def test_only_what_is_expected_is_rewritten() -> None:
    assert with_expected(TEXT, {1: "甲\n乙\n"}) == TEXT.replace("答", "甲\n乙")
    assert with_expected(TEXT, {9: "甲\n"}) == TEXT.replace(".\n.\n.\n\n尾", ".\n.\n甲\n.\n\n尾")


@pytest.mark.parametrize("new", ["甲\n.\n", "甲"])
def test_what_could_not_be_read_back_is_refused(new: str) -> None:
    with pytest.raises(ValueError, match="No case can expect"):
        with_expected(TEXT, {1: new})


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "casefile", "-p", "no:cacheprovider", "-q", *words]
    variables = {"PYTHONPATH": str(ROOT / "tests"), **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_regen_writes_what_the_tests_got(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(TEST, encoding="utf-8")
    file = tmp_path / "a.md"
    file.write_text("t\n.\na\n.\nold\n.\n", encoding="utf-8")

    assert "a.md:1: t" in run(tmp_path).stdout
    assert run(tmp_path, "--regen", CI="true").returncode == pytest.ExitCode.USAGE_ERROR
    assert run(tmp_path, "--regen", "-n", "2").returncode == pytest.ExitCode.USAGE_ERROR
    assert file.read_text(encoding="utf-8") == "t\n.\na\n.\nold\n.\n"
    assert run(tmp_path, "--regen").returncode == 0
    assert file.read_text(encoding="utf-8") == "t\n.\na\n.\nA\n.\n"
    assert run(tmp_path).returncode == 0
