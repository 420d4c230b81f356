"""Examples that a reader may change: what a browser computes and prints is what the core does, and the page follows."""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pytest
from conftest import COMMAND, served, wait_until
from conftest import run as run_command
from playwright.sync_api import Browser, Page, expect
from test_browser import opened

from casefile import CASES, read_cases
from zhixing.language.book import Book
from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.gradients import is_gradient
from zhixing.language.lower import NotLoweredError
from zhixing.language.model import Array, Expression, Format, Given, Quantity, Run
from zhixing.language.nodes import Call, Name, walk
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.language.runs import run_all
from zhixing.language.tree_data import SMOOTH, WORDS, encode_example
from zhixing.show.body import render
from zhixing.show.escape import escape_markdown
from zhixing.show.forms import EXERCISE
from zhixing.show.numbers import PLAIN, fixed, number
from zhixing.site import plugin
from zhixing.source import Source, Span
from zhixing.vault.load import load

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
ASSETS = Path(plugin.__file__).parent / "assets"
RUN = """jobs => jobs.map(([statements, shown, changes]) => {
  try {
    return zhixing.run(statements, shown, changes).map(a => [a.shape, a.data.map(String)]);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
})"""
CELLS = """examples => examples.map(({statements, shown, blocks}) => {
  const values = zhixing.run(statements, shown.map(one => one[1]));
  const text = ([index, at]) => {
    const [, , format, labels] = shown[index], value = values[index].data[at];
    return labels && !Number.isNaN(value) ? labels[value] : zhixing.print(value, format);
  };
  return blocks.map(block => Array.isArray(block) ? block.map(row => row.map(one => one && text(one)))
    : block.line ? {line: block.line.map(text)} : null);
})"""
# Slopes as differences of nearly equal numbers, and least squares with a matrix whose condition is some 1e9: their last
# digits depend on the order of a sum.
BADLY_CONDITIONED = {"推一推", "逼近的条件", "逼近的条件-更远"}
MOST_TRIED = 10_000_000
"""The most operations of an example that is computed many times over."""
CELL = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\|[ |:-]+\|")
SPACES = " \u2007\u2008"


