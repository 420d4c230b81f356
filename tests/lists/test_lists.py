"""Lists that a vault makes of itself: errata, contents, the path by what each note requires."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shell import vault, zhixing
from zhixing import core

SAYING = """---
type: concept
status: done
---

# 甲

甲是 $x$ 的一半<!--= 例.x -->，见 [[乙]]。第二句。

```yaml example
id: 例
compute: {x: 1 / 2}
expect: {x: 1/2}
says:
  - document: 7
    text: x 是 | 三
    instead: x 是 {x}，它的 | 两倍是 {2 * x}
    claims: {x: 3}
  - document: 7
    text: x 是一半
    claims: {x: 0.5}
  - document: 8
    text: 早在古代
    instead: 直到 2014 年
    cites: 王等 2014
  - document: 7
    text: x 小于一
    chosen: 一和二是照着它选的 | 不可能不符
    claims: {holds: [x < 1]}
```
"""


def written(project: Path, name: str) -> str:
    text = (project / "notes" / f"{name}.md").read_text(encoding="utf-8")
    body = text.partition("zhixing:begin")[2].partition("<!-- zhixing:end")[0]
    return body.partition("改动请改在笔记里%%\n\n")[2].strip()


def listed(tmp_path: Path, block: str, **notes: str) -> str:
    project = vault(tmp_path, 表=f"```yaml list\n{block}\n```\n", **notes)
    assert zhixing(project, "regenerate").exit_code == 0
    assert zhixing(project, "regenerate", "--check").exit_code == 0
    return written(project, "表")


def test_errata_hold_what_disagrees_and_what_a_paper_denies(tmp_path: Path) -> None:
    source = "---\ntype: source\ndocument: 7\n---\n来源\n"

    assert listed(tmp_path, "id: 勘误\nof: errata", 甲=SAYING, 文档七=source) == "\n".join(
        [
            "| 应为 | 来源的说法 | 来源 | 例子 |",
            "| --- | --- | --- | --- |",
            "| x 是 0.5，它的 &#124; 两倍是 1。 | x 是 &#124; 三 | [[文档七]] | [[甲#^says-7a7a3fcc\\|甲]] |",
            "| 直到 2014 年。 | 早在古代 | 来源 8 | [[甲#^says-c3069a8b\\|甲]] |",
        ]
    )


@pytest.mark.parametrize("kind", ["errata", "confirmed", "consistent"])
def test_statements_of_a_private_note_are_not_listed(tmp_path: Path, kind: str) -> None:
    found = listed(tmp_path, f"id: 表\nof: {kind}", 甲=SAYING.replace("---\n", "---\npublish: false\n", 1))

    assert "甲" not in found
    assert "来源" not in found


def test_confirmed_hold_what_agrees(tmp_path: Path) -> None:
    found = listed(tmp_path, "id: 真\nof: confirmed", 甲=SAYING)

    assert re.sub("[0-9a-f]{8}", "…", found).splitlines()[2:] == ["| x 是一半 | 来源 7 | [[甲#^says-…\\|甲]] |"]


def test_consistent_hold_what_could_not_have_failed(tmp_path: Path) -> None:
    found = listed(tmp_path, "id: 顺\nof: consistent", 甲=SAYING)

    assert re.sub("[0-9a-f]{8}", "…", found).splitlines() == [
        "| 来源的说法 | 怎样选的 | 来源 | 例子 |",
        "| --- | --- | --- | --- |",
        "| x 小于一 | 一和二是照着它选的 &#124; 不可能不符 | 来源 7 | [[甲#^says-…\\|甲]] |",
    ]


def test_each_row_leads_to_its_callout(tmp_path: Path) -> None:
    project = vault(tmp_path, 表="```yaml list\nid: 误\nof: errata\n```\n", 甲=SAYING)
    zhixing(project, "regenerate")
    note, table = ((project / "notes" / f"{name}.md").read_text(encoding="utf-8") for name in ("甲", "表"))

    names = re.findall(r"\^(says-\w+)", table)
    assert len(names) == 2
    for name in names:
        callout = note.partition(f"\n\n^{name}\n")[0].rpartition("\n\n")[2]
        assert callout.startswith("> [!warning] 来源有误")


def test_notes_are_grouped_with_their_first_sentence(tmp_path: Path) -> None:
    found = listed(tmp_path, "id: 录\nof: notes\nby: status\ntype: concept", 甲=SAYING, 乙="# 乙\n\n没有类型。\n")

    assert found == "**写完的**（1）\n\n- [[甲]]：甲是 $x$ 的一半，见 [[乙]]"


def test_what_is_generated_is_not_what_a_note_says_first(tmp_path: Path) -> None:
    example = "```yaml example\nid: 例\ngiven: {x: 2}\ncompute: {y: x + 1}\nexpect: {y: 3}\nshow: [inputs: x]\n```\n"
    other = example.replace("例", "另")

    found = listed(tmp_path, "id: 录\nof: notes", 甲=f"# 甲\n\n{example}\n甲是这样。\n", 乙=f"# 乙\n\n{other}")

    assert found.splitlines() == ["- [[乙]]", "- [[甲]]：甲是这样", "- [[表]]"]


def test_a_note_that_opens_with_a_question_is_listed_by_what_answers_it(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        "id: 录\nof: notes\ntype: concept",
        甲="---\ntype: concept\n---\n# 甲\n\n怎么办？那样行吗？ 甲是这样。不是那样。\n",
        乙="---\ntype: concept\n---\n# 乙\n\n怎么办？\n",
    )

    assert "- [[甲]]：甲是这样\n" in f"{found}\n"
    assert "- [[乙]]：怎么办\n" in f"{found}\n"


def test_the_path_puts_each_note_after_what_it_requires(tmp_path: Path) -> None:
    def note(*needs: str) -> str:
        return "---\ntype: concept\nrequires: [" + ", ".join(f'"[[{need}]]"' for need in needs) + "]\n---\n文\n"

    found = listed(
        tmp_path, "id: 路\nof: path\ntype: concept", 丁=note("乙", "丙"), 乙=note("甲"), 甲=note(), 丙=note()
    )

    assert found == "1. [[丙]]、[[甲]]\n2. [[乙]]\n3. [[丁]]"


def test_a_list_with_the_id_of_an_example_is_refused(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=SAYING, 表="```yaml list\nid: 例\nof: errata\n```\n")

    assert "list-invalid: The id '例' is taken already. Choose another." in zhixing(project, "check").stdout


def test_the_core_s_reference_promises_only_what_examples_can_give(tmp_path: Path) -> None:
    project = vault(tmp_path, 表="```yaml list\nid: 核\nof: core\n```\n")
    assert zhixing(project, "regenerate").exit_code == 0
    lines = (project / "notes" / "表.md").read_text(encoding="utf-8").splitlines()
    below = {line: lines[number + 2] for number, line in enumerate(lines) if line.startswith("**")}
    assert below["**attention**"].endswith("sink)`，例子里可以写，但没有 `grouped`、`past`")
    assert below["**gelu**"] == "`gelu(x, approximate)`，例子里可以写，但没有 `approximate`"
    assert below["**extend_cache**"] == "`extend_cache(past_K, past_V, K, V, keep)`，例子里可以写"


def test_the_core_s_reference_holds_every_documented_function(tmp_path: Path) -> None:
    project = vault(tmp_path, 表="```yaml list\nid: 核\nof: core\n```\n", Softmax="[[表]]\n")
    assert zhixing(project, "regenerate").exit_code == 0

    text = (project / "notes" / "表.md").read_text(encoding="utf-8")

    documented = [name for name in core.__all__ if "Formula:" in (getattr(core, name).__doc__ or "")]
    assert len(documented) > 40
    assert [name for name in documented if f"**{name}**" not in text] == []
    assert "- 笔记：[[Softmax]]" in text
