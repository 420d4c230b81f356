"""Settings of mkdocs.yml that cannot act on notes are named, once, with what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import run
from mkdocs.config.base import load_config
from note_page import shown
from shape import shape

from zhixing.site.settings import unused_settings

CONFIG = """site_name: 试
docs_dir: notes
markdown_extensions:
  - tables
  - pymdownx.arithmatex: {generic: true}
  - admonition
  - abbr
  - pymdownx.critic
plugins:
  - search
  - zhixing
"""


def test_extensions_that_act_on_no_note_are_named_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    config = load_config(str(tmp_path / "mkdocs.yml"))

    assert [str(problem) for problem in unused_settings(config)] == [
        "mkdocs.yml:7:5: setting-unused: The Markdown extension 'abbr' does not act on notes, which are read as"
        " Obsidian reads them. Remove it; in notes, write `<abbr>`.",
        "mkdocs.yml:8:5: setting-unused: The Markdown extension 'pymdownx.critic' does not act on notes, which are read"
        " as Obsidian reads them. Remove it, or write what it does as Obsidian has it.",
    ]


def test_a_plugin_that_rewrites_markdown_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    config = load_config(str(tmp_path / "mkdocs.yml"))
    rewriting = type("Rewriting", (type(config.plugins["search"]),), {"on_page_markdown": lambda *_, **__: ""})
    config.plugins["macros"] = rewriting()

    assert [problem.what.split(" does ")[0] for problem in unused_settings(config)][-1] == (
        "The plugin 'macros' rewrites Markdown and"
    )


@pytest.mark.slow
def test_a_build_says_it_once_and_reads_definition_lists_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "index.md").write_text("词 **粗**\n: 义 $x$\n\n    又\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(CONFIG.replace("- tables", "- def_list"), encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("setting-unused") == 2
    assert "DeprecationWarning" not in done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "<dt>词 <strong>粗</strong></dt>" in page
    assert "<p>又</p>" in page


def test_definition_lists_are_text_where_nobody_asks_for_them() -> None:
    assert shape(shown("词\n: 义\n")) == [["p", "词", ["br"], ": 义"]]