@cache
def book() -> Book:
    return run_all(load(ROOT / "notes"))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page that has the interpreter."""
    context = browser.new_context()
    page = context.new_page()
    page.add_script_tag(path=ASSETS / "arrays.js")
    yield page
    context.close()


def test_the_words_of_the_interpreter_are_those_that_data_may_have(page: Page) -> None:
    assert set(page.evaluate("zhixing.words")) == WORDS


# Numbers.


def grow_numbers() -> list[float]:
    chance = random.Random(14)
    plain = [0.0, 1, -1, 0.5, 2.5, 1e10, 1e15, 1e16, 1e-5, 9.99996, 999999.5, 12345678.9, 0.1 + 0.2, 1 / 3, 2 / 3]
    spread = [chance.uniform(-1, 1) * 10 ** chance.uniform(-12, 18) for _ in range(3000)]
    halves = [chance.randrange(10**6) / 2**place for place in range(1, 24) for _ in range(60)]
    near = [round(chance.uniform(0, 100), 3) + chance.choice([0, 1e-13, 4e-7, 2e-6]) for _ in range(500)]
    return [*plain, *spread, *halves, *near, float("inf"), float("-inf"), float("nan")]


def test_numbers_are_printed_as_python_prints_them(page: Page) -> None:
    numbers = grow_numbers()
    formats = [PLAIN, Format(2), Format(0, percent=True), Format(1, percent=True, thousands=True), Format(unit="元"),
               Format(2, thousands=True, unit="$")]  # fmt: skip
    told = [None if form == PLAIN else [form.digits, form.percent, form.thousands, form.unit] for form in formats]
    texts = [str(value) for value in numbers]
    script = "([numbers, formats]) => formats.map(form => numbers.map(text => zhixing.print(toNumber(text), form)))"
    script = script.replace("toNumber(text)", "Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'))")
    found = page.evaluate(script, [texts, told])
    for form, printed in zip(formats, found, strict=True):
        assert printed == [number(value, form=form) for value in numbers]
    places = page.evaluate(script.replace("zhixing.print", "zhixing.fixed"), [texts, [0, 1, 2, 4]])
    for count, printed in zip((0, 1, 2, 4), places, strict=True):
        assert printed == [fixed(value, count) for value in numbers]


# Words: each with its options, as the cases of the language have them.


def run_block(block: str) -> Run:
    source = Source("例.md", block)
    example, _ = read_example(source, Span(0, len(block)))
    assert example
    return run_example(example, source, {})[0]


def without_other_words(run: Run) -> Run:
    """Return an example without the steps that the interpreter has no words for, and what rests on them."""
    dropped: set[str] = set()
    kept = []
    for step in run.example.steps:
        parts = list(walk(step.expression.tree))
        calls = {part.name for part in parts if isinstance(part, Call)}
        names = {part.name for part in parts if isinstance(part, Name)}
        if calls <= WORDS and not names & dropped:
            kept.append(step)
        else:
            dropped.add(step.name.name)
    left = {name: one for name, one in run.quantities.items() if name.partition(".")[0] not in dropped}
    return replace(run, example=replace(run.example, steps=tuple(kept)), quantities=left)


def test_words_with_their_options_give_the_numbers_of_the_core(page: Page) -> None:
    runs = {case.title: without_other_words(run_block(case.given)) for case in read_cases(CASES / "numpy-words.md")}
    called = {
        part.name
        for run in runs.values()
        for step in run.example.steps
        for part in walk(step.expression.tree)
        if isinstance(part, Call)
    }
    assert called >= WORDS
    jobs = [[*encode_example(run, names_of(run)), {}] for run in runs.values()]
    computed = page.evaluate(RUN, jobs)
    found = {name: differs(one, runs[name].quantities) for name, one in zip(runs, computed, strict=True)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


# Examples: every quantity of those that can be written as data.


def names_of(run: Run) -> list[Expression]:
    return [
        Expression(name, parse_expression(name, run.example.span).tree, run.example.span) for name in run.quantities
    ]


@cache
def encoded() -> Mapping[str, Any]:
    found = {}
    for name, run in book().runs.items():
        try:
            found[name] = encode_example(run, names_of(run))
        except (NotLoweredError, ExampleError):
            continue
    return found


def differs(computed: Sequence[Any] | None, quantities: Mapping[str, Quantity]) -> list[str]:
    """Return the quantities that the browser has other values of, within 1e-9."""
    if computed is None:
        return ["nothing was computed"]
    pairs = zip(quantities.items(), computed, strict=True)
    return [name for (name, one), (shape, data) in pairs if not is_near(one.values, shape, data)]


def is_near(wanted: Array, shape: list[int], data: list[str]) -> bool:
    found = np.array([float(text) for text in data]).reshape(shape)
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_examples_give_the_numbers_of_the_core(page: Page) -> None:
    jobs = encoded()
    assert len(jobs) > 200
    computed = page.evaluate(RUN, [[statements, trees, {}] for statements, trees in jobs.values()])
    told = zip(jobs, computed, strict=True)
    found = {name: wrong for name, one in told if (wrong := differs(one, book().runs[name].quantities))}
    assert found.keys() <= BADLY_CONDITIONED


def givens_of(name: str) -> Iterator[Any]:
    """Yield the given numbers of an example, but not what is written as labels."""
    run = book().runs[name]
    return (one for one in encoded()[name][0] if one[0] == "given" and not run.quantities[one[1]].on)


def change(given: Given, place: int, value: float) -> Given:
    quantity = given.quantity
    values = quantity.values.copy()
    values.flat[place] = value
    return replace(given, values=replace(quantity, values=values))


def grow_change(chance: random.Random, old: float) -> float:
    old = old if np.isfinite(old) else 1.0
    return chance.choice([round(old + chance.uniform(-2, 2), 3), round(old * chance.uniform(0.5, 1.5), 4), old + 1, 0])


@cache
def parted() -> Mapping[str, Sequence[str]]:
    """Return the examples with numbers to change by family: those with gradients, with loops, and the others."""
    found: dict[str, list[str]] = {"gradients": [], "loops": [], "others": []}
    for name in encoded():
        run = book().runs[name]
        if name in BADLY_CONDITIONED or run.work > MOST_TRIED or not any(True for _ in givens_of(name)):
            continue
        steps = run.example.steps
        gradient = any(is_gradient(step.expression.tree) for step in steps)
        found["gradients" if gradient else "loops" if any(step.each for step in steps) else "others"].append(name)
    return found


@pytest.mark.parametrize("family", ["gradients", "loops", "others"])
def test_changed_numbers_give_what_the_core_gives(page: Page, family: str) -> None:
    """What the core refuses, as a position that is not whole, the browser refuses too."""
    chance = random.Random(14)
    names = parted()[family]
    trials = [change_number(chance, chance.choice(names)) for _ in range(200)]
    computed = page.evaluate(RUN, [job for _, job, _ in trials])
    told = [(name, job[2], one, core) for (name, job, core), one in zip(trials, computed, strict=True)]
    whole = [one for one in told if one[3].keys() == book().runs[one[0]].quantities.keys()]
    assert len(whole) > 180
    assert [(name, changed) for name, changed, one, core in whole if differs(one, core)] == []
    assert [
        (name, changed) for name, changed, one, core in told if len(core) < len(book().runs[name].quantities) and one
    ] == []


def change_number(chance: random.Random, name: str) -> tuple[str, list[Any], Mapping[str, Quantity]]:
    """Return an example with a number changed at random: as the script takes it, and what the core makes of it."""
    run, (_, quantity, _, values) = book().runs[name], chance.choice(list(givens_of(name)))
    place = chance.randrange(len(values))
    old = next(one for one in run.example.given if one.name.name == quantity).quantity.values.flat[place]
    new = grow_change(chance, float(old))
    given = tuple(change(one, place, new) if one.name.name == quantity else one for one in run.example.given)
    example = replace(run.example, given=given, expectations=(), holds=(), says=())
    source = next(one.note.source for one in book().declared if one.name == name)
    core = run_example(example, source, book().runs)[0].quantities
    return name, [*encoded()[name], {quantity: {place: new}}], core


SMOOTH_STEPS = """
id: 导数
axes: {行: 2, 列: 3, 甲: 2}
given:
  x[行, 列]: [[0.4, 1.2, 2.5], [3.1, 3.1, 0.2]]
  y[列, 甲]: [[1, -2], [0.5, 0.25], [-1.5, 3]]
  t: 0.7
