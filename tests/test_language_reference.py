"""docs/language.md keeps its word: each example runs, and prints what stands below it.

A block `yaml example` or `markdown note` is a note of its own, `csv PATH` a data file. A block `text run` below an
example is what `zhixing run` prints, `markdown region` what stands below it in the note, `text check` its problems, and
a picture `language/NAME.svg` is its figure. `pytest --regen` writes all of them anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from casefile import is_regenerating
from zhixing import compose
from zhixing.cli.run import steps_of
from zhixing.compose import Results
from zhixing.language.formats import OPTIONS
from zhixing.language.read import KEYS, KINDS
from zhixing.language.vary import KEYS as VARIATION_KEYS
from zhixing.language.words import CONSTANTS, FUNCTIONS
from zhixing.problems import Code, Problem
from zhixing.vault.load import load
from zhixing.vault.vault import Vault
from zhixing.wording.en import WORDING

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "language.md"
FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^`\n]+)\n(?P<text>.*?)^(?P=fence)\n", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"\]\(language/(?P<name>[^)]+\.svg)\)")
NOTES = ("yaml example", "markdown note")
# Most examples of the page expect nothing, since what they give stands below them; one shows what is said of that.
CARELESS = "careless"
SAID_ONCE = frozenset({Code.ORPHAN, Code.EXPECT_MISSING})


@dataclass(frozen=True)
class Shown:
    """A block of the page that shows what an example gives, and the note of that example."""

    kind: str
    note: str
    start: int
    end: int


def read_page(text: str) -> tuple[dict[str, str], list[Shown]]:
    """Return the files of the page's vault by path, and the blocks that show what they give."""
    files: dict[str, str] = {}
    shown: list[Shown] = []
    note = ""
    for fence in FENCE.finditer(text):
        info = fence["info"].strip()
        if info in NOTES:
            note = re.findall(r"^id: *(\S+)$", fence["text"], re.MULTILINE)[0]
            assert f"{note}.md" not in files, f"two examples are called {note}"
            files[f"{note}.md"] = fence["text"] if info == "markdown note" else f"```{info}\n{fence['text']}```\n"
        elif info.startswith("csv "):
            files[info.removeprefix("csv ")] = fence["text"]
        elif info in SHOW:
            shown.append(Shown(info, note, *fence.span("text")))
    return files, shown


@dataclass(frozen=True)
class Reference:
    """The page, and the vault that its blocks make."""

    text: str
    shown: list[Shown]
    vault: Vault
    found: Results
    problems: list[Problem]

    def give(self, one: Shown) -> str:
        return SHOW[one.kind](self, one.note).rstrip("\n") + "\n"


def _run(reference: Reference, note: str) -> str:
    return "\n".join(line.rstrip() for line in steps_of(reference.found.book.runs[note]).split("\n"))


def _region(reference: Reference, note: str) -> str:
    return reference.found.bodies[note].markdown


def _check(reference: Reference, note: str) -> str:
    own = [problem for problem in reference.problems if Path(problem.path).stem == note]
    return "\n".join(
        str(problem)
        for problem in own
        if problem.code is not Code.ORPHAN and (note == CARELESS or problem.code not in SAID_ONCE)
    )


SHOW = {"text run": _run, "markdown region": _region, "text check": _check}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    text = PAGE.read_text(encoding="utf-8")
    files, shown = read_page(text)
    folder = tmp_path_factory.mktemp("reference")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    vault = load(folder, wording=WORDING)
    found = compose.results(vault)
    problems = compose.check(vault, found, compose.plan(vault, found), {})
    kept = [problem for problem in problems if not problem.code.slug.endswith("-stale")]
    return Reference(text, shown, vault, found, kept)


def test_every_example_prints_what_stands_below_it(reference: Reference) -> None:
    """With `--regen` the page is written anew."""
    new = reference.text
    for one in reversed(reference.shown):
        new = new[: one.start] + reference.give(one) + new[one.end :]
    if is_regenerating():
        PAGE.write_text(new, encoding="utf-8", newline="\n")
    else:
        assert reference.text == new


def test_every_picture_is_the_figure_of_an_example(reference: Reference) -> None:
    bodies = reference.found.bodies.values()
    drawn: Mapping[str, str] = {name: svg for body in bodies for name, svg in body.figures.items()}
    pictures = PICTURE.findall(reference.text)
    assert len(pictures) >= 4
    assert set(pictures) <= set(drawn)
    if is_regenerating():
        (DOCS / "language").mkdir(exist_ok=True)
        for name in pictures:
            (DOCS / "language" / name).write_text(drawn[name], encoding="utf-8", newline="\n")
    assert {path.name for path in (DOCS / "language").iterdir()} == set(pictures)
    assert [name for name in pictures if (DOCS / "language" / name).read_text(encoding="utf-8") != drawn[name]] == []


def test_problems_are_those_that_the_page_shows(reference: Reference) -> None:
    meant = {one.note for one in reference.shown if one.kind == "text check"}
    others = [problem for problem in reference.problems if Path(problem.path).stem not in meant]

    assert [str(problem) for problem in others if problem.code not in SAID_ONCE] == []
    assert len(meant) >= 5


def test_no_example_stands_there_without_its_output(reference: Reference) -> None:
    files, shown = read_page(reference.text)

    assert [name for name in files if name.endswith(".md") and Path(name).stem not in {one.note for one in shown}] == []
    assert len(shown) > 25


def test_every_key_and_every_kind_is_used_by_an_example(reference: Reference) -> None:
    examples = "\n".join(fence["text"] for fence in FENCE.finditer(reference.text) if fence["info"].strip() in NOTES)
    keys = {*KEYS, *VARIATION_KEYS, *KINDS, *OPTIONS, "holds", "against", "log"}

    assert [key for key in sorted(keys) if not re.search(rf"(?<![\w-]){key}:", examples)] == []


def _grammar(text: str) -> str:
    return next(fence["text"] for fence in FENCE.finditer(text) if fence["info"].strip() == "text grammar")


def test_the_grammar_has_every_key_and_every_kind_and_fits_on_a_screen(reference: Reference) -> None:
    grammar = _grammar(reference.text)
    keys = {*KEYS, *VARIATION_KEYS, *KINDS, *OPTIONS}

    assert [key for key in sorted(keys) if f"{key}:" not in grammar] == []
    assert {*re.findall(r"^ *(?:- )?(\w+):", grammar, re.MULTILINE)} - keys <= _places_of_the_grammar()
    assert grammar.count("\n") <= 60


def _places_of_the_grammar() -> set[str]:
    """Return the words that stand for names in the grammar."""
    return {"NAME", "DECLARED", "QUANTITY", "holds"}


def test_the_page_names_every_word(reference: Reference) -> None:
    listed = set(re.findall(r"`([a-z_0-9]+)(?:\([^`]*\))?`", reference.text))
    core = {name for name in FUNCTIONS if not FUNCTIONS[name].reserved}

    assert sorted({*CONSTANTS, *FUNCTIONS} - core - listed) == []


def _numbers(text: str) -> Iterator[str]:
    yield from re.findall(r"^#+ (.*)$", text, re.MULTILINE)


def test_every_link_within_the_page_leads_somewhere(reference: Reference) -> None:
    headings = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in _numbers(reference.text)}

    assert [link for link in re.findall(r"\]\(#([^)]+)\)", reference.text) if link not in headings] == []
