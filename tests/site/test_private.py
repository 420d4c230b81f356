"""Hidden notes leave no byte on the site or in an export: each place in them is marked, and every byte is searched."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import COMMAND, run

from hidden_heads import DOUBTFUL, PLAIN

pytestmark = pytest.mark.slow

HEADS = (*PLAIN, *DOUBTFUL)
# A picture of the package's own, in whose bytes a mark may stand by chance.
OURS = Path("assets/zhixing/social.png")
MARK = re.compile(rb"zq\d+[a-z]*", re.IGNORECASE)
NOTE = """# {m}head

{m}body，见 [[公开]] 与 [[公开|{m}link]]，也见 [[{m}stub]] 和 #{m}tag，
行内 ==={m}mark=== $x_{{\\text{{{m}math}}}}$。^{m}block

![[{m}embed.png]] ![{m}alt]({m}image.png "{m}title") [{m}file]({m}data.csv) <img src="{m}html.png" alt="{m}html">

> [!note] {m}callout
> {m}quote[^{m}foot]

[^{m}foot]: {m}footnote ![]({m}coded%20name.png)

```mermaid
graph LR; {m}node
```

%%{m}comment%% <!-- {m}comment -->

## {m}second

```yaml example
id: {m}example
axes:
  词: [{m}label, 乙]
given:
  {m}name[词]: [1, 41234.5]
compute:
  {m}step[词]: {m}name * 2
expect: {{{m}step: {{乙: 82469}}}}
show:
  - table: {m}step
  - heatmap: {m}step
says:
  - document: {m}document
    text: {m}said
    claims: {{'{m}step["乙"]': 1}}
  - document: {m}document
    text: {m}right
    claims: {{'{m}step["乙"]': 82469}}
```

```yaml example
id: {m}gone
axes: {{键: [子, 丑]}}
compute: {{"{m}step[键]": "1"}}
show: [heatmap: {m}step]
```

```yaml list
id: {m}map
of: map
```

```yaml list
id: {m}list
of: notes
```
"""
PROPERTIES = (
    "title: {m}title\naliases: [{m}alias]\ntags: [{m}property]\ndescription: {m}description\ntype: concept\n"
    'requires: ["[[公开]]"]\nrelated: ["[[公开]]"]\ncover: {m}cover.png\nown: {m}own\ndate: 2024-01-15\n'
)
CARDS = {
    "卡片图": {"type": "file", "file": "{m}夹/_figures/{m}example.{m}step.svg"},
    "卡片文字": {"type": "text", "text": "![[{m}example.{m}step.svg|100]]"},
    "卡片链接": {"type": "text", "text": "[[{m}名|字]]"},
    "卡片地图": {"type": "file", "file": "{m}夹/{m}map.canvas"},
}
LISTS = "\n".join(
    f"```yaml list\nid: 表{of}\nof: {of}\n```\n" for of in ("notes", "path", "errata", "confirmed", "map", "core")
)
# What a public note can name a hidden note's figure, picture or page by where its author's visible words do not.
NAMED = """见 [[旁]] 与旁边的 ![[{m}example.{m}step.svg|100]]。

![[{m}example.{m}step.svg]]

![[{m}夹/_figures/{m}example.{m}step.svg|120x80]]

![[{m}gone.{m}step.svg|100]] ![图]({m}夹/_figures/{m}gone.{m}step.svg)

![]({m}夹/_figures/{m}example.{m}step.svg) ![图](<{m}夹/_figures/{m}example.{m}step.svg> "题")

![[{m}map.canvas]] [[{m}map.canvas|图]]

[看]({m}夹/_figures/{m}example.{m}step.svg) [[{m}example.{m}step.svg|看]] [看][甲] ![看][甲]

[甲]: {m}夹/_figures/{m}example.{m}step.svg

![[{m}名]]

| 表 | 格 |
|---|---|
| ![[{m}名]] | ![[{m}example.{m}step.svg\\|50]] |

# 题 ![[{m}名]] ![[{m}example.{m}step.svg]]

