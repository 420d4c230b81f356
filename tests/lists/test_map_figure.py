"""The map as a picture: what the canvas shows, drawn so that names fit their cards."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from small_vaults import vault_of
from zhixing.language.runs import run_all
from zhixing.lists.concept_map import draw_map
from zhixing.lists.lists import List, find_published, list_body, list_map
from zhixing.lists.map_figure import MOST, map_figure
from zhixing.show.svg import LABEL, text_width
from zhixing.vault.vault import Vault

NOTES = Path(__file__).parent.parent.parent / "notes"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shipped() -> ET.Element:
    return read((NOTES / "_figures" / "概念地图.map.svg").read_text(encoding="utf-8"))


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # drawn by ourselves


def of_class(figure: ET.Element, kind: str, tag: str) -> list[ET.Element]:
    return [one for one in figure.iter(f"{SVG}{tag}") if kind in one.get("class", "").split()]


def number(one: ET.Element, name: str) -> float:
    return float(one.get(name, ""))


def figure_of(vault: Vault) -> ET.Element:
    return read(map_figure("图", *draw_map(vault, tuple(vault.notes.values()))))


def test_the_picture_shows_what_the_canvas_shows(shipped: ET.Element) -> None:
    canvas = json.loads((NOTES / "概念地图.canvas").read_text(encoding="utf-8"))
    cards = [node for node in canvas["nodes"] if node["type"] == "file"]

    assert len(of_class(shipped, "card", "rect")) == len(cards)
    assert len(of_class(shipped, "arrow", "path")) == len(canvas["edges"])
    described = "".join(shipped.find(f"{SVG}desc").itertext())  # type: ignore[union-attr]  # every figure has one
    assert all(Path(node["file"]).stem in described for node in cards)
    assert len(described.strip().splitlines()) == 11


def test_names_stand_on_their_cards_and_all_within_the_picture(shipped: ET.Element) -> None:
    width, height = number(shipped, "width"), number(shipped, "height")
    cards = of_class(shipped, "card", "rect")
    names = [one for one in of_class(shipped, "middle", "text") if "small" not in one.get("class", "")]

    assert len(names) >= len(cards)
    for name in names:
        around = [
            card
            for card in cards
            if number(card, "x") < number(name, "x") < number(card, "x") + number(card, "width")
            and number(card, "y") + LABEL * 0.8 < number(name, "y") < number(card, "y") + number(card, "height") - 3
        ]
        assert len(around) == 1
        assert text_width(name.text or "", LABEL) <= number(around[0], "width") - 8
    for card in cards:
        assert 0 < number(card, "x") < width - number(card, "width")
        assert 0 < number(card, "y") < height - number(card, "height")


def test_arrows_end_at_the_sides_of_cards(shipped: ET.Element) -> None:
    cards = of_class(shipped, "card", "rect")
    sides = {
        (
            round(number(card, "x") + share * number(card, "width"), 1),
            round(number(card, "y") + number(card, "height") / 2, 1),
        )
        for card in cards
        for share in (0, 1)
    }
    tips = [one for one in shipped.iter(f"{SVG}path") if "arrow" not in one.get("class", "")]

    assert len(tips) == len(of_class(shipped, "arrow", "path"))
    for tip in tips:
        point = tuple(map(float, re.findall(r"-?[\d.]+", tip.get("d", ""))[:2]))
        assert min(abs(point[0] - x) + abs(point[1] - y) for x, y in sides) < 0.3


def test_long_names_break_once_at_a_space_and_are_cut() -> None:
    names = ["一二三四五六七八九十一二三四五六七八九十", "Vision Transformer", "<b>&", "短"]
    texts = [one.text for one in figure_of(vault_of({f"{name}.md": "" for name in names})).iter(f"{SVG}text")]

    assert texts == ["首页", "<b>&", "Vision", "Transformer", "一二三四五六七", "八九十一二三…", "短"]


def test_links_are_lines_without_points() -> None:
    figure = figure_of(vault_of({"甲.md": "[[乙]]", "乙.md": ""}))

    assert len(of_class(figure, "arrow", "path")) == 1
    assert [one for one in figure.iter(f"{SVG}path") if "arrow" not in one.get("class", "")] == []


@pytest.mark.parametrize(("count", "pictures"), [(0, 0), (1, 1), (MOST, 1), (MOST + 1, 0)])
def test_where_there_is_nothing_to_see_there_is_no_picture(count: int, pictures: int) -> None:
    vault = vault_of({f"{number}.md": "" for number in range(count)})
    declared = List(id="图", of="map")
    _, figures = list_map(declared, vault)
    body = list_body(declared, vault, find_published(run_all(vault)))

    assert len(figures) == pictures
    assert body.count("_figures/图.map.svg") == 2 * pictures
    assert "[[图.canvas|图]]" in body
