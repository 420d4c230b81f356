"""The notes around a note: the learning order, what stands before and after, and a picture of at most forty notes."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from lxml import html
from playwright.sync_api import Browser
from test_browser import opened

from small_vaults import vault_of
from zhixing.page.markdown import write_markdown
from zhixing.site.nearby import draw_nearby, find_surroundings
from zhixing.site.recent import find_recent, recent_page, recent_place
from zhixing.vault.vault import Vault
from zhixing.wording.zh import WORDING


def needing(*names: str, text: str = "") -> str:
    return "---\nrequires: [" + ", ".join(f'"[[{name}]]"' for name in names) + f"]\n---\n{text}\n"


def drawn(vault: Vault, name: str) -> html.HtmlElement:
    around = find_surroundings(vault, lambda note: note.published)
    note = vault.notes[PurePosixPath(f"{name}.md")]
    return html.fromstring(f"<main>{draw_nearby(around, note, lambda one: f'to-{one.name}', WORDING)}</main>")


CHAIN = {"甲.md": needing("乙"), "乙.md": needing("丙"), "丙.md": "[[丁]]\n", "丁.md": "见 [[乙]]\n"}


def test_the_learning_order_has_what_is_required_and_requires() -> None:
    around = find_surroundings(vault_of(CHAIN), lambda note: note.published)
    assert [path.stem for path in around.order] == ["丙", "乙", "甲"]
    assert around.beside(PurePosixPath("乙.md")) == (PurePosixPath("丙.md"), PurePosixPath("甲.md"))
    assert around.beside(PurePosixPath("丙.md")) == (None, PurePosixPath("乙.md"))
    assert around.beside(PurePosixPath("丁.md")) == (None, None)


def test_a_note_lists_what_to_read_before_and_after_it_and_what_it_is_linked_with() -> None:
    page = drawn(vault_of(CHAIN), "乙")
    rows = {row.findtext("dt"): [link.text for link in row.iter("a")] for row in page.iter("div")}
    assert rows == {"先读": ["丙"], "接着读": ["甲"], "相关": ["丁"]}
    assert [link.get("xlink:href") for link in page.findall(".//svg/a")] == ["to-丙", "to-甲", "to-丁"]


def test_hidden_notes_are_nowhere() -> None:
    hidden = "---\npublish: false\nrequires: ['[[乙]]']\n---\n[[丙]]\n"
    vault = vault_of({**CHAIN, "密.md": hidden, "戊.md": needing("密", text="[[密]]")})
    around = find_surroundings(vault, lambda note: note.published)
    assert PurePosixPath("密.md") not in {*around.notes, *around.order, *around.linked, *around.before}
    for name in ("甲", "乙", "丙", "丁"):
        assert "密" not in html.tostring(drawn(vault, name), encoding="unicode")


def test_a_note_that_nothing_is_joined_to_shows_nothing() -> None:
    vault = vault_of({"甲.md": "文\n"})
    around = find_surroundings(vault, lambda _: True)
    assert draw_nearby(around, vault.notes[PurePosixPath("甲.md")], lambda _: "", WORDING) == ""


def test_circles_and_crowds_are_drawn_within_forty_notes() -> None:
    crowd = {f"{n}.md": needing("心", f"{(n + 1) % 60}") for n in range(60)}
    page = drawn(vault_of({**crowd, "心.md": needing("0", "1", text=" ".join(f"[[{n}]]" for n in range(60)))}), "心")
    names = [str(link.get("aria-label")) for link in page.findall(".//svg/a")]
    assert len(names) == len(set(names))
    assert 10 <= len(names) < 40


def test_the_last_changes_come_first_and_take_no_note_s_place() -> None:
    dated = {f"{day}.md": f"---\ndate: 2024-01-0{day}\n---\n" for day in (2, 3, 1)}
    found = find_recent(vault_of({**dated, "无.md": "文"}), lambda _: True)
    assert [note.name for note in found] == ["3", "2", "1"]
    assert str(recent_place(["index.md"])) == "recent.md"
    assert str(recent_place(["recent.md", "Recent-2/a.md"])) == "recent-3.md"


def test_the_last_changes_stand_below_their_date() -> None:
    days = {"甲": "2024-01-02", "乙": "2024-01-03", "丙": "2024-01-02"}
    vault = vault_of({f"{name}.md": f"---\ndate: {day}\n---\n" for name, day in days.items()})
    page = recent_page(vault, PurePosixPath("recent.md"), lambda _: True)
    assert page
    assert write_markdown(page) == (
        "# 最近更新\n\n## 2024-01-03 { #date-1 }\n\n- [乙](乙.md)\n\n"
        "## 2024-01-02 { #date-2 }\n\n- [丙](丙.md)\n- [甲](甲.md)\n"
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_notes_around_a_note_are_seen(browser: Browser, address: str, width: int) -> None:
    with opened(browser, f"{address}多头注意力/", width=width) as page:
        around = page.locator(".zx-nearby")
        assert around.locator("dl a").count() >= 1
        assert around.locator("svg").is_visible() is (width > 700)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
