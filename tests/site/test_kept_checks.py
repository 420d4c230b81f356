"""A check after any edit says what a check says that keeps nothing, and mostly without a look at all notes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from edits import EDITS, Author

from shell import vault, zhixing
from zhixing.cli import edited
from zhixing.language import budget
from zhixing.problems import STALE
from zhixing.vault import store

ROUNDS = int(os.environ.get("ROUNDS", "30"))
HISTORY = 10
"""Rounds of a history of edits: after more, so much is broken that most edits concern all notes."""
SEED = int(os.environ.get("ROUNDS_FROM", "1"))
NOTES = int(os.environ.get("ROUNDS_NOTES", "10"))
VARIED = """# 换 {number}

```yaml example
id: 换{number}
of: 例{base}
with:
  s[键]: [1, {number}]
expect:
  和: {number}
```

换了以后是 {number}<!--= 换{number}.和 -->。

这是练习。
"""
LISTS = "# 勘误\n\n```yaml list\nid: 勘误\nof: errata\n```\n\n```yaml list\nid: 图\nof: map\n```\n"
SAID = """# 说 {number}

```yaml example
id: 说{number}
uses: {{前: 例0.和}}
axes: {{行: 3}}
given:
  v[行]: {{file: 数.csv}}
compute:
  倍: 前 * {number} + sum(v)
says:
  - document: {number}
    text: 它是三
    claims: {{倍: 3}}
    instead: 它是 {{倍}}
```

