"""Where links lead, by Obsidian's rules."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from casefile import Case, cases
from hostile import guard
from small_vaults import note, vault_of
from zhixing.vault.graph import edges
from zhixing.vault.resolve import Found, Resolution, near_names, resolve

# The vault that the cases in resolve.md speak of.
FILES = {
    "首页.md": "# 首页\n",
    "注意力.md": (
        "---\naliases: [Attention, 软最大]\n---\n## 定义\n## 数学形式\n### 例：C++ / C#\n## 例子\n### 数学形式\n"
        "## 见 [[首页|主页]] 与 **粗**\n\n段落。 ^p1\n\n> 引\n\n^Q-1\n"
    ),
    "数学/Softmax.md": "---\naliases: [软最大]\n---\n## 温度\n",
    "数学/索引.md": "",
    "数学/代数/索引.md": "",
    "物理/索引.md": "",
    "物理/附/线.md": "",
    "数学/线.md": "",
    "数学/v1.2.md": "",
    "数学/Cafe\u0301.md": "",
    "数学/a b (c).md": "",
    "图/图.svg": "",
    "图/注意力": "",
    "附件.pdf": "",
}
VAULT = vault_of(FILES)


def describe(found: Resolution) -> str:
    where = found.note.path if found.note else found.file or ""
    parts = [f"{found.kind.value} {where}".strip()]
    parts += [f"#{found.heading.text} at {found.heading.slug}"] if found.heading else []
    parts += [f"^{found.block.id}"] if found.block else []
    parts += [f"at id {found.html_id}"] if found.html_id else []
    parts += [f"alias {found.alias}"] if found.alias else []
    flags = ("heading_missing", "block_missing", "other_case", "ambiguous")
    parts += [flag.replace("_", " ") for flag in flags if getattr(found, flag)]
    others = [str(path) for path in found.candidates[1:]]
    return ", ".join([*parts, *([f"or {' or '.join(others)}"] if others else [])])


@pytest.mark.parametrize("case", cases("resolve.md"))
def test_case(case: Case) -> None:
    shown = ""
    for row in case.given.splitlines():
        base, _, text = row.partition(" > ")
        to_itself = "[[#" in text or "[自己](#" in text
        own = note(base, f"{FILES[base]}\n\n{text}\n") if to_itself else note(base, text)
        (link,) = own.links[-1:]
        vault = vault_of({base: own.text}) if to_itself and "<" in text else VAULT
        shown += describe(resolve(vault, vault.notes[PurePosixPath(base)], link)) + "\n"
    case.check(shown)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[[注意例]]", ("注意力",)),
        ("[[softmx]]", ("Softmax",)),
        ("[[数学/Sofmax#温度]]", ("Softmax",)),
        ("[[Atention]]", ("Attention",)),
        ("[[注意力#数学形势]]", ("数学形式",)),
        ("[[注意力#^p2]]", ("p1",)),
        ("[[完全不同]]", ()),
        ("[[注意事项清单]]", ()),
        ("[[注意力]]", ()),
    ],
)
def test_near_names(text: str, near: tuple[str, ...]) -> None:
    own = note("首页.md", text)
    assert near_names(VAULT, own.links[0], resolve(VAULT, own, own.links[0])) == near


@pytest.mark.parametrize(
    ("written", "name", "near"),
    [
        ("2023-07-06", "2023-01-06", False),
        ("GRIS", "mise", False),
        ("protobuf", "Proxy Setup", False),
        ("∑ 金句库", "∑ 肌肉库", False),
        ("Raindrop", "Learning Roadmap", False),
        ("Lecture 2", "Lecture 02", True),
        ("protobfu", "Protobuf", True),
        ("关系图.pgn", "关系图.png", True),
        ("水果向两", "水果向量", True),
    ],
)
def test_a_name_is_near_to_a_misspelling_only(written: str, name: str, near: bool) -> None:
    vault = vault_of({f"{name}.md": "", "首页.md": f"[[{written}]]"})
    (edge,) = edges(vault)
    assert bool(near_names(vault, edge.link, edge.resolution)) is near


@pytest.mark.slow
def test_a_large_hostile_vault_is_resolved_in_time() -> None:
    texts = {f"{number}/索引.md": "[[索引]] [[../x/索引]] [[#a#b]]\n" for number in range(600)}
    texts["长.md"] = "".join(
        f"###### 题\n[[#甲#题]] [[#题]] [[#无{number}]] [[无{number}]]\n" for number in range(2000)
    )
    with guard(30):
        vault = vault_of(texts)
        for edge in edges(vault):
            if edge.resolution.kind is Found.MISSING or edge.resolution.heading_missing:
                near_names(vault, edge.link, edge.resolution)
