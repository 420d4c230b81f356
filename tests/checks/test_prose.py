"""Claims in prose over generated notes: what is found is what was written, and a fix touches digits alone."""

from __future__ import annotations

import random
from pathlib import Path, PurePosixPath

import pytest

from zhixing.checks.coverage import coverage
from zhixing.claims.backing import Backing
from zhixing.claims.fix import fix_numerals
from zhixing.claims.judge import judge_note
from zhixing.language.runs import run_all
from zhixing.problems import Code
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault

EXAMPLE = """```yaml example
id: 甲
axes: {词: [小明, 小红]}
given:
  scores[词]: [3, 1]
  tenth: 0.1
  none: 0
  five: 5
compute:
  weights[词]: softmax(scores)
  first: weights[0]
  twice: 1000 * sum(scores)
  answer: argmax(weights)
expect: {first: 0.881}
```
"""
# Each way of writing: a text with a hole for the number, numerals that hold, and one that does not.
MANNERS = [
    ("权重是 {}<!--= 甲.first -->。", ["0.8808", "0.88", "88.08%", "０．８８", "8.808×10⁻¹", "约 0.9"], "0.72"),
    ("占了{}<!--= 甲.first -->左右。", ["约八成八", "0.881"], "二成"),
    ("共有 {}<!--= 甲.twice --> 份。", ["4000", "4,000", "4千", "四千", "4e3"], "5,000"),
    ("公式 $x = {}$<!--= 甲.twice --> 成立。", ["4000", r"4 \times 10^{3}"], "4001"),
]
FILLER = [
    "其中 `8<!--= 甲.first -->` 是代码，",
    "（$y=3$）",
    "见 [[别处|第 3 节]]，",
    "**强调**，",
    "于是",
    "<b>又</b>",
    "“引”",
]


def written(seed: int, *, wrong: bool) -> tuple[str, list[str], int]:
    """Return a note's text, the references it claims in order, and how many of them are wrong."""
    rng = random.Random(seed)
    lines, references, bad = [EXAMPLE], [], 0
    for _ in range(rng.randint(1, 4)):
        frame, right, mistaken = rng.choice(MANNERS)
        miss = wrong and rng.random() < 0.5
        bad += miss
        numeral = mistaken if miss else rng.choice(right)
        prefix = "".join(rng.sample(FILLER, rng.randint(0, 3)))
        quote = rng.choice(["", "> ", "- "])
        lines.append(f"{quote}{prefix}{frame.format(numeral)}")
        references.append(frame.partition("<!--= ")[2].partition(" -->")[0])
    return "\n\n".join(lines) + "\n", references, bad


@pytest.fixture(scope="module")
def backing() -> Backing:
    return backing_of(EXAMPLE)


def backing_of(text: str) -> Backing:
    note = read_note(Source("甲.md", text), PurePosixPath("甲.md"))
    return Backing.of(run_all(Vault(Path(), {note.path: note}, ())))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_claims_found_are_claims_written(block: int, backing: Backing) -> None:
    for seed in range(block * 500, block * 500 + 500):
        text, references, bad = written(seed, wrong=True)
        note = read_note(Source("注.md", text), PurePosixPath("注.md"))

        claims, problems = note.claims, note.claim_problems

        assert problems == ()
        assert [claim.reference for claim in claims] == references, text
        assert sum(judged.code is not None for judged in judge_note(note, backing)) == bad, text
        assert coverage(note).unmarked == (), text


@pytest.mark.slow
@pytest.mark.parametrize("block", range(5))
def test_a_fix_changes_digits_only_and_once(block: int, backing: Backing) -> None:
    for seed in range(block * 200, block * 200 + 200):
        text, _, bad = written(seed, wrong=True)
        note = read_note(Source("注.md", text), PurePosixPath("注.md"))

        once = fix_numerals(note, backing)
        again = read_note(Source("注.md", once), PurePosixPath("注.md"))

        assert (once == text) == (bad == 0)
        assert without_numerals(once) == without_numerals(text)
        assert not any(judged.code for judged in judge_note(again, backing))
        assert fix_numerals(again, backing) == once


def without_numerals(text: str) -> str:
    return "".join(
        c for c in text if c not in "0123456789０１２３４５６７８９.．,，%％×⁻⁰¹²³约 一二三四五六七八九十百千万成点"
    )


