"""Canvases and templates that the tool writes: fresh, stale, edited by hand; and what no edit is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from zhixing.source import Source
from zhixing.weave.generated_files import canvas_content, seal_file, text_content, weave_file
from zhixing.weave.regions import Verdict

CANVAS = """{
\t"nodes":[
\t\t{"id":"a","type":"text","text":"# 图\\n\\n<!-- zhixing:file -->","x":0,"y":0,"width":100,"height":60},
\t\t{"id":"b","type":"file","file":"甲.md","x":200,"y":0,"width":100,"height":60}
\t],
\t"edges":[
\t\t{"id":"c","fromNode":"a","fromSide":"right","toNode":"b","toSide":"left"}
\t]
}"""
TEMPLATE = '---\n# 生成的 zhixing:file\ntitle: "{{title}}"\n---\n\n## 定义\n'


def verdict(found: str, computed: str, content: Callable[[str], str], *, accept: bool = False) -> tuple[str, str, str]:
    """Return the verdict on a file, what it is to hold, and the problem's code."""
    woven = weave_file(Source("文件", found), computed, content, accept=accept)
    return woven.verdicts["文件"], woven.text, " ".join(problem.code.slug for problem in woven.problems)


@pytest.mark.parametrize(("text", "content"), [(CANVAS, canvas_content), (TEMPLATE, text_content)])
def test_three_verdicts(text: str, content: Callable[[str], str]) -> None:
    written, other = seal_file(text, content), text.replace("图", "画").replace("定义", "说法")

    assert verdict("", text, content) == (Verdict.MISSING, written, "file-stale")
    assert verdict(written, text, content) == (Verdict.FRESH, written, "")
    assert verdict(written, other, content) == (Verdict.STALE, seal_file(other, content), "file-stale")
    edited = written.replace("甲", "乙").replace("title", "name")
    assert verdict(edited, text, content) == (Verdict.EDITED, edited, "file-edited")
    assert verdict(edited, text, content, accept=True) == (Verdict.EDITED, written, "")
    assert verdict(written.replace("\n", "\r\n"), text, content)[0] == Verdict.FRESH


@pytest.mark.parametrize("own", ["{}", "", "[]", "{", "[" * 100_000, '{"nodes": [1, {"x": {}}]}', "9" * 10_000, "null"])
def test_what_somebody_else_wrote_is_left_alone(own: str) -> None:
    found = own or " "

    assert verdict(found, CANVAS, canvas_content) == (Verdict.EDITED, found, "file-edited")


def changed(change: Callable[[Any], object]) -> str:
    """Return the canvas_content as Obsidian would write it after a change."""
    data = json.loads(seal_file(CANVAS, canvas_content))
    change(data)
    return json.dumps(data, ensure_ascii=False, indent="\t")


NO_EDITS: list[Callable[[Any], object]] = [
    lambda data: data.update(),
    lambda data: data["nodes"].reverse(),
    lambda data: data.update(metadata={"version": "1.0-1.0", "frontmatter": {}}),
    lambda data: data["nodes"][1].update(styleAttributes={}),
    lambda data: data["edges"][0].update(toEnd="arrow", fromEnd="none", label=""),
]
EDITS: list[Callable[[Any], object]] = [
    lambda data: data["nodes"][1].update(x=201),
    lambda data: data["nodes"][1].update(color="1"),
    lambda data: data["nodes"][0].update(text=data["nodes"][0]["text"] + "注"),
    lambda data: data["nodes"].append({"id": "d", "type": "text", "text": "", "x": 0, "y": 0, "width": 1, "height": 1}),
    lambda data: data["edges"].clear(),
    lambda data: data["edges"][0].update(toEnd="none"),
    lambda data: data.update(more=1),
]


@pytest.mark.parametrize("change", NO_EDITS)
def test_what_obsidian_changes_by_itself_is_no_edit(change: Callable[[Any], object]) -> None:
    assert verdict(changed(change), CANVAS, canvas_content)[0] == Verdict.FRESH
    assert verdict(changed(change), CANVAS.replace("甲", "乙"), canvas_content)[0] == Verdict.STALE


@pytest.mark.parametrize("change", EDITS)
def test_what_somebody_moves_or_writes_is_kept(change: Callable[[Any], object]) -> None:
    found = changed(change)

    assert verdict(found, CANVAS, canvas_content) == (Verdict.EDITED, found, "file-edited")
    assert verdict(found, CANVAS.replace("甲", "乙"), canvas_content) == (Verdict.EDITED, found, "file-edited")


def test_a_template_that_lost_its_comment_is_somebodys_own() -> None:
    own = seal_file(TEMPLATE, text_content).replace("# 生成的", "#")

    assert verdict(own.replace("zhixing:file", ""), TEMPLATE, text_content)[0] == Verdict.EDITED
