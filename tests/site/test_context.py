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
        # As on the page itself: by CommonMark's rules `2*3*x` is emphasis, `2 * 3` and `a_b_c` are not.
        ("算 2*3*x 再看 [[乙]] 的 __init__", "算 23x 再看 <b>乙</b> 的 init"),
        ("算 2 * 3 * x 与 a_b_c 再看 [[乙]]", "算 2 * 3 * x 与 a_b_c 再看 <b>乙</b>"),
        (r"看 [[乙]] 里的 a\*b 与 &lt;BOS&gt; 与 \&lt;。", "看 <b>乙</b> 里的 a*b 与 &lt;BOS&gt; 与 &amp;lt;。"),
        ("**甲。乙**见[[丙]]，*丁。*戊", "乙见<b>丙</b>，丁。"),
        ("后[**丙** &amp; 戊](a.md)", "后<b>丙 &amp; 戊</b>"),
        ("见[[丙]]，[一段。又一段](a.md)", "见<b>丙</b>，一段。"),
        ("字`[[码` 与 a!=b 见[[甲]]", "=b 见<b>甲</b>"),
    ],
)
def test_sentence(text: str, expected: str) -> None:
    note = read_note(Source("页.md", text), PurePosixPath("页.md"))
    assert sentence(note, note.links[0]).strip() == expected.strip()
