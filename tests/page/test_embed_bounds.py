"""Embeds in embeds: what pages may show of other notes is bounded, for each and together, and `check` says where."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shell import vault as project_of
from shell import zhixing
from small_vaults import vault_of
from zhixing.compose import results
from zhixing.page import read, read_page
from zhixing.page.blocks import cover
from zhixing.page.export import export
from zhixing.page.tree import Callout, Document, Embed, Link, walk
from zhixing.vault import embeds
from zhixing.vault.embeds import EMBED, MAX_PAGE, SHARED, SHARED_BY_LENGTH, embed_limits
from zhixing.vault.vault import Vault

# Ten notes on each of eight levels, and on each of ten; each embeds all of the next level.
EIGHT = {f"n{n}.md": "".join(f"![[n{n // 10 * 10 + 10 + k}]]\n\n" for k in range(10)) for n in range(80)}
EIGHT |= {f"n{n}.md": "文\n" for n in range(70, 80)}
TEN = {f"n{n}.md": "".join(f"![[n{(n // 10 * 10 + 10 + k) % 101}]]\n\n" for k in range(10)) for n in range(101)}


def pages_of(vault: Vault) -> dict[PurePosixPath, Document]:
    found = results(vault)
    return {path: read_page(vault, note, found) for path, note in vault.notes.items()}


def links_left(page: Document) -> list[Link]:
    """The embeds of a page that became links."""
    callouts = (one for one in walk(page.blocks) if isinstance(one, Callout) and one.kind == "warning")
    return [piece for one in callouts for piece in one.title if isinstance(piece, Link)]


def cost(vault: Vault, page: Document) -> int:
    shown = [one for one in walk(page.blocks) if isinstance(one, Embed)]
    return sum(EMBED + len(vault.notes[one.path].source.text) for one in shown)


@pytest.mark.slow
@pytest.mark.parametrize("texts", [EIGHT, TEN])
def test_all_pages_together_show_no_more_than_the_vault_may(texts: dict[str, str]) -> None:
    vault = vault_of(texts)
    pages = pages_of(vault)
    costs = [cost(vault, page) for page in pages.values()]
    assert max(costs) <= MAX_PAGE
    assert SHARED < sum(costs) <= SHARED + SHARED_BY_LENGTH * sum(map(len, texts.values()))
    assert links_left(pages[PurePosixPath("n0.md")])
    assert sum(map(len, export(vault, results(vault), lambda *_: None).texts.values())) < 10_000_000


def test_what_is_left_out_is_a_link() -> None:
    vault = vault_of({f"n{n}.md": f"![[n{n + 1}#题]]\n\n# 题\n\n![[n{n + 1}]]\n" for n in range(11)})
    left = links_left(pages_of(vault)[PurePosixPath("n0.md")])
    assert [(link.to.path, link.to.anchor) for link in left if not isinstance(link.to, str)]
    assert all(not isinstance(link.to, str) and link.to.path == PurePosixPath("n9.md") for link in left)


def test_check_says_where_a_page_shows_too_much(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    for name, text in {"长.md": "文" * 200_000 + "\n", "页.md": "![[长]]\n\n" * 3}.items():
        (project / "notes" / name).write_text(text, encoding="utf-8")
    told = [line for line in zhixing(project, "check").stdout.splitlines() if "embed-cost" in line]
    assert told == [
        "notes/页.md:5:1: embed-cost: Here the page shows more of other notes than it may, so further embeds become "
        "links. Link instead of embedding."
    ]


# A note may embed those after it, so that there is no circle.
GRAPHS = st.lists(st.lists(st.integers(1, 4), max_size=4), min_size=1, max_size=7)


@settings(deadline=None)
@given(GRAPHS, st.integers(0, 20))
def test_check_tells_of_the_pages_that_have_links_in_place_of_embeds(graph: list[list[int]], few: int) -> None:
    texts = {
        f"n{n}.md": "".join(f"![[n{n + step}]]\n\n" for step in steps if n + step < len(graph)) or "文\n"
        for n, steps in enumerate(graph)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embeds, "MAX_PAGE", few * EMBED)
        vault = vault_of(texts)
        told = {edge.source.path for edge in embed_limits(vault).beyond}
        assert told == {path for path, page in pages_of(vault).items() if links_left(page)}


def test_what_is_read_of_a_note_is_read_once_however_many_of_its_blocks_are_shown() -> None:
    texts = {"大.md": "".join(f"文 ^b{number}\n\n" for number in range(30))}
    texts |= {f"n{page}.md": "".join(f"![[大#^b{number}]]\n\n" for number in range(30)) for page in range(2)}
    covered: list[str] = []

    def counted(text: str, *rest: Any) -> str:
        covered.append(text)
        return cover(text, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "cover", counted)
        pages = pages_of(vault_of(texts))
    assert sum(isinstance(one, Embed) for page in pages.values() for one in walk(page.blocks)) == 60
    assert sorted(covered) == sorted(texts.values())