compute:
  a[行, 甲]: tanh(x @ y) + sigmoid(x @ y)
  b: sum(max(x, axis=列) * min(x, axis=列)) + norm(x[0]) / mean(x)
  c: sum(softmax(x / t, axis=列) * cos(x)) - sum(softmax(x, axis=行, temperature=2) * sin(x))
  d: sum(where(x > 1, log(x), sqrt(x))) + sum(relu(y) ** 2) + sum(exp(-x[:, 1:]))
  loss: sum(a * a.T) + b * c - d / b
  by_x[列, 行]: grad(loss, x)
  by_y[列, 甲]: grad(loss, y)
  by_t: grad(loss, t)
  by_a[行, 甲]: grad(loss, a)
"""


def test_gradients_are_those_of_the_core(page: Page) -> None:
    run = run_block(SMOOTH_STEPS)
    called = {part.name for step in run.example.steps for part in walk(step.expression.tree) if isinstance(part, Call)}
    assert called >= SMOOTH
    (computed,) = page.evaluate(RUN, [[*encode_example(run, names_of(run)), {}]])
    assert differs(computed, run.quantities) == []


NOISE = """
id: 甲
axes: {k: 3}
given:
  x[k]: [0.1, 0.2, -0.3]
  v[k]: [0.7, 0.7, 0.7]
  ones[k]: [1, 1, 1]
  one: 1
