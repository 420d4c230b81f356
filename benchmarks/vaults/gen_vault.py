"""A deterministic Obsidian vault of Chinese concept notes, and the truth about every link in it.

    python -m benchmarks.vaults.gen_vault OUT N [--seed 20240601] [--broken 0.01]

Writes the vault OUT/ (index.md, nested topic folders, pictures) and OUT.manifest.json: every note, every link and what
it must resolve to. The same N and seed give the same bytes. Standard library only.

The manifest is {"n", "seed", "notes": [{"uid", "path", "title", "aliases", "tags", "chars", "dup"}],
"links": [{"src", "dst", "kind", "heading", "display", "raw"}]}. `src` and `dst` are uids, `dst` is null for a broken
link; the kinds are plain, alias, path, heading, heading_alias, self_heading, block, embed_heading, image, mdlink,
broken, broken_heading and related. Every note has its uid in 更新历史 and a sentence of its own in 定义, so that its
page, and its text embedded elsewhere, are found in any output.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.vaults.links import Links, Note
from benchmarks.vaults.words import (
    CALLOUTS,
    CODE,
    DOMAINS,
    FORMULAS,
    MIDDLE,
    OBJECTS,
    PICTURE,
    PICTURES,
    STATUS,
    TYPES,
    paragraph,
    titles,
)


class Generator:
    """Makes the notes, then writes one after another and keeps the truth about their links."""

    def __init__(self, out: Path, count: int, seed: int, broken: float) -> None:
        self.out = out
        # The vault need be the same every time, not secret.
        self.rng = random.Random(f"{seed}/{count}")  # noqa: S311
        self.notes = self.make_notes(count)
        self.links = Links(self.rng, self.notes, broken)

    def make_notes(self, count: int) -> list[Note]:
        rng = self.rng
        topics = [(domain, topic) for domain, topics in DOMAINS.items() for topic in topics]
        notes = []
        for number, title in enumerate(titles(rng, count)):
            domain, topic = rng.choice(topics)
            kind = rng.random()
            folder = [domain] if kind < 0.1 else [domain, topic]
            if kind >= 0.8:
                folder.append(rng.choice(["基础", "进阶", "专题"]))
            notes.append(Note(f"CN-{number:06d}", title, domain, topic, "/".join(folder)))
        self.repeat_names(notes)
        for number, note in enumerate(notes):
            note.aliases = [f"{note.title[:2]}别名{number}"] + ([f"Alias {number}"] if rng.random() < 0.4 else [])
            note.tags = [f"{note.domain}/{note.topic}", rng.choice(["核心", "基础", "前沿", "跨学科", "待验证"])]
            note.block = rng.random() < 0.05
        return notes

    def repeat_names(self, notes: list[Note]) -> None:
        """Give one note in two hundred the name of a note in another folder: it must be linked by its path."""
        for _ in range(len(notes) // 200):
            one, two = notes[self.rng.randrange(len(notes))], notes[self.rng.randrange(len(notes))]
            if one is not two and not one.dup and not two.dup and one.folder != two.folder:
                two.title = one.title
                one.dup = two.dup = True

    def note_lines(self, number: int) -> Iterator[str]:
        """Yield the lines of a note. The order in which things are drawn by lot is part of what makes the bytes."""
        rng, note = self.rng, self.notes[number]
        raws = [self.links.link(number) for _ in range(rng.randint(8, 12))]
        embeds = [raw for raw in raws if raw.startswith("!")]
        links = [raw for raw in raws if not raw.startswith("!")]
        if rng.random() < 0.15:
            embeds.append(self.links.picture(note))
        markdown = self.links.markdown_link(number) if rng.random() < 0.25 else ""
        related = self.links.related(number)
        listed = [links.pop() for _ in range(min(4, len(links)))]
        day = f"20{rng.randint(20, 25)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        yield from self.frontmatter(note, related, day)
        yield from self.body(number, links)
        yield from ("## 相关概念", "", *(f"- {raw}:{paragraph(rng, 1)}" for raw in listed), "")
        yield from ("## 应用场景", "", f"- {paragraph(rng, 1)}", f"- {paragraph(rng, 1)}", "")
        for embed in embeds:
            yield from (embed, "")
        yield from self.end(note, links, markdown, day)

    def frontmatter(self, note: Note, related: list[Note], day: str) -> Iterator[str]:
        yield from ("---", f'title: "{note.title}"', f"type: {self.rng.choice(TYPES)}", "tags:")
        yield from (f"  - {tag}" for tag in note.tags)
        yield from (f"date: {day}", f"status: {self.rng.choice(STATUS)}", "related:")
        yield from (f'  - "[[{other.target}]]"' for other in related)
        yield from ("aliases:", *(f"  - {alias}" for alias in note.aliases), "---", "")

    def body(self, number: int, links: list[str]) -> Iterator[str]:
        rng, note = self.rng, self.notes[number]
        mark = f" ^blk{note.number}" if note.block else ""
        yield from (f"# {note.title}", "", "## 定义", "")
        yield from (f"**{note.title}**的标识句D{note.number}:{paragraph(rng, 4)}{mark}", "")
        inline = f" 其中行内公式 $x_{{{number % 9}}} \\in \\mathbb{{R}}^n$ 表示状态。"
        yield from ("## 详细解释", "", paragraph(rng, 6, links) + inline, "", "$$", rng.choice(FORMULAS), "$$", "")
        yield from (paragraph(rng, 7, links), "", f"> [!{rng.choice(CALLOUTS)}] 要点", f"> {paragraph(rng, 2)}")
        yield from ("> ", f"> {paragraph(rng, 1, links)}", "", "### 直观理解", "", paragraph(rng, 3, links), "")
        yield from ("## 具体例子", "", f"1. {paragraph(rng, 2)}", f"2. {paragraph(rng, 2)}", "")
        yield from ("| 维度 | 说明 | 取值 |", "| --- | --- | ---: |")
        for row in range(rng.randint(3, 5)):
            yield f"| {rng.choice(MIDDLE)}{row} | {rng.choice(OBJECTS)} | {rng.random():.3f} |"
        yield ""
        if rng.random() < 0.2:
            code = rng.choice(CODE)
            yield from ("```" + ("sql" if code.startswith("SEL") else "python"), code, "```", "")

    def end(self, note: Note, links: list[str], markdown: str, day: str) -> Iterator[str]:
        rng = self.rng
        yield from ("## 进一步阅读", "")
        book = f"- 《{rng.choice(OBJECTS)}》,{rng.randint(1950, 2024)} 年 #{rng.choice(['书籍', '论文', '课程'])}"
        yield from (book, f"- [外部资料](https://example.org/{int(note.number)})", "")
        if markdown:
            yield from (markdown, "")
        yield from ("## 我的思考", "", paragraph(rng, 4), "")
        while links:
            yield from (f"补充:{links.pop()}。", "")
        yield from (f"- [{'x' if rng.random() < 0.5 else ' '}] {paragraph(rng, 1)}", "")
        yield from ("## 更新历史", "", f"- {day}:创建,编号:{note.uid}", "")

    def index_lines(self) -> Iterator[str]:
        yield from ("---", 'title: "首页"', "tags:", "  - 首页", "---", "", "# 首页", "", "## 领域", "")
        for domain in DOMAINS:
            notes = [note for note in self.notes if note.domain == domain][:20]
            yield from (f"### {domain}", "", *(f"- [[{note.target}]]" for note in notes), "")

    def write(self, path: str, text: str) -> None:
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")

    def write_all(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)
        for picture in PICTURES:
            self.write(f"附件/{picture}", PICTURE.format(picture))
        for number, note in enumerate(self.notes):
            text = "\n".join(self.note_lines(number))
            note.chars = sum("\u4e00" <= character <= "\u9fff" for character in text)
            self.write(note.path, text)
        self.write("index.md", "\n".join(self.index_lines()))

    def manifest(self, seed: int) -> str:
        keys = ("uid", "path", "title", "aliases", "tags", "chars", "dup")
        notes = [{key: getattr(note, key) for key in keys} for note in self.notes]
        content = {"n": len(notes), "seed": seed, "notes": notes, "links": self.links.truth}
        return json.dumps(content, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--broken", type=float, default=0.01, help="the share of links that lead nowhere")
    arguments = parser.parse_args()
    generator = Generator(arguments.out, arguments.n, arguments.seed, arguments.broken)
    generator.write_all()
    manifest = arguments.out.with_name(f"{arguments.out.name}.manifest.json")
    manifest.write_text(generator.manifest(arguments.seed), encoding="utf-8")
    kinds = Counter(link["kind"] for link in generator.links.truth)
    length = sum(note.chars for note in generator.notes) // arguments.n
    print(f"{arguments.n} notes, {length} characters each, {dict(kinds)}")


if __name__ == "__main__":
    main()
