"""The link graph: backlinks, orphans, stubs, circles of embeds."""

from __future__ import annotations

from small_vaults import vault_of
from zhixing.vault.embeds import embed_cycles
from zhixing.vault.graph import backlinks, edges, orphans, stubs
from zhixing.vault.vault import Vault

VAULT = vault_of(
    {
        "甲.md": (
            "---\nrelated: [乙]\n---\n[[乙]] [[乙#题]] [[#节]] [[未写]] ![[无.png]] [[丙 2.0]] `[[丁]]` [外](https://a.b)\n\n"
            "## 节\n"
        ),
        "乙.md": "[甲](甲.md) [[未写.md|文]] [[夹/未写]]\n## 题\n",
        "丁.md": "[[丁]]\n",
        "图.svg": "",
    }
)


def cycles(vault: Vault) -> list[str]:
    return [" ".join(f"{edge.source.name}:{edge.link.path}" for edge in cycle) for cycle in embed_cycles(vault)]


def test_edges_come_in_order_and_once() -> None:
    assert [edge.source.name for edge in edges(VAULT)] == ["丁", *["乙"] * 3, *["甲"] * 8]
    assert edges(VAULT) is edges(VAULT)


def test_backlinks_are_from_other_notes() -> None:
    found = {path.stem: [(edge.source.name, edge.link.field) for edge in to] for path, to in backlinks(VAULT).items()}
    assert found == {"丁": [], "乙": [("甲", "related"), ("甲", ""), ("甲", "")], "甲": [("乙", "")]}


def test_orphans_are_linked_by_no_other_note() -> None:
    assert [note.name for note in orphans(VAULT)] == ["丁"]


def test_stubs_are_notes_still_to_be_written() -> None:
    users = {name: [edge.source.name for edge in using] for name, using in stubs(VAULT).items()}
    assert users == {"未写": ["乙", "甲"], "夹/未写": ["乙"], "丙 2.0": ["甲"]}


def test_circles_of_embeds() -> None:
    assert cycles(vault_of({"甲.md": "![[甲]]"})) == ["甲:甲"]
    assert cycles(vault_of({"甲.md": "![[乙]]", "乙.md": "![[丙]]", "丙.md": "![[乙]]"})) == ["乙:丙 丙:乙"]
    assert cycles(vault_of({"甲.md": "![[乙]] [[甲]]", "乙.md": "[[甲]] ![[图.svg]]", "图.svg": ""})) == []


def test_parts_that_embed_other_parts_make_no_circle() -> None:
    harmless = {"甲.md": "# 一\n![[乙#一]]\n# 二\n文 ^b\n", "乙.md": "# 一\n![[甲#二]] ![[甲#^b]]\n"}
    assert cycles(vault_of(harmless)) == []
    harmful = {"甲.md": "# 一\n![[乙#一]]\n## 二\n![[#一]]\n", "乙.md": "# 一\n文\n"}
    assert cycles(vault_of(harmful)) == ["甲:"]


def test_many_circles_and_long_ways_come_to_an_end() -> None:
    chain = {f"{number}.md": f"![[{number + 1}]] ![[{number}]]\n" for number in range(1500)}
    assert len(embed_cycles(vault_of(chain))) == 100