compute:
"""
CLEARED = (
    "x[0] + x[1] + x[2]", "(one - 0.9 - 0.1) * 1000", "sum(x)", "x @ v", "dot(x, v)", "mean(v) - 0.7", "cos(pi / 2)",
    "sin(pi)", "one - sum(softmax(x))", "exp(50) - exp(25) ** 2", "var(v)",
)  # fmt: skip
KEPT = (
    "0.1 ** 20", "exp(-700)", "sin(one * 1e-20)", "one + 1e-11 - one", "one * 1e15 + one - 1e15", "one * 1e-30 - 3e-30",
    "sum(x * 1e-30 * ones) + 1e-31", "softmax(200 * x)[2]",
)  # fmt: skip


def test_only_rounding_is_cleared_as_in_the_core(page: Page) -> None:
    steps = "".join(f"  y{at}: {text}\n" for at, text in enumerate((*CLEARED, *KEPT)))
    run = run_block(NOISE + steps)
    (computed,) = page.evaluate(RUN, [[*encode_example(run, names_of(run)), {}]])
    found = {name: float(data[0]) for name, (_, data) in zip(run.quantities, computed, strict=True)}
    wanted = {f"y{at}": float(run.quantities[f"y{at}"].values) for at in range(len(CLEARED) + len(KEPT))}
    assert [name for name, value in wanted.items() if value == 0] == [f"y{at}" for at in range(len(CLEARED))]
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-3, abs=0)


NOISY_GRADIENTS = """
id: 乙
axes: {k: 3}
given:
  one: 1
  w[k]: [0.1, 0.2, -0.3]
compute:
  z: 0.1 * one + 0.2 * one - 0.3 * one
  s: sum(w * one)
  by_one: grad(z, one)
  by_one_of_sum: grad(s, one)
