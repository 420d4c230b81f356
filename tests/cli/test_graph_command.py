"""`zhixing graph`: the overview, one note's neighbours, mentions, and the JSON that docs/links.md describes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shell import contents, vault, zhixing

NOTES = {
    "注意力": "---\naliases: [Attention]\nrelated: ['[[点积]]']\n---\n# 定义\n\n用[[点积#公式|点积]]，"
    "见 [[没写]]、![[图.png]]。\n",
    "点积": "# 公式\n\n注意力用它。Attention 也是。\n\n| attention |\n|---|\n| 字 |\n",
    "孤": "[[没写#节]] [[点积#没有]] [网](https://a.b) [[孤]]\n\n"
    "<!-- zhixing:begin 例 -->\n\n注意力\n\n<!-- zhixing:end 0 -->\n",
    "index": "[[注意力|入门]]，**点积**。\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = vault(tmp_path, **NOTES)
    (made / "notes" / "图.png").write_bytes(b"")
    return made


def test_overview(project: Path) -> None:
    assert zhixing(project, "graph").stdout == (
        "4 notes; links from one to another: 3; mentions without a link: 2\n"
        "\n"
        "Most linked, by how many notes\n"
        "     2  notes/点积.md\n"
        "     1  notes/注意力.md\n"
        "\n"
        "No note links to\n"
        "  notes/孤.md\n"
        "\n"
        "Still to be written, by how many notes want them\n"
        "     2  没写: notes/孤.md:1:1\n"
        "\n"
        "Mentioned and not linked, by how many notes\n"
        "     1  注意力 → notes/注意力.md\n"
        "     1  点积 → notes/点积.md\n"
        "\n"
        "`zhixing graph NOTE` shows what surrounds a note, `--mentions` each mention, `--json` everything.\n"
    )


def test_one_note(project: Path) -> None:
    assert zhixing(project, "graph", "注意力", "点积").stdout == (
        "notes/注意力.md\n"
        "  links to (3)\n"
        "    notes/图.png  7:24\n"
        "    notes/点积.md  3:11, 7:2\n"
        "    没写 (not there)  7:17\n"
        "  linked from (1)\n"
        "    notes/index.md  1:1\n"
        "  mentioned, and not linked, in (1)\n"
        "    notes/点积.md:3:1: 注意力 → [[注意力]] (and 2 more): 注意力用它。\n"
        "\n"
        "notes/点积.md\n"
        "  linked from (2)\n"
        "    notes/孤.md  1:10\n"
        "    notes/注意力.md  3:11, 7:2\n"
        "  mentions, and does not link (1)\n"
        "    notes/点积.md:3:1: 注意力 → [[注意力]] (and 2 more): 注意力用它。\n"
        "  mentioned, and not linked, in (1)\n"
        "    notes/index.md:1:14: 点积 → [[点积]]: 入门，点积。\n"
    )


def test_mentions_are_a_list_to_work_through(project: Path) -> None:
    assert zhixing(project, "graph", "--mentions").stdout == (
        "notes/index.md:1:14: 点积 → [[点积]]: 入门，点积。\n"
        "notes/点积.md:3:1: 注意力 → [[注意力]] (and 2 more): 注意力用它。\n"
    )
    assert zhixing(project, "graph", "--mentions", "index").stdout.count("\n") == 1


def test_json_has_the_shape_that_is_documented(project: Path) -> None:
    before = contents(project)
    data = json.loads(zhixing(project, "graph", "--json").stdout)

    assert contents(project) == before
    assert data["schema"] == 1
    assert data["orphans"] == ["孤.md"]
    assert data["most_linked"] == [{"path": "点积.md", "notes": 2}, {"path": "注意力.md", "notes": 1}]
    wanted = [
        {"from": "孤.md", "line": 1, "column": 1, "embed": False, "property": ""},
        {"from": "注意力.md", "line": 7, "column": 17, "embed": False, "property": ""},
    ]
    assert data["stubs"] == [{"name": "没写", "wanted_by": wanted}]
    assert [note["path"] for note in data["notes"]] == ["index.md", "孤.md", "注意力.md", "点积.md"]
    _, lonely, attention, product = data["notes"]
    assert lonely["mentions"] == []  # what a tool wrote mentions nobody
    assert [(one["to"], one["kind"], one["place"], one["found"]) for one in lonely["links"]] == [
        ("没写", "missing", "节", False), ("点积.md", "note", "没有", False), ("孤.md", "note", "", True),
    ]  # fmt: skip
    assert attention["aliases"] == ["Attention"]
    assert attention["links"][0] == {
        "to": "点积.md", "kind": "note", "place": "", "found": True, "line": 3, "column": 11, "embed": False,
        "property": "related",
    }  # fmt: skip
    assert [(one["from"], one["line"], one["column"]) for one in product["backlinks"]] == [
        ("孤.md", 1, 10), ("注意力.md", 3, 11), ("注意力.md", 7, 2),
    ]  # fmt: skip
    assert product["mentions"][2] == {
        "to": "注意力.md", "line": 5, "column": 3, "text": "attention", "link": "[[注意力\\|attention]]",
        "sentence": "attention", "linked": False,
    }  # fmt: skip
    assert [one["from"] for one in attention["mentioned_by"]] == ["点积.md"] * 3
    for note in data["notes"]:
        assert all(one["linked"] is False for one in note["mentions"])


def test_every_key_of_the_json_is_documented(project: Path) -> None:
    described = (Path(__file__).parent.parent.parent / "docs" / "links.md").read_text(encoding="utf-8")

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for one in value.values() for key in keys(one)}
        return {key for one in value for key in keys(one)} if isinstance(value, list) else set()

    for key in keys(json.loads(zhixing(project, "graph", "--json").stdout)):
        assert f"`{key}`" in described, key


def test_a_mention_of_a_note_that_is_linked_elsewhere_says_so(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="[[乙乙]] 与 乙乙\n", 乙乙="文\n")
    (note, _) = json.loads(zhixing(project, "graph", "--json").stdout)["notes"][::-1]
    assert [(one["text"], one["linked"]) for one in note["mentions"]] == [("乙乙", True)]
    assert zhixing(project, "graph", "--mentions").stdout == ""


def test_names_do_not_steer_a_terminal_and_unreadable_notes_are_told(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="\x1b[2J[[没有\x07]] 乙乙\n", 乙乙="文\n")
    (project / "notes" / "坏.md").write_bytes(b"\xff")

    shown = zhixing(project, "graph")

    assert "\x1b" not in shown.stdout
    assert "\x07" not in shown.stdout
    assert shown.exit_code == 1
    assert "notes/坏.md:1:1: file-not-utf8:" in shown.stdout


def test_a_terminal_sees_how_far_it_is(project: Path) -> None:
    pty = pytest.importorskip("pty", reason="this system has no terminals of this kind")
    main, terminal = pty.openpty()
    words = (sys.executable, "-c", "from zhixing.cli import main; main()", "graph")

    done = subprocess.run(words, cwd=project, stdout=subprocess.PIPE, stderr=terminal, check=True)

    os.close(terminal)
    seen = os.read(main, 65536).decode()
    os.close(main)
    assert "Reading" in seen
    assert "Looking for mentions" in seen
    assert seen.count("100%") == 2
    assert b"%" not in done.stdout
