"""A site that is built save by save is, byte for byte, the one that a clean build makes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest
from edits import BASE, CONFIG, Author, add_text
from served_site import ServedSite, differences, read_site

from zhixing.claims import judge
from zhixing.claims.backing import Backing
from zhixing.claims.judge import judge_note
from zhixing.claims.report import Judged
from zhixing.language.budget import Budget
from zhixing.site.incremental.browsers import Browsers
from zhixing.vault.note import Note

# MkDocs says of settings that plugins ask for that it will not keep them.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
ROUNDS = int(os.environ.get("ROUNDS", "30"))
SEED = int(os.environ.get("ROUNDS_FROM", "1"))
NOTES = int(os.environ.get("ROUNDS_NOTES", "10"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


@pytest.fixture
def author(project: Path) -> Author:
    author = Author(project, SEED, NOTES)
    author.write(author.vault / "概念.base", BASE % 50)
    return author


@pytest.fixture
def served(author: Author, tmp_path: Path) -> Iterator[ServedSite]:
    site = ServedSite(author.project, tmp_path / "site")
    yield site
    site.close()


def test_random_edits_give_what_a_clean_build_gives(author: Author, served: ServedSite, tmp_path: Path) -> None:
    done: list[str] = []
    for number in range(ROUNDS):
        done += [author.edit() for _ in range(author.random.choice([1, 1, 1, 2, 3]))]
        served.save()
        found = differences(author.project, served, tmp_path / f"clean{number}")
        assert not found, (done[-4:], found[:10])
    assert served.whole < ROUNDS


def test_builds_that_another_save_ends_lose_nothing(
    author: Author, served: ServedSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, left = Random(SEED), 0
    for number in range(ROUNDS // 3):
        with monkeypatch.context() as busy:
            busy.setattr(Browsers, "is_save_waiting", property(lambda _: ends.random() < 0.2))
            for _ in range(3):
                author.edit()
                served.save()
                left += served.plugin.builder.incremental.is_left
        served.save()
        found = differences(author.project, served, tmp_path / f"clean{number}")
        assert not found, (number, found[:10])
    assert left
    assert served.whole < ROUNDS


def test_the_saved_page_is_shown_before_the_others_that_its_title_stands_on(
    author: Author, served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, ...]] = []

    def release(_: Browsers, outdated: Iterable[str]) -> None:
        pages = served.site.rglob("index.html")
        shown.append(tuple(page.parent.name for page in pages if "新题" in page.read_text(encoding="utf-8")))
        assert "笔记4/index.html" in outdated

    monkeypatch.setattr(Browsers, "release", release)
    author.write(author.vault / "笔记0.md", "---\ntitle: 新题\n---\n\n# 新题\n")
    served.save()
    assert shown == [("笔记0",)]
    assert served.whole == 1
    assert all("新题" in (served.site / name / "index.html").read_text(encoding="utf-8") for name in ("", "笔记4"))


def built(served: ServedSite) -> set[str]:
    """Return the pages that the last build made, but for lists of all notes."""
    changed = served.plugin.builder.incremental.changed
    assert changed is not None
    return set(changed) - {"zhixing-state.md", "目录.md"}


def test_a_sentence_without_links_changes_its_page_and_those_that_embed_it(author: Author, served: ServedSite) -> None:
    author.write(author.vault / "甲.md", "# 甲\n\n话[[乙]]。\n\n另一段。\n")
    author.write(author.vault / "乙.md", "# 乙\n")
    author.write(author.vault / "丙.md", "# 丙\n\n![[甲]]\n")
    served.save()
    author.change(author.vault / "甲.md", "另一段", "改过的一段")
    served.save()
    assert built(served) == {"甲.md", "丙.md"}
    author.change(author.vault / "甲.md", "话", "新话")
    served.save()
    assert built(served) == {"甲.md", "乙.md", "丙.md"}
    assert "新话" in (served.site / "乙" / "index.html").read_text(encoding="utf-8")


def test_a_save_judges_the_claims_of_the_edited_note_alone(
    author: Author, served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Path] = []

    def record(note: Note, backing: Backing, budget: Budget | None = None) -> Iterator[Judged]:
        judged.append(author.vault / note.path)
        return judge_note(note, backing, budget)

    monkeypatch.setattr(judge, "judge_note", record)
    edited = author.vault / "数学/笔记1.md"
    add_text(author, edited)
    served.save()
    assert judged == [edited]


def test_a_save_that_changes_nothing_builds_nothing(served: ServedSite) -> None:
    before = {path: path.stat().st_mtime_ns for path in served.site.rglob("*.html")}
    served.save()
    assert built(served) == set()
    assert {path: path.stat().st_mtime_ns for path in served.site.rglob("*.html")} == before


def test_a_base_follows_the_notes_and_its_own_text(author: Author, served: ServedSite) -> None:
    def read_rows() -> str:
        return (served.site / "概念-base" / "index.html").read_text(encoding="utf-8").partition("<table")[2]

    before = read_rows()
    add_text(author, author.vault / "笔记0.md")
    served.save()
    assert read_rows() == before
    author.change(author.vault / "笔记0.md", r"\Z", "\n#标签1 见[[笔记4]]。\n")
    served.save()
    assert read_rows().count("<tr") == before.count("<tr") + 1
    author.write(author.vault / "概念.base", BASE % 1)
    served.save()
    assert read_rows().count("<tr") == 2


def test_a_page_follows_a_result_that_it_embeds_though_the_example_does_not_show_it(
    author: Author, served: ServedSite, tmp_path: Path
) -> None:
    example = "```yaml example\nid: 单\ngiven: {a: 3}\ncompute: {b: a + 1, q: 10 * b}\nshow:\n  - table: [b]\n```\n"
    results = "<!-- zhixing:begin 单 -->\n\n<!-- zhixing:end 00000000 -->\n"
    author.write(author.vault / "算.md", f"# 算\n\n{example}\n{results}")
    author.write(author.vault / "引.md", "# 引\n\n![[算#^单.q]]\n\n[[算#^单.b]] [[算#^单.q]]\n")
    page = served.site / "引" / "index.html"
    served.save()
    assert "q = 40" in page.read_text(encoding="utf-8")
    for pattern, with_, shown in (("10 [*]", "20 *", "q = 80"), (r"\[b\]", "[q]", "#example:单.q")):
        author.change(author.vault / "算.md", pattern, with_)
        served.save()
        assert shown in page.read_text(encoding="utf-8")
        assert not differences(author.project, served, tmp_path / shown[-1])


def test_a_note_that_becomes_hidden_is_gone_from_every_file(author: Author, served: ServedSite) -> None:
    author.write(author.vault / "秘.md", "---\ntitle: 机密\naliases: [暗号]\n---\n\n# 机密\n\n隐语。见[[笔记1]]。\n")
    author.write(author.vault / "引.md", "# 引\n\n见[[秘|那里]]。\n\n![[秘]]\n")
    served.save()
    words = [word.encode() for word in ("机密", "暗号", "隐语")]
    assert all(any(word in data for data in read_site(served.site).values()) for word in words)
    author.change(author.vault / "秘.md", "^title", "publish: false\ntitle")
    served.save()
    files = read_site(served.site)
    assert [
        path for path, data in files.items() if path.startswith(("秘", "暗号")) or any(one in data for one in words)
    ] == []


def test_other_plugins_have_every_page_built_by_each_save(author: Author, tmp_path: Path) -> None:
    author.write(author.project / "mkdocs.yml", f"{CONFIG}  - search\n".replace("material", "mkdocs"))
    served = ServedSite(author.project, tmp_path / "site")
    add_text(author, author.notes()[0])
    served.save()
    assert served.whole == 2
    served.close()


def test_a_build_that_failed_is_followed_by_a_whole_one(
    author: Author, served: ServedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    add_text(author, author.notes()[0])
    with monkeypatch.context() as broken:
        broken.setattr(served.plugin.builder, "finish", fail)
        with pytest.raises(OSError, match="full"):
            served.save()
    served.save()
    assert served.whole == 2
