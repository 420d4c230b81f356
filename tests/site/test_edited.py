"""A build with `--dirty` after edits of texts alone: notes that no page needs are not read; the site is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from edits import EDITS, Author, add_text, change_sentence, hide
from mkdocs.commands.build import build
from served_site import load, read_site

from zhixing.site.incremental.edited import Edited
from zhixing.vault.store import INDEX, open_store

ROUNDS = int(os.environ.get("ROUNDS", "30")) // 2
SEED = int(os.environ.get("ROUNDS_FROM", "1"))
NOTES = int(os.environ.get("ROUNDS_NOTES", "10"))
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


class Writer(Author):
    """Makes a vault in which nothing is computed and nothing but text and pictures is shown."""

    def __init__(self, project: Path, seed: int, notes: int) -> None:
        super().__init__(project, seed, notes)
        for path in ("目录.md", "画布.canvas"):
            (self.vault / path).unlink()

    def note(self, number: int) -> str:
        """Return the text of a note."""
        head = f"---\ntitle: 标题{number}\naliases: [别名{number}]\ntags: [标签{number % 4}]\n"
        requires = f'requires: ["[[笔记{number - 1}]]"]\n' if number % 3 == 1 else ""
        one, two, three, four = (self.random.randrange(self.count) for _ in range(4))
        embed = "![[笔记2#定义]]\n\n![[笔记3#^b3]]\n\n" if number % 4 == 1 else ""
        return (
            f"{head}date: 2026-01-{number % 28 + 1:02}\n{requires}---\n\n# 标题{number}\n\n## 定义\n\n"
            f"这里说{self.words()}，见[[笔记{one}]]与[[别名{two}|另一名]]。"
            f"又见[[笔记{three}#定义]]和[[笔记{four}#^b{four}]]，#行内{number % 3}。\n\n## 例子\n\n"
            f"一块文字{self.words()}[^1]。 ^b{number}\n\n[^1]: 注{self.words()}。\n\n"
            f"{embed}[别处](笔记{three}.md) ![[图{number % 3}.svg]]\n"
        )


def add_footnote(author: Author, path: Path) -> None:
    author.change(path, r"\[\^1\]: ", f"[^1]: 见[[笔记{author.random.randrange(author.count)}]]，")


def add_in_front(author: Author, path: Path) -> None:
    author.change(path, "^# ", "开头一行。\n\n# ")


def break_block(author: Author, path: Path) -> None:
    opening = author.random.choice(["\n```\n没有结束\n", "\n%%没有结束\n", "\n<div>\n"])
    author.write(path, path.read_text(encoding="utf-8") + opening)


def embed_itself(author: Author, path: Path) -> None:
    author.change(path, "^## 例子", "![[#定义]]\n\n## 例子")


def take_back(author: Author, path: Path) -> None:
    """Write a note as it was in the beginning."""
    number = "".join(one for one in path.stem if one.isdigit())
    if number:
        author.write(path, author.note(int(number)))


Edit = Callable[[Author, Path], None]
OWN: list[Edit] = [add_footnote, add_in_front, break_block, embed_itself, take_back]
TEXTS: list[Edit] = [add_text, change_sentence]
# Any text may be shown on a canvas.
OTHERS: list[Edit] = [one for name, one in EDITS.items() if name != "change_canvas"]


def edit(author: Author) -> str:
    """Make an edit: as often as not one of text alone.

    While a note is hidden, or embeds itself, little is taken of the build before, so this does not stay for long.
    """
    chosen = author.random.choice(author.random.choice([TEXTS, TEXTS, TEXTS, OWN, OTHERS]))
    for mark, undo in (("publish: false", hide), ("![[#定义]]", take_back)):
        found = [path for path in author.notes() if mark in path.read_text(encoding="utf-8")]
        if found and author.random.random() < 0.6:
            undo(author, found[0])
            return repr(undo)
    chosen(author, author.random.choice(author.notes()))
    return repr(chosen)


def build_site(project: Path, site: Path, *, dirty: bool = True) -> Edited | None:
    """Build as a new process does; return what was taken of the build before."""
    settings, plugin = load(project, site, {})
    settings.plugins.on_startup(command="build", dirty=dirty)
    build(settings, dirty=dirty)
    settings.plugins.on_shutdown()
    return None if plugin.is_unchanged else plugin.builder.vault.edited


def test_random_edits_of_texts_give_what_a_clean_build_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    author = Writer(tmp_path / "project", SEED, NOTES)
    site = tmp_path / "site"
    build_site(author.project, site)
    edited = 0
    for number in range(ROUNDS):
        edits = [edit(author) for _ in range(author.random.choice([1, 1, 2]))]
        edited += build_site(author.project, site) is not None
        with monkeypatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache{number}"))
            build_site(author.project, tmp_path / f"clean{number}", dirty=False)
        ours, theirs = read_site(site), read_site(tmp_path / f"clean{number}")
        assert [path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)] == [], edits
    assert edited


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path / "project", SEED, 6)


def test_what_decides_over_other_pages_has_the_vault_read_as_a_whole(writer: Writer, tmp_path: Path) -> None:
    note = next(path for path in writer.notes() if path.stem == "笔记0")
    build_site(writer.project, tmp_path / "site")
    add_text(writer, note)
    assert build_site(writer.project, tmp_path / "site") is not None
    edits = {"^title: .*$": "title: 别的", "^## 例子": "## 别的", r"\^b0$": "^c0", "别名0": "又名", "笔记": "别名"}
    for pattern, text in edits.items():
        writer.change(note, pattern, text)
        assert build_site(writer.project, tmp_path / "site") is None
    hide(writer, note)
    assert build_site(writer.project, tmp_path / "site") is None
    add_text(writer, writer.vault / "index.md")
    assert build_site(writer.project, tmp_path / "site") is None  # a note is hidden


def test_problems_are_those_of_a_whole_reading(
    writer: Writer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    note = next(path for path in writer.notes() if path.stem == "笔记0")
    writer.write(note, note.read_text(encoding="utf-8") + "\n[[没有的一篇]]\n\n$$\nx\n")
    build_site(writer.project, tmp_path / "site")
    writer.change(note, "这里说", "第一行\n\n这里说")
    caplog.clear()
    assert build_site(writer.project, tmp_path / "site") is not None
    told = {one.getMessage() for one in caplog.records if "笔记0.md" in one.getMessage()}
    caplog.clear()
    build_site(writer.project, tmp_path / "clean", dirty=False)
    assert told == {one.getMessage() for one in caplog.records if "笔记0.md" in one.getMessage()} != set()


@pytest.mark.parametrize("entry", [b"{}", b"[]", b"1", b"[", b"\xff", b'{"rows": [[]]}'])
def test_what_is_no_state_is_ignored(writer: Writer, tmp_path: Path, entry: bytes) -> None:
    build_site(writer.project, tmp_path / "site")
    store = open_store(writer.vault, INDEX)
    assert store is not None
    store.update("edited", {b"": entry})
    add_text(writer, writer.notes()[0])
    assert build_site(writer.project, tmp_path / "site") is None
