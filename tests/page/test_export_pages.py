"""An export as data: pages with their properties, and the files that go along."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest
import yaml

from hostile import SIZE, guard
from small_vaults import DECLARED, vault_of
from zhixing.compose import results
from zhixing.page.export import Export, destinations, export


def exported(texts: Mapping[str, str]) -> Export:
    vault = vault_of(texts)
    return export(vault, results(vault), lambda _done, _total: None)


def page(text: str, path: str = "页.md") -> str:
    return exported({path: text}).texts[PurePosixPath(path)]


def properties(text: str, path: str = "页.md") -> dict[str, object]:
    head = page(text, path).split("---\n")[1]
    return dict(yaml.safe_load(head))


def test_properties_that_others_read_stand_first() -> None:
    text = (
        '---\ntitle: "a: b # c"\ntags: [一, "#二/三", 2024]\ndate: 2024-02-30\nalias: 别名\nstatus: done\n---\n#四 文\n'
    )
    assert properties(text) == {
        "title": "a: b # c",
        "date": "2024-02-30",
        "tags": ["一", "二/三", "2024", "四"],
        "aliases": ["别名"],
    }
    assert page("---\ndate: 2024-02-29\n---\n").startswith("---\ntitle: 页\ndate: 2024-02-29\n---\n")
    # No property can end the head early.
    assert properties('---\ntitle: "a\\n---\\nb"\n---\n文\n') == {"title": "a --- b"}


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        ("页.md", "文\n", "# 页\n\n文\n"),
        ("页.md", "---\ntitle: 题*1\n---\n## 节\n", "# 题\\*1\n\n## 节 { #节 }\n"),
        ("页.md", "# 自己的\n\n文\n", "# 自己的 { #自己的 }\n\n文\n"),
        ("a/index.md", "文\n\n# 后\n", "文\n\n# 后 { #后 }\n"),
        ("页.md", "", "# 页\n"),
    ],
)
def test_a_page_has_its_title_once(path: str, text: str, shown: str) -> None:
    assert page(text, path).partition("---\n\n")[2] == shown


def test_only_what_published_pages_lead_to_goes_along() -> None:
    shown = "![[图.png]] [表](../b/表.csv) ![](图%20二.png) <video src='/不.mp4'></video>"
    found = exported(
        {
            "a/甲.md": f"{shown} [[乙#嵌|乙]] ![[乙#嵌]]\n",
            "b/乙.md": "## 嵌\n\n![[深.png]]\n",
            "隐.md": "---\npublished: false\n---\n![[秘.png]] ![[甲]]\n",
            **{f"b/{name}": "" for name in ("图.png", "表.csv", "深.png", "秘.png", "不.mp4", "无.pdf")},
            "a/图 二.png": "",
        }
    )
    assert set(map(str, found.texts)) == {"a/甲.md", "b/乙.md"}
    assert list(map(str, found.copies)) == ["a/图 二.png", "b/图.png", "b/深.png", "b/表.csv"]


def test_figures_are_those_drawn_now() -> None:
    found = exported({"a/甲.md": DECLARED, "a/_figures/水果.w.svg": "", "a/_figures/旧.svg": ""})

    assert found.texts[PurePosixPath("a/_figures/水果.w.svg")].startswith("<svg")
    assert found.copies == ()


def test_an_example_of_a_note_that_is_not_published_shows_nothing() -> None:
    found = exported({"甲.md": "![[隐]]\n", "隐.md": f"---\npublished: false\n---\n{DECLARED}"})

    assert list(map(str, found.texts)) == ["甲.md"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "[a](b/c.png) ![](../d.png#x) [u](https://e.org/f.png) [g](?h) [#](#i)",
            ["n/b/c.png", "d.png", "n/https:/e.org/f.png"],
        ),
        ("[a]: <b.png> 'c'\n[d]:e.png", ["n/b.png", "n/e.png"]),
        ("""<img src="a b.png"><a href='c&amp;d.pdf'><video poster=e.jpg>""", ["n/a b.png", "n/c&d.pdf", "n/e.jpg"]),
        ("[a](../../b.png)", ["../b.png"]),
    ],
)
def test_places_that_a_page_names(text: str, places: list[str]) -> None:
    assert list(map(str, destinations(PurePosixPath("n/页.md"), text))) == places


@pytest.mark.parametrize("text", ["](", '](" ', "src=", "src=\"'", "src  ", "[a]: ", "](<", "href='"])
def test_hostile_pages_take_linear_time(text: str) -> None:
    with guard():
        list(destinations(PurePosixPath("页.md"), text * (SIZE // len(text))))
