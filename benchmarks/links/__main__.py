"""Every link of a generated vault, on the site that the plugin builds of it, against the truth.

    python -m benchmarks.links [--notes 1000] [--keep DIR]
    python -m benchmarks.links --site DIR --manifest FILE

The second form scores a site that is there already. Exit status 1 where anything is less than all.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.links.pages import read_site
from benchmarks.links.score import Score, Truth, score
from benchmarks.vaults.gen_vault import Generator

SEED = 20240601
SHOWN = 20
CONFIG = """\
site_name: links
docs_dir: vault
theme: {name: material, font: false, features: [navigation.prune]}
plugins: [zhixing]
"""


def build(folder: Path, notes: int, broken: float) -> None:
    """Generate a vault in a folder and build its site; say how long that took."""
    generator = Generator(folder / "vault", notes, SEED, broken)
    generator.write_all()
    (folder / "vault.manifest.json").write_text(generator.manifest(SEED), encoding="utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet"], cwd=folder, check=True, stderr=subprocess.PIPE)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = f"{time.perf_counter() - begun:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU"
    print(f"{notes} notes built in {spent}, at most {used.ru_maxrss // 1024} MiB\n")


def report(scores: dict[str, Score]) -> bool:
    """Print a table of the scores and what is wrong; tell whether all is right."""
    print(f"| {'links':<20} | {'right':>6} | {'of':>6} | {'%':>6} |\n| {'-' * 20} | -----: | -----: | -----: |")
    for kind, one in scores.items():
        print(f"| {kind:<20} | {one.right:6} | {one.total:6} | {100 * one.right / max(one.total, 1):6.2f} |")
    wrong = [f"{kind}: {what}" for kind, one in scores.items() for what in one.wrong]
    if wrong:
        print("", *wrong[:SHOWN], f"{len(wrong)} wrong", sep="\n")
    return not wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--broken", type=float, default=0.01, help="the share of links that lead nowhere")
    parser.add_argument("--keep", type=Path, help="build here and leave it, instead of in a folder that goes away")
    parser.add_argument("--site", type=Path, help="a site that is built already")
    parser.add_argument("--manifest", type=Path, help="the truth about its links")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.site is None:
            build(folder, arguments.notes, arguments.broken)
        manifest = arguments.manifest or folder / "vault.manifest.json"
        truth = Truth.of(json.loads(manifest.read_text(encoding="utf-8")))
        pages, files = read_site(arguments.site or folder / "site")
    sys.exit(0 if report(score(truth, pages, files)) else 1)


if __name__ == "__main__":
    main()
