"""The pages of a vault's tags."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from shell import vault as project_of
from shell import zhixing
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.markdown import write_markdown
from zhixing.page.tags import Tags, tag_pages, tags_of, walk
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.pages import MAX_LEVELS, ROOM, ROOM_BY_NOTE, levels
from zhixing.vault.vault import Vault, fold


def vault_of(*files: str, **notes: str) -> Vault:
    """Return a vault of notes by their path, `.md` left out."""
    texts = {PurePosixPath(f"{path}.md"): text for path, text in sorted(notes.items())}
    read = {path: read_note(Source(str(path), text), path) for path, text in texts.items()}
    return Vault(Path("notes"), read, tuple(PurePosixPath(file) for file in files), ())


def pages_of(tags: Tags) -> dict[PurePosixPath, str]:
    return {path: write_markdown(page) for path, page in tag_pages(tags).items()}


def listed(tags: Tags, name: str) -> list[str]:
    tag = tags.find(name)
    return [str(note.path) for note in tag.notes] if tag else []


def test_a_tag_has_the_notes_of_nested_tags_too_each_once() -> None:
    vault = vault_of(
        甲="---\ntags: [数学, 数学/概率]\n---\n又是 #数学/概率/贝叶斯\n", **{"夹/乙": "#数学/概率\n", "丙": "#物理\n"}
    )
    tags = tags_of(vault)
    assert [tag.name for tag in walk(tags.roots)] == ["数学", "数学/概率", "数学/概率/贝叶斯", "物理"]
    assert listed(tags, "数学") == ["夹/乙.md", "甲.md"]
    assert listed(tags, "数学/概率/贝叶斯") == ["甲.md"]
    assert pages_of(tags)[PurePosixPath("tags/数学/概率.md")] == (
        "# #数学/概率 { #数学概率 }\n\n[标签](../index.md) / [#数学](../数学.md)\n\n"
        "## 下级标签 · 1 { #下级标签 }\n\n- [#数学/概率/贝叶斯](概率/贝叶斯.md) · 1\n\n"
        "## 笔记 · 2 { #笔记 }\n\n- [乙](../../夹/乙.md)\n- [甲](../../甲.md)\n"
    )
    assert pages_of(tags)[PurePosixPath("tags/index.md")] == (
        "# 标签 { #标签 }\n\n- [#数学](数学.md) · 2\n    - [概率](数学/概率.md) · 2\n"
        "        - [贝叶斯](数学/概率/贝叶斯.md) · 1\n- [#物理](物理.md) · 1\n"
    )


def test_case_does_not_tell_tags_apart_and_the_first_spelling_is_shown() -> None:
    tags = tags_of(vault_of(a="#Deep/Net\n", b="#deep/NET #DEEP\n", c="---\ntags: ['#deep']\n---\n"))
    assert [tag.name for tag in walk(tags.roots)] == ["Deep", "Deep/Net"]
    assert listed(tags, "dEEP") == ["a.md", "b.md", "c.md"]


def test_what_is_not_published_shows_nowhere() -> None:
    vault = vault_of(甲="#甲\n", 乙="---\npublished: false\n---\n#甲 #秘密\n")
    assert not any("乙" in text or "秘密" in text for text in pages_of(tags_of(vault)).values())
    assert tag_pages(tags_of(vault, lambda note: note.name == "无")) == {}


def test_what_obsidian_takes_for_no_tag_has_no_page() -> None:
    assert [levels(name) for name in ("1984", "a b", "..", "C/C++", "a,b", "", "/", "1/", "x.y")] == [()] * 9
    assert levels("y1984") == ("y1984",)
    assert levels("a//b/") == ("a", "b")
    assert len(levels("a/" * 10_000)) == MAX_LEVELS
    vault = vault_of(甲="---\ntags: [1984, a b, ../x, 好]\n---\n")
    assert [str(path) for path in tag_pages(tags_of(vault))] == ["tags/index.md", "tags/好.md"]


def test_no_path_of_a_tag_is_taken_or_refused() -> None:
    names = ["index", "README", "con", "a/index", "straße", "STRASSE", "🧠", "a-b", "a_b", "长" * 200, "坏\x01名"]
    tags = tags_of(vault_of(甲=" ".join(f"#{name}" for name in names)))
    paths = [str(tag.path) for tag in walk(tags.roots)]
    assert paths[:3] == ["tags/a.md", "tags/a/index-.md", "tags/a-b.md"]
    assert {"tags/con-.md", "tags/index-.md", "tags/readme-.md", "tags/🧠.md"} < set(paths)
    assert {"tags/strasse.md", "tags/straße-.md"} < set(paths)
    assert all(len(part.encode()) < 200 for path in paths for part in path.split("/"))
    assert not any("\x01" in path for path in paths)


def test_the_vaults_own_files_stay() -> None:
    assert str(tags_of(vault_of(**{"Tags/甲": "#甲\n"})).index) == "tags-2/index.md"
    assert str(tags_of(vault_of("tags-2/x.png", tags="#甲\n")).index) == "tags-3/index.md"
    assert str(tags_of(vault_of("TAGS"), taken=["tags-2/unread.md"]).index) == "tags-3/index.md"
    assert str(tags_of(vault_of("a/tags/x.png")).index) == "tags/index.md"


def test_a_tag_in_prose_leads_to_its_page_but_not_inside_a_link() -> None:
    vault = vault_of(**{"夹/甲": "看 #数学/概率 与 [话 #数学](乙.md)\n", "夹/乙": "好 #MATH_x\n"})
    note = vault.notes[PurePosixPath("夹/甲.md")]
    assert write_markdown(read_page(vault, note, results(vault), tags_of(vault))) == (
        '看 <span class="tag">[#数学/概率](../tags/数学/概率.md)</span> 与 [话 <span class="tag">#数学</span>](乙.md)\n'
    )
    assert 'class="tag">#数学/概率</span>' in write_markdown(read_page(vault, note, results(vault)))


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_every_tag_has_a_page_of_its_own_whose_links_lead_to_pages(names: list[str]) -> None:
    vault = vault_of(甲="".join(f"#{name}\n\n" for name in names))
    tags = tags_of(vault)
    pages = pages_of(tags)
    folded = {str(path).casefold() for path in pages}
    assert len(folded) == len(pages) == len(list(walk(tags.roots))) + bool(pages)
    assert all(tags.by_key[fold(tag.name)] is tag for tag in walk(tags.roots))
    for path, text in pages.items():
        assert not re.search(r"(?:^|/)(?:\.{0,2}|index/.*)(?:/|$)", str(path.parent))
        assert len(re.findall(r"^ *- ", text, re.MULTILINE)) == len(
            re.findall(r"^ *- \[.*\]\([^()]+\)", text, re.MULTILINE)
        )


def test_a_vault_has_no_more_pages_of_tags_than_it_has_room_for(tmp_path: Path) -> None:
    text = " ".join(f"#t/{number}" for number in range(4_000))
    tags = tags_of(vault_of(a=text, b="#t/1 #t/3999 #neu\n"))
    room = ROOM + 2 * ROOM_BY_NOTE
    assert len(tag_pages(tags)) == room + 1
    assert [tag.name for tag in walk(tags.roots)][:2] == ["t", "t/0"]
    assert listed(tags, "t/1") == ["a.md", "b.md"]
    assert [tags.find(name) for name in ("t/3999", "neu")] == [None, None]

    project = project_of(tmp_path)
    for name, written in {"a": text, "b": "---\ntags: [t/3999]\n---\n"}.items():
        (project / "notes" / f"{name}.md").write_text(written, encoding="utf-8")
    told = [line for line in zhixing(project, "check").stdout.splitlines() if "names-many" in line]
    assert told == [
        f"notes/a.md:1:{text.index(f'#t/{room - 1}') + 1}: names-many: The vault has more tags than get pages; "
        f"'#t/{room - 1}' has none. Use fewer tags.",
        "notes/b.md:2:1: names-many: The vault has more tags than get pages; '#t/3999' has none. Use fewer tags.",
    ]