见 [[换 {number}]]、[[笔记4#^例4.和]]、[[说 1#^说1.倍]]与[[笔记0#^例0.没有]]，共 3<!--= 倍 -->；`<!--= 例4.和 -->`。
"""


def write_vault(project: Path, seed: int) -> Author:
    author = Author(project, seed, NOTES)
    # Embeds in a circle concern all notes, and of notes that embed any others most lie on one.
    for number in range(NOTES):
        (path,) = author.vault.rglob(f"笔记{number}.md")
        author.change(path, r"!\[\[笔记\d+#", f"![[笔记{number - 1}#" if number else "[[笔记0#")
    for number in range(3):
        author.write(author.vault / f"换 {number}.md", VARIED.format(number=number, base=number * 4))
        author.write(author.vault / f"说 {number}.md", SAID.format(number=number))
    author.write(author.vault / "数.csv", "1,2,0\n")
    listed = LISTS if seed % 2 else LISTS + "\n```yaml list\nid: 连\nof: map\nfolder: 注意力\n```\n"
    author.write(author.vault / "勘误.md", listed)
    zhixing(author.project, "regenerate")
    return author


def regenerate(author: Author, _: Path) -> None:
    zhixing(author.project, "regenerate", *author.random.choice([(), ("--fix-claims",), ("--accept",)]))


def change_data(author: Author, _: Path) -> None:
    author.write(author.vault / "数.csv", f"1,2,{author.random.randrange(3)}\n")


def change_figure(author: Author, _: Path) -> None:
    figures = sorted(author.vault.rglob("_figures/*.svg"))
    if figures:
        author.write(author.random.choice(figures), author.random.choice(["<svg/>", ""]))


def change_compute(author: Author, path: Path) -> None:
    author.change(path, r"^  (倍|和): .*$", author.random.choice(["  倍: 前 + 1", "  和: sum(w)", "  和: 2 * sum(w)"]))


def change_prose(author: Author, path: Path) -> None:
    author.write(path, path.read_text(encoding="utf-8") + author.random.choice(["一句。\n", "\n\n", "`例0`\n"]))


COUNTS: list[tuple[int, int]] = []
"""For each history, how many of the checks that keep something looked at few notes, and how many there were."""
OWN: tuple[Callable[[Author, Path], None], ...] = (
    regenerate, regenerate, change_data, change_figure, change_compute, change_prose, change_prose,
)  # fmt: skip
# So often an author breaks an example or renames a note.
RARE = ("break_example", "rename", "move", "delete", "create", "remove_folder", "change_settings", "change_template")


def edit(author: Author) -> str:
    """Make a random edit; return what it was."""
    common = [one for name, one in EDITS.items() if name not in RARE]
    rare = [EDITS[name] for name in RARE]
    one = author.random.choice([*common, *OWN * 4] if author.random.random() < 0.9 else rare)
    one(author, author.random.choice(author.notes()))
    return one.__name__


def check(author: Author, *options: str) -> tuple[int, str, str]:
    result = zhixing(author.project, "check", "--json", *options)
    return result.exit_code, result.stdout, result.stderr


def check_anew(author: Author, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Return what a check says that keeps nothing, and leaves what others have kept."""
    with monkeypatch.context() as apart:
        apart.setenv("XDG_CACHE_HOME", str(folder / "none"))
        return check(author, "--no-cache")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each check that keeps something, and knows no outcome of the same files, looked at few notes."""
    found: list[bool] = []
    check_edited = edited.check_edited

    def count(project, recall):  # type: ignore[no-untyped-def]  # it is check_edited's own signature
        outcome = check_edited(project, recall)
        if recall.store:
            found.append(outcome is not None)
        return outcome

    monkeypatch.setattr(edited, "check_edited", count)
    return found


@pytest.mark.parametrize("history", range(max(1, ROUNDS // HISTORY)))
def test_random_edits_are_checked_as_by_a_check_that_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: list[bool], history: int
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    author = write_vault(tmp_path / "project", SEED + history)
    check(author)
    done: list[str] = []
    for number in range(HISTORY):
        done += [edit(author) for _ in range(author.random.choice([1, 1, 1, 2]))]
        if author.random.random() < 0.03:
            done.append("another version of the tool")
            monkeypatch.setattr(store, "version_digest", lambda number=number: f"version{number}")
        kept = check(author)
        assert kept == check_anew(author, tmp_path, monkeypatch), done
        assert check(author) == kept
    COUNTS.append((sum(few), len(few)))


def test_many_of_these_checks_looked_at_few_notes() -> None:
    few, checks = (sum(one) for one in zip(*COUNTS, strict=True))
    assert few > checks // 8, COUNTS


@pytest.mark.parametrize("seed", [1, 2])
def test_edits_that_concern_few_notes_are_checked_by_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: list[bool], seed: int
) -> None:
    """Each of an example, a claim, a variation's prose and a block is an edit that no list says anything of."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    author = write_vault(tmp_path / "project", seed)
    check(author)
    assert few == [False]
    for name, old, new in (
        ("笔记8", "  和: 前 + 1", "  和: 前 + 2"),
        ("笔记8", "和是 1<", "和是 2<"),
        ("换 1", "这是练习", "这是例子"),
        ("笔记5", "一块文字", "一块字"),
    ):
        (path,) = author.vault.rglob(f"{name}.md")
        text = path.read_text(encoding="utf-8")
        author.write(path, text.replace(old, new))
        assert path.read_text(encoding="utf-8") != text
        kept = check(author)
        assert few.pop(), name
        assert kept == check_anew(author, tmp_path, monkeypatch), name


@pytest.mark.parametrize(
    ("name", "old", "new", "listing"),
    [
        ("笔记6", "这里说", "那里说", "notes/目录.md"),
        ("换 1", "换了以后是", "换后是", "notes/目录.md"),
        ("说 1", "倍: 前 * 1", "倍: 前 * 3", "notes/勘误.md"),
        ("笔记7", "(笔记3.md)", "(笔记8.md)", "notes/连.canvas"),
    ],
)
def test_an_edit_of_what_a_list_says_makes_the_list_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str, listing: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    author = write_vault(tmp_path / "project", 2)

    def find_stale() -> set[str]:
        """Return the files that a check calls stale."""
        kept = check(author)
        assert kept == check_anew(author, tmp_path, monkeypatch)
        stale = {code.slug for code in STALE}
        return {one["path"] for one in json.loads(kept[1]) if one["code"] in stale}

    assert find_stale() == set()
    (path,) = author.vault.rglob(f"{name}.md")
    text = path.read_text(encoding="utf-8")
    author.write(path, text.replace(old, new, 1))
    assert path.read_text(encoding="utf-8") != text
    assert listing in find_stale()


def test_a_note_that_links_to_a_result_rests_on_its_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: list[bool]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    example = "```yaml example\nid: 例\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {a * 3: 6}\n```\n"
    other = example.replace("例", "另")
    link = "见 [[甲#^例.x]]。\n"
    project = vault(
        tmp_path / "project", 甲=f"# 甲\n\n{example}\n见 [[乙]]、[[丙]]。\n", 乙=f"# 乙\n\n{link}",
        丙=f"# 丙\n\n{link}\n{other}",
    )  # fmt: skip
    zhixing(project, "regenerate")
    assert "link-block" not in zhixing(project, "check").stdout
    with (project / "notes" / "丙.md").open("a", encoding="utf-8") as edited_before:
        edited_before.write("\n又一句。\n")
    assert "link-block" not in zhixing(project, "check").stdout
    note = project / "notes" / "甲.md"
    note.write_text(note.read_text(encoding="utf-8").replace("{x: a", "{z: a"), encoding="utf-8")
    told = zhixing(project, "check").stdout
    for name in ("乙", "丙"):
        assert f"notes/{name}.md:3:3: link-block: The example '例' has no result 'x'." in told
    assert few == [False, True, True]


def test_a_list_rests_on_the_runs_of_what_it_repeats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    example = "```yaml example\nid: 例\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {x < 9: 1}\n```\n"
    says = "says:\n  - document: 甲\n    text: 三\n    claims: {y: 3}\n    instead: 它是 {y}\n"
    user = f"```yaml example\nid: 用\nuses: {{x: 例.x}}\ncompute: {{y: x + 1}}\n{says}```\n"
    listed = "# 表\n\n```yaml list\nid: 误\nof: errata\n```\n"
    project = vault(tmp_path / "project", 甲=f"# 甲\n\n文。\n\n{example}", 乙=f"# 乙\n\n文。\n\n{user}", 表=listed)
    zhixing(project, "regenerate")
    assert "region-stale" not in zhixing(project, "check").stdout
    note = project / "notes" / "甲.md"
    note.write_text(note.read_text(encoding="utf-8").replace("a: 2", "a: 2.5"), encoding="utf-8")
    told = zhixing(project, "check").stdout
    for name in ("误", "用"):
        assert f"region-stale: The results of '{name}' are not what it computes now" in told


DEAR = """# 贵 {number}

```yaml example
id: 贵{number}
axes: {{n: 1000}}
compute:
  s: sum(n * n)
show:
- table: [s]
```

和是 332833500<!--= 贵{number}.sum(n * n) -->。
"""


@pytest.mark.parametrize("share", ["SHARED_RUNNING", "SHARED_SHOWING", "SHARED_CLAIMING"])
@pytest.mark.parametrize("refused", [False, True])
def test_what_all_may_compute_together_goes_with_the_length_of_all_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: list[bool], share: str, refused: bool
) -> None:
    """A sentence changes nothing; a page of prose allows what was refused, without one it is refused again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    monkeypatch.setattr(budget, "ALLOWANCE", 0)
    monkeypatch.setattr(budget, "LEAST_WORK", 0)
    monkeypatch.setattr(budget, "FIGURE_WORK", 0)
    monkeypatch.setattr(budget, share, budget.Share(0, 70 if share != "SHARED_SHOWING" else 500))
    dear = {f"贵{number}": DEAR.format(number=number) for number in range(2)}
    author = Author.__new__(Author)
    author.project = vault(tmp_path / "project", 文="", **dear)
    prose = author.project / "notes" / "文.md"
    long, short = f"# 文\n\n{'字' * 3_000}\n", "# 文\n\n字\n"
    author.write(prose, short if refused else long)
    zhixing(author.project, "regenerate")
    told = [check(author)]
    for text in (f"{short}\n又一句。\n", f"{long}\n一句。\n", f"{long}\n又一句。\n"):
        author.write(prose, text)
        told.append(check(author))
        assert told[-1] == check_anew(author, tmp_path, monkeypatch)
    assert [("example-cost" in out or "takes more than" in out) for _, out, _ in told] == [refused, True, False, False]
    assert few == [False, False, False, True]
