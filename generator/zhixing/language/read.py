"""Reading an example: from the YAML of its block to typed declarations, with every problem and its place."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from zhixing.language.budget import MAX_ELEMENTS, Budget
from zhixing.language.data import DataFiles
from zhixing.language.define import expand
from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.language.expression import parse_expression
from zhixing.language.formats import OPTIONS, read_format
from zhixing.language.model import (
    Axis,
    Declaration,
    Definition,
    Derivation,
    Drawn,
    Example,
    Expectation,
    Expression,
    Format,
    Formula,
    Given,
    Heatmap,
    Inputs,
    Plot,
    Remark,
    Says,
    Show,
    Start,
    Step,
    Steps,
    Table,
    scalar,
)
from zhixing.language.names import ascii_twin, normal_name, raised_character
from zhixing.language.nodes import Call, Name, walk
from zhixing.language.values import plain_number, read_expectations, read_given, read_number
from zhixing.language.words import CONSTANTS, FUNCTIONS, RESERVED, WORDS
from zhixing.markdown.yaml import EXAMPLE, WIDE, Mapping, Node, Scalar, Sequence, find_wide_colon, read_yaml
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span

# A reading of an example under way: the problems found so far, and the moves that every section makes.

_T = TypeVar("_T")
LIST = "Write a line beginning with “- ” for each"


@dataclass
class ExampleReader:
    """One reading of an example; a problem in one place does not stop the next.

    `broken` are axes whose own declaration went wrong: what rests on them is not reported again. `uses` tells whether
    quantities of other examples come in, whose axes nobody knows before the run.
    """

    source: Source
    problems: list[Problem] = field(default_factory=list)
    axes: dict[str, Axis] = field(default_factory=dict)
    names: dict[str, Declaration] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    definitions: dict[str, Definition] = field(default_factory=dict)
    uses: bool = False
    files: DataFiles = field(default_factory=DataFiles)

    def report(self, at: Span | int, code: Code, what: str, fix: str) -> None:
        """Add a problem."""
        self.problems.append(self.source.problem(code, at, what, fix))

    def attempt(self, at: Scalar | Span, action: Callable[[], _T]) -> _T | None:
        """Do something that may fail, and report the failure at the narrowest place known."""
        try:
            return action()
        except NotComputedError:
            return None
        except ExampleError as error:
            place: Span | int = at.span if isinstance(at, Scalar) else at
            self.report(error.span or place, error.code, error.what, error.fix)
            return None

    def wanted(self, node: Node, what: str, fix: str) -> None:
        """Report a value that is no mapping or list; a full-width colon may be why."""
        wide = find_wide_colon(node)
        if wide is not None:
            self.report(wide, Code.EXAMPLE_YAML, *WIDE)
        else:
            self.report(node.span, Code.EXAMPLE_VALUE, what, fix)

    def pairs(self, node: Node | None, what: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield the pairs of a section that is a mapping; an empty section is one too."""
        if isinstance(node, Mapping):
            yield from node.items
        elif node is not None and not _empty(node):
            self.wanted(node, f"{what} is no mapping", "Write `name: value` lines below it")

    def items(self, node: Node | None, what: str, fix: str = LIST) -> Iterator[Node]:
        """Yield the items of a section that is a list; an empty section is one too."""
        if isinstance(node, Sequence):
            yield from node.items
        elif node is not None and not _empty(node):
            self.wanted(node, f"{what} is no list", fix)

    def keys(self, node: Mapping, known: Iterable[str], what: str) -> None:
        """Report keys that are not known."""
        known = list(known)
        for key, _ in node.items:
            if key.text not in known:
                fix = did_you_mean(key.text, known) or f"Known: {', '.join(known)}"
                self.report(key.span, Code.EXAMPLE_KEY, f"{what} has no key {key.text!r}", fix)

    def expression(self, node: Node) -> Expression | None:
        """Read an expression, or report why there is none."""
        if not isinstance(node, Scalar):
            fix = "Write one expression, in quotes where it begins with [ or {"
            what = "A list or mapping stands where an expression is needed"
            self.report(node.span, Code.EXPRESSION_SYNTAX, what, fix)
            return None
        cut = not node.quoted and (node.flow or self._before_comment(node))

        def read() -> Expression:
            return expand(parse_expression(node.text, node.inner, flow=cut, places=node.places), self.definitions)

        return self.attempt(node, read)

    def _before_comment(self, node: Scalar) -> bool:
        at = node.span.end
        while self.source.text[at : at + 1] == " ":
            at += 1
        return self.source.text[at : at + 1] == "#"

    def new(self, name: Declaration) -> bool:
        """Take a name into use; report one that is taken already."""
        if name.name in self.names:
            line, _ = self.source.position(self.names[name.name].span.start)
            what = f"{name.name!r} is declared already, in line {line}"
            self.report(name.span, Code.EXAMPLE_NAME, what, "Choose another name")
            return False
        self.names[name.name] = name
        return True

    def axis(self, name: str, *, computed: bool = False) -> str:
        """Return the name of a declared axis; what is `computed` may run along one that `uses:` brings.

        Raises:
            ExampleError: there is none of that name.
            NotComputedError: its declaration went wrong and is reported there.
        """
        if name in self.broken:
            raise NotComputedError(name)
        if name not in self.axes and not (computed and self.uses):
            raise no_axis(name, self.axes)
        return name


