"""An example as a program in plain Python that needs NumPy and nothing else.

The program is printed from the tree that `zhixing.language.lower` makes of the example; words that NumPy does not have
are defined above it, by the source of the functions of `zhixing.language.words.plain`.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from zhixing.language.array_tree import (
    Apply,
    Assign,
    At,
    Before,
    Constant,
    Convert,
    Derivative,
    Here,
    Insert,
    Kind,
    Literal,
    Loop,
    Nothing,
    Operation,
    Part,
    Pick,
    Positions,
    Program,
    Random,
    Range,
    Reorder,
    Repeat,
    Reshape,
    Stack,
    Statement,
    Tree,
    Variable,
    Word,
)
from zhixing.language.errors import ExampleError
from zhixing.language.lower import NotLoweredError, lower
from zhixing.language.model import Array, Axes, Run, Step
from zhixing.language.nodes import Name, walk
from zhixing.language.values import normal
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import Word as LanguageWord

WIDTH = 100
"""The longest line of an array's numbers."""

MOST_NUMBERS = 2000
"""The most numbers of an array that a program writes down."""

MOST_PARTS = 50_000
"""The most parts of expressions that a program prints."""

MOST_LABELS = 50
"""The most labels of an axis that a program names."""


def numpy_code(run: Run) -> str | None:
    """Return an example as a program; None where it has no such form."""
    try:
        program = lower(run)
        return _Printer(program).print(run)
    except (NotLoweredError, ExampleError):
        return None


# Functions that a program calls.


def find_function(word: LanguageWord) -> Callable[..., Any]:
    """Return what computes a word in a program of NumPy alone.

    Raises:
        NotLoweredError: nothing does.
    """
    compute = word.numpy or getattr(word.function, "compute", None)
    if word.numpy is None and not (compute and _numpy_name(word.name, compute)):
        raise NotLoweredError(f"{word.name} has no form in NumPy alone")
    return compute  # type: ignore[return-value]  # it was found above


def _numpy_name(name: str, function: Callable[..., Any]) -> str:
    """Return the name of a function of NumPy, "" for any other function."""
    for place, module in (("np", np), ("np.linalg", np.linalg)):
        for known in (name, getattr(function, "__name__", "")):
            if known and getattr(module, known, None) is function:
                return f"{place}.{known}"
    return ""


