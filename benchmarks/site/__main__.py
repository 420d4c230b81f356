"""Our site against plain Material and Zensical, and what checks, results and saves cost, in one run.

    python -m benchmarks.site [--sizes 100 1000] [--only ours floor] [--out benchmarks]

README.md says what is measured. Writes results.md and results.svg into the folder OUT.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.site.changed import Changed, measure_changed
from benchmarks.site.commands import measure_commands
from benchmarks.site.measure import Cost, FailedError
from benchmarks.site.plot import plot
from benchmarks.site.tools import Build, Built, MissingError, build_floor, build_ours, zensical_in
from benchmarks.vaults.gen_vault import Generator

SEED = 20240601
ROOT = Path(__file__).parents[2]
LATENCIES = {
    "Checks of linked notes (`zhixing check`)": ["benchmarks.index", "--examples", "0"],
    "From a save to its page (`mkdocs serve`)": ["benchmarks.serve", "--times", "5"],
    "From a save to its results (`zhixing watch`)": ["benchmarks.watch", "--times", "6"],
}


def name_commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--abbrev=9"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


@dataclass
class Results:
    """All that was measured: sites, changes and commands by the number of notes, and what other benchmarks print."""

    sites: dict[int, dict[str, Built]] = field(default_factory=dict)
    changed: dict[int, dict[str, Changed]] = field(default_factory=dict)
    commands: dict[int, dict[str, Cost]] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    began: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    # Named before the table of an earlier size is written, which changes a file of the repository.
    commit: str = field(default_factory=name_commit)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def find_tools(folder: Path, only: Iterable[str], results: Results) -> dict[str, Build]:
    """Return the generators by name; one that cannot be had is noted as missing."""
    tools: dict[str, Build] = {"floor": build_floor}
    if "Zensical" in only:
        tell("installing Zensical")
        try:
            tools["Zensical"] = zensical_in(folder)
        except MissingError as error:
            results.missing.append(f"Zensical was left out: {error}")
    tools["ours"] = build_ours
    return {name: build for name, build in tools.items() if name in only}


def build_all(folder: Path, count: int, tools: Mapping[str, Build], results: Results) -> None:
    """Build the site of a vault of so many notes with each generator in turn."""
    work = folder / str(count)
    work.mkdir()
    Generator(work / "vault", count, SEED, 0.01).write_all()
    built = results.sites.setdefault(count, {})
    for name, build in tools.items():
        tell(f"{count} notes: building with {name}")
        place = work / f"work-{name}"
        place.mkdir()
        try:
            built[name] = build(work / "vault", place)
        except FailedError as error:
            results.missing.append(f"{name} failed at {count} notes: {error}")
        else:
            tell(f"  {built[name].cost.cpu:.1f} s of CPU, {built[name].cost.memory:.0f} MB of memory")
    if "ours" in built:
        tell(f"{count} notes: building again after a change")
        results.changed[count] = measure_changed(work / "vault", work / "work-ours")


def run_others(count: int, results: Results) -> None:
    """Run the benchmarks of saves, as far as there are any."""
    for title, (module, *words) in LATENCIES.items():
        if find_spec(module) is None:
            continue
        tell(f"{count} notes: {module}")
        command = [sys.executable, "-m", module, "--notes", str(count), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        said = done.stdout.split("\n") if done.returncode in {0, 1} else [f"{count} notes: failed"]
        results.said.setdefault(title, []).extend(line for line in said if line)


# The table.


def write_table(results: Results) -> str:
    """Return the results as Markdown."""
    parts = [
        "# Results\n",
        f"Measured {results.began} at commit `{results.commit}`, on {machine()},",
        f"shared with other work (load {results.load:.1f} at the start), in one run of `make bench`;",
        "[site/README.md](site/README.md) says how. CPU seconds vary by a tenth or so on such a machine, others by",
        "much more.\n",
        *(f"{one}\n" for one in results.missing),
        "## Sites from nothing\n",
        "| notes | generator | CPU s | against the floor | s | memory, MB | site, MB | files | median page, kB |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
        *(row for count, built in results.sites.items() for row in site_rows(count, built)),
        "\n![CPU seconds by the number of notes](results.svg)\n",
    ]
    if results.changed:
        parts += ["## Our site built again (`mkdocs build --dirty`)\n", *changed_rows(results.changed)]
    if results.commands:
        parts += ["## Checks and results, of a vault with an example in each note\n", *command_rows(results.commands)]
    for title, lines in results.said.items():
        parts += [f"\n## {title}\n", *(f"    {line}" for line in lines)]
    return "\n".join(parts).rstrip() + "\n"


def site_rows(count: int, built: Mapping[str, Built]) -> list[str]:
    floor = built.get("floor")
    rows = []
    for name, one in built.items():
        ratio = f"{one.cost.cpu / floor.cost.cpu:.2f}×" if floor else ""
        cost, size = one.cost, one.size
        cells = [f"{count:,}", name, f"{cost.cpu:.1f}", ratio, f"{cost.seconds:.1f}", f"{cost.memory:.0f}"]
        cells += [f"{size.megabytes:.1f}", f"{size.files:,}", f"{size.page:.1f}"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def changed_rows(changed: Mapping[int, Mapping[str, Changed]]) -> list[str]:
    """Return a row for each size and kind of change."""
    rows = ["| notes | build | CPU s | s | memory, MB | files unlike a clean build |", "|---:|---|---:|---:|---:|---:|"]
    for count, found in changed.items():
        for name, one in found.items():
            cost = one.cost
            cells = [f"{count:,}", name, f"{cost.cpu:.2f}", f"{cost.seconds:.2f}", f"{cost.memory:.0f}"]
            rows.append(f"| {' | '.join([*cells, str(one.different)])} |")
    return [*rows, ""]


def command_rows(commands: Mapping[int, Mapping[str, Cost]]) -> list[str]:
    """Return a row for each command, with CPU seconds and memory at each size."""
    head = " | ".join(f"{count:,} notes: CPU s | MB" for count in commands)
    rows = [f"| command | {head} |", f"|---|{'---:|---:|' * len(commands)}"]
    for name in next(iter(commands.values())):
        cells = [f"{found[name].cpu:.2f} | {found[name].memory:.0f}" for found in commands.values()]
        rows.append(f"| `zhixing {name.partition(',')[0]}`{name[name.index(',') :]} | {' | '.join(cells)} |")
    return rows


def machine() -> str:
    return f"{os.cpu_count()} cores ({platform.system()} {platform.machine()}, Python {platform.python_version()})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000])
    parser.add_argument("--only", nargs="+", default=["floor", "Zensical", "ours"])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    given = parser.parse_args()
    results = Results()
    with tempfile.TemporaryDirectory(prefix="zhixing-bench-") as name:
        folder = Path(name)
        tools = find_tools(folder, given.only, results)
        for count in sorted(given.sizes):
            build_all(folder, count, tools, results)
            tell(f"{count} notes: check and regenerate")
            (folder / f"commands-{count}").mkdir()
            results.commands[count] = measure_commands(folder / f"commands-{count}", count)
            run_others(count, results)
            save(results, given.out)
    print(write_table(results))


def save(results: Results, out: Path) -> None:
    """Write the table and the picture."""
    names = dict.fromkeys(name for built in results.sites.values() for name in built)
    series = {
        name: {count: built[name].cost.cpu for count, built in results.sites.items() if name in built} for name in names
    }
    (out / "results.md").write_text(write_table(results), encoding="utf-8")
    (out / "results.svg").write_text(plot("CPU seconds of a site from nothing", series), encoding="utf-8")


if __name__ == "__main__":
    main()