def no_axis(name: str, axes: Iterable[str]) -> ExampleError:
    """Return the error for an axis that is not declared."""
    fix = did_you_mean(name, axes) or "Declare it under `axes:`"
    return ExampleError(Code.EXAMPLE_NAME, f"There is no axis {name!r}", fix)


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.text and not node.quoted


# Reading names: axes with their labels, and quantities with their axes.

_DECLARED = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\[\]]*)\])?\s*")
_SIZE = re.compile(r"\d[\d_,]*")
_RANGE = re.compile(r"([-−]?\d{1,9})\s*\.\.\s*([-−]?\d{1,9})")
MAX_RANGE = 10_000
# Keys of `expect:` that a quantity of that name could never be expected under.
_KEYS = frozenset({"holds"})
Declared = dict[str, tuple[Scalar, Node]]


def check_name(name: str) -> str:
    """Return a name as expressions see it.

    Raises:
        ExampleError: it is no name, a word of the language, or a keyword of Python's grammar.
    """
    name = normal_name(name)
    if not name.isidentifier():
        fix = "Use letters, Chinese characters, digits and _, not beginning with a digit"
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} cannot be a name", fix)
    if keyword.iskeyword(name):
        what = f"{name!r} is a reserved word of expressions"
        raise ExampleError(Code.EXAMPLE_NAME, what, f"Write {name}_ or another name")
    if name in RESERVED or name in _KEYS:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a word of the language", "Choose another name")
    return name


def read_name(key: Scalar, reading: ExampleReader, *, computed: bool = False) -> Declaration:
    """Read `V[键, 值]`; `computed` tells a step from what is given.

    Raises:
        ExampleError: the name or an axis cannot be used.
    """
    match = _DECLARED.fullmatch(ascii_twin(key.text))
    if not match:
        fix = "Write name or name[axis, axis]"
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} declares no quantity", fix)
    parts = [part.strip() for part in match[2].split(",")] if match[2] is not None else []
    if "" in parts:
        fix = f"Write {match[1]}[axis, axis], or {match[1]} for a single number"
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} leaves out an axis", fix)
    name = check_name(match[1])
    if name in reading.axes:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is the name of an axis", "Choose another name")
    return Declaration(name, tuple(reading.axis(normal_name(part), computed=computed) for part in parts), key.span)


def read_axes(node: Node | None, reading: ExampleReader) -> None:
    """Read every axis into the reading: labels, a size, numbers, or the name of another axis whose labels it shares."""
    declared: Declared = {}
    for key, value in reading.pairs(node, "`axes:`"):
        name = reading.attempt(key, lambda key=key: check_name(key.text))  # type: ignore[misc]  # mypy: lambda defaults
        if name in declared:
            reading.report(key.span, Code.EXAMPLE_NAME, f"{name!r} is declared already", "Choose another name")
        elif name:
            declared[name] = (key, value)
        else:
            reading.broken.add(unicodedata.normalize("NFKC", key.text))
    for name, (_, value) in declared.items():
        at = value if isinstance(value, Scalar) else value.span
        axis = reading.attempt(at, lambda name=name: _axis(name, declared))  # type: ignore[misc]  # as above
        if axis:
            reading.axes[name] = axis
        else:
            reading.broken.add(name)