@cache
def source_of(function: FunctionType) -> str:
    """Return a function's source without annotations, which a reader of a program does not need."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    found = [node for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.FunctionDef)]
    for node in sorted(found, key=lambda node: -node.lineno):  # from the end, so that places stay what they are
        head = textwrap.indent(_signature(node), " " * node.col_offset)
        lines[node.lineno - 1 : node.body[0].lineno - 1] = head.splitlines()
    return "\n".join(line.replace("  # fmt: skip", "") for line in lines)


def _signature(function: ast.FunctionDef) -> str:
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument:
            argument.annotation = None
    line = f"def {function.name}({ast.unparse(arguments)}):"
    if len(line) <= WIDTH:
        return line
    filled = textwrap.wrap(ast.unparse(arguments), WIDTH - 4)
    return "\n".join([f"def {function.name}(", *(f"    {one}" for one in filled), "):"])


def with_helpers(functions: Iterable[FunctionType]) -> list[FunctionType]:
    """Return functions with those of their modules that they call, each behind those that it calls."""
    found: dict[str, FunctionType] = {}

    def add(function: FunctionType) -> None:
        if function.__name__ in found:
            return
        names = {node.id for node in ast.walk(ast.parse(source_of(function))) if isinstance(node, ast.Name)}
        for name in sorted(names - {function.__name__}):
            helper = function.__globals__.get(name)
            if isinstance(helper, FunctionType) and helper.__module__ == function.__module__:
                add(helper)
        found[function.__name__] = function

    for function in functions:
        add(function)
    return list(found.values())


# Numbers.


def print_number(value: float) -> str:
    """Return a number that reads back as the same float64."""
    if math.isnan(value):
        return "np.nan"
    if math.isinf(value):
        return "np.inf" if value > 0 else "-np.inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def print_array(values: Array, indent: int) -> str:
    """Return an array as nested lists, a row on a line where it does not fit on one."""
    if not values.ndim:
        return print_number(float(values))
    parts = [print_array(part, indent + 1) for part in values]
    line = f"[{', '.join(parts)}]"
    if len(line) + indent <= WIDTH and "\n" not in line:
        return line
    if values.ndim == 1:
        return f"[{textwrap.fill(', '.join(parts), WIDTH - indent).replace(chr(10), chr(10) + ' ' * (indent + 1))}]"
    return f"[{(',' + chr(10) + ' ' * (indent + 1)).join(parts)}]"


# Expressions, with how tightly they bind.

_BINDING = {
    "|": 1, "&": 2, "<": 0, "<=": 0, ">": 0, ">=": 0, "==": 0, "!=": 0, "+": 3, "-": 3, "*": 4, "/": 4, "//": 4, "%": 4,
    "@": 4, "**": 6,
}  # fmt: skip
_SIGN, _ATOM = 5, 7

Printed = tuple[str, int]


class _Printer:
    """Prints one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.functions: dict[str, Callable[..., Any]] = {}
        self.arrays = {one.name for one in program.statements if isinstance(one, Positions)}
        self.names: dict[str, str] = {}
        self.parts = 0

    def print(self, run: Run) -> str:
        """Return the whole program."""
        body = [line for statement in self.program.statements for line in self.statement(statement)]
        defined = with_helpers(one for one in self.functions.values() if isinstance(one, FunctionType))
        texts = [source_of(one) for one in defined]
        taken = {one.__name__ for one in defined} | _OWN
        clash = taken & set(self.names.values())
        if clash:
            self.names = {name: f"{own}_" if own in clash else own for name, own in self.names.items()}
            body = [line for statement in self.program.statements for line in self.statement(statement)]
        ending = [self.show(name) for name in _results(run)]
        head = [*_imports([*texts, *body]), *_quiet(run)]
        labels = [_labels_line(*one) for one in self.program.labels if len(one[1]) <= MOST_LABELS]
        functions = "".join(f"\n\n{text}\n" for text in texts)
        gap = "\n\n" if texts else "\n"
        return "\n".join([*head, functions + gap + "\n".join([*labels, *body]), "", *ending, ""])

    def identify(self, name: str, wanted: str = "") -> str:
        """Return the identifier of a quantity or an axis, which is its name wherever it can be."""
        if name not in self.names:
            own = wanted or name
            while own in _OWN or own in self.names.values() or not own.isidentifier():
                own = f"{own}_" if own.isidentifier() else f"_{own}"
            self.names[name] = own
        return self.names[name]

    def show(self, name: str) -> str:
        base, dot, part = name.partition(".")
        return f'print("{name} =", {self.identify(base)}{dot}{part})'  # a name has no quotes

    # Statements.

    def statement(self, statement: Statement) -> list[str]:
        match statement:
            case Positions(name, size, numbers):
                if numbers:
                    return [f"{self.identify(name)} = np.array({print_array(np.array(numbers), 8)}, float)"]
                return [f"{self.identify(name)} = np.arange({size}.)"]
            case Constant(name, values, axes, source):
                line = _comment(f"{self.identify(name)} = {self.constant(name, values)}", axes)
                return [f"{line}{'; ' if axes else '  # '}{_one_line(source)}" if source else line]
            case Random(name, seeded, shape, axes):
                return [_comment(f"{self.identify(name)} = {self.random(seeded.deviation, seeded.seed, shape)}", axes)]
            case Assign(name, value, axes):
                return [_comment(f"{self.identify(name)} = {self.text(value)}", axes or ())]
            case Loop():
                return list(self.loop(statement))

    def constant(self, name: str, values: Array) -> str:
        if not values.ndim:
            return print_number(float(values))
        if values.size > 4 and np.all(values == values.flat[0]):
            return _full(values.shape, print_number(float(values.flat[0])))
        if values.size > MOST_NUMBERS:
            raise NotLoweredError(f"{name} has too many numbers to write down")
        return f"np.array({print_array(values, 9)}, float)"

    def random(self, deviation: float, seed: int, shape: tuple[int, ...]) -> str:
        self.functions["normal"] = normal
        times = "" if deviation == 1 else f"{print_number(deviation)} * "
        return f"{times}normal({seed}, {shape})"

    def loop(self, loop: Loop) -> Iterator[str]:
        names = [step.name for step in loop.steps]
        for name in names:
            yield f"{self.identify(name)} = {self.before([one for one in loop.before if one.name == name])}"
        here = self.text(Here(loop.axis))
        yield f"for {here} in range({loop.size}):"
        for step in loop.steps:
            line = f"    {self.identify(step.name)}[{here}] = {self.text(step.value)}"
            yield _comment(line, step.axes or ())
        for step in loop.steps:
            name = self.identify(step.name)
            if step.axes is None:
                self.functions["stack_results"] = stack_results
                yield f"{name} = stack_results({name}, {loop.size})"
            else:
                axes = (loop.axis, *step.axes)
                yield _comment(f"{name} = np.stack([{name}[{here}] for {here} in range({loop.size})])", axes)

    def before(self, starts: Sequence[Before]) -> str:
        """Return the dictionary of what a step is before the first position."""
        places: dict[int, list[Before]] = {}
        for start in starts:
            places.setdefault(start.position, []).append(start)
        texts = []
        for place, own in places.items():
            if own[0].result:
                parts = ", ".join(f"{one.result}={self.start(one)}" for one in own)
                texts.append(f"{place}: SimpleNamespace({parts})")
            else:
                texts.append(f"{place}: {self.start(own[0])}")
        return f"{{{', '.join(texts)}}}"

    def start(self, start: Before) -> str:
        match start.value:
            case Constant(name, values):
                return self.constant(name, values)
            case Random(_, seeded, shape):
                return self.random(seeded.deviation, seeded.seed, shape)
            case tree:
                return self.text(tree)

    # Expressions.

    def text(self, tree: Tree, least: int = -1) -> str:
        """Return an expression, in brackets where it binds less tightly than `least`."""
        text, binding = self.printed(tree)
        return text if binding >= least else f"({text})"

    def printed(self, tree: Tree) -> Printed:
        """Return an expression and how tightly it binds.

        Raises:
            NotLoweredError: the program is too long; what stands in two comparisons is printed twice.
        """
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise NotLoweredError("the program is too long")
        return self.print_tree(tree)

    def print_tree(self, tree: Tree) -> Printed:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of node
        match tree:
            case Derivative():
                raise NotLoweredError("NumPy has no gradients")
            case Literal(value):
                text = print_number(value)
                return text, _SIGN if text.startswith("-") else _ATOM
            case Word(text):
                return repr(text), _ATOM
            case Nothing():
                return "None", _ATOM
            case Variable(name):
                return self.identify(name), _ATOM
            case Here(axis):
                return (self.identify(f"{axis}[]", f"i_{axis}") if axis in self.arrays else self.identify(axis)), _ATOM
            case At(name, position):
                return f"{self.identify(name)}[{self.text(position)}]", _ATOM
            case Part(record, name):
                return f"{self.text(record, _ATOM)}.{name}", _ATOM
            case Operation():
                return self.operation(tree)
            case Apply():
                return self.apply(tree), _ATOM
            case Reorder(operand, order):
                return self.reorder(operand, order), _ATOM
            case Insert(operand, new):
                items = ", ".join("None" if one else ":" for one in new)
                return f"{self.text(operand, _ATOM)}[{_shorten(items)}]", _ATOM
            case Reshape(operand, shape):
                return f"np.reshape({self.text(operand)}, {shape})", _ATOM
            case Repeat(operand, shape):
                if isinstance(operand, Literal):
                    return _full(shape, self.text(operand)), _ATOM
                return f"np.broadcast_to({self.text(operand)}, {shape})", _ATOM
            case Range():
                return self.range(tree), _ATOM
            case Pick(operand, indices):
                items = ", ".join("None" if one is None else self.text(one) for one in indices)
                return f"{self.text(operand, _ATOM)}[{items}]", _ATOM
            case Stack(items):
                texts = ", ".join(map(self.item, items))
                return (
                    f"({texts})" if any(isinstance(one, Nothing) for one in items) else f"np.array([{texts}])"
                ), _ATOM
            case Convert(operand, kind, single):
                return self.convert(operand, kind, single=single)

    def item(self, tree: Tree) -> str:
        """Return an item of a list, an inner list without a call of its own."""
        return f"[{', '.join(map(self.item, tree.items))}]" if isinstance(tree, Stack) else self.text(tree)

    def operation(self, tree: Operation) -> Printed:
        if tree.operator == "not":
            return f"np.logical_not({self.text(tree.operands[0])})", _ATOM
        if len(tree.operands) == 1:
            return f"-{self.text(tree.operands[0], _SIGN)}", _SIGN
        binding = _BINDING[tree.operator]
        power = tree.operator == "**"
        left, right = tree.operands
        compares = binding == 0
        a, b = self.text(left, binding + (power or compares)), self.text(right, binding + (not power))
        return f"{a} {tree.operator} {b}", binding

    def convert(self, operand: Tree, kind: Kind, *, single: bool) -> Printed:
        if kind is Kind.FLOAT:
            if single:
                return f"np.float64({self.text(operand)})", _ATOM
            return f"1.0 * {self.text(operand, _BINDING['*'] + 1)}", _BINDING["*"]
        if single:
            return f"int({self.text(operand)})", _ATOM
        return f"{self.text(operand, _ATOM)}.astype(int)", _ATOM

    def reorder(self, operand: Tree, order: tuple[int, ...]) -> str:
        text = self.text(operand, _ATOM)
        if order == tuple(reversed(range(len(order)))):
            return f"{text}.T"
        if order == (*range(len(order) - 2), len(order) - 1, len(order) - 2):
            return f"np.swapaxes({self.text(operand)}, -1, -2)"
        return f"np.transpose({self.text(operand)}, {order})"

    def range(self, tree: Range) -> str:
        lower, upper, step = ("" if one is None else self.text(one) for one in (tree.lower, tree.upper, tree.step))
        return f"{lower}:{upper}{f':{step}' if step else ''}"

    def apply(self, tree: Apply) -> str:
        word = FUNCTIONS[tree.word]
        function = find_function(word)
        name = _numpy_name(tree.word, function)
        if not name:
            self.functions[tree.word] = function
            name = function.__name__
        axis = [] if tree.axis is None else [f"axis={tree.axis[0] if len(tree.axis) == 1 else tree.axis}"]
        options = (f"{key}={self.option(value)}" for key, value in tree.options)
        return f"{name}({', '.join([*map(self.text, tree.arguments), *axis, *options])})"

    def option(self, tree: Tree) -> str:
        """Return an option; two sides are a pair."""
        return f"({', '.join(map(self.text, tree.items))})" if isinstance(tree, Stack) else self.text(tree)