"""


def test_rounding_of_gradients_is_cleared_as_in_the_core(page: Page) -> None:
    run = run_block(NOISY_GRADIENTS)
    (computed,) = page.evaluate(RUN, [[*encode_example(run, names_of(run)), {}]])
    found = {name: [float(one) for one in data] for name, (_, data) in zip(run.quantities, computed, strict=True)}
    for name in ("by_one", "by_one_of_sum"):
        assert float(run.quantities[name].values) == 0
        assert found[name] == [0]


def rows_of(markdown: str) -> list[list[str]]:
    """Return the cells of the tables of some Markdown."""
    blocks = [block.splitlines() for block in markdown.split("\n\n")]
    tables = [lines[2:] for lines in blocks if len(lines) > 2 and RULE.fullmatch(lines[1])]
    return [[cell.strip(SPACES) for cell in CELL.split(line)[1:-1]] for rows in tables for line in rows]


def test_tables_at_rest_have_the_printed_digits(page: Page) -> None:
    found = {name: body for name, run in book().runs.items() if (body := render(run).body) and body.live}
    bodies = {name: body for name, body in found.items() if body.live and not body.live.name.startswith(EXERCISE)}
    assert len(bodies) > 125
    computed = page.evaluate(CELLS, [json.loads(body.live.data) for body in bodies.values() if body.live])
    count = 0
    for body, blocks in zip(bodies.values(), computed, strict=True):
        lines = [text for block in blocks if isinstance(block, dict) for text in block["line"]]
        assert [text for text in lines if escape_markdown(text) not in body.markdown] == []
        printed = rows_of(body.markdown)
        for row in (row for block in blocks if isinstance(block, list) for row in block):
            assert any(agrees(row, other) for other in printed), row
            count += len(row)
    assert count > 2500


def agrees(row: Sequence[Any], printed: Sequence[str]) -> bool:
    pairs = zip(row, printed, strict=False)
    return len(row) == len(printed) and all(cell == 0 or escape_markdown(cell) == text for cell, text in pairs)


# The page.

EXAMPLE = "概念/注意力/"


@pytest.fixture
def example(browser: Browser, address: str) -> Iterator[Page]:
    """A page whose example somebody has begun to change."""
    with opened(browser, address + quote(EXAMPLE), width=390) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.get_by_role("button", name="换几个数试试").click()
        page.locator(".zx-live-open").wait_for()
        yield page
        assert said == []


def cells_of(page: Page) -> list[str]:
    return [text.strip(SPACES) for text in page.locator(".zx-live td").all_inner_texts()]


def test_nothing_is_fetched_before_somebody_begins(browser: Browser, address: str) -> None:
    asked: list[str] = []
    with opened(browser, address) as page:
        page.on("request", lambda request: asked.append(request.url))
        # Scripts that a page names are there once it has loaded; a slow machine pauses before it asks for them.
        page.goto(address + quote(EXAMPLE), wait_until="load")
        page.wait_for_load_state("networkidle")
        assert any(url.endswith("/live.js") for url in asked)
        assert [url for url in asked if "arrays.js" in url or "/live/" in url] == []
        page.goto(address, wait_until="load")
        assert page.locator("script[src$='live.js']").count() == 0


def test_what_depends_on_a_number_follows_it(example: Page) -> None:
    value = example.get_by_label("V，banana，V")
    picture = example.locator(".zx-live img")
    before = picture.get_attribute("src")
    expect(value).to_have_value("5")
    value.fill("7")
    expect(example.locator(".zx-live .formula")).to_have_text(re.compile("value=0.6⋅10\\+0.4⋅7\\+0⋅2=8.8"))
    expect(example.locator(".zx-live .formula .zx-live-new")).to_have_text(["7", "8.8"])
    expect(example.locator(".zx-live-was:visible")).to_have_text("原来是 8")
    value.fill("-7")
    expect(example.locator(".zx-live .formula")).to_have_text(re.compile("0.4⋅\\(−7\\)\\+0⋅2=3.2"))
    value.fill("7")
    assert picture.get_attribute("src") == before
    example.get_by_label("scores，apple，scores").fill("0")
    assert "0.71429" in cells_of(example)
    assert example.locator("td", has_text="0.71429").get_attribute("title") == "原来是 0.6"
    assert (picture.get_attribute("src") or "").startswith("data:image/svg+xml,")
    wait_until(example, "document.querySelector('.zx-live img').naturalWidth > 100")
    example.get_by_role("button", name="复原").click()
    assert "0.6" in cells_of(example)
    assert picture.get_attribute("src") == before
    expect(example.locator(".zx-live-was")).to_be_hidden()
    assert example.locator(".zx-live-new").count() == 0
    example.wait_for_url(lambda url: "live=" not in url)


def test_a_link_carries_the_numbers(example: Page) -> None:
    example.get_by_label("V，banana，V").press("ArrowUp")
    example.wait_for_url(re.compile("live="))
    url = example.url
    example.goto("about:blank")
    example.goto(url)
    expect(example.get_by_label("V，banana，V")).to_have_value("6")
    expect(example.locator(".zx-live .formula")).to_contain_text("=8.4")


def test_an_address_changes_nothing_but_numbers_that_are_given(browser: Browser, address: str) -> None:
    with opened(browser, address + quote(EXAMPLE)) as page:
        name = (page.locator(".zx-live").get_attribute("class") or "").split("zx-live-")[1]
        for said in ("weights.0=5", "V.99=1", "V.1=NaN", "__proto__.0=1", "V.1=<b>", "V.constructor=1"):
            page.goto(address + quote(EXAMPLE) + f"?live={name}~{quote(said)}")
            page.locator(".zx-live-open").wait_for()
            assert page.locator(".zx-live-new").count() == 0


# A page on which all can be touched.

TOUCHED = """# 触摸