> [!note] ![[{m}example.{m}step.svg]]
> ![[{m}名#{m}second]] ![[{m}名#^{m}block]] ![[{m}alias]]

[去]({m}夹/{m}名.md) [去]({m}夹/{m}名.md#{m}second "题") [[{m}名#{m}second|去]] [[{m}alias|去]]

行内 <img src="{m}夹/_figures/{m}example.{m}step.svg" alt="字"> <a href='{m}夹/_figures/{m}example.{m}step.svg'>看</a>
<a href={m}夹/{m}名.md>去</a> <a href="../{m}夹/{m}%E5%90%8D/#x">去</a>
<a title="字" href = "{m}夹/{m}&#x540d;.md">去</a> <img srcset="公开.png 1x, {m}夹/_figures/{m}example.{m}step.svg 2x">
<span style="background: url('{m}夹/_figures/{m}example.{m}step.svg')">字</span>

<video poster="{m}夹/_figures/{m}example.{m}step.svg" controls><source src="{m}夹/{m}map.canvas"></video>

<div>
<iframe src="../{m}夹/{m}名/index.html"></iframe>
<object data="{m}夹/_figures/{m}example.{m}step.svg"></object>
<IMG
 SRC="{m}夹/_figures/{m}example.{m}step.svg"
 alt='字'>
</div>

是 82469<!--= {m}example.{m}step["乙"] --> 与 **2**<!--= sum({m}example.{m}step) -->。

- 甲[^1] ^[内 ![[{m}example.{m}step.svg]]]

[^1]: 注 ![[{m}example.{m}step.svg]] <img src="{m}夹/_figures/{m}example.{m}step.svg">
"""
FILES = ("embed.png", "image.png", "data.csv", "html.png", "coded name.png", "cover.png")


def mark(number: int) -> str:
    return f"zq{number}x"


def head(number: int, hides: str) -> str:
    """Return a head with properties of its own above what hides the note, where its form has room for them."""
    properties = PROPERTIES.format(m=mark(number))
    return hides.replace("---\n", f"---\n{properties}", 1) if hides.startswith("---\npub") else hides


def write_notes(project: Path, heads: Sequence[str] = HEADS, *, hidden: bool) -> None:
    """Write a vault whose notes are public, or hidden in every way; what they show is drawn while they are public."""
    notes = project / "notes"
    for number, hides in enumerate(heads):
        above = head(number, hides) if hidden else f"---\n{PROPERTIES.format(m=mark(number))}---\n"
        text = above + "\n" + NOTE.format(m=mark(number))
        (notes / f"{mark(number)}夹").mkdir(parents=True, exist_ok=True)
        (notes / f"{mark(number)}夹" / f"{mark(number)}名.md").write_text(text, encoding="utf-8", newline="")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("private")
    (folder / "mkdocs.yml").write_text(
        "site_name: 试\nsite_url: https://example.org/\ndocs_dir: notes\n"
        "theme: {name: material, language: zh}\nplugins: [search, zhixing]\n",
        encoding="utf-8",
    )
    notes = folder / "notes"
    write_notes(folder, hidden=False)
    for number in range(len(HEADS)):
        for name in FILES if "cover" in head(number, HEADS[number]) else FILES[:-1]:
            (notes / f"{mark(number)}夹" / f"{mark(number)}{name}").write_bytes(f"{mark(number)}bytes".encode())
    (notes / "index.md").write_text(f"# 首页\n\n[[公开]]\n\n{LISTS}", encoding="utf-8")
    public = f"# 公开\n\n![](shared.png)\n\n见 [[index]] 与 [[{mark(3)}名|那一篇]]\n"
    (notes / "公开.md").write_text(public + NAMED.format(m=mark(0)), encoding="utf-8")
    (notes / "嵌入.md").write_text(
        f'---\ncover: "![[{mark(0)}example.{mark(0)}step.svg]]"\n---\n\n![[公开]]\n', encoding="utf-8"
    )
    (notes / "shared.png").write_bytes(b"shared")
    (notes / "alone.png").write_bytes(b"alone")
    cards = [{"id": "1", "type": "file", "file": f"{mark(0)}夹/{mark(0)}名.md", "x": 0, "y": 0}]
    (notes / "手画.canvas").write_text(json.dumps({"nodes": cards, "edges": []}), encoding="utf-8")
    for name, card in CARDS.items():
        nodes = [{"id": "1", "x": 0, "y": 0, **{key: value.format(m=mark(0)) for key, value in card.items()}}]
        (notes / f"{name}.canvas").write_text(json.dumps({"nodes": nodes, "edges": []}), encoding="utf-8")
    (notes / "甲.base").write_text(f'filters: file.name == "{mark(0)}名.md"\n', encoding="utf-8")
    (notes / "乙.base").write_text(f'filters: file.links.contains("[[{mark(0)}名]]")\n', encoding="utf-8")
    (notes / "丙.base").write_text("filters: file.hasTag('公开')\n", encoding="utf-8")
    assert run(COMMAND, "regenerate", cwd=folder).returncode in (0, 1, 3)
    assert MARK.search((notes / "index.md").read_bytes())
    assert MARK.search((notes / "表map.canvas").read_bytes())
    write_notes(folder, hidden=True)
    for path in notes.glob("*/_figures/*gone*"):
        path.unlink()
    with (notes / f"{mark(1)}夹" / f"{mark(1)}名.md").open("a", encoding="utf-8") as file:
        file.write("![[shared.png]]\n")
    return folder


def leaks(folder: Path) -> list[str]:
    """Return the marks in the names and bytes of every file of a folder, compressed ones unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() and path != folder / OURS else b""
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        marks = {*MARK.findall(data), *MARK.findall(path.name.encode())}
        found += [f"{path.relative_to(folder)}: {one.decode()}" for one in sorted(marks)]
    return found


def test_heads_hide_what_they_should(project: Path) -> None:
    assert len(HEADS) >= 60
    assert len(list((project / "notes").glob("*/_figures/*.svg"))) >= 2 * len(HEADS)


def test_nothing_of_hidden_notes_is_on_the_site(project: Path) -> None:
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=project)
    assert done.returncode == 0, done.stderr
    assert f"{len(DOUBTFUL):7}  note-hidden: " in done.stderr
    site = project / "site"
    assert leaks(site) == []
    assert "那一篇" in (site / "公开" / "index.html").read_text(encoding="utf-8")
    assert (site / "公开" / "index.html").is_file()
    assert (site / "shared.png").read_bytes() == b"shared"
    assert (site / "alone.png").read_bytes() == b"alone"
    assert not (site / "手画.canvas").exists()
    assert [name for name in CARDS if (site / f"{name}.canvas").exists()] == []
    assert (site / "丙.base").exists()
    page = (site / "公开" / "index.html").read_text(encoding="utf-8")
    assert page.count('alt="字"') == 2
    assert ">看</" in page
    assert "公开" in (site / "表map.canvas").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [(), ("--html-anchors",)])
def test_nothing_of_hidden_notes_is_exported(project: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run(COMMAND, "export", "markdown", str(tmp_path / "out"), *options, cwd=project)
    assert (tmp_path / "out" / "公开.md").is_file(), done.stderr
    assert leaks(tmp_path / "out") == []
    assert "公开" in (tmp_path / "out" / "表map.canvas").read_text(encoding="utf-8")


def test_the_search_finds_every_mark_while_the_notes_are_public(project: Path, tmp_path: Path) -> None:
    # One note is enough: public, all of them are the same but for their marks.
    others = (f"{mark(number)}夹" for number in range(1, len(HEADS)))
    shutil.copytree(project, tmp_path / "one", ignore=shutil.ignore_patterns("site", *others))
    write_notes(tmp_path / "one", HEADS[:1], hidden=False)
    assert run(sys.executable, "-m", "mkdocs", "build", cwd=tmp_path / "one").returncode == 0
    found = " ".join(leaks(tmp_path / "one" / "site"))
    kinds = ("head", "body", "link", "tag", "math", "callout", "label", "said", "alias", "description", "map", "bytes")
    assert [kind for kind in kinds if f"{mark(0)}{kind}" not in found] == []