def stack_results(steps: Any, count: Any) -> Any:
    """Return each of the results of the steps of a loop, stacked."""
    names = vars(steps[0])
    return SimpleNamespace(**{name: np.stack([vars(steps[t])[name] for t in range(count)]) for name in names})


def _shorten(items: str) -> str:
    """Return an index of new axes without the whole dimensions at its end."""
    while items.endswith("None, :"):
        items = items[:-3]
    return items


_OWN = {*dir(builtins), "np", "math", "SimpleNamespace"}


def _full(shape: tuple[int, ...], number: str) -> str:
    """Return an array of one number."""
    size = str(shape[0] if len(shape) == 1 else shape)
    return f"np.zeros({size})" if number == "0" else f"np.full({size}, {number}, float)"


def _one_line(text: str) -> str:
    """Return text as a comment may hold it: what does not print could end the line, or show it in another order."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _labels_line(axis: str, labels: Sequence[str]) -> str:
    return f"# {axis}: {_one_line(', '.join(labels))}"


def _comment(line: str, axes: Axes) -> str:
    """Return a line with the names of its axes behind it."""
    return f"{line}  # ({', '.join(axes)})" if axes else line


def _imports(lines: Sequence[str]) -> list[str]:
    text = "\n".join(lines)
    return [
        *(["import math"] if "math." in text else []),
        *(["from types import SimpleNamespace"] if "SimpleNamespace(" in text else []),
        *(["", "import numpy as np"] if "math." in text or "SimpleNamespace(" in text else ["import numpy as np"]),
    ]


def _quiet(run: Run) -> list[str]:
    """Return a line that lets NumPy go on where a number is infinite or none, for an example that has such numbers."""
    finite = all(np.all(np.isfinite(quantity.values)) for quantity in run.quantities.values())
    return [] if finite else ["", 'np.seterr(all="ignore")  # 1 / 0 is inf']


def _results(run: Run) -> list[str]:
    """Return what the example comes to: the steps that no other step uses, of several results the last."""
    used = _used_names(run.example.steps)
    last = {name.partition(".")[0]: name for name in run.quantities}
    return [last[step.name.name] for step in run.example.steps if step.name.name not in used]


def _used_names(steps: Iterable[Step]) -> set[str]:
    return {part.name for step in steps for part in walk(step.expression.tree) if isinstance(part, Name)}