def _axis(name: str, declared: Declared) -> Axis:
    """Read one axis, by way of those whose labels it shares; what is wrong with those is said at their own place."""
    path = [name]
    try:
        while (text := _reference(declared[path[-1]][1])) is not None:
            path.append(_shared(text, path, declared))
        other = _own(path[-1], declared[path[-1]][1])
    except ExampleError:
        if len(path) > 1 and path[-1] not in path[:-1]:
            raise NotComputedError(name) from None
        raise
    return Axis(name, other.size, other.labels, other.numbers, other.root)


def _reference(node: Node) -> str | None:
    """Return the text that names another axis, None for labels, a size, a range, and what is none of them."""
    if not isinstance(node, Scalar):
        return None
    own = not node.quoted and (_SIZE.fullmatch(node.text) or _RANGE.fullmatch(node.text))
    return None if own else node.text


def _shared(text: str, path: list[str], declared: Declared) -> str:
    other = normal_name(text.strip())
    if other not in declared:
        fix = did_you_mean(other, [one for one in declared if one != path[-1]])
        fix = fix or "Write labels as a list, a size, a range such as 1..50, or the name of another axis"
        raise ExampleError(Code.EXAMPLE_VALUE, f"{text!r} is neither a size nor another axis", fix)
    if other in path:
        circle = path[path.index(other) :]
        if path[0] != next(one for one in declared if one in circle):
            raise NotComputedError(path[0])  # the first of the circle says it
        path.append(other)
        what = f"The axes {' → '.join(path)} share labels in a circle"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one of them its labels or its size")
    return other


def _own(name: str, node: Node) -> Axis:
    if isinstance(node, Sequence):
        return _labelled(name, node)
    if isinstance(node, Scalar):
        numbers = _RANGE.fullmatch(node.text)
        return _ranged(name, numbers) if numbers else _sized(name, node.text)
    fix = "Write its labels as a list, or its size"
    raise ExampleError(Code.EXAMPLE_VALUE, f"The axis {name} is a mapping", fix)


def _labelled(name: str, node: Sequence) -> Axis:
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    if len(scalars) < len(node.items) or not scalars:
        what = f"The axis {name} needs labels"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a list of words or numbers: [apple, banana]")
    for item in scalars:
        _check_label(item)
    labels = tuple(unicodedata.normalize("NFC", item.text) for item in scalars)
    numbers = [None if item.quoted else plain_number(item.text) for item in scalars]
    numeric = tuple(number for number in numbers if number is not None)
    return Axis(name, len(labels), labels, numeric if len(numeric) == len(labels) else (), name)


def _check_label(item: Scalar) -> None:
    if not item.text.strip():
        raise ExampleError(Code.EXAMPLE_VALUE, "A label is empty", "Give it a text").at_span(item.span)
    wide = item.text.find("，")
    if not item.quoted and wide >= 0 and len(item.text) > 1:
        what = "A full-width comma “，” does not part labels"
        fix = "Type an ASCII comma, or quote the label"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix).at_span(item.part(wide, wide + 1))


def _ranged(name: str, numbers: re.Match[str]) -> Axis:
    """Return the axis of the whole numbers from one to another, both included: `1..50`."""
    first, last = (int(number.replace("−", "-")) for number in numbers.groups())
    if last < first:
        what = f"The axis {name} runs from {first} down to {last}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {last}..{first}, or its labels as a list")
    if last - first >= MAX_RANGE:
        what = f"The axis {name} has {last - first + 1:,} numbers; {MAX_RANGE:,} are allowed"
        raise ExampleError(
            Code.EXAMPLE_COST, what, f"Give it a size, {name}: {last - first + 1}, and add {first} to it"
        )
    values = range(first, last + 1)
    return Axis(name, len(values), tuple(map(str, values)), tuple(map(float, values)), name)


def _sized(name: str, text: str) -> Axis:
    digits = re.sub(r"[_,]", "", text)
    size = int(digits) if len(digits) < 12 else MAX_ELEMENTS + 1
    if not size:
        fix = "Give it a size of at least 1"
        raise ExampleError(Code.EXAMPLE_VALUE, f"The axis {name} has no position", fix)
    if size > MAX_ELEMENTS:
        what = f"The axis {name} has {text} positions; {MAX_ELEMENTS:,} are allowed"
        raise ExampleError(Code.EXAMPLE_COST, what, "Use a smaller size; a large number may be a given instead")
    return Axis(name, size, root=name)


# Reading the sections that declare names: uses, given, compute, start, symbols.

MAX_STEPS = 200
_EACH = re.compile(r"each\s+(\S+)")
_REFERENCE = re.compile(r"[^.\s]+\.\w+(?:\.\w+)?")