@pytest.mark.parametrize(
    ("prose", "code"),
    [
        ("是 0.880<!--= 甲.first -->", Code.CLAIM_ROUNDED),
        ("是 0.882<!--= 甲.first -->", Code.CLAIM_WRONG),
        ("是 0.2<!--= 甲.tenth -->", Code.CLAIM_WRONG),
        ("是 0.0<!--= 甲.tenth -->", Code.CLAIM_WRONG),
        ("是 0.1<!--= 甲.none -->", Code.CLAIM_WRONG),
        ("是 1e5<!--= 甲.five -->", Code.CLAIM_WRONG),
        ("是 14.2 years<!--= 甲.first -->", Code.CLAIM_WRONG),
        ("是 3,5<!--= 甲.five -->", Code.CLAIM_UNBOUND),
        ("是 2~5<!--= 甲.five -->", Code.CLAIM_UNBOUND),
        ("是 x<!--= 甲.five -->", Code.CLAIM_UNBOUND),
        ("是**五个苹果**<!--= 甲.five -->", Code.CLAIM_UNBOUND),
        ("是 5 kg<!--= 甲.five -->", None),
        ("是 0.88<!--= first -->", Code.CLAIM_UNKNOWN),
        ("是 0.72<!--= 甲.first -->", Code.CLAIM_WRONG),
        ("是 -0.88<!--= 甲.first -->", Code.CLAIM_FLIPPED),
        ("是**小红**<!--= 甲.answer -->", Code.CLAIM_FLIPPED),
        ("是**小明**<!--= 甲.answer -->", None),
        ("是 8<!--= 甲.answr -->", Code.CLAIM_UNKNOWN),
        ("是 8<!--= 甲.weights -->", Code.CLAIM_UNKNOWN),
        ('是 0.8808<!--= 甲.weights["小明"] -->', None),
    ],
)
def test_how_a_claim_is_wrong(prose: str, code: Code | None, backing: Backing) -> None:
    note = read_note(Source("注.md", prose), PurePosixPath("注.md"))

    (judged,) = judge_note(note, backing)

    assert judged.code is code


def test_coverage_counts_claims_waivers_and_the_rest() -> None:
    text = (
        "# 第 3 章\n\n有 3 个，2024-01-15 写，第 2 步，GPT-3。\n\n是 8<!--= 甲.first -->，"
        "约 5<!--= 免: 举例 -->，还有 7 与 `9`。\n\n<!-- zhixing:begin 甲 -->\n\n| 1 | 2 |\n\n<!-- zhixing:end 0 -->\n"
    )
    note = read_note(Source("注.md", text), PurePosixPath("注.md"))

    found = coverage(note)

    assert (found.claims, found.waived, [one.text for one in found.unmarked]) == (1, 1, ["3", "7"])
    assert found.counts.share == 1 / 4


SIGNS = """```yaml example
id: 负
given:
  d: -3
  p: 0.000002
  q: 2000000000000
  r: 2
```
"""


@pytest.mark.parametrize(
    ("prose", "fixed"),
    [
        ("（甲)8<!--= 负.d -->", "（甲)8<!--= 负.d -->"),
        ("[甲]8<!--= 负.d -->", "[甲]8<!--= 负.d -->"),
        ("{甲}8<!--= 负.d -->，又 7<!--= 负.r -->", "{甲}8<!--= 负.d -->，又 2<!--= 负.r -->"),
        ("是8<!--= 负.d -->", "是-3<!--= 负.d -->"),
        ("是10^6<!--= 负.p -->", "是2×10⁻⁶<!--= 负.p -->"),
        ("是10^6<!--= 负.q -->", "是2×10¹²<!--= 负.q -->"),
        ("是10^6<!--= 负.r -->", "是2×10^0<!--= 负.r -->"),
        ("是$10^6$<!--= 负.q -->", "是$2\\times 10^{12}$<!--= 负.q -->"),
        ("$$\nx = 5\\times 10^6\n$$<!--= 负.p -->", "$$\nx = 5\\times 10^6\n$$<!--= 负.p -->"),
    ],
)
def test_a_fix_reads_back_where_it_stands_and_stays_what_it_is(prose: str, fixed: str) -> None:
    note = read_note(Source("a.md", f"{SIGNS}\n{prose}\n"), PurePosixPath("a.md"))
    backing = backing_of(SIGNS)

    once = fix_numerals(note, backing)

    assert once == f"{SIGNS}\n{fixed}\n"
    assert fix_numerals(read_note(Source("a.md", once), note.path), backing) == once
