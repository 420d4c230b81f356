"""Derivations that follow: with any numbers, the script prints what the core's derivation of them is."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from test_live import ASSETS, book, change, grow_change, run_block

from casefile import CASES, read_cases
from zhixing.language.errors import ExampleError
from zhixing.language.model import Derivation, Expression, Run
from zhixing.language.nodes import name_node
from zhixing.language.run import run_example
from zhixing.language.tree_data import encode_example
from zhixing.show.derivation import derivation, plan_lines
from zhixing.show.mathml import mathml
from zhixing.show.plan_data import NotFollowedError, PlanEncoder
from zhixing.source import Source, Span

pytestmark = pytest.mark.browser

ROUNDS = 400
SPACE = re.compile(r"\s")
DERIVE = r"""jobs => jobs.map(([statements, trees, count, changes, lines]) => {
  const canonical = (node) => {
    if (!node.children.length) return node.localName === "mspace" ? "" : node.textContent;
    const inner = [...node.children].map(canonical);
    return /^(math|mrow|msqrt)$/.test(node.localName) && node.localName !== "msqrt" ? inner.join("")
      : node.localName === "msqrt" ? `msqrt(${inner.join("")})` : `${node.localName}(${inner.join("|")})`;
  };
  try {
    const values = zhixing.run(statements, trees, changes);
    const leaves = values.slice(count);
    return lines.map(([line, result, at]) => {
      const { made, sign, result: end } = zhixing.derive(line, leaves, values[result].data[at]);
      const latex = made ? `${made} ${sign} ${end}` : end;
      return [made !== "", latex, zhixing.nodesOf(latex).map(canonical).join("")];
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
})"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that prints derivations."""
    context = browser.new_context()
    page = context.new_page()
    page.add_script_tag(path=ASSETS / "arrays.js")
    page.evaluate("zhixing.live = {parts: []}")
    page.add_script_tag(path=ASSETS / "live-derivations.js")
    yield page
    context.close()


@dataclass(frozen=True)
class Derived:
    """An example with derivations that follow: their data as the script takes them, and what they are derived of."""

    run: Run
    shows: tuple[Derivation, ...]
    job: list[Any]

    def with_changes(self, changes: Mapping[str, Mapping[int, float]]) -> list[Any]:
        return [*self.job[:3], changes, self.job[4]]


def derive(run: Run) -> Derived | None:
    """Return an example whose derivations can be written as data; those that cannot are left out."""
    encoder = PlanEncoder(run)
    shows: list[Derivation] = []
    lines: list[Any] = []
    for show in (one for one in run.example.show if isinstance(one, Derivation)):
        try:
            own = encoder.lines(show.quantity, plan_lines(run, show.quantity)[0])
        except (NotFollowedError, ExampleError):
            continue
        lines += [[line, len(shows), at] for at, line in enumerate(own)]
        shows.append(show)
    if not shows:
        return None
    shown = [show.quantity for show in shows]
    statements, trees = encode_example(run, [*shown, *encoder.leaves])
    return Derived(run, tuple(shows), [statements, trees, len(shown), {}, lines])


@cache
def derived() -> Sequence[Derived]:
    """Return the vault's examples that have derivations, and the cases, whose words are more."""
    cases = [run_block(case.given) for case in read_cases(CASES / "derivations.md")]
    found = []
    for run in (*book().runs.values(), *cases):
        try:
            found.append(derive(run))
        except Exception as error:
            if type(error).__name__ != "NotLoweredError":
                raise
    return [one for one in found if one]


def lines_of(run: Run, shows: Sequence[Derivation]) -> list[tuple[str, str]]:
    """Return the sides of each line of the core's derivations."""
    found = []
    for show in shows:
        lefts = [line.left for line in plan_lines(run, show.quantity)[0]]
        text = derivation(run, show.quantity).removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}")
        rows = [row.replace(" &= ", " = ", 1) for row in text.split(r" \\ ")]
        found += [(left, row.removeprefix(f"{left} = ")) for left, row in zip(lefts, rows, strict=False)]
    return found


def canonical(element: ET.Element) -> str:
    """Return a formula's structure without groups and spaces."""
    if not len(element):
        return "" if element.tag == "mspace" else element.text or ""
    inner = [canonical(child) for child in element]
    if element.tag in {"math", "mrow"}:
        return "".join(inner)
    return f"msqrt({''.join(inner)})" if element.tag == "msqrt" else f"{element.tag}({'|'.join(inner)})"


def structure(latex: str) -> str:
    text = mathml(latex, display=True).replace("&ApplyFunction;", "\u2061")
    root = ET.fromstring(text)  # noqa: S314 - the generator's own
    return SPACE.sub("", canonical(root)).replace("···", "⋯").replace("...", "⋯")


def disagreements(run: Run, one: Derived, found: Sequence[Any] | None) -> Iterator[str]:
    if found is None:
        yield f"{run.example.id}: nothing was computed"
        return
    for (left, right), (made, latex, shown) in zip(lines_of(run, one.shows), found, strict=True):
        # Where nothing explains a number, the note keeps what stands for it in general; the script keeps that too.
        agrees = right == latex if made else right == latex or right.endswith(f" = {latex}")
        if not agrees or SPACE.sub("", shown) != structure(latex):
            yield f"{run.example.id}: {left} = {right}\n  {latex}\n  {shown}\n  {structure(latex)}"


def test_derivations_at_rest_are_those_of_the_core(page: Page) -> None:
    examples = derived()
    assert sum(len(one.shows) for one in examples) > 130
    found = page.evaluate(DERIVE, [one.job for one in examples])
    assert [wrong for one, own in zip(examples, found, strict=True) for wrong in disagreements(one.run, one, own)] == []


def test_derivations_of_changed_numbers_are_those_of_the_core(page: Page) -> None:
    chance = random.Random(14)
    examples = [one for one in derived() if changeable(one)]
    jobs, wanted = [], []
    for at in range(ROUNDS):
        one = examples[at % len(examples)]
        name, place = chance.choice(changeable(one))
        given = next(own for own in one.run.example.given if own.name.name == name)
        new = grow_change(chance, float(given.quantity.values.flat[place]))
        run = run_with(one.run, name, place, new)
        if run is None:
            continue
        jobs.append((one, one.with_changes({name: {place: new}})))
        wanted.append(run)
    found = page.evaluate(DERIVE, [job for _, job in jobs])
    wrong = []
    for (one, job), run, own in zip(jobs, wanted, found, strict=True):
        try:
            wrong += [f"{json.dumps(job[3], ensure_ascii=False)} {text}" for text in disagreements(run, one, own)]
        except ExampleError:
            continue
    assert len(jobs) > ROUNDS * 0.9
    assert wrong == []


CASES_OF = """
id: 分支
given: {a: 0, b: 3, c: 4}
compute: {y: "where(a == 0, b, c)"}
show: [derivation: y]
"""
# An example as the page opens it, with the derivation alone: what is shown after each change.
OPEN = """async ([[statements, trees, count, , lines], formula, all]) => {
  const make = (tag, given) => Object.assign(document.createElement(tag), given);
  Object.assign(zhixing.live, { make, words: { comma: ", " }, wasText: (text) => text });
  const root = make("div", { innerHTML: `<div class="formula">${formula}</div>` });
  const derivation = { result: 0, lines: lines.map(([line]) => line), short: false };
  const compute = (changes) => zhixing.run(statements, trees, changes);
  const print = ([index, at], values) => `${values[index].data[at]}`;
  const data = { shown: trees.slice(0, count), blocks: [{ derivation }] };
  const parts = zhixing.live.parts[0]({ root, data, values: compute({}), print });
  return all.map((changes) => {
    parts.forEach((part) => part.show(compute(changes)));
    return root.querySelector(".formula").textContent;
  });
}"""


def open_derivation(page: Page, formula: str) -> list[str]:
    """Return a formula of a derivation of the branch: at rest, with another number, with the other branch, at rest."""
    one = derive(run_block(CASES_OF))
    assert one
    found: list[str] = page.evaluate(OPEN, [one.job, formula, [{}, {"b": {"0": 5}}, {"a": {"0": 1}}, {}]])
    return found


def test_lines_within_a_line_are_not_those_of_the_derivation(page: Page) -> None:
    run = run_block(CASES_OF)
    formula = derivation(run, Expression("y", name_node("y", Span(0, 0)), Span(0, 0)))
    assert "cases" in formula
    rest, changed, other, again = open_derivation(page, mathml(formula, display=True))
    assert rest == again
    assert rest.endswith("=3")
    assert changed == f"{rest.removesuffix('3')}5"
    assert other == f"{rest.removesuffix('3')}4"


def test_a_formula_that_stands_as_its_source_stays(page: Page) -> None:
    shown = open_derivation(page, '<code class="formula-source">y = 3</code>')
    assert shown == ["y = 3"] * 4


def changeable(one: Derived) -> list[tuple[str, int]]:
    """Return the entries of given numbers: names and places."""
    given = [own for own in one.run.example.given if not own.seeded and not own.file and not own.quantity.on]
    return [(own.name.name, place) for own in given for place in range(own.quantity.values.size)]


def run_with(run: Run, name: str, place: int, value: float) -> Run | None:
    """Return the run with another given number; None where it is not whole then."""
    given = tuple(change(one, place, value) if one.name.name == name else one for one in run.example.given)
    example = replace(run.example, given=given, expectations=(), holds=(), says=())
    changed = run_example(example, Source("例.md", ""), book().runs)[0]
    return changed if changed.quantities.keys() == run.quantities.keys() else None
