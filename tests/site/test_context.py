"""The sentence shown with a backlink."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from zhixing.site.head import sentence
from zhixing.source import Source
from zhixing.vault.note import read_note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前面。这里见 [[甲]]，很**重**要。后面。\n", "这里见 <b>甲</b>，很重要。"),
        ("- [ ] 做 [[甲|别名]] 与 [[乙]]\n", "做 <b>别名</b> 与 乙"),
        ("> [!tip] 看[[甲]]里的 `[[码]]`\n", "看<b>甲</b>里的 <code>[[码]]</code>"),
        (
            "当 $d_k$ 大时见[[甲]]<!--= a.b -->。\n",
            "当 <math><msub><mi>d</mi><mi>k</mi></msub></math> 大时见<b>甲</b>。",
        ),
        ("| 一 | 见[[甲]]吧 | 三 |\n|--|--|--|\n", "见<b>甲</b>吧 "),
        ("[[甲]]\n", ""),
        ("## [[甲]]的<b>&\n", "<b>甲</b>的&amp;"),
        ("长" * 100 + "[[甲]]" + "文" * 100 + "\n", "…" + "长" * 60 + "<b>甲</b>" + "文" * 60 + "…"),
    ],
)
def test_sentence(text: str, expected: str) -> None:
    note = read_note(Source("页.md", text), PurePosixPath("页.md"))
    assert sentence(note, note.links[0]).strip() == expected.strip()
