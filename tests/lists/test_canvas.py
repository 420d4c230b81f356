"""The concept map: a canvas as the specification says, of the notes that are there, with nothing on top of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_spec import breaches, overlaps
from casefile import Case, cases
from small_vaults import vault_of
from zhixing.lists.concept_map import ACROSS, DOWN, LEGEND, MARGIN, MOST_LINKS, concept_map, relations
from zhixing.vault.load import load
from zhixing.vault.vault import Vault

ROOT = Path(__file__).parent.parent.parent
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\x00"), min_size=1, max_size=6).filter(
    lambda name: not name.startswith(".")
)


def drawn(vault: Vault) -> str:
    return concept_map(vault, tuple(vault.notes.values()))


def outline(canvas: str) -> str:
    """Return a canvas as a list of its cards by band, with their places in cells, and its arrows."""
    data = json.loads(canvas)
    names = {node["id"]: node.get("file", "").removesuffix(".md") for node in data["nodes"]}
    lines = []
    for group in (node for node in data["nodes"] if node["type"] == "group"):
        lines.append(f"{group['label']} {group['color']}")
        cards = [node for node in data["nodes"] if node["type"] == "file" and _inside(group, node)]
        for card in sorted(cards, key=lambda node: (node["x"], node["y"])):
            place = f"{card['x'] // ACROSS},{(card['y'] - group['y'] - MARGIN) // DOWN}"
            lines.append(f"  {place} {card['file']}{card.get('subpath', '')}")
    for edge in data["edges"]:
        sign = "—" if edge.get("toEnd") == "none" else "→"
        sides = f"{edge['fromSide']}-{edge['toSide']}"
        lines.append(f"{names[edge['fromNode']]} {sign} {names[edge['toNode']]} {sides} {edge['color']}")
    return "\n".join(lines) + "\n"


def _inside(group: dict[str, int], node: dict[str, int]) -> bool:
    return group["y"] <= node["y"] < group["y"] + group["height"]


@pytest.mark.parametrize("case", cases("canvas.md"))
def test_small_vaults(case: Case) -> None:
    """A case's input is one or more notes, each below a line `=== path`."""
    texts = dict(part.split("\n", 1) for part in case.given.split("=== ")[1:])
    canvas = drawn(vault_of(texts))

    case.check(outline(canvas))
    assert (breaches(canvas), overlaps(canvas)) == ([], [])


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "甲/", "乙/", "乙/丙/", "a b/"]), NAMES), min_size=1, max_size=30, unique=True
    ),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=60),
    st.booleans(),
)
def test_any_vault_gives_a_canvas_without_overlaps(
    names: list[tuple[str, str]], joined: list[tuple[int, int]], required: bool
) -> None:
    paths = [f"{folder}{name}.md" for folder, name in names]
    texts = {}
    for number, path in enumerate(paths):
        targets = [paths[end % len(paths)] for start, end in joined if start % len(paths) == number]
        field = "requires" if required else "related"
        links = "".join(f"  - {json.dumps(f'[[/{target}]]')}\n" for target in targets)
        texts[path] = f"---\n{field}:\n{links}---\n# 标题\n" if links else "文\n"
    vault = vault_of(texts)
    canvas = drawn(vault)

    assert breaches(canvas) == []
    assert overlaps(canvas) == []
    files = [node["file"] for node in json.loads(canvas)["nodes"] if node["type"] == "file"]
    assert files == [str(path) for path in vault.notes]
    assert drawn(vault_of(dict(reversed(texts.items())))) == canvas


def test_ids_stay_when_notes_come_and_go() -> None:
    before = json.loads(drawn(vault_of({"a/甲.md": "", "a/乙.md": ""})))["nodes"]
    after = json.loads(drawn(vault_of({"a/甲.md": "", "b/丙.md": "", "a/乙.md": ""})))["nodes"]

    assert {node["id"] for node in before} < {node["id"] for node in after}


def test_a_vault_of_links_beyond_measure_is_bounded() -> None:
    names = [f"{number}" for number in range(60)]
    text = "".join(f"[[{name}]] " for name in names)
    vault = vault_of({**{f"{name}.md": text for name in names}, "末.md": "[[0]] [[1]]"})
    found = relations(vault, tuple(vault.notes.values()))

    assert len(found.arrows) == MOST_LINKS
    assert found.left_out == 60 * 59 // 2 + 2 - MOST_LINKS
    # Links in one direction only come last, and so are among those left out.
    assert all(60 not in arrow for arrow in found.arrows)
    assert f"另有 {found.left_out} 条没有画" in drawn(vault)


@pytest.fixture(scope="module")
def shipped() -> tuple[Vault, str]:
    return load(ROOT / "notes"), (ROOT / "notes" / "概念地图.canvas").read_text(encoding="utf-8")


def test_the_shipped_map_shows_every_concept_once_below_its_properties(shipped: tuple[Vault, str]) -> None:
    vault, canvas = shipped
    files = {node["file"]: node["subpath"] for node in json.loads(canvas)["nodes"] if node["type"] == "file"}

    assert (breaches(canvas), overlaps(canvas)) == ([], [])
    assert files == {str(path): "#定义" for path, note in vault.notes.items() if note.type == "concept"}


def test_the_shipped_map_says_what_notes_require_and_no_more(shipped: tuple[Vault, str]) -> None:
    vault, canvas = shipped
    data = json.loads(canvas)
    paths = {node["id"]: node["file"] for node in data["nodes"] if node["type"] == "file"}
    before: dict[str, set[str]] = {path: set() for path in paths.values()}
    for edge in data["edges"]:
        before[paths[edge["toNode"]]].add(paths[edge["fromNode"]])

    def all_before(path: str) -> set[str]:
        return before[path].union(*(all_before(one) for one in before[path]))

    for note in (one for one in vault.notes.values() if one.type == "concept"):
        required = {f"{link.path}.md" for link in note.requires}
        assert required <= {Path(path).name for path in all_before(str(note.path))}
        direct = {Path(path).name for path in before[str(note.path)]}
        assert direct <= required


def test_the_legend_keeps_clear_of_the_steps(shipped: tuple[Vault, str]) -> None:
    steps = [node for node in json.loads(shipped[1])["nodes"] if node["type"] == "text"][1:]

    assert [node["text"] for node in steps] == [f"## 第 {number} 步" for number in range(1, 12)]
    assert all(node["y"] > LEGEND.y + LEGEND.height for node in steps)


def test_breaches_of_the_specification_are_seen() -> None:
    card = {"id": "a", "type": "text", "text": "", "x": 0, "y": 0, "width": 1, "height": 1}
    wrong: list[dict[str, object]] = [
        {**card, "x": 0.5}, {**card, "width": True}, {**card, "color": "7"}, {**card, "type": "note"}, {"id": "a"},
        {**card, "label": "x"}, {**card, "type": "file", "file": "a.md", "subpath": "x"},
    ]  # fmt: skip

    assert breaches(json.dumps({"nodes": [card], "edges": []})) == []
    assert all(breaches(json.dumps({"nodes": [node]})) for node in wrong)
    assert breaches(json.dumps({"nodes": [card, card]}))
    assert breaches(json.dumps({"nodes": [card], "edges": [{"id": "b", "fromNode": "a", "toNode": "c"}]}))
    assert breaches(json.dumps({"nodes": [], "zhixing": 1}))
    assert overlaps(json.dumps({"nodes": [card, {**card, "id": "b"}]})) == [("a", "b")]
