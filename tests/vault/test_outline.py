"""What a vault takes from an earlier one is what it would work out by itself."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from zhixing.markdown.dialect import Dialect
from zhixing.source import Source
from zhixing.vault.graph import Edge, backlinks, circles, edges, orphans, read_outline, requirements, take_edges
from zhixing.vault.note import Note, read_note
from zhixing.vault.pages import name_pages
from zhixing.vault.vault import Vault

COUNT = 12
HEAD = '---\ntitle: 题{number}\ntags: [甲]\nrequires: ["[[n{other}]]"]\n---\n'
TEXT = "# 题{number}\n\n## 定义\n\n话 [[n{a}]] 与 ![[n{b}#定义]]、[[n{c}#^b{c}]]。 #行内\n\n块。 ^b{number}\n"
# A change of a note's text, and whether all but the text stays as it is.
EDITS = {
    "a sentence": ("话", "新话", True),
    "a line above": ("## 定义", "一行\n\n## 定义", True),
    "a line below": (r"\Z", "\n尾\n", True),
    "a heading": ("## 定义", "## 另义", False),
    "a block": (r" \^b", " ^c", False),
    "a link": (r"话 \[\[n\d+", "话 [[n0", False),
    "a link more": (r"\Z", "\n[[n1]]\n", False),
    "no embed": ("!", "", False),
    "a tag": ("#行内", "#其他", False),
    "a title": ("title: 题", "title: 新题", False),
    "a publication": ("tags:", "publish: false\ntags:", False),
    "a requirement": (r"requires: .*\n", "", False),
}


def note(name: str, text: str) -> Note:
    return read_note(Source(f"{name}.md", text), PurePosixPath(f"{name}.md"))


def make(chance: random.Random) -> Vault:
    def some() -> int:
        return chance.randrange(COUNT)

    texts = {
        number: (HEAD.format(number=number, other=some()) if number % 2 else "")
        + TEXT.format(number=number, a=some(), b=some(), c=some())
        for number in range(COUNT)
    }
    notes = [note(f"n{number}", text) for number, text in sorted(texts.items(), key=lambda one: f"n{one[0]}.md")]
    return Vault(PurePosixPath(), {one.path: one for one in notes}, ())  # type: ignore[arg-type]  # nothing is read


def edited(vault: Vault, path: PurePosixPath, edit: str) -> Vault:
    pattern, with_, _ = EDITS[edit]
    changed = note(path.stem, re.sub(pattern, with_, vault.notes[path].text, count=1, flags=re.MULTILINE))
    return replace(vault, notes={**vault.notes, path: changed})


def said(found: tuple[Edge, ...]) -> list[tuple[int, Edge]]:
    """Return edges with the very notes that they lead to."""
    return [(id(edge.resolution.note), edge) for edge in found]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("edit", EDITS)
def test_links_that_are_taken_are_those_of_a_new_vault(edit: str, seed: int) -> None:
    chance = random.Random(seed)
    before = make(chance)
    edges(before)
    for _ in range(3):
        after = edited(before, chance.choice([*before.notes]), edit)
        alone = replace(after)
        take_edges(after, before)
        assert said(edges(after)) == said(edges(alone))
        assert [*backlinks(after)] == [*backlinks(alone)]
        assert [said(found) for found in backlinks(after).values()] == [said(one) for one in backlinks(alone).values()]
        assert requirements(after) == requirements(alone)
        assert [*map(id, orphans(after))] == [*map(id, orphans(alone))]
        assert [[*map(id, circle)] for circle in circles(after)] == [[*map(id, circle)] for circle in circles(alone)]
        assert name_pages(after) == name_pages(alone)
        before = after


@pytest.mark.parametrize("edit", EDITS)
def test_the_outline_stays_while_nothing_but_text_changes(edit: str) -> None:
    before = make(random.Random(1))
    edges(before)
    path = PurePosixPath("n1.md")
    after = edited(before, path, edit)
    assert after.notes[path].text != before.notes[path].text
    take_edges(after, before)
    assert (after.outline is before.outline) == EDITS[edit][2]


LISTED = "<!-- zhixing:begin {} -->\n{}\n<!-- zhixing:end 1a2b3c4d -->\n"
# Two texts that differ, for other notes, in nothing but one thing.
DIFFERING = {
    "a property": ("---\npicture: a.png\n---\n", "---\npicture: b.png\n---\n"),
    "a tag": ("#甲", "#乙"),
    "the level of a heading": ("# 甲", "## 甲"),
    "the text of a heading": ("# 见 [词]\n\n[词]: 甲", "# 见 [词]\n\n[辞]\n\n[辞]: 甲"),
    "the anchor of a heading": ("# 甲\n\n话 {#甲}", "# 甲\n\n<a id=甲></a>"),
    "a heading as written": ("# 甲", "# *甲*"),
    "a block": ("话 ^a", "话 ^b"),
    "an id": ('<a id="a"></a>', '<a id="b"></a>'),
    "a footnote": ("话[^1]\n\n[^1]: 注", "话[^2]\n\n[^2]: 注"),
    "the path of a link": ("[[甲]]", "[[乙]]"),
    "the heading of a link": ("[[甲#一]]", "[[甲#二]]"),
    "the block of a link": ("[[甲#^a]]", "[[甲#^b]]"),
    "a link that embeds": ("[[甲]]", "![[甲]]"),
    "a link of Markdown": ("[[甲.md]]", "[甲.md](甲.md)"),
    "the address of a link": ("<https://a.b>", "<https://a.c>"),
    "what is generated": (LISTED.format("a", "话"), LISTED.format("b", "话")),
    "a broken mark": (LISTED.format("a", "话"), LISTED.format("a", "话") + "<!-- zhixing:end b -->\n"),
    "a link that is generated": ("[[甲]]\n\n" + LISTED.format("a", "话"), LISTED.format("a", "[[甲]]")),
}


@pytest.mark.parametrize("what", DIFFERING)
def test_an_outline_says_all_that_others_ask(what: str) -> None:
    one, other = (
        read_outline(read_note(Source("n.md", text), PurePosixPath("n.md"), dialect=Dialect(attributes=True)))
        for text in DIFFERING[what]
    )
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    assert len(differing) == 1
