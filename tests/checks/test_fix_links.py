"""Fixed links: they lead where they led, show what they showed, and nothing else moves."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_vaults import vault_of
from zhixing.checks.check_links import check_links
from zhixing.checks.fix_links import fix_links, fold_heading
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.markdown import write_markdown
from zhixing.problems import Code
from zhixing.vault.graph import edges
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

PAGE = PurePosixPath("页.md")
OTHERS = {
    "Math/Softmax.md": "---\naliases: [软最大, Soft max, shared]\n---\n# 定义\n\n文 ^b1\n",
    "注意力.md": "---\naliases: [Attention, shared]\n---\n# 定义\n\n## C+ 与“引号”\n\n文 ^b1\n",
    "上/同名.md": "---\naliases: [Twin]\n---\n# 定义\n",
    "下/同名.md": "# 定义\n",
    "a b (c).md": "空\n",
    "it's.md": "---\naliases: [its]\n---\n文\n",
    "Pic.png": "",
    "附/Clip.MP4": "",
    "附/表.csv": "",
}
# Names as they are, in other cases, by alias, by path, and names of nothing.
PATHS = [
    "Softmax", "softmax", "SOFTMAX", "Math/Softmax", "math/softmax", "./math/SOFTMAX", "Softmax.md", "softmax.md",
    "/math/softmax", "软最大", "soft max", "Soft max", "shared", "Attention", "attention", "注意力", "同名", "Twin",
    "twin", "上/同名", "A B (c)", "没有", "pic.PNG", "Pic.png", "clip.mp4", "附/clip.mp4", "附/表.CSV", "its",
    "IT'S", "",
]  # fmt: skip
PLACES = ["", "", "#定义", "#^b1", "#^B1", "#没有", "#C 与引号", "#c+ 与“引号”", "#定义#没有"]
DISPLAYS = ["", "", "|字", "| 字 ", "|100", "|图|100x20", r"\|字", "|a]b", "|[x]"]


@st.composite
def links(draw: st.DrawFn) -> str:
    path, place, display = draw(st.sampled_from(PATHS)), draw(st.sampled_from(PLACES)), draw(st.sampled_from(DISPLAYS))
    embed = draw(st.sampled_from(["", "!"]))
    if draw(st.booleans()):
        space = draw(st.sampled_from(["", " "]))
        return f"{embed}[[{space}{path}{place}{space}{display}]]"
    coded = f"{path}{place}".replace(" ", "%20")
    target = draw(
        st.sampled_from([coded, f"<{path}{place}>", coded.replace("定", "%E5%AE%9A").replace("意", "%E6%84%8F")])
    )
    return f"{embed}[字]({target})"


@st.composite
def pages(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["", "related: [{}]", 'related:\n  - "{}"', "requires: {}", "up: '{}'", 'x: "{}"']))
    lines = [draw(st.sampled_from(FRAMES)).format(draw(links()), draw(links())) for _ in range(draw(st.integers(0, 5)))]
    inside = head.format(draw(st.one_of(links(), st.sampled_from(PATHS)))) if head else ""
    return (f"---\n{inside}\n---\n" if head else "") + "\n\n".join(lines) + "\n"


FRAMES = [
    "文{}文{}", "- {}\n  - {}", "> [!note] {}\n> {}", "| {} | 栏 |\n|---|---|\n| 字 | {} |", "## 题 {}\n\n{}",
    "=={}== ^[见 {}]", "[^1]: {}\n\n`{}`", "> | {} |\n> |---|\n> | {} |", "文\n| 头 {} |\n| --- |\n| {} |",
    "[{}]({})", "**{}** %%{}%%", "$x$ {}\r\n{}",
]  # fmt: skip


def with_page(text: str) -> Vault:
    return vault_of({**OTHERS, str(PAGE): text})


def targets(vault: Vault) -> list[tuple[object, ...]]:
    """Return what each link of the page leads to; of headings that are not found, nothing."""
    found = [edge for edge in edges(vault) if edge.source.path == PAGE]
    return [
        (
            (one.link.embed, one.link.wiki, one.link.field, one.link.url),
            (one.resolution.note and one.resolution.note.path, one.resolution.file, one.resolution.block),
            "" if one.resolution.heading_missing else one.resolution.heading,
        )
        for one in found
    ]


def shown(note: Note) -> list[str]:
    """Return what Obsidian shows for each link; embeds, and links that hold another, left out."""
    texts = []
    for link in note.links:
        block = [f"^{link.block}"] if link.block else []
        if not link.embed and "[" not in link.display:
            texts.append(link.display or " > ".join(part for part in (link.path, *link.headings, *block) if part))
    return texts


def around(note: Note) -> list[str]:
    """Return a note's text without its links."""
    pieces, at = [], 0
    for link in note.links:
        pieces.append(note.source.text[at : link.span.start])
        at = max(at, link.span.end)
    return [*pieces, note.source.text[at:]]


@pytest.mark.slow
@settings(deadline=None, max_examples=250)
@given(pages())
def test_fixed_links_lead_and_read_as_before(text: str) -> None:
    vault = with_page(text)
    changes = {note.path: new for note, new in fix_links(vault, {PAGE})}
    if not changes:
        return
    after = with_page(changes[PAGE])
    old, new = vault.notes[PAGE], after.notes[PAGE]

    for was, is_ in zip(targets(vault), targets(after), strict=True):
        assert was[:-1] == is_[:-1]
        assert was[-1] in ("", is_[-1])
    assert shown(new) == shown(old)
    assert around(new) == around(old)
    assert not list(fix_links(after, {PAGE}))
    if not any(edge.resolution.heading_missing for edge in edges(vault)):
        assert write_markdown(read_page(after, new, results(after))) == write_markdown(
            read_page(vault, old, results(vault))
        )


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(pages())
def test_what_is_fixed_is_no_longer_told(text: str) -> None:
    """Every problem that says that --fix fixes it goes; all others stay as they are."""
    vault = with_page(text)
    for _, new in fix_links(vault, {PAGE}):
        told = [one for one in check_links(vault) if one.path == str(PAGE)]
        left = [one for one in check_links(with_page(new)) if one.path == str(PAGE)]
        assert not any("--fix" in one.fix for one in left)
        assert sorted(one.what for one in left) == sorted(one.what for one in told if "--fix" not in one.fix)


def test_no_link_is_fixed_that_need_not_be() -> None:
    vault = with_page("[[Softmax]] [[注意力|Attention]] ![[Pic.png]] [字](a%20b%20%28c%29.md) [[没有]] [[同名]]\n")
    assert not list(fix_links(vault, set(vault.notes)))
    assert {one.code for one in check_links(vault) if one.path == str(PAGE)} == {
        Code.LINK_STUB,
        Code.LINK_AMBIGUOUS,
        Code.ORPHAN,
    }


def test_what_folding_keeps_apart() -> None:
    assert (
        fold_heading("Softmax 函数：定义")
        == fold_heading("softmax函数 定义")
        == fold_heading("ＳＯＦＴＭＡＸ函数“定义”")
    )
    assert fold_heading("self-attention") == fold_heading("Self attention")
    assert len({fold_heading(text) for text in ["3.1 节", "31 节", "C++", "C", "C#", "a b", "ab"]}) == 6