@dataclass
class Sections:
    """The declarations of an example, read into a reading. `budget` bounds all given arrays together."""

    reading: ExampleReader
    budget: Budget = field(default_factory=Budget)

    def _name(self, key: Scalar, *, computed: bool = False) -> Declaration | None:
        return self.reading.attempt(key, partial(read_name, key, self.reading, computed=computed))

    def uses(self, node: Node | None) -> tuple[dict[str, str], dict[str, Span]]:
        """Read `uses:`; return the references by name, and where they stand."""
        uses: dict[str, str] = {}
        spans: dict[str, Span] = {}
        for key, value in self.reading.pairs(node, "`uses:`"):
            name = self._name(key)
            reference = self.reading.attempt(value.span, partial(_used_reference, value))
            if name and name.axes:
                what, fix = f"{name.name} brings its own axes", f"Write `{name.name}: ...`"
                self.reading.report(key.span, Code.EXAMPLE_AXES, what, fix)
            elif name and reference and self.reading.new(name):
                uses[name.name], spans[name.name] = reference, value.span
        self.reading.uses = bool(uses)
        return uses, spans

    def define(self, node: Node | None) -> Iterator[Definition]:
        """Read `define:`; each definition may call those before it."""
        for key, value in self.reading.pairs(node, "`define:`"):
            head = self.reading.attempt(key, partial(_defined, key, self.reading))
            body = self.reading.expression(value) if head else None
            if not head or not body or not self.reading.new(Declaration(head[0], (), key.span)):
                continue
            if self.reading.attempt(value.span, partial(_check_body, body, head, self.reading)):
                definition = Definition(*head, body, key.span)
                self.reading.definitions[definition.name] = definition
                yield definition

    def given(self, node: Node | None) -> Iterator[Given]:
        """Read `given:`."""
        for key, value in self.reading.pairs(node, "`given:`"):
            name = self._name(key)
            if name and self.reading.new(name):
                given = self._read_given(name, value)
                if given:
                    yield given

    def _read_given(self, name: Declaration, node: Node) -> Given | None:
        action = partial(read_given, name, node, self.reading.axes, self.budget, self.reading.files)
        return self.reading.attempt(node.span, action)

    def steps(self, node: Node | None) -> Iterator[Step]:
        """Read `compute:`, with the steps of each `each AXIS:` in their place."""
        count = 0
        for key, value in self.reading.pairs(node, "`compute:`"):
            each = _EACH.fullmatch(key.text.strip())
            for step in self._each(each[1], key, value) if each else self._step(key, value, ""):
                count += 1
                if count == MAX_STEPS + 1:
                    what = f"The example has more than {MAX_STEPS} steps"
                    self.reading.report(key.span, Code.EXAMPLE_COST, what, "Split it into several examples")
                yield step

    def _each(self, axis: str, key: Scalar, value: Node) -> Iterator[Step]:
        found = self.reading.attempt(key.span, lambda: self.reading.axis(normal_name(axis), computed=True))
        for inner, expression in self.reading.pairs(value, f"`{key.text}:`") if found else ():
            if _EACH.fullmatch(inner.text.strip()):
                what, fix = "A repetition stands inside another", "Give its steps the inner axis instead"
                self.reading.report(inner.span, Code.EXAMPLE_KEY, what, fix)
            else:
                yield from self._step(inner, expression, found or "")

    def _step(self, key: Scalar, value: Node, each: str) -> Iterator[Step]:
        name = self._name(key, computed=True)
        expression = self.reading.expression(value)
        if name and each in name.axes:
            what = f"{name.name} is repeated along {each} and comes under it by itself"
            self.reading.report(key.span, Code.EXAMPLE_AXES, what, f"Leave {each} out of its axes")
        elif name and self.reading.new(name) and expression:
            yield Step(name, expression, each)

    def start(self, node: Node | None, steps: tuple[Step, ...]) -> Iterator[Start]:
        """Read `start:`; a value has the axes of the step that it begins."""
        repeated = {step.name.name: step.name for step in steps if step.each}
        seen: set[tuple[str, int]] = set()
        for key, value in self.reading.pairs(node, "`start:`"):
            name, back = self.reading.attempt(key, partial(_started, key)) or ("", 0)
            base, _, part = name.partition(".")
            if name and base not in repeated:
                fix = did_you_mean(base, repeated) or "Name a step under `each AXIS:`"
                self.reading.report(key.span, Code.EXAMPLE_NAME, f"No repeated step is named {name!r}", fix)
            elif (name, back) in seen:
                what = f"{name!r} has a start for position -{back} already"
                self.reading.report(key.span, Code.EXAMPLE_NAME, what, "Keep one of them")
            elif name:
                seen.add((name, back))
                own = Declaration(name, () if part else repeated[base].axes, key.span)
                read = self._start_expression(value) or self._start_values(own, value)
                yield from [Start(own, read, back)] if read else []

    def _start_expression(self, node: Node) -> Expression | None:
        """Return a start as an expression; None where it is written down as numbers, or cannot be read."""
        if not isinstance(node, Scalar) or node.quoted:
            return None
        try:
            read = parse_expression(node.text, node.inner, flow=node.flow, places=node.places)
        except ExampleError:
            return None
        names = {part.name for part in walk(read.tree) if isinstance(part, Name)}
        return read if names - set(CONSTANTS) else None

    def _start_values(self, name: Declaration, node: Node) -> Given | None:
        if "." in name.name:
            return self._part(name, node)
        return self._read_given(name, node) if self._own_axes(name) else None

    def _own_axes(self, name: Declaration) -> bool:
        """Return whether all axes of a step are declared here, so that the values of its start can be read."""
        return all(self.reading.attempt(name.span, partial(self.reading.axis, axis)) for axis in name.axes)

    def _part(self, name: Declaration, node: Node) -> Given | None:
        """Read the start of one result of several, `cell.h: 0`: its axes are not known, so it is one number for all."""
        number = self.reading.attempt(node.span, lambda: read_number(_single(node)))
        return Given(name, scalar(number[0]), ((0, number[1]),)) if number else None

    def symbols(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """Read `symbols:`."""
        known = [*self.reading.names, *self.reading.axes]
        for key, value in self.reading.pairs(node, "`symbols:`"):
            name = self.reading.attempt(key.span, lambda key=key: normal_name(key.text.strip()))  # type: ignore[misc]  # mypy: lambda defaults
            if name and name.partition(".")[0] not in known:
                fix = did_you_mean(name, known) or "Give symbols to names of this example"
                self.reading.report(key.span, Code.EXAMPLE_NAME, f"Nothing is named {name!r}", fix)
            elif not isinstance(value, Scalar) or not value.text.strip():
                what, fix = "A symbol is LaTeX text", "Write it in quotes: “needed: 'T^*'”"
                self.reading.report(value.span, Code.EXAMPLE_VALUE, what, fix)
            elif name:
                yield name, value.text

    def formats(self, node: Node | None) -> Iterator[tuple[str, Format]]:
        """Read `formats:`."""
        for key, value in self.reading.pairs(node, "`formats:`"):
            name = self.reading.attempt(key.span, lambda key=key: normal_name(key.text.strip()))  # type: ignore[misc]  # mypy: lambda defaults
            if name and name.partition(".")[0] not in self.reading.names:
                fix = did_you_mean(name, self.reading.names) or "Give formats to quantities of this example"
                self.reading.report(key.span, Code.EXAMPLE_NAME, f"Nothing is named {name!r}", fix)
            elif name and not isinstance(value, Mapping):
                self.reading.wanted(value, "A format is no mapping", "Write {digits: 2, unit: kg}")
            elif name and isinstance(value, Mapping):
                found = self.reading.attempt(value.span, partial(read_format, value.items))
                yield from [(name, found)] if found else []


_DEFINED = re.compile(r"([^()\[\]\s,]+)\s*\(([^()\[\]]*)\)")


def _defined(key: Scalar, reading: ExampleReader) -> tuple[str, tuple[str, ...]]:
    """Return the name and the parameters of a definition such as `elu(x)`.

    Raises:
        ExampleError: it is no such head, or a name in it cannot be used.
    """
    match = _DEFINED.fullmatch(ascii_twin(key.text).strip())
    if not match or not match[2].strip():
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} defines no function", "Write name(x): or name(x, y):")
    name, *parameters = (check_name(part.strip()) for part in (match[1], *match[2].split(",")))
    taken = next((one for one in (name, *parameters) if one in reading.axes), None)
    if taken:
        raise ExampleError(Code.EXAMPLE_NAME, f"{taken!r} is the name of an axis", "Choose another name")
    if name in WORDS:
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a word of the language", "Choose another name")
    if len(set(parameters)) < len(parameters):
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} names a parameter twice", "Name each once")
    return name, tuple(parameters)


