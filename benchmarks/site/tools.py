"""The generators that are compared: how each builds the site of a vault from nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.site.measure import Cost, Size, run, weigh

HERE = Path(__file__).parent
INSTALLING = 300
"""Seconds after which an installation is given up."""


class MissingError(Exception):
    """A generator cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Built:
    """A site that was built: what that cost, and what it takes."""

    cost: Cost
    size: Size


Build = Callable[[Path, Path], Built]
"""Builds the site of a vault in a working folder."""


def build_ours(vault: Path, folder: Path) -> Built:
    """Build our site."""
    return _mkdocs(HERE / "ours.yml", vault, folder)


def build_floor(vault: Path, folder: Path) -> Built:
    """Build the site of plain MkDocs and Material."""
    return _mkdocs(HERE / "floor.yml", vault, folder)


def build_dirty(vault: Path, folder: Path) -> Cost:
    """Build our site again where it was built before."""
    return _run_mkdocs(vault, folder, "--dirty")


def _mkdocs(config: Path, vault: Path, folder: Path) -> Built:
    shutil.copy(config, folder / "mkdocs.yml")
    site = folder / "site"
    shutil.rmtree(site, ignore_errors=True)
    return Built(_run_mkdocs(vault, folder), weigh(site))


def _run_mkdocs(vault: Path, folder: Path, *words: str) -> Cost:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", folder / "site", *words]
    return run(command, folder, {"VAULT": str(vault), "NO_MKDOCS_2_WARNING": "1"})


def zensical_in(folder: Path) -> Build:
    """Install Zensical into an environment of its own; return what builds a site with it.

    Raises:
        MissingError: it cannot be installed here.
    """
    program = folder / "zensical" / "bin" / "zensical"
    if not program.exists():
        venv.create(folder / "zensical", with_pip=True)
        command = [program.with_name("python"), "-m", "pip", "install", "--quiet", "zensical"]
        try:
            subprocess.run(command, check=True, timeout=INSTALLING, capture_output=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise MissingError(f"it could not be installed: {error}") from error
    return lambda vault, _work: _zensical(program, vault)


def _zensical(program: Path, vault: Path) -> Built:
    """Build a site with Zensical, which takes the settings of MkDocs where they name plain values, beside the vault."""
    settings = (HERE / "floor.yml").read_text(encoding="utf-8").replace("!ENV VAULT", vault.name)
    (vault.parent / "mkdocs.yml").write_text(settings, encoding="utf-8")
    site = vault.parent / "site"
    shutil.rmtree(site, ignore_errors=True)
    cost = run([program, "build", "--clean", "-f", "mkdocs.yml"], vault.parent)
    size = weigh(site)
    shutil.rmtree(site)
    (vault.parent / "mkdocs.yml").unlink()
    return Built(cost, size)
