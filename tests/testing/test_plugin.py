"""`pytest notes/`: what is collected, and what a failure says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shell import vault

pytestmark = pytest.mark.slow

NOTE = """```yaml example
id: 水果
axes: {键: [apple, banana]}
given:
  V[键]: [10, 5]
  w[键]: [0.6, 0.4]
compute:
  value: w @ V
expect:
  value: 8
  holds:
    - value > 0
```

是 8<!--= 水果.value -->。
"""


def pytest_run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "notes", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_every_example_expectation_and_claim_is_an_item(tmp_path: Path) -> None:
    listed = pytest_run(vault(tmp_path, 水果=NOTE), "--collect-only", "-q").stdout.splitlines()

    assert listed[:4] == [
        "notes/水果.md::水果::runs",
        "notes/水果.md::水果::value",
        "notes/水果.md::水果::value > 0",
        "notes/水果.md::15: 水果.value",
    ]


def test_a_failure_shows_the_place_the_figures_and_the_steps(tmp_path: Path) -> None:
    failed = pytest_run(vault(tmp_path, 水果=NOTE.replace("[10, 5]", "[10, 7]")), "-q")

    assert failed.returncode == 1
    assert "2 failed, 2 passed" in failed.stdout
    assert "水果.md:10:3\nexpected: value = 8\ncomputed: value is 8.8, not 8\n" in failed.stdout
    assert "  value = w @ V → 8.8" in failed.stdout
    assert "水果.md:15:4\nprose says: 8\ncomputed: 水果.value = 8.8" in failed.stdout
    assert "Traceback" not in failed.stdout


def test_an_example_that_cannot_be_read_fails_as_one_item(tmp_path: Path) -> None:
    failed = pytest_run(vault(tmp_path, 水果=NOTE.replace("w @ V", "w @ U")), "-q")

    assert "水果.md:8:14: example-name: Nothing is named 'U'." in failed.stdout


def test_markdown_outside_a_vault_is_left_alone(tmp_path: Path) -> None:
    project = vault(tmp_path, 水果=NOTE)
    (project / "other").mkdir()
    (project / "other" / "README.md").write_text(NOTE, encoding="utf-8")

    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "other", "--collect-only", "-q"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "no tests collected" in found.stdout


def test_what_cannot_be_read_fails(tmp_path: Path) -> None:
    project = vault(tmp_path, 水果=NOTE + "\n没有数字<!--= 水果.value -->\n\n## 题<!--= 水果.value -->\n")
    (project / "notes" / "坏.md").write_bytes(b"\xff")

    failed = pytest_run(project, "-q")

    assert failed.returncode == 1
    assert "坏.md:1:1: file-not-utf8: " in failed.stdout
    assert "水果.md:19:5: claim-unbound: " in failed.stdout
    assert "Traceback" not in failed.stdout