def _check_body(body: Expression, head: tuple[str, tuple[str, ...]], reading: ExampleReader) -> bool:
    """Return True for a body that uses its parameters, axes, constants and known functions alone.

    Raises:
        ExampleError: it uses another name, or a function that is not defined before it.
    """
    call = next((part for part in walk(body.tree) if isinstance(part, Call) and part.name not in FUNCTIONS), None)
    name, parameters = head
    if call is not None and call.name == name:
        what = f"{name} calls itself"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Repeat a step along an axis with `each AXIS:`", call)
    if call is not None:
        fix = did_you_mean(call.name, (*WORDS, *reading.definitions)) or "A definition uses those before it"
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no function {call.name!r} yet", fix, call)
    known = {*parameters, *reading.axes, *CONSTANTS}
    other = next((part for part in walk(body.tree) if isinstance(part, Name) and part.name not in known), None)
    if other is not None:
        fix = did_you_mean(other.name, known) or "Make it a parameter"
        raise ExampleError(Code.EXAMPLE_NAME, f"{other.name!r} is no parameter of this definition", fix, other)
    return True


_STARTED = re.compile(r"([^\[\]\s]+)\s*(?:\[\s*-\s*([1-9]\d{0,3})\s*\])?")


def _started(key: Scalar) -> tuple[str, int]:
    """Return the name of what starts, and how many steps before the first: `F` and `F[-1]` are one, `F[-2]` two.

    Raises:
        ExampleError: it names no quantity before the first step.
    """
    match = _STARTED.fullmatch(ascii_twin(key.text).strip())
    if not match:
        name = normal_name(key.text.partition("[")[0].strip())
        fix = f"Write `{name}:` for the step before the first, `{name}[-2]:` for the one before that"
        raise ExampleError(Code.EXAMPLE_NAME, f"{key.text!r} names no step before the first", fix)
    return normal_name(match[1]), int(match[2] or 1)


