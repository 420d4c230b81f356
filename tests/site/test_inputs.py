"""A site holds what the vault's reader allows, and one bad file does not cost the site."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhixing.site.inputs import watch_real_folders

pytestmark = pytest.mark.slow

CONFIG = "site_name: 试\ndocs_dir: notes\ntheme: {name: material, font: false}\nplugins: [search, zhixing]\n"
MARK = "KEINGEHEIMNIS"
SECONDS = 60


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A vault of one note, beside something that is not part of it."""
    folder = tmp_path / "project"
    (folder / "notes").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "notes" / "index.md").write_text("# 首页\n\n好。\n", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text(MARK, encoding="utf-8")
    (tmp_path / "outside" / "secret.txt").write_text(MARK, encoding="utf-8")
    return folder


def build(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=SECONDS)


def holds(site: Path, text: str) -> list[str]:
    return [
        str(path.relative_to(site)) for path in site.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]


def make_socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # a socket's address is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(before)


def nested(notes: Path) -> None:
    folder = notes.joinpath(*"d" * 400)
    folder.mkdir(parents=True)
    (folder / "x.md").write_text(MARK, encoding="utf-8")


def no_utf8(notes: Path) -> None:
    try:
        Path(os.fsdecode(bytes(notes) + b"/a\xff.md")).write_text(MARK, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")


def hidden_folder(notes: Path) -> None:
    (notes / ".git").mkdir()
    (notes / ".git" / "config").write_text(MARK, encoding="utf-8")
    (notes / "g").symlink_to(".git")


Maker = Callable[[Path], object]


def write(name: str, content: str | bytes) -> Maker:
    return lambda notes: (notes / name).write_bytes(content.encode() if isinstance(content, str) else content)


def links(**targets: str) -> Maker:
    def make(notes: Path) -> None:
        for name, target in targets.items():
            (notes / name).symlink_to(target)

    return make


def raw_note(notes: Path) -> None:
    (notes / "p.md").write_text(f"---\npublish: false\n---\n{MARK}", encoding="utf-8")
    (notes / "raw.txt").symlink_to("p.md")


BAD: dict[str, tuple[str, Maker]] = {
    "other-endings": ("evil.markdown", write("evil.markdown", f"<script>{MARK}</script>")),
    "mdown": ("e.mdown", write("e.mdown", MARK)),
    "mkd": ("e.mkd", write("e.mkd", MARK)),
    "mkdn": ("e.mkdn", write("e.mkdn", MARK)),
    "upper": ("X.MD", write("X.MD", f"---\npublish: false\n---\n{MARK}")),
    "long": ("long.md", write("long.md", MARK + "\n" * 200_001)),
    "large": ("large.md", write("large.md", MARK * 500_000)),
    "gbk": ("gbk.md", write("gbk.md", f"中文{MARK}".encode("gbk"))),
    "link-out": ("out.md", links(**{"out.md": "../../outside/secret.md"})),
    "link-out-file": ("out.txt", links(**{"out.txt": "../../outside/secret.txt"})),
    "link-out-folder": ("folder", links(folder="../../outside")),
    "link-root": ("root", links(root="/")),
    "device": ("zero.md", links(**{"zero.md": "/dev/zero"})),
    "link-hidden": ("g", hidden_folder),
    "fifo": ("f.md", lambda notes: os.mkfifo(notes / "f.md")),
    "fifo-file": ("f.png", lambda notes: os.mkfifo(notes / "f.png")),
    "socket": ("s.md", lambda notes: make_socket(notes / "s.md")),
    "loop": ("l1", links(l1=".", l2=".")),
    "circle": ("a.md", links(**{"a.md": "b.md", "b.md": "a.md"})),
    "gone": ("gone.md", links(**{"gone.md": "nothing.md"})),
    "name": ("a\N{REPLACEMENT CHARACTER}.md", no_utf8),
    "deep": ("/".join("d" * 102), nested),
    "raw-note": ("raw.txt", raw_note),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_left_out_and_told_and_the_rest_is_built(project: Path, name: str) -> None:
    path, make = BAD[name]
    make(project / "notes")

    built = build(project)

    assert built.returncode == 0, built.stderr
    assert "Traceback" not in built.stderr
    assert (project / "site" / "index.html").is_file()
    assert holds(project / "site", MARK) == []
    told = [line for line in built.stderr.splitlines() if f"notes/{path}:" in line]
    assert len(told) == 1
    assert "WARNING" in told[0]


@pytest.mark.parametrize("name", BAD)
def test_check_tells_of_it_too(project: Path, name: str) -> None:
    path, make = BAD[name]
    make(project / "notes")
    command = [sys.executable, "-c", "from zhixing.cli import main; main()", "check", "--quiet"]

    told = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=SECONDS)

    assert "Traceback" not in told.stderr
    assert [line for line in told.stdout.splitlines() if line.startswith(f"notes/{path}:1:1: file-")]


def test_files_of_the_theme_stay_its_own(project: Path) -> None:
    assert build(project).returncode == 0
    (bundle,) = (project / "site" / "assets" / "javascripts").glob("bundle.*.min.js")
    places = [f"assets/javascripts/{bundle.name}", "sitemap.xml", "404.html", "Assets/Zhixing/zhixing.css",
              "search/search_index.json", "assets/zhixing/search.js", "assets/zhixing/search/x.txt"]  # fmt: skip
    for place in places:
        (project / "notes" / place).parent.mkdir(parents=True, exist_ok=True)
        (project / "notes" / place).write_text(MARK, encoding="utf-8")
    (project / "notes" / "sitemap.xml.md").write_text(MARK, encoding="utf-8")
    (project / "notes" / "index.html.md").write_text(MARK, encoding="utf-8")

    built = build(project)

    assert built.returncode == 0, built.stderr
    assert holds(project / "site", MARK) == []
    assert all(
        f"notes/{place}:1:1: file-left-out: " in built.stderr for place in [*places, "sitemap.xml.md", "index.html.md"]
    )


def test_the_old_site_stays_until_the_new_one_is_whole(project: Path) -> None:
    assert build(project).returncode == 0
    (project / "site" / ".nojekyll").write_text("", encoding="utf-8")
    note = project / "notes" / "index.md"
    note.write_text("# 新\n\n[[没有#]] [坏](坏.md)\n", encoding="utf-8")

    refused = build(project, "--strict")

    assert refused.returncode == 1
    assert "好。" in (project / "site" / "index.html").read_text(encoding="utf-8")
    hooks = project / "hooks.py"
    hooks.write_text("def on_env(env, **_):\n    raise RuntimeError('kaputt')\n", encoding="utf-8")
    (project / "mkdocs.yml").write_text(CONFIG + "hooks: [hooks.py]\n", encoding="utf-8")
    assert build(project).returncode == 1
    assert "好。" in (project / "site" / "index.html").read_text(encoding="utf-8")
    hooks.write_text("import os\ndef on_env(env, **_):\n    os.kill(os.getpid(), 9)\n", encoding="utf-8")
    assert build(project).returncode == -9
    assert "好。" in (project / "site" / "index.html").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    assert build(project).returncode == 0
    assert "好。" not in (project / "site" / "index.html").read_text(encoding="utf-8")
    assert (project / "site" / ".nojekyll").is_file()
    assert [path.name for path in project.iterdir() if path.name.startswith(".site")] == []


def test_frontmatter_is_read_by_our_own_reader_only(project: Path) -> None:
    deep = "---\na: " + "[" * 25_000 + "\n---\n好\n"
    (project / "notes" / "deep.md").write_text(deep, encoding="utf-8")

    built = build(project)

    assert built.returncode == 0, built.stderr
    assert "notes/deep.md:" in built.stderr


def test_no_control_character_reaches_the_log(project: Path) -> None:
    (project / "notes" / "a\x1b[31m.md").write_text("[x](\x1b[32m.md)\n\n[[\x1b]0;t\x07]]\n", encoding="utf-8")
    (project / "notes" / "b\x1b[31m.markdown").write_text("x", encoding="utf-8")

    built = build(project)

    assert "\\x1b[31m" in built.stderr
    assert "\x1b" not in built.stdout + built.stderr
    assert "\x07" not in built.stdout + built.stderr


class Server:
    """Notes what is watched."""

    def __init__(self, docs: Path) -> None:
        self.watched = {str(docs): True}

    def unwatch(self, path: str) -> None:
        del self.watched[path]

    def watch(self, path: str, *, recursive: bool = True) -> None:
        self.watched[path] = recursive


def test_serving_watches_no_folder_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    server: Any = Server(tmp_path)

    watch_real_folders(server, str(tmp_path))
    assert server.watched == {str(tmp_path): True}
    (tmp_path / "a" / "l1").symlink_to(".")
    watch_real_folders(server, str(tmp_path))

    assert server.watched == dict.fromkeys(map(str, (tmp_path, tmp_path / "a", tmp_path / "a" / "b")), False)
