"""What commands keep between runs changes nothing that they say: not after any edit, and not where it is damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shell import contents, inside, vault, zhixing
from small_vaults import DECLARED
from zhixing.markdown.blocks import scan
from zhixing.markdown.generated import SEAL
from zhixing.source import Source
from zhixing.vault.load import _Loader, report_file
from zhixing.vault.store import INDEX, open_store
from zhixing.wording.zh import WORDING

COMMANDS = (
    ("check", "--all"),
    ("check", "--json"),
    ("check", "--quiet", "notes/乙.md"),
    ("regenerate", "--check"),
    ("regenerate", "--diff"),
    ("regenerate",),
)
LIST = "```yaml list\nid: 目\nof: contents\n```\n"
TEXTS = {
    "plain": "# 甲\n\n见 [[乙]] 与 [[丙#节]]、[[没有]]。\n",
    "heading": "---\naliases: [庚]\n---\n# 丙\n\n## 节\n\n![[乙]] ^块\n",
    "renamed": "---\naliases: [己, 庚]\nrequires: ['[[甲]]']\n---\n## 别的节\n\n[[丙#^块]] [[庚]]\n",
    "example": f"# 例\n\n{DECLARED}\n",
    "claim": "# 说\n\n结果是 0.6<!--= 水果.w[0] -->，见 [[甲]]。\n",
    "list": f"# 表\n\n{LIST}",
    "hidden": "---\npublish: false\nrequires: ['[[丙]]']\n---\n[[甲]]\n",
    "broken": "---\ntags: [\n---\n```yaml example\nid: 例\n```\n",
}
NAMES = ("甲", "乙", "丙", "夹/甲", "夹/戊")
FILES = {
    "mkdocs.yml": (
        "site_name: 试\ndocs_dir: notes\n",
        "site_name: 试\ndocs_dir: notes\nplugins: [zhixing: {problems: {orphan: error}, publish: marked}]\n",
    ),
    "templates/概念.md": ("---\ntype: 概念\n---\n## 定义\n", "---\ntype: 概念\ntitle:\n---\n## 更多\n"),
    "notes/图.png": ("x", "y"),
    "notes/.obsidian/templates.json": ('{"folder": "夹"}', "{}"),
}
EDITS = st.one_of(
    st.tuples(st.just("note"), st.sampled_from(NAMES), st.sampled_from(sorted(TEXTS))),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("file"), st.sampled_from(sorted(FILES)), st.sampled_from(["0", "1"])),
    st.tuples(st.just("same times"), st.sampled_from(NAMES), st.sampled_from(["节", "书"])),
    st.tuples(st.just("write"), st.just(""), st.just("")),
)


# Notes in which nothing is computed, so that after most edits few of them are checked again.
LINES = (
    "见 [[甲]]。", "[[乙#节]] 与 [[乙#没有]]", "[[丙#^块]]", "![[乙#节]]", "![[丙]]", "![[丁]]", "[[庚]]", "[[没有]]",
    "[[丁|丁]]", "## 节", "## 别的节", "### 节", "一段。 ^块", "#标签/甲", "[链](丁.md)", "[[夹/甲]] [[夹/甲#节]]",
    "[[夹/甲#^块]]", "正文。", '<a id="标"></a>', "[标](丁.md#标)", "[标](乙.md#标)", "",
    "```python\nx\n", "%% 注", "$$", "<!-- 注 -->", "- [ ] 任务", "<title/>",
)  # fmt: skip
PROPERTIES = (
    "",
    "publish: false",
    "aliases: [庚]",
    "requires: ['[[乙]]']",
    "requires: ['[[丁]]']",
    "tags: [a/b]",
    "tag: [",
    "permalink: /丁/",
    "permalink: /新/",
    "permalink: ../外",
)
PLAIN = ("甲", "乙", "丙", "丁", "夹/甲", "index", "README")
TEXT = st.builds(
    lambda head, lines: "\n\n".join([f"---\n{head}\n---" if head else "# 题", *lines]) + "\n",
    st.sampled_from(PROPERTIES),
    st.lists(st.sampled_from(LINES), max_size=6),
)


@contextmanager
def cache(folder: Path) -> Iterator[None]:
    before, os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CACHE_HOME"], str(folder)
    try:
        yield
    finally:
        os.environ["XDG_CACHE_HOME"] = before


def edit(project: Path, kind: str, what: str, how: str) -> None:
    path = project / "notes" / f"{what}.md"
    if kind == "note":
        write(path, TEXTS[how])
    elif kind == "file":
        write(project / what, FILES[what][int(how)])
    elif kind == "write":
        zhixing(project, "regenerate")
    elif not path.exists():
        return
    elif kind == "delete":
        path.unlink()
    elif kind == "rename":
        path.rename(project / "notes" / f"{how}.md")
    else:
        known = path.stat()
        write(path, path.read_text(encoding="utf-8").replace("节", how))
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def told(project: Path, *command: str) -> tuple[int, str, str]:
    result = zhixing(project, *command)
    return result.exit_code, result.stdout, result.stderr


@settings(max_examples=15)
@given(st.lists(EDITS, min_size=1, max_size=8))
def test_any_edit_is_seen(edits: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = vault(Path(folder) / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"], 丙=TEXTS["heading"])
        (project / "notes" / "夹").mkdir()
        for one in edits:
            with cache(Path(folder) / "kept"):
                edit(project, *one)
                for command in (("check", "--json"), ("regenerate", "--diff")):
                    kept = told(project, *command)
                    with cache(Path(folder) / "none"):
                        assert kept == told(project, *command, "--no-cache")


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(dict.fromkeys(PLAIN, TEXT)),
    st.lists(st.tuples(st.sampled_from(PLAIN), TEXT | st.none()), min_size=2, max_size=6),
    st.sampled_from(
        [
            *("", "plugins: [zhixing: {problems: {orphan: error, 夹: {link-stub: off}}}]\n"),
            *("plugins: [{zhixing: {addresses: permalink}}]\n", "plugins: [{zhixing: {addresses: quartz}}]\n"),
        ]
    ),
)
def test_what_an_edit_does_not_concern_is_as_it_was(
    texts: dict[str, str], edits: list[tuple[str, str | None]], plugins: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, cache(Path(folder) / "kept"):
        project = vault(Path(folder) / "a")
        write(project / "mkdocs.yml", f"site_name: 试\ndocs_dir: notes\n{plugins}")
        for name, text in texts.items():
            write(project / "notes" / f"{name}.md", text)
        told(project, "check")
        for name, new in edits:
            path = project / "notes" / f"{name}.md"
            # Most edits change a line or two of a note.
            write(path, path.read_text(encoding="utf-8") + "又一句。\n" if new is None else new)
            kept = told(project, "check", "--json")
            with cache(Path(folder) / "none"):
                assert kept == told(project, "check", "--json", "--no-cache")


def test_after_an_edit_few_notes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"n{number}": f"# 题\n\n[[n{number + 1}]]\n" for number in range(20)}
    project = vault(tmp_path / "a", **texts, m="# 题\n\n## 节\n", k="[[m#节]]\n")
    read: list[str] = []
    read_one = _Loader._read

    def count(self: _Loader, path: PurePosixPath) -> Source | None:
        read.append(str(path))
        return read_one(self, path)

    monkeypatch.setattr(_Loader, "_read", count)
    with cache(tmp_path / "kept"):
        zhixing(project, "check")
        read.clear()
        write(project / "notes" / "m.md", "# 题\n\n## 新的节\n\n[[没有]]\n")
        told = zhixing(project, "check", "--all").stdout

        assert sorted(read) == ["k.md", "m.md"]
        assert "link-heading" in told
        assert "link-stub" in told


def test_a_check_reads_the_blocks_of_each_note_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = '## 节\n\n<a id="标"></a>字 ^块\n\n注[^1]。\n\n[^1]: 话。\n'
    texts = {f"n{number}": f"# 题\n\n{places}\n[[n{number + 1}#节]] [标](n0.md#标) [[n0#^块]]\n" for number in range(5)}
    project = vault(tmp_path / "a", **texts)
    read: list[str] = []

    def count(text: str, *rest):  # type: ignore[no-untyped-def]  # it is scan's own signature
        read.append(text)
        return scan(text, *rest)

    monkeypatch.setattr("zhixing.markdown.reading.scan", count)
    with cache(tmp_path / "kept"):
        zhixing(project, "check")
    assert sorted(one for one in read if "# 题" in one) == sorted(texts.values())


def test_a_second_run_says_the_same_and_reads_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"], 丙=TEXTS["heading"])
    with cache(tmp_path / "kept"):
        zhixing(project, "regenerate")
        settle(project)
        first = [told(project, *command) for command in COMMANDS]
        monkeypatch.setattr("zhixing.vault.load._Loader.load", lambda _: pytest.fail("the vault is read"))
        second = [told(project, *command) for command in COMMANDS]

    assert first == second


def settle(project: Path) -> None:
    """Make every file one that was changed long ago: what was changed just now is read again."""
    for path in project.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


@pytest.mark.parametrize(("command", "edited"), [("check", False), ("regenerate", False), ("check", True)])
def test_a_run_imports_little_where_little_changed(tmp_path: Path, command: str, edited: bool) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"])
    program = "import sys, zhixing.cli as z\ntry: z.main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    with cache(tmp_path / "kept"), inside(project):
        zhixing(project, "regenerate")
        zhixing(project, command)
        if edited:
            write(project / "notes" / "甲.md", TEXTS["plain"] + "又一句。\n")
        else:
            zhixing(project, command)
        run = subprocess.run([sys.executable, "-c", program, command], capture_output=True, text=True, check=False)

    imported = set(run.stderr.split())
    assert "zhixing.vault.store" in imported
    assert not {"numpy", "jinja2", "zhixing.compose", "zhixing.language"} & imported


def test_no_cache_forgets_what_was_kept(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"])
    with cache(tmp_path / "kept"):
        zhixing(project, "check")
        assert list((tmp_path / "kept" / "zhixing").iterdir())
        zhixing(project, "check", "--no-cache")
        assert list((tmp_path / "kept" / "zhixing").iterdir()) == []


def test_nothing_is_kept_inside_the_vault(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"])
    before = contents(project)
    with cache(project / "notes" / "缓存"):
        zhixing(project, "check")

    assert contents(project) == before


@pytest.mark.parametrize("value", [b"", b"{}", b"[1]", b"\xff", b'{"notes": 1}', b'{"": [1]}'])
def test_what_is_no_outcome_is_ignored(tmp_path: Path, value: bytes) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"])
    with cache(tmp_path / "kept"):
        expected = told(project, "check", "--json")
        store = open_store(project / "notes", INDEX)
        assert store
        store.update("check", dict.fromkeys(store.get_all("check"), value) or {b"x": value})
        store.update("files", {b"": value})
        assert told(project, "check", "--json") == expected
        store.update("base", {b"check": value})
        write(project / "notes" / "甲.md", TEXTS["plain"] + " ")

        assert told(project, "check", "--json") == expected


def test_a_vault_with_links_is_read_each_time(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"])
    write(project / "notes" / ".藏" / "丙.md", "")
    (project / "notes" / "丙.md").symlink_to("乙.md")
    with cache(tmp_path / "kept"):
        assert json.loads(zhixing(project, "check", "--json").stdout)
        (project / "notes" / "乙.md").unlink()
        assert "leads nowhere" in zhixing(project, "check").stdout


def test_settings_behind_a_link_are_read_each_time(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"])
    for place, folder in (("b", "夹"), ("a/notes/c", "")):
        write(tmp_path / place / "templates.json", json.dumps({"folder": folder}))
    write(project / "notes" / "夹" / "乙.md", "[[没有]]\n")
    (project / "notes" / ".obsidian").symlink_to(tmp_path / "b")
    with cache(tmp_path / "kept"):
        first = told(project, "check")
        (project / "notes" / ".obsidian").unlink()
        (project / "notes" / ".obsidian").symlink_to(project / "notes" / "c")
        write(project / "notes" / "c" / "templates.json", json.dumps({"folder": "夹"}))
        assert told(project, "check") != first


def test_a_cache_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"])
    write(tmp_path / "kept", "a file")
    with cache(tmp_path / "kept"):
        first, second = told(project, "check"), told(project, "check")
    with cache(tmp_path / "none"):
        assert first == second == told(project, "check")


def test_a_copy_of_the_vault_has_an_index_of_its_own(tmp_path: Path) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 丙=TEXTS["heading"])
    with cache(tmp_path / "kept"):
        zhixing(project, "check")
        shutil.copytree(project, tmp_path / "b")
        (tmp_path / "b" / "notes" / "丙.md").unlink()

        assert "'丙'" in zhixing(tmp_path / "b", "check").stdout
        assert "'丙'" not in zhixing(project, "check").stdout


def test_a_report_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = vault(tmp_path / "a", 甲=TEXTS["plain"], 乙=TEXTS["example"])
    report = project / "notes" / report_file(WORDING)
    with cache(tmp_path / "kept"):
        write(report, f"# 检查\n\n<!-- {SEAL} -->\n")
        first = told(project, "check")
        write(report, f"# 检查\n\n<!-- {SEAL} -->\n\n一个问题\n")
        with monkeypatch.context() as patched:
            patched.setattr(_Loader, "load", lambda _: pytest.fail("the vault is read"))
            assert told(project, "check") == first
        write(report, "# 检查\n\n一篇笔记\n")
        assert told(project, "check") != first