def _used_reference(node: Node) -> str:
    reference = normal_name(ascii_twin(node.text.strip())) if isinstance(node, Scalar) else ""
    if not _REFERENCE.fullmatch(reference):
        fix = "Name an example by its id, then a point and a quantity of it: `w: ID.NAME`"
        raise ExampleError(Code.EXAMPLE_VALUE, "This names no quantity of an example", fix)
    return reference


def _single(node: Node) -> Scalar:
    if not isinstance(node, Scalar):
        raise ExampleError(Code.EXAMPLE_VALUE, "One number is needed", "Write 0, for all its entries")
    return node


# Reading what an example expects and what sources say: values, and statements under `holds:`.

SAYS_KEYS = ("document", "text", "claims", "cites", "instead", "chosen")
Claims = tuple[tuple[Expectation, ...], tuple[Expression, ...]]


def read_expect(node: Node | None, reading: ExampleReader, what: str = "`expect:`") -> Claims:
    """Read values by name, and the statements under `holds:`."""
    expectations: list[Expectation] = []
    holds: list[Expression] = []
    for key, value in reading.pairs(node, what):
        if key.text == "holds":
            read = (reading.expression(item) for item in reading.items(value, "`holds:`"))
            holds += [statement for statement in read if statement]
        elif target := reading.expression(key):
            found = reading.attempt(value.span, partial(read_expectations, target, value, key.span))
            expectations += found or []
    return tuple(expectations), tuple(holds)


MAX_SHOWN = 50


def read_shows(node: Node | None, reading: ExampleReader) -> Iterator[Show]:
    """Read `show:`."""
    for count, item in enumerate(reading.items(node, "`show:`", "Write lines like `- table: [a, b]`")):
        if count == MAX_SHOWN:
            what = f"The example shows more than {MAX_SHOWN} things"
            reading.report(item.span, Code.EXAMPLE_COST, what, "Split it into several examples")
            return
        shown = reading.attempt(item.span, partial(read_show, item, reading.expression))
        if shown:
            yield shown


def read_says(node: Node | None, reading: ExampleReader) -> Iterator[Says]:
    """Read `says:`."""
    for item in reading.items(node, "`says:`", "Begin each statement with “- document: ”"):
        if isinstance(item, Mapping):
            yield _saying(item, reading)
        else:
            reading.wanted(item, "A statement is no mapping", "Write document, text and claims")


