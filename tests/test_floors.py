"""The architecture, held: imports go down only, and what touches the outside stands where docs/architecture.md says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "generator" / "zhixing"
FLOORS = {
    name: floor
    for floor, names in enumerate(
        [
            ("problems",), ("source",), ("wording", "numerals", "core"), ("markdown", "experiments"),
            ("vault",), ("language",), ("show",), ("weave",), ("claims",), ("checks", "lists"), ("compose",), ("page",),
            ("cli", "site", "testing"),
        ]
    )
    for name in names
}  # fmt: skip
ALLOWED = {
    "numpy": {"core", "experiments", "language", "show"},
    "mkdocs": {"site"},
    "markdown": {"site"},
    "click": {"cli"},
    "watchdog": {"cli", "site"},
    "jinja2": {"show", "site"},
    "yaml": {"markdown", "page"},
    "pytest": {"testing"},
}
READS_DISK = {"vault/load.py", "vault/store.py", "vault/survey.py", "weave/writer.py"}
TOUCHES_DISK = {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "replace_file"}
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FUNCTION = 60


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path) for path in MODULES}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_imports_only_from_lower_floors() -> None:
    breaches = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if name in NAMES and (own := room(module_name(path))) and (other := room(name)) and other != own
        if FLOORS[other] >= FLOORS[own]
    ]

    assert breaches == []


def test_outside_libraries_stand_in_their_rooms() -> None:
    breaches = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if (rooms := ALLOWED.get(name.partition(".")[0])) and room(module_name(path)) not in rooms
    ]

    assert breaches == []


def test_no_circle_of_imports() -> None:
    graph = {module_name(path): {name for name in imports(path) if name in NAMES} for path in MODULES}
    for name, needs in graph.items():
        # A package's face hands names on; a module beside it may be imported through it, but not by itself.
        needs.discard(name)
        needs -= {parent for parent in NAMES if name.startswith(f"{parent}.") and _only_names(graph, parent, name)}

    TopologicalSorter(graph).prepare()


def _only_names(graph: dict[str, set[str]], parent: str, child: str) -> bool:
    return parent == "zhixing" or child not in graph.get(parent, set())


def test_disk_is_touched_only_where_it_may_be() -> None:
    breaches = [
        f"{path}:{node.lineno}"
        for path in MODULES
        if room(module_name(path)) not in {"cli", "site", "testing"}
        if str(path.relative_to(PACKAGE)) not in READS_DISK
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and node.attr in TOUCHES_DISK)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open")
    ]

    assert breaches == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has, those of its docstring left out."""
    first = node.body[0]
    documented = ast.get_docstring(node) is not None
    return (node.end_lineno or 0) - node.lineno - ((first.end_lineno or 0) - first.lineno if documented else 0)


def test_functions_stay_short() -> None:
    breaches = [
        f"{path}:{node.lineno} {node.name}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) >= LONGEST_FUNCTION
    ]

    assert breaches == []
