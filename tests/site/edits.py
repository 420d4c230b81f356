"""Vaults of linked notes with examples, and random edits of them as an author makes: for builds of what has changed."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

CONFIG = """\
site_name: 库
site_url: https://example.org/库/
docs_dir: notes
theme:
  name: material
  language: zh
  font: false
plugins:
  - zhixing
"""
EXAMPLE = """```yaml example
id: 例{number}
axes:
  键: [甲, 乙]
given:
  s[键]: [{first}, {second}]
compute:
  w[键]: softmax(s)
  和: {rest}
show:
  - table: [w]
  - heatmap: w
```
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="{}" height="4"/></svg>'
CANVAS = """{"nodes": [
{"id": "a", "type": "file", "file": "笔记%d.md", "x": 0, "y": 0, "width": 200, "height": 80},
{"id": "b", "type": "text", "text": "卡片%d，见[[笔记0]]", "x": 300, "y": 0, "width": 200, "height": 80}
], "edges": [{"id": "e", "fromNode": "a", "toNode": "b"}]}
"""
BASE = """filters: 'file.hasTag("标签1") || file.hasLink("笔记0")'
views:
  - {type: table, name: 表, order: [file.name, title, tags, file.links, requires], limit: %d}
"""
TEMPLATE = "---\ntype: concept\ntags: []\n---\n\n# {{title}}\n\n## 定义\n"
FOLDERS = ("", "数学/", "数学/深/", "注意力/")
WORDS = ("权重", "梯度", "向量", "分布", "矩阵", "序列", "softmax", "d_k", "损失")


