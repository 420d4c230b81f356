"""A note as portable Markdown, in a vault of a few notes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from casefile import read_cases
from zhixing.portable import portable
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault

CASES = Path(__file__).parent.parent / "cases" / "portable.md"
OTHERS = {
    "数学/Softmax.md": "---\naliases: [软最大]\n---\n\n前言。 ^intro\n\n## 数学形式\n\n"
    "$$\na\n$$\n\n## 温度\n\n低。[^1]\n\n[^1]: 注\n",
    "圈.md": "看 ![[页]]\n",
    "隐.md": "---\npublished: false\n---\n隐\n",
    "空 格 (一).md": "空\n",
}
FILES = ("数学/图.png", "数学/声.mp3", "附件/表.csv")
BODIES = {"水果": "\n| 键 | 权重 |\n|--|--:|\n| apple | 0.6 |\n\n![权重|360](_figures/水果.svg)\n"}


def page(text: str, **others: str) -> str:
    texts = {**OTHERS, **others, "页.md": text}
    notes = {
        PurePosixPath(path): read_note(Source(path, content), PurePosixPath(path)) for path, content in texts.items()
    }
    vault = Vault(Path("notes"), dict(sorted(notes.items())), tuple(PurePosixPath(file) for file in FILES), ())
    return portable(vault, notes[PurePosixPath("页.md")], BODIES)


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*c[2:], id=f"{c[0]}-{c[1]}") for c in read_cases(CASES)])
def test_case(text: str, expected: str) -> None:
    assert page(text) == expected


def test_a_stale_result_gives_way_and_its_source_folds() -> None:
    declared = "```yaml example\nid: 水果\naxes:\n  键: [apple]\ngiven:\n  权重[键]: [0.6]\n```\n"
    stale = "<!-- zhixing:begin 水果 -->\n\n旧 0.1\n\n<!-- zhixing:end 00000000 -->\n"
    for text in (f"前\n\n{declared}\n{stale}\n后\n", f"前\n\n{declared}\n后\n"):
        shown = page(text)
        assert "旧" not in shown
        assert "zhixing:" not in shown
        before, table, figure, source, after = (
            shown.index(part)
            for part in ("前", "| apple | 0.6 |", "_figures/水果.svg", "> [!source]- 源码：水果", "后")
        )
        assert before < table < figure < source < after
        assert '![权重](_figures/水果.svg){ width="360" }' in shown
        assert ">   键: [apple]" in shown


def test_a_result_without_its_end_hides_nothing() -> None:
    assert "尾" in page("<!-- zhixing:begin 水果 -->\n\n旧\n\n尾\n")


def test_notes_that_embed_one_another_stop_with_a_message() -> None:
    shown = page("![[圈]]\n")
    assert "嵌入成环：页 → 圈 → 页" in shown


def test_a_page_does_not_double_with_every_embed() -> None:
    bombs = {f"弹{n}.md": f"![[弹{n + 1}]]\n\n![[弹{n + 1}]]\n" for n in range(60)} | {"弹60.md": "字" * 50_000}
    assert len(page("![[弹0]]\n", **bombs)) < 2_000_000


@pytest.mark.parametrize(
    "line", ["[[" * 50_000, "![[页]]" * 2_000, "$" * 100_000, "==" * 50_000, "\ufdd00\ufdd1" * 1000, "^[" * 50_000]
)
def test_hostile_lines_end(line: str) -> None:
    assert "\ufdd0" not in page(f"{line}\n{line}\n")
