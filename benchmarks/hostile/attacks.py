"""Vaults made to hang, exhaust, crash or leave: each attack has a name and writes its files into a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

Make = Callable[[Path, int], object]

# What a reader with a quadratic step, or one that calls itself, takes badly when it stands there often.
PIECES = (
    "[[", "[", "](", "![](", "[](<", "[a](", "[a](b 'c", "![[a|", "[[a|[", "![[", "$$", "$a ", "$", "%%", "%% ", "`",
    "`a``b", "> ", ">", "- ", "* ", "1. ", "\t", "  ", "#", "# #", "# h\n", "==", "==a ", "<!--", "<!--=", "<a ",
    "<a b='", '<a b="c', "<", "<div>\n", "</div>", "<![CDATA[", "<?", "<!", "^", " ^a", "^[", "[^", "[^1]: a\n",
    "https://a)", "https://", "\\", "```\n", "~~~\n> ", "> - ", "- \n", "-\n\n", "a\n> ", "$$\n", "%%\n\n", "---\n",
    "===\n", "a\n===\n", "|", "a|b\n-|-\n", "&", "&amp", "_a", "**a", "*a_", "~~", "\r", "\r\n", "\u2028", "\u0000",
    "\ufeff", "\U0001f600", "e\u0301", "#a", " #a", "- [ ] ", "    a\n\n", "(", ")", "{", "}", "{{", "{%", "1", "一",
    "1,", "8<!--= a.x -->", "`=", ": ", "a: [", "- - ", "&a ", "*a", "!!python/name:os.system ", "? ", '"', "'",
)  # fmt: skip
# Where an author can write; `%s` is the flood.
PLACES = {
    "body": "%s",
    "heading": "# %s\n\ntext\n",
    "callout": "> [!note] %s\n> text\n",
    "list": "- a\n- %s\n",
    "table": "| a | b |\n|---|---|\n| %s | c |\n",
    "frontmatter": "---\n%s\n---\ntext\n",
    "property": '---\naliases: ["%s"]\n---\ntext\n',
    "example": "```yaml example\n%s\n```\n",
    "expression": "```yaml example\nid: e\ngiven: {a: 1}\ncompute: {b: '%s'}\n```\n",
}
BOMBS = {
    "expression-power": "9**9**9**9", "expression-nest": "(" * 5000 + "1" + ")" * 5000,
    "expression-minus": "-" * 9000 + "1",
    "expression-import": "__import__('os').system('touch owned')", "expression-attribute": "a.__class__.__mro__",
    "expression-lambda": "(lambda: 1)()", "expression-digits": "1" * 9000, "expression-format": "f'{a}'",
    "expression-walrus": "(a := 1)", "expression-comprehension": "[i for i in range(10**9)]",
    "expression-sum": "sum(a)",
}  # fmt: skip
LARGE = {
    "arrays": "axes: {i: 3000, j: 3000}\ncompute:\n  A[i, j]: i * j\n  B[i, j]: A + A",
    "seeded": "axes: {i: 3000, j: 3000}\ngiven:\n  A[i, j]: {normal: 1, seed: 1}\ncompute:\n  b: sum(A)",
    "terms": "axes: {k: 3000000}\ncompute:\n  y[k]: k * 2\n  z: sum(y)\nshow: [derivation: z]",
    "axis": "axes: {k: 1000000000000}\ncompute:\n  y[k]: 1\n  z: sum(y)",
    "labels": "axes: {k: [" + ", ".join(f"l{n}" for n in range(9_000)) + "]}\ncompute:\n  y[k]: k\n  z: sum(y)",
    "shown": "axes: {k: 3}\ncompute:\n  y[k]: k\n  z: sum(y)\nshow: [" + "derivation: z, " * 3000 + "]",
    "steps": "given: {a0: 1}\ncompute: {" + ", ".join(f"a{n + 1}: a{n} + 1" for n in range(200)) + "}",
}  # fmt: skip
# A vault full of examples that each take what they may.
POOLS = {
    "tiny": "compute: {b: 1}",
    "run": "axes: {i: 30000}\ncompute:\n  b: sum(sin(i))",
    "run-large": "axes: {i: 300000}\ncompute:\n  b: sum(sin(i))",
    "run-product": "axes: {i: 400, j: 400}\ncompute:\n  A[i, j]: i * j\n  b: sum(A @ A.T @ A @ A.T @ A)",
    "run-small": "axes: {i: 3}\ncompute:\n  a[i]: i\n" + "  b%s[i]: softmax(a) * sqrt(i)\n" * 40,
    "terms": "axes: {k: 9}\ncompute:\n  y[k]: k * 2\n  z: sum(y * y + y)\nshow: [" + "derivation: z, " * 40 + "]",
    "tables": "axes: {k: 16, j: 12}\ncompute:\n  y[k, j]: k * j\nshow: [" + "table: [y], " * 40 + "]",
    "heatmaps": "axes: {k: 30, j: 30}\ncompute:\n  y[k, j]: k * j\nshow: [" + "heatmap: y, " * 40 + "]",
    "plots": "axes: {k: 1000}\ncompute:\n  y[k]: k * k\nshow: [" + "plot: [y], " * 40 + "]",
    "formulas": "compute:\n  b: " + " + ".join("1" * 40) + "\nshow: [" + "formula: b, " * 40 + "]",
    "expect": "axes: {k: 100}\ncompute:\n  y[k]: k\nexpect:\n" + "  y[%s]: 9\n" * 40,
}
_CLAIMED = "```yaml example\nid: e\naxes: {k: 3000}\ncompute:\n  y[k]: k\n  z: sum(y)\n```\n\n"


def attacks() -> Iterator[tuple[str, Make]]:
    """Yield each attack: its name, and what writes a vault of it, of about so many bytes, into a folder."""
    for place, frame in PLACES.items():
        for number, piece in enumerate(PIECES):
            yield f"{place} {number} {piece!r}", _flood(frame, piece)
    for name, text in BOMBS.items():
        yield name, _note(PLACES["expression"] % text.replace("'", "''"))
    for name, text in LARGE.items():
        yield f"example-{name}", _note(f"```yaml example\nid: e\n{text}\n```\n")
        yield f"examples-{name}", _note("".join(f"```yaml example\nid: e{n}\n{text}\n```\n\n" for n in range(20)))
    for name, text in POOLS.items():
        yield f"pool-{name}", _fill(text)
    yield from FILES.items()


def _flood(frame: str, piece: str) -> Make:
    return lambda folder, size: _write(folder / "a.md", frame % (piece * (size // len(piece.encode()))))


def _note(text: str) -> Make:
    return lambda folder, _: _write(folder / "a.md", text)


def _fill(text: str) -> Make:
    """Return what writes one example as often as fits; each `%s` in it is a number of its own, from 1."""
    numbered = text % tuple(range(1, text.count("%s") + 1))
    return lambda folder, size: _write(
        folder / "a.md",
        "".join(f"```yaml example\nid: e{n}\n{numbered}\n```\n\n" for n in range(size // (len(numbered) + 35) + 1)),
    )


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(text.encode(errors="surrogatepass"))


def _many(count: int, text: Callable[[int], str]) -> Make:
    def make(folder: Path, _: int) -> None:
        for number in range(count):
            _write(folder / f"n{number}.md", text(number))

    return make


def _links(**targets: str) -> Make:
    def make(folder: Path, _: int) -> None:
        _write(folder / "a.md", "text\n")
        for name, target in targets.items():
            (folder / name.replace("_", ".")).symlink_to(target)

    return make


def _file(name: str, text: Callable[[int], str]) -> Make:
    return lambda folder, size: _write(folder / name, text(size))


def _large(name: str, size: int) -> Make:
    def make(folder: Path, _: int) -> None:
        with (folder / name).open("wb") as file:
            file.truncate(size)

    return make


def _short(size: int) -> int:
    """Return the length of a frontmatter that is still read."""
    return min(size, 99_000)


FILES: dict[str, Make] = {
    "link-loop": _links(l1=".", l2="."),
    "link-root": _links(root="/"),
    "link-proc": _links(d_md="/proc/self/mem", b_md="/dev/zero", c_md="/dev/random"),
    "link-circle": _links(b_md="c.md", c_md="b.md"),
    "link-out": _links(b_md="/etc/passwd", c="/etc"),
    "fifo": lambda folder, _: os.mkfifo(folder / "f.md"),
    "fifo-figure": lambda folder, _: os.mkfifo(folder / "e.x.svg"),
    "sparse-note": _large("a.md", 2_000_000_000),
    "sparse-figure": _large("a.svg", 2_000_000_000),
    "deep-folders": lambda folder, _: _write(folder.joinpath(*"d" * 400) / "a.md", "text\n"),
    "many-folders": lambda folder, _: [_write(folder / f"d{n}" / "a.txt", "") for n in range(5000)],
    "many-files": _many(5000, lambda n: f"[[n{n + 1}]]\n"),
    "names-alike": _many(2000, lambda n: f"[[m{n}]] [[n{n}x]]\n"),
    "embeds": _many(101, lambda n: "".join(f"![[n{n // 10 * 10 + 10 + k}]]\n\n" for k in range(10))),
    "embed-circle": _many(2, lambda n: f"![[n{1 - n}]]\n" * 1000),
    "requires-circle": _many(2000, lambda n: f'---\nrequires: ["[[n{(n + 1) % 2000}]]"]\n---\n'),
    "requires-list": _file("a.md", lambda size: "---\nrequires: [" + '"[[b]]", ' * (_short(size) // 9) + "]\n---\n"),
    "aliases": _file("a.md", lambda size: f"---\naliases: [{'a, ' * (_short(size) // 3)}]\n---\n"),
    "tags": _file("a.md", lambda size: "".join(f"#t/{n} " for n in range(size // 9))),
    "tag-depth": _file("a.md", lambda size: "#" + "t/" * (size // 2)),
    "footnotes": _file("a.md", lambda size: "".join(f"[^{n}]: a [^{n + 1}]\n\n" for n in range(size // 20))),
    "headings": _file("a.md", lambda size: "## h\n" * (size // 5)),
    "links-to-headings": _file("a.md", lambda size: "".join(f"# h{n}\n[[#g{n}]]\n" for n in range(size // 16))),
    "blocks": _file("a.md", lambda size: "".join(f"a ^b{n}\n\n[[#^c{n}]]\n\n" for n in range(size // 24))),
    "canvas-nest": _file("a.canvas", lambda size: "[" * size),
    "canvas-nodes": _file("a.canvas", lambda size: '{"nodes": [' + '{"id": "a"},' * (size // 12) + '{"id": "b"}]}'),
    "base": _file("a.base", lambda size: "a: [" * (size // 4)),
    "settings": _file(".obsidian/templates.json", lambda size: "[" * size),
    "yaml-bomb": _note("---\na: &a [x, x, x]\n" + "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(20))),
    "yaml-deep": _file("a.md", lambda size: "---\na: " + "[" * (size // 2) + "]" * (size // 2) + "\n---\n"),
    "yaml-keys": _file("a.md", lambda size: "---\n" + "".join(f"k{n}: 1\n" for n in range(_short(size) // 9))),
    "jinja": _note("---\ntitle: '{{ 7 * 7 }}{% for i in range(10**9) %}{% endfor %}'\n---\n{{ config }}\n"),
    "id-escape": _note("```yaml example\nid: ../../owned\ngiven: {a: 1}\ncompute: {b: a}\nshow: [table: [b]]\n```\n"),
    "list-block": _file("a.md", lambda size: "```yaml list\nid: l\nof: map\n```\n\n" * (size // 40)),
    "formula-deep": _file("a.md", lambda size: "$" + r"\frac{a}{" * (size // 20) + "}" * (size // 20) + "$\n"),
    "formula-primes": _file("a.md", lambda size: "$x" + "'" * size + "$\n"),
    "region-markers": _file("a.md", lambda size: "<!-- zhixing:begin a -->\n" * (size // 26)),
    "pool-claims": _file("a.md", lambda size: _CLAIMED + "是 8<!--= e.sum(y*y) -->。\n" * (size // 30)),
    "pool-claims-one": _file("a.md", lambda size: _CLAIMED + "是 8<!--= e.y[1] --> " * (size // 24)),
    "numerals": _file("a.md", lambda size: "是 8<!--= a.b --> " * (size // 24)),
    "chinese-numerals": _file("a.md", lambda size: "一千二百三十四万" * (size // 24)),
    "binary": lambda folder, size: (folder / "a.md").write_bytes(bytes(range(256)) * (size // 256)),
    "utf-16": lambda folder, size: (folder / "a.md").write_bytes(("甲" * (size // 2)).encode("utf-16")),
}  # fmt: skip
