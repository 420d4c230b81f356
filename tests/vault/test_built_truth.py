"""The site of a generated vault against the truth about its links: every link on its page, every backlink, no more."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
KINDS = [
    *("alias", "block", "broken", "broken_heading", "embed_heading", "heading", "heading_alias", "image", "mdlink"),
    *("path", "plain", "related", "self_heading"),
]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.links", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a vault and its site, and what was printed of them."""
    folder = tmp_path_factory.mktemp("links")
    done = bench("--notes", "80", "--broken", "0.05", "--keep", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_every_link_and_every_backlink_is_right(built: tuple[Path, str]) -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in built[1].splitlines() if line.startswith("|")]
    scores = {kind: (int(right), int(total)) for kind, right, total, _ in rows[2:]}
    assert [*scores] == [*KINDS, "no other link", "backlinks", "no dead link", "no lost picture", "no [["]
    assert all(right == total > 0 for right, total in scores.values())
    assert sum(scores[kind][1] for kind in KINDS) > 1000
    assert scores["backlinks"][1] > 900


@pytest.mark.parametrize(
    ("found", "put", "kind"),
    [
        (r'<section class="backlinks"[^>]*><h2>[^<]*</h2><ul><li>.*?</li>', "<section><ul>", "backlinks"),
        (r'(<h2 id="定义)', r"\1-", "no dead link"),
        (r'可以参见<a href="[^"]*">', '可以参见<a href="./">', "no other link"),
        (r"(<article.*?)标识句D", r"\1[[标识句D", "no [["),
        (r'<img[^>]* src="', r'\g<0>x', "no lost picture"),
        (r'<em class="stub"[^>]*>', "<em>", "broken"),
        (r'<div class="admonition embed">\s*<p [^>]*>.*?</p>', '<div class="embed">', "embed_heading"),
    ],
)  # fmt: skip
def test_what_is_wrong_on_one_page_is_found(built: tuple[Path, str], found: str, put: str, kind: str) -> None:
    folder, _ = built
    pages = sorted((folder / "site").rglob("index.html"))
    page = next(page for page in pages if re.search(found, page.read_text(encoding="utf-8"), re.DOTALL))
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(found, put, text, count=1, flags=re.DOTALL), encoding="utf-8")
    try:
        done = bench("--site", str(folder / "site"), "--manifest", str(folder / "vault.manifest.json"))
    finally:
        page.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert f"\n{kind}: " in done.stdout