class Author:
    """Makes a vault, and edits it, always in the same way for a seed."""

    def __init__(self, project: Path, seed: int, notes: int) -> None:
        self.project = project
        self.vault = project / "notes"
        self.random = random.Random(seed)
        self.count = notes
        self.vault.mkdir(parents=True)
        self.write(project / "mkdocs.yml", CONFIG)
        for number in range(notes):
            self.write(self.vault / f"{FOLDERS[number % len(FOLDERS)]}笔记{number}.md", self.note(number))
        self.write(self.vault / "index.md", "# 首页\n\n" + "".join(f"- [[笔记{n}]]\n" for n in range(0, notes, 3)))
        listed = "```yaml list\nid: 目录表\nof: notes\n```\n\n```yaml list\nid: 先后\nof: path\n```\n"
        self.write(self.vault / "目录.md", f"# 目录\n\n{listed}")
        self.write(self.vault / "画布.canvas", CANVAS % (0, 1))
        for number in range(3):
            self.write(self.vault / f"附件/图{number}.svg", PICTURE.format(number + 1))

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def note(self, number: int) -> str:
        """Return the text of a note."""
        other = [self.random.randrange(self.count) for _ in range(6)]
        requires = f'requires: ["[[笔记{number - 1}]]"]\n' if number % 3 == 1 else ""
        head = (
            f"---\ntitle: 标题{number}\naliases: [别名{number}]\ntags: [标签{number % 4}]\n"
            f"date: 2026-01-{number % 28 + 1:02}\n{requires}---\n\n"
        )
        example = ""
        if number % 4 == 0:
            rest = f"例{number - 4}.和 + 1" if number >= 4 else "sum(w)"
            uses = f"uses:\n  前: 例{number - 4}.和\n" if number >= 4 else ""
            example = EXAMPLE.format(number=number, first=number % 5, second=2, rest="前 + 1" if uses else rest)
            example = example.replace("axes:\n", f"{uses}axes:\n", 1)
        claim = f"和是 1<!--= 例{number - number % 4}.和 -->。参看例子“例{number // 8 * 4}”。\n\n"
        embed = f"![[图{number % 3}.svg]]\n\n![[笔记{other[4]}#定义]]\n\n"
        return (
            f"{head}# 标题{number}\n\n## 定义\n\n"
            f"这里说{self.words()}，见[[笔记{other[0]}]]与[[别名{other[1]}|另一名]]。"
            f"又见[[笔记{other[2]}#定义]]和[[笔记{other[3]}#^b{other[3]}]]，#行内{number % 3}。\n\n{example}\n"
            f"## 例子\n\n{claim}一块文字{self.words()}。 ^b{number}\n\n{embed}"
            f"[别处](笔记{other[5]}.md)\n"
        )

    def words(self) -> str:
        return "、".join(self.random.sample(WORDS, 3))

    def notes(self) -> list[Path]:
        return sorted(self.vault.rglob("*.md"))

    def edit(self) -> str:
        """Make a random edit; return what it was."""
        name = self.random.choice(sorted(EDITS))
        EDITS[name](self, self.random.choice(self.notes()))
        return name

    def change(self, path: Path, pattern: str, with_: str) -> None:
        """Replace the first place that a pattern fits in a note, if there is one."""
        self.write(
            path, re.sub(pattern, lambda _: with_, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        )


def add_text(author: Author, path: Path) -> None:
    author.write(path, path.read_text(encoding="utf-8") + f"\n新的一段{author.words()}。\n")


def change_sentence(author: Author, path: Path) -> None:
    author.change(path, "这里说[^，]*，", f"这里说{author.words()}，")


def change_title(author: Author, path: Path) -> None:
    author.change(path, "^title: .*$", f"title: 新题{author.random.randrange(1000)}")


def change_alias(author: Author, path: Path) -> None:
    author.change(
        path, r"^aliases: .*$", f"aliases: [别名{author.random.randrange(author.count)}, 又名{author.words()}]"
    )


def change_heading(author: Author, path: Path) -> None:
    author.change(path, "^## (定义|例子|另题).*$", author.random.choice(["## 定义", "## 另题", "## 例子 二"]))


def change_block(author: Author, path: Path) -> None:
    author.change(path, r"\^b\d+$", f"^b{author.random.randrange(author.count)}")


def change_link(author: Author, path: Path) -> None:
    author.change(path, r"\[\[笔记\d+", f"[[笔记{author.random.randrange(author.count + 2)}")


def change_tag(author: Author, path: Path) -> None:
    author.change(path, r"^tags: .*$", f"tags: [标签{author.random.randrange(6)}]")


def change_date(author: Author, path: Path) -> None:
    author.change(path, r"^date: .*$", f"date: 2026-02-{author.random.randrange(1, 28):02}")


def change_requires(author: Author, path: Path) -> None:
    author.change(path, r"^requires: .*$", f'requires: ["[[笔记{author.random.randrange(author.count)}]]"]')


def change_given(author: Author, path: Path) -> None:
    author.change(path, r"s\[键\]: .*$", f"s[键]: [{author.random.randrange(9)}, {author.random.randrange(9)}]")


def break_example(author: Author, path: Path) -> None:
    author.change(path, r"w\[键\]: softmax\(.*$", author.random.choice(["w[键]: softmax(", "w[键]: softmax(s)"]))


def change_claim(author: Author, path: Path) -> None:
    author.change(path, "和是 [0-9]+<", f"和是 {author.random.randrange(5)}<")


def rename(author: Author, path: Path) -> None:
    if path.name != "index.md":
        path.rename(path.with_name(f"笔记{author.random.randrange(author.count, 2 * author.count)}.md"))


def move(author: Author, path: Path) -> None:
    to = author.vault / author.random.choice(FOLDERS) / path.name
    if path.name != "index.md" and not to.exists():
        to.parent.mkdir(exist_ok=True, parents=True)
        path.rename(to)


def delete(author: Author, path: Path) -> None:
    if path.name != "index.md" and len(author.notes()) > author.count // 2:
        path.unlink()


def create(author: Author, _: Path) -> None:
    number = author.random.randrange(2 * author.count)
    author.write(author.vault / f"{author.random.choice(FOLDERS)}笔记{number}.md", author.note(number))


def hide(author: Author, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = text.replace("publish: false\n", "")
    author.write(path, shown if shown != text else text.replace("---\n", "---\npublish: false\n", 1))


def change_picture(author: Author, _: Path) -> None:
    name = f"附件/图{author.random.randrange(4)}.svg"
    author.write(author.vault / name, PICTURE.format(author.random.randrange(1, 9)))


def change_canvas(author: Author, _: Path) -> None:
    shown = author.random.choice([0, 4])
    author.write(author.vault / "画布.canvas", CANVAS % (shown, author.random.randrange(9)))


def change_base(author: Author, path: Path) -> None:
    """Change the base of a vault that has one, or put it into a note."""
    place, text = author.vault / "概念.base", BASE % author.random.randrange(1, 9)
    if place.exists() and author.random.random() < 0.5:
        author.write(place, text)
    elif place.exists():
        author.write(path, f"{path.read_text(encoding='utf-8')}\n```base\n{text}```\n")


def remove_folder(author: Author, _: Path) -> None:
    if len(author.notes()) > author.count:
        shutil.rmtree(author.vault / "数学" / "深", ignore_errors=True)


def change_template(author: Author, _: Path) -> None:
    author.write(author.project / "templates" / "概念.md", TEMPLATE + author.random.choice(["", "\n## 例子\n"]))


def change_settings(author: Author, _: Path) -> None:
    extra = author.random.choice(["", "copyright: 某人\n", "site_description: 说明\n"])
    author.write(author.project / "mkdocs.yml", CONFIG + extra)


EDITS: dict[str, Callable[[Author, Path], None]] = {
    edit.__name__: edit
    for edit in (
        *(add_text, change_sentence, change_title, change_alias, change_heading, change_block, change_link),
        *(change_tag, change_date, change_requires, change_given, break_example, change_claim, rename, move, delete),
        *(create, hide, change_picture, change_canvas, change_base, remove_folder, change_template, change_settings),
    )
}