总和是 3<!--= 触摸.total -->，一半是 $1.5$<!--= 触摸.half -->，约 150%<!--= 触摸.half -->。

```yaml example
id: 触摸
axes: {词: [甲, 乙, 丙], 键: [子, 丑]}
given:
  s[词]: [1, 2, 3]
  M[词]: [1, 1, 0]
  T: 0.5
  z[词, 键]: [[1, 1], [2, 0], [0, 3]]
compute:
  m[词]: where(M, s, 0)
  w[词]: softmax(s, temperature=T)
  total: sum(m)
  half: total / 2
  a[词, 键]: softmax(z)
show:
  - table: [s, M, m, w]
  - table: z
  - plot: m
  - heatmap: a
  - steps: [s, m, total]
  - derivation: total
```

**练习**　总和是多少？

```yaml example
id: 触摸-改
of: 触摸
with:
  s["甲"]: 4
```

> [!success]- 答案
> 6<!--= 触摸-改.total -->。
"""
SETTINGS = """site_name: 站
site_url: %s
docs_dir: notes
theme: {name: material, language: zh, font: false, features: [toc.follow]}
plugins: [zhixing]
"""


@pytest.fixture(scope="module")
def touched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of that page."""
    folder = tmp_path_factory.mktemp("touched")
    (folder / "notes").mkdir()
    (folder / "notes" / "index.md").write_text("# 首页\n\n[[触摸]]\n", encoding="utf-8")
    (folder / "notes" / "触摸.md").write_text(TOUCHED, encoding="utf-8")
    with served(folder / "site") as address:
        (folder / "mkdocs.yml").write_text(SETTINGS % address, encoding="utf-8")
        for command in ([COMMAND, "regenerate"], [sys.executable, "-m", "mkdocs", "build"]):
            done = run_command(*command, cwd=folder)
            assert done.returncode == 0, done.stdout + done.stderr
        yield address


@pytest.fixture
def touch(browser: Browser, touched: str) -> Iterator[Page]:
    """That page, its example begun."""
    with opened(browser, touched + quote("触摸/"), width=390) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.get_by_role("button", name="换几个数试试").click()
        page.locator(".zx-live-open").wait_for()
        yield page
        assert said == []


def test_numbers_in_prose_follow_and_say_what_they_were(touch: Page) -> None:
    numbers = touch.locator("h1 + p .zx-number, .note-head + p .zx-number")
    expect(numbers).to_have_text(["3", "1.5", "150%"])
    touch.get_by_label("s，甲，s").fill("2.4")
    expect(numbers).to_have_text(["4.4", "2.2", "220%"])
    assert numbers.first.get_attribute("title") == "原来是 3"
    assert numbers.first.get_attribute("data-was") == "3"
    touch.get_by_role("button", name="复原").click()
    expect(numbers).to_have_text(["3", "1.5", "150%"])
    assert [
        one.evaluate("one => one.outerHTML") for one in touch.locator(".zx-live-new, .zx-number[data-was]").all()
    ] == []


def test_a_mask_flips_and_a_temperature_slides(touch: Page) -> None:
    switch = touch.get_by_role("switch", name="M，丙，M")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.focus()
    touch.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(touch.locator(".zx-live .formula")).to_contain_text("1+2+3=6")
    slider = touch.locator(".zx-live-slider")
    before = cells_of(touch)
    slider.focus()
    touch.keyboard.press("ArrowRight")
    expect(touch.locator("input[type=number][aria-label^=T]")).to_have_value("0.55")
    assert cells_of(touch) != before


