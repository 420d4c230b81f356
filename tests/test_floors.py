"""The architecture, held: imports go down only, and what touches the outside stands where docs/architecture.md says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "generator" / "zhixing"
FLOORS = {
    name: floor
    for floor, names in enumerate(
        [
            ("problems",), ("source",), ("text", "core"), ("vault",), ("examples",), ("render",), ("weave",),
            ("checks", "pages"), ("build",), ("portable",), ("cli", "site", "testing"),
        ]
    )
    for name in names
}  # fmt: skip
ALLOWED = {
    "numpy": {"core", "examples", "render"},
    "mkdocs": {"site"},
    "markdown": {"site"},
    "click": {"cli"},
    "jinja2": {"render"},
    "yaml": {"text", "vault", "examples", "portable"},
    "pytest": {"testing"},
}
READS_DISK = {"vault/load.py", "vault/project.py", "vault/files.py", "weave/writer.py"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


NAMES = {module_name(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_only_from_lower_floors(path: Path) -> None:
    own = room(module_name(path))
    if not own:
        return
    for name in imports(path):
        other = room(name) if name.startswith("zhixing.") else ""
        if other and other != own and name in NAMES:
            assert FLOORS[other] < FLOORS[own], f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_outside_libraries_stand_in_their_rooms(path: Path) -> None:
    own = room(module_name(path))
    for name in imports(path):
        rooms = ALLOWED.get(name.partition(".")[0])
        assert rooms is None or own in rooms, f"{path} imports {name}"


def test_no_circle_of_imports() -> None:
    graph = {module_name(path): {name for name in imports(path) if name in NAMES} for path in MODULES}
    for name, needs in graph.items():
        # A package's face hands names on; a module beside it may be imported through it, but not by itself.
        needs.discard(name)
        needs -= {parent for parent in NAMES if name.startswith(f"{parent}.") and _only_names(graph, parent, name)}
    TopologicalSorter(graph).prepare()


def _only_names(graph: dict[str, set[str]], parent: str, child: str) -> bool:
    return parent == "zhixing" or child not in graph.get(parent, set())


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_disk_is_touched_only_where_it_may_be(path: Path) -> None:
    own = room(module_name(path))
    if own in {"cli", "site", "testing"} or str(path.relative_to(PACKAGE)) in READS_DISK:
        return
    touching = {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename", "replace_file"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in touching, f"{path}:{node.lineno} touches the disk: {node.attr}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "open", f"{path}:{node.lineno} opens a file"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_rooms_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 250, f"{path} is too long to be read at once"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{path}:{node.lineno} {node.name} has {length} lines"
