"""The wheel: the same bytes from any checkout, all that a run needs, and a first vault made with it elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the wheel is built with hatchling, of the extra `build`")

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# What a wheel is made of: the package, what lies beside it in the repository, and what says so.
INCLUDED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
SOURCES = ("generator", *INCLUDED, "pyproject.toml", "README.md", "LICENSE", ".gitignore")

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env={**clean, **env}, capture_output=True, text=True, check=False
    )


def build(folder: Path) -> Path:
    """Build the wheel of a copy of the sources, so that no file of the checkout is touched."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        source = ROOT / name
        target = folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored, copy_function=shutil.copyfile)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    paths = os.environ.get("PYTHONPATH", "")
    command = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder / "dist"))
    built = run(*command, cwd=folder, PYTHONPATH=paths, SOURCE_DATE_EPOCH="1700000000")
    assert built.returncode == 0, built.stderr
    (wheel,) = (folder / "dist").iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel") / "sources")


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment: the wheel is installed there, what it needs is taken from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps")
    installed = run(*pip, str(wheel), cwd=folder)
    assert installed.returncode == 0, installed.stderr
    (packages,) = (folder / "lib").glob("python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    # MkDocs' own program, which an installation with what the wheel needs would put there.
    program = python.with_name("mkdocs")
    program.write_text(f'#!/bin/sh\nexec "{python}" -m mkdocs "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return python.parent


def test_two_builds_have_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build(tmp_path / "elsewhere")

    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_a_wheel_has_what_a_run_and_a_site_need(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    templates = {f"zhixing/{path.relative_to(ROOT)}" for path in (ROOT / "templates").rglob("*") if path.is_file()}
    package = ROOT / "generator" / "zhixing"
    data = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    assert templates <= names
    assert {str(path.relative_to(ROOT / "generator")) for path in data} <= names
    assert {name.rpartition("/")[2] for name in names} >= {"LICENSE", "STIXTwoMath-LICENSE.txt", "mermaid-LICENSE.txt"}


def test_the_package_of_the_wheel_is_run_and_nothing_of_the_checkout(programs: Path, tmp_path: Path) -> None:
    program = "import zhixing, zhixing.show.templates as t; print(zhixing.__file__, t.shipped_templates())"

    told = run(programs / "python", "-c", program, cwd=tmp_path)

    package = str(programs.parent / "lib")
    assert all(place.startswith(package) for place in told.stdout.split()), told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_first_vault_is_checked_corrected_and_built(programs: Path, tmp_path: Path, language: str) -> None:
    started = run(programs / "zhixing", "init", "vault", "--language", language, cwd=tmp_path)
    assert started.returncode == 0, started
    project = tmp_path / "vault"

    checked = run(programs / "zhixing", "check", cwd=project)
    assert checked.returncode == 1
    assert checked.stdout.count("\n") == 1
    assert "claim-wrong" in checked.stdout

    assert run(programs / "zhixing", "regenerate", "--fix-claims", cwd=project).returncode == 0
    assert run(programs / "zhixing", "check", cwd=project).returncode == 0
    assert run(programs / "zhixing", "doctor", cwd=project).returncode == 0

    built = run(programs / "python", "-m", "mkdocs", "build", "--strict", cwd=project, NO_MKDOCS_2_WARNING="1")
    assert built.returncode == 0, built.stderr
    page = (project / "site" / {"zh": "查字典", "en": "Looking up a word"}[language] / "index.html").read_text("utf-8")
    assert "<math" in page
    assert (project / "site" / "assets" / "zhixing").is_dir()
    assert list((project / "site").rglob("STIXTwoMath-Regular*.woff2"))


# The page that leads there: what it shows is typed and compared.

PAGES = ["your-own-vault.md", "your-own-vault.zh.md"]
# A session in a shell, or a file to write: its name stands in the line above.
STEP = re.compile(
    r"^```console\n(?P<session>.*?)^```$|`(?P<name>[^`\n]+)`[^`\n]*\n\n````markdown\n(?P<text>.*?)^````$",
    re.MULTILINE | re.DOTALL,
)


def commands(session: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a session with the output that is shown below it."""
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def is_like(output: str, shown: str) -> bool:
    """Return whether an output is what a page shows, where … stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), output, re.DOTALL) is not None


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_do_what_it_shows(programs: Path, tmp_path: Path, page: str) -> None:
    folder = tmp_path
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    ran = 0
    for step in STEP.finditer(text):
        if step["name"]:
            (folder / step["name"]).write_text(step["text"], encoding="utf-8")
        for command, shown in commands(step["session"] or ""):
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            told = run("sh", "-c", f"{command} 2>&1", cwd=folder, PATH=path, NO_MKDOCS_2_WARNING="1")
            assert is_like(told.stdout, shown), (command, told.stdout)
            assert told.returncode == (1 if "claim-wrong" in shown else 0)
            ran += 1

    assert ran == 9
    assert (folder / "site" / "index.html").is_file()


def test_a_difference_from_what_a_page_shows_is_seen() -> None:
    assert is_like("a\nx\ny\nb\n", "a\n…\nb\n")
    assert is_like("Python 3.12: well\n", "Python …: well\n")
    assert not is_like("a\nb\nc\n", "a\nb\n")
    assert not is_like("", "a\n")


def test_the_page_says_the_same_in_both_languages() -> None:
    english, chinese = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES)

    assert re.findall(r"^```(\w*)$", english, re.MULTILINE) == re.findall(r"^```(\w*)$", chinese, re.MULTILINE)
    blocks = [re.findall(r"^```(?:sh|yaml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) for text in (english, chinese)]
    assert blocks[0] == blocks[1]
    assert english.count("\n## ") == chinese.count("\n## ")
