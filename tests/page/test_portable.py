"""A note as the Markdown of an export, in a vault of a few notes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from casefile import Case, cases
from small_vaults import DECLARED, vault_of
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.export import export
from zhixing.page.markdown import write_markdown
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault

OTHERS = {
    "数学/Softmax.md": "---\naliases: [软最大]\n---\n\n前言。 ^intro\n\n## 数学形式\n\n"
    "$$\na\n$$\n\n## 温度\n\n低。[^1]\n\n[^1]: 注\n",
    "圈.md": "看 ![[页]]\n",
    "隐.md": "---\npublished: false\n---\n隐\n",
    "空 格 (一).md": "空\n",
    "果.md": f"{DECLARED}\n<!-- zhixing:begin 水果 -->\n\n旧 0.1\n\n<!-- zhixing:end 00000000 -->\n".replace(
        "水果", "苹果"
    ),
}
FILES = ("数学/图.png", "数学/声.mp3", "附件/表.csv", "附件/影.mp4", "附件/书.pdf", "图谱.canvas", "库.base")


def page(text: str, **others: str) -> str:
    texts = {**OTHERS, **others, "页.md": text}
    notes = {
        PurePosixPath(path): read_note(Source(path, content), PurePosixPath(path)) for path, content in texts.items()
    }
    vault = Vault(Path("notes"), dict(sorted(notes.items())), tuple(PurePosixPath(file) for file in FILES), ())
    return write_markdown(read_page(vault, notes[PurePosixPath("页.md")], results(vault)))


@pytest.mark.parametrize("case", cases("portable.md"))
def test_case(case: Case) -> None:
    case.check(page(case.given))


STALE = "<!-- zhixing:begin 水果 -->\n\n旧 0.1\n\n<!-- zhixing:end 00000000 -->\n"


@pytest.mark.parametrize("text", [f"前\n\n{DECLARED}\n{STALE}\n后\n", f"前\n\n{DECLARED}\n后\n"])
def test_a_stale_result_gives_way_and_its_source_folds(text: str) -> None:
    shown = page(text)
    assert "旧" not in shown
    assert "zhixing:" not in shown
    parts = ("前", "| apple | 0.6 |", "(_figures/水果.w.svg){ width=", "> [!source]- 源码：水果", "后")
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)
    assert ">   w[键]: softmax(s)" in shown


def test_examples_and_results_that_links_lead_to_have_anchors_in_an_export() -> None:
    texts = {"例.md": f"{DECLARED}\n{STALE}", "页.md": "[[例#^水果.w|那里]] [[例#^水果|例]] [[例#^水果.s]]\n"}
    vault = vault_of(texts)
    pages = export(vault, results(vault), lambda _done, _total: None).texts
    assert "(例.md#example:水果) [例 > ^水果.s](例.md#example:水果.s)" in pages[PurePosixPath("页.md")]
    assert "[那里](例.md#example:水果.w)" in pages[PurePosixPath("页.md")]
    assert pages[PurePosixPath("例.md")].count('id="example:水果"') == 1
    assert pages[PurePosixPath("例.md")].count('id="example:水果.w"') == 1
    alone = vault_of({**texts, "页.md": ""})
    assert "example:" not in export(alone, results(alone), lambda _done, _total: None).texts[PurePosixPath("例.md")]


def test_an_embedded_result_finds_its_figures() -> None:
    shown = page("![[数学/例]]\n", **{"数学/例.md": f"{DECLARED}\n{STALE}"})
    assert "> | apple | 0.6 |" in shown
    assert "(数学/_figures/水果.w.svg)" in shown


@pytest.mark.parametrize(
    "text", [f"{DECLARED}\n<!-- zhixing:begin 水果 -->\n\n旧\n\n尾\n", "<!-- zhixing:end 1 -->\n\n尾\n"]
)
def test_markers_that_do_not_pair_hide_nothing(text: str) -> None:
    assert "尾" in page(text)


def test_lists_are_made_anew() -> None:
    shown = page("```yaml list\nid: 目录\nof: notes\nby: folder\n```\n")
    assert "[Softmax](数学/Softmax.md)" in shown
    assert "源码" not in shown


def test_notes_that_embed_one_another_stop_with_a_message() -> None:
    shown = page("![[圈]]\n")
    assert "嵌入成环：页 → 圈 → 页" in shown


def test_a_page_does_not_double_with_every_embed() -> None:
    bombs = {f"弹{n}.md": f"![[弹{n + 1}]]\n\n![[弹{n + 1}]]\n" for n in range(60)} | {"弹60.md": "字" * 50_000}
    assert len(page("![[弹0]]\n", **bombs)) < 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["[[" * 50_000, "![[页]]" * 2_000, "$" * 100_000, "==" * 50_000, "\ufdd00\ufdd1" * 1000, "^[" * 50_000]
)
def test_hostile_lines_end(line: str) -> None:
    assert page(f"{line}\n{line}\n")
