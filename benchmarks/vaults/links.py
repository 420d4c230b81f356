"""The links of a generated vault, made by lot, and the truth about each."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

from benchmarks.vaults.words import PICTURES, SECTIONS

HUBS, NEAR = 0.3, 40  # how many far links go to hubs; how far a near neighbour may stand


@dataclass
class Note:
    """A note before it is written; `dup` says that another note has the same title."""

    uid: str
    title: str
    domain: str
    topic: str
    folder: str
    dup: bool = False
    aliases: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    block: bool = False
    chars: int = 0

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.title}.md"

    @property
    def target(self) -> str:
        """What a wikilink calls the note: its name, or its path where the name is not enough."""
        return self.path[:-3] if self.dup else self.title

    @property
    def number(self) -> str:
        return self.uid[3:]


Link = dict[str, str | None]


class Links:
    """Makes links between notes; `truth` is what each of them must resolve to."""

    def __init__(self, rng: random.Random, notes: list[Note], broken: float) -> None:
        self.rng = rng
        self.notes = notes
        self.broken = broken
        self.truth: list[Link] = []
        self.named = [note for note in notes if note.block] or notes[:1]
        self.named[0].block = True

    def pick(self, number: int) -> Note:
        """Return a note to link to: mostly a near neighbour, which makes clusters, or a hub."""
        rng, count = self.rng, len(self.notes)
        if rng.random() < 0.6:
            other = (number + rng.randint(-NEAR, NEAR)) % count
        elif rng.random() < HUBS:
            other = int(count * rng.random() ** 3)
        else:
            other = rng.randrange(count)
        return self.notes[other] if other != number else self.notes[(number + 1) % count]

    def link(self, number: int) -> str:
        """Make a link of some kind, put the truth about it down and return it as written."""
        kind = self.rng.random()
        note, target = self.notes[number], self.pick(number)
        link: Link = {"src": note.uid, "dst": target.uid, "heading": None, "display": None}
        if self.rng.random() < self.broken:
            self.break_link(link, target)
        elif kind < 0.76:
            self.link_note(link, target, kind)
        elif kind < 0.95:
            self.link_heading(link, note, target, kind)
        elif kind < 0.965:
            named = self.rng.choice(self.named)
            link |= {"kind": "block", "dst": named.uid, "heading": f"^blk{named.number}"}
            link["raw"] = f"[[{named.target}#^blk{named.number}]]"
        else:
            link |= {"kind": "embed_heading", "heading": "定义", "raw": f"![[{target.target}#定义]]"}
        self.truth.append(link)
        return str(link["raw"])

    def break_link(self, link: Link, target: Note) -> None:
        if self.rng.random() < 0.5:
            link |= {"kind": "broken", "dst": None, "raw": f"[[不存在的概念{self.rng.randrange(10**6)}]]"}
        else:
            heading = f"没有这个标题{self.rng.randrange(100)}"
            link |= {"kind": "broken_heading", "heading": heading, "raw": f"[[{target.target}#{heading}]]"}

    def link_note(self, link: Link, target: Note, kind: float) -> None:
        if kind < 0.50:
            link |= {"kind": "path" if target.dup else "plain", "raw": f"[[{target.target}]]"}
        elif kind < 0.70:
            alias = self.rng.choice(target.aliases)
            link |= {"kind": "alias", "display": alias, "raw": f"[[{target.target}|{alias}]]"}
        else:
            link |= {"kind": "path", "raw": f"[[{target.path[:-3]}]]"}

    def link_heading(self, link: Link, note: Note, target: Note, kind: float) -> None:
        heading = self.rng.choice(SECTIONS if kind < 0.92 else SECTIONS[:4])
        link["heading"] = heading
        if kind < 0.88:
            link |= {"kind": "heading", "raw": f"[[{target.target}#{heading}]]"}
        elif kind < 0.92:
            display = f"{target.title[:3]}的{heading}"
            link |= {"kind": "heading_alias", "display": display, "raw": f"[[{target.target}#{heading}|{display}]]"}
        else:
            link |= {"kind": "self_heading", "dst": note.uid, "raw": f"[[#{heading}]]"}

    def picture(self, note: Note) -> str:
        picture = self.rng.choice(PICTURES)
        raw = f"![[{picture}]]" if self.rng.random() < 0.5 else f"![[{picture}|100]]"
        truth: Link = {"src": note.uid, "dst": picture, "kind": "image", "heading": None, "display": None, "raw": raw}
        self.truth.append(truth)
        return raw

    def markdown_link(self, number: int) -> str:
        note, target = self.notes[number], self.pick(number)
        path = os.path.relpath(target.path, note.folder)
        raw = f"[{target.title}]({path.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"
        truth: Link = {"src": note.uid, "dst": target.uid, "kind": "mdlink", "heading": None, "display": target.title}
        self.truth.append(truth | {"raw": raw})
        return f"另见 Markdown 链接 {raw}。"

    def related(self, number: int) -> list[Note]:
        related = [self.pick(number) for _ in range(self.rng.randint(2, 4))]
        for note in related:
            truth: Link = {"src": self.notes[number].uid, "dst": note.uid, "kind": "related", "heading": None}
            self.truth.append(truth | {"display": None, "raw": f"[[{note.target}]]"})
        return related