def test_figures_follow_and_a_flow_goes_step_by_step(touch: Page) -> None:
    pictures = touch.locator(".zx-live img")
    assert touch.locator(".zx-live-follows").count() >= 3
    touch.get_by_label("s，乙，s").fill("40")
    for at in (0, 2):
        source = unquote(pictures.nth(at).get_attribute("src") or "")
        assert source.startswith("data:image/svg+xml,")
        assert ">40<" in source
    plot = unquote(pictures.nth(0).get_attribute("src") or "")
    assert plot.count('class="m0"') == 6, "the points, and what they were"
    wait_until(touch, "[...document.querySelectorAll('.zx-live img')].every(one => one.naturalWidth > 50)")
    touch.get_by_role("button", name="下一步").click()
    touch.get_by_role("button", name="下一步").click()
    expect(touch.locator(".zx-live-steps")).to_contain_text("第 2 步，共 3 步：m = where(M, s, 0)")
    assert 'class="now"' in unquote(pictures.nth(2).get_attribute("src") or "")
    faded = re.compile(r'<(rect|line|path) [^>]*opacity="0\.12"')
    assert set(faded.findall(unquote(pictures.nth(2).get_attribute("src") or ""))) == {"rect", "line", "path"}
    touch.get_by_role("button", name="下一步").click()
    expect(touch.locator(".zx-live-steps")).to_contain_text("第 3 步")
    assert not faded.search(unquote(pictures.nth(2).get_attribute("src") or ""))


def test_words_light_up_by_the_weight_of_a_query(touch: Page) -> None:
    touch.locator(".zx-live-lights").get_by_role("button", name="甲").focus()
    assert [one.get_attribute("title") for one in touch.locator(".zx-live-word").all()] == ["0.5", "0.5"]
    touch.get_by_label("z：子，甲").or_(touch.get_by_label("z，甲，子")).first.fill("50")
    expect(touch.locator(".zx-live-word").first).to_have_attribute("style", re.compile("100%"))


def test_an_exercise_draws_numbers_and_checks_an_answer(touch: Page) -> None:
    touch.get_by_role("button", name="换一组数").click()
    question = touch.locator(".zx-live-question")
    for _ in range(5):
        text = question.inner_text()
        drawn = re.search(r's\["甲"\] = (\d+)', text)
        assert drawn
        assert "total 是多少" in text
        answer = touch.get_by_label("total 是多少？")
        answer.fill(str(int(drawn[1]) + 3))
        answer.press("Enter")
        expect(touch.locator(".zx-live-answer")).to_contain_text("不对，再想想")
        answer.fill(f"{(int(drawn[1]) + 2) * 2}/2")
        answer.press("Enter")
        expect(touch.locator(".zx-live-right")).to_have_text(f"对，是 {int(drawn[1]) + 2}")
        touch.get_by_role("button", name="换一组数").click()
        expect(question).not_to_have_text(text)


def test_what_cannot_be_fetched_is_said_and_may_be_tried_again(browser: Browser, touched: str) -> None:
    with opened(browser, touched + quote("触摸/")) as page:
        page.route("**/arrays.js", lambda route: route.abort())
        begin = page.get_by_role("button", name="换几个数试试")
        begin.click()
        expect(page.locator(".zx-live-status").first).to_contain_text("没有取到需要的数据")
        page.unroute("**/arrays.js")
        begin.click()
        page.locator(".zx-live-open").wait_for()


def test_changed_examples_fit_a_phone(example: Page) -> None:
    assert example.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_the_results_stand_as_printed(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + quote(EXAMPLE))
    assert "0.6" in cells_of(page)
    assert page.locator(".zx-live-bar").count() == 0
    context.close()


def test_the_scripts_are_small() -> None:
    scripts = [ASSETS / "arrays.js", *ASSETS.glob("live*.js")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in scripts)
    assert size < 45_000