def _saying(node: Mapping, reading: ExampleReader) -> Says:
    texts = {key.text: value.text.strip() for key, value in node.items if isinstance(value, Scalar)}
    reading.keys(node, SAYS_KEYS, "`says:`")
    if not texts.get("document") or not texts.get("text") or not (texts.get("cites") or node.get("claims")):
        what = "A statement needs document, text, and claims or cites"
        reading.report(node.span, Code.EXAMPLE_KEY, what, "Say who states what, and in which figures")
    expectations, holds = read_expect(node.get("claims"), reading, "`claims:`")
    return Says(
        texts.get("document", ""), texts.get("text", ""), expectations, holds, texts.get("cites", ""), node.span,
        tuple(_sentence_parts(node.get("instead"), reading)), texts.get("chosen", ""),
    )  # fmt: skip


_INSERTED = re.compile(r"\{([^{}]*)\}")


def _sentence_parts(node: Node | None, reading: ExampleReader) -> Iterator[str | Expression]:
    """Yield the parts of a sentence such as `it is {weights["吃"]}`: its texts, and the expressions in braces."""
    if not isinstance(node, Scalar):
        if node is not None:
            reading.report(node.span, Code.EXAMPLE_VALUE, "`instead:` is one sentence", "Write what is true instead")
        return
    at = 0
    for found in _INSERTED.finditer(node.text):
        yield node.text[at : found.start()]
        place = node.part(*found.span(1))
        read = reading.attempt(place, partial(_inserted, found[1], place, reading))
        yield from [read] if read else []
        at = found.end()
    yield node.text[at:]


def _inserted(text: str, place: Span, reading: ExampleReader) -> Expression:
    return expand(parse_expression(text, place), reading.definitions)


# Reading what an example shows.

KINDS = ("inputs", "table", "formula", "derivation", "heatmap", "plot", "scatter", "bars", "steps", "text")
MAX_SENTENCE = 500
NO_INPUTS = "none"
ReadExpression = Callable[[Node], Expression | None]


def read_show(node: Node, read: ReadExpression) -> Show | None:
    """Read one item of `show:`, such as `table: [scores, weights]` or `plot: error`.

    Raises:
        ExampleError: it is of no known kind, or names nothing.
    """
    if not isinstance(node, Mapping) or not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "What is shown has a kind", "Write `- table: [a, b]`").at_span(node.span)
    kind, value = node.items[0]
    if kind.text not in KINDS:
        fix = did_you_mean(kind.text, KINDS) or f"Known: {', '.join(KINDS)}"
        raise ExampleError(Code.EXAMPLE_KEY, f"Nothing can be shown as {kind.text!r}", fix).at_span(kind.span)
    options = _options(node, kind.text)
    if kind.text == "text":
        return _sentence(value, node.span)
    none = kind.text == "inputs" and isinstance(value, Scalar) and value.text == NO_INPUTS
    quantities = () if none else _quantities(value, read)
    if not quantities and not none:
        return None
    if kind.text in _SEVERAL:
        return _SEVERAL[kind.text](quantities, node.span)
    return _show_quantities(node, quantities, options, read)


def _show_quantities(
    node: Mapping, quantities: tuple[Expression, ...], options: dict[str, Node], read: ReadExpression
) -> Show:
    """Return what shows some quantities.

    Raises:
        ExampleError: there are several, where one is shown, or an option is none.
    """
    kind, value = node.items[0]
    if kind.text == "table":
        return Table(quantities, node.span, _format(node))
    if kind.text in _DRAWN:
        against = read(options["against"]) if "against" in options else None
        return Plot(quantities, against, _log(options.get("log")), node.span, _DRAWN[kind.text], _format(node))
    if len(quantities) > 1:
        what = f"A {kind.text} shows one quantity"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a line for each").at_span(value.span)
    if kind.text == "heatmap":
        return Heatmap(quantities[0], node.span, _format(node))
    return _SINGLE[kind.text](quantities[0], node.span)


def _format(node: Mapping) -> Format | None:
    """Return the format that the options of something shown describe, None where they describe none."""
    options = [(key, value) for key, value in node.items[1:] if key.text in OPTIONS]
    return read_format(options) if options else None


def _sentence(node: Node, span: Span) -> Remark:
    if not isinstance(node, Scalar) or not node.text.strip():
        what = "`text:` needs a sentence"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write one behind it").at_span(node.span)
    if len(node.text) > MAX_SENTENCE:
        what = f"This text has {len(node.text)} characters; {MAX_SENTENCE} are allowed"
        raise ExampleError(Code.EXAMPLE_COST, what, "Write it in the note, outside of the example").at_span(node.span)
    return Remark(node.text, span)


_SEVERAL: dict[str, type[Inputs | Steps]] = {"inputs": Inputs, "steps": Steps}
_SINGLE: dict[str, type[Formula | Derivation]] = {"formula": Formula, "derivation": Derivation}
_DRAWN = {drawn.value: drawn for drawn in Drawn}
SHOW_OPTIONS: dict[str, tuple[str, ...]] = {
    "table": OPTIONS, "heatmap": OPTIONS, "bars": OPTIONS, "plot": ("against", "log", *OPTIONS),
    "scatter": ("against", "log", *OPTIONS),
}  # fmt: skip


def _options(node: Mapping, kind: str) -> dict[str, Node]:
    known = SHOW_OPTIONS.get(kind, ())
    for key, _ in node.items[1:]:
        if key.text not in known:
            fix = did_you_mean(key.text, known) or "Begin a new line with “- ”"
            raise ExampleError(Code.EXAMPLE_KEY, f"`{kind}:` has no option {key.text!r}", fix).at_span(key.span)
    return {key.text: value for key, value in node.items[1:]}


def _quantities(node: Node, read: ReadExpression) -> tuple[Expression, ...]:
    """Read one reference, or a list of them."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(expression for item in items if (expression := read(item)) is not None)


def _log(node: Node | None) -> frozenset[str]:
    if node is None:
        return frozenset()
    items = node.items if isinstance(node, Sequence) else (node,)
    names = frozenset(item.text if isinstance(item, Scalar) else "" for item in items)
    if not names <= {"x", "y"}:
        what = "`log:` names axes other than x and y"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write [x, y]").at_span(node.span)
    return names


KEYS = ("id", "axes", "uses", "define", "given", "start", "compute", "symbols", "formats", "expect", "show", "says")
MAX_ID = 60
_ID = re.compile(r"[^\W_][\w\-]*")


def read_example(source: Source, content: Span, files: DataFiles | None = None) -> tuple[Example | None, list[Problem]]:
    """Read the example declared in a block. Where anything in it is wrong, the example is None.

    `files` are the data files that it may be given.
    """
    node, problems = read_yaml(source, content, EXAMPLE)
    if node is None or problems:
        return None, problems
    reading = ExampleReader(source, files=files or DataFiles())
    if not isinstance(node, Mapping):
        reading.wanted(node, "The block is not a mapping of keys to values", "Begin with `id: NAME`")
        return None, reading.problems
    example = _read(node, reading)
    return (None if reading.problems else example), sorted(reading.problems, key=lambda problem: problem.order)


def _read(node: Mapping, reading: ExampleReader) -> Example:
    """Read every section; each may rest on those before it."""
    reading.keys(node, KEYS, "An example")
    identifier = read_identifier(node, reading)
    read_axes(node.get("axes"), reading)
    sections = Sections(reading)
    definitions = tuple(sections.define(node.get("define")))
    uses, uses_spans = sections.uses(node.get("uses"))
    given = tuple(sections.given(node.get("given")))
    steps = tuple(sections.steps(node.get("compute")))
    start = tuple(sections.start(node.get("start"), steps))
    symbols = dict(sections.symbols(node.get("symbols")))
    formats = dict(sections.formats(node.get("formats")))
    expectations, holds = read_expect(node.get("expect"), reading)
    says = tuple(read_says(node.get("says"), reading))
    show = tuple(read_shows(node.get("show"), reading))
    return Example(
        identifier, reading.axes, uses, given, start, steps, symbols, expectations, holds, says, show, node.span,
        uses_spans, definitions, formats,
    )  # fmt: skip


def read_identifier(node: Mapping, reading: ExampleReader) -> str:
    """Return the id of an example; "" where it has none, which is reported."""
    found = node.get("id")
    if not isinstance(found, Scalar) or not found.text.strip():
        at = found.span if found else node.span
        reading.report(at, Code.EXAMPLE_KEY, "The example has no id", "Begin with `id: NAME`")
        return ""
    name = unicodedata.normalize("NFKC", found.text.strip())
    if len(name) > MAX_ID or not _ID.fullmatch(name) or any(raised_character(one) for one in found.text):
        fix = f"Use letters, Chinese characters, digits, - and _, at most {MAX_ID}"
        reading.report(found.span, Code.EXAMPLE_NAME, f"{found.text.strip()[:MAX_ID]!r} cannot be an id", fix)
    return name
